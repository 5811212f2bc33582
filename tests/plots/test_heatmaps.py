import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from lecture_helpers.plots import (
    ROLES,
    draw_band,
    draw_bars,
    draw_decision_regions,
    draw_examples,
    draw_heat,
    draw_heatmap,
    draw_histogram,
    draw_path,
)


@pytest.fixture
def ax():
    return Figure().subplots()


def test_a_band_reaches_as_far_as_its_half_on_either_side(ax):
    draw_band(ax, [0, 1], [2.0, 4.0], np.array([0.5, 1.0]), role="measured")
    corners = ax.collections[0].get_paths()[0].vertices
    assert corners[:, 1].min() == 1.5 and corners[:, 1].max() == 5.0
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [2, 4])


def test_heat_is_darkest_at_the_lowest_cost_of_every_row(ax):
    heights = np.array([[3.0, 1.0, 2.0], [10.0, 30.0, 20.0]])
    draw_heat(ax, heights, xlim=(-1, 1), ylim=(0, 2))
    shades = ax.images[0].get_array()
    np.testing.assert_array_equal(shades.argmin(1), [1, 0])
    np.testing.assert_array_equal(shades.max(1), [1, 1])
    assert ax.images[0].get_extent() == [-1, 1, 0, 2] and ax.images[0].origin == "lower"


def test_a_flat_row_of_heat_is_drawn_without_a_warning(ax):
    draw_heat(ax, np.ones((2, 3)), xlim=(0, 1), ylim=(0, 1))


def test_halves_have_one_tint_each(ax):
    draw_decision_regions(ax, [[True, False], [False, False]], xlim=(0, 1), ylim=(0, 1))
    tints = np.asarray(ax.images[0].get_array())
    assert (tints[0, 0] != tints[0, 1]).any() and (tints[0, 1] == tints[1, 1]).all()


def test_bars_are_as_long_as_their_shares_and_say_so(ax):
    draw_bars(ax, {"a": (0.25, "with"), "b": (1.0, "without")})
    assert [bar.get_width() for bar in ax.patches] == [0.25, 1.0]
    assert [text.get_text() for text in ax.texts] == [" 25%", " 100%"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]


def test_marked_examples_are_told_apart_by_more_than_their_colour(ax):
    draw_examples(ax, np.eye(4).reshape(4, 4), [7, 3, 1, 0], [False, True, False, False], columns=2)
    assert [text.get_text() for text in ax.texts] == ["7", "3✗", "1", "0"]
    assert ax.texts[1].get_color() == ROLES["without"].colour
    mosaic = np.asarray(ax.images[0].get_array())
    assert mosaic.sum() == 4 and mosaic[1:3, 1:3].tolist() == [[1, 0], [0, 0]]
    assert mosaic[5:7, 4:6].tolist() == [[0, 0], [0, 1]]


def test_tiles_print_their_numbers_in_the_colour_that_their_shade_lets_one_read(ax):
    table = dict(rows=["a", "b"], columns=["c", "d"])
    draw_heatmap(
        ax, [[0, 100], [25, 62.5]], limits=(0, 100), cmap="cividis", form="{:.0f}", **table
    )
    assert [text.get_text() for text in ax.texts] == ["0", "100", "25", "62"]
    assert [text.get_position() for text in ax.texts] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert [to_rgba(text.get_color()) == to_rgba("white") for text in ax.texts] == [1, 0, 1, 0]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["c", "d"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]


def test_gains_are_printed_with_their_sign_and_coloured_by_it(ax):
    values = [[3.0, -3.0], [0.04, 90.0]]
    draw_heatmap(ax, values, rows=["c", "d"], columns=["a", "b"], limits=(-5, 5), cmap="RdBu",
                 form="{:+.1f}")  # fmt: skip
    assert [text.get_text() for text in ax.texts] == ["+3.0", "-3.0", "+0.0", "+90.0"]
    (up, down), (_, most) = ax.images[0].to_rgba(ax.images[0].get_array())
    assert up[2] > up[0] and down[0] > down[2]
    np.testing.assert_array_equal(most, ax.images[0].to_rgba(1.0))
    assert to_rgba(ax.texts[3].get_color()) == to_rgba("white")


def test_a_histogram_shows_shares_and_counts_what_lies_beyond_its_bins(ax):
    draw_histogram(ax, np.array([-9.0, 0.5, 1.5, 1.5, 9.0]), bins=np.arange(4.0), role="with",
                   label="drawn")  # fmt: skip
    filled, outline = ax.patches
    for bars in (filled, outline):
        np.testing.assert_allclose(bars.get_data().values, [0.4, 0.4, 0.2])
        np.testing.assert_array_equal(bars.get_data().edges, [0, 1, 2, 3])
    assert filled.get_fill() and not outline.get_fill() and outline.get_label() == "drawn"


@pytest.mark.parametrize("last, end, marker", [((2, 3), (2, 3), "o"), ((np.nan, 3), (1, 1), "X")])
def test_a_path_ends_in_a_large_marker_or_a_cross_where_it_has_diverged(ax, last, end, marker):
    draw_path(ax, [(0, 0), (1, 1), last])
    _, start, stop = ax.lines
    assert start.get_xydata().tolist() == [[0, 0]] and start.get_color() == "white"
    assert tuple(stop.get_xydata()[0]) == end and stop.get_marker() == marker
