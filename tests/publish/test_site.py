"""Pages and slides work with no kernel and no network."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat import read, write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from lecture_helpers.publish import site
from lecture_helpers.publish.frames import LOOK
from lecture_helpers.report.lessons import NOTEBOOKS
from lecture_helpers.widgets.rendering.canvas import Canvas
from lecture_helpers.widgets.view import as_view
from tests import browser

VIEW = """\
from lecture_helpers.widgets import explore, reading
def line(left, right, *, slope=0.5, bend=1.0, dots=3):
    left.plot([0, 1], [0, slope])
    right.plot([0, .5, 1], [0, bend, 0])
    right.plot([i / dots for i in range(dots)], [0] * dots, "o")
    left.set(xlim=(0, 1), ylim=(-1, 2), ylabel="height")
    right.set(xlim=(0, 1), ylim=(-1, 2), ylabel="height")
    return reading("The slope is {slope:.2f}, the bend {bend:.2f}; {dots} dots.", slope=slope,
                   bend=bend, dots=dots)"""
SHOWN = """\
explore(line, slope=(-1.0, 2.0), bend=(0.0, 2.0), dots=(2, 20), size=(6, 2),
        presets={"1 flat": dict(slope=0.0, bend=0.0, dots=7)},
        goals={"steep": lambda now: now.slope > 1.9}, predict=("Up?", ["yes", "no"], 1),
        cover=True, animate="dots")"""
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
SCRIPT = """\
## For the teacher: fifty minutes

| minutes | what | ask | they say → then |
|---|---|---|---|
| 0-4 | the question | "Up?" | "Yes." |
| 4-9 | section 1: press play | "Down?" | "No." |"""
CELLS = [
    "# Slopes & <lines>\n\nLet $x > 0$.", "## The cast\n\nNobody.", VIEW,
    "## 1. A slope\n\nA line.\n\n**How steep?** Guess first.", SHOWN,
    "## 2. A climb\n\n- one\n- two\n\n$$y = \\frac{1}{2}$$", RUNS, SCRIPT,
    "## Going deeper\n\nMore: [the first](01_batch_normalization.ipynb#1.-A).", "print('<done>')",
]  # fmt: skip
KINDS = {
    **dict.fromkeys([CELLS[0], CELLS[3], CELLS[5]], "slide"),
    **dict.fromkeys([SHOWN, RUNS], "subslide"),
    SCRIPT: "notes",
}
can_browse = pytest.mark.skipif(bool(browser.why_not()), reason=browser.why_not() or "can")


def notebook(folder, sources=CELLS, name="07_slopes"):
    cells = [
        new_code_cell(s) if s[:4] in ("from", "expl", "prin", "1 / ") else new_markdown_cell(s)
        for s in sources
    ]
    cells[-1].metadata["tags"] = ["solution"]
    for cell in cells:
        cell.metadata["slideshow"] = {"slide_type": KINDS.get(cell.source, "skip")}
    path = folder / f"{name}.ipynb"
    write(new_notebook(cells=cells), path)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    site.build([notebook(folder)], folder / "site", folder / "kept")
    return folder / "site"


@pytest.fixture
def opened(made):
    """Opens a page of the site; in the end nothing was asked for and nothing went wrong."""
    with browser.browse(width=390, height=844) as page:
        asked, wrong = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))

        def at(where, width=390, height=844):
            page.set_viewport_size({"width": width, "height": height})
            page.goto((made / where).as_uri())
            return page

        yield at
        assert not [url for url in asked if not url.startswith(("file:", "data:"))]
        assert not wrong


LESSON, SLIDES = "lessons/07_slopes.html", "slides/07_slopes.html"


def films(path) -> list[dict]:
    found = re.search(r'id="films">(.*?)</script>', path.read_text(encoding="utf-8"), re.DOTALL)
    return json.loads(found[1])


def test_a_page_holds_prose_code_output_and_the_films(made):
    text = (made / LESSON).read_text(encoding="utf-8")
    assert "<title>Slopes &amp; &lt;lines&gt;</title>" in text and "<math" in text
    assert "<summary>Solution</summary>" in text and "&lt;done&gt;\n</pre>" in text
    assert 'href="01_batch_normalization.html#1.-A"' in text and 'id="1.-A-slope"' in text
    assert [film["name"] for film in films(made / LESSON)] == ["line", "climb"]


def test_no_page_asks_for_anything_from_elsewhere_and_nothing_else_is_left(made):
    pages = sorted(path for path in made.rglob("*") if path.is_file())
    assert [str(p.relative_to(made)) for p in pages] == ["index.html", LESSON, SLIDES]
    for path in pages:
        text = re.sub(r"(?s)<script>.*?</script>", "", path.read_text(encoding="utf-8"))
        assert not re.search(r'\ssrc="(?!data:)|<link|@import|url\(http', text), path


def test_links_lead_to_pages_and_of_what_is_not_there_the_words_stay():
    text = '<a href="../README.md#x">words</a> <a href="02_b.ipynb#1.-A">two</a>'
    assert site.whole(text) == 'words <a href="02_b.html#1.-A">two</a>'


def test_what_was_recorded_is_not_recorded_again(made, tmp_path, monkeypatch):
    kept = made.parent / "kept"
    (stored,) = kept.glob("07_slopes-*.json")
    monkeypatch.setattr(site, "_recorded_now", lambda *_: pytest.fail("ran again"))
    site.recorded(made.parent / "07_slopes.ipynb", kept)
    old = site.fingerprint(made.parent / "07_slopes.ipynb")
    assert old in stored.name
    assert site.fingerprint(notebook(tmp_path, [*CELLS, "print(1)"])) != old
    said = notebook(tmp_path, [CELLS[0] + " More was said.", *CELLS[1:]])
    assert site.fingerprint(said) == old
    assert "More was said." in site.recorded(said, kept)[0].cells[0].source


def test_a_notebook_that_fails_leaves_the_old_page(tmp_path):
    old = tmp_path / "site" / "lessons" / "07_slopes.html"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    path = notebook(tmp_path, ["# A", "1 / 0"])
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        site.build([path], tmp_path / "site", tmp_path / "kept")
    assert old.read_text() == "old" and list((tmp_path / "kept").iterdir()) == []


@pytest.mark.browser
@can_browse
def test_the_main_controls_mix_over_their_whole_product_and_show_the_live_picture(opened, made):
    page = opened(LESSON, 1280, 720)
    section = page.locator(".explorer").first
    (film, _), space = films(made / LESSON), {}
    exec(VIEW, space)
    view = as_view(space["line"])
    canvas = Canvas(view, (6, 2), LOOK)
    slope, bend = (film["controls"][which]["values"] for which in (0, 1))
    section.locator(".question button").first.click()
    for one in range(len(slope)):
        for other in range(0, len(bend), 3):
            for label, at in (("slope", one), ("bend", other)):
                section.get_by_role("slider", name=label).evaluate(MOVE, at)
            values = {"slope": float(slope[one]), "bend": float(bend[other])}
            now = canvas.move(view.settings(values))
            assert section.locator(".reading").text_content() == str(now)
    shown = browser_pixels(page, section)
    wanted = Image.fromarray(canvas.pixels()).convert("RGB").resize(shown.shape[1::-1])
    off = np.abs(np.asarray(wanted).astype(int) - shown).mean()
    elsewhere = canvas.move(view.settings({"slope": -1.0, "bend": 0.0})) and canvas.pixels()
    other = Image.fromarray(elsewhere).convert("RGB").resize(shown.shape[1::-1])
    assert off < 4 and off < 0.7 * np.abs(np.asarray(other).astype(int) - shown).mean()


BEFORE_IT = "picture => getComputedStyle(picture, '::after').content"
# What reaches beyond a phone's screen, and not in a box of its own that scrolls.
BEYOND = """() => [...document.querySelectorAll('body *')].filter((one) =>
  one.getBoundingClientRect().right > innerWidth && !one.closest('pre, table, .wide')
).map((one) => one.tagName + ' ' + one.textContent.slice(0, 60))"""
MOVE = "(slider, at) => { slider.value = at; slider.dispatchEvent(new Event('input')); }"


def browser_pixels(page, section) -> np.ndarray:
    import io

    page.wait_for_function("() => [...document.images].every(one => one.complete)")
    shot = section.locator(".frame").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


@pytest.mark.browser
@can_browse
def test_where_a_mixture_was_not_computed_the_others_go_along_and_it_is_said(opened):
    page = opened(LESSON)
    section = page.locator(".explorer").first
    assert "then the picture comes" in section.locator(".frame").evaluate(BEFORE_IT)
    section.locator(".question button").first.click()
    reading = section.locator(".reading")
    assert section.locator(".frame").evaluate(BEFORE_IT) == "none"
    assert section.locator(".question button").all_text_contents() == ["yes", "no"]
    section.get_by_role("button", name="1 flat").click()
    assert section.locator(".question button").all_text_contents() == ["yes", "✓ no"]
    assert reading.text_content() == "The slope is 0.00, the bend 0.00; 7 dots."
    assert section.get_by_role("button", name="1 flat").get_attribute("aria-pressed") == "true"
    section.get_by_role("slider", name="slope").press("End")
    assert reading.text_content() == "The slope is 2.00, the bend 0.00; 3 dots."
    assert section.get_by_role("slider", name="dots").get_attribute("aria-valuetext") == "3"
    assert "along" in section.get_attribute("class")
    assert section.locator(".goals span").text_content() == "☑ steep"
    section.get_by_role("button", name="reset").click()
    assert reading.text_content() == "The slope is 0.50, the bend 1.00; 3 dots."
    assert not reading.is_visible()
    assert section.locator(".question button").all_text_contents() == ["yes", "no"]
    assert "then the picture comes" in section.locator(".frame").evaluate(BEFORE_IT)


@pytest.mark.browser
@can_browse
def test_a_phone_shows_panels_under_one_another_and_nothing_to_the_side(opened):
    page = opened(LESSON)
    first, second = (box.bounding_box() for box in page.locator(".panel").all()[:2])
    assert second["y"] >= first["y"] + first["height"] - 1 and first["width"] > 300
    assert page.locator(".side").all_inner_texts()[:2] == ["left", "right"]
    section = page.locator(".explorer").first
    section.get_by_role("slider", name="slope").evaluate(MOVE, 0)
    changed = section.locator(".panel", has=page.locator(".moved:not([hidden])")).all()
    assert changed
    for box in changed:
        below, above = (image.bounding_box() for image in box.locator("img").all())
        ends = above["y"] + above["height"] - below["y"] - below["height"]
        assert above["y"] >= below["y"] - 1 and ends <= 1, "a change lies in its picture"
        assert below["height"] == pytest.approx(box.bounding_box()["height"], abs=1)
    assert section.locator(".clock").get_by_role("slider", name="dots").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page = opened(LESSON, 1280, 720)
    first, second = (box.bounding_box() for box in page.locator(".panel").all()[:2])
    assert second["y"] == first["y"]


@pytest.mark.browser
@can_browse
def test_no_lesson_is_wider_than_a_phone(tmp_path):
    """Prose, formulas, code, tables and stored pictures, that is; explorers are tested above."""
    with browser.browse(width=390, height=844) as page:
        for lesson in sorted(NOTEBOOKS.glob("*.ipynb")):
            path = tmp_path / "page.html"
            path.write_text(site.page(read(lesson, 4).cells, [], {}), encoding="utf-8")
            page.goto(path.as_uri())
            page.evaluate(
                "document.querySelectorAll('details').forEach((one) => { one.open = 1; })"
            )
            beyond = page.evaluate(BEYOND)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, (lesson, beyond)


@pytest.mark.browser
@can_browse
def test_a_wide_picture_that_has_no_panels_scrolls_in_its_box_on_a_phone(opened, made):
    page, wide = opened(LESSON), made / "lessons/wide.html"
    text = (made / LESSON).read_text(encoding="utf-8")
    wide.write_text(text.replace("const WIDE = 800", "const WIDE = 300"), encoding="utf-8")
    page = opened("lessons/wide.html")
    frame = page.locator(".frame.uncut").first
    shown, whole = frame.evaluate("(box) => [box.clientWidth, box.scrollWidth]")
    assert shown < 390 < whole == 736
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(box) => box.scrollLeft > 0", arg=frame.element_handle())


@pytest.mark.browser
@can_browse
def test_what_was_recorded_is_played_with_its_schedule(opened):
    page = opened(LESSON)
    section = page.locator(".explorer").nth(1)
    reading, time = section.locator(".reading"), section.get_by_role("slider", name="step")
    pushed = section.locator(".shown output")
    time.press("End")
    assert (reading.text_content(), pushed.text_content()) == ("At 12 after 12.", "1")
    section.get_by_role("button", name="1 down").click()
    page.get_by_text("At 6 after 12.").wait_for()
    assert pushed.text_content() == "-1"
    time.press("Home")
    assert (reading.text_content(), pushed.text_content()) == ("At 0 after 0.", "2")
    section.get_by_role("button", name="play").click()
    page.get_by_text("At 6 after 12.").wait_for()


@pytest.mark.browser
@can_browse
def test_play_runs_through_the_control_that_a_notebook_plays_until_a_preset_is_pressed(opened):
    page = opened(LESSON)
    section = page.locator(".explorer").first
    section.locator(".question button").first.click()
    play = section.get_by_role("button", name="play")
    dots = section.get_by_role("slider", name="dots")
    play.click()
    page.wait_for_function("slider => Number(slider.value) > 2", arg=dots.element_handle())
    assert play.get_attribute("aria-pressed") == "true"
    section.get_by_role("button", name="1 flat").click()
    assert play.get_attribute("aria-pressed") == "false"
    assert section.locator(".reading").text_content() == (
        "The slope is 0.00, the bend 0.00; 7 dots."
    )


@pytest.mark.browser
@can_browse
def test_slides_on_a_phone_keep_their_controls_and_their_panels_side_by_side(opened):
    page = opened(SLIDES)
    explorer = page.locator(".explorer").first  # such slides scroll
    explorer.scroll_into_view_if_needed()
    assert explorer.locator(".knobs").get_by_role("slider", name="dots").is_visible()
    first, second = (box.bounding_box() for box in explorer.locator(".panel").all())
    assert second["y"] == first["y"] and not explorer.locator(".side").first.is_visible()


@pytest.mark.browser
@can_browse
def test_slides_advance_by_keyboard_and_their_explorers_move(opened):
    page = opened(SLIDES, 1280, 720)
    heads = page.locator(".slides > section > div > :is(h1, h2)").all_text_contents()
    assert heads == ["Slopes & <lines>", "1. A slope", "How steep?", "2. A climb", "2. A climb"]
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    slider = page.locator("section.present").get_by_role("slider", name="slope")
    slider.press("End")
    page.locator("section.present .question button").first.focus()
    page.keyboard.press("Space")
    said = page.locator("section.present .reading")
    assert said.text_content() == "The slope is 2.00, the bend 1.00; 3 dots."
    slider.press("PageDown")
    assert page.locator("section.present h2").text_content() == "2. A climb"
    assert "press play" in page.locator("section aside.notes").all_text_contents()[1]


@pytest.mark.browser
@can_browse
def test_nothing_on_a_slide_is_small_or_leaves_it(opened):
    page = opened(SLIDES, 1280, 720)
    for place in range(page.locator(".slides > section").count()):
        page.evaluate(f"Reveal.slide({place})")
        assert page.evaluate("Reveal.getCurrentSlide().scrollHeight") <= 720
        assert page.evaluate(SMALLEST) >= 24


SMALLEST = """() => Math.min(24, ...[...Reveal.getCurrentSlide().querySelectorAll('*')]
    .filter(one => one.offsetParent && one.textContent.trim() && !one.closest('aside, math'))
    .map(one => parseFloat(getComputedStyle(one).fontSize)))"""


def refused(page) -> list[str]:
    """What axe finds critical or serious for readers with a keyboard or a screen reader."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}" for one in found if one["impact"] in WEIGHTY]


WEIGHTY = ("critical", "serious")


@pytest.mark.browser
@can_browse
@pytest.mark.parametrize("where", ["index.html", LESSON, SLIDES])
def test_axe_finds_nothing_that_keeps_a_reader_out(opened, where):
    assert refused(opened(where)) == []


@pytest.mark.soak
@pytest.mark.browser
@can_browse
@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_whole_site(path, tmp_path):
    site.build([path], tmp_path)
    for file in tmp_path.rglob("*.html"):
        assert file.stat().st_size <= 10_000_000, file
    lesson, slides = (tmp_path / kind / f"{path.stem}.html" for kind in ("lessons", "slides"))
    compared = [sys.executable, "-m", "tests.publish.compare", path, lesson]
    assert subprocess.run(compared, check=True, stdout=subprocess.PIPE, text=True).stdout == ""
    with browser.browse(width=1280, height=720) as page:
        wrong = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(lesson.as_uri())
        assert refused(page) == []
        if slides.exists():
            page.goto(slides.as_uri())
            count = page.locator(".slides > section").count()
            assert 20 <= count <= 30
            for place in range(count):
                page.evaluate(f"Reveal.slide({place})")
                assert page.evaluate("Reveal.getCurrentSlide().scrollHeight") <= 720, place
        assert not wrong
