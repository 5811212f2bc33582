"""The experiments of lesson 1 on whole trainings: depth, the place of the norm, scale and shift."""

from itertools import product
from typing import Any

import numpy as np

from lecture_helpers.claims.experiments.own_rates import (
    LOSS_AND_ACCURACY,
    at_own_rates,
    fit_and_percent,
    late_records,
    rates_for,
    stuck,
)
from lecture_helpers.claims.experiments.tuned_networks import DATA, failed_as_nan, grid, on_data
from lecture_helpers.datasets import split
from lecture_helpers.training import trains

RATES = grid(-5, 2, per_decade=2)  # 0.00316 to 10
ADAM_RATES = grid(-7, -3, per_decade=2)  # 0.000316 to 0.0316
KINDS = {  # of networks; ReLU, He's weights and width 32 unless it is said
    "depth 2": {"depth": 2},
    "depth 8": {"depth": 8},
    "depth 24": {"depth": 24},
    "width 128, depth 24": {"depth": 24, "width": 128},
    "tanh, depth 24": {"depth": 24, "activation": "tanh", "init": "lecun"},
    "depth 64": {"depth": 64},
}
LONGER = "ten times the updates"
ALL = tuple(KINDS)
NARROW, WIDE, TANH, DEEPEST = ALL[:3], ALL[3:4], ALL[4:5], ALL[5:]
PLAIN, BATCH = {"norm": "none"}, {"norm": "batch"}
OPPONENTS = (  # who is compared, settings, factor on the updates, rates, kinds
    ("none", PLAIN, 1, RATES, NARROW),
    ("none", PLAIN, 1, RATES[:5], WIDE + TANH),
    ("none", PLAIN, 1, RATES[1:6], DEEPEST),
    ("batch", BATCH, 1, RATES, NARROW),
    ("batch", BATCH, 1, RATES[1:6], WIDE + TANH + DEEPEST),
    ("none, Adam", PLAIN | {"optimizer": "adam"}, 1, ADAM_RATES, (*NARROW[1:], *TANH, *DEEPEST)),
    (f"none, {LONGER}", PLAIN, 10, RATES[:5], NARROW[2:]),
)


def _deep(steps: int, kinds):
    """Per line of opponents: arms by "who, kind", the number of updates, the rates."""
    for who, settings, longer, rates, own in OPPONENTS:
        arms = {f"{who}, {kind}": KINDS[kind] | settings for kind in own if kind in kinds}
        if arms:
            yield arms, steps * longer, rates


def depth_trained(seeds, *, data=("digits", "MNIST"), kinds=ALL, steps=400, tuned: Any = None):
    """C7: fit and test accuracy (per cent) of deep networks, as in ``fit_and_percent``.

    ``KINDS`` of networks, each at the learning rate that suits it, with batch norm and without;
    without it also by Adam (the wide ones not), and at depth 24 for ten times the updates. A seed
    has failed, NaN, whose late training loss stays above ln(10) / 2, half of what guessing among
    ten classes gives. "trains" and "fails": 1 or 0 by that, at the rate for the loss.
    """
    found = {}
    for source, (arms, updates, _) in product(data, list(_deep(steps, kinds))):
        named = {f"{source}, {arm}": settings for arm, settings in arms.items()}
        options = on_data(source, seeds, steps=updates, record=late_records(updates))
        runs = at_own_rates(tuned, LOSS_AND_ACCURACY, named, **options)
        found |= fit_and_percent(runs)
        for arm in named:
            does = trains(runs[f"{arm}, for loss"]).astype(float)
            found |= {f"{arm}: trains": does.tolist(), f"{arm}: fails": (1 - does).tolist()}
    return found


def tuned_depths(seeds, *, data=("digits", "MNIST"), kinds=ALL, steps=400) -> dict:
    """The learning rates of C7, by late training loss and by accuracy on the validation split."""
    found = {}
    for source, (arms, updates, rates) in product(data, list(_deep(steps, kinds))):
        named = {f"{source}, {arm}": settings for arm, settings in arms.items()}
        options = on_data(source, seeds, steps=updates, record=late_records(updates))
        found |= rates_for(LOSS_AND_ACCURACY, named, rates, **options)
    return found


PLACES = {
    f"{activation}: {place}": {"activation": activation} | settings
    for activation in ("relu", "tanh", "sigmoid")
    for place, settings in {
        "none": {"norm": "none"},
        "before": {"norm": "batch"},
        "after": {"norm": "batch", "norm_place": "after"},
        "no gamma, beta": {"norm": "batch", "affine": False},
    }.items()
}
LENGTHS = {"MNIST-1D": 600, "MNIST": 300}  # updates
PLACE_RATES = grid(-4, 2, per_decade=2)  # 0.01 to 10


def _placed(source: str, seeds, steps: int, depth: int) -> tuple[dict, dict]:
    named = {f"{source}, {arm}": settings for arm, settings in PLACES.items()}
    options = on_data(source, seeds, steps=steps, depth=depth, record=late_records(steps))
    return named, options


def norm_places(seeds, *, lengths=LENGTHS, depth=5, tuned: Any = None) -> dict:
    """C15 and C16: fit and test accuracy (per cent) by place of the norm.

    Both as in ``fit_and_percent``. "none" has no norm at all. For tanh also "range": the root mean
    square of what its units receive after training, over the training examples at test time and all
    hidden layers; 1 is what batch norm without scale and shift gives. ``lengths`` maps data to
    updates. A seed that diverges or is hardly better than a guess at the end has failed: NaN.
    """
    found = {}
    for source, steps in lengths.items():
        named, options = _placed(source, seeds, steps, depth)
        aims = LOSS_AND_ACCURACY
        runs = at_own_rates(tuned, aims, named, checkpoints="last", **options)
        found |= fit_and_percent(runs, stuck)
        for place in ("before", "no gamma, beta"):
            arm = f"{source}, tanh: {place}"
            if arm not in named:
                continue
            own = runs[f"{arm}, for loss"]
            received = [_received(own.module(seed=seed), source, seed) for seed in seeds]
            found[f"{arm}: range"] = failed_as_nan(received, stuck(own))
    return found


def _received(network, source: str, seed: int) -> float:
    """The root mean square of what the units of all hidden layers receive."""
    import torch

    rows, seen = split(DATA[source](), seed).train, []
    for layer in network[:-1]:
        layer.activation.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.no_grad():
        network(torch.tensor(DATA[source]().inputs[rows]))
    return float(np.sqrt(np.mean([float(z.square().mean()) for z in seen])))


def tuned_places(seeds, *, lengths=LENGTHS, depth=5) -> dict:
    """The learning rates of C15 and C16, by late training loss and by validation accuracy."""
    found = {}
    for source, steps in lengths.items():
        named, options = _placed(source, seeds, steps, depth)
        found |= rates_for(LOSS_AND_ACCURACY, named, PLACE_RATES, **options)
    return found
