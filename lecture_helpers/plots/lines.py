"""Curves over a number: functions, training curves of many seeds, the place where we stand."""

from collections.abc import Callable

import numpy as np

from lecture_helpers.plots.style import role as look


def draw_line(ax, x, y, *, role: str, label: str | None = None, markers: bool = False):
    """One curve through the points x, y of shape (n,)."""
    r = look(role)
    marker = r.marker if markers else ""
    ax.plot(x, y, color=r.colour, ls=r.dash, lw=2.2, marker=marker, ms=7, label=label)


def draw_profile(ax, cost: Callable, *, span: tuple, role: str, label: str | None = None):
    """A cost of one parameter, (n, 1) -> (n,), over the interval ``span``."""
    t = np.linspace(*span, 601)
    draw_line(ax, t, cost(t[:, None]), role=role, label=label)


def draw_stops(ax, points, costs, *, role: str = "iterate", label: str | None = None):
    """The stops (n,) of a descent on a 1-D profile; the last one is large."""
    r = look(role)
    ax.plot(points, costs, color=r.colour, ls="-", lw=1.0, marker=r.marker, ms=4, alpha=0.7)
    ax.plot(
        points[-1:],
        costs[-1:],
        color=r.colour,
        ls="",
        marker=r.marker,
        ms=11,
        mec="white",
        label=label,
    )


def draw_curves(ax, x, curves, *, role: str, label: str | None = None):
    """Curves of many seeds, shape (seeds, n): each one thin, their median thick.

    A curve that is NaN has diverged: it ends where it does, and the median counts it as infinite.
    """
    r, curves = look(role), np.atleast_2d(curves)
    thin_x = np.tile(np.append(x, np.nan), len(curves))
    thin_y = np.column_stack([curves, np.full(len(curves), np.nan)]).ravel()
    ax.plot(thin_x, thin_y, color=r.colour, lw=0.8, alpha=0.3)
    ax.plot(x, _median(curves), color=r.colour, ls=r.dash, lw=2.6, label=label)


def _median(curves: np.ndarray) -> np.ndarray:
    middle = np.median(np.where(np.isnan(curves), np.inf, curves), axis=0)
    return np.where(np.isfinite(middle), middle, np.nan)


def draw_here(ax, x: float, label: str | None = None):
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
