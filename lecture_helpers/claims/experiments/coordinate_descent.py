"""The experiments of coordinate descent: where its sweeps arrive, and what blocks do."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.optimization.coordinate_descent import coordinate_descent, quadratic_minimiser
from lecture_helpers.optimization.lasso import correlated_regression, lambda_max, lasso
from lecture_helpers.test_functions import coordinate_traps as traps
from lecture_helpers.test_functions.surfaces import of_plane, quadratic

SHARES = ("arrive", "stay away")
BESIDE = (range(0, 10, 2), range(1, 10, 2))  # five pairs that do not touch: a sweep in two updates
SETTLING = ("settle", "wander")


def arrivals(
    seeds, *, starts=20, sweeps=3000, near=1e-6, wells=10, coupling=3.0, examples=40,
    coefficients=5,
) -> dict:  # fmt: skip
    """C21: the share of random starts from which sweeps end in a local minimum, and the rest.

    They "arrive" where the distance to the nearest minimum is at most ``near`` of what it was at
    the start. Of the Lasso a relative duality gap of 1e-8 says so; of the many wells, whose minima
    are not known, a gradient of at most ``near`` of the first, with positive curvature in every
    direction. They "settle" where they arrive or, on a smooth cost, where the gradient is at most
    ``near`` of the first. Quadratics (2 to 8 variables, condition 2 to 100), couplings of the
    many wells, Lassos (40 examples, 30 coefficients) and absolute errors are drawn anew for every
    start; "ill-conditioned" are quadratics of condition 10,000. Powell's function is the bounded
    one. His starts have an excess of 1/1024 to 1/4 and are walked
    in exact fractions for 90 updates; "rounded" are the same starts in floats.
    """

    def by_sweeps(case: Callable, smooth=False, blocks=None) -> Callable:
        settings = dict(sweeps=sweeps, near=near, smooth=smooth, blocks=blocks)
        return lambda rng: _ends(*case(rng), **settings)

    arriving = {
        "quadratics": by_sweeps(_quadratic, smooth=True),
        "ill-conditioned": by_sweeps(lambda rng: _quadratic(rng, condition=1e4), smooth=True),
        "two wells": by_sweeps(_two_wells, smooth=True),
        "many wells": by_sweeps(lambda rng: _many_wells(rng, wells, coupling), smooth=True),
        "flat saddle": by_sweeps(_flat_saddle, smooth=True),
        "five flat saddles": by_sweeps(
            lambda rng: _flat_saddle(rng, pairs=5), smooth=True, blocks=BESIDE
        ),
        "Lasso": _lasso_arrives,
        "kinks along the axes": by_sweeps(lambda rng: _kinks(rng, along=True)),
        "kinks across the axes": by_sweeps(lambda rng: _kinks(rng, along=False)),
        "absolute errors": by_sweeps(lambda rng: _absolute_errors(rng, examples, coefficients)),
        "Powell, any start": by_sweeps(lambda rng: _powell(1.5 * rng.standard_normal(3))),
        "Powell, his starts": lambda rng: _circle_arrives(_powells_start(rng), near),
        "Powell, his starts, rounded": by_sweeps(
            lambda rng: _powell(np.array(_powells_start(rng), dtype=float))
        ),
        "two wells, from the axis": by_sweeps(
            lambda rng: _two_wells(rng, on_axis=True), smooth=True
        ),
    }

    def shares(seed: int) -> dict:
        found = {}
        for name, arrives in arriving.items():
            rng = np.random.default_rng([seed, 21])
            ends = np.mean([arrives(rng) for _ in range(starts)], axis=0)
            for words, share in zip((SETTLING, SHARES), ends.tolist(), strict=True):
                found |= {f"{words[0]}, {name}": share, f"{words[1]}, {name}": 1 - share}
        return found

    return by_seed(shares, seeds)


def _ends(
    surface, minimise, start, *, sweeps: int, near: float, smooth: bool, blocks, at_once=100
) -> tuple[bool, bool]:
    """Whether the sweeps come to rest, and at a minimum; what would no longer move is spared."""
    known, x = len(surface.minima) > 0, np.array(start, dtype=float)
    lowest = float(surface.value(surface.minima[0])) if known else -np.inf
    goal = lowest + 1e-4 * near**2 * (float(surface.value(x)) - lowest) if known else -np.inf
    for _ in range(0, sweeps, at_once):
        before = x
        path = coordinate_descent(
            surface, x, minimise=minimise, sweeps=at_once, until=goal, blocks=blocks
        )
        x = path.points[-1]
        if path.costs[-1] <= goal or np.abs(x - before).max() <= 1e-12:
            break
    slopes = [np.linalg.norm(surface.gradient(point)) for point in (start, x)]
    settles = smooth and bool(slopes[1] <= near * slopes[0])
    if known:
        arrives = _come_near(surface, (start, x), near)
        return arrives or settles, arrives
    return settles, settles and bool(_curvatures(surface, x).min() > 0)


def _come_near(surface, ends, near: float) -> bool:
    ways = [np.linalg.norm(surface.minima - point, axis=1).min() for point in ends]
    return bool(ways[1] <= near * ways[0])


def _curvatures(surface, x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    steps = h * np.eye(len(x))
    second = (surface.gradient(x + steps) - surface.gradient(x - steps)) / (2 * h)
    return np.linalg.eigvalsh((second + second.T) / 2)


def _quadratic(rng, condition: float | None = None) -> tuple:
    d = int(rng.integers(2, 9))
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0]
    h = turn @ np.diag(np.geomspace(1, condition or rng.uniform(2, 100), d)) @ turn.T
    h = (h + h.T) / 2
    return quadratic(h), quadratic_minimiser(h), rng.standard_normal(d)


def _two_wells(rng, on_axis: bool = False) -> tuple:
    start = 1.5 * rng.standard_normal(2) * ([1, 0] if on_axis else [1, 1])
    return traps.coupled_wells(), traps.coupled_wells_minimiser(), start


def _flat_saddle(rng, pairs: int = 1) -> tuple:
    start = 1.5 * rng.standard_normal(2 * pairs)
    return traps.flat_saddles(pairs), traps.flat_saddle_minimiser(), start


def _many_wells(rng, d: int, coupling: float) -> tuple:
    j = np.triu(rng.normal(scale=coupling / np.sqrt(d), size=(d, d)), 1)
    j = j + j.T
    return traps.many_wells(j), traps.many_wells_minimiser(j), 1.5 * rng.standard_normal(d)


def _kinks(rng, along: bool) -> tuple:
    start = 1.5 * rng.standard_normal(2)
    if not along:
        return traps.kinked_valley(), traps.kinked_minimiser(), start
    turned = of_plane(
        "kinks along the axes",
        lambda x, y: np.abs(x) + 3 * np.abs(y),
        lambda x, y: (np.sign(x), 3 * np.sign(y)),
        [[0, 0]],
    )
    return turned, lambda x, block: np.zeros(1), start


def _absolute_errors(rng, n: int, d: int) -> tuple:
    data = rng.standard_normal((n, d)), rng.standard_normal(n)
    return (
        traps.absolute_errors(*data), traps.absolute_errors_minimiser(*data),
        1.5 * rng.standard_normal(d),
    )  # fmt: skip


def _lasso_arrives(rng) -> tuple[bool, bool]:
    made = correlated_regression(40, 30, active=5, seed=int(rng.integers(10**6)))
    penalty = rng.uniform(0.05, 0.9) * lambda_max(made)
    arrives = lasso(made, penalty, start=rng.standard_normal(30), gap=1e-8).certified
    return arrives, arrives


def _powell(start) -> tuple:
    return traps.bounded_powell(), traps.bounded_powell_minimiser(), start


def _powells_start(rng) -> tuple:
    return traps.powell_start(Fraction(int(rng.integers(1, 257)), 1024))


def _circle_arrives(start, near: float) -> tuple[bool, bool]:
    """In exact fractions, where the bound is never touched: the walk is that of Powell himself."""
    walk = traps.powell_walk(start, 90)
    surface = traps.bounded_powell()
    if max(abs(v) for point in walk for v in point) > 4:
        raise ArithmeticError("the walk has left the circle and must be followed in floats.")
    arrives = _come_near(surface, np.array([walk[0], walk[-1]], dtype=float), near)
    return arrives, arrives


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
        return coordinate_descent(
            surface, x, minimise=quadratic_minimiser(h), blocks=blocks, sweeps=sweeps
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
