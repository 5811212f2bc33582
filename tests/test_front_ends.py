"""The lessons where people open them: Notebook 7, Voila, JupyterLab in the dark, reopened."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

import start
from tests import browser
from tests.driven import explorers_in
from tests.load import MOST

ROOT = Path(__file__).parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)

pytestmark = [
    pytest.mark.soak,
    pytest.mark.browser,
    pytest.mark.skipif(bool(browser.why_not()), reason=browser.why_not() or "never"),
]


def with_package(name):
    return pytest.mark.skipif(find_spec(name) is None, reason=f"{name} is not installed")


def move_first_sliders(page) -> int:
    """Move the first slider of every explorer by keyboard; the number of explorers."""
    made = browser.explorers(page)
    assert page.locator(".lecture-asleep:visible").count() == 0
    for explorer in made:
        explorer.scroll_into_view_if_needed()
        answers = explorer.locator(".lecture-question button")
        if answers.count():
            answers.first.click()
        browser.wait_until(
            lambda explorer=explorer: browser.reading(explorer), lambda: "there is no reading"
        )
        handles = explorer.locator(".lecture-control .noUi-target:not([disabled]) .noUi-handle")
        if not handles.count():
            continue
        before, cells = browser.sight(explorer), page.locator(".jp-Notebook .jp-Cell").count()
        handle = handles.first
        handle.focus()
        page.keyboard.press("x")
        page.keyboard.press("Home" if browser._is_far(handle) else "End")
        browser.wait_until(
            lambda explorer=explorer, before=before: browser.sight(explorer) != before,
            lambda explorer=explorer: f"nothing moved: {browser.reading(explorer)!r}",
        )
        assert page.locator(".jp-Notebook .jp-Cell").count() == cells, "x cut the cell"
    assert not browser.errors(page)
    return len(made)


@with_package("notebook")
@every_notebook
def test_in_notebook_7_everything_runs_and_a_key_on_a_slider_cuts_nothing(path, server, page):
    page.goto(f"{server.url}notebooks/notebooks/{path.name}?token={server.token}")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=180_000)
    page.locator(".jp-NotebookKernelStatus, .jp-Notebook-ExecutionIndicator").first.wait_for(
        state="attached", timeout=180_000
    )
    page.wait_for_timeout(3000)
    browser.run_all(page)
    assert move_first_sliders(page) == explorers_in(path)


@contextmanager
def voila(folder: Path):
    """Voila on the notebooks of a folder; its address."""
    port = browser.free_port()
    command = [sys.executable, "-m", "voila", str(folder), "--no-browser", f"--port={port}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=start.job_environment(sys.executable), **quiet)
    try:
        yield f"http://localhost:{port}/voila/render"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def rendered():
    with voila(ROOT / "notebooks") as address:
        yield address


@with_package("voila")
@every_notebook
def test_in_voila_everything_runs_and_moves(path, rendered, page):
    inside = "http://localhost", "http://127.0.0.1"
    page.route(
        lambda url: url.startswith("http") and not url.startswith(inside),
        lambda route: route.abort(),
    )

    def answers() -> bool:
        try:
            return page.goto(f"{rendered}/{path.name}", timeout=400_000) is not None
        except Exception:
            page.wait_for_timeout(1000)
            return False

    browser.wait_until(answers, lambda: "Voila does not answer", 120)
    count = explorers_in(path)
    browser.wait_until(
        lambda: len(browser.explorers(page)) == count,
        lambda: f"{len(browser.explorers(page))} of {count} explorers",
        400,
    )
    browser.wait_until(
        lambda: page.locator("#loading:visible").count() == 0, lambda: "it loads for ever", 120
    )
    assert move_first_sliders(page) == count


CONTRAST = """one => {
  if (!one.isConnected) return Infinity; // it was drawn anew at this moment
  const parts = (words) => words.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, which) => sum + v * [0.2126, 0.7152, 0.0722][which], 0);
  let behind = one;
  while (!parts(getComputedStyle(behind).backgroundColor).slice(3).concat(1)[0]) {
    behind = behind.parentElement;
  }
  const [a, b] = [getComputedStyle(one).color, getComputedStyle(behind).backgroundColor]
    .map((words) => light(parts(words)) + 0.05);
  return Math.max(a, b) / Math.min(a, b);
}"""
WORDS = ".lecture-reading, .lecture-explorer .widget-label, .lecture-goal, .lecture-question b"


@every_notebook
def test_in_the_dark_everything_moves_and_can_be_read(path, server, page):
    theme = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    page.request.put(
        server.url + theme,
        headers={"Authorization": f"token {server.token}"},
        data=json.dumps({"raw": '{"theme": "JupyterLab Dark"}'}),
    )
    try:
        browser.open_notebook(page, server, path.name)
        page.wait_for_selector("body[data-jp-theme-light=false]", state="attached")
        browser.run_all(page)
        assert move_first_sliders(page) == explorers_in(path)
        for words in page.locator(WORDS).all():
            if words.is_visible() and words.inner_text().strip():
                assert words.evaluate(CONTRAST) >= 4.5, words.inner_text()
    finally:
        page.request.delete(server.url + theme, headers={"Authorization": f"token {server.token}"})
        page.request.put(
            server.url + theme,
            headers={"Authorization": f"token {server.token}"},
            data=json.dumps({"raw": "{}"}),
        )


def save(page, path: Path) -> None:
    """Save the notebook, which lies there."""
    before = path.stat().st_mtime_ns
    browser.menu(page, "File", "docmanager:save")
    browser.wait_until(lambda: path.stat().st_mtime_ns > before, lambda: "it is not saved")


@every_notebook
def test_saved_and_reopened_it_moves_on_and_after_a_restart_it_runs_again(path, server, page):
    browser.open_notebook(page, server, path.name)
    browser.run_all(page)
    assert move_first_sliders(page) == explorers_in(path)
    save(page, server.folder / path.name)
    browser.open_notebook(page, server, path.name)  # the kernel still runs
    browser.wait_until(
        lambda: len(browser.explorers(page)) == explorers_in(path), lambda: "they are not back"
    )
    assert move_first_sliders(page) == explorers_in(path)
    server.end_kernels()
    browser.open_notebook(page, server, path.name)
    browser.run_all(page)
    assert move_first_sliders(page) == explorers_in(path)


@every_notebook
def test_run_again_from_the_last_cell_to_the_first_it_moves(path, server, page):
    browser.open_notebook(page, server, path.name)
    browser.run_all(page)
    browser.run_backwards(page)
    assert move_first_sliders(page) == explorers_in(path)


@pytest.fixture(scope="module")
def locked():
    """JupyterLab in a folder that cannot be written."""
    if not shutil.which("unshare") or os.geteuid():
        pytest.skip("no folder can be made read-only here")
    with browser.serve(ROOT / "notebooks", read_only=True) as server:
        with pytest.raises(OSError, match="HTTP Error"):
            server.ask("api/contents/notebooks", "POST")
        yield server


@every_notebook
def test_in_a_folder_that_cannot_be_written_it_runs_and_moves(path, locked, window):
    page = window.new_page()
    browser.open_notebook(page, locked, path.name)
    browser.run_all(page)
    assert move_first_sliders(page) == explorers_in(path)
    page.close()
    locked.end_kernels()


COUNTED = """\
from comm import get_comm_manager
from lecture_helpers.widgets import explorers
from tests.load import memory
print(len(explorers()), len(get_comm_manager().comms), memory())"""


@every_notebook
def test_opened_and_closed_ten_times_it_leaves_nothing_behind(path, server, page):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_code_cell(COUNTED))
    nbformat.write(notebook, server.folder / "opened.ipynb")
    browser.open_notebook(page, server, "opened.ipynb")
    browser.run_all(page)
    browser.printed(page)
    save(page, server.folder / "opened.ipynb")
    looks = []
    for _ in range(10):
        page.goto("about:blank")
        browser.open_notebook(page, server, "opened.ipynb")
        browser.wait_until(
            lambda: len(browser.explorers(page)) == explorers_in(path), lambda: "they are not back"
        )
        looks.append([int(number) for number in browser.printed(page).split()])
    made, comms, memory = zip(*looks, strict=True)
    assert {*made} == {explorers_in(path)}, made
    assert max(comms) == comms[0], comms
    grown = (min(memory[5:]) - min(memory[:5])) / 2**20
    assert grown < MOST, f"{grown:.1f} MiB"


TWICE = [
    "from lecture_helpers.widgets import explore, reading",
    """\
def line(ax, *, slope=0.5):
    ax.plot([0, 1], [0, slope])
    ax.set(xlim=(0, 1), ylim=(0, 2))
    return reading("A line up to {end:.2f}.", end=slope)""",
    "one = explore(\n    line, slope=(0.0, 2.0))\none",
    "one",
]


def test_two_views_of_one_explorer_show_the_same(server, page):
    browser.write_notebook(server.folder / "twice.ipynb", *TWICE)
    browser.open_notebook(page, server, "twice.ipynb")
    browser.run_all(page)
    first, second = browser.explorers(page)
    for one, other in ((first, second), (second, first)):
        before = browser.sight(other)
        browser.by_keyboard(page, one.locator(".lecture-control").first)
        browser.wait_for_change(other, before)
        browser.wait_until(
            lambda one=one, other=other: browser.sight(one) == browser.sight(other),
            lambda: "the two differ",
        )


def test_the_second_of_two_labs_takes_the_next_port():
    folder, port = ROOT / "notebooks", browser.free_port()
    with browser.serve(folder, port=port) as one, browser.serve(folder, port=port) as two:
        assert f":{port}/" in one.url and one.url != two.url
        for lab in (one, two):
            assert lab.ask("api/kernels") == []


@every_notebook
def test_what_nobody_has_run_or_trusted_shows_its_pictures_and_no_dead_control(path, server, page):
    browser.open_notebook(page, server, path.name)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    pictures = page.locator(".jp-OutputArea-output img")
    stored = sum("image/png" in data for data in outputs)
    browser.wait_until(lambda: pictures.count() >= stored, lambda: f"{pictures.count()}, {stored}")
    assert not browser.errors(page) and not browser.explorers(page)
    assert page.locator(".jupyter-widgets").count() == 0
