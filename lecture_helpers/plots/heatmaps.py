"""Blurred costs and who arrives where: bands, heat maps, two-coloured maps, bars of shares."""

from collections.abc import Mapping

import numpy as np

from lecture_helpers.plots.style import INK
from lecture_helpers.plots.style import role as look


def draw_band(ax, x, middle, half, *, role: str, label: str | None = None):
    """A curve (n,) with the band of ``half`` (n,) on either side."""
    r, middle = look(role), np.asarray(middle)
    ax.fill_between(x, middle - half, middle + half, color=r.colour, alpha=0.2, lw=0)
    ax.plot(x, middle, color=r.colour, ls=r.dash, lw=1.8, label=label)


def draw_heat(ax, heights, *, xlim: tuple, ylim: tuple):
    """Costs (rows, columns) as shades, row by row from its lowest (dark) to its highest (light).

    The first row lies at ylim[0].
    """
    heights = np.asarray(heights, dtype=float)
    low, high = heights.min(1, keepdims=True), heights.max(1, keepdims=True)
    shades = ((heights - low) / np.maximum(high - low, 1e-12)) ** 0.5
    ax.imshow(
        shades, extent=(*xlim, *ylim), origin="lower", aspect="auto", cmap="Blues_r", vmin=-0.35,
        vmax=1.1, interpolation="bilinear",
    )  # fmt: skip


def draw_halves(ax, chosen, *, xlim: tuple, ylim: tuple):
    """A map of yes (blue tint) and no (grey tint), shape (rows, columns), row 0 at ylim[0]."""
    tints = np.array([[0.90, 0.90, 0.91], [0.60, 0.78, 0.90]])
    ax.imshow(
        tints[np.asarray(chosen).astype(int)], extent=(*xlim, *ylim), origin="lower", aspect="auto",
        interpolation="nearest",
    )  # fmt: skip


def draw_shares(ax, shares: Mapping[str, tuple[float, str]]):
    """A bar from 0 to each share, {name: (share, role)}, from the top down, with its percentage.

    Frame it with x from 0 to 1.25 and y from the number of bars less a half to -0.5.
    """
    for row, (share, role) in enumerate(shares.values()):
        r = look(role)
        ax.barh([row], [share], height=0.6, color=r.colour, hatch=r.hatch, edgecolor="white")
        ax.text(share + 0.02, row, f"{share:.0%}", va="center", color=INK, size=11)
    ax.set_yticks(range(len(shares)), list(shares))


def draw_examples(ax, images, labels, marked, *, columns: int = 10):
    """Square images (n, pixels) as tiles that fill the unit square, each with its label beside it.

    The marked ones, (n,) bool, have their label crossed and in bold. Frame it by limits 0 to 1.
    """
    side, rows = round(images.shape[1] ** 0.5), -(-len(images) // columns)
    high, wide = side + 2, round(1.7 * side)
    mosaic = np.full((rows * high, columns * wide), float(np.min(images)))
    for k, image in enumerate(images):
        top, left = (k // columns) * high + 1, (k % columns) * wide + 1
        mosaic[top : top + side, left : left + side] = image.reshape(side, side)
    ax.imshow(mosaic, extent=(0, 1, 0, 1), cmap="gray_r", aspect="auto", interpolation="nearest")
    for k, (label, mark) in enumerate(zip(labels, marked, strict=True)):
        x, y = (k % columns + (side + 2) / wide) / columns, 1 - (k // columns + 0.5) / rows
        colour, weight = (look("without").colour, "bold") if mark else (INK, "normal")
        ax.text(x, y, f"{label}" + "✗" * bool(mark), color=colour, va="center", weight=weight)
    ax.set(xticks=[], yticks=[])
