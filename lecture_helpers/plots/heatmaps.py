"""Tables as tiles with their numbers printed in them."""

import numpy as np

from lecture_helpers.plots.style import INK, VERMILLION


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


def draw_gains(ax, gains: np.ndarray, *, columns, rows, limit: float):
    """Differences (rows, columns) as tiles, blue above 0 and red below; each prints its number.

    Colours are full at ``limit`` on either side.
    """
    gains = np.asarray(gains)
    ax.imshow(gains, vmin=-limit, vmax=limit, cmap="RdBu", aspect="auto")
    ax.grid(False)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    for i, j in np.ndindex(gains.shape):
        colour = "white" if abs(gains[i, j]) > 0.6 * limit else INK
        ax.text(j, i, f"{gains[i, j]:+.1f}", color=colour, ha="center", va="center", size=10)
