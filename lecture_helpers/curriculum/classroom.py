"""A teacher's hand on the examples: how many of them are in, easiest first, while a net trains."""

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np

from lecture_helpers.curriculum.difficulty import (
    cross_fitted_confidence,
    easy_first,
    hard_first,
    wrong_labels,
)
from lecture_helpers.curriculum.pacing import available
from lecture_helpers.datasets import Dataset, Split, split
from lecture_helpers.foundation.validation import fraction, one_of
from lecture_helpers.training import seeds_of

ORDERS = ("easy first", "hard first", "by lot")


class Classroom:
    """The training examples of several seeds, each in three orders, for a ``live`` training.

    Every seed has its own split, wrong labels (a share ``wrong`` of the training examples) and
    scores: the same as in ``order_race``. ``dataset`` holds one copy of the data for each seed,
    since each has other labels; ``split`` finds a seed's copy in it. Scores are computed when they
    are first asked for.

    >>> from lecture_helpers.datasets import digits
    >>> room = Classroom(digits(), seeds=2, wrong=0.4, sizes=dict(test=300, train=1000))
    >>> len(room.dataset), list(room.arms)
    (3594, ['yours', 'random order', 'standard'])
    """

    def __init__(
        self, dataset: Dataset, *, seeds: int | Iterable[int] = 4, wrong: float = 0.0,
        sizes: Mapping | None = None,
    ):  # fmt: skip
        self.seeds, n = seeds_of(seeds), len(dataset)
        self.wrong, self.classes = fraction(wrong=wrong), dataset.classes
        self._parts = {seed: split(dataset, seed, **(sizes or {})) for seed in self.seeds}
        self._starts = {seed: k * n for k, seed in enumerate(self.seeds)}
        targets, replaced = [], []
        for seed in self.seeds:
            train, given, which = self._parts[seed].train, dataset.targets.copy(), np.zeros(n, bool)
            given[train], which[train] = wrong_labels(given[train], wrong, seed, self.classes)
            targets.append(given)
            replaced.append(which)
        inputs = np.tile(dataset.inputs, (len(self.seeds), 1))
        self.dataset = Dataset(inputs, np.concatenate(targets), dataset.name)
        self._replaced = np.concatenate(replaced)

    def split(self, dataset: Dataset, seed: int) -> Split:
        """The examples of that seed, as ``live`` asks for them."""
        start, parts = self._starts[seed], self._parts[seed]
        return Split(parts.train + start, parts.validation + start, parts.test + start)

    @cached_property
    def orders(self) -> dict[tuple[int, str], np.ndarray]:
        """(seed, name of the order) to the numbers of that seed's training examples."""
        found = {}
        for seed in self.seeds:
            train = self.split(self.dataset, seed).train
            inputs, targets = self.dataset.inputs[train], self.dataset.targets[train]
            confidence = cross_fitted_confidence(inputs, targets, seed=seed)
            found[seed, "easy first"] = train[easy_first(confidence)]
            found[seed, "hard first"] = train[hard_first(confidence)]
            by_lot = np.random.default_rng([seed, 8]).permutation(len(train))
            found[seed, "by lot"] = train[by_lot]
        return found

    @property
    def arms(self) -> dict[str, dict]:
        """Three ways to choose the examples of an update, for ``live(..., arms=...)``.

        yours: the controls ``share`` and ``order`` say who is in. random order: as many, by lot.
        standard: everybody. All draw with replacement and with the same draws.
        """
        return {
            "yours": dict(batch=self._drawn),
            "random order": dict(batch=self._drawn_by_lot),
            "standard": dict(batch=self._drawn_from_all),
        }

    def _drawn(self, seed, batch_size, rng, share, order) -> np.ndarray:
        inside = available(self.orders[seed, one_of(ORDERS, order=order)], share)
        return inside[(rng.random(batch_size) * len(inside)).astype(int)]

    def _drawn_by_lot(self, seed, batch_size, rng, share) -> np.ndarray:
        return self._drawn(seed, batch_size, rng, share, "by lot")

    def _drawn_from_all(self, seed, batch_size, rng) -> np.ndarray:
        return self._drawn(seed, batch_size, rng, 1.0, "easy first")

    def wrong_inside(self, order: str, share: float) -> float:
        """The share of wrong labels among those who are in, the mean of the seeds."""
        wrong = self._wrong_by_size[one_of(ORDERS, order=order)]
        return float(wrong[len(available(wrong, share)) - 1])

    @cached_property
    def _wrong_by_size(self) -> dict[str, np.ndarray]:
        """Order to the share of wrong labels among the first 1, 2, ... examples, (train,)."""
        found = {}
        for order in ORDERS:
            ranked = np.stack([self._replaced[self.orders[seed, order]] for seed in self.seeds])
            found[order] = ranked.mean(0).cumsum() / np.arange(1, ranked.shape[1] + 1)
        return found
