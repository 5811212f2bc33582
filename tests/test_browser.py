"""The notebooks as a student meets them: JupyterLab as start.py starts it, in a real browser."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import start
from lecture_helpers.claims.ledger import load
from lecture_helpers.widgets import layout
from tests import browser

ROOT = Path(__file__).parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(browser.why_not()), reason=browser.why_not() or "never"),
]

TOY = [
    "import threading\nfrom lecture_helpers.widgets import explore, reading",
    """\
def line(ax, *, slope=0.5, on=True):
    ax.plot([0, 1], [0, slope * on])
    ax.set(xlim=(0, 1), ylim=(0, 2))
    thread = threading.current_thread() is threading.main_thread()
    return reading("A line up to {end:.2f}; main thread: {main}.", end=slope * on, main=thread)""",
    "explore(line, slope=(0.0, 2.0), on=bool, predict='How steep?')",
]


@pytest.fixture(scope="module", autouse=True)
def toys(server):
    browser.write_notebook(server.folder / "toy.ipynb", *TOY)
    browser.write_notebook(server.folder / "broken.ipynb", "1 / 0")


def test_a_server_ends_with_the_process_that_started_it():
    command = [
        sys.executable,
        "-u",
        "-c",
        browser.WITH_PARENT,
        "http.server",
        "-b",
        "127.0.0.1",
        "0",
    ]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:
        assert b"Serving" in process.stdout.readline()
        process.stdin.close()  # as when that process is killed
        assert process.wait(120) == 1


SETTINGS = json.loads((ROOT / start.LAB_SETTINGS).read_text())


@pytest.fixture(params=["start.py", "hand"])
def started_by(request, server, tmp_path):
    """JupyterLab as start.py starts it, and one that was started beside it."""
    if request.param == "start.py":
        yield server
        return
    start.write_lab_settings(sys.prefix)
    with browser.serve(tmp_path, JUPYTER_CONFIG_PATH="") as by_hand:
        yield by_hand


def test_jupyterlab_takes_the_settings_of_the_lecture(started_by):
    for plugin, settings in SETTINGS.items():
        answer = started_by.ask(f"lab/api/settings/{plugin}")
        defaults = {key: value["default"] for key, value in answer["schema"]["properties"].items()}
        assert settings.items() <= defaults.items(), plugin
        assert not answer.get("warning")


@pytest.fixture(scope="module")
def toy(server, shared_page):
    """The toy, which has run."""
    browser.open_notebook(shared_page, server, "toy.ipynb")
    browser.run_all(shared_page)
    return shared_page


def test_a_toy_explorer_moves_on_the_main_thread(toy):
    page = toy
    (explorer,) = browser.explorers(page)
    assert len(list(browser.moves(page, explorer))) == 5
    assert browser.reading(explorer).endswith("main thread: True.")
    assert not browser.errors(page)
    asleep = page.locator(".lecture-asleep")
    assert asleep.count() == 1 and not asleep.is_visible()


def test_a_page_without_a_kernel_says_so(window):
    page = window.new_page()
    inside = (
        layout._CSS.replace("{{", "{").replace("}}", "}")
        + f'<p class="lecture-asleep">{layout.ASLEEP}</p>'
    )
    page.set_content(f'<body class="jp-Notebook"><div class="lecture-explorer">{inside}</div>')
    assert page.get_by_text("this page has no kernel").is_visible()
    page.close()


def test_an_error_in_a_cell_is_noticed(server, used_page):
    browser.open_beside(used_page, server, "broken.ipynb")
    browser.run_all(used_page)
    (error,) = browser.errors(used_page)
    assert "ZeroDivisionError" in error


KEYS = [*"16myrxddcvabzjkMKJABZR", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]


def test_a_cell_keeps_the_keys_that_lose_nothing(toy):
    page = toy
    cells = page.locator(".jp-Notebook .jp-Cell")
    before = cells.count()
    page.locator(".jp-MarkdownCell h1").click()
    for key, more in (("b", 1), ("z", 0), ("a", 1), ("z", 0)):
        page.keyboard.press(key)
        page.wait_for_function(
            f"() => document.querySelectorAll('.jp-Notebook .jp-Cell').length == {before + more}"
        )


def test_no_single_key_destroys_a_cell_or_its_explorer(toy):
    page = toy
    cells = page.locator(".jp-Notebook .jp-Cell")
    before = cells.count()
    for key in KEYS:
        page.locator(".noUi-handle").focus()
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.className").startswith("noUi-handle"), key
    page.locator(".jp-MarkdownCell h1").click()
    page.keyboard.press("3")
    for key, more in (("b", 1), ("z", 0)):  # keys are taken in turn: what 3 does has been done
        page.keyboard.press(key)
        page.wait_for_function(
            f"() => document.querySelectorAll('.jp-Notebook .jp-Cell').length == {before + more}"
        )
    assert (cells.count(), page.locator(".jp-MarkdownCell h1").count()) == (before, 1)
    assert len(browser.explorers(page)) == 1


def test_nobody_is_asked_about_news(toy):
    toy.wait_for_timeout(1000)
    assert toy.get_by_text("official Jupyter news").count() == 0


TYPED = [  # what is typed, what the field shows then, whether a sentence stands below
    ("0.5", "0.5", False), ("0,7", "0.7", False), ("1e", "0.7", True), ("abc", "0.7", True),
    ("", "0.7", True), ("0.4", "0.4", False), ("7", "0.4", True),
]  # fmt: skip


def type_into_a_field(explorer):
    """What is typed into a field counts or goes back, and never means an end."""
    browser.begin_again(explorer)
    field = explorer.locator(".lecture-number input").first  # lr, from 0.01 to 3
    refused = explorer.get_by_text("lr takes a number from 0.01 to 3, not")
    for typed, after, told in TYPED:
        field.fill("")
        field.press_sequentially(typed)
        field.press("Enter")
        browser.wait_until(
            lambda after=after, told=told: (
                (field.input_value(), refused.is_visible()) == (after, told)
            ),
            lambda typed=typed: f"{typed!r} leaves {field.input_value()}",
        )


def filter_the_ledger(page):
    identities = sum(stored["kind"] == "identity" for stored in load().values())
    ledger = page.locator(".lecture-ledger")
    ledger.locator("button", has_text="identity").focus()
    page.keyboard.press("Space")
    ledger.get_by_role("status").get_by_text(f"{identities} of {len(load())} claims").wait_for()
    assert ledger.locator("th[scope=row]").count() == identities
    ledger.get_by_role("link").first.click()
    page.get_by_role("heading", name="Batch normalization").first.wait_for()
    assert page.url.endswith("/01_batch_normalization.ipynb")


def problems(path, server, page, choose) -> list[str]:
    """What is wrong with a lesson when it runs and its controls are moved in the chosen ways."""
    page.set_viewport_size(browser.SMALL)
    browser.open_beside(page, server, path.name)
    browser.run_all(page)
    assert browser.explorers(page)
    high = browser.too_high(page)
    return high + browser.move_all(page, choose) + browser.errors(page)


def test_the_first_notebook_runs_takes_numbers_and_its_ledger_leads_by_keyboard(server, used_page):
    assert not problems(PATHS[0], server, used_page, browser.Kinds())
    type_into_a_field(browser.explorers(used_page)[0])
    filter_the_ledger(used_page)


@pytest.mark.parametrize("path", PATHS[1:], ids=lambda path: path.stem)
def test_a_lesson_runs_fits_and_controls_of_every_kind_move_what_is_seen(path, server, used_page):
    assert not problems(path, server, used_page, browser.Kinds())


def test_the_first_control_of_a_kind_moves_in_every_way_and_what_steers_by_mouse():
    def row(*parts):
        return SimpleNamespace(locator=lambda part: SimpleNamespace(count=lambda: part in parts))

    choose, slider, choice = browser.Kinds(), row(".lecture-number", ".noUi-handle"), row("select")
    rows = [(slider, False), (slider, False), (slider, True), (choice, True), (choice, False)]
    mouse, keyboard, number = browser.by_mouse, browser.by_keyboard, browser.by_number
    assert [choose(*each) for each in rows] == [
        [mouse, keyboard, number], [], [mouse], [mouse, keyboard], [],
    ]  # fmt: skip


@pytest.mark.soak
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_control_of_a_lesson_moves_in_every_way(path, server, used_page):
    assert not problems(path, server, used_page, browser.ways)
