from types import SimpleNamespace

import numpy as np
import pytest

from lecture_helpers.claims.experiments import neighbouring_rates as rates

AIMS = {"loss": lambda own: own["loss"], "accuracy": lambda own: own["accuracy"]}


@pytest.fixture
def search(monkeypatch):
    """Arms whose settings say what they reach at a rate; the rates that were tried, in order."""
    tried = []

    def train(*, arms, **_):
        tried.append([own["lr"] for own in arms.values()])
        reached = {
            arm: {aim: np.array(own[aim](np.log10(own["lr"]))) for aim in AIMS}
            for arm, own in arms.items()
        }
        return SimpleNamespace(at=lambda arm: reached[arm])

    monkeypatch.setattr(rates, "training", SimpleNamespace(train=train))

    def found(loss, accuracy=lambda log: [(log + 0.5) ** 2]):
        made = rates.rates_from_start(AIMS, {"a": {"loss": loss, "accuracy": accuracy}})
        return made, [rate for row in tried for rate in row]

    return found


def bowl(at):
    return lambda log: [(log - at) ** 2, (log - at) ** 2 + 0.1]


def test_a_best_rate_between_worse_neighbours_asks_for_no_more(search):
    found, tried = search(lambda log: [(log + 0.5) ** 2 - 1])
    assert found == {"a, for loss": 0.316, "a, for accuracy": 0.316}
    assert tried == [0.1, 0.316, 1.0]


@pytest.mark.parametrize("at, rate, last", [(1.0, 10.0, 31.6), (-2.0, 0.01, 0.00316)])
def test_the_search_goes_on_past_its_best_rate_on_that_side_alone(search, at, rate, last):
    found, tried = search(lambda log: [v - 1 for v in bowl(at)(log)])
    assert found["a, for loss"] == rate and found["a, for accuracy"] == 0.316
    assert tried[-1] == last and len(set(tried)) == len(tried) == 6


def test_a_rate_at_which_a_seed_fails_comes_after_those_at_which_none_does(search):
    found, tried = search(lambda log: [-9.0, np.nan if log > -0.2 else -1 - log])
    assert found["a, for loss"] == 0.316 and tried == [0.1, 0.316, 1.0]


def test_what_does_no_better_than_a_guess_is_sought_on_both_sides(search):
    found, tried = search(lambda log: [-1.0 if log > 0.9 else 0.4])
    assert found["a, for loss"] == 10.0
    assert sorted(tried) == [0.01, 0.0316, 0.1, 0.316, 1.0, 3.16, 10.0, 31.6]


def test_a_best_rate_at_an_end_is_refused(search):
    with pytest.raises(ValueError, match="lies at an end of the half decades"):
        search(lambda log: [log - 2])
