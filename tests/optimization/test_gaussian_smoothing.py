import subprocess
import sys

import numpy as np
import pytest

from lecture_helpers.optimization.descent import descend
from lecture_helpers.optimization.gaussian_smoothing import (
    gaussian_smoothing,
    perturbations,
    sampled_smoothing,
)
from lecture_helpers.optimization.graduated_descent import (
    compare_searches,
    graduated_descent,
    random_starts,
    reached,
    sigma_schedule,
)
from lecture_helpers.test_functions.multimodal import (
    double_well,
    random_waves,
    random_wells,
    ripples,
    two_wells,
)
from lecture_helpers.test_functions.surfaces import rotated_ellipse

COSTS = [ripples(), double_well(), two_wells(), random_waves(0, 2), random_wells(0, 2)]
every = pytest.mark.parametrize("cost", COSTS, ids=lambda c: f"{c.name}-{c.dimensions}d")


@every
def test_blur_of_zero_is_the_identity(cost):
    points = np.random.default_rng(0).normal(size=(50, cost.dimensions))
    for method in ("value", "gradient", "hessian"):
        np.testing.assert_array_equal(
            getattr(gaussian_smoothing(cost, 0), method)(points), getattr(cost, method)(points)
        )
    sampled = sampled_smoothing(cost, 0, perturbations(7, cost.dimensions))
    np.testing.assert_allclose(sampled.value(points), cost.value(points), rtol=1e-12)


@every
def test_sampled_blur_lies_within_four_standard_errors_of_the_closed_form(cost):
    points = np.random.default_rng(1).uniform(-3, 3, (20, cost.dimensions))
    for seed in range(10):
        sampled = sampled_smoothing(cost, 0.5, perturbations(4000, cost.dimensions, seed))
        apart = np.abs(sampled.value(points) - gaussian_smoothing(cost, 0.5).value(points))
        assert (apart <= 4 * sampled.standard_error(points)).all()


def test_bands_of_two_standard_errors_cover_as_often_as_they_say():
    cost, points = ripples(), np.array([[-2.0], [0.3], [1.7]])
    exact, inside = gaussian_smoothing(cost, 0.4).value(points), []
    for seed in range(1000):
        sampled = sampled_smoothing(cost, 0.4, perturbations(200, 1, seed))
        inside.append(np.abs(sampled.value(points) - exact) < 1.96 * sampled.standard_error(points))
    np.testing.assert_allclose(np.mean(inside, axis=0), 0.95, atol=0.025)


@every
def test_a_blur_of_a_blur_adds_the_variances(cost):
    """The second blur is sampled from the first one's values; the sum of variances is exact."""
    points = np.random.default_rng(2).uniform(-2, 2, (20, cost.dimensions))
    twice = sampled_smoothing(
        gaussian_smoothing(cost, 0.3), 0.4, perturbations(4000, cost.dimensions, 5)
    )
    apart = np.abs(twice.value(points) - gaussian_smoothing(cost, 0.5).value(points))
    assert (apart <= 4 * twice.standard_error(points) + 1e-12).all()
    np.testing.assert_allclose(
        gaussian_smoothing(gaussian_smoothing(cost, 0.3), 0.4).value(points),
        gaussian_smoothing(cost, 0.5).value(points),
        rtol=1e-12,
    )


def test_the_sampled_gradient_is_the_slope_of_the_sampled_value():
    sampled, h = sampled_smoothing(ripples(), 0.5, perturbations(20)), 1e-6
    points = np.linspace(-3, 3, 11)[:, None]
    slope = (sampled.value(points + h) - sampled.value(points - h)) / (2 * h)
    np.testing.assert_allclose(sampled.gradient(points)[:, 0], slope, rtol=1e-6, atol=1e-7)


def test_common_random_numbers_move_the_sampled_cost_smoothly_with_sigma():
    cost, draws, points = ripples(), perturbations(10), np.linspace(-3, 3, 50)[:, None]
    a, b = (sampled_smoothing(cost, sigma, draws).value(points) for sigma in (0.5, 0.5001))
    assert np.abs(a - b).max() < 0.01
    fresh = sampled_smoothing(cost, 0.5, perturbations(10, seed=1)).value(points)
    assert np.abs(a - fresh).max() > 0.1


def test_one_draw_only_shifts_the_cost():
    draws, points = perturbations(1), np.linspace(-2, 2, 9)[:, None]
    shifted = sampled_smoothing(ripples(), 0.5, draws).value(points)
    np.testing.assert_allclose(shifted, ripples().value(points + 0.5 * draws[0]), rtol=1e-12)


def test_more_draws_extend_fewer():
    np.testing.assert_array_equal(perturbations(30, 2)[:10], perturbations(10, 2))


@pytest.mark.parametrize("shape", ["linear", "geometric", "cosine"])
@pytest.mark.parametrize("levels", [1, 2, 3, 10])
def test_schedules_fall_from_the_first_blur_to_the_real_cost(shape, levels):
    sigmas = sigma_schedule(1.5, levels, shape)
    assert len(sigmas) == levels and sigmas[-1] == pytest.approx(0, abs=1e-15)
    assert (np.diff(sigmas) < 0).all()
    assert levels == 1 or sigmas[0] == 1.5


def test_following_one_level_without_blur_is_plain_descent():
    cost, start = ripples(), np.array([[2.0], [-3.0]])
    trail = graduated_descent(cost, start, [0], lr=0.05, steps=40)
    np.testing.assert_allclose(
        trail.points, descend(cost, start, lr=0.05, steps=40).points, rtol=1e-12
    )


def test_each_level_starts_where_the_one_before_ended():
    cost, sigmas = random_waves(3, 2), [1.0, 0.4, 0.0]
    trail = graduated_descent(cost, [2.0, -2.0], sigmas, lr=0.05, steps=30)
    theta = np.array([2.0, -2.0])
    for level, sigma in enumerate(sigmas):
        theta = descend(gaussian_smoothing(cost, sigma), theta, lr=0.05, steps=30).points[-1]
        np.testing.assert_allclose(trail.points[30 * (level + 1)], theta, rtol=1e-12)
        assert trail.sigmas[30 * level + 1] == trail.sigmas[30 * (level + 1)] == sigma


def test_a_slow_enough_fade_keeps_the_follower_at_the_minimum_of_every_blur():
    cost, sigmas = double_well(), sigma_schedule(1.2, 60)
    trail = graduated_descent(cost, [0.5], sigmas, lr=0.02, steps=400)
    ends = trail.points[400::400, 0]
    for sigma, end in zip(sigmas, ends, strict=True):
        np.testing.assert_allclose(gaussian_smoothing(cost, sigma).gradient([end]), 0, atol=1e-4)


def test_continuation_solves_ripples_in_ten_dimensions_where_restarts_do_not():
    for seed in range(5):
        phase = np.random.default_rng(seed).uniform(-2.5, -0.5)
        found = compare_searches(
            ripples(phase=phase, dimensions=10),
            random_starts(40, 10, reach=6.0, seed=seed),
            sigma_schedule(1.2, 10),
            steps=60,
            within=0.1,
            reach=6.0,
            seed=seed,
        )
        assert found.continuation.mean() > 0.9 and found.best_of_k.mean() < 0.1


def test_continuation_misses_a_deep_narrow_well_that_some_plain_starts_fall_into():
    cost = two_wells(depth=3.0, width=0.2, apart=4.0)
    found = compare_searches(
        cost,
        random_starts(300, 1, reach=4.0),
        sigma_schedule(3.0, 12),
        steps=80,
        within=0.1,
        reach=4.0,
    )
    assert found.continuation.mean() == 0 < found.plain.mean()


def test_the_best_of_one_is_plain_descent_from_the_given_start():
    found = compare_searches(
        ripples(), random_starts(200, 1, reach=6.0), [0.0], steps=60, within=0.1, reach=6.0
    )
    assert found.k == 1 and 0 < found.plain.mean() < 1
    np.testing.assert_array_equal(found.best_of_k, found.plain)
    np.testing.assert_array_equal(found.continuation, found.plain)


def test_nothing_that_the_notebooks_first_half_needs_loads_torch():
    names = (
        "test_functions.clock_speed test_functions.multimodal optimization.gaussian_smoothing "
        "curriculum.difficulty curriculum.race datasets.synthetic networks.softmax_regression "
        "training.runs"
    )
    modules = ", ".join(f"lecture_helpers.{name}" for name in names.split())
    code = f"import sys, {modules}, lecture_helpers.report.cards; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_searches_make_equally_many_gradients():
    calls = dict.fromkeys("pc", 0)

    def counted(name):
        def gradient(theta):
            calls[name] += theta[..., 0].size
            return theta

        return gradient

    bowl = rotated_ellipse(1.0)
    cost = type(bowl)("bowl", bowl.value, counted("p"), bowl.minima)
    found = compare_searches(
        cost, np.ones((3, 2)), [0.5, 0.2, 0], samples=4, lr=0.1, steps=5, within=0.1, reach=2.0
    )
    assert (found.k, found.gradients) == (12, 60)
    last_level_without_samples = 3 * 5
    assert calls["p"] == 3 * (2 * 4 * 5 + 60 + 60) + last_level_without_samples


def test_sampled_following_draws_from_its_seed_alone():
    settings = dict(start=[2.0], sigmas=[0.7, 0], lr=0.05, steps=10, samples=3)
    ends = [graduated_descent(ripples(), **settings, seed=s).end for s in (1, 1, 2)]
    assert ends[0] == ends[1] != ends[2]


def test_a_diverged_start_is_named_and_leaves_its_neighbours_alone():
    trail = graduated_descent(double_well(), [[0.5], [9.0]], [0.5, 0], lr=0.05, steps=50)
    assert trail.diverged.tolist() == [False, True]
    assert not reached(double_well(), trail.end, 0.1)[1]


def followed(**changed):
    settings = dict(start=[0.0], sigmas=[1, 0], lr=0.1, steps=3) | changed
    return graduated_descent(ripples(), **settings)


def test_without_a_learning_rate_every_level_takes_the_inverse_of_its_steepest_curvature():
    cost = random_waves(1, 3)
    free = graduated_descent(cost, np.ones(3), [0.8, 0], steps=1)
    for level, sigma in enumerate([0.8, 0.0]):
        blurred, before = gaussian_smoothing(cost, sigma), free.points[level]
        step = blurred.gradient(before) / blurred.steepest
        np.testing.assert_allclose(free.points[level + 1], before - step, rtol=1e-12)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: gaussian_smoothing(ripples(), -0.1),
         "sigma must be a finite number, 0 or more, not -0.1."),
        (lambda: gaussian_smoothing(rotated_ellipse(2.0), 1),
         "quadratic has no blur in closed form"),
        (lambda: sampled_smoothing(ripples(), -1, perturbations(3)),
         "sigma must be a finite number"),
        (lambda: sampled_smoothing(ripples(), 1, perturbations(3, 2)),
         "draws must have shape (any, 1)"),
        (lambda: perturbations(0), "samples must be a whole number, 1 or more, not 0."),
        (lambda: sigma_schedule(-1, 3), "first must be a finite number, 0 or more, not -1."),
        (lambda: sigma_schedule(1, 0), "levels must be a whole number, 1 or more, not 0."),
        (lambda: sigma_schedule(1, 3, "steep"), "shape must be one of 'linear', 'geometric', "),
        (lambda: followed(sigmas=[0.1, 0.5]),
         "sigmas must fall from level to level (the blur fades); level 2 has 0.5 after 0.1."),
        (lambda: followed(sigmas=[0.1, -0.5]), "sigmas must not be negative."),
        (lambda: followed(start=[0.0, 1.0]), "start must have shape (..., 1) for this surface"),
        (lambda: followed(start=[np.nan]), "start must hold finite numbers"),
        (lambda: followed(lr=0), "lr must be a finite number above 0, not 0."),
        (lambda: followed(steps=0), "steps must be a whole number, 1 or more, not 0."),
        (lambda: followed(samples=0), "samples must be a whole number, 1 or more, not 0."),
        (lambda: random_starts(5, 2, reach=0), "reach must be a finite number above 0, not 0."),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)
