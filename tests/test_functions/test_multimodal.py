import numpy as np
import pytest

from lecture_helpers.optimization.gaussian_smoothing import gaussian_smoothing
from lecture_helpers.optimization.graduated_descent import convex_from
from lecture_helpers.test_functions.multimodal import (
    double_well,
    random_waves,
    random_wells,
    rastrigin,
    ripples,
    ripples_convex_from,
    two_wells,
    wells,
)
from lecture_helpers.test_functions.smoothable import Wells, landscape

LANDSCAPES = [
    ripples(), ripples(0.7, 4.0, 0.3, curvature=2.0, dimensions=3), rastrigin(2), double_well(),
    two_wells(), two_wells(3.0, 0.2, dimensions=3), random_waves(0), random_waves(1, 3),
    random_wells(2, 2, kind="free"), random_wells(3, 2, kind="narrow"),
    random_wells(0, 1, kind="alike"),
]  # fmt: skip
every = pytest.mark.parametrize("cost", LANDSCAPES, ids=lambda c: f"{c.name}-{c.dimensions}d")
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(60)


def points_of(cost, seed=0, count=25):
    return np.random.default_rng(seed).normal(scale=1.5, size=(count, cost.dimensions))


@every
@pytest.mark.parametrize("sigma", [0.0, 0.6])
def test_gradient_and_hessian_agree_with_central_differences(cost, sigma):
    cost, points, h = gaussian_smoothing(cost, sigma), points_of(cost), 1e-5
    for i, e in enumerate(h * np.eye(cost.dimensions)):
        slope = (cost.value(points + e) - cost.value(points - e)) / (2 * h)
        bend = (cost.gradient(points + e) - cost.gradient(points - e)) / (2 * h)
        np.testing.assert_allclose(cost.gradient(points)[:, i], slope, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(cost.hessian(points)[..., i], bend, rtol=1e-4, atol=1e-4)


@every
def test_blur_along_each_axis_agrees_with_quadrature_of_the_cost_itself(cost):
    """A blur of d axes is d blurs of one axis: the cost's own values, weighed by Gauss-Hermite."""
    sigma, points = 0.25, points_of(cost, seed=1, count=4)
    grids = np.stack(np.meshgrid(*[NODES] * cost.dimensions, indexing="ij"), axis=-1)
    weight = np.ones(grids.shape[:-1])
    for axis in range(cost.dimensions):
        shape = [1] * cost.dimensions
        shape[axis] = len(NODES)
        weight = weight * WEIGHTS.reshape(shape) / np.sqrt(2 * np.pi)
    for point in points:
        quadrature = (weight * cost.value(point + sigma * grids)).sum()
        np.testing.assert_allclose(
            gaussian_smoothing(cost, sigma).value(point), quadrature, rtol=1e-6, atol=1e-6
        )


@every
def test_no_drawn_point_lies_below_the_stated_minimum_and_the_gradient_vanishes_there(cost):
    points = np.random.default_rng(2).uniform(-5, 5, size=(20_000, cost.dimensions))
    assert cost.value(points).min() >= cost.value(cost.minima).max()
    np.testing.assert_allclose(cost.gradient(cost.minima), 0, atol=1e-10)


@pytest.mark.parametrize(
    "ripple, waves, curvature", [(1, 3, 1), (0.5, 6, 1), (10, 6.28, 2), (1, 2, 3)]
)
def test_ripples_are_convex_exactly_from_the_closed_form_on(ripple, waves, curvature):
    cost = ripples(ripple, waves, curvature=curvature)
    sigma = ripples_convex_from(ripple, waves, curvature)
    grid = np.linspace(-4, 4, 8001)[:, None]
    assert gaussian_smoothing(cost, 1.001 * sigma).hessian(grid).min() > 0
    assert gaussian_smoothing(cost, 0.999 * sigma).hessian(grid).min() < 0
    np.testing.assert_allclose(convex_from(cost, (-4, 4)), sigma, rtol=1e-4)


def test_weak_ripples_are_convex_without_any_blur():
    assert ripples_convex_from(0.05, 3.0) == 0 == convex_from(ripples(0.05, 3.0), (-4, 4))


@pytest.mark.parametrize("dip", [0.5, 4.0, 9.0])
def test_the_double_well_is_convex_from_a_variance_of_a_sixth_of_its_dip(dip):
    np.testing.assert_allclose(convex_from(double_well(dip), (-4, 4)) ** 2, dip / 6, rtol=1e-5)


def test_wells_without_a_bowl_never_become_convex():
    assert convex_from(two_wells(), (-4, 4)) == np.inf


def test_a_well_of_d_dimensions_loses_depth_with_the_d_th_power_of_its_width():
    for d in (1, 2, 5):
        term = Wells(np.zeros((1, d)), np.array([2.0]), np.array([0.5]))
        well = landscape("well", [term], np.zeros((1, d)))
        expected = -2 * 0.5**d / (0.25 + 0.64) ** (d / 2)
        np.testing.assert_allclose(
            gaussian_smoothing(well, 0.8).value(np.zeros(d)), expected, rtol=1e-12
        )


@every
@pytest.mark.parametrize("sigma", [0.0, 0.6])
def test_no_curvature_is_above_the_steepest(cost, sigma):
    points = np.random.default_rng(4).uniform(-3, 3, size=(5000, cost.dimensions))
    blurred = gaussian_smoothing(cost, sigma)
    largest = np.linalg.eigvalsh(blurred.hessian(np.concatenate([points, cost.minima])))[..., -1]
    assert largest.max() <= blurred.steepest * (1 + 1e-12)


def test_many_landscapes_at_once_are_the_same_as_one_by_one():
    centres, rng = np.array([[-1.0], [1.0]]), np.random.default_rng(0)
    depths, widths = rng.uniform(1, 2, (5, 2)), rng.uniform(0.2, 1, (5, 2))
    points = rng.normal(size=(5, 1))
    together = landscape("many", [Wells(centres, depths, widths)], centres[:1])
    for k in range(5):
        alone = landscape("one", [Wells(centres, depths[k], widths[k])], centres[:1])
        for method in ("value", "gradient", "hessian"):
            np.testing.assert_allclose(
                getattr(together, method)(points)[k], getattr(alone, method)(points[k]), rtol=1e-12
            )


def test_a_seed_draws_the_same_landscape_and_another_seed_another():
    for make in (random_waves, random_wells):
        same = [make(seed).value(np.ones(make(seed).dimensions)) for seed in (3, 3, 4)]
        assert same[0] == same[1] != same[2]


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: ripples(waves=0), "waves must be a finite number above 0, not 0."),
        (lambda: ripples(dimensions=0), "dimensions must be a whole number, 1 or more, not 0."),
        (lambda: double_well(dip=-1), "dip must be a finite number, 0 or more, not -1."),
        (lambda: wells([[0.0]], [1.0, 2.0], [1.0]), "depths must have shape (1,), not (2,)."),
        (lambda: wells([[0.0]], [1.0], [0.0]), "widths must all be above 0."),
        (lambda: two_wells(width=-1), "width must be a finite number above 0, not -1."),
        (lambda: random_wells(0, kind="deep"), "kind must be one of 'alike', 'free', 'narrow'"),
        (lambda: convex_from(rastrigin(2), (-1, 1)), "surface must have one dimension, not 2."),
    ],
)  # fmt: skip
def test_impossible_landscapes_are_refused_in_words(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)
