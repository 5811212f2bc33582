"""Networks whose middle is told what to do: side answers at hidden layers, hints from a teacher."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from lecture_helpers.datasets import Dataset
from lecture_helpers.foundation.validation import few, one_of
from lecture_helpers.pretraining.plans import GUIDES
from lecture_helpers.training import Runs, cross_entropy, mlp, train


class Guided(nn.Module):
    """A network with linear ``sides`` at some of its hidden layers.

    Its outputs are a tuple: the network's own, then the sides' from the bottom up.

    Raises:
        ValueError: a side at a layer that does not exist or is not hidden.
    """

    def __init__(self, network: nn.Sequential, sides: Mapping[str, nn.Linear]):
        super().__init__()
        layers = dict(network.named_children())
        hidden = [name for name in layers if name != "output"]
        for name in sides:
            one_of(hidden, side=name)
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.layers = tuple(layers)
        self.sides = nn.ModuleDict(sides)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        answers = []
        for name in self.layers:
            x = self.get_submodule(name)(x)
            if name in self.sides:
                answers.append(self.sides[name](x))
        return x, *answers


class Hinted(Guided):
    """A guided network beside its teacher; the last output is what the teacher's layer says."""

    def __init__(self, network: nn.Sequential, sides: Mapping[str, nn.Linear], teacher: nn.Module):
        super().__init__(network, sides)
        self.teacher = teacher

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        return *super().forward(x), self.teacher(x)


def deeply_supervised(inputs: int, outputs: int, *, depth=4, width=32, **network) -> Guided:
    """An ``mlp`` in which every hidden layer but the last also answers the question itself."""
    return Guided(*_with_sides(inputs, outputs, depth=depth, width=width, **network))


class Misguided(Guided):
    """A guided network whose sides are told something else: the last of its inputs.

    The network itself does not see that input; it is the last output.
    """

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        return *super().forward(x[..., :-1]), x[..., -1:]


def misguided(inputs: int, outputs: int, **network) -> Misguided:
    """As ``deeply_supervised`` on all inputs but the last, which holds what the sides are told."""
    made, sides = _with_sides(few(least=2, inputs=inputs) - 1, outputs, **network)
    return Misguided(made, sides)


def with_told(dataset: Dataset, told: np.ndarray) -> Dataset:
    """The data set with one input more, ``told`` (examples,): other classes for the sides."""
    return replace(dataset, inputs=np.column_stack([dataset.inputs, told]))


class Reconstructing(Guided):
    """A guided network whose sides are to answer with its inputs, which are the last output."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        return *super().forward(x), x


def reconstructing(
    inputs: int, outputs: int, *, depth=4, width=32, middle=False, **network
) -> Reconstructing:
    """An ``mlp`` in which hidden layers give back the inputs: all but the last, or the middle."""
    made = mlp(inputs, outputs, depth=few(least=2, depth=depth), width=width, **network)
    told = [depth // 2] if middle else range(1, depth)
    return Reconstructing(made, {f"hidden{k}": _side(width, inputs) for k in told})


def hinted(
    inputs: int, outputs: int, *, depth=4, width=32, hint_at: int | None = None,
    teacher_width: int = 64, **network,
) -> Hinted:  # fmt: skip
    """An ``mlp`` whose hidden layer ``hint_at`` (default: the middle) is to predict a teacher's.

    The teacher is the lower part of ``teacher``, to be started from its runs. Romero et al. 2015.

    Raises:
        ValueError: no such hidden layer.
    """
    made = mlp(inputs, outputs, depth=depth, width=width, **network)
    at = depth // 2 if hint_at is None else one_of(range(1, depth + 1), hint_at=hint_at)
    whole_teacher = teacher(inputs, outputs, teacher_width=teacher_width).get_submodule("teacher")
    lower = dict(whole_teacher.named_children())
    below = nn.Sequential(OrderedDict((n, lower[n]) for n in ("hidden1", "hidden2")))
    return Hinted(made, {f"hidden{at}": _side(width, teacher_width)}, below)


def teacher(inputs: int, outputs: int, *, teacher_width: int = 64) -> nn.Sequential:
    """A ReLU network of three hidden layers, wider and shallower than its pupils."""
    made = mlp(inputs, outputs, depth=3, width=teacher_width)
    return nn.Sequential(OrderedDict(teacher=made))


def _with_sides(inputs: int, outputs: int, *, depth=4, width=32, **network) -> tuple:
    """The network, and for every hidden layer but the last an output of its own."""
    outputs, width = few(outputs=outputs), few(width=width)
    made = mlp(inputs, outputs, depth=depth, width=width, **network)
    return made, {f"hidden{k}": _side(width, outputs) for k in range(1, few(least=2, depth=depth))}


def _side(width: int, outputs: int) -> nn.Linear:
    with torch.random.fork_rng(devices=[]):
        side = nn.Linear(width, outputs)
    nn.init.normal_(side.weight, std=width**-0.5)
    nn.init.zeros_(side.bias)
    return side


def side_loss(outputs: tuple[Tensor, ...], targets: Tensor, *, guide: Tensor) -> Tensor:
    """Each example's cross-entropy plus ``guide`` times the mean of the sides' cross-entropies."""
    final, *sides = outputs
    return cross_entropy(final, targets) + guide * sum(
        cross_entropy(side, targets) for side in sides
    ) / len(sides)


def told_loss(outputs: tuple[Tensor, ...], targets: Tensor, *, guide: Tensor) -> Tensor:
    """As ``side_loss``, but the sides are to answer what they are told, the last output."""
    final, *sides, told = outputs
    classes = told.squeeze(1).long()
    return cross_entropy(final, targets) + guide * sum(
        cross_entropy(side, classes) for side in sides
    ) / len(sides)


def input_loss(outputs: tuple[Tensor, ...], targets: Tensor, *, guide: Tensor) -> Tensor:
    """Each example's cross-entropy plus ``guide`` times the mean of the sides' squared errors.

    Their target is the last output; a squared error is the mean over its numbers.
    """
    final, *sides, x = outputs
    return cross_entropy(final, targets) + guide * sum(
        (side - x).square().mean(1) for side in sides
    ) / len(sides)


def stage_loss(outputs: Tensor, targets: Tensor, *, guide: Tensor) -> Tensor:
    """``guide`` times each example's cross-entropy, or mean squared error if it has numbers."""
    if targets.is_floating_point():
        return guide * (outputs - targets).square().mean(1)
    return guide * cross_entropy(outputs, targets)


def hint_loss(outputs: tuple[Tensor, ...], targets: Tensor, *, guide: Tensor) -> Tensor:
    """Each example's cross-entropy plus ``guide`` times the hint's mean squared error."""
    final, guess, hint = outputs
    return cross_entropy(final, targets) + guide * (guess - hint).square().mean(1)


def train_guided(how: str, dataset: Dataset, *, guide, teachers: Runs | None = None, **settings):
    """The runs of guided networks; ``guide`` is the weight of the guidance (a list is an axis).

    Accuracies are those of the network's own output. ``settings`` are those of ``train`` and of
    ``deeply_supervised`` or ``hinted``. Hints need ``teachers``: the kept weights of runs of
    ``teacher`` with the same seeds, which stay as they are.

    Raises:
        ValueError: neither of the two ways, hints without teachers, no such hidden layer.
    """
    if one_of(GUIDES, how=how) == "deep supervision":
        return train(deeply_supervised, dataset, loss=side_loss, guide=guide, **settings)
    if teachers is None:
        raise ValueError("teachers must be runs of a teacher with kept weights: hints need one.")
    return train(
        hinted, dataset, loss=hint_loss, guide=guide, init_from=teachers, init_names="teacher.*",
        lr_multipliers={"teacher.*": 0.0}, **settings,
    )  # fmt: skip
