"""Gradient descent on a loss surface: plain, with momentum or noise, from many starts at once."""

from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.test_functions.surfaces import Surface

FAR = 1e8


@dataclass(frozen=True)
class Path:
    """Iterates of shape (steps + 1, ..., d), their costs (steps + 1, ...), diverged (...).

    From the step where an iterate is no finite number, or farther than 1e8 from 0, it is NaN.
    """

    points: np.ndarray
    costs: np.ndarray
    diverged: np.ndarray


def descend(
    surface: Surface,
    start: np.ndarray,
    *,
    lr: float,
    steps: int,
    momentum: float = 0.0,
    nesterov: bool = False,
    noise: float = 0.0,
    seed: int = 0,
) -> Path:
    """Heavy-ball descent ``v <- momentum * v + g; theta <- theta - lr * v`` from each start.

    ``start`` has shape (..., d). ``noise`` is the standard deviation of a Gaussian added to every
    gradient component. Without momentum this is plain gradient descent. With ``nesterov`` the step
    is ``theta <- theta - lr * (g + momentum * v)``.

    Raises:
        ValueError: start has NaN or another d, lr <= 0, momentum outside [0, 1), noise < 0.

    >>> from lecture_helpers.test_functions.surfaces import rotated_ellipse
    >>> descend(rotated_ellipse(1.0), [1.0, 0.0], lr=0.5, steps=2).points[:, 0]
    array([1.  , 0.5 , 0.25])
    """
    theta = starting_points(surface, start)
    lr, steps = check.positive(lr=lr), check.many(steps=steps)
    momentum, noise = (
        check.fraction(below_one=True, momentum=momentum),
        check.non_negative(noise=noise),
    )
    nesterov = check.switch(nesterov=nesterov)
    rng = np.random.default_rng(check.whole(seed=seed))
    points = np.full((steps + 1, *theta.shape), np.nan)
    points[0], velocity = theta, np.zeros_like(theta)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(steps):
            gradient = surface.gradient(theta)
            if noise:
                gradient = gradient + noise * rng.standard_normal(theta.shape)
            velocity = momentum * velocity + gradient
            step = gradient + momentum * velocity if nesterov else velocity
            theta = theta - lr * step
            near = (np.abs(theta) < FAR).all(axis=-1, keepdims=True)
            theta = np.where(near, theta, np.nan)
            points[t + 1] = theta
        costs = surface.value(points)
    return Path(points, costs, np.isnan(points[-1]).any(axis=-1))


def starting_points(surface: Surface, start: np.ndarray) -> np.ndarray:
    """The starts (..., d) as floats.

    Raises:
        ValueError: no surface; starts that have NaN or another dimension than the surface.
    """
    d, theta = check.instance(Surface, surface=surface).dimensions, check.finite_array(start=start)
    if theta.ndim == 0 or theta.shape[-1] != d:
        raise ValueError(f"start must have shape (..., {d}) for this surface, not {theta.shape}.")
    return theta.astype(float)


def conjugate_gradients(
    hessian: np.ndarray, start: np.ndarray, *, steps: int,
    preconditioner: np.ndarray | None = None, until: float = -np.inf,
) -> np.ndarray:  # fmt: skip
    """The costs ``x'Hx / 2`` before and after each step, for H (d, d), start (d,).

    ``preconditioner`` (d, d) stands for the inverse of H as far as it is known. It stops at a cost
    of ``until`` or less. Hestenes and Stiefel 1952.

    >>> conjugate_gradients(np.diag([1.0, 9.0]), [1.0, 1.0], steps=2).round(12)
    array([5.        , 0.39452055, 0.        ])
    """
    h = check.finite_array(hessian=hessian, ndim=2)
    x = check.finite_array(start=start, shape=(len(h),)).copy()
    known, until = _known(preconditioner, len(h)), check.number(until=until)
    residual = -h @ x
    ahead = known @ residual
    size, costs = residual @ ahead, [float(-x @ residual / 2)]
    for _ in range(check.many(steps=steps)):
        if costs[-1] <= until or size <= 0:
            break
        bend = h @ ahead
        step = size / (ahead @ bend)
        x, residual = x + step * ahead, residual - step * bend
        costs.append(float(x @ h @ x / 2))
        near = known @ residual
        before, size = size, residual @ near
        ahead = near + size / before * ahead
    return np.array(costs)


def _known(preconditioner: np.ndarray | None, d: int) -> np.ndarray:
    if preconditioner is None:
        return np.eye(d)
    return check.finite_array(preconditioner=preconditioner, shape=(d, d))
