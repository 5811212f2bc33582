import numpy as np
import pytest
import torch

from lecture_helpers.algorithms.data import digits
from lecture_helpers.algorithms.gradient_line import along_gradient
from lecture_helpers.algorithms.networks import mlp

PROMISED = np.array([1e-3, 0.1, 1.0, 3.0])
X, Y = digits().inputs[:128], digits().targets[:128]


def network(norm, seed=0):
    torch.manual_seed(seed)
    return mlp(64, 10, depth=3, norm=norm)


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_losses_are_those_of_a_step_written_out(norm):
    line = along_gradient(network(norm), X, Y, PROMISED)
    net = network(norm)
    loss = torch.nn.functional.cross_entropy(net(torch.tensor(X)), torch.tensor(Y))
    gradients = torch.autograd.grad(loss, list(net.parameters()))
    t = 0.1 * loss.item() / sum(float((g**2).sum()) for g in gradients)
    with torch.no_grad():
        for p, g in zip(net.parameters(), gradients, strict=True):
            p -= t * g
        after = torch.nn.functional.cross_entropy(net(torch.tensor(X)), torch.tensor(Y))
    assert line.losses[1] == pytest.approx(after.item(), rel=1e-4)


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_a_small_step_keeps_its_promise(norm):
    assert along_gradient(network(norm), X, Y, PROMISED).kept[0] == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_network_comes_back_as_it_was(norm):
    net = network(norm)
    before = {n: t.clone() for n, t in net.state_dict().items()}
    along_gradient(net, X, Y, PROMISED)
    assert all(torch.equal(before[n], t) for n, t in net.state_dict().items())


def test_a_step_that_promises_nothing_is_refused_in_words():
    with pytest.raises(ValueError, match="promised must hold numbers above 0 only."):
        along_gradient(network("none"), X, Y, [0.0, 1.0])
