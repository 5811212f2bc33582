"""docs/api.md lists every public name as the source has it."""

import ast
from importlib import import_module

import pytest

from lecture_helpers.publish import api
from tests.test_rings import MAY_IMPORT


def test_the_list_of_names_is_current():
    stored = api.PAGE.read_text(encoding="utf-8") if api.PAGE.exists() else ""
    assert stored == api.page(), "docs/api.md is not current: run `python3 start.py refresh`"


def test_the_rooms_stand_in_the_order_in_which_they_may_import():
    assert list(api.ROOMS) == list(MAY_IMPORT)
    heads = [line[3:] for line in api.page().splitlines() if line.startswith("## ")]
    assert heads == list(api.ROOMS)


@pytest.mark.parametrize("room", api.ROOMS)
def test_a_room_with_a_face_lists_that_face_and_the_names_are_there(room):
    package = import_module(f"lecture_helpers.{room}")
    part = api.page().partition(f"\n## {room}\n")[2].partition("\n## ")[0]
    names = [line[3:].partition("`")[0].partition("(")[0] for line in part.splitlines()
             if line.startswith("- `")]  # fmt: skip
    assert names
    if hasattr(package, "__all__"):
        assert sorted(names) == sorted(package.__all__)
        assert all(hasattr(package, name) for name in names)


@pytest.mark.parametrize(
    "source, expected",
    [
        ("def f(a, *b, k: int = 1, **more) -> str: ...", "(a, *b, k: int=1, **more) -> str"),
        ("def f(size=len): ...", "(size=len)"),
        ("class C:\n    def __init__(self, a=1): ...", "(a=1)"),
        ("class C:\n    a: int\n    b: int = field(init=False)\n    c: str", "(a: int, c: str)"),
        ("class C:\n    def __init__(self): ...", "()"),
    ],
)
def test_a_signature_reads_as_it_was_written(source, expected):
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    assert api.signature(node) == expected
