"""The driver of explorers (``tests/driver.py``) sees what is wrong with one, and says it."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.driver import drive

ROOT = Path(__file__).resolve().parents[1]

GOOD = """
from lecture_helpers.widgets import explore, reading
def view(ax, *, a=1.0, mode="on"):
    ax.plot([0, 1], [0, a if mode == "on" else 0], color="red")
    ax.set(xlim=(0, 1), ylim=(0, 2))
    return reading("up to {a:.2f} {mode}", a=a, mode=mode, disabled=() if mode == "on" else ("a",))
explore(view, a=(0.0, 2.0), mode=["on", "off"], presets={"1 low": dict(a=0.5)},
        goals={"high": lambda now: now.a > 1.9}, predict="how high?", animate="a")
"""
LIVE = """
from lecture_helpers.foundation.schedules import as_schedule
from lecture_helpers.widgets import explore, reading
def view(ax, *, step=0, push=0.5, scale=1.0):
    path = [0.0]
    for t in range(step):
        path.append(path[-1] + as_schedule(push=push).at(t))
    ax.plot(range(len(path)), [scale * p for p in path], color="red")
    ax.set(xlim=(0, 40), ylim=(-40, 80))
    return reading("{step} steps: {end:.2f}", step=step, end=path[-1], scale=scale)
explore(view, step=(0, 40), push=(-1.0, 1.0), scale=(1.0, 2.0), animate="step", steer=["push"],
        presets={"1 up": dict(step=40, push=[(0, 0.5), (10, 1.0)])},
        goals={"high": lambda now: now.end > 30})
"""
BROKEN_LIVE = [
    ("scale * p", "p", "moving scale changes nothing"),
    (".at(t)", ".at(0)", "no preset meets the goal 'high'"),
    ("now.end > 30", "now.end > 19", "the goal 'high' is met by pressing play alone"),
    (", ylim=(-40, 80)", "", "sets no x and y limits"),
    ("path = [0.0]", "path = [view.__dict__.setdefault('n', 0)]; view.n += 1",
     "the picture is not the one drawn from nothing"),
]  # fmt: skip
DRIFT = "    view.n = getattr(view, 'n', 0) + 1\n    ax.axhline(view.n % 7 / 5)\n    return"
BROKEN = [
    ("[0, a if", "[0, 1 if", "moving a changes nothing"),
    ("[0, a if", "[0, a % 2 if", "both ends of a show the same picture"),
    (", ylim=(0, 2)", "", "sets no x and y limits"),
    ("now.a > 1.9", "now.a > 2.5", "the goal 'high' was never met"),
    ("now.a > 1.9", "now.a > 0.9", "the goal 'high' is met at the start"),
    ('presets={"1 low": dict(a=0.5)},', "", "it has no preset"),
    ('"up to {a:.2f} {mode}"', '"up"', "the reading always says 'up'"),
    ('disabled=() if mode == "on" else ("a",)', 'disabled=("a",)', "a is never enabled"),
    (
        "    return",
        "    assert a != 0.5, 'low'\n    return",
        "button '1 low': At a = 0.5, mode = on",
    ),
    ("    return", "    if a == 0.5: __import__('warnings').warn('odd')\n    return", ": odd"),
    ("    return", DRIFT, "the picture is not the one drawn from nothing"),
]


def problems_of(source: str) -> list[str]:
    """What is wrong with the one explorer that ``source`` makes."""
    made = {}
    exec(source.replace("\nexplore(", "\nmade = explore("), made)
    try:
        return drive(made["made"]) + drive(made["made"], thorough=True)
    finally:
        made["made"].close()


def mostly_soak(rows) -> list:
    """The first and the last of these rows; the others run with start.py soak."""
    inner = [pytest.mark.soak] * (len(rows) - 2)
    marks = [(), *inner, ()]
    return [
        pytest.param(*row, id=row[2], marks=mark) for row, mark in zip(rows, marks, strict=True)
    ]


def test_a_sound_explorer_passes():
    assert problems_of(GOOD) == []


@pytest.mark.parametrize(("good", "bad", "words"), mostly_soak(BROKEN))
def test_the_driver_sees(good, bad, words, monkeypatch):
    monkeypatch.setattr("tests.driver.SEARCH_SETTINGS", 100)
    assert good in GOOD
    assert words in "\n".join(problems_of(GOOD.replace(good, bad)))


@pytest.mark.parametrize("ignored", [True, False])
def test_a_control_that_begins_disabled_has_to_act_at_a_preset(ignored):
    source = GOOD.replace('[0, a if mode == "on" else 0]', "[0, mode == 'on' or LATER]")
    source = source.replace("LATER", "0" if ignored else "a").replace(
        '() if mode == "on"', "() if mode == 'off'"
    )
    source = source.replace("dict(a=0.5)", "dict(a=0.5, mode='off')")
    assert ("moving a changes nothing" in problems_of(source)) == ignored


def test_a_sound_live_explorer_passes():
    assert problems_of(LIVE) == []


@pytest.mark.parametrize(("good", "bad", "words"), mostly_soak(BROKEN_LIVE))
def test_the_driver_of_live_explorers_sees(good, bad, words):
    assert good in LIVE
    assert words in "\n".join(problems_of(LIVE.replace(good, bad)))


@pytest.mark.parametrize(("cells", "words"), [
    ([GOOD.replace("[0, a if", "[0, 1 if")], "explorer 1 (view): moving a changes nothing"),
    pytest.param(["1 / 0", "explore = print", "explore(\n)"], "0 explorers were made, of 1",
                 marks=pytest.mark.ci),
])  # fmt: skip
def test_the_explorers_of_a_notebook_are_driven_after_its_last_cell(cells, words, tmp_path):
    path = tmp_path / "made.ipynb"
    made = [nbformat.v4.new_code_cell(c.replace("explore(view", "explore(\nview")) for c in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    options = ["-p", "conftest", "-p", "no:xdist", "-p", "no:cacheprovider", "--nbval-lax"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "pyproject.toml", *options, path],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1 and words in done.stdout
    assert ("ZeroDivisionError" in done.stdout) == ("1 / 0" in cells)
