"""A site: a page and slides per lesson whose controls work with no kernel and no network."""

import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbformat.v4 import new_code_cell

from lecture_helpers.foundation.files import write_text
from lecture_helpers.publish.blocks import blocks, contents
from lecture_helpers.publish.frames import WIDGET_VIEW, webp
from lecture_helpers.publish.prose import prose
from lecture_helpers.publish.refresh import ROOT, chosen, run
from lecture_helpers.publish.slides import slides
from lecture_helpers.report.lessons import PICTURES, lessons
from lecture_helpers.widgets.rendering.pixels import decode_png

SITE = ROOT / "site"
KEPT = ROOT / ".site"  # what was recorded, so that an interrupted build goes on from there
HOUR = 3600
FILM = """import json
from lecture_helpers.publish.frames import filmed
with open({path!r}, "a", encoding="utf-8") as file:
    for film in filmed({first}, {last}):
        file.write(json.dumps(film, separators=(",", ":")) + "\\n")"""


def together(blocks: list[str]) -> str:
    """Paragraphs and items as one Markdown text: items that follow one another are one list."""
    text = ""
    for block in blocks:
        item = re.match(r"[-*] |\d+\. ", block)
        text += (
            "\n" if item and text.rsplit("\n\n", 1)[-1][:2] in ("- ", "* ") else "\n\n"
        ) + block
    return text.strip()


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {
    "prose": lambda source, **how: Markup(prose(source, **how)),
    "line": lambda source: Markup(prose("# " + source, ids=False).strip()[4:-5]),
    "together": together,
    "webp": lambda png: webp(decode_png(base64.b64decode(png))),
}


def build(paths: list[Path], folder: Path = SITE, kept: Path = KEPT) -> None:
    """Write the pages of these notebooks and the index; says what is done as it goes on.

    What was recorded from the same notebook and package is taken from ``kept``.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed; the old page of its lesson stays.
        OSError: a folder or page cannot be written.
    """
    for place in (folder, kept):
        place.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(min(len(paths), os.cpu_count() or 1)) as pool:
        jobs = {pool.submit(recorded, path, kept): path for path in paths}
        try:
            for job in as_completed(jobs):
                notebook, films = job.result()
                _write(jobs[job].stem, notebook.cells, films, folder)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    write_text(index(), folder / "index.html")


def _write(name: str, cells: list, films: list[dict], folder: Path) -> None:
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in cells]
    has_slides = "notes" in kinds  # a lesson has a teacher's script
    links = {"All lessons": "../index.html"}
    links |= {"Slides": f"../slides/{name}.html"} if has_slides else {}
    pages = {f"lessons/{name}.html": page(cells, films, links)}
    if has_slides:
        pages[f"slides/{name}.html"] = deck(cells, films)
    for target, text in pages.items():
        write_text(text, folder / target)
        print(f"{target}: {len(text.encode()) / 1e6:.1f} MB", flush=True)


def recorded(path: Path, kept: Path = KEPT):
    """The notebook with what its code gave and the films of its explorers, run if need be.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed.
    """
    kept.mkdir(parents=True, exist_ok=True)
    store = kept / f"{path.stem}-{fingerprint(path)}.json"
    if not store.exists():
        notebook, films = _recorded_now(path, kept)
        for old in kept.glob(f"{path.stem}-*.json"):
            old.unlink()
        stored = {"notebook": nbformat.writes(notebook), "films": films}
        write_text(json.dumps(stored), store)
    stored = json.loads(store.read_text(encoding="utf-8"))
    ran, now = nbformat.reads(stored["notebook"], as_version=4), nbformat.read(path, as_version=4)
    for cell, done in zip(_code_cells(now), _code_cells(ran), strict=True):
        cell.outputs, cell.execution_count = done.outputs, done.execution_count
    return now, stored["films"]


def fingerprint(path: Path) -> str:
    """What a recording follows from: the code of the notebook and the package; not the prose."""
    cells = _code_cells(nbformat.read(path, as_version=4))
    known = hashlib.sha256("\0".join(cell.source for cell in cells).encode())
    for file in sorted((ROOT / "lecture_helpers").rglob("*.py")):
        if file.name != Path(__file__).name:
            known.update(file.read_bytes())
    return known.hexdigest()[:16]


def _code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _recorded_now(path: Path, kept: Path):
    notebook = nbformat.read(path, as_version=4)
    own = len(notebook.cells)
    film = (kept / f".{path.stem}.lines").resolve()
    film.unlink(missing_ok=True)
    count = sum(cell.source.count("explore(") for cell in notebook.cells)
    for first in range(max(count, 1)):
        last = first + 1 if first + 1 < count else None
        code = FILM.format(path=str(film), first=first, last=last)
        notebook.cells.append(new_code_cell(code))

    def tell(cell, cell_index, **_):
        if cell_index >= own:
            print(f"{path.stem}: {cell_index - own + 1} of {count} explorers", flush=True)

    try:
        run(notebook, path.parent, HOUR, told=tell)
        films = [json.loads(line) for line in film.read_text(encoding="utf-8").splitlines()]
    finally:
        film.unlink(missing_ok=True)
    del notebook.cells[own:]
    return notebook, films


def page(cells: list, films: list[dict], links: Mapping[str, str]) -> str:
    """The page of executed cells and of the films of their explorers."""
    made = list(blocks(cells))
    text = TEMPLATES.get_template("page.html").render(
        title=title(cells),
        blocks=made,
        contents=contents(made),
        links=links.items(),
        **_explorers(films),
    )
    return whole(text)


def title(cells: list) -> str:
    """The first heading."""
    first = next((c.source for c in cells if c.cell_type == "markdown"), "")
    return first.partition("\n")[0].lstrip("# ") or "Lesson"


def deck(cells: list, films: list[dict]) -> str:
    """The slides of executed cells, with those explorers that stand on them."""
    made = slides(cells)
    outputs = [slide.output.data for slide in made if slide.output]
    models = {data[WIDGET_VIEW].model_id for data in outputs if WIDGET_VIEW in data}
    shown = [film for film in films if film["model"] in models]
    text = TEMPLATES.get_template("slides.html").render(
        title=title(cells), slides=made, **_explorers(shown)
    )
    return whole(text)


def _explorers(films: list[dict]) -> dict:
    """What templates need to show explorers: the films, and which belongs to which output."""
    numbers = {film["model"]: number for number, film in enumerate(films)}
    return {"films": films, "widget": WIDGET_VIEW, "numbers": numbers}


def whole(text: str) -> str:
    """The page with its pictures inside it and its links to notebooks leading to pages.

    What lies beside the notebooks is not there: of links to it the words stay.
    """
    text = re.sub(r'(?s)<a href="\.\./[^"]+\.md[^"]*">(.*?)</a>', r"\1", text)
    text = re.sub(r'src="(?!data:)pictures/([^"]+)"', _inside, text)
    return re.sub(r'href="(\d\d_\w+)\.ipynb', r'href="\1.html', text)


def _inside(match: re.Match) -> str:
    file = PICTURES / match[1]
    kind = file.suffix.lstrip(".")
    return f'src="data:image/{kind};base64,{base64.b64encode(file.read_bytes()).decode("ascii")}"'


def index() -> str:
    """The page that leads to all others."""
    written = [lesson for lesson in lessons() if lesson.question]
    return whole(TEMPLATES.get_template("index.html").render(lessons=written))


def main(words: list[str]) -> None:
    """Build the site, or only the lessons whose numbers are given."""
    build(chosen(words))
    print(f"{SITE.relative_to(ROOT)}: open index.html, or put the folder on any web server.")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (ValueError, OSError) as trouble:
        sys.exit(str(trouble))
