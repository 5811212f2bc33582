"""Gaussian smoothing: a cost averaged over its surroundings, in closed form or by sampling."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.test_functions.smoothable import Landscape, landscape
from lecture_helpers.test_functions.surfaces import Surface


def gaussian_smoothing(surface: Surface, sigma: float) -> Landscape:
    """The smoothed cost ``E cost(theta + sigma z)`` over a standard normal z.

    Smoothing twice adds the variances; sigma = 0 gives the cost back.

    Raises:
        ValueError: sigma < 0, or a surface whose smoothing is not known in closed form.

    >>> from lecture_helpers.test_functions.multimodal import double_well
    >>> gaussian_smoothing(double_well(dip=0, tilt=0), 1.0).value([2.0])      # 2^4 + 6 * 2^2 + 3
    np.float64(43.0)
    """
    check.instance(Surface, surface=surface)
    if not isinstance(surface, Landscape):
        raise ValueError(f"{surface.name} has no blur in closed form: use sampled_smoothing.")
    variance = surface.variance + check.non_negative(sigma=sigma) ** 2
    return landscape(surface.name, surface.terms, surface.minima, variance)


@dataclass(frozen=True)
class SampledSmoothing(Surface):
    """A cost smoothed by sampling; ``standard_error``: (..., d) -> (...) of its value."""

    standard_error: Callable


def perturbations(samples: int, dimensions: int = 1, seed: int = 0) -> np.ndarray:
    """Standard normal draws (samples, dimensions) for ``sampled_smoothing``; more extend fewer."""
    shape = check.many(samples=samples), check.few(dimensions=dimensions)
    return np.random.default_rng(check.whole(seed=seed)).standard_normal(shape)


def sampled_smoothing(surface: Surface, sigma: float, draws: np.ndarray) -> SampledSmoothing:
    """Smoothing by sampling: the mean of ``cost(theta + sigma z)`` over the draws z, (n, d).

    The same draws serve every theta and every sigma (common random numbers), so that the sampled
    cost is smooth in both. One draw smooths nothing: it shifts the cost.

    Raises:
        ValueError: sigma < 0, draws of another dimension.
    """
    sigma = check.non_negative(sigma=sigma)
    d = check.instance(Surface, surface=surface).dimensions
    draws = check.finite_array(draws=draws, shape=(None, d))

    def around(theta):
        return np.asarray(theta, dtype=float)[..., None, :] + sigma * draws

    def standard_error(theta):
        spread = surface.value(around(theta)).std(axis=-1, ddof=1 if len(draws) > 1 else 0)
        return spread / np.sqrt(len(draws))

    return SampledSmoothing(
        f"sampled {surface.name}",
        lambda theta: surface.value(around(theta)).mean(axis=-1),
        lambda theta: surface.gradient(around(theta)).mean(axis=-2),
        surface.minima,
        standard_error,
    )
