"""Every link of the Markdown pages and of the notebooks lands, where it is read.

A page is read on GitHub, which gives its headings their addresses and those of a notebook none; a
notebook is read in JupyterLab.
"""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.test_notebooks import anchor, headings

ROOT = Path(__file__).parents[1]
PAGES = sorted(path for path in ROOT.glob("*.md")) + [
    *sorted(ROOT.glob("docs/*.md")), ROOT / "evidence" / "README.md",
]  # fmt: skip
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
ELSEWHERE = re.compile(r"https?:|mailto:|attachment:|data:")


def prose(markdown: str) -> str:
    """The Markdown without its code."""
    return re.sub(r"^```.*?^```|`[^`\n]*`", "", markdown, flags=re.DOTALL | re.MULTILINE)


def targets(markdown: str) -> list[str]:
    """Where the links and pictures of a page lead, in Markdown and in HTML."""
    text = prose(markdown)
    linked = re.findall(r"\]\(<?([^)\s>]+)", text)
    return linked + re.findall(r"""\b(?:href|src|srcset)=["']([^"'\s]+)""", text)


def slugs(markdown: str) -> set[str]:
    """The addresses that GitHub gives the headings of a page.

    Small letters, no markup and no punctuation but - and _, - for a space, and a number behind
    those that were there before.
    """
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.DOTALL | re.MULTILINE)
    found: set[str] = set()
    for words in re.findall(r"^ {0,3}#{1,6} +(.+?)(?: +#+)? *$", text, re.MULTILINE):
        shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|<[^>]+>", r"\1", words)
        shown = re.sub(r"(?<!\w)_|_(?!\w)", "", shown)  # marks of emphasis, not parts of names
        plain = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        again = (f"{plain}-{n}" for n in range(1, 1000))
        found.add(plain if plain not in found else next(s for s in again if s not in found))
    return found


def lost(page: Path, markdown: str) -> list[str]:
    """The links of a page that lead to no file, or to no heading of a Markdown page."""
    return [target for target in targets(markdown) if not _lands(page, markdown, target)]


def _lands(page: Path, markdown: str, target: str) -> bool:
    if ELSEWHERE.match(target):
        return True
    name, _, heading = unquote(target).partition("#")
    path = page.parent / name if name else page
    if name and not (path.exists() and _exactly(path)):
        return False
    if not heading:
        return True
    if path.suffix == ".md":
        return heading in slugs(path.read_text(encoding="utf-8") if name else markdown)
    if page.suffix == ".md":
        return False
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return heading in {anchor(words) for _, words in headings(notebook)}


def _exactly(path: Path) -> bool:
    """Whether the name has the same small and large letters on the disk."""
    return path.is_dir() or path.name in {other.name for other in path.parent.iterdir()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_lands(page):
    assert not lost(page, page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda page: page.stem)
def test_every_link_of_a_notebook_lands_in_its_prose_and_in_what_it_shows(page):
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    shown = [out.get("data", {}) for cell in cells for out in cell.get("outputs", [])]
    texts += ["".join(data["text/markdown"]) for data in shown if "text/markdown" in data]
    assert not [target for text in texts for target in lost(page, text)]


def test_the_pages_are_those_that_readers_are_sent_to():
    names = {str(page.relative_to(ROOT)) for page in PAGES}
    assert names >= {"README.md", "CONTRIBUTING.md", "docs/api.md", "evidence/README.md"}
    assert sum(len(targets(page.read_text(encoding="utf-8"))) for page in PAGES) > 50


@pytest.mark.parametrize(
    "heading, slug",
    [
        ("The site", "the-site"),
        ("A new lesson, in order", "a-new-lesson-in-order"),
        ("The columns of `values.csv.gz`", "the-columns-of-valuescsvgz"),
        ("It is *new*: what, now?", "it-is-new-what-now"),
        ("See [the page](x.md)", "see-the-page"),
        ("A – B & c_d", "a--b--c_d"),
        ("_A_ half-step", "a-half-step"),
        ("Über 50 %", "über-50-"),
        ("Closed #", "closed"),
    ],
)
def test_a_heading_has_the_address_that_github_gives_it(heading, slug):
    assert slugs(f"## {heading}\n") == {slug}


def test_headings_of_the_same_words_are_numbered_and_code_has_none():
    assert slugs("# A\n\n## A\n\n```\n# b\n```\n\n## A\n") == {"a", "a-1", "a-2"}


@pytest.mark.parametrize(
    "text, missing",
    [
        ("[x](other.md#a-b) [y](other.md) [z](#here) [w](sub)\n\n# Here", []),
        ("[x](other.md#A-b)", ["other.md#A-b"]),
        ("[x](gone.md) `[x](code.md)`", ["gone.md"]),
        ("[x](Other.md)", ["Other.md"]),
        ("[x](#gone)", ["#gone"]),
        ("[![p](p.png)](other.md)", ["p.png"]),
        ('<a href="other.md"><source srcset="p.png"><img src="p.webp"></a>', ["p.png", "p.webp"]),
        ("[x](n.ipynb#A)", ["n.ipynb#A"]),
        ("[x](https://example.org/gone#gone)", []),
    ],
)
def test_a_link_that_leads_nowhere_is_found(text, missing, tmp_path):
    (tmp_path / "other.md").write_text("# A b\n")
    (tmp_path / "n.ipynb").touch()
    (tmp_path / "sub").mkdir()
    assert lost(tmp_path / "page.md", text) == missing
