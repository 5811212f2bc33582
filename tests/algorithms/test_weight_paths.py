import numpy as np
import pytest
import torch

from lecture_helpers.algorithms.averaged_networks import recompute_statistics
from lecture_helpers.algorithms.networks import mlp
from lecture_helpers.algorithms.weight_paths import SideBySide

RNG = np.random.default_rng(6)
INPUTS = RNG.normal(size=(50, 4)).astype(np.float32)
TARGETS = RNG.integers(0, 3, 50)


def network(norm="batch"):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        return mlp(4, 3, depth=2, width=6, norm=norm)


def weights(copies, norm="batch"):
    size = sum(p.numel() for p in network(norm).parameters())
    return np.random.default_rng(7).normal(size=(copies, size)).astype(np.float32)


def alone(row, norm, statistics):
    model = network(norm)
    torch.nn.utils.vector_to_parameters(torch.from_numpy(row), model.parameters())
    if statistics is not None:
        recompute_statistics(model, [torch.from_numpy(statistics)])
    model.eval()
    with torch.no_grad():
        answers = model(torch.from_numpy(INPUTS)).argmax(dim=1).numpy()
    return (answers == TARGETS).mean()


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize("statistics", [None, INPUTS[:20]])
def test_every_copy_answers_as_its_network_does_alone(norm, statistics):
    rows, together = weights(5, norm), SideBySide(network(norm), 5)
    together.load(rows)
    if statistics is not None:
        together.recompute_statistics(statistics)
    wanted = [alone(row, norm, statistics) for row in rows]
    np.testing.assert_allclose(together.accuracy(INPUTS, TARGETS), wanted, atol=1e-12)
    assert len(set(wanted)) > 1


def test_given_statistics_are_used():
    rows, together = weights(3), SideBySide(network(), 3)
    together.load(rows)
    together.recompute_statistics(INPUTS)
    fresh = together.accuracy(INPUTS, TARGETS)
    held = [b for b in together.stack.buffers.values() if b.is_floating_point()]
    buffers = torch.cat([b.flatten(1) for b in held], dim=1).numpy().copy()
    together.load(rows, np.ones_like(buffers))
    changed = together.accuracy(INPUTS, TARGETS)
    together.load(rows, buffers)
    np.testing.assert_array_equal(together.accuracy(INPUTS, TARGETS), fresh)
    assert not np.array_equal(changed, fresh)


def test_the_stored_weights_are_never_changed():
    rows = weights(3)
    kept, together = rows.copy(), SideBySide(network(), 3)
    together.load(rows)
    together.stack.leaves["output.bias"].data.zero_()
    np.testing.assert_array_equal(rows, kept)


@pytest.mark.parametrize(
    "rows, buffers, words",
    [
        (weights(2), None, r"weights must have shape \(3, 105\)"),
        (weights(3)[:, 1:], None, r"weights must have shape \(3, 105\)"),
        (np.full_like(weights(3), np.nan), None, "weights must hold finite numbers"),
        (weights(3), np.ones((3, 5)), r"buffers must have shape \(3, 24\)"),
    ],
)
def test_weights_of_another_network_are_refused_in_words(rows, buffers, words):
    with pytest.raises(ValueError, match=words):
        SideBySide(network(), 3).load(rows, buffers)
