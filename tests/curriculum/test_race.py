import numpy as np
import pytest

from lecture_helpers.curriculum.classroom import Classroom
from lecture_helpers.curriculum.race import (
    ARMS,
    EVERY_ARM,
    batches_of,
    order_race,
    order_race_grid,
)
from lecture_helpers.datasets import digits
from lecture_helpers.training import Runs

SMALL = dict(
    steps=20, seeds=[3, 4], split=dict(test=100, validation=50, train=200), record=[0, 20],
    progress=False, depth=1, width=16,
)  # fmt: skip


def test_with_everything_available_from_the_start_the_order_does_not_matter_in_distribution():
    """At start 1 every paced arm draws from all examples; easy first then equals standard."""
    runs = order_race(digits(), start=1.0, arms=["standard", "easy first"], **SMALL)
    np.testing.assert_array_equal(
        runs.at(arm="standard").train_loss, runs.at(arm="easy first").train_loss
    )


def test_arms_differ_only_after_the_first_step_and_every_arm_differs():
    runs = order_race(digits(), label_noise=0.4, **SMALL)
    assert runs.accuracy.shape == (len(ARMS), 2, 2)
    assert np.ptp(runs.train_loss[..., 0], axis=0).max() == 0
    assert len(np.unique(runs.train_loss[:, 0, -1])) == len(ARMS)


def test_a_seed_and_an_arm_do_not_depend_on_who_else_runs():
    together = order_race(digits(), label_noise=0.4, **SMALL)
    alone = order_race(digits(), label_noise=0.4, **SMALL | dict(seeds=[4]), arms=["hard first"])
    np.testing.assert_allclose(
        alone.accuracy[0, 0], together.at(arm="hard first").accuracy[1], atol=1e-6
    )


def test_a_grid_holds_the_same_races_and_repeats_the_arms_without_a_pacing(tmp_path):
    pacings = {"slow": (0.2, 1.0, "root"), "fast": (0.5, 0.2, "step")}
    grid = order_race_grid(digits(), pacings, label_noise=[0.0, 0.4], **SMALL)
    assert list(grid.axes) == ["label_noise", "pacing", "arm"]
    one = order_race(digits(), start=0.5, pace=0.2, shape="step", label_noise=0.4, **SMALL)
    np.testing.assert_allclose(
        grid.at(label_noise=0.4, pacing="fast").train_loss, one.train_loss, rtol=1e-5
    )
    filtered = [grid.at(pacing=p, arm="filter").accuracy for p in pacings]
    np.testing.assert_array_equal(*filtered)
    grid.save(tmp_path / "grid.npz")
    np.testing.assert_array_equal(Runs.load(tmp_path / "grid.npz").accuracy, grid.accuracy)


def test_with_right_labels_wrong_labels_last_is_random_order_and_only_then():
    arms = ["random order", "wrong labels last"]
    for noise, same in ((0.0, True), (0.4, False)):
        loss = order_race(digits(), label_noise=noise, arms=arms, **SMALL).train_loss
        assert np.array_equal(*loss) == same


def test_the_filter_never_sees_the_hardest_and_paced_arms_see_all_at_last():
    room = Classroom(digits(), seeds=[3], sizes=SMALL["split"])
    drawn = {arm: batches_of(room, arm)(3, 400, 32) for arm in EVERY_ARM}
    easy = room.orders[3, "easy first"]
    assert set(np.unique(drawn["filter"])) == set(easy[:140])
    assert set(np.unique(drawn["easy first"][:20])) <= set(easy[:73])
    assert all(len(np.unique(d[200:])) == 200 for a, d in drawn.items() if a != "filter")


def test_each_arm_takes_its_own_learning_rate():
    rates = {"standard": 0.03, ("easy first", 0.0): 0.001}
    runs = order_race(digits(), lr=rates, arms=["standard", "easy first"], **SMALL)
    fast, slow = runs.train_loss[:, :, -1].mean(1)
    assert fast < slow


@pytest.mark.parametrize(
    "change, words",
    [
        (dict(arms=["easy"]), "arms must be one of 'standard', 'easy first'"),
        (dict(start=0), "start must be above 0 and at most 1, not 0."),
        (dict(pace=2), "pace must be above 0 and at most 1, not 2."),
        (dict(label_noise=-0.1), "label_noise must be a number from 0 to 1, not -0.1."),
        (dict(lr=0), "lr must be a finite number above 0, not 0."),
        (dict(steps=0), "steps must be a whole number, 1 or more, not 0."),
    ],
)
def test_bad_input_is_refused_in_words(change, words):
    with pytest.raises(ValueError) as refusal:
        order_race(digits(), **SMALL | change)
    assert str(refusal.value).startswith(words)
