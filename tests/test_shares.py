"""The tests are shared out so that what belongs together stays together, long ones first."""

from pathlib import Path

import pytest

from tests.shares import APART, LONG_FIRST, ONLY_CI, share, turn

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", sorted({*LONG_FIRST, *APART, *ONLY_CI}))
def test_what_is_named_is_there(name):
    path, _, test = name.partition("::")
    assert (ROOT / path).exists()
    assert not test or f"def {test}" in (ROOT / path).read_text()


def test_the_cells_of_a_notebook_stay_together_and_so_do_the_tests_of_a_file():
    assert share("notebooks/a.ipynb::Cell 0") == share("notebooks/a.ipynb::Cell 10")
    assert share("tests/test_a.py::test_b[1::2]") == share("tests/test_a.py::test_c")
    assert share("tests/test_a.py::test_b") != share("tests/test_c.py::test_b")


def test_long_tests_go_apart_and_begin_first():
    one, other = (f"{APART[0]}::test_a[{k}]" for k in "12")
    assert share(one) != share(other)
    assert 0 == turn("notebooks/a.ipynb::Cell 0") < turn(one) < turn("tests/test_a.py::test_b")
