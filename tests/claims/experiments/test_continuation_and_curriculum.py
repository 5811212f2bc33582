"""Lesson 6's experiments: that their arms are what they are called, on few seeds and settings."""

from functools import cache

import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import (
    confidence,
    continuation,
    curriculum,
    curriculum_success,
    sampled_blur,
    shapes_first,
)
from lecture_helpers.claims.experiments.continuation import MERGED, VOLUME
from lecture_helpers.claims.experiments.curriculum import COARSE, LAST, WORKED
from lecture_helpers.optimization.gaussian_smoothing import gaussian_smoothing
from lecture_helpers.optimization.graduated_descent import random_starts
from lecture_helpers.test_functions.multimodal import rastrigin, ripples, two_wells

RIPPLES, ALIKE, LESS, NEARLY, MORE = (
    next(kind for kind in continuation.KINDS if kind.startswith(family))
    for family in (
        continuation.RIPPLES, continuation.ALIKE, continuation.LESS, continuation.NEARLY,
        continuation.MORE,
    )
)  # fmt: skip
SHORT: dict = dict(data=("digits",), budgets=("short",))


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


@pytest.mark.parametrize("kind", [LESS, NEARLY, MORE])
def test_the_volume_of_the_deeper_well_decides_where_a_wide_blur_pulls(kind):
    for seed in range(10):
        cost, _, _ = continuation._drawn(kind, np.random.default_rng(seed))
        slope = gaussian_smoothing(cost, 20.0).gradient(np.zeros(2))[0]
        assert (slope < 0) == (kind == MORE)  # the deeper well lies at positive places
        assert cost.minima[0, 0] > 1
        assert continuation.foretold(cost)[VOLUME] == (kind == MORE)


@pytest.mark.parametrize("d, least, most", [(2, 0.3, 0.6), (5, 0.3, 0.6)])
def test_a_well_of_less_volume_has_the_volume_that_is_said_in_every_dimension(d, least, most):
    for seed in range(10):
        kind = f"{continuation.LESS} in {d} dimensions"
        cost, _, _ = continuation._drawn(kind, np.random.default_rng(seed))
        well = cost.terms[0]
        assert cost.dimensions == d
        assert least <= well.depths[1] * well.widths[1] ** d <= most


def test_two_wells_are_foretold_by_the_depths_of_their_blur_where_they_grow_together():
    for seed in range(10):
        cost, _, _ = continuation._drawn(NEARLY, np.random.default_rng(seed))
        centres = cost.terms[0].centres
        sigma = np.sqrt((np.linalg.norm(centres[1] - centres[0]) / 2) ** 2 - 1)
        depths = [
            -gaussian_smoothing(two_wells(*args, apart=1e3, dimensions=2), sigma).value([x, 0.0])
            for args in [(cost.terms[0].depths[1], cost.terms[0].widths[1])]
            for x in (-500.0, 500.0)
        ]
        assert continuation.foretold(cost)[MERGED] == (depths[1] > depths[0])
    assert continuation.foretold(rastrigin(2)) == {}


def test_an_end_is_as_low_as_the_best_of_its_starts_and_the_first_is_the_given_one():
    cost, starts = rastrigin(2), random_starts(4, 2, reach=3.0)
    best = continuation.lowest_of(cost, starts, 3, 30, 3.0, 0)
    alone = continuation.descended(cost, starts, 30)
    assert (cost.value(best) <= cost.value(alone) + 1e-12).all()
    one = continuation.lowest_of(cost, starts, 1, 30, 3.0, 0)
    np.testing.assert_array_equal(one, alone)
    fresh = continuation.lowest_of(cost, starts + 9.0, 1, 1, 0.2, 0, given=False)
    assert np.abs(fresh).max() < 1  # from near the middle, wherever the given starts lie


def test_every_end_gets_the_same_further_descent_and_stops_where_it_stands_still():
    cost, starts = ripples(dimensions=2), random_starts(5, 2, reach=4.0)
    ends = continuation.settled(cost, {"here": starts, "there": starts + 1.0})
    assert list(ends) == ["here", "there"]
    for end in ends.values():
        assert np.abs(cost.gradient(end)).max() < 1e-6
    slow = starts
    for _ in range(continuation.PLAIN):
        slow = slow - cost.gradient(slow) / cost.steepest
    np.testing.assert_allclose(ends["here"], slow, atol=1e-8)


def test_the_middle_lies_between_plain_descent_and_the_exact_blur(monkeypatch):
    small = {"Rastrigin in 2 dimensions": sampled_blur.Place(2, (1, 10, 100))}
    monkeypatch.setattr(sampled_blur.Place, "search", (np.array([0.7, 0.3, 0.0]), 10, 3.0, 0.3))
    record = measure(sampled_blur.sampled_searches, [0, 1], starts=3, places=tuple(small))
    wanted = {arm for arm in claim("C41").arms if "10 dim" not in arm and "waves" not in arm}
    assert wanted <= set(record.arms)
    plain, exact, middle = (
        np.array(record.arms[f"Rastrigin in 2 dimensions, {name}"])
        for name in ("plain", "exact", "middle")
    )
    np.testing.assert_allclose(middle, (plain + exact) / 2)


def test_many_draws_cover_the_closed_form_as_their_spread_says_and_three_do_not():
    mean = {name: np.mean([sampled_blur._bands(s, repeats=40)[name] for s in (0, 1)])
            for name in sampled_blur.BANDS}  # fmt: skip
    for curve in sampled_blur.CURVES:
        assert mean[f"{curve}, mean of 400 draws"] == pytest.approx(0.95, abs=0.03)
        assert mean[f"{curve}, mean of 3 draws"] < 0.88


def test_a_sampled_search_falls_to_its_last_rate_and_without_blur_it_is_plain_descent():
    cost, starts = ripples(dimensions=2), random_starts(3, 2, reach=0.5)
    rates = (1.5, 0.1)
    found = sampled_blur.sampled(cost, starts, np.zeros(3), 1, 4, rates, 0)
    for rate in (1.5, np.sqrt(0.15), 0.1):
        starts = starts - rate * cost.gradient(starts) / cost.steepest
    np.testing.assert_allclose(found, starts)


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


def test_the_price_of_the_discriminant_by_counting_every_multiplication():
    n, features, classes, folds = 50, 7, 10, curriculum.FOLDS
    update = 3 * curriculum.BATCH * (features * 64 + 64 * 64 + 64 * 10)
    learned = n - n // folds
    products = folds * (learned * features**2 + features**3 // 3 + n // folds * features * classes)
    assert curriculum_success.discriminant_work(n, features) == round(products / update)
    work = {arm: steps for budget in curriculum.BUDGETS
            for steps, arms in curriculum_success.timetable("MNIST-1D", budget)
            for arm in (f"{a}, {budget}" for a in arms)}  # fmt: skip
    other = curriculum_success.OTHER_WORKED
    assert work[f"{other}, short"] == 129 and f"{other}, long" not in work
    assert work[f"{WORKED}, long"] == 1600 + 411


def test_the_discriminants_order_begins_with_examples_that_it_is_sure_of():
    room, entries = curriculum_success.entered("digits", 0.4, [3])
    first = np.unique(entries[curriculum_success.OTHER](3, 100, 32)[:5])
    assert np.isin(first, room.split(room.dataset, 3).train).all()
    assert room._replaced[first].mean() < 0.1  # of 40 % wrong labels
    drawn = entries[curriculum_success.OTHER_WORKED](3, 100, 32)
    np.testing.assert_array_equal(drawn, entries["standard"](3, 100, 32))


@cache
def success(*seeds):
    """The race of C49 on short budgets of the digits."""
    return measure(curriculum_success.success, seeds, **SHORT, shapes=False)


def test_the_arms_that_two_claims_share_have_the_same_values():
    one, other = race(*QUICK_SEEDS[:3]), success(*QUICK_SEEDS[:3])
    shared = set(one.arms) & set(other.arms)
    assert {arm.split(": ")[1].rpartition(", ")[0] for arm in shared} == {
        *curriculum_success.USUAL, WORKED,
    }  # fmt: skip
    for arm in shared:
        assert one.arms[arm] == pytest.approx(other.arms[arm], abs=0.3), arm


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
    for name, record in {"C46": race(*QUICK_SEEDS[:3]), "C49": success(*QUICK_SEEDS[:3])}.items():
        wanted = {arm for arm in claim(name).arms if arm.startswith("digits, short")}
        assert wanted and wanted <= set(record.arms)
    ties = race(*QUICK_SEEDS[:3]).extras
    assert all(0.5 < t < 0.8 for t in ties["digits, right labels: ties"])


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
    ends = curriculum.trained_ends(room, few, 30, rates)
    assert np.isnan(ends["standard", "loss"]).all() and ends["standard", "accuracy"][0] > 50


def test_every_arm_on_shapes_draws_from_its_own_sets_of_its_own_seed():
    room = shapes_first.pictures([3, 4], examples=60)
    assert len(room.dataset) == 2 * (4 * 60 + 2000)
    start, n = len(room.dataset) // 2, 60  # of seed 4
    drawn = {
        arm: shapes_first.batches_of(room, arm)(4, 100, 32) - start for arm in shapes_first.ARMS
    }
    inside = {arm: {int(k) for k in np.unique(b // n)} for arm, b in drawn.items()}
    upright, varied = shapes_first.EASY_SETS
    assert inside[shapes_first.ALONE] == {2} and inside[shapes_first.MORE] == {2, 3}
    for place, easy in enumerate((upright, varied)):
        assert inside[f"{shapes_first.MIXED}, {easy}"] == {place, 2}
        first = drawn[f"{shapes_first.EASY}, {easy}"] // n
        assert (first[:50] == place).all() and (first[50:] == 2).all()
    parts = room.split(None, 4)
    assert [len(p) for p in (parts.train, parts.validation, parts.test)] == [240, 500, 1500]
    assert parts.train[0] == start and parts.test[-1] == len(room.dataset) - 1
    single = shapes_first.pictures([4], examples=60)
    np.testing.assert_array_equal(single.dataset.inputs, room.dataset.inputs[start:])


def test_a_value_on_shapes_is_the_mean_of_two_trainings(monkeypatch):
    monkeypatch.setattr(shapes_first, "SHAPES_NETWORK", dict(depth=1, width=8))
    runs = {words: (20, few) for words, (_, few) in shapes_first.RUNS.items()}
    monkeypatch.setattr(shapes_first, "RUNS", runs)
    found = shapes_first.shapes_first([3, 4])
    assert {arm for arm in claim("C49").arms if arm.startswith("shapes")} == set(found)
    monkeypatch.setattr(shapes_first, "TWICE", 1)
    overlap = shapes_first.shapes_first([3])
    arm = f"shapes, 1,000 updates: {shapes_first.ALONE}, loss"
    assert len(found[arm]) == 2 and len(overlap[arm]) == 1
    room, rates = shapes_first.pictures([3, 4]), {(shapes_first.ALONE, "loss"): 0.03}
    entries = {shapes_first.ALONE: shapes_first.batches_of(room, shapes_first.ALONE)}
    ends = curriculum.trained_ends(room, entries, 20, rates, dict(depth=1, width=8))
    assert overlap[arm][0] == pytest.approx(np.mean(ends[shapes_first.ALONE, "loss"]), rel=1e-4)


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
    parts = {q: confidence._quarter_of(room, "digits", q, 5)["split"](None, 3)
             for q in confidence.QUARTERS}  # fmt: skip
    for each in ("", confidence.EACH):
        names = ("hardest quarter", "easiest quarter", "quarter by lot")
        hardest, easiest, by_lot = (set(parts[name + each].train) for name in names)
        assert len(hardest) == len(easiest) == len(by_lot) == 300 and not hardest & easiest
        assert hardest | easiest | by_lot <= set(room.split(room.dataset, 3).train)
    assert set(parts["easiest quarter"].train) == set(room.orders[3, "easy first"][:300])
    assert set(parts["hardest quarter"].train) == set(room.orders[3, "hard first"][:300])
    balanced = room.orders[3, "balanced easy first"][:300]
    assert set(parts["easiest quarter of every class"].train) == set(balanced)
    assert {len(p.test) for p in parts.values()} == {397}


def test_a_quarter_of_every_class_has_a_quarter_of_every_class():
    room = confidence._room("digits", [3])
    whole = np.bincount(room.dataset.targets[room.split(room.dataset, 3).train])
    for part in confidence.QUARTERS:
        rows = confidence.quarter_rows(room, part, 3)
        off = np.abs(np.bincount(room.dataset.targets[rows], minlength=10) - whole / 4).max()
        assert (off <= 1) == part.endswith(confidence.EACH), part


def test_batch_mates_and_rescaled_batches_part_weights_from_samples():
    """Every batch of two of three examples, by weight from uniform draws and by sampling."""
    x, w = np.array([1.0, 2.0, 5.0]), np.array([0.5, 0.5, 2.0])
    pairs = [(i, j) for i in range(3) for j in range(3)]

    def mean(gradients, weighed, rescaled=False):
        found = 0.0
        for i, j in pairs:
            at = [i, j]
            chance = 1 / 9 if weighed else w[i] * w[j] / 9
            scale = w[at] if weighed else np.ones(2)
            scale = 2 * scale / scale.sum() if rescaled else scale
            found += chance * np.mean(scale * gradients(x[at]))
        return found

    alone, with_mates = (lambda g: g), (lambda g: (g - g.mean()) ** 2)
    assert mean(alone, True) == pytest.approx(mean(alone, False))
    assert abs(mean(with_mates, True) - mean(with_mates, False)) > 0.1
    assert abs(mean(alone, True, rescaled=True) - mean(alone, False)) > 0.1


def test_the_discriminant_names_all_classes_and_a_decided_reference_is_sure():
    inputs = np.random.default_rng(0).normal(size=(60, 3))
    targets = np.arange(60) % 3 + (np.arange(60) % 3 == 2)  # 0, 1, 3: none of class 2
    found = confidence.discriminant(inputs, targets, 4)(inputs)
    assert found.shape == (60, 4) and (found[:, 2] == 0).all()
    np.testing.assert_allclose(found.sum(1), 1)
    sure = confidence.decided(confidence.discriminant)(inputs, targets, 4)(inputs)
    np.testing.assert_array_equal(sure.argmax(1), found.argmax(1))
