"""Bars: the orders of an update and the histogram of a batch."""

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
