"""Costs on which minimising one variable at a time does not end where it should."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from lecture_helpers.foundation.validation import finite_array, fraction, positive, whole
from lecture_helpers.test_functions.surfaces import Surface, of_plane


def kinked_valley(kink: float = 3.0) -> Surface:
    """The convex ``|x + y| + kink |x - y|``, minimum at 0, with a sharp valley along x = y.

    From any point of the valley floor both variables alone lead uphill. The gradient is one of the
    subgradients where the cost has a kink. Compare Tseng 2001.
    """
    kink = positive(kink=kink)

    def gradient(x, y):
        along, across = np.sign(x + y), kink * np.sign(x - y)
        return along + across, along - across

    return of_plane(
        "kinked valley",
        lambda x, y: np.abs(x + y) + kink * np.abs(x - y),
        gradient,
        [[0, 0]],
    )


def kinked_minimiser(kink: float = 3.0) -> Callable:
    """The exact minimiser along one variable of ``kinked_valley``: its heavier kink."""
    sign = 1.0 if positive(kink=kink) > 1 else -1.0
    return lambda x, block: sign * x[1 - block]


def coupled_wells(coupling: float = 2.0) -> Surface:
    """``(x^2 + y^2) / 2 + coupling x y + (x^4 + y^4) / 4``: a saddle at 0 between two equal wells.

    Along each variable alone 0 is the lowest point, though the cost falls along the diagonal.

    Raises:
        ValueError: a coupling of 1 or less, which has no saddle.
    """
    c = positive(coupling=coupling)
    if c <= 1:
        raise ValueError(f"coupling must be a finite number above 1, not {coupling!r}.")
    well = np.sqrt(c - 1)
    return of_plane(
        "two wells",
        lambda x, y: (x**2 + y**2) / 2 + c * x * y + (x**4 + y**4) / 4,
        lambda x, y: (x + c * y + x**3, y + c * x + y**3),
        [[well, -well], [-well, well]],
    )


def coupled_wells_minimiser(coupling: float = 2.0) -> Callable:
    """The exact minimiser of ``coupled_wells`` along a variable, a root of x^3 + x + coupling y."""
    c = positive(coupling=coupling)

    def minimise(x, block):
        triple = np.arcsinh(-1.5 * np.sqrt(3) * c * x[1 - block])
        return 2 / np.sqrt(3) * np.sinh(triple / 3)

    return minimise


def powell() -> Surface:
    """Powell's ``-xy - yz - zx + sum_i max(0, |x_i| - 1)^2``, unbounded below. Powell 1973.

    Its ``minima`` are empty: there are none.
    """

    def value(t):
        x, y, z = np.moveaxis(np.asarray(t, dtype=float), -1, 0)
        beyond = np.maximum(np.abs(t) - 1.0, 0.0)
        return -x * y - y * z - z * x + (beyond**2).sum(axis=-1)

    def gradient(t):
        t = np.asarray(t, dtype=float)
        beyond = np.maximum(np.abs(t) - 1.0, 0.0)
        return t - t.sum(axis=-1, keepdims=True) + 2 * np.sign(t) * beyond

    return Surface("powell", value, gradient, np.empty((0, 3)))


def powell_start(excess: float | Fraction = Fraction(1, 8)) -> tuple:
    """Powell's starting point ``(-1 - e, 1 + e/2, -1 - e/4)``; exact where e is a Fraction."""
    positive(excess=float(excess))
    return -1 - excess, 1 + excess / 2, -1 - excess / 4


def powell_walk(start: Sequence, updates: int, tie: float | int = 0) -> list[tuple]:
    """The ``updates + 1`` points of ``x_i <- sign(s) (1 + |s| / 2)``, s the sum of the other two.

    The arithmetic is that of ``start``: with Fractions every point is exact, with floats it is
    rounded. Where s is 0, all of [-1, 1] minimises and ``tie`` is taken.

    Raises:
        ValueError: start is not three finite numbers, a tie outside [-1, 1].

    >>> [str(v) for v in powell_walk(powell_start(), 1)[1]]
    ['65/64', '17/16', '-33/32']
    """
    finite_array(start=[float(v) for v in start], shape=(3,))
    fraction(tie=abs(tie))
    x, points = list(start), [tuple(start)]
    for t in range(whole(updates=updates)):
        i = t % 3
        s = x[i - 1] + x[i - 2]
        size = 1 + abs(s) / 2
        x[i] = size if s > 0 else -size if s < 0 else tie
        points.append(tuple(x))
    return points
