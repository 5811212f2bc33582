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
        (dict(seed=4, lr=0.1, depth=1, step=5), "step must be one of the kept \\[0, 10, 20, 30\\]"),
    ],
)
def test_a_module_that_was_not_kept_is_refused_in_words(runs, where, words):
    with pytest.raises(ValueError, match=words):
        runs.module(**where)


SMALL = dict(seeds=[3, 4], depth=1, width=8, progress=False)


def test_runs_in_sequence_count_on_and_remember_the_first_divergence():
    given = dict(steps=6, record=[0, 3, 6], checkpoints="last", **SMALL)
    calm, wild = (train(mlp, digits(), lr=lr, **given) for lr in (0.1, 1e20))
    both = Runs.concat([calm, wild, calm, wild])
    assert both.steps.tolist() == [0, 3, 6, 9, 12, 15, 18, 21, 24]
    assert (both.diverged_at == wild.diverged_at + 6).all() and wild.diverged.all()
    np.testing.assert_array_equal(both.train_loss[..., :3], calm.train_loss)
    np.testing.assert_array_equal(both.accuracy[..., 5:7], calm.accuracy[..., 1:])
    assert both.weights is None and both.settings["width"] == 8


def test_stacked_runs_have_a_new_first_axis_and_all_records_with_nan_where_there_was_none():
    given = dict(lr=[0.1, 0.2], checkpoints="last", **SMALL)
    short, long = (train(mlp, digits(), steps=n, record=[0, 2, n], **given) for n in (4, 6))
    runs = Runs.stack({"short": short, "long": long}, "how")
    assert list(runs.axes.items()) == [("how", ["short", "long"]), ("lr", [0.1, 0.2])]
    assert runs.steps.tolist() == [0, 2, 4, 6] and runs.accuracy.dtype == np.float32
    alone = runs.at(how="short", lr=0.2)
    np.testing.assert_array_equal(alone.train_loss[:, :3], short.at(lr=0.2).train_loss)
    assert np.isnan(alone.train_loss[:, 3]).all()
    np.testing.assert_array_equal(runs.at(how="long").accuracy[..., [0, 1, 3]], long.accuracy)
    np.testing.assert_array_equal(runs.diverged_at, [short.diverged_at, long.diverged_at])
    assert runs.weights is None and runs.layouts == []


@pytest.mark.parametrize("axis, values", [("lr", [0.1, 0.2]), ("depth", [1, 2]), ("seeds", [3, 4])])
def test_runs_of_one_value_each_stack_to_those_that_were_trained_together(axis, values):
    given = dict(steps=4, record=2, progress=False, lr=[0.1, 0.2], depth=[1, 2], width=8)
    whole = train(mlp, digits(), seeds=[3, 4], **given)
    parts = {v: train(mlp, digits(), **{"seeds": [3, 4]} | given | {axis: [v]}) for v in values}
    runs = Runs.stack(parts, axis)
    assert runs.axes == whole.axes and list(runs.axes) == list(whole.axes)
    assert runs.seeds == whole.seeds
    np.testing.assert_allclose(runs.train_loss, whole.train_loss, rtol=1e-5)


def test_stacked_runs_keep_the_settings_in_which_they_agree(tmp_path):
    arms = {"plain": dict(schedule=lambda step, steps: 0.5)}
    given = dict(steps=2, momentum=0.9, arms=arms, **SMALL)
    parts = {lr: train(mlp, digits(), lr=lr, **given) for lr in (0.1, 0.2)}
    runs = Runs.stack({lr: part.at(arm="plain") for lr, part in parts.items()}, "lr")
    assert runs.settings["momentum"] == 0.9 and runs.settings["dataset"] == "digits"
    assert not {"lr", "arms"} & set(runs.settings)
    runs.save(tmp_path / "runs.npz")
    assert Runs.load(tmp_path / "runs.npz").axes == {"lr": [0.1, 0.2]}


@pytest.mark.parametrize("join", [lambda: Runs.concat([]), lambda: Runs.stack({}, "arm")])
def test_there_must_be_something_to_join(join):
    with pytest.raises(ValueError, match="parts must hold at least one record of runs"):
        join()


def test_rounded_runs_differ_by_half_of_the_last_digit_at_most(runs):
    rounded = runs.round(2)
    np.testing.assert_allclose(rounded.train_loss, runs.train_loss, atol=0.00501)
    assert len(np.unique(rounded.accuracy)) <= 101 and rounded.accuracy.dtype == np.float32


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
