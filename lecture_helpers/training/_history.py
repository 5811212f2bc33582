"""What a training writes down while it goes on."""

import platform
import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch

from lecture_helpers.foundation.validation import listed, many, shown
from lecture_helpers.training._ensemble import Ensemble
from lecture_helpers.training._trainees import Trainee
from lecture_helpers.training.runs import Runs


class History:
    """Follows ensembles through their updates and gathers the ``Runs``."""

    def __init__(self, trainees: Sequence[Trainee], steps: int, record, checkpoints):
        self.steps, self.shape = steps, trainees[0].member.shape
        self.record_at = record_steps(record, steps)
        self.keep_at = checkpoint_steps(checkpoints, self.record_at, steps)
        self.curves = np.full((3, *self.shape, len(self.record_at)), np.nan, np.float32)
        self.diverged_at = np.full(self.shape, -1)
        self.made = np.zeros(self.shape, int)
        self.layouts, self.layout_of = [], np.zeros(self.shape, int)
        self.weights = self._room(t.module.parameters() for t in trainees)
        self.buffers = self._room(t.module.buffers() for t in trainees)
        self.mislabelled = self._mislabelled(trainees)
        self.started = time.perf_counter()

    def _room(self, tensors: Iterable[Iterable[torch.Tensor]]) -> np.ndarray:
        sizes = [sum(t.numel() for t in own if t.is_floating_point()) for own in tensors]
        return np.full((*self.shape, len(self.keep_at), max(sizes)), np.nan, np.float32)

    def _mislabelled(self, trainees) -> np.ndarray | None:
        if all(t.mislabelled is None for t in trainees):
            return None
        mislabelled = np.zeros((*self.shape, len(trainees[0].labels)), bool)
        for t in trainees:
            mislabelled[t.member.place] = False if t.mislabelled is None else t.mislabelled
        return mislabelled

    def follow(self, ensemble: Ensemble, tick: Callable[[int], None]) -> None:
        """Every update of an ensemble, with the records before, between and after."""
        places = [t.member.place for t in ensemble.trainees[: ensemble.real]]
        at = tuple(np.array(places).T)
        self.layout_of[at] = self._layout(ensemble.layout())
        for step in range(self.steps + 1):
            self._note(ensemble, at, step)
            if step < self.steps:
                ensemble.update(step)
                self.made[at] = step + 1
                tick(ensemble.real)

    def _layout(self, layout: dict) -> int:
        if layout not in self.layouts:
            self.layouts.append(layout)
        return self.layouts.index(layout)

    def _note(self, ensemble: Ensemble, at: tuple, step: int) -> None:
        if step in self.keep_at:
            k = int(np.flatnonzero(self.keep_at == step)[0])
            for room, now in zip((self.weights, self.buffers), ensemble.kept(), strict=True):
                room[(*at, k, slice(now.shape[1]))] = now
        if step in self.record_at:
            k = int(np.flatnonzero(self.record_at == step)[0])
            measured = np.stack(ensemble.measure())
            finite = np.isfinite(measured[:2]).all(0)
            before = ensemble.diverged_at(step)
            self.diverged_at[at] = np.where((before < 0) & ~finite, step, before)
            measured[:, self.diverged_at[at] >= 0] = np.nan
            self.curves[(slice(None), *at, k)] = measured

    def runs(self, axes: dict, seeds: list, settings: dict, build: Callable) -> Runs:
        """The record, as far as the training came."""
        train_loss, eval_loss, accuracy = self.curves
        kept = dict(weight_steps=self.keep_at, weights=self.weights, buffers=self.buffers)
        return Runs(
            axes=axes, seeds=seeds, steps=self.record_at, settings=settings, build=build,
            train_loss=train_loss, eval_loss=eval_loss, accuracy=accuracy,
            diverged_at=self.diverged_at, provenance=self._provenance(),
            stopped_at=None if (self.made == self.steps).all() else self.made,
            layouts=self.layouts, layout_of=self.layout_of, mislabelled=self.mislabelled,
            **(kept if len(self.keep_at) else {}),
        )  # fmt: skip

    def _provenance(self) -> dict:
        return {
            "date": time.strftime("%Y-%m-%d"),
            "seconds": round(time.perf_counter() - self.started, 1),
            "torch": torch.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        }


def record_steps(record: int | Iterable[int], steps: int) -> np.ndarray:
    """The steps of ``record`` evenly spaced records from 0 to ``steps``, or the given steps.

    Raises:
        ValueError: fewer than 2 records, or steps outside 0 to ``steps``.

    >>> record_steps(3, 10)
    array([ 0,  5, 10])
    """
    if not isinstance(record, Iterable) or isinstance(record, str):
        count = min(many(least=2, record=record), steps + 1)
        return np.unique(np.linspace(0, steps, count).round().astype(int))
    given = np.unique([many(least=0, record=step) for step in listed(record=record)])
    if not len(given) or given[-1] > steps:
        raise ValueError(f"record must be a number of records or steps from 0 to {steps}.")
    return given


def checkpoint_steps(keep: bool | int | str, record_at: np.ndarray, steps: int) -> np.ndarray:
    """The steps whose weights are kept: none, those of the records, the last, or every so many.

    Raises:
        ValueError: ``keep`` is none of False, True, "last" and a whole number above 0.
    """
    if keep is False:
        return np.array([], int)
    if keep is True:
        return record_at
    if isinstance(keep, str) and keep == "last":
        return np.array([steps])
    try:
        every = many(checkpoints=keep)
    except ValueError:
        raise ValueError(
            f'checkpoints must be False, True, "last" or a number of steps, not {shown(keep)}.'
        ) from None
    return np.unique([*range(0, steps, every), steps])
