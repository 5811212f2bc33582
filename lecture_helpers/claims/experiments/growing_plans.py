"""A network trained jointly, layer by layer, or both in turn, and how soon it reaches a target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.experiments.pretraining_arms import NETWORKS
from lecture_helpers.claims.experiments.tuned_networks import DATA
from lecture_helpers.pretraining.greedy_growth import fine_tune, grow, random_features, train_arm
from lecture_helpers.pretraining.plans import multiplications
from lecture_helpers.training import Runs


@dataclass(frozen=True)
class Place:
    """A network and the data that it learns; ``usual`` are settings of every training of it."""

    data: str
    network: str
    depth: int
    usual: Mapping
    seeds: tuple[int, ...]
    eval_on: str = "test"

    def __str__(self) -> str:
        return f"{self.data}, {self.network}, depth {self.depth}"

    @property
    def settings(self) -> dict:
        """What training takes, but for the steps and the learning rate."""
        given = dict(depth=self.depth, seeds=list(self.seeds), eval_on=self.eval_on)
        return NETWORKS[self.network] | dict(self.usual) | given

    def multiplications(self, arm: str, updates: int) -> int:
        """As ``plans.multiplications``, of a network of this size."""
        inputs, width = DATA[self.data]().inputs.shape[1], self.usual["width"]
        return multiplications(arm, self.depth, updates, inputs=inputs, width=width)


def joint(place: Place, total: int, lr, record: Iterable[int] = (), **settings) -> Runs:
    """All layers from random weights; ``settings`` replace the usual ones."""
    return training.train(
        training.mlp, DATA[place.data](), steps=total, lr=lr, record=[0, *record, total],
        **place.settings | settings,
    )  # fmt: skip


def greedy(place: Place, total: int, lr) -> Runs:
    """Layer by layer, the layers below frozen."""
    return train_arm("greedy", DATA[place.data](), total=total, lr=lr, **place.settings)


def fine_tuned(place: Place, total: int, lr, ladder: tuple = ()) -> Runs:
    """Half of the updates layer by layer, the other half all together, recorded on the rungs."""
    dataset, settings = DATA[place.data](), place.settings | {"lr": lr}
    stages = grow(dataset, updates=total // 2, **settings)
    steps = [0, *(rung for rung in ladder if rung < total // 2), total // 2]
    last = fine_tune(stages[-1], dataset, updates=total // 2, record=steps, **settings)
    return Runs.concat([*stages, last])


def features(place: Place, total: int, lr) -> Runs:
    """The output alone, on standardised values of hidden layers as they were drawn."""
    settings = place.settings | {"lr": lr, "record": [0, total]}
    return random_features(DATA[place.data](), updates=total, **settings)


def until(runs: Runs, step: int) -> Runs:
    """Runs as if they had ended after ``step`` updates, one of those recorded."""
    n = int(np.searchsorted(runs.steps, step)) + 1
    curves = {c: getattr(runs, c)[..., :n] for c in ("train_loss", "eval_loss", "accuracy")}
    ended = np.where(runs.diverged_at > step, -1, runs.diverged_at)
    return replace(runs, steps=runs.steps[:n], diverged_at=ended, **curves)


def at_steps(runs: Runs, steps: Iterable[int]) -> np.ndarray:
    """(*grid, seeds, steps), accuracies in per cent after these updates."""
    return 100 * runs.accuracy[..., np.searchsorted(runs.steps, list(steps))]


def crossing(accuracy: np.ndarray, rungs: Iterable[float], target: float) -> np.ndarray:
    """(*grid, seeds), where ``accuracy`` (*grid, seeds, rungs) first reaches the target.

    Interpolated between two rungs on a logarithmic scale; the first rung where it is reached
    there already, NaN where it never is.
    """
    reached, log = accuracy >= target, np.log(np.array(list(rungs), float))
    k = reached.argmax(axis=-1)
    before = np.maximum(k - 1, 0)
    low, high = (
        np.nan_to_num(np.take_along_axis(accuracy, at[..., None], -1)[..., 0]) for at in (before, k)
    )
    share = np.where(k > 0, (target - low) / np.maximum(high - low, 1e-9), 0.0)
    at = np.exp(log[before] + share * (log[k] - log[before]))
    return np.where(reached.any(axis=-1), at, np.nan)


def joint_speeds(place: Place, runs: Runs, ladder: tuple, target: float) -> dict:
    """Minus log10 of the updates, and of the multiplications, until the target is reached."""
    updates = crossing(at_steps(runs, ladder), ladder, target)
    return {
        "joint: speed by updates": -np.log10(updates),
        "joint: speed by multiplications": -np.log10(
            updates * place.multiplications("joint", 2) / 2
        ),
    }  # fmt: skip


def greedy_speeds(place: Place, ends: Mapping[int, Runs], target: float) -> dict:
    """The same of the shortest plan that reaches it; ``ends`` are the runs of every plan."""
    last, accuracy = max(ends), np.stack([100 * r.accuracy[..., -1] for r in ends.values()], -1)
    updates = crossing(accuracy, ends, target)
    return {
        "greedy: speed by updates": -np.log10(updates),
        "greedy: speed by multiplications": -np.log10(
            updates * place.multiplications("greedy", last) / last
        ),
    }  # fmt: skip


def tuned_speeds(place: Place, ends: Mapping[int, Runs], ladder: tuple, target: float) -> dict:
    """The same of the fastest plan, and by the updates of fine-tuning alone."""
    alone, every, work = [], [], []
    for total, runs in ends.items():
        before = total // 2
        steps = [0, *(rung for rung in ladder if rung < before), before]
        accuracy = at_steps(runs, [before + step for step in steps])
        tuning = crossing(accuracy, [ladder[0] / 2, *steps[1:]], target)
        alone.append(np.maximum(tuning, ladder[0]))
        tuning = np.where(accuracy[..., 0] >= target, 0.0, tuning)
        every.append(np.maximum(before + tuning, ladder[0]))
        greedy_work = place.multiplications("greedy", total) / 2
        work.append(greedy_work + tuning * place.multiplications("joint", 2) / 2)
    fastest = [np.fmin.reduce(found) for found in (alone, every, work)]
    names = ("fine-tuning alone", "updates", "multiplications")
    return {f"fine-tuned: speed by {n}": -np.log10(v) for n, v in zip(names, fastest, strict=True)}


def greedy_plans(place: Place, ladder: tuple) -> list[int]:
    """The total updates of the greedy plans that are tried: every layer must have some."""
    return [total for total in ladder if total >= place.depth]


def tuned_plans(place: Place, ladder: tuple) -> list[int]:
    """Of pretraining every second rung, the last among them; half of it is fine-tuning."""
    return [total for total in ladder[::-2][::-1] if total // 2 >= place.depth]
