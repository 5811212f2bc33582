"""Drawings that are no plots: a network with its layers, a cube."""

from collections.abc import Mapping
from itertools import combinations, product

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


STOREYS = {  # the box of a layer, and its letter
    "trained": dict(color="#d6e8f4", edgecolor=look("with").colour, ls="-", hatch=""),
    "frozen": dict(color="#f1f1f2", edgecolor=GREY, ls="-", hatch="////"),
    "absent": dict(color="white", edgecolor=GREY, ls=":", hatch=""),
}


def draw_storeys(ax, layers: Mapping[str, str], *, xlim: tuple):
    """A box over ``xlim`` for every layer 1, 2, ..., {layer: "trained", "frozen" or "absent"}.

    Frozen layers are hatched, absent ones dotted outlines; in each box stand its layer and state.
    The k-th layer is at height k.
    """
    for height, (layer, state) in enumerate(layers.items(), start=1):
        ax.barh([height], [xlim[1] - xlim[0]], left=xlim[0], height=0.8, lw=1.2, zorder=1,
                **STOREYS[state])  # fmt: skip
        words = f" {layer}\n {state}" if state != "absent" else f" {layer}"
        ax.text(xlim[0], height, words, color=GREY if state == "absent" else INK, size=9,
                va="center", ha="left", zorder=3, bbox=LABEL, clip_on=True)  # fmt: skip
    ax.set(xlim=xlim, ylim=(0.4, len(layers) + 0.6), yticks=[])
    ax.grid(False)


LABEL = dict(facecolor="white", edgecolor="none", alpha=0.75, pad=1.0)
SIGHT = np.array([[1.0, 0.0], [0.0, 1.0], [0.42, 0.34]])


def oblique(points: np.ndarray) -> np.ndarray:
    """Points (n, 3) as they appear on the page, (n, 2): z goes to the right and up."""
    return np.asarray(points, dtype=float) @ SIGHT


def draw_cube(ax):
    """The twelve edges of the cube."""
    corners = list(product([-1.0, 1.0], repeat=3))
    edges = [(a, b) for a, b in combinations(corners, 2) if np.abs(np.subtract(a, b)).sum() == 2]
    gap = [(np.nan, np.nan, np.nan)]
    seen = oblique(np.array([point for edge in edges for point in [*edge, *gap]]))
    ax.plot(*seen.T, color=look("ghost").colour, ls="-", lw=1.2)
