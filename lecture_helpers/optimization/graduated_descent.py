"""Graduated descent: follow the minimum while the smoothing fades, and count who arrives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.optimization.descent import starting_points
from lecture_helpers.optimization.gaussian_smoothing import gaussian_smoothing
from lecture_helpers.test_functions.smoothable import Landscape
from lecture_helpers.test_functions.surfaces import Surface


def convex_from(surface: Landscape, span: tuple[float, float], *, most: float = 20.0) -> float:
    """The smallest sigma that smooths a 1-D landscape to a convex one; inf beyond ``most``.

    Smoothing keeps a convex cost convex, so bisection finds it. The second derivative is looked at
    in ``span``, widened by four sigma on either side.
    """
    if check.instance(Landscape, surface=surface).dimensions != 1:
        raise ValueError(f"surface must have one dimension, not {surface.dimensions}.")

    left, right = check.finite_array(span=span, shape=(2,))

    def is_convex(sigma: float) -> bool:
        grid = np.linspace(left - 4 * sigma, right + 4 * sigma, 4001)[:, None]
        return gaussian_smoothing(surface, sigma).hessian(grid).min() >= 0

    low, high = 0.0, check.positive(most=most)
    if is_convex(low) or not is_convex(high):
        return 0.0 if is_convex(low) else np.inf
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if is_convex(middle) else (middle, high)
    return high


def sigma_schedule(first: float, levels: int, shape: str = "linear") -> np.ndarray:
    """Falling sigmas (levels,) from ``first`` to 0, the real cost; one level is that alone.

    "linear" falls evenly; "geometric" by a constant factor to a hundredth, then to 0; "cosine"
    stays long at both ends.

    >>> sigma_schedule(1.0, 3)
    array([1. , 0.5, 0. ])
    """
    first, n = check.non_negative(first=first), check.few(levels=levels)
    check.one_of(("linear", "geometric", "cosine"), shape=shape)
    if n == 1:
        return np.zeros(1)
    t = np.linspace(0, 1, n)
    if shape == "geometric":
        return first * np.append(np.geomspace(1, 0.01, n - 1), 0.0) if n > 2 else first * (1 - t)
    return first * (1 - t if shape == "linear" else (1 + np.cos(np.pi * t)) / 2)


@dataclass(frozen=True)
class Trail:
    """Where it went: points (levels * steps + 1, ..., d), each with its sigma.

    ``diverged`` (...) marks starts that left the finite numbers.
    """

    points: np.ndarray
    sigmas: np.ndarray
    diverged: np.ndarray

    @property
    def end(self) -> np.ndarray:
        """The last points, (..., d)."""
        return self.points[-1]


def graduated_descent(
    surface: Surface, start: np.ndarray, sigmas: Sequence[float] | np.ndarray, *, steps: int,
    lr: float | None = None, samples: int | None = None, seed: int = 0,
) -> Trail:  # fmt: skip
    """``steps`` of descent at each sigma in turn, every level from where the one before ended.

    start has shape (..., d). Without an ``lr``, each level takes the inverse of its steepest
    curvature, so that flat costs take large steps and none overshoots. ``samples`` replaces the
    exact smoothing by the mean over so many fresh draws a step, at so many gradients a step.
    ``sigmas=[0]`` is plain descent.

    Raises:
        ValueError: sigmas that grow or are negative, a start of another dimension, lr <= 0.
    """
    theta, blurs = starting_points(surface, start), _falling(sigmas)
    lr, steps = lr if lr is None else check.positive(lr=lr), check.many(steps=steps)
    samples = samples if samples is None else check.many(samples=samples)
    rng = np.random.default_rng(check.whole(seed=seed))
    points = np.empty((len(blurs) * steps + 1, *theta.shape))
    points[0] = theta
    with np.errstate(over="ignore", invalid="ignore"):
        for level, sigma in enumerate(blurs):
            slope = _slope(surface, sigma, samples, rng)
            rate = _rate(surface, 0.0 if samples else sigma) if lr is None else lr
            for step in range(1 + level * steps, 1 + (level + 1) * steps):
                points[step] = theta = theta - rate * slope(theta)
    at = np.concatenate([blurs[:1], np.repeat(blurs, steps)])
    return Trail(points, at, ~np.isfinite(points[-1]).all(axis=-1))


def _rate(surface: Surface, sigma: float) -> np.ndarray:
    """The largest step that overshoots on no parabola that the smoothed cost may hold, (..., 1)."""
    return 1 / np.asarray(gaussian_smoothing(surface, sigma).steepest)[..., None]


def _slope(surface: Surface, sigma: float, samples: int | None, rng) -> Callable:
    if sigma == 0:
        return surface.gradient
    if samples is None:
        return gaussian_smoothing(surface, sigma).gradient
    n, d = samples, surface.dimensions

    def sampled(theta):
        draws = rng.standard_normal((*theta.shape[:-1], n, d))
        return surface.gradient(theta[..., None, :] + sigma * draws).mean(axis=-2)

    return sampled


def _falling(sigmas: Sequence[float] | np.ndarray) -> np.ndarray:
    blurs = check.finite_array(sigmas=sigmas, ndim=1)
    if blurs.min() < 0:
        raise ValueError("sigmas must not be negative.")
    if (np.diff(blurs) > 0).any():
        place = int(np.argmax(np.diff(blurs) > 0))
        raise ValueError(
            "sigmas must fall from level to level (the blur fades); "
            f"level {place + 2} has {blurs[place + 1]:g} after {blurs[place]:g}."
        )
    return blurs


def random_starts(count: int, dimensions: int, *, reach: float, seed: int = 0) -> np.ndarray:
    """``count`` starts (count, dimensions), uniform in the cube of half edge ``reach`` around 0."""
    n, d = check.many(count=count), check.few(dimensions=dimensions)
    return np.random.default_rng(check.whole(seed=seed)).uniform(-1, 1, (n, d)) * check.positive(
        reach=reach
    )


def reached(surface: Surface, points: np.ndarray, within: float) -> np.ndarray:
    """Which points (..., d) lie closer than ``within`` to a global minimum, in every coordinate."""
    within = check.positive(within=within)
    apart = np.abs(np.asarray(points)[..., None, :] - surface.minima).max(axis=-1)
    return (apart < within).any(axis=-1)


@dataclass(frozen=True)
class Success:
    """Which of the starts (n,) each search brings to the global minimum, at equal gradients.

    ``gradients`` counts those of one start.
    """

    continuation: np.ndarray
    plain: np.ndarray
    best_of_k: np.ndarray
    k: int
    gradients: int


def compare_searches(
    surface: Surface, starts: np.ndarray, sigmas: Sequence[float] | np.ndarray, *, steps: int,
    within: float, reach: float, lr: float | None = None, samples: int | None = None, seed: int = 0,
) -> Success:  # fmt: skip
    """Continuation, one long plain descent, and the best of k short ones, for every start.

    Every search may take ``len(sigmas) * steps`` gradients, times ``samples`` where the
    smoothing is sampled. Plain descent makes them all from the same start (at most 2,000: by then
    it stands still); best of k makes ``steps`` from each of k starts, the given one and fresh ones
    within ``reach``, and keeps the lowest end.
    """
    check.instance(Surface, surface=surface), check.positive(within=within)
    starts = check.finite_array(starts=starts, shape=(None, surface.dimensions))
    reach, steps = check.positive(reach=reach), check.many(steps=steps)
    k = len(_falling(sigmas)) * (check.many(samples=samples) if samples is not None else 1)
    trail = graduated_descent(
        surface, starts, sigmas, steps=steps, lr=lr, samples=samples, seed=seed
    )
    rate = _rate(surface, 0.0) if lr is None else lr
    plain = _end_of_descent(surface, starts, rate, min(k * steps, 2000))
    best = _best_of(surface, starts, k, reach, rate, steps, seed)
    led, fell, won = (reached(surface, end, within) for end in (trail.end, plain, best))
    return Success(led, fell, won, k, k * steps)


def _best_of(surface, starts, k: int, reach: float, lr, steps: int, seed: int) -> np.ndarray:
    """The lowest end (n, d) of descents from k starts each; the first is the given one."""
    n, d = starts.shape
    several = random_starts(k * n, d, reach=reach, seed=seed + 1).reshape(k, n, d)
    several[0] = starts
    ends = _end_of_descent(surface, several, lr, steps)
    lowest = np.argmin(np.nan_to_num(surface.value(ends), nan=np.inf), axis=0)
    return np.take_along_axis(ends, lowest[None, :, None], axis=0)[0]


def _end_of_descent(surface: Surface, theta: np.ndarray, lr, steps: int) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            theta = theta - lr * surface.gradient(theta)
    return theta
