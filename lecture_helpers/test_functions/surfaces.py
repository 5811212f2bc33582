"""Loss surfaces with their gradients and known minima.

A surface works on points of shape (..., d) and returns values of shape (...): one point, a grid
or many starts at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation.validation import finite, finite_array, positive, shown


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
        raise ValueError(f"condition must be a finite number, 1 or more, not {shown(condition)}.")
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    return quadratic(turn @ np.diag([1.0, 1.0 / condition]) @ turn.T)


def of_plane(name: str, value: Callable, gradient: Callable, minima) -> Surface:
    """The surface of ``value(x, y)`` and ``gradient(x, y)``, the pair of its derivatives."""

    def coordinates(t):
        return np.moveaxis(np.asarray(t, dtype=float), -1, 0)

    return Surface(
        name,
        lambda t: value(*coordinates(t)),
        lambda t: np.stack(gradient(*coordinates(t)), axis=-1),
        np.array(minima, dtype=float),
    )


def rosenbrock(steepness: float = 100.0) -> Surface:
    """Rosenbrock's curved valley ``(1 - x)^2 + steepness * (y - x^2)^2``, minimum at (1, 1)."""
    b = positive(steepness=steepness)
    return of_plane(
        "rosenbrock",
        lambda x, y: (1 - x) ** 2 + b * (y - x**2) ** 2,
        lambda x, y: (-2 * (1 - x) - 4 * b * x * (y - x**2), 2 * b * (y - x**2)),
        [[1, 1]],
    )
