"""Momentum: three ways to write it down, and how fast it converges on a quadratic.

Source: Polyak 1964 for the heavy ball; Sutskever et al. 2013 for Nesterov's momentum in deep
learning. ``h`` is a curvature, ``theta`` the parameters, ``g`` the gradient, ``m`` the momentum.

"torch"     ``v <- m v + g;            theta <- theta - lr v``  (PyTorch)
"velocity"  ``v <- m v - lr g;         theta <- theta + v``     (Sutskever et al.; Keras)
"averaged"  ``v <- m v + (1 - m) g;    theta <- theta - lr v``  (as in Adam's first moment)
"""

from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.optimization.descent import Path, starting_points
from lecture_helpers.test_functions.surfaces import Surface

CONVENTIONS = ("torch", "velocity", "averaged")


def convert_lr(lr: float, momentum: float, *, source: str, target: str) -> float:
    """The learning rate with which ``target`` walks the same path as ``source`` with ``lr``.

    >>> convert_lr(0.1, 0.9, source="torch", target="averaged")
    1.0
    """
    lr, momentum = check.positive(lr=lr), check.fraction(below_one=True, momentum=momentum)
    check.one_of(CONVENTIONS, source=source), check.one_of(CONVENTIONS, target=target)
    in_torch = lr * (1 - momentum) if source == "averaged" else lr
    # round: 0.1 / (1 - 0.9) is 1, not 1.0000000000000002
    return float(f"{in_torch / (1 - momentum):.15g}") if target == "averaged" else in_torch


def momentum_path(
    surface: Surface, start: np.ndarray, *, lr, momentum: float, steps: int,
    convention: str = "torch", nesterov: bool = False,
) -> Path:  # fmt: skip
    """Descent with momentum as ``convention`` writes it, from a velocity of 0.

    ``lr`` is one number or one per step: where it changes, the conventions part. With ``nesterov``
    the step looks ahead with the new velocity, as ``torch.optim.SGD(nesterov=True)`` does.
    Iterates that grow without bound are left as they are.

    Raises:
        ValueError: start has NaN, an lr <= 0 or not one per step, momentum outside [0, 1).
    """
    theta, rates = starting_points(surface, start), _rates(lr, steps)
    nesterov = check.switch(nesterov=nesterov)
    m = check.fraction(below_one=True, momentum=momentum)
    in_velocity = check.one_of(CONVENTIONS, convention=convention) == "velocity"
    share = 1 - m if convention == "averaged" else 1.0
    velocity, points = np.zeros_like(theta), [theta]
    for rate in rates:
        push = (-rate if in_velocity else share) * surface.gradient(theta)
        velocity = m * velocity + push
        move = push + m * velocity if nesterov else velocity
        theta = theta + (move if in_velocity else -rate * move)
        points.append(theta)
    path = np.array(points)
    return Path(path, surface.value(path), np.logical_not(np.isfinite(theta).all(axis=-1)))


def _rates(lr, steps: int) -> np.ndarray:
    rates = check.spread_array(lr=lr, shape=(check.many(steps=steps),))
    if rates.min() <= 0:
        raise ValueError("lr must be above 0 at every step.")
    return rates


def rate(lr, momentum, curvature, *, nesterov: bool = False) -> np.ndarray:
    """By how much a step multiplies the distance in the long run, broadcast; above 1 it diverges.

    The larger absolute root of ``r^2 - (1 + m - lr h) r + m = 0``; Nesterov's is that of
    ``r^2 - (1 + m)(1 - lr h) r + m (1 - lr h) = 0``. In torch's convention.

    >>> float(rate(0.5, 0.0, 1.0)), float(rate(1.0, 0.25, 1.0))
    (0.5, 0.5)
    """
    check.switch(nesterov=nesterov)
    middle, last, discriminant = _equation(lr, momentum, curvature, nesterov)
    real = (np.abs(middle) + np.sqrt(np.maximum(discriminant, 0))) / 2
    return np.where(discriminant < 0, np.sqrt(np.maximum(last, 0)), real)


def slowest(lr, momentum, curvatures, *, nesterov: bool = False) -> np.ndarray:
    """The rate of the slowest of several curvatures (k,); lr and momentum broadcast.

    >>> float(slowest(1.0, 0.0, [0.1, 1.0]))
    0.9
    """
    curvatures = check.finite_array(curvatures=curvatures, ndim=1)
    return np.max([rate(lr, momentum, h, nesterov=nesterov) for h in curvatures], axis=0)


def _equation(lr, momentum, curvature, nesterov: bool):
    lr, m = check.finite_array(lr=lr), check.finite_array(momentum=momentum)
    h = check.finite_array(curvature=curvature)
    if nesterov:
        middle, last = (1 + m) * (1 - lr * h), m * (1 - lr * h)
    else:
        middle, last = 1 + m - lr * h, m + 0 * lr * h
    return middle, last, middle**2 - 4 * last


def behaviour(
    lr: float, momentum: float, curvature: float, *, nesterov: bool = False, tolerance: float = 0.0
) -> str:
    """What the distance does from step to step: creeps, is critical, oscillates, flips or diverges.

    "creeps": two real roots, both above 0 (overdamped). "oscillates": complex ones. "flips": the
    larger real root is below 0, so that every step crosses the minimum. "is critical": the momentum
    lies within ``tolerance`` of where real and complex roots meet.

    >>> [behaviour(lr, 0.5, 1.0) for lr in (0.05, 0.5, 2.95, 3.1)]
    ['creeps', 'oscillates', 'flips', 'diverges']
    """
    lr, curvature = check.finite(lr=lr), check.finite(curvature=curvature)
    momentum, tolerance = check.finite(momentum=momentum), check.non_negative(tolerance=tolerance)
    nesterov = check.switch(nesterov=nesterov)
    middle, _, discriminant = _equation(lr, momentum, curvature, nesterov)
    if rate(lr, momentum, curvature, nesterov=nesterov) >= 1:
        return "diverges"
    if abs(momentum - _double_root(lr * curvature, nesterov)) < tolerance:
        return "is critical"
    if discriminant < 0:
        return "oscillates"
    return "creeps" if middle >= 0 else "flips"


def _double_root(pace, nesterov: bool) -> np.ndarray:
    """The momentum with a double root at ``pace = lr h``; NaN where Nesterov's has none."""
    root = np.sqrt(pace)
    return np.where(root < 1, (1 - root) / (1 + root), np.nan) if nesterov else (1 - root) ** 2


def critical_momentum(lr, curvature: float, *, nesterov: bool = False) -> np.ndarray:
    """The momentum at which a direction just does not oscillate; lr broadcasts.

    ``(1 - sqrt(lr h))^2``, for Nesterov's ``(1 - sqrt(lr h)) / (1 + sqrt(lr h))``; NaN where
    ``lr h`` is 1 or more and every step crosses the minimum in any case.

    >>> float(critical_momentum(0.25, 1.0))
    0.25
    """
    pace = check.positive_array(lr=lr) * check.positive(curvature=curvature)
    check.switch(nesterov=nesterov)
    return np.where(np.sqrt(pace) < 1, _double_root(pace, nesterov), np.nan)


@dataclass(frozen=True)
class Best:
    """The learning rate with the smallest worst rate on curvatures from low to high, and that."""

    lr: float
    rate: float


def best_gradient_descent(low: float, high: float) -> Best:
    """Without momentum: ``lr = 2 / (low + high)``, rate ``(k - 1) / (k + 1)``, k = high / low.

    Raises:
        ValueError: curvatures not above 0, or low above high.

    >>> best_gradient_descent(0.5, 1.5)
    Best(lr=1.0, rate=0.5)
    """
    low, high = check.positive(low=low), check.positive(high=high)
    if low > high:
        raise ValueError(f"low must not be above high: {low:g} > {high:g}.")
    return Best(2 / (low + high), (high - low) / (high + low))


def steps_to(rate: float, share: float = 1e-6) -> float:
    """How many steps bring the distance down to this share; infinite where the rate is 1 or more.

    >>> round(steps_to(0.1, 1e-3), 6)
    3.0
    """
    share = check.share(share=share)
    if check.number(rate=rate) >= 1:
        return np.inf
    rate = check.non_negative(rate=rate)
    return 1.0 if rate == 0 else max(1.0, float(np.log(share) / np.log(rate)))
