"""The answers of lesson 2's self-test, computed."""

import numpy as np
import pytest

from lecture_helpers.exercises.coordinate_descent import self_test
from lecture_helpers.optimization.coordinate_descent import (
    coordinate_descent,
    coupled_groups,
    coupled_hessian,
    descent_factor,
    quadratic_minimiser,
    sweep_factor,
    sweep_matrix,
)
from lecture_helpers.optimization.sparse_coding import sparse_cost
from lecture_helpers.test_functions import coordinate_traps as traps
from lecture_helpers.test_functions.surfaces import quadratic, rotated_ellipse

RIGHT = [question.right for question in self_test]


def sweeps(hessian, start, share: float) -> int:
    """How many sweeps leave this share of the cost."""
    path = coordinate_descent(
        quadratic(hessian), start, minimise=quadratic_minimiser(hessian), sweeps=1000
    )
    return int(np.ceil(np.argmax(path.costs <= share * path.costs[0]) / 2))


def test_five_sweeps_of_a_quarter():
    factor = sweep_factor(coupled_hessian(1.0))
    assert int(RIGHT[0]) == np.ceil(np.log(1e-3) / np.log(factor)) == 5


@pytest.mark.parametrize("angle, said", [(0, "1"), (45, "119"), (90, RIGHT[1])])
def test_a_valley_that_is_turned(angle, said):
    hessian = rotated_ellipse(100.0, np.radians(angle)).gradient(np.eye(2))
    assert sweeps(hessian, [2.0, 2.5], 1e-6) == int(said)


def test_what_fifty_draws_miss():
    rng = np.random.default_rng(0)
    missed = [50 - len(set(rng.integers(50, size=50).tolist())) for _ in range(2000)]
    assert round(np.mean(missed)) == round(50 * (1 - 1 / 50) ** 50) == int(RIGHT[2])


def test_the_kink_stands_still():
    path = coordinate_descent(
        traps.kinked_valley(), [-1.0, 2.0], minimise=traps.kinked_minimiser(), sweeps=500
    )
    assert str(tuple(map(int, path.points[-1]))) == RIGHT[3]


def test_half_the_plane_creeps_into_the_flat_saddle():
    surface, minimise = traps.flat_saddle(), traps.flat_saddle_minimiser()
    for start in np.random.default_rng(0).uniform(-2.5, 2.5, (40, 2)):
        end = coordinate_descent(surface, start, minimise=minimise, sweeps=500).points[-1]
        assert (np.linalg.norm(end) < 0.01) == (start[1] < 0)
    assert RIGHT[4] == "those with y below 0"


@pytest.mark.parametrize("kind, said", [(np.float64, 50), (np.float32, int(RIGHT[5][-2:]))])
def test_when_powells_walk_leaves_its_circle(kind, said):
    walk = traps.powell_walk(tuple(map(kind, traps.powell_start(0.125))), 90)
    leaves = next(t for t, point in enumerate(walk) if 0 in point)
    assert abs(leaves - said) <= 4


def test_what_long_atoms_cost():
    rng = np.random.default_rng(0)
    patches, codes, atoms = (
        rng.normal(size=(5, 4)),
        rng.normal(size=(5, 3)),
        rng.normal(size=(3, 4)),
    )
    price = np.abs(codes).sum()
    error = sparse_cost(patches, codes, atoms, 1.0) - price
    long = sparse_cost(patches, codes / 10, 10 * atoms, 1.0)
    assert long == pytest.approx(error + price / 10)
    assert float(RIGHT[6]) == pytest.approx(1.8 + 5 / 10)


@pytest.mark.parametrize("condition, said", [(100.0, 140), (1.0, float(RIGHT[7].split()[1]))])
def test_what_is_left_of_the_lead_where_the_groups_are_alike(condition, said):
    h, start = coupled_groups(20, 10, 0.1, condition=condition), np.random.default_rng(0)
    x, sweep = start.normal(size=200), sweep_matrix(h, np.arange(200).reshape(20, 10).tolist())
    step = np.eye(200) - descent_factor(h)[0] * h

    def work(matrix, unit):
        left, count = x, 0
        while left @ h @ left > 1e-12 * (x @ h @ x):
            left, count = matrix @ left, count + 1
        return count * unit

    assert work(step, 200**2 + 200) / work(sweep, 200**2 + 2000) == pytest.approx(said, rel=0.05)
