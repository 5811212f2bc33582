import numpy as np
import pytest

from lecture_helpers import training
from lecture_helpers.claims.experiments import batch_mates as mates
from lecture_helpers.training import Runs


def runs_with(losses, accuracy) -> Runs:
    """Losses and accuracies (seeds, records)."""
    loss, right = (np.asarray(values, dtype=np.float32) for values in (losses, accuracy))
    return Runs({}, list(range(len(loss))), np.arange(loss.shape[-1]), loss, loss, right,
                np.full(len(loss), -1), {}, {})  # fmt: skip


def test_accuracy_at_a_loss_is_read_between_the_records_around_it():
    runs = runs_with([[1.0, 0.1, 0.01], [1.0, 0.5, 0.2]], [[0.4, 0.6, 0.7], [0.4, 0.6, 0.7]])
    halfway = float(np.sqrt(0.1))
    assert mates.error_at_loss(runs, halfway)[0] == pytest.approx(50, abs=1e-3)
    at = mates.error_at_loss(runs, 0.1)
    assert at[0] == pytest.approx(40, abs=1e-3)
    assert np.isnan(at[1])  # never that low


def test_a_loss_that_jumps_below_from_infinity_is_read_almost_after_the_jump():
    runs = runs_with([[np.inf, 0.05]], [[0.1, 0.6]])
    assert mates.error_at_loss(runs, 0.1)[0] == pytest.approx(40, abs=3)


def test_dropouts_gain_is_what_it_adds_at_its_own_rates(monkeypatch):
    def at_own_rates(rates, aims, arms, **_):
        right = {arm: 0.5 + 0.2 * own["dropout"] * (own["norm"] == "none")
                 for arm, own in arms.items()}  # fmt: skip
        return {f"{a}, for {aim}": runs_with([[1, 1]], [[0, r]]) for a, r in right.items()
                for aim in aims}  # fmt: skip

    own = {"none": 0.5, "batch": 0.1}
    case = "MNIST, {}, batch 64: dropout, for {}"
    tuned = {case.format(n, aim): p for n, p in own.items() for aim in mates.DROPOUT_AIMS}
    monkeypatch.setattr(mates, "at_own_rates", at_own_rates)
    found = mates.dropout_gain((8,), data=("MNIST",), sizes=(64,), tuned=tuned)
    assert found["MNIST, none, batch 64: accuracy"] == pytest.approx([10.0], abs=1e-3)
    assert found["MNIST, batch, batch 64: accuracy"] == pytest.approx([0.0], abs=1e-3)
    assert found["MNIST, none, batch 64: loss"] == pytest.approx([0.0], abs=1e-6)


def test_groups_of_mates_share_weights_order_and_updates_with_the_whole_batch():
    whole, ghost = mates.MATES[256]["mates 256"], mates.MATES[256]["mates 16"]
    assert whole | {"group": 16} == ghost
    named, options = mates._mates("MNIST", 256, 20, (8,))
    assert options["batch_size"] == 256 and options["steps"] == 20
    assert list(named) == ["MNIST, mates 256", "MNIST, mates 16"]


def test_weights_make_a_batch_of_all_examples_act_as_the_seeds_own_batches_of_64(monkeypatch):
    """Without a norm, which knows no mates, the two are one training; with one they are not."""
    losses = {}
    for norm in ("none", "batch"):
        for size in (64, mates.ALL):
            monkeypatch.setitem(mates.MATES, size, {"arm": {"norm": norm}})
            named, options = mates._mates("MNIST", size, 40, (8, 9))
            losses[norm, size] = training.train(arms=named, lr=0.1, **options).train_loss
    assert losses["none", mates.ALL] == pytest.approx(losses["none", 64], rel=1e-4)
    apart = np.abs(losses["batch", mates.ALL] - losses["batch", 64])[..., -1]
    assert apart.min() > 1e-3


def test_weights_that_forget_the_order_are_another_training(monkeypatch):
    arms = {"arm": {"norm": "none"}}
    monkeypatch.setattr(mates, "MATES", {64: arms, mates.ALL: arms})
    order = mates._order
    monkeypatch.setattr(mates, "_order", lambda *given: order(*given)[::-1])
    found = [training.train(arms=named, lr=0.1, **options).train_loss for named, options in
             (mates._mates("MNIST", size, 40, (8,)) for size in (64, mates.ALL))]  # fmt: skip
    assert np.abs(found[0] - found[1])[..., -1].min() > 1e-3


def test_every_arm_has_one_value_a_seed_and_a_rate_for_each_reading(monkeypatch):
    monkeypatch.setattr(mates, "EVERY", 10)
    options = {"data": ("MNIST",), "levels": (1.0,), "steps": 30}
    arms = [f"MNIST, {arm}, for loss 1" for own in mates.MATES.values() for arm in own]
    arms += [f"MNIST, {arm}, for the end" for arm in mates.MATES[256]]
    found = mates.batch_mates((8, 9), tuned=dict.fromkeys(arms, 0.3), **options)
    assert {arm.replace(", for ", ": ") for arm in arms} == set(found)
    reached = np.array(list(found.values()))
    assert reached.shape == (9, 2) and np.nanmin(reached) > 20
