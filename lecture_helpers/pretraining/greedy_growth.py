"""Networks that grow layer by layer on the one training engine, and what they are compared with."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.datasets import Dataset
from lecture_helpers.foundation.validation import instance, many, one_of, some, switch
from lecture_helpers.pretraining.plans import ARMS, plan, stage_updates
from lecture_helpers.training.runs import CURVES, Runs

COUNTS = ("all updates", "fine-tuning only")


def grow(
    dataset: Dataset, *, depth: int, updates: int, freeze: bool = True, every: int | None = None,
    checkpoints="last", **settings,
) -> list[Runs]:  # fmt: skip
    """The stages of a network that grows: with one hidden layer, with two, ..., with ``depth``.

    A stage takes over the hidden layers of the stage before and freezes them (unless ``freeze`` is
    off), puts a fresh hidden layer and a fresh output layer on them, and trains these. All stages
    together make ``updates`` updates, recorded at the ends of the stages and after every ``every``
    updates of each. ``settings`` are those of ``train`` and ``mlp``; the statistics of frozen batch
    norms go on following the batches. Bengio et al. 2007.

    Raises:
        ValueError: no layer, fewer updates than layers, what ``train`` does not accept.
    """
    stages, freeze = [], switch(freeze=freeze)
    for k, steps in enumerate(stage_updates(depth, updates), start=1):
        below = {f"hidden{j}.*": 0.0 for j in range(1, k)} if freeze else {}
        stages.append(
            training.train(
                training.mlp,
                dataset,
                steps=steps,
                depth=k,
                checkpoints=checkpoints,
                init_from=stages[-1] if stages else None,
                init_names="hidden*",
                lr_multipliers=below or None,
                record=_records(steps, every),
                **settings,
            )
        )
    return stages


def _records(steps: int, every: int | None) -> list[int]:
    return [*range(0, steps, steps if every is None else many(every=every)), steps]


def fine_tune(grown: Runs, dataset: Dataset, *, updates: int, **settings) -> Runs:
    """All layers trained together, from the weights of the last stage.

    The network's settings and the seeds are those of ``grown``; ``settings`` are for ``train``.
    """
    names = [n for n in grown.settings["build"] if n not in ("inputs", "outputs")]
    network = {n: grown.axes.get(n, grown.settings[n]) for n in names}
    settings = {"seeds": grown.seeds} | network | settings
    return training.train(training.mlp, dataset, steps=updates, init_from=grown, **settings)


def train_arm(
    arm: str, dataset: Dataset, *, depth: int, total: int, every: int | None = None, **settings
) -> Runs:
    """The runs of one arm, recorded at the ends of its parts and after every ``every`` updates.

    Where a stage ends and the next begins with a fresh output layer, the end is what counts.
    """
    parts = plan(arm, depth, total)
    what, steps = parts[-1]
    last = dict(record=_records(steps, every), **settings)
    if arm in ("greedy", "fine-tuned"):
        updates = sum(n for name, n in parts if name != "all")
        done = grow(dataset, depth=depth, updates=updates, every=every, **settings)
        if arm == "fine-tuned":
            done.append(fine_tune(done[-1], dataset, updates=steps, **last))
        return Runs.concat(done)
    frozen = {"hidden*": 0.0} if what == "output" else None
    return training.train(
        training.mlp, dataset, steps=steps, depth=depth, lr_multipliers=frozen, **last
    )


def standardised_features(
    inputs: int, outputs: int, *, depth: int = 2, width: int = 32, **network
) -> Any:
    """The ``mlp`` of these settings with one layer more, ``standard``, below the output.

    It gives every hidden value mean 0 and variance 1, in training over the batch, otherwise over
    the mean statistics of all batches so far: the right ones where the hidden layers are frozen.
    Deep sigmoid layers pass on values that hardly differ; an output on top of them learns nothing
    unless they are made larger.
    """
    from torch import nn

    made = training.mlp(inputs, outputs, depth=depth, width=width, **network)
    *hidden, output = made.named_children()
    standard = nn.BatchNorm1d(width, eps=1e-30, momentum=None, affine=False)
    return nn.Sequential(OrderedDict([*hidden, ("standard", standard), output]))


def random_features(dataset: Dataset, *, updates: int, **settings) -> Runs:
    """The runs of networks of which the output alone is trained, on standardised hidden values.

    ``settings`` are those of ``train`` and ``mlp``.
    """
    return training.train(
        standardised_features, dataset, steps=updates, lr_multipliers={"hidden*": 0.0}, **settings
    )


def shuffled(dataset: Dataset, seed: int = 0) -> Dataset:
    """The data set with its targets in another order: as many of each, and nothing to learn."""
    order = np.random.default_rng(seed).permutation(len(dataset))
    return replace(dataset, targets=dataset.targets[order])


def pretraining_race(
    dataset: Dataset, *, depth: int, total: int, lr: float | Mapping = 0.1,
    arms: Sequence[str] = ARMS, every: int | None = None, **settings,
) -> Runs:  # fmt: skip
    """The runs of all arms, an axis ``arm``; ``lr`` is one number or maps arms to numbers.

    An arm that ends before ``total`` updates, or was not measured at a step, has NaN there.
    """
    arms = [one_of(ARMS, arms=arm) for arm in some(arms=arms)]
    rates = lr if isinstance(lr, Mapping) else dict.fromkeys(arms, lr)
    if missing := [arm for arm in arms if arm not in rates]:
        raise ValueError(f"lr must hold a rate for every arm; {missing[0]!r} has none.")
    given: dict = dict(depth=depth, total=total, every=every, **settings)
    done = {arm: train_arm(arm, dataset, lr=rates[arm], **given) for arm in arms}
    return Runs.stack(done, "arm")


def on_clock(runs: Runs, count: str) -> Runs:
    """The arms of a ``pretraining_race`` as one way of counting updates compares them.

    All updates: joint, greedy, fine-tuned and random features from the first update on. Fine-tuning
    only: fine-tuned from its first update of all layers on, and the joint arm of as many updates.
    The last axis before the seeds is ``arm``.
    """
    if "arm" not in instance(Runs, runs=runs).axes:
        raise ValueError("runs must be those of a pretraining_race, with an axis arm.")
    if one_of(COUNTS, count=count) == COUNTS[0]:
        return _chosen(runs, ["random features", "greedy", "joint", "fine-tuned"])
    both, half = _chosen(runs, ["joint, half", "fine-tuned"]), runs.steps[-1] // 2
    early, late = runs.steps <= half, runs.steps >= half
    curves = {n: getattr(both, n) for n in CURVES}
    curves = {
        n: np.concatenate([curve[..., :1, :, early], curve[..., 1:, :, late]], axis=-3)
        for n, curve in curves.items()
    }
    axes = both.axes | {"arm": ["joint", "fine-tuned"]}
    return replace(both, axes=axes, steps=runs.steps[early], **curves)


def _chosen(runs: Runs, arms: list[str]) -> Runs:
    axis = list(runs.axes).index("arm")
    places = [runs._position("arm", arm) for arm in arms]
    taken = {n: np.take(getattr(runs, n), places, axis) for n in (*CURVES, "diverged_at")}
    return replace(runs, axes=runs.axes | {"arm": arms}, **taken)
