"""One network under several orders of the same examples, at equal gradient steps."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from lecture_helpers import training
from lecture_helpers.curriculum.classroom import Classroom
from lecture_helpers.curriculum.pacing import available, paced_batches, pacing
from lecture_helpers.datasets import Dataset
from lecture_helpers.foundation.validation import fraction, many, one_of, positive, some
from lecture_helpers.training import Runs, seeds_of

ARMS = ("standard", "easy first", "hard first", "random order", "balanced easy first", "filter")
EVERY_ARM = (*ARMS, "wrong labels last")
UNPACED = ("standard", "filter")
ORDER_OF = {"standard": "easy first", "filter": "easy first", "random order": "by lot"}
KEPT = 0.7


def order_race(
    dataset: Dataset, *, start: float = 0.3, pace: float = 0.5, shape: str = "linear",
    label_noise: float = 0.0, **settings,
) -> Runs:  # fmt: skip
    """The runs of every arm, an axis ``arm``, with the paced arms at that pacing.

    standard: all examples at every step. easy first, hard first, random order: the pacing over an
    order by confidence, against it, by lot. balanced easy first: easy first in every class. filter:
    the easiest 70 % at every step. wrong labels last, only if asked for: random order among the
    right labels, then among the wrong ones. Confidence is cross-fitted on the training examples
    with the labels they have there. ``settings`` are those of ``order_race_grid``.

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
    split: Mapping | None = None,
    progress=True,
    **settings,
) -> Runs:
    """``order_race`` for every share of wrong labels and every named (start, pace, shape).

    The axes are label_noise, pacing and arm. ``lr`` is one number, or maps arms, or pairs (arm,
    label_noise), to numbers. ``settings`` are those of ``train_in``.
    """
    arms = [one_of(EVERY_ARM, arms=arm) for arm in some(arms=arms)]
    drawn, done = seeds_of(seeds), {}
    for noise in label_noise:
        room = Classroom(dataset, seeds=drawn, wrong=fraction(label_noise=noise), sizes=split)
        entries = {
            _cell(p, arm): {"batches": batches_of(room, arm, *pacings[p]), "lr": rate}
            for p in pacings for arm, rate in _rates(arms, noise, lr).items()
        }  # fmt: skip
        runs = train_in(
            room, entries, steps=steps, progress=progress if not done else False, **settings
        )
        of_pacings = {
            p: Runs.stack({arm: runs.at(arm=_cell(p, arm)) for arm in arms}, "arm") for p in pacings
        }
        done[noise] = Runs.stack(of_pacings, "pacing")
    return Runs.stack(done, "label_noise")


def _rates(arms: Sequence[str], noise: float, lr: float | Mapping) -> dict[str, float]:
    if not isinstance(lr, Mapping):
        return dict.fromkeys(arms, positive(lr=lr))
    return {arm: positive(lr=lr[(arm, noise) if (arm, noise) in lr else arm]) for arm in arms}


def _cell(name: str, arm: str) -> str:
    return arm if arm in UNPACED else f"{name} {arm}"


def batches_of(
    room: Classroom, arm: str, start: float = 0.3, pace: float = 0.5, shape: str = "linear"
) -> Callable:
    """How an arm chooses its batches in that classroom, for ``train_in``.

    With replacement, from the first part of the arm's order; every arm of a seed draws the same
    places in it.
    """
    name = ORDER_OF.get(one_of(EVERY_ARM, arm=arm), arm)
    pacing(0.0, start=start, pace=pace, shape=shape)  # refuses what it does not know, in words

    def batches(seed: int, steps: int, batch_size: int, **_) -> np.ndarray:
        parts = pacing(np.arange(steps) / steps, start=start, pace=pace, shape=shape)
        order = room.orders[seed, name]
        if arm in UNPACED:
            parts = np.ones(steps)
        if arm == "filter":
            order = available(order, KEPT)
        return paced_batches(order, parts, batch_size, np.random.default_rng([seed, 9]))

    return batches


def train_in(
    room: Classroom, entries: Mapping[str, Mapping], *, steps: int, batch_size: int = 32,
    momentum: float = 0.9, schedule: str = "cosine", record=12, eval_on: str = "test",
    progress=True, **network,
) -> Runs:  # fmt: skip
    """The runs of a classroom's seeds, an axis ``arm``: name to ``batches_of`` an arm and its rate.

    Tested on right labels. ``network`` are the settings of ``mlp``, and a list of learning rates.
    """
    many(steps=steps), many(batch_size=batch_size)
    return training.train(
        training.mlp, room.dataset, steps=steps, batch_size=batch_size, seeds=room.seeds,
        arms=entries, split=room.split, momentum=momentum, schedule=schedule, record=record,
        eval_on=eval_on, progress=progress, **network,
    )  # fmt: skip
