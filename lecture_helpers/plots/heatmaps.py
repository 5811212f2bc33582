"""Tables as tiles with their numbers printed in them."""

import matplotlib
import numpy as np

from lecture_helpers.plots.style import INK, VERMILLION

LUMA = (0.299, 0.587, 0.114)  # how bright red, green and blue look, ITU-R BT.601


def draw_heatmap(
    ax, values, *, rows, columns, limits, cmap="viridis", form="{:.2f}", size=11, absent=()
):
    """Values (rows, columns) as tiles, each with its number, coloured between the two ``limits``.

    ``form`` writes a number, ``size`` is that of its type in points. The rows and columns named in
    ``absent`` are left white and crossed.
    """
    values, (low, high) = np.asarray(values, dtype=float), limits
    gone = np.array([[r in absent or c in absent for c in columns] for r in rows])
    shades = np.where(gone, np.nan, np.clip((values - low) / (high - low), 0, 1))
    ax.imshow(shades, vmin=0, vmax=1, cmap=cmap, aspect="auto")
    ax.grid(False)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    dark = matplotlib.colormaps[cmap](shades)[..., :3] @ LUMA < 0.495
    for i, j in np.ndindex(values.shape):
        text = "–" if gone[i, j] else form.format(values[i, j])
        colour = "white" if dark[i, j] and not gone[i, j] else INK
        ax.text(j, i, text, color=colour, ha="center", va="center", size=size)


def draw_frame(ax, x: tuple, y: tuple):
    """A thick frame around the tiles of a map from x[0] to x[1] and y[0] to y[1]."""
    corners = [0, 1, 1, 0, 0], [0, 0, 1, 1, 0]
    ax.plot(np.take(x, corners[0]), np.take(y, corners[1]), color=VERMILLION, lw=3.5)
