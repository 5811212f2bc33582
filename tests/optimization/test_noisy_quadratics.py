import numpy as np
import pytest

from lecture_helpers.optimization.descent import descend
from lecture_helpers.optimization.noisy_quadratics import NoisyQuadratic
from lecture_helpers.optimization.polyak_averaging import (
    exponential_average,
    tail_average,
    uniform_average,
)
from lecture_helpers.test_functions.surfaces import quadratic

NOISY = NoisyQuadratic(np.array([1.5, 0.2]), np.array([2.0, -1.0]), lr=0.4, noise=0.7)
AVERAGES = {
    "last": (lambda path: path, NOISY.last(60)),
    "uniform": (uniform_average, NOISY.uniform(60)),
    "recent": (lambda path: tail_average(path, 0.4), NOISY.recent(60, 0.4)),
    "exponential": (lambda path: exponential_average(path, 0.85), NOISY.exponential(60, 0.85)),
}  # fmt: skip
rows = pytest.mark.parametrize("average, moments", AVERAGES.values(), ids=AVERAGES)


@rows
def test_second_moments_are_those_of_the_linear_map_from_noise_to_average(average, moments):
    weights, k = average(np.eye(60)), np.arange(1, 61)
    for i, rho in enumerate(NOISY.rho):
        reached = np.tril(rho ** np.maximum(k[:, None] - k, 0).astype(float))
        bias = weights @ (rho**k * NOISY.start[i])
        variance = (NOISY.lr * NOISY.noise) ** 2 * ((weights @ reached) ** 2).sum(axis=1)
        np.testing.assert_allclose(moments[:, i], bias**2 + variance, rtol=1e-9)


@rows
def test_measured_squares_lie_within_four_standard_errors_of_the_closed_form(average, moments):
    squares = average(NOISY.paths(60, 4000, seed=2)) ** 2
    error = squares.std(axis=1, ddof=1) / np.sqrt(4000)
    assert np.all(np.abs(squares.mean(axis=1) - moments)[[0, 4, 19, 20, 59]]
                  < 4 * error[[0, 4, 19, 20, 59]])  # fmt: skip


def test_the_last_iterate_settles_at_the_stationary_variance():
    wanted = 0.4 * 0.7**2 / (NOISY.curvatures * (2 - 0.4 * NOISY.curvatures))
    np.testing.assert_allclose(NOISY.last(500)[-1], wanted, rtol=1e-9)


def test_the_average_of_all_iterates_approaches_the_law():
    steps = 200_000
    costs = NOISY.excess(NOISY.uniform(steps))
    assert costs[-1] == pytest.approx(NOISY.law(steps)[-1], rel=1e-3)
    assert NOISY.law(10)[-1] == pytest.approx(0.5 * 0.7**2 * (1 / 1.5 + 1 / 0.2) / 10)


def test_without_noise_the_last_iterate_falls_geometrically_and_the_average_as_one_over_t():
    quiet = NoisyQuadratic([1.0], [3.0], lr=0.2, noise=0.0)
    t, rho = np.arange(1, 101)[:, None], 0.8
    np.testing.assert_allclose(quiet.last(100), (3 * rho**t) ** 2, rtol=1e-12)
    closed = 3 * rho * (1 - rho**t) / (t * (1 - rho))
    np.testing.assert_allclose(quiet.uniform(100), closed**2, rtol=1e-9)


def test_a_path_without_noise_is_the_one_that_descend_makes():
    quiet = NoisyQuadratic([1.0, 0.1], [1.0, 2.0], lr=1.3, noise=0.0)
    made = descend(quadratic(np.diag([1.0, 0.1])), [1.0, 2.0], lr=1.3, steps=30)
    np.testing.assert_allclose(quiet.paths(30, 1)[:, 0], made.points[1:], rtol=1e-12)


def test_a_path_with_noise_has_the_spread_that_descend_makes():
    surface = quadratic(np.diag(NOISY.curvatures))
    made = descend(surface, np.tile(NOISY.start, (4000, 1)), lr=0.4, steps=60, noise=0.7, seed=5)
    squares = made.points[-1] ** 2
    error = squares.std(axis=0, ddof=1) / np.sqrt(4000)
    assert np.all(np.abs(squares.mean(axis=0) - NOISY.last(60)[-1]) < 4 * error)


def test_expected_costs_weigh_the_second_moments_with_half_the_curvatures():
    costs = NOISY.expected(60, alpha=0.85, share=0.4)
    for name, moments in zip(costs, ("last", "uniform", "recent", "exponential"), strict=True):
        by_hand = (0.5 * NOISY.curvatures * AVERAGES[moments][1]).sum(axis=1)
        np.testing.assert_allclose(costs[name], by_hand, rtol=1e-12)


def test_every_direction_may_have_its_own_noise():
    both = NoisyQuadratic([1.5, 0.2], [2.0, -1.0], 0.4, np.array([0.7, 0.1]))
    alone = [NoisyQuadratic([h], [x], 0.4, s) for h, x, s in [(1.5, 2.0, 0.7), (0.2, -1.0, 0.1)]]
    for name in ("last", "uniform"):
        parts = [getattr(one, name)(50) for one in alone]
        np.testing.assert_allclose(getattr(both, name)(50), np.hstack(parts), rtol=1e-12)
    np.testing.assert_allclose(both.law(9), sum(one.law(9) for one in alone), rtol=1e-12)
    spread = both.paths(200, 3000, seed=3)[-1].std(axis=0)
    np.testing.assert_allclose(spread**2, both.last(200)[-1], rtol=0.1)


def test_the_law_of_least_squares_counts_the_parameters():
    h = np.array([1.0, 0.1, 0.01])
    problem = NoisyQuadratic(h, np.zeros(3), 0.5, 0.6 * np.sqrt(h))
    assert problem.law(50)[-1] == pytest.approx(3 * 0.6**2 / (2 * 50))


def test_an_alpha_equal_to_the_factor_of_a_step_is_no_special_case():
    near = [NoisyQuadratic([1.0], [1.0], lr=0.1).exponential(50, a) for a in (0.9, 0.9 + 1e-9)]
    np.testing.assert_allclose(*near, rtol=1e-6)


@pytest.mark.parametrize(
    "changed, words",
    [
        (dict(lr=1.5), "lr must be below 2 / the largest curvature, 1.33"),
        (dict(lr=0.0), "lr must be a finite number above 0"),
        (dict(noise=-1.0), "noise must be a finite number, 0 or more"),
        (dict(noise=[1.0, -1.0]), "noise must not lie below 0; the smallest is -1"),
        (dict(noise=[1.0]), "noise must have shape"),
        (dict(curvatures=[1.0, 0.0]), "curvatures must lie above 0"),
        (dict(start=[1.0]), "start must have shape"),
        (dict(start=[1.0, np.nan]), "start must hold finite numbers"),
    ],
)
def test_a_quadratic_that_cannot_be_descended_is_refused_in_words(changed, words):
    with pytest.raises(ValueError, match=words):
        NoisyQuadratic(**dict(curvatures=[1.5, 0.2], start=[2.0, -1.0], lr=0.4) | changed)
