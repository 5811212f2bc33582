"""Schedules: what was set from which step on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture_helpers.foundation.schedules import Schedule, as_schedule

SCHEDULES = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 3)), max_size=5, unique_by=lambda e: e[0]
).map(lambda later: Schedule(((0, 7), *sorted(later))))


@given(SCHEDULES, st.integers(0, 40), st.integers(0, 3))
def test_a_change_leaves_the_past_alone_and_drops_the_future(schedule, step, value):
    after = schedule.changed(step, value)
    assert all(after.at(t) == schedule.at(t) for t in range(step))
    assert all(after.at(t) == value for t in range(step, 45))
    assert after.entries[0][0] == 0


@given(SCHEDULES, SCHEDULES)
def test_two_schedules_part_where_they_first_differ(one, other):
    differ = [t for t in range(45) if one.at(t) != other.at(t)]
    assert one.parts_from(other) == (differ[0] if differ else float("inf"))


@given(SCHEDULES, st.integers(1, 40))
def test_what_is_known_before_a_step_is_the_same_up_to_it(schedule, step):
    known = schedule.until(step)
    assert all(known.at(t) == schedule.at(t) for t in range(step))
    assert all(start < step for start, _ in known.entries)


@given(SCHEDULES)
def test_its_code_gives_it_back(schedule):
    assert as_schedule(lr=eval(repr(schedule))) == schedule


def test_it_reads_as_a_person_would_say_it():
    assert str(as_schedule(lr=[(0, 0.1), (120, 0.01)])) == "0.1, 0.01 from 120"
    assert as_schedule(lr=[(0, 1.0), (5, 2.0), (9, 3.0)]).changes(9) == [(5, 1.0, 2.0)]


@pytest.mark.parametrize(
    "given",
    [
        [],
        [(1, 0.1)],
        [(0, 0.1), (5, 0.2), (5, 0.3)],
        [(0, 0.1), (5, 0.2), (3, 0.3)],
        [(0, 0.1), (-2, 0.2)],
        [(0.5, 1)],
        [(True, 1)],
        [0.1, 0.2],
        ["ab"],
    ],
)
def test_steps_that_do_not_ascend_from_zero_are_refused_in_one_sentence(given):
    with pytest.raises(ValueError, match=r"^lr must be a value, or \[\(0, value\).*\.$"):
        as_schedule(lr=given)


def test_every_value_is_accepted_or_refused_by_whoever_knows_it():
    def accept(value):
        if value < 0:
            raise ValueError("lr must be above 0")
        return float(value)

    assert as_schedule(lr=[(0, 1), (3, 2)], accept=accept).at(4) == 2.0
    with pytest.raises(ValueError, match="above 0"):
        as_schedule(lr=[(0, 1), (3, -2)], accept=accept)
