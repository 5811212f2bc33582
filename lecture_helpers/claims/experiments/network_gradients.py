"""How much of the loss's gradient arrives in the first hidden layer of a network."""

from collections.abc import Iterable

import numpy as np

from lecture_helpers.datasets import Dataset, split
from lecture_helpers.networks.signal_propagation import propagate
from lecture_helpers.training import Runs

CHECKED = (0.25, 0.5, 1.0)  # when, as shares of the updates


def first_over_last(values: np.ndarray) -> float:
    """log10 of the first over the last of (layers,) sizes; NaN where one is 0 or not finite.

    >>> first_over_last(np.array([0.1, 5.0, 10.0]))
    -2.0
    """
    alive = np.isfinite(values).all() and values[0] > 0 and values[-1] > 0
    return float(np.log10(values[0] / values[-1])) if alive else float("nan")


def vanished(ratio):
    """What of log10 ratios is loss: above 0, where gradients grow on their way down, they count 0.

    >>> vanished(np.array([-2.0, 3.0]))
    array([-2.,  0.])
    """
    return np.minimum(ratio, 0.0)


def gradient_ratio(network, dataset: Dataset, rows: np.ndarray) -> float:
    """log10 of the loss's gradient by the first hidden layer's output, over that by the last's.

    Root mean squares over the examples ``rows`` (m,), in training mode.
    """
    return first_over_last(propagate(network, dataset.inputs[rows], dataset.targets[rows]).gradient)


def relative_ratio(network, dataset: Dataset, rows: np.ndarray) -> float:
    """As ``gradient_ratio``, by the layers' weights: each gradient's length over the weights'."""
    from lecture_helpers.networks.layer_probes import gradient_norms

    lengths = [float(p.detach().norm()) for p in network.parameters() if p.ndim == 2]
    norms = gradient_norms(network.train(), dataset.inputs[rows], dataset.targets[rows])
    return first_over_last((norms / np.array(lengths))[:-1])


def ratios_in_training(
    runs: Runs, dataset: Dataset, seeds: Iterable[int], *, examples: int, **where
) -> list[float]:
    """The part of ``gradient_ratio`` that is loss, one value per seed.

    The mean over the kept steps nearest to a quarter, half and all of the updates, each on the
    seed's first training ``examples``. NaN is a network that diverged or died: no gradient at all.
    """
    kept = np.asarray(runs.weight_steps)
    steps = [int(kept[np.abs(kept - share * kept[-1]).argmin()]) for share in CHECKED]
    found = []
    for seed in seeds:
        rows = split(dataset, seed).train[:examples]
        at = [runs.module(seed=seed, step=step, **where) for step in steps]
        found.append(float(np.mean([vanished(gradient_ratio(n, dataset, rows)) for n in at])))
    return found
