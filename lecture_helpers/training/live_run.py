"""What a live training has done so far, and what the hand did to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lecture_helpers.foundation.schedules import Schedule
from lecture_helpers.foundation.validation import many
from lecture_helpers.training.metrics import GUESSING
from lecture_helpers.training.runs import Runs

ONE_STROKE = 15  # updates between two changes of one movement of the hand


@dataclass(frozen=True, eq=False)
class LiveRun(Runs):
    """``Runs`` as far as a live training has come: ``step`` updates made.

    batch_losses: (*grid, seeds, step), what each update's batch cost before it. spread, moved:
    (*grid, seeds, layers, watched), the standard deviation of every layer's outputs and the length
    of the update of its weights over theirs, in the updates ``watched``; None unless asked for.
    schedules: control to what it was, up to this step.
    """

    step: int = 0
    batch_losses: Any = None
    layers: list[str] = field(default_factory=list)
    watched: Any = None
    spread: Any = None
    moved: Any = None
    schedules: Mapping[str, Schedule] = field(default_factory=dict)

    @property
    def now(self) -> dict:
        """The controls as they stand: name to the value of the next update."""
        return {name: schedule.at(self.step) for name, schedule in self.schedules.items()}

    @property
    def changes(self) -> list[tuple[int, str, Any, Any]]:
        """(step, control, before, after) of all that the hand did, in order."""
        every = [
            (step, name, before, after)
            for name, schedule in self.schedules.items()
            for step, before, after in schedule.changes(self.step)
        ]
        return sorted(every, key=lambda change: change[:2])

    def recent_cost(self, last: int = 25) -> np.ndarray:
        """What the ``last`` batches cost on average, (*grid, seeds, 1 + step), from update 0 on.

        Before there are so many, guesses fill up. What has diverged costs infinitely much.
        """
        last = many(last=last)
        losses = np.where(np.isfinite(self.batch_losses), self.batch_losses, np.inf)
        guesses = np.full((*losses.shape[:-1], last), GUESSING)
        both = np.concatenate([guesses, losses], axis=-1)
        return np.lib.stride_tricks.sliding_window_view(both, last, axis=-1).mean(axis=-1)

    @property
    def story(self) -> str:
        """What was done and what broke: the last two movements of the hand, the last one before
        something diverged, then the arms that did.

        A control that was dragged one way counts once, from where it began to where it came.
        """
        strokes, broken = _strokes(self.changes), self._broken()
        told = strokes[-2:]
        if broken:
            first = min(step for _, step, _ in broken)
            told = [s for s in strokes[:-2] if s[0] <= first][-1:] + told
        words = [
            f"you {_verb(old, new)} {name.replace('_', ' ')} to {_shown(new)} {_when(begun, ended)}"
            for begun, name, old, new, ended in told
        ]
        words += [f"{who} diverged at update {step} ({share})" for who, step, share in broken]
        if words and len(told) < len(strokes):
            words[0] = f"{len(strokes)} moves, among them: {words[0]}"
        return "; ".join(words) or "nothing was changed"

    def _broken(self) -> list[tuple[str, int, str]]:
        """The arms that diverged: which, the first update at which one did, how many of them."""
        arms, found = self.axes.get("arm"), []
        for arm in arms or [None]:
            gone = (self.at(arm=arm) if arms else self).diverged_at
            if (gone >= 0).any():
                share = f"{(gone >= 0).sum()} of {gone.size} networks"
                found.append((arm or "it", int(gone[gone >= 0].min()), share))
        return found

    def _by_member(self) -> list[str]:
        own = [n for n in ("batch_losses", "spread", "moved") if getattr(self, n) is not None]
        return super()._by_member() + own


def _strokes(changes: list[tuple]) -> list[tuple]:
    """The changes, with those of one control in quick succession and one direction as one."""
    joined = []
    for step, name, before, after in changes:
        last = joined[-1] if joined else None
        if last and last[1] == name and step - last[4] <= ONE_STROKE and (
            _verb(last[2], last[3]) == _verb(before, after) != "set"
        ):  # fmt: skip
            joined[-1] = (last[0], name, last[2], after, step)
        else:
            joined.append((step, name, before, after, step))
    return joined


def _when(begun: int, ended: int) -> str:
    return f"at update {begun}" if begun == ended else f"from update {begun} to {ended}"


def _verb(before, after) -> str:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (before, after))
    if not numbers:
        return "set"
    return "raised" if after > before else "lowered"


def _shown(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
