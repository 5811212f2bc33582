"""A handout per lesson: one page of HTML whose controls work with no kernel and no network."""

import base64
import html
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from lecture_helpers.publish.frames import webp
from lecture_helpers.publish.prose import prose
from lecture_helpers.publish.refresh import ROOT, WIDGET_VIEW, chosen, run
from lecture_helpers.widgets.rendering.pixels import decode_png

HANDOUTS = ROOT / "handouts"
PARTS = Path(__file__).parent
FILM = """import json
from lecture_helpers.publish.frames import filmed
with open({path!r}, "w", encoding="utf-8") as file:
    json.dump(filmed(), file)"""
PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<p class="about">A handout: its controls work without Python and without a network. To mix the
controls and to have the exercises checked, open the notebook.</p>
{body}
</main>
<script type="application/json" id="films">{films}</script>
<script>{script}</script>
</body>
</html>
"""


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
    waiting = iter(range(len(films)))
    body = "\n".join(part for cell in cells for part in _cell(cell, films, waiting))
    first = next((c.source for c in cells if c.cell_type == "markdown"), "")
    return PAGE.format(
        title=html.escape(first.partition("\n")[0].lstrip("# ") or "Handout"),
        style=(PARTS / "handout.css").read_text(encoding="utf-8"),
        script=(PARTS / "handout.js").read_text(encoding="utf-8"),
        body=body,
        films=json.dumps(films).replace("</", "<\\/"),
    )


def _cell(cell, films: list[dict], waiting: Iterator[int]) -> Iterator[str]:
    if cell.cell_type == "markdown":
        yield prose(cell.source)
    elif cell.cell_type == "code":
        solution = "solution" in cell.metadata.get("tags", [])
        code = f"<pre><code>{html.escape(cell.source)}</code></pre>"
        yield f"<details><summary>{'Solution' if solution else 'Code'}</summary>{code}</details>"
        for output in cell.outputs:
            yield from _output(output, films, waiting)


def _output(output, films: list[dict], waiting: Iterator[int]) -> Iterator[str]:
    data = output.get("data", {})
    if output.output_type == "stream" and output.name == "stdout":
        yield f"<pre>{html.escape(output.text)}</pre>"
    elif WIDGET_VIEW in data and "image/png" in data:
        yield _explorer(films, next(waiting))
    elif "image/png" in data:
        yield _picture(data["image/png"], output.metadata.get("image/png", {}).get("alt", ""))
    elif "text/markdown" in data:
        yield prose(data["text/markdown"])
    elif "text/html" in data:
        yield data["text/html"]
    elif "text/plain" in data:
        yield f"<pre>{html.escape(data['text/plain'])}</pre>"


def _explorer(films: list[dict], number: int) -> str:
    film = films[number]
    width, height = film["size"]
    return (
        f'<section class="explorer" data-film="{number}" aria-label="{html.escape(film["name"])}">'
        f'<div class="frame" tabindex="0" role="group" aria-label="picture">'
        f'<img class="start" width="{width}" height="{height}" '
        f'src="data:image/webp;base64,{film["picture"]}" alt="{html.escape(film["reading"])}">'
        f'</div><p class="reading" role="status">{html.escape(film["reading"])}</p></section>'
    )


def _picture(png: str, alt: str) -> str:
    data = webp(decode_png(base64.b64decode(png)))
    return f'<img src="data:image/webp;base64,{data}" alt="{html.escape(alt)}">'


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
