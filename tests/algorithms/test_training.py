"""The training engine against plain loops, and each member against itself in other company."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lecture_helpers.algorithms import training
from lecture_helpers.algorithms.data import Dataset, digits, split, two_moons
from lecture_helpers.algorithms.grid import Member, stream
from lecture_helpers.algorithms.losses import cross_entropy
from lecture_helpers.algorithms.networks import mlp
from lecture_helpers.algorithms.ordering import shuffled_epochs
from lecture_helpers.algorithms.planning import OPTIONS, Planner
from lecture_helpers.algorithms.stacking import Stack
from lecture_helpers.algorithms.training import train

STEPS = 20


def quiet(build=mlp, dataset=None, **settings):
    """A short training without a progress line."""
    given = dict(steps=STEPS, seeds=2, record=2, progress=False) | settings
    return train(build, dataset or digits(), **given)


def initial(build, seed: int, **settings) -> nn.Module:
    """The module that training starts this seed from."""
    runs = quiet(build, steps=1, seeds=[seed], record=[0], keep_weights=True, **settings)
    return runs.module(seed=seed, step=0)


def plain_loop(net, descent, seed: int, batch: int = 64, schedule=None) -> nn.Module:
    """The same training as the reader would write it."""
    train_at = split(digits(), seed).train
    inputs, labels = torch.tensor(digits().inputs), torch.tensor(digits().targets)
    net.train()
    for at in shuffled_epochs(train_at, STEPS, batch, stream(seed, "order")):
        descent.zero_grad()
        F.cross_entropy(net(inputs[at]), labels[at]).backward()
        descent.step()
        if schedule is not None:
            schedule.step()
    return net.eval()


def assert_same_state(runs, net, seed, rtol=1e-4, **where):
    state = runs.state(seed=seed, **where)
    tensors = [*net.named_parameters(), *net.named_buffers()]
    for name, tensor in tensors:
        if name.endswith("num_batches_tracked"):
            continue
        np.testing.assert_allclose(
            state[name], tensor.detach().numpy(), rtol, atol=1e-5, err_msg=name
        )


OPTIMIZERS = {
    "sgd": (dict(), torch.optim.SGD, dict()),
    "momentum": (dict(momentum=0.9), torch.optim.SGD, dict(momentum=0.9)),
    "nesterov": (
        dict(optimizer="nesterov", momentum=0.9),
        torch.optim.SGD,
        dict(momentum=0.9, nesterov=True),
    ),
    "weight decay": (
        dict(momentum=0.9, weight_decay=0.01),
        torch.optim.SGD,
        dict(momentum=0.9, weight_decay=0.01),
    ),
    "adam": (dict(optimizer="adam", lr=0.003), torch.optim.Adam, dict(lr=0.003)),
    "adam, decay": (
        dict(optimizer="adam", lr=0.003, weight_decay=0.01),
        torch.optim.Adam,
        dict(lr=0.003, weight_decay=0.01),
    ),
}


@pytest.mark.parametrize("rule", OPTIMIZERS)
def test_every_update_rule_equals_a_loop_over_torchs(rule):
    ours, kind, theirs = OPTIMIZERS[rule]
    runs = quiet(keep_weights="last", **(dict(lr=0.05) | ours))
    net = initial(mlp, 1)
    descent = kind(net.parameters(), **(dict(lr=0.05) | theirs))
    assert_same_state(runs, plain_loop(net, descent, 1), seed=1)


NETWORKS = {
    "batch norm": dict(norm="batch"),
    "batch norm after, no affine": dict(norm="batch", norm_place="after", affine=False),
    "layer norm": dict(norm="layer", depth=3),
    "residual": dict(skip="residual", norm="batch", depth=4),
    "highway": dict(skip="highway", depth=4, activation="tanh"),
    "sigmoid": dict(activation="sigmoid", init="glorot"),
    "gelu": dict(activation="gelu", init="lecun", gain=1.5),
    "linear": dict(depth=0),
}


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_equals_a_loop_over_its_module_running_statistics_included(network):
    settings = NETWORKS[network]
    runs = quiet(lr=0.05, momentum=0.9, keep_weights="last", **settings)
    net = initial(mlp, 1, **settings)
    descent = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    net = plain_loop(net, descent, 1)
    assert_same_state(runs, net, seed=1)
    parts = split(digits(), 1)
    logits = net(torch.tensor(digits().inputs[parts.test]))
    loss = F.cross_entropy(logits, torch.tensor(digits().targets[parts.test])).item()
    np.testing.assert_allclose(runs.score_loss[1, -1], loss, rtol=1e-4)
    right = (logits.argmax(1).numpy() == digits().targets[parts.test]).mean()
    assert abs(runs.accuracy[1, -1] - right) < 2 / len(parts.test)


def cumulative(inputs, outputs):
    """Batch normalization that averages all batches alike, and one that keeps no statistics."""
    return nn.Sequential(
        nn.BatchNorm1d(inputs, momentum=None),
        nn.Linear(inputs, 16),
        nn.BatchNorm1d(16, track_running_stats=False, eps=1e-3),
        nn.Linear(16, outputs),
    )


def test_cumulative_and_untracked_statistics_equal_torchs():
    runs = quiet(cumulative, keep_weights="last")
    net = initial(cumulative, 1)
    plain_loop(net, torch.optim.SGD(net.parameters(), lr=0.1), 1)
    assert_same_state(runs, net, seed=1)


class Readers(nn.Module):
    """A student's module: a parameter of its own, tied weights, a sum over features."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(inputs))
        self.first = nn.Linear(inputs, 16)
        self.tied = nn.Linear(16, 16)
        self.same = self.tied
        self.norm = nn.BatchNorm1d(16)
        self.last = nn.Linear(17, outputs)

    def forward(self, x):
        x = torch.tanh(self.first(x * self.scale))
        x = self.norm(self.same(torch.relu(self.tied(x))))
        return self.last(torch.cat([x, x.sum(1, keepdim=True)], 1))


class Stackable(nn.Module):
    """A student's module that happens to be right on stacked inputs as it stands."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.first, self.last = nn.Linear(inputs, 16), nn.Linear(16, outputs)

    def forward(self, x):
        return self.last(torch.relu(self.first(x)))


@pytest.mark.parametrize("kind", [Readers, Stackable])
def test_a_module_of_the_readers_own_making_trains_like_any_other(kind):
    runs = quiet(kind, momentum=0.9, keep_weights="last")
    net = initial(kind, 1)
    plain_loop(net, torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9), 1)
    assert_same_state(runs, net, seed=1)


class AcrossTheBatch(nn.Module):
    """Subtracts the batch's mean; on stacked inputs it would subtract the members' mean."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.last = nn.Linear(inputs, outputs)

    def forward(self, x):
        return self.last(x - x.mean(0))


def test_a_module_that_would_mix_members_is_found_out_and_run_through_vmap():
    runs = quiet(AcrossTheBatch, keep_weights="last", batch=32, seeds=32)
    net = initial(AcrossTheBatch, 1, batch=32)
    plain_loop(net, torch.optim.SGD(net.parameters(), lr=0.1), 1, batch=32)
    assert_same_state(runs, net, seed=1)


@pytest.mark.parametrize("kind, stacked", [(Stackable, True), (Readers, False), (mlp, True)])
def test_vmap_is_used_only_where_it_must_be(kind, stacked):
    stack = Stack([initial(kind, seed) for seed in (0, 1)])
    stack.prepare(torch.tensor(digits().inputs[:20]).view(2, 10, 64))
    assert stack.stacked is stacked


class Powered(nn.Linear):
    def __init__(self, inputs, outputs, power):
        super().__init__(inputs, outputs)
        self._power = power

    def forward(self, x):
        return super().forward(x).abs() ** self._power


def test_modules_that_differ_in_an_attribute_are_not_taken_for_copies():
    runs = quiet(Powered, power=[0.5, 2.0])
    np.testing.assert_array_equal(
        runs.at(power=2.0).train_loss, quiet(Powered, power=2.0).train_loss
    )


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_schedules_equal_torchs(name):
    runs = quiet(schedule=name, keep_weights="last")
    net = initial(mlp, 1)
    descent = torch.optim.SGD(net.parameters(), lr=0.1)
    schedule = {
        "linear": lambda: torch.optim.lr_scheduler.LinearLR(descent, 1.0, 1e-9, STEPS),
        "cosine": lambda: torch.optim.lr_scheduler.CosineAnnealingLR(descent, STEPS),
    }[name]()
    assert_same_state(runs, plain_loop(net, descent, 1, schedule=schedule), seed=1)


def test_a_schedule_may_be_a_function_of_the_step():
    halves = quiet(schedule=lambda step, steps: 0.5, lr=0.2)
    np.testing.assert_allclose(halves.train_loss, quiet(lr=0.1).train_loss, rtol=1e-5)


COMPANY = {
    "plain": dict(),
    "batches that fill no vector": dict(width=10, batch=50, activation="sigmoid"),
    "batch norm": dict(norm="batch", momentum=0.9),
    "layer norm": dict(norm="layer", activation="gelu"),
    "dropout": dict(dropout=0.3, norm="batch"),
    "noise": dict(noise=0.3, activation="tanh"),
    "highway": dict(skip="highway", depth=4, optimizer="adam"),
    "label noise": dict(label_noise=0.4, weight_decay=0.01, optimizer="nesterov", momentum=0.9),
}


@pytest.mark.parametrize("setting", COMPANY)
def test_a_members_result_is_the_same_to_the_last_bit_whoever_trains_beside_it(setting):
    settings = COMPANY[setting] | dict(keep_weights="last", schedule="cosine")
    many = quiet(lr=[0.01, 0.03, 0.1, 0.3], seeds=9, **settings)
    for alone in (
        quiet(lr=0.1, seeds=[5], **settings),
        quiet(lr=[1.0, 0.1], seeds=[7, 5, 3], **settings).at(lr=0.1),
    ):
        expected, got = many.at(lr=0.1).state(seed=5), alone.state(seed=5)
        for name in expected:
            np.testing.assert_array_equal(got[name], expected[name], err_msg=name)
        k = alone.seeds.index(5)
        for curve in ("train_loss", "score_loss", "accuracy"):
            np.testing.assert_array_equal(
                getattr(alone, curve)[k], getattr(many.at(lr=0.1), curve)[5]
            )


def test_what_is_measured_of_a_member_is_the_same_to_the_last_bit_in_sets_of_any_size():
    settings = dict(width=3, activation="sigmoid", split=dict(train=65, test=33), steps=1)
    many = quiet(seeds=20, **settings)
    for seed in many.seeds:
        alone = quiet(seeds=[seed], **settings)
        np.testing.assert_array_equal(alone.train_loss[0], many.train_loss[seed])
        np.testing.assert_array_equal(alone.score_loss[0], many.score_loss[seed])


@pytest.mark.parametrize("settings", [dict(build=Readers), dict(width=17, batch=7)])
def test_odd_sizes_and_modules_that_go_through_vmap_depend_on_company_in_rounding_only(settings):
    """Matrix products of odd sizes are rounded as the place in memory has it."""
    many = quiet(lr=[0.03, 0.1], seeds=5, keep_weights="last", **settings).at(lr=0.1)
    alone = quiet(lr=0.1, seeds=[3], keep_weights="last", **settings)
    for name, array in alone.state(seed=3).items():
        np.testing.assert_allclose(array, many.state(seed=3)[name], rtol=1e-6, atol=1e-6)


def test_a_seed_draws_other_weights_orders_and_splits_than_another():
    runs = quiet(record=[0], steps=1, keep_weights=True)
    assert not np.allclose(runs.state(seed=0)["output.weight"], runs.state(seed=1)["output.weight"])
    assert not np.array_equal(split(digits(), 0).test, split(digits(), 1).test)


def test_settings_of_one_seed_start_from_the_same_weights_where_shapes_allow():
    runs = quiet(norm=["none", "batch"], gain=[1.0, 2.0], depth=[2, 3], keep_weights=True, steps=1)
    plain = runs.state(seed=1, step=0, norm="none", gain=1.0, depth=2)
    other = runs.state(seed=1, step=0, norm="batch", gain=2.0, depth=3)
    for name in ("hidden1.linear.weight", "hidden2.linear.weight"):
        np.testing.assert_allclose(other[name], 2 * plain[name], rtol=1e-6)


def test_dropout_draws_masks_of_the_right_rate_and_scale():
    seen = []

    class Spy(nn.Module):
        def forward(self, x):
            seen.append(x.detach().clone())
            return x

    def build(inputs, outputs):
        layer = nn.Linear(inputs, 200)
        nn.init.zeros_(layer.weight), nn.init.ones_(layer.bias)
        return nn.Sequential(layer, nn.Dropout(0.3), Spy(), nn.Linear(200, outputs))

    quiet(build, steps=1, lr=1e-9)
    masks = next(s for s in seen[::-1] if len(torch.unique(s)) > 1)
    assert masks.shape == (2, 64, 200) and set(masks.unique().tolist()) == {
        0.0,
        1 / np.float32(0.7),
    }
    assert abs((masks == 0).float().mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / masks.numel())
    assert not torch.equal(masks[0], masks[1])


def test_a_diverged_member_is_marked_and_leaves_the_others_as_they_are():
    runs = quiet(lr=[0.1, 1e12], steps=40, record=5)
    assert runs.diverged.tolist() == [[False, False], [True, True]]
    bad = runs.at(lr=1e12)
    assert (bad.diverged_at > 0).all() and (bad.diverged_at < 40).all()
    assert np.isfinite(bad.train_loss[:, 0]).all() and np.isnan(bad.train_loss[:, -1]).all()
    assert np.isnan(bad.accuracy[:, -1]).all()
    np.testing.assert_array_equal(
        runs.at(lr=0.1).train_loss, quiet(lr=0.1, steps=40, record=5).train_loss
    )


def test_frozen_parameters_keep_every_bit_under_decay_and_momentum():
    runs = quiet(
        momentum=0.9, weight_decay=0.1, lr_scale={"hidden1.*": 0.0}, keep_weights=True, norm="batch"
    )
    before, after = runs.state(seed=0, step=0), runs.state(seed=0)
    for name in before:
        if "running" not in name:
            moved = not np.array_equal(before[name], after[name])
            assert moved == (not name.startswith("hidden1")), name


def test_a_scaled_learning_rate_equals_torchs_parameter_groups_and_may_be_an_axis():
    runs = quiet(lr_scale={"hidden1.*": [0.0, 0.1]}, keep_weights="last")
    assert runs.axes == {"lr_scale[hidden1.*]": [0.0, 0.1]}
    net = initial(mlp, 1)
    groups = [
        dict(params=net.hidden1.parameters(), lr=0.01),
        dict(params=[*net.hidden2.parameters(), *net.output.parameters()]),
    ]
    net = plain_loop(net, torch.optim.SGD(groups, lr=0.1), 1)
    assert_same_state(runs, net, seed=1, **{"lr_scale[hidden1.*]": 0.1})


def test_label_noise_replaces_the_share_of_training_labels_by_other_classes():
    runs = quiet(label_noise=[0.0, 0.2, 0.4], steps=1)
    train_at = split(digits(), 1).train
    counts = runs.noisy[:, 1].sum(-1)
    assert counts.tolist() == [0, round(0.2 * len(train_at)), round(0.4 * len(train_at))]
    assert np.isin(np.flatnonzero(runs.noisy[2, 1]), train_at).all()
    assert (runs.noisy[1] <= runs.noisy[2]).all()


def test_a_replaced_label_is_another_class_and_every_other_class_comes_up():
    planner = Planner(mlp, digits(), None, "test", cross_entropy)
    options = dict.fromkeys(OPTIONS) | dict(
        lr=0.1, batch=64, optimizer="sgd", momentum=0, weight_decay=0, schedule="constant",
        label_noise=0.5,
    )  # fmt: skip
    trainee = planner.trainee(Member((0,), (1,), 3, options))
    changed = trainee.labels != digits().targets
    np.testing.assert_array_equal(changed, trainee.noisy)
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
    one = quiet(batches=lambda seed, train, steps, batch, rng: np.tile(train[:64], (steps, 1)))
    assert not np.allclose(one.train_loss[..., -1], quiet().train_loss[..., -1])


def test_arms_change_several_settings_together():
    arms = {"plain": dict(), "deep": dict(depth=4, norm="batch", lr=0.3, batch=32)}
    runs = quiet(lr=0.1, arms=arms)
    assert runs.axes == {"arm": ["plain", "deep"]}
    deep = quiet(lr=0.3, depth=4, norm="batch", batch=32)
    np.testing.assert_array_equal(runs.at(arm="deep").train_loss, deep.train_loss)


def test_training_goes_on_from_the_weights_of_earlier_runs():
    first = quiet(norm="batch", lr=[0.03, 0.1], keep_weights="last", record=[0, STEPS])
    more = quiet(norm="batch", lr=[0.03, 0.1], start=first, record=[0, STEPS], batch=32)
    np.testing.assert_allclose(more.train_loss[..., 0], first.train_loss[..., -1], rtol=1e-5)


def test_a_grown_network_takes_over_the_layers_that_are_named():
    small = quiet(depth=1, keep_weights="last")
    grown = quiet(depth=2, start=small, start_names="hidden1.*", keep_weights=True, steps=1)
    fresh = quiet(depth=2, keep_weights=True, steps=1)
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
    runs = quiet(TwoHeads, loss=guided, hint=[0.0, 0.5], keep_weights="last")
    assert runs.accuracy.shape == (2, 2, 2) and np.isfinite(runs.accuracy).all()
    start = quiet(TwoHeads, loss=guided, hint=0.5, steps=1, keep_weights=True)
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
    runs = quiet(dataset=line, depth=0, steps=200, batch=20)
    assert (runs.score_loss[:, -1] < 1e-6).all() and np.isnan(runs.accuracy).all()


def test_batch_size_may_be_an_axis():
    runs = quiet(batch=[16, 64])
    np.testing.assert_array_equal(runs.at(batch=16).train_loss, quiet(batch=16).train_loss)


def test_the_split_may_be_sized_or_given():
    sized = quiet(split=dict(train=100, test=0.5), batch=50)
    given = quiet(split=lambda d, seed: split(d, seed, train=100, test=0.5), batch=50)
    np.testing.assert_array_equal(sized.train_loss, given.train_loss)


def test_the_validation_split_can_be_scored():
    assert not np.allclose(quiet(score="validation").score_loss, quiet().score_loss)


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


def test_random_state_and_threads_are_left_as_they_were():
    torch.set_num_threads(2)
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


def test_networks_learn():
    runs = train(mlp, two_moons(), steps=300, lr=0.3, seeds=4, record=2, progress=False)
    assert (runs.accuracy[:, -1] > 0.9).all()


def test_more_members_than_fit_side_by_side_train_in_turn(monkeypatch):
    together = quiet(lr=[0.1, 0.2, 0.3], keep_weights="last")
    monkeypatch.setattr(training, "SIDE_BY_SIDE", 2)
    np.testing.assert_array_equal(
        quiet(lr=[0.1, 0.2, 0.3], keep_weights="last").weights, together.weights
    )
