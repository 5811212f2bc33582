"""The record of a training: choosing from it, its weights, its file."""

import numpy as np
import pytest
import torch

from lecture_helpers.datasets import digits, split
from lecture_helpers.training import Runs, mlp, train


@pytest.fixture(scope="module")
def runs() -> Runs:
    return train(
        mlp, digits(), steps=30, lr=[0.03, 0.1], depth=[1, 3], norm="batch", seeds=[4, 7],
        record=4, checkpoints=True, label_noise=0.1, progress=False,
    )  # fmt: skip


def test_axes_come_in_the_order_options_then_settings(runs):
    assert list(runs.axes.items()) == [("lr", [0.03, 0.1]), ("depth", [1, 3])]
    assert runs.train_loss.shape == (2, 2, 2, 4) and runs.train_loss.dtype == np.float32
    assert runs.steps.tolist() == [0, 10, 20, 30]
    assert repr(runs) == "Runs of 2 lr x 2 depth x 2 seeds: 4 records over 30 steps"


def test_at_takes_settings_by_value_within_rounding(runs):
    chosen = runs.at(lr=0.1 + 1e-12, depth=3)
    assert chosen.axes == {} and chosen.settings["depth"] == 3
    np.testing.assert_array_equal(chosen.accuracy, runs.accuracy[1, 1])
    np.testing.assert_array_equal(runs.at(depth=1).mislabelled, runs.mislabelled[:, 0])


@pytest.mark.parametrize(
    "where, words",
    [
        (dict(lr=0.2), "lr must be one of 0.03, 0.1, not 0.2"),
        (dict(width=3), "width is no axis of these runs; the axes are: lr, depth"),
        (dict(depth=True), "depth must be one of 1, 3, not True"),
    ],
)
def test_at_says_what_there_is(runs, where, words):
    with pytest.raises(ValueError, match=words):
        runs.at(**where)


@pytest.mark.parametrize(
    "where, words",
    [
        (dict(seed=4, lr=0.1), "say which member: depth left open"),
        (dict(seed=0, lr=0.1, depth=1), "seed must be one of 4, 7, not 0"),
        (dict(seed=4, lr=0.1, depth=1, step=5), "step must be one of the kept 0, 10, 20, 30"),
    ],
)
def test_a_module_that_was_not_kept_is_refused_in_words(runs, where, words):
    with pytest.raises(ValueError, match=words):
        runs.module(**where)


def test_runs_without_weights_say_so():
    runs = train(mlp, digits(), steps=1, seeds=1, progress=False)
    with pytest.raises(ValueError, match="no weights were kept"):
        runs.module(seed=0)


@pytest.mark.parametrize("step", [0, 20, None])
def test_a_module_computes_what_was_recorded(runs, step):
    net = runs.module(seed=7, step=step, lr=0.1, depth=3)
    test_at = split(digits(), 7).test
    right = net(torch.tensor(digits().inputs[test_at])).argmax(1).numpy()
    k = -1 if step is None else runs.steps.tolist().index(step)
    accuracy = (right == digits().targets[test_at]).mean()
    np.testing.assert_allclose(runs.at(lr=0.1, depth=3).accuracy[1, k], accuracy, atol=1e-6)


def test_changing_a_module_does_not_change_the_record(runs):
    before = runs.weights.copy()
    with torch.no_grad():
        for parameter in runs.module(seed=7, lr=0.1, depth=3).parameters():
            parameter.zero_()
    np.testing.assert_array_equal(runs.weights, before)


def test_weights_are_kept_every_so_many_steps_or_at_the_end():
    every = train(mlp, digits(), steps=10, seeds=1, checkpoints=4, progress=False)
    last = train(mlp, digits(), steps=10, seeds=1, checkpoints="last", progress=False)
    assert every.weight_steps.tolist() == [0, 4, 8, 10]
    np.testing.assert_array_equal(every.weights[:, -1], last.weights[:, -1])


def test_a_saved_record_comes_back_whole(runs, tmp_path):
    runs.save(tmp_path / "runs.npz")
    back = Runs.load(tmp_path / "runs.npz")
    assert back.axes == runs.axes and back.seeds == runs.seeds
    assert back.provenance == runs.provenance
    for name in ("train_loss", "accuracy", "diverged_at", "weights", "buffers", "mislabelled"):
        np.testing.assert_array_equal(getattr(back, name), getattr(runs, name))
    where = dict(seed=4, lr=0.03, depth=3)
    with pytest.raises(ValueError, match="build must be given again"):
        back.module(**where)
    ours, theirs = runs.module(**where), back.module(build=mlp, **where)
    for name, tensor in ours.state_dict().items():
        assert torch.equal(tensor, theirs.state_dict()[name]), name


def test_arms_and_functions_are_saved_by_name(tmp_path):
    def halved(step, steps):
        return 0.5

    arms = {"plain": dict(), "halved": dict(schedule=halved, depth=1)}
    runs = train(mlp, digits(), steps=2, seeds=1, arms=arms, checkpoints="last", progress=False)
    runs.save(tmp_path / "runs.npz")
    back = Runs.load(tmp_path / "runs.npz").at(arm="halved")
    assert back.settings["arms"]["halved"]["schedule"] == "halved"
    assert len(back.module(seed=0, build=mlp)) == 2


def test_the_file_names_no_machine(runs, tmp_path):
    import getpass
    import socket

    runs.save(tmp_path / "runs.npz")
    with np.load(tmp_path / "runs.npz") as stored:
        words = str(stored["words"])
    assert set(runs.provenance) == {"date", "seconds", "torch", "numpy", "python"}
    assert str(tmp_path) not in words and socket.gethostname() not in words
    assert f"/{getpass.getuser()}/" not in words


def test_stored_runs_need_no_torch(runs, tmp_path):
    import subprocess
    import sys

    runs.save(tmp_path / "runs.npz")
    code = (
        "import sys; from lecture_helpers.training.runs import Runs; "
        f"Runs.load({str(tmp_path / 'runs.npz')!r}).at(lr=0.1); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
