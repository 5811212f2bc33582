"""Where a retained picture would go wrong if drawing order, memory or layout were forgotten.

Each view is a trap with the walk that springs it; the picture must equal the one drawn from
nothing after every step.
"""

import numpy as np
import pytest

from lecture_helpers.widgets import reading
from lecture_helpers.widgets.appearance import Appearance
from lecture_helpers.widgets.rendering.canvas import Canvas
from lecture_helpers.widgets.view import as_view
from tests.widgets.views import fresh_pixels

T = np.linspace(-3, 3, 40)
FRAME = dict(xlim=(-3, 3), ylim=(-3, 3))


def title_moved_by_another_control(ax, ax2, *, a=0.0, b=0.0):
    ax.plot(T, T + a + b, color="red", clip_on=False, lw=9)
    ax.set(title=f"{a:.1f}", **FRAME)
    ax2.set(**FRAME)


def words_of_the_next_panel_lie_over_a_curve(ax, ax2, *, a=0.0, b=0.0):
    ax.plot(T, T + b, color="red", lw=30)
    ax2.text(-3 - 5 * a, 0, "words that have come over", in_layout=a < 0.3)
    for panel in (ax, ax2):
        panel.set(**FRAME)


def words_that_walk_under_the_next_panel(ax, ax2, *, a=0.0, b=0.0):
    ax.text(-3 + 4 * a, 0, "walking", size=30)
    for panel in (ax, ax2):
        panel.set(**FRAME)


def a_title_grows_downwards(ax, ax2, *, a=0.0, b=0.0):
    deep = r"$\frac{x}{\frac{x}{\frac{x}{y}}}$"
    ax.tick_params(top=True, labeltop=True)
    ax.set(title=deep if a > 1 else "low", **FRAME)
    ax2.set(**FRAME)


def limits_left_to_the_data(ax, ax2, *, a=0.0, b=0.0):
    ax.plot(T, (1 + a) * T**2, color="red")
    ax2.set(**FRAME)


def the_colour_cycle(ax, ax2, *, a=0.0, b=0.0):
    if a:
        ax.plot(T, T + a)
    ax.plot(T, -T)
    ax2.scatter(T, T + a)
    ax2.scatter(T, -T)
    for panel in (ax, ax2):
        panel.set(**FRAME)


def categories_that_come(ax, ax2, *, a=0.0, b=0.0):
    ax.bar(["x", "other" if a else "y"], [1 + b, 2], color="red")
    for panel in (ax, ax2):
        panel.set(**FRAME)


def a_legend_before_its_last_curve(ax, ax2, *, a=0.0, b=0.0):
    ax.scatter(T, T + a, color="red", label=f"at {a}")
    ax.legend(loc="upper left")
    ax.scatter(T, -T + b, color="blue", label="late")
    for panel in (ax, ax2):
        panel.set(**FRAME)


def a_legend_that_goes(ax, ax2, *, a=0.0, b=0.0):
    ax.plot(T, T + b, color="red", label="line")
    if a < 1:
        ax.legend(loc="upper left")
    for panel in (ax, ax2):
        panel.set(**FRAME)


def an_array_changed_after_it_was_drawn(ax, ax2, *, a=0.0, b=0.0):
    y = SHARED
    y[:] = T + a
    ax.plot(T, y, color="red")
    for panel in (ax, ax2):
        panel.set(**FRAME)


def a_scale_that_follows_the_drawing(ax, ax2, *, a=0.0, b=0.0):
    ax.semilogy(T, np.exp(T) + a, color="red")
    ax.set(xlim=(-3, 3), ylim=(0.1, 30))
    ax.set_yticks([1, 10], ["one", "ten"])
    ax2.hist(T + a, bins=[-4, 0, 4], log=True, color="blue")
    ax2.set(xlim=(-4, 4), ylim=(1, 100))
    ax2.set_yticks([1, 10], ["one", "ten"])


SHARED = T.copy()
WALK = [
    ("b", 0.5), ("b", 1.0), ("a", 0.4), ("b", 1.5), ("b", 1.2), ("a", 1.3), ("b", 1.0), ("b", 0.5),
    ("a", 0.0), ("a", 0.2), ("a", 1.5), ("b", 0.0),
]  # fmt: skip
TRAPS = [f for f in list(globals().values()) if getattr(f, "__module__", "") == __name__]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda f: f.__name__)
def test_the_picture_equals_the_one_drawn_from_nothing(trap):
    def view(ax, ax2, *, a=0.0, b=0.0):
        trap(ax, ax2, a=a, b=b)
        return reading("{a}", a=a)

    canvas = Canvas(as_view(view), (5, 2.4), Appearance(1.0, 0.6))
    values = dict(a=0.0, b=0.0)
    canvas.move(values)
    for mover, value in WALK:
        values[mover] = value
        canvas.move(values, mover)
        assert np.array_equal(canvas.pixels(), fresh_pixels(canvas, values)), (mover, value)
