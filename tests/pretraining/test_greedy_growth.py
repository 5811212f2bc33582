import numpy as np
import pytest
import torch
from torch import nn

from lecture_helpers.datasets import digits, spirals, split
from lecture_helpers.networks.layer_probes import predict
from lecture_helpers.pretraining.greedy_growth import (
    fine_tune,
    grow,
    on_clock,
    pretraining_race,
    random_features,
    shuffled,
    standardised_features,
    train_arm,
)
from lecture_helpers.pretraining.plans import ARMS, multiplications, plan, stage_updates
from lecture_helpers.pretraining.snapshots import (
    Snapshot,
    growth_snapshots,
    joint_snapshots,
    snapshots,
)
from lecture_helpers.training import Runs, final_accuracy, mlp, seeded, train

SMALL = dict(seeds=[3, 4], width=8, lr=0.1, progress=False)


def in_order(*, train, steps, batch_size, **_):
    return np.resize(train, (steps, batch_size))


@pytest.fixture(scope="module", params=["none", "batch"])
def stages(request):
    return grow(digits(), depth=3, updates=30, norm=request.param, **SMALL)


def test_frozen_layers_do_not_move_by_a_single_bit(stages):
    for k in (1, 2):
        below, above = stages[k - 1].state(seed=3), stages[k].state(seed=3)
        names = [n for n in below if n.startswith("hidden") and "running" not in n]
        assert names
        for name in names:
            np.testing.assert_array_equal(above[name], below[name])


def test_what_is_not_frozen_moves_and_so_does_the_fresh_head(stages):
    before = stages[1].module(seed=3).state_dict()
    after = stages[2].module(seed=3).state_dict()
    assert not torch.equal(before["output.weight"], after["output.weight"])
    free = grow(digits(), depth=2, updates=20, freeze=False, **SMALL)
    names = "hidden1.linear.weight", "output.weight"
    for name in names:
        assert not np.array_equal(free[0].state(seed=3)[name], free[1].state(seed=3)[name])


def test_a_new_stage_begins_with_the_layers_of_the_last_and_a_head_as_drawn():
    stages = grow(digits(), depth=2, updates=20, checkpoints=True, **SMALL)
    first, last = stages[1].state(seed=4, step=0), stages[0].state(seed=4)
    np.testing.assert_array_equal(first["hidden1.linear.weight"], last["hidden1.linear.weight"])
    fresh = train(mlp, digits(), steps=1, depth=2, record=[0], checkpoints=True, **SMALL)
    for name in ("hidden2.linear.weight", "output.weight"):
        np.testing.assert_array_equal(first[name], fresh.state(seed=4, step=0)[name])


def test_one_growth_step_is_what_a_reader_would_write():
    stages = grow(digits(), depth=2, updates=40, batches=in_order, checkpoints=True, **SMALL)
    net = stages[1].module(seed=3, step=0).train()
    inputs, labels = torch.tensor(digits().inputs), torch.tensor(digits().targets)
    trained = [*net.hidden2.parameters(), *net.output.parameters()]
    descent = torch.optim.SGD(trained, lr=0.1)
    for at in np.resize(split(digits(), 3).train, (20, 64)):
        descent.zero_grad()
        nn.functional.cross_entropy(net(inputs[at]), labels[at]).backward()
        descent.step()
    for name, tensor in net.named_parameters():
        np.testing.assert_allclose(
            stages[1].state(seed=3)[name], tensor.detach().numpy(), rtol=1e-4, atol=1e-6
        )


def test_a_grown_network_computes_what_its_parts_computed():
    nets = [s.module(seed=3) for s in grow(digits(), depth=3, updates=30, **SMALL)]
    parts = nn.Sequential(nets[0].hidden1, nets[1].hidden2, nets[2].hidden3, nets[2].output)
    x = torch.tensor(digits().inputs[:20])
    torch.testing.assert_close(parts(x), nets[2](x), rtol=0, atol=0)


def test_the_statistics_of_frozen_batch_norms_go_on_following_the_batches():
    nets = [s.module(seed=3) for s in grow(digits(), depth=2, updates=20, norm="batch", **SMALL)]
    before, after = (net.hidden1.norm for net in nets)
    assert torch.equal(before.weight, after.weight)
    assert not torch.equal(before.running_mean, after.running_mean)


def test_fine_tuning_begins_where_greedy_training_ended_and_moves_every_layer(stages):
    tuned = fine_tune(stages[-1], digits(), updates=10, lr=0.1, checkpoints=True, progress=False)
    first, last, grown = tuned.state(seed=3, step=0), tuned.state(seed=3), stages[-1].state(seed=3)
    for name in (n for n in grown if n.endswith("weight")):
        np.testing.assert_array_equal(first[name], grown[name])
        assert not np.array_equal(last[name], grown[name])


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("depth", [1, 3, 7])
def test_every_arm_makes_the_updates_that_its_plan_declares(arm, depth):
    declared = sum(updates for _, updates in plan(arm, depth, 60))
    assert declared == (30 if arm == "joint, half" else 60)
    runs = train_arm(arm, digits(), depth=depth, total=60, **SMALL)
    assert runs.steps[-1] == declared
    assert np.isfinite(runs.accuracy).all()


def test_random_features_train_the_output_layer_alone():
    settings = dict(depth=2, steps=10, lr_multipliers={"hidden*": 0.0}, checkpoints=True, **SMALL)
    runs = train(mlp, digits(), **settings)
    moved = {n for n, v in runs.state(seed=3).items() if (v != runs.state(seed=3, step=0)[n]).any()}
    assert moved == {"output.weight", "output.bias"}
    arm = train_arm("random features", digits(), depth=2, total=10, **SMALL)
    np.testing.assert_array_equal(arm.accuracy[..., -1], runs.accuracy[..., -1])


def test_standardised_features_train_the_output_alone_on_values_of_mean_0_and_variance_1():
    deep = dict(depth=8, activation="sigmoid", init="glorot", checkpoints=True)
    runs = random_features(digits(), updates=60, **SMALL | deep)
    first, last = runs.state(seed=3, step=0), runs.state(seed=3)
    moved = {n for n, v in last.items() if n in dict(runs.module(seed=3).named_parameters())
             and (v != first[n]).any()}  # fmt: skip
    assert moved == {"output.weight", "output.bias"}
    below = runs.module(seed=3)[:-1]
    values = below(torch.tensor(digits().inputs[split(digits(), 3).train]))
    torch.testing.assert_close(values.mean(0), torch.zeros(8), rtol=0, atol=0.2)
    torch.testing.assert_close(values.std(0), torch.ones(8), rtol=0, atol=0.15)
    plain = train_arm("random features", digits(), depth=8, total=60, activation="sigmoid",
                      init="glorot", **SMALL)  # fmt: skip
    assert (final_accuracy(runs) > final_accuracy(plain) + 0.1).all()


def test_standardised_features_begin_with_the_hidden_layers_of_the_mlp():
    same = dict(inputs=5, outputs=3, depth=2, width=4)
    one, other = seeded(mlp, seed=1, **same), seeded(standardised_features, seed=1, **same)
    for layer in ("hidden1", "hidden2", "output"):
        for a, b in zip(
            getattr(one, layer).parameters(), getattr(other, layer).parameters(), strict=True
        ):
            assert torch.equal(a, b)


def test_shuffled_targets_are_the_same_ones_at_other_examples():
    mixed = shuffled(digits())
    np.testing.assert_array_equal(np.bincount(mixed.targets), np.bincount(digits().targets))
    np.testing.assert_array_equal(mixed.inputs, digits().inputs)
    assert (mixed.targets == digits().targets).mean() < 0.15
    np.testing.assert_array_equal(mixed.targets, shuffled(digits()).targets)


def test_the_joint_arm_is_plain_training():
    arm = train_arm("joint", digits(), depth=2, total=20, **SMALL)
    plain = train(mlp, digits(), steps=20, depth=2, record=2, **SMALL)
    np.testing.assert_array_equal(arm.train_loss, plain.train_loss)


def test_a_race_puts_every_arm_on_the_same_clock():
    runs = pretraining_race(digits(), depth=2, total=40, every=10, **SMALL)
    assert runs.axes["arm"] == list(ARMS)
    assert runs.steps.tolist() == [0, 10, 20, 30, 40]
    missing = np.isnan(runs.at(arm="joint, half").accuracy[0])
    assert missing.tolist() == [False] * 3 + [True] * 2
    alone = train_arm("fine-tuned", digits(), depth=2, total=40, every=10, **SMALL)
    np.testing.assert_array_equal(runs.at(arm="fine-tuned").accuracy, alone.accuracy)


def test_arms_have_their_own_learning_rates():
    rates = {"joint": 0.1, "greedy": 0.001}
    own = SMALL | {"lr": rates}
    runs = pretraining_race(digits(), depth=2, total=40, arms=tuple(rates), **own)
    fast, slow = runs.train_loss[..., -1].mean(1)
    assert fast < slow


def test_the_stages_share_the_updates():
    for depth in (1, 2, 3, 10):
        stages = stage_updates(depth, 31)
        assert sum(stages) == 31 and max(stages) - min(stages) <= 1


def test_the_multiplications_are_those_of_every_pass_through_every_layer():
    sizes = dict(inputs=5, width=4, outputs=3)
    joint = 10 * (20 + 16 + 12 + 20 + 16 + 12 + 16 + 12)
    assert multiplications("joint", 2, 10, **sizes) == joint
    first, second = 20 + 12 + 20 + 12 + 12, 20 + 16 + 12 + 16 + 12 + 12
    assert multiplications("greedy", 2, 10, **sizes) == 5 * first + 5 * second
    tuned = 3 * first + 2 * second + joint // 2
    assert multiplications("fine-tuned", 2, 10, **sizes) == tuned
    assert multiplications("random features", 2, 10, **sizes) == 10 * (20 + 16 + 12 + 12)


@pytest.mark.parametrize(
    "attempt, words",
    [
        (lambda: grow(digits(), depth=0, updates=5, **SMALL), "depth must be a whole number, 1 or"),
        (lambda: grow(digits(), depth=4, updates=3, **SMALL), "updates must be at least depth, 4"),
        (lambda: plan("greedily", 2, 10), "arm must be one of 'joint'"),
        (lambda: plan("joint", 2, 11), "total must be even"),
        (lambda: pretraining_race(digits(), depth=2, total=20, activation="cosine", **SMALL),
         "activation must be one of"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words(attempt, words):
    with pytest.raises(ValueError) as refusal:
        attempt()
    assert str(refusal.value).startswith(words)


def test_snapshots_follow_the_stages_and_then_the_fine_tuning():
    stages = grow(digits(), depth=2, updates=20, every=5, checkpoints=True, **SMALL)
    tuned = fine_tune(
        stages[-1], digits(), updates=8, record=[0, 8], checkpoints=True, progress=False
    )
    found = snapshots(stages, tuned, seed=3)
    assert [s.stage for s in found] == [1, 1, 1, 2, 2, 2, 3, 3]
    assert [s.updates for s in found] == [0, 5, 10, 10, 15, 20, 20, 28]
    assert [s.fixed for s in found] == [0] * 3 + [1] * 3 + [0] * 2
    last = stages[1].state(seed=3)["hidden2.linear.weight"]
    np.testing.assert_array_equal(found[5].network.hidden2.linear.weight.detach().numpy(), last)


@pytest.mark.parametrize("stage, fixed, words", [
    (1, 0, "Stage 1: hidden layer 1 and the output are trained, nothing is frozen"),
    (2, 1, "Stage 2: hidden layer 2 and the output are trained, hidden layer 1 is frozen"),
    (3, 2, "Stage 3: hidden layer 3 and the output are trained, hidden layers 1 and 2 are frozen"),
    (5, 4, "Stage 5: hidden layer 5 and the output are trained, hidden layers 1 to 4 are frozen"),
    (6, 0, "Fine-tuning: all layers are trained, nothing is frozen"),
])  # fmt: skip
def test_a_snapshot_says_what_is_trained_and_what_is_frozen(stage, fixed, words):
    network = mlp(2, 2, depth=min(stage, 5), width=3)
    assert Snapshot(stage, 0, fixed, network).words == words


def test_one_sigmoid_layer_trained_as_long_as_five_stages_gets_the_spirals_right_too():
    plane = spirals(400, 0.02, turns=1.2)
    given = dict(width=12, lr=1.0, activation="sigmoid", init="glorot")
    early, late = joint_snapshots(plane, [406, 2026], depth=1, **given)
    right = [(predict(n, plane.inputs) == plane.targets).mean() for n in (early, late)]
    assert 0.94 < right[0] < 0.985 and right[1] > 0.99


def test_a_film_shows_every_stage_and_joint_training_at_the_same_moments():
    film = growth_snapshots(digits(), depth=2, updates=24, width=8, lr=0.1)
    assert [s.updates for s in film] == [0, 4, 8, 12, 12, 16, 20, 24, 24, 25, 48]
    assert film[5].states == {
        "inputs": "given", "hidden 1": "frozen", "hidden 2": "trained", "output": "trained",
    }  # fmt: skip
    assert "frozen" not in film[-1].states.values()
    rivals = joint_snapshots(digits(), [s.updates for s in film], depth=2, width=8, lr=0.1)
    assert len(rivals) == len(film)
    alone = train(mlp, digits(), steps=48, depth=2, width=8, lr=0.1, momentum=0.9, seeds=[0],
                  record=[0, 48], checkpoints=True, progress=False)  # fmt: skip
    ends = rivals[-1].state_dict()
    np.testing.assert_array_equal(ends["output.weight"], alone.state(seed=0)["output.weight"])


def test_either_clock_shows_the_arms_that_it_compares():
    given = dict(depth=2, total=40, every=10, **SMALL)
    runs = Runs.stack(
        {n: pretraining_race(digits(), norm=n, **given) for n in ("none", "batch")}, "norm"
    )
    every = on_clock(runs, "all updates")
    assert every.axes["arm"] == ["random features", "greedy", "joint", "fine-tuned"]
    for arm in every.axes["arm"]:
        np.testing.assert_array_equal(every.at(arm=arm).accuracy, runs.at(arm=arm).accuracy)
    tuning = on_clock(runs, "fine-tuning only")
    assert tuning.axes["arm"] == ["joint", "fine-tuned"] and tuning.steps.tolist() == [0, 10, 20]
    half, tuned = (runs.at(arm=a).accuracy for a in ("joint, half", "fine-tuned"))
    np.testing.assert_array_equal(tuning.at(arm="joint").accuracy, half[..., :3])
    np.testing.assert_array_equal(tuning.at(arm="fine-tuned").accuracy, tuned[..., 2:])
    np.testing.assert_array_equal(final_accuracy(tuning)[:, 0], half[..., 2])
    assert (final_accuracy(runs.at(arm="joint, half")) == 0.1).all()
    with pytest.raises(ValueError, match="count must be one of 'all updates'"):
        on_clock(runs, "no updates")
