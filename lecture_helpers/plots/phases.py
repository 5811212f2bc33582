"""How fast momentum converges, as a map over learning rate and momentum."""

import numpy as np

from lecture_helpers.plots.style import INK, PALE, VERMILLION

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
