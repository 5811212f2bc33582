"""What guiding the middle of a deep network does, and guides that know no label: C35."""

from collections.abc import Iterable
from dataclasses import replace
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
from lecture_helpers.pretraining.greedy_growth import grow, shuffled
from lecture_helpers.training import GUESSING, Runs

PLACES = (
    ("digits", "sigmoid", 6), ("digits", "sigmoid", 10), ("digits", "ReLU", 6),
    ("MNIST-1D", "sigmoid", 6), ("MNIST-1D", "ReLU", 6),
)  # fmt: skip
GUIDES = ("pretraining", "deep supervision", "hint")
RANDOM, INPUT = "{} told at random", "{} told the input"
BESIDE = ((0.3, 1.0), (3.0, 1.0), (30.0, 1.0), (3.0, 0.5))  # weight, share of updates it is there
STAGES = {INPUT: (3.0, 10.0, 30.0)}  # weights of the stages' cost
LABELLED = (0.3, 1.0, 3.0)  # the same where it is a cross-entropy
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
    hidden layer of a trained teacher of width 64. "told at random": the same with shuffled labels
    for the stages, with shuffled labels for the answers of the hidden layers, with a teacher as it
    was drawn. "told the input": stages, hidden layers or the middle layer are to give back the
    network's input, through a linear layer each, by mean squared error. The other arms are plain
    networks with another optimizer, layer or scale. All make ``updates`` updates; the teacher's
    own are not counted.

    Plain names are test accuracies in per cent; "loss": decades of the network's own training
    loss below 1, fitted from 0.01 on. Rates and courses are those with the best validation
    accuracy. A course is a guide's weight and how long it guides: four of them, three weights of
    the stages' cost, with 3 rates each; the plain network has 9 rates, others 5. Each grid of
    rates grows where the best lies at its end. Failed, and NaN: a network that diverged.
    """
    usual = USUAL | dict(width=width, momentum=momentum, batch_size=batch_size)
    arms = {}
    for where, kind, depth in places:
        for arm in arms_of(kind):
            name = f"{where}, {kind}, depth {depth}: {arm}"
            rate, weight, share = tuned[name] if tuned else _untuned(arm, kind)
            given = usual | dict(depth=depth, seeds=list(seeds), lr=rate)
            runs = trained(arm, where, kind, updates, guide=weight, share=share, **given)
            arms[name] = percent(runs).tolist()
            arms[f"{name}: loss"] = own_fit(runs, where).tolist()
    return arms


def arms_of(kind: str) -> tuple[str, ...]:
    """The arms of a network of that kind."""
    ignorant = [words.format(guide) for words in (RANDOM, INPUT) for guide in GUIDES]
    return ("plain", *GUIDES, *ignorant, *OTHERS[kind])


def _untuned(arm: str, kind: str) -> tuple[float, float, float]:
    rates = first_rates(arm, kind)
    return rates[len(rates) // 2], *courses(arm)[1 if _halves(arm)[0] in GUIDES else 0]


def _halves(arm: str) -> tuple[str, str]:
    """The guide, or the arm, and what the guide is told: "" where it knows the labels."""
    told = next((words for words in (RANDOM, INPUT) if arm.endswith(words.format(""))), "")
    return arm.removesuffix(told.format("")), told


def courses(arm: str) -> tuple[tuple[float, float], ...]:
    """The weights of an arm's guide that are tried, and for which share of the updates it guides.

    A plain network has one course without a guide.
    """
    how, told = _halves(arm)
    if how not in GUIDES:
        return ((0.0, 0.0),)
    if how == "pretraining":
        return tuple((weight, 0.5) for weight in STAGES.get(told, LABELLED))
    return BESIDE


def trained(
    arm: str, where: str, kind: str, updates: int, *, guide=1.0, share=0.5, **settings
) -> Runs:
    """The runs of an arm with its last weights; the first ``share`` of the updates is guided."""
    (how, told), dataset = _halves(arm), DATA[where]()
    given: dict = NETWORKS[kind] | settings | dict(checkpoints="last")
    if how not in GUIDES:
        given |= RIVALS.get(arm, {})
        return training.train(training.mlp, dataset, steps=updates, record=2, **given)
    first = round(share * updates)
    if how == "pretraining":
        runs = _stages(told, dataset, first, guide, **given)
    else:
        runs = _beside(how, told, where, updates, steps=first, record=2, guide=guide, **given)
    if first == updates:
        return runs
    kept = "hidden*" if (how, told) == ("pretraining", INPUT) else "*"
    return training.train(
        training.mlp, dataset, steps=updates - first, record=2, init_from=runs, init_names=kept,
        **given,
    )  # fmt: skip


def _stages(told: str, dataset: Dataset, updates: int, guide: float, **given) -> Runs:
    """The last of the stages of pretraining, whose cost counts ``guide`` times."""
    from lecture_helpers.pretraining.deep_supervision import stage_loss

    own = replace(dataset, targets=dataset.inputs)
    asked = {"": dataset, RANDOM: shuffled(dataset), INPUT: own}
    return grow(asked[told], updates=updates, loss=stage_loss, guide=guide, **given)[-1]


def _beside(how: str, told: str, where: str, updates: int, **given) -> Runs:
    """Networks that are guided while they are trained."""
    from lecture_helpers.pretraining import deep_supervision as guides

    dataset = DATA[where]()
    if told == INPUT:
        given |= dict(loss=guides.input_loss, middle=how == "hint")
        return training.train(guides.reconstructing, dataset, **given)
    if how == "hint":
        teachers = _teachers(where, tuple(given["seeds"]), 0 if told else updates)
        return guides.train_guided(how, dataset, teachers=teachers, **given)
    if told == RANDOM:
        dataset = guides.with_told(dataset, shuffled(dataset).targets)
        return training.train(guides.misguided, dataset, loss=guides.told_loss, **given)
    return guides.train_guided(how, dataset, **given)


@cache
def _teachers(where: str, seeds: tuple[int, ...], updates: int) -> Runs:
    """Teachers after that many updates; after none they are as they were drawn."""
    from lecture_helpers.pretraining import deep_supervision as guides

    return training.train(
        guides.teacher, DATA[where](), steps=max(updates, 1), record=[0, updates],
        checkpoints=True, seeds=list(seeds), **TEACHER,
    )  # fmt: skip


def own_fit(runs: Runs, where: str) -> np.ndarray:
    """(seeds,), as ``pretraining_arms.fit``, of the network's own output: no side, no hint."""
    from lecture_helpers.pretraining import deep_supervision as guides

    dataset = DATA[where]()
    if runs.settings["inputs"] > dataset.inputs.shape[1]:
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
    """Every arm's learning rate, weight of the guide and its share, by validation accuracy."""
    return {
        f"{where}, {kind}, depth {depth}: {arm}": _search(arm, where, kind, depth, list(seeds))
        for where, kind, depth in PLACES
        for arm in arms_of(kind)
    }


def first_rates(arm: str, kind: str) -> tuple[float, ...]:
    """The grid of learning rates with which a search begins: more for the plain network."""
    own = FIRST_RATES["Adam" if arm == "Adam" else kind]
    if _halves(arm)[0] in GUIDES:
        return own[1:-1]
    if arm != "plain":
        return own
    first, last = RATES.index(own[0]), RATES.index(own[-1])
    return RATES[first - 2 : last + 3]


def _search(arm: str, where: str, kind: str, depth: int, seeds: list[int]) -> list[float]:
    """The course, with its rate, that costs least: every course has a search of its own."""
    run = partial(
        trained, arm, where, kind, 600, depth=depth, seeds=seeds, eval_on="validation", **USUAL
    )
    found = {}
    for weight, share in courses(arm):
        seen: dict[float, float] = {}

        def measured(rates: Iterable[float], weight=weight, share=share, seen=seen) -> dict:
            runs = run(lr=list(rates), guide=weight, share=share)
            rows = costs(percent(runs), "accuracy")
            seen.update(zip(rates, rows.mean(axis=-1), strict=True))
            return {"accuracy": rows}

        rate = searched(measured, first_rates(arm, kind))["accuracy"]
        found[rate, weight, share] = seen.get(rate, np.inf)
    return list(min(found, key=lambda course: found[course]))
