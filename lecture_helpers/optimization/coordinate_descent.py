"""Minimising a cost over one block of its variables at a time, the others standing still."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.optimization.descent import Path
from lecture_helpers.test_functions.surfaces import Surface, quadratic

ORDERS = ("cyclic", "random", "greedy")

Minimiser = Callable[[np.ndarray, np.ndarray], np.ndarray]


def coordinate_descent(
    surface: Surface,
    start: np.ndarray,
    *,
    sweeps: int,
    minimise: Minimiser,
    blocks: Iterable[Iterable[int]] | None = None,
    order: str = "cyclic",
    until: float = -np.inf,
    seed: int = 0,
) -> Path:
    """The path ``x_B <- argmin over x_B of surface(x)`` from ``start`` (d,), block B after block.

    ``minimise(x, block)`` returns the minimising x[block]. Blocks are single variables unless
    given. A sweep is one update per block: in their order, drawn at random, or each time the block
    that lowers the cost most ("greedy"). It stops at a cost of ``until`` or less. Wright 2015.

    Raises:
        ValueError: start has NaN or another d, blocks that leave out or repeat a variable.

    >>> surface, best = coupled_quadratic(1.0), quadratic_minimiser(coupled_hessian(1.0))
    >>> coordinate_descent(surface, [2.0, 2.0], minimise=best, sweeps=1).points.tolist()
    [[2.0, 2.0], [1.0, 2.0], [1.0, 0.5]]
    """
    d = check.instance(Surface, surface=surface).dimensions
    x = check.finite_array(start=start, shape=(d,)).copy()
    minimise, until = check.function(minimise=minimise), check.number(until=until)
    seed, sweeps = check.whole(seed=seed), check.many(sweeps=sweeps)
    parts = _blocks(blocks, len(x))
    choose = _chooser(check.one_of(ORDERS, order=order), parts, surface, minimise, seed)
    points, costs = [x.copy()], [float(surface.value(x))]
    for t in range(sweeps * len(parts)):
        if costs[-1] <= until:
            break
        block = choose(t, x)
        x[block] = minimise(x, block)
        points.append(x.copy())
        costs.append(float(surface.value(x)))
    return Path(np.array(points), np.array(costs), ~np.isfinite(costs[-1]))


def _blocks(blocks, dimensions: int) -> list[np.ndarray]:
    if blocks is None:
        return [np.array([i]) for i in range(dimensions)]
    parts = [check.listed(blocks=block) for block in check.listed(blocks=blocks)]
    named = [check.whole(blocks=i) for part in parts for i in part]
    if sorted(named) != list(range(dimensions)):
        raise ValueError(
            f"blocks must hold each of the variables 0 to {dimensions - 1} once, "
            f"not {check.shown(sorted(named))}."
        )
    return [np.array(part, dtype=int) for part in parts if len(part)]


def _chooser(order: str, parts: Sequence, surface: Surface, minimise, seed: int) -> Callable:
    if order == "cyclic":
        return lambda t, x: parts[t % len(parts)]
    if order == "random":
        rng = np.random.default_rng(seed)
        return lambda t, x: parts[int(rng.integers(len(parts)))]

    def lowest(t, x):
        return min(parts, key=lambda block: float(surface.value(_updated(x, block, minimise))))

    return lowest


def _updated(x: np.ndarray, block: np.ndarray, minimise: Minimiser) -> np.ndarray:
    tried = x.copy()
    tried[block] = minimise(x, block)
    return tried


def quadratic_minimiser(hessian: np.ndarray, linear: np.ndarray | float = 0.0) -> Minimiser:
    """The exact block minimiser of ``x'Hx / 2 - linear'x``, a solve with the block's part of H.

    Raises:
        ValueError: the matrix is not symmetric and positive definite.
    """
    quadratic(hessian)
    h = np.asarray(hessian, dtype=float)
    b = check.spread_array(linear=linear, shape=(len(h),)).astype(float)

    def minimise(x, block):
        inside = h[np.ix_(block, block)]
        pull = b[block] - h[block] @ x + inside @ x[block]
        return pull / inside[0] if len(block) == 1 else np.linalg.solve(inside, pull)

    return minimise


def coupled_hessian(a: float) -> np.ndarray:
    """The second derivatives (2, 2) of the book's ``(x1 - x2)^2 + a (x1^2 + x2^2)``."""
    a = check.positive(a=a)
    return np.array([[2 + 2 * a, -2.0], [-2.0, 2 + 2 * a]])


def coupled_quadratic(a: float) -> Surface:
    """The book's example of coupled variables, ``(x1 - x2)^2 + a (x1^2 + x2^2)``, minimum at 0.

    One coordinate step divides the moved variable's distance from 0 by 1 + a: a sweep contracts
    by (1 + a)^-2. Goodfellow, Bengio and Courville, section 8.7.2.
    """
    return quadratic(coupled_hessian(a))


def sweep_matrix(hessian: np.ndarray, blocks: Iterable[Iterable[int]] | None = None) -> np.ndarray:
    """The matrix (d, d) by which a cyclic sweep over the blocks multiplies x, for ``x'Hx / 2``.

    It is that of Gauss and Seidel: what is already updated stands on the left of
    ``L x_new = -U x``, the block itself included.
    """
    quadratic(hessian)
    h = np.asarray(hessian, dtype=float)
    turn = np.empty(len(h))
    for number, part in enumerate(_blocks(blocks, len(h))):
        turn[part] = number
    done = turn[:, None] >= turn
    return -np.linalg.solve(np.where(done, h, 0.0), np.where(done, 0.0, h))


def sweep_factor(hessian: np.ndarray) -> float:
    """What a cyclic sweep multiplies the distance to the minimum by, in the end, for ``x'Hx / 2``.

    It is the spectral radius of ``sweep_matrix``; with two variables ``h12^2 / (h11 h22)``,
    exactly and from the first sweep on.

    >>> round(sweep_factor(coupled_hessian(1.0)), 6)
    0.25
    """
    return float(np.abs(np.linalg.eigvals(sweep_matrix(hessian))).max())


def descent_factor(hessian: np.ndarray) -> tuple[float, float]:
    """Gradient descent's best rate 2 / (L + mu) and the factor (L - mu) / (L + mu) it reaches.

    L and mu are the largest and smallest curvature of ``x'Hx / 2``.
    """
    quadratic(hessian)
    mu, *_, top = np.linalg.eigvalsh(np.asarray(hessian, dtype=float))
    return 2 / (top + mu), (top - mu) / (top + mu)


def coupled_groups(
    groups: int, size: int, coupling: float, *, condition: float = 100.0, seed: int = 0
) -> np.ndarray:
    """A random ``H = D (I + coupling K) D`` of ``groups`` times ``size`` variables, (d, d).

    D^2 holds one block for every group, with curvatures from 1 to ``condition`` in equal ratios and
    random directions. K couples variables of different groups only, and its largest eigenvalue is 1
    in size. So a coupling of 0 leaves the groups separate, and up to 1 there is a minimum.
    """
    g, m = check.few(least=2, groups=groups), check.few(size=size)
    coupling = check.fraction(below_one=True, coupling=coupling)
    rng, d = np.random.default_rng(check.whole(seed=seed)), g * m
    curvatures = np.geomspace(1, check.positive(condition=condition), m if m > 1 else d)
    root = np.zeros((d, d))
    for k in range(g):
        turn = np.linalg.qr(rng.standard_normal((m, m)))[0]
        inside = curvatures if m > 1 else curvatures[k : k + 1]
        root[k * m : (k + 1) * m, k * m : (k + 1) * m] = turn * np.sqrt(inside) @ turn.T
    between = rng.standard_normal((d, d))
    between = np.where(np.arange(d)[:, None] // m == np.arange(d) // m, 0.0, between + between.T)
    between /= np.abs(np.linalg.eigvalsh(between)).max()
    h = root @ (np.eye(d) + coupling * between) @ root
    return (h + h.T) / 2
