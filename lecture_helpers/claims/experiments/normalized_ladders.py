"""The experiments of lesson 1 on ladders: of learning rates, and of initial weights."""

import fnmatch

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.tuned_networks import failed_as_nan, grid, on_data
from lecture_helpers.training import Runs, final_accuracy, trains

NORMS = ("none", "batch", "layer", "scale", "centre")
LADDER = grid(-9, 5, per_decade=4)  # 0.00562 to 17.8 by quarter decades
CASES = (  # data, depth, rungs a decade, first and last rung in such steps from 1, norms
    ("digits", 2, 16, -6, 16, NORMS[:2]), ("digits", 8, 4, -5, 4, NORMS),
    ("digits", 16, 4, -8, 3, NORMS), ("MNIST", 8, 4, -5, 4, NORMS[:2]),
)  # fmt: skip
LEARNED = 0.55  # an accuracy halfway between guessing among ten and 1


def learned(runs: Runs) -> np.ndarray:
    """Which members have learned, (*grid, seeds): test accuracy of at least ``LEARNED``."""
    return final_accuracy(runs) >= LEARNED


AIMS = {"loss": trains, "accuracy": learned}


def ladder_runs(seeds, *, lr=LADDER, depth=(2, 8, 16), norm=NORMS, steps=200, records=16) -> Runs:
    """The networks of every rung, depth and norm on the digits: plain descent, batches of 64."""
    options = on_data("digits", seeds, steps=steps, record=records)
    return training.train(lr=list(lr), depth=list(depth), norm=list(norm), **options)


def highest_rates(seeds, *, cases=CASES, steps=200) -> Record:
    """C8: log10 of the largest learning rate of a ladder at which a network still trains.

    "loss": by ``trains``. "accuracy": test accuracy of at least 55 %, halfway from guessing.
    "as it acts": the largest effective rate among the rungs that train by their loss,
    lr |w0|^2 / |w|^2 with the weights after the last update (geometric mean over hidden layers):
    what is in front of a norm may grow without changing the output, and then moves less.

    A seed that trains on no rung has failed: NaN. Beside it: does the top rung train (then the
    ladder is too short)?
    """
    arms, extras = {}, {}
    for data, depth, per_decade, first, last, norms in cases:
        rates = grid(first, last, per_decade=per_decade)
        records = [0, *(round(steps * share) for share in (0.75, 0.8, 0.9, 1))]
        for norm in norms:
            options = on_data(data, seeds, steps=steps, record=records, checkpoints=steps)
            runs = training.train(lr=list(rates), depth=depth, norm=norm, **options)
            set_to = np.broadcast_to(np.log10(rates)[:, None], (len(rates), len(seeds)))
            by_loss, case = trains(runs), f"{data}, {norm}, depth {depth}"
            arms[f"{case}: loss"] = _highest(set_to, by_loss)
            arms[f"{case}: accuracy"] = _highest(set_to, learned(runs))
            arms[f"{case}: as it acts"] = _highest(set_to - growth(runs), by_loss)
            extras[f"{case}: the top rung trains"] = by_loss[-1].astype(float).tolist()
    return Record(tuple(seeds), arms, extras=extras)


def _highest(rungs: np.ndarray, passed: np.ndarray) -> list[float]:
    """The highest of the (rungs, seeds) that passed, NaN where none has."""
    return failed_as_nan(np.where(passed, rungs, -np.inf).max(axis=0), ~passed.any(axis=0))


def growth(runs: Runs) -> np.ndarray:
    """(*grid, seeds), log10 of |w|^2 / |w0|^2 from the first to the last kept weights.

    The mean over the weights of the hidden layers; all members must be built alike.
    """
    (layout,) = runs.layouts
    grown, at = [], 0
    for name, shape in layout["parameters"]:
        size = int(np.prod(shape))
        if fnmatch.fnmatch(name, "hidden*linear.weight"):
            own = runs.weights[..., [0, -1], at : at + size].astype(float)
            first, last = np.moveaxis(np.square(own).sum(axis=-1), -1, 0)
            grown.append(np.log10(last / first))
        at += size
    return np.mean(grown, axis=0)


GAINS = grid(-5, 4, per_decade=3)  # 0.0215 to 21.5
FOLLOWS = "lr x gain squared"
GAIN_ARMS = ("none", "batch", f"batch, {FOLLOWS}", f"none, {FOLLOWS}")
ADAM = "none, Adam"


def gain_runs(
    seeds, *, data="digits", gains=GAINS, rates=(0.1, 1.0), norms=GAIN_ARMS, depth=4, steps=150,
    records=11,
) -> Runs:  # fmt: skip
    """The networks of every initial gain and learning rate: without, with batch norm, and each
    where the hidden weights have their learning rate times the gain squared."""
    options = on_data(data, seeds, steps=steps, record=records, depth=depth)
    parts = {}
    for gain in gains:
        scaled = {"lr_multipliers": {"hidden*.linear.weight": gain**2}}
        arms = {
            name: {"norm": name.split(",")[0]}
            | (scaled if FOLLOWS in name else {})
            | ({"optimizer": "adam"} if name == ADAM else {})
            for name in norms
        }
        parts[gain] = training.train(lr=list(rates), gain=[gain], arms=arms, **options)
    return Runs.stack(parts, "gain")


def gains_that_train(
    seeds, *, data=("digits", "MNIST"), gains=GAINS, rates=(0.1, 1.0),
    rival_rates=(0.001, 0.01, 10.0), adam_rate: float | None = 0.03, depth=4, steps=150, records=11,
) -> dict:  # fmt: skip
    """C9: the share of ten initial gains at which a network trains, per learning rate.

    "loss": by ``trains``. "accuracy": test accuracy of at least 55 %. "none, best rate": a gain
    counts where any of the ``rates`` and ``rival_rates`` trains it. "none, Adam": at the one
    ``adam_rate`` for all gains. A gain that does not train is what is counted; no seed can fail.
    """
    arms, options = {}, {"gains": gains, "depth": depth, "steps": steps, "records": records}
    for source in data:
        runs = gain_runs(seeds, data=source, rates=rates, **options)
        for aim, passed in AIMS.items():
            for rate, arm in ((rate, arm) for rate in rates for arm in GAIN_ARMS):
                share = passed(runs.at(lr=rate, arm=arm)).mean(axis=0)
                arms[f"{source}, {arm}, lr {rate:g}: {aim}"] = share.tolist()
        if rival_rates:
            more = gain_runs(seeds, data=source, rates=rival_rates, norms=("none",), **options)
            for aim, passed in AIMS.items():
                own = [passed(r.at(arm="none")).any(axis=0) for r in (runs, more)]  # (gains, seeds)
                share = np.logical_or(*own).mean(axis=0)
                arms[f"{source}, none, best rate: {aim}"] = share.tolist()
        if adam_rate:
            own_steps = gain_runs(seeds, data=source, rates=(adam_rate,), norms=(ADAM,), **options)
            for aim, passed in AIMS.items():
                share = passed(own_steps.at(lr=adam_rate, arm=ADAM)).mean(axis=0)
                arms[f"{source}, {ADAM}: {aim}"] = share.tolist()
    return arms
