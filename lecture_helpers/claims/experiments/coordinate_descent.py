"""The experiments of coordinate descent."""

from fractions import Fraction
from functools import partial

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.datasets import image_patches
from lecture_helpers.optimization import coordinate_descent as algorithms
from lecture_helpers.test_functions import coordinate_traps as traps
from lecture_helpers.test_functions.surfaces import quadratic


def arrivals(seeds, *, starts=20, sweeps=3000) -> dict:
    """C21: the share of random starts from which cyclic coordinate descent ends in a minimum.

    A minimum is reached where the distance to the nearest one is below a millionth of what it was
    at the start; the Lasso's by its certificate, a relative duality gap of 1e-8. Powell's function
    is walked in exact fractions from random points of his kind and has no minimum.
    """
    wells = partial(_trap_arrival, traps.coupled_wells(), traps.coupled_wells_minimiser())
    kink = partial(_trap_arrival, traps.kinked_valley(), traps.kinked_minimiser())
    arms = {
        "quadratic": _quadratic_arrival, "two wells": wells, "Lasso": _lasso_arrival,
        "diagonal kink": kink, "Powell": _powell_arrival,
    }  # fmt: skip

    def shares(seed: int) -> dict:
        found = {}
        for name, arrival in arms.items():
            rng = np.random.default_rng([seed, 21])
            found[name] = np.mean([arrival(rng, sweeps) for _ in range(starts)])
        return found | {"one half": 0.5}

    return by_seed(shares, seeds)


def _arrives(surface, minimise, start, sweeps: int) -> bool:
    lowest = float(surface.value(surface.minima[0]))
    goal = lowest + 1e-16 * abs(float(surface.value(start)) - lowest)
    settings: dict = dict(minimise=minimise, sweeps=sweeps, until=goal)
    path = algorithms.coordinate_descent(surface, start, **settings)
    away = [np.linalg.norm(surface.minima - x, axis=1).min() for x in path.points[[0, -1]]]
    return bool(away[1] <= 1e-6 * away[0])


def _quadratic_arrival(rng, sweeps: int) -> bool:
    d = int(rng.integers(2, 9))
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0]
    h = turn @ np.diag(np.geomspace(1, rng.uniform(2, 100), d)) @ turn.T
    h = (h + h.T) / 2
    return _arrives(quadratic(h), algorithms.quadratic_minimiser(h), rng.standard_normal(d), sweeps)


def _trap_arrival(surface, minimise, rng, sweeps: int) -> bool:
    return _arrives(surface, minimise, 1.5 * rng.standard_normal(2), 100)


def _lasso_arrival(rng, sweeps: int) -> bool:
    from lecture_helpers.optimization import lasso as solvers

    made = solvers.correlated_regression(40, 30, active=5, seed=int(rng.integers(10**6)))
    penalty = rng.uniform(0.05, 0.9) * solvers.lambda_max(made)
    return solvers.lasso(made, penalty, start=rng.standard_normal(30), gap=1e-8).certified


def _powell_arrival(rng, sweeps: int) -> bool:
    start = traps.powell_start(Fraction(int(rng.integers(1, 256)), 1024))
    last = np.array(traps.powell_walk(start, 90)[-1], dtype=float)
    return bool(np.linalg.norm(traps.powell().gradient(last)) < 1e-6)


def block_sizes(seeds, *, dimensions=6, sweeps=4) -> Record:
    """C22: block descent on random quadratics, from blocks of one to one block of all."""
    tolerances = {
        "blocks of one: the plain loop over variables": 1e-9,
        "one block of all: the joint minimum in one step": 1e-9,
        "blocks of two: no update raises the cost": 1e-12,
    }
    return largest(lambda seed: [_block_deviations(seed, dimensions, sweeps)], tolerances, seeds)


def _block_deviations(seed: int, d: int, sweeps: int) -> tuple[float, float, float]:
    rng = np.random.default_rng([seed, 22])
    m, x = rng.standard_normal((d, 2 * d)), rng.standard_normal(d)
    h, surface = m @ m.T, quadratic(m @ m.T)

    def ends(blocks, sweeps):
        return algorithms.coordinate_descent(
            surface, x, minimise=algorithms.quadratic_minimiser(h), blocks=blocks, sweeps=sweeps
        )

    by_hand = x.copy()
    for _ in range(sweeps):
        for i in range(d):
            by_hand[i] -= h[i] @ by_hand / h[i, i]
    ones = ends([[i] for i in range(d)], sweeps).points[-1]
    pairs = ends([[i, i + 1] for i in range(0, d, 2)], sweeps).costs
    joint = ends([range(d)], 1).points[-1]
    rise = max(0.0, float(np.diff(pairs).max())) / float(pairs[0])
    return float(np.abs(ones - by_hand).max()), float(np.abs(joint).max()), rise


def separability(
    seeds,
    *,
    near=0.0,
    strong=0.9,
    penalty=0.1,
    gap=1e-6,
    cap=10_000,
    within=0.8,
    weak_link=0.02,
    strong_link=0.6,
) -> Record:
    """C23: log10 of the sweeps needed, where variables hardly touch and where they are coupled.

    Lasso with n = p = 200 at ``penalty`` times lambda_max to a relative duality gap; a quadratic of
    four groups of five, minimised group by group, to 1e-12 of its start value. ISTA and FISTA count
    steps; one step costs what a sweep costs. ``cap`` steps are the most.
    """  # fmt: skip
    from lecture_helpers.optimization import lasso as solvers

    solve = {"coordinates": solvers.lasso, "ISTA": solvers.ista, "FISTA": solvers.fista}

    def of_seed(seed: int) -> dict:
        found = {
            f"{name}, correlation {rho:g}": _lasso_steps(solve[name], seed, rho, penalty, gap, cap)
            for name in solve for rho in (near, strong)
        }  # fmt: skip
        links = (weak_link, strong_link)
        return found | {
            f"groups, link {link:g}": _group_sweeps(seed, within, link) for link in links
        }

    return Record(tuple(seeds), by_seed(of_seed, seeds))


def _lasso_steps(solve, seed: int, rho: float, penalty: float, gap: float, cap: int) -> float:
    from lecture_helpers.optimization import lasso as solvers

    made = solvers.correlated_regression(correlation=rho, seed=seed)
    most = {"sweeps" if solve is solvers.lasso else "steps": cap}
    penalty = penalty * solvers.lambda_max(made)
    return float(np.log10(solve(made, penalty, gap=gap, **most).sweeps))


def _group_sweeps(seed: int, within: float, link: float) -> float:
    h = algorithms.grouped_hessian(4, 5, within, link)
    start, surface = np.random.default_rng([seed, 23]).standard_normal(20), quadratic(h)
    path = algorithms.coordinate_descent(
        surface, start, minimise=algorithms.quadratic_minimiser(h), sweeps=1000,
        blocks=[range(g, g + 5) for g in range(0, 20, 5)], until=1e-12 * surface.value(start),
    )  # fmt: skip
    return float(np.log10(np.ceil((len(path.costs) - 1) / 4)))


def convexity(seeds, *, patches=100, atoms=16, penalty=0.5, segments=200) -> Record:
    """C24: the slide's cost on random segments in H, in W, and between (H, W) and (-H, -W).

    Deviations relative to |X|^2. The two solutions (H, W) and (-H, -W) cost the same; halfway
    between them nothing is reconstructed and the cost is |X|^2.
    """
    tolerances = {
        "in H alone: height above the chord": 1e-12,
        "in W alone: height above the chord": 1e-12,
        "(H, W) and (-H, -W) cost the same": 1e-12,
        "halfway between them the cost is |X|^2": 1e-12,
        "the hill between them falls short of 0.1 |X|^2 by": 1e-12,
    }
    return largest(
        lambda seed: [_convexity(seed, patches, atoms, penalty, segments)], tolerances, seeds
    )


def _convexity(seed: int, n: int, k: int, penalty: float, segments: int) -> tuple[float, ...]:
    from lecture_helpers.optimization import sparse_coding as coding

    x, rng = image_patches(8, n, seed), np.random.default_rng([seed, 24])
    run = coding.learn_dictionary(x, penalty=penalty, atoms=k, iterations=10, seed=seed)
    h, w, square = run.codes, run.atoms[-1], float((x**2).sum())

    def cost(codes, atoms):
        return 2 * coding.sparse_cost(x, codes, atoms, penalty) / square

    def above(one, other, of):
        share = rng.random()
        return of(share * one + (1 - share) * other) - share * of(one) - (1 - share) * of(other)

    heights = [
        (above(h, rng.standard_normal(h.shape), lambda v: cost(v, w)),
         above(w, rng.standard_normal(w.shape), lambda v: cost(h, v)))
        for _ in range(segments)
    ]  # fmt: skip
    in_h, in_w = (float(v) for v in np.maximum(np.max(heights, axis=0), 0.0))
    end, flipped, middle = cost(h, w), cost(-h, -w), cost(0 * h, 0 * w)
    return in_h, in_w, abs(end - flipped), abs(middle - 1), max(0.0, 0.1 - (middle - end))


def strategies(seeds, *, patches=1000, atoms=64, penalty=1.0, work=400, sweeps=1) -> Record:
    """C25: log10 of the cost per patch after equal work, atoms of length 1, same patches and start.

    Work counts products of patches x pixels x atoms: 3 + sweeps for an alternating iteration, 4 for
    one of PALM, 5 for a joint step (its trial steps that fail are not counted, in its favour).
    ``sweeps`` = 1 was the best of 1, 2, 5, 10 on seeds 1000 and 1001. "Early" is after a quarter of
    the work. The extra arm keeps the starting dictionary and has its codes minimised.
    """
    names = ("alternating", "joint", "PALM")
    names += tuple(f"{name}, early" for name in names)

    def of_seed(seed: int) -> dict:
        ends = _strategies(seed, patches, atoms, penalty, work, sweeps)
        return dict(zip((*names, "codes only"), ends, strict=True))

    arms = by_seed(of_seed, seeds)
    extras = {"codes only": arms.pop("codes only")}
    return Record(tuple(seeds), arms, extras=extras)


def _strategies(seed, n, k, penalty, work, sweeps) -> tuple[float, ...]:
    from lecture_helpers.optimization import sparse_coding as coding

    x = image_patches(8, n, seed)
    w = coding.starting_atoms(x, k, seed)
    settings = dict(penalty=penalty, atoms=w)
    runs = [
        coding.learn_dictionary(x, iterations=work // (3 + sweeps), sweeps=sweeps, **settings),
        coding.palm(x, iterations=work // 5, together=True, **settings),
        coding.palm(x, iterations=work // 4, **settings),
    ]
    ends = [run.costs[-1] for run in runs] + [run.costs[len(run.costs) // 8 * 2] for run in runs]
    fixed = coding.sparse_cost(x, coding.sparse_encode(x, w, penalty), w, penalty)
    return tuple(float(np.log10(cost / n)) for cost in [*ends, fixed])
