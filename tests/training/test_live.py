"""A live training: the same run whoever asks, however often, in whatever steps."""

from dataclasses import fields

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from lecture_helpers.datasets import digits, split
from lecture_helpers.foundation.budget import Budget, within
from lecture_helpers.training import live, mlp, train
from lecture_helpers.training._live_ensemble import LiveEnsemble
from lecture_helpers.training.live_run import LiveRun

SMALL = dict(steps=24, seeds=2, depth=2, width=8, batch_size=20, record=7, measured=60)
NOISY = dict(SMALL, norm="batch", dropout=0.2)
ARMS = {"plain": {}, "slow": dict(lr=0.01)}
CURVES = ("train_loss", "eval_loss", "accuracy", "batch_losses", "diverged_at")


def started(**options):
    return live(mlp, digits(), **{**SMALL, **options})


def same(one, other, names=CURVES):
    return all(np.array_equal(getattr(one, n), getattr(other, n), equal_nan=True) for n in names)


@pytest.mark.parametrize(
    "options",
    [
        dict(lr=0.2, momentum=0.9),
        dict(lr=0.05, weight_decay=0.01, label_noise=0.3),
        dict(lr=0.01, optimizer="adam"),
        dict(lr=0.1, momentum=0.5, optimizer="nesterov", dropout=0.3, noise=0.1, norm="batch"),
        dict(lr=0.1, arms={"a": dict(norm="batch"), "b": dict(depth=3, lr=0.02)}),
        dict(lr=[0.1, 0.5], lr_multipliers={"hidden1.*": 0.0}),
        dict(lr=0.1, batch_size=33),
    ],
    ids=str,
)
def test_with_one_setting_it_is_the_run_of_train(options):
    usual = {**SMALL, **options} | dict(measured=None)
    run = live(mlp, digits(), **usual).at(24)
    del usual["measured"]
    trained = train(mlp, digits(), progress=False, **usual)
    assert same(run, trained, ("steps", "train_loss", "eval_loss", "accuracy", "diverged_at"))


def test_with_a_schedule_it_is_the_run_of_train_with_that_schedule():
    cooled = started(measured=None).at(24, lr=[(0, 0.5), (9, 0.05)], momentum=0.9)
    usual = {n: v for n, v in SMALL.items() if n != "measured"}
    trained = train(
        mlp, digits(), lr=0.5, momentum=0.9, progress=False,
        schedule=lambda step, _: 1.0 if step < 9 else 0.05 / 0.5, **usual,
    )  # fmt: skip
    assert same(cooled, trained, ("train_loss", "eval_loss", "accuracy"))


STEERED = dict(
    lr=st.sampled_from([0.01, 0.3, 50.0]),
    momentum=st.sampled_from([0.0, 0.9]),
    batch_size=st.sampled_from([7, 20]),
    optimizer=st.sampled_from(["sgd", "adam"]),
)


def schedules(values):
    later = st.lists(
        st.tuples(st.integers(1, 23), values), max_size=3, unique_by=lambda entry: entry[0]
    )
    return st.tuples(values, later).map(lambda drawn: [(0, drawn[0]), *sorted(drawn[1])])


VISITS = st.lists(
    st.tuples(
        st.integers(0, 24),
        st.fixed_dictionaries({n: schedules(v) for n, v in STEERED.items()}),
        st.sampled_from([1, 3, 1000]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(VISITS, st.sampled_from([64.0, 0.2]))
def test_any_walk_in_time_ends_in_the_run_made_from_nothing(visits, memory):
    walked = live(mlp, digits(), arms=ARMS, watch=True, memory=memory, **NOISY)
    for step, controls, pieces in visits:
        with within(Budget(pieces=pieces)):
            walked.at(step, **controls)
    step, controls, _ = visits[-1]
    fresh = live(mlp, digits(), arms=ARMS, watch=True, **NOISY).at(step, **controls)
    assert same(walked.at(step, **controls), fresh, (*CURVES, "spread", "moved", "watched"))


def test_a_member_does_not_depend_on_who_trains_beside_it():
    controls = dict(lr=[(0, 0.3), (11, 0.01)], batch_size=[(0, 20), (5, 9)])
    beside = live(mlp, digits(), arms={"a": {}, "b": dict(gain=2.0)}, **NOISY).at(24, **controls)
    alone = live(mlp, digits(), **NOISY).at(24, **controls)
    assert same(beside.at(arm="a"), alone)


def test_an_answer_that_may_not_take_long_is_shorter_and_goes_on_where_it_stopped():
    training = started()
    with within(Budget(pieces=5)) as budget:
        run = training.at(20)
    assert (run.step, budget.reached, training.made) == (5, 5, 5)
    with within(Budget(pieces=100)) as budget:
        assert training.at(20).step == 20 and budget.reached is None


def test_a_run_that_is_broken_off_within_an_update_loses_nothing(monkeypatch):
    training = started(watch=True)
    training.at(13, lr=0.3)
    update = LiveEnsemble.update

    def broken_off(self, step):
        if step == 15:
            self.stack.weights += 1.0
            raise KeyboardInterrupt
        update(self, step)

    with monkeypatch.context() as patch:
        patch.setattr(LiveEnsemble, "update", broken_off)
        with pytest.raises(KeyboardInterrupt):
            training.at(20, lr=0.3)
    assert same(training.at(20, lr=0.3), started(watch=True).at(20, lr=0.3))


def test_going_back_shows_the_past_without_training_and_a_change_there_branches():
    training = started()
    long = training.at(24, lr=0.1)
    assert same(training.at(10, lr=0.1), started().at(10, lr=0.1)) and training.made == 24
    branch = training.at(24, lr=[(0, 0.1), (10, 1.0)])
    assert np.array_equal(branch.batch_losses[..., :10], long.batch_losses[..., :10])
    assert not np.array_equal(branch.batch_losses[..., 11:], long.batch_losses[..., 11:])


def test_two_hands_on_one_training_do_not_take_it_from_each_other(monkeypatch):
    training, updates, update = started(steps=200), [], LiveEnsemble.update
    monkeypatch.setattr(
        LiveEnsemble, "update", lambda e, step: updates.append(step) or update(e, step)
    )
    for step in range(5, 201, 5):
        training.at(step, lr=0.1)
        training.at(step, lr=[(0, 1.0), (40, 0.1)])
    assert len(updates) == 200 + 200
    assert same(training.at(200, lr=0.1), started(steps=200).at(200, lr=0.1))


def test_a_branch_that_takes_many_answers_gets_there():
    training = started(steps=200, record=3)  # states are far apart
    training.at(200, lr=0.1)
    branch, step, seen = dict(lr=[(0, 0.1), (90, 1.0)]), 95, []
    while len(seen) < 60 and step > max(seen, default=0):
        with within(Budget(pieces=7)):
            seen.append(training.at(step, **branch).step)
        step = min(200, seen[-1] + 4)
    assert seen[0] == 90 and seen[-1] == 200 and seen == sorted(seen)
    assert same(training.at(200, **branch), started(steps=200, record=3).at(200, **branch))


def test_a_run_that_was_handed_out_does_not_change_when_the_training_goes_elsewhere():
    training = started(steps=60, checkpoints=1)
    first = training.at(60, lr=0.1)
    before = {n: np.copy(getattr(first, n)) for n in (*CURVES, "weights")}
    for lr in (0.5, 1.0, 2.0):
        training.at(60, lr=[(0, 0.1), (5, lr)])
    assert all(np.array_equal(before[n], getattr(first, n)) for n in before)


def test_what_is_kept_stays_within_the_memory_that_was_given():
    sizes = {}
    for memory in (0.1, 0.2, 64.0):
        training = started(steps=400, memory=memory, record=41)
        training.at(400)
        sizes[memory] = training.size / 2**20
        assert sizes[memory] <= memory, memory
    assert sizes[64.0] > sizes[0.2]


def test_weights_of_every_step_are_those_of_train():
    run = started(checkpoints=1).at(10, lr=0.3)
    usual = {n: v for n, v in SMALL.items() if n not in ("measured", "steps")}
    trained = train(mlp, digits(), steps=10, lr=0.3, checkpoints=1, progress=False,
                    **{**usual, "record": 2})  # fmt: skip
    assert np.array_equal(run.weights, trained.weights)
    assert run.weight_steps.tolist() == list(range(11))


def test_a_diverged_member_is_named_and_the_others_go_on():
    run = started(arms={"bold": dict(lr=1e30), "calm": {}}).at(24)
    assert (run.at(arm="bold").diverged_at >= 0).all() and (
        run.at(arm="calm").diverged_at < 0
    ).all()
    assert np.isnan(run.at(arm="bold").train_loss[..., -1]).all()
    assert run.story.startswith("bold diverged at update ") and run.story.endswith(
        "(2 of 2 networks)"
    )


def test_it_tells_a_turn_of_the_hand_as_two_movements_and_names_what_broke_it():
    lr = [(0, 0.1), (4, 1e30), (10, 0.2), (11, 0.3), (12, 0.05), (13, 0.02)]
    run = started().at(24, lr=lr, optimizer=[(0, "sgd"), (1, "adam"), (3, "sgd")])
    assert run.story == (
        "6 moves, among them: you raised lr to 1e+30 at update 4; you raised lr to 0.3 at update "
        "11; you lowered lr to 0.02 from update 12 to 13; it diverged at update 5 (2 of 2 networks)"
    )
    assert started().at(5, optimizer=[(0, "sgd"), (1, "adam"), (3, "sgd")]).story == (
        "you set optimizer to adam at update 1; you set optimizer to sgd at update 3"
    )


def test_it_tells_what_the_hand_did_a_drag_as_one_movement():
    dragged = [(0, 0.1), (10, 0.2), (12, 0.4), (13, 0.8)]
    run = started().at(20, lr=dragged, optimizer=[(0, "sgd"), (18, "adam")])
    assert run.story == (
        "you raised lr to 0.8 from update 10 to 13; you set optimizer to adam at update 18"
    )
    assert run.now["lr"] == 0.8 and started().at(3).story == "nothing was changed"


class Growing(nn.Module):
    """Two hidden layers, of which the first ``layers`` are used."""

    def __init__(self, inputs: int, outputs: int, *, layers: int = 1):
        super().__init__()
        self.layers = layers
        self.hidden1, self.hidden2 = nn.Linear(inputs, 8), nn.Linear(8, 8)
        self.output = nn.Linear(8, outputs)

    def forward(self, x):
        x = torch.tanh(self.hidden1(x))
        return self.output(torch.tanh(self.hidden2(x)) if self.layers > 1 else x)


BUILT = dict(
    steps=24, seeds=2, batch_size=20, record=7, measured=60, momentum=0.9, checkpoints=1,
    attributes=("layers",), redraw={"layers": "output.*"},
    lr_multipliers=lambda thawed: {"hidden1.*": float(thawed)},
)  # fmt: skip


def test_a_network_is_built_and_frozen_by_hand():
    build = live(Growing, digits(), arms={"hand": {}, "whole": dict(layers=2)}, **BUILT)
    controls = dict(layers=[(0, 1), (8, 2)], thawed=[(0, True), (8, False), (16, True)])
    run = build.at(24, **controls)
    first = [run.at(arm="hand").state(seed=0, step=k)["hidden1.weight"] for k in range(25)]
    stays = [np.array_equal(a, b) for a, b in zip(first, first[1:], strict=False)]
    assert stays == [False] * 8 + [True] * 8 + [False] * 8
    second = [run.at(arm="hand").state(seed=0, step=k)["hidden2.weight"] for k in (0, 8, 9)]
    assert np.array_equal(second[0], second[1]) and not np.array_equal(second[1], second[2])
    head = [run.at(arm="hand").state(seed=0, step=k)["output.weight"] for k in (7, 8, 9)]
    assert abs(head[2] - head[1]).max() > 0.1 > abs(head[1] - head[0]).max()
    alone = live(Growing, digits(), **BUILT).at(24, layers=2, thawed=controls["thawed"])
    assert same(run.at(arm="whole"), alone)
    assert np.array_equal(build.at(24, **controls).weights, run.weights)


def test_a_layer_that_is_not_used_can_be_watched_and_shows_nothing():
    run = live(Growing, digits(), **BUILT, watch=True).at(12, layers=[(0, 1), (6, 2)], thawed=True)
    assert run.layers == ["hidden1", "hidden2", "output"]
    before, after = run.watched < 6, run.watched >= 6
    assert np.isnan(run.spread[:, 1][:, before]).all() and (run.moved[:, 1][:, before] == 0).all()
    assert (run.spread[:, 1][:, after] > 0).all() and (run.moved[:, 1][:, after] > 0).all()
    assert np.isfinite(run.spread[:, [0, 2]]).all()


def test_an_arm_that_sets_a_control_itself_is_not_moved_by_it():
    moved = started(arms=ARMS).at(24, lr=[(0, 0.1), (5, 1.0)])
    still = started(arms=ARMS).at(24, lr=0.1)
    assert same(moved.at(arm="slow"), still.at(arm="slow"))
    assert not same(moved.at(arm="plain"), still.at(arm="plain"))


def test_the_examples_of_an_update_may_be_chosen_by_a_function_of_a_control():
    seen = []

    def first(step, train, batch_size, rng, share):
        seen.append((step, share))
        return rng.choice(train[: int(share * len(train))], batch_size)

    arms = {"chosen": dict(batch=first), "all": {}}
    run = started(arms=arms, seeds=1).at(6, share=[(0, 0.1), (4, 1.0)])
    assert dict(seen) == {0: 0.1, 1: 0.1, 2: 0.1, 3: 0.1, 4: 1.0, 5: 1.0}
    assert same(run.at(arm="all"), started(seeds=1).at(6))


def test_epochs_go_on_when_the_batch_size_changes():
    training = started(seeds=1, split=dict(train=100))
    training.at(0)
    (ensemble,) = training._tracks[0].ensembles
    used, update = [], ensemble.update

    def noting(step):
        used.append(ensemble.batch(step)[0].numpy())
        update(step)

    ensemble.update = noting
    training.at(9, batch_size=[(0, 20), (3, 40), (4, 30)])
    assert [len(batch) for batch in used] == [20] * 3 + [40] + [30] * 5
    for epoch in (used[:4], used[4:7]):
        assert len(np.unique(np.concatenate(epoch))) == sum(map(len, epoch))
    assert np.isin(np.concatenate(used), split(digits(), 0, train=100).train).all()


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: started().at(25), "step must be at most 24, not 25"),
        (lambda: started().at(-1), "step must be a whole number"),
        (lambda: started().at(3, depth=4), "depth cannot be steered in this training; it has lr"),
        (lambda: started().at(3, lr=[(0, 0.1), (0, 0.2)]), "lr must be a value, or"),
        (lambda: started().at(3, lr=[(0, 0.1), (2, -1)]), "lr must be a finite number above 0"),
        (lambda: started().at(3, momentum=1.0), "momentum must be a number from 0 up to"),
        (lambda: started().at(3, optimizer="rmsprop"), "optimizer must be one of"),
        (lambda: started().at(3, batch_size=0), "batch_size must be a whole number, 1 or more"),
        (lambda: started().at(3, batch_size=10**6), "batch_size must be at most"),
        (lambda: started(memory=0.001).at(0), "memory must be at least .* MiB"),
        (lambda: started(memory=-1), "memory must be a finite number above 0"),
        (lambda: started(steps=0), "steps must be a whole number, 1 or more"),
        (lambda: started(colour=3).at(0), "colour is no setting of mlp"),
        (lambda: started(attributes=["colour"]), "attributes must be one of"),
        (lambda: live(mlp, 3), "dataset must be a Dataset, not 3"),
        (
            lambda: started(batch=lambda train, share: train[:3]).at(1),
            "share must be given: a function of the training asks for it",
        ),
        (
            lambda: started(batch=lambda train: train[:3]).at(1),
            "batch must return the numbers of 20 training examples",
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence(ask, words):
    with pytest.raises(ValueError, match=words) as refused:
        ask()
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)


def test_the_recent_cost_counts_guesses_before_and_infinity_after_a_divergence():
    batch_losses = np.array([[1.0, 3.0, np.nan, 1.0]])
    run = LiveRun(**{f.name: None for f in fields(LiveRun)} | {"batch_losses": batch_losses})
    guess = np.log(10)
    expected = [guess, (guess + 1) / 2, 2.0, np.inf, np.inf]
    np.testing.assert_allclose(run.recent_cost(2), [expected])
