"""Descent that sees a cost through noisy gradients only, and the running average of its stops."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.test_functions.surfaces import Surface

Gradient = Callable[[np.ndarray, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class NoisyCost:
    """A cost above its minimum, with noisy gradients.

    excess: (..., d) -> (...), the cost above the minimum. gradient: points (rates, runs, d) and a
    generator -> noisy gradients of that shape; all rates see the same noise. largest, smallest:
    the curvatures at the minimum; 0 where there is none. law: ``trace(A^-1 S) / 2``, with A the
    Hessian at the minimum and S the covariance of the noise there: divided by t it is the excess
    cost that averages reach in the long run (Polyak and Juditsky 1992); infinite without A.
    """

    dimensions: int
    excess: Callable[[np.ndarray], np.ndarray]
    gradient: Gradient
    largest: float = 0.0
    smallest: float = 0.0
    law: float = np.inf


def with_noise(surface: Surface, noise: float, hessian=None) -> NoisyCost:
    """A surface whose gradient's components get Gaussian noise of this deviation everywhere.

    ``hessian`` (d, d) is the one at the minimum; None where there is none.

    >>> from lecture_helpers.test_functions.surfaces import quadratic
    >>> with_noise(quadratic(np.diag([1.0, 0.5])), 2.0, np.diag([1.0, 0.5])).law
    6.0
    """
    noise, d = check.non_negative(noise=noise), check.instance(Surface, surface=surface).dimensions
    lowest = surface.value(surface.minima[0])

    def gradient(theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return surface.gradient(theta) + noise * rng.standard_normal(theta.shape[1:])

    known = {}
    if hessian is not None:
        h = np.linalg.eigvalsh(check.finite_array(hessian=hessian, shape=(d, d)))
        if h[0] <= 0:
            raise ValueError("hessian must be positive definite: every eigenvalue above 0.")
        law = 0.5 * noise**2 * np.sum(1 / h)
        known = {"largest": float(h[-1]), "smallest": float(h[0]), "law": float(law)}
    return NoisyCost(d, lambda theta: surface.value(theta) - lowest, gradient, **known)


def least_squares(inputs: np.ndarray, targets: np.ndarray) -> NoisyCost:
    """The mean of ``(x'w - y)^2 / 2`` over examples, each gradient from one that is drawn.

    inputs: (n, d), targets: (n,).
    """
    inputs, targets = _examples(inputs, targets)
    hessian = inputs.T @ inputs / len(inputs)
    best = np.linalg.solve(hessian, inputs.T @ targets / len(inputs))

    def excess(theta: np.ndarray) -> np.ndarray:
        off = theta - best
        return 0.5 * np.einsum("...i,ij,...j->...", off, hessian, off)

    return _of_examples(inputs, targets, lambda z, y: z - y, excess, hessian, best)


def logistic_regression(inputs: np.ndarray, targets: np.ndarray) -> NoisyCost:
    """The mean logistic loss over examples, each gradient from one that is drawn.

    inputs: (n, d), targets: (n,) of 0 and 1.

    Raises:
        ValueError: the classes can be separated, so that there is no minimum.
    """
    inputs, targets = _examples(inputs, targets)
    best, hessian = np.zeros(inputs.shape[1]), np.eye(inputs.shape[1])
    for _ in range(50):  # Newton's method
        p = _sigmoid(inputs @ best)
        hessian = (inputs * (p * (1 - p))[:, None]).T @ inputs / len(inputs)
        slope = inputs.T @ (p - targets) / len(inputs)
        if np.linalg.eigvalsh(hessian)[0] < 1e-9:
            raise ValueError("targets can be separated: the logistic loss has no minimum.")
        best = best - np.linalg.solve(hessian, slope)

    def loss(theta: np.ndarray) -> np.ndarray:
        z = theta @ inputs.T
        return (np.logaddexp(0, z) - targets * z).mean(axis=-1)

    lowest = loss(best)
    residual: Callable = lambda z, y: _sigmoid(z) - y  # noqa: E731
    return _of_examples(inputs, targets, residual, lambda t: loss(t) - lowest, hessian, best)


def _of_examples(inputs, targets, residual: Callable, excess, hessian, best) -> NoisyCost:
    def gradient(theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        drawn = rng.integers(len(inputs), size=theta.shape[1])
        x, y = inputs[drawn], targets[drawn]
        return residual((theta * x).sum(axis=-1), y)[..., None] * x

    single = residual(inputs @ best, targets)[:, None] * inputs
    law = 0.5 * np.trace(np.linalg.solve(hessian, single.T @ single / len(single)))
    h = np.linalg.eigvalsh(hessian)
    return NoisyCost(len(best), excess, gradient, float(h[-1]), float(h[0]), float(law))


def _examples(inputs, targets) -> tuple[np.ndarray, np.ndarray]:
    inputs = check.finite_array(inputs=inputs, ndim=2)
    return inputs, check.finite_array(targets=targets, shape=(len(inputs),))


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(z / 2)  # for large z without overflow


def noisy_descent(
    cost: NoisyCost, start: np.ndarray, rates: np.ndarray, marks: Sequence[int],
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The last iterates and the averages of all iterates after each of ``marks`` steps.

    start: (runs, d). rates: (rates, steps), one schedule of learning rates per row, all under the
    same noise. Both results have shape (marks, rates, runs, d). The start is not averaged; a
    diverged run is not finite.

    Raises:
        ValueError: a start of another dimension, or marks that are no rising steps within the run.
    """
    check.instance(NoisyCost, cost=cost), check.instance(np.random.Generator, rng=rng)
    start = check.finite_array(start=start, ndim=2)
    rates = check.finite_array(rates=rates, ndim=2)
    if start.shape[1] != cost.dimensions:
        raise ValueError(f"start must have {cost.dimensions} columns, not {start.shape[1]}.")
    marks = check.whole_array(marks=marks).tolist()
    if marks != sorted(set(marks)) or not 0 < marks[0] <= marks[-1] <= rates.shape[1]:
        raise ValueError(f"marks must be rising steps from 1 to {rates.shape[1]}.")
    theta = np.repeat(start[None], len(rates), axis=0)
    mean, found, wanted = np.zeros_like(theta), [], set(marks)
    with np.errstate(over="ignore", invalid="ignore"):
        for t, rate in enumerate(rates.T[: marks[-1], :, None, None], start=1):
            theta = theta - rate * cost.gradient(theta, rng)
            mean += (theta - mean) / t
            if t in wanted:
                found.append((theta, mean.copy()))
    last, averages = zip(*found, strict=True)
    return np.array(last), np.array(averages)
