"""Easy shapes first, after Bengio et al. 2009, beside what else one could show: a part of C49."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from lecture_helpers.claims.experiments.curriculum import BATCH, MEASURES, trained_ends, widened
from lecture_helpers.claims.experiments.tuned_networks import grid
from lecture_helpers.curriculum.race import train_in
from lecture_helpers.datasets import Dataset, Split, shapes

ALONE, EASY, MIXED = "hard shapes alone", "easy shapes first", "easy shapes mixed in"
MORE = "as many more hard shapes"
EASY_SETS = {"upright, central and alike": False, "as varied as the hard ones": True}
SHAPES_NETWORK: dict = dict(depth=3, width=64)
SHAPES_RATES = grid(-6, -1, per_decade=2, digits=1)  # 0.001 to 0.3
ONE_RATE, AT_ONE = 0.03, "accuracy at one rate"
HELD_OUT = (500, 1500)  # for validation and for the test
TWICE = 10_000  # from a seed to the second training that stands under it
HARD = len(EASY_SETS)  # the place of the hard shapes: after the sets of easy ones
ARMS = {ALONE: None, MORE: None} | {
    f"{arm}, {easy}": place for place, easy in enumerate(EASY_SETS) for arm in (EASY, MIXED)
}  # fmt: skip
VARIED = next(easy for easy, varied in EASY_SETS.items() if varied)
RUNS = {  # updates, and the arms that make them
    "1,000 updates": (1000, tuple(ARMS)),
    "3,000 updates": (3000, (ALONE, MORE, f"{EASY}, {VARIED}", f"{MIXED}, {VARIED}")),
}


@dataclass(frozen=True)
class Pictures:
    """The shapes of several seeds for one training: both easy sets, the hard ones, twice as many.

    Of every seed first the easy sets, ``examples`` each, then 2 ``examples`` hard ones, of which
    the second half is there for ``MORE`` alone, then the hard ones of ``HELD_OUT``.
    """

    dataset: Dataset
    seeds: list[int]
    examples: int

    def first(self, seed: int, place: int) -> int:
        """The number of the first example of a seed's set."""
        each = len(self.dataset) // len(self.seeds)
        return self.seeds.index(seed) * each + place * self.examples

    def split(self, _, seed: int) -> Split:
        """All shapes to train on, and the hard ones held out, as ``train`` asks for them."""
        held_out = self.first(seed, HARD + 2)
        cuts = np.cumsum([held_out, *HELD_OUT])
        train = np.arange(self.first(seed, 0), held_out)
        return Split(train, *(np.arange(*ends) for ends in zip(cuts[:-1], cuts[1:], strict=True)))


def pictures(seeds: Iterable[int], examples: int = 2000) -> Pictures:
    """Both sets of easy shapes and the hard ones, for every seed."""
    parts, drawn = [], list(seeds)
    for seed in drawn:
        parts += [shapes(examples, seed, easy=True, varied=v) for v in EASY_SETS.values()]
        parts.append(shapes(2 * examples + sum(HELD_OUT), seed))
    inputs = np.concatenate([part.inputs for part in parts])
    targets = np.concatenate([part.targets for part in parts])
    return Pictures(Dataset(inputs, targets, "shapes"), drawn, examples)


def batches_of(room: Pictures, arm: str) -> Callable:
    """How an arm of ``ARMS`` chooses its batches; all draw the same places."""

    def batches(seed: int, steps: int, batch_size: int, **_) -> np.ndarray:
        drawn, n = np.random.default_rng([seed, 9]).random((steps, batch_size)), room.examples
        easy, hard, place = ARMS[arm], room.first(seed, HARD), (drawn * n).astype(int)
        if easy is None:
            return hard + ((drawn * 2 * n).astype(int) if arm == MORE else place)
        is_easy = np.arange(steps)[:, None] < steps / 2
        if arm.startswith(MIXED):
            place = (drawn * 2 * n).astype(int)
            is_easy, place = place < n, place % n
        return place + np.where(is_easy, room.first(seed, easy), hard)

    return batches


def shapes_first(seeds, tuned: Any = None) -> dict[str, list[float]]:
    """The arms of C49 on shapes: test accuracy in percent, log10 of the test loss, on hard shapes.

    Hard ones alone; easy ones for the first half of the updates, or as many easy ones mixed in from
    the start, for both sets of easy ones (for the varied ones in the longer run); or as many more
    hard ones. Every arm and measure has its own learning rate; "at one rate" it is ``ONE_RATE`` for
    all. Each value is the mean of two trainings, of different shapes.
    """
    firsts, found = list(seeds), {}
    room = pictures([one for seed in firsts for one in (seed, seed + TWICE)])
    entries = {arm: batches_of(room, arm) for arm in ARMS}
    for words, (steps, few) in RUNS.items():
        rates = {
            (arm, m): tuned[f"shapes, {words}: {arm}, {m}"] if tuned else 0.03
            for arm, m in product(few, MEASURES)
        } | {(arm, AT_ONE): ONE_RATE for arm in few if arm != MORE}
        ends = trained_ends(room, entries, steps, rates, SHAPES_NETWORK)
        found |= {
            f"shapes, {words}: {arm}, {m}": np.reshape(values, (-1, 2)).mean(1).tolist()
            for (arm, m), values in ends.items()
        }
    return found


def tune_shapes(seeds) -> dict[str, float]:
    """The best learning rate on the validation shapes, per number of updates, arm and measure."""
    room: Any = pictures(seeds)
    found = {}
    for words, (steps, few) in RUNS.items():
        arms = {arm: {"batches": batches_of(room, arm)} for arm in few}
        usual = dict(batch_size=BATCH, record=[0, steps], progress=False) | SHAPES_NETWORK
        train = partial(train_in, room, arms, steps=steps, eval_on="validation", **usual)
        best = widened(train, few, SHAPES_RATES)
        found |= {f"shapes, {words}: {place}": rate for place, rate in best.items()}
    return found
