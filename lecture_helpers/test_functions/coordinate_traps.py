"""Costs on which minimising one variable at a time does not end where it should."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from lecture_helpers.foundation.validation import (
    between,
    few,
    finite,
    finite_array,
    listed,
    many,
    positive,
    shown,
)
from lecture_helpers.test_functions.surfaces import Surface, of_plane


def kinked_valley(kink: float = 3.0) -> Surface:
    """The convex ``|x + y| + kink |x - y|``, minimum at 0, with a sharp valley along x = y.

    From any point of the valley floor both variables alone lead uphill. The gradient is one of the
    subgradients where the cost has a kink. Compare Tseng 2001.
    """
    kink = positive(kink=kink)

    def gradient(x, y):
        along, across = np.sign(x + y), kink * np.sign(x - y)
        return along + across, along - across

    return of_plane(
        "kinked valley",
        lambda x, y: np.abs(x + y) + kink * np.abs(x - y),
        gradient,
        [[0, 0]],
    )


def kinked_minimiser(kink: float = 3.0) -> Callable:
    """The exact minimiser along one variable of ``kinked_valley``: its heavier kink."""
    sign = 1.0 if positive(kink=kink) > 1 else -1.0
    return lambda x, block: sign * x[1 - block]


def coupled_wells(coupling: float = 2.0) -> Surface:
    """``(x^2 + y^2) / 2 + coupling x y + (x^4 + y^4) / 4``: a saddle at 0 between two equal wells.

    Along each variable alone 0 is the lowest point, though the cost falls along the diagonal.

    Raises:
        ValueError: a coupling of 1 or less, which has no saddle.
    """
    c = positive(coupling=coupling)
    if c <= 1:
        raise ValueError(f"coupling must be a finite number above 1, not {shown(coupling)}.")
    well = np.sqrt(c - 1)
    return of_plane(
        "two wells",
        lambda x, y: (x**2 + y**2) / 2 + c * x * y + (x**4 + y**4) / 4,
        lambda x, y: (x + c * y + x**3, y + c * x + y**3),
        [[well, -well], [-well, well]],
    )


def coupled_wells_minimiser(coupling: float = 2.0) -> Callable:
    """The exact minimiser of ``coupled_wells`` along a variable, a root of x^3 + x + coupling y."""
    c = positive(coupling=coupling)

    return lambda x, block: _cubic_root(-c * x[1 - block])


def flat_saddle() -> Surface:
    """``(x + y)^2 / 2 + 0.3 (x^3 - y^3) + (x^4 + y^4) / 4``: one minimum, and a flat saddle at 0.

    Along every line parallel to an axis it is strictly convex. Along x = -y it is
    0.6 x^3 + x^4 / 2, which falls on one side of 0 and rises on the other.
    """
    return of_plane(
        "flat saddle",
        lambda x, y: (x + y) ** 2 / 2 + 0.3 * (x**3 - y**3) + (x**4 + y**4) / 4,
        lambda x, y: (x + y + 0.9 * x**2 + x**3, x + y - 0.9 * y**2 + y**3),
        [[-0.9, 0.9]],
    )


def flat_saddle_minimiser() -> Callable:
    """The exact minimiser along one variable, by Cardano's shift of 0.3.

    Of ``flat_saddles`` too, along one variable of every pair at once.
    """
    slope = 1 - 3 * 0.3**2  # of the cubic without its square

    def minimise(x, block):
        sign = 1 - 2 * (np.asarray(block) % 2)  # + for x, - for y
        value = sign * (0.3 * slope + 0.3**3) - x[block + sign]
        return np.sqrt(slope) * _cubic_root(value / slope**1.5) - 0.3 * sign

    return minimise


def flat_saddles(pairs: int) -> Surface:
    """So many ``flat_saddle`` side by side, in (2 pairs,) variables: x and y, then the next two."""
    one, n = flat_saddle(), few(pairs=pairs)

    def apart(points):
        points = np.asarray(points, dtype=float)
        return points.reshape(*points.shape[:-1], n, 2)

    return Surface(
        "flat saddles",
        lambda points: one.value(apart(points)).sum(axis=-1),
        lambda points: one.gradient(apart(points)).reshape(np.shape(points)),
        np.tile(one.minima, n),
    )


def many_wells(couplings: np.ndarray) -> Surface:
    """``sum_i (x_i^4 / 4 + x_i^2 / 2) + x'Jx / 2`` with J (d, d): along every variable one minimum.

    ``coupled_wells`` is the case of two variables. With strong couplings of both signs there are
    many minima; ``minima`` is empty, since they are not known.

    Raises:
        ValueError: couplings that are not symmetric with 0 on the diagonal.
    """
    j = finite_array(couplings=couplings, ndim=2)
    if j.shape[0] != j.shape[1] or (j != j.T).any() or np.diagonal(j).any():
        raise ValueError("couplings must be symmetric and 0 on the diagonal.")

    def value(x):
        x = np.asarray(x, dtype=float)
        return (x**4 / 4 + x**2 / 2 + x * (x @ j) / 2).sum(axis=-1)

    def gradient(x):
        x = np.asarray(x, dtype=float)
        return x**3 + x + x @ j

    return Surface("many wells", value, gradient, np.empty((0, len(j))))


def many_wells_minimiser(couplings: np.ndarray) -> Callable:
    """The exact minimiser of ``many_wells`` along a variable, a root of x^3 + x + (Jx)_i."""
    j = np.asarray(couplings, dtype=float)
    return lambda x, block: _cubic_root(-(j[block] @ x))


def _cubic_root(value):
    """The real root of x^3 + x = value."""
    return 2 / np.sqrt(3) * np.sinh(np.arcsinh(1.5 * np.sqrt(3) * value) / 3)


def absolute_errors(design: np.ndarray, targets: np.ndarray) -> Surface:
    """The convex ``sum_i |targets_i - (design x)_i|``, design (n, d), whose kinks lie askew.

    Its minimum is found by a linear programme; it is unique for data in general position.
    """
    from scipy.optimize import linprog

    a = finite_array(design=design, ndim=2)
    n, d = a.shape
    b = finite_array(targets=targets, shape=(n,))
    price = np.concatenate([np.zeros(d), np.ones(2 * n)])
    bounds = [(None, None)] * d + [(0, None)] * (2 * n)
    found = linprog(price, A_eq=np.hstack([a, np.eye(n), -np.eye(n)]), b_eq=b, bounds=bounds)
    return Surface(
        "absolute errors",
        lambda x: np.abs(b - np.asarray(x, dtype=float) @ a.T).sum(axis=-1),
        lambda x: -np.sign(b - np.asarray(x, dtype=float) @ a.T) @ a,
        found.x[None, :d],
    )


def absolute_errors_minimiser(design: np.ndarray, targets: np.ndarray) -> Callable:
    """The exact minimiser of ``absolute_errors`` along a variable, a weighted median."""
    a, b = np.asarray(design, dtype=float), np.asarray(targets, dtype=float)

    def minimise(x, block):
        column = a[:, block[0]]
        kinks = (b - a @ x) / column + x[block]
        order = np.argsort(kinks)
        weight = np.cumsum(np.abs(column[order]))
        return kinks[order[np.searchsorted(weight, weight[-1] / 2)]]

    return minimise


def powell() -> Surface:
    """Powell's ``-xy - yz - zx + sum_i max(0, |x_i| - 1)^2``, unbounded below. Powell 1973.

    Its ``minima`` are empty: there are none.
    """

    def value(t):
        x, y, z = np.moveaxis(np.asarray(t, dtype=float), -1, 0)
        beyond = np.maximum(np.abs(t) - 1.0, 0.0)
        return -x * y - y * z - z * x + (beyond**2).sum(axis=-1)

    def gradient(t):
        t = np.asarray(t, dtype=float)
        beyond = np.maximum(np.abs(t) - 1.0, 0.0)
        return t - t.sum(axis=-1, keepdims=True) + 2 * np.sign(t) * beyond

    return Surface("powell", value, gradient, np.empty((0, 3)))


def powell_start(excess: float | Fraction = Fraction(1, 8)) -> tuple:
    """Powell's starting point ``(-1 - e, 1 + e/2, -1 - e/4)``; exact where e is a Fraction."""
    positive(excess=excess)
    return -1 - excess, 1 + excess / 2, -1 - excess / 4


def powell_walk(start: Sequence, updates: int, tie: float | int = 0) -> list[tuple]:
    """The ``updates + 1`` points of ``x_i <- sign(s) (1 + |s| / 2)``, s the sum of the other two.

    The arithmetic is that of ``start``: with Fractions every point is exact, with floats it is
    rounded. Where s is 0, all of [-1, 1] minimises and ``tie`` is taken.

    Raises:
        ValueError: start is not three finite numbers, a tie outside [-1, 1].

    >>> [str(v) for v in powell_walk(powell_start(), 1)[1]]
    ['65/64', '17/16', '-33/32']
    """
    x = listed(start=start)
    finite_array(start=[finite(start=v) for v in x], shape=(3,))
    between(-1, 1, tie=tie)
    points = [tuple(x)]
    for t in range(many(least=0, updates=updates)):
        i = t % 3
        s = x[i - 1] + x[i - 2]
        size = 1 + abs(s) / 2
        x[i] = size if s > 0 else -size if s < 0 else tie
        points.append(tuple(x))
    return points


def bounded_powell(bound: float = 4.0) -> Surface:
    """Powell's function and ``sum_i max(0, |x_i| - bound)^4``: the circle stays, minima appear.

    They lie at plus and minus ``bound + 2^(-1/3)`` times (1, 1, 1), and nowhere else: x_i grows
    with the sum of the other two, so that all must be equal. The only other stationary point is 0.

    Raises:
        ValueError: a bound of 2 or less, which could touch the circle.
    """
    b = _bound(bound)
    free = powell()

    def value(t):
        return free.value(t) + (np.maximum(np.abs(t) - b, 0.0) ** 4).sum(axis=-1)

    def gradient(t):
        return free.gradient(t) + 4 * np.sign(t) * np.maximum(np.abs(t) - b, 0.0) ** 3

    corner = (b + 0.5 ** (1 / 3)) * np.ones(3)
    return Surface("bounded Powell", value, gradient, np.array([corner, -corner]))


def bounded_powell_minimiser(bound: float = 4.0) -> Callable:
    """The exact minimiser of ``bounded_powell`` along a variable; where s is 0 it takes 0."""
    b = _bound(bound)

    def minimise(x, block):
        s = x.sum() - x[block]
        size = 1 + np.abs(s) / 2
        over = np.maximum(size - b, 0.0) / 2  # then u = x - b solves u^3 + u / 2 = over
        beyond = 2 / np.sqrt(6) * np.sinh(np.arcsinh(3 * np.sqrt(6) * over) / 3)
        return np.sign(s) * (np.minimum(size, b) + beyond)

    return minimise


def _bound(bound: float) -> float:
    bound = positive(bound=bound)
    if bound <= 2:
        raise ValueError(f"bound must be a finite number above 2, not {shown(bound)}.")
    return bound
