"""How a training behaves: its progress line, the stop button, what it leaves as it was."""

import numpy as np
import torch
from torch import nn

from tests.training.plain_training import quiet


def test_the_progress_line_says_what_and_how_many(capsys):
    quiet(lr=[0.1, 0.2], depth=[1, 2], seeds=3, progress=True)
    expected = "Training 12 networks (2 lr x 2 depth x 3 seeds), 20 steps: "
    assert capsys.readouterr().out == expected + "." * 20 + " done\n"


def test_progress_may_be_a_function_or_silent(capsys):
    calls = []
    quiet(progress=lambda done, total: calls.append((done, total)), depth=[1, 2])
    assert calls[-1] == (80, 80) and calls == sorted(calls)
    quiet(progress=False)
    assert capsys.readouterr().out == ""


def test_the_stop_button_returns_what_was_recorded(capsys):
    def stop(done, total):
        if done >= 102:
            raise KeyboardInterrupt

    runs = quiet(steps=40, record=5, depth=[1, 2], progress=stop)
    assert runs.stopped_at.tolist() == [[40, 40], [11, 11]]
    assert np.isfinite(runs.train_loss[0]).all()
    assert (
        np.isfinite(runs.train_loss[1, :, :2]).all() and np.isnan(runs.train_loss[1, :, 2:]).all()
    )
    assert "Stopped by you after 63 % of the work" in capsys.readouterr().out
    assert not runs.diverged.any()


def test_random_state_and_threads_are_left_as_they_were(two_threads):
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    quiet(dropout=0.5, noise=0.1)
    assert torch.equal(torch_state, torch.get_rng_state())
    np.testing.assert_array_equal(numpy_state, np.random.get_state()[1])
    assert torch.get_num_threads() == 2


def test_training_runs_on_one_thread():
    seen = []

    def build(inputs, outputs):
        seen.append(torch.get_num_threads())
        return nn.Linear(inputs, outputs)

    quiet(build)
    assert set(seen) == {1}
