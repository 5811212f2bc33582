"""Places: where a slider stands, points, a marker a layer; at the edge where they leave it."""

import numpy as np

from lecture_helpers.plots.style import role as look


def draw_vline(ax, x: float, label: str | None = None):
    """A dotted upright where the slider stands."""
    r = look("here")
    ax.axvline(x, color=r.colour, ls=r.dash, lw=1.8, label=label)


def draw_pointer(ax, x: float, y: float, *, role: str, ylim: tuple, xlim=None, label=None):
    """A large marker at (x, y); beyond ``ylim`` a triangle on the edge points out to it.

    Beyond ``xlim``, where that is given, it sits on the edge as well.
    """
    r, edge = look(role), np.clip(y, *ylim)
    marker = r.marker if edge == y else "^" if y > edge else "v"
    x = x if xlim is None else np.clip(x, *xlim)
    style = dict(ls="", marker=marker, ms=12, mec="white", clip_on=False, in_layout=False)
    ax.plot([x], [edge], color=r.colour, label=label, **style)


def draw_points(ax, x, y, *, role: str, label: str | None = None):
    """Points of a sample, x and y of shape (n,), half transparent so that crowds show."""
    r = look(role)
    ax.plot(x, y, color=r.colour, ls="", marker=r.marker, ms=6.5, alpha=0.55, label=label)


def draw_numerals(ax, points, numerals, *, role: str, xlim: tuple, ylim: tuple):
    """Each of the points (n, 2) as its numeral (n,), a whole number from 0 to 9.

    One outside the frame is a triangle on its edge, as ``draw_marker`` has it.
    """
    points, numerals = np.asarray(points), np.asarray(numerals)
    outside = (np.clip(points, (xlim[0], ylim[0]), (xlim[1], ylim[1])) != points).any(axis=1)
    style = dict(color=look(role).colour, ls="", ms=8, mew=0.3)
    for numeral in np.unique(numerals[~outside]):
        x, y = points[(numerals == numeral) & ~outside].T
        ax.plot(x, y, marker=f"${numeral}$", **style)
    for point in points[outside]:
        draw_marker(ax, point, role=role, xlim=xlim, ylim=ylim, size=9)


def draw_marker(ax, point, *, role: str, xlim: tuple, ylim: tuple, label=None, size=13):
    """A large marker at a point (2,); outside the frame a triangle on its edge points out to it.

    A point that is no finite number, because its path has diverged, is not drawn. Give places that
    may fall together different sizes, in points, the largest first.
    """
    r, (x, y) = look(role), np.asarray(point, dtype=float)
    at_x, at_y = np.clip([x, y], [xlim[0], ylim[0]], [xlim[1], ylim[1]])
    marker = r.marker
    if not np.isfinite([x, y]).all():
        at_x = at_y = np.nan
    elif at_x != x:
        marker = "<" if x < at_x else ">"
    elif at_y != y:
        marker = "v" if y < at_y else "^"
    style = dict(ls="", marker=marker, ms=size, mec="white", mew=1.5, clip_on=False)
    ax.plot([at_x], [at_y], color=r.colour, label=label, **style)


def draw_markers(ax, points: dict, *, xlim: tuple, ylim: tuple):
    """A place for every role: {role: point (2,)}."""
    for role, point in points.items():
        draw_marker(ax, point, role=role, xlim=xlim, ylim=ylim)


def draw_layers(ax, values, *, role: str, ylim: tuple, label: str | None = None):
    """A marker for every layer 1, 2, ..., values (depth,); beyond ``ylim`` a triangle on its edge.

    A value that is no finite number counts as beyond the upper edge.
    """
    r, values = look(role), np.asarray(values, dtype=float)
    layers, values = np.arange(1, len(values) + 1), np.where(np.isfinite(values), values, np.inf)
    low, high = values < ylim[0], values > ylim[1]
    style = {"color": r.colour, "ls": ""}
    inside = ~(low | high)
    ax.plot(layers[inside], values[inside], marker=r.marker, ms=5, alpha=0.75, label=label, **style)
    style |= dict(ms=7, clip_on=False, in_layout=False)
    for there, edge, marker in ((high, ylim[1], "^"), (low, ylim[0], "v")):
        if there.any():
            ax.plot(layers[there], np.full(there.sum(), edge), marker=marker, **style)


def draw_watched(ax, watched, *, role: str, ylim: tuple):
    """What every layer did last, watched (seeds, layers, k): the median of the seeds, joined.

    Beyond ``ylim`` as ``draw_layers`` has it. Nothing is drawn where k is 0.
    """
    r, watched = look(role), np.asarray(watched, dtype=float)
    if watched.shape[-1]:
        last = watched[..., -1]
        middle = np.median(np.where(np.isfinite(last), last, np.inf), axis=0)
        joined = np.clip(middle, *ylim)
        ax.plot(np.arange(1, len(middle) + 1), joined, color=r.colour, ls=r.dash, lw=2.2)
        draw_layers(ax, middle, role=role, ylim=ylim)
