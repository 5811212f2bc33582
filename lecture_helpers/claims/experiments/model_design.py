"""The experiments of lesson 5: what a model's design does to its gradients and its training."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed
from lecture_helpers.claims.experiments.tuned_networks import best_rates, grid, on_digits, train_at
from lecture_helpers.claims.tuning import best_on_grid, tuned
from lecture_helpers.datasets import digits, split
from lecture_helpers.networks.designs import METHODS, MODELS, skip_arms
from lecture_helpers.networks.mean_field import mean_field
from lecture_helpers.networks.signal_profile import signal_profile
from lecture_helpers.networks.signal_propagation import propagate
from lecture_helpers.training import GUESSING, final_accuracy, late_loss

RULES = {"He": {}, "Glorot": {"gain": 2**-0.5}}  # Glorot: half of He's variance, in a square layer
GAINS = grid(-20, 30, per_decade=20, digits=4)  # 0.1 to 31.6


def best_gain(activation: str, depth: int) -> float:
    """The initial gain, on a grid, whose predicted gradient factor per layer is nearest to 1."""
    laws = [mean_field(activation, depth, gain=gain).gradient for gain in GAINS]
    ratios = np.array([law[2] / law[-3] for law in laws])
    return GAINS[int(np.argmin(np.abs(np.log10(np.maximum(ratios, 1e-300)))))]


def gradient_factors(seeds, *, depth=40, width=128, batch_size=256) -> Record:
    """C38: log10 of the gradient's factor per layer, going down, between layers 3 and depth - 2.

    A factor above 1 counts as 1: only what vanishes is looked at. Fresh plain towers on a batch of
    digits, under He's rule, Glorot's rule and at the gain that the mean field recommends.
    """
    rules = {
        (activation, rule): options
        for activation in ("relu", "tanh", "sigmoid")
        for rule, options in (
            *RULES.items(), ("own best", {"gain": best_gain(activation, depth)})
        )
    }  # fmt: skip

    def of_seed(seed: int) -> dict:
        rows = np.random.default_rng([seed, 38]).choice(len(digits()), batch_size, replace=False)
        size, found = dict(depth=depth, width=width, seed=seed), {}
        for (activation, rule), options in rules.items():
            options = options | dict(activation=activation)
            gradient = signal_profile(digits().inputs[rows], **size, **options).gradient
            factor = np.log10(gradient[2] / gradient[-3]) / (depth - 5)
            found[f"{activation}, {rule}"] = factor
        return found

    found = by_seed(of_seed, seeds)
    arms = {name: [min(0.0, f) for f in factors] for name, factors in found.items()}
    extras = {f"{name}, uncut": factors for name, factors in found.items()}
    return Record(tuple(seeds), arms, extras=extras)


DEPTHS = (2, 8, 24, 48)
RATES = grid(-6, 1, per_decade=2)  # 0.001 to 3.16


def best_or_middle(losses: dict[float, list[float]]) -> float:
    """The best learning rate of a grid; its middle where no rate gets below guessing."""
    grid = sorted(losses)
    if min(np.mean(row) for row in losses.values()) > np.log10(GUESSING) - 0.005:
        return grid[len(grid) // 2]
    return best_on_grid(losses)


def tuned_skip_ladder(seeds, *, depths=DEPTHS, steps=400) -> dict[str, float]:
    """The learning rates of C39, tuned on the same late training loss with other seeds."""
    found = {}
    for depth in depths:
        options = on_digits(seeds, depth=depth, steps=steps, record=9)
        rates = best_rates(skip_arms(depth), RATES, late_loss, best_or_middle, **options)
        found |= {f"{arm}, depth {depth}": rate for arm, rate in rates.items()}
    return found


def skip_ladder(seeds, *, depths=DEPTHS, steps=400, tuned: Any = None) -> Record:
    """C39: log10 of the late training loss of ReLU networks on the digits, learning rate tuned.

    Beside it log10 of the gradient in the first layer over that in the last at the start, for
    plain and residual networks.
    """
    arms, extras = {}, {}
    for depth in depths:
        designs = skip_arms(depth)
        runs = train_at(_rates(tuned, depth), designs, **on_digits(seeds, depth=depth, steps=steps))
        for arm in designs:
            member = runs.at(arm=arm)
            arms[f"{arm}, depth {depth}"] = late_loss(member).tolist()
            extras[f"{arm}, depth {depth}, accuracy"] = (100 * final_accuracy(member)).tolist()
        for arm in ("plain", "residual", "residual, He's weights"):
            found = [_first_over_last(seed, depth, designs[arm]) for seed in seeds]
            arms[f"gradient of {arm}, depth {depth}"] = found
    return Record(tuple(seeds), arms, extras=extras)


def _rates(tuned: Mapping, depth: int) -> dict[str, float]:
    return {arm: tuned[f"{arm}, depth {depth}"] for arm in skip_arms(depth)}


def _first_over_last(seed: int, depth: int, settings: dict) -> float:
    size = dict(inputs=64, outputs=10, depth=depth, width=32)
    net = training.seeded(training.mlp, seed=seed, **size, **settings)
    gradient = propagate(net, digits().inputs[:256], seed=seed).gradient
    return float(np.log10(gradient[0] / gradient[-1]))


LADDER_RATES = RATES[1:7]  # 0.00316 to 1


def ladder_runs(seeds, *, depths=DEPTHS, steps=400):
    """The training curves of every arm of the depth ladder at six learning rates."""
    parts = {
        depth: training.train(
            arms=skip_arms(depth), lr=list(LADDER_RATES),
            **on_digits(seeds, depth=[depth], steps=steps),
        )
        for depth in depths
    }  # fmt: skip
    return training.Runs.stack(parts, "depth")


SLICED = ("plain", "residual", "BN", "residual + BN")


def trained_slices(seeds, *, depths=DEPTHS, steps=400, examples=256, side=51):
    """Loss slices around networks of the depth ladder, the first two seeds, tuned rates."""
    from lecture_helpers.networks.loss_slices import Slices

    rates = tuned("model_design.skip_ladder", tuned_skip_ladder)
    offsets, seeds = np.linspace(-1, 1, side), list(seeds)[:2]
    losses = [_slices_at(d, seeds, rates, steps, examples, offsets) for d in depths]
    axes = {"depth": list(depths), "model": list(SLICED), "seed": seeds}
    about = {"date": datetime.now(UTC).isoformat(), "steps": steps, "examples": examples}
    return Slices(axes, offsets, np.array(losses), about)


def _slices_at(depth, seeds, rates, steps, examples, offsets) -> np.ndarray:
    """Losses (models, seeds, k, k) at one depth."""
    from lecture_helpers.networks.loss_slices import loss_slice, random_directions

    sliced = {arm: skip_arms(depth)[arm] for arm in SLICED}
    options = on_digits(seeds, depth=depth, steps=steps, record=2, checkpoints="last")
    runs, found = train_at(_rates(rates, depth), sliced, **options), []
    for arm, seed in ((a, s) for a in SLICED for s in seeds):
        net, rows = runs.module(arm=arm, seed=seed), split(digits(), seed).train[:examples]
        directions = random_directions(net, seed=seed)
        x, y = digits().inputs[rows], digits().targets[rows]
        found.append(loss_slice(net, x, y, directions, offsets, offsets))
    return np.array(found).reshape(len(SLICED), len(seeds), len(offsets), len(offsets))


METHOD_RATES = grid(-9, 3, per_decade=2)  # 0.0000316 to 31.6


def factorial_arms() -> dict[str, dict]:
    """Every model with every optimizer."""
    return {f"{m}, {o}": MODELS[m] | METHODS[o] for m in MODELS for o in METHODS}


def tuned_factorial(seeds, *, depth=8, steps=500) -> dict[str, float]:
    """The learning rate of every model with every optimizer, on the late training loss."""
    options = on_digits(seeds, depth=depth, steps=steps, record=9)
    return best_rates(factorial_arms(), METHOD_RATES, late_loss, best_or_middle, **options)


def factorial(seeds, *, depth=8, steps=500, tuned: Any = None) -> Record:
    """C36 and C37: log10 of the late training loss of five models with three optimizers.

    The range of a factor is the difference between its worst and its best level, each averaged
    over the other factor; it is also given with every level left out in turn.
    """
    arms = factorial_arms()
    runs = train_at(tuned, arms, **on_digits(seeds, depth=depth, steps=steps))
    losses = {arm: late_loss(runs.at(arm=arm)) for arm in arms}
    table = np.array([[losses[f"{m}, {o}"] for o in METHODS] for m in MODELS])
    found = {arm: values.tolist() for arm, values in losses.items()} | ranges(table)
    accuracy = {f"{a}, accuracy": (100 * final_accuracy(runs.at(arm=a))).tolist() for a in arms}
    return Record(tuple(seeds), found | accuracy)


def ranges(table: np.ndarray) -> dict[str, list[float]]:
    """The ranges of both factors of a table (models, optimizers, seeds), by who was left out."""
    cases = {"all": table}
    cases |= {f"without {m}": np.delete(table, k, axis=0) for k, m in enumerate(MODELS)}
    cases |= {f"without {o}": np.delete(table, k, axis=1) for k, o in enumerate(METHODS)}
    found = {}
    for name, part in cases.items():
        found[f"{name}: models"] = _range(part.mean(axis=1)).tolist()
        found[f"{name}: optimizers"] = _range(part.mean(axis=0)).tolist()
    triples = combinations(range(len(MODELS)), len(METHODS))
    of_three = [_range(table[list(chosen)].mean(axis=1)) for chosen in triples]
    return found | {"three at a time: models": np.mean(of_three, axis=0).tolist()}


def _range(levels: np.ndarray) -> np.ndarray:
    return levels.max(axis=0) - levels.min(axis=0)


def factorial_runs(seeds, *, depth=8, steps=500):
    """Every model with every optimizer at every learning rate of the grid."""
    options = on_digits(seeds, depth=depth, steps=steps, record=6)
    return training.train(arms=factorial_arms(), lr=list(METHOD_RATES[1:11]), **options)
