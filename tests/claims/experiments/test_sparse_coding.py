"""The experiments of sparse coding find what they say, and notice when it is not so."""

from types import SimpleNamespace

import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import measure
from lecture_helpers.claims.experiments import sparse_coding as lesson

SMALL = dict(patches=150, many=200, atoms=20, work=80, long=800)


@pytest.fixture(scope="module")
def arms():
    return {a: v[0] for a, v in measure(lesson.turns, (3,), **SMALL).arms.items()}


def kept() -> bool:
    record = measure(claim("C24").experiment, (3,))
    return all(max(record.arms[check]) <= most for check, most in record.tolerances.items())


def test_the_cost_is_convex_in_each_factor_and_not_in_both():
    assert kept()


@pytest.mark.parametrize("spoil", [
    lambda right: lambda x, h, w, p: right(x, h, w, p) - 0.2 * np.abs(h).sum()
    + 0.4 * np.sqrt(np.abs(h)).sum(),
    lambda right: lambda x, h, w, p: right(x, h, w, p) + h.sum(),
])  # fmt: skip
def test_a_small_mistake_refutes_the_convexity(spoil, monkeypatch):
    monkeypatch.setattr(lesson, "sparse_cost", spoil(lesson.sparse_cost))
    assert not kept()


def test_all_that_the_claim_compares_is_measured(arms):
    assert claim("C25").arms <= set(arms)


@pytest.mark.parametrize("kind", lesson.KINDS)
def test_the_half_steps_are_all_counted_and_none_raises_the_cost(arms, kind):
    assert arms[f"half-steps that lower, {kind}"] + arms[f"half-steps that do not, {kind}"] == 1
    assert arms[f"half-steps that raise, {kind}"] == 0


def test_a_half_step_that_raises_the_cost_is_noticed(monkeypatch):
    right = lesson.learn_dictionary

    def spoiled(*args, **settings):
        run = right(*args, **settings)
        run.costs[301:] += 0.1 * run.costs[0]
        return run

    monkeypatch.setattr(lesson, "learn_dictionary", spoiled)
    spoilt = measure(lesson.turns, (3,), **SMALL, kinds=("digits",)).arms
    assert spoilt["half-steps that raise, digits"][0] == pytest.approx(1 / 400)


@pytest.mark.parametrize("kind", lesson.KINDS)
def test_learning_ends_below_the_codes_alone_and_nearer_to_a_stationary_point(arms, kind):
    assert arms[f"excess of alternating, {kind}"] < arms[f"excess of codes only, {kind}"]
    assert arms[f"residual at the end, {kind}"] < arms[f"residual at the start, {kind}"]


@pytest.mark.parametrize("kind", lesson.KINDS)
def test_the_alternation_has_its_own_cost_after_its_own_work(arms, kind):
    assert arms[f"speed of alternating, {kind}"] == pytest.approx(-np.log10(80))
    assert arms[f"speed of alternating, early, {kind}"] == pytest.approx(-np.log10(20))


def test_a_rival_that_never_comes_so_far_has_failed_and_one_that_is_the_same_is_as_fast():
    falling, level = np.geomspace(8, 1, 41), np.full(41, 7.0)
    turns, stuck = (SimpleNamespace(costs=costs) for costs in (falling, level))
    found = lesson._race({"alternating": turns, "PALM": turns, "joint": stuck}, 1, 40, 1)
    assert np.isnan(found["speed of joint"])
    assert found["speed of PALM"] == found["speed of alternating"] == pytest.approx(-np.log10(40))


def test_a_seed_gives_the_same_values_whoever_is_beside_it():
    few = dict(SMALL, long=160, kinds=("digits",))
    alone, beside = (measure(lesson.turns, seeds, **few).arms for seeds in ((4,), (3, 4)))
    assert all(alone[arm][0] == beside[arm][1] for arm in alone if not np.isnan(alone[arm][0]))
