"""Quick runs of lesson 6's experiments on the seeds 0 to 7, each with a margin."""

from functools import cache

import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments.continuation import ALIKE, KINDS, NEEDLE, RIPPLES, WAVES
from lecture_helpers.claims.experiments.curriculum import curriculum_race


@cache
def race(*seeds):
    """The race on short budgets, run once for all tests."""
    return measure(curriculum_race, seeds, budgets=("short",))


def quick(name: str, seeds=QUICK_SEEDS, **changed):
    record = measure(claim(name).experiment, seeds, **changed)
    return {arm: np.mean(values) for arm, values in record.arms.items()}, record


@pytest.mark.parametrize("name", ["C43", "C45", "C47"])
def test_identities_keep_their_tolerances(name):
    _, record = quick(name, QUICK_SEEDS[:3])
    assert record.tolerances
    for check, tolerance in record.tolerances.items():
        assert max(record.arms[check]) <= tolerance, check


def test_continuation_wins_over_ripples_and_loses_the_needle():
    mean, _ = quick("C42", landscapes=4, starts=10)
    assert mean[f"{RIPPLES}: continuation"] > mean[f"{RIPPLES}: best of k"] + 0.7
    assert mean[f"{WAVES}: continuation"] > mean[f"{WAVES}: best of k"] + 0.2
    assert mean[f"{ALIKE}: continuation"] > mean[f"{ALIKE}: plain"] + 0.2
    assert mean[f"{NEEDLE}: continuation"] < 0.05 < mean[f"{NEEDLE}: best of k"] - 0.1
    assert set(claim("C40").comparisons) == set(claim("C42").comparisons) == set(KINDS)


def test_the_blur_leads_better_than_chance_but_not_to_the_needle():
    mean, _ = quick("C44", QUICK_SEEDS[:4], landscapes=10, chances=20)
    assert mean[f"{ALIKE}: blur"] > mean[f"{ALIKE}: chance"] + 0.2
    assert mean[f"{NEEDLE}: blur"] == 0


def test_sampling_works_with_enough_draws_and_its_bands_say_what_they_cover():
    mean, record = quick("C41", QUICK_SEEDS[:3], starts=6)
    assert mean["2 dimensions, 100 draws: continuation"] > 0.8
    assert mean["10 dimensions, 100 draws: continuation"] > 0.8
    assert mean["10 dimensions, 100 draws: best of k"] < 0.2
    assert min(record.extras["within four standard errors"]) > 0.995
    assert np.mean(record.extras["covered by 95 % bands"]) == pytest.approx(0.95, abs=0.03)


def test_the_least_sure_quarter_holds_most_of_the_wrong_labels():
    mean, _ = quick("C48", QUICK_SEEDS[:2])
    for data in ("digits", "mnist1d"):
        assert mean[f"{data}: hardest quarter"] > mean[f"{data}: easiest quarter"] + 0.4


def test_under_wrong_labels_hard_first_loses_to_easy_first_at_equal_steps():
    record = race(*QUICK_SEEDS[:3])
    mean = {arm: np.mean(values) for arm, values in record.arms.items()}
    where = "mnist1d, short, 40 % wrong labels"
    assert mean[f"{where}: easy first"] > mean[f"{where}: hard first"] + 1.5
    assert len(record.arms) == 27


def test_a_seed_of_the_race_does_not_depend_on_its_neighbours():
    together, alone = race(*QUICK_SEEDS[:3]), race(QUICK_SEEDS[1])
    for arm, values in alone.arms.items():
        assert together.arms[arm][1] == pytest.approx(values[0], abs=0.2), arm
