"""The pictures of a lesson come from its own view and carry their own words."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from lecture_helpers.publish import pictures
from lecture_helpers.publish.generated_lists import WIDTH
from lecture_helpers.publish.pictures import Cover
from lecture_helpers.report.lessons import PICTURES, alt_text, lessons
from lecture_helpers.widgets import explore, explorers, reading


def height(ax, *, slope=0.5):
    ax.plot([0, 1], [0, slope])
    ax.set(xlim=(0, 1), ylim=(0, 2))
    return reading("A line that ends at {end:.2f}.", end=slope)


@pytest.fixture
def shown(monkeypatch):
    """One explorer, that of ``height``, in a process that may have others."""
    made = explore(height, slope=(0.0, 2.0))
    monkeypatch.setattr(pictures, "explorers", lambda: [made])
    yield made
    made.close()


def colours(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_it_shows_the_named_view_at_the_named_settings(shown, tmp_path, monkeypatch):
    pictures.save("09_x", tmp_path)
    start = colours(tmp_path / "09_x.png")
    assert alt_text(tmp_path / "09_x.png") == "A line that ends at 0.50."
    monkeypatch.setitem(pictures.COVERS, "09_x", Cover("height", {"slope": 1.5}))
    pictures.save("09_x", tmp_path)
    assert alt_text(tmp_path / "09_x.png") == "A line that ends at 1.50."
    assert not np.array_equal(colours(tmp_path / "09_x.png"), start)


def test_unchanged_pictures_keep_their_bytes(shown, tmp_path):
    pictures.save("09_x", tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    pictures.save("09_x", tmp_path)
    assert set(before) == {"09_x.png", "09_x.webp"}
    assert before == {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_the_same_frames_compressed_otherwise_keep_their_stored_bytes(shown, tmp_path):
    pictures.save("09_x", tmp_path)
    path = tmp_path / "09_x.webp"
    with Image.open(path) as image:
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]
        durations = [
            frame.info["duration"] for frame in ImageSequence.Iterator(image) if frame.load()
        ]
        exif = image.getexif()
    options = dict(lossless=True, method=0, duration=durations, exif=exif, loop=0)
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    before = path.read_bytes()
    pictures.save("09_x", tmp_path)
    assert path.read_bytes() == before


def test_a_picture_whose_hand_stops_elsewhere_is_stored_anew(shown, tmp_path, monkeypatch):
    pictures.save("09_x", tmp_path)
    before = (tmp_path / "09_x.webp").read_bytes()
    monkeypatch.setitem(pictures.COVERS, "09_x", Cover(moves={"slope": [0.0, 1.0, 2.0]}))
    pictures.save("09_x", tmp_path)
    assert (tmp_path / "09_x.webp").read_bytes() != before
    words = "A hand moves the slider slope from 0 to 2 and back. A line that ends at 0.50."
    assert alt_text(tmp_path / "09_x.webp") == words


def test_without_an_entry_the_first_control_goes_from_end_to_end(shown, tmp_path):
    pictures.save("09_x", tmp_path)
    with Image.open(tmp_path / "09_x.webp") as image:
        assert image.n_frames == 2 * pictures.STOPS - 2


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_the_stored_picture_moves_is_small_and_says_what_moves(lesson):
    path = PICTURES / f"{lesson.name}.webp"
    assert path.stat().st_size < 600_000
    assert lesson.moving.startswith("A hand moves the slider ") and lesson.alt in lesson.moving
    with Image.open(path) as image:
        assert 2 <= image.n_frames <= 20 and image.width >= 2 * WIDTH
        assert image.info["loop"] == 0


def test_a_view_that_is_not_there_is_named(shown, tmp_path, monkeypatch):
    monkeypatch.setitem(pictures.COVERS, "09_x", Cover("depth"))
    with pytest.raises(ValueError, match="09_x shows no view named 'depth'"):
        pictures.save("09_x", tmp_path)


def test_the_first_of_all_living_explorers_is_taken_where_none_is_named(shown):
    assert pictures.COVERS.get("09_x") is None and shown in explorers()
