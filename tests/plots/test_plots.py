from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from lecture_helpers import plots
from lecture_helpers.plots import ROLES

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    t = TO_XYZ @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_two_looks_differ_in_dash_or_marker_or_in_a_colour_that_the_blind_can_tell(blindness):
    for a, b in combinations(set(ROLES.values()), 2):
        apart = lab(BLINDNESS[blindness] @ linear(a.colour)) - lab(
            BLINDNESS[blindness] @ linear(b.colour)
        )
        assert (a.dash, a.marker) != (b.dash, b.marker) or np.linalg.norm(apart) > 15, (a, b)


@pytest.mark.parametrize("name", ROLES)
def test_every_colour_keeps_a_contrast_of_three_on_white(name):
    luminance = linear(ROLES[name].colour) @ [0.2126, 0.7152, 0.0722]
    assert 1.05 / (luminance + 0.05) >= 3


def test_an_unknown_role_is_refused_in_words(ax):
    with pytest.raises(ValueError, match="role must be one of 'cost', .*, not 'costs'."):
        plots.draw_line(ax, [0, 1], [0, 1], role="costs")


def test_curves_draw_every_seed_and_a_median_that_counts_divergence_as_infinite(ax):
    curves = np.array([[3.0, 1.0, 1.0], [2.0, 2.0, np.nan], [4.0, np.nan, np.nan]])
    plots.draw_curves(ax, [0, 10, 20], curves, role="with", label="with")
    thin, median = ax.lines
    assert np.isfinite(thin.get_ydata()).sum() == 6
    np.testing.assert_array_equal(median.get_ydata(), [3.0, 2.0, np.nan])


def test_bars_of_the_orders_have_their_signed_heights(ax):
    orders = np.array([1.0, -0.5, 0.25, -0.125])
    plots.draw_orders(ax, orders, limit=10)
    down, up = (patch.get_data() for patch in ax.patches)
    assert (down.values + up.values).tolist() == [-0.5, 0.0, 0.25, 0.0, -0.125]
    np.testing.assert_allclose(down.edges, [0.6, 1.4, 1.6, 2.4, 2.6, 3.4])
    assert ax.patches[0].get_facecolor() != ax.patches[1].get_facecolor()
    assert ax.patches[1].get_hatch() == "//"


def test_bars_beyond_the_limit_are_cut_and_crowned(ax):
    plots.draw_orders(ax, np.array([1.0, -50.0, 70.0, -0.1]), limit=10)
    up, down = (line.get_xydata().tolist() for line in ax.lines)
    assert (up, down) == ([[2, 10]], [[1, -10]])


@pytest.mark.parametrize("y, drawn, marker", [(0.5, 0.5, "o"), (9.0, 1.0, "^"), (-9.0, 0.0, "v")])
def test_pointer_beyond_the_frame_sits_on_the_edge_and_points_out(ax, y, drawn, marker):
    plots.draw_pointer(ax, 3.0, y, role="measured", xlim=(0.0, 2.0), ylim=(0.0, 1.0))
    line = ax.lines[0]
    assert line.get_xdata()[0] == 2.0
    assert (line.get_ydata()[0], line.get_marker()) == (drawn, marker)


def test_points_are_not_joined(ax):
    plots.draw_points(ax, [1, 2], [3, 4], role="before")
    assert ax.lines[0].get_linestyle() == "None" and ax.lines[0].get_marker() == "s"


def test_frame_goes_around_the_tiles(ax):
    plots.draw_frame(ax, (1.5, 2.5), (0, 3))
    corners = {tuple(c) for c in ax.lines[0].get_xydata().tolist()}
    assert corners == {(1.5, 0), (2.5, 0), (1.5, 3), (2.5, 3)}


def test_contours_of_known_heights_are_those_of_the_cost():
    frame = dict(xlim=(-1, 2), ylim=(0, 1), levels=np.linspace(0, 6, 7))

    def cost(points):
        return points[..., 0] ** 2 + 2 * points[..., 1]  # neither square nor symmetric

    x, y = np.linspace(-1, 2, 31), np.linspace(0, 1, 31)
    known = cost(np.stack(np.meshgrid(x, y), axis=-1))
    drawn = []
    for given in (cost, known):
        ax = Figure().subplots()
        plots.draw_contours(ax, given, places=31, **frame)
        drawn.append([path.vertices for c in ax.collections for path in c.get_paths()])
    assert len(drawn[0]) == len(drawn[1]) > 0
    for one, other in zip(*drawn, strict=True):
        np.testing.assert_array_equal(one, other)
