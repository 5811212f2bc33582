from fractions import Fraction
from itertools import combinations
from math import prod

import numpy as np
import pytest
import torch

from lecture_helpers.networks.scalar_chain import (
    Chain,
    after_normalized_step,
    chain_after_step,
    chain_gradient,
    chain_orders,
    chain_output,
    chain_weights,
    normalized_chain_gradient,
    normalized_chain_orders,
    step_for_decrease,
)

DEPTHS_AND_SPREADS = [(1, 0.0), (2, 0.3), (5, 0.8), (20, 0.2), (50, 0.5)]


def elementary_symmetric(values, k):
    return sum((prod(chosen) for chosen in combinations(values, k)), start=Fraction(0))


def test_orders_are_the_elementary_symmetric_polynomials_in_exact_fractions():
    w, x, eps = [Fraction(1, 2), Fraction(3, 2), Fraction(-2), Fraction(5, 4)], 3, Fraction(1, 8)
    y = x * prod(w)
    expected = [
        y * (-eps * y) ** k * elementary_symmetric([1 / v**2 for v in w], k) for k in range(5)
    ]
    orders = chain_orders(np.array(w, dtype=float), x, float(eps))
    np.testing.assert_allclose(orders, np.array(expected, dtype=float), rtol=1e-13)


@pytest.mark.parametrize("depth, spread", DEPTHS_AND_SPREADS)
def test_orders_add_up_to_the_output_after_the_joint_update(depth, spread):
    w = chain_weights(depth, spread, seed=3)
    eps = step_for_decrease(w, 2.0, 0.5)
    np.testing.assert_allclose(
        chain_orders(w, 2.0, eps).sum(), chain_after_step(w, 2.0, eps), rtol=1e-10
    )


@pytest.mark.parametrize("depth, spread", DEPTHS_AND_SPREADS)
def test_gradient_agrees_with_central_differences(depth, spread):
    w, h = chain_weights(depth, spread, seed=1), 1e-6
    numeric = [
        (chain_output(w + h * e, 0.7) - chain_output(w - h * e, 0.7)) / (2 * h)
        for e in np.eye(depth)
    ]
    np.testing.assert_allclose(chain_gradient(w, 0.7), numeric, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("depth, spread", DEPTHS_AND_SPREADS)
def test_actual_decrease_keeps_within_the_bounds_of_the_slides_step(depth, spread, share):
    w = chain_weights(depth, spread, seed=5)
    eps = step_for_decrease(w, 1.0, share)
    actual = (1.0 - chain_after_step(w, 1.0, eps)) / share
    assert (1 - (1 - share / depth) ** depth) / share - 1e-9 <= actual <= 1 + 1e-9


def test_fifty_equal_weights_fall_by_less_than_the_promised_tenth():
    w = chain_weights(50, 0.0)
    after = chain_after_step(w, 1.0, step_for_decrease(w, 1.0, 0.1))
    assert round(float(1 - after), 4) == 0.0953


def test_product_of_the_drawn_weights_is_one():
    assert chain_output(chain_weights(50, 0.7, seed=2)) == pytest.approx(1.0, rel=1e-12)


def test_a_zero_weight_leaves_only_its_own_gradient():
    np.testing.assert_array_equal(chain_gradient([0.0, 2.0, 3.0], 1.0), [6.0, 0.0, 0.0])


def test_after_step_takes_many_steps_at_once():
    w, steps = chain_weights(6, 0.4), np.geomspace(1e-3, 1, 7)
    one_by_one = [chain_after_step(w, 1.0, eps) for eps in steps]
    np.testing.assert_array_equal(chain_after_step(w, 1.0, steps), one_by_one)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: chain_weights(0, 0.1), "depth must be a whole number, 1 or more, not 0."),
        (lambda: chain_weights(3, -1), "spread must be a number from 0 to 100, not -1."),
        (lambda: chain_gradient([]), "w must not be empty; its shape is (0,)."),
        (lambda: chain_gradient([1.0, np.nan]), "w must hold finite numbers only"),
        (lambda: chain_orders([[1.0]], 1.0, 0.1), "w must have 1 axes"),
        (lambda: step_for_decrease([1.0], 1.0, 0), "delta must be a finite number above 0, not 0."),
        (lambda: step_for_decrease([0.0, 0.0], 1.0, 0.1), "w and x give a gradient of 0"),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)


def normalized_output(w, x):
    h = torch.tensor(x)
    for weight in w[:-1]:
        h = weight * h
        h = (h - h.mean()) / h.std(correction=0)
    return w[-1] * h[0]


@pytest.mark.parametrize("depth", [2, 3, 10])
def test_normalized_chain_has_no_gradient_below_the_last_weight_and_so_no_higher_orders(depth):
    rng = np.random.default_rng(depth)
    x, w = rng.normal(size=7), torch.tensor(rng.normal(size=depth), requires_grad=True)
    output = normalized_output(w, x)
    (g,) = torch.autograd.grad(output, w)
    np.testing.assert_allclose(g[:-1], 0, atol=1e-12)
    orders = normalized_chain_orders(w.detach().numpy(), x, 0.05)
    after = normalized_output(w.detach() - 0.05 * g, x)
    np.testing.assert_allclose(orders.sum(), after, rtol=1e-9)
    np.testing.assert_allclose(orders[:2], [output.item(), -0.05 * float(g @ g)], rtol=1e-9)


@pytest.mark.parametrize(
    "w, x, words",
    [
        ([1.0, 1.0], [2.0], "x must hold at least two different examples"),
        ([1.0, 1.0], [2.0, 2.0], "x must hold at least two different examples"),
        ([0.0, 1.0], [1.0, 2.0], "w must not be 0 below the last layer"),
    ],
)
def test_a_chain_that_cannot_be_normalized_is_refused_in_words(w, x, words):
    with pytest.raises(ValueError) as refusal:
        normalized_chain_orders(w, x, 0.1)
    assert str(refusal.value).startswith(words)


@pytest.mark.parametrize("depth", [1, 2, 20])
def test_the_chain_computed_layer_by_layer_has_torchs_gradient_and_outcome(depth):
    x = np.array([1.5, -0.3, 2.0, 0.4])
    w = torch.tensor(chain_weights(depth, 0.5)).requires_grad_()
    (wanted,) = torch.autograd.grad(normalized_output(w, x), w)
    np.testing.assert_allclose(normalized_chain_gradient(w.detach().numpy(), x), wanted, atol=1e-12)
    steps = np.array([[0.0, 0.05], [0.7, 3.0]])
    after = [[normalized_output(w.detach() - eps * wanted, x) for eps in row] for row in steps]
    found = after_normalized_step(w.detach().numpy(), x, steps)
    np.testing.assert_allclose(found, after, rtol=1e-9)


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("depth, spread", DEPTHS_AND_SPREADS)
def test_a_chain_counts_in_shares_of_its_output(depth, spread, normalized):
    chain = Chain(1.3 * chain_weights(depth, spread, seed=2), normalized)
    step = chain.step_for(0.2)
    orders = chain.orders(step)
    assert (orders[0], orders[1]) == (1.0, pytest.approx(-0.2))
    np.testing.assert_allclose(orders.sum(), chain.after(step), rtol=1e-10)
    assert chain.after(0.0) == 1.0
    moves = np.abs(chain.gradient[:-1]) > 1e-9
    assert moves.any() == (depth > 1 and not normalized)
