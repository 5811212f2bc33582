"""When coordinate descent pays: its work beside that of methods that move everything at once."""

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed
from lecture_helpers.foundation.threads import one_thread
from lecture_helpers.optimization.coordinate_descent import coupled_groups, sweep_matrix
from lecture_helpers.optimization.descent import conjugate_gradients
from lecture_helpers.optimization.lasso import (
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
    columns=200, penalty=0.1, gaps=(1e-6, 1e-3), groups=20, size=10, condition=100.0,
    targets=(1e-12, 1e-4), cap=300_000,
) -> Record:  # fmt: skip
    """C23: the speed of every method, minus the log10 of its work to a target, and who leads.

    "Lasso": any two of ``columns`` columns correlate, the target is a relative duality gap. A
    sweep, and a step of ISTA or FISTA, count as columns^2 multiplications: products with the Gram
    matrix. "groups" and "single variables" are quadratics of groups x size variables
    (``coupled_groups``), minimised group by group or variable by variable to a share of the first
    cost. A sweep counts the entries of H and of the groups' inverses; a step of gradient descent at
    the best rate the entries of H and d more, one of conjugate gradients those and 5 d. Nobody pays
    for the Gram matrix, inverses, largest curvatures or preconditioners: what is known beforehand
    is free. "CG in groups" is preconditioned with the same inverses.

    The second gap and target are "a rough answer". Who does not arrive within ``cap`` steps has
    failed (NaN): that is the only way to fail. "lead over X" is the speed of coordinates less that
    of X.
    """

    def of_seed(seed: int) -> dict:
        speeds = {}
        for rho in correlations:
            data = dict(n=examples, p=columns, correlation=rho, seed=seed)
            speeds |= _named("Lasso", rho, _lasso_speeds(data, penalty, gaps, cap))
        shapes = {"groups": (groups, size), "single variables": (groups * size, 1)}
        for problem, shape in shapes.items():
            for coupling in couplings:
                found = _quadratic_speeds(*shape, coupling, condition, seed, targets, cap)
                speeds |= _named(problem, coupling, found)
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
    made = correlated_regression(**data)
    penalty = penalty * lambda_max(made)
    finest = min(gaps)
    fits = {
        OWN: lasso(made, penalty, gap=finest, sweeps=cap),
        "ISTA": ista(made, penalty, gap=finest, steps=cap),
        "FISTA": fista(made, penalty, gap=finest, steps=cap),
        "FISTA with restarts": fista(made, penalty, gap=finest, steps=cap, restart=True),
    }
    return {
        (name, rough): _speed(fit.gaps, gap, data["p"] ** 2)
        for name, fit in fits.items() for rough, gap in enumerate(gaps)
    }  # fmt: skip


@one_thread
def _quadratic_speeds(groups, size, coupling, condition, seed, targets, cap) -> dict:
    h = coupled_groups(groups, size, coupling, condition=condition, seed=seed)
    d, inverses = len(h), _group_inverses(h, size)
    start = np.random.default_rng([seed, 23]).standard_normal(d)
    first, inside = float(start @ h @ start / 2), groups * size**2
    last = min(targets) * first
    settings = dict(steps=cap, until=last)
    costs = {
        OWN: (_sweep_costs(h, size, start, last, cap), d**2 + inside),
        "gradient descent": (_gradient_costs(h, start, last, cap), d**2 + d),
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
