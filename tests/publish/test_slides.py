"""Which slides a lesson has, and what the teacher says on each."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from lecture_helpers.publish.slides import _table, rows_to_read, slides
from lecture_helpers.report.lessons import NOTEBOOKS, lessons

LESSONS = [NOTEBOOKS / f"{lesson.name}.ipynb" for lesson in lessons() if lesson.question]
SCRIPT = """\
## For the teacher: fifty minutes

| minutes | what | ask | they say → then |
|---|---|---|---|
| 0–4 | the title | "Up?" | "Yes." → |
| 4–9 | section 1: preset 1 | "Down?" | "No." → |
| 9–20 | *A hand*: play | "Now?" | "No." → |
| 20–30 | the evidence of C37 "the training loss becomes", as section 2 says | "So?" | "No." → |
| 30–50 | your turn | "Well?" | "No." → |

If they remember one thing: up is not down."""
EVIDENCE = 'from x import evidence\n\nevidence("C37", "C38")'


def cell(source: str, kind: str):
    made = new_code_cell if kind == "subslide" else new_markdown_cell
    return made(source, metadata={"slideshow": {"slide_type": kind}})


def test_a_row_stands_where_it_begins_and_the_next_ones_stay_there():
    prose = ["# Slopes\n\nA.", "## 1. A slope\n\nB.", "### A hand\n\nC.", "## Your turn\n\nD."]
    cells = [cell(words, "slide") for words in [*prose, "## Summary\n\nE."]]
    cells.insert(3, cell(EVIDENCE, "subslide"))
    said = {slide.heading: slide.notes for slide in slides([*cells, cell(SCRIPT, "notes")])}
    title, slope, hand, *forest, turn, summary = said.values()
    assert ("0–4" in title, "4–9" in title, "4–9" in slope, "0–4" in slope) == (1, 0, 1, 0)
    assert "9–20" in hand and "20–30" in hand and "4–9" not in hand
    assert len(forest) == 1 and "20–30" in forest[0], "of C38 no row is read"
    assert "30–50" in turn and summary == "If they remember one thing: up is not down."


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_a_script_has_the_class_read_is_on_a_slide_and_every_row_is_said(path):
    cells = nbformat.read(path, as_version=4).cells
    made = slides(cells)
    (script,) = [c.source for c in cells if "For the teacher: fifty minutes" in c.source]
    headings = " ".join(slide.heading for slide in made if slide.output)
    for name in rows_to_read(script):
        assert f"{name}: " in headings, name
    notes = [slide.notes for slide in made]
    for minutes, *_ in _table(script):
        assert any(f"**{minutes}**" in words for words in notes), minutes


def test_of_a_summary_stands_on_a_slide_what_the_class_has_seen():
    summary = "## Summary\n\n- Seen.\n\nIn *Going deeper*:\n\n- At home.\n- There, too."
    [made] = slides([cell(summary, "slide")])
    assert made.heading == "Summary" and made.text == ["- Seen."]
