"""Networks of several arms, each trained at the learning rate that suits what is asked of it.

A rate that is best for the training loss need not be best for the accuracy; so every aim has a
rate of its own, and an arm whose aims agree is trained once.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.experiments.tuned_networks import FITTED, failed_as_nan
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.training import GUESSING, Runs, final_accuracy, late_loss, trains

Aims = Mapping[str, Callable[[Runs], np.ndarray]]


def fitted_loss(runs: Runs) -> np.ndarray:
    """(*grid, seeds), log10 of the late training loss; what lies below ``FITTED`` counts as it."""
    return late_loss(runs, fitted=FITTED)


def error(runs: Runs) -> np.ndarray:
    """(*grid, seeds), percentage points of accuracy missing from 100 at the end."""
    return 100 - 100 * final_accuracy(runs)


LOSS_AND_ACCURACY: Aims = {"loss": fitted_loss, "accuracy": error}
WORST = {"loss": float(np.log10(0.9 * GUESSING)), "accuracy": 80.0}  # no better than a guess


def late_records(steps: int) -> list[int]:
    """The first step, and six of the last quarter: what the measures of a finished run need."""
    return sorted({0, *np.linspace(0.75 * steps, steps, 6).round().astype(int).tolist()})


def rates_for(
    aims: Aims, arms: Mapping[str, dict], rates: Iterable[float], **options
) -> dict[str, float]:
    """ "arm, for aim" to the best of ``rates`` by that aim (smaller is better) on validation.

    The best one must lie inside the grid, but for an arm that reaches its aim at none of them:
    there it is the one with the fewest failures.
    """
    rates = list(rates)
    runs = training.train(arms=dict(arms), lr=rates, eval_on="validation", **options)
    found = {}
    for arm in arms:
        for aim, measure in aims.items():
            table = dict(zip(rates, measure(runs.at(arm=arm)).tolist(), strict=True))
            found[f"{arm}, for {aim}"] = _best(table, WORST.get(aim, np.inf))
    return found


def _best(table: dict[float, list[float]], worst: float) -> float:
    if any(np.mean(values) <= worst for values in table.values()):
        return best_on_grid(table)
    failures = {rate: int((~np.isfinite(values)).sum()) for rate, values in table.items()}
    capped = {rate: np.mean(np.nan_to_num(v, nan=1e3)) for rate, v in table.items()}
    return min(table, key=lambda rate: (failures[rate], capped[rate]))


def at_own_rates(
    rates: Mapping[str, float], aims: Iterable[str], arms: Mapping[str, dict], **options
) -> dict[str, Runs]:
    """ "arm, for aim" to the runs of that arm at the rate which ``rates_for`` found for it."""
    wanted = {f"{arm}, for {aim}": arm for arm in arms for aim in aims}
    own = {key: f"{arm} at {rates[key]:g}" for key, arm in wanted.items()}
    distinct = {own[key]: arms[arm] | {"lr": rates[key]} for key, arm in wanted.items()}
    runs = training.train(arms=distinct, **options)
    return {key: runs.at(arm=name) for key, name in own.items()}


def stuck(runs: Runs) -> np.ndarray:
    """(*grid, seeds), which diverged or are in the end hardly better than a guess among ten."""
    return runs.diverged | (late_loss(runs) > WORST["loss"])


def fit_and_percent(
    runs: Mapping[str, Runs], failed: Callable = lambda runs: ~trains(runs)
) -> dict[str, list[float]]:
    """ "arm: loss" and "arm: accuracy", one value per seed, each from the runs tuned for it.

    loss: log10 of the late training loss, as ``fitted_loss``. accuracy: per cent. NaN for a seed
    that ``failed``; unless said otherwise one whose late training loss stays above ln(10) / 2.
    """
    found = {}
    for key, own in runs.items():
        arm, aim = key.rsplit(", for ", 1)
        name, values = ("fit", -fitted_loss(own)) if aim == "loss" else (aim, 100 - error(own))
        found[f"{arm}: {name}"] = failed_as_nan(values, failed(own))
    return found
