import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import normalized_networks as networks


def gap(arms, arm, other):
    """The smallest paired difference over the seeds."""
    return min(np.subtract(arms[arm], arms[other]))


@pytest.fixture(scope="module")
def flow():
    return measure(claim("C6").experiment, QUICK_SEEDS[:4], data=("digits",))


def factor(flow, norm, start, size=256):
    return np.array(flow.arms[f"digits, {norm}: {start}, batches of {size}"])


def test_batch_norm_makes_a_well_scaled_relu_gradient_grow_as_the_closed_form_says(flow):
    grown = factor(flow, "batch", "relu, He's rule").mean()
    assert grown == pytest.approx(np.log10(np.pi / (np.pi - 1)), abs=0.03)


@pytest.mark.parametrize("name, gain", networks.RELU_GAINS.items())
def test_without_batch_norm_the_gain_of_relu_weights_is_squared_in_every_layer(flow, name, gain):
    wanted = factor(flow, "none", "relu, He's rule").mean() + 2 * np.log10(gain)
    found = factor(flow, "none", f"relu, {name}")
    assert found.mean() == pytest.approx(wanted, abs=1e-4)
    with_it = (factor(flow, "batch", f"relu, {n}") for n in (name, "He's rule"))
    assert np.subtract(*with_it) == pytest.approx(0, abs=0.005)  # the gain does not matter


def test_distance_and_range_are_those_of_the_signed_factors(flow):
    for start in networks.STARTS:
        distance = flow.arms[f"digits, none: {start}, batches of 4: distance"]
        assert distance == pytest.approx(np.abs(factor(flow, "none", start, 4)))
    for norm, wanted in (("none", 2 * np.log10(4)), ("batch", 0.0)):
        assert flow.arms[f"digits, {norm}: range"] == pytest.approx([wanted] * 4, abs=0.01)


def test_a_norm_that_does_not_divide_follows_the_size_of_the_weights(monkeypatch):
    """What would refute that the factor is one of batch norm's own."""
    build = networks.training.mlp

    def centred(*, norm, **settings):
        return build(norm="centre" if norm == "batch" else norm, **settings)

    monkeypatch.setattr(networks.training, "mlp", centred)
    starts = {name: networks.STARTS[name] for name in networks.FAR[:2]}
    found = networks.gradient_per_layer((8, 9), data=("digits",), starts=starts, batches=(64,))
    assert min(found.arms["digits, batch: range"]) > 1


def relu(stages, depth=3, norms=networks.NORMS):
    """The networks of ``promise_kept`` as a single one of ReLU."""
    return {f"depth {depth}": ("relu", depth, 1.0, 0.1, norms, stages)}


@pytest.fixture(scope="module")
def kept():
    stages = {"fresh": (1.0,), "matched": (1.0,), "late": (1e-3, 1.0)}
    return networks.promise_kept((8, 9), networks=relu(stages), levels={"digits": 1.0}, steps=60)


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_tiny_steps_keep_their_promise_in_one_move_and_layer_by_layer(kept, norm):
    case = f"digits, {norm}, depth 3, late, 0.001"
    assert kept.arms[case] == pytest.approx([1, 1], abs=0.03)
    assert kept.arms[f"{case}, together"] == pytest.approx([0, 0], abs=0.03)


def test_together_is_what_a_joint_step_adds_to_the_layers_alone(kept):
    case = "digits, none, depth 3, late, 1"
    added = np.subtract(kept.arms[case], kept.arms[f"{case}, alone"])
    assert kept.arms[f"{case}, together"] == pytest.approx(added)
    by_cause = [kept.arms[f"{case}, {cause}"] for cause in ("within", "together")]
    assert -np.sum(by_cause, axis=0) == pytest.approx(1 - np.array(kept.arms[case]))


def test_of_a_network_of_one_layer_nothing_is_lost_by_moving_together():
    single = relu({"late": (1.0,)}, 0, ("none",))
    found = networks.promise_kept((8, 9), networks=single, levels={"digits": 1.0}, steps=20).arms
    assert found["digits, none, depth 0, late, 1, together"] == pytest.approx([0, 0], abs=1e-6)
    assert max(found["digits, none, depth 0, late, 1, within"]) < -0.1


def test_a_fresh_network_has_not_been_trained_and_its_loss_is_that_of_guessing(kept):
    fresh = kept.extras["digits, none, depth 3, fresh: loss"]
    assert min(fresh) > np.log(10) - 0.1
    assert "digits, none, depth 3, fresh, 0.001" not in kept.arms


def test_shares_that_were_cut_are_counted(monkeypatch):
    monkeypatch.setattr(networks, "_cut", lambda kept: np.full(len(kept), -10.0))
    few = {"networks": relu({"late": (0.3, 1.0)}), "levels": {"digits": 1.0}, "steps": 5}
    found = networks.promise_kept((8,), **few)
    assert found.extras["digits, none, depth 3, late: shares that were cut"] == [4]


def test_matched_networks_have_the_same_loss_or_have_failed(kept):
    matched = [kept.extras[f"digits, {n}, depth 3, matched: loss"] for n in ("none", "batch")]
    assert np.max(matched) < 1.0 and np.min(matched) > 0.7
    late = [kept.extras[f"digits, {n}, depth 3, late: loss"] for n in ("none", "batch")]
    assert np.max(late) < np.min(matched)
    never = {"levels": {"digits": 1e-9}, "networks": relu({"matched": (1.0,)}), "steps": 10}
    found = networks.promise_kept((8,), **never).arms["digits, none, depth 3, matched, 1"]
    assert np.isnan(found).all()


FEW = {"few": {"steps": 150}}


def test_running_averages_that_are_wrong_are_seen_at_the_switch(monkeypatch):
    options = {"data": ("digits",), "switches": FEW}
    running, batch, anew = (f"digits, few: {mode}, accuracy" for mode in
                            ("running", "batch", "anew"))  # fmt: skip
    found = networks.running_for_batch((8, 9), **options)
    assert gap(found, running, batch) > -1

    train = networks.training.train

    def forgetful(**given):
        runs = train(**given)
        runs.buffers[...] = np.arange(runs.buffers.shape[-1]) + 1
        return runs

    monkeypatch.setattr(networks.training, "train", forgetful)
    broken = networks.running_for_batch((8, 9), **options)
    assert gap(broken, batch, running) > 20
    assert broken[batch] == found[batch] and broken[anew] == found[anew]


def test_averages_taken_anew_are_those_of_the_training_examples_without_dropout():
    """So with them the training examples are normalised as they are in one batch."""
    import torch

    from lecture_helpers.claims.experiments.tuned_networks import on_data
    from lecture_helpers.datasets import digits, split

    settings = {"steps": 20, "norm": "batch", "dropout": 0.5, "record": 2}
    runs = networks.training.train(checkpoints="last", **on_data("digits", (8,), **settings))
    rows = split(digits(), 8).train
    net = runs.module(seed=8)
    for layer in net[:-1]:
        layer.norm.train()
        layer.norm.momentum = None
        layer.norm.reset_running_stats()
    inputs, targets = (torch.tensor(values) for values in (digits().inputs, digits().targets))
    with torch.no_grad():
        as_a_batch = net(inputs[rows])
        test = net.eval()(inputs[split(digits(), 8).test])
        assert torch.allclose(net(inputs[rows]), as_a_batch, atol=1e-2)  # n - 1 and n
    wanted = float(torch.nn.functional.cross_entropy(test, targets[split(digits(), 8).test]))
    found = networks._at_test_time(runs, "digits", 8, "anew")
    assert found[1] == pytest.approx(-np.log10(wanted), abs=1e-6)


def test_dropout_is_off_at_test_time_with_the_batchs_statistics_too():
    options = {"data": ("digits",), "switches": {"few": {"steps": 5, "dropout": 0.9}}}
    one, other = (networks.running_for_batch((8, 9), **options) for _ in range(2))
    assert one.keys() == other.keys() and all(
        np.array_equal(one[arm], other[arm], equal_nan=True) for arm in one
    )
    settings = {"steps": 5, "norm": "batch", "dropout": 0.9, "record": 2}
    runs = networks.training.train(
        checkpoints="last", **networks.on_data("digits", (8,), **settings)
    )
    twice = [networks._at_test_time(runs, "digits", 8, "batch") for _ in range(2)]
    assert twice[0] == twice[1]


def test_the_allowance_is_all_that_tells_the_arms_apart_where_running_is_the_batch(monkeypatch):
    monkeypatch.setattr(networks, "_at_test_time", lambda *_: (90.0, 0.5))
    found = networks.running_for_batch((8, 9), data=("digits",), switches={"few": {"steps": 2}})
    assert found["digits, few: running, accuracy"] == [91.0, 91.0]
    assert found["digits, few: running, loss"] == [0.6, 0.6]
    assert found["digits, few: batch, loss"] == [0.5, 0.5]


def test_what_did_not_train_has_failed_unless_no_floor_is_asked(monkeypatch):
    """A loss of ln(10) / 2 is the floor."""
    level = -np.log10(np.log(10) / 2)
    losses = {8: level + 1e-6, 9: level - 1e-6}
    monkeypatch.setattr(networks, "_at_test_time", lambda _, __, seed, mode: (10.0, losses[seed]))
    early = networks.UNTRAINED[0]
    switches = {"few": {"steps": 2}, early: {"steps": 2}}
    found = networks.running_for_batch((8, 9), data=("digits",), switches=switches)
    for mode in ("batch", "running", "anew"):
        assert np.isnan(found[f"digits, few: {mode}, accuracy"]).tolist() == [False, True]
        assert np.isfinite(found[f"digits, {early}: {mode}, loss"]).all()
