"""Networks that grow: which of their layers are trained, and what growing gains where."""

from collections.abc import Mapping

import numpy as np

from lecture_helpers.plots.style import GREY, INK
from lecture_helpers.plots.style import role as look

STATES = {"trained": look("with").colour, "frozen": GREY, "given": INK}


def draw_network(ax, layers: Mapping[str, str], *, units: int = 4):
    """A network from the bottom up, {layer: "given", "frozen" or "trained"}, each with its words.

    The weights that lead to a trained layer are solid and coloured, those to a frozen one dotted
    and grey. Frame it by x from 0 to 1 and y from -0.6 to the number of layers less 0.4.
    """
    x, states = np.linspace(0.06, 0.5, units), list(layers.values())
    for height, state in enumerate(states):
        colour, solid = STATES[state], state == "trained"
        if height:
            ends = [(a, b, np.nan) for a in x for b in x]
            heights = np.tile([height - 1, height, np.nan], units * units)
            style = dict(ls="-" if solid else ":", lw=1.6 if solid else 0.8, zorder=1)
            ax.plot(np.ravel(ends), heights, color=colour, **style)
        ax.plot(x, np.full(units, height), color=colour, ls="", marker="o" if solid else "s",
                ms=9, mec="white", zorder=2)  # fmt: skip
        words = f"{list(layers)[height]}" + f"\n{state}" * (state != "given")
        ax.text(0.57, height, words, color=colour, va="center", size=10)
    ax.set_axis_off()


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
