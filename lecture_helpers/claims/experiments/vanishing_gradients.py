"""C38: what ReLU and saturating units leave of the gradient, before training and in it."""

from functools import partial
from typing import Any

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.model_design import best_or_middle, record_at
from lecture_helpers.claims.experiments.network_gradients import ratios_in_training, vanished
from lecture_helpers.claims.experiments.per_seed import by_seed
from lecture_helpers.claims.experiments.tuned_networks import (
    DATA,
    FITTED,
    best_rates,
    grid,
    on_data,
    train_at,
)
from lecture_helpers.networks.mean_field import mean_field
from lecture_helpers.networks.signal_profile import signal_profile
from lecture_helpers.training import final_accuracy, late_loss

GLOROT = 2**-0.5  # half of He's variance, in a square layer
SATURATING = ("sigmoid", "tanh")
GAINS = grid(-20, 30, per_decade=20, digits=4)  # 0.1 to 31.6
TRAINED = (("digits", 8), ("digits", 24), ("MNIST-1D", 8))
RATES = grid(-7, -3, per_decade=2)  # of Adam, 0.000316 to 0.0316


def best_gain(activation: str, depth: int) -> float:
    """The initial gain, on a grid, whose predicted gradient factor per layer is nearest to 1."""
    laws = [mean_field(activation, depth, gain=gain).gradient for gain in GAINS]
    ratios = np.array([law[2] / law[-3] for law in laws])
    return GAINS[int(np.argmin(np.abs(np.log10(np.maximum(ratios, 1e-300)))))]


def starts(activation: str, depth: int) -> dict[str, float]:
    """The gain of a tower's weights under He's rule, Glorot's and, if saturating, its best."""
    own = {"own best": best_gain(activation, depth)} if activation in SATURATING else {}
    return {"He": 1.0, "Glorot": GLOROT} | own


def units(depth: int) -> dict[str, dict]:
    """The networks that are trained: every unit at its usual start and at its own best."""
    found: dict[str, dict] = {"usual, relu": {}}
    for unit in SATURATING:
        own = {"activation": unit, "gain": best_gain(unit, depth)}
        found |= {f"usual, {unit}": own | {"gain": GLOROT}, f"own best, {unit}": own}
    return found


def tuned_unit_gradients(seeds, *, trained=TRAINED, steps=300) -> dict[str, float]:
    """Adam's learning rates, on the late training loss."""
    found = {}
    for data, depth in trained:
        options = on_data(
            data, seeds, depth=depth, steps=steps, record=record_at(steps), optimizer="adam"
        )
        measure = partial(late_loss, fitted=FITTED)
        rates = best_rates(units(depth), RATES, measure, best_or_middle, **options)
        found |= {f"{data}, depth {depth}, {arm}": rate for arm, rate in rates.items()}
    return found


def unit_gradients(
    seeds, *, data=("digits", "MNIST-1D"), depth=40, width=128, batch_size=256, less=0.1,
    trained=TRAINED, trained_width=32, steps=300, tuned: Any = None,
) -> Record:  # fmt: skip
    """C38: log10 of the gradient's factor per layer, going down; above 0 it counts as 0.

    Before training: plain towers on a batch, between layers 3 and depth - 2, under He's rule,
    Glorot's and the gain that the mean field recommends for the unit. In training: networks under
    Adam at their own rates, from the last hidden layer to the first, the mean over a quarter, half
    and all of the updates. Adam gives saturating units the better chance to leave a plateau. A seed
    fails where it diverges or dies: not a trace of the gradient arrives. The arms "less" are ReLU's
    with ``less`` taken off, which is what a falsifier has to beat.
    """
    arms, extras = {}, {}
    for name in data:
        own, uncut = _fresh(name, seeds, depth, width, batch_size)
        arms, extras = arms | own, extras | uncut
        arms[f"{name}, relu, less"] = [v - less for v in arms[f"{name}, He, relu"]]
    for name, layers in trained:
        own, beside = _trained(name, layers, seeds, trained_width, steps, batch_size, tuned)
        arms, extras = arms | own, extras | beside
        place = f"{name}, depth {layers}"
        arms[f"{place}, relu, less"] = [v - less for v in arms[f"{place}, usual, relu"]]
    return Record(tuple(seeds), arms, extras=extras)


def _fresh(data: str, seeds, depth: int, width: int, batch_size: int) -> tuple[dict, dict]:
    inputs = DATA[data]().inputs
    towers = {
        f"{data}, {start}, {unit}": {"activation": unit, "gain": gain}
        for unit in ("relu", *SATURATING)
        for start, gain in starts(unit, depth).items()
    }

    def of_seed(seed: int) -> dict:
        rows = np.random.default_rng([seed, 38]).choice(len(inputs), batch_size, replace=False)
        found = {}
        for name, settings in towers.items():
            size = dict(depth=depth, width=width, seed=seed)
            gradient = signal_profile(inputs[rows], **size, **settings).gradient
            found[name] = np.log10(gradient[2] / gradient[-3]) / (depth - 5)
        return found

    found = by_seed(of_seed, seeds)
    arms = {name: vanished(np.array(values)).tolist() for name, values in found.items()}
    return arms, {f"{name}, uncut": values for name, values in found.items()}


def _trained(data, depth, seeds, width, steps, examples, tuned) -> tuple[dict, dict]:
    designs, place = units(depth), f"{data}, depth {depth}"
    options = on_data(
        data, seeds, depth=depth, width=width, steps=steps, record=record_at(steps),
        optimizer="adam", checkpoints=True,
    )  # fmt: skip
    runs = train_at({arm: tuned[f"{place}, {arm}"] for arm in designs}, designs, **options)
    arms, extras = {}, {}
    for arm in designs:
        ratios = ratios_in_training(runs, DATA[data](), seeds, examples=examples, arm=arm)
        arms[f"{place}, {arm}"] = [ratio / (depth - 1) for ratio in ratios]
        member = runs.at(arm=arm)
        extras[f"{place}, {arm}, loss"] = late_loss(member, fitted=FITTED).tolist()
        extras[f"{place}, {arm}, accuracy"] = (100 * final_accuracy(member)).tolist()
    return arms, extras
