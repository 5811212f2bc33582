import numpy as np
import pytest
from matplotlib.figure import Figure

from lecture_helpers.plots import (
    ROLES,
    draw_band,
    draw_decision_regions,
    draw_examples,
    draw_heat,
    draw_shares,
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
    draw_shares(ax, {"a": (0.25, "with"), "b": (1.0, "without")})
    assert [bar.get_width() for bar in ax.patches] == [0.25, 1.0]
    assert [text.get_text() for text in ax.texts] == ["25%", "100%"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]


def test_marked_examples_are_told_apart_by_more_than_their_colour(ax):
    draw_examples(ax, np.eye(4).reshape(4, 4), [7, 3, 1, 0], [False, True, False, False], columns=2)
    assert [text.get_text() for text in ax.texts] == ["7", "3✗", "1", "0"]
    assert ax.texts[1].get_color() == ROLES["without"].colour
    mosaic = np.asarray(ax.images[0].get_array())
    assert mosaic.sum() == 4 and mosaic[1:3, 1:3].tolist() == [[1, 0], [0, 0]]
    assert mosaic[5:7, 4:6].tolist() == [[0, 0], [0, 1]]
