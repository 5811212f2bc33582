"""The experiments of lesson 1 on chains of single units: what a step promises and keeps."""

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.networks.scalar_chain import (
    chain_after_step,
    chain_gradient,
    chain_orders,
    chain_output,
    chain_weights,
    step_for_decrease,
)


def _chains(seed: int, chains: int) -> Iterator[tuple[np.ndarray, float, float]]:
    """Random chains of 2 to 50 positive weights around 1: (weights, input, delta / y)."""
    rng = np.random.default_rng([seed, 1])
    for _ in range(chains):
        spread, depth = rng.uniform(0, 1), int(rng.integers(2, 51))
        w = np.exp(spread * rng.standard_normal(depth))
        yield w, float(rng.uniform(0.5, 2)), float(rng.uniform(0.01, 1))


def first_order_promise(seeds, *, chains=50) -> Record:
    """C2: what the first order promises, and how much of it the joint update keeps.

    Deviations relative to the output y. With r = delta / y in (0, 1] and l layers the real
    decrease lies between ``(1 - (1 - r/l)^l) / r`` and 1 times the promised one.
    """
    tolerances = {
        "the first order is -eps g'g": 1e-12,
        "eps = delta / g'g promises delta": 1e-12,
        "the real decrease lies between its bounds": 1e-12,
    }
    return largest(lambda seed: map(_promise, _chains(seed, chains)), tolerances, seeds)


def _promise(chain) -> tuple[float, ...]:
    w, x, r = chain
    y, g, depth = chain_output(w, x), chain_gradient(w, x), len(w)
    eps = step_for_decrease(w, x, r * y)
    first = chain_orders(w, x, eps)[1]
    kept = (y - float(chain_after_step(w, x, eps))) / (r * y)
    least = (1 - (1 - r / depth) ** depth) / r
    outside = max(least - kept, kept - 1, 0.0)
    return abs(first + eps * g @ g) / y, abs(first + r * y) / y, outside


TWO_CHAINS = ((2, 1.0), (50, 1.2))  # layers, and the weight of each


def higher_orders(seeds, *, chains=50, step=0.1, delta=0.1) -> Record:
    """C3: the orders of the joint update, and how far the second one ranges beside the first.

    Order k is ``y (-eps y)^k e_k(1 / w^2)``. By Maclaurin's inequality the slide's own step, which
    promises ``delta``, keeps the second order below half of delta / y times the first, by a factor
    of 1 - 1 / layers and with equality for equal weights; so it is large where delta is beside y.
    With one fixed ``step`` the ratio differs by decades between a shallow and a deep chain
    (measured as the decades missing from three).
    """
    tolerances = {
        "the orders add up to the new output": 1e-10,
        "order k is y (-eps y)^k e_k(1/w^2)": 1e-10,
        "the slide's step: second over first at most r/2": 1e-12,
        "a fall of 0.1, whatever y: second over first, as a share of r/2, at most 1": 1e-12,
        "equal weights: second over first is (1 - 1/layers) r/2": 1e-10,
        "a fixed step: decades missing from three between two chains": 1e-12,
    }
    return largest(lambda seed: _orders(_chains(seed, chains), step, delta), tolerances, seeds)


def _orders(chains: Iterable, step: float, delta: float) -> Iterator[tuple[float, ...]]:
    fixed = [_second_over_first(np.full(*chain), 1.0, step) for chain in TWO_CHAINS]
    for w, x, r in chains:
        y, eps = chain_output(w, x), step_for_decrease(w, x, r * chain_output(w, x))
        orders, k = chain_orders(w, x, eps), np.arange(len(w) + 1)
        closed = y * (-eps * y) ** k * np.abs(np.poly(-(w**-2.0)))
        slide = _second_over_first(w, x, eps) - r / 2
        added = abs(orders.sum() - float(chain_after_step(w, x, eps))) / y
        order_k = np.abs(orders - closed).max() / y
        absolute = _share_of_bound(w, x, delta) - 1
        alike = abs(_share_of_bound(np.full(len(w), w.mean()), x, delta) / (1 - 1 / len(w)) - 1)
        missing = max(0.0, 3 - np.ptp(np.log10(fixed)))
        yield added, order_k, max(0.0, slide), max(0.0, absolute), alike, missing


def _second_over_first(w, x, eps: float) -> float:
    orders = chain_orders(w, x, eps)
    return float(-orders[2] / orders[1])


def _share_of_bound(w, x, delta: float) -> float:
    """Second over first order of the step that promises delta, as a share of delta / (2 y)."""
    ratio = _second_over_first(w, x, step_for_decrease(w, x, delta))
    return ratio * 2 * chain_output(w, x) / delta


SIZES = (2, 3, 5, 10, 50)  # depths at which small and large weights are compared
PLACES = ("depths 2, 10, 50, three spreads", "weights around 0.8 and 1.25, depth 10",
          "three depths, spreads and sizes", "weights drawn freely")  # fmt: skip


def faithful_step(seeds, *, depths=(2, 10, 50), spreads=(0.0, 0.4, 0.8), factors=(0.8, 1.0, 1.25),
                  tolerance=0.1) -> dict:  # fmt: skip
    """C4: log10 of the largest step that keeps the first-order promise to within 10 %.

    "depth d" and "small weights, depth d": of one chain, its weights of product 1 times a factor.
    Of several chains, the ``PLACES``: by how many decades the most and the least tolerant one
    differ, for one fixed step eps ("fixed"), for the slide's rule, whose step is the fall delta =
    eps g'g that it promises ("fall"), and for steps that promise a share of y, delta / y ("share").
    The places: of product 1 for all ``depths`` and ``spreads``; small and large weights at depth
    10; for all depths and spreads times ``factors``; drawn without a fixed product, deviation 0.4
    of their logarithms, three of every depth.
    """

    def of_seed(seed: int) -> dict:
        small, *_, large = factors
        found = {f"depth {d}": _tolerated(chain_weights(d, 0.4, seed), tolerance)[0]
                 for d in depths}  # fmt: skip
        for name, factor in (("small", small), ("large", large)):
            for depth in SIZES:
                w = factor * chain_weights(depth, 0.4, seed)
                found[f"{name} weights, depth {depth}"] = _tolerated(w, tolerance)[0]
        cases = list(product(depths, spreads))
        pair = [factor * chain_weights(10, 0.4, seed) for factor in (small, large)]
        one = [chain_weights(d, s, seed) for d, s in cases]
        every = [factor * w for factor in factors for w in one]
        for place, chains in zip(PLACES, (one, pair, every, _free(seed, depths)), strict=True):
            found |= {f"{place}: {by}": v for by, v in _decades(chains, tolerance).items()}
        return found

    return by_seed(of_seed, seeds)


def _free(seed: int, depths: Iterable[int], each: int = 3) -> list[np.ndarray]:
    rng = np.random.default_rng([seed, 7])
    return [np.exp(0.4 * rng.standard_normal(depth)) for depth in depths for _ in range(each)]


def _decades(chains: Iterable[np.ndarray], tolerance: float) -> dict[str, float]:
    """By how much chains differ in what they tolerate: of eps, of eps g'g, of eps g'g / y."""
    ranges = np.ptp([_tolerated(w, tolerance) for w in chains], axis=0)
    return dict(zip(("fixed", "fall", "share"), map(float, ranges), strict=True))


def _tolerated(w: np.ndarray, tolerance: float) -> tuple[float, float, float]:
    """log10 of the first step at which actual over promised leaves 1 -+ tolerance, on a fine grid.

    As eps, as the promised fall eps g'g, and as the share of y that is promised.
    """
    y, g = chain_output(w), chain_gradient(w)
    shares = np.geomspace(0.1, 1e5, 6001)
    steps = shares * y / float(g @ g)
    kept = (y - chain_after_step(w, 1.0, steps)) / (shares * y)
    unfaithful = np.abs(kept - 1) > tolerance
    at = int(unfaithful.argmax()) if unfaithful.any() else -1
    eps, share = np.log10(steps[at]), np.log10(shares[at])
    return float(eps), float(share + np.log10(y)), float(share)
