import numpy as np
import pytest
from matplotlib.figure import Figure

from lecture_helpers.plots import (
    draw_bars,
    draw_critical,
    draw_heatmap,
    draw_landscape,
    draw_layers,
    draw_plane,
    draw_rates,
    draw_rungs,
)

OFFSETS = np.linspace(-1, 1, 5)
LOSSES = 10.0 ** np.add.outer(OFFSETS**2, OFFSETS**2)


@pytest.fixture
def ax():
    return Figure().subplots()


def test_layers_beyond_the_frame_stand_on_the_edge_they_left_by(ax):
    draw_layers(ax, [1e-9, 0.5, 1e9, np.nan], role="with", ylim=(1e-3, 1e3), label="seen")
    inside, high, low = ax.lines
    assert inside.get_xydata().tolist() == [[2, 0.5]]
    assert high.get_xydata().tolist() == [[3, 1e3], [4, 1e3]] and high.get_marker() == "^"
    assert low.get_xydata().tolist() == [[1, 1e-3]] and low.get_marker() == "v"


def test_a_rung_that_is_infinite_stands_on_the_edge_and_is_not_joined(ax):
    draw_rungs(ax, [0.1, 0.2, np.inf], role="with", ylim=(1e-3, 1e2))
    joined, gone = ax.lines
    assert joined.get_ydata()[:2].tolist() == [0.1, 0.2] and np.isnan(joined.get_ydata()[2])
    assert gone.get_xydata().tolist() == [[2, 1e2]] and gone.get_marker() == "^"


def test_a_plane_shows_the_network_and_a_line_of_equal_loss_only_where_there_is_one(ax):
    draw_plane(ax, OFFSETS, LOSSES, near=5.0)
    with_line = len(ax.collections)
    draw_plane(ax, OFFSETS, LOSSES, near=0.5)
    assert len(ax.collections) == 2 * with_line - 1
    assert ax.lines[0].get_xydata().tolist() == [[0, 0]]


@pytest.mark.parametrize("broken", [np.inf, np.nan, 1e30])
def test_losses_that_overflow_are_drawn_at_the_top(broken):
    ax = Figure().add_subplot(projection="3d")
    losses = LOSSES.copy()
    losses[0, 0] = broken
    draw_landscape(ax, OFFSETS, losses, azimuth=30, tilt=40)
    assert ax.get_zlim() == (-3, 3) and (ax.azim, ax.elev) == (30, 40)
    draw_plane(Figure().subplots(), OFFSETS, losses, near=5.0)


def test_a_rate_map_draws_the_border_of_divergence_at_one(ax):
    lrs, momenta = np.linspace(0, 4, 9), np.linspace(0, 1, 5)
    draw_rates(ax, lrs, momenta, np.tile(lrs / 2, (5, 1)))
    border = ax.collections[-1].get_paths()[0].vertices
    np.testing.assert_allclose(border[:, 0], 2.0)
    draw_critical(ax, lrs, lrs / 4, label="critical")
    assert ax.lines[0].get_label() == "critical"


def test_a_rate_map_names_the_shades_that_pass_its_middle(ax):
    lrs, momenta = np.linspace(0, 4, 9), np.linspace(0, 1, 101)[:, None]
    draw_rates(ax, lrs, momenta[:, 0], momenta + 0 * lrs)
    assert [t.get_text() for t in ax.texts] == ["0.8", "0.9", "0.95", "0.98"]
    places = np.array([t.get_position() for t in ax.texts])
    np.testing.assert_allclose(places, [(2, 0.8), (2, 0.9), (2, 0.95), (2, 0.98)], atol=0.011)
    draw_rates(ax, lrs, momenta[:, 0], 0.85 + 0 * momenta + 0 * lrs)
    assert len(ax.texts) == 4


def test_a_table_prints_its_numbers_and_a_dash_where_a_level_is_left_out(ax):
    draw_heatmap(ax, [[-1, 0.5], [2, 3]], columns=["a", "b"], rows=["x", "y"], limits=(-1, 3),
               absent=["y"])  # fmt: skip
    assert [t.get_text() for t in ax.texts] == ["-1.00", "0.50", "–", "–"]


def test_sizes_are_bars_from_zero_with_their_numbers(ax):
    draw_bars(ax, {"models": (1.5, "with"), "optimizers": (0.25, "without")}, form=" {:.2f}")
    assert [bar.get_width() for bar in ax.patches] == [1.5, 0.25]
    assert [t.get_text() for t in ax.texts] == [" 1.50", " 0.25"]
