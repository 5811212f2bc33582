"""The one training loop: a module goes in, many copies train at once, a record comes out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import nn

from lecture_helpers.datasets import dataset as data
from lecture_helpers.foundation.progress import Progress
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.foundation.validation import instance, many, switch
from lecture_helpers.training._ensemble import Ensemble
from lecture_helpers.training._grid import axes_of, members_of, seeds_of
from lecture_helpers.training._history import History
from lecture_helpers.training._losses import loss_of
from lecture_helpers.training._trainees import OPTIONS, Planner, Trainee
from lecture_helpers.training.runs import Runs, grid_text

SIDE_BY_SIDE = 32


def train(
    build: Callable[..., nn.Module], dataset: data.Dataset, *, steps: int, batch_size: int = 64,
    seeds: int | Iterable[int] = 8, lr: float = 0.1, optimizer: str = "sgd", momentum: float = 0.0,
    weight_decay: float = 0.0, schedule="constant", lr_multipliers: Mapping | None = None,
    label_noise: float = 0.0, loss: str | Callable | None = None, example_weights=None,
    batches=None, split: Mapping | Callable | None = None, init_from=None, init_names="*",
    arms: Mapping[str, Mapping] | None = None, record: int | Iterable[int] = 20,
    checkpoints: bool | int | str = False, eval_on: str = "test", progress=True, **settings,
) -> Runs:  # fmt: skip
    """Trains the network of every setting and seed, ``w <- w - lr * update``, all at once.

    ``build(**settings)`` makes an ordinary module; its arguments ``inputs`` and ``outputs`` are
    filled from the data set. A list of values, for a setting or for an option from ``lr`` to
    ``batches``, is an axis of the grid. Seeds draw the data split, the order, the initial weights,
    label noise and dropout: members of one seed share them, and no member's result depends on who
    trains beside it. Losses are recorded in eval mode, on the labels that are trained on and on
    the ``eval_on`` split. Weighted losses are ``mean(weight * loss)`` over the batch.

    Raises:
        ValueError: an argument that is not accepted, in one sentence.
    """
    given = locals()
    instance(data.Dataset, dataset=dataset)
    steps, seeds = many(steps=steps), seeds_of(seeds)
    progress = progress if callable(progress) else switch(progress=progress)
    every = _listed_multipliers({name: given[name] for name in OPTIONS}) | settings
    axes = axes_of(every, arms)
    members = members_of(axes, seeds, every, arms or {})
    planner = Planner(build, dataset, split, eval_on, loss_of(loss, dataset))
    with one_thread_and_room():
        trainees = [planner.trainee(member) for member in members]
        history = History(trainees, steps, record, checkpoints)
        count = f"{len(members)} network{'s' * (len(members) > 1)}"
        text = f"Training {count} ({grid_text(axes, seeds)}), {steps} steps: "
        with Progress(progress, text, len(members) * steps) as tick:
            for ensemble in ensembles_of(trainees, dataset, planner.loss, steps):
                history.follow(ensemble, tick)
    return history.runs(axes, seeds, planner.words(every, arms), planner.build)


def _listed_multipliers(options: dict) -> dict:
    scales = options["lr_multipliers"]
    if not isinstance(scales, Mapping):
        return options
    lists = {f"lr_multipliers[{p}]": f for p, f in scales.items() if isinstance(f, list)}
    return options | lists


def ensembles_of(trainees: Sequence[Trainee], dataset, loss, steps: int) -> Iterator[Ensemble]:
    """The trainees in ensembles of one structure, each made when its turn comes."""
    groups = {}
    for trainee in trainees:
        groups.setdefault(trainee.group, []).append(trainee)
    for group in groups.values():
        count = -(-len(group) // SIDE_BY_SIDE)
        for k in range(count):
            yield Ensemble(group[k::count], dataset, loss, steps)


@contextmanager
def one_thread_and_room() -> Iterator[None]:
    """One thread for torch, and memory that is kept from update to update."""
    # glibc returns freed memory to the system, at the cost of page faults in every update, until
    # one large piece has been freed
    torch.empty(7_900_000)
    with torch_on_one_thread():
        yield
