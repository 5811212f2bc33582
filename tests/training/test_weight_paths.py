import numpy as np
import pytest
import torch

from lecture_helpers.datasets import split
from lecture_helpers.optimization.polyak_averaging import exponential_average, uniform_average
from lecture_helpers.training import mlp, recompute_statistics, stored_paths, train
from lecture_helpers.training.weight_paths import SideBySide, StoredPath
from tests.training.plain_training import two_moons

RNG = np.random.default_rng(6)
INPUTS = RNG.normal(size=(50, 4)).astype(np.float32)
TARGETS = RNG.integers(0, 3, 50)


def network(norm="batch"):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        return mlp(4, 3, depth=2, width=6, norm=norm)


def weights(copies, norm="batch"):
    first = torch.nn.utils.parameters_to_vector(network(norm).parameters()).detach().numpy()
    noise = np.random.default_rng(7).normal(size=(copies, len(first)))
    return (first + 0.6 * noise).astype(np.float32)


def alone(row, norm, statistics, held=None):
    model = network(norm)
    if held is not None:
        for module in (model.hidden1.norm, model.hidden2.norm):
            module.running_mean.fill_(held[0])
            module.running_var.fill_(held[1])
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


def stored(shown=(0, 3, 7)):
    rows = weights(8)
    buffers = np.tile(np.r_[np.full(6, -2.0), np.full(6, 0.5)], (8, 2)).astype(np.float32)
    test = INPUTS, TARGETS
    return StoredPath(network(), rows, buffers, test=test, training=INPUTS[:20], shown=shown), rows


@pytest.mark.parametrize("average", [uniform_average, lambda p: exponential_average(p, 0.7)])
def test_a_stored_path_gives_the_accuracies_of_its_averages(average):
    path, rows = stored()
    wanted = [alone(average(rows)[k], "batch", INPUTS[:20]) for k in (0, 3, 7)]
    np.testing.assert_allclose(path.accuracy(average), wanted, atol=1e-12)


def test_stale_statistics_are_those_that_were_stored():
    path, rows = stored()
    wanted = [alone(uniform_average(rows)[k], "batch", None, (-2, 0.5)) for k in (0, 3, 7)]
    np.testing.assert_allclose(path.accuracy(uniform_average, fresh=False), wanted, atol=1e-12)
    assert not np.array_equal(path.accuracy(uniform_average), wanted)


def test_a_stored_path_is_never_changed_and_known_answers_are_kept():
    path, rows = stored()
    kept = rows.copy()
    first = path.accuracy(uniform_average)
    assert path.accuracy(uniform_average) is first
    path.accuracy(lambda p: exponential_average(p, 0.5))
    np.testing.assert_array_equal(path.weights, kept)


def test_stored_paths_of_runs_know_what_the_runs_recorded():
    sizes = {"test": 30, "validation": 10}
    data = two_moons(200)
    runs = train(
        mlp, data, steps=40, lr=[0.1, 0.3], seeds=[5], depth=1, width=5, norm="batch", split=sizes,
        record=[0, 20, 40], checkpoints=20, progress=False,
    )  # fmt: skip
    paths = stored_paths(runs, data, split(data, 5, **sizes), shown=[0, 1])
    for lr in (0.1, 0.3):
        alone = paths[(lr,)].accuracy(lambda path: path, fresh=False)
        np.testing.assert_allclose(alone, runs.at(lr=lr).accuracy[0, 1:], atol=1e-6)
