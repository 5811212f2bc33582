"""A teacher's hand on the examples: how many of them are in, easiest first, while a net trains."""

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np

from lecture_helpers.curriculum.difficulty import (
    balanced_easy_first,
    cross_fitted_confidence,
    easy_first,
    hard_first,
    untied,
    wrong_labels,
)
from lecture_helpers.curriculum.nearest_neighbours import nearness
from lecture_helpers.curriculum.pacing import available
from lecture_helpers.datasets import SIZES, Dataset, Split, split
from lecture_helpers.foundation import validation
from lecture_helpers.foundation.validation import fraction, instance, mapping, one_of
from lecture_helpers.training import seeds_of

ORDERS = ("easy first", "hard first", "by lot")
TIES = ("as given", "by nearness")


class Classroom:
    """The training examples of several seeds, each in several orders, for one training.

    Every seed has its own split, wrong labels (a share ``wrong`` of the training examples) and
    scores. ``dataset`` holds one copy of the data for each seed, since each has other labels;
    ``split`` finds a seed's copy in it. Scores are computed when they are first asked for. Examples
    of equal confidence stay in the order of their numbers, or their ``ties`` are broken "by
    nearness", the score of ``nearness``.

    >>> from lecture_helpers.datasets import digits
    >>> room = Classroom(digits(), seeds=2, wrong=0.4, sizes=dict(test=300, train=1000))
    >>> len(room.dataset), list(room.arms)
    (3594, ['yours', 'random order', 'standard'])
    """

    def __init__(
        self, dataset: Dataset, *, seeds: int | Iterable[int] = 4, wrong: float = 0.0,
        sizes: Mapping | None = None, ties: str = "as given",
    ):  # fmt: skip
        self.seeds, n = seeds_of(seeds), len(instance(Dataset, dataset=dataset))
        self.ties = one_of(TIES, ties=ties)
        self.wrong, self.classes = fraction(wrong=wrong), dataset.classes
        sizes = {} if sizes is None else mapping(SIZES, sizes=sizes)
        self._parts = {seed: split(dataset, seed, **sizes) for seed in self.seeds}
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
        instance(Dataset, dataset=dataset), one_of(self.seeds, seed=seed)
        start, parts = self._starts[seed], self._parts[seed]
        return Split(parts.train + start, parts.validation + start, parts.test + start)

    @cached_property
    def confidence(self) -> dict[int, np.ndarray]:
        """Seed to what the cross-fitted neighbours give to the labels of its training examples."""
        return {
            seed: cross_fitted_confidence(self.dataset.inputs[rows], self.dataset.targets[rows],
                                          seed=seed)
            for seed, rows in self._rows.items()
        }  # fmt: skip

    @cached_property
    def orders(self) -> dict[tuple[int, str], np.ndarray]:
        """(seed, name of the order) to the numbers of that seed's training examples.

        Beside ``ORDERS`` "balanced easy first", the easiest of every class, and "wrong labels
        last": by lot, but those with a wrong label after all others.
        """
        found = {}
        for seed, rows in self._rows.items():
            targets, ease = self.dataset.targets[rows], self.confidence[seed]
            if self.ties == "by nearness":
                inputs = self.dataset.inputs[rows]
                ease = untied(
                    ease, cross_fitted_confidence(inputs, targets, seed=seed, reference=nearness)
                )
            by_lot = np.random.default_rng([seed, 8]).permutation(len(rows))
            orders = {
                "easy first": easy_first(ease), "hard first": hard_first(ease), "by lot": by_lot,
                "balanced easy first": balanced_easy_first(ease, targets),
                "wrong labels last":
                    by_lot[np.argsort(self._replaced[rows][by_lot], kind="stable")],
            }  # fmt: skip
            found |= {(seed, name): rows[order] for name, order in orders.items()}
        return found

    @property
    def _rows(self) -> dict[int, np.ndarray]:
        return {seed: self.split(self.dataset, seed).train for seed in self.seeds}

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
        order = self.orders[seed, one_of(ORDERS, order=order)]
        inside = available(order, validation.share(share=share))
        return inside[(rng.random(batch_size) * len(inside)).astype(int)]

    def _drawn_by_lot(self, seed, batch_size, rng, share) -> np.ndarray:
        return self._drawn(seed, batch_size, rng, share, "by lot")

    def _drawn_from_all(self, seed, batch_size, rng) -> np.ndarray:
        return self._drawn(seed, batch_size, rng, 1.0, "easy first")

    def wrong_inside(self, order: str, share: float) -> float:
        """The share of wrong labels among those who are in, the mean of the seeds."""
        wrong = self._wrong_by_size[one_of(ORDERS, order=order)]
        return float(wrong[len(available(wrong, validation.share(share=share))) - 1])

    @cached_property
    def _wrong_by_size(self) -> dict[str, np.ndarray]:
        """Order to the share of wrong labels among the first 1, 2, ... examples, (train,)."""
        found = {}
        for order in ORDERS:
            ranked = np.stack([self._replaced[self.orders[seed, order]] for seed in self.seeds])
            found[order] = ranked.mean(0).cumsum() / np.arange(1, ranked.shape[1] + 1)
        return found
