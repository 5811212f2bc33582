"""How long one answer may take: what is not done by then is done in the next one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Budget:
    """Work for one answer: at least one piece, and no more once the seconds or pieces are spent.

    Whoever has to stop early notes in ``reached`` how far the work came.
    """

    def __init__(self, *, seconds: float = float("inf"), pieces: float = float("inf")):
        self.until, self.left = time.perf_counter() + seconds, pieces
        self.done, self._first, self._last = 0, 0.0, 0.0
        self.reached: int | None = None

    def spend(self) -> bool:
        """Whether one more piece may be done."""
        self._last = time.perf_counter()
        if self.done and (self.left <= 0 or self._last > self.until):
            return False
        self._first = self._first if self.done else self._last
        self.done, self.left = self.done + 1, self.left - 1
        return True

    @property
    def seconds_each(self) -> float | None:
        """How long a piece took so far; None before two were asked for."""
        asked = self.done if self.reached is not None else self.done - 1
        return (self._last - self._first) / asked if asked > 0 else None

    def stop_at(self, reached: int) -> None:
        """Note that the work ended there, before its aim."""
        self.reached = reached if self.reached is None else min(reached, self.reached)


_CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def within(budget: Budget) -> Iterator[Budget]:
    """All work in the block shares that budget."""
    token = _CURRENT.set(budget)
    try:
        yield budget
    finally:
        _CURRENT.reset(token)


def current_budget() -> Budget:
    """The budget of this answer; without one it has no end."""
    return _CURRENT.get() or Budget()
