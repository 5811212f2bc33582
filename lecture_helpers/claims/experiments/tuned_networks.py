"""Networks of several arms, each trained at the learning rate that suits it best."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.datasets import digits, mnist, mnist1d
from lecture_helpers.training import Runs

DATA = {"digits": digits, "MNIST-1D": mnist1d, "MNIST": mnist}
FITTED = 0.01  # a training loss below it is fitted: what lies under it is not compared


def grid(first: int, last: int, *, per_decade: int, digits: int = 3) -> tuple[float, ...]:
    """10^(first / per_decade) to 10^(last / per_decade), rounded to significant digits.

    >>> grid(-2, 1, per_decade=2)
    (0.1, 0.316, 1.0, 3.16)
    """
    steps = range(first, last + 1)
    return tuple(float(f"{10 ** (k / per_decade):.{digits}g}") for k in steps)


def on_data(data: str, seeds: Iterable[int], **settings) -> dict:
    """What ``train`` takes for networks of width 32 on a data set of ``DATA``, and ``settings``."""
    return {
        "build": training.mlp, "dataset": DATA[data](), "seeds": list(seeds), "width": 32,
        "progress": False,
    } | settings  # fmt: skip


def on_digits(seeds: Iterable[int], **settings) -> dict:
    """As ``on_data``, for the digits."""
    return on_data("digits", seeds, **settings)


def failed_as_nan(values, failed) -> list[float]:
    """One value per seed, NaN for the seeds that failed: they count in the failure rate alone."""
    return np.where(failed, np.nan, values).tolist()


def train_at(rates: Mapping[str, float], arms: Mapping[str, dict], **options) -> Runs:
    """The runs of every arm at its own learning rate."""
    with_rates = {arm: settings | {"lr": rates[arm]} for arm, settings in arms.items()}
    return training.train(arms=with_rates, **options)


def best_rates(
    arms: Mapping[str, dict], rates: Iterable[float], measure: Callable,
    choose: Callable = best_on_grid, **options,
) -> dict[str, float]:  # fmt: skip
    """Each arm's best learning rate by ``measure`` (smaller is better) on the validation split.

    ``measure`` takes an arm's runs and returns (rates, seeds); ``choose`` takes rate to values.
    """
    rates = list(rates)
    runs = training.train(arms=arms, lr=rates, eval_on="validation", **options)
    tables = {arm: measure(runs.at(arm=arm)).tolist() for arm in arms}
    return {arm: choose(dict(zip(rates, t, strict=True))) for arm, t in tables.items()}
