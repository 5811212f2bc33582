"""The retained picture is the picture drawn from nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture_helpers.widgets import reading
from lecture_helpers.widgets.appearance import Appearance
from lecture_helpers.widgets.rendering.canvas import Canvas
from lecture_helpers.widgets.view import as_view
from tests.widgets.views import fresh_pixels

T = np.linspace(-3, 3, 40)
X, Y = np.meshgrid(T, T)
SHARP = Appearance(1.0, 0.6)


def _limits(*axes):
    for ax in axes:
        ax.set(xlim=(-3, 3), ylim=(-3, 3))


def contour_under_path(ax, ax2, *, a=1.0, n=3, mode="one"):
    ax.contourf(X, Y, X**2 + Y**2, 8, cmap="cividis")
    ax.plot(a * T, np.sin(T), "o-", color="red", label="path")
    ax2.plot(T, n * np.sin(T) / 5, color="blue", ls="--", label="curve")
    ax2.legend(loc="upper right")
    _limits(ax, ax2)
    ax2.set(title=f"mode {mode}")


def moving_contour(ax, ax2, *, a=1.0, n=3, mode="one"):
    ax.contourf(X, Y, a * X**2 + Y**2, levels=np.linspace(0, 9, 5))
    ax.contour(X, Y, a * X**2 + Y**2, levels=[1, 2], colors="white")
    ax.plot(T, T / n, color="black")
    ax2.imshow(np.sin(a * X), vmin=-1, vmax=1, extent=(-3, 3, -3, 3), aspect="auto")
    ax2.axhline(a, color="red", label="height")
    ax2.legend(loc="lower left")
    _limits(ax, ax2)


def branching(ax, ax2, *, a=1.0, n=3, mode="one"):
    for k in range(n):
        ax.plot(T, a * T / (k + 1), color="green", label=f"run {k}" if k < 2 else None)
    if mode == "one":
        ax.text(0, 1, f"a = {a:.2f}", fontsize=14)
        ax2.bar(range(n), np.arange(n) - a, color="orange", label="bars")
    elif mode == "two":
        ax2.stairs(np.arange(n) * a / 3, np.arange(n + 1) - 2, color="purple", fill=True)
        ax2.scatter(T, np.cos(a * T), c=T, s=30, label="dots")
    else:
        ax2.fill_between(T, -a, np.sin(T), color="grey", alpha=0.4, label="band")
        ax2.errorbar([0, 1], [a, 1], yerr=0.3, color="black", label="bars")
    ax.legend(loc="upper left")
    ax2.legend(loc="upper left")
    _limits(ax, ax2)


def careless(ax, ax2, *, a=1.0, n=3, mode="one"):
    ax.plot(T, a * T)
    if n % 2:
        ax.plot(T, T**2, label="odd")
    ax.plot(T, -T, label="down")
    ax.legend()
    ax2.semilogy(np.exp(T * a), label="growth")
    ax2.bar(["x", "y", mode], [1, 2, n])


def titled(ax, ax2, *, a=1.0, n=3, mode="one"):
    ax.set_title(f"a = {a:.2f}\nn" if n > 3 else f"a = {a:.2f}")
    ax.axvline(a, color="red")
    ax.axvspan(0, a, color="pink", zorder=0.2)
    ax.annotate("here", (a, 0), (a - 1, 2), arrowprops=dict(arrowstyle="->"))
    ax2.text(-6, a, "long words that reach into the other panel", color="blue")
    ax2.text(0.1, 0.9, mode, transform=ax2.transAxes)
    ax2.hist(T * a, bins=n + 2, color="teal", histtype="stepfilled", clip_on=n % 2 == 0)
    ax2.plot(T, 4 * np.sin(T + a), color="k", clip_on=False, zorder=3)
    _limits(ax, ax2)
    ax.set(xlim=(-3, 3 + (mode == "two")))


def colour_bar(ax, ax2, *, a=1.0, n=3, mode="one"):
    image = ax.imshow(a * X, aspect="auto", cmap="cividis")
    if mode == "two":
        ax.figure.colorbar(image, ax=ax)
    (line,) = ax2.plot(T, n * T, color="red")
    ax2.legend([line], ["a line"], loc="center")


VIEWS = [contour_under_path, moving_contour, branching, careless, titled, colour_bar]
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("a"), st.floats(0.1, 2.5)),
        st.tuples(st.just("n"), st.integers(1, 6)),
        st.tuples(st.just("mode"), st.sampled_from(["one", "two", "three"])),
        st.tuples(st.none(), st.floats(0.1, 2.5)),
    ),
    min_size=1,
    max_size=5,
)


def _view(function):
    def seen(ax, ax2, *, a=1.0, n=3, mode="one"):
        function(ax, ax2, a=a, n=n, mode=mode)
        return reading("a is {a:.2f}", a=a)

    return as_view(seen)


@pytest.mark.parametrize("function", VIEWS, ids=lambda f: f.__name__)
@settings(max_examples=6, derandomize=True)
@given(moves=MOVES)
def test_after_any_walk_the_picture_equals_the_one_drawn_from_nothing(function, moves):
    canvas = Canvas(_view(function), (5, 2.4), SHARP)
    values = dict(canvas.view.starts)
    canvas.move(values)
    for mover, value in moves:
        values[mover or "a"] = value
        canvas.move(values, mover)
        assert np.array_equal(canvas.pixels(), fresh_pixels(canvas, values))


@pytest.mark.parametrize("function", VIEWS, ids=lambda f: f.__name__)
@settings(max_examples=4, derandomize=True)
@given(moves=MOVES)
def test_visits_say_what_a_move_says_and_leave_no_trace_in_the_next_picture(function, moves):
    canvas = Canvas(_view(function), (5, 2.4), SHARP)
    start = dict(canvas.view.starts)
    canvas.visit(start)
    for mover, value in moves:
        seen = {**start, mover or "a": value}
        assert str(canvas.visit(seen)) == f"a is {seen['a']:.2f}"
        canvas.move(start, mover)
        assert np.array_equal(canvas.pixels(), fresh_pixels(canvas, start))


def test_a_visit_paints_nothing(monkeypatch):
    canvas = Canvas(_view(branching), (5, 2.4), SHARP)
    monkeypatch.setattr("lecture_helpers.widgets.rendering.canvas.pixels_of", None)
    for a in (1.0, 2.0):
        canvas.visit(canvas.view.settings(dict(a=a)))
