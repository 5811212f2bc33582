"""The networks: what stands where, and how they begin."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from lecture_helpers.datasets import digits
from lecture_helpers.training import mlp, train
from lecture_helpers.training._stack import Stack
from lecture_helpers.training.multilayer_perceptron import (
    ACTIVATIONS,
    NORMS,
    GaussianNoise,
    Highway,
    PartialBatchNorm,
    Residual,
)


def kinds(net) -> list[str]:
    return [type(part).__name__ for part in net.hidden1]


def test_a_hidden_layer_is_linear_norm_activation_dropout():
    net = mlp(4, 3, norm="batch", dropout=0.2, noise=0.1)
    assert kinds(net) == ["Linear", "BatchNorm1d", "GaussianNoise", "ReLU", "Dropout"]


def test_the_norm_may_come_after_the_activation():
    assert kinds(mlp(4, 3, norm="layer", norm_place="after")) == ["Linear", "ReLU", "LayerNorm"]


@pytest.mark.parametrize("depth", [0, 1, 2, 48])
def test_depth_counts_hidden_layers(depth):
    net = mlp(4, 3, depth=depth, width=8)
    assert len(net) == depth + 1 and net(torch.ones(5, 4)).shape == (5, 3)


@pytest.mark.parametrize(
    "skip, norm, activation",
    [*itertools.product(["none", "residual", "highway"], ["none", *NORMS], ACTIVATIONS)],
)
def test_every_combination_runs_forward_and_backward(skip, norm, activation):
    net = mlp(4, 3, depth=3, width=8, skip=skip, norm=norm, activation=activation)
    net(torch.randn(5, 4)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_a_bias_that_batch_norm_would_cancel_is_left_out():
    assert mlp(4, 3, norm="batch").hidden1.linear.bias is None
    assert mlp(4, 3, norm="batch", norm_place="after").hidden1.linear.bias is not None
    assert mlp(4, 3, norm="centre").hidden1.linear.bias is None
    assert mlp(4, 3, norm="layer").hidden1.linear.bias is not None
    assert mlp(4, 3, norm="scale").hidden1.linear.bias is not None


def test_without_affine_a_norm_has_no_scale_and_shift():
    assert mlp(4, 3, norm="batch", affine=False).hidden1.norm.weight is None


@pytest.mark.parametrize(
    "init, variance", [("he", 2 / 400), ("lecun", 1 / 400), ("glorot", 2 / 700)]
)
def test_hidden_weights_have_the_named_deviation_times_the_gain(init, variance):
    torch.manual_seed(0)
    net = mlp(400, 10, depth=2, width=300, init=init, gain=3.0, output_gain=0.5)
    assert net.hidden1.linear.weight.std().item() == pytest.approx(
        3 * math.sqrt(variance), rel=0.02
    )
    assert net.output.weight.std().item() == pytest.approx(0.5 / math.sqrt(300), rel=0.05)
    assert net.hidden1.linear.bias.abs().max() == net.output.bias.abs().max() == 0


def drawn(**settings) -> nn.Module:
    torch.manual_seed(0)
    return mlp(4, 3, width=8, **settings)


@pytest.mark.parametrize(
    "other",
    [dict(depth=5), dict(depth=2, norm="batch"), dict(depth=2, skip="residual"), dict(dropout=0.1)],
)
def test_networks_that_differ_in_depth_norm_or_skip_begin_with_the_same_weights(other):
    plain = drawn(depth=2)
    for name, parameter in drawn(**other).named_parameters():
        name = name.replace("body.", "")
        if "hidden2.linear.weight" in name or "hidden1.linear.weight" in name:
            assert torch.equal(parameter, plain.get_parameter(name)), name


def test_highway_gates_do_not_disturb_the_other_draws():
    plain, gated = drawn(depth=3), drawn(depth=3, skip="highway", gate_bias=-5.0)
    assert torch.equal(gated.hidden3.body.linear.weight, plain.hidden3.linear.weight)
    assert torch.equal(gated.output.weight, plain.output.weight)
    assert (gated.hidden2.gate.bias == -5).all()


def test_a_residual_block_with_a_silent_body_is_the_identity():
    body = nn.Linear(4, 4)
    nn.init.zeros_(body.weight), nn.init.zeros_(body.bias)
    x = torch.randn(3, 4)
    assert torch.equal(Residual(body)(x), x)


def test_a_highway_block_mixes_by_its_gate():
    block = Highway(nn.Identity(), 4, gate_bias=-2.0)
    block.body = nn.Linear(4, 4)
    x = torch.randn(3, 4)
    t = torch.sigmoid(x @ block.gate.weight.T + block.gate.bias)
    torch.testing.assert_close(block(x), t * block.body(x) + (1 - t) * x)


def test_noise_is_added_in_training_only():
    noise, x = GaussianNoise(0.5), torch.zeros(20_000)
    assert noise(x).std().item() == pytest.approx(0.5, rel=0.05)
    assert torch.equal(noise.eval()(x), x)


@pytest.mark.parametrize(
    "settings, words",
    [
        (dict(activation="swish"), "activation must be one of 'relu', 'tanh'"),
        (dict(norm="group"), "norm must be one of 'none', 'batch', 'layer'"),
        (dict(norm_place="under"), "norm_place must be one of 'before', 'after'"),
        (dict(skip="dense"), "skip must be one of 'none', 'residual', 'highway'"),
        (dict(init="xavier"), "init must be one of 'he', 'lecun', 'glorot'"),
        (dict(depth=-1), "depth must be a whole number, 0 or more"),
        (dict(width=0), "width must be a whole number, 1 or more"),
        (dict(dropout=1.0), "dropout must be a number from 0 up to"),
        (dict(norm="batch", group=-1), "group must be a whole number, 0 or more"),
        (dict(norm="layer", group=16), "group must be 0 with norm 'layer'"),
        (dict(gain=0.0), "gain must be a finite number above 0"),
        (dict(noise=-1.0), "noise must be a finite number, 0 or more"),
        (dict(gate_bias=float("nan")), "gate_bias must be a finite number"),
    ],
)
def test_settings_that_are_not_accepted_are_named(settings, words):
    with pytest.raises(ValueError, match=words):
        mlp(4, 3, **settings)


def test_branch_gain_scales_what_a_skip_leads_around_and_nothing_else():
    plain, scaled = (drawn(depth=3, skip="residual", branch_gain=gain) for gain in (1.0, 0.25))
    for (name, before), after in zip(plain.named_parameters(), scaled.parameters(), strict=True):
        factor = 0.25 if name.endswith("body.linear.weight") else 1.0
        assert torch.equal(after, factor * before)


def test_with_a_branch_gain_of_zero_residual_layers_begin_as_the_identity():
    net = drawn(depth=6, skip="residual", branch_gain=0.0)
    h = net.hidden1(torch.ones(2, 4))
    assert torch.equal(net[1:-1](h), h)


def batch_of(rows=64, units=5):
    return torch.randn(rows, units, generator=torch.Generator().manual_seed(0)) * 3 + 2


def test_one_group_of_the_whole_batch_is_batch_norm_in_training_and_at_test_time():
    ours, theirs, x = PartialBatchNorm(5, group=64), nn.BatchNorm1d(5), batch_of()
    for step in range(3):
        torch.testing.assert_close(ours(x + step), theirs(x + step))
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict())
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))


def test_ghost_batches_are_normalised_group_by_group_and_remember_the_mean_of_the_groups():
    ghost, x = PartialBatchNorm(5, group=16), batch_of()
    each = [nn.BatchNorm1d(5) for _ in range(4)]
    alone = [norm(part) for norm, part in zip(each, x.split(16), strict=True)]
    torch.testing.assert_close(ghost(x), torch.cat(alone))
    remembered = torch.stack([norm.running_var for norm in each]).mean(0)
    torch.testing.assert_close(ghost.running_var, remembered)


def test_the_halves_of_batch_norm_one_after_the_other_are_the_whole():
    centre, scale = PartialBatchNorm(5, scaled=False), PartialBatchNorm(5, centred=False)
    x = batch_of()
    torch.testing.assert_close(scale(centre(x)), nn.BatchNorm1d(5)(x))
    scaled = scale(x)
    assert scaled.mean(0).abs().min() > 0.3  # not centred
    torch.testing.assert_close(scaled.std(0, correction=0), torch.ones(5), rtol=1e-4, atol=0)


def test_a_batch_that_is_no_whole_number_of_groups_is_refused():
    with pytest.raises(RuntimeError, match="60 examples are no whole groups of 16"):
        PartialBatchNorm(5, group=16)(batch_of(60))
    with pytest.raises(ValueError, match="no whole groups of 24"):
        train(mlp, digits(), steps=1, seeds=1, norm="batch", group=24, progress=False)


@pytest.mark.parametrize(
    "own", [dict(norm="batch", group=16), dict(norm="scale"), dict(norm="centre")]
)
def test_the_variants_train_side_by_side_without_vmap_as_each_does_alone(own, monkeypatch):
    ran, agree = [], Stack._agree
    monkeypatch.setattr(Stack, "_agree", lambda *given: ran.append(agree(*given)) or ran[-1])
    options = dict(steps=5, width=8, depth=2, record=2, checkpoints="last", progress=False, **own)
    both = train(mlp, digits(), seeds=[1, 2], **options)
    alone = train(mlp, digits(), seeds=[2], **options)
    np.testing.assert_allclose(both.weights[1], alone.weights[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(both.buffers[1], alone.buffers[0], rtol=1e-4, atol=1e-6)
    assert ran == [True, True]
