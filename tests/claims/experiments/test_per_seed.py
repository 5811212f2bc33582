"""From seeds to records, and from arms to their learning rates."""

import numpy as np
import pytest

from lecture_helpers.claims.experiments.per_seed import by_seed, largest
from lecture_helpers.claims.experiments.tuned_networks import best_rates, on_digits, train_at
from lecture_helpers.training import late_loss

ARMS = {"narrow": {"width": 4}, "wide": {"width": 16}}


def test_every_name_has_one_plain_number_per_seed_in_the_order_given():
    found = by_seed(lambda seed: {"b": np.float32(seed), "a": -seed}, (3, 1))
    assert list(found.items()) == [("b", [3.0, 1.0]), ("a", [-3.0, -1.0])]
    assert all(type(value) is float for values in found.values() for value in values)


def test_an_identity_is_judged_by_its_largest_deviation_over_the_cases_of_a_seed():
    record = largest(lambda seed: [(seed, 5), (7, 2 * seed)], {"one": 0.1, "two": 0.2}, (3, 9))
    assert record.seeds == (3, 9) and record.tolerances == {"one": 0.1, "two": 0.2}
    assert record.arms == {"one": [7.0, 9.0], "two": [6.0, 18.0]}


@pytest.mark.parametrize("case", [(1.0,), (1.0, 2.0, 3.0)])
def test_a_case_has_a_deviation_for_every_check(case):
    with pytest.raises(ValueError):
        largest(lambda seed: [case], {"one": 0.1, "two": 0.2}, (0,))


def test_an_arms_rate_is_chosen_by_its_measure_on_the_validation_split():
    options = on_digits((0, 1), steps=20, depth=1, record=3)
    seen = []

    def choose(table):
        seen.append(table)
        return min(table, key=lambda rate: np.mean(table[rate]))

    rates = best_rates(ARMS, (1e-4, 0.1), late_loss, choose, **options)
    assert rates == {"narrow": 0.1, "wide": 0.1}
    assert [list(table) for table in seen] == [[1e-4, 0.1]] * 2
    assert [len(row) for row in seen[0].values()] == [2, 2]


def test_every_arm_trains_at_its_own_rate():
    options = on_digits((0,), steps=20, depth=1, record=3)
    slow, fast = train_at({"narrow": 1e-4, "wide": 0.3}, ARMS, **options).train_loss[:, 0, -1]
    assert slow > fast + 0.5
