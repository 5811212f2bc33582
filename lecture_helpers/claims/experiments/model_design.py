"""C36 and C37: a table of models and optimizers, every pair at its own best learning rate."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.own_rates import LOSS_AND_ACCURACY, at_own_rates
from lecture_helpers.claims.experiments.tuned_networks import (
    FITTED,
    failed_as_nan,
    grid,
    on_data,
    on_digits,
)
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.networks.designs import METHODS, MODELS
from lecture_helpers.training import GUESSING, final_accuracy, late_loss

RATES = {
    "plain SGD": grid(-6, 2, per_decade=2),
    "momentum": grid(-7, 1, per_decade=2),
    "Adam": grid(-9, -1, per_decade=2),
}
DEEP_RATES = {
    "plain SGD": grid(-10, -2, per_decade=4),
    "momentum": grid(-14, -6, per_decade=4),
    "Adam": grid(-14, -6, per_decade=4),
}
DEEP = (24,)  # layers of the deeper ReLU networks, beside the table
TIED = {"loss": 0.01, "accuracy": 0.5}  # rates this near to the best are as good as it
HOPELESS = {"loss": float(np.log10(GUESSING)) - 0.005, "accuracy": 80.0}  # no better than a guess
OLD = "sigmoid"  # the row that nobody would use today
DATA_SETS = ("digits", "MNIST")
AT_BEST = "accuracy, rates for accuracy"


def best_or_middle(losses: dict[float, list[float]]) -> float:
    """The best learning rate of a grid; its middle where no rate gets below guessing."""
    rates = sorted(losses)
    if min(np.mean(row) for row in losses.values()) > np.log10(GUESSING) - 0.005:
        return rates[len(rates) // 2]
    return best_on_grid(losses)


def middle_of_the_best(values: Mapping[float, list[float]], aim: str = "loss") -> float:
    """The middle one of the learning rates that are as good as the best by an aim of ``TIED``.

    Of two in the middle, the one nearer to that of the grid; where no rate beats a guess, that of
    the grid. ``values`` maps each rate to its (seeds,), smaller is better, NaN infinitely bad.

    Raises:
        ValueError: it lies at an end of the grid, so that a better one may lie beyond.

    >>> middle_of_the_best({0.1: [-1.0], 0.3: [-2.0], 1.0: [-2.0], 3.0: [-2.0], 10.0: [-1.0]})
    1.0
    """
    rates = sorted(values)
    means = {rate: np.mean(np.nan_to_num(values[rate], nan=np.inf)) for rate in rates}
    least = min(means.values())
    if least > HOPELESS[aim]:
        return rates[len(rates) // 2]
    level = [rate for rate in rates if means[rate] <= least + TIED[aim]]
    inner = level[(len(level) - 1) // 2], level[len(level) // 2]
    best = min(inner, key=lambda rate: abs(2 * rates.index(rate) - (len(rates) - 1)))
    if best in (rates[0], rates[-1]):
        raise ValueError(f"the best rate {best:g} lies at an end of the grid: widen it.")
    return best


def record_at(steps: int) -> list[int]:
    """Six records, three of them late: measuring costs as much as training.

    >>> record_at(400)
    [0, 100, 200, 300, 350, 400]
    """
    return sorted({round(share * steps) for share in (0, 0.25, 0.5, 0.75, 0.875, 1)})


def pairs(methods: Iterable[str] = tuple(METHODS)) -> dict[str, dict]:
    """Every model with every optimizer, or with some."""
    return {f"{m}, {o}": MODELS[m] | METHODS[o] for m in MODELS for o in methods}


def deeper(depths: Iterable[int], methods: Iterable[str] = tuple(METHODS)) -> dict[str, dict]:
    """Plain ReLU networks of other depths with some optimizers."""
    return {f"ReLU, {d} layers, {o}": {"depth": d} | METHODS[o] for d in depths for o in methods}


def tuned_models_and_optimizers(
    seeds, *, data=DATA_SETS, depth=8, deep=DEEP, steps=500
) -> dict[str, float]:
    """Every network's learning rates with every optimizer: on late loss, and on accuracy."""
    found = {}
    for name in data:
        options = on_data(name, seeds, depth=depth, steps=steps, record=record_at(steps))
        for method in METHODS:
            tried = ((pairs([method]), RATES[method]), (deeper(deep, [method]), DEEP_RATES[method]))
            for arms, rates in tried:
                if arms:
                    own = _best_rates(arms, rates, options)
                    found |= {f"{name}, {key}": rate for key, rate in own.items()}
    return found


def _best_rates(arms: Mapping, rates: tuple[float, ...], options: Mapping) -> dict[str, float]:
    """As ``best_rates``, for every aim from the same runs, as "arm, for aim"."""
    runs = training.train(arms=arms, lr=list(rates), eval_on="validation", **options)
    found = {}
    for arm in arms:
        for aim, measure in LOSS_AND_ACCURACY.items():
            table = dict(zip(rates, measure(runs.at(arm=arm)).tolist(), strict=True))
            found[f"{arm}, for {aim}"] = middle_of_the_best(table, aim)
    return found


def models_and_optimizers(
    seeds, *, data=DATA_SETS, methods=tuple(METHODS), depth=8, deep=DEEP, width=32, steps=500,
    batch_size=64, tuned: Any = None,
) -> Record:  # fmt: skip
    """C36 and C37: late training loss and test accuracy of five models with three optimizers.

    Losses are log10, at most guessing and at least ``FITTED``; accuracies in percent, at the rate
    that suits the loss and, as "rates for accuracy", at that which suits them. The range of
    a factor is the difference between its worst and its best level, each averaged over the other
    factor. For a pair by itself a seed fails where it diverges; in a range such a seed counts as
    guessing. A network that stays at guessing has not failed: that is its loss. Ranges are taken
    where all ``methods`` are run. ReLU networks of ``deep`` layers are in no range.
    """
    arms, wanted = {}, pairs(methods) | deeper(deep, methods)
    keys = [f"{pair}, for {aim}" for pair in wanted for aim in LOSS_AND_ACCURACY]
    for name in data:
        size = dict(depth=depth, width=width, batch_size=batch_size)
        options = on_data(name, seeds, steps=steps, record=record_at(steps), **size)
        rates = {key: tuned[f"{name}, {key}"] for key in keys}
        runs = at_own_rates(rates, LOSS_AND_ACCURACY, wanted, **options)
        losses, errors, least = {}, {}, {}
        for pair in wanted:
            member, other = (runs[f"{pair}, for {aim}"] for aim in ("loss", "accuracy"))
            losses[pair] = late_loss(member, fitted=FITTED)
            errors[pair], least[pair] = (100 - 100 * final_accuracy(m) for m in (member, other))
            arms |= {
                f"{name}, {pair}": failed_as_nan(losses[pair], member.diverged),
                f"{name}, {pair}, accuracy": failed_as_nan(100 - errors[pair], member.diverged),
                f"{name}, {pair}, {AT_BEST}": failed_as_nan(100 - least[pair], other.diverged),
            }
        if set(methods) == set(METHODS):
            for what, found in (("loss", losses), ("accuracy", errors), (AT_BEST, least)):
                table = np.array([[found[f"{m}, {o}"] for o in METHODS] for m in MODELS])
                arms |= {f"{name}, {case}, {what}": v for case, v in ranges(table).items()}
    return Record(tuple(seeds), arms)


def ranges(table: np.ndarray) -> dict[str, list[float]]:
    """The ranges of both factors of a table (models, optimizers, seeds), by who was left out.

    Smaller is better in it. "at their best": each level with what suits it best, not averaged.
    "three at a time": the mean over all triples of models, as many as there are optimizers.
    """
    cases = {"all": table}
    cases |= {f"without {m}": np.delete(table, k, axis=0) for k, m in enumerate(MODELS)}
    cases |= {f"without {o}": np.delete(table, k, axis=1) for k, o in enumerate(METHODS)}
    found = {}
    for name, part in cases.items():
        found[f"{name}: models"] = _range(part.mean(axis=1)).tolist()
        found[f"{name}: optimizers"] = _range(part.mean(axis=0)).tolist()
    for name in ("all", f"without {OLD}"):
        part = cases[name]
        found[f"{name}, at their best: models"] = _range(part.min(axis=1)).tolist()
        found[f"{name}, at their best: optimizers"] = _range(part.min(axis=0)).tolist()
        triples = combinations(range(len(part)), len(METHODS))
        of_three = [_range(part[list(chosen)].mean(axis=1)) for chosen in triples]
        found[f"{name}, three at a time: models"] = np.mean(of_three, axis=0).tolist()
    return found


def _range(levels: np.ndarray) -> np.ndarray:
    return levels.max(axis=0) - levels.min(axis=0)


def factorial_runs(seeds, *, depth=8, steps=500) -> training.Runs:
    """Every model with every optimizer at every learning rate of a grid, on the digits."""
    options = on_digits(seeds, depth=depth, steps=steps, record=6)
    return training.train(arms=pairs(), lr=list(grid(-8, 1, per_decade=2)), **options)
