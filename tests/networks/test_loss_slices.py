import copy

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lecture_helpers.datasets import digits
from lecture_helpers.networks import loss_slices
from lecture_helpers.networks.loss_slices import Slices, loss_slice, random_directions
from lecture_helpers.training import mlp, seeded

INPUTS, TARGETS = digits().inputs[:40], digits().targets[:40]
OFFSETS = np.array([-1.0, -0.3, 0.0, 0.5])


def network(**settings):
    net = seeded(mlp, seed=0, inputs=64, outputs=10, **dict(depth=4, width=12) | settings)
    net.train()(torch.tensor(INPUTS))  # running statistics of its own
    for name, p in net.named_parameters():
        if name.endswith("bias"):
            p.data += 0.1
    return net


def directly(net, directions, a, b):
    """The loss of a copy whose weights were moved one by one."""
    moved = copy.deepcopy(net).eval()
    parameters = dict(moved.named_parameters())
    with torch.no_grad():
        for name in directions[0]:
            parameters[name] += a * directions[0][name] + b * directions[1][name]
        return float(F.cross_entropy(moved(torch.tensor(INPUTS)), torch.tensor(TARGETS)))


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize("skip", ["none", "residual", "highway"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_slice_is_what_moving_the_weights_one_by_one_gives(norm, skip, activation, monkeypatch):
    monkeypatch.setattr(loss_slices, "TOGETHER", 5)
    net = network(norm=norm, skip=skip, activation=activation)
    directions = random_directions(net, seed=1)
    found = loss_slice(net, INPUTS, TARGETS, directions, OFFSETS, OFFSETS[:3])
    assert found.shape == (3, 4)
    expected = [[directly(net, directions, a, b) for a in OFFSETS] for b in OFFSETS[:3]]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_the_network_comes_back_as_it_was():
    net = network(norm="batch")
    before = copy.deepcopy(net.state_dict())
    loss_slice(net, INPUTS, TARGETS, random_directions(net, seed=1), OFFSETS, OFFSETS)
    assert all(torch.equal(before[name], tensor) for name, tensor in net.state_dict().items())


def test_rows_of_a_direction_are_as_long_as_the_networks_and_nothing_else_moves():
    net = network(norm="batch", skip="residual")
    for direction in random_directions(net, seed=2):
        assert set(direction) == {n for n, p in net.named_parameters() if p.ndim == 2}
        for name, rows in direction.items():
            own = net.get_parameter(name).detach()
            torch.testing.assert_close(rows.norm(dim=1), own.norm(dim=1))


def test_directions_scale_with_the_network_so_that_relu_rescaling_changes_no_slice():
    net = seeded(mlp, seed=0, inputs=64, outputs=10, depth=4, width=12)
    other = copy.deepcopy(net)
    other.hidden1.linear.weight.data *= 10
    other.hidden2.linear.weight.data /= 10
    both = [
        loss_slice(n, INPUTS, TARGETS, random_directions(n, seed=3), OFFSETS, OFFSETS)
        for n in (net, other)
    ]
    np.testing.assert_allclose(*both, rtol=1e-4)


def test_a_network_without_hidden_layers_has_a_slice_too():
    net = network(depth=0)
    directions = random_directions(net, seed=1)
    found = loss_slice(net, INPUTS, TARGETS, directions, [0.5], [-0.3])
    assert found[0, 0] == pytest.approx(directly(net, directions, 0.5, -0.3), rel=1e-5)


def test_losses_that_overflow_are_infinite():
    net = network(depth=8)
    for p in net.parameters():
        p.data *= 1e6
    directions = random_directions(net, seed=1)
    assert np.isinf(loss_slice(net, INPUTS, TARGETS, directions, [1.0], [1.0])).all()


def test_stored_slices_come_back(tmp_path):
    axes = {"depth": [2, 8], "model": ["plain"]}
    losses = np.arange(18.0).reshape(2, 1, 3, 3)
    Slices(axes, np.array([-1, 0, 1.0]), losses, {"date": "today"}).save(tmp_path / "s.npz")
    again = Slices.load(tmp_path / "s.npz")
    np.testing.assert_array_equal(again.at(depth=8, model="plain"), losses[1, 0])
    assert again.centres.tolist() == [[4.0], [13.0]]
    assert again.provenance == {"date": "today"}
    with pytest.raises(ValueError, match="depth must be one of 2, 8, not 3"):
        again.at(depth=3, model="plain")
    with pytest.raises(ValueError, match="say where on each of: depth, model"):
        again.at(depth=2)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda n, d: loss_slice(n, INPUTS, TARGETS, d[:1], OFFSETS, OFFSETS), "directions must"),
        (lambda n, d: loss_slice(n, INPUTS[0], TARGETS, d, OFFSETS, OFFSETS), "inputs must have"),
        (lambda n, d: loss_slice(n, INPUTS, TARGETS, d, [np.nan], OFFSETS), "first must hold"),
        (lambda n, d: random_directions(n, seed=-1), "seed must be a whole number"),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    net = network()
    with pytest.raises(ValueError) as refusal:
        call(net, random_directions(net, seed=0))
    assert str(refusal.value).startswith(words)
