"""What a control was set to, from which step on: a value that remembers its past."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lecture_helpers.foundation.validation import function, shown


@dataclass(frozen=True)
class Schedule:
    """Values by step: ``entries`` are (step, value), from step 0 on, steps ascending.

    A value holds from its step on until the next entry; step t is the update that leads from t
    updates made to t + 1.

    >>> lr = Schedule(((0, 0.1), (120, 0.01)))
    >>> lr.at(119), lr.at(120)
    (0.1, 0.01)
    >>> lr.changed(50, 1.0)
    [(0, 0.1), (50, 1.0)]
    """

    entries: tuple[tuple[int, Any], ...]

    def at(self, step: int):
        """The value in force for the update after ``step`` updates."""
        return next(value for start, value in reversed(self.entries) if start <= step)

    def until(self, step: int) -> "Schedule":
        """What is known before ``step``: entries from it on are dropped, but for the first."""
        kept = [(start, value) for start, value in self.entries if start < step]
        return Schedule(tuple(kept) or self.entries[:1])

    def changed(self, step: int, value) -> "Schedule":
        """The past before ``step``, then ``value``."""
        kept = [entry for entry in self.entries if entry[0] < step]
        if kept and _same(kept[-1][1], value):
            return Schedule(tuple(kept))
        return Schedule((*kept, (step if kept else 0, value)))

    def parts_from(self, other: "Schedule") -> float:
        """The first step at which the two say something else; infinity if there is none."""
        turns = sorted({start for start, _ in (*self.entries, *other.entries)})
        return next((t for t in turns if not _same(self.at(t), other.at(t))), float("inf"))

    def changes(self, until: float = float("inf")) -> list[tuple[int, Any, Any]]:
        """(step, value before, value after) of every change at a step before ``until``."""
        pairs = zip(self.entries, self.entries[1:], strict=False)
        return [(step, before, after) for (_, before), (step, after) in pairs if step < until]

    def map(self, function: Callable) -> "Schedule":
        """The schedule of ``function`` of every value."""
        return Schedule(tuple((step, function(value)) for step, value in self.entries))

    def __str__(self) -> str:
        first, *others = [(step, _words(value)) for step, value in self.entries]
        return ", ".join([first[1], *(f"{value} from {step}" for step, value in others)])

    def __repr__(self) -> str:
        return repr(self.entries[0][1] if len(self.entries) == 1 else list(self.entries))


def as_schedule(*, accept: Callable = lambda value: value, **named) -> Schedule:
    """The schedule that a value, or a list of (step, value), describes.

    ``accept`` turns every value into what is kept, or refuses it.

    Raises:
        ValueError: the steps do not ascend from 0, or a value that ``accept`` refuses.

    >>> as_schedule(lr=0.1)
    0.1
    >>> as_schedule(lr=[(0, 0.1), (0, 1.0)])
    Traceback (most recent call last):
    ValueError: lr must be a value, or [(0, value), (step, value), ...] with ascending whole steps \
from 0, not [(0, 0.1), (0, 1.0)].
    """
    ((name, given),), accept = named.items(), function(accept=accept)
    if isinstance(given, Schedule):
        return given.map(accept)
    if not isinstance(given, list):
        return Schedule(((0, accept(given)),))
    steps = [_step(entry) for entry in given]
    ascending = steps[:1] == [0] and all(
        a is not None and b is not None and a < b for a, b in zip(steps, steps[1:], strict=False)
    )
    if not ascending:
        raise ValueError(
            f"{name} must be a value, or [(0, value), (step, value), ...] with ascending whole "
            f"steps from 0, not {shown(given)}."
        )
    return Schedule(tuple((int(step), accept(value)) for step, value in given))


def _step(entry) -> int | None:
    """The step of an entry; None when it is no (whole number, value)."""
    if not isinstance(entry, Sequence) or isinstance(entry, str) or len(entry) != 2:
        return None
    step = entry[0]
    whole = isinstance(step, int) and not isinstance(step, bool)
    return step if whole and step >= 0 else None


def _same(one, other) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _words(value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
