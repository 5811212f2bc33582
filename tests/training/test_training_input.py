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
    "lr must be a finite number above 0, not 0.": dict(lr=0),
    "lr must be a finite number above 0, not -1.0.": dict(lr=[0.1, -1.0]),
    "lr must be a finite number above 0, not nan.": dict(lr=float("nan")),
    "momentum must be a number from 0 up to but not including 1": dict(momentum=1.0),
    "weight_decay must be a finite number, 0 or more": dict(weight_decay=-0.1),
    "label_noise must be a number from 0 to 1": dict(label_noise=1.5),
    "optimizer must be one of 'sgd', 'nesterov', 'adam'": dict(optimizer="sdg"),
    "schedule must be one of 'constant', 'linear', 'cosine'": dict(schedule="warm"),
    "schedule must be a finite number": dict(schedule=lambda step, steps: float("nan")),
    "eval_on must be one of 'test', 'validation', not 'train'.": dict(eval_on="train"),
    "eval_on must name a split with examples": dict(split=dict(test=0)),
    "loss must be one of 'cross_entropy', 'squared'": dict(loss="hinge"),
    "loss must return one value for each example": dict(loss=mean_loss),
    "activation must be one of 'relu', 'tanh'": dict(activation="rleu"),
    "norm must be one of 'none', 'batch', 'layer'": dict(norm=["none", "bach"]),
    "dept is no setting of mlp; its settings are: activation, affine": dict(dept=3),
    "steps must be a whole number, 1 or more, not 0.": dict(steps=0),
    "seeds must list one or more different values, not [].": dict(seeds=[]),
    "seeds must list one or more different values, not [1, 1].": dict(seeds=[1, 1]),
    "seeds must be a whole number, 1 or more, not 0.": dict(seeds=0),
    "lr must list one or more different values": dict(lr=[0.1, 0.1]),
    "depth must list one or more different values": dict(depth=[]),
    "batch_size must be a whole number, 1 or more, not 0.": dict(batch_size=0),
    "batch_size must be at most the 240 training examples, not 1000.": dict(batch_size=1000),
    "batch_size must be 2 or more for a network with": dict(batch_size=1, norm="batch"),
    "train must leave room": dict(split=dict(train=500)),
    "dataset must be a Dataset, not ndarray (3, 2).": dict(dataset=np.ones((3, 2))),
    "an output for each of the 10 classes; it has 3.": dict(build=three_outputs, dataset=digits()),
    "build must return a torch.nn.Module, not int.": dict(build=no_module),
    "build must return a module with parameters": dict(build=nothing_to_train),
    "runs on inputs of shape (64, 2); it says:": dict(build=wrong_width),
    "runs on inputs of shape (64, 2); it says: vmap": dict(build=OwnDropout),
    "from (batch, features) to (batch, outputs)": dict(build=one_output_in_all),
    "'hiden*' matches none of hidden1.lin": dict(lr_multipliers={"hiden*": 0.1}),
    "lr_multipliers of '*' must be a finite number, 0": dict(lr_multipliers={"*": -1.0}),
    "lr_multipliers must leave a parameter to train": dict(lr_multipliers={"*": 0.0}),
    "one for each of the 400 examples": dict(example_weights=np.ones(3)),
    "example_weights must be 0 or more": dict(example_weights=-np.ones(N)),
    "must hold finite numbers only": dict(example_weights=np.full(N, np.nan)),
    "broadcast to (*grid, seeds) = (2,)": dict(example_weights=np.ones((7, N))),
    "of shape (..., 5 steps, 64 examples)": dict(batches=np.zeros((2, 3), int)),
    "batches must have axes (..., steps, batch)": dict(batches=np.zeros(64, int)),
    "broadcast to (*grid, seeds) = (2,), not (3,).": dict(batches=np.zeros((3, 5, 64), int)),
    "batches must hold numbers of training examples only.": dict(batches=np.full((5, 64), N - 1)),
    "init_from must hold one of the module's tensors": dict(init_from={"a": np.ones(3)}),
    "must hold output.bias of shape (2,), not (3,).": dict(init_from={"output.bias": np.ones(3)}),
    "record must be a whole number, 2 or more, not 1.": dict(record=1),
    "record must be a number of records or steps from 0 to 5": dict(record=[0, 9]),
    'checkpoints must be False, True, "last" or a number of': dict(checkpoints="all"),
    "label_noise must be 0 where the targets are numbers": dict(
        dataset=Dataset(np.ones((99, 2)), np.ones(99)), label_noise=0.1, batch_size=8
    ),
    "arms must list one or more different values": dict(arms={}),
    "dept is no setting of mlp": dict(arms={"a": dict(dept=2)}),
}


@pytest.mark.parametrize("words", REFUSED)
def test_bad_input_is_refused_in_one_sentence(words):
    given = dict(build=mlp, dataset=two_moons(), steps=5, seeds=2, progress=False) | REFUSED[words]
    with pytest.raises(ValueError, match=re.escape(words)) as refusal:
        train(**given)
    assert str(refusal.value).endswith(".") or "it says" in words


def test_the_threads_are_restored_after_a_refusal(two_threads):
    with pytest.raises(ValueError):
        train(mlp, two_moons(), steps=5, lr=-1)
    assert torch.get_num_threads() == 2
