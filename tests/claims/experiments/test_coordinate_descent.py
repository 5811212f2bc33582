"""The experiments of lesson 2 find what they say, and notice when it is not so."""

import numpy as np
import pytest

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import coordinate_descent as lesson
from lecture_helpers.optimization import coordinate_descent as algorithms
from lecture_helpers.optimization import lasso, sparse_coding
from lecture_helpers.test_functions import coordinate_traps as traps

FRESH = range(100, 104)


def verdict(name, seeds=FRESH, **changed):
    record = measure(claim(name).experiment, seeds, **changed)
    kept = all(max(record.arms[check]) <= most for check, most in record.tolerances.items())
    return "identity" if kept else "refuted"


@pytest.mark.parametrize("name", ["C22", "C24"])
def test_the_identities_hold_on_seeds_that_were_not_reported(name):
    assert verdict(name) == "identity"


def test_the_sweeps_arrive_where_it_is_smooth_and_stop_at_the_kink_and_on_powells_circle():
    shares = lesson.arrivals(FRESH, starts=5)
    for name in ("quadratic", "two wells", "Lasso"):
        assert shares[name] == [1.0] * 4
    for name in ("diagonal kink", "Powell"):
        assert shares[name] == [0.0] * 4


def test_a_kink_that_leaves_the_way_down_open_would_count_as_an_arrival(monkeypatch):
    monkeypatch.setattr(traps, "kinked_minimiser", lambda: lambda x, block: 0 * x[block])
    assert lesson.arrivals((100,), starts=5)["diagonal kink"] == [1.0]


def test_a_walk_that_does_not_move_would_not_count_as_an_arrival(monkeypatch):
    monkeypatch.setattr(traps, "coupled_wells_minimiser", lambda: lambda x, block: x[block])
    assert lesson.arrivals((100,), starts=5)["two wells"] == [0.0]


def test_coupling_costs_coordinate_descent_at_least_three_times_the_sweeps():
    arms = lesson.separability(QUICK_SEEDS[:4], cap=1500)
    far = np.subtract(arms.arms["coordinates, correlation 0.9"],
                      arms.arms["coordinates, correlation 0"])  # fmt: skip
    groups = np.subtract(arms.arms["groups, link 0.6"], arms.arms["groups, link 0.02"])
    assert far.min() > 0.5 and groups.min() > 0.5


def test_alternating_ends_well_below_codes_alone_and_its_early_lead_over_the_rivals_shrinks():
    record = lesson.strategies((100, 101), patches=600)
    cost = {name: np.array(values) for name, values in {**record.arms, **record.extras}.items()}
    assert (cost["alternating"] < cost["codes only"] - 0.08).all()
    for rival in ("joint", "PALM"):
        early = cost[f"{rival}, early"] - cost["alternating, early"]
        late = cost[rival] - cost["alternating"]
        assert (early > 1.2 * late).all() and (late > 0).all()


BROKEN = [
    ("C22", algorithms, "quadratic_minimiser",
     lambda right: lambda h, b=0.0: lambda x, block: right(h, b)(x, block) * 1.001),
    ("C24", sparse_coding, "sparse_cost",
     lambda right: lambda x, h, w, p: right(x, h, w, p) - 0.2 * np.abs(h).sum()
     + 0.4 * np.sqrt(np.abs(h)).sum()),
    ("C24", sparse_coding, "sparse_cost",
     lambda right: lambda x, h, w, p: right(x, h, w, p) + h.sum()),
]  # fmt: skip


@pytest.mark.parametrize("name, module, function, spoil", BROKEN)
def test_a_small_mistake_refutes_the_identity(name, module, function, spoil, monkeypatch):
    right = getattr(module, function)
    monkeypatch.setattr(module, function, spoil(right))
    assert verdict(name, (100,)) == "refuted"


def test_a_seed_gives_the_same_values_whoever_is_beside_it():
    for experiment in (lesson.arrivals, lesson.convexity):
        alone, beside = (measure(experiment, seeds) for seeds in ((3,), (2, 3)))
        assert all(alone.arms[arm][0] == beside.arms[arm][1] for arm in alone.arms)


def test_the_lasso_of_the_experiment_is_certified():
    made = lasso.correlated_regression(correlation=0.9, seed=100)
    fit = lasso.lasso(made, 0.1 * lasso.lambda_max(made), gap=1e-6)
    assert fit.certified
