"""The key of lesson 3's self-test, computed."""

import numpy as np
import pytest

from lecture_helpers.exercises.polyak_averaging import self_test
from lecture_helpers.optimization.descent import descend
from lecture_helpers.optimization.noisy_quadratics import NoisyQuadratic
from lecture_helpers.optimization.polyak_averaging import (
    exponential_average,
    half_life,
    uniform_average,
)
from lecture_helpers.optimization.steered_descent import steered_walk
from lecture_helpers.test_functions.averaging_traps import bent_valley, lopsided_valley

JUMPS, ZERO, FLOOR, WALLS, CHANGE, BEND, UNIT, QUIET = self_test


def test_jumps_that_shrink_leave_the_average_behind():
    stops = (-0.9) ** np.arange(1, 101)
    assert uniform_average(stops)[-1] == pytest.approx(-0.005, abs=5e-4)
    assert stops[-1] == pytest.approx(0.00003, abs=5e-6)
    assert np.abs(stops).mean() == pytest.approx(0.09, abs=1e-3)
    assert JUMPS.right == "at about -0.005"


def test_from_zero_half_the_weight_is_missing_after_a_half_life():
    said = exponential_average(np.full(60, 5.0), 0.98, "zero")
    assert said[[0, 34, 59]] == pytest.approx([0.1, 2.5, 3.5], abs=0.04)
    assert half_life(0.98) == pytest.approx(35, abs=1)
    assert ZERO.right == "about 2.5"


def test_a_larger_rate_raises_the_floor_and_leaves_the_law():
    slow, fast = (NoisyQuadratic([1.0], [0.0], lr, 1.0) for lr in (0.2, 0.8))
    last, average = (
        getattr(fast, kind)(5000)[-1, 0] / getattr(slow, kind)(5000)[-1, 0]
        for kind in ("last", "uniform")
    )
    assert last == pytest.approx(6.0, rel=1e-6) and average == pytest.approx(1.0, abs=0.01)
    assert FLOOR.right.startswith("the last iterate's grows six-fold, the average's stays")


def test_between_lopsided_walls_the_average_settles_beside_the_floor():
    x = descend(lopsided_valley(10.0), [1.0, 0.0], lr=2.3, steps=4000).points[1:, 0]
    averages = uniform_average(x)
    assert np.abs(np.diff(x[-100:])).min() > 1  # it still leaps
    assert averages[1999] == pytest.approx(averages[-1], rel=0.01) and abs(averages[-1]) > 0.05
    assert abs(averages[-1]) < abs(x[-1])
    assert WALLS.right == "it settles beside the floor"


def test_what_is_left_from_before_a_change():
    held = exponential_average(np.eye(250), 0.98)[-1]
    assert 100 * held[:200].sum() == pytest.approx(36, abs=0.5)
    assert 100 * held[-1] == pytest.approx(2, abs=0.1)
    assert CHANGE.right == "about 36 %"


def test_the_mean_of_a_bent_walk_leaves_the_floor():
    valley = bent_valley(0.15)
    walk = steered_walk(valley, [-1.1, 0.6], 0.1, 0.8, steps=240, seed=2)[1:]
    means = [walk.mean(axis=0), walk[1:].mean(axis=0)]
    assert valley.value(np.array(means)) == pytest.approx([0.29, 0.28], abs=0.005)
    assert np.quantile(valley.value(walk), 0.9) < 0.2
    assert BEND.right == "the straight line between them leaves the floor"


def test_the_variance_of_the_averaged_unit():
    weights = np.array([1.0, 3.0])
    assert weights.mean() ** 2 == 4 and (weights**2).mean() == 5
    assert UNIT.right.startswith("4, ")


def test_how_many_values_are_as_quiet():
    held = exponential_average(np.eye(400), 0.9)[-1]
    assert 1 / (held**2).sum() == pytest.approx(19)
    assert half_life(0.9) == pytest.approx(7, abs=0.5)
    assert QUIET.right == "19"
