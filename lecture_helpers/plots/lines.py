"""Curves over a number: functions, training curves of many seeds, bands, rungs."""

import numpy as np

from lecture_helpers.plots.markers import draw_pointer
from lecture_helpers.plots.style import role as look


def draw_line(ax, x, y, *, role: str, label: str | None = None, markers: bool = False):
    """One curve through the points x, y of shape (n,)."""
    r = look(role)
    marker = r.marker if markers else ""
    ax.plot(x, y, color=r.colour, ls=r.dash, lw=2.2, marker=marker, ms=7, label=label)


def draw_curves(ax, x, curves, *, role: str, label: str | None = None):
    """Curves of many seeds, shape (seeds, n): each one thin, their median thick.

    A curve that is NaN has diverged: it ends where it does, and the median counts it as infinite.
    """
    r, curves = look(role), np.atleast_2d(curves)
    ax.plot(*_joined(x, curves), color=r.colour, lw=0.8, alpha=0.3)
    middle = np.median(np.where(np.isnan(curves), np.inf, curves), axis=0)
    middle[np.isinf(middle)] = np.nan
    ax.plot(x, middle, color=r.colour, ls=r.dash, lw=2.6, label=label)


def draw_batch_losses(
    ax, losses, *, role: str, ylim: tuple, window: int = 10, label: str | None = None
):
    """What every update's batch cost, (seeds, updates): the median of means over ``window``.

    Where most seeds have diverged the curve ends, in a triangle on the upper edge.
    """
    r, losses = look(role), np.atleast_2d(losses)
    n = losses.shape[1]
    with np.errstate(invalid="ignore", over="ignore"):
        sums = np.cumsum(np.pad(losses.astype(float), ((0, 0), (window, 0))), axis=1)
        means = (sums[:, window:] - sums[:, :-window]) / np.minimum(np.arange(1, n + 1), window)
    middle = np.median(np.where(np.isfinite(means), means, np.inf), axis=0) if n else np.empty(0)
    gone = np.isinf(middle)
    ax.plot(np.arange(1, n + 1), np.where(gone, np.nan, middle), color=r.colour, ls=r.dash,
            lw=1.8, label=label)  # fmt: skip
    if gone.any():
        draw_pointer(ax, float(gone.argmax()), np.inf, role=role, ylim=ylim)


CLOSE = 20  # steps, of some hundred, within which two words at a foot would collide


def draw_changes(ax, steps, words=()):
    """A thin line at every step at which a hand changed something, its word at the foot.

    Long words stand upright; one that would meet the word before it stands higher.
    """
    if len(steps):
        ax.vlines(list(steps), 0, 1, transform=ax.get_xaxis_transform(), color="#777777", lw=1.0,
                  ls=":", zorder=1.5)  # fmt: skip
    last, row = -np.inf, 0
    for step, word in zip(steps, words, strict=False):
        if not word:
            continue
        row = (row + 1) % 3 if step < last + CLOSE else 0
        last, long = step, len(word) > 2
        ax.text(step, 0.01 + row * (0.3 if long else 0.1), f" {word}", clip_on=True,
                transform=ax.get_xaxis_transform(), va="bottom", rotation=90 if long else 0,
                ha="right" if long and step >= CLOSE else "left")  # fmt: skip


def draw_schedule(ax, schedule, step: int, *, role: str, label: str | None = None):
    """What a steered control was in every update so far, from 0 to ``step``, as stairs."""
    seen = schedule.until(step + 1).entries
    x = np.repeat([at for at, _ in seen] + [step], 2)[1:]
    y = np.repeat([float(value) for _, value in seen], 2)
    r = look(role)
    ax.plot(x[: len(y)], y, color=r.colour, ls=r.dash, lw=2.4, label=label)


def _joined(x, curves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Curves (k, n) over x (n,) as one line with gaps."""
    gaps = np.full((len(curves), 1), np.nan)
    return np.tile(np.append(x, np.nan), len(curves)), np.hstack([curves, gaps]).ravel()


def draw_lines(ax, x, curves: dict):
    """A curve (n,) for every role, {role: curve}, labelled with the role's name."""
    for role, curve in curves.items():
        draw_line(ax, x, curve, role=role, label=role)


def draw_spread(ax, x, curves, *, role: str, inner: float = 0.8):
    """The band that holds the middle share ``inner`` of curves (runs, n) at every x."""
    low, high = np.quantile(curves, [(1 - inner) / 2, (1 + inner) / 2], axis=0)
    ax.fill_between(x, low, high, color=look(role).colour, alpha=0.18, lw=0)


def draw_band(ax, x, middle, half, *, role: str, label: str | None = None):
    """A curve (n,) with the band of ``half`` (n,) on either side."""
    r, middle = look(role), np.asarray(middle)
    ax.fill_between(x, middle - half, middle + half, color=r.colour, alpha=0.2, lw=0)
    ax.plot(x, middle, color=r.colour, ls=r.dash, lw=1.8, label=label)


def draw_coefficients(ax, penalties: np.ndarray, coefficients: np.ndarray, truth: np.ndarray):
    """Coefficients (m, p) over penalties (m,): those with a true value blue, the others grey.

    ``truth`` (p,) is 0 where a column has nothing to do with the targets.
    """
    for name, mine, width, label in [("ghost", truth == 0, 0.7, "no part of the truth"),
                                     ("with", truth != 0, 2.0, "part of the truth")]:  # fmt: skip
        paths = coefficients.T[mine & coefficients.any(axis=0)]
        ax.plot(*_joined(penalties, paths), color=look(name).colour, ls="-", lw=width, label=label)


def draw_cost_decrease(ax, costs: np.ndarray, *, updates: int, factor: float, sweeps: int = 100):
    """The share of the first cost after every update, and dashed what the factor foretells.

    A sweep has ``updates`` updates and multiplies the distance by ``factor``, from the second
    sweep on. The cost is quadratic, so that it is multiplied by the square.
    """
    left, later = costs / costs[0], np.arange(sweeps)
    draw_line(ax, np.arange(len(left)) / updates, left, role="iterate")
    law = left[min(updates, len(left) - 1)] * float(factor) ** (2 * later)
    draw_line(ax, 1 + later, np.maximum(law, 1e-30), role="predicted")


def draw_rungs(ax, values, *, role: str, ylim: tuple):
    """A marker for every rung 0, 1, ..., joined; one that is infinite is a triangle on the edge."""
    seen = np.isfinite(values)
    draw_line(ax, range(len(seen)), np.where(seen, values, np.nan), role=role, markers=True)
    for rung in np.flatnonzero(~seen):
        draw_pointer(ax, float(rung), np.inf, role=role, ylim=ylim)
