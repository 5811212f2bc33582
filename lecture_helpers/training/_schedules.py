"""How the learning rate goes on with the steps: factors that multiply it."""

import math
from collections.abc import Callable

from lecture_helpers.foundation.validation import finite

SCHEDULES = {
    "constant": lambda step, steps: 1.0,
    "linear": lambda step, steps: 1.0 - step / steps,
    "cosine": lambda step, steps: 0.5 * (1.0 + math.cos(math.pi * step / steps)),
}


def factor(schedule: str | Callable[[int, int], float], step: int, steps: int) -> float:
    """The factor of the learning rate in update ``step`` (0, 1, ...) of ``steps``.

    Linear and cosine begin at 1 and would reach 0 in update ``steps``, which is not made.

    Raises:
        ValueError: a callable that returns no finite number.

    >>> [factor("linear", step, 4) for step in range(4)]
    [1.0, 0.75, 0.5, 0.25]
    """
    if callable(schedule):
        return finite(schedule=schedule(step, steps))
    return SCHEDULES[schedule](step, steps)
