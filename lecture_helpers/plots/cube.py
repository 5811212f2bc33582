"""The cube with corners at -1 and 1, seen at an angle."""

from itertools import combinations, product

import numpy as np

from lecture_helpers.plots.style import role as look

SIGHT = np.array([[1.0, 0.0], [0.0, 1.0], [0.42, 0.34]])


def oblique(points: np.ndarray) -> np.ndarray:
    """Points (n, 3) as they appear on the page, (n, 2): z goes to the right and up."""
    return np.asarray(points, dtype=float) @ SIGHT


def draw_cube(ax):
    """The twelve edges of the cube."""
    corners = list(product([-1.0, 1.0], repeat=3))
    edges = [(a, b) for a, b in combinations(corners, 2) if np.abs(np.subtract(a, b)).sum() == 2]
    gap = [(np.nan, np.nan, np.nan)]
    seen = oblique(np.array([point for edge in edges for point in [*edge, *gap]]))
    ax.plot(*seen.T, color=look("ghost").colour, ls="-", lw=1.2)
