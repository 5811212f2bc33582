"""Places in the plane of two parameters, marked even where they leave the frame."""

import numpy as np

from lecture_helpers.plots.lines import draw_line
from lecture_helpers.plots.style import role as look


def draw_place(ax, point, *, role: str, xlim: tuple, ylim: tuple, label=None, size=13):
    """A large marker at a point (2,); outside the frame a triangle on its edge points out to it.

    A point that is no finite number, because its path has diverged, is not drawn. Give places that
    may fall together different sizes, in points, the largest first.
    """
    r, (x, y) = look(role), np.asarray(point, dtype=float)
    inside = np.clip(x, *xlim), np.clip(y, *ylim)
    marker = r.marker
    if not np.isfinite([x, y]).all():
        inside = (np.nan, np.nan)
    elif inside[0] != x:
        marker = "<" if x < xlim[0] else ">"
    elif inside[1] != y:
        marker = "v" if y < ylim[0] else "^"
    ax.plot(
        *([v] for v in inside), color=r.colour, ls="", marker=marker, ms=size, mec="white", mew=1.5,
        clip_on=False, label=label,
    )  # fmt: skip


def draw_spread(ax, x, curves, *, role: str, inner: float = 0.8):
    """The band that holds the middle share ``inner`` of curves (runs, n) at every x."""
    low, high = np.quantile(curves, [(1 - inner) / 2, (1 + inner) / 2], axis=0)
    ax.fill_between(x, low, high, color=look(role).colour, alpha=0.18, lw=0)


def draw_places(ax, points: dict, *, xlim: tuple, ylim: tuple):
    """A place for every role: {role: point (2,)}."""
    for role, point in points.items():
        draw_place(ax, point, role=role, xlim=xlim, ylim=ylim)


def draw_lines(ax, x, curves: dict, *, labels: bool = True):
    """A curve (n,) for every role, {role: curve}, labelled with the role's name."""
    for role, curve in curves.items():
        draw_line(ax, x, curve, role=role, label=role if labels else None)
