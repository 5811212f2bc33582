"""A handout per lesson: one page of HTML whose controls work with no kernel and no network."""

import base64
import json
import sys
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbformat.v4 import new_code_cell

from lecture_helpers.publish.frames import webp
from lecture_helpers.publish.prose import prose
from lecture_helpers.publish.refresh import ROOT, WIDGET_VIEW, chosen, run
from lecture_helpers.widgets.rendering.pixels import decode_png

HANDOUTS = ROOT / "handouts"
FILM = """import json
from lecture_helpers.publish.frames import filmed
with open({path!r}, "w", encoding="utf-8") as file:
    json.dump(filmed(), file)"""
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {
    "prose": lambda source: Markup(prose(source)),
    "webp": lambda png: webp(decode_png(base64.b64decode(png))),
}


def handout(path: Path, folder: Path = HANDOUTS, *, timeout: int = 600) -> Path:
    """Run the notebook, film its explorers, and write the page; where it is.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed; nothing is written.
    """
    notebook = nbformat.read(path, as_version=4)
    folder.mkdir(parents=True, exist_ok=True)
    film = (folder / f".{path.stem}.json").resolve()
    notebook.cells.append(new_code_cell(FILM.format(path=str(film))))
    try:
        run(notebook, path.parent, timeout)
        films = json.loads(film.read_text(encoding="utf-8"))
    finally:
        film.unlink(missing_ok=True)
    target = folder / f"{path.stem}.html"
    target.write_text(page(notebook.cells[:-1], films), encoding="utf-8")
    return target


def page(cells: list, films: list[dict]) -> str:
    """The page of executed cells and of the films of their explorers, in order."""
    first = next((c.source for c in cells if c.cell_type == "markdown"), "")
    title = first.partition("\n")[0].lstrip("# ") or "Handout"
    shown = {"cells": cells, "films": films, "next_film": enumerate(films).__next__}
    template = TEMPLATES.get_template("handout.html")
    return template.render(title=title, widget=WIDGET_VIEW, **shown)


def main(words: list[str]) -> None:
    """Write the handouts of the named notebooks, or of all."""
    for path in chosen(words):
        print(f"{path.name} ...", end=" ", flush=True)
        made = handout(path)
        print(f"{made.relative_to(ROOT)}, {made.stat().st_size / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ValueError as trouble:
        sys.exit(str(trouble))
