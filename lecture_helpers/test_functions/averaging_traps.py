"""Costs on which an average is not where one would look for it: bent, lopsided, kinked, flat."""

from collections.abc import Callable

import numpy as np

from lecture_helpers.foundation.validation import (
    finite,
    finite_array,
    instance,
    non_negative,
    positive,
)
from lecture_helpers.test_functions.surfaces import Surface, of_plane, rotated_ellipse


def two_basins(tilt: float = 0.3) -> Surface:
    """Two basins beside each other, ``(x^2 - 1)^2 - tilt * x + y^2``: the right one is deeper.

    Raises:
        ValueError: tilt below 0, or 1.5 and more, where the left basin is gone.

    >>> two_basins().minima.round(2)
    array([[1.04, 0.  ]])
    """
    tilt = non_negative(tilt=tilt)
    if tilt >= 1.5:
        raise ValueError(f"tilt must be below 1.5, so that there are two basins, not {tilt:g}.")
    return of_plane(
        "two basins",
        lambda x, y: (x**2 - 1) ** 2 - tilt * x + y**2,
        lambda x, y: (4 * x * (x**2 - 1) - tilt, 2 * y),
        [[np.roots([4, 0, -4, -tilt]).real.max(), 0]],
    )


def bent_valley(slope: float = 0.3) -> Surface:
    """A ring-shaped valley that falls to the right, ``2 (x^2 + y^2 - 1)^2 - slope * x``.

    >>> bent_valley().minima.round(2)
    array([[1.02, 0.  ]])
    """
    slope = finite(slope=slope)

    def value(x, y):
        return 2 * (x**2 + y**2 - 1) ** 2 - slope * x

    def gradient(x, y):
        off = 8 * (x**2 + y**2 - 1)
        return off * x - slope, off * y

    roots = np.roots([8, 0, -8, -slope]).real
    return of_plane("bent valley", value, gradient, [[roots[np.argmin(value(roots, 0))], 0]])


def moved(surface: Surface, to) -> Surface:
    """The same cost with its origin moved to the point ``to`` (d,).

    >>> float(moved(lopsided_valley(10.0), (2.0, 1.0)).value([2.0, 2.0]))
    0.05
    """
    at = finite_array(to=to, shape=(instance(Surface, surface=surface).dimensions,))
    return Surface(
        surface.name,
        lambda t: surface.value(np.asarray(t) - at),
        lambda t: surface.gradient(np.asarray(t) - at),
        surface.minima + at,
    )


def valley_at(minimum: tuple[float, float], condition: float) -> Surface:
    """A long valley with curvatures 1 across and 1 / condition along, its minimum anywhere.

    >>> float(valley_at((2.0, 1.0), 10.0).value([3.0, 1.0]))
    0.5
    """
    at = finite_array(minimum=minimum, shape=(2,))
    return moved(rotated_ellipse(condition), at)


def lopsided_valley(condition: float) -> Surface:
    """A straight valley, steep on one side: ``exp(x) - x - 1 + y^2 / (2 condition)``.

    The curvature across is 1 at the floor, x = 0.

    >>> float(lopsided_valley(10.0).value([0.0, 1.0]))
    0.05
    """
    along = 1 / positive(condition=condition)
    return of_plane(
        "lopsided valley",
        lambda x, y: np.expm1(x) - x + along * y**2 / 2,
        lambda x, y: (np.expm1(x), along * y),
        [[0, 0]],
    )


def kinked_walls(condition: float, left: float = 3.0) -> Surface:
    """A straight valley between straight walls, ``max(x, -left x) + y^2 / (2 condition)``.

    >>> kinked_walls(10.0).value([[-1.0, 0.0], [1.0, 0.0]])
    array([3., 1.])
    """
    along, left = 1 / positive(condition=condition), positive(left=left)
    return of_plane(
        "kinked walls",
        lambda x, y: np.maximum(x, -left * x) + along * y**2 / 2,
        lambda x, y: (np.where(x > 0, 1.0, np.where(x < 0, -left, 0.0)), along * y),
        [[0, 0]],
    )


def of_line(name: str, value: Callable, slope: Callable) -> Surface:
    """A cost of one parameter with its minimum at 0, as a surface over points (..., 1)."""
    return Surface(
        name,
        lambda t: value(np.asarray(t, dtype=float)[..., 0]),
        lambda t: slope(np.asarray(t, dtype=float)),
        np.zeros((1, 1)),
    )


def exponential_wall() -> Surface:
    """``exp(x) - x - 1``: smooth and convex, with curvature 1 at the minimum, and lopsided.

    >>> exponential_wall().gradient([[0.0]])
    array([[0.]])
    """
    return of_line("exp(x) - x", lambda x: np.expm1(x) - x, np.expm1)


def kink(left: float = 1.0, right: float = 1.0) -> Surface:
    """``max(-left x, right x)``: convex, with slopes -left and right and a kink at the minimum.

    >>> kink(3.0, 1.0).value([[-1.0], [1.0]])
    array([3., 1.])
    """
    left, right = positive(left=left), positive(right=right)
    return of_line(
        "kink",
        lambda x: np.maximum(-left * x, right * x),
        lambda x: np.where(x > 0, right, np.where(x < 0, -left, 0.0)),
    )


def flat_bottom() -> Surface:
    """``x^4``: smooth and convex, but without curvature at the minimum.

    >>> flat_bottom().value([2.0])
    np.float64(16.0)
    """
    return of_line("x^4", lambda x: x**4, lambda x: 4 * x**3)
