import numpy as np
import pytest

from lecture_helpers.optimization.descent import descend
from lecture_helpers.optimization.gaussian_smoothing import gaussian_smoothing
from lecture_helpers.optimization.graduated_descent import graduated_descent, sigma_schedule
from lecture_helpers.optimization.steered_descent import (
    arrival,
    held,
    steered_descent,
    steered_walk,
)
from lecture_helpers.test_functions.averaging_traps import two_basins
from lecture_helpers.test_functions.multimodal import random_wells, ripples, two_wells

SIGMAS = sigma_schedule(1.5, 5)


@pytest.mark.parametrize(
    ("surface", "start"),
    [(ripples(), [4.5]), (random_wells(6, 2), [3.0, 3.0]), (ripples(), [[4.5], [-1.0]])],
)
def test_held_levels_at_full_pace_are_graduated_descent(surface, start):
    hand = steered_descent(surface, start, held(SIGMAS, 7), steps=35)
    levels = graduated_descent(surface, start, SIGMAS, steps=7)
    assert np.array_equal(hand.points, levels.points)
    assert np.array_equal(hand.sigmas, levels.sigmas)


def test_a_step_is_the_pace_times_the_inverse_of_the_steepest_curvature():
    f, sigma = ripples(), 0.4
    trail = steered_descent(f, [2.0], sigma, steps=1, pace=0.25)
    blurred = gaussian_smoothing(f, sigma)
    by_hand = 2.0 - 0.25 / blurred.steepest * blurred.gradient([2.0])
    assert trail.end == pytest.approx(by_hand, rel=1e-12)


def test_what_is_planned_later_does_not_change_what_was_before():
    whole = steered_descent(ripples(), [4.5], [(0, 1.5), (10, 0.2), (30, 0.9)], steps=40)
    short = steered_descent(ripples(), [4.5], [(0, 1.5), (10, 0.2), (30, 0.9)], steps=20)
    other = steered_descent(ripples(), [4.5], [(0, 1.5), (10, 0.2), (20, 0.0)], steps=40)
    assert np.array_equal(whole.points[:21], short.points)
    assert np.array_equal(whole.points[:21], other.points[:21])
    assert whole.sigmas[[0, 10, 11, 30, 31]].tolist() == [1.5, 1.5, 0.2, 0.2, 0.9]


def test_no_step_is_the_start():
    trail = steered_descent(ripples(), [4.5], 1.0, steps=0)
    assert trail.points.tolist() == [[4.5]] and trail.sigmas.tolist() == [1.0]


def test_a_ball_has_arrived_only_at_the_deepest_minimum_of_the_cost_without_blur():
    f = two_wells(depth=3.0, width=0.2, apart=4.0)
    hand = steered_descent(f, [4.5], [(0, 1.0), (60, 0.5), (90, 0.0)], steps=120, pace=0.3)
    there = arrival(f, hand, within=0.05, blur=0.05)
    assert there is not None and there > 90
    assert abs(hand.points[there, 0] - f.minima[0, 0]) < 0.05
    blurred = steered_descent(f, [2.0], 1.0, steps=120, pace=0.3)
    assert arrival(f, blurred, within=0.05, blur=0.05) is None
    wrong = steered_descent(f, [-2.0], 0.0, steps=120, pace=0.3)
    assert arrival(f, wrong, within=0.05, blur=0.05) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(sigma=-1.0), "sigma must be a finite number, 0 or more"),
        (dict(sigma=[(0, 1.0), (0, 2.0)]), "sigma must be a value, or"),
        (dict(pace=0.0), "pace must be a finite number above 0"),
        (dict(pace=2.0), "pace must be a number from 0 to 1"),
        (dict(start=[1.0, 2.0]), "start must have shape"),
        (dict(steps=-1), "steps must be a whole number"),
    ],
)
def test_bad_input_is_refused(change, words):
    usual = dict(start=[4.5], sigma=1.0, steps=3)
    given = usual | change
    with pytest.raises(ValueError, match=words):
        steered_descent(ripples(), given.pop("start"), given.pop("sigma"), **given)


def test_a_walk_that_nobody_steers_is_noisy_descent():
    still = steered_walk(two_basins(), [-1.1, 0.6], 0.1, 2.0, steps=400, seed=2)
    usual = descend(two_basins(), [-1.1, 0.6], lr=0.1, noise=2.0, steps=400, seed=2)
    assert np.array_equal(still, usual.points)


def test_a_walk_is_steered_in_what_comes_next_alone():
    still = steered_walk(two_basins(), [-1.1, 0.6], 0.1, 2.0, steps=40)
    calmed = steered_walk(two_basins(), [-1.1, 0.6], 0.1, [(0, 2.0), (20, 0.0)], steps=40)
    slowed = steered_walk(two_basins(), [-1.1, 0.6], [(0, 0.1), (30, 0.01)], 2.0, steps=40)
    assert np.array_equal(still[:21], calmed[:21]) and np.array_equal(still[:31], slowed[:31])
    by_hand = calmed[20] - 0.1 * two_basins().gradient(calmed[20])
    assert calmed[21] == pytest.approx(by_hand, rel=1e-12)
    assert np.abs(slowed[31] - slowed[30]).max() < np.abs(still[31] - still[30]).max()


def test_a_walk_that_has_diverged_goes_on_as_nan():
    lost = steered_walk(two_basins(), [-1.1, 0.6], [(0, 0.1), (5, 9.0)], 2.0, steps=40)
    assert np.isfinite(lost[:6]).all() and np.isnan(lost[-1]).all()


@pytest.mark.parametrize("change", [dict(lr=0.0), dict(noise=-1.0), dict(start=[1.0])])
def test_a_walk_refuses_bad_input(change):
    given = dict(start=[0.0, 0.0], lr=0.1, noise=1.0) | change
    with pytest.raises(ValueError, match="must"):
        steered_walk(two_basins(), *given.values(), steps=3)
