import numpy as np
import pytest

from lecture_helpers.test_functions.averaging_traps import (
    bent_valley,
    exponential_wall,
    flat_bottom,
    kink,
    lopsided_valley,
    two_basins,
    valley_at,
)

SURFACES = {
    "two basins": two_basins(),
    "level basins": two_basins(0.0),
    "bent valley": bent_valley(),
    "valley": valley_at((2.0, 1.0), 10.0),
    "lopsided valley": lopsided_valley(10.0),
}
LINES = {
    "exp(x) - x": exponential_wall(),
    "abs(x)": kink(),
    "max(x, -3x)": kink(3.0, 1.0),
    "x^4": flat_bottom(),
}
surfaces = pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
POINTS = np.random.default_rng(4).normal(0, 1.5, (40, 2))


@surfaces
def test_the_gradient_agrees_with_central_differences(surface):
    h = 1e-6
    numeric = [(surface.value(POINTS + h * e) - surface.value(POINTS - h * e)) / (2 * h)
               for e in np.eye(2)]  # fmt: skip
    np.testing.assert_allclose(surface.gradient(POINTS), np.transpose(numeric), atol=1e-6)


@surfaces
def test_no_point_of_the_plane_lies_below_the_minimum(surface):
    axis = np.linspace(-4, 4, 201)
    plane = surface.value(np.stack(np.meshgrid(axis, axis), axis=-1))
    assert surface.value(surface.minima[0]) <= plane.min() + 1e-12
    np.testing.assert_allclose(surface.gradient(surface.minima), 0, atol=1e-9)


@pytest.mark.parametrize("surface", LINES.values(), ids=LINES)
def test_a_cost_of_one_parameter_is_convex_and_least_at_0(surface):
    x = np.linspace(-2, 2, 402)[:, None]  # 0 is not among them
    numeric = (surface.value(x + 1e-6) - surface.value(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(surface.gradient(x)[:, 0], numeric, atol=1e-5)
    assert np.all(np.diff(surface.gradient(x)[:, 0]) >= 0)
    assert surface.value([0.0]) == 0 < surface.value(x).min()
    assert surface.gradient([0.0]) == 0


def test_the_point_between_two_basins_lies_higher_than_both():
    surface = two_basins()
    assert surface.value([0.0, 0.0]) > surface.value([-0.96, 0.0]) > surface.value([1.04, 0.0])


def test_the_middle_of_the_bent_valley_lies_higher_than_all_of_its_floor():
    angle = np.linspace(0, 2 * np.pi, 60)
    floor = bent_valley().value(np.stack([np.cos(angle), np.sin(angle)], axis=-1))
    assert bent_valley().value([0.0, 0.0]) > floor.max() + 1


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: two_basins(-0.1), "tilt must be a finite number, 0 or more"),
        (lambda: two_basins(1.6), "tilt must be below 1.5"),
        (lambda: bent_valley(float("nan")), "slope must be a finite number"),
        (lambda: valley_at((1.0, 2.0, 3.0), 2.0), "minimum must have shape"),
    ],
)
def test_a_landscape_that_does_not_exist_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
