"""A quantity layer by layer or depth by depth, marked at the edge where it leaves the frame."""

import numpy as np

from lecture_helpers.plots.style import role as look


def draw_layers(ax, values, *, role: str, ylim: tuple, label: str | None = None):
    """A marker for every layer 1, 2, ..., values (depth,); beyond ``ylim`` a triangle on its edge.

    A value that is no finite number counts as beyond the upper edge.
    """
    r, values = look(role), np.asarray(values, dtype=float)
    layers, values = np.arange(1, len(values) + 1), np.where(np.isfinite(values), values, np.inf)
    low, high = values < ylim[0], values > ylim[1]
    inside = ~(low | high)
    style = dict(color=r.colour, ls="", clip_on=False, in_layout=False)
    dots = dict(color=r.colour, ls="", marker=r.marker, ms=5, alpha=0.75)
    ax.plot(layers[inside], values[inside], label=label, **dots)
    for there, edge, marker in ((high, ylim[1], "^"), (low, ylim[0], "v")):
        if there.any():
            ax.plot(layers[there], np.full(there.sum(), edge), marker=marker, ms=7, **style)


def draw_rungs(ax, values, *, role: str, ylim: tuple):
    """A marker for every rung 0, 1, ..., joined; one that is infinite is a triangle on the edge."""
    r, values = look(role), np.asarray(values, dtype=float)
    gone = ~np.isfinite(values)
    seen = np.where(gone, np.nan, values)
    ax.plot(np.arange(len(values)), seen, color=r.colour, ls=r.dash, lw=2.2, marker=r.marker, ms=7)
    style = dict(color=r.colour, ls="", marker="^", ms=12, mec="white", clip_on=False)
    if gone.any():
        ax.plot(np.flatnonzero(gone), np.full(gone.sum(), ylim[1]), in_layout=False, **style)
