"""Curves of grown and of guided networks on digits, stored for the pictures of lesson 4."""

from collections.abc import Mapping

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.experiments.pretraining_arms import NETWORKS, USUAL
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.claims.tuning import tuned as stored_or_searched
from lecture_helpers.datasets import digits
from lecture_helpers.pretraining.greedy_growth import pretraining_race, train_arm
from lecture_helpers.pretraining.plans import ARMS, GUIDES
from lecture_helpers.training import Runs, final_accuracy

DEPTHS = (3, 6, 10)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
CHANCE = 0.1


def _train(arm: str, seeds, network: Mapping, depth: int, total: int, lr, **settings) -> Runs:
    given = USUAL | dict(network) | settings
    return train_arm(arm, digits(), depth=depth, total=total, seeds=list(seeds), lr=lr, **given)


def tune_growing(seeds) -> dict:
    """Every arm's learning rate by validation accuracy."""
    found = {}
    for name, network in NETWORKS.items():
        for depth in DEPTHS:
            for arm in ARMS:
                runs = _train(
                    arm, seeds, network, depth, 1200, list(RATES), eval_on="validation"
                )  # fmt: skip
                found[f"{name}, depth {depth}: {arm}"] = best_accuracy(runs)
    return found


def best_accuracy(runs) -> float:
    """The rate with the best accuracy; 0.1 where no rate leads to twice the accuracy of chance."""
    accuracy = final_accuracy(runs)
    if accuracy.mean(axis=-1).max() < 2 * CHANCE:
        return 0.1
    pairs = zip(runs.axes["lr"], accuracy, strict=True)
    return best_on_grid({lr: list(1 - row) for lr, row in pairs})


def stored_growing(seeds):
    """The curves of all arms, networks and depths for the notebook, at the tuned rates."""
    tuned = stored_or_searched("supervised_pretraining.growing", tune_growing)

    def arms(name: str, depth: int) -> Runs:
        rates = {arm: tuned[f"{name}, depth {depth}: {arm}"] for arm in ARMS}
        return pretraining_race(
            digits(), depth=depth, total=1200, seeds=list(seeds), lr=rates, every=20,
            **USUAL | NETWORKS[name],
        )  # fmt: skip

    return Runs.stack({
        name: Runs.stack({depth: arms(name, depth) for depth in DEPTHS}, "depth")
        for name in NETWORKS
    }, "network").round(4)  # fmt: skip


GUIDED_DEPTHS = (4, 6, 10)
GUIDED = {name: NETWORKS[name] for name in ("sigmoid", "ReLU")}
GUIDE_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
WEIGHTS = (0.1, 0.3, 1.0, 3.0, 10.0)
PLAIN_RATES = tuple(float(f"{rate:.3g}") for rate in np.geomspace(0.001, 3, 40))
TEACHER: dict = dict(
    lr=0.03, momentum=0.9, batch_size=64, progress=False, record=2, checkpoints="last"
)


def _guided(how: str, seeds, name: str, depth: int, updates: int, **settings):
    from lecture_helpers.pretraining.deep_supervision import teacher, train_guided

    teachers = None
    if how == "hint":
        teachers = training.train(teacher, digits(), steps=updates, seeds=list(seeds), **TEACHER)
    return train_guided(
        how, digits(), teachers=teachers, steps=updates, depth=depth, seeds=list(seeds),
        **{"record": 2} | USUAL | GUIDED[name] | settings,
    )  # fmt: skip


def tune_guiding(seeds) -> dict:
    """Every arm's (learning rate, weight of the guide) by validation accuracy.

    For the explorer also the best rate of every weight.
    """
    found = {}
    for name in GUIDED:
        for depth in GUIDED_DEPTHS:
            place = f"{name}, depth {depth}"
            runs = _train(
                "joint", seeds, GUIDED[name], depth, 600, list(PLAIN_RATES), eval_on="validation"
            )
            found[f"{place}: plain"] = [best_accuracy(runs), 0.0]
            for how in GUIDES:
                found |= _tuned_guide(how, seeds, name, depth)
    return found


def _tuned_guide(how: str, seeds, name: str, depth: int) -> dict:
    place, found, best = f"{name}, depth {depth}: {how}", {}, (-1.0, 0.1, 1.0)
    runs = _guided(how, seeds, name, depth, 600, lr=list(GUIDE_RATES), guide=list(WEIGHTS),
                   eval_on="validation")  # fmt: skip
    for weight in WEIGHTS:
        here = runs.at(guide=weight)
        rate = best_accuracy(here)
        reached = final_accuracy(here.at(lr=rate)).mean()
        found[f"{place}, weight {weight:g}"] = rate
        best = max(best, (float(reached), rate, weight))
    return found | {place: list(best[1:])}


def stored_guiding(seeds):
    """The curves of every guide, network, depth and weight for the notebook."""
    tuned = stored_or_searched("supervised_pretraining.guiding", tune_guiding)
    return Runs.stack({
        how: Runs.stack({
            name: Runs.stack({
                depth: Runs.stack(_weights(how, name, depth, seeds, tuned), "weight")
                for depth in GUIDED_DEPTHS
            }, "depth") for name in GUIDED
        }, "network") for how in GUIDES
    }, "guide").round(4)  # fmt: skip


def _weights(how: str, name: str, depth: int, seeds, tuned: Mapping) -> dict:
    place, record = f"{name}, depth {depth}", list(range(0, 601, 30))
    rate, _ = tuned[f"{place}: plain"]
    plain = _train("joint", seeds, GUIDED[name], depth, 600, rate, every=30)
    return {0.0: plain} | {
        weight: _guided(how, seeds, name, depth, 600, record=record,
                        lr=tuned[f"{place}: {how}, weight {weight:g}"], guide=weight)
        for weight in WEIGHTS
    }  # fmt: skip
