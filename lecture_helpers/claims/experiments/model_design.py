"""C36 and C37: a table of models and optimizers, every pair at its own best learning rate."""

from collections.abc import Iterable
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.tuned_networks import (
    FITTED,
    best_rates,
    failed_as_nan,
    grid,
    on_data,
    on_digits,
    train_at,
)
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.networks.designs import METHODS, MODELS
from lecture_helpers.training import GUESSING, final_accuracy, late_loss

RATES = {
    "plain SGD": grid(-4, 0, per_decade=2),
    "momentum": grid(-5, -1, per_decade=2),
    "Adam": grid(-7, -3, per_decade=2),
}
OLD = "sigmoid"  # the row that nobody would use today
DATA_SETS = ("digits", "MNIST")


def best_or_middle(losses: dict[float, list[float]]) -> float:
    """The best learning rate of a grid; its middle where no rate gets below guessing."""
    rates = sorted(losses)
    if min(np.mean(row) for row in losses.values()) > np.log10(GUESSING) - 0.005:
        return rates[len(rates) // 2]
    return best_on_grid(losses)


def record_at(steps: int) -> list[int]:
    """Six records, three of them late: measuring costs as much as training.

    >>> record_at(400)
    [0, 100, 200, 300, 350, 400]
    """
    return sorted({round(share * steps) for share in (0, 0.25, 0.5, 0.75, 0.875, 1)})


def pairs(methods: Iterable[str] = tuple(METHODS)) -> dict[str, dict]:
    """Every model with every optimizer, or with some."""
    return {f"{m}, {o}": MODELS[m] | METHODS[o] for m in MODELS for o in methods}


def tuned_models_and_optimizers(seeds, *, data=DATA_SETS, depth=8, steps=500) -> dict[str, float]:
    """The learning rate of every model with every optimizer, on the late training loss."""
    found, measure = {}, partial(late_loss, fitted=FITTED)
    for name in data:
        options = on_data(name, seeds, depth=depth, steps=steps, record=record_at(steps))
        for method, rates in RATES.items():
            best = best_rates(pairs([method]), rates, measure, best_or_middle, **options)
            found |= {f"{name}, {pair}": rate for pair, rate in best.items()}
    return found


def models_and_optimizers(
    seeds, *, data=DATA_SETS, methods=tuple(METHODS), depth=8, width=32, steps=500, batch_size=64,
    tuned: Any = None,
) -> Record:  # fmt: skip
    """C36 and C37: late training loss and test accuracy of five models with three optimizers.

    Losses are log10, at most guessing and at least ``FITTED``; accuracies in percent. The range of
    a factor is the difference between its worst and its best level, each averaged over the other
    factor. For a pair by itself a seed fails where it diverges; in a range such a seed counts as
    guessing. A network that stays at guessing has not failed: that is its loss. Ranges are taken
    where all ``methods`` are run.
    """
    arms, wanted = {}, pairs(methods)
    for name in data:
        own = {pair: tuned[f"{name}, {pair}"] for pair in wanted}
        size = dict(depth=depth, width=width, batch_size=batch_size)
        options = on_data(name, seeds, steps=steps, record=record_at(steps), **size)
        runs = train_at(own, wanted, **options)
        losses, errors = {}, {}
        for pair in wanted:
            member = runs.at(arm=pair)
            losses[pair] = late_loss(member, fitted=FITTED)
            errors[pair] = 100 - 100 * final_accuracy(member)
            arms[f"{name}, {pair}"] = failed_as_nan(losses[pair], member.diverged)
            accuracy = failed_as_nan(100 - errors[pair], member.diverged)
            arms[f"{name}, {pair}, accuracy"] = accuracy
        if set(methods) == set(METHODS):
            for what, found in (("loss", losses), ("accuracy", errors)):
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
