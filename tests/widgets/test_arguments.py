"""What explore, show and strip refuse, each in one sentence."""

import traceback

import pytest

from lecture_helpers.widgets import explore, explorers, reading, show, strip, use
from tests.widgets.views import sine


def no_panel(*, lr=1):
    return reading("x")


def no_start(ax, *, lr):
    return reading("x")


def no_star(ax, lr=1):
    return reading("x")


def any_control(ax, **controls):
    return reading("x")


def no_reading(ax, *, lr=1):
    return None


def wrong_idle(ax, *, lr=1):
    return reading("x", disabled="speed")


def breaks_high(ax, *, lr=1):
    ax.plot([0, 1], [0] * (2 + (lr > 4)))
    return reading("x")


def breaks_at_start(ax, *, lr=2):
    return reading("{missing}") if lr == 2 else reading("x")


def named(part) -> str:
    """A test's name for a part of a row, the same in every process."""
    words = ", ".join(part) if isinstance(part, dict) else part
    return getattr(part, "__name__", str(words))[:40]


GOOD = dict(height=(0, 2))
TABLE = [
    (3, GOOD, "view must be a function"),
    (no_panel, dict(lr=(0, 2)), "no_panel has no panel"),
    (no_start, dict(lr=(0, 2)), "lr of no_start has no starting value"),
    (no_star, dict(lr=(0, 2)), "put a \\* before the controls"),
    (any_control, dict(lr=(0, 2)), "must name its panels and controls"),
    (no_reading, dict(lr=(0, 2)), "must return reading"),
    (wrong_idle, dict(lr=(0, 2)), "has no control 'speed'"),
    (breaks_high, dict(lr=(0, 5)), "breaks_high breaks at lr = 5: x and y must have same first"),
    (breaks_at_start, dict(lr=(0, 5)), "breaks_at_start breaks at its start: The reading names"),
    (sine, {}, "at least one control"),
    (sine, dict(speed=(0, 2)), "no control 'speed'; its controls are height, waves"),
    (sine, dict(height=(2, 0)), "first end must be the smaller"),
    (sine, dict(height=(0.5, 0.5)), "first end must be the smaller"),
    (sine, dict(height=(2, 3)), "starts at 1.0, outside its range 2 to 3"),
    (sine, dict(height=(0, 2, "log")), "must start above 0, not at 0"),
    (sine, dict(height=(0, 2, "lin")), "step of height must be above 0"),
    (sine, dict(height=(0, 2, -1)), "step of height must be above 0"),
    (sine, dict(height=(0, 2, 5)), "step of height must be above 0"),
    (sine, dict(height=(0, float("nan"))), "height must be \\(lo, hi\\)"),
    (sine, dict(height=(0, float("inf"))), "height must be \\(lo, hi\\)"),
    (sine, dict(height=(0, True)), "height must be \\(lo, hi\\)"),
    (sine, dict(height=(0, 1, 2, 3)), "height must be \\(lo, hi\\)"),
    (sine, dict(height="high"), "must be a range"),
    (sine, dict(style=[]), "at least one choice"),
    (sine, dict(style=["dotted"]), "none of its choices: 'dotted'"),
    (sine, dict(shown=(0, 1)), "shown starts at True"),
    (sine, dict(height=bool), "starts at 1.0, which is none of its choices: False, True"),
    (sine, dict(GOOD, presets=[1]), "presets must be a dict"),
    (sine, dict(GOOD, presets={"a": 3}), "The preset 'a' must be dict"),
    (sine, dict(GOOD, presets={"a": {"waves": 3}}), "'a' sets 'waves', which has no widget"),
    (sine, dict(GOOD, presets={"a": {"height": 3}}), "height takes a number from 0 to 2, not 3"),
    (sine, dict(GOOD, goals={"a": 3}), "goal 'a' must be a function"),
    (sine, dict(GOOD, goals={"a": lambda now: now.stop}), "the goal 'a' cannot be judged: .*stop"),
    (sine, dict(GOOD, predict=3), "predict must be a question"),
    (sine, dict(GOOD, predict=("a?", [])), "predict must be a question"),
    (sine, dict(GOOD, predict=("a?", ["b", "c"], 2)), "predict must be .* place of the right one"),
    (sine, dict(GOOD, predict=("a?", ["b", "c"], "b")), "predict must be a question"),
    (sine, dict(GOOD, animate="waves"), "animate must name"),
    (sine, dict(shown=bool, animate="shown"), "animate must name"),
    (sine, dict(GOOD, snapshots={"height": 3}), "must be a list of stops"),
    (sine, dict(GOOD, snapshots={"height": [3]}), "takes a number from 0 to 2"),
    (sine, dict(GOOD, snapshots=[3]), "snapshots must be a dict"),
    (sine, dict(GOOD, size=3), "size must be"),
    (sine, dict(GOOD, size=(3, -1)), "size must be"),
    (sine, dict(GOOD, panels={"surface": "3d"}), "no panel 'surface'"),
    (sine, dict(GOOD, panels={"ax": "4d"}), "must be '3d' or 'polar'"),
    (sine, dict(GOOD, labels={"speed": "fast"}), "no control 'speed'"),
]


@pytest.mark.parametrize(("view", "arguments", "words"), TABLE, ids=named)
def test_explore_refuses_in_one_sentence(view, arguments, words):
    before = explorers()
    with pytest.raises(ValueError, match=words) as refusal:
        explore(view, **arguments)
    assert "\n" not in str(refusal.value)
    assert explorers() == before


def test_a_view_that_breaks_at_an_end_shows_its_own_line_in_the_traceback():
    with pytest.raises(ValueError) as refusal:
        explore(breaks_high, lr=(0, 5))
    lines = traceback.extract_tb(refusal.value.__cause__.__traceback__)
    assert "breaks_high" in [line.name for line in lines]


@pytest.mark.parametrize(
    ("call", "arguments", "words"),
    [
        (show, dict(view=sine, speed=1), "no control 'speed'"),
        (show, dict(view=sine, size=0), "size must be"),
        (strip, dict(view=sine), "moves one control, not 0"),
        (strip, dict(view=sine, height=[1], waves=[1]), "moves one control, not 2"),
        (strip, dict(view=sine, height=1), "must be a list of stops"),
        (strip, dict(view=sine, speed=[1]), "no control 'speed'"),
        (use, dict(text=0), "text must be a finite number above 0"),
        (use, dict(sharpness=float("nan")), "sharpness must be"),
    ],
    ids=named,
)
def test_pictures_refuse_in_one_sentence(call, arguments, words):
    with pytest.raises(ValueError, match=words):
        call(**arguments)
