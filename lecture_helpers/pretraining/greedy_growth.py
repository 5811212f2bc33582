"""Networks that grow layer by layer on the one training engine, and what they are compared with."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from torch import nn

from lecture_helpers.datasets import Dataset
from lecture_helpers.foundation.validation import one_of, whole
from lecture_helpers.pretraining.plans import ARMS, plan, stage_updates
from lecture_helpers.training import Runs, mlp, train

CURVES = ("train_loss", "eval_loss", "accuracy")
COUNTS = ("all updates", "fine-tuning only")
DROPPED = ("init_from", "init_names", "lr_multipliers", "lr")


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
    stages = []
    for k, steps in enumerate(stage_updates(depth, updates), start=1):
        below = {f"hidden{j}.*": 0.0 for j in range(1, k)} if freeze else {}
        stages.append(
            train(
                mlp,
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
    return [*range(0, steps, whole(least=1, every=every) if every else steps), steps]


def fine_tune(grown: Runs, dataset: Dataset, *, updates: int, **settings) -> Runs:
    """All layers trained together, from the weights of the last stage.

    The network's settings and the seeds are those of ``grown``; ``settings`` are for ``train``.
    """
    names = [n for n in grown.settings["build"] if n not in ("inputs", "outputs")]
    network = {n: grown.axes.get(n, grown.settings[n]) for n in names}
    return train(
        mlp, dataset, steps=updates, init_from=grown, **{"seeds": grown.seeds} | network | settings
    )


def assembled(layers: Sequence[nn.Module], head: nn.Linear) -> nn.Sequential:
    """One network of separately trained parts: the hidden layers in order, then the head.

    Raises:
        ValueError: no layer, or a part that does not take what the part below it gives.

    >>> parts = [mlp(64, 10, depth=1, width=8).hidden1, mlp(8, 10, depth=1, width=8).hidden1]
    >>> [name for name, _ in assembled(parts, nn.Linear(8, 10)).named_children()]
    ['hidden1', 'hidden2', 'output']
    """
    if not layers:
        raise ValueError("layers must hold at least one hidden layer; the list is empty.")
    named = [(f"hidden{k}", layer) for k, layer in enumerate(layers, start=1)]
    named.append(("output", head))
    for (lower, below), (upper, above) in zip(named, named[1:], strict=False):
        gives, takes = _linears(below)[-1].out_features, _linears(above)[0].in_features
        if gives != takes:
            raise ValueError(f"{upper} must take the {gives} values of {lower}, not {takes}.")
    return nn.Sequential(OrderedDict(named))


def _linears(part: nn.Module) -> list[nn.Linear]:
    return [m for m in part.modules() if isinstance(m, nn.Linear)]


def train_arm(
    arm: str, dataset: Dataset, *, depth: int, total: int, every: int | None = None, **settings
) -> Runs:
    """The runs of one arm, recorded at the ends of its parts and after every ``every`` updates.

    Where a stage ends and the next begins with a fresh output layer, the end is what counts.
    """
    parts = plan(arm, depth, total)
    what, steps = parts[-1]
    if arm in ("greedy", "fine-tuned"):
        updates = sum(n for name, n in parts if name != "all")
        done = grow(dataset, depth=depth, updates=updates, every=every, **settings)
        if arm == "fine-tuned":
            last = dict(updates=steps, record=_records(steps, every))
            done.append(fine_tune(done[-1], dataset, **settings | last))
        return in_sequence(done)
    frozen = {"hidden*": 0.0} if what == "output" else None
    return train(
        mlp,
        dataset,
        steps=steps,
        depth=depth,
        lr_multipliers=frozen,
        record=_records(steps, every),
        **settings,
    )


def in_sequence(parts: Sequence[Runs]) -> Runs:
    """Runs that follow one another as one record, counted over all updates; weights are dropped.

    Raises:
        ValueError: there are none.
    """
    if not parts:
        raise ValueError("parts must hold at least one record of runs; the list is empty.")
    made = np.cumsum([0, *(int(part.steps[-1]) for part in parts)])
    steps = [part.steps + n for part, n in zip(parts, made[:-1], strict=True)]
    curves = {name: _joined([getattr(part, name) for part in parts]) for name in CURVES}
    return replace(
        parts[-1], steps=_joined(steps), **curves, diverged_at=_first_divergence(parts, made),
        weights=None, weight_steps=None, buffers=None, layout_of=None, layouts=[],
    )  # fmt: skip


def _joined(curves: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([curves[0], *(curve[..., 1:] for curve in curves[1:])], axis=-1)


def _first_divergence(parts: Sequence[Runs], made: np.ndarray) -> np.ndarray:
    first = np.full(parts[0].diverged_at.shape, -1)
    for part, before in zip(parts, made[:-1], strict=True):
        here = np.where(part.diverged, part.diverged_at + before, -1)
        first = np.where(first < 0, here, first)
    return first


def pretraining_race(
    dataset: Dataset, *, depth: int, total: int, lr: float | Mapping = 0.1,
    arms: Sequence[str] = ARMS, every: int | None = None, **settings,
) -> Runs:  # fmt: skip
    """The runs of all arms, an axis ``arm``; ``lr`` is one number or maps arms to numbers.

    An arm that ends before ``total`` updates, or was not measured at a step, has NaN there.
    """
    rates = lr if isinstance(lr, Mapping) else dict.fromkeys(arms, lr)
    done = [
        train_arm(arm, dataset, depth=depth, total=total, every=every, lr=rates[arm], **settings)
        for arm in arms
    ]
    return side_by_side(dict(zip(arms, done, strict=True)), "arm")


def side_by_side(runs: Mapping[object, Runs], axis: str) -> Runs:
    """Runs of the same seeds and axes as one record with a new first axis, without weights.

    Where they were measured at different steps, the record has all of these, NaN where missing.
    """
    done = list(runs.values())
    steps = np.unique(np.concatenate([r.steps for r in done]))
    stacked = {name: np.stack([_at_steps(r, name, steps) for r in done]) for name in CURVES}
    settings = {n: v for n, v in done[0].settings.items() if not callable(v) and n not in DROPPED}
    return replace(
        done[0], axes={axis: list(runs), **done[0].axes}, steps=steps, settings=settings,
        diverged_at=np.stack([r.diverged_at for r in done]), **stacked, build=None,
        weights=None, weight_steps=None, buffers=None, layout_of=None, layouts=[],
    )  # fmt: skip


def _at_steps(runs: Runs, name: str, steps: np.ndarray) -> np.ndarray:
    values = getattr(runs, name)
    spread = np.full((*values.shape[:-1], len(steps)), np.nan, np.float32)
    spread[..., np.searchsorted(steps, runs.steps)] = values
    return spread


def on_clock(runs: Runs, count: str) -> Runs:
    """The arms of a ``pretraining_race`` as one way of counting updates compares them.

    All updates: joint, greedy, fine-tuned and random features from the first update on. Fine-tuning
    only: fine-tuned from its first update of all layers on, and the joint arm of as many updates.
    The last axis before the seeds is ``arm``.
    """
    half = runs.steps[-1] // 2
    if one_of(COUNTS, count=count) == COUNTS[0]:
        return _chosen(runs, {a: a for a in ("random features", "greedy", "joint", "fine-tuned")})
    joint, tuned = _chosen(runs, {"joint": "joint, half"}), _chosen(runs, {"fine-tuned": ""})
    early, late = joint.steps <= half, tuned.steps >= half
    curves = {
        n: np.concatenate([getattr(joint, n)[..., early], getattr(tuned, n)[..., late]], axis=-3)
        for n in CURVES
    }
    both = _chosen(runs, {"joint": "joint, half", "fine-tuned": "fine-tuned"})
    return replace(both, steps=joint.steps[early], **curves)


def _chosen(runs: Runs, arms: Mapping[str, str]) -> Runs:
    axis = list(runs.axes).index("arm")
    places = [runs.axes["arm"].index(old or new) for new, old in arms.items()]
    taken = {n: np.take(getattr(runs, n), places, axis) for n in (*CURVES, "diverged_at")}
    axes = {n: list(arms) if n == "arm" else values for n, values in runs.axes.items()}
    return replace(runs, axes=axes, **taken)
