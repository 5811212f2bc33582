"""The experiments of lesson 1 find what they say, and notice when it is not so."""

import numpy as np
import pytest

from lecture_helpers.claims import claim, ledger
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import batch_normalization as lesson
from lecture_helpers.networks.scalar_chain import chain_after_step, chain_orders
from lecture_helpers.training import Runs, trains

STORED = ledger.load().get("C8")
RUNS = ledger.EVIDENCE / "runs" / "batch_normalization_learning_rate.npz"


def verdict(name: str, seeds=QUICK_SEEDS) -> str:
    record = measure(claim(name).experiment, seeds)
    kept = all(max(record.arms[check]) <= most for check, most in record.tolerances.items())
    return "identity" if kept else "refuted"


@pytest.mark.parametrize("name", ["C2", "C3", "C12", "C17", "C19"])
def test_the_identities_hold_on_seeds_that_were_not_reported(name):
    assert verdict(name, range(100, 108)) == "identity"


def test_50_equal_layers_keep_0953_of_a_promise_of_a_tenth():
    left = float(chain_after_step(np.ones(50), 1.0, 0.1 / 50))
    assert 1 - left == pytest.approx(0.0953, abs=5e-5)
    least = (1 - (1 - 0.1 / 50) ** 50) / 0.1
    assert (1 - left) / 0.1 == pytest.approx(least, rel=1e-12)  # equal weights meet the bound


def scaled(function, factor):
    return lambda *arguments: factor * function(*arguments)


def tampered(name):
    """The lesson's function ``name`` with a small mistake."""
    right = getattr(lesson, name)
    return {
        "chain_orders": scaled(right, 1 + 1e-8),
        "chain_after_step": lambda w, x, eps: right(w, x, 1.01 * eps),
        "batch_norm": lambda x, gamma, beta, eps: right(x, gamma, beta, 2 * eps),
        "running_update": lambda running, x, momentum: right(running, x, momentum * 1.0001),
        "batch_norm_backward": lambda dy, x, gamma, eps: right(dy, x, gamma * (1 + 1e-7), eps),
        "batch_norm_inference": lambda x, r, gamma, beta, eps: right(x, r, gamma, beta, 0.0),
    }[name]  # fmt: skip


@pytest.mark.parametrize(
    "name, broken",
    [
        ("C2", "chain_orders"), ("C3", "chain_after_step"), ("C3", "chain_orders"),
        ("C12", "batch_norm"), ("C17", "batch_norm"), ("C19", "batch_norm"),
        ("C19", "running_update"), ("C19", "batch_norm_backward"), ("C19", "batch_norm_inference"),
    ],
)  # fmt: skip
def test_a_small_mistake_refutes_the_identity(name, broken, monkeypatch):
    monkeypatch.setattr(lesson, broken, tampered(broken))
    assert verdict(name, QUICK_SEEDS[:2]) == "refuted"


def test_a_fixed_step_makes_the_second_order_overwhelming_on_one_chain_and_negligible_on_another():
    large, small = (chain_orders(np.full(20, w), 1.0, 0.1) for w in (1.5, 0.6))
    assert abs(large[2] / large[1]) > 100
    assert abs(small[2] / small[1]) < 0.001


def runs_with(loss, steps=(0, 50, 150, 175, 200)) -> Runs:
    loss = np.asarray(loss, dtype=np.float32)
    nothing = np.zeros(loss.shape[:-1], int)
    return Runs({}, [0], np.array(steps), loss, loss, loss, nothing, {}, {})


@pytest.mark.parametrize(
    "late_losses, does",
    [((0.1, 0.1, 0.1), True), ((1.2, 1.2, 1.2), False), ((2.0, 0.5, 0.5), True),
     ((0.1, 0.1, np.nan), False)],
)  # fmt: skip
def test_training_means_half_of_chance_in_the_last_quarter(late_losses, does):
    assert trains(runs_with([[2.3, 2.0, *late_losses]])).tolist() == [does]


def test_a_seed_that_trains_nowhere_counts_as_a_step_below_the_ladder(monkeypatch):
    losses = np.full((3, 1, 1, 2, 2), 2.3)
    losses[:2, ..., 0, :] = 0.1  # the first seed trains on the two lower rungs

    def fake(seeds, **_):
        runs = runs_with(losses, (0, 1))
        axes = {"lr": [0.1, 1.0, 10.0], "depth": [2], "norm": ["none"]}
        return Runs(axes, [0, 1], runs.steps, losses, losses, losses, runs.diverged_at, {}, {})

    monkeypatch.setattr(lesson, "ladder_runs", fake)
    record = lesson.learning_rate_ladder((0, 1), lr=(0.1, 1.0, 10.0), depth=(2,), norm=("none",))
    assert record.arms == {"none, depth 2": [0.0, -1.25]}
    assert record.extras["none, depth 2: no rung trains"] == [0.0, 1.0]
    assert record.extras["none, depth 2: the top rung trains"] == [0.0, 0.0]


def test_deep_networks_with_batch_norm_train_at_10_times_the_learning_rate():
    record = measure(claim("C8").experiment, QUICK_SEEDS, **claim("C8").quick)
    gain = np.subtract(record.arms["batch, depth 16"], record.arms["none, depth 16"])
    assert np.median(gain) >= 1.0
    assert gain.min() > 0


def test_the_ladder_reaches_past_the_last_rung_that_trains_in_every_arm_and_seed():
    tops = [row for name, row in STORED["extras"].items() if name.endswith("the top rung trains")]
    assert len(tops) == 9
    assert not np.any(tops)


def test_every_value_is_read_from_the_ladder_with_the_declared_step():
    rungs = np.log10([*lesson.LADDER[:1], *lesson.LADDER])
    rungs[0] -= 0.25  # where seeds that train nowhere are put
    for row in STORED["arms"].values():
        place = np.abs(np.subtract.outer(row, rungs)).argmin(axis=1)
        assert rungs[place] == pytest.approx(row, abs=1e-6)
        assert (rungs[place + 1] - rungs[place] < claim("C8").resolution + 0.002).all()


def test_the_stored_runs_are_those_of_the_ledgers_first_8_seeds():
    runs = Runs.load(RUNS)
    assert runs.seeds == list(QUICK_SEEDS)
    assert list(runs.axes) == ["lr", "depth", "norm"]
    assert RUNS.stat().st_size < 1_500_000
    for depth in lesson.DEPTHS:
        for norm in lesson.NORMS:
            passed = trains(runs.at(depth=depth, norm=norm))
            rungs = np.where(passed, np.log10(lesson.LADDER)[:, None], -3.25).max(axis=0)
            stored = STORED["arms"][f"{norm}, depth {depth}"][:8]
            assert rungs == pytest.approx(stored, abs=1e-6)
