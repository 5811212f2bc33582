"""Short trainings, the same training as a reader would write it, and modules to train."""

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import make_moons
from torch import nn

from lecture_helpers.datasets import Dataset, digits, split
from lecture_helpers.training import mlp, stream, train
from lecture_helpers.training._batches import shuffled_epochs

STEPS = 20


def two_moons(n=400) -> Dataset:
    """Scikit-learn's two interleaved half circles: a data set that small networks learn fast."""
    return Dataset(*make_moons(n, noise=0.1, random_state=0), "two moons")


def quiet(build=mlp, dataset=None, **settings):
    """A short training without a progress line."""
    given = dict(steps=STEPS, seeds=2, record=2, progress=False) | settings
    return train(build, dataset or digits(), **given)


def initial(build, seed: int, **settings) -> nn.Module:
    """The module that training starts this seed from."""
    runs = quiet(build, steps=1, seeds=[seed], record=[0], checkpoints=True, **settings)
    return runs.module(seed=seed, step=0)


def plain_loop(net, descent, seed: int, batch_size: int = 64, schedule=None) -> nn.Module:
    """The same training as the reader would write it."""
    train_at = split(digits(), seed).train
    inputs, labels = torch.tensor(digits().inputs), torch.tensor(digits().targets)
    net.train()
    for at in shuffled_epochs(train_at, STEPS, batch_size, stream(seed, "order")):
        descent.zero_grad()
        F.cross_entropy(net(inputs[at]), labels[at]).backward()
        descent.step()
        if schedule is not None:
            schedule.step()
    return net.eval()


def assert_same_state(runs, net, seed, rtol=1e-4, **where):
    state = runs.state(seed=seed, **where)
    tensors = [*net.named_parameters(), *net.named_buffers()]
    for name, tensor in tensors:
        if name.endswith("num_batches_tracked"):
            continue
        np.testing.assert_allclose(
            state[name], tensor.detach().numpy(), rtol, atol=1e-5, err_msg=name
        )


class Readers(nn.Module):
    """A student's module: a parameter of its own, tied weights, a sum over features."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(inputs))
        self.first = nn.Linear(inputs, 16)
        self.tied = nn.Linear(16, 16)
        self.same = self.tied
        self.norm = nn.BatchNorm1d(16)
        self.last = nn.Linear(17, outputs)

    def forward(self, x):
        x = torch.tanh(self.first(x * self.scale))
        x = self.norm(self.same(torch.relu(self.tied(x))))
        return self.last(torch.cat([x, x.sum(1, keepdim=True)], 1))


class Stackable(nn.Module):
    """A student's module that happens to be right on stacked inputs as it stands."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.first, self.last = nn.Linear(inputs, 16), nn.Linear(16, outputs)

    def forward(self, x):
        return self.last(torch.relu(self.first(x)))
