"""What continuation reaches, what its blur keeps, and what sampling it costs: the experiments."""

from collections.abc import Callable, Iterator, Sequence

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
    compare_searches,
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

WITHIN = 0.1
RIPPLES, WAVES = "ripples in 10 dimensions", "random waves in 2 dimensions"
ALIKE, NARROW = "wells of one width", "the deeper, the narrower"
FREE, NEEDLE = "depth and width independent", "a needle beside a basin"
KINDS = (RIPPLES, WAVES, ALIKE, NARROW, NEEDLE)
WIDTHS = {ALIKE: "alike", NARROW: "narrow", FREE: "free"}


def _drawn(kind: str, rng: np.random.Generator) -> tuple[Landscape, float, float]:
    """A random landscape of that kind, the reach of its starts, and a first blur."""
    seed = int(rng.integers(2**31))
    if kind == RIPPLES:
        height, waves, phase = rng.uniform(0.5, 2), rng.uniform(2, 4), rng.uniform(0, 2 * np.pi)
        return ripples(height, waves, phase, dimensions=10), 6.0, 1.5
    if kind == WAVES:
        return random_waves(seed, 2), 6.0, 2.0
    if kind == NEEDLE:
        depth, width, apart = rng.uniform(2, 4), rng.uniform(0.15, 0.3), rng.uniform(3, 4)
        return two_wells(depth, width, apart=apart, dimensions=2), 4.0, 4.0
    return random_wells(seed, 2, kind=WIDTHS[kind]), 4.0, 2.5


def searches(seeds, *, landscapes=20, starts=20, levels=12, steps=60) -> dict:
    """C40, C42: the share of starts that each search brings to the global minimum.

    Every landscape is new. Every search makes levels * steps gradients a start at the inverse of
    the steepest curvature: continuation with the exact blur, plain descent, the best of ``levels``.
    """
    names = ("continuation", "plain", "best of k")

    def arrivals(rng, cost, reach, first) -> list:
        seed = int(rng.integers(2**31))
        found = compare_searches(
            cost, random_starts(starts, cost.dimensions, reach=reach, seed=seed),
            sigma_schedule(first, levels), steps=steps, within=WITHIN, reach=reach, seed=seed,
        )  # fmt: skip
        return [found.continuation.mean(), found.plain.mean(), found.best_of_k.mean()]

    return _mean_shares(seeds, 11, KINDS, landscapes, names, arrivals)


def _mean_shares(
    seeds, stream: int, kinds: Sequence[str], landscapes: int, names: Sequence[str],
    measure: Callable,
) -> dict:  # fmt: skip
    """Per kind the means over new landscapes of what ``measure`` finds, a share for every name."""

    def of_seed(seed: int) -> dict:
        found = {}
        for kind in kinds:
            rng = np.random.default_rng([seed, stream])
            shares = [measure(rng, *_drawn(kind, rng)) for _ in range(landscapes)]
            means = zip(names, np.mean(shares, axis=0), strict=True)
            found |= {f"{kind}: {name}": mean for name, mean in means}
        return found

    return by_seed(of_seed, seeds)


def sampled_searches(seeds, *, starts=10, levels=10, steps=200, first=0.7) -> Record:
    """C41: continuation on Rastrigin's function with a sampled blur, at equal gradients.

    The extras hold the share of points whose sampled blur lies within four standard errors of the
    closed form, and the share of bands of 1.96 standard errors that cover it.
    """
    cases = {
        f"{d} dimensions, {samples} draws": (d, samples)
        for d, counts in ((2, (1, 10, 100)), (10, (10, 100))) for samples in counts
    }  # fmt: skip

    def arrivals(seed: int) -> dict:
        found = {}
        for case, (d, samples) in cases.items():
            shares = compare_searches(
                rastrigin(d), random_starts(starts, d, reach=3.0, seed=seed),
                sigma_schedule(first, levels), steps=steps, within=0.3, reach=3.0,
                samples=samples, seed=seed,
            )  # fmt: skip
            found[f"{case}: continuation"] = shares.continuation.mean()
            found[f"{case}: plain"] = shares.plain.mean()
            found[f"{case}: best of k"] = shares.best_of_k.mean()
        return found

    return Record(tuple(seeds), by_seed(arrivals, seeds), extras=by_seed(_bands, seeds))


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


def information(seeds, *, landscapes=25, chances=50, levels=24, steps=100) -> dict:
    """C44: does the blurred minimum, followed down slowly, lead to the global one? Against chance.

    Chance is the share of uniform starts that plain descent brings there. The follower starts in
    the centre; "centre" is plain descent from there. Ripples are left out: their blur is the bowl
    they were made from.
    """
    kinds, names = (WAVES, ALIKE, FREE, NARROW, NEEDLE), ("blur", "chance", "centre")

    def led(rng, cost, reach, first) -> list:
        seed, start = int(rng.integers(2**31)), np.zeros(cost.dimensions)
        starts = random_starts(chances, cost.dimensions, reach=reach, seed=seed)
        end = graduated_descent(cost, start, sigma_schedule(first, levels), steps=steps).end
        plain, centre = (
            graduated_descent(cost, begin, [0.0], steps=levels * steps // 4).end
            for begin in (starts, start)
        )
        return [np.mean(reached(cost, points, WITHIN)) for points in (end, plain, centre)]

    return _mean_shares(seeds, 13, kinds, landscapes, names, led)


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
