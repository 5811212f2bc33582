"""The answers of lesson 1's self-test, computed."""

import copy

import numpy as np
import pytest
import torch

from lecture_helpers.datasets import digits
from lecture_helpers.exercises.batch_normalization import backward, self_test
from lecture_helpers.networks.batch_normalization import (
    RunningStatistics,
    batch_norm,
    normalize,
    running_update,
)
from lecture_helpers.networks.mean_field import mean_field
from lecture_helpers.networks.scalar_chain import chain_after_step, chain_orders
from lecture_helpers.training import mlp, seeded

RIGHT = [question.right for question in self_test]


def number(answer: str) -> float:
    return next(float(word) for word in answer.split() if word.replace(".", "").isdigit())


def test_where_the_step_of_fifty_weights_leads():
    orders = chain_orders(np.ones(50), 1.0, 0.05)
    assert orders[:2].sum() == pytest.approx(-1.5)
    after = float(chain_after_step(np.ones(50), 1.0, 0.05))
    assert number(RIGHT[0]) == pytest.approx(after, abs=0.005)


def test_a_layer_that_is_the_identity_for_one_batch():
    x = np.random.default_rng(0).normal(size=(64, 1))
    x = 0.6 * (x - x.mean()) / x.std()
    gamma = np.sqrt(x.var() + 1e-5)
    np.testing.assert_allclose(batch_norm(x, gamma, 0.0), x, atol=1e-12)
    assert batch_norm(2 * x, gamma, 0.0).std() == pytest.approx(float(RIGHT[1]), abs=1e-4)


def test_how_far_out_one_of_ten_can_be():
    x = np.append(np.random.default_rng(0).normal(size=9), 1e6)[:, None]
    leaves = normalize(x, 0.0)[:, 0]
    assert leaves[-1] == pytest.approx(float(RIGHT[2]), abs=1e-4)
    assert leaves[:-1] == pytest.approx(-1 / 3, abs=1e-4)


@pytest.mark.parametrize("group, said", [(128, 0.11), (8, number(RIGHT[3]))])
def test_a_sixteenth_of_the_mates(group, said):
    rng = np.random.default_rng(0)
    values = digits().inputs @ np.random.default_rng(3).normal(size=64) / 8
    place = (values - values.mean()) / values.std()
    one = values[np.abs(place - 1).argmin()]  # a deviation above the mean, as the explorer starts
    mates = rng.choice(values, size=(4000, group - 1))
    batches = np.column_stack([np.full(4000, one), mates])
    assert normalize(batches.T)[0].std() == pytest.approx(said, rel=0.1)


def test_ten_layers_further_down():
    law = mean_field("relu", 40, norm="batch").gradient
    assert law[0] / law[10] == pytest.approx(number(RIGHT[4]), rel=0.05)


def test_ten_times_the_weights_need_a_hundred_times_the_rate():
    def losses(factor: float, rate: float) -> list[float]:
        net = seeded(mlp, seed=0, inputs=64, outputs=10, depth=2, norm="batch").double()
        for layer in (net.hidden1, net.hidden2):
            layer.norm.eps = 1e-30
        scaled = net.hidden1.linear.weight
        scaled.data *= factor
        x, t = torch.tensor(digits().inputs[:64]).double(), torch.tensor(digits().targets[:64])
        found = []
        for _ in range(10):
            loss = torch.nn.functional.cross_entropy(net(x), t)
            found.append(loss.item())
            weights = list(net.parameters())
            for w, g in zip(weights, torch.autograd.grad(loss, weights), strict=True):
                w.data -= (rate if w is scaled else 0.1) * g
        return found

    np.testing.assert_allclose(losses(10.0, float(RIGHT[5])), losses(1.0, 0.1), rtol=1e-8)
    assert losses(10.0, 1.0)[-1] != pytest.approx(losses(1.0, 0.1)[-1], rel=1e-3)


def test_when_the_running_variance_has_forgotten_where_it_began():
    x = np.sqrt(1e-3) * np.array([[-1.0], [1.0]]) / np.sqrt(2)  # variance 1e-3, divided by m - 1
    running, updates = RunningStatistics(np.zeros(1), np.ones(1)), 0
    while running.variance[0] > 0.01:
        running, updates = running_update(running, x, 0.1), updates + 1
    assert updates == number(RIGHT[6])


def test_no_gradient_passes_a_layer_whose_units_are_all_off():
    net = seeded(mlp, seed=0, inputs=64, outputs=10, depth=3, norm="layer")
    net.hidden2.norm.bias.data -= 100.0
    inputs, targets = torch.tensor(digits().inputs[:64]), torch.tensor(digits().targets[:64])
    torch.nn.functional.cross_entropy(net(inputs), targets).backward()
    assert not net.hidden1.linear.weight.grad.any() and not net.hidden2.linear.weight.grad.any()
    assert RIGHT[7] == "none of these"


@pytest.mark.parametrize(
    "ways, mistake",
    [
        (lambda dy, x_hat: dy.mean(0) + x_hat * (dy * x_hat).sum(0),
         "the way through the variance has a sum where a mean belongs"),
        (lambda dy, x_hat: dy.sum(0) + x_hat * (dy * x_hat).mean(0),
         "the way through the mean has a sum where a mean belongs"),
        (lambda dy, x_hat: dy.sum(0) + x_hat * (dy * x_hat).sum(0),
         "sums stand where means belong"),
        (lambda dy, x_hat: -dy.mean(0) + x_hat * (dy * x_hat).mean(0),
         "the way through the mean has the wrong sign"),
        (lambda dy, x_hat: dy.mean(0) - x_hat * (dy * x_hat).mean(0),
         "the way through the variance has the wrong sign"),
        (lambda dy, x_hat: dy.mean(0) + (dy * x_hat).mean(0),
         "x_hat is missing in front of mean(dy * x_hat)"),
        (lambda dy, x_hat: dy.mean(0) + x_hat * dy.mean(0),
         "mean(dy) stands where mean(dy * x_hat) belongs"),
    ],
)  # fmt: skip
def test_a_slip_in_one_term_of_the_backward_pass_is_named_as_that(ways, mistake):
    def answer(x, dy, gamma, eps):
        root = np.sqrt(x.var(axis=0) + eps)
        return gamma / root * (dy - ways(dy, (x - x.mean(axis=0)) / root))

    feedback = copy.copy(backward).check(answer)
    assert f"your values are those you get when {mistake}." in feedback.text
