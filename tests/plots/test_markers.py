import numpy as np
import pytest
from matplotlib.figure import Figure

from lecture_helpers.plots import (
    ROLES,
    draw_lines,
    draw_marker,
    draw_markers,
    draw_numerals,
    draw_spread,
    draw_watched,
)

FRAME = dict(role="average", xlim=(-1, 1), ylim=(-2, 2))


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.mark.parametrize(
    "point, drawn, marker",
    [
        ((0.5, 1.0), (0.5, 1.0), "D"),
        ((5.0, 1.0), (1.0, 1.0), ">"),
        ((-5.0, 1.0), (-1.0, 1.0), "<"),
        ((0.5, 9.0), (0.5, 2.0), "^"),
        ((0.5, -9.0), (0.5, -2.0), "v"),
    ],
)
def test_a_place_outside_the_frame_is_marked_on_the_edge_that_it_left_by(ax, point, drawn, marker):
    draw_marker(ax, point, **FRAME)
    (line,) = ax.lines
    assert (line.get_xdata()[0], line.get_ydata()[0]) == drawn
    assert line.get_marker() == marker


def test_a_place_that_is_no_number_is_not_drawn(ax):
    draw_marker(ax, (np.nan, 0.0), **FRAME)
    assert np.isnan(ax.lines[0].get_xdata()).all()


def test_places_that_fall_together_are_seen_by_their_sizes(ax):
    for size in (20, 13, 7):
        draw_marker(ax, (0.5, 0.5), size=size, **FRAME)
    assert [line.get_markersize() for line in ax.lines] == [20, 13, 7]


def test_a_spread_holds_the_middle_share_of_the_curves(ax):
    draw_spread(ax, [0, 1], np.linspace(0, 1, 101)[:, None] * [1.0, 2.0], role="average", inner=0.6)
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.min() == pytest.approx(0.2) and heights.max() == pytest.approx(1.6)


def test_every_role_has_its_own_curve_and_its_own_place(ax):
    draw_lines(ax, [1, 2], {"iterate": [3, 4], "average": [5, 6]})
    draw_markers(ax, {"iterate": (0, 0), "average": (1, 1)}, xlim=(-1, 2), ylim=(-1, 2))
    colours = [ROLES[name].colour for name in ("iterate", "average")]
    assert [line.get_color() for line in ax.lines] == 2 * colours
    assert [line.get_label() for line in ax.lines[:2]] == ["iterate", "average"]


def test_the_last_that_was_watched_is_joined_and_marked_beyond_the_frame(ax):
    watched = np.array([[[9.0, 1.0], [9.0, 1e9]], [[9.0, 1.0], [9.0, np.nan]]])
    draw_watched(ax, watched, role="with", ylim=(0.1, 10.0))
    curve, inside, above = ax.lines
    np.testing.assert_allclose(curve.get_ydata(), [1.0, 10.0])
    assert (inside.get_xdata().tolist(), above.get_xdata().tolist()) == ([1], [2])
    draw_watched(ax, watched[..., :0], role="with", ylim=(0.1, 10.0))
    assert len(ax.lines) == 3


def test_every_point_is_drawn_once_as_its_numeral_or_on_the_edge_that_it_left_by(ax):
    points = np.array([[0.0, 1], [2, 3], [4, 5], [6, 7], [8, -9]])
    frame = dict(xlim=(-10, 7), ylim=(-10, 10))
    draw_numerals(ax, points, np.array([3, 0, 3, 9, 3]), role="with", **frame)
    drawn = {line.get_marker(): line.get_xydata().tolist() for line in ax.lines}
    edge = {">": [[7, -9]]}
    assert drawn == {"$0$": [[2, 3]], "$3$": [[0, 1], [4, 5]], "$9$": [[6, 7]]} | edge
