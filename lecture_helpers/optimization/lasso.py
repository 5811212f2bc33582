"""The Lasso: least squares with a price on the size of every coefficient."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.foundation.threads import one_thread


@dataclass(frozen=True)
class LassoProblem:
    """``|targets - design x|^2 / 2 + penalty |x|_1`` before the penalty is chosen.

    design: (n, p); targets: (n,); truth: (p,) or None, the coefficients that made the targets.

    Raises:
        ValueError: NaN, unequal lengths, a column of zeros, targets that are all 0.
    """

    design: np.ndarray
    targets: np.ndarray
    truth: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self):
        design = check.finite_array(design=self.design, ndim=2).astype(float)
        targets = check.finite_array(targets=self.targets, shape=(len(design),)).astype(float)
        empty = np.flatnonzero(~design.any(axis=0))
        if len(empty):
            raise ValueError(f"design must have no column of zeros; column {empty[0]} is one.")
        if not targets.any():
            raise ValueError("targets must not all be 0: the solution would be 0 at any penalty.")
        object.__setattr__(self, "design", design)
        object.__setattr__(self, "targets", targets)
        if self.truth is not None:
            truth = check.finite_array(truth=self.truth, shape=(design.shape[1],))
            object.__setattr__(self, "truth", truth)

    @cached_property
    def gram(self) -> np.ndarray:
        """The columns' inner products with one another, (p, p)."""
        return self.design.T @ self.design

    @cached_property
    def correlations(self) -> np.ndarray:
        """The columns' inner products with the targets, (p,)."""
        return self.design.T @ self.targets

    @cached_property
    def square(self) -> float:
        """The squared length of the targets."""
        return float(self.targets @ self.targets)

    @cached_property
    def curvature(self) -> float:
        """The largest curvature L of the squared error; 1 / L is the step of ISTA and FISTA."""
        return float(np.linalg.eigvalsh(self.gram)[-1])

    @cached_property
    def halves(self) -> tuple[np.ndarray, np.ndarray]:
        """The Gram matrix strictly below and strictly above its diagonal."""
        return np.tril(self.gram, -1), np.triu(self.gram, 1)


@dataclass(frozen=True)
class Fit:
    """A Lasso solution: coefficients (p,) and the relative duality gap before and after each sweep.

    ``certified`` says whether the last gap is what was asked for.
    """

    coefficients: np.ndarray
    gaps: np.ndarray
    certified: bool

    @property
    def sweeps(self) -> int:
        """How many sweeps (of ISTA and FISTA: steps) were made."""
        return len(self.gaps) - 1


def soft_threshold(x, threshold):
    """``sign(x) max(|x| - threshold, 0)``, elementwise: towards 0 by the threshold, then stop.

    >>> soft_threshold(np.array([3.0, -0.5, -2.0]), 1.0)
    array([ 2.,  0., -1.])
    """
    return x - np.minimum(np.maximum(x, -threshold), threshold)


def lambda_max(problem: LassoProblem) -> float:
    """The smallest penalty at which every coefficient is 0, ``max |design' targets|``."""
    return float(np.abs(check.instance(LassoProblem, problem=problem).correlations).max())


def lasso_cost(problem: LassoProblem, coefficients: np.ndarray, penalty: float) -> float:
    """``|targets - design x|^2 / 2 + penalty |x|_1``."""
    residual = problem.targets - problem.design @ coefficients
    return float(residual @ residual / 2 + penalty * np.abs(coefficients).sum())


def duality_gap(problem: LassoProblem, coefficients: np.ndarray, penalty: float) -> float:
    """An upper bound on how far the cost lies above its minimum; 0 only at the minimum.

    The residual r, shrunk to ``theta = r min(1, penalty / |design' r|_inf)``, is feasible for the
    dual problem; its value ``|b|^2 / 2 - |b - theta|^2 / 2`` no cost can be below.

    Raises:
        ValueError: wrong shape or NaN, a penalty that is not positive.
    """
    penalty = check.positive(penalty=penalty)
    p = check.instance(LassoProblem, problem=problem).design.shape[1]
    x = check.finite_array(coefficients=coefficients, shape=(p,))
    r = problem.targets - problem.design @ x
    theta = r * _shrink(problem.design.T @ r, penalty)
    rest = problem.targets - theta
    return lasso_cost(problem, x, penalty) - float(problem.square - rest @ rest) / 2


def _shrink(pull: np.ndarray, penalty: float) -> float:
    steepest = np.abs(pull).max()
    return 1.0 if steepest <= penalty else penalty / steepest


def _relative_gap(problem: LassoProblem, x: np.ndarray, penalty: float) -> float:
    """The duality gap over ``|b|^2 / 2``, from inner products alone."""
    active = np.flatnonzero(x)
    pull = problem.correlations - x[active] @ problem.gram[active]
    against = float(problem.correlations @ x)
    residual = max(problem.square - against - float(pull @ x), 0.0)
    scale = _shrink(pull, penalty)
    dual = scale * (problem.square - against) - scale**2 * residual / 2
    cost = residual / 2 + penalty * float(np.abs(x).sum())
    return max(2 * (cost - dual) / problem.square, 0.0)


def lasso(
    problem: LassoProblem, penalty: float, *, start=None, gap: float = 1e-8, sweeps: int = 10_000
) -> Fit:
    """The minimiser by cyclic coordinate descent, ``x_j <- soft(rho_j, penalty) / |a_j|^2``.

    rho_j is the inner product of column j with the residual that leaves x_j out. It stops when the
    relative duality gap is ``gap`` or less, at the latest after ``sweeps``.

    Raises:
        ValueError: a penalty or gap that is not positive, a start of the wrong shape or with NaN.

    >>> fit = lasso(LassoProblem(np.eye(3), [3.0, 0.5, -2.0]), 1.0)
    >>> fit.coefficients, fit.sweeps, fit.certified
    (array([ 2.,  0., -1.]), 1, True)
    """
    check.instance(LassoProblem, problem=problem), check.many(sweeps=sweeps)
    sweep = _Sweep(problem, check.positive(penalty=penalty))
    return _iterate(problem, penalty, start, gap, sweeps, sweep)


def ista(
    problem: LassoProblem, penalty: float, *, start=None, gap: float = 1e-8, steps: int = 10_000,
    lr: float | None = None,
) -> Fit:  # fmt: skip
    """Proximal gradient steps on all coefficients, ``x <- soft(x - lr g, lr penalty)``.

    ``lr`` is 1 / L unless given, L the largest curvature.
    """
    penalty = check.positive(penalty=penalty)
    check.instance(LassoProblem, problem=problem)
    lr = 1 / problem.curvature if lr is None else check.positive(lr=lr)
    return _iterate(
        problem, penalty, start, gap, steps, lambda x: _proximal(problem, x, penalty, lr)
    )


def fista(
    problem: LassoProblem, penalty: float, *, start=None, gap: float = 1e-8, steps: int = 10_000,
    restart: bool = False,
) -> Fit:  # fmt: skip
    """ISTA with Nesterov's momentum. Beck and Teboulle 2009.

    ``restart`` drops the momentum where it leads uphill. O'Donoghue and Candes 2015.
    """
    penalty, restart = check.positive(penalty=penalty), check.switch(restart=restart)
    check.instance(LassoProblem, problem=problem)
    before, weight = None, 1.0

    def step(x):
        nonlocal before, weight
        following = (1 + np.sqrt(1 + 4 * weight**2)) / 2
        lead = x if before is None else x + (weight - 1) / following * (x - before)
        new = _proximal(problem, lead, penalty, 1 / problem.curvature)
        uphill = restart and (lead - new) @ (new - x) > 0
        before, weight = x, 1.0 if uphill else following
        return new

    return _iterate(problem, penalty, start, gap, steps, step)


def _proximal(problem: LassoProblem, x: np.ndarray, penalty: float, lr: float) -> np.ndarray:
    gradient = problem.gram @ x - problem.correlations
    return soft_threshold(x - lr * gradient, lr * penalty)


@one_thread
def _iterate(problem: LassoProblem, penalty, start, gap, steps, step) -> Fit:
    p, gap = problem.design.shape[1], check.positive(gap=gap)
    x = np.zeros(p) if start is None else check.finite_array(start=start, shape=(p,)).astype(float)
    gaps = [_relative_gap(problem, x, penalty)]
    for _ in range(check.many(steps=steps)):
        if gaps[-1] <= gap:
            break
        x = step(x)
        gaps.append(_relative_gap(problem, x, penalty))
    return Fit(x, np.array(gaps), bool(gaps[-1] <= gap))


class _Sweep:
    """One pass over the coordinates in order, in as few triangular solves as the signs allow.

    While no coefficient changes its sign, a pass is linear: forward substitution on the nonzero
    ones. The first coefficient whose sign differs from what was assumed is set by itself, and the
    pass goes on behind it. The result is that of the plain loop.
    """

    def __init__(self, problem: LassoProblem, penalty: float):
        self.problem, self.penalty = problem, penalty
        self.diagonal = np.diagonal(problem.gram).copy()
        self.key, self.rows = None, ()

    def __call__(self, x: np.ndarray) -> np.ndarray:
        done, p = 0, len(x)
        while done < p:
            x, done = self._run(x, done)
        return x

    def _run(self, x: np.ndarray, done: int) -> tuple[np.ndarray, int]:
        """x with the coordinates from ``done`` up to the first change of sign updated."""
        from scipy.linalg.lapack import dtrtrs  # pyright: ignore[reportAttributeAccessIssue]

        signs = np.sign(x)
        support = np.flatnonzero(signs)
        below, above, triangle = self._rows(support)
        at = np.searchsorted(support, done)
        ahead, old = support[at:], x[support]
        rest = self.problem.correlations - old @ below
        values = old.copy()
        if len(ahead):
            pull = rest[ahead] - self.penalty * signs[ahead] - old[:at] @ above[:at, ahead]
            values[at:] = dtrtrs(triangle[at:, at:], pull, lower=1)[0]
        rho = (rest - values @ above)[done:]
        moved = soft_threshold(rho, self.penalty) / self.diagonal[done:]
        changed = np.flatnonzero(np.sign(moved) != signs[done:])
        new = x.copy()
        new[support] = values
        if not len(changed):
            return new, len(x)
        j = done + changed[0]
        new[j], new[j + 1 :] = moved[changed[0]], x[j + 1 :]
        return new, j + 1

    def _rows(self, support: np.ndarray) -> tuple:
        """The Gram matrix's rows of the support, below and above the diagonal, and its triangle."""
        key = support.tobytes()
        if key != self.key:
            below, above = (half[support] for half in self.problem.halves)
            square = np.asfortranarray(self.problem.gram[np.ix_(support, support)])
            self.key, self.rows = key, (below, above, square)
        return self.rows


def penalty_path(problem: LassoProblem, count: int = 100, ratio: float = 0.1) -> np.ndarray:
    """``count`` penalties in equal ratios from ``lambda_max`` down to ``ratio`` times it."""
    last = lambda_max(problem) * check.positive(ratio=check.fraction(below_one=True, ratio=ratio))
    return np.geomspace(lambda_max(problem), last, check.many(least=2, count=count))


@one_thread
def lasso_path(
    problem: LassoProblem, penalties: np.ndarray, *, gap: float = 1e-6, sweeps: int = 10_000
) -> list[Fit]:
    """The fits at every penalty (m,), each started where the one before it ended (warm start)."""
    fits, x = [], None
    for penalty in check.positive_array(penalties=penalties, ndim=1):
        fits.append(lasso(problem, float(penalty), start=x, gap=gap, sweeps=sweeps))
        x = fits[-1].coefficients
    return fits


def correlated_regression(
    n: int = 200, p: int = 200, *, correlation: float = 0.5, active: int = 10, noise: float = 0.5,
    seed: int = 0,
) -> LassoProblem:  # fmt: skip
    """Targets of ``active`` of p columns, any two of which correlate by ``correlation``.

    Columns have length 1, the active coefficients are 1 or -1 times 1 to 2, evenly spread; noise is
    the length of what is added to the targets as a share of their own.
    """
    n, p = check.many(least=2, n=n), check.few(p=p)
    rho, active = (
        check.fraction(below_one=True, correlation=correlation),
        check.many(active=active),
    )
    rng = np.random.default_rng(check.whole(seed=seed))
    shared, own = rng.standard_normal((n, 1)), rng.standard_normal((n, p))
    design = np.sqrt(rho) * shared + np.sqrt(1 - rho) * own
    design /= np.linalg.norm(design, axis=0)
    truth = np.zeros(p)
    places = rng.choice(p, min(active, p), replace=False)
    truth[places] = rng.choice([-1.0, 1.0], len(places)) * rng.uniform(1, 2, len(places))
    clean, extra = design @ truth, rng.standard_normal(n)
    size = check.non_negative(noise=noise) * np.linalg.norm(clean) / np.linalg.norm(extra)
    return LassoProblem(design, clean + size * extra, truth)
