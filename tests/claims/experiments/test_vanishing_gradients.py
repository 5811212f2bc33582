"""What is measured of gradients before training and in it."""

import numpy as np
import pytest
import torch

from lecture_helpers.claims.claim import measure
from lecture_helpers.claims.experiments.network_gradients import (
    first_over_last,
    gradient_ratio,
    ratios_in_training,
    relative_ratio,
)
from lecture_helpers.claims.experiments.vanishing_gradients import (
    best_gain,
    unit_gradients,
    units,
)
from lecture_helpers.claims.lessons.model_design import CLAIMS
from lecture_helpers.datasets import digits, split
from lecture_helpers.networks.mean_field import mean_field
from lecture_helpers.training import mlp, seeded, train

ROWS = np.arange(64)


def network(**settings):
    return seeded(mlp, seed=1, inputs=64, outputs=10, width=16, **settings)


def test_the_best_gain_of_relu_is_hes_rule_and_that_of_tanh_lies_a_little_above_glorots():
    assert best_gain("relu", 40) == 1.0
    assert 0.7 < best_gain("tanh", 40) < 0.9
    assert best_gain("sigmoid", 40) > 5


def test_fresh_towers_lose_what_the_mean_field_says():
    record = measure(unit_gradients, (0, 1), data=("digits",), trained=(), width=64, tuned={})
    mean = {arm: np.mean(values) for arm, values in record.arms.items()}
    assert max(mean.values()) <= 0
    assert mean["digits, He, relu"] > mean["digits, He, sigmoid"] + 0.4
    assert mean["digits, Glorot, relu"] == pytest.approx(np.log10(0.5) / 2, abs=0.02)
    assert mean["digits, relu, less"] == pytest.approx(mean["digits, He, relu"] - 0.1)
    uncut = np.array(record.extras["digits, He, tanh, uncut"])
    assert np.allclose(np.minimum(uncut, 0), record.arms["digits, He, tanh"])


def test_the_ratio_is_that_of_the_losss_gradients_by_hidden_outputs():
    net, data = network(depth=3, activation="tanh"), digits()
    x, y = torch.tensor(data.inputs[ROWS]), torch.tensor(data.targets[ROWS])
    h1 = net.hidden1(x)
    h3 = net.hidden3(net.hidden2(h1))
    loss = torch.nn.functional.cross_entropy(net.output(h3), y)
    first, last = (float(g.norm()) for g in torch.autograd.grad(loss, [h1, h3]))
    assert gradient_ratio(net, data, ROWS) == pytest.approx(np.log10(first / last), rel=1e-4)


def test_the_relative_ratio_takes_a_factor_on_the_weights_twice_that_of_outputs_once():
    data, by_weights, by_outputs = digits(), [], []
    for factor in (1.0, 7.0):
        net = network(depth=4)
        with torch.no_grad():  # what one layer gains another loses: the same function
            net.hidden1.linear.weight *= factor
            net.hidden4.linear.weight /= factor
        by_weights.append(relative_ratio(net, data, ROWS))
        by_outputs.append(gradient_ratio(net, data, ROWS))
    assert by_weights[0] - by_weights[1] == pytest.approx(4 * np.log10(7.0), rel=1e-4)
    assert by_outputs[0] - by_outputs[1] == pytest.approx(np.log10(7.0), rel=1e-4)


def test_where_no_gradient_is_left_there_is_no_ratio():
    assert np.isnan(first_over_last(np.array([0.0, 1.0, 0.0])))
    assert np.isnan(first_over_last(np.array([1.0, np.nan, 1.0])))
    assert np.isnan(first_over_last(np.array([0.0, 1.0])))
    dead = network(depth=2)
    with torch.no_grad():
        dead.hidden2.linear.bias -= 1000
    assert np.isnan(gradient_ratio(dead, digits(), ROWS))


def test_ratios_in_training_come_from_a_quarter_half_and_all_of_the_updates():
    how = dict(steps=8, seeds=[3, 4], depth=5, width=16, activation="sigmoid", progress=False)
    runs = train(mlp, digits(), record=range(9), checkpoints=True, **how)
    found = ratios_in_training(runs, digits(), [3, 4], examples=64)
    rows = split(digits(), 4).train[:64]
    nets = [runs.module(seed=4, step=step) for step in (2, 4, 8)]
    assert found[1] == pytest.approx(np.mean([gradient_ratio(n, digits(), rows) for n in nets]))
    assert found[0] != found[1] and max(found) < 0


def test_a_network_that_diverged_has_failed():
    runs = train(mlp, digits(), steps=4, seeds=[3], lr=1e20, depth=3, checkpoints=True,
                 record=range(5), progress=False)  # fmt: skip
    assert np.isnan(ratios_in_training(runs, digits(), [3], examples=32)).all()


def test_every_arm_in_training_that_the_claim_compares_is_measured():
    places = (("digits", 8), ("digits", 24), ("MNIST-1D", 8))
    tuned = {f"{d}, depth {k}, {arm}": 0.001 for d, k in places for arm in units(k)}
    small = dict(data=(), trained_width=8, steps=4, batch_size=32)
    found = measure(unit_gradients, (3,), **small, trained=places, tuned=tuned).arms
    assert {arm for arm in CLAIMS[2].arms if "depth" in arm} <= found.keys()


def test_a_seeds_value_does_not_depend_on_its_neighbours():
    small = dict(data=("digits",), width=16, trained=(("digits", 3),), steps=5,
                 tuned={f"digits, depth 3, {arm}": 0.01 for arm in units(8)})  # fmt: skip
    together, alone = (measure(unit_gradients, s, **small) for s in ((3, 4, 5), (4,)))
    for arm, values in alone.arms.items():
        assert together.arms[arm][1] == values[0], arm


def test_the_sigmoid_keeps_the_gradient_at_gains_of_about_six_to_eight():
    laws = [mean_field("sigmoid", 40, gain=gain).gradient for gain in (5.0, 6.0, 8.0, 9.0)]
    below, *inside, above = [abs(np.log10(law[2] / law[-3])) / 35 for law in laws]
    assert max(inside) < 0.04 < min(below, above)


def test_equal_weights_and_own_best_ones_are_parts_of_their_own_and_no_data_set_counts_twice():
    *beside, own = CLAIMS[2].parts
    assert [len(part.scope) for part in beside] == [3, 3, 3, 3] and len(own.scope) == 8
    for part, unit in zip(beside, ("sigmoid", "sigmoid", "tanh", "tanh"), strict=True):
        pairs = [*part.scope.values(), *part.borders.values()]
        assert all(a.endswith("relu") and b.endswith(unit) for a, b in pairs)
        assert not part.controls and not any("own best" in b for _, b in pairs)
    (falsifier,) = own.controls
    assert set(falsifier.comparisons) == set(own.scope)
    for name, (relu, best) in own.scope.items():
        same, less = falsifier.comparisons[name]
        assert same == best and less.endswith("relu, less") and relu.endswith("relu")
    fresh = [name for part in CLAIMS[2].parts for name in part.scope if "depth" not in name]
    assert not any("MNIST-1D" in name for name in fresh)
