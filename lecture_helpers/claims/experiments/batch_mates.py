"""The experiments of lesson 1 on regularisation: with and without, batch mates, and dropout."""

from collections.abc import Callable
from functools import lru_cache, partial
from itertools import product
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.experiments.neighbouring_rates import rates_from_start
from lecture_helpers.claims.experiments.own_rates import at_own_rates, error
from lecture_helpers.claims.experiments.tuned_networks import DATA as DATASETS
from lecture_helpers.claims.experiments.tuned_networks import failed_as_nan, grid, on_data
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.datasets import split
from lecture_helpers.training import Runs

FEW = {"test": 2000, "validation": 1000, "train": 1000}
DATA = ("MNIST-1D", "MNIST")
LEVELS = (0.3, 0.1)  # of the training loss, both above what counts as fitted
RATES = grid(-5, 2, per_decade=2)  # 0.00316 to 10


def _on_few(data: str, seeds, **settings) -> dict:
    """1,000 training examples, so that there is something to regularise."""
    return on_data(data, seeds, **{"depth": 2, "width": 64, "split": FEW} | settings)


def error_at_loss(runs: Runs, level: float) -> np.ndarray:
    """(*grid, seeds), percentage points of accuracy missing when the training loss falls to level.

    Linear in the logarithm of the loss between the two records around it. NaN where it does not
    get there.
    """
    accuracy = runs.accuracy
    loss = np.nan_to_num(runs.train_loss.astype(float), nan=1e6).clip(1e-9, 1e6)
    below = loss <= level
    at = np.maximum(below.argmax(axis=-1), 1)[..., None]
    before, after = (np.take_along_axis(loss, at - k, axis=-1)[..., 0] for k in (1, 0))
    was, became = (np.take_along_axis(accuracy, at - k, axis=-1)[..., 0] for k in (1, 0))
    with np.errstate(invalid="ignore", divide="ignore"):  # equal records, where it is not below
        share = np.log(before / level) / np.log(before / after)
    found = 100 * (1 - was - np.clip(share, 0, 1) * (became - was))
    return np.where(below.any(axis=-1), found, np.nan)


ALL = FEW["train"]
UNITS = {"ReLU": "relu", "tanh": "tanh"}
MATES = {  # arms and batch size
    64: {
        f"{units}, {norm}": {"norm": norm, "activation": activation}
        for units, activation in UNITS.items()
        for norm in ("none", "batch")
    },
    256: {"mates 256": {"norm": "batch"}, "mates 16": {"norm": "batch", "group": 16}},
    ALL: {"ReLU, fixed": {"norm": "batch"}},
}
FIXED_STEPS = {"MNIST-1D": 800, "MNIST": 400}  # updates that cost those of a batch of 1,000
EVERY = 40  # updates from record to record


def _mates(data: str, size: int, steps: int, seeds) -> tuple[dict, dict]:
    named = {f"{data}, {arm}": settings for arm, settings in MATES[size].items()}
    options = {"batch_size": size}
    if size == ALL:
        steps = min(steps, FIXED_STEPS[data])
        options |= {"batches": _everyone, "example_weights": weights_of_batches(data, seeds, steps)}
    return named, _on_few(data, seeds, steps=steps, record=range(0, steps + 1, EVERY), **options)


def _everyone(train, steps: int, **_) -> np.ndarray:
    return np.broadcast_to(train, (steps, len(train)))


def weights_of_batches(data: str, seeds, steps: int, size: int = 64) -> Callable:
    """``example_weights`` with which a batch of all training examples acts as one of ``size``.

    The examples that the seed's batch of that update would hold share the loss, all others weigh
    0: they are there for the mean and the variance alone.
    """
    examples, seats = len(DATASETS[data]()), np.arange(len(seeds))[:, None]
    orders = np.stack([_order(data, seed, steps, size) for seed in seeds])  # (seeds, steps, size)

    @lru_cache(maxsize=1)  # it is asked once for every network
    def weights(step: int) -> np.ndarray:
        found = np.zeros((len(seeds), examples), np.float32)
        found[seats, orders[:, step]] = ALL / size
        return found

    return weights


def _order(data: str, seed: int, steps: int, size: int) -> np.ndarray:
    """(steps, size) example numbers, as the seed's batches of that size hold them."""
    train, rng = split(DATASETS[data](), seed, **FEW).train, training.stream(seed, "order")
    a_pass = len(train) // size
    passes = [rng.permutation(train)[: a_pass * size] for _ in range(-(-steps // a_pass))]
    return np.concatenate(passes).reshape(-1, size)[:steps]


def _mates_aims(size: int, levels) -> dict:
    aims = {f"loss {level:g}": partial(error_at_loss, level=level) for level in levels}
    return aims | ({"the end": error} if size == 256 else {})


def batch_mates(seeds, *, data=DATA, levels=LEVELS, steps=800, tuned: Any = None) -> dict:
    """C10: test accuracy in per cent of networks that have seen the same 1,000 examples.

    "loss L": where the training loss first falls to L, measured at test time. Batches of 64
    without and with batch norm, of ReLU and of tanh units. "fixed": the same 64 examples an update
    in the same order, but mean and variance are those of all 1,000, with the gradient through them,
    so that an example's mates never change; fewer updates, of ``FIXED_STEPS``. "mates 16": batches
    of 256 of which every 16 examples that follow one another are normalised together, and
    "mates 256" all of them; weights, order and steps are the same. "the end": after the last
    update. Every arm has, for each of these readings, the learning rate that is best for it. A seed
    that does not reach the training loss, or diverges, has failed: NaN.
    """
    found = {}
    for source, size in product(data, MATES):
        named, options = _mates(source, size, steps, seeds)
        aims = _mates_aims(size, levels)
        for key, runs in at_own_rates(tuned, aims, named, **options).items():
            arm, aim = key.rsplit(", for ", 1)
            accuracy = 100 - aims[aim](runs)
            found[f"{arm}: {aim}"] = failed_as_nan(accuracy, runs.diverged & (aim == "the end"))
    return found


def tuned_batch_mates(seeds, *, data=DATA, levels=LEVELS, steps=800) -> dict:
    """The learning rates of C10, by the same readings on the validation split."""
    found = {}
    for source, size in product(data, MATES):
        named, options = _mates(source, size, steps, seeds)
        found |= rates_from_start(_mates_aims(size, levels), named, **options)
    return found


NORMS = ("none", "batch")
SIZES, DROPOUTS = (64, 256), (0.2, 0.5)


def held_out_loss(runs: Runs) -> np.ndarray:
    """(*grid, seeds), log10 of the cross-entropy on the evaluated split at the end."""
    return np.log10(np.nan_to_num(runs.eval_loss[..., -1], nan=10.0, posinf=10.0).clip(1e-3, 10))


DROPOUT_AIMS = {"loss": held_out_loss, "accuracy": error}


def _dropped(data: str, size: Any, dropouts, steps: int, seeds) -> tuple[dict, dict]:
    named = {
        f"{data}, {norm}, batch {size}, dropout {p:g}": {"norm": norm, "dropout": p}
        for norm in ("none", "batch") for p in dropouts
    }  # fmt: skip
    return named, _on_few(data, seeds, steps=steps, batch_size=size, record=2)


def dropout_gain(
    seeds, *, data=DATA, sizes=SIZES, dropouts=DROPOUTS, steps=600, tuned: Any = None
) -> dict:
    """C11: what the best of several dropout rates adds, with batch norm and without.

    "accuracy": percentage points of test accuracy. "loss": decades by which it lowers the test
    cross-entropy. Both at the end; dropout rate and learning rates are tuned for each of the two
    and for each network. A seed that diverges has failed: NaN.
    """
    found = {}
    for source, size, aim in product(data, sizes, DROPOUT_AIMS):
        measure = DROPOUT_AIMS[aim]
        own = {n: tuned[f"{source}, {n}, batch {size}: dropout, for {aim}"] for n in NORMS}
        named, options = _dropped(source, size, sorted({0.0, *own.values()}), steps, seeds)
        pairs = {(n, p): f"{source}, {n}, batch {size}, dropout {p:g}"
                 for n in NORMS for p in (0.0, own[n])}  # fmt: skip
        needed = {arm: named[arm] for arm in pairs.values()}
        runs = at_own_rates(tuned, [aim], needed, **options)
        for norm in NORMS:
            plain, with_it = (runs[f"{pairs[norm, p]}, for {aim}"] for p in (0.0, own[norm]))
            gain = measure(plain) - measure(with_it)
            failed = plain.diverged | with_it.diverged
            found[f"{source}, {norm}, batch {size}: {aim}"] = failed_as_nan(gain, failed)
    return found


def tuned_dropout(seeds, *, data=DATA, sizes=SIZES, dropouts=DROPOUTS, steps=600) -> dict:
    """The learning rates and dropout rates of C11, on the validation split."""
    found = {}
    for source, size in product(data, sizes):
        named, options = _dropped(source, size, (0.0, *dropouts), steps, seeds)
        runs = training.train(arms=named, lr=list(RATES), eval_on="validation", **options)
        for (aim, measure), norm in product(DROPOUT_AIMS.items(), NORMS):
            reached = {}
            for p in (0.0, *dropouts):
                arm = f"{source}, {norm}, batch {size}, dropout {p:g}"
                values = measure(runs.at(arm=arm))  # (rates, seeds)
                table = dict(zip(RATES, values.tolist(), strict=True))
                found[f"{arm}, for {aim}"] = best_on_grid(table)
                reached[p] = float(values.mean(axis=-1).min())
            best = min(dropouts, key=lambda p: reached[p])
            found[f"{source}, {norm}, batch {size}: dropout, for {aim}"] = best
    return found
