"""The networks with and without skips, and the plain ones whose gradient is repaired."""

from functools import partial

import numpy as np
import pytest
import torch

from lecture_helpers.claims.claim import measure
from lecture_helpers.claims.experiments.skip_connections import (
    BY_GLOROT,
    PLACES,
    STARTS,
    UNSCALED,
    designs,
    rates_of,
    repairable_mlp,
    skips,
)
from lecture_helpers.claims.lessons.model_design import CLAIMS
from lecture_helpers.datasets import digits
from lecture_helpers.networks.signal_propagation import propagate
from lecture_helpers.training import GUESSING, mlp, seeded

X = digits().inputs[:64]
LOSS, ACCURACY = CLAIMS[3].parts[2:]
build = partial(repairable_mlp, examples=X)


def at_rate(places, rate=0.0316):
    return {f"{d}, depth {k}, {arm}": rate for d, k in places for arm in designs(d, k)}


@pytest.mark.parametrize("depth", [2, 8, 24, 48])
def test_a_repaired_network_has_as_much_gradient_in_the_first_layer_as_in_the_last(depth):
    net = seeded(build, seed=2, inputs=64, outputs=10, depth=depth, width=32, repaired=True)
    gradient = propagate(net, X).gradient
    assert gradient[0] == pytest.approx(gradient[-1], rel=1e-4)


@pytest.mark.parametrize("start", ["ReLU by Glorot's", "sigmoid by Glorot's"])
def test_by_glorots_rule_too_and_there_the_gradient_had_vanished(start):
    sizes = dict(seed=2, inputs=64, outputs=10, depth=24, width=32, **STARTS[start])
    plain, other = (seeded(build, repaired=repaired, **sizes) for repaired in (False, True))
    lost, kept = (propagate(net, X).gradient for net in (plain, other))
    assert lost[0] < 1e-3 * lost[-1]
    assert kept[0] == pytest.approx(kept[-1], rel=2e-4)
    factor = (other.hidden2.linear.weight / plain.hidden2.linear.weight).detach()
    assert 1.3 < float(factor.mean()) < (1.6 if "ReLU" in start else 15)
    assert torch.allclose(factor, factor[:1, :1].expand_as(factor), rtol=1e-4)


def test_unrepaired_it_is_the_plain_network_and_repaired_differs_by_one_factor():
    sizes = dict(seed=2, inputs=64, outputs=10, depth=6, width=16)
    plain, same, other = (
        seeded(mlp, **sizes), seeded(build, **sizes), seeded(build, repaired=True, **sizes)
    )  # fmt: skip
    for one, two in zip(plain.parameters(), same.parameters(), strict=True):
        assert torch.equal(one, two)
    ratios = [
        (getattr(other, f"hidden{k}").linear.weight / getattr(plain, f"hidden{k}").linear.weight)
        for k in range(1, 7)
    ]
    assert torch.equal(ratios[0], torch.ones_like(ratios[0]))
    for ratio in ratios[1:]:
        torch.testing.assert_close(ratio, ratios[1][:1, :1].expand_as(ratio))


def test_skips_keep_the_gradient_of_fresh_networks_and_unscaled_ones_let_it_explode():
    small = dict(fresh=(("digits", 24),), places=(), longer=(), tuned={})
    mean = {a: np.mean(v) for a, v in measure(skips, (0, 1), **small).arms.items()}
    glorot = "digits, ReLU by Glorot's, 24"
    assert mean[f"{glorot}, residual"] > mean[f"{glorot}, plain"] + 2
    he = "digits, ReLU by He's rule, 24"
    unscaled = f"{he}, residual, He's weights"
    assert mean[unscaled] == 0 and mean[f"{unscaled}, either way"] < -2
    assert max(mean.values()) <= 0


def test_small_branches_train_at_depth_24_where_unscaled_ones_fail_but_at_tiny_rates(monkeypatch):
    places, fresh = (("digits", 24),), ()
    monkeypatch.setitem(PLACES, places[0], ("plain", "residual", UNSCALED))
    tuned = at_rate(places)
    arms = measure(
        skips, (0, 1), places=places, fresh=fresh, longer=(), steps=100, tuned=tuned
    ).arms
    place = "digits, depth 24"
    tiny = tuned | {f"{place}, {UNSCALED}": 1e-7}
    slow = measure(skips, (0, 1), places=places, fresh=fresh, longer=(), steps=4, tuned=tiny).arms
    assert np.isfinite(slow[f"{place}, {UNSCALED}"]).all()
    assert np.mean(arms[f"{place}, residual"]) < np.log10(GUESSING) - 0.15
    assert np.isnan(arms[f"{place}, residual, He's weights"]).all()
    assert np.isnan(arms[f"{place}, residual, He's weights, accuracy"]).all()
    assert all(np.isfinite(arms[f"{place}, residual, in training"]))


def test_every_arm_that_the_claim_compares_is_measured():
    pytest.importorskip("mlxtend")
    tuned = at_rate(PLACES, 0.001)
    record = measure(skips, (3,), steps=2, examples=32, width=12, tuned=tuned)
    assert CLAIMS[3].arms <= record.arms.keys()


def test_skips_are_the_treated_arm_and_a_lower_loss_is_better():
    loss, accuracy = LOSS.scope["MNIST, depth 24"], ACCURACY.scope["MNIST, depth 24"]
    assert loss == ("MNIST, depth 24, residual", "MNIST, depth 24, plain")
    assert (LOSS.lower, ACCURACY.lower) == (True, False)
    assert accuracy == (
        "MNIST, depth 24, residual, accuracy", "MNIST, depth 24, plain, accuracy",
    )  # fmt: skip
    kinds = [control.kind for control in LOSS.controls]
    assert kinds.count("mechanism") == 2 and kinds.count("rival") == 4
    for control in LOSS.controls[2:]:
        assert all(pair[0].endswith("residual") for pair in control.comparisons.values())


def test_no_regime_of_the_scope_is_shallow():
    for part in CLAIMS[3].parts:
        assert all("depth 24" in name or "depth 48" in name for name in part.scope)


def test_every_network_has_learning_rates_to_choose_from():
    for data, depth in PLACES:
        for arm in designs(data, depth):
            assert len(rates_of(arm, depth)) >= 5
    assert min(rates_of(UNSCALED, 24)) < 1e-7 < 0.003 <= min(rates_of("plain", 24))
    assert max(rates_of("plain, Adam", 24)) < max(rates_of("plain", 24))


def test_where_the_gradient_vanishes_the_repair_is_asked_what_it_brings():
    for part in (LOSS, ACCURACY):
        repair = part.controls[0].comparisons
        vanishing = [name for name in part.scope if "Glorot" in name]
        assert len(vanishing) == 4 and set(vanishing) <= set(repair)
        for name in vanishing:
            (skip, plain), (same, repaired) = part.scope[name], repair[name]
            assert same == skip and repaired == plain.replace("plain", "plain, repaired")
    for data, depth in (("digits", 24), ("MNIST", 24)):
        settings = designs(data, depth)
        assert set(BY_GLOROT) <= set(settings)
        for start, own in STARTS.items():
            if "Glorot" in start:
                assert settings[f"{start}, plain"] == own
                assert settings[f"{start}, plain, repaired"] == own | {"repaired": True}
                assert settings[f"{start}, residual"]["branch_gain"] == 24**-0.5


def test_a_seeds_value_does_not_depend_on_its_neighbours():
    small = dict(fresh=(("digits", 8),), places=(("digits", 2),), longer=(), steps=5, examples=32,
                 tuned=at_rate([("digits", 2)], 0.1))  # fmt: skip
    together, alone = (measure(skips, s, **small) for s in ((3, 4, 5), (4,)))
    for arm, values in alone.arms.items():
        assert together.arms[arm][1] == values[0], arm
