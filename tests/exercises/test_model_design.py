"""The answers of lesson 5's self-test, computed."""

import copy

import numpy as np
import pytest

from lecture_helpers.claims.experiments.skip_connections import repairable_mlp
from lecture_helpers.datasets import digits
from lecture_helpers.exercises.model_design import momentum_steps, self_test
from lecture_helpers.networks.mean_field import mean_field
from lecture_helpers.networks.signal_profile import signal_profile
from lecture_helpers.networks.signal_propagation import propagate
from lecture_helpers.optimization.momentum import critical_momentum, momentum_path, rate
from lecture_helpers.test_functions.surfaces import Surface
from lecture_helpers.training import seeded

RIGHT = [question.right for question in self_test]
OPTIONS = [list(question.answers) for question in self_test]
DIGITS = digits().inputs[:64]


def test_what_glorots_weights_leave_to_a_relu_tower():
    left = mean_field("relu", 21, gain=2**-0.5).gradient[0]
    assert left == pytest.approx(2**-10)
    assert RIGHT[0] == f"about 1/{round(1 / left, -3):,.0f}"


def test_the_largest_gain_at_which_a_residual_tower_stays_below_two():
    growth = {
        gain: mean_field("relu", 25, skip="residual", gain=float(gain)).gradient[0]
        for gain in ("1", *OPTIONS[1][:-1])
    }
    assert growth["1"] == pytest.approx(2**12)
    assert RIGHT[1] == max((gain for gain in growth if growth[gain] < 2), key=float)


def test_where_the_digits_run_together():
    plain = signal_profile(DIGITS, depth=24)
    skips = signal_profile(DIGITS, depth=24, skip="residual", gain=24**-0.5)
    for tower in (plain, skips):
        assert 0.4 < tower.gradient[0] / tower.gradient[-1] < 2.5
    assert plain.spread[-1] < plain.spread[0] / 2
    assert skips.spread[-1] > 2 * skips.spread[0]
    for tower in (plain, skips):
        share = tower.spread / tower.signal
        assert share[-1] < share[0] / 2
    assert RIGHT[2] == "it falls in the plain tower and grows in the other"


def test_which_tower_keeps_a_tenth():
    towers = {
        "ReLU with Glorot's weights": dict(activation="relu", gain=2**-0.5),
        "tanh with a gain of 0.3": dict(activation="tanh", gain=0.3),
        "sigmoid with He's weights": dict(activation="sigmoid"),
        "sigmoid with a gain of 7": dict(activation="sigmoid", gain=7.0),
    }
    assert list(towers) == OPTIONS[3]
    kept = []
    for name, settings in towers.items():
        gradient = signal_profile(DIGITS, depth=50, **settings).gradient
        kept += [name] if gradient[0] > 0.1 * gradient[-1] else []
    assert kept == [RIGHT[3]]


def test_the_rate_with_which_momentum_steps_as_far():
    slope = Surface("a slope", lambda x: x.sum(axis=-1), np.ones_like, np.zeros((1, 1)))

    def last_step(lr, momentum):
        points = momentum_path(slope, [0.0], lr=lr, momentum=momentum, steps=300).points
        return points[-2, 0] - points[-1, 0]

    assert last_step(float(RIGHT[4][3:]), 0.9) == pytest.approx(last_step(0.03, 0.0))


def test_critical_momentum():
    best = float(RIGHT[5])
    assert critical_momentum(1.0, 0.25) == pytest.approx(best)
    assert rate(1.0, best, 0.25) == pytest.approx(0.5)
    assert min(OPTIONS[5], key=lambda m: rate(1.0, float(m), 0.25)) == RIGHT[5]


@pytest.mark.parametrize("rows, said", [(slice(None), (2.6, 0.3)), (slice(1, None), (0.1, 0.5))])
def test_the_ranges_of_a_small_table(rows, said):
    table = np.array([[0.3, 0.3, 0.3], [-2.0, -2.2, -2.4], [-2.1, -2.1, -2.7]])[rows]
    found = [np.ptp(table.mean(axis=axis)) for axis in (1, 0)]
    assert np.round(found, 1).tolist() == list(said)
    assert said == (2.6, 0.3) or RIGHT[6] == f"models {said[0]}, optimizers {said[1]}"


def test_by_hes_rule_there_is_little_to_repair():
    x = digits().inputs[:256]
    left = {"he": [], "glorot": []}
    for init, ratios in left.items():
        for seed in range(8):
            settings = dict(examples=x, inputs=64, outputs=10, depth=24, width=32, init=init)
            gradient = propagate(seeded(repairable_mlp, seed=seed, **settings), x).gradient
            ratios.append(np.log10(gradient[0] / gradient[-1]))
    assert np.mean(left["he"]) > -0.5
    assert np.mean(left["glorot"]) < -3
    assert RIGHT[7] == "there was hardly anything to repair"


STEP = {
    "v": "v = momentum * v + hessian @ theta",
    "theta": "theta = theta - lr * v",
    "store": "path.append(theta)",
    "u": "v = momentum * v - lr * hessian @ theta",
    "ahead": "v = momentum * v + hessian @ (theta - lr * momentum * v)",
}


@pytest.mark.parametrize(
    "order, mistake, said",
    [
        ("v theta store", None, ""),
        ("theta v store", "lacks the last step", "moved before v was updated"),
        ("v store theta", "lacks the last step", "stored before it moved"),
        ("theta store v", "lacks the last step", "moved before v was updated"),
        ("store theta v", "twice, and lacks", "stored before it moved, for instance, and moved"),
        ("u theta store", "used twice, and every step goes uphill", "goes with theta + v"),
        ("ahead theta store", "the place ahead", "Nesterov's look ahead"),
    ],
)
def test_lines_of_momentum_in_another_order(order, mistake, said):
    loop = "".join(f"        {STEP[word]}\n" for word in order.split())
    found: dict = {"np": np}
    exec(
        "def answer(hessian, theta, lr, momentum, steps):\n"
        "    v, path = np.zeros_like(theta), []\n"
        f"    for _ in range(steps):\n{loop}    return np.array(path)",
        found,
    )
    feedback = copy.copy(momentum_steps).check(found["answer"])
    assert feedback.right == (mistake is None)
    assert mistake is None or mistake in feedback.mistake
    assert said in feedback.text
