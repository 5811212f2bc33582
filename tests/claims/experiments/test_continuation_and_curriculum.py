"""Lesson 6's experiments: that their arms are what they are called, on few seeds and settings."""

from functools import cache

import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import confidence, continuation, curriculum
from lecture_helpers.claims.experiments.continuation import ALIKE, LESS, MORE, RIPPLES
from lecture_helpers.claims.experiments.curriculum import COARSE, LAST, WORKED
from lecture_helpers.optimization.gaussian_smoothing import gaussian_smoothing
from lecture_helpers.optimization.graduated_descent import random_starts, sigma_schedule
from lecture_helpers.test_functions.multimodal import rastrigin

SHORT: dict = dict(data=("digits",), budgets=("short",), shapes=False)


@cache
def race(*seeds):
    """The race on short budgets of the digits, run once for all tests."""
    return measure(curriculum.race, seeds, **SHORT)


def means(experiment, seeds=QUICK_SEEDS, **changed):
    return {arm: np.mean(v) for arm, v in measure(experiment, seeds, **changed).arms.items()}


@pytest.mark.parametrize("name", ["C43", "C45", "C47"])
def test_identities_keep_their_tolerances(name):
    record = measure(claim(name).experiment, QUICK_SEEDS[:3])
    assert record.tolerances
    for check, tolerance in record.tolerances.items():
        assert max(record.arms[check]) <= tolerance, check


@pytest.mark.parametrize("name", ["C40", "C42", "C44"])
def test_searches_measures_every_arm_that_is_compared(name):
    record = measure(continuation.searches, [0], landscapes=1, starts=2, levels=2, steps=2)
    assert claim(name).arms <= set(record.arms)


def test_continuation_wins_over_ripples_and_misses_the_well_of_less_volume():
    mean = means(
        continuation.searches, QUICK_SEEDS[:3], kinds=(RIPPLES, ALIKE, LESS), landscapes=3, starts=8
    )
    assert mean[f"{RIPPLES}: continuation"] > mean[f"{RIPPLES}: best of k"] + 0.7
    assert mean[f"{ALIKE}: continuation"] > mean[f"{ALIKE}: plain"] + 0.1
    assert mean[f"{LESS}: continuation"] < 0.05 and mean["half"] == 0.5


def test_plain_descent_can_lose_more_than_the_threshold_to_the_well_of_less_volume():
    mean = means(continuation.searches, QUICK_SEEDS[:4], kinds=(LESS,), landscapes=4, starts=10)
    smallest = claim("C44").parts[0].min_effect
    assert smallest < mean[f"{LESS}: plain"] < 1 - smallest


@pytest.mark.parametrize("kind", [LESS, MORE])
def test_the_volume_of_the_deeper_well_decides_where_a_wide_blur_pulls(kind):
    for seed in range(10):
        cost, _, _ = continuation._drawn(kind, np.random.default_rng(seed))
        slope = gaussian_smoothing(cost, 20.0).gradient(np.zeros(2))[0]
        assert (slope < 0) == (kind == MORE)  # the deeper well lies at positive places
        assert cost.minima[0, 0] > 1


def test_an_end_is_as_low_as_the_best_of_its_starts_and_the_first_is_the_given_one():
    cost, starts = rastrigin(2), random_starts(4, 2, reach=3.0)
    ends = continuation._ends(cost, starts, sigma_schedule(0.7, 3), 30, 3.0, seed=0)
    alone = continuation._descended(cost, starts, 30)
    assert (cost.value(ends["best of k"]) <= cost.value(alone) + 1e-12).all()
    one = continuation._ends(cost, starts, [0.0], 30, 3.0, seed=0)
    np.testing.assert_array_equal(one["best of k"], alone)
    np.testing.assert_allclose(one["continuation"], alone)


def test_the_middle_lies_between_plain_descent_and_the_exact_blur():
    record = measure(continuation.sampled_searches, [0, 1], starts=3, levels=3, steps=20)
    assert claim("C41").arms <= set(record.arms)
    for case in continuation.CASES:
        plain, exact, middle = (
            np.array(record.arms[f"{case}: {name}"]) for name in ("plain", "exact", "middle")
        )
        np.testing.assert_allclose(middle, (plain + exact) / 2)
    assert min(record.extras["within four standard errors"]) > 0.99
    assert record.arms["in its band"] == pytest.approx([0.95, 0.95], abs=0.03)


def test_the_price_of_the_scores_by_counting_every_multiplication():
    n, features, folds = 50, 7, curriculum.FOLDS
    fold = np.arange(n) % folds
    products = features * sum((fold != f).sum() for f in fold)
    update = 3 * curriculum.BATCH * (features * 64 + 64 * 64 + 64 * 10)
    assert curriculum.reference_work(n, features) == round(products / update)
    for budget in curriculum.PRICED:
        (steps, most), (more, worked) = curriculum._by_steps("digits", budget, curriculum.RACERS)
        assert worked == [WORKED] and WORKED not in most
        assert more - steps == 87 and steps == curriculum.BUDGETS[budget]
    assert len(list(curriculum._by_steps("digits", "long", curriculum.RACERS))) == 1


@pytest.mark.parametrize("noise", [0.0, 0.4])
def test_every_arm_of_the_race_draws_from_its_own_order(noise):
    room, entries = curriculum.entered("digits", noise, [3])
    assert (LAST in entries) == bool(noise)
    drawn = {arm: batches(3, 100, 32) for arm, batches in entries.items()}
    np.testing.assert_array_equal(drawn["standard"], drawn[WORKED])
    assert not np.array_equal(drawn["easy first"], drawn[COARSE])
    first = {arm: set(np.unique(b[:1])) for arm, b in drawn.items()}
    assert first["easy first"] <= set(room.orders[3, "easy first"][:360])
    assert not first["hard first"] & first["easy first"]


def test_the_race_measures_every_arm_that_is_compared_on_these_data():
    record = race(*QUICK_SEEDS[:3])
    for name in ("C46", "C49"):
        wanted = {arm for arm in claim(name).arms if arm.startswith("digits, short")}
        assert wanted and wanted <= set(record.arms)
    assert all(0.5 < t < 0.8 for t in record.extras["digits, right labels: ties"])


def test_under_wrong_labels_hard_first_loses_at_equal_updates_in_both_measures():
    mean = {arm: np.mean(values) for arm, values in race(*QUICK_SEEDS[:3]).arms.items()}
    where = "digits, short, 40 % wrong labels"
    assert mean[f"{where}: easy first, accuracy"] > mean[f"{where}: hard first, accuracy"] + 1.5
    assert mean[f"{where}: easy first, loss"] < mean[f"{where}: hard first, loss"]


def test_a_seed_of_the_race_does_not_depend_on_its_neighbours():
    together, alone = race(*QUICK_SEEDS[:3]), race(QUICK_SEEDS[1])
    for arm, values in alone.arms.items():
        assert together.arms[arm][1] == pytest.approx(values[0], abs=0.3), arm


def test_a_rate_of_its_own_is_used_for_each_measure_and_a_diverged_member_is_nan():
    room, entries = curriculum.entered("digits", 0.0, [3])
    few = {"standard": entries["standard"]}
    rates = {("standard", "accuracy"): 0.03, ("standard", "loss"): 1e6}
    ends = curriculum._ends(room, few, 30, rates)
    assert np.isnan(ends["standard", "loss"]).all() and ends["standard", "accuracy"][0] > 50


def test_easy_shapes_of_both_sets_leave_hard_shapes_alone_as_they_are(monkeypatch):
    monkeypatch.setattr(curriculum, "SHAPES_NETWORK", dict(depth=1, width=8, steps=20, examples=60))
    found = curriculum._shapes([3, 4], None)
    assert {arm for arm in claim("C49").arms if arm.startswith("shapes")} <= set(found)
    one, other = (
        [found[f"shapes, {easy}: {arm}, loss"] for easy in curriculum.EASY_SETS]
        for arm in (curriculum.ALONE, curriculum.EASY)
    )
    np.testing.assert_allclose(*one, rtol=1e-6)
    assert not np.allclose(*other, rtol=1e-3)


def test_the_least_sure_quarter_is_got_wrong_by_another_model_and_learned_slowly():
    record = measure(confidence.quarters, [0, 1], data=("digits",), steps=60)
    mean = {arm: np.mean(values) for arm, values in record.arms.items()}
    for scorer in confidence.REFERENCES:
        where = f"digits: {scorer}, errors,"
        assert mean[f"{where} hardest quarter"] > mean[f"{where} easiest quarter"] + 0.03
    slow, fast = (
        mean[f"digits: trained on the {q} quarter, speed"] for q in ("hardest", "easiest")
    )
    assert slow > fast
    wanted = {arm for arm in claim("C48").arms if arm.startswith("digits:")}
    assert wanted <= set(record.arms)


def test_training_on_a_quarter_sees_that_quarter_and_is_tested_on_all():
    room = confidence._room("digits", [3])
    parts = [confidence._quarter_of(room, "digits", q, 5)["split"](None, 3)
             for q in confidence.QUARTERS]  # fmt: skip
    hardest, easiest, by_lot = (set(p.train) for p in parts)
    assert len(hardest) == len(easiest) == len(by_lot) == 300 and not hardest & easiest
    assert easiest == set(room.orders[3, "easy first"][:300])
    assert {len(p.test) for p in parts} == {397}


def test_the_discriminant_names_all_classes_and_a_decided_reference_is_sure():
    inputs = np.random.default_rng(0).normal(size=(60, 3))
    targets = np.arange(60) % 3 + (np.arange(60) % 3 == 2)  # 0, 1, 3: none of class 2
    found = confidence.discriminant(inputs, targets, 4)(inputs)
    assert found.shape == (60, 4) and (found[:, 2] == 0).all()
    np.testing.assert_allclose(found.sum(1), 1)
    sure = confidence.decided(confidence.discriminant)(inputs, targets, 4)(inputs)
    np.testing.assert_array_equal(sure.argmax(1), found.argmax(1))
