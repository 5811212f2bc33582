import numpy as np
import pytest

from lecture_helpers.curriculum.classroom import ORDERS, Classroom
from lecture_helpers.curriculum.difficulty import (
    cross_fitted_confidence,
    easy_first,
    hard_first,
    tied,
    wrong_labels,
)
from lecture_helpers.datasets import digits, split
from lecture_helpers.training import live, mlp

SIZES = dict(test=100, validation=50, train=200)
ROOM = Classroom(digits(), seeds=[3, 4], wrong=0.4, sizes=SIZES)
CURVES = ("train_loss", "eval_loss", "accuracy", "batch_losses")


def taught(room, **options):
    usual = dict(steps=12, depth=1, width=8, batch_size=16, momentum=0.9, record=4)
    return live(mlp, room.dataset, arms=room.arms, split=room.split, seeds=room.seeds,
                **{**usual, **options})  # fmt: skip


def same(one, other):
    return all(np.array_equal(getattr(one, n), getattr(other, n)) for n in CURVES)


def test_every_seed_has_its_own_split_labels_and_orders():
    for place, seed in enumerate(ROOM.seeds):
        start, parts = place * len(digits()), ROOM.split(ROOM.dataset, seed)
        for name in ("train", "validation", "test"):
            alone = getattr(split(digits(), seed, **SIZES), name)
            assert np.array_equal(getattr(parts, name) - start, alone)
        rows = parts.train - start
        given, _ = wrong_labels(digits().targets[rows], 0.4, seed)
        assert np.array_equal(ROOM.dataset.targets[parts.train], given)
        confidence = cross_fitted_confidence(digits().inputs[rows], given, seed=seed)
        for name, order in {"easy first": easy_first, "hard first": hard_first}.items():
            assert np.array_equal(ROOM.orders[seed, name] - start, rows[order(confidence)])


def test_wrong_labels_last_are_by_lot_on_either_side_of_the_line():
    right = ROOM.dataset.targets == np.tile(digits().targets, 2)
    last, by_lot = ROOM.orders[3, "wrong labels last"], ROOM.orders[3, "by lot"]
    assert right[last[:120]].all() and not right[last[120:]].any()
    for wrong in (True, False):
        assert np.array_equal(last[right[last] == wrong], by_lot[right[by_lot] == wrong])
    clean = Classroom(digits(), seeds=[3], sizes=SIZES)
    assert np.array_equal(clean.orders[3, "wrong labels last"], clean.orders[3, "by lot"])


def test_ties_are_broken_by_nearness_and_the_order_by_confidence_stays():
    sizes = dict(test=300, train=1000)
    room = Classroom(digits(), seeds=[3, 4], sizes=sizes)
    finer = Classroom(digits(), seeds=[3, 4], sizes=sizes, ties="by nearness")
    for seed in room.seeds:
        assert tied(finer.confidence[seed]) > 0.3
        rows = room.split(room.dataset, seed).train
        place = {row: k for k, row in enumerate(rows)}
        one, other = (r.orders[seed, "easy first"] for r in (room, finer))
        assert set(one) == set(other) and not np.array_equal(one, other)
        ranked = [room.confidence[seed][[place[r] for r in order]] for order in (one, other)]
        np.testing.assert_array_equal(*ranked)
        hard = finer.orders[seed, "hard first"]
        assert np.array_equal(hard, other[::-1])


def test_only_training_labels_are_wrong_and_they_are_found_in_the_copy_of_their_seed():
    clean = np.tile(digits().targets, 2)
    for seed in ROOM.seeds:
        parts = ROOM.split(ROOM.dataset, seed)
        assert (ROOM.dataset.targets[parts.train] != clean[parts.train]).mean() == 0.4
        assert np.array_equal(ROOM.dataset.targets[parts.test], clean[parts.test])


def test_with_everybody_in_your_arm_is_the_standard_one_bit_for_bit():
    run = taught(ROOM).at(12, share=1.0, order="easy first", lr=0.03)
    assert same(run.at(arm="yours"), run.at(arm="standard"))


def test_by_lot_your_arm_is_random_order_and_standard_hears_of_no_share():
    training = taught(ROOM)
    run = training.at(12, share=[(0, 0.2), (5, 0.6)], order="by lot", lr=0.03)
    assert same(run.at(arm="yours"), run.at(arm="random order"))
    other = training.at(12, share=0.5, order="hard first", lr=0.03)
    assert same(run.at(arm="standard"), other.at(arm="standard"))
    assert not same(run.at(arm="random order"), other.at(arm="random order"))


def test_an_update_draws_from_those_who_are_in_at_that_step():
    rng, inside = np.random.default_rng(0), ROOM.orders[3, "easy first"][:20]
    drawn = ROOM.arms["yours"]["batch"](3, 500, rng, 0.1, "easy first")
    assert set(drawn) == set(inside)


def test_wrong_labels_are_counted_among_those_who_are_in():
    assert ROOM.wrong_inside("easy first", 1.0) == pytest.approx(0.4)
    by_hand = []
    for seed in ROOM.seeds:
        inside = ROOM.orders[seed, "hard first"][:50]
        by_hand.append((ROOM.dataset.targets != np.tile(digits().targets, 2))[inside].mean())
    assert ROOM.wrong_inside("hard first", 0.25) == pytest.approx(np.mean(by_hand))
    easy, hard = (ROOM.wrong_inside(order, 0.25) for order in ORDERS[:2])
    assert easy < 0.1 < 0.8 < hard


def test_with_right_labels_nobody_is_wrong():
    assert Classroom(digits(), seeds=1, sizes=SIZES).wrong_inside("hard first", 0.3) == 0


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: Classroom(digits(), wrong=1.5), "wrong must be a number from 0 "),
        (lambda: Classroom(digits(), ties="by lot"), "ties must be one of"),
        (lambda: ROOM.wrong_inside("alphabetic", 0.5), "order must be one of"),
        (lambda: ROOM.wrong_inside("by lot", 0.0), "share must be above 0"),
        (lambda: taught(ROOM).at(2, share=0.0, order="by lot"), "share must be above 0"),
        (lambda: taught(ROOM).at(2, share=0.5, order="upwards"), "order must be one of"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(ask, words):
    with pytest.raises(ValueError, match=words):
        ask()
