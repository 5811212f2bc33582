"""When coordinate descent pays: its work beside that of methods that move everything at once."""

from itertools import product
from typing import Any

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed
from lecture_helpers.foundation.threads import one_thread
from lecture_helpers.optimization.coordinate_descent import coupled_groups, sweep_matrix
from lecture_helpers.optimization.descent import conjugate_gradients
from lecture_helpers.optimization.lasso import (
    Fit,
    LassoProblem,
    correlated_regression,
    fista,
    ista,
    lambda_max,
    lasso,
)

OWN, ROUGH = "coordinates", "a rough answer"
AT_ONCE = 1000  # gradient steps whose costs are worked out together


def separability(
    seeds, *, correlations=(0.0, 0.5, 0.9), couplings=(0.1, 0.5, 0.9, 0.99), examples=200,
    columns=200, many=20_000, penalty=0.1, gaps=(1e-6, 1e-3), groups=20, size=10,
    conditions=(100.0, 1.0), targets=(1e-12, 1e-4), cap=300_000,
) -> Record:  # fmt: skip
    """C23: the speed of every method, minus the log10 of its work to a target, and who leads.

    "Lasso": any two of ``columns`` columns correlate, the target is a relative duality gap; with
    ``many`` rows ("many rows") the columns' inner products are what they are declared to be. ISTA
    has the rate 1 / L or 2 / (L + mu), whichever is there first. A
    sweep, and a step of ISTA or FISTA, count as columns^2 multiplications: products with the Gram
    matrix. "groups" and "single variables" are quadratics of groups x size variables
    (``coupled_groups``), minimised group by group or variable by variable to a share of the first
    cost; "alike" are those whose condition within the groups, or of the variables, is 1 and not
    100. A sweep counts the entries of H and of the groups' inverses; a step of gradient descent at
    the best rate the entries of H and d more, one of conjugate gradients those and 5 d. Nobody pays
    for the Gram matrix, inverses, largest curvatures or preconditioners: what is known beforehand
    is free. "CG in groups" is preconditioned with the same inverses. "descent in groups" is the
    step of all groups at once, each scaled by its inverse, at the best rate; it counts as a sweep
    and d.

    The second gap and target are "a rough answer". Who does not arrive within ``cap`` steps has
    failed (NaN): that is the only way to fail. "lead over X" is the speed of coordinates less that
    of X.
    """

    def of_seed(seed: int) -> dict:
        speeds = {}
        for problem, rows in {"Lasso": examples, "Lasso, many rows": many}.items():
            for rho in correlations:
                data = dict(n=rows, p=columns, correlation=rho, seed=seed)
                speeds |= _named(problem, rho, _lasso_speeds(data, penalty, gaps, cap))
        shapes = {"groups": (groups, size), "single variables": (groups * size, 1)}
        for problem, shape in shapes.items():
            for condition, coupling in product(conditions, couplings):
                h = coupled_groups(*shape, coupling, condition=condition, seed=seed)
                name = problem if condition > 1 else f"{problem}, alike"
                found = _quadratic_speeds(h, shape[1], seed, targets, cap)
                speeds |= _named(name, coupling, found)
        return speeds

    return Record(tuple(seeds), by_seed(of_seed, seeds))


def _named(problem: str, coupling: float, speeds: dict) -> dict:
    """Speeds as arms, and the leads of coordinate descent over every other method."""
    arms = {}
    for (method, rough), speed in speeds.items():
        where = f"{problem}, {coupling:g}" + f", {ROUGH}" * rough
        arms[f"{method}, {where}"] = speed
        if method != OWN:
            arms[f"lead over {method}, {where}"] = speeds[OWN, rough] - speed
    return arms


def _speed(costs, target: float, work: float) -> float:
    """Minus the log10 of the work until ``costs``, before and after each step, meet the target."""
    there = np.flatnonzero(np.asarray(costs) <= target)
    return -float(np.log10(max(there[0], 1) * work)) if len(there) else np.nan


def _lasso_speeds(data: dict, penalty: float, gaps, cap: int) -> dict:
    made = _as_few_rows(correlated_regression(**data))
    penalty = penalty * lambda_max(made)
    finest = min(gaps)
    fits = {
        OWN: lasso(made, penalty, gap=finest, sweeps=cap),
        "ISTA": _better(
            ista(made, penalty, gap=finest, steps=cap),
            ista(made, penalty, gap=finest, steps=cap, lr=_best_rate(made)),
        ),
        "FISTA": fista(made, penalty, gap=finest, steps=cap),
        "FISTA with restarts": fista(made, penalty, gap=finest, steps=cap, restart=True),
    }
    return {
        (name, rough): _speed(fit.gaps, gap, data["p"] ** 2)
        for name, fit in fits.items() for rough, gap in enumerate(gaps)
    }  # fmt: skip


def _best_rate(made: LassoProblem) -> float:
    curvatures = np.linalg.eigvalsh(made.gram)
    return 2 / (curvatures[0] + curvatures[-1])


def _better(one: Fit, other: Fit) -> Fit:
    """The one that arrived, or the one that arrived first."""
    return min(one, other, key=lambda fit: (not fit.certified, len(fit.gaps)))


def _as_few_rows(made: LassoProblem) -> LassoProblem:
    """The same problem in p + 1 rows: equal inner products of the columns and the targets."""
    n, p = made.design.shape
    if n <= p + 1:
        return made
    r = np.asarray(np.linalg.qr(np.column_stack([made.design, made.targets]), mode="r"))
    return LassoProblem(r[:, :p], r[:, p], made.truth)


@one_thread
def _quadratic_speeds(h: np.ndarray, size: int, seed: int, targets, cap: int) -> dict:
    d, inverses = len(h), _group_inverses(h, size)
    start = np.random.default_rng([seed, 23]).standard_normal(d)
    first, inside = float(start @ h @ start / 2), d * size
    last = min(targets) * first
    settings: dict[str, Any] = {"steps": cap, "until": last}
    costs = {
        OWN: (_sweep_costs(h, size, start, last, cap), d**2 + inside),
        "gradient descent": (_gradient_costs(h, start, last, cap), d**2 + d),
        "descent in groups": (_scaled_costs(h, inverses, start, last, cap), d**2 + inside + d),
        "CG": (conjugate_gradients(h, start, **settings), d**2 + 5 * d),
        "CG in groups": (
            conjugate_gradients(h, start, preconditioner=inverses, **settings),
            d**2 + inside + 5 * d,
        ),
    }
    return {
        (name, rough): _speed(found, share * first, work)
        for name, (found, work) in costs.items() for rough, share in enumerate(targets)
    }  # fmt: skip


def _group_inverses(h: np.ndarray, size: int) -> np.ndarray:
    group = np.arange(len(h)) // size
    return np.linalg.inv(np.where(group[:, None] == group, h, 0.0))


def _sweep_costs(h, size: int, x: np.ndarray, last: float, cap: int) -> list[float]:
    sweep = sweep_matrix(h, np.arange(len(h)).reshape(-1, size).tolist())
    costs = [float(x @ h @ x / 2)]
    while costs[-1] > last and len(costs) <= cap:
        x = sweep @ x
        costs.append(float(x @ h @ x / 2))
    return costs


def _scaled_costs(h, inverses, x: np.ndarray, last: float, cap: int) -> np.ndarray:
    """Gradient descent in the variables in which every group alone is round."""
    root = np.linalg.cholesky(inverses)
    return _gradient_costs(root.T @ h @ root, np.linalg.solve(root, x), last, cap)


def _gradient_costs(h, x: np.ndarray, last: float, cap: int) -> np.ndarray:
    """Gradient descent at the best fixed rate 2 / (L + mu), in the eigenvectors' coordinates."""
    curvatures, directions = np.linalg.eigh(h)
    factors = 1 - 2 * curvatures / (curvatures[-1] + curvatures[0])
    parts, costs = curvatures * (directions.T @ x) ** 2 / 2, []
    for first in range(0, cap, AT_ONCE):
        steps = np.arange(first, min(first + AT_ONCE, cap + 1))
        costs.append((np.abs(factors) ** (2 * steps[:, None])) @ parts)
        if costs[-1][-1] <= last:
            break
    return np.concatenate(costs)
