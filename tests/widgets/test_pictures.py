"""Pictures that stand still, and what a notebook stores of an explorer."""

import base64
import io

import matplotlib
import numpy as np
from PIL import Image

from lecture_helpers.widgets import explore, show, strip, use
from lecture_helpers.widgets.explorer import STORE
from lecture_helpers.widgets.rendering.pixels import (
    blank,
    decode_png,
    encode_palette_png,
    encode_png,
    over,
)
from tests.widgets.views import sine, two_panels


def test_show_draws_the_view_at_its_settings_and_says_so():
    picture = show(sine, height=0.5)
    assert picture.alt == str(picture.reading) == "The top is at 0.50."
    assert np.abs(picture.figure.axes[0].lines[0].get_ydata()).max() <= 0.5
    assert repr(picture) == "<sine: height=0.5>"


def test_a_strip_has_a_frame_and_a_reading_for_each_stop():
    picture = strip(sine, height=[0.5, 1.0, 2.0])
    assert [len(frame.axes) for frame in picture.figure.subfigs] == [1, 1, 1]
    assert picture.alt == "The top is at 0.50. The top is at 1.00. The top is at 2.00."


def test_wide_frames_stand_under_one_another():
    narrow, wide = strip(sine, height=[0, 1], size=(5, 3)), strip(two_panels, height=[0, 1])
    assert (narrow.width, wide.width) == (1000, 960)


def bundle(explorer):
    data, metadata = explorer._repr_mimebundle_()
    explorer.close()
    return data, metadata["image/png"]


def test_a_notebook_that_only_runs_shows_the_picture_as_it_stands():
    explorer = explore(sine, height=(0, 2))
    data, metadata = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == explorer.png
    assert metadata["image/png"] == {"alt": "The top is at 1.00.", "width": 700}
    assert data["text/plain"] == repr(explorer)
    explorer.close()


def test_the_stored_output_holds_widget_picture_and_text_that_never_changes(monkeypatch):
    monkeypatch.setenv(STORE, "1")
    data, metadata = bundle(explore(sine, height=(0, 2), waves=(1, 5), style=["solid", "dashed"]))
    assert set(data) == {
        "application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}  # fmt: skip
    assert data["text/plain"] == ("<sine: height 0 to 2; waves 1 to 5; style solid, dashed>")
    assert metadata["alt"] == "The top is at 1.00. The top is at 0.00. The top is at 2.00."
    pixels = decode_png(base64.b64decode(data["image/png"]))
    assert pixels.shape[1] == metadata["width"]


def test_what_is_stored_has_few_colours_and_looks_the_same():
    picture = show(two_panels)
    data, _ = picture._repr_mimebundle_()
    drawn, stored = decode_png(picture.png), base64.b64decode(data["image/png"])
    with Image.open(io.BytesIO(stored)) as image:
        assert image.mode == "P" and len(image.getcolors()) <= 255
    off = np.abs(decode_png(stored).astype(int) - drawn).max(axis=-1)
    assert off.max() <= 30 and (off > 8).mean() < 0.01 and len(stored) < len(picture.png) / 2
    assert not off[(drawn == 255).all(axis=-1)].any()


def test_few_colours_are_stored_exactly_and_always_as_the_same_bytes():
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 4), np.uint8)
    pixels[..., 3] = 255
    assert encode_palette_png(pixels) == encode_palette_png(pixels.copy())
    few = np.repeat(pixels[:1], 30, axis=0)
    assert np.array_equal(decode_png(encode_palette_png(few)), few)


def test_snapshots_choose_the_frames_that_are_stored(monkeypatch):
    monkeypatch.setenv(STORE, "1")
    _, metadata = bundle(explore(sine, height=(0, 2), waves=(1, 5), snapshots={"waves": [1, 4]}))
    assert metadata["alt"].count("The top is at") == 2


def test_a_prediction_is_not_given_away_by_the_stored_strip():
    def words(**arguments):
        explorer = explore(sine, height=(0, 2), **arguments)
        frames = explorer._strip().figure.subfigs
        explorer.close()
        return " ".join(frame.get_suptitle() for frame in frames)

    assert "The top" in words() and "The top" not in words(predict="How high?")


def test_use_makes_type_larger_and_pixels_finer_from_now_on():
    try:
        use(text=1.25, sharpness=2)
        picture = show(sine)
        assert decode_png(picture.png).shape[1] == 2 * picture.width
        assert picture.figure.get_size_inches()[0] == picture.width / 125
    finally:
        use()
    assert decode_png(show(sine).png).shape[1] == 1.5 * picture.width


def test_the_style_is_put_back_after_drawing():
    before = dict(matplotlib.rcParams)
    show(sine)
    assert dict(matplotlib.rcParams) == before


def test_a_png_gives_back_its_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 4), np.uint8)
    pixels[..., 3] = 255
    assert np.array_equal(decode_png(encode_png(pixels)), pixels)
    assert np.array_equal(over(pixels, decode_png(blank(7, 5))), pixels)
    assert len(blank(570, 1440)) < 300
    above = np.zeros_like(pixels)
    above[2, 3] = 9, 8, 7, 255
    mixed = over(pixels, above)
    assert mixed[2, 3].tolist() == [9, 8, 7, 255]
    assert (mixed != pixels).any(axis=-1).sum() == 1
