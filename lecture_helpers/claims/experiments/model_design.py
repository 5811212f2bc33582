"""The experiments of lesson 5: what a model's design does to its gradients and its training."""

from itertools import combinations

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.normalized_networks import joined_runs
from lecture_helpers.claims.tuning import best_on_grid, tuned
from lecture_helpers.networks.designs import METHODS, MODELS, skip_arms
from lecture_helpers.training import GUESSING, final_accuracy, late_loss

RULES = {"He": {}, "Glorot": {"gain": 2**-0.5}}  # Glorot: half of He's variance, in a square layer
GAINS = tuple(float(f"{10 ** (k / 20):.4g}") for k in range(-20, 31))  # 0.1 to 31.6


def best_gain(activation: str, depth: int) -> float:
    """The initial gain, on a grid, whose predicted gradient factor per layer is nearest to 1."""
    from lecture_helpers.networks.mean_field import mean_field

    laws = [mean_field(activation, depth, gain=gain).gradient for gain in GAINS]
    ratios = np.array([law[2] / law[-3] for law in laws])
    return GAINS[int(np.argmin(np.abs(np.log10(np.maximum(ratios, 1e-300)))))]


def gradient_factors(seeds, *, depth=40, width=128, batch_size=256) -> Record:
    """C38: log10 of the gradient's factor per layer, going down, between layers 3 and depth - 2.

    A factor above 1 counts as 1: only what vanishes is looked at. Fresh plain towers on a batch of
    digits, under He's rule, Glorot's rule and at the gain that the mean field recommends.
    """
    arms, extras = {}, {}
    for activation in ("relu", "tanh", "sigmoid"):
        rules = RULES | {"own best": {"gain": best_gain(activation, depth)}}
        for rule, options in rules.items():
            found = [_factor(s, depth, width, batch_size, activation, options) for s in seeds]
            arms[f"{activation}, {rule}"] = [min(0.0, f) for f in found]
            extras[f"{activation}, {rule}, uncut"] = found
    return Record(tuple(seeds), arms, extras=extras)


def _factor(seed, depth, width, batch_size, activation, options) -> float:
    from lecture_helpers.datasets import digits
    from lecture_helpers.networks.signal_profile import signal_profile

    rows = np.random.default_rng([seed, 38]).choice(len(digits()), batch_size, replace=False)
    size = dict(depth=depth, width=width, activation=activation, seed=seed)
    gradient = signal_profile(digits().inputs[rows], **size, **options).gradient
    return float(np.log10(gradient[2] / gradient[-3]) / (depth - 5))


DEPTHS = (2, 8, 24, 48)
RATES = tuple(float(f"{10 ** (k / 2):.3g}") for k in range(-6, 2))  # 0.001 to 3.16


def _on_digits(seeds, depth, **settings) -> dict:
    from lecture_helpers.datasets import digits
    from lecture_helpers.training import mlp

    return {
        "build": mlp, "dataset": digits(), "seeds": list(seeds), "depth": depth, "width": 32,
        "progress": False,
    } | settings  # fmt: skip


def best_or_middle(losses: dict[float, list[float]]) -> float:
    """The best learning rate of a grid; its middle where no rate gets below guessing."""
    grid = sorted(losses)
    if min(np.mean(row) for row in losses.values()) > np.log10(GUESSING) - 0.005:
        return grid[len(grid) // 2]
    return best_on_grid(losses)


def tuned_skip_ladder(seeds, *, depths=DEPTHS, steps=400) -> dict[str, float]:
    """The learning rates of C39, tuned on the same late training loss with other seeds."""
    from lecture_helpers.training import train

    found = {}
    for depth in depths:
        arms, options = skip_arms(depth), _on_digits(seeds, depth, steps=steps, record=9)
        runs = train(arms=arms, lr=list(RATES), eval_on="validation", **options)
        for arm in arms:
            rows = zip(RATES, late_loss(runs.at(arm=arm)), strict=True)
            found[f"{arm}, depth {depth}"] = best_or_middle({r: v.tolist() for r, v in rows})
    return found


def skip_ladder(seeds, *, depths=DEPTHS, steps=400, tuned=None) -> Record:
    """C39: log10 of the late training loss of ReLU networks on the digits, learning rate tuned.

    Beside it log10 of the gradient in the first layer over that in the last at the start, for
    plain and residual networks.
    """
    from lecture_helpers.training import train

    arms, extras = {}, {}
    for depth in depths:
        given = {a: s | {"lr": tuned[f"{a}, depth {depth}"]} for a, s in skip_arms(depth).items()}
        runs = train(arms=given, **_on_digits(seeds, depth, steps=steps))
        for arm in given:
            member = runs.at(arm=arm)
            arms[f"{arm}, depth {depth}"] = late_loss(member).tolist()
            extras[f"{arm}, depth {depth}, accuracy"] = (100 * final_accuracy(member)).tolist()
        for arm in ("plain", "residual", "residual, He's weights"):
            settings = skip_arms(depth)[arm]
            found = [_first_over_last(seed, depth, settings) for seed in seeds]
            arms[f"gradient of {arm}, depth {depth}"] = found
    return Record(tuple(seeds), arms, extras=extras)


def _first_over_last(seed: int, depth: int, settings: dict) -> float:
    from lecture_helpers.datasets import digits
    from lecture_helpers.networks.signal_propagation import propagate
    from lecture_helpers.training import mlp, seeded

    net = seeded(mlp, seed=seed, inputs=64, outputs=10, depth=depth, width=32, **settings)
    gradient = propagate(net, digits().inputs[:256], seed=seed).gradient
    return float(np.log10(gradient[0] / gradient[-1]))


LADDER_RATES = RATES[1:7]  # 0.00316 to 1


def ladder_runs(seeds, *, depths=DEPTHS, steps=400):
    """The training curves of every arm of the depth ladder at six learning rates."""
    from lecture_helpers.training import train

    parts = [
        train(arms=skip_arms(d), lr=list(LADDER_RATES), **_on_digits(seeds, [d], steps=steps))
        for d in depths
    ]
    return joined_runs(parts, "depth")


SLICED = ("plain", "residual", "BN", "residual + BN")


def trained_slices(seeds, *, depths=DEPTHS, steps=400, examples=256, side=51):
    """Loss slices around networks of the depth ladder, the first two seeds, tuned rates."""
    from datetime import UTC, datetime

    from lecture_helpers.networks.loss_slices import Slices

    rates = tuned("model_design.skip_ladder", tuned_skip_ladder)
    offsets, seeds = np.linspace(-1, 1, side), list(seeds)[:2]
    losses = [_slices_at(d, seeds, rates, steps, examples, offsets) for d in depths]
    axes = {"depth": list(depths), "model": list(SLICED), "seed": seeds}
    about = {"date": datetime.now(UTC).isoformat(), "steps": steps, "examples": examples}
    return Slices(axes, offsets, np.array(losses), about)


def _slices_at(depth, seeds, rates, steps, examples, offsets) -> np.ndarray:
    """Losses (models, seeds, k, k) at one depth."""
    from lecture_helpers.datasets import digits, split
    from lecture_helpers.networks.loss_slices import loss_slice, random_directions
    from lecture_helpers.training import train

    given = {a: skip_arms(depth)[a] | {"lr": rates[f"{a}, depth {depth}"]} for a in SLICED}
    options = _on_digits(seeds, depth, steps=steps, record=2, checkpoints="last")
    runs, found = train(arms=given, **options), []
    for arm, seed in ((a, s) for a in SLICED for s in seeds):
        net, rows = runs.module(arm=arm, seed=seed), split(digits(), seed).train[:examples]
        directions = random_directions(net, seed=seed)
        x, y = digits().inputs[rows], digits().targets[rows]
        found.append(loss_slice(net, x, y, directions, offsets, offsets))
    return np.array(found).reshape(len(SLICED), len(seeds), len(offsets), len(offsets))


METHOD_RATES = tuple(float(f"{10 ** (k / 2):.3g}") for k in range(-9, 4))  # 0.0000316 to 31.6


def factorial_arms() -> dict[str, dict]:
    """Every model with every optimizer."""
    return {f"{m}, {o}": MODELS[m] | METHODS[o] for m in MODELS for o in METHODS}


def tuned_factorial(seeds, *, depth=8, steps=500) -> dict[str, float]:
    """The learning rate of every model with every optimizer, on the late training loss."""
    from lecture_helpers.training import train

    arms, options = factorial_arms(), _on_digits(seeds, depth, steps=steps, record=9)
    runs = train(arms=arms, lr=list(METHOD_RATES), eval_on="validation", **options)
    tables = {arm: zip(METHOD_RATES, late_loss(runs.at(arm=arm)), strict=True) for arm in arms}
    return {a: best_or_middle({r: v.tolist() for r, v in rows}) for a, rows in tables.items()}


def factorial(seeds, *, depth=8, steps=500, tuned=None) -> Record:
    """C36 and C37: log10 of the late training loss of five models with three optimizers.

    The range of a factor is the difference between its worst and its best level, each averaged
    over the other factor; it is also given with every level left out in turn.
    """
    from lecture_helpers.training import train

    arms = {arm: how | {"lr": tuned[arm]} for arm, how in factorial_arms().items()}
    runs = train(arms=arms, **_on_digits(seeds, depth, steps=steps))
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
    from lecture_helpers.training import train

    options = _on_digits(seeds, depth, steps=steps, record=6)
    return train(arms=factorial_arms(), lr=list(METHOD_RATES[1:11]), **options)
