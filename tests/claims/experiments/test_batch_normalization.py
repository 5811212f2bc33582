"""The experiments of lesson 1 on batches find what they say, and notice when it is not so."""

import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import batch_normalization as lesson


def verdict(name: str, seeds=QUICK_SEEDS) -> str:
    record = measure(claim(name).experiment, seeds)
    kept = all(max(record.arms[check]) <= most for check, most in record.tolerances.items())
    return "identity" if kept else "refuted"


@pytest.mark.parametrize("name", ["C12", "C14", "C17", "C18", "C19"])
def test_the_identities_hold_on_seeds_that_were_not_reported(name):
    assert verdict(name, range(8, 12)) == "identity"


def tampered(name):
    """The lesson's function ``name`` with a small mistake."""
    right = getattr(lesson, name)
    return {
        "batch_norm": lambda x, gamma, beta, eps: right(x, gamma, beta, 2 * eps),
        "running_update": lambda running, x, momentum: right(running, x, momentum * 1.0001),
        "batch_norm_backward": lambda dy, x, gamma, eps: right(dy, x, gamma * (1 + 1e-7), eps),
        "batch_norm_inference": lambda x, r, gamma, beta, eps: right(x, r, gamma, beta, 0.0),
    }[name]  # fmt: skip


@pytest.mark.parametrize(
    "name, broken",
    [
        ("C12", "batch_norm"), ("C17", "batch_norm"), ("C19", "batch_norm"),
        ("C19", "running_update"), ("C19", "batch_norm_backward"), ("C19", "batch_norm_inference"),
        ("C14", "batch_norm"), ("C18", "batch_norm"),
    ],
)  # fmt: skip
def test_a_small_mistake_refutes_the_identity(name, broken, monkeypatch):
    monkeypatch.setattr(lesson, broken, tampered(broken))
    assert verdict(name, QUICK_SEEDS[:2]) == "refuted"


def test_a_constant_unit_that_does_not_come_back_with_the_slides_gamma_is_seen(monkeypatch):
    right = lesson.batch_norm
    monkeypatch.setattr(lesson, "batch_norm", lambda x, *of: right(x, *of) + 1e-6 * np.isclose(
        x.std(axis=0), 0))  # fmt: skip
    record = measure(claim("C17").experiment, (8,))
    broken = {check for check, most in record.tolerances.items() if record.arms[check][0] > most}
    assert broken == {"gamma = sqrt(var) gives a constant x back"}


def test_half_of_the_deviations_that_are_asked_of_a_layer_have_a_negative_gamma(monkeypatch):
    right, given = lesson.batch_norm, []
    monkeypatch.setattr(
        lesson, "batch_norm", lambda x, gamma, *of: given.append(gamma) or right(x, gamma, *of)
    )
    lesson.any_layer((8, 9))
    assert 0.3 < np.mean(np.concatenate(given) < 0) < 0.7


@pytest.fixture(scope="module")
def gaussian():
    return lesson.gaussian_after((0, 1), sizes=(4, 32), values=2**16)


@pytest.mark.parametrize("m", [4, 32])
def test_normalised_values_follow_their_exact_law(gaussian, m):
    sampling = 1.63 / np.sqrt(2**16)  # Kolmogorov's distance, exceeded by 1 in 100
    assert min(gaussian[f"law, m = {m}: distance"]) > -sampling
    assert min(gaussian[f"law, m = {m}: tails"]) > -0.1
    excess = np.mean(gaussian[f"gaussian, m = {m}: tails"])
    assert excess == pytest.approx(-(3 - 3 * (m - 1) / (m + 1)), abs=0.1)


def test_four_examples_give_uniform_values():
    """Of four examples the exact law is uniform between -sqrt(3) and sqrt(3)."""
    x = np.linspace(-2, 2, 9)
    uniform = np.clip((x + np.sqrt(3)) / (2 * np.sqrt(3)), 0, 1)
    assert lesson._law(x, 4) == pytest.approx(uniform)


def test_a_mistake_in_the_normalisation_is_farther_from_the_law_than_sampling(monkeypatch):
    right = lesson.normalize
    monkeypatch.setattr(lesson, "normalize", lambda x, eps: 1.05 * right(x, eps))
    found = lesson.gaussian_after((0,), sizes=(32,), values=2**16)
    assert found["law, m = 32: distance"][0] < -0.01
