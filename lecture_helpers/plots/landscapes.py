"""The loss on a plane through a network, as a map and as a surface to be turned."""

import numpy as np

from lecture_helpers.plots.style import INK, VERMILLION

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
