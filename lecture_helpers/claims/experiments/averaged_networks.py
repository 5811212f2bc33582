"""C28, C30: what averages of a network's weights achieve, beside those of a convex model."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed
from lecture_helpers.claims.experiments.tuned_networks import DATA, grid
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.datasets import split
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.optimization import polyak_averaging as averaging

SPLITS = {
    "digits": {"test": 400, "validation": 300},
    "MNIST-1D": {"test": 1000, "validation": 500},
    "MNIST": {"test": 1000, "validation": 500},
}
MEASURES = ("accuracy", "loss")
HALF_LIVES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2)  # as shares of the run
FIXED = 0.1  # the half-life of the exponential average that has none to choose
MODELS = {"network": {"depth": 2, "norm": "batch", "width": 32}, "convex": {"depth": 0}}
RATES = {"network": grid(-6, 1, per_decade=2), "convex": grid(-7, 2, per_decade=2)}
SLOWER = grid(-9, 1, per_decade=2)  # for the longer runs
CLEAN_MNIST = "MNIST, constant rate, clean labels"
REGIMES = {
    f"{data}, {schedule} rate, {labels} labels": (
        data, {"schedule": schedule, "label_noise": noise})
    for data in SPLITS
    for schedule in ("constant", "cosine")
    for labels, noise in (("clean", 0.0), ("noisy", 0.3))
}  # fmt: skip
LONGER = {  # five times as many updates, of which as many iterates are kept; networks alone
    f"{regime}, 5,000 updates": (data, options | {"steps": 5000, "checkpoints": 100})
    for regime, (data, options) in REGIMES.items()
    if data != "digits" and options["schedule"] == "constant" and regime != CLEAN_MNIST
}  # fmt: skip
REGIMES |= LONGER

Average = Callable[[np.ndarray], np.ndarray]


def _exponential(path: np.ndarray, share: float) -> np.ndarray:
    alpha = averaging.alpha_from_half_life(share * len(path))
    return averaging.exponential_average(path, alpha)[-1]


# What is done with the kept weights (kept, parameters) of one run.
AVERAGES: dict[str, Average] = {
    "last": lambda path: path[-1],
    "full average": lambda path: averaging.uniform_average(path)[-1],
    "tail average": lambda path: averaging.average_from(path, len(path) // 2)[-1],
    **{f"half-life {share:g}": partial(_exponential, share=share) for share in HALF_LIVES},
}
EXPONENTIAL = [f"half-life {share:g}" for share in HALF_LIVES]
# Each arm is tuned over the learning rates, and over those of the averages that it may choose from.
ARMS = {
    "network": {
        "last": ["last"],
        "full average": ["full average"],
        "tail average": ["tail average"],
        "exponential average": EXPONENTIAL,
        "fixed exponential average": [f"half-life {FIXED:g}"],
    },
    "convex": {"full average": ["full average"], "exponential average": EXPONENTIAL},
}


def weight_averages(
    seeds, *, steps=1000, batch_size=64, momentum=0.9, every=20, tuned: Any = None
) -> Record:
    """Test accuracy in per cent, and how low the test loss, of last weights and of averages.

    "Loss" is minus the logarithm to base 10 of the mean cross-entropy of the test examples, so
    that more is better. Network: two hidden layers of 32 ReLU units with batch norm; convex:
    softmax regression on the same data in the same order. Both are trained with momentum; weights
    are kept every ``every`` steps. ``tuned`` holds each arm's learning rate and average for each
    measure. Batch norm's statistics are recomputed on the training inputs for all weights; "stale"
    ones are those of the last weights. "Halfway" are the weights in the middle between those after
    a tenth of the run and the last of the full average's run; "mean of the ends" the logarithm of
    the mean loss of these two, "training loss" the loss of the training examples with their labels
    as given. A member fails where its training loss or a weight is not finite. What is ``LONGER``
    has steps of its own.
    """
    settings = {"steps": steps, "batch_size": batch_size, "momentum": momentum}
    arms = {}
    for regime in REGIMES:
        for model in _models(regime):
            own = {key: tuned[f"{regime}: {model}, {key}"] for key in _keys(model)}
            rates = sorted({lr for lr, _ in own.values()})
            runs = _trained(model, regime, seeds, rates, every, **settings)
            found = by_seed(partial(_chosen, runs, model, regime, own), seeds)
            arms |= {f"{regime}: {model}, {name}": values for name, values in found.items()}
    return Record(tuple(seeds), arms)


def tuned_averages(seeds, *, steps=1000, batch_size=64, momentum=0.9, every=20) -> dict:
    """Each arm's learning rate and average for each measure, by the validation split."""
    settings = {"steps": steps, "batch_size": batch_size, "momentum": momentum}
    found = {}
    for regime in REGIMES:
        for model in _models(regime):
            rates = SLOWER if regime in LONGER else RATES[model]
            runs = _trained(model, regime, seeds, rates, every, **settings)
            scored = {lr: _validated(runs, regime, lr, seeds) for lr in rates}
            for arm, measure in _arms_and_measures(model):
                # at ever larger rates softmax regression becomes the perceptron: it never diverges
                choose = best_on_grid if model == "network" else _smallest
                best = _best(scored, ARMS[model][arm], MEASURES.index(measure), choose)
                found[f"{regime}: {model}, {arm}, {measure}"] = best
    return found


def _models(regime: str) -> list[str]:
    return [model for model in MODELS if model == "network" or regime not in LONGER]


def _arms_and_measures(model: str) -> list[tuple[str, str]]:
    return [(arm, measure) for arm in ARMS[model] for measure in MEASURES]


def _keys(model: str) -> list[str]:
    return [f"{arm}, {measure}" for arm, measure in _arms_and_measures(model)]


def _trained(model: str, regime: str, seeds: Iterable[int], rates, every: int, **settings):
    data, options = REGIMES[regime]
    own = {"checkpoints": every, **MODELS[model], **settings, **options}
    return training.train(
        training.mlp, DATA[data](), seeds=list(seeds), lr=list(rates), split=SPLITS[data], record=2,
        progress=False, **own,
    )  # fmt: skip


def _smallest(losses: Mapping[float, list[float]]) -> float:
    return min(losses, key=lambda value: np.mean(losses[value]))


def _best(scored: Mapping, names: list[str], measure: int, choose: Callable) -> list:
    """[rate, average]: at every rate the average that is best there, then the best rate."""
    columns = [list(AVERAGES).index(name) for name in names]
    tables = {lr: -table[:, columns, measure] for lr, table in scored.items()}
    means = {lr: np.where(np.isfinite(t), t, np.inf).mean(axis=0) for lr, t in tables.items()}
    own = {lr: int(mean.argmin()) for lr, mean in means.items()}
    lr = choose({lr: table[:, own[lr]].tolist() for lr, table in tables.items()})
    return [lr, names[own[lr]]]


def _validated(runs, regime: str, lr: float, seeds) -> np.ndarray:
    """(seeds, averages, measures) on the validation split."""
    rows = []
    for seed in seeds:
        path = _path(runs, lr, seed)
        averages = {name: average(path) for name, average in AVERAGES.items()}
        rows.append(list(_scores(runs, regime, lr, seed, averages, "validation").values()))
    return np.array(rows)


def _chosen(runs, model: str, regime: str, own: Mapping, seed: int) -> dict[str, float]:
    """What each arm reaches for each measure, and what is shown beside it."""
    found = {}
    for k, measure in enumerate(MEASURES):
        for arm in ARMS[model]:
            lr, name = own[f"{arm}, {measure}"]
            path = _path(runs, lr, seed)
            rows = {arm: AVERAGES[name](path)}
            if model == "network" and arm == "exponential average":
                rows["last at the exponential average's rate"] = path[-1]
                stale = _scores(runs, regime, lr, seed, rows, "test", fresh=False)[arm]
                found[f"stale exponential average, {measure}"] = stale[k]
            scores = _scores(runs, regime, lr, seed, rows, "test")
            found |= {f"{row}, {measure}": score[k] for row, score in scores.items()}
    lr, _ = own["full average, loss"]
    return found | _halfway(runs, regime, lr, seed)


def _halfway(runs, regime: str, lr: float, seed: int) -> dict[str, float]:
    path = _path(runs, lr, seed)
    old, last = path[len(path) // 10], path[-1]
    rows = {"old": old, "last": last, "halfway": (old + last) / 2}
    found = {}
    for part, words in (("test", "loss"), ("train", "training loss")):
        depth = {k: v[1] for k, v in _scores(runs, regime, lr, seed, rows, part).items()}
        ends = np.mean([10 ** -depth["old"], 10 ** -depth["last"]])
        found[f"halfway, {words}"] = depth["halfway"]
        found[f"mean of the ends, {words}"] = -float(np.log10(ends))
    return found


def _path(runs, lr: float, seed: int) -> np.ndarray:
    """The kept weights after the start, (kept, parameters); all NaN where the member failed."""
    member, seat = runs.at(lr=lr), runs.seeds.index(seed)
    path = member.weights[seat, 1:]
    failed = member.diverged[seat] or not np.isfinite(path).all()
    return np.full_like(path, np.nan) if failed else path


def _as_trained(member, data, train: np.ndarray, seed: int) -> np.ndarray:
    """The labels (examples,) of the training, wrong ones among them; all others are right."""
    if member.mislabelled is None:
        return data.targets
    rng = training.stream(seed, "labels")
    rng.permutation(train)
    shift = rng.integers(1, data.classes, len(data.targets))
    wrong = member.mislabelled[member.seeds.index(seed)]
    return np.where(wrong, (data.targets + shift) % data.classes, data.targets)


def _scores(
    runs, regime: str, lr: float, seed: int, rows: Mapping[str, np.ndarray], part: str, fresh=True
) -> dict[str, tuple[float, float]]:
    """Name to (accuracy in per cent, minus log10 of the loss) of weights (parameters,)."""
    import torch

    weights, data = np.stack(list(rows.values())), DATA[REGIMES[regime][0]]()
    if not np.isfinite(weights).all():
        return dict.fromkeys(rows, (np.nan, np.nan))
    parts, member = split(data, seed, **SPLITS[REGIMES[regime][0]]), runs.at(lr=lr)
    together = training.SideBySide(member.module(seed=seed, step=0), len(rows))
    stale = np.repeat(member.buffers[[runs.seeds.index(seed)], -1], len(rows), axis=0)
    together.load(weights, None if fresh else stale)
    with torch_on_one_thread(), torch.no_grad():
        if fresh:
            together.recompute_statistics(data.inputs[parts.train])
        together.stack.train(False)
        asked = getattr(parts, part)
        inputs = torch.tensor(data.inputs[asked])
        targets = torch.tensor(_as_trained(member, data, parts.train, seed)[asked])
        logits = together.stack(inputs.expand(len(rows), -1, -1)).double()
        right = 100 * (logits.argmax(dim=-1) == targets).double().mean(dim=-1)
        picked = targets.expand(len(rows), -1)[..., None]
        losses = (logits.logsumexp(-1) - logits.gather(-1, picked)[..., 0]).mean(-1)
    return {
        name: (float(accuracy), -float(torch.log10(loss)))
        for name, accuracy, loss in zip(rows, right, losses, strict=True)
    }
