import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture_helpers.optimization.polyak_averaging import (
    STARTS,
    alpha_from_half_life,
    average_from,
    exponential_average,
    half_life,
    tail_average,
    uniform_average,
)

PATH = np.random.default_rng(3).normal(size=(50, 3, 2))

AVERAGES = {
    "uniform": uniform_average,
    "tail": lambda path: average_from(path, 0),
    "recent": lambda path: tail_average(path, 0.5),
    "corrected": lambda path: exponential_average(path, 0.9),
    "zero": lambda path: exponential_average(path, 0.9, "zero"),
    "first": lambda path: exponential_average(path, 0.9, "first"),
}
averages = pytest.mark.parametrize("average", AVERAGES.values(), ids=AVERAGES)


def test_the_uniform_average_is_the_sum_over_the_count():
    wanted = np.cumsum(PATH, axis=0) / np.arange(1, 51)[:, None, None]
    np.testing.assert_allclose(uniform_average(PATH), wanted, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("start", [0, 1, 20, 49])
def test_the_tail_average_is_the_iterate_before_its_start_and_the_mean_since_then(start):
    averages = average_from(PATH, start)
    np.testing.assert_array_equal(averages[:start], PATH[:start])
    for t in range(start, 50):
        np.testing.assert_allclose(averages[t], PATH[start : t + 1].mean(axis=0), atol=1e-13)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 1.0])
def test_the_recent_average_is_the_mean_of_the_last_share(share):
    averages = tail_average(PATH, share)
    for t in range(1, 51):
        length = int(np.ceil(share * t - 1e-9))
        np.testing.assert_allclose(averages[t - 1], PATH[t - length : t].mean(axis=0), atol=1e-13)


def test_the_exponential_average_of_two_numbers_is_as_written_out():
    a, x, y = 0.8, 3.0, 5.0
    from_zero = [(1 - a) * x, a * (1 - a) * x + (1 - a) * y]
    corrected = [x, from_zero[1] / (1 - a**2)]
    from_first = [x, a * x + (1 - a) * y]
    for start, wanted in zip(STARTS, [corrected, from_zero, from_first], strict=True):
        np.testing.assert_allclose(exponential_average([x, y], a, start), wanted, rtol=1e-12)


@pytest.mark.parametrize("start", STARTS)
def test_alpha_zero_gives_the_path_itself(start):
    np.testing.assert_array_equal(exponential_average(PATH, 0.0, start), PATH)


@averages
def test_a_constant_path_is_its_own_average_unless_the_start_is_an_uncorrected_zero(average):
    constant = np.full((40, 2), 1.7)
    wanted = constant
    if average is AVERAGES["zero"]:
        wanted = constant * (1 - 0.9 ** np.arange(1, 41))[:, None]
    np.testing.assert_allclose(average(constant), wanted, rtol=1e-12)


@averages
def test_averaging_commutes_with_linear_maps(average):
    matrix = np.random.default_rng(5).normal(size=(2, 4))
    np.testing.assert_allclose(average(PATH @ matrix), average(PATH) @ matrix, atol=1e-12)


@averages
def test_the_average_of_the_identity_holds_the_weights_of_all_iterates(average):
    weights = average(np.eye(50))
    by_weights = np.einsum("ts,sij->tij", weights, PATH)
    np.testing.assert_allclose(by_weights, average(PATH), atol=1e-12)
    assert np.all(weights >= -1e-15) and np.allclose(np.triu(weights, 1), 0)


@averages
def test_a_path_is_never_changed_and_never_shared(average):
    path = PATH.copy()
    result = average(path)
    result[:] = 0
    np.testing.assert_array_equal(path, PATH)


@averages
def test_half_precision_and_whole_numbers_are_paths_too(average):
    assert average(PATH.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(average([1, 3, 8]), average([1.0, 3.0, 8.0]))


@averages
def test_a_diverged_iterate_stays_not_a_number_in_its_averages(average):
    path = np.ones((10, 2))
    path[6:, 0] = np.nan
    result = average(path)
    assert np.isnan(result[6:, 0]).all() and np.isfinite(result[:6]).all()
    assert np.isfinite(result[:, 1]).all()


@averages
@pytest.mark.parametrize(
    "path, words",
    [
        ([], "at least one iterate"),
        (np.zeros((0, 3)), "at least one iterate"),
        (np.zeros((4, 0)), "at least one iterate"),
        (3.0, "path must be an array of"),
        (["a", "b"], "path must be an array of"),
        ([[1.0], [1.0, 2.0]], "path must be an array of"),
    ],
)
def test_a_path_without_iterates_is_refused_in_words(average, path, words):
    with pytest.raises(ValueError, match=words):
        average(path)


@pytest.mark.parametrize("alpha", [-0.1, 1.0, 2, float("nan"), None])
def test_alpha_outside_its_range_is_refused_in_words(alpha):
    for function in (lambda: exponential_average(PATH, alpha), lambda: half_life(alpha)):
        with pytest.raises(ValueError, match="alpha must be a number from 0 up to"):
            function()


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: exponential_average(PATH, 0.5, "last"), "start must be one of"),
        (lambda: average_from(PATH, 50), "start must be below 50"),
        (lambda: average_from(PATH, -1), "start must be a whole number"),
        (lambda: tail_average(PATH, 0.0), "share must be"),
        (lambda: tail_average(PATH, 1.1), "share must be"),
        (lambda: alpha_from_half_life(0), "half_life must be"),
    ],
)
def test_settings_that_make_no_average_are_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@given(st.floats(0.01, 5000))
def test_alpha_and_half_life_are_each_others_inverse(steps):
    assert half_life(alpha_from_half_life(steps)) == pytest.approx(steps, rel=1e-9)


def test_half_lives_halve():
    weights = exponential_average(np.eye(40), alpha_from_half_life(7.0), "zero")[-1]
    assert weights[-8] == pytest.approx(weights[-1] / 2, rel=1e-12)
    assert half_life(0.0) == 0.0


@given(st.floats(0.0, 0.999), st.integers(1, 60))
def test_corrected_weights_sum_to_one_and_those_from_zero_fall_short_by_alpha_to_the_t(alpha, t):
    assert exponential_average(np.ones(t), alpha)[-1] == pytest.approx(1, rel=1e-9)
    from_zero = exponential_average(np.ones(t), alpha, "zero")[-1]
    assert from_zero == pytest.approx(1 - alpha**t, rel=1e-9, abs=1e-12)


def within(measured, wanted):
    """Whether a sample (runs,) of squares has the wanted mean, within four standard errors."""
    return abs(measured.mean() - wanted) < 4 * measured.std(ddof=1) / np.sqrt(len(measured))


@pytest.mark.parametrize("alpha", [0.5, 0.9])
@pytest.mark.parametrize("phi", [0.0, 0.7, -0.7])
def test_the_variance_of_an_exponential_average_of_correlated_values(alpha, phi):
    rng, steps, runs = np.random.default_rng(8), 400, 4000
    values = rng.standard_normal((steps, runs))
    for t in range(1, steps):
        values[t] = phi * values[t - 1] + np.sqrt(1 - phi**2) * values[t]
    factor = (1 - alpha) / (1 + alpha) * (1 + alpha * phi) / (1 - alpha * phi)
    assert within(exponential_average(values, alpha)[-1] ** 2, factor)
