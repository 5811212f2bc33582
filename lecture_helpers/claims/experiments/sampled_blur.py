"""What it costs to sample a blur, and how honest the sample's own error is: C41."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.continuation import (
    WITHIN,
    descended,
    lowest_of,
    settled,
)
from lecture_helpers.claims.experiments.per_seed import by_seed
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
from lecture_helpers.test_functions.multimodal import random_waves, rastrigin, ripples
from lecture_helpers.test_functions.smoothable import Landscape

FALLING = (1.5, 0.1)  # from the first level to the last, in inverses of the steepest curvature
FIXED = (1.0, 1.0)


@dataclass(frozen=True)
class Place:
    """A family of costs and the search on it: first blur, levels, steps a level, its starts."""

    dimensions: int
    draws: tuple[int, ...]
    waves: bool = False

    @property
    def search(self) -> tuple[np.ndarray, int, float, float]:
        """Blurs, steps a level, the reach of the starts, and how near counts as there."""
        if self.waves:
            return sigma_schedule(2.0, 12), 60, 6.0, WITHIN
        return sigma_schedule(0.7, 10), 200, 3.0, 0.3

    def cost(self, seed: int) -> Landscape:
        """A cost of that family: there is one of Rastrigin's."""
        return random_waves(seed, self.dimensions) if self.waves else rastrigin(self.dimensions)


PLACES = {
    "Rastrigin in 2 dimensions": Place(2, (1, 10, 100)),
    "Rastrigin in 10 dimensions": Place(10, (1, 10, 100)),
    "random waves in 2 dimensions": Place(2, (10, 100), waves=True),
}
LONGER = 10  # "one draw a step" makes so many times the steps
ONE, AS_BEFORE = f"1 draw, {LONGER} times the steps", "10 draws, fixed rate"
CASES = {
    f"{where}, {words}": (where, words)
    for where, place in PLACES.items()
    for words in (*(f"{n} draw{'s' * (n > 1)}" for n in place.draws), ONE)
}
FIXED_CASES = {f"{where}, {AS_BEFORE}": (where, AS_BEFORE) for where in PLACES}


def sampled_searches(seeds, *, landscapes=6, starts=10, places=tuple(PLACES)) -> Record:
    """C41: continuation with a sampled blur beside the exact one and others, at equal gradients.

    "sampled" takes the mean of so many fresh draws in every step, at rates that fall
    geometrically from level to level, ``FALLING``; with "fixed rate" they do not. "1 draw" with ten
    times the steps takes tenths of these rates: as many gradients as 10 draws. Beside them
    continuation with the exact blur, each level at the inverse of its steepest curvature; plain
    descent; "middle", half-way between these two; and "best of k", as many short descents as there
    are levels times draws. Every end gets the same further descent. Rastrigin's function is one,
    of random waves there are ``landscapes`` a seed.

    Coverage: how often the mean of some draws lies within 1.96 of its own standard errors of the
    closed form; "off by" is how far that share is from 0.95. The extras hold the share itself, and
    how often all places of one set of draws lie inside.
    """

    def arrivals(seed: int) -> dict:
        found = {}
        for where in places:
            place = PLACES[where]
            costs = [place.cost(1000 * seed + k) for k in range(landscapes if place.waves else 1)]
            each = [_arrivals(place, cost, starts, seed + 7 * k) for k, cost in enumerate(costs)]
            means = {name: float(np.mean([e[name] for e in each])) for name in each[0]}
            middle = (means["plain"] + means["exact"]) / 2
            found |= {f"{where}, {name}": share for name, share in means.items()}
            found[f"{where}, middle"] = middle
        return found

    bands = by_seed(_bands, seeds)
    off = {f"{name}: off by": [abs(v - 0.95) for v in bands[name]] for name in BANDS}
    arms = by_seed(arrivals, seeds) | off | {"five hundredths": [0.05] * len(seeds)}
    return Record(tuple(seeds), arms, extras=bands)


def _arrivals(place: Place, cost: Landscape, starts: int, seed: int) -> dict[str, float]:
    sigmas, steps, reach, within = place.search
    begin = random_starts(starts, place.dimensions, reach=reach, seed=seed)
    ends = {
        "plain": descended(cost, begin, len(sigmas) * steps),
        "exact": graduated_descent(cost, begin, sigmas, steps=steps).end,
    }
    for n in place.draws:
        words = f"{n} draw{'s' * (n > 1)}"
        ends[f"{words}: sampled"] = sampled(cost, begin, sigmas, steps, n, FALLING, seed)
        ends[f"{words}: best of k"] = lowest_of(cost, begin, n * len(sigmas), steps, reach, seed)
    rates = FALLING[0] / LONGER, FALLING[1] / LONGER
    ends[f"{ONE}: sampled"] = sampled(cost, begin, sigmas, LONGER * steps, 1, rates, seed)
    ends[f"{ONE}: best of k"] = ends["10 draws: best of k"]
    ends[f"{AS_BEFORE}: sampled"] = sampled(cost, begin, sigmas, steps, 10, FIXED, seed)
    there = {name: reached(cost, end, within) for name, end in settled(cost, ends).items()}
    return {name: float(arrived.mean()) for name, arrived in there.items()}


def sampled(
    cost: Landscape, theta: np.ndarray, sigmas: np.ndarray, steps: int, draws: int,
    rates: tuple[float, float], seed: int,
) -> np.ndarray:  # fmt: skip
    """The end (n, d) of a descent over the blurs, each sampled with so many draws in every step.

    ``rates`` are those of the first and the last level, in inverses of the steepest curvature of
    the cost that is not blurred; between them they fall geometrically.
    """
    for level, rate in enumerate(np.geomspace(*rates, len(sigmas)) / cost.steepest):
        trail = graduated_descent(
            cost, theta, sigmas[level : level + 1], steps=steps, lr=float(rate), samples=draws,
            seed=1000 * seed + level,
        )  # fmt: skip
        theta = trail.end
    return theta


@dataclass(frozen=True)
class Curve:
    """A cost, and the places at which its blur of 0.4 is looked at."""

    cost: Landscape
    reach: float

    @cached_property
    def points(self) -> np.ndarray:
        """(n, d): a line, or places by lot."""
        if self.cost.dimensions == 1:
            return np.linspace(-self.reach, self.reach, 81)[:, None]
        return np.random.default_rng(12).uniform(-self.reach, self.reach, (20, 2))


CURVES = {"ripples": Curve(ripples(), 4.0), "Rastrigin in 2 dimensions": Curve(rastrigin(2), 3.0)}
DRAWN = (3, 10, 100, 400)
BANDS = {f"{curve}, mean of {n} draws": (curve, n) for curve in CURVES for n in DRAWN}


def _bands(seed: int, repeats: int = 100) -> dict[str, float]:
    found = {}
    for name, (curve, draws) in BANDS.items():
        cost, points = CURVES[curve].cost, CURVES[curve].points
        exact, inside = gaussian_smoothing(cost, 0.4).value(points), []
        for k in range(repeats):
            z = perturbations(draws, cost.dimensions, seed=1000 * seed + k)
            sample = sampled_smoothing(cost, 0.4, z)
            error = np.abs(sample.value(points) - exact)
            inside.append(error < 1.96 * sample.standard_error(points))
        found |= {name: np.mean(inside), f"{name}: all places": np.mean(np.all(inside, axis=1))}
    return found
