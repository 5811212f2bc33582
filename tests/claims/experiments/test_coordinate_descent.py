"""The experiments on arriving and on blocks find what they say, and notice when it is not so."""

import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import measure
from lecture_helpers.claims.experiments import coordinate_descent as lesson
from lecture_helpers.test_functions import coordinate_traps as traps

SEEDS = (3, 4)
UNDER_CONDITIONS = ("quadratics", "two wells", "many wells", "Lasso", "kinks along the axes")


@pytest.fixture(scope="module")
def shares():
    return lesson.arrivals(SEEDS, starts=5)


def test_under_the_conditions_every_start_arrives(shares):
    for name in UNDER_CONDITIONS:
        assert shares[f"arrive, {name}"] == [1.0, 1.0]


def test_a_flat_saddle_keeps_some_starts_though_most_settle(shares):
    assert min(shares["settle, flat saddle"]) >= 0.8
    assert 0 < min(shares["arrive, flat saddle"]) and max(shares["arrive, flat saddle"]) < 0.8


def test_what_does_not_move_does_not_settle(monkeypatch):
    monkeypatch.setattr(traps, "flat_saddle_minimiser", lambda: lambda x, block: x[block])
    assert lesson.arrivals((3,), starts=3)["settle, flat saddle"] == [0.0]


def test_the_flat_saddles_minimiser_leaves_no_slope_along_its_variable():
    surface, minimise = traps.flat_saddle(), traps.flat_saddle_minimiser()
    for block in (np.array([0]), np.array([1])):
        for x in np.random.default_rng(1).uniform(-3, 3, (20, 2)):
            x[block] = minimise(x, block)
            assert abs(surface.gradient(x)[block]) < 1e-12


def test_a_kink_across_the_axes_a_saddles_axis_and_powells_circle_hold_every_start(shares):
    for name in ("kinks across the axes", "two wells, from the axis", "Powell, his starts"):
        assert shares[f"arrive, {name}"] == [0.0, 0.0]


def test_rounding_and_any_other_start_lead_out_of_powells_circle(shares):
    for name in ("Powell, his starts, rounded", "Powell, any start"):
        assert shares[f"arrive, {name}"] == [1.0, 1.0]


def test_those_that_arrive_and_those_that_do_not_are_all(shares):
    for name in ("two wells", "absolute errors"):
        both = np.add(shares[f"arrive, {name}"], shares[f"stay away, {name}"])
        np.testing.assert_allclose(both, 1)


def test_a_kink_that_leaves_the_way_down_open_would_count_as_an_arrival(monkeypatch):
    monkeypatch.setattr(traps, "kinked_minimiser", lambda: lambda x, block: 0 * x[block])
    assert lesson.arrivals((3,), starts=3)["arrive, kinks across the axes"] == [1.0]


MINIMISERS = {
    "two wells": "coupled_wells_minimiser",
    "many wells": "many_wells_minimiser",
    "Powell, any start": "bounded_powell_minimiser",
}


@pytest.mark.parametrize("name, minimiser", MINIMISERS.items())
def test_a_walk_that_does_not_move_would_not_count_as_an_arrival(name, minimiser, monkeypatch):
    monkeypatch.setattr(traps, minimiser, lambda *args: lambda x, block: x[block])
    assert lesson.arrivals((3,), starts=3)[f"arrive, {name}"] == [0.0]


def test_a_saddle_is_no_arrival_where_the_minima_are_not_known(monkeypatch):
    monkeypatch.setattr(traps, "many_wells_minimiser", lambda j: lambda x, block: 0 * x[block])
    assert lesson.arrivals((3,), starts=3)["arrive, many wells"] == [0.0]


def test_the_identity_of_blocks_holds_and_a_small_mistake_refutes_it(monkeypatch):
    def kept():
        record = measure(claim("C22").experiment, (3,))
        return all(max(record.arms[c]) <= most for c, most in record.tolerances.items())

    assert kept()
    right = lesson.quadratic_minimiser
    monkeypatch.setattr(
        lesson, "quadratic_minimiser", lambda h: lambda x, block: right(h)(x, block) * 1.001
    )
    assert not kept()


def test_a_seed_gives_the_same_values_whoever_is_beside_it():
    alone, beside = (lesson.arrivals(seeds, starts=2) for seeds in ((4,), (3, 4)))
    assert all(alone[arm][0] == beside[arm][1] for arm in alone)
