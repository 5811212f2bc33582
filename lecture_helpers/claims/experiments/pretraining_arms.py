"""What the experiments on growing and on guiding share: networks, measures, the search of rates.

Every measure is the larger the better, and NaN where the run diverged.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from lecture_helpers.claims.experiments.tuned_networks import FITTED, failed_as_nan
from lecture_helpers.training import GUESSING, Runs, final_accuracy

NETWORKS = {
    "sigmoid": dict(activation="sigmoid", init="glorot"),
    "tanh": dict(activation="tanh", init="glorot"),
    "ReLU": dict(activation="relu"),
    "ReLU + BN": dict(activation="relu", norm="batch"),
}
USUAL: dict = dict(width=32, momentum=0.9, batch_size=64, progress=False)
RIVALS = {
    "Adam": dict(optimizer="adam"),
    "batch norm": dict(norm="batch"),
    "first weights times 4": dict(gain=4.0),  # 1 / the sigmoid's slope at 0
}
RATES = tuple(float(f"{digit}e{decade}") for decade in range(-5, 3) for digit in (1, 3))
FIRST_RATES = {
    "sigmoid": (0.03, 0.1, 0.3, 1.0, 3.0),
    "ReLU": (0.003, 0.01, 0.03, 0.1, 0.3),
    "ReLU + BN": (0.01, 0.03, 0.1, 0.3, 1.0),
    "Adam": (0.001, 0.003, 0.01, 0.03, 0.1),
    "features": (0.03, 0.1, 0.3, 1.0, 3.0),
}
WIDENED = 4  # how often a grid of rates may grow by half a decade at an end
HOPELESS = 0.2  # an accuracy below it, twice that of chance, is not told from guessing


def percent(runs: Runs) -> np.ndarray:
    """(*grid, seeds), test accuracy at the end in per cent."""
    return np.array(failed_as_nan(100 * final_accuracy(runs), runs.diverged))


def fit(runs: Runs) -> np.ndarray:
    """(*grid, seeds), decades by which the last training loss lies below 1.

    A loss below ``FITTED`` counts as ``FITTED``, one above that of guessing as that.
    """
    last = np.clip(runs.train_loss[..., -1], FITTED, GUESSING)
    return np.array(failed_as_nan(-np.log10(last), runs.diverged))


def costs(values: np.ndarray, measure: str) -> np.ndarray:
    """What a search makes small, from a measure's (*grid, seeds); infinite for a diverged seed.

    All accuracies below ``HOPELESS`` per cent of 100 are equally bad, and so are training losses
    less than a tenth below that of guessing: which of them is the best is chance.
    """
    bad = {"accuracy": 100 * HOPELESS, "loss": -np.log10(0.9 * GUESSING)}.get(measure, -np.inf)
    return np.where(np.isnan(values), np.inf, -np.maximum(values, bad))


def searched(measured: Callable[[list[float]], Mapping], rates: Iterable[float]) -> dict:
    """The best rate by every measure, of a grid that grows until no best one lies at its end.

    ``measured`` takes rates and returns name to (rates, seeds) costs. Of several rates that are
    equally good the middle one; 0.1 where every rate diverges.
    """
    tables: dict[str, dict] = {}
    todo = list(rates)
    for _ in range(1 + WIDENED):
        for name, rows in measured(todo).items():
            tables.setdefault(name, {}).update(zip(todo, rows.mean(axis=-1), strict=True))
        ends = {end for table in tables.values() for end in _beyond(table)}
        todo = sorted(ends)
        if not todo:
            break
    return {name: best(table) for name, table in tables.items()}


def best(table: Mapping[float, float]) -> float:
    """The rate of the least mean cost, of several the middle one."""
    rates = sorted(table)
    means = np.array([table[rate] for rate in rates])
    if not np.isfinite(means).any():
        return 0.1
    least = np.flatnonzero(means <= means.min() + 1e-9)
    return rates[int(least[len(least) // 2])]


def _beyond(table: Mapping[float, float]) -> Iterable[float]:
    """The next rates outside of a table whose best one lies at an end."""
    rates, at = sorted(table), best(table)
    places = {rates[0]: RATES.index(rates[0]) - 1, rates[-1]: RATES.index(rates[-1]) + 1}
    return [RATES[places[at]]] if at in places and 0 <= places[at] < len(RATES) else []
