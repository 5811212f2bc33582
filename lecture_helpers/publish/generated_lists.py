"""README, the first notebook and the lists of names, where they follow from the rest."""

import re
import tomllib
from collections.abc import Mapping
from html import escape
from pathlib import Path

import nbformat

from lecture_helpers.claims.values import dictionary
from lecture_helpers.foundation.files import write_text
from lecture_helpers.publish import api
from lecture_helpers.report.ledger_rows import in_numbers, rows
from lecture_helpers.report.lessons import NOTEBOOKS, ROOT, Lesson, lessons

README = ROOT / "README.md"
FIRST = NOTEBOOKS / "00_start_here.ipynb"
EVIDENCE = ROOT / "evidence" / "README.md"
PROJECT = ROOT / "pyproject.toml"
WIDTH = 400  # pixels of a picture that moves: two stand side by side in README


def lesson_map(every: tuple[Lesson, ...], notebooks: str, moving: bool = False) -> str:
    """Two lessons to a row, each with its picture, title and question; a line for the others.

    ``moving`` takes the pictures that move, for readers who did not ask for less motion.
    """
    written = [lesson for lesson in every if lesson.question]
    cells = [_cell(lesson, notebooks, moving) for lesson in written]
    cells += [""] * (len(cells) % 2)
    pairs = zip(cells[::2], cells[1::2], strict=True)
    table = "\n".join(["| | |", "|---|---|", *(f"| {a} | {b} |" for a, b in pairs)])
    missing = [f"lesson {one.number} ({one.title})" for one in every if one not in written]
    return table + (f"\n\nNot written yet: {', '.join(missing)}." if missing else "")


def _cell(lesson: Lesson, notebooks: str, moving: bool) -> str:
    target, pictures = f"{notebooks}{lesson.name}.ipynb", f"{notebooks}pictures/"
    picture = ""
    if moving and lesson.moving:
        picture = f'<a href="{target}">{_moving(lesson, pictures)}</a><br>'
    elif lesson.alt:
        picture = f"[![{_plain(lesson.alt)}]({pictures}{lesson.name}.png)]({target})<br>"
    return f"{picture}**[{lesson.number} {lesson.title}]({target})**<br>{lesson.question}"


def _moving(lesson: Lesson, pictures: str) -> str:
    still = f'media="(prefers-reduced-motion: reduce)" srcset="{pictures}{lesson.name}.png"'
    alt = escape(_plain(lesson.moving))
    image = f'<img src="{pictures}{lesson.name}.webp" width="{WIDTH}" alt="{alt}">'
    return f"<picture><source {still}>{image}</picture>"


def _plain(alt: str) -> str:
    return re.sub(r"[\[\]|]", "", alt)


def published() -> str:
    """The address of the site: ``Site`` under ``[project.urls]`` in pyproject.toml, else ""."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Site", "").rstrip("/")


def on_the_web(every: tuple[Lesson, ...], address: str) -> str:
    """Links to the pages and slides at that address; "" without one.

    >>> on_the_web((), "")
    ''
    """
    if not address:
        return ""
    pages, slides = (
        ", ".join(f"[{x.number}]({address}/{kind}/{x.name}.html)" for x in every if x.question)
        for kind in ("lessons", "slides")
    )
    return (
        f"Nothing to install: [all lessons on the web]({address}/index.html). As pages with "
        f"sliders: {pages}. As slides: {slides}."
    )


def blocks(notebooks: str = "", moving: bool = False) -> dict[str, str]:
    """The generated parts by name, with links as they lead from a page to the notebooks."""
    every = lessons()
    return {
        "lessons": lesson_map(every, notebooks, moving),
        "counts": in_numbers(rows(every)),
        "site": on_the_web(every, published()),
    }


def renewed(text: str, parts: Mapping[str, str]) -> str:
    """The text with each part put between its two marks, where it has them.

    >>> print(renewed("<!-- map -->old<!-- end of map -->", {"map": "new"}))
    <!-- map -->
    <BLANKLINE>
    new
    <BLANKLINE>
    <!-- end of map -->
    """
    for name, part in parts.items():
        marks = f"<!-- {name} -->", f"<!-- end of {name} -->"
        pattern = re.escape(marks[0]) + ".*?" + re.escape(marks[1])
        between = "\n\n".join(filter(None, (marks[0], part, marks[1])))
        text = re.sub(pattern, lambda _, between=between: between, text, flags=re.DOTALL)
    return text


def readme() -> str:
    """README.md as it ought to be."""
    parts = blocks("notebooks/", moving=True)
    return renewed(README.read_text(encoding="utf-8"), parts)


def first_notebook() -> str:
    """The file of the first notebook as it ought to be, its outputs left as they are."""
    notebook = nbformat.reads(FIRST.read_text(encoding="utf-8"), as_version=4)
    parts = blocks()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = renewed(cell.source, parts)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def stale() -> dict[Path, str]:
    """The pages that differ from what they ought to be, and what that is."""
    pages = {README: readme(), FIRST: first_notebook(), api.PAGE: api.page()}
    pages[EVIDENCE] = renewed(EVIDENCE.read_text(encoding="utf-8"), {"columns": dictionary()})
    return {
        path: text
        for path, text in pages.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def renew() -> list[Path]:
    """Write the pages that are stale; which they were."""
    changed = stale()
    for path, text in changed.items():
        write_text(text, path)
    return list(changed)
