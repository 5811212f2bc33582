"""The answers of lesson 4's self-test, computed."""

import numpy as np
import pytest

from lecture_helpers.datasets import digits
from lecture_helpers.exercises.supervised_pretraining import fair_gains, self_test
from lecture_helpers.pretraining.bottleneck import outcomes, slope
from lecture_helpers.pretraining.buildable import build_by_hand, built_by_hand
from lecture_helpers.pretraining.greedy_growth import grow
from lecture_helpers.pretraining.plans import multiplications

RIGHT = [question.right for question in self_test]


@pytest.fixture(scope="module")
def grown():
    return grow(digits(), depth=3, updates=30, width=32, lr=0.1, seeds=1, checkpoints=True)


def moved(runs) -> dict[str, np.ndarray]:
    """The tensors that a stage has moved."""
    before, after = runs.state(seed=0, step=0), runs.state(seed=0)
    return {n: w for n, w in after.items() if not np.array_equal(w, before[n])}


def test_how_many_weights_move_in_the_third_stage(grown):
    weights = sum(w.size for n, w in moved(grown[2]).items() if n.endswith("weight"))
    assert f"{weights:,}" == RIGHT[0]


def test_a_fresh_layer_leaves_the_first_one_as_it_was(grown):
    trained, begun = grown[0].state(seed=0), grown[1].state(seed=0, step=0)
    assert all(np.array_equal(w, begun[n]) for n, w in trained.items() if n.startswith("hidden1"))
    assert not np.array_equal(trained["output.weight"], begun["output.weight"])
    assert "stays" in RIGHT[1]


def test_what_an_update_of_the_last_stage_costs():
    size = dict(inputs=1, width=1, outputs=1)
    nine, ten = (multiplications("greedy", depth, 2 * depth, **size) for depth in (9, 10))
    share = (ten - nine) / multiplications("joint", 10, 2, **size)
    assert f"about {share:.0%}".replace("%", " %") == RIGHT[2]


def test_two_counts_of_one_start():
    alone, in_all = 500 / 200, (5 * 100 + 200) / 500
    assert RIGHT[3].startswith(f"{alone:g} times faster, or {in_all:g} times slower")
    joint = np.array([10.0, 30, 50, 70, 80, 90, 91, 92])  # a record every 100 updates
    in_all, alone = fair_gains.reference(joint, np.array([30.0, 70, 90]), 500, 100)
    assert in_all < 0 < alone


def test_what_the_greedy_unit_misses():
    ends = outcomes("bowl", 0.3, np.radians(6))
    assert round(100 * (ends["joint"][1] - ends["greedy"][1])) == int(RIGHT[4])


def test_where_fine_tuning_can_climb():
    assert slope("xor", 0.2, np.radians(6)) > 0 > slope("bowl", 0.2, np.radians(6))
    assert outcomes("bowl", 0.2, 0.1)["joint"][1] > outcomes("xor", 0.2, 0.1)["joint"][1]
    assert "xor" in RIGHT[5] and "rises" in RIGHT[5]


def test_in_how_many_updates_the_second_layer_moves():
    site = build_by_hand(
        digits(), beside={"joint": dict(lr=0.1)}, steps=60, seeds=1, width=8, batch_size=20,
        record=61, measured=20, checkpoints=1,
    )  # fmt: skip
    run = built_by_hand(
        site, 60, layers=[(5 * k, k + 1) for k in range(6)],
        below=[(0, "frozen"), (30, "trained")], output="new", lr=0.1,
    ).at(arm="by hand")  # fmt: skip
    path = [run.state(seed=0, step=k)["hidden2.linear.weight"] for k in range(61)]
    moves = sum(not np.array_equal(a, b) for a, b in zip(path, path[1:], strict=False))
    assert 10 * moves == int(RIGHT[6])
