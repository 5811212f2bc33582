"""Bars: orders of an update, histograms, named sizes, half-steps."""

from collections.abc import Mapping

import numpy as np

from lecture_helpers.plots.style import INK
from lecture_helpers.plots.style import role as look


def draw_orders(ax, orders: np.ndarray, *, limit: float, first: int = 1):
    """A bar for every order of an update, shape (l+1,), from order ``first`` on.

    Orders that lower the output and orders that raise it differ in colour and hatching. A bar
    beyond ``limit`` is cut there and crowned with a triangle.
    """
    order, heights = np.arange(len(orders))[first:], np.clip(orders[first:], -limit, limit)
    for name, sign, label in [("after", -1, "lowers y"), ("before", 1, "raises y")]:
        r, mine = look(name), np.where(np.sign(heights) == sign, heights, 0.0)
        with_gaps = np.column_stack([mine, np.zeros_like(mine)]).ravel()[:-1]
        edges = np.column_stack([order - 0.4, order + 0.4]).ravel()
        ax.stairs(with_gaps, edges, fill=True, fc=r.colour, ec="white", hatch=r.hatch, label=label)
    for marker, cut in [("^", heights >= limit), ("v", heights <= -limit)]:
        style = dict(color=INK, ls="", ms=9, clip_on=False, in_layout=False)
        ax.plot(order[cut], heights[cut], marker=marker, **style)


def draw_histogram(ax, values, *, bins, role: str, label: str | None = None):
    """A histogram of values (n,) as a share per bin, filled and outlined.

    Values beyond the outer bins are counted in them, so that nothing leaves the frame unseen.
    """
    r = look(role)
    inside = np.clip(values, bins[0], np.nextafter(bins[-1], bins[0]))
    heights = np.histogram(inside, bins)[0] / len(inside)
    ax.stairs(heights, bins, color=r.colour, alpha=0.25, fill=True)
    ax.stairs(heights, bins, color=r.colour, ls=r.dash, lw=2.2, label=label)


def draw_bars(ax, sizes: Mapping[str, tuple[float, str]], *, form: str = " {:.0%}"):
    """A bar from 0 to each size, {name: (size, role)}, from the top down, with its number.

    Frame it with x to a quarter above the largest and y from the number of bars less a half to
    -0.5.
    """
    for row, (size, role) in enumerate(sizes.values()):
        r = look(role)
        ax.barh([row], [size], height=0.6, color=r.colour, hatch=r.hatch, edgecolor="white")
        ax.text(size, row, form.format(size), va="center", color=INK, size=11)
    ax.set_yticks(range(len(sizes)), list(sizes))


def draw_half_steps(ax, codes: np.ndarray, atoms: np.ndarray, *, least: float):
    """What the two half-steps of every iteration took off the cost, (iterations,) each, as bars.

    Bars start at ``least``, the lower end of a logarithmic axis.
    """
    at = np.arange(1, len(codes) + 1)
    for name, shift, earned, label in [("with", -0.2, codes, "codes"),
                                       ("without", 0.2, atoms, "dictionary")]:  # fmt: skip
        r = look(name)
        heights = np.maximum(earned, least) - least
        ax.bar(at + shift, heights, width=0.4, bottom=least, color=r.colour, label=label)
