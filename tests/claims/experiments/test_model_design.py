"""Quick runs of lesson 5's experiments, each with a margin."""

import numpy as np
import pytest

from lecture_helpers.claims import claim, ledger
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments.model_design import (
    best_gain,
    best_or_middle,
    factorial,
    factorial_arms,
    gradient_factors,
    ranges,
    skip_ladder,
)
from lecture_helpers.networks.designs import METHODS, MODELS, skip_arms
from lecture_helpers.training import GUESSING

RATES = {f"{arm}, depth 24": 0.0316 for arm in skip_arms(24)}


def means(record):
    return {arm: np.mean(values) for arm, values in record.arms.items()}


def test_relu_beats_sigmoid_under_any_rule_and_loses_to_tanh_under_glorots():
    mean = means(measure(gradient_factors, QUICK_SEEDS, width=64))
    assert mean["relu, He"] > mean["sigmoid, He"] + 0.4
    assert mean["relu, Glorot"] < mean["tanh, Glorot"] - 0.1
    assert abs(mean["relu, own best"] - mean["sigmoid, own best"]) < 0.05
    assert max(mean.values()) <= 0


def test_the_best_gain_of_relu_is_hes_rule_and_that_of_tanh_lies_a_little_above_glorots():
    assert best_gain("relu", 40) == 1.0
    assert 0.7 < best_gain("tanh", 40) < 0.9
    assert best_gain("sigmoid", 40) > 5


def test_small_branches_train_at_depth_24_where_plain_and_unscaled_ones_do_not():
    mean = means(skip_ladder(QUICK_SEEDS[:4], depths=(24,), steps=150, tuned=RATES))
    assert mean["residual, depth 24"] < mean["plain, depth 24"] - 0.4
    assert mean["residual + BN, depth 24"] < mean["BN, depth 24"] - 0.4
    assert mean["residual, He's weights, depth 24"] == pytest.approx(np.log10(GUESSING))
    assert mean["gradient of residual, He's weights, depth 24"] > 3
    assert abs(mean["gradient of plain, depth 24"]) < 1


@pytest.mark.parametrize(
    "experiment, settings",
    [
        (gradient_factors, {"width": 32}),
        (skip_ladder, {"depths": (2,), "steps": 5,
                       "tuned": {f"{arm}, depth 2": 0.1 for arm in skip_arms(2)}}),
        (factorial, {"steps": 5, "tuned": dict.fromkeys(factorial_arms(), 0.01)}),
    ],
)  # fmt: skip
def test_a_seeds_value_does_not_depend_on_its_neighbours(experiment, settings):
    together = measure(experiment, (3, 4, 5), **settings)
    alone = measure(experiment, (4,), **settings)
    for arm, values in alone.arms.items():
        assert together.arms[arm][1] == values[0], arm


def test_ranges_are_those_of_the_means_with_every_level_left_out_in_turn():
    by_model = np.array([0.0, 1, 2, 3, 10])[:, None, None]
    by_optimizer = np.array([0.0, 0.5, 0.25])[None, :, None]
    found = ranges(by_model + by_optimizer + np.zeros(2))
    assert found["all: models"] == [10, 10] and found["all: optimizers"] == [0.5, 0.5]
    assert found[f"without {list(MODELS)[-1]}: models"] == [3, 3]
    assert found[f"without {list(METHODS)[1]}: optimizers"] == [0.25, 0.25]
    assert found["three at a time: models"][0] == pytest.approx((2 + 3 + 10 + 3 + 10 + 10 + 2
                                                                 + 9 + 9 + 8) / 10)  # fmt: skip


def test_where_nothing_trains_the_middle_of_the_grid_is_taken():
    guess = float(np.log10(GUESSING))
    assert best_or_middle({0.1: [guess], 0.2: [guess], 0.3: [guess]}) == 0.2
    assert best_or_middle({0.1: [guess], 0.2: [guess], 0.3: [-1.0], 0.4: [guess]}) == 0.3
    with pytest.raises(ValueError, match="end of the grid"):
        best_or_middle({0.1: [-1.0], 0.2: [guess]})


def test_the_ledger_holds_every_claim_of_the_lesson_and_leaves_opinions_opinions():
    entries = ledger.load()
    for name in ("C36", "C37", "C38", "C39"):
        assert len(entries[name]["seeds"]) == len(claim(name).seeds) == 20
    assert entries["C36"]["verdict"] == entries["C37"]["verdict"] == "opinion"
