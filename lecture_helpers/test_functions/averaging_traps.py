"""Costs on which the iterates of one path belong to different regions."""

import numpy as np

from lecture_helpers.foundation.validation import finite, finite_array, non_negative
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


def valley_at(minimum: tuple[float, float], condition: float) -> Surface:
    """A long valley with curvatures 1 across and 1 / condition along, its minimum anywhere.

    >>> float(valley_at((2.0, 1.0), 10.0).value([3.0, 1.0]))
    0.5
    """
    at, centred = finite_array(minimum=minimum, shape=(2,)), rotated_ellipse(condition)
    return Surface(
        "valley",
        lambda t: centred.value(np.asarray(t) - at),
        lambda t: centred.gradient(np.asarray(t) - at),
        at[None],
    )
