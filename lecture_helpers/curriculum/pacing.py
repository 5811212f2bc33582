"""How many of the easy examples may be used when."""

import numpy as np

from lecture_helpers.foundation.validation import (
    finite_array,
    instance,
    listed,
    many,
    one_of,
    share,
    whole_array,
)

SHAPES = ("linear", "root", "exponential", "step")


def pacing(progress, *, start: float, pace: float, shape: str = "linear"):
    """The share of the examples, easiest first, that may be used at ``progress`` (in 0 to 1).

    It begins at ``start`` and is 1 from progress ``pace`` on. "linear" grows evenly, "root" as
    ``sqrt(start^2 + (1 - start^2) t)`` (Platanios et al. 2019), "exponential" by a constant
    factor, "step" all at once.

    Raises:
        ValueError: start or pace outside (0, 1], an unknown shape, progress outside [0, 1].

    >>> pacing(np.array([0.0, 0.25, 0.5, 1.0]), start=0.2, pace=0.5)
    array([0.2, 0.6, 1. , 1. ])
    """
    start, pace = share(start=start), share(pace=pace)
    one_of(SHAPES, shape=shape)
    progress = finite_array(progress=progress)
    if not ((progress >= 0) & (progress <= 1)).all():
        raise ValueError("progress must lie between 0 and 1.")
    t = np.minimum(progress / pace, 1.0)
    grown = {
        "linear": lambda: start + (1 - start) * t,
        "root": lambda: np.sqrt(start**2 + (1 - start**2) * t),
        "exponential": lambda: start ** (1 - t),
        "step": lambda: np.where(t < 1, start, 1.0),
    }
    return np.where(t < 1, grown[shape](), 1.0)


def available(order: np.ndarray, part: float) -> np.ndarray:
    """The first ``part`` of the order, at least one example."""
    finite_array(order=order, ndim=1)
    return np.asarray(order)[: max(1, round(share(part=part) * len(order)))]


def paced_batches(
    order: np.ndarray, parts: np.ndarray, batch_size: int, rng: np.random.Generator
) -> np.ndarray:
    """Batches (steps, batch_size): in step t drawn with replacement from the first parts[t].

    >>> paced_batches(np.array([7, 8, 9]), np.array([0.3, 0.3]), 2, np.random.default_rng(0))
    array([[7, 7],
           [7, 7]])
    """
    batch_size = many(batch_size=batch_size)
    instance(np.random.Generator, rng=rng), finite_array(order=order, ndim=1)
    parts = finite_array(parts=parts, ndim=1)
    if parts.min() < 0 or parts.max() > 1:
        raise ValueError("parts must be numbers from 0 to 1.")
    size = np.maximum(1, np.round(parts * len(order)).astype(int))
    place = rng.random((len(size), batch_size)) * size[:, None]
    return np.asarray(order)[place.astype(int)]


def pacing_weights(order: np.ndarray, part: float) -> np.ndarray:
    """The same curriculum as weights of the examples, (n,) with mean 1.

    A uniformly drawn example's gradient times its weight has the expectation of a gradient drawn
    from the first ``part`` alone. At part 1 every weight is 1: the real cost.
    """
    order = whole_array(order=order, below=len(listed(order=order)))
    weights, chosen = np.zeros(len(order)), available(order, part)
    weights[chosen] = len(order) / len(chosen)
    return weights
