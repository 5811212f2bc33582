"""The experiments of lesson 1 on chains find what they say, and notice when it is not so."""

import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import scalar_chains as lesson
from lecture_helpers.networks.scalar_chain import chain_after_step, chain_orders


def verdict(name: str, seeds=QUICK_SEEDS) -> str:
    record = measure(claim(name).experiment, seeds)
    kept = all(max(record.arms[check]) <= most for check, most in record.tolerances.items())
    return "identity" if kept else "refuted"


@pytest.mark.parametrize("name", ["C2", "C3"])
def test_the_identities_hold_on_seeds_that_were_not_reported(name):
    assert verdict(name, range(8, 12)) == "identity"


def test_50_equal_layers_keep_0953_of_a_promise_of_a_tenth():
    left = float(chain_after_step(np.ones(50), 1.0, 0.1 / 50))
    assert 1 - left == pytest.approx(0.0953, abs=5e-5)
    least = (1 - (1 - 0.1 / 50) ** 50) / 0.1
    assert (1 - left) / 0.1 == pytest.approx(least, rel=1e-12)  # equal weights meet the bound


@pytest.mark.parametrize(
    "name, broken, by",
    [
        ("C2", "chain_orders", lambda right: lambda *given: (1 + 1e-8) * right(*given)),
        ("C3", "chain_orders", lambda right: lambda *given: (1 + 1e-8) * right(*given)),
        ("C3", "chain_after_step", lambda right: lambda w, x, eps: right(w, x, 1.01 * eps)),
    ],
)
def test_a_small_mistake_refutes_the_identity(name, broken, by, monkeypatch):
    monkeypatch.setattr(lesson, broken, by(getattr(lesson, broken)))
    assert verdict(name, QUICK_SEEDS[:2]) == "refuted"


def test_the_bounds_fail_for_a_promise_beyond_the_output():
    """Why C2 names its condition: of 21 weights of 0.7 a fall of 0.1 is 180 times y."""
    _, _, outside = lesson._promise((np.full(21, 0.7), 1.0, 0.1 / 0.7**21))
    assert outside > 1


def test_a_fixed_step_makes_the_second_order_overwhelming_on_one_chain_and_negligible_on_another():
    large, small = (chain_orders(np.full(20, w), 1.0, 0.1) for w in (1.5, 0.6))
    assert abs(large[2] / large[1]) > 100
    assert abs(small[2] / small[1]) < 0.001


@pytest.mark.parametrize("depth, times", [(20, 4.1), (50, 3430)])
def test_with_small_weights_the_slides_own_step_makes_the_second_order_overwhelming(depth, times):
    """Equal weights of 0.8 and a fall of 0.1: (1 - 1/l) r/2 times the first, r = 0.1 / y."""
    w = np.full(depth, 0.8)
    orders = chain_orders(w, 1.0, lesson.step_for_decrease(w, 1.0, 0.1))
    assert -orders[2] / orders[1] == pytest.approx(times, rel=0.01)
    assert lesson._share_of_bound(w, 1.0, 0.1) == pytest.approx(1 - 1 / depth)


def test_a_bound_that_does_not_grow_with_the_promise_is_broken(monkeypatch):
    """The check of a fall of 0.1 sees a bound that is a fifth too small."""
    right = lesson._share_of_bound
    monkeypatch.setattr(lesson, "_share_of_bound", lambda *given: 1.2 * right(*given))
    assert verdict("C3", QUICK_SEEDS[:2]) == "refuted"


def test_the_largest_faithful_step_of_equal_weights_is_the_closed_form():
    """Of two weights c the step eps keeps 1 - eps / 2 of its promise: 90 % at 0.2, whatever c."""
    for c in (0.5, 1.0, 10.0):
        eps, fall, share = lesson._tolerated(np.full(2, c), 0.1)
        assert eps == pytest.approx(np.log10(0.2), abs=0.002)
        assert fall == pytest.approx(np.log10(0.4 * c**2), abs=0.002)
        assert share == pytest.approx(np.log10(0.4), abs=0.002)


def test_what_weights_of_one_size_bear_scales_as_powers_of_that_size():
    """eps as c^(2 - l), the promised fall as c^l, the promised share of y not at all."""
    large, small = (np.array(lesson._tolerated(np.full(10, c), 0.1)) for c in (1.25, 0.8))
    decades = np.log10(1.25 / 0.8)
    assert large - small == pytest.approx([-8 * decades, 10 * decades, 0], abs=1e-9)


def test_a_deep_chain_bears_a_smaller_step_as_its_equal_weights_say():
    for depth in (10, 50):
        eps, _, share = 10 ** np.array(lesson._tolerated(np.ones(depth), 0.1))
        assert (1 - (1 - eps) ** depth) / (depth * eps) == pytest.approx(0.9, abs=0.002)
        assert share == pytest.approx(depth * eps)


def test_where_outputs_are_one_the_fall_and_the_share_of_y_are_the_same():
    one, pair, every, free = lesson.PLACES
    found = lesson.faithful_step((0, 1))
    assert found[f"{one}: fall"] == pytest.approx(found[f"{one}: share"])
    apart = np.log10(1.25 / 0.8)
    assert found[f"{pair}: fixed"] == pytest.approx([8 * apart] * 2, abs=0.002)
    assert found[f"{pair}: fall"] == pytest.approx([10 * apart] * 2, abs=0.002)
    assert found[f"{pair}: share"] == pytest.approx([0, 0], abs=0.002)
    for place in (every, free):
        assert min(np.subtract(found[f"{place}: fall"], found[f"{place}: share"])) > 0.5


def test_no_chain_of_the_experiment_bears_more_than_its_grid_holds(monkeypatch):
    reached, right = [], lesson._tolerated
    monkeypatch.setattr(
        lesson, "_tolerated", lambda *given: reached.append(right(*given)) or reached[-1]
    )
    lesson.faithful_step(QUICK_SEEDS)
    shares = np.array(reached)[:, 2]
    assert -1 < shares.min() and shares.max() < 5
