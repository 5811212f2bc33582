"""Shallow and deep networks trained all at once, and what may train one that is stuck: C31."""

from functools import partial

import numpy as np

from lecture_helpers.claims.experiments import growing_plans as plans
from lecture_helpers.claims.experiments.pretraining_arms import (
    FIRST_RATES,
    RIVALS,
    USUAL,
    costs,
    fit,
    percent,
    searched,
)
from lecture_helpers.training import Runs

DATA = ("digits", "MNIST-1D")
DEPTHS = {"sigmoid": (1, 6, 10), "tanh": (1, 10), "ReLU": (1, 10, 48), "ReLU + BN": (1, 10)}
STUCK = (6, 10)  # depths of sigmoid networks that get opponents
LARGER = "first weights times 4"
OPPONENTS: dict[str, dict] = {
    "Adam": RIVALS["Adam"],
    LARGER: RIVALS[LARGER],
    f"Adam, {LARGER}": RIVALS["Adam"] | RIVALS[LARGER],
}
UPDATES, LONGER = 1280, 10
LONG: dict[str, dict] = {
    "ten times the updates": {},
    f"ten times the updates, {LARGER}": RIVALS[LARGER],
}
LONG_AT = (  # where opponents at equal updates leave a question
    ("digits", 6, "ten times the updates"),
    ("MNIST-1D", 10, f"ten times the updates, {LARGER}"),
)
LONG_RATES = {arm: (0.03, 0.1, 0.3) if arm.endswith(LARGER) else (0.1, 0.3, 1.0) for arm in LONG}
RATES_OF = FIRST_RATES | {"tanh": (0.01, 0.03, 0.1, 0.3, 1.0)}


def at_once(
    seeds, *, data=DATA, depths=DEPTHS, stuck=STUCK, updates=UPDATES, longer=LONGER, width=32,
    momentum=0.9, batch_size=64, tuned=None,
) -> dict:  # fmt: skip
    """C31: networks trained all at once: accuracy and training loss.

    Plain names are test accuracies in per cent, "loss" decades of training loss below 1, fitted
    from 0.01 on. ``depths`` by network; sigmoid networks of the depths ``stuck`` have opponents,
    and at ``LONG_AT`` some of ``longer`` times the updates. Each value has a learning rate tuned
    for it; those of longer training have one, by training loss. Failed, and NaN: a network that
    diverged.
    """
    usual = USUAL | dict(width=width, momentum=momentum, batch_size=batch_size)
    found: dict[str, np.ndarray] = {}
    for place in _places(data, depths, usual, seeds):
        kept = place.network == "sigmoid" and place.depth in stuck
        for arm in ("joint", *(OPPONENTS if kept else ())):
            rates = {m: _rate(tuned, place, arm, m) for m in ("accuracy", "loss")}
            runs = _trained(place, arm, sorted(set(rates.values())), updates)
            found[f"{place}: {arm}"] = percent(runs.at(lr=rates["accuracy"]))
            found[f"{place}: {arm}: loss"] = fit(runs.at(lr=rates["loss"]))
        for arm in _longer_arms(place) if kept and longer else ():
            runs = _trained(place, arm, _rate(tuned, place, arm, "loss"), longer * updates)
            found |= {f"{place}: {arm}": percent(runs), f"{place}: {arm}: loss": fit(runs)}
    return {name: list(map(float, values)) for name, values in found.items()}


def _places(data, depths, usual: dict, seeds, eval_on: str = "test") -> list[plans.Place]:
    return [
        plans.Place(where, kind, depth, usual, tuple(seeds), eval_on)
        for where in data
        for kind, deep in depths.items()
        for depth in deep
    ]


def _longer_arms(place: plans.Place) -> list[str]:
    here = place.data, place.depth
    return [arm for *there, arm in LONG_AT if here == tuple(there)]


def _rate(tuned, place: plans.Place, arm: str, measure: str) -> float:
    """The tuned rate, or the middle of the first grid where none are given."""
    rates = _first_rates(place, arm)
    return tuned[f"{place}: {arm}, {measure}"] if tuned else rates[len(rates) // 2]


def _first_rates(place: plans.Place, arm: str) -> tuple[float, ...]:
    if arm in LONG:
        return LONG_RATES[arm]
    return RATES_OF["Adam" if arm.startswith("Adam") else place.network]


def _trained(place: plans.Place, arm: str, rates, updates: int) -> Runs:
    return plans.joint(place, updates, rates, **(OPPONENTS | LONG).get(arm, {}))


def tune_at_once(seeds) -> dict:
    """The best rate of every arm, by training loss and by accuracy on the validation split."""
    found = {}
    for place in _places(DATA, DEPTHS, USUAL, seeds, "validation"):
        kept = place.network == "sigmoid" and place.depth in STUCK
        for arm in ("joint", *((*OPPONENTS, *_longer_arms(place)) if kept else ())):
            best = searched(partial(_costs, place, arm), _first_rates(place, arm))
            found |= {f"{place}: {arm}, {measure}": rate for measure, rate in best.items()}
    return found


def _costs(place: plans.Place, arm: str, rates: list[float]) -> dict:
    runs = _trained(place, arm, rates, UPDATES * (LONGER if arm in LONG else 1))
    by_loss = {"loss": costs(fit(runs), "loss")}
    return by_loss if arm in LONG else by_loss | {"accuracy": costs(percent(runs), "accuracy")}
