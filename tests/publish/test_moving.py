"""A hand moves a slider, there and back, and the picture follows."""

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from lecture_helpers.publish import moving
from lecture_helpers.report.lessons import words_of
from lecture_helpers.widgets import reading
from lecture_helpers.widgets.controls.choices import Choice
from lecture_helpers.widgets.controls.ranges import LogRange, Range
from lecture_helpers.widgets.view import as_view

SLOPE = Range("slope", 0.0, 2.0, 0.02, 0.5, "slope")
RATE = LogRange("lr", 0.01, 1.0, 0.1, "lr")
SIZE = (4.0, 2.0)


def height(ax, *, slope=0.5, shift=0.0):
    ax.plot([0, 1], [shift, slope])
    ax.set(xlim=(0, 1), ylim=(0, 2))
    return reading("A line that ends at {end:.2f}.", end=slope)


def panels(left, right, *, slope=0.5):
    left.plot([0, 1], [0, slope])
    left.set(ylim=(0, 1))
    right.plot_surface(*np.meshgrid([0, 1], [0, 1]), np.full((2, 2), slope))
    return reading("Two panels.")


def picture_and_slider(frame):
    below = round(moving.STRIP * 100 * moving.SHARP)
    return frame[:-below], frame[-below:]


def blue(slider):
    """The columns of the track that lie left of the knob, and the knob's."""
    colour = np.array([0x00, 0x72, 0xB2])
    return np.flatnonzero((slider == colour).all(axis=2).any(axis=0))


def test_the_picture_follows_the_hand_from_stop_to_stop():
    frames = moving.under_a_hand(as_view(height), {"shift": 1.0}, SLOPE, [0.0, 1.0, 2.0], SIZE)
    ends = [blue(picture_and_slider(frame)[1]).max() for frame in frames]
    assert ends[0] < ends[1] < ends[2]
    assert ends[1] - ends[0] == pytest.approx(ends[2] - ends[1], abs=1)
    (plain,) = moving.under_a_hand(as_view(height), {}, SLOPE, [1.0], SIZE)
    (above, below), (upper, lower) = picture_and_slider(frames[1]), picture_and_slider(plain)
    assert np.array_equal(below, lower) and not np.array_equal(above, upper)
    assert not np.array_equal(above, picture_and_slider(frames[0])[0])


def test_the_axes_stay_where_they_are_while_labels_grow():
    def grows(ax, *, slope=0.5):
        ax.set(xlim=(0, 1), ylim=(0, 10.0**slope), yticks=[0, 10.0**slope], facecolor="red")
        return reading("It grows.")

    control = Range("slope", 0.0, 6.0, 0.1, 0.0, "slope")
    frames = moving.under_a_hand(as_view(grows), {}, control, [0.0, 6.0], SIZE)
    red = [(frame == [255, 0, 0]).all(axis=2) for frame in frames]
    assert red[0].sum() > 10_000 and np.array_equal(red[0], red[1])


def test_a_wide_view_gets_no_more_pixels_than_a_page_shows():
    (frame,) = moving.under_a_hand(as_view(height), {}, SLOPE, [1.0], (12.0, 2.0))
    assert frame.shape[1] == pytest.approx(1100, abs=2)


def test_the_hand_points_at_the_knob():
    strip = picture_and_slider(moving.under_a_hand(as_view(height), {}, SLOPE, [1.0], SIZE)[0])[1]
    knob = blue(strip).max()
    rim = np.array([0x22, 0x22, 0x22])
    columns = np.flatnonzero((strip[len(strip) // 3 :] == rim).all(axis=2).any(axis=0))
    assert abs(columns.min() - knob) < 60 and abs(columns.max() - knob) < 80


def test_only_the_named_panels_are_shown_and_the_others_are_drawn_elsewhere():
    view = as_view(panels, {"right": "3d"})
    for name, kind in view.panels.items():
        alone = moving.only(view, (name,))
        assert alone.panels == {name: kind}
        one, other = moving.under_a_hand(alone, {}, SLOPE, [0.5, 0.9], SIZE)
        assert not np.array_equal(picture_and_slider(one)[0], picture_and_slider(other)[0])
    with pytest.raises(KeyError, match="middle"):
        moving.only(view, ("middle",))


@pytest.mark.parametrize(
    "control, value, share",
    [
        (SLOPE, 0.5, 0.25),
        (RATE, 0.1, 0.5),
        (Choice("depth", {"2": 2, "8": 8, "24": 24}, 2, "depth"), 8, 0.5),
        (Choice("one", {"a": "a"}, "a", "one"), "a", 0.0),
    ],
)
def test_a_value_stands_on_the_track_where_the_slider_has_it(control, value, share):
    assert moving.share(control, value) == pytest.approx(share, abs=0.01)


def test_the_frames_go_there_and_back_without_an_end_and_keep_their_words():
    there = [np.full((20, 30, 3), colour, np.uint8) for colour in (10, 90, 200)]
    made = moving.webp(there, "A hand – σ moves.")
    with Image.open(io.BytesIO(made)) as image:
        seen, stand = [], []
        for frame in ImageSequence.Iterator(image):
            seen.append(np.asarray(frame.convert("RGB"))[0, 0, 0])
            stand.append(frame.info["duration"])
        assert image.info["loop"] == 0 and words_of(image) == "A hand – σ moves."
    assert np.allclose(seen, [10, 90, 200, 90], atol=2)
    assert stand == [moving.END, 1000, moving.END, 1000]
