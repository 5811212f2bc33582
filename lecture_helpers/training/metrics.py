"""What a record of runs says of each member: whether it trains, how low it got, how right it is."""

import numpy as np

from lecture_helpers.foundation.validation import instance, positive
from lecture_helpers.training.runs import Runs

GUESSING = float(np.log(10))  # the cross-entropy of ten equal probabilities


def trains(runs: Runs) -> np.ndarray:
    """Which members train, (*grid, seeds): in the last quarter of their updates the training loss
    is on average at most half of what guessing among ten classes gives, ln(10) / 2."""
    return _late(runs) <= np.log(10) / 2  # NaN, a diverged member, is not


def late_loss(runs: Runs, *, fitted: float = 1e-4) -> np.ndarray:
    """(*grid, seeds), log10 of the mean training loss of the last quarter; capped at guessing.

    A loss below ``fitted`` counts as ``fitted``.
    """
    late = _late(runs)
    fitted = positive(fitted=fitted)
    return np.log10(np.clip(np.where(np.isfinite(late), late, GUESSING), fitted, GUESSING))


def _late(runs: Runs) -> np.ndarray:
    instance(Runs, runs=runs)
    return runs.train_loss[..., runs.steps >= 0.75 * runs.steps[-1]].mean(axis=-1)


def final_accuracy(runs: Runs) -> np.ndarray:
    """(*grid, seeds), accuracy at the last record, 0 to 1; a diverged member counts as chance."""
    return np.nan_to_num(instance(Runs, runs=runs).accuracy[..., -1], nan=0.1)
