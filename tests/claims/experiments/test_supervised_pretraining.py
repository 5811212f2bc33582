import numpy as np
import pytest

from lecture_helpers.claims import claim, ledger, tuning
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import supervised_pretraining as experiments
from lecture_helpers.claims.experiments.supervised_pretraining import (
    ARMS,
    DEPTHS,
    NETWORKS,
    best_accuracy,
    growing,
    guiding,
)

LESSON = ("C31", "C32", "C33", "C34", "C35")


def test_the_counter_example_is_exact():
    record = measure(claim("C32").experiment, QUICK_SEEDS[:3], angles=40)
    for name, tolerance in record.tolerances.items():
        assert max(record.arms[name]) < tolerance


class FixedRates(dict):
    """Tuned values for any arm: one rate, for the arms of ``guiding`` also a weight."""

    def __missing__(self, place):
        rate = 0.3 if place.startswith("sigmoid") and "norm" not in place else 0.03
        return (rate, 1.0) if self["guided"] else rate


def test_a_greedy_start_rescues_deep_sigmoid_networks_and_no_others(monkeypatch):
    two = {name: NETWORKS[name] for name in ("sigmoid", "ReLU")}
    monkeypatch.setattr(experiments, "NETWORKS", two)
    tuned = FixedRates(guided=False)
    arms = measure(growing, QUICK_SEEDS[:2], depths=(6,), deep=6, total=500, tuned=tuned).arms
    means = {name: np.mean(values) for name, values in arms.items()}
    assert means["sigmoid, depth 6: joint"] < 20
    assert means["sigmoid, depth 6: fine-tuned"] > 85
    assert means["sigmoid, depth 6: joint with batch norm"] > 85
    assert abs(means["ReLU, depth 6: fine-tuned"] - means["ReLU, depth 6: joint"]) < 5
    assert means["ReLU, depth 6: greedy"] > means["ReLU, depth 6: random features"] + 5
    assert means["sigmoid, depth 6: training loss"] > means["sigmoid, depth 1: training loss"] + 1
    assert abs(means["ReLU, depth 6: training loss"] - means["ReLU, depth 1: training loss"]) < 1
    joint, line = (arms[f"ReLU, depth 6: joint{rest}"] for rest in ("", ", less five points"))
    np.testing.assert_allclose(np.subtract(joint, line), 5)


@pytest.mark.parametrize("experiment, settings", [
    (growing, dict(total=20)), (guiding, dict(updates=2)),
])  # fmt: skip
def test_every_rate_that_an_experiment_asks_for_was_tuned(experiment, settings):
    name = f"supervised_pretraining.{experiment.__name__}"
    experiment((0,), tuned=tuning.load(tuning.TUNING)[name]["values"], **settings)


def test_guiding_the_middle_helps_sigmoid_networks_and_hardly_relu_networks():
    tuned = FixedRates(guided=True)
    arms = measure(guiding, QUICK_SEEDS[:3], depths=(6,), updates=300, tuned=tuned).arms
    means = {name: np.mean(values) for name, values in arms.items()}
    assert means["sigmoid, depth 6: deep supervision"] > means["sigmoid, depth 6: plain"] + 10
    for how in ("deep supervision", "hint"):
        assert abs(means[f"ReLU, depth 6: {how}"] - means["ReLU, depth 6: plain"]) < 5


@pytest.mark.parametrize("name, settings", [
    ("C31", dict(depths=(3,), deep=3, total=60)), ("C35", dict(depths=(4,), updates=30)),
])  # fmt: skip
def test_a_seeds_value_does_not_depend_on_its_neighbours(name, settings):
    together = measure(claim(name).experiment, (3, 4), **settings)
    alone = measure(claim(name).experiment, (4,), **settings)
    for arm, values in alone.arms.items():
        assert together.arms[arm][1] == values[0]


def test_every_comparison_of_the_lesson_names_arms_that_are_measured():
    places = [f"{network}, depth {depth}" for network in NETWORKS for depth in DEPTHS]
    growing_arms = {f"{place}: {arm}" for place in places for arm in ARMS}
    for name in ("C33", "C34"):
        for arm in (a for pair in claim(name).comparisons.values() for a in pair):
            assert arm in growing_arms or arm.endswith(", less five points")
    for name in LESSON:
        stored, c = ledger.load()[name], claim(name)
        assert len(stored["seeds"]) == 20
        for arm in (a for pair in {**c.comparisons, **c.controls}.values() for a in pair):
            assert arm in stored["arms"]


def test_the_best_rate_is_the_most_accurate_and_a_hopeless_network_gets_a_middle_one():
    class Runs:
        axes = {"lr": [0.01, 0.1, 1.0]}
        accuracy = np.array([[[0.3]], [[0.9]], [[np.nan]]])

    assert best_accuracy(Runs) == 0.1
    Runs.accuracy = np.array([[[0.12]], [[0.1]], [[np.nan]]])
    assert best_accuracy(Runs) == 0.1
    Runs.accuracy = np.array([[[0.1]], [[0.5]], [[0.9]]])
    with pytest.raises(ValueError, match="widen"):
        best_accuracy(Runs)
