import numpy as np
import pytest

from lecture_helpers.claims import claim, ledger
from lecture_helpers.claims.claim import QUICK_SEEDS, measure
from lecture_helpers.claims.experiments import polyak_averaging as experiments
from lecture_helpers.claims.experiments.polyak_averaging import ARMS, averages_of_networks


def gain(record, arms):
    better, worse = (np.array(record.arms[arm]) for arm in arms)
    return (better - worse).mean()


def test_the_running_forms_are_the_sums_they_stand_for():
    record = measure(claim("C26").experiment, QUICK_SEEDS[:3], paths=5)
    for name, tolerance in record.tolerances.items():
        assert max(record.arms[name]) < tolerance


def test_the_average_beats_a_tuned_last_iterate_and_meets_its_closed_form():
    c27 = claim("C27")
    record = measure(c27.experiment, QUICK_SEEDS)
    for arms in c27.comparisons.values():
        assert gain(record, arms) > 0.5 * c27.min_effect
    for condition in (10, 100):
        arms = [f"condition {condition}: {name}" for name in ("average", "closed form")]
        assert abs(gain(record, arms)) < 0.1


def test_the_average_wins_across_the_valley_and_loses_in_the_long_run_without_noise():
    c29 = claim("C29")
    record = measure(c29.experiment, QUICK_SEEDS)
    found = {name: gain(record, arms) for name, arms in c29.comparisons.items()}
    assert found["30 steps, to the valley's floor"] > 0.3
    assert found["3,000 steps, to the minimum"] < -3
    assert found["3,000 noisy steps, to the minimum"] > 0.3


@pytest.mark.parametrize("experiment", ["C27", "C29"])
def test_a_seeds_value_does_not_depend_on_its_neighbours(experiment):
    together = measure(claim(experiment).experiment, (3, 4, 5))
    alone = measure(claim(experiment).experiment, (4,))
    for arm, values in alone.arms.items():
        assert together.arms[arm][1] == values[0]


def test_networks_gain_from_an_average_at_a_constant_rate_and_lose_with_stale_statistics(
    monkeypatch,
):
    regime = "constant rate, clean labels"
    monkeypatch.setattr(experiments, "REGIMES", {regime: experiments.REGIMES[regime]})
    tuned = {f"{regime}: {arm}": [0.1] for arm in ARMS[:3]} | {f"{regime}: {ARMS[3]}": [0.1, 0.2]}
    record = averages_of_networks(QUICK_SEEDS[:3], steps=500, tuned=tuned)
    mean = {name: np.mean(values) for name, values in record.arms.items()}
    best = mean[f"{regime}: exponential average"]
    assert best > mean[f"{regime}: last"] + 0.5
    assert best > mean[f"{regime}: exponential average, stale"] + 5


def test_the_ledger_holds_every_claim_of_the_lesson_with_twenty_seeds():
    entries = ledger.load()
    for name in ("C26", "C27", "C28", "C29", "C30"):
        assert len(entries[name]["seeds"]) == 20
