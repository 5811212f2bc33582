import numpy as np
import pytest
from matplotlib.figure import Figure

from lecture_helpers.plots import (
    draw_coefficients,
    draw_cube,
    draw_half_steps,
    draw_sum,
    draw_tiles,
    oblique,
)


@pytest.fixture
def ax():
    return Figure().subplots()


def test_every_atom_is_a_tile_scaled_to_its_own_largest_pixel(ax):
    atoms = np.array([[0, 1, -2, 0], [10, 0, 0, 5.0], [0, 0, 0, 0]])
    draw_tiles(ax, atoms, columns=2)
    mosaic = np.asarray(ax.images[0].get_array())
    assert mosaic.shape == (7, 7)
    np.testing.assert_array_equal(mosaic[1:3, 1:3], [[0, 0.5], [-1, 0]])
    np.testing.assert_array_equal(mosaic[1:3, 4:6], [[1, 0], [0, 0.5]])
    np.testing.assert_array_equal(mosaic[4:6, 1:3], 0)
    assert (mosaic[[0, 3, 6]] == 1).all()


def test_tiles_that_are_alike_share_the_largest_pixel(ax):
    draw_tiles(ax, np.array([[0, 1, -2, 0], [10, 0, 0, 5.0]]), columns=2, alike=True)
    mosaic = np.asarray(ax.images[0].get_array())
    np.testing.assert_array_equal(mosaic[1:3, 1:3], [[0, 0.1], [-0.2, 0]])
    np.testing.assert_array_equal(mosaic[1:3, 4:6], [[1, 0], [0, 0.5]])


def test_the_sum_shows_patch_rebuilding_and_the_atoms_used_strongest_first(ax):
    code = np.array([0.0, -3.0, 1.0, 0.5])
    draw_sum(ax, np.arange(4.0), code, np.eye(4), most=2)
    patch, rebuilt, *atoms = (np.asarray(image.get_array()).ravel() for image in ax.images)
    np.testing.assert_array_equal(patch, np.arange(4.0))
    np.testing.assert_array_equal(rebuilt, code)
    np.testing.assert_array_equal(atoms, np.eye(4)[[1, 2]])
    assert [text.get_text() for text in ax.texts[2:]] == ["-3.0", "+1.0"]


def test_an_empty_code_shows_no_atoms(ax):
    draw_sum(ax, np.ones(4), np.zeros(3), np.ones((3, 4)))
    assert len(ax.images) == 2


def test_the_bars_of_the_half_steps_end_at_what_they_earned(ax):
    draw_half_steps(ax, np.array([5.0, 2.0]), np.array([3.0, 0.0]), least=0.1)
    tops = [patch.get_y() + patch.get_height() for patch in ax.patches]
    np.testing.assert_allclose(tops, [5, 2, 3, 0.1])


def test_the_cube_has_twelve_edges_between_neighbouring_corners(ax):
    draw_cube(ax)
    x = ax.lines[0].get_xdata()
    assert len(x) == 36 and np.isnan(x[2::3]).all()


def test_a_step_along_z_goes_right_and_up():
    right, up = oblique([[0, 0, 1]])[0]
    assert right > 0 and up > 0
    np.testing.assert_array_equal(oblique([[2, 3, 0]])[0], [2, 3])


def test_coefficients_of_the_truth_and_the_others_are_two_looks_and_zeros_are_left_out(ax):
    values = np.array([[0, 0, 0, 0], [1.0, 2, 3, 0]])
    draw_coefficients(ax, np.array([1.0, 0.5]), values, np.array([0.0, 5, 0, 0]))
    others, truth = ax.lines
    np.testing.assert_array_equal(truth.get_ydata(), [0, 2, np.nan])
    np.testing.assert_array_equal(others.get_ydata(), [0, 1, np.nan, 0, 3, np.nan])
    assert others.get_color() != truth.get_color()
