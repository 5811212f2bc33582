"""The race of coordinate descent counts what it says."""

import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import measure
from lecture_helpers.claims.experiments import separability as lesson
from lecture_helpers.optimization.coordinate_descent import (
    coordinate_descent,
    coupled_groups,
    descent_factor,
    quadratic_minimiser,
)
from lecture_helpers.optimization.lasso import correlated_regression, lambda_max, lasso
from lecture_helpers.test_functions.surfaces import quadratic

SMALL = dict(examples=60, columns=40, many=400, groups=6, size=4)
H, START = coupled_groups(6, 4, 0.7, seed=2), np.random.default_rng(5).standard_normal(24)


@pytest.fixture(scope="module")
def arms():
    return measure(lesson.separability, (3, 4), **SMALL).arms


def test_all_that_the_claim_compares_is_measured(arms):
    assert claim("C23").arms <= set(arms)


def test_sweeps_by_one_product_are_those_of_the_plain_descent():
    costs = lesson._sweep_costs(H, 4, START, 1e-9, 1000)
    path = coordinate_descent(
        quadratic(H), START, minimise=quadratic_minimiser(H), sweeps=len(costs) - 1,
        blocks=[range(g, g + 4) for g in range(0, 24, 4)],
    )  # fmt: skip
    np.testing.assert_allclose(costs, path.costs[::6], rtol=1e-6)


def test_gradient_descent_in_closed_form_is_the_plain_loop():
    lr, x, costs = descent_factor(H)[0], START, []
    for _ in range(50):
        costs.append(x @ H @ x / 2)
        x = x - lr * H @ x
    np.testing.assert_allclose(lesson._gradient_costs(H, START, 0.0, 1000)[:50], costs, rtol=1e-9)


def test_descent_in_groups_is_the_plain_loop_with_every_group_scaled():
    inverses, x, costs = lesson._group_inverses(H, 4), START, []
    scaled = np.linalg.eigvals(inverses @ H).real
    lr = 2 / (scaled.min() + scaled.max())
    for _ in range(30):
        costs.append(x @ H @ x / 2)
        x = x - lr * inverses @ H @ x
    found = lesson._scaled_costs(H, inverses, START, 0.0, 1000)[:30]
    np.testing.assert_allclose(found, costs, rtol=1e-8)


def test_many_rows_in_few_are_the_same_lasso():
    made = correlated_regression(500, 30, correlation=0.3, seed=4)
    few = lesson._as_few_rows(made)
    assert few.design.shape == (31, 30)
    penalty = 0.1 * lambda_max(made)
    fits = [lasso(problem, penalty, gap=1e-8) for problem in (made, few)]
    np.testing.assert_allclose(fits[0].coefficients, fits[1].coefficients, atol=1e-7)


def test_a_speed_is_the_work_to_the_first_step_that_meets_the_target():
    assert lesson._speed([8.0, 2.0, 1.0, 0.5], 1.0, 50) == pytest.approx(-2)
    assert np.isnan(lesson._speed([8.0, 2.0], 1.0, 50))


def test_the_lassos_speed_is_that_of_a_fit_to_the_gap(arms):
    made = correlated_regression(60, 40, correlation=0.5, seed=3)
    fit = lasso(made, 0.1 * lambda_max(made), gap=1e-6)
    assert fit.certified
    assert arms["coordinates, Lasso, 0.5"][0] == pytest.approx(-np.log10(1600 * fit.sweeps))


def test_a_lead_is_the_difference_of_speeds_and_a_rough_answer_costs_no_more(arms):
    for where in ("groups, 0.9", "groups, 0.9, a rough answer"):
        lead = np.subtract(arms[f"coordinates, {where}"], arms[f"CG, {where}"])
        np.testing.assert_allclose(arms[f"lead over CG, {where}"], lead)
    rough = [arm for arm in arms if "rough" in arm and "lead" not in arm]
    assert all((np.array(arms[a]) >= arms[a.removesuffix(", a rough answer")]).all() for a in rough)


def test_a_method_that_does_not_arrive_within_the_cap_has_failed():
    few = dict(SMALL, cap=5, correlations=(0.9,), couplings=(0.9,))
    arms = measure(lesson.separability, (3,), **few).arms
    assert np.isnan(arms["ISTA, Lasso, 0.9"][0]) and np.isnan(arms["lead over CG, groups, 0.9"][0])


def test_separate_groups_take_one_sweep():
    arms = measure(lesson.separability, (3,), **dict(SMALL, couplings=(0.0,))).arms
    assert arms["coordinates, groups, 0"][0] == pytest.approx(-np.log10(24**2 + 6 * 16))
    assert arms["coordinates, single variables, 0"][0] == pytest.approx(-np.log10(24**2 + 24))
