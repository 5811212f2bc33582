"""What growing a network layer by layer costs and gains: the experiment of C31, C33 and C34."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from lecture_helpers.claims.experiments import growing_plans as plans
from lecture_helpers.claims.experiments.pretraining_arms import (
    FIRST_RATES,
    RIVALS,
    USUAL,
    best,
    costs,
    fit,
    percent,
    searched,
)
from lecture_helpers.training import Runs

DEPTHS = {"sigmoid": (3, 10), "tanh": (10,), "ReLU": (3, 10), "ReLU + BN": (10,)}
DEEPEST = {"ReLU": (48,)}  # trained jointly alone
STUCK = (6, 10)  # depths of sigmoid networks that get opponents
LADDER = (20, 40, 80, 160, 320, 640, 1280)
TARGETS = {"digits": 90.0, "MNIST-1D": 50.0}
OTHER_WAYS = RIVALS | {"Adam and first weights times 4": dict(optimizer="adam", gain=4.0)}
BEGUN = FIRST_RATES | {"tanh": (0.01, 0.03, 0.1, 0.3, 1.0)}
MEASURES = ("accuracy", "loss", "speed")
LONG, LONGER = "ten times the updates", 10
LONG_DEPTH, LONG_RATES = 6, (0.1, 0.3, 1.0)


def grown(
    seeds, *, data=tuple(TARGETS), depths=DEPTHS, deepest=DEEPEST, shallow=1, stuck=STUCK,
    ladder=LADDER, targets=TARGETS, margin=0.25, longer=LONGER, width=32, momentum=0.9,
    batch_size=64, tuned=None,
) -> dict:  # fmt: skip
    """C31, C33, C34: joint, greedy and fine-tuned networks: accuracy, training loss, speed.

    Every arm makes the updates of the last rung of ``ladder``; "joint, half" half of them. Plain
    names are test accuracies in per cent. "loss": decades of training loss below 1, fitted from
    0.01 on. "speed by ...": minus log10 of the updates, or multiplications of one example, until
    the test accuracy reaches the target of ``targets``, interpolated between rungs; the first rung
    is the least that is told. Greedy networks are trained once for every rung, so that a short
    plan has short stages, fine-tuned ones for every second rung; there the fastest plan counts.
    "less a margin": with a quarter more errors, or 1 + ``margin`` times the training loss. "equal
    work": after as many multiplications as the greedy network. Every value has a learning rate
    tuned for it. ``depths`` by network; those of ``deepest``, and of depth ``shallow``, are trained
    jointly alone; sigmoid networks of the depths ``stuck`` have opponents.

    Failed, and NaN: a network that diverged, and for a speed one that never reached the target.
    """
    usual = USUAL | dict(width=width, momentum=momentum, batch_size=batch_size)
    of, total = _Rates(tuned), ladder[-1]
    arms: dict[str, np.ndarray] = {}
    for where in data:
        for kind, deep in depths.items():
            for depth in deep:
                place = plans.Place(where, kind, depth, usual, tuple(seeds))
                arms |= _place(place, of, tuple(ladder), targets[where], margin)
            place = plans.Place(where, kind, shallow, usual, tuple(seeds))
            arms |= _plain(place, of, total) | _how_soon(place, of, tuple(ladder), targets[where])
            for depth in deepest.get(kind, ()):
                arms |= _plain(plans.Place(where, kind, depth, usual, tuple(seeds)), of, total)
        for depth in stuck:
            place = plans.Place(where, "sigmoid", depth, usual, tuple(seeds))
            arms |= {} if f"{place}: joint" in arms else _plain(place, of, total)
            for arm in opponents(depth):
                arms |= _plain(place, of, total, arm)
            if longer and (where, depth) == (next(iter(TARGETS)), LONG_DEPTH):
                runs = plans.joint(place, longer * total, of(place, LONG, "loss"))
                arms[f"{place}: {LONG}: loss"] = fit(runs)
    return {name: list(map(float, values)) for name, values in arms.items()}


def first_rates(arm: str, network: str) -> tuple[float, ...]:
    """The learning rates with which the search for an arm begins."""
    return BEGUN["Adam" if "Adam" in arm else network]


def opponents(depth: int) -> tuple[str, ...]:
    """What trains a sigmoid network of that depth all at once by other means."""
    return tuple(arm for arm in OTHER_WAYS if arm != "batch norm" or depth == max(STUCK))


class _Rates:
    """The tuned rates, or the middle of the first grid where none are given."""

    def __init__(self, tuned: Mapping | None):
        self.tuned = tuned

    def __call__(self, place: plans.Place, arm: str, measure: str) -> float:
        if self.tuned is None:
            return first_rates(arm, place.network)[2]
        return self.tuned[f"{place}: {arm}, {measure}"]


def _place(place: plans.Place, of: _Rates, ladder: tuple, target: float, margin: float) -> dict:
    """All arms of one network: joint, greedy, fine-tuned and random features."""
    features = plans.features(place, ladder[-1], of(place, "random features", "accuracy"))
    found = _joint_arms(place, of, ladder, target, margin) | _grown_arms(place, of, ladder, target)
    found["greedy, less a margin"] = _less(margin, found["greedy"])
    found["random features"] = percent(features)
    return {f"{place}: {name}": values for name, values in found.items()}


def _less(margin: float, accuracy: np.ndarray) -> np.ndarray:
    """The accuracy with ``1 + margin`` times the errors, in per cent."""
    return 100 - (1 + margin) * (100 - accuracy)


def _joint_arms(
    place: plans.Place, of: _Rates, ladder: tuple, target: float, margin: float
) -> dict:
    total = ladder[-1]
    rates = {m: of(place, "joint", m) for m in (*MEASURES, "half")}
    same = round(
        total * place.multiplications("greedy", total) / place.multiplications("joint", total)
    )
    runs = plans.joint(place, total, sorted(set(rates.values())), [*ladder, same, total // 2])
    at = {measure: runs.at(lr=rate) for measure, rate in rates.items()}
    ended, cut = percent(at["accuracy"]), percent(plans.until(at["accuracy"], same))
    return {
        "joint": ended,
        "joint, less a margin": _less(margin, ended),
        "joint, equal work, less a margin": _less(margin, cut),
        "joint, half": percent(plans.until(at["half"], total // 2)),
        "joint: loss": fit(at["loss"]),
        "joint, less a margin: loss": fit(at["loss"]) - np.log10(1 + margin),
        **plans.joint_speeds(place, at["speed"], ladder, target),
    }  # fmt: skip


def _grown_arms(place: plans.Place, of: _Rates, ladder: tuple, target: float) -> dict:
    """Of greedy and fine-tuned networks: of the last plan all measures, of the others the speed."""
    found = {}
    for arm, train in (("greedy", plans.greedy), ("fine-tuned", _on_rungs(ladder))):
        rates = {m: of(place, arm, m) for m in MEASURES}
        *short, total = _plans(arm, place, ladder)
        runs = train(place, total, sorted(set(rates.values())))
        ends = {t: train(place, t, rates["speed"]) for t in short}
        ends[total] = runs.at(lr=rates["speed"])
        found[arm] = percent(runs.at(lr=rates["accuracy"]))
        found[f"{arm}: loss"] = fit(runs.at(lr=rates["loss"]))
        found |= _speeds(arm, place, ends, ladder, target)
    return found


def _on_rungs(ladder: tuple):
    return lambda place, total, lr: plans.fine_tuned(place, total, lr, ladder)


def _plans(arm: str, place: plans.Place, ladder: tuple) -> list[int]:
    return (plans.greedy_plans if arm == "greedy" else plans.tuned_plans)(place, ladder)


def _speeds(arm: str, place: plans.Place, ends: Mapping, ladder: tuple, target: float) -> dict:
    if arm == "greedy":
        return plans.greedy_speeds(place, ends, target)
    return plans.tuned_speeds(place, ends, ladder, target)


def _plain(place: plans.Place, of: _Rates, total: int, arm: str = "joint") -> dict:
    """Training all at once, plain or as an opponent does: accuracy and training loss."""
    rates = {m: of(place, arm, m) for m in ("accuracy", "loss")}
    runs = plans.joint(
        place,
        total,
        sorted(set(rates.values())),
        **OTHER_WAYS.get(arm, {}),  # type: ignore
    )
    return {
        f"{place}: {arm}": percent(runs.at(lr=rates["accuracy"])),
        f"{place}: {arm}: loss": fit(runs.at(lr=rates["loss"])),
    }


def _how_soon(place: plans.Place, of: _Rates, ladder: tuple, target: float) -> dict:
    """How soon training all at once reaches the target."""
    runs = plans.joint(place, ladder[-1], of(place, "joint", "speed"), ladder)
    found = plans.joint_speeds(place, runs, ladder, target)
    return {f"{place}: {name}": values for name, values in found.items()}


def tune_grown(seeds) -> dict:
    """The best rate of every arm for every measure, on the validation split."""
    found = {}
    for where in TARGETS:
        for kind, deep in DEPTHS.items():
            for depth in deep:
                found |= _search_place(_tuning(where, kind, depth, seeds))
            place = _tuning(where, kind, 1, seeds)
            found |= _search_plain(place) | _search_speed(place)
            for depth in DEEPEST.get(kind, ()):
                found |= _search_plain(_tuning(where, kind, depth, seeds))
        for depth in STUCK:
            place = _tuning(where, "sigmoid", depth, seeds)
            for arm in ("joint", *opponents(depth)):
                found |= _search_plain(place, arm) if f"{place}: {arm}, loss" not in found else {}
    place = _tuning(next(iter(TARGETS)), "sigmoid", LONG_DEPTH, seeds)
    runs = plans.joint(place, LONGER * LADDER[-1], list(LONG_RATES))
    of_rate = dict(zip(LONG_RATES, costs(fit(runs), "loss").mean(axis=-1), strict=True))
    return found | {f"{place}: {LONG}, loss": best(of_rate)}


def _tuning(where: str, kind: str, depth: int, seeds) -> plans.Place:
    return plans.Place(where, kind, depth, USUAL, tuple(seeds), "validation")


def _search_place(place: plans.Place) -> dict:
    total, target = LADDER[-1], TARGETS[place.data]

    def joint(rates: list) -> dict:
        runs = plans.joint(place, total, rates, LADDER)
        half = costs(percent(plans.until(runs, total // 2)), "accuracy")
        return _costs(runs) | {"half": half, "speed": _joint_speed(place, runs)}

    def grown(arm: str, train, rates: list) -> dict:
        ends = {t: train(place, t, rates) for t in _plans(arm, place, LADDER)}
        speed = _speeds(arm, place, ends, LADDER, target)[f"{arm}: speed by updates"]
        return _costs(ends[total]) | {"speed": _speed_costs(speed)}

    def features(rates: list) -> dict:
        return {"accuracy": costs(percent(plans.features(place, total, rates)), "accuracy")}

    own = BEGUN[place.network]
    searches = {
        "joint": (joint, own),
        "greedy": (partial(grown, "greedy", plans.greedy), own),
        "fine-tuned": (partial(grown, "fine-tuned", _on_rungs(LADDER)), own),
        "random features": (features, BEGUN["features"]),
    }
    return {
        f"{place}: {arm}, {measure}": rate
        for arm, (measured, rates) in searches.items()
        for measure, rate in searched(measured, rates).items()
    }


def _search_plain(place: plans.Place, arm: str = "joint") -> dict:
    def measured(rates: list) -> dict:
        return _costs(
            plans.joint(
                place,
                LADDER[-1],
                rates,
                **OTHER_WAYS.get(arm, {}),  # type: ignore
            )
        )

    found = searched(measured, first_rates(arm, place.network))
    return {f"{place}: {arm}, {measure}": rate for measure, rate in found.items()}


def _search_speed(place: plans.Place) -> dict:
    def measured(rates: list) -> dict:
        return {"speed": _joint_speed(place, plans.joint(place, LADDER[-1], rates, LADDER))}

    found = searched(measured, first_rates("joint", place.network))
    return {f"{place}: joint, speed": found["speed"]}


def _joint_speed(place: plans.Place, runs: Runs) -> np.ndarray:
    found = plans.joint_speeds(place, runs, LADDER, TARGETS[place.data])
    return _speed_costs(found["joint: speed by updates"])


def _costs(runs: Runs) -> dict:
    return {"accuracy": costs(percent(runs), "accuracy"), "loss": costs(fit(runs), "loss")}


def _speed_costs(speeds: np.ndarray) -> np.ndarray:
    """A target that was not reached counts as four times the longest plan."""
    return costs(np.where(np.isnan(speeds), -np.log10(4 * LADDER[-1]), speeds), "speed")
