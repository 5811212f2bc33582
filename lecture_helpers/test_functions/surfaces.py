"""Loss surfaces with their gradients and known minima.

A surface works on points of shape (..., d) and returns values of shape (...): one point, a grid
or many starts at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation.validation import finite, finite_array, non_negative, positive


@dataclass(frozen=True)
class Surface:
    """A cost over points of shape (..., d).

    value: (..., d) -> (...); gradient: (..., d) -> (..., d); minima: (k, d), the global ones.
    """

    name: str
    value: Callable
    gradient: Callable
    minima: np.ndarray

    @property
    def dimensions(self) -> int:
        """The number d of parameters."""
        return self.minima.shape[1]


def quadratic(hessian: np.ndarray) -> Surface:
    """The quadratic cost ``theta' H theta / 2`` with its minimum at 0.

    Raises:
        ValueError: the matrix is not square, not symmetric or not positive definite.
    """
    h = finite_array(hessian=hessian, ndim=2)
    if h.shape[0] != h.shape[1] or not np.allclose(h, h.T):
        raise ValueError(f"hessian must be a symmetric (d, d) matrix; its shape is {h.shape}.")
    if np.linalg.eigvalsh(h)[0] <= 0:
        raise ValueError("hessian must be positive definite: every eigenvalue above 0.")
    return Surface(
        "quadratic",
        lambda t: 0.5 * np.einsum("...i,ij,...j->...", t, h, t),
        lambda t: np.asarray(t) @ h,
        np.zeros((1, len(h))),
    )


def rotated_ellipse(condition: float, angle: float = 0.0) -> Surface:
    """A 2-D quadratic with curvatures 1 and 1 / condition, turned by ``angle`` in radians.

    Raises:
        ValueError: condition below 1 or an angle that is no number.
    """
    condition, angle = positive(condition=condition), finite(angle=angle)
    if condition < 1:
        raise ValueError(f"condition must be a finite number, 1 or more, not {condition!r}.")
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    return quadratic(turn @ np.diag([1.0, 1.0 / condition]) @ turn.T)


def rosenbrock(steepness: float = 100.0) -> Surface:
    """Rosenbrock's curved valley ``(1 - x)^2 + steepness * (y - x^2)^2``, minimum at (1, 1)."""
    b = positive(steepness=steepness)

    def value(t):
        x, y = np.moveaxis(np.asarray(t, dtype=float), -1, 0)
        return (1 - x) ** 2 + b * (y - x**2) ** 2

    def gradient(t):
        x, y = np.moveaxis(np.asarray(t, dtype=float), -1, 0)
        return np.stack([-2 * (1 - x) - 4 * b * x * (y - x**2), 2 * b * (y - x**2)], axis=-1)

    return Surface("rosenbrock", value, gradient, np.array([[1.0, 1.0]]))


def rippled_bowl(ripple: float = 1.0, waves: float = 3.0, dimensions: int = 1) -> Surface:
    """A bowl with ripples, ``sum_i theta_i^2 / 2 + ripple * (1 - cos(waves * theta_i))``.

    Its one global minimum lies at 0; many local ones lie around it when ``ripple * waves^2 > 1``.
    """
    a, k = non_negative(ripple=ripple), positive(waves=waves)

    def value(t):
        t = np.asarray(t, dtype=float)
        return (0.5 * t**2 + a * (1 - np.cos(k * t))).sum(axis=-1)

    return Surface(
        "rippled bowl",
        value,
        lambda t: np.asarray(t, dtype=float) + a * k * np.sin(k * np.asarray(t, dtype=float)),
        np.zeros((1, dimensions)),
    )
