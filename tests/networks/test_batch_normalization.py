import numpy as np
import pytest
import torch

from lecture_helpers.networks.batch_normalization import (
    RunningStatistics,
    batch_norm,
    batch_norm_backward,
    batch_norm_inference,
    normalize,
    running_update,
)

BATCHES = [(2, 1), (3, 4), (64, 5), (200, 2)]


def drawn(seed, m, k):
    rng = np.random.default_rng(seed)
    x = rng.normal(rng.normal(size=k), rng.uniform(0.1, 3, size=k), size=(m, k))
    return x, rng.normal(size=k), rng.normal(size=k), rng.normal(size=(m, k))


def torch_norm(k, gamma, beta, eps, momentum):
    norm = torch.nn.BatchNorm1d(k, eps=eps, momentum=momentum, dtype=torch.float64)
    norm.load_state_dict(
        norm.state_dict() | {"weight": torch.tensor(gamma), "bias": torch.tensor(beta)}
    )
    return norm


@pytest.mark.parametrize("eps, momentum", [(1e-5, 0.1), (1e-3, 0.9), (0.5, 0.01)])
@pytest.mark.parametrize("m, k", BATCHES)
@pytest.mark.parametrize("seed", range(3))
def test_forward_backward_and_running_statistics_equal_torch(seed, m, k, eps, momentum):
    x, gamma, beta, dy = drawn(seed, m, k)
    norm = torch_norm(k, gamma, beta, eps, momentum)
    x_t = torch.tensor(x, requires_grad=True)
    y_t = norm(x_t)
    y_t.backward(torch.tensor(dy))
    dx, dgamma, dbeta = batch_norm_backward(dy, x, gamma, eps)
    running = running_update(RunningStatistics(np.zeros(k), np.ones(k)), x, momentum)
    close = dict(rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(batch_norm(x, gamma, beta, eps), y_t.detach(), **close)
    np.testing.assert_allclose(dx, x_t.grad, **close)
    np.testing.assert_allclose(dgamma, norm.weight.grad, **close)
    np.testing.assert_allclose(dbeta, norm.bias.grad, **close)
    np.testing.assert_allclose(running.mean, norm.running_mean, **close)
    np.testing.assert_allclose(running.variance, norm.running_var, **close)
    inference = batch_norm_inference(x, running, gamma, beta, eps)
    np.testing.assert_allclose(inference, norm.eval()(x_t).detach(), **close)


@pytest.mark.parametrize("m, k", BATCHES)
def test_gradient_agrees_with_central_differences(m, k):
    x, gamma, beta, dy = drawn(7, m, k)
    dx, h = batch_norm_backward(dy, x, gamma, 1e-3)[0], 1e-5
    bump = np.zeros_like(x)
    bump[m // 2, k // 2] = h
    difference = batch_norm(x + bump, gamma, beta, 1e-3) - batch_norm(x - bump, gamma, beta, 1e-3)
    assert (dy * difference).sum() / (2 * h) == pytest.approx(dx[m // 2, k // 2], abs=1e-7)


@pytest.mark.parametrize("m, k", BATCHES)
def test_scale_and_shift_of_the_input_change_nothing_without_eps(m, k):
    x, gamma, beta, _ = drawn(1, m, k)
    np.testing.assert_allclose(
        batch_norm(40.0 * x + 7.0, gamma, beta, 0.0), batch_norm(x, gamma, beta, 0.0), atol=1e-10
    )


@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.3])
def test_gamma_and_beta_recover_the_identity(eps):
    x, *_ = drawn(2, 64, 5)
    recovered = batch_norm(x, np.sqrt(x.var(axis=0) + eps), x.mean(axis=0), eps)
    np.testing.assert_allclose(recovered, x, rtol=1e-12)


@pytest.mark.parametrize("m", [2, 5, 50])
def test_no_normalized_value_exceeds_the_root_of_m_minus_one_and_one_outlier_reaches_it(m):
    outlier = np.zeros((m, 1))
    outlier[0] = 1.0
    assert np.abs(normalize(outlier, 0.0)).max() == pytest.approx(np.sqrt(m - 1), rel=1e-12)
    drawn_batches = np.random.default_rng(0).standard_cauchy((m, 500))
    assert np.abs(normalize(drawn_batches, 0.0)).max() <= np.sqrt(m - 1) + 1e-9


def test_output_variance_falls_short_of_gamma_squared_by_the_stabiliser():
    x, *_ = drawn(3, 300, 1)
    s2 = x.var()
    np.testing.assert_allclose(batch_norm(x, 2.0, 1.0, 0.5).var(), 4 * s2 / (s2 + 0.5), rtol=1e-12)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: normalize(np.ones((1, 3))), "x must hold at least 2 examples"),
        (lambda: normalize(np.ones(3)), "x must have 2 axes, not shape (3,)."),
        (lambda: normalize(np.zeros((0, 3))), "x must not be empty"),
        (lambda: normalize([[1.0], [np.nan]]), "x must hold finite numbers only"),
        (lambda: normalize([["a"], ["b"]]), "x must be an array of numbers"),
        (lambda: batch_norm(np.eye(3), np.ones(2), 0), "gamma must be a number or have shape (3,)"),
        (lambda: batch_norm(np.eye(3), 1, np.ones(4)), "beta must be a number or have shape (3,)"),
        (lambda: batch_norm(np.eye(3), 1, 0, eps=-1), "eps must be a finite number, 0 or more"),
        (lambda: batch_norm_backward(np.ones((2, 3)), np.eye(3), 1), "dy must have shape (3, 3)"),
        (
            lambda: running_update(RunningStatistics(np.zeros(3), np.ones(3)), np.eye(3), 1.5),
            "momentum must be a number from 0 to 1, not 1.5.",
        ),
        (
            lambda: batch_norm_inference(
                np.eye(3), RunningStatistics(np.zeros(3), np.zeros(3)), 1, 0, eps=0
            ),
            "eps must be above 0 where a running variance is 0.",
        ),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)
