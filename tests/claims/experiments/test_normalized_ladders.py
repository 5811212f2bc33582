import numpy as np
import pytest

from lecture_helpers import training
from lecture_helpers.claims.experiments import normalized_ladders as ladders
from lecture_helpers.claims.experiments.tuned_networks import on_data
from lecture_helpers.training import Runs, trains


def runs_with(losses, accuracy=None, axes=None) -> Runs:
    """Losses (*grid, seeds, records)."""
    loss = np.asarray(losses, dtype=np.float32)
    right = loss if accuracy is None else np.asarray(accuracy, dtype=np.float32)
    steps, seeds = np.linspace(0, 200, loss.shape[-1]), list(range(loss.shape[-2]))
    return Runs(axes or {}, seeds, steps, loss, loss, right, np.zeros(loss.shape[:-1]) - 1, {}, {})


@pytest.mark.parametrize(
    "late_losses, does",
    [((0.1, 0.1), True), ((1.2, 1.2), False), ((2.0, 0.1), True), ((0.1, np.nan), False)],
)
def test_training_means_half_of_chance_in_the_last_quarter(late_losses, does):
    assert trains(runs_with([[2.3, 2.0, 2.0, *late_losses]])).tolist() == [does]


def test_the_highest_rung_is_the_last_that_passed_and_a_seed_without_one_has_failed():
    passed = np.array([[True, False], [False, False], [True, False]])
    rungs = np.array([[-1.0, -1], [0, 0], [1, 1]])
    assert ladders._highest(rungs, passed) == [1.0, pytest.approx(np.nan, nan_ok=True)]


def small(**settings):
    options = {"steps": 8, "record": 2, "checkpoints": 8, "width": 8, "depth": 2}
    return training.train(**on_data("digits", (8, 9), **options | settings))


def test_growth_is_that_of_the_squared_hidden_weights():
    runs = small(norm="batch", lr=[0.1, 3.0])
    nets = [runs.module(seed=9, step=step, lr=3.0) for step in (0, 8)]
    weights = [[n.hidden1.linear.weight, n.hidden2.linear.weight] for n in nets]
    squares = [[float(w.detach().double().square().sum()) for w in pair] for pair in weights]
    assert ladders.growth(runs)[1, 1] == pytest.approx(
        np.mean(np.log10(np.divide(squares[1], squares[0]))), abs=1e-5
    )
    assert (ladders.growth(runs) > 0).all()  # the gradient is at right angles to such weights
    assert ladders.growth(runs)[1].min() > ladders.growth(runs)[0].max()


def test_rates_as_they_act_are_the_set_ones_less_the_growth(monkeypatch):
    monkeypatch.setattr(ladders, "growth", lambda runs: np.full(runs.diverged.shape, 0.25))
    found = ladders.highest_rates((8,), cases=(("digits", 2, 1, -1, 0, ("batch",)),)).arms
    acts, is_set = (found[f"digits, batch, depth 2: {by}"][0] for by in ("as it acts", "loss"))
    assert is_set - acts == pytest.approx(0.25)


def test_large_and_small_initial_weights_train_with_batch_norm_only():
    options = {"data": ("digits",), "gains": (0.0215, 4.64), "rates": (0.1,), "rival_rates": (1.0,)}
    found = ladders.gains_that_train((0, 1), adam_rate=None, **options)
    assert max(found["digits, none, lr 0.1: loss"]) == 0
    assert min(found["digits, batch, lr 0.1: loss"]) == 1
    assert min(found["digits, batch, lr 0.1: accuracy"]) == 1


def test_the_best_of_all_rates_trains_wherever_one_does(monkeypatch):
    def fake(seeds, *, rates, norms=ladders.GAIN_ARMS, gains, **_):
        loss = np.full((len(rates), len(gains), len(norms), len(seeds), 2), 2.3)
        for k, rate in enumerate(rates):
            loss[k, : 1 if rate < 1 else 0] = 0.1  # slow rates train the first gain
            loss[k, -1 if rate > 1 else len(gains) :] = 0.1  # and fast ones the last
        axes = {"lr": list(rates), "gain": list(gains), "arm": list(norms)}
        return runs_with(loss, 1 - loss, axes)

    monkeypatch.setattr(ladders, "gain_runs", fake)
    options = {"data": ("digits",), "gains": (0.1, 1.0, 10.0), "rates": (0.1, 1.0)}
    found = ladders.gains_that_train((8,), rival_rates=(10.0,), **options)
    assert found["digits, none, lr 0.1: loss"] == pytest.approx([1 / 3])
    assert found["digits, batch, lr 1: accuracy"] == [0.0]
    assert found["digits, none, best rate: loss"] == pytest.approx([2 / 3])
    assert found["digits, none, Adam: loss"] == pytest.approx([1 / 3])  # one rate, a slow one


def test_the_arm_of_adam_is_trained_by_adam():
    options = {"gains": (1.0,), "rates": (0.03,), "steps": 6, "records": 2}
    runs = ladders.gain_runs((0,), norms=("none", ladders.ADAM), **options)
    kept = {"steps": 6, "record": 2, "depth": 4, "gain": 1.0, "lr": 0.03, "norm": "none"}
    for arm, optimizer in (("none", "sgd"), (ladders.ADAM, "adam")):
        alone = training.train(optimizer=optimizer, **on_data("digits", (0,), **kept))
        same = runs.at(arm=arm, lr=0.03, gain=1.0).train_loss
        np.testing.assert_allclose(same, alone.train_loss, rtol=1e-5)


def test_a_gain_whose_learning_rate_follows_its_square_changes_nothing_with_batch_norm():
    """Within what the stabiliser and the running averages leave at the end of training."""
    runs = ladders.gain_runs((0, 1), gains=(1.0, 4.64), rates=(0.1,), steps=60)
    same = runs.at(arm=f"batch, {ladders.FOLLOWS}", lr=0.1).train_loss[..., -1]
    np.testing.assert_allclose(same[0], same[1], rtol=0.05)
    for arm in ("none", f"none, {ladders.FOLLOWS}"):
        plain = runs.at(arm=arm, lr=0.1).train_loss[..., -1]
        assert not np.allclose(plain[0], plain[1], rtol=0.05)
