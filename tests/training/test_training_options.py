"""What can be set: scaled rates, label noise, weights, orders, arms, starts, losses, splits."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lecture_helpers.datasets import Dataset, digits, split
from lecture_helpers.training import cross_entropy, mlp, stream
from lecture_helpers.training._batches import shuffled_epochs
from lecture_helpers.training._grid import Member
from lecture_helpers.training._trainees import OPTIONS, Planner
from tests.training.plain_training import STEPS, assert_same_state, initial, plain_loop, quiet


def test_frozen_parameters_keep_every_bit_under_decay_and_momentum():
    runs = quiet(
        momentum=0.9,
        weight_decay=0.1,
        lr_multipliers={"hidden1.*": 0.0},
        checkpoints=True,
        norm="batch",
    )
    before, after = runs.state(seed=0, step=0), runs.state(seed=0)
    for name in before:
        if "running" not in name:
            moved = not np.array_equal(before[name], after[name])
            assert moved == (not name.startswith("hidden1")), name


def test_a_scaled_learning_rate_equals_torchs_parameter_groups_and_may_be_an_axis():
    runs = quiet(lr_multipliers={"hidden1.*": [0.0, 0.1]}, checkpoints="last")
    assert runs.axes == {"lr_multipliers[hidden1.*]": [0.0, 0.1]}
    net = initial(mlp, 1)
    groups = [
        dict(params=net.hidden1.parameters(), lr=0.01),
        dict(params=[*net.hidden2.parameters(), *net.output.parameters()]),
    ]
    net = plain_loop(net, torch.optim.SGD(groups, lr=0.1), 1)
    assert_same_state(runs, net, seed=1, **{"lr_multipliers[hidden1.*]": 0.1})


def test_label_noise_replaces_the_share_of_training_labels_by_other_classes():
    runs = quiet(label_noise=[0.0, 0.2, 0.4], steps=1)
    train_at = split(digits(), 1).train
    counts = runs.mislabelled[:, 1].sum(-1)
    assert counts.tolist() == [0, round(0.2 * len(train_at)), round(0.4 * len(train_at))]
    assert np.isin(np.flatnonzero(runs.mislabelled[2, 1]), train_at).all()
    assert (runs.mislabelled[1] <= runs.mislabelled[2]).all()


def test_a_replaced_label_is_another_class_and_every_other_class_comes_up():
    planner = Planner(mlp, digits(), None, "test", cross_entropy)
    options = dict.fromkeys(OPTIONS) | dict(
        lr=0.1, batch_size=64, optimizer="sgd", momentum=0, weight_decay=0, schedule="constant",
        label_noise=0.5,
    )  # fmt: skip
    trainee = planner.trainee(Member((0,), (1,), 3, options))
    changed = trainee.labels != digits().targets
    np.testing.assert_array_equal(changed, trainee.mislabelled)
    shift = (trainee.labels - digits().targets)[changed] % 10
    assert np.bincount(shift, minlength=10)[1:].min() > 30


def test_noisy_labels_are_trained_on_and_scored_without():
    clean, noisy = (quiet(label_noise=p, steps=150, lr=0.3, depth=1, width=128) for p in (0.0, 0.4))
    assert (noisy.train_loss[:, -1] > 3 * clean.train_loss[:, -1]).all()
    assert (noisy.accuracy[:, -1] > 0.6).all()


def test_example_weights_of_zero_take_examples_out():
    weights = np.zeros(len(digits()))
    weights[digits().targets < 5] = 2.0
    runs = quiet(example_weights=weights, steps=100)
    assert (runs.accuracy[:, -1] > 0.4).all() and (runs.accuracy[:, -1] < 0.6).all()


def test_example_weights_may_differ_by_member_and_by_step():
    n = len(digits())
    by_seed = np.stack([np.ones(n), np.full(n, 3.0)])
    runs, plain = quiet(example_weights=by_seed, lr=0.03), quiet(lr=[0.03, 0.09])
    np.testing.assert_allclose(runs.train_loss[0], plain.at(lr=0.03).train_loss[0], rtol=1e-5)
    np.testing.assert_allclose(runs.train_loss[1], plain.at(lr=0.09).train_loss[1], rtol=1e-4)
    by_step = quiet(example_weights=lambda step: np.full(n, float(step < 10)), steps=20)
    np.testing.assert_array_equal(by_step.train_loss[..., -1], quiet(steps=10).train_loss[..., -1])


def test_an_explicit_order_is_followed():
    train_at = {seed: split(digits(), seed).train for seed in (0, 1)}
    order = np.stack([shuffled_epochs(train_at[s], STEPS, 64, stream(s, "order")) for s in (0, 1)])
    np.testing.assert_array_equal(quiet(batches=order).train_loss, quiet().train_loss)
    one = quiet(batches=lambda seed, train, steps, batch_size, rng: np.tile(train[:64], (steps, 1)))
    assert not np.allclose(one.train_loss[..., -1], quiet().train_loss[..., -1])


def test_arms_change_several_settings_together():
    arms = {"plain": dict(), "deep": dict(depth=4, norm="batch", lr=0.3, batch_size=32)}
    runs = quiet(lr=0.1, arms=arms)
    assert runs.axes == {"arm": ["plain", "deep"]}
    deep = quiet(lr=0.3, depth=4, norm="batch", batch_size=32)
    np.testing.assert_array_equal(runs.at(arm="deep").train_loss, deep.train_loss)


def test_training_goes_on_from_the_weights_of_earlier_runs():
    first = quiet(norm="batch", lr=[0.03, 0.1], checkpoints="last", record=[0, STEPS])
    more = quiet(norm="batch", lr=[0.03, 0.1], init_from=first, record=[0, STEPS], batch_size=32)
    np.testing.assert_allclose(more.train_loss[..., 0], first.train_loss[..., -1], rtol=1e-5)


def test_a_grown_network_takes_over_the_layers_that_are_named():
    small = quiet(depth=1, checkpoints="last")
    grown = quiet(depth=2, init_from=small, init_names="hidden1.*", checkpoints=True, steps=1)
    fresh = quiet(depth=2, checkpoints=True, steps=1)
    state = grown.state(seed=1, step=0)
    trained, new = small.state(seed=1), fresh.state(seed=1, step=0)
    np.testing.assert_array_equal(state["hidden1.linear.weight"], trained["hidden1.linear.weight"])
    np.testing.assert_array_equal(state["output.weight"], new["output.weight"])


class TwoHeads(nn.Module):
    """A body that is guided in the middle by a head of its own."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.first, self.second = nn.Linear(inputs, 16), nn.Linear(16, 16)
        self.middle, self.last = nn.Linear(16, outputs), nn.Linear(16, outputs)

    def forward(self, x):
        x = torch.relu(self.first(x))
        return self.last(torch.relu(self.second(x))), self.middle(x)


def guided(outputs, targets, *, hint):
    last, middle = outputs
    one = F.cross_entropy(last, targets, reduction="none")
    return one + hint * F.cross_entropy(middle, targets, reduction="none")


def test_a_loss_may_use_several_outputs_and_a_setting_of_its_own():
    runs = quiet(TwoHeads, loss=guided, hint=[0.0, 0.5], checkpoints="last")
    assert runs.accuracy.shape == (2, 2, 2) and np.isfinite(runs.accuracy).all()
    start = quiet(TwoHeads, loss=guided, hint=0.5, steps=1, checkpoints=True)
    net = start.module(seed=1, step=0)
    descent = torch.optim.SGD(net.parameters(), lr=0.1)
    inputs, labels = torch.tensor(digits().inputs), torch.tensor(digits().targets)
    for at in shuffled_epochs(split(digits(), 1).train, STEPS, 64, stream(1, "order")):
        descent.zero_grad()
        guided(net(inputs[at]), labels[at], hint=0.5).mean().backward()
        descent.step()
    assert_same_state(runs, net, seed=1, hint=0.5)


def test_numbers_are_regressed_on_with_squared_error():
    x = np.random.default_rng(0).standard_normal((200, 3))
    line = Dataset(x, x @ [1.0, -2.0, 0.5], "line")
    runs = quiet(dataset=line, depth=0, steps=200, batch_size=20)
    assert (runs.eval_loss[:, -1] < 1e-6).all() and np.isnan(runs.accuracy).all()


def test_batch_size_may_be_an_axis():
    runs = quiet(batch_size=[16, 64])
    np.testing.assert_array_equal(
        runs.at(batch_size=16).train_loss, quiet(batch_size=16).train_loss
    )


def test_the_split_may_be_sized_or_given():
    sized = quiet(split=dict(train=100, test=0.5), batch_size=50)
    given = quiet(split=lambda d, seed: split(d, seed, train=100, test=0.5), batch_size=50)
    np.testing.assert_array_equal(sized.train_loss, given.train_loss)


def test_the_validation_split_can_be_scored():
    assert not np.allclose(quiet(eval_on="validation").eval_loss, quiet().eval_loss)
