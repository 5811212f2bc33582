import numpy as np
import pytest

from lecture_helpers.optimization.gaussian_smoothing import (
    gaussian_smoothing,
    perturbations,
    sampled_smoothing,
)
from lecture_helpers.test_functions.clock_speed import clock, clock_weights, weighted_clock

TIMES = np.linspace(0.2, 9, 25)
ERRORS = 0.3 * np.random.default_rng(0).standard_normal(25)
SPEEDS = np.linspace(-1, 5, 40)[:, None]


def test_the_clocks_cost_is_the_mean_squared_distance_of_hand_and_forecast_on_the_circle():
    hand = np.exp(1j * (2.1 * TIMES + ERRORS))
    forecast = np.exp(1j * SPEEDS * TIMES)
    squared = (np.abs(hand - forecast) ** 2).mean(1)
    np.testing.assert_allclose(clock(TIMES, 2.1, ERRORS).value(SPEEDS), squared / 2 - 1, atol=1e-12)


@pytest.mark.parametrize("sigma", [0.1, 0.4, 1.5])
def test_blurring_the_speed_weighs_the_examples(sigma):
    """The blur is sampled from the real cost; the weights come from the closed form."""
    cost = weighted_clock(TIMES, 2.1, clock_weights(TIMES, sigma), ERRORS)
    sampled = sampled_smoothing(clock(TIMES, 2.1, ERRORS), sigma, perturbations(20_000))
    apart = np.abs(cost.value(SPEEDS) - sampled.value(SPEEDS))
    assert (apart < 4 * sampled.standard_error(SPEEDS)).all()
    np.testing.assert_allclose(
        cost.value(SPEEDS),
        gaussian_smoothing(clock(TIMES, 2.1, ERRORS), sigma).value(SPEEDS),
        atol=1e-12,
    )


def test_no_blur_weighs_all_examples_alike_and_more_blur_leaves_fewer():
    np.testing.assert_array_equal(clock_weights(TIMES, 0), 1)
    assert (np.diff(clock_weights(TIMES, 0.5)) < 0).all()
    assert (clock_weights(TIMES, 0.6) < clock_weights(TIMES, 0.5)).all()


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: clock([], 1.0), "times must not be empty"),
        (lambda: clock(TIMES, np.inf), "speed must be a finite number, not inf."),
        (lambda: clock_weights(TIMES, -1), "sigma must be a finite number, 0 or more, not -1."),
        (lambda: weighted_clock(TIMES, 1.0, [1.0]), "weights must have shape (25,), not (1,)."),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)
