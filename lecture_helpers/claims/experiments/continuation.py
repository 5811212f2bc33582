"""What continuation reaches, what its blur keeps, and what it has to do with a curriculum."""

from collections.abc import Iterator, Mapping

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.curriculum.difficulty import entropy
from lecture_helpers.curriculum.pacing import SHAPES, pacing, pacing_weights
from lecture_helpers.optimization.gaussian_smoothing import gaussian_smoothing
from lecture_helpers.optimization.graduated_descent import (
    graduated_descent,
    random_starts,
    reached,
    sigma_schedule,
)
from lecture_helpers.test_functions.clock_speed import clock, clock_weights, weighted_clock
from lecture_helpers.test_functions.multimodal import (
    double_well,
    random_waves,
    random_wells,
    ripples,
    ripples_convex_from,
    two_wells,
)
from lecture_helpers.test_functions.smoothable import Landscape, Wells

WITHIN = 0.1  # of a global minimum, in every coordinate: reached
HIGHER = 0.01  # what counts as a higher end; wells are 0.5 to 16 deep
PLAIN = 2000  # gradients from every end on: by then it stands still
STILL = 1e-10  # a step below which nothing moves any more
RIPPLES, WAVES = "ripples", "random waves"
ALIKE, NARROW = "wells of one width", "the deeper, the narrower"
FREE, THIN = "depth and width independent", "a needle beside a basin"
LESS = "a deep well of at most 0.6 of its neighbour's volume"
NEARLY = "a deep well of 0.6 to 0.9 of its neighbour's volume"
MORE = "a deep well of more volume than its neighbour"
PLACES = {
    RIPPLES: (10,), WAVES: (2, 5, 10), ALIKE: (2, 5, 10), FREE: (2, 5, 10), NARROW: (2, 5, 10),
    LESS: (2, 5), NEARLY: (2,), MORE: (2,), THIN: (2,),
}  # fmt: skip
KINDS = tuple(f"{family} in {d} dimensions" for family, every in PLACES.items() for d in every)
WIDTHS = {ALIKE: "alike", NARROW: "narrow", FREE: "free"}
VOLUMES = {LESS: (0.3, 0.6), NEARLY: (0.6, 0.9), MORE: (1.5, 3.0)}


def _drawn(kind: str, rng: np.random.Generator) -> tuple[Landscape, float, float]:
    """A random landscape of that kind, the reach of its starts, and a first blur.

    Two wells: one of depth 1 and width 1, and one of depth 2 to 4 (8 to 16 in five dimensions, so
    that it is not thinner still), 3 to 4 away. Its volume, depth times width^d, is that of
    ``VOLUMES``; the needle is 0.15 to 0.3 wide, so that few starts lie where plain descent would
    find it.
    """
    family, _, place = kind.partition(" in ")
    seed, d = int(rng.integers(2**31)), int(place.split()[0])
    if family == RIPPLES:
        height, waves, phase = rng.uniform(0.5, 2), rng.uniform(2, 4), rng.uniform(0, 2 * np.pi)
        return ripples(height, waves, phase, dimensions=d), 6.0, 1.5
    if family == WAVES:
        return random_waves(seed, d), 6.0, 2.0
    if family == THIN or family in VOLUMES:
        depth = rng.uniform(2, 4) * (4 if d == 5 else 1)
        thin, apart = rng.uniform(0.15, 0.3), rng.uniform(3, 4)
        width = thin if family == THIN else (rng.uniform(*VOLUMES[family]) / depth) ** (1 / d)
        made = two_wells(depth, float(width), apart=apart, dimensions=d)
        return made, 4.0 if family == THIN else 3.0, 4.0
    return random_wells(seed, d, kind=WIDTHS[family]), 4.0, 2.5


def searches(seeds, *, kinds=KINDS, landscapes=10, starts=10, levels=12, steps=60) -> dict:
    """C40, C42, C44: shares of the starts that a search brings to the global minimum.

    Every landscape is new. From the same random starts: the continuation with the exact blur; "best
    of k", the lowest end of ``levels`` short plain descents, from that start and fresh ones; and
    plain descent. "little blur" begins with a quarter of the first blur. "near by" is the best of k
    whose starts are all drawn within the first blur of the middle. Each makes levels * steps
    gradients, and then ``PLAIN`` more from its end, or fewer where it stands still before. "ends
    lower" and "ends higher" compare the continuation with plain descent, start by start. "blur" and
    "centre" are the continuation and plain descent from the middle of the region, a single start.
    Every step is the inverse of the steepest curvature. No search can fail otherwise than by ending
    elsewhere, which its share counts.

    Of two wells: the share of landscapes in which ``VOLUME``, or ``MERGED``, foretells from the
    formula whether the blur leads to the deeper one.
    """

    def of_seed(seed: int) -> dict:
        found = {}
        for kind in kinds:
            rng = np.random.default_rng([seed, 11])
            shares = [
                _shares(rng, *_drawn(kind, rng), starts, levels, steps) for _ in range(landscapes)
            ]
            means = {name: np.mean([s[name] for s in shares]) for name in shares[0]}
            found |= {f"{kind}: {name}": mean for name, mean in means.items()}
        return found | {"half": 0.5}

    return by_seed(of_seed, seeds)


def _shares(rng, cost, reach, first, starts, levels, steps) -> dict[str, float]:
    seed, d = int(rng.integers(2**31)), cost.dimensions
    begin = np.concatenate([random_starts(starts, d, reach=reach, seed=seed), np.zeros((1, d))])
    sigmas = sigma_schedule(first, levels)
    ends = settled(cost, {
        "continuation": graduated_descent(cost, begin, sigmas, steps=steps).end,
        "little blur":
            graduated_descent(cost, begin, sigma_schedule(first / 4, levels), steps=steps).end,
        "plain": descended(cost, begin, levels * steps),
        "best of k": lowest_of(cost, begin, levels, steps, reach, seed),
        "near by": lowest_of(cost, begin, levels, steps, first, seed, given=False),
    })  # fmt: skip
    there = {name: reached(cost, end, WITHIN) for name, end in ends.items()}
    above = (cost.value(ends["continuation"]) - cost.value(ends["plain"]))[:-1]
    blur = bool(there["continuation"][-1])
    return {name: arrived[:-1].mean() for name, arrived in there.items()} | {
        "ends lower": np.mean(above < -HIGHER), "ends higher": np.mean(above > HIGHER),
        "blur": float(blur), "centre": float(there["plain"][-1]),
    } | {rule: float(says == blur) for rule, says in foretold(cost).items()}  # fmt: skip


VOLUME = "foretold by the larger volume"
MERGED = "foretold by the larger depth where the two grow together"


def foretold(cost: Landscape) -> dict[str, bool]:
    """Whether two rules say that the blur leads to the second of two wells; {} for other costs.

    Two equal wells of width 1, a distance apart, grow together at sigma^2 = (apart / 2)^2 - 1.

    >>> foretold(two_wells(3.0, 0.55, dimensions=2)).values()
    dict_values([False, True])
    """
    (well, *others), d = cost.terms, cost.dimensions
    if others or not isinstance(well, Wells):
        return {}
    variance = float(np.sum((well.centres[1] - well.centres[0]) ** 2)) / 4 - 1
    volume = well.depths * well.widths**d
    depth = volume / (well.widths**2 + variance) ** (d / 2)
    return {VOLUME: bool(volume[1] > volume[0]), MERGED: bool(depth[1] > depth[0])}


def lowest_of(
    cost: Landscape, starts: np.ndarray, k: int, steps: int, reach: float, seed: int, given=True
) -> np.ndarray:
    """The lowest end (n, d) of descents from k starts each, fresh ones within ``reach``.

    The first of them is the given start, if that is wanted.
    """
    n, d = starts.shape
    several = random_starts(k * n, d, reach=reach, seed=seed + 1).reshape(k, n, d)
    if given:
        several[0] = starts
    ends = descended(cost, several, steps)
    return ends[np.argmin(cost.value(ends), axis=0), np.arange(n)]


def descended(cost: Landscape, theta: np.ndarray, steps: int) -> np.ndarray:
    """The end (..., d) of plain descent at the inverse of the steepest curvature."""
    for _ in range(steps):
        step = cost.gradient(theta) / cost.steepest
        theta = theta - step
        if np.abs(step).max() < STILL:
            break
    return theta


def settled(cost: Landscape, ends: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every search's ends (n, d) after ``PLAIN`` gradients more."""
    last = descended(cost, np.stack(list(ends.values())), PLAIN)
    return dict(zip(ends, last, strict=True))


def convex_when_blurred(seeds, *, costs=10) -> Record:
    """C43: the closed-form thresholds, from both sides, and a landscape that has none."""
    tolerances = {
        "blur in closed form against quadrature": 1e-9,
        "at the threshold and beyond: second derivative below 0 by": 1e-9,
        "just under the threshold: lowest second derivative above 0 by": 1e-12,
        "wells without a bowl: lowest second derivative above 0 by": 1e-12,
    }
    return largest(lambda seed: map(_convexity, _convex_cases(seed, costs)), tolerances, seeds)


def _convex_cases(seed: int, costs: int) -> Iterator[tuple]:
    rng = np.random.default_rng([seed, 14])
    for _ in range(costs):
        height, waves, c = rng.uniform(0.5, 3), rng.uniform(2, 6), rng.uniform(0.5, 2)
        yield ripples(height, waves, curvature=c), ripples_convex_from(height, waves, c), rng
        dip = rng.uniform(0.5, 9)
        yield double_well(dip, rng.normal()), np.sqrt(dip / 6), rng
        yield two_wells(rng.uniform(0.5, 3), rng.uniform(0.1, 1)), np.inf, rng


def _convexity(case) -> tuple[float, float, float, float]:
    cost, sigma, rng = case
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    points = rng.uniform(-2, 2, 5)
    quadrature = cost.value((points[:, None] + 0.3 * nodes)[..., None]) @ weights
    exact = gaussian_smoothing(cost, 0.3).value(points[:, None])
    missed = np.abs(quadrature / np.sqrt(2 * np.pi) - exact).max() / (1 + np.abs(exact).max())
    if np.isinf(sigma):
        return missed, 0.0, 0.0, max(0.0, _lowest(cost, float(rng.uniform(0, 8))))
    beyond = min(_lowest(cost, s) for s in sigma * np.array([1, 1.01, 1.5, 3]))
    return missed, max(0.0, -beyond), max(0.0, _lowest(cost, 0.98 * sigma)), 0.0


def _lowest(cost: Landscape, sigma: float) -> float:
    grid = np.linspace(-6 - 4 * sigma, 6 + 4 * sigma, 20_001)[:, None]
    return float(gaussian_smoothing(cost, sigma).hessian(grid).min())


def curriculum_is_continuation(seeds, *, examples=60, stages=40) -> Record:
    """C45: weighted costs that end at the real one; and a blur that is a weighting of examples.

    The blur of the clock's cost is computed by quadrature from its unweighted examples.
    """
    tolerances = {
        "the last weights differ from 1 by": 1e-12,
        "the spread of the weights ever narrows by": 1e-12,
        "the last weighted cost differs from the real cost by": 1e-12,
        "the blurred cost differs from the weighted cost by": 1e-9,
    }
    return largest(lambda seed: _bridges(seed, examples, stages), tolerances, seeds)


def _bridges(seed: int, examples: int, stages: int) -> Iterator[tuple[float, ...]]:
    rng = np.random.default_rng([seed, 15])
    times, errors = rng.uniform(0, 10, examples), 0.3 * rng.standard_normal(examples)
    speeds, cost = rng.uniform(-3, 3, (20, 1)), clock(times, 1.2, errors)
    for shape in SHAPES:
        start, pace = rng.uniform(0.05, 0.9), rng.uniform(0.1, 0.95)
        parts = pacing(np.linspace(0, 1, stages), start=start, pace=pace, shape=shape)
        weights = [pacing_weights(np.argsort(times), part) for part in parts]
        spread = np.diff([entropy(w) for w in weights])
        last = weighted_clock(times, 1.2, weights[-1], errors).value(speeds)
        blurred = _blur_against_weights(cost, times, errors, speeds, float(rng.uniform(0, 0.5)))
        apart = np.abs(last - cost.value(speeds)).max()
        yield np.abs(weights[-1] - 1).max(), max(0.0, -spread.min()), apart, blurred


def _blur_against_weights(cost, times, errors, speeds, sigma: float) -> float:
    nodes, weights = np.polynomial.hermite_e.hermegauss(100)
    around = cost.value((speeds + sigma * nodes)[..., None]) @ weights / np.sqrt(2 * np.pi)
    weighed = weighted_clock(times, 1.2, clock_weights(times, sigma), errors).value(speeds)
    return float(np.abs(around - weighed).max())
