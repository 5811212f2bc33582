"""What growing a network layer by layer gains, what guiding its middle does: the experiments."""

from collections.abc import Mapping

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import largest
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.claims.tuning import tuned as stored_or_searched
from lecture_helpers.datasets import digits
from lecture_helpers.pretraining import bottleneck
from lecture_helpers.pretraining.greedy_growth import pretraining_race, train_arm
from lecture_helpers.pretraining.plans import ARMS, GUIDES
from lecture_helpers.training import GUESSING, Runs, final_accuracy

NETWORKS = {
    "sigmoid": dict(activation="sigmoid", init="glorot"),
    "tanh": dict(activation="tanh", init="glorot"),
    "ReLU": dict(activation="relu"),
    "ReLU + BN": dict(activation="relu", norm="batch"),
}
RESCUE = dict(activation="sigmoid", init="glorot", norm="batch")
DEPTHS = (3, 6, 10)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
USUAL: dict = dict(width=32, momentum=0.9, batch_size=64, progress=False)
CHANCE, FITTED = 0.1, 1e-3


def growing(seeds, *, depths=DEPTHS, deep=10, total=1200, tuned=None) -> dict:
    """C31, C33, C34: test accuracies in per cent, and log10 training losses of joint training.

    Digits, 1,078 training examples, width 32, momentum 0.9, batches of 64. ``total`` updates for
    every arm, "joint, half" makes half of them: as many as the fine-tuning of "fine-tuned". Every
    arm of every network has its own tuned learning rate. A diverged member counts as chance, its
    loss as that of guessing; a loss below 0.001 counts as 0.001.
    """
    arms = {}
    for name, network in NETWORKS.items():
        for depth in depths:
            place = f"{name}, depth {depth}"
            for arm in ARMS:
                rate = _rate(tuned, f"{place}: {arm}")
                runs = _train(arm, seeds, network, depth, total, rate)
                arms[f"{place}: {arm}"] = _percent(runs)
            line = [value - 5 for value in arms[f"{place}: joint"]]
            arms[f"{place}: joint, less five points"] = line
        for depth in (1, deep):
            place = f"{name}, depth {depth}: training loss"
            runs = _train("joint", seeds, network, depth, total, _rate(tuned, place))
            arms[place] = _log_loss(runs).tolist()
    for depth in depths:
        place = f"sigmoid, depth {depth}: joint with batch norm"
        runs = _train("joint", seeds, RESCUE, depth, total, _rate(tuned, place))
        arms[place] = _percent(runs)
    return arms


def _rate(tuned: Mapping | None, place: str) -> float:
    return tuned[place] if tuned else 0.1


def _train(arm: str, seeds, network: Mapping, depth: int, total: int, lr, **settings) -> Runs:
    given = USUAL | dict(network) | settings
    return train_arm(arm, digits(), depth=depth, total=total, seeds=list(seeds), lr=lr, **given)


def _percent(runs: Runs) -> list[float]:
    return (100 * final_accuracy(runs)).tolist()


def _log_loss(runs: Runs) -> np.ndarray:
    last = np.nan_to_num(runs.train_loss[..., -1], nan=GUESSING)
    return np.log10(np.clip(last, FITTED, GUESSING))


def tune_growing(seeds) -> dict:
    """Every arm's learning rate by validation accuracy; for C31 by training loss."""
    found = {}
    for name, network in NETWORKS.items():
        for depth in (1, *DEPTHS):
            place = f"{name}, depth {depth}"
            for arm in ARMS if depth > 1 else ("joint",):
                runs = _on_validation(arm, seeds, network, depth)
                found[f"{place}: {arm}"] = best_accuracy(runs)
                if arm == "joint" and depth in (1, max(DEPTHS)):
                    found[f"{place}: training loss"] = _best_fit(_log_loss(runs))
    for depth in DEPTHS:
        runs = _on_validation("joint", seeds, RESCUE, depth)
        found[f"sigmoid, depth {depth}: joint with batch norm"] = best_accuracy(runs)
    return found


def _on_validation(arm: str, seeds, network: Mapping, depth: int):
    return _train(arm, seeds, network, depth, 1200, list(RATES), eval_on="validation")


def best_accuracy(runs) -> float:
    """The rate with the best accuracy; 0.1 where no rate leads to twice the accuracy of chance."""
    accuracy = final_accuracy(runs)
    if accuracy.mean(axis=-1).max() < 2 * CHANCE:
        return 0.1
    pairs = zip(runs.axes["lr"], accuracy, strict=True)
    return best_on_grid({lr: list(1 - row) for lr, row in pairs})


def _best_fit(losses: np.ndarray) -> float:
    """The rate with the least loss, of several that are equally good the middle one."""
    means = losses.mean(axis=-1)
    best = np.flatnonzero(means <= means.min() + 1e-9)
    return RATES[int(best[len(best) // 2])]


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


def guiding(seeds, *, depths=GUIDED_DEPTHS, updates=600, tuned=None) -> dict:
    """C35: test accuracies in per cent of networks whose middle is guided, and of plain ones.

    Digits as in ``growing``. Deep supervision: every hidden layer but the last answers as well.
    Hint: the middle layer is to predict the second hidden layer of a trained teacher of width 64.
    A guide has 8 rates x 5 weights to be tuned over, the plain network 40 rates.
    """
    arms = {}
    for name in GUIDED:
        for depth in depths:
            place = f"{name}, depth {depth}"
            rate, _ = _setting(tuned, f"{place}: plain")
            plain = _train("joint", seeds, GUIDED[name], depth, updates, rate)
            arms[f"{place}: plain"] = _percent(plain)
            for how in GUIDES:
                rate, weight = _setting(tuned, f"{place}: {how}")
                runs = _guided(how, seeds, name, depth, updates, lr=rate, guide=weight)
                arms[f"{place}: {how}"] = _percent(runs)
    return arms


def _setting(tuned: Mapping | None, place: str) -> tuple[float, float]:
    return tuple(tuned[place]) if tuned else (0.03, 1.0)


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


def greedy_is_not_optimal(seeds, *, angles=1000) -> Record:
    """C32: the bottleneck's closed forms against integration and search, for random shares.

    A seed draws the linear share of the target's variance, from 0.02 to 0.48. Integration over the
    two normal inputs is exact for these polynomials.
    """
    tolerances = {
        "the first part's own best unit misses angle 0 by": 1e-9,
        "share explained by that unit and the best of heads, against the linear share": 1e-9,
        "share explained by the best whole, against 1 less the linear share": 1e-6,
        "what greedy training misses, against 1 less twice the linear share": 1e-6,
        "fine-tuning leads away from the greedy unit by (radians)": 1e-3,
    }
    return largest(
        lambda seed: [_bottleneck(np.random.default_rng([seed, 32]), angles)], tolerances, seeds
    )


def _bottleneck(rng: np.random.Generator, count: int) -> tuple[float, ...]:
    linear, angles = float(rng.uniform(0.02, 0.48)), np.linspace(0, np.pi, count, endpoint=False)
    alone = [_explained(linear, angle, 1) for angle in angles]
    together = [_explained(linear, angle, 4) for angle in angles]
    greedy = angles[int(np.argmax(alone))]
    reached, best = _explained(linear, greedy, 4), max(together)
    tuned = bottleneck.fine_tune_angle("bowl", linear, start=0.05, steps=4000)[-1]
    return (
        abs(greedy), abs(reached - linear), abs(best - (1 - linear)),
        abs(best - reached - (1 - 2 * linear)), abs(tuned),
    )  # fmt: skip


def _explained(linear: float, angle: float, degree: int) -> float:
    """The share of the target's variance that polynomials of the unit's value explain."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(8)
    points = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2)
    root = np.sqrt(np.outer(mass, mass).ravel() / mass.sum() ** 2)
    features = np.polynomial.hermite_e.hermevander(bottleneck.unit(points, angle), degree)[:, 1:]
    wanted = root * bottleneck.target("bowl", linear, points)
    weights = np.linalg.lstsq(root[:, None] * features, wanted, rcond=None)[0]
    rest = wanted - root[:, None] * features @ weights
    return 1 - float(rest @ rest)
