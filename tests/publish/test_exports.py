"""What nbconvert makes of a stored lesson: pictures, and nothing that pretends to be alive."""

import json
import re
from pathlib import Path

import pytest
from nbconvert import HTMLExporter, SlidesExporter, WebPDFExporter

from tests import browser

ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "notebooks").glob("0[1-9]*.ipynb"))
one_and_in_soak_all = pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=[pytest.mark.soak] if p != PATHS[1] else [], id=p.stem) for p in PATHS],
)
ALIVE = re.compile(r"widget-view\+json|widget-state\+json|<input|<button|jupyter-widgets|<canvas")


def pictures(path: Path) -> list[str]:
    """The pictures that a notebook stores, as it stores them."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    return ["".join(data["image/png"]) for data in outputs if "image/png" in data]


@one_and_in_soak_all
def test_a_page_has_every_stored_picture_with_its_words_and_no_control(path):
    page, _ = HTMLExporter(template_name="classic").from_filename(path)  # lab drops the words
    body = page[page.index("<body") :]
    stored = pictures(path)
    assert len(stored) > 5 and all(picture.strip() in body for picture in stored)
    assert not ALIVE.search(re.sub(r"<pre>.*?</pre>", "", body, flags=re.DOTALL))
    assert not re.search(r'<img alt="(No description[^"]*)?"', body)


@one_and_in_soak_all
def test_slides_are_those_that_the_cells_begin_and_have_no_control(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    begun = [cell["metadata"].get("slideshow", {}).get("slide_type") for cell in cells]
    page, _ = SlidesExporter().from_filename(path)
    body = page[page.index("<body") :]
    assert body.count("<section><section>") == begun.count("slide") > 5
    assert body.count("<section>") == 2 * begun.count("slide") + begun.count("subslide")
    assert not ALIVE.search(re.sub(r"<pre>.*?</pre>", "", body, flags=re.DOTALL))


@pytest.mark.soak
@pytest.mark.browser
@pytest.mark.skipif(bool(browser.why_not()), reason=browser.why_not() or "never")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_pdf_is_made_of_it_with_every_picture(path, monkeypatch):
    from playwright.async_api import BrowserType

    launch = BrowserType.launch

    def with_our_browser(self, **options):
        words = {"executable_path": browser.executable(), "args": browser.BROWSER_OPTIONS}
        return launch(self, **options | words)

    monkeypatch.setattr(BrowserType, "launch", with_our_browser)
    made, _ = WebPDFExporter(disable_sandbox=True).from_filename(path)
    assert made.startswith(b"%PDF")
    assert made.count(b"/Subtype /Image") >= len(set(pictures(path)))
