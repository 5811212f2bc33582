"""What guiding the middle of a deep network does, and what a guide with nothing to say: C35."""

from functools import cache, partial

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.experiments.pretraining_arms import (
    FIRST_RATES,
    NETWORKS,
    RATES,
    RIVALS,
    USUAL,
    costs,
    percent,
    searched,
)
from lecture_helpers.claims.experiments.tuned_networks import DATA, FITTED, failed_as_nan
from lecture_helpers.datasets import Dataset, split
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.pretraining.greedy_growth import fine_tune, grow, shuffled
from lecture_helpers.training import GUESSING, Runs

PLACES = (
    ("digits", "sigmoid", 6), ("digits", "sigmoid", 10), ("digits", "ReLU", 6),
    ("MNIST-1D", "sigmoid", 6), ("MNIST-1D", "ReLU", 6),
)  # fmt: skip
GUIDES = ("pretraining", "deep supervision", "hint")
EMPTY = "{} with nothing to say"
WEIGHTS = (0.3, 3.0)
TEACHER: dict = dict(lr=0.03, momentum=0.9, batch_size=64, progress=False)
OTHERS = {
    "sigmoid": ("Adam", "batch norm", "first weights times 4"),
    "ReLU": ("batch norm",),
}


def guided(
    seeds, *, places=PLACES, updates=600, width=32, momentum=0.9, batch_size=64, tuned=None
) -> dict:
    """C35: networks whose middle is guided, and plain ones: test accuracy and training loss.

    pretraining: half of the updates layer by layer, half all together. deep supervision: every
    hidden layer but the last answers as well. hint: the middle layer is to predict the second
    hidden layer of a trained teacher of width 64. "with nothing to say": the same with shuffled
    labels for the stages, with shuffled labels for the answers of the hidden layers, with a
    teacher as it was drawn. The other arms are plain networks with another optimizer, layer or
    scale. All make ``updates`` updates; the teacher's own are not counted.

    Plain names are test accuracies in per cent; "loss": decades of the network's own training
    loss below 1, fitted from 0.01 on. Rates, and weights of the guides, are those with the best
    validation accuracy: guides 5 rates x 2 weights, the plain network 9 rates, others 5; each
    grid grows where the best lies at its end. Failed, and NaN: a network that diverged.
    """
    usual = USUAL | dict(width=width, momentum=momentum, batch_size=batch_size)
    arms = {}
    for where, kind, depth in places:
        for arm in arms_of(kind):
            name = f"{where}, {kind}, depth {depth}: {arm}"
            grid = first_rates(arm, kind)
            rate, weight = tuned[name] if tuned else (grid[len(grid) // 2], 1.0)
            given = usual | dict(depth=depth, seeds=list(seeds), lr=rate)
            runs = trained(arm, where, kind, updates, guide=weight, **given)
            arms[name] = percent(runs).tolist()
            arms[f"{name}: loss"] = own_fit(runs, where, arm).tolist()
    return arms


def arms_of(kind: str) -> tuple[str, ...]:
    """The arms of a network of that kind."""
    return ("plain", *GUIDES, *map(EMPTY.format, GUIDES), *OTHERS[kind])


def trained(arm: str, where: str, kind: str, updates: int, *, guide=1.0, **settings) -> Runs:
    """The runs of an arm with its last weights; ``guide`` counts where there is one to weigh."""
    from lecture_helpers.pretraining import deep_supervision as guides

    dataset, how = DATA[where](), arm.removesuffix(EMPTY.format(""))
    given: dict = NETWORKS[kind] | settings | dict(checkpoints="last")
    if how == "pretraining":
        return _pretrained(dataset, updates, empty=how != arm, **given)
    given |= dict(steps=updates, record=2)
    if how == "deep supervision":
        if how == arm:
            return guides.train_guided(how, dataset, guide=guide, **given)
        told = guides.with_told(dataset, shuffled(dataset).targets)
        return training.train(guides.misguided, told, loss=guides.told_loss, guide=guide, **given)
    if how == "hint":
        teachers = _teachers(where, tuple(given["seeds"]), updates if how == arm else 0)
        return guides.train_guided(how, dataset, guide=guide, teachers=teachers, **given)
    return training.train(training.mlp, dataset, **given | RIVALS.get(arm, {}))


def _pretrained(dataset: Dataset, updates: int, empty: bool, **given) -> Runs:
    """Half of the updates layer by layer, on shuffled labels if ``empty``; then all together."""
    stages = grow(shuffled(dataset) if empty else dataset, updates=updates // 2, **given)
    return fine_tune(stages[-1], dataset, updates=updates - updates // 2, record=2, **given)


@cache
def _teachers(where: str, seeds: tuple[int, ...], updates: int) -> Runs:
    """Teachers after that many updates; after none they are as they were drawn."""
    from lecture_helpers.pretraining import deep_supervision as guides

    return training.train(
        guides.teacher, DATA[where](), steps=max(updates, 1), record=[0, updates],
        checkpoints=True, seeds=list(seeds), **TEACHER,
    )  # fmt: skip


def own_fit(runs: Runs, where: str, arm: str) -> np.ndarray:
    """(seeds,), as ``pretraining_arms.fit``, of the network's own output: no side, no hint."""
    from lecture_helpers.pretraining import deep_supervision as guides

    dataset = DATA[where]()
    if arm == EMPTY.format("deep supervision"):
        dataset = guides.with_told(dataset, np.zeros(len(dataset)))
    losses = [_own_loss(runs.module(seed=seed), dataset, seed) for seed in runs.seeds]
    clipped = np.clip(np.nan_to_num(losses, nan=GUESSING), FITTED, GUESSING)
    return np.array(failed_as_nan(-np.log10(clipped), runs.diverged))


def _own_loss(network, dataset: Dataset, seed: int) -> float:
    import torch

    at = split(dataset, seed).train
    x, y = torch.tensor(dataset.inputs[at]), torch.tensor(dataset.targets[at])
    with torch.no_grad(), torch_on_one_thread():
        answers = network(x)
        own = answers[0] if isinstance(answers, tuple) else answers
        return float(torch.nn.functional.cross_entropy(own, y))


def tune_guided(seeds) -> dict:
    """Every arm's (learning rate, weight of the guide) by validation accuracy."""
    return {
        f"{where}, {kind}, depth {depth}: {arm}": _search(arm, where, kind, depth, list(seeds))
        for where, kind, depth in PLACES
        for arm in arms_of(kind)
    }


def _search(arm: str, where: str, kind: str, depth: int, seeds: list[int]) -> list[float]:
    run = partial(
        trained, arm, where, kind, 600, depth=depth, seeds=seeds, eval_on="validation", **USUAL
    )
    rates = first_rates(arm, kind)
    if arm.removesuffix(EMPTY.format("")) not in GUIDES[1:]:
        found = searched(lambda r: {"accuracy": costs(percent(run(lr=r)), "accuracy")}, rates)
        return [found["accuracy"], 0.0]
    return _best_of_both(run, rates)


def first_rates(arm: str, kind: str) -> tuple[float, ...]:
    """The grid of learning rates with which a search begins: more for the plain network."""
    own = FIRST_RATES["Adam" if arm == "Adam" else kind]
    if arm != "plain":
        return own
    first, last = RATES.index(own[0]), RATES.index(own[-1])
    return RATES[first - 2 : last + 3]


def _best_of_both(run, rates: tuple[float, ...]) -> list[float]:
    """The weight, with its rate, that costs least: every weight has a search of its own."""
    seen: dict[tuple, np.ndarray] = {}

    def measured(todo: list[float]) -> dict:
        by_rate = costs(percent(run(lr=todo, guide=list(WEIGHTS))), "accuracy")
        for k, rate in enumerate(todo):
            seen.update({(rate, w): by_rate[k, i] for i, w in enumerate(WEIGHTS)})
        return {w: by_rate[:, i] for i, w in enumerate(WEIGHTS)}

    found = searched(measured, rates)
    lowest = {(found[w], w): float(seen[found[w], w].mean()) for w in WEIGHTS}
    return list(min(lowest, key=lambda pair: lowest[pair]))
