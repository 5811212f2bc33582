from fractions import Fraction

import numpy as np
import pytest

from lecture_helpers.optimization.coordinate_descent import (
    coordinate_descent,
    coupled_groups,
    coupled_hessian,
    coupled_quadratic,
    descent_factor,
    quadratic_minimiser,
    sweep_factor,
    sweep_matrix,
)
from lecture_helpers.optimization.descent import descend
from lecture_helpers.test_functions.coordinate_traps import (
    absolute_errors,
    absolute_errors_minimiser,
    bounded_powell,
    bounded_powell_minimiser,
    coupled_wells,
    coupled_wells_minimiser,
    kinked_minimiser,
    kinked_valley,
    many_wells,
    many_wells_minimiser,
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
    for coupling in (0.1, 0.9):
        h = coupled_groups(4, 5, coupling)
        path = exact(h, np.ones(20), sweeps=500, blocks=blocks, until=1e-12)
        sweeps[coupling] = (len(path.costs) - 1) / 4
    assert sweeps[0.1] < 0.5 * sweeps[0.9]


@pytest.mark.parametrize("groups, size", [(4, 5), (6, 1)])
def test_the_coupling_of_groups_is_the_largest_share_that_other_groups_have(groups, size):
    coupled, separate = (coupled_groups(groups, size, share, seed=3) for share in (0.7, 0.0))
    values, vectors = np.linalg.eigh(separate)
    np.testing.assert_allclose(values[[0, -1]], [1, 100], rtol=1e-9)
    unroot = vectors / np.sqrt(values) @ vectors.T
    shares = np.linalg.eigvalsh(unroot @ coupled @ unroot)
    np.testing.assert_allclose(np.abs(shares - 1).max(), 0.7, rtol=1e-9)
    group = np.arange(groups * size) // size
    inside = group[:, None] == group
    np.testing.assert_allclose(coupled[inside], separate[inside], atol=1e-9)
    assert not separate[~inside].any()


def test_the_sweep_matrix_makes_the_same_sweep_as_block_after_block():
    h, start = coupled_groups(4, 3, 0.8, seed=1), np.arange(1.0, 13.0)
    threes = [range(g, g + 3) for g in range(0, 12, 3)]
    for blocks in (None, threes, [[5, 0, 7], range(8, 12), [1, 2, 3, 4, 6]]):
        path = exact(h, start, sweeps=1, blocks=blocks)
        np.testing.assert_allclose(sweep_matrix(h, blocks) @ start, path.points[-1], atol=1e-9)
    np.testing.assert_allclose(sweep_matrix(h, [range(12)]), 0, atol=1e-12)


J = np.array([[0.0, 3.0, -1.0], [3.0, 0.0, 2.0], [-1.0, 2.0, 0.0]])
A, B = (np.random.default_rng(7).standard_normal(shape) for shape in ((12, 3), 12))


@pytest.mark.parametrize("surface", [kinked_valley(), coupled_wells(), powell(),
                                     bounded_powell(), many_wells(J), absolute_errors(A, B)],
                         ids=lambda s: s.name)  # fmt: skip
def test_the_traps_gradients_agree_with_central_differences(surface):
    d, h = surface.dimensions, 1e-6
    points = np.random.default_rng(0).normal(scale=2.5, size=(40, d))
    for i, e in enumerate(np.eye(d)):
        numeric = (surface.value(points + h * e) - surface.value(points - h * e)) / (2 * h)
        np.testing.assert_allclose(surface.gradient(points)[:, i], numeric, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "surface, minimise",
    [(kinked_valley(3.0), kinked_minimiser(3.0)), (kinked_valley(0.5), kinked_minimiser(0.5)),
     (coupled_wells(2.0), coupled_wells_minimiser(2.0)), (many_wells(J), many_wells_minimiser(J)),
     (absolute_errors(A, B), absolute_errors_minimiser(A, B)),
     (bounded_powell(3.0), bounded_powell_minimiser(3.0))],
    ids=["steep kink", "flat kink", "wells", "many wells", "absolute errors", "Powell"],
)  # fmt: skip
def test_the_traps_exact_minimisers_are_not_beaten_along_their_line(surface, minimise):
    for x in np.random.default_rng(1).normal(scale=3, size=(20, surface.dimensions)):
        for i in range(len(x)):
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


def test_the_least_absolute_errors_are_not_beaten_beside_their_minimum():
    surface = absolute_errors(A, B)
    beside = surface.minima + np.random.default_rng(0).normal(scale=0.1, size=(2000, 3))
    assert surface.value(surface.minima[0]) < surface.value(beside).min()


def test_two_wells_are_the_many_wells_of_two_variables():
    j, points = np.array([[0.0, 2.0], [2.0, 0.0]]), np.random.default_rng(0).normal(size=(9, 2))
    np.testing.assert_allclose(many_wells(j).value(points), coupled_wells().value(points))
    x, first = points[0], np.array([0])
    np.testing.assert_allclose(
        many_wells_minimiser(j)(x, first), coupled_wells_minimiser()(x, first)
    )


# Powell's function


def test_the_bound_leaves_the_circle_alone_and_gives_powell_two_minima():
    bounded, free = bounded_powell(), powell()
    circle = np.array(powell_path(60), dtype=float)
    np.testing.assert_array_equal(bounded.value(circle), free.value(circle))
    best = bounded_powell_minimiser()
    for i, point in enumerate(circle[:40]):
        block = np.array([i % 3])
        np.testing.assert_allclose(best(point, block), circle[i + 1][block], rtol=1e-12)
    np.testing.assert_allclose(bounded.gradient(bounded.minima), 0, atol=1e-12)
    beside = bounded.minima[0] + np.random.default_rng(0).normal(scale=0.2, size=(500, 3))
    assert bounded.value(bounded.minima[0]) < bounded.value(beside).min()
    np.testing.assert_allclose(bounded.value(bounded.minima[0]), bounded.value(bounded.minima[1]))


def test_a_start_beside_powells_circle_comes_to_a_minimum_of_the_bounded_function():
    surface, best = bounded_powell(), bounded_powell_minimiser()
    start = np.array(powell_start(0.125)) + [0.01, 0, 0]
    path = coordinate_descent(surface, start, minimise=best, sweeps=200)
    assert np.linalg.norm(surface.minima - path.points[-1], axis=1).min() < 1e-9


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
        (lambda: powell_walk([1, 2, float("nan")], 3), "start must be a finite number, not nan"),
        (lambda: powell_walk([1, 2, 3], 3, tie=2), "tie must be a number from -1 to 1, not 2."),
        (lambda: sweep_factor(np.array([[1.0, 2.0], [2.0, 1.0]])), "hessian must be positive"),
        (
            lambda: coupled_groups(2, 2, 1.0),
            "coupling must be a number from 0 up to but not including 1",
        ),
        (lambda: many_wells(np.eye(2)), "couplings must be symmetric and 0 on the diagonal."),
        (lambda: bounded_powell(2.0), "bound must be a finite number above 2, not 2.0."),
    ],
)
def test_bad_input_to_the_surfaces_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
