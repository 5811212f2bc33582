"""C27: how fast the excess cost of averaged iterates falls on convex costs with noisy gradients."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from lecture_helpers.claims.experiments.per_seed import by_seed
from lecture_helpers.optimization.noisy_descent import (
    NoisyCost,
    least_squares,
    logistic_regression,
    noisy_descent,
    with_noise,
)
from lecture_helpers.test_functions.averaging_traps import exponential_wall, flat_bottom, kink
from lecture_helpers.test_functions.surfaces import quadratic

ROOT, FLOOR = "the exponent of 1/sqrt(t)", "the exponent of a floor"


def falling_costs(
    seeds, *, steps=30_000, decades=1.5, early=300, runs=40, dimension=20, examples=500
) -> dict[str, list[float]]:
    """How the mean excess cost of the last iterate and of the average depends on the step t.

    "Exponent" is minus the slope of the logarithm of the mean cost of the ``runs`` against that of
    t, over the last ``decades`` of the ``steps``; "early exponent" over as many up to step
    ``early``. "Depth" is minus the logarithm to base 10 of the mean cost after the last step. All
    rates of a cost see the same noise, whose components have deviation 1 where no example is
    drawn. A seed fails where a mean cost is not finite.
    """

    def of_seed(seed: int) -> dict[str, float]:
        found = {ROOT: 0.5, FLOOR: 0.0}
        marks = [_marks(last, decades) for last in (early, steps)]
        for k, (name, make) in enumerate(COSTS.items()):
            rng = np.random.default_rng([seed, k])
            cost, first, schedules = make(rng, dimension=dimension, examples=examples)
            rates = _rates(cost, first, schedules, steps)
            start = rng.uniform(-1, 1, (runs, cost.dimensions))
            at = sorted({*marks[0], *marks[1]})
            costs = _mean_costs(cost, start, rates, at, rng)
            for schedule, curves in costs.items():
                every = _judged(curves, at, marks)
                wanted = ("last, depth",) if schedule in RIVALS else every
                found |= {f"{name}, {schedule}: {key}": every[key] for key in wanted}
            if np.isfinite(cost.law):
                found[f"{name}: law, depth"] = -np.log10(cost.law / steps)
        return found

    return by_seed(of_seed, seeds)


def _marks(last: int, decades: float) -> list[int]:
    return [round(t) for t in last * 10 ** np.linspace(-decades, 0, 12)]


def _rates(cost: NoisyCost, first: float, names: tuple, steps: int) -> dict[str, np.ndarray]:
    """Name to learning rates (steps,), all of them ``first`` in the first step but the last two."""
    t, h = np.arange(1.0, steps + 1), cost.smallest
    rates = {
        "constant rate": np.full(steps, first),
        "a tenth of the rate": np.full(steps, first / 10),
        "falling rate": first * t ** (-2 / 3),
        "slowly falling rate": first * t ** (-1 / 3),
        "rate as 1/sqrt(t)": first / np.sqrt(t),
        "rate as t^-0.9": first * t**-0.9,
        "rate 1/(2t)": first / t,
        "rate 1/(ht)": first / (1 + first * h * t),
        "rate 1/(4ht)": first / (1 + 4 * first * h * t),
    }
    return {name: rates[name] for name in names}


def _mean_costs(cost, start, rates: Mapping, at: list[int], rng) -> dict[str, dict]:
    last, averages = noisy_descent(cost, start, np.array(list(rates.values())), at, rng)
    both = {"last": last, "average": averages}
    means = {arm: cost.excess(points).mean(axis=-1) for arm, points in both.items()}
    return {name: {arm: m[:, k] for arm, m in means.items()} for k, name in enumerate(rates)}


def _judged(curves: Mapping, at: list[int], marks: list) -> dict[str, float]:
    early, late = marks
    found = {f"{arm}, exponent": _exponent(curve, at, late) for arm, curve in curves.items()}
    found["average, early exponent"] = _exponent(curves["average"], at, early)
    with np.errstate(divide="ignore", invalid="ignore"):
        depths = {arm: -np.log10(curve[-1]) for arm, curve in curves.items()}
    return found | {
        f"{arm}, depth": float(depth) if np.isfinite(depth) else np.nan
        for arm, depth in depths.items()
    }


def _exponent(curve: np.ndarray, at: list[int], chosen: list[int]) -> float:
    values = curve[np.isin(at, chosen)]
    if not (np.isfinite(values).all() and (values > 0).all()):
        return np.nan
    return -float(np.polyfit(np.log(chosen), np.log(values), 1)[0])


RIVALS = ("rate 1/(ht)", "rate 1/(4ht)")


def _quadratic(rng, *, condition: float, dimension: int, **_) -> tuple:
    h = np.diag(np.geomspace(1 / condition, 1, dimension))
    names = ("constant rate", "falling rate", "rate as t^-0.9", "rate 1/(2t)", *RIVALS)
    return with_noise(quadratic(h), 1.0, h), 0.5, names


def _least_squares(rng, *, examples: int, **_) -> tuple:
    inputs = rng.standard_normal((examples, 5)) * np.geomspace(0.3, 1, 5)
    targets = inputs @ rng.standard_normal(5) + rng.standard_normal(examples)
    rate = 0.25 / float((inputs**2).sum(axis=1).mean())
    return least_squares(inputs, targets), rate, ("constant rate", *RIVALS)


def _logistic(rng, *, examples: int, **_) -> tuple:
    inputs, weights = rng.standard_normal((examples, 5)), rng.standard_normal(5)
    weights *= 1.5 / np.linalg.norm(weights)
    targets = rng.random(examples) < 1 / (1 + np.exp(-inputs @ weights))
    cost = logistic_regression(inputs, targets.astype(float))
    return cost, 0.5 / cost.largest, ("falling rate", "constant rate", *RIVALS)


def _wall(rng, **_) -> tuple:
    names = (
        "falling rate", "rate as 1/sqrt(t)", "slowly falling rate", "constant rate",
        "a tenth of the rate", *RIVALS,
    )  # fmt: skip
    return with_noise(exponential_wall(), 1.0, np.eye(1)), 0.5, names


def _without_curvature(rng, *, surface: Callable, first: float, **_) -> tuple:
    names = (
        "falling rate", "rate as 1/sqrt(t)", "rate as t^-0.9", "slowly falling rate",
        "constant rate",
    )  # fmt: skip
    return with_noise(surface(), 1.0), first, names


COSTS = {
    "quadratic, condition 10": partial(_quadratic, condition=10),
    "quadratic, condition 100": partial(_quadratic, condition=100),
    "quadratic, condition 1000": partial(_quadratic, condition=1000),
    "least squares, an example a step": _least_squares,
    "logistic regression, an example a step": _logistic,
    "exp(x) - x": _wall,
    "abs(x)": partial(_without_curvature, surface=kink, first=0.5),
    "max(x, -3x)": partial(_without_curvature, surface=partial(kink, 3.0, 1.0), first=0.5),
    "x^4": partial(_without_curvature, surface=flat_bottom, first=0.05),
}
