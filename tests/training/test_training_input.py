"""What the training engine refuses, and the words it uses."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from lecture_helpers.datasets import Dataset, digits
from lecture_helpers.training import mlp, train
from tests.training.plain_training import two_moons

N = len(two_moons())


def three_outputs(inputs):
    return nn.Linear(inputs, 3)


def no_module():
    return 3


def nothing_to_train():
    return nn.ReLU()


def wrong_width(outputs):
    return nn.Linear(7, outputs)


def one_output_in_all(inputs):
    return nn.Sequential(nn.Linear(inputs, 1), nn.Flatten(0))


class OwnDropout(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.last = nn.Linear(inputs, outputs)

    def forward(self, x):
        return self.last(nn.functional.dropout(x, 0.5, self.training))


def mean_loss(outputs, targets):
    return outputs.sum() - targets.sum()


REFUSED = {
    "lr of 0": (dict(lr=0), "lr must be a finite number above 0, not 0."),
    "negative lr in the grid": (dict(lr=[0.1, -1.0]), "lr must be a finite number above 0"),
    "NaN lr": (dict(lr=float("nan")), "lr must be a finite number above 0"),
    "momentum": (dict(momentum=1.0), "momentum must be a number from 0 up to but not including 1"),
    "weight decay": (dict(weight_decay=-0.1), "weight_decay must be a finite number, 0 or more"),
    "label noise": (dict(label_noise=1.5), "label_noise must be a number from 0 to 1"),
    "optimizer": (dict(optimizer="sdg"), "optimizer must be one of 'sgd', 'nesterov', 'adam'"),
    "schedule": (dict(schedule="warm"), "schedule must be one of 'constant', 'linear', 'cosine'"),
    "schedule's value": (
        dict(schedule=lambda step, steps: float("nan")),
        "schedule must be a finite number",
    ),
    "score": (dict(eval_on="train"), "eval_on must be one of 'test', 'validation', not 'train'."),
    "empty score": (dict(split=dict(test=0)), "eval_on must name a split with examples"),
    "loss": (dict(loss="hinge"), "loss must be one of 'cross_entropy', 'squared'"),
    "loss of a batch": (dict(loss=mean_loss), "loss must return one value for each example"),
    "activation": (dict(activation="rleu"), "activation must be one of 'relu', 'tanh'"),
    "norm": (dict(norm=["none", "bach"]), "norm must be one of 'none', 'batch', 'layer'"),
    "setting": (dict(dept=3), "dept is no setting of mlp; its settings are: activation, affine"),
    "steps": (dict(steps=0), "steps must be a whole number, 1 or more, not 0."),
    "no seeds": (dict(seeds=[]), "seeds must be one or more different whole numbers"),
    "seeds twice": (dict(seeds=[1, 1]), "seeds must be one or more different whole numbers"),
    "0 seeds": (dict(seeds=0), "seeds must be a whole number, 1 or more, not 0."),
    "value twice": (dict(lr=[0.1, 0.1]), "lr must list one or more different values"),
    "empty axis": (dict(depth=[]), "depth must list one or more different values"),
    "batch": (dict(batch_size=0), "batch_size must be a whole number, 1 or more, not 0."),
    "large batch": (
        dict(batch_size=1000),
        "batch_size must be at most the 240 training examples, not 1000.",
    ),
    "batch norm of one": (
        dict(batch_size=1, norm="batch"),
        "batch_size must be 2 or more for a network with",
    ),
    "split": (dict(split=dict(train=500)), "train must leave room"),
    "data": (dict(dataset=np.ones((3, 2))), "dataset must be a Dataset, not ndarray."),
    "few outputs": (
        dict(build=three_outputs, dataset=digits()),
        "an output for each of the 10 classes; it has 3.",
    ),
    "no module": (dict(build=no_module), "build must return a torch.nn.Module, not int."),
    "no parameters": (dict(build=nothing_to_train), "build must return a module with parameters"),
    "wrong width": (dict(build=wrong_width), "runs on inputs of shape (64, 2); it says:"),
    "draws of its own": (dict(build=OwnDropout), "runs on inputs of shape (64, 2); it says:"),
    "outputs' shape": (dict(build=one_output_in_all), "from (batch, features) to (batch, outputs)"),
    "lr_multipliers's pattern": (
        dict(lr_multipliers={"hiden*": 0.1}),
        "'hiden*' matches none of hidden1.lin",
    ),
    "lr_multipliers's factor": (
        dict(lr_multipliers={"*": -1.0}),
        "lr_multipliers of '*' must be a finite number, 0",
    ),
    "all frozen": (
        dict(lr_multipliers={"*": 0.0}),
        "lr_multipliers must leave a parameter to train",
    ),
    "weights' length": (dict(example_weights=np.ones(3)), "one for each of the 400 examples"),
    "negative weights": (dict(example_weights=-np.ones(N)), "example_weights must be 0 or more"),
    "NaN weights": (dict(example_weights=np.full(N, np.nan)), "must hold finite numbers only"),
    "weights' members": (
        dict(example_weights=np.ones((7, N))),
        "broadcast to (*grid, seeds) = (2,)",
    ),
    "batches' shape": (dict(batches=np.zeros((2, 3), int)), "of shape (..., 5 steps, 64 examples)"),
    "batches' axes": (
        dict(batches=np.zeros(64, int)),
        "batches must have axes (..., steps, batch)",
    ),
    "batches' members": (
        dict(batches=np.zeros((3, 5, 64), int)),
        "batches must have leading axes that broadcast to (*grid, seeds) = (2,), not (3,).",
    ),
    "test examples": (
        dict(batches=np.full((5, 64), N - 1)),
        "batches must hold numbers of training examples only.",
    ),
    "start's names": (
        dict(init_from={"a": np.ones(3)}),
        "init_from must hold one of the module's tensors",
    ),
    "start's shape": (
        dict(init_from={"output.bias": np.ones(3)}),
        "init_from must hold output.bias of shape (2,), not (3,).",
    ),
    "record": (dict(record=1), "record must be a whole number, 2 or more, not 1."),
    "record's steps": (
        dict(record=[0, 9]),
        "record must be a number of records or steps from 0 to 5",
    ),
    "kept": (dict(checkpoints="all"), 'checkpoints must be False, True, "last" or a number of'),
    "noise on numbers": (
        dict(dataset=Dataset(np.ones((99, 2)), np.ones(99)), label_noise=0.1, batch_size=8),
        "label_noise must be 0 where the targets are numbers",
    ),
    "arms": (dict(arms={}), "arm must list one or more different values"),
    "an arm's setting": (dict(arms={"a": dict(dept=2)}), "dept is no setting of mlp"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_one_sentence(case):
    given, words = REFUSED[case]
    settings = dict(build=mlp, dataset=two_moons(), steps=5, seeds=2, progress=False) | given
    with pytest.raises(ValueError, match=re.escape(words)) as refusal:
        train(settings.pop("build"), settings.pop("dataset"), **settings)
    assert str(refusal.value).endswith(".") or "it says" in words


def test_the_threads_are_restored_after_a_refusal():
    torch.set_num_threads(2)
    with pytest.raises(ValueError):
        train(mlp, two_moons(), steps=5, lr=-1)
    assert torch.get_num_threads() == 2
