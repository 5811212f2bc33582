"""A network while it grows, from snapshot to snapshot, and the same network trained jointly."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from lecture_helpers.datasets import Dataset
from lecture_helpers.foundation.validation import few, many, shown, whole, whole_list
from lecture_helpers.pretraining.greedy_growth import fine_tune, grow, train_arm
from lecture_helpers.training import Runs

QUIETLY: dict = dict(momentum=0.9, checkpoints=True, progress=False)


@dataclass(frozen=True)
class Snapshot:
    """A network while it grows: ``stage`` counts from 1, ``updates`` those of all stages so far.

    ``fixed`` is the number of hidden layers that are frozen; the network is in eval mode.
    """

    stage: int
    updates: int
    fixed: int
    network: nn.Sequential

    @property
    def depth(self) -> int:
        """The number of hidden layers."""
        return len(self.network) - 1

    @property
    def states(self) -> dict[str, str]:
        """Every layer with "given", "frozen" or "trained", from the inputs up."""
        hidden = {
            f"hidden {k}": "frozen" if k <= self.fixed else "trained"
            for k in range(1, self.depth + 1)
        }
        return {"inputs": "given", **hidden, "output": "trained"}

    @property
    def words(self) -> str:
        """What is being trained, and what is frozen."""
        if self.stage > self.depth:
            return "Fine-tuning: all layers are trained, nothing is frozen"
        trained = f"Stage {self.stage}: hidden layer {self.stage} and the output are trained"
        return f"{trained}, {_layers(self.fixed)} frozen"


def _layers(count: int) -> str:
    """The lowest ``count`` hidden layers as the subject of a sentence, with its verb."""
    if count < 2:
        return "hidden layer 1 is" if count else "nothing is"
    return f"hidden layers 1 {'and' if count == 2 else 'to'} {count} are"


def snapshots(stages: Sequence[Runs], tuned: Runs, *, seed: int, **where) -> list[Snapshot]:
    """The networks that the stages of ``grow``, and then ``tuned``, kept of one seed, in order.

    ``where`` says which values of the runs' axes.
    """
    found, before = [], 0
    for k, runs in enumerate([*stages, tuned], start=1):
        fixed = 0 if runs is tuned else k - 1
        for step in map(int, runs.weight_steps):
            network = runs.module(seed=seed, step=step, **where)
            found.append(Snapshot(k, before + step, fixed, network))
        before += int(runs.steps[-1])
    return found


def growth_snapshots(
    dataset: Dataset, *, depth: int, updates: int, seed: int = 0, **settings
) -> list[Snapshot]:
    """``updates`` updates of growing and as many of fine-tuning: the network at every turn.

    Each stage gives four snapshots, fine-tuning three. ``settings`` are those of ``grow``.
    """
    given: dict = dict(seeds=[whole(seed=seed)], **QUIETLY) | settings
    depth, updates = few(depth=depth), many(updates=updates)
    if updates < 3 * depth:
        raise ValueError(f"updates must be at least 3 * depth, {3 * depth}, not {updates}.")
    stages = grow(dataset, depth=depth, updates=updates, every=updates // (3 * depth), **given)
    record = [0, updates // 15, updates]
    tuned = fine_tune(stages[-1], dataset, updates=updates, record=record, **given)
    return snapshots(stages, tuned, seed=seed)


def joint_snapshots(
    dataset: Dataset, at: Sequence[int], *, depth: int, seed: int = 0, **settings
) -> list[nn.Sequential]:
    """The network that is trained jointly from random weights, after each number of updates."""
    given: dict = dict(seeds=[whole(seed=seed)], **QUIETLY) | settings
    at = whole_list(at=at)
    if max(at, default=0) < 2 or max(at) % 2:
        raise ValueError(f"at must list updates, the last one even and above 0, not {shown(at)}.")
    every = math.gcd(*at)
    runs = train_arm("joint", dataset, depth=depth, total=max(at), every=every, **given)
    return [runs.module(seed=seed, step=step) for step in at]
