"""What continuation reaches, what its blur keeps, and what sampling it costs: the experiments."""

from collections.abc import Iterator

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.curriculum.difficulty import entropy
from lecture_helpers.curriculum.pacing import SHAPES, pacing, pacing_weights
from lecture_helpers.optimization.gaussian_smoothing import (
    gaussian_smoothing,
    perturbations,
    sampled_smoothing,
)
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
    rastrigin,
    ripples,
    ripples_convex_from,
    two_wells,
)
from lecture_helpers.test_functions.smoothable import Landscape

WITHIN = 0.1  # of a global minimum, in every coordinate: reached
HIGHER = 0.01  # what counts as a higher end; wells are 0.5 to 4 deep
PLAIN = 2000  # gradients of a plain descent: by then it stands still
RIPPLES, WAVES = "ripples in 10 dimensions", "random waves in 2 dimensions"
ALIKE, NARROW = "wells of one width", "the deeper, the narrower"
FREE, THIN = "depth and width independent", "a needle beside a basin"
LESS = "a deep well of less volume than its neighbour"
MORE = "a deep well of more volume than its neighbour"
KINDS = (RIPPLES, WAVES, ALIKE, FREE, NARROW, LESS, MORE, THIN)
WIDTHS = {ALIKE: "alike", NARROW: "narrow", FREE: "free"}
VOLUMES = {LESS: (0.3, 0.6), MORE: (1.5, 3.0)}


def _drawn(kind: str, rng: np.random.Generator) -> tuple[Landscape, float, float]:
    """A random landscape of that kind, the reach of its starts, and a first blur.

    Two wells: one of depth 1 and width 1, and one of depth 2 to 4, 3 to 4 away. Its volume, depth
    times width^2, is that of ``VOLUMES``; the needle is 0.15 to 0.3 wide, so that few starts lie
    where plain descent would find it.
    """
    seed = int(rng.integers(2**31))
    if kind == RIPPLES:
        height, waves, phase = rng.uniform(0.5, 2), rng.uniform(2, 4), rng.uniform(0, 2 * np.pi)
        return ripples(height, waves, phase, dimensions=10), 6.0, 1.5
    if kind == WAVES:
        return random_waves(seed, 2), 6.0, 2.0
    if kind == THIN or kind in VOLUMES:
        depth, thin, apart = rng.uniform(2, 4), rng.uniform(0.15, 0.3), rng.uniform(3, 4)
        width = thin if kind == THIN else np.sqrt(rng.uniform(*VOLUMES[kind]) / depth)
        return two_wells(depth, width, apart=apart, dimensions=2), 4.0 if kind == THIN else 3.0, 4.0
    return random_wells(seed, 2, kind=WIDTHS[kind]), 4.0, 2.5


def searches(seeds, *, kinds=KINDS, landscapes=12, starts=20, levels=12, steps=60) -> dict:
    """C40, C42, C44: shares of the starts that a search brings to the global minimum.

    Every landscape is new. From the same random starts: the continuation with the exact blur and
    the lowest end of ``levels`` short plain descents, at levels * steps gradients each, and plain
    descent, which gets more of them, so that it stands still. "ends lower" and "ends higher"
    compare the continuation with it, start by start. "blur" and "centre" are the continuation and
    plain descent from the middle of the region, a single start. Every step is the inverse of the
    steepest curvature. No search can fail otherwise than by ending elsewhere, which its share
    counts.
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
    ends = _ends(cost, begin, sigma_schedule(first, levels), steps, reach, seed)
    there = {name: reached(cost, end, WITHIN) for name, end in ends.items()}
    above = (cost.value(ends["continuation"]) - cost.value(ends["plain"]))[:-1]
    return {name: arrived[:-1].mean() for name, arrived in there.items()} | {
        "ends lower": np.mean(above < -HIGHER), "ends higher": np.mean(above > HIGHER),
        "blur": float(there["continuation"][-1]), "centre": float(there["plain"][-1]),
    }  # fmt: skip


def _ends(cost, starts, sigmas, steps: int, reach: float, seed: int, samples=None) -> dict:
    """Search to its ends, (n, d) each.

    The continuation and the best of k make ``len(sigmas) * steps`` gradients a start, times
    samples. The best of k takes the given start and k - 1 fresh ones, ``steps`` gradients each.
    """
    k, (n, d) = len(sigmas) * (samples or 1), starts.shape
    follow = graduated_descent(cost, starts, sigmas, steps=steps, samples=samples, seed=seed)
    several = random_starts(k * n, d, reach=reach, seed=seed + 1).reshape(k, n, d)
    several[0] = starts
    ends = _descended(cost, several, steps)
    lowest = np.argmin(cost.value(ends), axis=0)
    return {
        "continuation": follow.end, "best of k": ends[lowest, np.arange(n)],
        "plain": _descended(cost, starts, PLAIN),
    }  # fmt: skip


def _descended(cost: Landscape, theta: np.ndarray, steps: int) -> np.ndarray:
    """The end (..., d) of plain descent at the inverse of the steepest curvature."""
    for _ in range(steps):
        theta = theta - cost.gradient(theta) / cost.steepest
    return theta


CASES = {
    f"{d} dimensions, {samples} draw{'s' * (samples > 1)}": (d, samples)
    for d in (2, 10) for samples in (1, 10, 100)
}  # fmt: skip


def sampled_searches(seeds, *, starts=10, levels=10, steps=200, first=0.7) -> Record:
    """C41: continuation on Rastrigin's function with a sampled blur, at equal gradients.

    Beside it with the exact blur, plain descent, the middle between these two, and the best of k.
    "in its band" is the share of points at which the mean of 400 draws lies within 1.96 of its own
    standard errors of the closed form, and "nine in ten" what it is compared with. The extras hold
    the share within four standard errors.
    """

    def arrivals(seed: int) -> dict:
        found, sigmas = {}, sigma_schedule(first, levels)
        for case, (d, samples) in CASES.items():
            cost, begin = rastrigin(d), random_starts(starts, d, reach=3.0, seed=seed)
            ends = _ends(cost, begin, sigmas, steps, 3.0, seed, samples)
            ends["exact"] = graduated_descent(cost, begin, sigmas, steps=steps).end
            shares = {name: np.mean(reached(cost, end, 0.3)) for name, end in ends.items()}
            shares["middle"] = (shares["plain"] + shares["exact"]) / 2
            found |= {f"{case}: {name}": share for name, share in shares.items()}
        return found

    bands = by_seed(_bands, seeds)
    covered = {"in its band": bands["covered by 95 % bands"], "nine in ten": [0.9] * len(seeds)}
    extras = {"within four standard errors": bands["within four standard errors"]}
    return Record(tuple(seeds), by_seed(arrivals, seeds) | covered, extras=extras)


def _bands(seed: int, repeats: int = 100, draws: int = 400) -> dict[str, float]:
    cost, points = rastrigin(2), np.random.default_rng([seed, 12]).uniform(-3, 3, (20, 2))
    exact, errors = gaussian_smoothing(cost, 0.4).value(points), []
    for k in range(repeats):
        sampled = sampled_smoothing(cost, 0.4, perturbations(draws, 2, seed=1000 * seed + k))
        errors.append(np.abs(sampled.value(points) - exact) / sampled.standard_error(points))
    return {
        "within four standard errors": np.less(errors, 4).mean(),
        "covered by 95 % bands": np.less(errors, 1.96).mean(),
    }


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
