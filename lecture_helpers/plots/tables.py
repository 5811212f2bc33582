"""A table of numbers as tiles, and the ranges of its factors as bars."""

from collections.abc import Mapping

import numpy as np

from lecture_helpers.plots.style import INK
from lecture_helpers.plots.style import role as look


def draw_table(ax, values, *, columns, rows, span: tuple, absent=(), form: str = "{:.2f}"):
    """Values (rows, columns) as tiles with their numbers, dark is low; ``span`` is dark and light.

    The rows and columns named in ``absent`` are left white and crossed.
    """
    values = np.asarray(values, dtype=float)
    gone = np.array([[r in absent or c in absent for c in columns] for r in rows])
    low, high = span
    shade = np.clip((values - low) / (high - low), 0, 1)
    ax.imshow(np.where(gone, np.nan, shade), vmin=0, vmax=1, cmap="viridis", aspect="auto")
    ax.grid(False)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    for i, j in np.ndindex(values.shape):
        text = "–" if gone[i, j] else form.format(values[i, j])
        colour = INK if gone[i, j] or shade[i, j] > 0.5 else "white"
        ax.text(j, i, text, color=colour, ha="center", va="center", size=11)


def draw_ranges(ax, ranges: Mapping[str, tuple[float, str]], *, form: str = "{:.2f}"):
    """A bar from 0 to each range, {name: (range, role)}, from the top down, with its number."""
    for row, (size, role) in enumerate(ranges.values()):
        r = look(role)
        ax.barh([row], [size], height=0.6, color=r.colour, hatch=r.hatch, edgecolor="white")
        ax.text(size, row, f" {form.format(size)}", va="center", color=INK, size=11)
    ax.set_yticks(range(len(ranges)), list(ranges))
