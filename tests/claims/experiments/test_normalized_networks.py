import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import normalized_networks as networks


def gap(record, arm, other):
    """The smallest paired difference over the seeds."""
    return min(np.subtract(record.arms[arm], record.arms[other]))


@pytest.fixture(scope="module")
def flow():
    return measure(claim("C6").experiment, QUICK_SEEDS)


def test_batch_norm_makes_a_well_scaled_relu_gradient_explode(flow):
    assert gap(flow, "batch: relu, He's rule", "none: relu, He's rule") > 0.1
    assert np.mean(flow.extras["batch: relu, He's rule, signed"]) == pytest.approx(
        np.log10(np.pi / (np.pi - 1)), abs=0.02
    )


def test_batch_norm_rescues_the_gradient_of_sigmoids_and_of_small_relu_weights(flow):
    assert gap(flow, "none: sigmoid, He's rule", "batch: sigmoid, He's rule") > 0.8
    assert gap(flow, "none: relu, weights halved", "batch: relu, weights halved") > 0.3


def test_no_fixed_step_suits_all_chains_but_the_slides_rule_nearly_does():
    steps = measure(claim("C4").experiment, QUICK_SEEDS)
    fixed = gap(steps, "fixed, most tolerant", "fixed, least tolerant")
    slide = gap(steps, "slide, most tolerant", "slide, least tolerant")
    assert fixed > 1.3 > 1.0 > slide


def test_batches_of_four_are_never_unit_gaussian_to_a_test():
    gaussian = measure(claim("C13").experiment, QUICK_SEEDS, sizes=(4, 64), repeats=10)
    assert min(gaussian.arms["rejected, m = 4"]) == 1.0
    assert max(gaussian.arms["rejected, m = 64"]) < 0.2


def test_bold_steps_break_their_promise_and_small_ones_keep_it():
    kept = measure(claim("C1").experiment, QUICK_SEEDS[:4], depths=(3,)).arms
    assert min(kept["none, depth 3, late, 0.03"]) > 0.9
    assert max(kept["none, depth 3, late, 1"]) < 0.5


def test_large_and_small_initial_weights_train_with_batch_norm_only():
    shares = measure(
        claim("C9").experiment, QUICK_SEEDS[:4], gains=(0.0215, 4.64), rates=(0.1,)
    ).arms
    assert max(shares["none, lr 0.1"]) == 0
    assert min(shares["batch, lr 0.1"]) == 1


def test_a_gain_whose_learning_rate_follows_its_square_changes_nothing():
    """Within what the stabiliser and the running averages leave at the end of training."""
    runs = networks.gain_runs((0, 1), gains=(1.0, 4.64), rates=(0.1,), steps=60)
    same = runs.at(arm=networks.GAIN_ARMS[2], lr=0.1).train_loss[..., -1]
    np.testing.assert_allclose(same[0], same[1], rtol=0.05)
    plain = runs.at(arm="none", lr=0.1).train_loss[..., -1]
    assert not np.allclose(plain[0], plain[1], rtol=0.05)


@pytest.mark.parametrize("name", ["C14", "C18"])
def test_backward_formulas_agree_with_central_differences(name):
    found = measure(claim(name).experiment, QUICK_SEEDS[:3])
    assert all(max(found.arms[check]) < bound for check, bound in found.tolerances.items())
