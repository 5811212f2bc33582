"""What ``start.py new`` left for an author to write is written."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
MARK = "TO " + "WRITE"
PLACES = ("lecture_helpers/**/*.py", "notebooks/*.ipynb", "tests/**/*.py")


def left_to_write() -> list[str]:
    found = []
    for path in sorted(path for place in PLACES for path in ROOT.glob(place)):
        lines = path.read_text(encoding="utf-8").splitlines()
        found += [f"{path.relative_to(ROOT)}: {line.strip()}" for line in lines if MARK in line]
    return found


def test_nothing_is_left_to_write():
    left = "\n".join(left_to_write())
    assert not left, f"{left}\nWhat a notebook or a list still shows goes with start.py refresh."
