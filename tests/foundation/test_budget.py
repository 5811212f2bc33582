"""Budgets: at least one piece of work, then no more than there is time for."""

from lecture_helpers.foundation.budget import Budget, current_budget, within


def test_pieces_are_counted_and_the_first_is_always_allowed():
    budget = Budget(pieces=2)
    assert [budget.spend() for _ in range(4)] == [True, True, False, False]
    assert Budget(pieces=0).spend()


def test_seconds_that_are_over_allow_one_piece():
    budget = Budget(seconds=-1)
    assert [budget.spend(), budget.spend()] == [True, False]


def test_it_knows_how_long_a_piece_took(monkeypatch):
    now = [10.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])

    def work(budget, times):
        for _ in range(times):
            if not budget.spend():
                budget.stop_at(0)
                return budget.seconds_each
            now[0] += 3.0
        return budget.seconds_each

    assert work(Budget(), 1) is None
    assert work(Budget(), 4) == 3.0
    assert work(Budget(pieces=2), 4) == 3.0
    assert work(Budget(seconds=5.0), 9) == 3.0


def test_without_a_budget_there_is_no_end():
    budget = current_budget()
    assert all(budget.spend() for _ in range(1000))


def test_the_shortest_stop_counts_and_the_block_ends_the_budget():
    with within(Budget(pieces=1)) as budget:
        assert current_budget() is budget
        budget.stop_at(7), budget.stop_at(3), budget.stop_at(5)
    assert budget.reached == 3 and current_budget() is not budget
