"""The training engine against plain loops over nn.Module and torch.optim."""

from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lecture_helpers.datasets import digits, split
from lecture_helpers.training import mlp, train
from lecture_helpers.training._stack import Stack
from tests.training.plain_training import (
    STEPS,
    Readers,
    Stackable,
    assert_same_state,
    initial,
    plain_loop,
    quiet,
    two_moons,
)

THEIRS = {
    "sgd": torch.optim.SGD,
    "nesterov": partial(torch.optim.SGD, nesterov=True),
    "adam": torch.optim.Adam,
}


@pytest.mark.parametrize(
    "optimizer, options",
    [
        ("sgd", dict(lr=0.05)),
        ("sgd", dict(lr=0.05, momentum=0.9)),
        ("sgd", dict(lr=0.05, momentum=0.9, weight_decay=0.01)),
        ("nesterov", dict(lr=0.05, momentum=0.9)),
        ("adam", dict(lr=0.003)),
        ("adam", dict(lr=0.003, weight_decay=0.01)),
    ],
)
def test_every_update_rule_equals_a_loop_over_torchs(optimizer, options):
    runs = quiet(checkpoints="last", optimizer=optimizer, **options)
    net = initial(mlp, 1)
    descent = THEIRS[optimizer](net.parameters(), **options)
    assert_same_state(runs, plain_loop(net, descent, 1), seed=1)


NETWORKS = {
    "batch norm": dict(norm="batch"),
    "batch norm after, no affine": dict(norm="batch", norm_place="after", affine=False),
    "layer norm": dict(norm="layer", depth=3),
    "residual": dict(skip="residual", norm="batch", depth=4),
    "highway": dict(skip="highway", depth=4, activation="tanh"),
    "sigmoid": dict(activation="sigmoid", init="glorot"),
    "gelu": dict(activation="gelu", init="lecun", gain=1.5),
    "linear": dict(depth=0),
}


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_equals_a_loop_over_its_module_running_statistics_included(network):
    settings = NETWORKS[network]
    runs = quiet(lr=0.05, momentum=0.9, checkpoints="last", **settings)
    net = initial(mlp, 1, **settings)
    descent = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    net = plain_loop(net, descent, 1)
    assert_same_state(runs, net, seed=1)
    parts = split(digits(), 1)
    logits = net(torch.tensor(digits().inputs[parts.test]))
    loss = F.cross_entropy(logits, torch.tensor(digits().targets[parts.test])).item()
    np.testing.assert_allclose(runs.eval_loss[1, -1], loss, rtol=1e-4)
    right = (logits.argmax(1).numpy() == digits().targets[parts.test]).mean()
    assert abs(runs.accuracy[1, -1] - right) < 2 / len(parts.test)


def cumulative(inputs, outputs):
    """Batch normalization that averages all batches alike, and one that keeps no statistics."""
    return nn.Sequential(
        nn.BatchNorm1d(inputs, momentum=None),
        nn.Linear(inputs, 16),
        nn.BatchNorm1d(16, track_running_stats=False, eps=1e-3),
        nn.Linear(16, outputs),
    )


def test_cumulative_and_untracked_statistics_equal_torchs():
    runs = quiet(cumulative, checkpoints="last")
    net = initial(cumulative, 1)
    plain_loop(net, torch.optim.SGD(net.parameters(), lr=0.1), 1)
    assert_same_state(runs, net, seed=1)


@pytest.mark.parametrize("kind", [Readers, Stackable])
def test_a_module_of_the_readers_own_making_trains_like_any_other(kind):
    runs = quiet(kind, momentum=0.9, checkpoints="last")
    net = initial(kind, 1)
    plain_loop(net, torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9), 1)
    assert_same_state(runs, net, seed=1)


class AcrossTheBatch(nn.Module):
    """Subtracts the batch's mean; on stacked inputs it would subtract the members' mean."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.last = nn.Linear(inputs, outputs)

    def forward(self, x):
        return self.last(x - x.mean(0))


def test_a_module_that_would_mix_members_is_found_out_and_run_through_vmap():
    runs = quiet(AcrossTheBatch, checkpoints="last", batch_size=32, seeds=32)
    net = initial(AcrossTheBatch, 1, batch_size=32)
    plain_loop(net, torch.optim.SGD(net.parameters(), lr=0.1), 1, batch_size=32)
    assert_same_state(runs, net, seed=1)


@pytest.mark.parametrize("kind, stacked", [(Stackable, True), (Readers, False), (mlp, True)])
def test_vmap_is_used_only_where_it_must_be(kind, stacked):
    stack = Stack([initial(kind, seed) for seed in (0, 1)])
    stack.prepare(torch.tensor(digits().inputs[:20]).view(2, 10, 64))
    assert stack.stacked is stacked


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_schedules_equal_torchs(name):
    runs = quiet(schedule=name, checkpoints="last")
    net = initial(mlp, 1)
    descent = torch.optim.SGD(net.parameters(), lr=0.1)
    schedule = {
        "linear": lambda: torch.optim.lr_scheduler.LinearLR(descent, 1.0, 1e-9, STEPS),
        "cosine": lambda: torch.optim.lr_scheduler.CosineAnnealingLR(descent, STEPS),
    }[name]()
    assert_same_state(runs, plain_loop(net, descent, 1, schedule=schedule), seed=1)


def test_a_schedule_may_be_a_function_of_the_step():
    halves = quiet(schedule=lambda step, steps: 0.5, lr=0.2)
    np.testing.assert_allclose(halves.train_loss, quiet(lr=0.1).train_loss, rtol=1e-5)


def test_networks_learn():
    runs = train(mlp, two_moons(), steps=300, lr=0.3, seeds=4, record=2, progress=False)
    assert (runs.accuracy[:, -1] > 0.9).all()
