"""Following 1,000 starts through 10 levels of blur at once, against a loop over scipy.optimize.

    python benchmarks/continuation.py

Both make the same number of gradient evaluations per start and level. scipy has no continuation:
what a user would write is a loop over starts and levels around ``minimize``.
"""

import time

import numpy as np
from scipy.optimize import minimize

from lecture_helpers.optimization.gaussian_smoothing import (
    gaussian_smoothing,
    perturbations,
    sampled_smoothing,
)
from lecture_helpers.optimization.graduated_descent import (
    graduated_descent,
    random_starts,
    reached,
    sigma_schedule,
)
from lecture_helpers.test_functions.multimodal import random_waves, ripples

STARTS, LEVELS, STEPS, LOOPED = 1000, 10, 30, 20


def looped(cost, starts, sigmas) -> tuple[np.ndarray, int]:
    """The ends of scipy's search through every level, one start after the other, and gradients."""
    ends, gradients = [], 0
    for theta in starts:
        for sigma in sigmas:
            blurred = gaussian_smoothing(cost, sigma)
            found = minimize(blurred.value, theta, jac=blurred.gradient, method="L-BFGS-B",
                             options={"maxfun": STEPS})  # fmt: skip
            theta, gradients = found.x, gradients + found.njev
        ends.append(theta)
    return np.array(ends), gradients


def timed(run, repeats: int = 3):
    """The best of a few times in seconds, and the last result."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - started)
    return min(times), result


def main() -> None:
    """Print seconds per start and per gradient, the ratio, and who arrives."""
    cost, sigmas = random_waves(1, 2), sigma_schedule(2.0, LEVELS)
    starts = random_starts(STARTS, 2, reach=6.0)
    ours, trail = timed(lambda: graduated_descent(cost, starts, sigmas, steps=STEPS))
    theirs, (ends, gradients) = timed(lambda: looped(cost, starts[:LOOPED], sigmas), 1)
    each, other = ours / (STARTS * LEVELS * STEPS), theirs / gradients
    print(
        f"follow: {STARTS} starts x {LEVELS} levels x {STEPS} gradients in {ours:.3f} s, "
        f"{1e6 * each:.2f} us a gradient, {reached(cost, trail.end, 0.1).mean():.0%} arrive"
    )
    print(
        f"scipy loop ({LOOPED} starts): {1e6 * other:.0f} us a gradient, "
        f"{theirs / LOOPED * STARTS:.1f} s for {STARTS} starts, "
        f"{reached(cost, ends, 0.1).mean():.0%} arrive"
    )
    print(
        f"ratio at equal gradients: {other / each:.0f}; "
        f"start for start: {theirs / LOOPED * STARTS / ours:.0f}"
    )
    line = np.linspace(-4, 4, 161)[:, None]
    move, _ = timed(lambda: _one_move(ripples(), line), 20)
    print(f"one blur of 161 places, exact and with 300 draws: {1e3 * move:.2f} ms")


def _one_move(cost, line):
    sampled = sampled_smoothing(cost, 0.5, perturbations(300))
    return (
        gaussian_smoothing(cost, 0.5).value(line),
        sampled.value(line),
        sampled.standard_error(line),
    )


if __name__ == "__main__":
    main()
