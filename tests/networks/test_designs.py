"""What lesson 5 says of networks that a hand steers, computed for twenty seeds."""

import numpy as np
import pytest

from lecture_helpers.datasets import digits
from lecture_helpers.networks.designs import skip_arms
from lecture_helpers.training import late_loss, live, mlp, train

TWENTY = list(range(100, 120))  # the lesson shows three others
SGD = dict(momentum=0.0, optimizer="sgd")
ADAM = dict(lr=0.002, momentum=0.0, optimizer="adam")
COOLED = dict(lr=[(0, 0.002), (250, 0.0006)], momentum=0.0, optimizer="adam")
NESTEROV = dict(lr=[(0, 0.006), (250, 0.002)], momentum=0.9, optimizer="nesterov")
SAID = {  # network, layers, hand: the median of the late training loss
    "plain SGD": ("plain", 24, SGD | dict(lr=0.0316), 1.3),
    "momentum": ("plain", 24, dict(lr=0.005, momentum=0.9, optimizer="sgd"), 0.6),
    "Adam": ("plain", 24, ADAM, 0.11),
    "Adam, cooled": ("plain", 24, COOLED, 0.065),
    "residual, plain SGD": ("residual", 24, SGD | dict(lr=0.0316), 0.025),
    "residual, Adam, cooled": ("residual", 24, COOLED, 0.0025),
    "16 layers": ("plain", 16, NESTEROV, 0.043),
    "residual, 16 layers": ("residual", 16, SGD | dict(lr=0.1), 0.009),
    "BN, plain SGD": ("BN", 24, SGD | dict(lr=0.1), 0.53),
    "BN, Adam": ("BN", 24, ADAM, 1.45),
}


@pytest.mark.soak
@pytest.mark.parametrize("case", SAID)
def test_what_lesson_5_says_of_a_steered_network_holds_for_twenty(case):
    arm, depth, hand, said = SAID[case]
    training = live(
        mlp, digits(), arms={arm: skip_arms(depth)[arm]}, depth=depth, seeds=TWENTY, width=32,
        steps=400, record=41, measured=300, memory=24,
    )  # fmt: skip
    median = 10 ** np.median(late_loss(training.at(400, **hand)))
    assert median == pytest.approx(said, rel=0.1)


@pytest.mark.soak
def test_the_rates_of_16_layers_in_lesson_5_are_the_best_of_the_ladder():
    said = {"plain": 0.0316, "BN": 0.316, "residual": 0.1, "residual + BN": 0.1}
    rates = [0.00316, 0.01, 0.0316, 0.1, 0.316, 1.0]
    arms = {arm: skip_arms(16)[arm] for arm in said}
    how = dict(depth=16, width=32, steps=400, record=41, seeds=8, progress=False)
    runs = train(mlp, digits(), arms=arms, lr=rates, **how)
    late = {arm: late_loss(runs.at(arm=arm)).mean(axis=-1) for arm in said}
    assert {arm: rates[int(np.argmin(losses))] for arm, losses in late.items()} == said
