"""Averages of a path of iterates: uniform, tail and exponential, each after every step.

A path has shape (t, ...): iterates theta^(1) ... theta^(t) along the first axis. The results have
the path's shape and never share memory with it.
"""

import numpy as np

from lecture_helpers.foundation import validation as check

STARTS = ("corrected", "zero", "first")


def uniform_average(path: np.ndarray) -> np.ndarray:
    """Polyak's average after every step, in running form: ``a <- a + (theta - a) / t``.

    Polyak and Juditsky 1992.

    Raises:
        ValueError: the path is empty or no array of numbers.

    >>> uniform_average([2.0, 4.0, 0.0])
    array([2., 3., 2.])
    """
    averages = _path(path)
    for t in range(1, len(averages)):
        averages[t] = averages[t - 1] + (averages[t] - averages[t - 1]) / (t + 1)
    return averages


def average_from(path: np.ndarray, start: int) -> np.ndarray:
    """The average of iterates ``start``, ``start + 1``, ... (from 0); before them, the iterate.

    Raises:
        ValueError: an empty path, or a start that is no whole number from 0 to its last iterate.

    >>> average_from([2.0, 4.0, 0.0], start=1)
    array([2., 4., 2.])
    """
    averages = _path(path)
    start = check.many(least=0, start=start)
    if start >= len(averages):
        raise ValueError(f"start must be below {len(averages)}, the path's length, not {start}.")
    averages[start:] = uniform_average(averages[start:])
    return averages


def tail_average(path: np.ndarray, share: float) -> np.ndarray:
    """The average of the last ``share`` of the iterates so far, at least one, after every step.

    Unlike a tail average it forgets, and unlike an exponential one it forgets more slowly as it
    goes: after t steps it holds the last ``ceil(share * t)`` iterates.

    Raises:
        ValueError: an empty path or a share outside (0, 1].

    >>> tail_average([2.0, 4.0, 0.0, 2.0], share=0.5)
    array([2., 4., 2., 1.])
    """
    path, share = _path(path), check.share(share=share)
    sums = np.concatenate([np.zeros_like(path[:1]), np.cumsum(path, axis=0)])
    ends = np.arange(1, len(path) + 1)
    lengths = np.ceil(share * ends - 1e-9).astype(int)
    counts = lengths.astype(path.dtype).reshape(-1, *[1] * (path.ndim - 1))
    return (sums[ends] - sums[ends - lengths]) / counts


def exponential_average(path: np.ndarray, alpha: float, start: str = "corrected") -> np.ndarray:
    """The exponential average after every step: ``a <- alpha * a + (1 - alpha) * theta``.

    ``alpha`` weighs the past, as in the lecture and in torch's ``decay``; pandas means the
    opposite. ``start`` says where a begins: "zero"; "corrected" also divides by 1 - alpha^t, which
    makes the weights sum to 1; "first" begins at the first iterate, as torch does.

    Raises:
        ValueError: alpha outside [0, 1), an empty path or an unknown start.

    >>> exponential_average([1.0, 3.0], alpha=0.5).round(3)
    array([1.   , 2.333])
    >>> exponential_average([1.0, 3.0], alpha=0.5, start="zero")
    array([0.5 , 1.75])
    """
    alpha, start = check.fraction(below_one=True, alpha=alpha), check.one_of(STARTS, start=start)
    averages = _path(path)
    if start != "first":
        averages[0] *= 1 - alpha
    for t in range(1, len(averages)):
        averages[t] = alpha * averages[t - 1] + (1 - alpha) * averages[t]
    if start == "corrected":
        steps = np.arange(1, len(averages) + 1).reshape(-1, *[1] * (averages.ndim - 1))
        averages /= 1 - alpha**steps
    return averages


def half_life(alpha: float) -> float:
    """The number of steps after which an iterate's weight has halved, 0 for alpha = 0.

    >>> round(half_life(0.99), 1)
    69.0
    """
    alpha = check.fraction(below_one=True, alpha=alpha)
    return float(np.log(0.5) / np.log(alpha)) if alpha else 0.0


def alpha_from_half_life(half_life: float) -> float:
    """The weight of the past under which an iterate's weight halves every ``half_life`` steps.

    >>> alpha_from_half_life(1.0)
    0.5
    """
    return float(0.5 ** (1 / check.positive(half_life=half_life)))


def _path(path: np.ndarray) -> np.ndarray:
    """A float copy of a path. A diverged iterate (NaN) is allowed and stays NaN in its averages."""
    path = np.array(check.any_array(path=path))
    if path.ndim == 0:
        raise ValueError("path must be an array of iterates along its first axis.")
    if path.size == 0:
        raise ValueError(f"path must hold at least one iterate; its shape is {path.shape}.")
    return path
