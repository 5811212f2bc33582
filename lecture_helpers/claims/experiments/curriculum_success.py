"""Whether a curriculum ends better than the usual training: the experiment of C49."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import product
from typing import Any

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.confidence import discriminant
from lecture_helpers.claims.experiments.curriculum import (
    BATCH,
    BUDGETS,
    FOLDS,
    MEASURES,
    NETWORK,
    NOISES,
    PRICED,
    RATES,
    SIZES,
    WORKED,
    reference_work,
    trained_ends,
    tuned_race,
    update_cost,
    widened,
)
from lecture_helpers.claims.experiments.shapes_first import (
    ONE_RATE,
    SHAPES_NETWORK,
    shapes_first,
    tune_shapes,
)
from lecture_helpers.claims.experiments.tuned_networks import DATA
from lecture_helpers.curriculum.classroom import Classroom
from lecture_helpers.curriculum.difficulty import cross_fitted_confidence, easy_first, untied
from lecture_helpers.curriculum.nearest_neighbours import nearness
from lecture_helpers.curriculum.pacing import paced_batches, pacing
from lecture_helpers.curriculum.race import batches_of, train_in
from lecture_helpers.curriculum.shapes_race import UNION, shapes_race
from lecture_helpers.training import Runs

USUAL = ("standard", "easy first", "filter")
OTHER, OTHER_WORKED = "easy first by the discriminant", "standard, and the discriminant's work"
OTHER_IN = PRICED  # the budgets of the discriminant's scores


def success(
    seeds, *, data=tuple(DATA), budgets=tuple(BUDGETS), start=0.3, pace=0.5, shapes=True,
    tuned: Any = None,
) -> Record:  # fmt: skip
    """C49: test accuracy in percent and log10 of the test loss at the end of a training.

    As in the race of C46, with its arms' learning rates: the usual training, easy first, and the
    hardest 30 % left out for good. "standard, and the reference's work" makes as many updates more
    as the scores cost, in every budget. In the two shorter budgets the same with the confidence of
    a linear discriminant, ties broken as there, and its price. On shapes see ``shapes_first``.
    """
    arms = {}
    for name, words in product(data, NOISES):
        room, entries = entered(name, NOISES[words], seeds, start, pace)
        for budget in budgets:
            where = f"{name}, {budget}, {words}"
            for steps, few in timetable(name, budget):
                rates = {
                    (arm, m): tuned[f"{where}: {arm}, {m}"] if tuned else 0.03
                    for arm, m in product(few, MEASURES)
                }
                ends = trained_ends(room, entries, steps, rates)
                arms |= {f"{where}: {arm}, {m}": end for (arm, m), end in ends.items()}
    return Record(tuple(seeds), arms | (shapes_first(seeds, tuned) if shapes else {}))


def entered(
    data: str, noise: float, seeds, start: float = 0.3, pace: float = 0.5
) -> tuple[Classroom, dict[str, Callable]]:
    """The classroom of a data set, and how each arm chooses its batches there."""
    sizes = SIZES[data]
    room = Classroom(DATA[data](), seeds=list(seeds), wrong=noise, sizes=sizes, ties="by nearness")
    drawn = {arm: batches_of(room, arm, start, pace) for arm in USUAL}
    drawn |= {WORKED: drawn["standard"], OTHER_WORKED: drawn["standard"]}
    return room, drawn | {OTHER: _by_discriminant(room, start, pace)}


def _by_discriminant(room: Classroom, start: float, pace: float) -> Callable:
    @cache
    def order(seed: int) -> np.ndarray:
        rows = room.split(room.dataset, seed).train
        scored = partial(
            cross_fitted_confidence, room.dataset.inputs[rows], room.dataset.targets[rows],
            folds=FOLDS, seed=seed,
        )  # fmt: skip
        return rows[easy_first(untied(scored(reference=discriminant), scored(reference=nearness)))]

    def batches(seed: int, steps: int, batch_size: int, **_) -> np.ndarray:
        parts = pacing(np.arange(steps) / steps, start=start, pace=pace)
        return paced_batches(order(seed), parts, batch_size, np.random.default_rng([seed, 9]))

    return batches


def discriminant_work(examples: int, features: int, classes: int = 10) -> int:
    """The updates of the network that cost as much as the scores of the linear discriminant.

    In multiplications, for every fold: the covariance, its solution, and the scores of the examples
    left out. How much the covariance is shrunk is taken to be known.

    >>> discriminant_work(3000, 40)
    29
    """
    learned = examples - examples // FOLDS
    of_a_fold = learned * features**2 + features**3 // 3 + examples // FOLDS * features * classes
    return round(FOLDS * of_a_fold / update_cost(features))


def timetable(data: str, budget: str) -> Iterator[tuple[int, list[str]]]:
    """Numbers of updates, each with the arms that make them."""
    steps, size = BUDGETS[budget], (SIZES[data]["train"], DATA[data]().inputs.shape[1])
    other = budget in OTHER_IN
    yield steps, [*USUAL, *[OTHER] * other]
    yield steps + reference_work(*size), [WORKED]
    if other:
        yield steps + discriminant_work(*size), [OTHER_WORKED]


def tune_success(seeds) -> dict[str, float]:
    """The best learning rate on right validation labels, as in C46; the race's are its own."""
    known, found = tuned_race(), tune_shapes(seeds)
    for name, words in product(DATA, NOISES):
        room, entries = entered(name, NOISES[words], seeds)
        for budget, rates in RATES.items():
            where = f"{name}, {budget}, {words}"
            for steps, few in timetable(name, budget):
                places = [f"{where}: {arm}, {m}" for arm, m in product(few, MEASURES)]
                found |= {place: known[place] for place in places if place in known}
                new = {
                    a: {"batches": entries[a]} for a in few if f"{where}: {a}, loss" not in known
                }
                if new:
                    usual = dict(batch_size=BATCH, record=[0, steps], progress=False) | NETWORK
                    train = partial(train_in, room, new, steps=steps, eval_on="validation", **usual)
                    best = widened(train, new, rates)
                    found |= {f"{where}: {place}": rate for place, rate in best.items()}
    return found


def stored_shapes(seeds, varied: bool = False) -> Runs:
    """The runs of seven switch times and the union, all at ``ONE_RATE``, for the notebook.

    With easy shapes that are upright, central and alike, or ``varied`` as the hard ones are.
    """
    switches = np.linspace(0, 0.9, 7).round(2).tolist()
    usual: dict = dict(seeds=list(seeds), progress=False) | SHAPES_NETWORK
    return shapes_race((*switches, UNION), lr=ONE_RATE, varied=varied, **usual).round(4)
