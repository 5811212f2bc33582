"""The picture of a lesson comes from its own view and carries its own words."""

import numpy as np
import pytest
from PIL import Image

from lecture_helpers.publish import pictures
from lecture_helpers.report.lessons import alt_text
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
    monkeypatch.setitem(pictures.COVERS, "09_x", ("height", {"slope": 1.5}))
    pictures.save("09_x", tmp_path)
    assert alt_text(tmp_path / "09_x.png") == "A line that ends at 1.50."
    assert not np.array_equal(colours(tmp_path / "09_x.png"), start)


def test_an_unchanged_picture_keeps_its_bytes(shown, tmp_path):
    pictures.save("09_x", tmp_path)
    before = (tmp_path / "09_x.png").stat()
    pictures.save("09_x", tmp_path)
    assert (tmp_path / "09_x.png").stat().st_mtime_ns == before.st_mtime_ns


def test_a_view_that_is_not_there_is_named(shown, tmp_path, monkeypatch):
    monkeypatch.setitem(pictures.COVERS, "09_x", ("depth", {}))
    with pytest.raises(ValueError, match="09_x shows no view named 'depth'"):
        pictures.save("09_x", tmp_path)


def test_the_first_of_all_living_explorers_is_taken_where_none_is_named(shown):
    assert pictures.COVERS.get("09_x") is None and shown in explorers()
