"""Momentum: three ways to write it down, and how fast it converges on a quadratic.

Source: Polyak 1964 for the heavy ball; Sutskever et al. 2013 for Nesterov's momentum in deep
learning. ``h`` is a curvature, ``theta`` the parameters, ``g`` the gradient, ``m`` the momentum.

"torch"     ``v <- m v + g;            theta <- theta - lr v``  (PyTorch)
"velocity"  ``v <- m v - lr g;         theta <- theta + v``     (Sutskever et al.; Keras)
"averaged"  ``v <- m v + (1 - m) g;    theta <- theta - lr v``  (as in Adam's first moment)
"""

from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation.validation import finite_array, fraction, one_of, positive, whole
from lecture_helpers.optimization.descent import Path, starts_on
from lecture_helpers.test_functions.surfaces import Surface

CONVENTIONS = ("torch", "velocity", "averaged")


def convert_lr(lr: float, momentum: float, *, source: str, target: str) -> float:
    """The learning rate with which ``target`` walks the same path as ``source`` with ``lr``.

    >>> convert_lr(0.1, 0.9, source="torch", target="averaged")
    1.0
    """
    lr, momentum = positive(lr=lr), fraction(below_one=True, momentum=momentum)
    one_of(CONVENTIONS, source=source), one_of(CONVENTIONS, target=target)
    in_torch = lr * (1 - momentum) if source == "averaged" else lr
    # round: 0.1 / (1 - 0.9) is 1, not 1.0000000000000002
    return float(f"{in_torch / (1 - momentum):.15g}") if target == "averaged" else in_torch


def momentum_path(
    surface: Surface, start: np.ndarray, *, lr, momentum: float, steps: int,
    convention: str = "torch", nesterov: bool = False,
) -> Path:  # fmt: skip
    """Descent with momentum as ``convention`` writes it.

    ``lr`` is one number or one per step: where it changes, the conventions part. With ``nesterov``
    the step looks ahead with the new velocity, as ``torch.optim.SGD(nesterov=True)`` does.

    Raises:
        ValueError: start has NaN, an lr <= 0 or not one per step, momentum outside [0, 1).
    """
    theta, rates = starts_on(surface, start), _rates(lr, steps)
    m = fraction(below_one=True, momentum=momentum)
    one_of(CONVENTIONS, convention=convention)
    velocity, points = np.zeros_like(theta), [theta]
    for rate in rates:
        into, out = {"torch": (1.0, -rate), "velocity": (-rate, 1.0), "averaged": (1 - m, -rate)}[
            convention
        ]
        step = into * surface.gradient(theta)
        velocity = m * velocity + step
        theta = theta + out * (step + m * velocity if nesterov else velocity)
        points.append(theta)
    points = np.array(points)
    return Path(points, surface.value(points), np.logical_not(np.isfinite(theta).all(axis=-1)))


def _rates(lr, steps: int) -> np.ndarray:
    steps = whole(steps=steps, least=1)
    rates = np.broadcast_to(finite_array(lr=lr), (steps,)) if np.ndim(lr) == 0 else lr
    rates = finite_array(lr=rates, shape=(steps,))
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
    middle, last, discriminant = _equation(lr, momentum, curvature, nesterov)
    real = (np.abs(middle) + np.sqrt(np.maximum(discriminant, 0))) / 2
    return np.where(discriminant < 0, np.sqrt(np.maximum(last, 0)), real)


def slowest(lr, momentum, curvatures, *, nesterov: bool = False) -> np.ndarray:
    """The rate of the slowest of several curvatures (k,); lr and momentum broadcast.

    >>> float(slowest(1.0, 0.0, [0.1, 1.0]))
    0.9
    """
    curvatures = finite_array(curvatures=curvatures, ndim=1)
    return np.max([rate(lr, momentum, h, nesterov=nesterov) for h in curvatures], axis=0)


def _equation(lr, momentum, curvature, nesterov: bool):
    lr, m, h = (np.asarray(v, dtype=float) for v in (lr, momentum, curvature))
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
    middle, _, discriminant = _equation(lr, momentum, curvature, nesterov)
    if rate(lr, momentum, curvature, nesterov=nesterov) >= 1:
        return "diverges"
    if abs(momentum - _meeting(lr * curvature, nesterov)) < tolerance:
        return "is critical"
    if discriminant < 0:
        return "oscillates"
    return "creeps" if middle >= 0 else "flips"


def _meeting(pace: float, nesterov: bool) -> float:
    """The momentum with a double root at ``pace = lr h``; NaN where Nesterov's has none."""
    root = np.sqrt(pace)
    if nesterov:
        return (1 - root) / (1 + root) if root < 1 else np.nan
    return (1 - root) ** 2


def critical_momentum(lr, curvature: float, *, nesterov: bool = False) -> np.ndarray:
    """The momentum at which a direction just does not oscillate; lr broadcasts.

    ``(1 - sqrt(lr h))^2``, for Nesterov's ``(1 - sqrt(lr h)) / (1 + sqrt(lr h))``; NaN where
    ``lr h`` is 1 or more and every step crosses the minimum in any case.

    >>> float(critical_momentum(0.25, 1.0))
    0.25
    """
    root = np.sqrt(finite_array(lr=lr) * positive(curvature=curvature))
    found = (1 - root) / (1 + root) if nesterov else (1 - root) ** 2
    return np.where(root < 1, found, np.nan)


@dataclass(frozen=True)
class Best:
    """The settings with the smallest worst rate on curvatures from low to high, and that rate."""

    lr: float
    momentum: float
    rate: float


def best_gradient_descent(low: float, high: float) -> Best:
    """Without momentum: ``lr = 2 / (low + high)``, rate ``(k - 1) / (k + 1)``, k = high / low.

    Raises:
        ValueError: curvatures not above 0, or low above high.
    """
    low, high = _ordered(low, high)
    return Best(2 / (low + high), 0.0, (high - low) / (high + low))


def _ordered(low: float, high: float) -> tuple[float, float]:
    low, high = positive(low=low), positive(high=high)
    if low > high:
        raise ValueError(f"low must not be above high: {low:g} > {high:g}.")
    return low, high


def steps_to(rate: float, share: float = 1e-6) -> float:
    """How many steps bring the distance down to this share; infinite where the rate is 1 or more.

    >>> round(steps_to(0.1, 1e-3), 6)
    3.0
    """
    if rate >= 1:
        return np.inf
    return 1.0 if rate == 0 else max(1.0, float(np.log(share) / np.log(rate)))
