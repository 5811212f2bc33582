import numpy as np
import pytest
import torch

from lecture_helpers.datasets import digits
from lecture_helpers.networks.mean_field import mean_field
from lecture_helpers.networks.signal_propagation import propagate
from lecture_helpers.training import mlp

DEPTH, WIDTH = 20, 256


def measured_factor(activation, norm, gain=1.0, seeds=4):
    ratios = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        net = mlp(64, 10, depth=DEPTH, width=WIDTH, activation=activation, norm=norm, gain=gain)
        gradient = propagate(net, digits().inputs[:512], seed=seed).gradient
        ratios.append((gradient[3] / gradient[-3]) ** 2)
    return np.exp(np.mean(np.log(ratios)) / (DEPTH - 6))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize(
    "norm, gain", [("none", 1.0), ("none", 0.7), ("batch", 1.0), ("batch", 3.0)]
)
def test_measured_gradient_factor_agrees_with_the_closed_form(activation, norm, gain):
    predicted = mean_field(activation, DEPTH, norm=norm, gain=gain).gradient
    expected = (predicted[3] / predicted[-3]) ** (2 / (DEPTH - 6))
    tolerance = 0.03 if norm == "none" else 0.08  # finite batch and width bias the normalized law
    assert measured_factor(activation, norm, gain) == pytest.approx(expected, rel=tolerance)


def test_relu_with_batch_normalization_multiplies_by_pi_over_pi_minus_one():
    first, second, *_ = mean_field("relu", 5, norm="batch").gradient ** 2
    assert first / second == pytest.approx(np.pi / (np.pi - 1), rel=1e-12)


def test_sigmoid_loses_most_of_its_gradient_in_every_plain_layer():
    *_, above, last = mean_field("sigmoid", 10).gradient ** 2
    assert last == 1.0 and above < 0.11


def test_propagation_agrees_with_a_chain_written_out():
    torch.manual_seed(1)
    net = mlp(64, 10, depth=2, width=16, activation="tanh")
    x = torch.tensor(digits().inputs[:32])
    h1 = torch.tanh(net.hidden1.linear(x))
    h2 = torch.tanh(net.hidden2.linear(h1))
    cotangent = torch.randn(32, 10, generator=torch.Generator().manual_seed(0))
    at_h2 = cotangent @ net.output.weight
    at_h1 = (at_h2 * (1 - h2**2)) @ net.hidden2.linear.weight
    at_h1, at_h2, h1, h2 = (t.detach() for t in (at_h1, at_h2, h1, h2))
    expected = [float((g**2).mean().sqrt()) for g in (at_h1, at_h2)]
    got = propagate(net, digits().inputs[:32])
    np.testing.assert_allclose(got.gradient, expected, rtol=1e-5)
    np.testing.assert_allclose(
        got.signal, [float((h**2).mean().sqrt()) for h in (h1, h2)], rtol=1e-5
    )


def test_given_targets_the_gradient_is_that_of_the_cross_entropy():
    torch.manual_seed(1)
    net = mlp(64, 10, depth=2, width=16, activation="tanh")
    x, y = torch.tensor(digits().inputs[:32]), torch.tensor(digits().targets[:32])
    h2 = net.hidden2(net.hidden1(x))
    right = torch.nn.functional.one_hot(y, 10)
    at_h2 = (torch.softmax(net.output(h2), 1) - right) / 32 @ net.output.weight
    got = propagate(net, digits().inputs[:32], digits().targets[:32]).gradient
    assert got[1] == pytest.approx(float((at_h2**2).mean().sqrt().detach()), rel=1e-5)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: mean_field("swish", 3), "activation must be one of 'tanh'"),
        (lambda: mean_field("relu", 0), "depth must be a whole number, 1 or more"),
        (lambda: mean_field("relu", 3, gain=0), "gain must be a finite number above 0"),
        (lambda: propagate(mlp(2, 2), [1.0, 2.0]), "inputs must have shape (any, "),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)
