"""Each member against itself in other company, and what the members of a seed share."""

import numpy as np
import pytest
import torch
from torch import nn

from lecture_helpers.datasets import digits, split
from lecture_helpers.training import training_loop as training
from tests.training.plain_training import Readers, quiet


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


COMPANY = {
    "plain": dict(),
    "batches that fill no vector": dict(width=10, batch_size=50, activation="sigmoid"),
    "batch norm": dict(norm="batch", momentum=0.9),
    "layer norm": dict(norm="layer", activation="gelu"),
    "dropout": dict(dropout=0.3, norm="batch"),
    "noise": dict(noise=0.3, activation="tanh"),
    "highway": dict(skip="highway", depth=4, optimizer="adam"),
    "label noise": dict(label_noise=0.4, weight_decay=0.01, optimizer="nesterov", momentum=0.9),
}


@pytest.mark.parametrize("setting", COMPANY)
def test_a_members_result_is_the_same_to_the_last_bit_whoever_trains_beside_it(setting):
    settings = COMPANY[setting] | dict(checkpoints="last", schedule="cosine")
    many = quiet(lr=[0.01, 0.03, 0.1, 0.3], seeds=9, **settings)
    for alone in (
        quiet(lr=0.1, seeds=[5], **settings),
        quiet(lr=[1.0, 0.1], seeds=[7, 5, 3], **settings).at(lr=0.1),
    ):
        expected, got = many.at(lr=0.1).state(seed=5), alone.state(seed=5)
        for name in expected:
            np.testing.assert_array_equal(got[name], expected[name], err_msg=name)
        k = alone.seeds.index(5)
        for curve in ("train_loss", "eval_loss", "accuracy"):
            np.testing.assert_array_equal(
                getattr(alone, curve)[k], getattr(many.at(lr=0.1), curve)[5]
            )


def test_what_is_measured_of_a_member_is_the_same_to_the_last_bit_in_sets_of_any_size():
    settings = dict(width=3, activation="sigmoid", split=dict(train=65, test=33), steps=1)
    many = quiet(seeds=20, **settings)
    for seed in many.seeds:
        alone = quiet(seeds=[seed], **settings)
        np.testing.assert_array_equal(alone.train_loss[0], many.train_loss[seed])
        np.testing.assert_array_equal(alone.eval_loss[0], many.eval_loss[seed])


@pytest.mark.parametrize("settings", [dict(build=Readers), dict(width=17, batch_size=7)])
def test_odd_sizes_and_modules_that_go_through_vmap_depend_on_company_in_rounding_only(settings):
    """Matrix products of odd sizes are rounded as the place in memory has it."""
    many = quiet(lr=[0.03, 0.1], seeds=5, checkpoints="last", **settings).at(lr=0.1)
    alone = quiet(lr=0.1, seeds=[3], checkpoints="last", **settings)
    for name, array in alone.state(seed=3).items():
        np.testing.assert_allclose(array, many.state(seed=3)[name], rtol=1e-6, atol=1e-6)


def test_a_seed_draws_other_weights_orders_and_splits_than_another():
    runs = quiet(record=[0], steps=1, checkpoints=True)
    assert not np.allclose(runs.state(seed=0)["output.weight"], runs.state(seed=1)["output.weight"])
    assert not np.array_equal(split(digits(), 0).test, split(digits(), 1).test)


def test_settings_of_one_seed_start_from_the_same_weights_where_shapes_allow():
    runs = quiet(norm=["none", "batch"], gain=[1.0, 2.0], depth=[2, 3], checkpoints=True, steps=1)
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


def test_more_members_than_fit_side_by_side_train_in_turn(monkeypatch):
    together = quiet(lr=[0.1, 0.2, 0.3], checkpoints="last")
    monkeypatch.setattr(training, "SIDE_BY_SIDE", 2)
    np.testing.assert_array_equal(
        quiet(lr=[0.1, 0.2, 0.3], checkpoints="last").weights, together.weights
    )
