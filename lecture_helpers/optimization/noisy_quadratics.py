"""Descent with noisy gradients on a quadratic, and in closed form what its averages are worth.

In the axes of the quadratic every coordinate runs by itself:
``x <- rho x - lr noise z`` with ``rho = 1 - lr * curvature`` and z standard normal.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation import validation as check


@dataclass(frozen=True)
class NoisyQuadratic:
    """The cost ``sum_i curvatures_i x_i^2 / 2`` under descent from ``start`` with noisy gradients.

    curvatures: (d,) above 0. start: (d,). noise: the standard deviation of the gradient's
    components, one for all or (d,). Second moments E[x^2] come after steps 1 ... T, shape (T, d);
    the start is not averaged.

    Raises:
        ValueError: a learning rate at which descent diverges (2 / the largest curvature or more),
            a curvature of 0 or less, noise below 0, start or noise of another shape.
    """

    curvatures: np.ndarray
    start: np.ndarray
    lr: float
    noise: float | np.ndarray = 1.0

    def __post_init__(self):
        curvatures = check.finite_array(curvatures=self.curvatures, ndim=1)
        if curvatures.min() <= 0:
            raise ValueError(f"curvatures must lie above 0; the smallest is {curvatures.min():g}.")
        start = check.finite_array(start=self.start, shape=curvatures.shape)
        limit = 2 / curvatures.max()
        if check.positive(lr=self.lr) >= limit:
            raise ValueError(
                f"lr must be below 2 / the largest curvature, {limit:.3g}, not {self.lr:g}."
            )
        fields = {"curvatures": curvatures, "start": start, "noise": self._checked_noise(start)}
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def _checked_noise(self, start: np.ndarray) -> float | np.ndarray:
        if np.isscalar(self.noise):
            return check.non_negative(noise=self.noise)
        noise = check.finite_array(noise=self.noise, shape=start.shape)
        if noise.min() < 0:
            raise ValueError(f"noise must not lie below 0; the smallest is {noise.min():g}.")
        return noise

    @property
    def rho(self) -> np.ndarray:
        """The factor of every coordinate per step, (d,)."""
        return 1 - self.lr * self.curvatures

    def excess(self, second_moments: np.ndarray) -> np.ndarray:
        """The expected cost above the minimum, (T,), of second moments (T, d)."""
        return 0.5 * second_moments @ self.curvatures

    def law(self, steps: int) -> np.ndarray:
        """The law ``A^-1 S A^-1 / t`` as a cost, (T,): what no average can beat by its order.

        Polyak and Juditsky 1992.
        """
        variance = (self.noise / self.curvatures) ** 2
        return self.excess(variance) / np.arange(1, check.many(steps=steps) + 1)

    def _stationary(self) -> np.ndarray:
        """``lr noise^2 / (h (2 - lr h))`` per coordinate."""
        h = self.curvatures
        return self.lr * self.noise**2 / (h * (2 - self.lr * h))

    def last(self, steps: int) -> np.ndarray:
        """E[x^2] of the last iterate."""
        faded = self.rho ** (2 * _counts(steps))
        return faded * self.start**2 + (1 - faded) * self._stationary()

    def uniform(self, steps: int) -> np.ndarray:
        """E[x^2] of the average of all iterates."""
        return self._uniform(_counts(steps), self.start**2)

    def recent(self, steps: int, share: float) -> np.ndarray:
        """E[x^2] of the average of the last ``share`` of the iterates, as ``tail_average``."""
        t = _counts(steps)
        lengths = np.ceil(check.share(share=share) * t - 1e-9)
        faded = self.rho ** (2 * (t - lengths))
        begun = faded * self.start**2 + (1 - faded) * self._stationary()
        return self._uniform(lengths, begun)

    def _uniform(self, t: np.ndarray, begun: np.ndarray) -> np.ndarray:
        """The average over t steps from a point with second moment ``begun``."""
        rho, gap = self.rho, 1 - self.rho
        bias = rho * (1 - rho**t) / (t * gap)
        rest = 2 * rho * (1 - rho**t) / gap - rho**2 * (1 - rho ** (2 * t)) / (1 - rho**2)
        variance = (self.lr * self.noise / gap) ** 2 * np.maximum(t - rest, 0) / t**2
        return bias**2 * begun + variance

    def exponential(self, steps: int, alpha: float) -> np.ndarray:
        """E[x^2] of the corrected exponential average."""
        alpha, t = check.fraction(below_one=True, alpha=alpha), _counts(steps)
        response = np.array(list(_response(alpha, self.rho, len(t))))
        shocks = np.cumsum(((1 - alpha) * response) ** 2, axis=0)
        bias = (1 - alpha) * self.rho * response
        moments = bias**2 * self.start**2 + (self.lr * self.noise) ** 2 * shocks
        return moments / (1 - alpha**t) ** 2

    def expected(self, steps: int, alpha: float, share: float = 0.5) -> dict[str, np.ndarray]:
        """The expected costs above the minimum, (T,), of the iterate and its averages by name."""
        moments = {
            "iterate": self.last(steps),
            "average": self.uniform(steps),
            "tail average": self.recent(steps, share),
            "exponential average": self.exponential(steps, alpha),
        }
        return {name: self.excess(moment) for name, moment in moments.items()}

    def paths(self, steps: int, runs: int, seed: int = 0) -> np.ndarray:
        """The iterates of many runs, (T, runs, d)."""
        rng = np.random.default_rng(check.whole(seed=seed))
        steps, runs = check.many(steps=steps), check.many(runs=runs)
        path = rng.standard_normal((steps, runs, len(self.curvatures)))
        path *= -self.lr * self.noise
        path[0] += self.rho * self.start
        for t in range(1, steps):
            path[t] += self.rho * path[t - 1]
        return path


def _counts(steps: int) -> np.ndarray:
    return np.arange(1.0, check.many(steps=steps) + 1)[:, None]


def _response(alpha: float, rho: np.ndarray, steps: int) -> Iterator[np.ndarray]:
    """``sum_{i<n} alpha^(n-1-i) rho^i`` for n = 1 ... steps, with no division by alpha - rho."""
    total, power = np.zeros_like(rho), np.ones_like(rho)
    for _ in range(steps):
        total = alpha * total + power
        power = power * rho
        yield total
