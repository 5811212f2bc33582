"""A cell that runs again closes what it had made."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from lecture_helpers.widgets import explorers

CELL = """
from lecture_helpers.widgets import explore
from tests.widgets.views import sine, two_panels
first, second = explore(sine, height=(0, 2)), explore(two_panels, height=(0, 2))
"""


@pytest.fixture
def run():
    before = explorers()
    shell = InteractiveShell.instance()

    def cell(source, cell_id=None):
        shell.parent_header = {"metadata": {"cellId": cell_id}} if cell_id else {}
        shell.run_cell(source, store_history=True).raise_error()
        return [e for e in explorers() if e not in before]

    yield cell
    for explorer in explorers():
        if explorer not in before:
            explorer.close()
    InteractiveShell.clear_instance()


def test_running_a_cell_again_leaves_one_explorer_of_each_view(run):
    first = run(CELL)
    again = run(CELL)
    assert [e.view.name for e in again] == ["sine", "two_panels"]
    assert not set(first) & set(again)


def test_an_edited_cell_is_known_by_its_id(run):
    run(CELL, "a")
    assert len(run(CELL.replace("2", "3"), "a")) == 2
    assert len(run(CELL, "b")) == 4


def test_a_renamed_view_leaves_nothing_of_the_old_one(run):
    run(CELL, "a")
    again = run(CELL.replace("(sine", "(lambda ax, *, height=1.0: sine(ax, height=height)"), "a")
    assert len(again) == 2


def test_another_cell_and_the_same_cell_may_show_a_view_twice(run):
    run(CELL)
    assert len(run(CELL + "third = explore(sine, height=(0, 1))")) == 5


def test_the_explorers_are_listed_in_the_order_in_which_they_were_made(run):
    assert [e.view.name for e in run(CELL)] == ["sine", "two_panels"]
