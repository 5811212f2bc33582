import numpy as np
import pytest

from lecture_helpers.optimization.descent import conjugate_gradients, descend
from lecture_helpers.test_functions.multimodal import ripples
from lecture_helpers.test_functions.surfaces import quadratic, rosenbrock, rotated_ellipse

SURFACES = [
    quadratic(np.diag([3.0, 1.0, 0.2])),
    rotated_ellipse(10.0, 0.6),
    rosenbrock(),
    ripples(phase=np.pi),
    ripples(ripple=0.4, waves=5.0, phase=np.pi, dimensions=4),
]
named = pytest.mark.parametrize("surface", SURFACES, ids=lambda s: f"{s.name}-{s.dimensions}d")


@named
def test_gradient_agrees_with_central_differences(surface):
    points, h = np.random.default_rng(0).normal(size=(20, surface.dimensions)), 1e-5
    for i, e in enumerate(np.eye(surface.dimensions)):
        numeric = (surface.value(points + h * e) - surface.value(points - h * e)) / (2 * h)
        np.testing.assert_allclose(surface.gradient(points)[:, i], numeric, rtol=1e-6, atol=1e-6)


@named
def test_no_drawn_point_lies_below_the_stated_minima_and_the_gradient_vanishes_there(surface):
    points = np.random.default_rng(1).normal(scale=2, size=(5000, surface.dimensions))
    assert surface.value(points).min() >= surface.value(surface.minima).max()
    np.testing.assert_allclose(surface.gradient(surface.minima), 0, atol=1e-12)


@named
def test_many_starts_at_once_are_the_same_as_one_by_one(surface):
    starts = np.random.default_rng(2).normal(size=(4, surface.dimensions))
    together = descend(surface, starts, lr=1e-3, steps=30, momentum=0.5)
    for i, start in enumerate(starts):
        alone = descend(surface, start, lr=1e-3, steps=30, momentum=0.5)
        np.testing.assert_allclose(together.points[:, i], alone.points, rtol=1e-12)


@pytest.mark.parametrize("lr", [0.1, 0.5, 1.9])
def test_plain_descent_contracts_each_curvature_by_one_minus_lr_times_it(lr):
    h = np.array([1.0, 0.3])
    path = descend(quadratic(np.diag(h)), [2.0, -1.0], lr=lr, steps=25)
    np.testing.assert_allclose(path.points[-1], (1 - lr * h) ** 25 * [2.0, -1.0], rtol=1e-10)


def test_a_step_above_two_over_the_curvature_is_marked_diverged_and_leaves_its_neighbour_alone():
    surface = quadratic([[1.0]])
    path = descend(surface, [[1.0], [0.0]], lr=2.5, steps=200)
    assert path.diverged.tolist() == [True, False]
    assert np.isnan(path.costs[-1, 0]) and path.costs[-1, 1] == 0


def test_noise_is_drawn_from_the_seed_alone():
    surface = rotated_ellipse(5.0)
    runs = [
        descend(surface, [1.0, 1.0], lr=0.1, steps=10, noise=1.0, seed=s).points for s in (4, 4, 5)
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


@pytest.mark.parametrize(
    "change, words",
    [
        (dict(lr=0), "lr must be a finite number above 0, not 0."),
        (dict(lr=float("nan")), "lr must be a finite number above 0, not nan."),
        (dict(steps=0), "steps must be a whole number, 1 or more, not 0."),
        (dict(momentum=1.0), "momentum must be a number from 0 up to but not including 1"),
        (dict(noise=-1), "noise must be a finite number, 0 or more, not -1."),
        (dict(start=[1.0]), "start must have shape (..., 2) for this surface, not (1,)."),
        (dict(start=[1.0, np.nan]), "start must hold finite numbers only"),
    ],
)
def test_bad_input_is_refused_in_words(change, words):
    with pytest.raises(ValueError) as refusal:
        descend(rosenbrock(), **(dict(start=[0.0, 0.0], lr=0.1, steps=3) | change))
    assert str(refusal.value).startswith(words)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: rotated_ellipse(0.5), "condition must be a finite number, 1 or more"),
        (lambda: quadratic(np.diag([1.0, -1.0])), "hessian must be positive definite"),
        (lambda: quadratic(np.ones((2, 3))), "hessian must be a symmetric"),
    ],
)
def test_impossible_surfaces_are_refused_in_words(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)


def random_hessian(d=8, seed=0):
    m = np.random.default_rng(seed).standard_normal((d, d + 1))
    return m @ m.T + 0.1 * np.eye(d)


def test_conjugate_gradients_arrive_in_as_many_steps_as_there_are_different_curvatures():
    start = np.ones(8)
    costs = conjugate_gradients(random_hessian(), start, steps=8)
    assert costs[-1] < 1e-12 * costs[0] < costs[-2] and (np.diff(costs) < 0).all()
    two = np.diag([1.0] * 5 + [7.0] * 3)
    assert conjugate_gradients(two, start, steps=2)[-1] < 1e-25


def test_conjugate_gradients_are_not_beaten_along_the_span_of_their_gradients():
    h, x = random_hessian(), np.arange(1.0, 9.0)
    span = np.stack([h @ x, h @ h @ x, h @ h @ h @ x], axis=1)
    best = x - span @ np.linalg.solve(span.T @ h @ span, span.T @ h @ x)
    costs = conjugate_gradients(h, x, steps=3)
    np.testing.assert_allclose(costs[-1], best @ h @ best / 2, rtol=1e-8)


def test_a_perfect_preconditioner_needs_one_step_and_a_low_enough_cost_ends_the_search():
    h, x = random_hessian(), np.ones(8)
    costs = conjugate_gradients(h, x, steps=5, preconditioner=np.linalg.inv(h), until=1e-12)
    assert len(costs) == 2 and costs[-1] <= 1e-12
