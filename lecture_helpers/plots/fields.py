"""Costs over two numbers: contours with a path, shaded maps, a loss as a plane and as a surface."""

from collections.abc import Callable

import numpy as np

from lecture_helpers.plots.style import INK, PALE, VERMILLION
from lecture_helpers.plots.style import role as look


def draw_contours(
    ax, cost: Callable | np.ndarray, *, xlim: tuple, ylim: tuple, levels, places: int = 121
):
    """Filled contours of a cost of two parameters, (..., 2) -> (...), darker where it is low.

    ``places`` is how many there are along each side; fewer are quicker. A cost that takes long is
    given as what it is there, (places, places), the first row at ylim[0].
    """
    if not callable(cost):
        places = len(cost)
    x, y = (np.linspace(low, high, places) for low, high in (xlim, ylim))
    heights = cost(np.stack(np.meshgrid(x, y), axis=-1)) if callable(cost) else cost
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


def draw_decision_regions(ax, chosen, *, xlim: tuple, ylim: tuple):
    """A map of yes (blue tint) and no (grey tint), shape (rows, columns), row 0 at ylim[0]."""
    tints = np.array([[0.90, 0.90, 0.91], [0.60, 0.78, 0.90]])
    ax.imshow(
        tints[np.asarray(chosen).astype(int)], extent=(*xlim, *ylim), origin="lower", aspect="auto",
        interpolation="nearest",
    )  # fmt: skip


DECADES = (-3.0, 3.0)


def draw_plane(ax, offsets: np.ndarray, losses: np.ndarray, *, near: float):
    """Losses (k, k) over offsets (k,) as filled contours of log10, 0.001 to 1,000, low is dark.

    The white line is the loss ``near``; the star marks the network itself.
    """
    heights = _heights(losses)
    levels = np.linspace(*DECADES, 25)
    ax.contourf(offsets, offsets, heights, levels=levels, cmap="Blues_r")
    if heights.min() < np.log10(near) < heights.max():
        ax.contour(offsets, offsets, heights, levels=[np.log10(near)], colors="white",
                   linewidths=2.5)  # fmt: skip
    ax.plot([0], [0], color=VERMILLION, ls="", marker="*", ms=13, mec="white")


def draw_landscape(ax, offsets: np.ndarray, losses: np.ndarray, *, azimuth: float, tilt: float):
    """The same losses as a surface in 3-D axes, seen from ``azimuth`` and ``tilt`` in degrees."""
    x, y = np.meshgrid(offsets, offsets)
    ax.plot_surface(
        x, y, _heights(losses), cmap="Blues_r", vmin=DECADES[0], vmax=DECADES[1], rstride=2,
        cstride=2, edgecolor=INK, linewidth=0.15, antialiased=True,
    )  # fmt: skip
    ax.view_init(elev=tilt, azim=azimuth)
    ax.set(zlim=DECADES, xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    ax.set_zticks([-3, -1, 1, 3], ["0.001", "0.1", "10", "1000"])


def _heights(losses: np.ndarray) -> np.ndarray:
    losses = np.nan_to_num(np.asarray(losses, dtype=float), nan=np.inf)
    return np.log10(np.clip(losses, 10 ** DECADES[0], 10 ** DECADES[1]))


LEVELS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)
NAMED = {0.8: True, 0.9: False, 0.95: False, 0.98: False}  # a number there, in white?


def draw_rates(ax, lrs: np.ndarray, momenta: np.ndarray, rates: np.ndarray):
    """Rates (momenta, lrs): what a step leaves of the distance, dark is fast; grey diverges.

    Numbers name a few borders between shades, in the middle of the map where they pass there.
    """
    shades = np.linspace(0, 1, len(LEVELS) - 1)
    colours = [(0.05 + 0.85 * s, 0.25 + 0.68 * s, 0.5 + 0.46 * s) for s in shades]
    ax.contourf(lrs, momenta, rates, levels=[*LEVELS, 1e9], colors=[*colours, PALE])
    ax.contour(lrs, momenta, rates, levels=[1.0], colors=INK, linewidths=1.5)
    middle = rates.shape[1] // 2
    for level, dark in NAMED.items():
        inside = np.flatnonzero(rates[:, middle] <= level)
        if len(inside) and 0 < inside[-1] < len(momenta) - 1:
            style = dict(color="white" if dark else INK, size=9, ha="center", va="center")
            ax.text(lrs[middle], momenta[inside[-1]], f"{level:g}", **style)


def draw_critical(ax, lrs, momenta, *, label: str | None = None):
    """The settings at which a direction just does not oscillate."""
    ax.plot(lrs, momenta, color=VERMILLION, ls=":", lw=2, label=label)
