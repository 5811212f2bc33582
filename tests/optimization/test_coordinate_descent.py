from fractions import Fraction

import numpy as np
import pytest

from lecture_helpers.optimization.coordinate_descent import (
    coordinate_descent,
    coupled_hessian,
    coupled_quadratic,
    descent_factor,
    grouped_hessian,
    quadratic_minimiser,
    sweep_factor,
)
from lecture_helpers.optimization.descent import descend
from lecture_helpers.test_functions.coordinate_traps import (
    coupled_wells,
    coupled_wells_minimiser,
    kinked_minimiser,
    kinked_valley,
    powell,
    powell_start,
    powell_walk,
)
from lecture_helpers.test_functions.surfaces import quadratic


def random_hessian(seed, d=6):
    m = np.random.default_rng(seed).standard_normal((d, d + 2))
    return m @ m.T + 0.1 * np.eye(d)


def exact(hessian, start, **settings):
    return coordinate_descent(
        quadratic(hessian), start, minimise=quadratic_minimiser(hessian), **settings
    )


@pytest.mark.parametrize("a", [0.01, 0.3, 1.0, 10.0])
def test_each_coordinate_step_divides_the_coupled_quadratics_distance_by_one_plus_a(a):
    path = exact(coupled_hessian(a), [2.0, -1.5], sweeps=6)
    k = np.arange(1, 7)
    np.testing.assert_allclose(path.points[2::2, 1], -1.5 * (1 + a) ** (-2.0 * k), rtol=1e-12)
    np.testing.assert_allclose(path.points[1::2, 0], -1.5 * (1 + a) ** (1 - 2.0 * k), rtol=1e-12)
    np.testing.assert_allclose(sweep_factor(coupled_hessian(a)), (1 + a) ** -2, rtol=1e-12)


@pytest.mark.parametrize("a", [0.01, 0.3, 1.0])
def test_a_coordinate_step_and_a_whole_best_gradient_step_contract_the_coupled_quadratic_alike(a):
    lr, factor = descent_factor(coupled_hessian(a))
    np.testing.assert_allclose(factor, 1 / (1 + a), rtol=1e-12)
    path = descend(coupled_quadratic(a), [1.0, 1.0], lr=lr, steps=9)
    np.testing.assert_allclose(path.points[:, 0], factor ** np.arange(10.0), rtol=1e-10)


def test_one_sweep_suffices_where_the_variables_are_separate():
    h = np.diag([4.0, 0.1, 2.0])
    np.testing.assert_allclose(exact(h, [1.0, 2.0, 3.0], sweeps=1).points[-1], 0, atol=1e-15)


@pytest.mark.parametrize("order", ["cyclic", "random", "greedy"])
@pytest.mark.parametrize("blocks", [None, [[0, 3], [1, 2, 4], [5]]])
def test_no_update_raises_the_cost_and_every_block_is_at_its_minimum_when_it_was_moved(
    order, blocks
):
    h = random_hessian(0)
    path = exact(h, np.ones(6), sweeps=30, order=order, blocks=blocks)
    assert np.diff(path.costs).max() <= 1e-12
    for before, after in zip(path.points, path.points[1:], strict=False):
        moved = np.flatnonzero(before != after)
        np.testing.assert_allclose((h @ after)[moved], 0, atol=1e-9)


def test_blocks_of_one_are_coordinate_descent_and_one_block_of_all_is_the_joint_minimum():
    h, b = random_hessian(1), np.arange(6.0)
    surface, minimise = quadratic(h), quadratic_minimiser(h, b)
    ones = coordinate_descent(
        surface, np.ones(6), minimise=minimise, blocks=[[i] for i in range(6)], sweeps=4
    )
    x = np.ones(6)
    for _ in range(4):
        for i in range(6):
            x[i] += (b[i] - h[i] @ x) / h[i, i]
    np.testing.assert_allclose(ones.points[-1], x, rtol=1e-10)
    whole = coordinate_descent(surface, np.ones(6), minimise=minimise, blocks=[range(6)], sweeps=1)
    np.testing.assert_allclose(whole.points[-1], np.linalg.solve(h, b), rtol=1e-9)


def test_greedy_picks_the_block_that_lowers_the_cost_most():
    path = exact(np.diag([1.0, 5.0, 2.0]), [1.0, 1.0, 1.0], sweeps=1, order="greedy")
    moved = [int(np.flatnonzero(a != b)[0]) for a, b in zip(path.points, path.points[1:],
                                                           strict=False)]  # fmt: skip
    assert moved == [1, 2, 0]


def test_the_path_ends_where_the_cost_is_low_enough():
    path = exact(coupled_hessian(0.1), [1.0, 1.0], sweeps=500, until=1e-3)
    assert path.costs[-1] <= 1e-3 < path.costs[-2]


def test_weak_coupling_between_groups_needs_few_sweeps_over_blocks_and_strong_coupling_many():
    blocks = [range(5 * g, 5 * g + 5) for g in range(4)]
    sweeps = {}
    for between in (0.02, 0.6):
        h = grouped_hessian(4, 5, 0.8, between)
        path = exact(h, np.ones(20), sweeps=500, blocks=blocks, until=1e-12)
        sweeps[between] = (len(path.costs) - 1) / 4
    assert sweeps[0.02] < 0.5 * sweeps[0.6]


@pytest.mark.parametrize("surface", [kinked_valley(), coupled_wells(), powell()],
                         ids=lambda s: s.name)  # fmt: skip
def test_the_traps_gradients_agree_with_central_differences(surface):
    d, h = surface.dimensions, 1e-6
    points = np.random.default_rng(0).normal(scale=1.5, size=(40, d))
    for i, e in enumerate(np.eye(d)):
        numeric = (surface.value(points + h * e) - surface.value(points - h * e)) / (2 * h)
        np.testing.assert_allclose(surface.gradient(points)[:, i], numeric, atol=1e-6)


@pytest.mark.parametrize(
    "surface, minimise",
    [(kinked_valley(3.0), kinked_minimiser(3.0)), (kinked_valley(0.5), kinked_minimiser(0.5)),
     (coupled_wells(2.0), coupled_wells_minimiser(2.0))],
    ids=["steep kink", "flat kink", "wells"],
)  # fmt: skip
def test_the_traps_exact_minimisers_are_not_beaten_along_their_line(surface, minimise):
    for x in np.random.default_rng(1).normal(scale=2, size=(20, 2)):
        for i in (0, 1):
            block, best = np.array([i]), x.copy()
            best[i] = np.ravel(minimise(x, block))[0]
            others = np.tile(best, (2001, 1))
            others[:, i] += np.linspace(-5, 5, 2001)
            assert surface.value(best) <= surface.value(others).min() + 1e-12


def test_the_kink_stops_coordinate_descent_anywhere_on_the_valley_floor():
    path = coordinate_descent(kinked_valley(), [2.0, 0.5], minimise=kinked_minimiser(), sweeps=50)
    assert path.points[1:].tolist() == [[0.5, 0.5]] * 100
    assert kinked_valley().value([0.0, 0.0]) < path.costs[-1]


def test_the_saddle_holds_a_start_on_an_axis_and_lets_every_other_go_to_a_well():
    surface, minimise = coupled_wells(), coupled_wells_minimiser()
    on_axis = coordinate_descent(surface, [1.0, 0.0], minimise=minimise, sweeps=100)
    assert on_axis.points[-1].tolist() == [0.0, 0.0]
    beside = coordinate_descent(surface, [1.0, 1e-9], minimise=minimise, sweeps=100)
    np.testing.assert_allclose(np.abs(beside.points[-1]), 1, rtol=1e-9)
    assert surface.value([0.5, -0.5]) < surface.value([0.0, 0.0])


# Powell's function


def powell_path(updates=150):
    return powell_walk(powell_start(Fraction(1, 8)), updates)


def test_powells_exact_signs_repeat_with_period_six_and_no_point_repeats():
    path = powell_path()
    signs = [tuple(v > 0 for v in point) for point in path]
    assert all(signs[t] == signs[t + 6] for t in range(len(signs) - 6))
    assert not any(signs[t] == signs[t + k] for t in range(100) for k in range(1, 6))
    assert len(set(path)) == len(path)


def test_powells_exact_distance_to_the_vertices_halves_with_every_update():
    path = powell_path()
    distances = [max(abs(abs(v) - 1) for v in point) for point in path]
    assert all(b == a / 2 for a, b in zip(distances[3:], distances[4:], strict=False))
    assert all(type(d) is Fraction for d in distances)


def powell_cost(point):
    """Powell's cost of one point in the arithmetic of the point, exact for Fractions."""
    x, y, z = point
    return -x * y - y * z - z * x + sum(max(abs(v) - 1, 0) ** 2 for v in point)


def test_powells_exact_cost_falls_to_one_and_its_gradient_does_not_vanish():
    path = powell_path()
    costs = [powell_cost(point) for point in path]
    assert all(b < a for a, b in zip(costs, costs[1:], strict=False))
    assert 0 < costs[-1] - 1 < Fraction(1, 2**100)
    lengths = np.linalg.norm(powell().gradient(np.array(path, dtype=float)), axis=1)
    assert lengths.min() > 1.9


def test_powells_update_is_the_minimum_along_the_variable():
    for point in np.random.default_rng(3).normal(scale=2, size=(20, 3)):
        after = np.array(powell_walk(point.tolist(), 1)[1])
        others = np.tile(after, (2001, 1))
        others[:, 0] += np.linspace(-6, 6, 2001)
        assert powell().value(after) <= powell().value(others).min() + 1e-12
        np.testing.assert_allclose(powell_cost(after), powell().value(after), rtol=1e-12)


@pytest.mark.parametrize("tie", [-1, 0, 1])
def test_rounded_to_floats_powells_sum_becomes_zero_and_the_walk_leaves_the_circle(tie):
    exact_path = powell_path(300)
    rounded = powell_walk([float(v) for v in powell_start()], 300, tie)
    apart = [
        t
        for t in range(301)
        if any((a > 0) != (b > 0) for a, b in zip(exact_path[t], rounded[t], strict=True))
    ]
    assert 40 < apart[0] < 70
    if tie == 0:
        assert powell_cost(rounded[-1]) < -100


@pytest.mark.parametrize(
    "change, words",
    [
        (dict(start=[1.0, np.nan]), "start must hold finite numbers only"),
        (dict(start=[1.0, 2.0, 3.0]), "start must have shape"),
        (dict(sweeps=0), "sweeps must be a whole number, 1 or more, not 0."),
        (dict(order="backwards"), "order must be one of 'cyclic', 'random', 'greedy'"),
        (dict(blocks=[[0]]), r"blocks must hold each of the variables 0 to 1 once, not \[0\]."),
        (dict(blocks=[[0, 1], [1]]), r"blocks must hold each of the variables 0 to 1 once"),
    ],
)
def test_bad_input_to_coordinate_descent_is_refused_in_words(change, words):
    arguments = dict(start=[1.0, 1.0], sweeps=3) | change
    with pytest.raises(ValueError, match=words):
        exact(coupled_hessian(1.0), **arguments)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: coupled_quadratic(0), "a must be a finite number above 0, not 0."),
        (lambda: coupled_wells(1.0), "coupling must be a finite number above 1, not 1.0."),
        (lambda: powell_walk([1, 2], 3), "start must have shape"),
        (lambda: powell_walk([1, 2, float("nan")], 3), "start must hold finite numbers only"),
        (lambda: powell_walk([1, 2, 3], 3, tie=2), "tie must be a number from 0 to 1, not 2."),
        (lambda: sweep_factor(np.array([[1.0, 2.0], [2.0, 1.0]])), "hessian must be positive"),
        (lambda: grouped_hessian(2, 2, 0.1, 0.9), "hessian must be positive definite"),
    ],
)
def test_bad_input_to_the_surfaces_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
