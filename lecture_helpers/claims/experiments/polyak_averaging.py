"""The experiments of Polyak averaging."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.claims.experiments.tuned_networks import grid
from lecture_helpers.claims.tuning import best_on_grid
from lecture_helpers.datasets import mnist1d, split
from lecture_helpers.optimization import polyak_averaging as averaging
from lecture_helpers.optimization.descent import descend
from lecture_helpers.optimization.noisy_quadratics import NoisyQuadratic
from lecture_helpers.test_functions.surfaces import rotated_ellipse


def running_forms(seeds, *, paths=20, steps=200) -> Record:
    """C26: the running forms against the sums they stand for, and against torch on a module."""
    tolerances = {
        "uniform: running form against the sum": 1e-12,
        "exponential: recursion against the weighted sum": 1e-12,
        "from zero: a constant falls short by alpha^t": 1e-12,
        "corrected: a constant is kept": 1e-12,
        "a module's parameters, against torch": 1e-12,
    }

    def deviations(seed: int):
        return (_deviations(np.random.default_rng([seed, k]), steps) for k in range(paths))

    return largest(deviations, tolerances, seeds)


def _deviations(rng: np.random.Generator, steps: int) -> tuple[float, ...]:
    path, alpha = rng.standard_normal((steps, 3)).cumsum(axis=0), float(rng.uniform(0, 0.99))
    t, scale = np.arange(1, steps + 1)[:, None], np.abs(path).max()
    decayed = np.tril((1 - alpha) * alpha ** np.maximum(t - t.T, 0).astype(float))
    from_zero = averaging.exponential_average(path, alpha, "zero")
    ones = np.ones((steps, 1))
    return (
        np.abs(averaging.uniform_average(path) - path.cumsum(axis=0) / t).max() / scale,
        np.abs(from_zero - decayed @ path).max() / scale,
        np.abs(1 - averaging.exponential_average(ones, alpha, "zero") - alpha**t).max(),
        np.abs(averaging.exponential_average(ones, alpha) - 1).max(),
        _against_torch(path[:20], alpha) / scale,
    )


def _against_torch(path: np.ndarray, alpha: float) -> float:
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

    network = torch.nn.Linear(2, 1).double()
    ours = [training.AveragedNetwork(network, decay) for decay in (None, alpha)]
    theirs = [AveragedModel(network), AveragedModel(network, avg_fn=get_ema_avg_fn(alpha))]
    for theta in torch.from_numpy(path):
        torch.nn.utils.vector_to_parameters(theta, network.parameters())
        for average in ours:
            average.update(network)
        for average in theirs:
            average.update_parameters(network)
    pairs = zip(ours, theirs, strict=True)
    return max(float((a.network.weight - b.module.weight).abs().max().detach()) for a, b in pairs)


GRID = grid(-16, 1, per_decade=4)


def noisy_convex(
    seeds, *, dimension=20, conditions=(10, 100), steps=5000, early=100, runs=20
) -> dict:
    """C27: log10 of the excess costs of the last iterate and of the average of all iterates.

    Noise of deviation 1 in every gradient component, curvatures from 1 / condition to 1. Each arm
    has the constant learning rate that minimises its own closed form at the last step.
    """

    def of_seed(seed: int) -> dict:
        found = {}
        for condition in conditions:
            rng = np.random.default_rng([seed, condition])
            h = np.geomspace(1 / condition, 1, dimension)
            for name, value in _excess_costs(h, steps, early, runs, rng).items():
                found[f"condition {condition}: {name}"] = np.log10(value)
        for name, value in _kink(steps, np.random.default_rng([seed, 1])).items():
            found[f"kink: {name}"] = np.log10(value)
        return found

    return by_seed(of_seed, seeds)


def _excess_costs(h, steps: int, early: int, runs: int, rng) -> dict[str, float]:
    start, drawn = rng.normal(0, 3, len(h)), int(rng.integers(2**31))
    choices = [NoisyQuadratic(h, start, lr) for lr in GRID]
    of_last = min(choices, key=lambda q: q.excess(q.last(steps))[-1])
    of_average = min(choices, key=lambda q: q.excess(q.uniform(steps))[-1])
    last = of_last.paths(steps, runs, drawn)[-1]
    path = of_average.paths(steps, runs, drawn)
    average = averaging.uniform_average(path)
    return {
        "last": _cost(h, last),
        "average": _cost(h, average[-1]),
        "closed form": float(of_average.excess(of_average.uniform(steps))[-1]),
        "law": float(of_average.law(steps)[-1]),
        "last at the average's rate": _cost(h, path[-1]),
        "last, early": _cost(h, path[early - 1]),
        "average, early": _cost(h, average[early - 1]),
        "falling rate": _cost(h, _falling(h, start, steps, runs, rng)),
    }


def _cost(h, points: np.ndarray) -> float:
    return float(0.5 * (points**2 @ h).mean())


def _falling(h, start, steps: int, runs: int, rng) -> np.ndarray:
    """The last iterates of descent whose rate falls as 1 / (smallest curvature * t)."""
    x = np.tile(start, (runs, 1))
    for t in range(steps):
        x = x - (h * x + rng.standard_normal(x.shape)) / (h.max() + h.min() * t)
    return x


def _kink(steps: int, rng, lr=0.05) -> dict[str, float]:
    """abs(x), noisy slopes, one run: mean cost of the last 100 iterates, cost of the average."""
    x, path = rng.normal(0, 3), np.empty(steps)
    for t, noise in enumerate(rng.standard_normal(steps)):
        x -= lr * (np.sign(x) + noise)
        path[t] = x
    return {"last": np.abs(path[-100:]).mean(), "average": abs(path.mean())}


def across_the_valley(seeds, *, condition=25, short=30, long=3000, noise=0.3) -> dict:
    """C29: log10 distances of the last iterate and of the average of all iterates.

    Descent in a 2-D valley at 1.9 to 1.99 over its largest curvature, so that it jumps from wall
    to wall. "Across" counts the distance to the valley's floor alone. Capped at 1e-15.
    """

    def of_seed(seed: int) -> dict:
        found = _distances(seed, condition, short, long, noise)
        return {name: np.log10(max(value, 1e-15)) for name, value in found.items()}

    return by_seed(of_seed, seeds)


def _distances(seed: int, condition: float, short: int, long: int, noise: float) -> dict:
    rng = np.random.default_rng([seed, 2])
    turn, side, lr = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi), rng.uniform(1.9, 1.99)
    surface = rotated_ellipse(condition, turn)
    start = 3 * np.array([np.cos(side), np.sin(side)])
    wall = np.array([np.cos(turn), np.sin(turn)])
    quiet = descend(surface, start, lr=lr, steps=long).points[1:]
    noisy = descend(surface, start, lr=lr, steps=long, noise=noise, seed=seed).points[1:]
    found = {}
    for name, path in [("short", quiet[:short]), ("long", quiet), ("noisy", noisy)]:
        for arm, point in [("last", path[-1]), ("average", averaging.uniform_average(path)[-1])]:
            found[f"{name}, {arm}"] = float(np.linalg.norm(point))
            found[f"{name}, across, {arm}"] = float(abs(point @ wall))
    return found


RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
HALF_LIVES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
REGIMES = {
    f"{schedule} rate, {labels} labels": dict(schedule=schedule, label_noise=noise)
    for schedule in ("constant", "cosine")
    for labels, noise in (("clean", 0.0), ("noisy", 0.3))
}
ARMS = ("last", "full average", "tail average", "exponential average")
SPLIT = {"test": 1000, "validation": 500}


def averages_of_networks(
    seeds, *, steps=2000, batch_size=64, width=40, momentum=0.9, every=20, tuned: Any = None
) -> Record:
    """C28, C30: test accuracy in per cent of the last weights and of their averages.

    A ReLU network of two hidden layers with batch norm on mnist1d, trained with momentum; weights
    are kept every ``every`` steps. ``tuned`` holds each arm's learning rate, for the exponential
    average also its half-life as a share of the run. Batch norm's statistics are recomputed for
    the averaged weights; "stale" takes those of the last weights instead.
    """
    settings = dict(steps=steps, batch_size=batch_size, width=width, momentum=momentum)
    arms = {}
    for regime, options in REGIMES.items():
        own = {arm: tuned[f"{regime}: {arm}"] for arm in ARMS}
        rates = sorted({lr for lr, *_ in own.values()})
        runs = _networks(seeds, rates, every, **settings, **options)
        found = by_seed(partial(_accuracies, runs, own), seeds)
        arms |= {f"{regime}: {name}": values for name, values in found.items()}
    return Record(tuple(seeds), arms)


def _networks(seeds, rates, every: int, **settings):
    return training.train(
        training.mlp, mnist1d(), seeds=list(seeds), lr=list(rates), depth=2, norm="batch",
        split=SPLIT, record=2, checkpoints=every, progress=False, **settings,
    )  # fmt: skip


def _accuracies(runs, tuned: Mapping, seed: int) -> dict[str, float]:
    found = {}
    for arm, (lr, *share) in tuned.items():
        rows = _averages(_path(runs, lr, seed), share)
        fresh, stale = _scores(runs, lr, seed, np.stack([rows[arm], rows["last"]]), "test")
        found[arm] = fresh[0]
        if arm == "exponential average":
            found["exponential average, stale"] = stale[0]
            found["last at the exponential average's rate"] = fresh[1]
    return found


def _path(runs, lr: float, seed: int) -> np.ndarray:
    """The kept weights after the start, (kept, parameters); of a diverged member, the last good."""
    path = runs.at(lr=lr).weights[runs.seeds.index(seed), 1:]
    good = np.isfinite(path).all(axis=1)
    return path if good.all() else path[np.maximum.accumulate(np.where(good, range(len(good)), 0))]


def _averages(path: np.ndarray, share: list[float]) -> dict[str, np.ndarray]:
    averages = {
        "last": path[-1],
        "full average": averaging.uniform_average(path)[-1],
        "tail average": averaging.average_from(path, len(path) // 2)[-1],
    }
    if share:
        alpha = averaging.alpha_from_half_life(share[0] * len(path))
        averages["exponential average"] = averaging.exponential_average(path, alpha)[-1]
    return averages


def _scores(runs, lr: float, seed: int, rows: np.ndarray, part: str) -> tuple[list, list]:
    """Accuracies in per cent of weights (rows, parameters), statistics recomputed and stale."""
    from lecture_helpers.training import SideBySide

    data, parts = mnist1d(), split(mnist1d(), seed, **SPLIT)
    examples = getattr(parts, part)
    member = runs.at(lr=lr)
    together = SideBySide(member.module(seed=seed, step=0), len(rows))
    buffers = np.repeat(member.buffers[[runs.seeds.index(seed)], -1], len(rows), axis=0)
    found = []
    for recompute in (True, False):
        together.load(rows, np.nan_to_num(buffers))
        if recompute:
            together.recompute_statistics(data.inputs[parts.train])
        accuracy = together.accuracy(data.inputs[examples], data.targets[examples])
        found.append([float(100 * value) for value in accuracy])
    return tuple(found)


def tuned_averages(seeds, *, steps=2000, batch_size=64, width=40, momentum=0.9, every=20) -> dict:
    """Each arm's learning rate (and half-life), by the error on the validation split."""
    settings = dict(steps=steps, batch_size=batch_size, width=width, momentum=momentum)
    found = {}
    for regime, options in REGIMES.items():
        runs = _networks(seeds, RATES, every, **settings, **options)
        errors = {lr: _errors(runs, lr, seeds) for lr in RATES}
        for k, arm in enumerate(ARMS[:3]):
            found[f"{regime}: {arm}"] = [
                best_on_grid({lr: errors[lr][:, k].tolist() for lr in RATES})
            ]
        halves = {lr: 3 + int(errors[lr][:, 3:].mean(axis=0).argmin()) for lr in RATES}
        lr = best_on_grid({lr: errors[lr][:, halves[lr]].tolist() for lr in RATES})
        found[f"{regime}: {ARMS[3]}"] = [lr, HALF_LIVES[halves[lr] - 3]]
    return found


def _errors(runs, lr: float, seeds) -> np.ndarray:
    """Validation errors (seeds, averages): last, full, tail, then every half-life."""
    rows = []
    for seed in seeds:
        path = _path(runs, lr, seed)
        averages = list(_averages(path, []).values())
        averages += [_averages(path, [share])["exponential average"] for share in HALF_LIVES]
        fresh, _ = _scores(runs, lr, seed, np.stack(averages), "validation")
        rows.append(100 - np.array(fresh))
    return np.array(rows)
