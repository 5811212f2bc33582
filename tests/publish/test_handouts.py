"""A handout is one page whose controls work with no kernel and no network."""

import json
import re

import pytest
from nbclient.exceptions import CellExecutionError
from nbformat import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lecture_helpers.publish.handouts import handout
from tests import browser

VIEW = """\
from lecture_helpers.widgets import explore, reading
def line(ax, *, slope=0.5):
    ax.plot([0, 1], [0, slope])
    ax.set(xlim=(0, 1), ylim=(-1, 2))
    return reading("The slope is {slope:.2f}.", slope=slope)
explore(line, slope=(-1.0, 2.0), presets={"1 flat": dict(slope=0.0)}, size=(3, 2))"""


def notebook(folder, *sources):
    cells = [new_markdown_cell("# Slopes & <lines>\n\nLet $x > 0$."), *map(new_code_cell, sources)]
    cells[-1].metadata["tags"] = ["solution"]
    path = folder / "slopes.ipynb"
    write(new_notebook(cells=cells), path)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handouts")
    return handout(notebook(folder, VIEW, "print('<done>')"), folder)


def test_a_page_holds_prose_code_output_and_the_films(made):
    text = made.read_text(encoding="utf-8")
    assert "<title>Slopes &amp; &lt;lines&gt;</title>" in text and "<math" in text
    assert "<summary>Solution</summary>" in text and "<pre>&lt;done&gt;\n</pre>" in text
    (film,) = json.loads(re.search(r'id="films">(.*?)</script>', text, re.DOTALL)[1])
    assert film["reading"] == "The slope is 0.50." and len(film["controls"]) == 1


def test_a_page_asks_for_nothing_from_elsewhere(made):
    text = made.read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!data:|#)[^"]*\.(?:js|css|woff2?)|@import|url\(', text)
    assert list(made.parent.glob(".*.json")) == []


def test_a_notebook_that_fails_leaves_the_old_page(made, tmp_path):
    old = tmp_path / "slopes.html"
    old.write_text("old")
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        handout(notebook(tmp_path, "1 / 0"), tmp_path)
    assert old.read_text() == "old" and sorted(p.name for p in tmp_path.iterdir()) == [
        "slopes.html", "slopes.ipynb"]  # fmt: skip


@pytest.mark.browser
@pytest.mark.skipif(bool(browser.why_not()), reason=browser.why_not() or "there is a browser")
def test_the_controls_work_by_keyboard_and_by_preset_without_any_request(made):
    with browser.browse(width=390, height=800) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(made.as_uri())
        reading, slider = page.locator(".reading"), page.get_by_label("slope")
        slider.press("End")
        assert reading.text_content() == "The slope is 2.00."
        assert page.locator(".moved").is_visible()
        assert page.locator(".start").get_attribute("alt") == "The slope is 2.00."
        page.get_by_role("button", name="1 flat").click()
        assert reading.text_content() == "The slope is 0.00."
        assert slider.get_attribute("aria-valuetext") == "0"
        page.get_by_role("button", name="start").click()
        assert reading.text_content() == "The slope is 0.50."
        assert page.locator(".moved").is_hidden()
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


RUNS = """\
from lecture_helpers.foundation.schedules import as_schedule
from lecture_helpers.widgets import explore, reading
def climb(ax, *, step=0, push=1.0):
    end = sum(as_schedule(push=push).at(t) for t in range(step))
    ax.plot([0, step], [0, end])
    ax.set(xlim=(0, 12), ylim=(-12, 24))
    return reading("At {end:.0f} after {step}.", end=end, step=step)
explore(climb, step=(0, 12), push=(-2.0, 2.0), animate="step", steer=["push"], size=(3, 2),
        presets={"1 down": dict(step=12, push=[(0, 2.0), (6, -1.0)])})"""


@pytest.mark.browser
@pytest.mark.skipif(bool(browser.why_not()), reason=browser.why_not() or "there is a browser")
def test_what_was_recorded_is_played_with_its_schedule(tmp_path):
    made = handout(notebook(tmp_path, RUNS), tmp_path)
    with browser.browse(width=390, height=800) as page:
        page.goto(made.as_uri())
        reading, time, push = page.locator(".reading"), *map(page.get_by_label, ("step", "push"))
        assert push.is_disabled()
        time.press("End")
        assert reading.text_content() == "At 12 after 12."
        page.get_by_role("button", name="1 down").click()
        assert reading.text_content() == "At 6 after 12."
        assert push.get_attribute("aria-valuetext") == "-1"
        time.press("Home")
        assert reading.text_content() == "At 0 after 0."
        assert push.get_attribute("aria-valuetext") == "2"
        page.get_by_role("button", name="play").click()
        page.get_by_text("At 6 after 12.").wait_for()
        assert push.get_attribute("aria-valuetext") == "-1"
