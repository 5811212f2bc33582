"""The frames of a handout show what the live explorer shows."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from lecture_helpers.foundation.schedules import as_schedule
from lecture_helpers.publish.frames import changed, filmed, webp, widened
from lecture_helpers.widgets import explore, explorers, reading, use
from lecture_helpers.widgets.rendering.pixels import decode_png


def line(ax, *, slope=0.5, style="-", dots=3):
    ax.plot([0, 1], [0, slope], style, color="black")
    if style == "--":
        ax.plot(np.linspace(0, 1, dots), np.zeros(dots), "o", color="black")
    ax.set(xlim=(0, 1), ylim=(-1, 2))
    return reading("slope {slope:.2f}", slope=slope, disabled=[] if style == "--" else ["dots"])


@pytest.fixture
def explorer():
    for old in explorers():
        old.close()
    made = explore(
        line, slope=(-1.0, 2.0), style=["-", "--"], dots=(2, 9), size=(3, 2),
        predict=("Up?", ["yes", "no"]),
        presets={"1 flat": dict(slope=0.0), "2 dashed": dict(slope=1.234, style="--")},
    )  # fmt: skip
    yield made
    made.close()
    use(text=1.0, sharpness=1.5)


def picture(encoded: str) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA"))


def seen(film: dict, frame: dict) -> np.ndarray:
    """What the page shows: the frame's part over the picture at the start."""
    shown = picture(film["picture"])
    if "box" in frame:
        left, top, width, height = frame["box"]
        part, place = picture(frame["picture"]), np.s_[top : top + height, left : left + width]
        shown[place] = np.where(part[..., 3:] > 0, part, shown[place])
    return shown


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two pictures differ by no more than the loss of colours: a line elsewhere does."""
    return bool((np.abs(one.astype(int) - other) <= 48).all())


def test_every_frame_laid_over_the_start_is_the_picture_at_its_settings(explorer):
    (film,) = filmed(stops=4)
    for control, values in zip(film["controls"][:2], ("slope", "style"), strict=True):
        for frame in control["frames"]:
            explorer.reset()
            value = float(frame["value"]) if values == "slope" else frame["value"]
            explorer.set(**{values: value})
            assert alike(seen(film, frame), decode_png(explorer.png))
            assert frame["reading"] == str(explorer.reading)
    for preset in film["presets"]:
        explorer.reset()
        explorer.press(preset["name"])
        assert alike(seen(film, preset), decode_png(explorer.png))


def test_a_control_stops_at_its_ends_its_start_and_where_a_preset_puts_it(explorer):
    (film,) = filmed(stops=3)
    slope, style, dots = film["controls"]
    assert [f["value"] for f in slope["frames"]] == ["-1", "0", "0.5", "1.234", "2"]
    assert slope["start"] == 2 and "box" not in slope["frames"][2]
    assert [p["at"][:2] for p in film["presets"]] == [[1, 0], [3, 1]]
    assert dots["idle"] and not slope["idle"] and not style["idle"]
    assert film["question"] == {"words": "Up?", "answers": ["yes", "no"]}


def test_the_explorer_stands_at_its_start_afterwards(explorer):
    filmed(stops=3)
    assert explorer.values == {"slope": 0.5, "style": "-", "dots": 3}


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
    assert len(np.unique(shown.reshape(-1, 4), axis=0)) <= 255
    assert np.abs(shown.astype(int) - pixels).mean() < 12 and (shown[..., 3] == 255).all()


def test_webp_keeps_few_colours_exactly():
    pixels = np.random.default_rng(0).integers(0, 256, (9, 8, 4)).astype(np.uint8)
    pixels[..., 3] = 255
    np.testing.assert_array_equal(picture(webp(pixels)), pixels)


def climb(ax, *, step=0, push=1.0):
    pushes = as_schedule(push=push)
    path = np.cumsum([0.0] + [pushes.at(t) for t in range(step)])
    ax.plot(path, color="black")
    ax.set(xlim=(0, 12), ylim=(-12, 24))
    return reading("at {end:.1f} after {step}", end=path[-1], step=step)


def test_of_something_that_runs_every_preset_has_its_whole_run(explorer):
    explorer.close()
    up_and_down = dict(step=9, push=[(0, 2.0), (5, -1.0)])
    made = explore(climb, step=(0, 12), push=(-2.0, 2.0), animate="step", steer=["push"],
                   presets={"1 up and down": up_and_down}, size=(3, 2))  # fmt: skip
    (film,) = filmed(stops=5)
    step, push = film["controls"]
    assert film["time"] == 0 and push["idle"] and not step["idle"]
    assert [f["reading"] for f in step["frames"]][-1] == "at 12.0 after 12"
    (preset,) = film["presets"]
    steps = [step["frames"][frame["at"][0]]["value"] for frame in preset["run"]]
    assert steps == ["0", "3", "6", "9"]
    pushes = [push["frames"][frame["at"][1]]["value"] for frame in preset["run"]]
    assert pushes == ["2", "2", "-1", "-1"] and preset["run"][-1]["at"] == preset["at"]
    for frame, at in zip(preset["run"], (0, 3, 6, 9), strict=True):
        made.reset()
        made.set(step=at, push=up_and_down["push"])
        assert frame["reading"] == str(made.reading)
        assert alike(seen(film, frame), decode_png(made.png))
    made.close()
