"""What lesson 5's table of models and optimizers rests on, and its claims as declared."""

import numpy as np
import pytest

from lecture_helpers.claims.claim import measure
from lecture_helpers.claims.experiments.model_design import (
    AT_BEST,
    DEEP,
    DEEP_RATES,
    OLD,
    RATES,
    best_or_middle,
    deeper,
    middle_of_the_best,
    models_and_optimizers,
    pairs,
    ranges,
    record_at,
)
from lecture_helpers.claims.experiments.tuned_networks import FITTED
from lecture_helpers.claims.experiments.vanishing_gradients import unit_gradients
from lecture_helpers.claims.lessons.model_design import CLAIMS
from lecture_helpers.networks.designs import METHODS, MODELS
from lecture_helpers.training import GUESSING

SMALL = {"data": ("digits",), "steps": 5, "deep": (3,)}
NETWORKS = pairs() | deeper(SMALL["deep"])
AIMS = ("loss", "accuracy")
AT_ONE = {"tuned": {f"digits, {pair}, for {aim}": 0.01 for pair in NETWORKS for aim in AIMS}}


def table(by_model, by_optimizer):
    """(models, optimizers, 2 seeds), the sum of a row's and a column's value."""
    return np.add.outer(by_model, by_optimizer)[..., None] + np.zeros(2)


def test_ranges_are_those_of_the_means_with_every_level_left_out_in_turn():
    found = ranges(table([0.0, 1, 2, 3, 10], [0.0, 0.5, 0.25]))
    assert found["all: models"] == [10, 10] and found["all: optimizers"] == [0.5, 0.5]
    assert found[f"without {list(MODELS)[-1]}: models"] == [3, 3]
    assert found[f"without {list(METHODS)[1]}: optimizers"] == [0.25, 0.25]
    assert found["all, three at a time: models"][0] == pytest.approx(
        (2 + 3 + 10 + 3 + 10 + 10 + 2 + 9 + 9 + 8) / 10
    )
    assert found[f"without {OLD}, three at a time: models"][0] == pytest.approx((2 + 9 + 9 + 8) / 4)


def test_a_level_at_its_best_is_judged_by_its_best_partner_alone():
    values = table([0.0, 0, 0, 0, 0], [0.0, 0, 0])
    values[1] = [[5, 5], [5, 5], [1, 1]]  # a model that only one optimizer can train
    found = ranges(values)
    assert found["all: models"][0] == pytest.approx(11 / 3)
    assert found["all, at their best: models"] == [1, 1]
    assert found["all, at their best: optimizers"] == [0, 0]


def test_no_range_depends_on_how_the_other_factor_shifts_every_level():
    one, other = (
        ranges(table([0.0, 1, 2, 3, 4], [0, 0, 0])),
        ranges(table([0.0, 1, 2, 3, 4], [7, 7, 7])),
    )
    assert one == other


def test_where_nothing_trains_the_middle_of_the_grid_is_taken():
    guess = float(np.log10(GUESSING))
    assert best_or_middle({0.1: [guess], 0.2: [guess], 0.3: [guess]}) == 0.2
    assert best_or_middle({0.1: [guess], 0.2: [guess], 0.3: [-1.0], 0.4: [guess]}) == 0.3
    with pytest.raises(ValueError, match="end of the grid"):
        best_or_middle({0.1: [-1.0], 0.2: [guess]})


def test_of_rates_that_are_as_good_as_the_best_the_middle_one_is_taken():
    level = {0.1: [-1.0], 0.2: [-1.995], 0.3: [-2.0], 0.4: [-2.0], 0.5: [-1.98], 0.6: [-1.0]}
    assert middle_of_the_best(level) == 0.3
    assert middle_of_the_best(level | {0.2: [-1.5]}) == 0.3  # of two as near the lower
    assert middle_of_the_best(level | {0.2: [-1.5], 0.7: [-1.0]}) == 0.4  # or that nearer to 0.4
    assert middle_of_the_best(level | {0.1: [-2.0], 0.5: [-2.0]}) == 0.3  # an end may tie
    assert middle_of_the_best({0.1: [9.0], 0.2: [5.0], 0.3: [5.6], 0.4: [9.0]}, "accuracy") == 0.2
    assert middle_of_the_best({0.1: [9.0], 0.2: [np.nan], 0.3: [8.0], 0.4: [9]}, "accuracy") == 0.3
    with pytest.raises(ValueError, match="end of the grid"):
        middle_of_the_best({0.1: [-1.0], 0.2: [0.0]})


def test_where_no_rate_beats_a_guess_the_middle_of_the_grid_is_taken():
    guess = float(np.log10(GUESSING))
    assert middle_of_the_best({0.1: [guess], 0.2: [guess], 0.3: [guess]}) == 0.2
    assert middle_of_the_best({0.1: [89.0], 0.2: [np.nan], 0.3: [90.0]}, "accuracy") == 0.2


def test_every_optimizer_may_try_as_many_learning_rates():
    assert {len(rates) for table in (RATES, DEEP_RATES) for rates in table.values()} == {9}


def test_accuracy_at_its_own_rate_is_that_of_other_networks_where_the_rates_differ():
    rates = AT_ONE["tuned"] | {"digits, tanh, momentum, for accuracy": 0.3}
    arms = measure(models_and_optimizers, (3, 4), **SMALL, tuned=rates).arms
    for network in NETWORKS:
        at_loss, own = arms[f"digits, {network}, accuracy"], arms[f"digits, {network}, {AT_BEST}"]
        assert (at_loss == own) is (network != "tanh, momentum"), network
    assert arms[f"digits, all: models, {AT_BEST}"] != arms["digits, all: models, accuracy"]
    at_loss = [arms[f"digits, {m}, Adam"] for m in MODELS]  # the deeper network is in no range
    assert len(at_loss) == 5 and "digits, ReLU, 3 layers, Adam" in arms


def test_half_of_the_records_lie_in_the_last_quarter():
    for steps in (5, 100, 400, 4000):
        assert sum(step >= 0.75 * steps for step in record_at(steps)) >= 2
        assert record_at(steps)[-1] == steps


def test_a_diverged_network_is_a_failure_by_itself_and_guesses_in_a_range():
    rates = AT_ONE["tuned"] | {f"digits, ReLU, plain SGD, for {aim}": 1e12 for aim in AIMS}
    record = measure(models_and_optimizers, (3, 4), **SMALL, tuned=rates)
    assert np.isnan(record.arms["digits, ReLU, plain SGD"]).all()
    assert np.isnan(record.arms["digits, ReLU, plain SGD, accuracy"]).all()
    assert np.isnan(record.arms[f"digits, ReLU, plain SGD, {AT_BEST}"]).all()
    everything = {arm: v for arm, v in record.arms.items() if "ReLU, plain SGD" not in arm}
    assert all(np.isfinite(values).all() for values in everything.values())


def test_losses_lie_between_fitted_and_guessing():
    record = measure(models_and_optimizers, (3,), **SMALL, **AT_ONE)
    losses = [record.arms[f"digits, {pair}"][0] for pair in pairs()]
    assert np.log10(FITTED) <= min(losses) and max(losses) <= np.log10(GUESSING) + 1e-6


def test_a_seeds_value_does_not_depend_on_its_neighbours():
    together = measure(models_and_optimizers, (3, 4, 5), **SMALL, **AT_ONE)
    alone = measure(models_and_optimizers, (4,), **SMALL, **AT_ONE)
    for arm, values in alone.arms.items():
        assert together.arms[arm][1] == values[0], arm


def arms_of(experiment) -> set[str]:
    """The arms of the smallest run that has all of an experiment's names."""
    one = dict.fromkeys
    if experiment is models_and_optimizers:
        known = [f"{pair}, for {aim}" for pair in pairs() | deeper(DEEP) for aim in AIMS]
        rates = one([f"{data}, {key}" for data in ("digits", "MNIST") for key in known], 0.01)
        return set(measure(experiment, (3,), steps=4, tuned=rates).arms)
    if experiment is unit_gradients:
        return set(measure(experiment, (3,), width=16, trained=(), tuned={}).arms)
    return set(measure(experiment, (3,), places=(), longer=(), tuned={}).arms)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_arm_that_a_claim_compares_is_measured(claim):
    if claim.experiment is not unit_gradients:
        pytest.importorskip("mlxtend")
    compared, found = claim.arms, arms_of(claim.experiment)
    if claim.experiment is not models_and_optimizers:  # those in training have tests of their own
        compared = {arm for arm in compared if "depth" not in arm}
    assert compared and compared <= found


def test_opinions_stay_opinions_and_their_parts_are_judged():
    for claim in CLAIMS[:2]:
        assert claim.kind == "opinion" and len(claim.parts) == 2


def test_the_row_that_decides_stands_in_the_scope_of_the_opinion_on_models():
    for part in CLAIMS[0].parts:
        assert sum(f"without the {OLD}" in name for name in part.scope) * 2 == len(part.scope)


def test_a_positive_effect_means_momentum_ahead_in_loss_and_in_accuracy():
    loss, accuracy = CLAIMS[1].parts
    assert loss.scope["digits, tanh"] == ("digits, tanh, Adam", "digits, tanh, momentum")
    assert accuracy.scope["digits, tanh"] == (
        "digits, tanh, momentum, accuracy", "digits, tanh, Adam, accuracy",
    )  # fmt: skip
    assert loss.controls[0].comparisons["digits, tanh"][0] == "digits, tanh, plain SGD"


def test_24_layers_stand_in_the_scope_of_the_opinion_on_momentum():
    for part in CLAIMS[1].parts:
        for data in ("digits", "MNIST"):
            assert f"{data}, ReLU, 24 layers" in part.scope
    (falsifier,) = (c for c in CLAIMS[1].parts[0].controls if c.kind == "falsifier")
    momentum, adam = falsifier.comparisons["MNIST, sigmoid"]  # a positive effect: Adam is lower
    assert momentum == "MNIST, sigmoid, momentum" and adam == "MNIST, sigmoid, Adam"


def test_accuracy_is_also_compared_at_the_rates_that_suit_it():
    for claim in CLAIMS[:2]:
        (late,) = (c for c in claim.parts[1].controls if c.added and c.kind == "accounting")
        assert set(late.comparisons) == set(claim.parts[1].scope)
        assert all(AT_BEST in arm for pair in late.comparisons.values() for arm in pair)
