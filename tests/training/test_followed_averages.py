"""Averages that follow a live run are those that one would make by hand."""

import numpy as np
import pytest
import torch

from lecture_helpers.datasets import digits, split
from lecture_helpers.optimization.polyak_averaging import exponential_average, uniform_average
from lecture_helpers.training import FollowedAverages, live, mlp
from lecture_helpers.training.followed_averages import averaged, shares

SMALL = dict(steps=20, seeds=[3, 5], depth=1, width=6, batch_size=20, record=5, measured=80)
RULES = {
    "iterate": lambda path: path,
    "average": uniform_average,
    "exponential": lambda path: exponential_average(path, 0.8),
}


def started(**options):
    return live(mlp, digits(), **{**SMALL, "checkpoints": 1, **options})


def by_hand(run, rule, seed, step, **where):
    """The accuracy of one average, made of the modules that were kept."""
    states = [run.module(seed=seed, step=k, **where).state_dict() for k in range(1, step + 1)]
    network = run.module(seed=seed, step=0, **where)
    for name, tensor in network.state_dict().items() if step else ():
        path = np.stack([state[name].numpy() for state in states])
        tensor.copy_(torch.from_numpy(rule(path)[-1]))
    test = split(digits(), seed).test[: SMALL["measured"]]
    with torch.no_grad():
        answers = network(torch.tensor(digits().inputs[test])).argmax(1).numpy()
    return (answers == digits().targets[test]).mean()


@pytest.mark.parametrize("arms", [None, {"a": {}, "b": dict(norm="layer")}])
@pytest.mark.parametrize("name", RULES)
def test_it_is_the_average_made_by_hand(arms, name):
    run = started(arms=arms).at(17, lr=[(0, 0.5), (9, 0.1)])
    found = FollowedAverages(digits(), measured=80).accuracy(run, RULES, at=[0, 1, 9, 17])[name]
    assert found.shape == (*([2] if arms else []), 2, 4)
    for arm in arms or [None]:
        where = {"arm": arm} if arm else {}
        mine = found[list(arms).index(arm)] if arms else found
        for place, seed in enumerate(run.seeds):
            wanted = [by_hand(run, RULES[name], seed, step, **where) for step in (0, 1, 9, 17)]
            np.testing.assert_allclose(mine[place], wanted, atol=1e-12)


def test_the_last_iterate_is_what_the_run_has_recorded():
    run = started().at(20, lr=0.3)
    found = FollowedAverages(digits(), measured=80).accuracy(run, RULES, at=run.steps)
    np.testing.assert_allclose(found["iterate"], run.accuracy, atol=1e-6)


def test_the_past_does_not_change_while_the_run_goes_on_and_seeds_can_be_chosen():
    training, follow = started(), FollowedAverages(digits(), measured=80)
    early = follow.accuracy(training.at(8, lr=0.3), RULES, at=[2, 8])
    later = follow.accuracy(training.at(20, lr=[(0, 0.3), (8, 0.9)]), RULES, at=[2, 8, 20])
    one = follow.accuracy(training.at(8, lr=0.3), RULES, at=[2, 8], seeds=[5])
    for name in RULES:
        np.testing.assert_array_equal(later[name][:, :2], early[name])
        np.testing.assert_array_equal(one[name], early[name][1:])


def test_an_iterate_that_diverged_spoils_what_holds_it_and_nothing_before():
    run = started().at(20, lr=[(0, 0.1), (10, 1e30)])
    found = FollowedAverages(digits(), measured=80).accuracy(run, RULES, at=[10, 20])
    for right in found.values():
        assert np.isfinite(right[:, 0]).all() and np.isnan(right[:, 1]).all()


def test_shares_say_how_much_an_average_holds():
    held = shares(lambda path: exponential_average(path, 0.5), [0, 1, 3])
    np.testing.assert_allclose(
        held, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1 / 7, 2 / 7, 4 / 7]], rtol=1e-6
    )
    path = np.array([[1.0, 2.0], [3.0, 4.0], [np.inf, 0.0], [1.0, 1.0]], np.float32)
    made = averaged(held[:2], path)
    np.testing.assert_array_equal(made, path[:2])
    assert np.isnan(averaged(held, path)[2]).all()


@pytest.mark.parametrize(
    "options, at, words",
    [
        (dict(checkpoints=False), [3], "weights of every step: checkpoints=1"),
        (dict(checkpoints=2), [2], "weights of every step: checkpoints=1"),
        (dict(norm="batch"), [3], "networks without batch norm"),
        ({}, [5], "at must hold whole numbers, 0 to 4"),
        ({}, [], "at must not be empty"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_words(options, at, words):
    with pytest.raises(ValueError, match=words):
        FollowedAverages(digits()).accuracy(started(**options).at(4), RULES, at=at)


def test_measured_is_a_number_of_examples():
    with pytest.raises(ValueError, match="measured"):
        FollowedAverages(digits(), measured=0)


LESSON = dict(steps=600, seeds=20, depth=1, width=16, label_noise=0.3, batch_size=16, record=2,
              measured=10, checkpoints=1, memory=200)  # fmt: skip
SAID = [  # what lesson 3 says of 20 networks after 600 updates: last, all, exponential (0.95)
    (dict(lr=0.5), (79, 92, 88), dict(ahead=["average", "exponential average"])),
    (dict(lr=0.03), (90, 85, 90), dict(behind=["average"])),
    (dict(lr=[(0, 1.0), (300, 0.1)]), (87, 81, 87), dict(behind=["average"])),
    (
        dict(lr=0.2, batch_size=[(0, 64), (300, 4)]),
        (70, 92, 83),
        dict(ahead=["average", "exponential average"]),
    ),
]


def test_what_lesson_3_says_of_its_steered_network_holds_for_twenty():
    training, follow = live(mlp, digits(), **LESSON), FollowedAverages(digits())
    rules = {
        "iterate": lambda path: path,
        "average": uniform_average,
        "exponential average": lambda path: exponential_average(path, 0.95),
    }
    for hand, means, order in SAID:
        found = follow.accuracy(training.at(600, **hand), rules, at=[600])
        right = {name: 100 * accuracies[:, 0] for name, accuracies in found.items()}
        assert [r.mean() for r in right.values()] == pytest.approx(means, abs=1.0)
        lead = {name: r - right["iterate"] for name, r in right.items()}
        assert all((lead[name] > 0).sum() >= 19 for name in order.get("ahead", []))
        assert all((lead[name] < 0).sum() >= 19 for name in order.get("behind", []))
