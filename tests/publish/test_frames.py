"""The states of a film show what the live explorer shows."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from lecture_helpers.foundation.schedules import as_schedule
from lecture_helpers.publish.frames import LOOK, MIX, changed, filmed, webp, widened
from lecture_helpers.widgets import explore, explorers, reading
from lecture_helpers.widgets.rendering.canvas import Canvas
from lecture_helpers.widgets.rendering.canvas_cache import forget
from lecture_helpers.widgets.rendering.pixels import decode_png


def line(left, right, *, slope=0.5, style="-", dots=3, colour="black"):
    left.plot([0, 1], [0, slope], style, color=colour)
    if style == "--":
        right.plot(np.linspace(0, 1, dots), np.zeros(dots), "o", color="black")
    for ax in (left, right):
        ax.set(xlim=(0, 1), ylim=(-1, 2), ylabel="height")
    return reading("slope {slope:.2f}", slope=slope, disabled=[] if style == "--" else ["dots"])


@pytest.fixture
def alone():
    for old in explorers():
        old.close()
    yield
    for made in explorers():
        made.close()


@pytest.fixture
def explorer(alone):
    return explore(
        line, slope=(-1.0, 2.0), style=["-", "--"], dots=(2, 9), colour=["black", "red", "blue"],
        predict=("Up?", ["yes", "no"], 1), size=(6, 2),
        goals={"steep": lambda now: now.slope > 1.5},
        presets={"1 flat": dict(slope=0.0), "2 dashed": dict(slope=1.234, style="--", dots=9)},
    )  # fmt: skip


def picture(encoded: str) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA"))


def seen(film: dict, state: list) -> np.ndarray:
    """What the page shows: each panel's change over its picture at the start, side by side."""
    panels = []
    for panel, change in zip(film["panels"], state[2], strict=True):
        shown = picture(panel["picture"])
        if change >= 0:
            left, top, width, height = film["pictures"][change]["box"]
            part = picture(film["pictures"][change]["picture"])
            place = np.s_[top : top + height, left : left + width]
            shown[place] = np.where(part[..., 3:] > 0, part, shown[place])
        panels.append(shown)
    return np.concatenate(panels, axis=1)


def settings(film: dict, state: list) -> dict:
    """The words of the values at which the controls stand."""
    moving = [control for control in film["controls"] if not control["shown"]]
    return {c["label"]: c["values"][at] for c, at in zip(moving, state[0], strict=True)}


def drawn(made, values: dict) -> tuple[np.ndarray, str]:
    canvas = Canvas(made.view, made.size, LOOK)
    now = canvas.move(made.view.settings(values))
    pixels = canvas.pixels()
    forget(canvas)
    return pixels, str(now)


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two pictures differ by no more than the loss of colours: a line elsewhere does."""
    return bool((np.abs(one.astype(int) - other) <= 48).all())


def test_every_state_is_the_picture_and_the_reading_at_its_settings(explorer):
    (film,) = filmed()
    assert len(film["states"]) > 20
    for state in film["states"]:
        words = settings(film, state)
        values = {**words, "slope": float(words["slope"]), "dots": int(words["dots"])}
        pixels, said = drawn(explorer, values)
        assert film["readings"][state[1]] == said
        assert alike(seen(film, state), pixels), words


def test_the_two_main_controls_mix_and_the_others_move_where_they_count(explorer):
    (film,) = filmed()
    slope, style, dots, colour = film["controls"]
    ats = [tuple(state[0]) for state in film["states"]]
    assert len(set(ats)) == len(ats)
    for one in range(len(slope["values"])):
        for other in range(2):
            assert (one, other, dots["start"], colour["start"]) in ats
    assert {at[2] for at in ats} == set(range(len(dots["values"])))
    moved = [at for at in ats if at[2] != dots["start"]]
    assert moved and all(style["values"][at[1]] == "--" for at in moved)
    assert {at[3] for at in ats} == {0, 1, 2}


def test_the_author_may_name_the_main_controls(alone):
    explore(line, slope=(-1.0, 2.0), style=["-", "--"], dots=(2, 9), colour=["black", "red"],
            mix=("style", "colour"), size=(6, 2))  # fmt: skip
    (film,) = filmed()
    pairs = {(state[0][1], state[0][3]) for state in film["states"]}
    assert pairs == {(0, 0), (0, 1), (1, 0), (1, 1)}
    with pytest.raises(ValueError, match="mix must be two of slope, style"):
        explore(line, slope=(-1.0, 2.0), style=["-", "--"], mix=("slope", "slope"))


def test_few_choices_are_all_there(alone):
    explore(line, style=["-", "--"], colour=["black", "red", "blue"], size=(6, 2))
    (film,) = filmed()
    assert len(film["states"]) == 6 <= MIX


def test_a_control_stops_at_its_ends_its_start_and_where_a_preset_puts_it(explorer):
    (film,) = filmed()
    assert {"-1", "0", "0.5", "1.234", "2"} <= set(film["controls"][0]["values"])
    flat, dashed = film["presets"]
    where = {state[0][0]: state for state in film["states"] if state[0] == flat["at"]}
    assert len(where) == 1 and flat["from"] == flat["at"]
    assert settings(film, [dashed["at"]]) == {
        "slope": "1.234", "style": "--", "dots": "9", "colour": "black"}  # fmt: skip
    assert film["question"] == {"words": "Up?", "answers": ["yes", "no"], "right": 1}


def test_goals_and_idle_controls_are_said_state_by_state(explorer):
    (film,) = filmed()
    for state in film["states"]:
        words = settings(film, state)
        assert state[3] == ([0] if float(words["slope"]) > 1.5 else [])
        assert state[4] == ([] if words["style"] == "--" else [2])


def test_a_picture_falls_into_its_panels_unless_something_lies_between(alone):
    explore(line, slope=(-1.0, 2.0), size=(6, 2))
    (film,) = filmed()
    widths = [panel["width"] for panel in film["panels"]]
    assert len(widths) == 2 and sum(widths) == round(600 * LOOK.sharpness)
    assert 0.3 < widths[0] / sum(widths) < 0.7
    explorers()[0].close()

    def covered(left, right, *, slope=0.5):
        left.set_title("one title that goes over both panels " * 2, loc="left")
        line(left, right, slope=slope)
        return reading("slope {slope:.2f}", slope=slope)

    explore(covered, slope=(-1.0, 2.0), size=(6, 2))
    (film,) = filmed()
    assert len(film["panels"]) == 1


def test_the_explorer_is_as_it_was_afterwards(explorer):
    before = decode_png(explorer.png)
    filmed()
    assert explorer.values == {"slope": 0.5, "style": "-", "dots": 3, "colour": "black"}
    np.testing.assert_array_equal(decode_png(explorer.png), before)
    assert not any(explorer.goals.values())


def test_equal_pictures_need_no_frame():
    same = np.full((5, 6, 4), 255, np.uint8)
    assert changed(same, same.copy()) == {}


def test_a_change_takes_its_neighbours_along():
    before = np.full((20, 30, 4), 255, np.uint8)
    after = before.copy()
    after[10, 15] = (0, 0, 0, 255)
    made = changed(before, after)
    assert made["box"] == [13, 8, 5, 5]
    assert (picture(made["picture"])[..., 3] == 255).all()


def test_widened_reaches_just_so_far_and_not_around_the_edge():
    marked = np.zeros((6, 7), bool)
    marked[0, 0] = True
    assert widened(marked, 1).sum() == 4 and widened(marked, 1)[:2, :2].all()


def test_many_colours_become_few_and_lie_close_by():
    ramp = np.linspace(0, 255, 64 * 64).reshape(64, 64)
    pixels = np.stack([ramp, ramp.T, 255 - ramp, np.full_like(ramp, 255)], -1).astype(np.uint8)
    shown = picture(webp(pixels))
    assert len(np.unique(shown.reshape(-1, 4), axis=0)) <= 64
    assert np.abs(shown.astype(int) - pixels).mean() < 12 and (shown[..., 3] == 255).all()


def test_webp_keeps_what_fills_areas_exactly_however_pale():
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (60, 60, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    pixels[20:, :, :3], pixels[:, 40:, :3] = 255, (250, 252, 255)
    pixels[:10, :10] = 0  # transparent
    shown = picture(webp(pixels))
    np.testing.assert_array_equal(shown[20:], pixels[20:])
    np.testing.assert_array_equal(shown[:, 40:], pixels[:, 40:])
    assert (shown[:10, :10, 3] == 0).all() and (shown[10:20, :40, 3] == 255).all()


def test_webp_keeps_few_colours_exactly():
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 4)).astype(np.uint8)
    pixels[..., 3] = 255
    np.testing.assert_array_equal(picture(webp(pixels)), pixels)


def climb(ax, *, step=0, push=1.0, ground="flat"):
    pushes = as_schedule(push=push)
    path = np.cumsum([0.0] + [pushes.at(t) for t in range(step)])
    ax.plot(path + 5 * (ground == "high"), color="black")
    ax.set(xlim=(0, 12), ylim=(-12, 30))
    return reading("at {end:.1f} after {step}, {ground}", end=path[-1], step=step, ground=ground)


def test_of_something_that_runs_every_preset_has_its_whole_run(alone):
    up_and_down = [(0, 2.0), (5, -1.0)]
    made = explore(climb, step=(0, 12), push=(-2.0, 2.0), ground=["flat", "high"], size=(3, 2),
                   presets={"1 up and down": dict(step=9, push=up_and_down)},
                   animate="step", steer=["push"])  # fmt: skip
    (film,) = filmed()
    run, step, ground, push = film["controls"]
    assert film["live"] and run["values"] == ["start", "1 up and down"]
    assert (push["shown"], step["shown"], ground["shown"]) == (True, False, False)
    assert {at[2] for at, *_ in film["states"] if at[0] == 0} == {0, 1}
    (preset,) = film["presets"]
    assert step["values"][preset["at"][1]] == "9" and step["values"][preset["from"][1]] == "0"
    for state in film["states"]:
        words = settings(film, state)
        now, pushed = int(words["step"]), up_and_down if state[0][0] else 1.0
        pixels, said = drawn(made, dict(step=now, push=pushed, ground=words["ground"]))
        assert film["readings"][state[1]] == said
        assert alike(seen(film, state), pixels)
        assert state[5] == [f"{as_schedule(push=pushed).at(now):g}"]
