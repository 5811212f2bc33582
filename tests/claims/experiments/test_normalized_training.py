import numpy as np
import pytest

from lecture_helpers import training
from lecture_helpers.claims.experiments import normalized_training as trainings
from lecture_helpers.claims.experiments import own_rates
from lecture_helpers.claims.experiments.own_rates import _best, at_own_rates
from lecture_helpers.claims.experiments.tuned_networks import on_data

ARMS = {"plain": {"norm": "none"}, "normed": {"norm": "batch"}}
AIMS = own_rates.LOSS_AND_ACCURACY


def tiny(**settings):
    return on_data("digits", (8, 9), **{"steps": 20, "width": 8, "record": 5} | settings)


def test_every_arm_trains_at_the_rate_of_its_aim_and_once_where_they_agree(monkeypatch):
    made = []
    train = training.train
    monkeypatch.setattr(training, "train", lambda **k: made.append(k["arms"]) or train(**k))
    rates = {"plain, for loss": 0.1, "plain, for accuracy": 0.3,
             "normed, for loss": 0.1, "normed, for accuracy": 0.1}  # fmt: skip
    runs = at_own_rates(rates, AIMS, ARMS, **tiny())
    assert len(made[0]) == 3
    alone = train(lr=0.3, norm="none", **tiny())
    assert np.array_equal(runs["plain, for accuracy"].train_loss, alone.train_loss)
    assert set(runs) == set(rates)


def test_the_best_rate_lies_inside_the_grid_unless_nothing_works():
    assert _best({0.1: [0.5], 0.3: [0.2], 1.0: [0.4]}, worst=0.3) == 0.3
    with pytest.raises(ValueError, match="widen"):
        _best({0.1: [0.1], 0.3: [0.2], 1.0: [0.4]}, worst=0.3)
    assert _best({0.1: [0.36, 0.36], 0.3: [0.4, 0.4]}, worst=0.3) == 0.1
    assert _best({0.1: [np.nan, 1], 0.3: [np.nan] * 2, 1.0: [2, np.nan]}, worst=np.inf) == 0.1


def test_a_seed_that_fails_is_nan_in_fit_and_accuracy():
    runs = {f"plain, for {aim}": training.train(lr=0.3, **tiny(steps=60)) for aim in AIMS}
    found = own_rates.fit_and_percent(runs, failed=lambda own: np.array([True, False]))
    assert np.isnan(found["plain: fit"][0]) and np.isnan(found["plain: accuracy"][0])
    late = 10 ** -found["plain: fit"][1]
    records = runs["plain, for loss"].train_loss[1, -2:]
    assert late == pytest.approx(records.mean(), rel=1e-4)
    assert found["plain: accuracy"][1] == pytest.approx(
        100 * runs["plain, for accuracy"].accuracy[1, -1], abs=1e-3
    )


def test_the_opponents_of_a_deep_network_have_their_own_updates_and_rates():
    given = [(list(arms), updates) for arms, updates, _ in trainings._deep(40, (2, 8))]
    assert given[2] == (["none, Adam, depth 8"], 40)
    assert given[3] == (["none, ten times the updates, depth 8"], 400)


def test_the_range_of_what_a_tanh_receives_is_one_without_scale_and_shift():
    arms = tuple(arm for arm in trainings.PLACES if arm.startswith("tanh"))
    rates = {f"few, {arm}, for {aim}": 0.3 for arm in arms for aim in AIMS}
    cases = {"few": ("MNIST", 2, 60, arms)}
    found = trainings.norm_places((8, 9), cases=cases, tuned=rates)
    assert found["few, tanh: no gamma, beta: range"] == pytest.approx([1, 1], abs=0.05)
    assert len(found) == 4 * 2 + 3


def test_without_batch_norm_a_tanh_receives_what_its_weights_give_it():
    net = training.seeded(training.mlp, seed=0, inputs=196, outputs=10, depth=1, activation="tanh")
    from lecture_helpers.datasets import mnist, split

    rows = split(mnist(), 8).train
    weights = net.hidden1.linear.weight.detach().numpy()
    wanted = np.sqrt(np.mean((mnist().inputs[rows] @ weights.T) ** 2))
    assert trainings._received(net, "MNIST", 8) == pytest.approx(wanted, rel=1e-4)


def test_scale_and_shift_enlarge_the_range_as_they_say():
    net = training.seeded(training.mlp, seed=0, inputs=196, outputs=10, norm="batch",
                          activation="tanh")  # fmt: skip
    for layer in net[:-1]:
        layer.norm.momentum = None  # the average over all batches, here one
    import torch

    from lecture_helpers.datasets import mnist, split

    rows = split(mnist(), 8).train
    for _ in range(3):  # each layer's statistics need those below it
        net.train()(torch.tensor(mnist().inputs[rows]))
    torch.nn.init.constant_(net.hidden2.norm.weight, 3.0)
    found = trainings._received(net.eval(), "MNIST", 8)
    assert found == pytest.approx(np.sqrt((1 + 9) / 2), rel=0.01)
