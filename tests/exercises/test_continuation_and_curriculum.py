"""The answers of lesson 6's self-test, computed."""

import re

import numpy as np
import pytest

from lecture_helpers.curriculum.classroom import Classroom
from lecture_helpers.curriculum.difficulty import entropy
from lecture_helpers.curriculum.pacing import pacing, pacing_weights
from lecture_helpers.datasets import digits
from lecture_helpers.exercises.continuation_and_curriculum import self_test
from lecture_helpers.optimization.graduated_descent import (
    convex_from,
    graduated_descent,
    random_starts,
    sigma_schedule,
)
from lecture_helpers.test_functions.multimodal import ripples, two_wells

RIGHT = [question.right for question in self_test]


@pytest.mark.parametrize("waves, said", [(3.0, 0.70), (6.0, float(RIGHT[0]))])
def test_faster_ripples_need_less_blur(waves, said):
    threshold = convex_from(ripples(1.0, waves), (-4, 4))
    assert threshold == pytest.approx(np.sqrt(2 * np.log(waves**2)) / waves, rel=1e-5)
    assert round(threshold, 2) == said


@pytest.mark.parametrize("cost", [ripples(), two_wells(depth=3.0, width=0.2, apart=4.0)])
def test_all_starts_end_at_one_place(cost):
    starts = random_starts(200, 1, reach=6.0)
    ends = graduated_descent(cost, starts, sigma_schedule(2.0, 16), steps=20).end
    assert np.ptp(ends) < 1e-3
    assert RIGHT[1] == "at one"


def test_the_deeper_well_where_they_part_is_found():
    wells = two_wells(3.0, 0.55, apart=3.0, dimensions=2)
    end = graduated_descent(wells, np.zeros(2), sigma_schedule(4.0, 16), steps=25).end
    assert np.abs(end - wells.minima[0]).max() < 0.01
    assert end[0] > 0 and RIGHT[2].startswith("in the deep one")
    assert round(3 * 0.55**2, 2) == 0.91
    assert round(3 * 0.55**2 / (0.55**2 + 1.25), 2) == 0.58 > round(1 / 2.25, 2) == 0.44


def test_restarts_for_as_many_gradients():
    trail = graduated_descent(ripples(), [1.0], sigma_schedule(0.7, 10), steps=200)
    assert int(RIGHT[3]) == 10 * (len(trail.points) - 1) // 200


def test_who_is_still_out():
    room = Classroom(digits(), wrong=0.4, sizes=dict(test=397, validation=200, train=1200))
    assert round(room.wrong_inside("easy first", 0.6), 2) == 0.02
    share = room.wrong_inside("hard first", 0.4)
    count, per_cent = map(int, re.findall(r"\d+", RIGHT[4]))
    assert round(100 * share) == per_cent
    assert round(480 * share) == pytest.approx(count, abs=1) and round(480 - 0.02 * 720) == count


def test_which_pacing_lets_the_spread_narrow():
    shares = pacing(np.linspace(0, 1, 50), start=0.3, pace=0.5, shape="root")
    spreads = [entropy(pacing_weights(np.arange(100), float(share))) for share in shares]
    assert np.all(np.diff(spreads) >= -1e-12) and spreads[-1] == pytest.approx(np.log(100))
    leaving = [np.r_[np.ones(50), np.zeros(50)], np.r_[np.zeros(50), np.ones(50)]]
    assert entropy(leaving[-1]) == pytest.approx(np.log(50))
    assert RIGHT[6].startswith("easy shapes")


def test_batches_without_an_easy_one():
    batches = np.random.default_rng(0).integers(600, size=(20_000, 16))
    without = (batches >= 60).all(axis=1).mean()
    assert without == pytest.approx(0.9**16, abs=0.01) and round(1 / without) == 5
    assert RIGHT[7] == "about a fifth"
