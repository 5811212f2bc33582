"""The experiments of lesson 1 on regularisation: with and without, batch mates, and dropout."""

from functools import partial
from itertools import product
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.experiments.own_rates import at_own_rates, error, rates_for
from lecture_helpers.claims.experiments.tuned_networks import failed_as_nan, grid, on_data
from lecture_helpers.claims.tuning import best_on_grid
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


MATES = {  # arms and batch size
    64: {"none": {"norm": "none"}, "batch": {"norm": "batch"}, "layer": {"norm": "layer"}},
    256: {"mates 256": {"norm": "batch"}, "mates 16": {"norm": "batch", "group": 16}},
}


def _mates(data: str, size: int, steps: int, seeds) -> tuple[dict, dict]:
    named = {f"{data}, {arm}": settings for arm, settings in MATES[size].items()}
    return named, _on_few(data, seeds, steps=steps, batch_size=size, record=26)


def _mates_aims(size: int, levels) -> dict:
    aims = {f"loss {level:g}": partial(error_at_loss, level=level) for level in levels}
    return aims | ({"the end": error} if size == 256 else {})


def batch_mates(seeds, *, data=DATA, levels=LEVELS, steps=1000, tuned: Any = None) -> dict:
    """C10: test accuracy in per cent of networks that have seen the same 1,000 examples.

    "loss L": where the training loss first falls to L, measured at test time. Batches of 64
    without a norm, with batch norm and with layer norm, which has no batch mates. "mates 16":
    batches of 256 of which every 16 examples that follow one another are normalised together, and
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


def tuned_batch_mates(seeds, *, data=DATA, levels=LEVELS, steps=1000) -> dict:
    """The learning rates of C10, by the same readings on the validation split."""
    found = {}
    for source, size in product(data, MATES):
        named, options = _mates(source, size, steps, seeds)
        found |= rates_for(_mates_aims(size, levels), named, RATES, **options)
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
