"""How a cost falls while the variables take turns."""

import numpy as np

from lecture_helpers.plots.lines import draw_line


def draw_fall(ax, costs: np.ndarray, *, updates: int, factor: float, sweeps: int = 100):
    """The share of the first cost after every update, and dashed what the factor foretells.

    A sweep has ``updates`` updates and multiplies the distance by ``factor``, from the second
    sweep on. The cost is quadratic, so that it is multiplied by the square.
    """
    left, later = costs / costs[0], np.arange(sweeps)
    draw_line(ax, np.arange(len(left)) / updates, left, role="iterate")
    law = left[min(updates, len(left) - 1)] * float(factor) ** (2 * later)
    draw_line(ax, 1 + later, np.maximum(law, 1e-30), role="predicted")
