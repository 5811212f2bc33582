from functools import partial

import numpy as np
import pytest

from lecture_helpers.optimization.lasso import (
    LassoProblem,
    correlated_regression,
    duality_gap,
    fista,
    ista,
    lambda_max,
    lasso,
    lasso_cost,
    lasso_path,
    penalty_path,
    soft_threshold,
)


def small(seed=0, correlation=0.5):
    return correlated_regression(30, 20, correlation=correlation, active=5, seed=seed)


def plain_sweep(problem, x, penalty):
    """The double loop that the package must agree with."""
    x = x.copy()
    for j in range(len(x)):
        column = problem.design[:, j]
        rho = column @ (problem.targets - problem.design @ x + column * x[j])
        x[j] = np.sign(rho) * max(abs(rho) - penalty, 0.0) / (column @ column)
    return x


@pytest.mark.parametrize("x, threshold, wanted", [(3, 1, 2), (-3, 1, -2), (0.5, 1, 0), (1, 1, 0),
                                                  (-0.2, 0, -0.2)])  # fmt: skip
def test_soft_threshold_moves_towards_zero_by_the_threshold_and_stops_there(x, threshold, wanted):
    assert soft_threshold(np.array([float(x)]), threshold) == pytest.approx(wanted)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("correlation", [0.0, 0.9])
@pytest.mark.parametrize(
    "solve", [lasso, fista, partial(fista, restart=True)], ids=["coordinates", "fista", "restarts"]
)
def test_the_solution_meets_the_kkt_conditions(solve, correlation, share):
    problem = small(1, correlation)
    penalty = share * lambda_max(problem)
    x = solve(problem, penalty, gap=1e-13).coefficients
    pull = problem.design.T @ (problem.targets - problem.design @ x)
    active = np.abs(x) > 1e-9
    np.testing.assert_allclose(pull[active], penalty * np.sign(x[active]), rtol=1e-4)
    assert np.abs(pull[~active]).max(initial=0) <= penalty * (1 + 1e-4)


def test_momentum_that_restarts_never_needs_many_more_steps_and_here_far_fewer():
    made = correlated_regression(60, 40, correlation=0.5, seed=1)
    penalty = 0.1 * lambda_max(made)
    steps = [fista(made, penalty, gap=1e-10, restart=r).sweeps for r in (True, False)]
    assert steps[0] < 0.5 * steps[1]


@pytest.mark.parametrize("seed", range(5))
def test_the_duality_gap_at_the_end_is_below_1e_8_and_bounds_what_is_left(seed):
    problem = small(seed)
    penalty = 0.1 * lambda_max(problem)
    best = lasso(problem, penalty, gap=1e-14)
    fit = lasso(problem, penalty, gap=1e-8)
    assert fit.certified and fit.gaps[-1] <= 1e-8
    lowest = lasso_cost(problem, best.coefficients, penalty)
    x = np.zeros(20)
    for _ in range(10):
        gap = duality_gap(problem, x, penalty)
        assert gap >= lasso_cost(problem, x, penalty) - lowest - 1e-12
        x = plain_sweep(problem, x, penalty)
    stored = fit.gaps[10] * problem.square / 2
    np.testing.assert_allclose(duality_gap(problem, x, penalty), stored, rtol=1e-6)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.95])
def test_a_sweep_by_triangular_solves_is_the_plain_loop_to_rounding(correlation):
    problem = small(2, correlation)
    rng = np.random.default_rng(0)
    for share in (0.01, 0.2, 0.7):
        penalty = share * lambda_max(problem)
        x = rng.standard_normal(20) * rng.integers(0, 2, 20)
        for _ in range(6):
            fit = lasso(problem, penalty, start=x, gap=1e-300, sweeps=1)
            wanted = plain_sweep(problem, x, penalty)
            np.testing.assert_allclose(fit.coefficients, wanted, atol=1e-12)
            assert (np.sign(fit.coefficients) == np.sign(wanted)).all()
            x = wanted


def test_no_sweep_raises_the_cost():
    problem = small(3, 0.9)
    penalty, x = 0.05 * lambda_max(problem), np.ones(20)
    costs = [lasso_cost(problem, x, penalty)]
    for _ in range(40):
        x = lasso(problem, penalty, start=x, gap=1e-300, sweeps=1).coefficients
        costs.append(lasso_cost(problem, x, penalty))
    assert np.diff(costs).max() <= 1e-12


def test_every_coefficient_is_zero_at_lambda_max_and_one_leaves_zero_just_below():
    problem = small(4)
    assert not lasso(problem, lambda_max(problem)).coefficients.any()
    assert np.count_nonzero(lasso(problem, 0.999 * lambda_max(problem)).coefficients) == 1


def test_orthogonal_columns_are_solved_by_one_sweep_and_in_closed_form():
    q = np.linalg.qr(np.random.default_rng(5).standard_normal((30, 20)))[0]
    problem = LassoProblem(q, np.random.default_rng(6).standard_normal(30))
    fit = lasso(problem, 0.3, gap=1e-12)
    assert fit.sweeps == 1
    np.testing.assert_allclose(fit.coefficients, soft_threshold(q.T @ problem.targets, 0.3),
                               atol=1e-12)  # fmt: skip


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_it_agrees_with_scikit_learn_to_1e_6(correlation):
    from sklearn.linear_model import Lasso

    problem = small(7, correlation)
    for share in (0.02, 0.2, 0.6):
        penalty = share * lambda_max(problem)
        theirs = Lasso(penalty / 30, fit_intercept=False, tol=1e-14, max_iter=10**6)
        theirs.fit(problem.design, problem.targets)
        ours = lasso(problem, penalty, gap=1e-14, sweeps=10**5)
        np.testing.assert_allclose(ours.coefficients, theirs.coef_, atol=1e-6)


def test_ista_and_fista_reach_the_same_minimum_and_fista_in_fewer_steps():
    problem = small(8, 0.9)
    penalty = 0.1 * lambda_max(problem)
    fits = [f(problem, penalty, gap=1e-10) for f in (lasso, ista, fista)]
    assert all(fit.certified for fit in fits)
    for fit in fits[1:]:
        np.testing.assert_allclose(fit.coefficients, fits[0].coefficients, atol=1e-3)
    assert fits[2].sweeps < fits[1].sweeps


def test_a_warm_start_saves_sweeps_and_changes_no_certificate():
    problem = small(9, 0.9)
    penalties = penalty_path(problem, 20)
    warm = lasso_path(problem, penalties, gap=1e-8)
    cold = [lasso(problem, p, gap=1e-8) for p in penalties]
    assert all(fit.certified for fit in warm)
    assert sum(f.sweeps for f in warm) < 0.9 * sum(f.sweeps for f in cold)
    assert penalties[0] == lambda_max(problem) and (np.diff(penalties) < 0).all()


def test_a_fit_that_ran_out_of_sweeps_says_that_it_is_not_certified():
    problem = small(10, 0.95)
    assert not lasso(problem, 0.01 * lambda_max(problem), gap=1e-12, sweeps=3).certified


def test_the_columns_of_the_made_problem_have_length_one_and_the_stated_correlation():
    problem = correlated_regression(4000, 8, correlation=0.7, active=3, noise=0.5)
    np.testing.assert_allclose(np.diagonal(problem.gram), 1)
    np.testing.assert_allclose(problem.gram[~np.eye(8, dtype=bool)], 0.7, atol=0.05)
    clean = problem.design @ problem.truth
    extra = np.linalg.norm(problem.targets - clean) / np.linalg.norm(clean)
    assert extra == pytest.approx(0.5)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda p: lasso(p, -1), "penalty must be a finite number above 0, not -1."),
        (lambda p: lasso(p, 1, gap=0), "gap must be a finite number above 0, not 0."),
        (lambda p: lasso(p, 1, start=[np.nan] * 20), "start must hold finite numbers only"),
        (lambda p: lasso(p, 1, start=[0.0]), "start must have shape"),
        (lambda p: ista(p, 0), "penalty must be"),
        (lambda p: fista(p, 1, steps=0), "steps must be a whole number, 1 or more, not 0."),
        (lambda p: duality_gap(p, np.zeros(3), 1), "coefficients must have shape"),
        (lambda p: LassoProblem([[1, 0], [2, 0]], [1, 2]), "no column of zeros; column 1 is one."),
        (lambda p: LassoProblem([[1.0], [np.nan]], [1, 2]), "design must hold finite numbers only"),
        (lambda p: LassoProblem([[1.0], [2.0]], [1, 2, 3]), "targets must have shape"),
        (lambda p: LassoProblem([[1.0], [2.0]], [0, 0]), "targets must not all be 0"),
        (lambda p: correlated_regression(correlation=1.0), "correlation must be a number from 0"),
        (lambda p: lasso_path(p, [1.0, -1.0]), "penalties must hold numbers above 0 only"),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call(small())
