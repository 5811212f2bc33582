"""Costs with many minima: rippled bowls, wells, random waves, all with a closed-form blur."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lecture_helpers.foundation.validation import (
    few,
    finite,
    finite_array,
    non_negative,
    one_of,
    positive,
    whole,
)
from lecture_helpers.test_functions.smoothable import (
    Bowl,
    Landscape,
    Quartic,
    Waves,
    Wells,
    landscape,
)


def ripples(
    ripple: float = 1.0, waves: float = 3.0, phase: float = -np.pi / 2, *,
    curvature: float = 1.0, dimensions: int = 1,
) -> Landscape:  # fmt: skip
    """A rippled bowl, ``sum_i curvature theta_i^2 / 2 + ripple cos(waves theta_i + phase)``.

    Blurred by sigma it is convex exactly where ``sigma^2 >= 2 ln(ripple waves^2 / curvature) /
    waves^2``. With the usual phase its global minimum lies near ``-pi / (2 waves)``.
    """
    a, k, c = non_negative(ripple=ripple), positive(waves=waves), positive(curvature=curvature)
    d, phase = few(dimensions=dimensions), finite(phase=phase)
    one = np.ones(1)
    line = [Bowl(c), Waves(k * one[:, None], a * one, phase * one)]
    lowest = _lowest_point(line, 2 * np.pi / k + np.sqrt(4 * a / c))
    every = np.ones(d)
    terms = [Bowl(c), Waves(k * np.eye(d), a * every, phase * every)]
    return landscape("ripples", terms, np.tile(lowest, d)[None])


def ripples_convex_from(ripple: float, waves: float, curvature: float = 1.0) -> float:
    """The smallest sigma whose blur makes ``ripples`` convex.

    >>> round(ripples_convex_from(1.0, 3.0), 3)
    0.699
    """
    bend = non_negative(ripple=ripple) * positive(waves=waves) ** 2 / positive(curvature=curvature)
    return float(np.sqrt(2 * np.log(bend)) / waves) if bend > 1 else 0.0


def rastrigin(dimensions: int = 2) -> Landscape:
    """Rastrigin's function but for a constant, ``sum_i theta_i^2 - 10 cos(2 pi theta_i)``."""
    made = ripples(10.0, 2 * np.pi, np.pi, curvature=2.0, dimensions=dimensions)
    return landscape("rastrigin", made.terms, np.zeros((1, dimensions)))


def double_well(dip: float = 4.0, tilt: float = 0.6) -> Landscape:
    """``theta^4 - dip theta^2 + tilt theta``; its blur is convex from ``sigma^2 = dip / 6``."""
    terms = [Quartic(non_negative(dip=dip), finite(tilt=tilt))]
    lowest = _lowest_point(terms, 1 + np.sqrt(dip) + abs(tilt))
    return landscape("double well", terms, lowest[None])


def wells(
    centres: ArrayLike, depths: ArrayLike, widths: ArrayLike, *, curvature: float = 0.0
) -> Landscape:
    """Gaussian wells at centres (k, d), alone or in a bowl of that curvature around 0.

    Raises:
        ValueError: shapes that do not agree, a width that is not above 0.
    """
    centres = finite_array(centres=centres, ndim=2)
    depths = finite_array(depths=depths, shape=(len(centres),))
    widths = finite_array(widths=widths, shape=(len(centres),))
    if (widths <= 0).any():
        raise ValueError("widths must all be above 0.")
    terms = [Wells(centres, depths, widths)]
    terms += [Bowl(curvature)] if non_negative(curvature=curvature) else []
    found = landscape("wells", terms, centres[:1])
    ends = np.array([_polished(found, centre) for centre in centres])
    return landscape("wells", terms, ends[[np.argmin(found.value(ends))]])


def two_wells(depth: float = 2.0, width: float = 0.3, *, apart: float = 3.0, dimensions: int = 1):
    """A well of depth 1 and width 1 on the left, one of ``depth`` and ``width`` on the right.

    Their centres lie ``apart`` on the first axis, 0 half-way; there is no bowl.
    """
    d, half = few(dimensions=dimensions), positive(apart=apart) / 2
    centres = np.zeros((2, d))
    centres[:, 0] = -half, half
    return wells(centres, [1.0, positive(depth=depth)], [1.0, positive(width=width)])


def random_waves(seed: int, dimensions: int = 1, *, waves: int = 6, height: float = 1.0):
    """A bowl with random waves along every axis, frequencies from 1 to 6, slow ones higher.

    The axes are independent of one another, so that the global minimum is known in any dimension.
    """
    rng, d = np.random.default_rng(whole(seed=seed)), few(dimensions=dimensions)
    n, lines = few(waves=waves), []
    for _ in range(d):
        k = rng.uniform(1, 6, n)
        heights = positive(height=height) * rng.uniform(0.3, 1, n) / np.sqrt(k)
        lines.append(Waves(k[:, None], heights, rng.uniform(0, 2 * np.pi, n)))
    lowest = [_lowest_point([Bowl(0.5), line], 12.0)[0] for line in lines]
    together = Waves(
        np.concatenate([w.frequencies * axis for w, axis in zip(lines, np.eye(d), strict=True)]),
        np.concatenate([w.heights for w in lines]),
        np.concatenate([w.phases for w in lines]),
    )
    return landscape("random waves", [Bowl(0.5), together], np.array(lowest)[None])


def random_wells(seed: int, dimensions: int = 2, *, wells_: int = 6, kind: str = "free"):
    """Random wells in a bowl, depths from 0.5 to 2, centres in a ball of radius 3.

    ``kind`` ties width to depth: "alike" (all 0.6), "free" (0.25 to 1, whatever the depth) or
    "narrow" (the deeper, the narrower).
    """
    one_of(("alike", "free", "narrow"), kind=kind)
    rng, d = np.random.default_rng(whole(seed=seed)), few(dimensions=dimensions)
    n = few(wells_=wells_)
    direction = rng.standard_normal((n, d))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    centres = 3 * direction * rng.random((n, 1)) ** (1 / d)
    depths, free = rng.uniform(0.5, 2, n), rng.uniform(0.25, 1, n)
    widths = {"alike": np.full(n, 0.6), "free": free, "narrow": 0.45 / depths}[kind]
    return wells(centres, depths, widths, curvature=0.3)


def _lowest_point(terms: Sequence, reach: float) -> np.ndarray:
    """The global minimum (1,) of 1-D terms on [-reach, reach]: a grid, then Newton."""
    line = landscape("line", terms, [[0.0]])
    grid = np.linspace(-reach, reach, 20_001)[:, None]
    return _polished(line, grid[np.argmin(line.value(grid))])


def _polished(found: Landscape, theta: np.ndarray) -> np.ndarray:
    """Newton's steps to the minimum beside theta, halved until they lower the gradient."""
    for _ in range(200):
        gradient, hessian = found.gradient(theta), found.hessian(theta)
        if np.abs(gradient).max() < 1e-13:
            break
        step = _downhill(hessian, gradient)
        while found.value(theta - step) > found.value(theta) and np.abs(step).max() > 1e-12:
            step = step / 2
        theta = theta - step
    return theta


def _downhill(hessian: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    bend, axes = np.linalg.eigh(hessian)
    return axes @ ((axes.T @ gradient) / np.maximum(np.abs(bend), 1e-3))
