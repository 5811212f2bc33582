import numpy as np
import pytest
import torch

from lecture_helpers.datasets import digits
from lecture_helpers.networks.loss_along_gradient import along_gradient, one_layer_at_a_time
from lecture_helpers.training import mlp

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


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_layers_that_move_alone_are_stepped_as_written_out(norm):
    found = one_layer_at_a_time(network(norm), X, Y, PROMISED)[2]
    net, before = network(norm), network(norm)
    loss = torch.nn.functional.cross_entropy(net(torch.tensor(X)), torch.tensor(Y))
    gradients = torch.autograd.grad(loss, list(net.parameters()))
    t, decrease = loss.item() / sum(float((g**2).sum()) for g in gradients), 0.0
    for layer in ("hidden1", "hidden2", "hidden3", "output"):
        net.load_state_dict(before.state_dict())
        with torch.no_grad():
            for (name, p), g in zip(net.named_parameters(), gradients, strict=True):
                p -= t * g if name.startswith(layer) else 0
            after = torch.nn.functional.cross_entropy(net(torch.tensor(X)), torch.tensor(Y))
        decrease += loss.item() - after.item()
    assert found == pytest.approx(decrease / loss.item(), rel=1e-4)


def test_layers_alone_keep_a_small_promise_and_come_back_as_they_were():
    net = network("batch")
    before = {n: t.clone() for n, t in net.state_dict().items()}
    assert one_layer_at_a_time(net, X, Y, PROMISED)[0] == pytest.approx(1, abs=0.05)
    assert all(torch.equal(before[n], t) for n, t in net.state_dict().items())


def test_in_a_network_of_one_layer_nothing_moves_together():
    net = torch.nn.Sequential(torch.nn.Linear(64, 10))
    alone = one_layer_at_a_time(net, X, Y, PROMISED)
    assert alone == pytest.approx(along_gradient(net, X, Y, PROMISED).kept, rel=1e-5)


def test_a_step_that_promises_nothing_is_refused_in_words():
    with pytest.raises(ValueError, match="promised must hold numbers above 0 only."):
        along_gradient(network("none"), X, Y, [0.0, 1.0])
