import numpy as np
import pytest
import torch

from lecture_helpers.optimization.descent import descend
from lecture_helpers.optimization.momentum import (
    CONVENTIONS,
    behaviour,
    best_gradient_descent,
    convert_lr,
    critical_momentum,
    momentum_path,
    rate,
    slowest,
    steps_to,
)
from lecture_helpers.test_functions.surfaces import quadratic, rosenbrock, rotated_ellipse

START = np.array([1.3, -0.7])


def by_torch(surface, lr, momentum, nesterov, steps, dampening=0.0):
    """The path of ``torch.optim.SGD`` in double precision."""
    theta = torch.tensor(START, requires_grad=True)
    how = dict(lr=lr, momentum=momentum, nesterov=nesterov, dampening=dampening)
    optimizer, points = torch.optim.SGD([theta], **how), [START]
    if dampening:  # torch's first velocity would be the whole gradient
        optimizer.state[theta]["momentum_buffer"] = torch.zeros_like(theta)
    for _ in range(steps):
        theta.grad = torch.tensor(surface.gradient(theta.detach().numpy()))
        optimizer.step()
        points.append(theta.detach().numpy().copy())
    return np.array(points)


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("surface", [rotated_ellipse(30.0, 0.4), rosenbrock(5.0)])
def test_every_convention_with_its_converted_rate_walks_torchs_path(convention, nesterov, surface):
    lr = convert_lr(0.01, 0.85, source="torch", target=convention)
    how = dict(momentum=0.85, steps=80, nesterov=nesterov)
    path = momentum_path(surface, START, lr=lr, convention=convention, **how)
    np.testing.assert_allclose(path.points, by_torch(surface, 0.01, **how), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("source", CONVENTIONS)
@pytest.mark.parametrize("target", CONVENTIONS)
def test_a_rate_converts_exactly_and_back(source, target):
    lr = convert_lr(0.2, 0.7, source="torch", target=source)
    there = convert_lr(lr, 0.7, source=source, target=target)
    assert convert_lr(there, 0.7, source=target, target=source) == pytest.approx(lr, rel=1e-14)


def test_torchs_dampening_is_the_averaged_convention_from_a_velocity_of_zero():
    surface = rotated_ellipse(5.0)
    path = momentum_path(surface, START, lr=0.5, momentum=0.8, steps=30, convention="averaged")
    theirs = by_torch(surface, 0.5, 0.8, False, 30, dampening=0.8)
    np.testing.assert_allclose(path.points, theirs, rtol=1e-10, atol=1e-12)


def test_where_the_rate_changes_the_velocity_convention_parts_from_torchs():
    surface, rates = rotated_ellipse(20.0), np.repeat([0.5, 0.05], 20)
    paths = [
        momentum_path(surface, START, lr=rates, momentum=0.9, steps=40, convention=c).points
        for c in ("torch", "velocity")
    ]
    np.testing.assert_allclose(paths[0][:21], paths[1][:21], rtol=1e-12)
    assert np.abs(paths[0][21:] - paths[1][21:]).max() > 0.1


@pytest.mark.parametrize("nesterov", [False, True])
def test_descent_with_momentum_is_the_torch_convention(nesterov):
    how = dict(lr=0.3, momentum=0.6, steps=25, nesterov=nesterov)
    ours = descend(rotated_ellipse(4.0), START, **how).points
    np.testing.assert_array_equal(ours, momentum_path(rotated_ellipse(4.0), START, **how).points)


def test_nesterov_is_the_gradient_at_the_place_looked_ahead_to():
    surface, lr, m = rosenbrock(2.0), 0.01, 0.8
    theta, v, ahead = START.copy(), np.zeros(2), []
    for _ in range(20):
        ahead.append(theta + m * v)
        v = m * v - lr * surface.gradient(theta + m * v)
        theta = theta + v
    path = momentum_path(surface, START, lr=lr, momentum=m, steps=19, nesterov=True)
    np.testing.assert_allclose(path.points, ahead, rtol=1e-10)


@pytest.mark.parametrize("condition", [1.0, 4.0, 100.0, 1e4])
def test_the_best_rate_of_descent_is_the_closed_form_and_no_other_is_better(condition):
    best, ends = best_gradient_descent(1 / condition, 1), np.array([1 / condition, 1])
    assert best.rate == pytest.approx((condition - 1) / (condition + 1), abs=1e-12)
    assert rate(best.lr, 0.0, ends).max() == pytest.approx(best.rate, abs=1e-12)
    worst = rate(np.linspace(0.01, 4, 400), 0.0, ends[:, None]).max(axis=0)
    assert worst.min() > best.rate - 1e-9


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("lr, momentum", [(0.3, 0.5), (1.5, 0.2), (0.05, 0.9), (2.5, 0.6)])
def test_a_long_run_shrinks_at_the_predicted_rate(lr, momentum, nesterov):
    start, h = [1.0], 0.8
    how = dict(lr=lr, momentum=momentum, steps=240, nesterov=nesterov)
    path = np.abs(momentum_path(quadratic([[h]]), start, **how).points[:, 0])
    factor = float(rate(lr, momentum, h, nesterov=nesterov))
    late, early = path[200:].max(), path[100:140].max()  # peaks: an oscillation passes through 0
    if factor < 1:
        assert (late / early) ** 0.01 == pytest.approx(factor, rel=0.02)
    else:
        assert late > early


@pytest.mark.parametrize(
    "lr, momentum, word, crossings",
    [(0.05, 0.2, "creeps", 0), (0.5, 0.8, "oscillates", 9), (1.8, 0.05, "flips", 60)],
)
def test_the_behaviour_is_seen_in_the_signs(lr, momentum, word, crossings):
    path = momentum_path(quadratic([[1.0]]), [1.0], lr=lr, momentum=momentum, steps=60).points
    assert behaviour(lr, momentum, 1.0) == word
    seen = int((np.diff(np.sign(path[:, 0])) != 0).sum())
    assert abs(seen - crossings) <= 6 if word == "oscillates" else seen == crossings


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("lr", [0.01, 0.3, 0.9])
def test_the_momentum_that_is_critical_has_a_double_root_and_the_best_rate(lr, nesterov):
    m = float(critical_momentum(lr, 1.0, nesterov=nesterov))
    near = rate(lr, np.array([m - 0.002, m, m + 0.002]), 1.0, nesterov=nesterov)
    assert near[1] == near.min()
    assert behaviour(lr, m - 0.002, 1.0, nesterov=nesterov) == "creeps"
    assert behaviour(lr, m + 0.002, 1.0, nesterov=nesterov) == "oscillates"


@pytest.mark.parametrize("lr, nesterov", [(0.3, False), (0.3, True), (2.86, False)])
def test_a_double_root_is_called_critical_within_the_tolerance_only(lr, nesterov):
    momenta = np.linspace(0.001, 0.998, 998)
    double = momenta[rate(lr, momenta, 1.0, nesterov=nesterov).argmin()]  # where the roots meet
    how = dict(nesterov=nesterov, tolerance=0.004)
    assert behaviour(lr, double, 1.0, **how) == "is critical"
    assert behaviour(lr, double + 0.01, 1.0, **how) == "oscillates"
    assert behaviour(lr, double - 0.01, 1.0, **how) == ("creeps" if lr < 1 else "flips")
    assert behaviour(lr, double, 1.0, nesterov=nesterov) != "is critical"


def test_nesterovs_momentum_is_nowhere_critical_where_steps_cross_the_minimum():
    how = dict(nesterov=True, tolerance=0.004)
    found = {behaviour(1.2, m, 1.0, **how) for m in np.linspace(0, 0.9, 91)}
    assert "is critical" not in found


def test_no_momentum_is_critical_where_every_step_crosses_the_minimum():
    assert np.isnan(critical_momentum([1.0, 2.0], 1.0)).all()


def test_the_slowest_curvature_sets_the_pace():
    lrs, momenta, h = np.linspace(0.1, 3, 7), np.linspace(0, 0.9, 5)[:, None], [0.05, 0.4, 1.0]
    expected = np.maximum.reduce([rate(lrs, momenta, curvature) for curvature in h])
    np.testing.assert_array_equal(slowest(lrs, momenta, h), expected)


def test_heavy_ball_beats_descent_by_the_root_of_the_condition():
    condition = 1e4
    plain, root = best_gradient_descent(1 / condition, 1), np.sqrt(condition)
    lr, momentum = 4 / (1 + 1 / root) ** 2, ((root - 1) / (root + 1)) ** 2  # Polyak 1964
    heavy = float(slowest(lr, momentum, [1 / condition, 1.0]))
    assert steps_to(plain.rate) / steps_to(heavy) == pytest.approx(root, rel=0.01)
    assert steps_to(1.2) == np.inf and steps_to(0.0) == 1.0


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: convert_lr(0.0, 0.9, source="torch", target="averaged"), "lr must be a finite"),
        (lambda: convert_lr(0.1, 1.0, source="torch", target="averaged"), "momentum must be a"),
        (lambda: convert_lr(0.1, 0.5, source="keras", target="torch"), "source must be one of"),
        (lambda: critical_momentum(1.0, 0.0), "curvature must be a finite number above 0"),
        (lambda: best_gradient_descent(2.0, 1.0), "low must not be above high"),
        (lambda: best_gradient_descent(0.0, 1.0), "low must be a finite number above 0"),
        (
            lambda: momentum_path(rosenbrock(), START, lr=[0.1, 0.2], momentum=0.5, steps=3),
            "lr must be a number or have shape (3,)",
        ),
        (
            lambda: momentum_path(rosenbrock(), START, lr=-0.1, momentum=0.5, steps=3),
            "lr must be above 0 at every step",
        ),
    ],
)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)
