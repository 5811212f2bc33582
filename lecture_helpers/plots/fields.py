"""Pictures over two numbers: contours of a cost with a path, and maps of what trains."""

from collections.abc import Callable

import numpy as np

from lecture_helpers.plots.style import INK, VERMILLION
from lecture_helpers.plots.style import role as look


def draw_contours(ax, cost: Callable, *, xlim: tuple, ylim: tuple, levels):
    """Filled contours of a cost of two parameters, (..., 2) -> (...), darker where it is low."""
    x, y = np.linspace(*xlim, 121), np.linspace(*ylim, 121)
    heights = cost(np.stack(np.meshgrid(x, y), axis=-1))
    ax.contourf(x, y, heights, levels=levels, cmap="Blues_r", extend="both")
    ax.contour(x, y, heights, levels=levels, colors="white", linewidths=0.5)


def draw_path(ax, points, *, role: str = "iterate", label: str | None = None):
    """A path of iterates (n, 2): the start hollow, the end large.

    Where the path has become NaN it has diverged; its last finite point is marked with a cross.
    """
    r, finite = look(role), np.isfinite(points).all(axis=1)
    points, end = np.asarray(points)[finite], r.marker if finite.all() else "X"
    ax.plot(*points.T, color=r.colour, ls="-", lw=1.4, marker=r.marker, ms=3.5, label=label)
    ax.plot(*points[:1].T, color="white", ls="", marker=r.marker, ms=8, mec=r.colour, mew=2)
    ax.plot(*points[-1:].T, color=r.colour, ls="", marker=end, ms=11, mec="white")


def draw_share_map(ax, shares, *, columns, rows, cmap: str = "cividis"):
    """Shares in [0, 1], shape (rows, columns), as tiles; each tile prints its share in percent."""
    shares = np.asarray(shares)
    ax.imshow(shares, vmin=0, vmax=1, cmap=cmap, aspect="auto")
    ax.grid(False)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    for i, j in np.ndindex(shares.shape):
        colour = INK if shares[i, j] > 0.5 else "white"
        ax.text(j, i, f"{100 * shares[i, j]:.0f}", color=colour, ha="center", va="center", size=8)


def draw_frame(ax, x: tuple, y: tuple):
    """A thick frame around the tiles of a map from x[0] to x[1] and y[0] to y[1]."""
    corners = [0, 1, 1, 0, 0], [0, 0, 1, 1, 0]
    ax.plot(np.take(x, corners[0]), np.take(y, corners[1]), color=VERMILLION, lw=3.5)
