"""The path that a model's coefficients take as the price on them falls."""

import numpy as np

from lecture_helpers.plots.style import role as look


def draw_coefficients(ax, penalties: np.ndarray, coefficients: np.ndarray, truth: np.ndarray):
    """Coefficients (m, p) over penalties (m,): those with a true value blue, the others grey.

    ``truth`` (p,) is 0 where a column has nothing to do with the targets.
    """
    for name, mine, width, label in [("ghost", truth == 0, 0.7, "no part of the truth"),
                                     ("with", truth != 0, 2.0, "part of the truth")]:  # fmt: skip
        columns = coefficients[:, mine & coefficients.any(axis=0)]
        gap = np.full((1, columns.shape[1]), np.nan)
        x = np.tile(np.append(penalties, np.nan), columns.shape[1])
        ax.plot(x, np.vstack([columns, gap]).T.ravel(), color=look(name).colour, ls="-", lw=width,
                label=label)  # fmt: skip
