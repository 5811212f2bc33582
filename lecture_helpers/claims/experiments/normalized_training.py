"""The experiments of lesson 1 on whole trainings: depth, the place of the norm, scale and shift."""

from itertools import product
from typing import Any

import numpy as np

from lecture_helpers.claims.experiments.neighbouring_rates import rates_from_start
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

RATES = grid(-5, 2, per_decade=2)  # 0.00316 to 10
ADAM_RATES = grid(-8, -2, per_decade=2)  # 0.0001 to 0.1
DEPTHS = (2, 8, 24)
LONGER = "ten times the updates"
OPPONENTS = {  # who is compared: settings, factor on the updates, rates, least depth
    "none": ({"norm": "none"}, 1, RATES, 1),
    "batch": ({"norm": "batch"}, 1, RATES, 1),
    "none, Adam": ({"norm": "none", "optimizer": "adam"}, 1, ADAM_RATES, 8),
    f"none, {LONGER}": ({"norm": "none"}, 10, RATES[:6], 8),
}


def _deep(steps: int, depths):
    """Per opponent: its arms by "who, depth d", its number of updates and its rates."""
    for who, (settings, longer, rates, least) in OPPONENTS.items():
        arms = {f"{who}, depth {d}": {"depth": d} | settings for d in depths if d >= least}
        if arms:
            yield arms, steps * longer, rates


def depth_trained(seeds, *, data=("digits", "MNIST"), depths=DEPTHS, steps=400, tuned: Any = None):
    """C7: fit and test accuracy (per cent) of deep ReLU networks, as in ``fit_and_percent``.

    Each at the learning rate that suits it, with batch norm and without; without it also by Adam,
    and for ten times the updates. A seed has failed, NaN, whose late training loss stays above
    ln(10) / 2, half of what guessing among ten classes gives.
    """
    found = {}
    for source, (arms, updates, _) in product(data, list(_deep(steps, depths))):
        named = {f"{source}, {arm}": settings for arm, settings in arms.items()}
        options = on_data(source, seeds, steps=updates, record=late_records(updates))
        found |= fit_and_percent(at_own_rates(tuned, LOSS_AND_ACCURACY, named, **options))
    return found


def tuned_depths(seeds, *, data=("digits", "MNIST"), depths=DEPTHS, steps=400) -> dict:
    """The learning rates of C7, by late training loss and by accuracy on the validation split."""
    found = {}
    for source, (arms, updates, rates) in product(data, list(_deep(steps, depths))):
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
UNITS = ("relu", "tanh", "sigmoid")
PLACED = tuple(f"{units}: {place}" for units in UNITS for place in ("before", "after"))
PLAIN = tuple(f"{units}: none" for units in UNITS)
FREE, PLAIN_TANH = "tanh: no gamma, beta", "tanh: none"
RANGED = ("tanh: before", FREE, PLAIN_TANH)
CASES = {  # data, depth, updates, arms
    "MNIST-1D, 600 updates": ("MNIST-1D", 5, 600, (*PLACED, *PLAIN, FREE)),
    "MNIST, 300 updates": ("MNIST", 5, 300, (*PLACED, *PLAIN, FREE)),
    "MNIST-1D, 3,000 updates": ("MNIST-1D", 5, 3000, (*PLACED, FREE)),
    "MNIST, 900 updates": ("MNIST", 5, 900, (*PLACED, FREE)),
    "MNIST-1D, depth 1, 2,000 updates": ("MNIST-1D", 1, 2000, RANGED),
    "MNIST, depth 1, 900 updates": ("MNIST", 1, 900, RANGED),
}


def _placed(case: str, setting, seeds) -> tuple[dict, dict]:
    data, depth, steps, arms = setting
    named = {f"{case}, {arm}": PLACES[arm] for arm in arms}
    return named, on_data(data, seeds, steps=steps, depth=depth, record=late_records(steps))


def norm_places(seeds, *, cases=CASES, tuned: Any = None) -> dict:
    """C15 and C16: fit and test accuracy (per cent) by place of the norm.

    Both as in ``fit_and_percent``. "none" has no norm at all. For ``RANGED`` also "range": the root
    mean square of what its units receive after training, over the training examples at test time
    and all hidden layers; 1 is what batch norm without scale and shift gives. ``cases`` maps a name
    to data, depth, updates and arms of ``PLACES``. A seed that diverges or is hardly better than a
    guess at the end has failed: NaN.
    """
    found = {}
    for case, setting in cases.items():
        data, *_, arms = setting
        named, options = _placed(case, setting, seeds)
        runs = at_own_rates(tuned, LOSS_AND_ACCURACY, named, checkpoints="last", **options)
        found |= fit_and_percent(runs, stuck)
        for arm in (f"{case}, {arm}" for arm in arms if arm in RANGED):
            own = runs[f"{arm}, for loss"]
            received = [_received(own.module(seed=seed), data, seed) for seed in seeds]
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


def tuned_places(seeds, *, cases=CASES) -> dict:
    """The learning rates of C15 and C16, by late training loss and by validation accuracy."""
    found = {}
    for case, setting in cases.items():
        named, options = _placed(case, setting, seeds)
        found |= rates_from_start(LOSS_AND_ACCURACY, named, **options)
    return found
