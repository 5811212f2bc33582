from fractions import Fraction

import numpy as np
import pytest

from lecture_helpers.pretraining.bottleneck import (
    TARGETS,
    best_head,
    fine_tune_angle,
    joint_angle,
    outcomes,
    sample,
    shares,
    slope,
    target,
    unit,
    wave_shares,
    whole_score,
)

NODES, MASS = np.polynomial.hermite_e.hermegauss(12)
POINTS = np.stack(np.meshgrid(NODES, NODES), axis=-1).reshape(-1, 2)
WEIGHTS = np.outer(MASS, MASS).ravel() / MASS.sum() ** 2
CASES = [(k, p, a) for k in TARGETS for p in (0.0, 0.3, 0.9) for a in (0, 0.7, 2)]
cases = pytest.mark.parametrize("kind, linear, angle", CASES)


def explained(y, features):
    """The share of y's mean square that the best combination of features explains, exactly."""
    root = np.sqrt(WEIGHTS)[:, None]
    x = np.stack(features, axis=1) * root
    coefficients = np.linalg.lstsq(x, y * root[:, 0], rcond=None)[0]
    rest = y * root[:, 0] - x @ coefficients
    return 1 - rest @ rest / (WEIGHTS @ y**2), coefficients


@cases
def test_the_scores_are_what_integration_gives(kind, linear, angle):
    y, u = target(kind, linear, POINTS), unit(POINTS, angle)
    assert WEIGHTS @ y == pytest.approx(0, abs=1e-10)
    assert WEIGHTS @ y**2 == pytest.approx(1, rel=1e-10)
    found = shares(kind, linear, angle)
    assert explained(y, [u])[0] == pytest.approx(found["alone"], abs=1e-9)
    powers = [u, u**2 - 1, u**3 - 3 * u, u**4 - 6 * u**2 + 3]
    share, coefficients = explained(y, powers)
    assert share == pytest.approx(found["whole"], abs=1e-9)
    np.testing.assert_allclose(coefficients, [*best_head(kind, linear, angle), 0, 0], atol=1e-9)


@cases
def test_the_slope_is_the_derivative(kind, linear, angle):
    high, low = (whole_score(kind, linear, angle + h) for h in (1e-5, -1e-5))
    assert float(slope(kind, linear, angle)) == pytest.approx((high - low) / 2e-5, abs=1e-8)


@pytest.mark.parametrize("linear", [Fraction(1, 10), Fraction(1, 3), Fraction(49, 100)])
def test_in_the_bowl_greedy_training_misses_exactly_one_minus_twice_the_linear_share(linear):
    best = whole_score("bowl", float(linear), joint_angle("bowl", float(linear)))
    assert best - float(linear) == pytest.approx(float(1 - 2 * linear), rel=1e-12)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("linear", [0.05, 0.3, 0.6, 0.9])
def test_the_best_angles_are_the_best_of_all_angles(kind, linear):
    angles = np.linspace(0, np.pi / 2, 20001)
    best = whole_score(kind, linear, joint_angle(kind, linear))
    assert best == pytest.approx(whole_score(kind, linear, angles).max(), abs=1e-8)
    greedy, _ = outcomes(kind, linear, start=0.1)["greedy"]
    assert shares(kind, linear, greedy)["alone"] == shares(kind, linear, angles)["alone"].max()


def test_fine_tuning_leaves_the_greedy_unit_in_xor_and_not_in_the_bowl():
    trapped = fine_tune_angle("bowl", 0.1, start=0.1)
    assert abs(trapped[-1]) < 1e-3
    free = fine_tune_angle("xor", 0.1, start=0.1)
    assert free[-1] == pytest.approx(joint_angle("xor", 0.1), abs=1e-3)
    assert np.diff(whole_score("xor", 0.1, free)).min() > -1e-12


def test_at_the_greedy_unit_the_whole_has_a_hilltop_in_the_bowl_and_a_hollow_in_xor():
    h = 1e-3
    for kind, sign in (("bowl", -1), ("xor", 1)):
        middle, beside = whole_score(kind, 0.1, 0.0), whole_score(kind, 0.1, h)
        assert np.sign(beside - middle) == sign


def test_at_a_slope_of_20_per_cent_the_dip_of_the_bowl_ends_at_21_degrees():
    before, behind = (slope("bowl", 0.2, np.radians(degrees)) for degrees in (20, 21))
    assert before < 0 < behind


def test_a_sample_shows_what_the_formulas_say():
    x, y = sample("bowl", 0.2, 40_000, seed=1)
    u = unit(x, np.pi / 2)
    answer = best_head("bowl", 0.2, np.pi / 2) @ np.stack([u, u**2 - 1])
    assert 1 - np.mean((y - answer) ** 2) == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    "attempt, words",
    [
        (lambda: whole_score("cup", 0.1, 0.0), "kind must be one of 'bowl', 'xor'"),
        (lambda: shares("xor", 1.5, 0.0), "linear must be a number from 0 to 1"),
        (lambda: fine_tune_angle("xor", 0.1, 0.1, lr=0), "lr must be a finite number above 0"),
        (lambda: sample("xor", 0.1, 0, 0), "n must be a whole number, 1 or more"),
    ],
)
def test_bad_input_is_refused_in_words(attempt, words):
    with pytest.raises(ValueError) as refusal:
        attempt()
    assert str(refusal.value).startswith(words)


@pytest.mark.parametrize("kind, escapes", [("bowl", False), ("xor", True)])
def test_the_three_outcomes_are_the_ends_of_the_three_ways(kind, escapes):
    found = outcomes(kind, 0.2, start=0.1)
    assert found["greedy"] == (0.0, pytest.approx(0.2))
    best = joint_angle(kind, 0.2)
    assert found["joint"] == (best, pytest.approx(whole_score(kind, 0.2, best)))
    assert (found["fine-tuned"][1] > 0.3) == escapes


@pytest.mark.parametrize("angle", [0.0, 0.5, 1.2, np.pi / 2])
def test_the_shares_of_the_wave_are_those_of_a_large_sample(angle):
    grid = np.linspace(-9, 9, 901)
    x = np.random.default_rng(0).standard_normal((200_000, 2))
    wave = np.cos(3 * x[:, 1])
    y = np.sqrt(0.3) * x[:, 0] + np.sqrt(0.7) * (wave - wave.mean()) / wave.std()
    alone, whole = wave_shares(0.3, angle, np.maximum(grid + 0.5, 0), grid)
    u = unit(x, angle)
    assert alone == pytest.approx(np.corrcoef(np.maximum(u + 0.5, 0), y)[0, 1] ** 2, abs=0.01)
    bins = np.searchsorted(np.quantile(u, np.linspace(0, 1, 101)[1:-1]), u)
    known = (np.bincount(bins, y) / np.bincount(bins))[bins]
    assert whole == pytest.approx(1 - np.mean((y - known) ** 2), abs=0.02)
