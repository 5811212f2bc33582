"""How per-seed values become a verdict: paired differences, intervals, failures, the rule, Holm."""

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.special import stdtrit

from lecture_helpers.foundation.validation import finite_array, non_negative, one_of

LEVEL = 0.95
STRICT = 0.99
RESAMPLES = 10_000

Interval = tuple[float, float]


def paired_differences(treated, control) -> np.ndarray:
    """Seed by seed, ``treated - control``; both (seeds,).

    A member that diverged must already carry its capped value: NaN is an error here.

    Raises:
        ValueError: unequal numbers of seeds, fewer than two, NaN.

    >>> paired_differences([3.0, 5.0], [1.0, 2.0])
    array([2., 3.])
    """
    treated, control = finite_array(treated=treated, ndim=1), finite_array(control=control, ndim=1)
    if len(treated) != len(control) or len(treated) < 2:
        raise ValueError(
            "paired arms need the same two or more seeds, "
            f"not {len(treated)} against {len(control)} values."
        )
    return treated - control


def t_interval(differences: np.ndarray, level: float = LEVEL) -> Interval:
    """Student's interval for the mean of (seeds,) differences.

    The default: with 8 seeds it keeps its level, where a bootstrap covers only 88 % instead of 95.

    >>> low, high = t_interval(np.array([1.0, 2.0, 3.0]))
    >>> round(low, 2), round(high, 2)
    (-0.48, 4.48)
    """
    n = len(differences)
    half = stdtrit(n - 1, (1 + level) / 2) * differences.std(ddof=1) / np.sqrt(n)
    return float(differences.mean() - half), float(differences.mean() + half)


def _bootstrap(differences: np.ndarray) -> Callable[[float], Interval]:
    """The bias-corrected and accelerated bootstrap interval for the mean of (seeds,) differences.

    For measures where a seed can fail: capped values make the differences lopsided, and Student's
    symmetric interval then misses on one side only. Failures that no seed shows are beyond either
    interval, so such claims need their 20 seeds. The resamples come from a fixed local generator:
    the same values always give the same interval. Efron 1987.
    """
    from scipy.stats import bootstrap

    mean = float(differences.mean())
    if np.ptp(differences) == 0:
        return lambda level: (mean, mean)
    of_mean = partial(bootstrap, (differences,), np.mean, method="BCa")
    drawn = of_mean(n_resamples=RESAMPLES, rng=np.random.default_rng(0))

    def at(level: float) -> Interval:
        found = of_mean(n_resamples=0, bootstrap_result=drawn, confidence_level=level)
        return float(found.confidence_interval.low), float(found.confidence_interval.high)

    return at


def intervals(
    differences: np.ndarray, method: str = "t", resolution: float = 0.0
) -> Callable[[float], Interval]:
    """The interval as a function of its level.

    ``resolution`` is the step of the grid on which each arm's value was read. Both arms are
    rounded down by up to a step, so the interval is widened by one step on either side.

    Raises:
        ValueError: unknown method, negative resolution.
    """
    one_of(("t", "bootstrap"), interval=method)
    step = non_negative(resolution=resolution)
    inner = _bootstrap(differences) if method == "bootstrap" else partial(t_interval, differences)

    def at(level: float) -> Interval:
        low, high = inner(level)
        return low - step, high + step

    return at


def decide(effect: float, interval: Interval, min_effect: float) -> str:
    """The verdict on a paired effect, its sign turned so that the sentence expects a positive one.

    The same on both sides of 0: an effect counts from ``min_effect`` on.

    >>> [decide(e, (e - 0.3, e + 0.3), min_effect=0.5) for e in (0.8, 0.1, 0.4, -0.8)]
    ['holds', 'no difference', 'undecided', 'reversed']
    """
    low, high = interval
    if low > 0 and effect >= min_effect:
        return "holds"
    if high < 0 and effect <= -min_effect:
        return "reversed"
    if -min_effect < low and high < min_effect:
        return "no difference"
    return "undecided"


def binomial_interval(failed: int, seeds: int, level: float = LEVEL) -> Interval:
    """The exact interval of a rate. Clopper and Pearson 1934.

    >>> low, high = binomial_interval(0, 20)
    >>> low, round(high, 3)
    (0.0, 0.168)
    """
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(failed, seeds - failed + 1, tail)) if failed else 0.0
    return low, float(betaincinv(failed + 1, seeds - failed, 1 - tail)) if failed < seeds else 1.0


def failure_difference(treated: int, control: int, seeds: int) -> Callable[[float], Interval]:
    """The interval of the control's failure rate less the treated arm's, as a function of level.

    Each rate has its exact interval with half of the error; so this one is wider than it need be.
    """

    def at(level: float) -> Interval:
        (low_t, high_t), (low_c, high_c) = (
            binomial_interval(failed, seeds, (1 + level) / 2) for failed in (treated, control)
        )
        return low_c - high_t, high_c - low_t

    return at


def differ(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two effects lie apart beyond their intervals: (seeds,) paired differences of each."""
    gap = one - other
    if len(gap) < 2:
        return False
    if np.ptp(gap) == 0:
        return bool(gap[0] != 0)
    low, high = t_interval(gap)
    return low > 0 or high < 0


def p_value(effect: float, interval_at: Callable[[float], Interval], min_effect: float) -> float:
    """The smallest error rate at which the verdict of the 95 % interval still stands.

    For ``holds`` and ``reversed`` this is the two-sided p value of no effect, for ``no difference``
    that of an equivalence test: the interval is inverted, whatever made it. It is 1 where the
    verdict is undecided, and never below 1 in 10,000, which is as far as the resamples tell.
    """
    verdict = decide(effect, interval_at(LEVEL), min_effect)
    if verdict == "undecided":
        return 1.0
    low, high = np.log(1 / RESAMPLES), np.log(1 - LEVEL)
    for _ in range(40):
        middle = (low + high) / 2
        stands = decide(effect, interval_at(1 - np.exp(middle)), min_effect) == verdict
        low, high = (low, middle) if stands else (middle, high)
    return float(np.exp(high))


def holm(p_values) -> np.ndarray:
    """Holm's adjusted p values of a family, in the order given. Holm 1979.

    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    p_values = np.asarray(p_values, dtype=float)
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    adjusted = np.minimum(np.maximum.accumulate(factors * p_values[order]), 1.0)
    return adjusted[np.argsort(order, kind="stable")]


def fragile(verdict: str, p_value: float, adjusted: float) -> bool:
    """Whether a verdict of the 95 % interval is lost at 99 % or after Holm's correction.

    >>> [fragile("holds", p, adjusted) for p, adjusted in ((0.004, 0.02), (0.02, 0.04))]
    [False, True]
    """
    return verdict != "undecided" and bool(p_value > 1 - STRICT or adjusted > 1 - LEVEL)
