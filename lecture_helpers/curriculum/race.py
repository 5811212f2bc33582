"""One network under several orders of the same examples, at equal gradient steps."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from lecture_helpers import training
from lecture_helpers.curriculum.difficulty import (
    balanced_easy_first,
    cross_fitted_confidence,
    easy_first,
    hard_first,
    wrong_labels,
)
from lecture_helpers.curriculum.pacing import available, paced_batches, pacing
from lecture_helpers.datasets import Dataset, Split, split
from lecture_helpers.foundation.validation import fraction, one_of, positive, whole
from lecture_helpers.training import Runs, seeds_of

ARMS = ("standard", "easy first", "hard first", "random order", "balanced easy first", "filter")
UNPACED = ("standard", "filter")
KEPT = 0.7


def order_race(
    dataset: Dataset, *, start: float = 0.3, pace: float = 0.5, shape: str = "linear",
    label_noise: float = 0.0, **settings,
) -> Runs:  # fmt: skip
    """The runs of every arm, an axis ``arm``, with the paced arms at that pacing.

    standard: all examples at every step. easy first, hard first, random order: the pacing over an
    order by confidence, against it, by lot. balanced easy first: easy first in every class. filter:
    the easiest 70 % at every step. Confidence is cross-fitted on the training examples with the
    labels they have there. ``settings`` are those of ``order_race_grid``.

    Raises:
        ValueError: an unknown arm, a pacing or a share that is not accepted.
    """
    pacings = {"": (start, pace, shape)}
    runs = order_race_grid(dataset, pacings, label_noise=[label_noise], **settings)
    return runs.at(label_noise=label_noise, pacing="")


def order_race_grid(
    dataset: Dataset,
    pacings: Mapping[str, tuple[float, float, str]],
    *,
    steps: int,
    seeds: int | Iterable[int] = 8,
    arms: Sequence[str] = ARMS,
    label_noise: Sequence[float] = (0.0,),
    lr: float | Mapping = 0.03,
    momentum: float = 0.9,
    schedule: str = "cosine",
    batch_size: int = 32,
    split: Mapping | None = None,
    progress=True,
    record: int = 12,
    eval_on: str = "test",
    **network,
) -> Runs:
    """``order_race`` for every share of wrong labels and every named (start, pace, shape).

    The axes are label_noise, pacing and arm. ``lr`` is one number, or maps arms, or pairs (arm,
    label_noise), to numbers. ``network`` are the settings of ``mlp``.
    """
    for arm in arms:
        one_of(ARMS, arm=arm)
    whole(steps=steps, least=1), whole(batch_size=batch_size, least=1)
    usual = dict(momentum=momentum, schedule=schedule, record=record, eval_on=eval_on)
    drawn, done = seeds_of(seeds), {}
    for noise in label_noise:
        fraction(label_noise=noise)
        of_seeds = {}
        for seed in drawn:
            task = _Task(dataset, seed, noise, dict(split or {}), steps, batch_size)
            shown = progress if not done and not of_seeds else False
            settings = usual | network | dict(progress=shown)
            of_seeds[seed] = task.train(pacings, arms, lr, settings)
        done[noise] = Runs.stack(of_seeds, "seeds")
    return Runs.stack(done, "label_noise")


class _Task:
    """What a seed draws: the split, the wrong labels, the confidences, the orders."""

    def __init__(self, dataset, seed, noise, sizes, steps, batch_size):
        self.seed, self.steps, self.batch_size = seed, steps, batch_size
        self.parts: Split = split(dataset, seed, **sizes)
        train, targets = self.parts.train, dataset.targets.copy()
        targets[train] = wrong_labels(targets[train], noise, seed, dataset.classes)[0]
        self.dataset = Dataset(dataset.inputs, targets, dataset.name)
        self.noise = noise
        confidence = cross_fitted_confidence(dataset.inputs[train], targets[train], seed=seed)
        easy, by_lot = easy_first(confidence), np.random.default_rng([seed, 8])
        self.orders = {
            "standard": easy, "filter": available(easy, KEPT), "easy first": easy,
            "hard first": hard_first(confidence), "random order": by_lot.permutation(len(train)),
            "balanced easy first": balanced_easy_first(confidence, targets[train]),
        }  # fmt: skip

    def train(self, pacings: Mapping, arms: Sequence[str], lr, settings: Mapping) -> Runs:
        """One run per pacing and arm; arms without a pacing are trained once and repeated."""
        trained = {
            _cell(p, arm): dict(batches=self.batches(arm, *pacings[p]), lr=self.rate(arm, lr))
            for p in pacings for arm in arms
        }  # fmt: skip
        runs = training.train(
            training.mlp,
            self.dataset,
            steps=self.steps,
            batch_size=self.batch_size,
            seeds=[self.seed],
            arms=trained,
            split=lambda dataset, seed: self.parts,
            **settings,
        )
        of_pacings = {
            p: Runs.stack({arm: runs.at(arm=_cell(p, arm)) for arm in arms}, "arm") for p in pacings
        }
        return Runs.stack(of_pacings, "pacing")

    def rate(self, arm: str, lr) -> float:
        if isinstance(lr, Mapping):
            lr = lr[(arm, self.noise)] if (arm, self.noise) in lr else lr[arm]
        return positive(lr=lr)

    def batches(self, arm: str, start: float, pace: float, shape: str) -> np.ndarray:
        """Example numbers (steps, batch_size), drawn alike for every arm of a seed."""
        progress = np.arange(self.steps) / self.steps
        parts = pacing(progress, start=start, pace=pace, shape=shape)
        if arm in UNPACED:
            parts = np.ones(self.steps)
        rng = np.random.default_rng([self.seed, 9])
        return self.parts.train[paced_batches(self.orders[arm], parts, self.batch_size, rng)]


def _cell(name: str, arm: str) -> str:
    return arm if arm in UNPACED else f"{name} {arm}"
