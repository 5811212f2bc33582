"""Descent while a hand sets the blur of its cost, or its rate and the noise of its gradients."""

from collections.abc import Sequence

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.foundation.schedules import Schedule, as_schedule
from lecture_helpers.optimization.descent import FAR, starting_points
from lecture_helpers.optimization.gaussian_smoothing import gaussian_smoothing
from lecture_helpers.optimization.graduated_descent import Trail, reached
from lecture_helpers.test_functions.surfaces import Surface


def steered_descent(
    surface: Surface, start: np.ndarray, sigma: float | list | Schedule, *, steps: int,
    pace: float = 1.0,
) -> Trail:  # fmt: skip
    """``steps`` of descent on the cost blurred by what ``sigma`` is at each of them.

    start has shape (..., d); ``sigma`` is a number or a schedule, ``[(0, 1.5), (40, 0.0)]``. A
    step has ``pace`` times the length that ``graduated_descent`` takes: the inverse of the
    steepest curvature of the blurred cost. Unlike there sigma may also rise.

    Raises:
        ValueError: a start of another dimension, a sigma below 0, a pace outside (0, 1].

    >>> from lecture_helpers.test_functions.multimodal import ripples
    >>> steered_descent(ripples(), [4.5], [(0, 1.5), (20, 0.0)], steps=40).end.round(2)
    array([-0.47])
    """
    blur = as_schedule(sigma=sigma, accept=lambda value: check.non_negative(sigma=value))
    theta, steps = starting_points(surface, start), check.many(least=0, steps=steps)
    pace = check.fraction(pace=check.positive(pace=pace))
    points, sigmas = np.empty((steps + 1, *theta.shape)), np.full(steps + 1, blur.at(0), float)
    points[0] = theta
    ends = [step for step, _ in blur.entries[1:]] + [steps]
    with np.errstate(over="ignore", invalid="ignore"):
        for (first, value), last in zip(blur.entries, ends, strict=True):
            blurred = gaussian_smoothing(surface, value)
            rate = pace / np.asarray(blurred.steepest)[..., None]
            for step in range(first, min(last, steps)):
                points[step + 1] = theta = theta - rate * blurred.gradient(theta)
                sigmas[step + 1] = value
    return Trail(points, sigmas, ~np.isfinite(points[-1]).all(axis=-1))


def steered_walk(
    surface: Surface, start: np.ndarray, lr: float | list | Schedule,
    noise: float | list | Schedule, *, steps: int, seed: int = 0,
) -> np.ndarray:  # fmt: skip
    """The stops (steps + 1, ..., d) of descent with Gaussian noise on every gradient component.

    start has shape (..., d); ``lr`` and ``noise``, a deviation, are numbers or schedules. Held
    still they give the path of ``descend``. A walk farther than 1e8 from 0 goes on as NaN.

    Raises:
        ValueError: a start of another dimension, lr not above 0, noise below 0.

    >>> from lecture_helpers.test_functions.surfaces import rotated_ellipse
    >>> steered_walk(rotated_ellipse(1.0), [1.0, 0.0], [(0, 0.5), (1, 1.0)], 0.0, steps=2)[:, 0]
    array([1. , 0.5, 0. ])
    """
    rate = as_schedule(lr=lr, accept=lambda value: check.positive(lr=value))
    deviation = as_schedule(noise=noise, accept=lambda value: check.non_negative(noise=value))
    theta, steps = starting_points(surface, start), check.many(least=0, steps=steps)
    rng = np.random.default_rng(check.whole(seed=seed))
    points = np.empty((steps + 1, *theta.shape))
    points[0] = theta
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(steps):
            slope = surface.gradient(theta) + deviation.at(t) * rng.standard_normal(theta.shape)
            theta = theta - rate.at(t) * slope
            theta = np.where((np.abs(theta) < FAR).all(axis=-1, keepdims=True), theta, np.nan)
            points[t + 1] = theta
    return points


def held(sigmas: Sequence[float] | np.ndarray, steps: int) -> list[tuple[int, float]]:
    """The schedule that holds each sigma for ``steps`` updates.

    >>> held([1.0, 0.5, 0.0], 10)
    [(0, 1.0), (10, 0.5), (20, 0.0)]
    """
    steps = check.many(steps=steps)
    given = check.finite_array(sigmas=sigmas, ndim=1).tolist()
    values = [check.non_negative(sigmas=sigma) for sigma in given]
    return [(level * steps, sigma) for level, sigma in enumerate(values)]


def arrival(surface: Surface, trail: Trail, *, within: float, blur: float) -> int | None:
    """The updates until one start (d,) lies at a global minimum of the real cost, or None.

    It lies there when it is closer than ``within`` in every coordinate and the sigma of its last
    update is at most ``blur``.
    """
    check.instance(Surface, surface=surface), check.instance(Trail, trail=trail)
    low = trail.sigmas <= check.non_negative(blur=blur)
    there = reached(surface, trail.points, within) & low
    return int(there.argmax()) if there.any() else None
