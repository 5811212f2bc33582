"""What the lessons are called, ask and show is read from their notebooks."""

import json

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lecture_helpers.claims import CLAIMS, ledger
from lecture_helpers.report.lessons import IN_WORDS, NOTEBOOKS, anchor, lesson, lessons


@pytest.fixture
def folder(tmp_path):
    cells = [
        {"id": "a", "cell_type": "markdown", "source": "# A title\n\n**The question.** Why? How?"},
        {"id": "b", "cell_type": "markdown", "source": "## 1. First\n\nWords.\n\n### Look *now*"},
        {"id": "c", "cell_type": "code", "source": 'evidence("C2", "C3")'},
        {"id": "d", "cell_type": "markdown", "source": "No heading."},
        {"id": "e", "cell_type": "code", "source": 'evidence("C3", "C8")'},
    ]
    (tmp_path / "09_a_title.ipynb").write_text(json.dumps({"cells": cells}))
    return tmp_path


def test_a_lesson_is_read_from_its_notebook(folder):
    read = lesson("09_a_title", folder, folder)
    assert (read.number, read.title, read.question, read.alt) == (9, "A title", "Why? How?", "")
    assert read.shown == {
        "C2": ("c", "Look *now*"), "C3": ("c", "Look *now*"), "C8": ("e", "Look *now*"),
    }  # fmt: skip
    assert read.link("C8") == "09_a_title.ipynb#Look-now"
    assert read.link("C9") == ""


def test_the_words_of_a_picture_are_read_from_the_picture(folder):
    words = PngInfo()
    words.add_itxt("Description", "Two lines cross – at 3.")
    Image.new("RGB", (2, 2)).save(folder / "09_a_title.png", pnginfo=words)
    words = Image.Exif()
    words[IN_WORDS] = "A hand – moves.".encode()
    Image.new("RGB", (2, 2)).save(folder / "09_a_title.webp", exif=words)
    read = lesson("09_a_title", folder, folder)
    assert (read.alt, read.moving) == ("Two lines cross – at 3.", "A hand – moves.")


def test_a_lesson_that_is_not_written_has_its_name_alone(folder):
    missing = lesson("08_deep_sea_diving", folder, folder)
    assert (missing.title, missing.question, missing.shown) == ("Deep sea diving", "", {})


@pytest.mark.parametrize(
    "cells",
    [[], [{"id": "a", "cell_type": "markdown", "source": "Words without a title."}]],
)
def test_a_notebook_without_a_title_is_named_in_a_sentence(tmp_path, cells):
    (tmp_path / "09_a_title.ipynb").write_text(json.dumps({"cells": cells}))
    with pytest.raises(ValueError, match="09_a_title.ipynb has no title: a line '# ...'"):
        lesson("09_a_title", tmp_path, tmp_path)


def test_the_lessons_are_those_of_the_claims_in_order():
    numbers = sorted({int(claim.lesson[:2]) for claim in CLAIMS.values()})
    assert [one.number for one in lessons()] == numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.name)
def test_a_written_lesson_has_a_question_a_picture_with_words_and_shows_what_was_run(one):
    if not (NOTEBOOKS / f"{one.name}.ipynb").exists():
        pytest.skip("not written yet")
    assert one.question.endswith("?") and len(one.alt) > 30
    run = {name for name in ledger.load() if CLAIMS[name].lesson == one.name}
    assert run <= set(one.shown)


@pytest.mark.parametrize(
    "heading, place",
    [
        ("3. How high?", "3.-How-high?"),
        ("*Now* `x` and $y$", "Now-x-and-y"),
        ("A (b) ü", "A-%28b%29-%C3%BC"),
    ],
)
def test_the_address_of_a_heading_can_stand_in_a_link(heading, place):
    assert anchor(heading) == place
