import itertools
from typing import Any

import numpy as np
import pytest
import torch

from lecture_helpers.datasets import digits
from lecture_helpers.networks.activations import ACTIVATIONS
from lecture_helpers.networks.mean_field import NORMS, SKIPS, mean_field
from lecture_helpers.networks.signal_profile import gate_weights, signal_profile, tower_weights
from lecture_helpers.training import mlp

KINDS = list(itertools.product(SKIPS, NORMS, ["relu", "tanh", "sigmoid", "gelu"]))


def as_modules(depth, width, skip, norm, activation, gain):
    """The tower of ``signal_profile`` with seed 3 as ordinary modules."""
    net = mlp(64, 1, depth=depth, width=width, skip=skip, norm=norm, activation=activation).double()
    gates = gate_weights(depth, width, seed=3)
    weights = tower_weights(64, depth, width, gain=gain, seed=3)
    for k, (layer, w) in enumerate(zip(net, weights, strict=False)):
        body = layer if k == 0 or skip == "none" else layer.body
        body.linear.weight.data = torch.tensor(w.T).double()
        if k and skip == "highway":
            layer.gate.weight.data = torch.tensor(gates[k - 1].T).double()
    return net[:-1].train()


@pytest.mark.parametrize("skip, norm, activation", KINDS)
def test_the_signal_profile_is_what_automatic_differentiation_finds(skip, norm, activation):
    how = dict(skip=skip, norm=norm, activation=activation)
    net = as_modules(6, 16, gain=1.3, **how)
    outputs = [torch.tensor(digits().inputs[:24]).double().requires_grad_()]
    for layer in net:
        outputs.append(layer(outputs[-1]))
    cotangent = torch.tensor(np.random.default_rng((3, 3)).standard_normal((24, 16)))
    weights = [(layer if k == 0 or skip == "none" else layer.body).linear.weight
               for k, layer in enumerate(net)]  # fmt: skip
    found = torch.autograd.grad(outputs[-1], [*outputs[1:], *weights], cotangent)
    gradients, by_weights = found[:6], found[6:]
    pull = [float((g.norm() / w.norm()).detach()) for g, w in zip(by_weights, weights, strict=True)]
    seen = signal_profile(digits().inputs[:24], depth=6, width=16, gain=1.3, seed=3, **how)
    for found, tensors in [(seen.signal, outputs[1:]), (seen.gradient, gradients)]:
        expected = [float(t.detach().square().mean().sqrt()) for t in tensors]
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    apart = [float(t.detach().var(0, correction=0).mean().sqrt()) for t in outputs[1:]]
    np.testing.assert_allclose(seen.spread, apart, rtol=1e-6)
    np.testing.assert_allclose(seen.pull, pull, rtol=1e-6)


@pytest.mark.parametrize("skip, norm, activation", KINDS)
def test_a_wide_tower_keeps_to_the_mean_field(skip, norm, activation):
    depth, how = 8, dict(skip=skip, norm=norm, activation=activation)
    inputs = digits().inputs[:384]
    inputs = inputs / np.sqrt((inputs**2).mean(axis=1, keepdims=True))
    seen = [signal_profile(inputs, depth=depth, width=256, seed=s, **how) for s in range(3)]
    law = mean_field(depth=depth, **how)
    signal = np.mean([np.log10(s.signal) for s in seen], axis=0)
    gradient = np.mean([np.log10(s.gradient / s.gradient[-1]) for s in seen], axis=0)
    np.testing.assert_allclose(signal, np.log10(law.signal), atol=0.08)
    wide = 0.2 if (skip, norm) == ("none", "batch") else 0.08  # a finite batch biases that law
    np.testing.assert_allclose(gradient, np.log10(law.gradient), atol=wide)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "gelu"])
def test_without_skips_the_law_is_the_one_of_the_first_lesson(activation):
    """Its recursion written out: q_(k+1) = s E phi(z)^2 and factors s E phi'(z)^2, s = 2 gain^2."""
    z, mass = np.polynomial.hermite_e.hermegauss(120)
    phi, s, mass = ACTIVATIONS[activation], 2 * 0.6**2, mass / mass.sum()
    q, factors = s, []
    for _ in range(12):
        factors.append(s * (mass @ phi.slope(np.sqrt(q) * z) ** 2))
        q = s * (mass @ phi.value(np.sqrt(q) * z) ** 2)
    law = mean_field(activation, 12, gain=0.6).gradient
    np.testing.assert_allclose(law[:-1] / law[1:], np.sqrt(factors[1:]), rtol=1e-8)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu"])
def test_with_batch_normalization_every_layer_multiplies_by_the_same_factor(activation):
    law = mean_field(activation, 12, norm="batch", gain=0.6).gradient
    squared = law[1:-1] ** 2 / law[2:] ** 2
    np.testing.assert_allclose(squared, squared[0], rtol=1e-9)


def test_a_relu_tower_with_he_weights_keeps_its_gradient_and_a_residual_one_doubles_its_square():
    np.testing.assert_allclose(mean_field("relu", 30).gradient, 1.0, rtol=1e-12)
    squared = mean_field("relu", 30, skip="residual").gradient ** 2
    np.testing.assert_allclose(squared[:-1] / squared[1:], 2.0, rtol=1e-12)


def test_with_batch_normalization_a_residual_gradient_grows_like_a_power_of_depth():
    squared = mean_field("relu", 60, skip="residual", norm="batch").gradient ** 2
    k = np.arange(1, 60)
    np.testing.assert_allclose(squared[:-1] / squared[1:], 1 + np.pi / (np.pi - 1) / k, rtol=1e-9)


def test_branches_divided_by_the_root_of_depth_keep_the_gradient_below_e():
    for depth in (10, 100):
        squared = mean_field("relu", depth, skip="residual", gain=depth**-0.5).gradient[0] ** 2
        assert 2 < squared < np.e


def test_a_nearly_closed_highway_carries_the_gradient_unchanged():
    open_gates = mean_field("sigmoid", 50, skip="highway", gate_bias=-2).gradient[0]
    closed = mean_field("sigmoid", 50, skip="highway", gate_bias=-12).gradient[0]
    assert open_gates < 0.01 and 0.99 < closed < 1.01


def test_the_gradient_through_the_gate_is_part_of_the_law():
    inputs = digits().inputs[:256]
    inputs = inputs / np.sqrt((inputs**2).mean(axis=1, keepdims=True))
    how = dict(depth=24, skip="highway", gate_bias=0.0)
    seen = [
        signal_profile(inputs, width=256, seed=s, activation="tanh", **how).gradient
        for s in range(4)
    ]
    law = np.log10(mean_field("tanh", **how).gradient[0])
    assert np.mean([np.log10(g[0] / g[-1]) for g in seen]) == pytest.approx(law, abs=0.03)


def test_a_highways_energy_follows_its_gate_where_units_are_linear_and_alone():
    law = mean_field("tanh", 2, skip="highway", gain=1e-6, gate_bias=-2.0)
    t = 1 / (1 + np.exp(2.0))
    assert (law.signal[1] / law.signal[0]) ** 2 == pytest.approx((1 - t) ** 2, rel=1e-3)


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_residual_layers_with_zero_weights_are_the_identity(activation):
    net = mlp(64, 10, depth=5, width=16, skip="residual", activation=activation)
    for layer in net[1:-1]:
        torch.nn.init.zeros_(layer.body.linear.weight)
    h = net[0](torch.tensor(digits().inputs[:8]))
    assert torch.equal(net[1:-1](h), h)


def test_a_sigmoid_residual_layer_with_zero_weights_adds_one_half():
    net = mlp(64, 10, depth=2, width=16, skip="residual", activation="sigmoid")
    torch.nn.init.zeros_(net.hidden2.body.linear.weight)
    h = net[0](torch.tensor(digits().inputs[:8]))
    assert torch.equal(net.hidden2(h), h + 0.5)


def test_dead_units_are_those_that_no_example_wakes():
    asleep = signal_profile(-np.ones((4, 1)), depth=1, width=400, activation="relu").dead[0]
    assert 0.4 < asleep < 0.6  # one input: a unit is on or off by the sign of its weight
    assert (
        signal_profile(digits().inputs[:64], depth=3, activation="relu", norm="batch").dead.max()
        == 0
    )
    assert signal_profile(np.ones((4, 8)), depth=1, activation="tanh", gain=1e4).dead[0] > 0.99


def test_a_deeper_tower_begins_with_the_same_layers():
    shallow, deep = (
        signal_profile(digits().inputs[:16], depth=d, width=32, seed=1) for d in (3, 9)
    )
    np.testing.assert_array_equal(shallow.signal, deep.signal[:3])


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: signal_profile(np.ones(3), depth=2), "inputs must have 2 axes"),
        (lambda: signal_profile([[np.nan]], depth=2), "inputs must hold finite numbers"),
        (
            lambda: signal_profile(np.ones((2, 2)), depth=0),
            "depth must be a whole number, 1 or more",
        ),
        (
            lambda: signal_profile(np.ones((2, 2)), depth=1, skip="jump"),
            "skip must be one of 'none'",
        ),
        (
            lambda: signal_profile(np.ones((2, 2)), depth=1, gain=-1),
            "gain must be a finite number above 0",
        ),
        (lambda: mean_field("swish", 3), "activation must be one of 'tanh'"),
        (lambda: mean_field("relu", 3, norm="group"), "norm must be one of 'none'"),
        (lambda: mean_field("relu", 3, gate_bias=np.inf), "gate_bias must be a finite number"),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)


def test_what_lesson_5_says_of_its_towers_of_fifty_layers():
    """The share of dead units in the worst layer, and a wider tower that is nearer to the law."""
    inputs = digits().inputs[:64]
    tower: dict[str, Any] = dict(depth=50, activation="relu")
    small = tower | dict(skip="residual", gain=0.141)
    cases = [(tower, 0.48), (small, 0.60), (tower | dict(skip="residual", norm="batch"), 0.0)]
    for settings, said in cases:
        assert signal_profile(inputs, **settings).dead.max() == pytest.approx(said, abs=0.005)
    grown = []
    for width in (128, 1024):
        gradient = signal_profile(inputs, width=width, **small).gradient
        grown.append(gradient[0] / gradient[-1])
    assert grown[0] == pytest.approx(5, abs=0.5) and np.sqrt(np.e) < grown[1] < 2.5
