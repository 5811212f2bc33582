import numpy as np
import pytest

from lecture_helpers.optimization.noisy_descent import (
    least_squares,
    logistic_regression,
    noisy_descent,
    with_noise,
)
from lecture_helpers.optimization.noisy_quadratics import NoisyQuadratic
from lecture_helpers.optimization.polyak_averaging import uniform_average
from lecture_helpers.test_functions.surfaces import quadratic

H = np.array([1.0, 0.2])
RNG = np.random.default_rng(3)
INPUTS = RNG.standard_normal((200, 3)) * [1.0, 0.5, 2.0]
NUMBERS = INPUTS @ [1.0, -2.0, 0.5] + RNG.standard_normal(200)
CLASSES = (RNG.random(200) < 1 / (1 + np.exp(-INPUTS @ [1.0, -1.0, 0.3]))).astype(float)
FITS = {
    "least squares": least_squares(INPUTS, NUMBERS),
    "logistic": logistic_regression(INPUTS, CLASSES),
}
fits = pytest.mark.parametrize("cost", FITS.values(), ids=FITS)


def test_without_noise_the_stops_are_powers_and_the_average_is_their_mean():
    cost, start = with_noise(quadratic(np.diag(H)), 0.0), np.array([[2.0, -1.0]])
    rates = np.array([[0.5] * 40, [0.1] * 40])
    last, averages = noisy_descent(cost, start, rates, [1, 7, 40], np.random.default_rng(0))
    assert last.shape == averages.shape == (3, 2, 1, 2)
    for k, lr in enumerate((0.5, 0.1)):
        path = (1 - lr * H) ** np.arange(1, 41)[:, None] * start
        np.testing.assert_allclose(last[:, k, 0], path[[0, 6, 39]], rtol=1e-12)
        np.testing.assert_allclose(averages[:, k, 0], uniform_average(path)[[0, 6, 39]], rtol=1e-12)


def test_costs_of_many_runs_are_those_of_the_closed_form_and_rates_share_their_noise():
    exact = NoisyQuadratic(H, np.array([2.0, -1.0]), lr=0.4, noise=0.7)
    cost = with_noise(quadratic(np.diag(H)), 0.7, np.diag(H))
    start = np.tile(exact.start, (4000, 1))
    last, averages = noisy_descent(cost, start, np.full((2, 60), 0.4), [60], RNG)
    for points, moments in ((last, exact.last(60)), (averages, exact.uniform(60))):
        assert np.array_equal(points[0, 0], points[0, 1])
        values = cost.excess(points[0, 0])
        error = values.std(ddof=1) / np.sqrt(len(values))
        assert abs(values.mean() - exact.excess(moments)[-1]) < 4 * error
    assert np.isclose(cost.law, exact.law(1)[0])
    assert (cost.largest, cost.smallest) == (1.0, 0.2)


@fits
def test_gradients_of_drawn_examples_average_to_that_of_the_cost(cost):
    at = np.array([0.3, -0.2, 0.1])
    drawn = cost.gradient(np.tile(at, (1, 200_000, 1)), np.random.default_rng(5))[0]
    numeric = [(cost.excess(at + e) - cost.excess(at - e)) / 2e-5 for e in 1e-5 * np.eye(3)]
    error = drawn.std(axis=0) / np.sqrt(len(drawn))
    assert np.all(np.abs(drawn.mean(axis=0) - numeric) < 4 * error)


@fits
def test_nothing_lies_below_the_minimum_that_descent_finds(cost):
    points = RNG.normal(0, 2, (500, 3))
    assert cost.excess(points).min() > 0
    rates = np.full((1, 4000), 0.05 / cost.largest)
    _, averages = noisy_descent(cost, np.zeros((20, 3)), rates, [4000], RNG)
    assert cost.excess(averages).mean() < 0.02


def test_a_well_specified_least_squares_problem_costs_half_a_variance_a_parameter():
    inputs = np.random.default_rng(6).standard_normal((50_000, 4))
    targets = inputs.sum(axis=1) + np.random.default_rng(7).standard_normal(50_000)
    assert abs(least_squares(inputs, targets).law - 4 / 2) < 0.05


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: logistic_regression(INPUTS, (INPUTS[:, 0] > 0).astype(float)), "separated"),
        (lambda: least_squares(INPUTS, NUMBERS[:5]), "targets"),
        (lambda: noisy_descent(FITS["logistic"], np.zeros((2, 2)), np.ones((1, 5)), [5], RNG),
         "3 columns"),
        (lambda: noisy_descent(FITS["logistic"], np.zeros((2, 3)), np.ones((1, 5)), [6], RNG),
         "marks must be rising steps from 1 to 5"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
