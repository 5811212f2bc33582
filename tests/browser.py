"""A notebook in a real browser: JupyterLab as start.py starts it, driven by Playwright.

Look at a lesson yourself: python -m tests.browser notebooks/NAME.ipynb FOLDER
saves a picture of every cell, and of every explorer after each control was moved.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import start

ROOT = Path(start.__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-default-browser-check",
    "--no-first-run",
]
# All cells are in the page at once, so that each can be found and photographed.
TEST_SETTINGS = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}

# Runs a module that ends when its parent does, however that comes to its end: Ctrl-C, for example.
WITH_PARENT = """
import os, runpy, sys, threading

def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(1)

threading.Thread(target=end_with_parent, daemon=True).start()
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class Server:
    """A running JupyterLab, and the folder in which its notebooks are."""

    url: str
    token: str
    folder: Path

    def address(self, notebook: str) -> str:
        return f"{self.url}lab/tree/notebooks/{notebook}?reset&token={self.token}"

    def ask(self, path: str, method: str = "GET"):
        """What the server's interface answers."""
        headers = {"Authorization": f"token {self.token}"}
        with urlopen(Request(self.url + path, method=method, headers=headers)) as answer:
            return json.loads(answer.read() or "null")

    def kernels(self) -> set[str]:
        """The identities of the kernels that run."""
        return {kernel["id"] for kernel in self.ask("api/kernels")}

    def end_kernels(self, but: Iterable[str] = ()) -> None:
        """End what notebooks started; they go on when their page is closed."""
        for identity in self.kernels().difference(but):
            self.ask(f"api/kernels/{identity}", "DELETE")


def why_not() -> str:
    """Why no browser can be driven here; empty when one can."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "Playwright is not installed"
    return "" if executable() else "no Chromium or Chrome on the PATH"


def executable() -> str | None:
    """The system's browser."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _private_folders(home: Path) -> dict[str, str]:
    """Variables that keep the person's own Jupyter settings out, and ours out of theirs."""
    labconfig = home / "config/labconfig"
    labconfig.mkdir(parents=True)
    (labconfig / "default_setting_overrides.json").write_text(json.dumps(TEST_SETTINGS))
    return {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }


def _wait_for_server(process: subprocess.Popen, home: Path, seconds: float) -> Server:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            try:
                record = json.loads(path.read_text())
                with socket.create_connection(("127.0.0.1", record["port"]), timeout=1):
                    return Server(record["url"], record["token"], home / "root/notebooks")
            except (OSError, ValueError):
                pass
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not answer within {seconds:.0f} seconds")


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdin.close()


# A folder, and after it a command to which that folder cannot be written.
WITHOUT_WRITING = [
    "unshare", "-m", "sh", "-c",
    'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$0" && exec "$@"',
]  # fmt: skip


@contextmanager
def serve(
    notebooks: Path, seconds: float = 120, port: int | None = None, read_only: bool = False, **env
) -> Iterator[Server]:
    """JupyterLab on a temporary copy of that folder, at a port or at the next that is free."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        home, root = Path(temporary), Path(temporary) / "root"
        ignore = shutil.ignore_patterns(".ipynb_checkpoints")
        shutil.copytree(notebooks, root / "notebooks", ignore=ignore)
        rest = [
            "--no-browser",
            "--expose-app-in-browser",
            f"--ServerApp.port={port or free_port()}",
        ]
        python, _, *words = start.lab_command(sys.executable, ".", rest, root=root)
        around = [*WITHOUT_WRITING, str(root)] if read_only else []
        with open(home / "log", "wb") as log:
            process = subprocess.Popen(
                [*around, python, "-c", WITH_PARENT, *words],
                stdin=subprocess.PIPE,
                cwd=root,
                env={**start.job_environment(python), **_private_folders(home), **env},
                stdout=log,
                stderr=log,
            )
            try:
                yield _wait_for_server(process, home, seconds)
            except RuntimeError as error:
                raise RuntimeError(f"{error}\n{(home / 'log').read_text()[-3000:]}") from None
            finally:
                _end(process)


@contextmanager
def window(width: int = 1500, height: int = 1000):
    """The system's browser, in which pages open; they share its cache."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=BROWSER_OPTIONS)
        try:
            opened = browser.new_context(viewport={"width": width, "height": height})
            opened.set_default_timeout(90_000)
            yield opened
        finally:
            browser.close()


@contextmanager
def browse(width: int = 1500, height: int = 1000):
    """A page of a browser of its own."""
    with window(width, height) as opened:
        yield opened.new_page()


def write_notebook(path: Path, *sources: str) -> None:
    """A notebook of a heading and these code cells."""
    cells = [new_markdown_cell("# A heading"), *map(new_code_cell, sources)]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


def open_notebook(page, server: Server, name: str) -> None:
    """Load JupyterLab with that notebook and wait until its kernel is ready."""
    page.goto(server.address(name))
    wait_for_kernel(page)


def open_beside(page, server: Server, name: str) -> None:
    """The same in a page that may have loaded JupyterLab before."""
    if not page.url.startswith(f"{server.url}lab"):
        open_notebook(page, server, name)
        return
    page.evaluate(
        "path => window.jupyterapp.commands.execute('docmanager:open', {path})", f"notebooks/{name}"
    )
    wait_for_kernel(page)


def close_all(page, server: Server) -> None:
    """Close what is open in JupyterLab, whether saved or not."""
    if page.url.startswith(f"{server.url}lab"):
        page.evaluate(
            "() => [...window.jupyterapp.shell.widgets('main')].forEach(one => one.dispose())"
        )


def wait_for_kernel(page) -> None:
    page.wait_for_selector(".jp-NotebookPanel:visible .jp-Notebook .jp-Cell", timeout=180_000)
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=180_000)


def menu(page, name: str, command: str) -> None:
    """Choose an entry of the menu bar, named by its command."""
    page.locator(".lm-MenuBar-item", has_text=name).first.click()
    page.locator(f'.lm-Menu-item[data-command="{command}"]:visible').click()


PENDING_CELLS = """() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')].filter(
    cell => cell.querySelector('.cm-content')?.textContent.trim()
        && !/\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').textContent)).length
    + [...document.querySelectorAll('.jp-OutputArea-output')].filter(
        one => one.textContent == 'Loading widget...').length"""


def run_all(page, seconds: float = 400) -> float:
    """Run every cell, from empty outputs, until the last is done or one fails; the seconds."""
    menu(page, "Edit", "editmenu:clear-all")
    begin = time.monotonic()
    menu(page, "Run", "runmenu:run-all")
    wait_until(
        lambda: errors(page) or not page.evaluate(PENDING_CELLS),
        lambda: f"cells still run after {seconds:.0f} seconds",
        seconds,
        every=0.4,
    )
    return time.monotonic() - begin


RUN_CELL = """async place => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = place;
    await window.jupyterapp.commands.execute('notebook:run-cell');
}"""


def run_backwards(page) -> None:
    """Run every cell of the notebook once more, from the last to the first."""
    for place in reversed(range(page.locator(".jp-Notebook .jp-Cell").count())):
        page.evaluate(RUN_CELL, place)
    wait_until(
        lambda: not page.evaluate(PENDING_CELLS), lambda: "what was run again does not appear"
    )


def printed(page, place: int = -1) -> str:
    """Run a cell, counted from the end, once more; what it prints, as soon as it is done."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(place)
    before = cell.locator(".jp-InputPrompt").inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    wait_until(
        lambda: cell.locator(".jp-InputPrompt").inner_text() not in (before, "[*]:"),
        lambda: "the cell does not run",
        120,
    )
    return cell.locator(".jp-OutputArea-output").last.inner_text().strip()


def comes_to_print(page, true) -> str:
    """Run the last cell again and again until ``true`` of what it prints; that."""
    said = []

    def asked() -> bool:
        said.append(printed(page))
        return true(said[-1])

    wait_until(asked, lambda: f"it prints {said[-1]}")
    return said[-1]


def errors(page) -> list[str]:
    """What went wrong, in words: error outputs of cells and explorers, and broken widgets."""
    places = (
        '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]',
        '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]',
        ".lecture-error",
        ".jupyter-widgets-error-widget",
    )
    found = page.locator(", ".join(places)).all()
    return [text for place in found if (text := place.inner_text().strip())]


def explorers(page) -> list:
    """The explorers on the page, in order."""
    return page.locator(".lecture-explorer").all()


PIXELS = """images => {
    if (!images.every(one => one.complete)) return '';
    const known = window.lecturePictures ??= new Map(); // a new picture has a new address
    const addresses = images.map(one => one.src).join();
    if (known.has(addresses)) return known.get(addresses);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(...images.map(one => one.naturalWidth));
    canvas.height = Math.max(...images.map(one => one.naturalHeight));
    const paper = canvas.getContext('2d', {willReadFrequently: true});
    images.forEach(one => paper.drawImage(one, 0, 0));
    const pixels = paper.getImageData(0, 0, canvas.width, canvas.height).data;
    let hash = 2166136261;
    for (const word of new Uint32Array(pixels.buffer)) hash = Math.imul(hash ^ word, 16777619);
    const sight = `${canvas.width} x ${canvas.height}: ${hash}`;
    known.set(addresses, sight);
    return sight;
}"""


def picture(explorer) -> str:
    """A hash of the pixels of its figure, layers over each other; empty while one is loading."""
    return explorer.locator(".lecture-figure img").evaluate_all(PIXELS)


def reading(explorer) -> str:
    """The sentence under the figure."""
    return explorer.locator(".lecture-reading").first.inner_text().strip()


@dataclass(frozen=True)
class Sight:
    """What a person sees of an explorer: its picture and the sentence under it."""

    picture: str
    reading: str


def sight(explorer) -> Sight:
    return Sight(picture(explorer), reading(explorer))


def wait_until(true, words, seconds: float = 120, every: float = 0.05) -> None:
    """Wait until ``true()``, asked every so many seconds; after a while, say what did not come."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, words()
        time.sleep(every)


def wait_for_change(explorer, before: Sight) -> None:
    """Wait until picture and reading both differ from ``before``."""

    def same() -> list[str]:
        now = sight(explorer)
        pairs = {
            "picture": now.picture in ("", before.picture),
            "reading": now.reading in ("", before.reading),
        }
        return [part for part, unchanged in pairs.items() if unchanged]

    wait_until(
        lambda: not same(),
        lambda: f"the {' and the '.join(same())} did not change: {reading(explorer)!r}",
    )


def settled(page, explorer) -> Sight:
    """What is seen once the kernel is idle and nothing has changed for a moment."""
    seen = []

    def still() -> bool:
        seen.append(sight(explorer))
        page.wait_for_timeout(100)
        return is_idle(page) and sight(explorer) == seen[-1]

    wait_until(still, lambda: f"the picture does not come to rest: {reading(explorer)!r}")
    return seen[-1]


def is_idle(page) -> bool:
    """Whether the status bar says that the kernel waits for work."""
    return page.locator("#jp-main-statusbar").get_by_text("| Idle").count() > 0


def begin_again(explorer) -> None:
    """Press reset, then answer the question that hides the reading."""
    explorer.locator(".lecture-tools button", has_text="reset").click()
    answers = explorer.locator(".lecture-question button")
    if answers.count():
        wait_until(lambda: not reading(explorer), lambda: "reset does not hide the reading")
        answers.first.click()
    wait_until(lambda: reading(explorer), lambda: "there is no reading")


def controls(explorer) -> list:
    """The rows of controls that have an effect now."""
    return [row for row in explorer.locator(".lecture-control").all() if not _is_off(row)]


def _is_off(row) -> bool:
    fields = row.locator("input, select, button")
    off = row.locator("input:disabled, select:disabled, button:disabled, [disabled].noUi-target")
    return off.count() > 0 and off.count() >= fields.count()


def name_of(row) -> str:
    """The label of a control."""
    return row.locator("label, .widget-label").first.inner_text().strip() or "switch"


def _is_far(handle) -> bool:
    low, now, high = (
        float(handle.get_attribute(f"aria-value{part}")) for part in ("min", "now", "max")
    )
    return now > (low + high) / 2


def by_mouse(page, row) -> None:
    """Move a control with the mouse: drag, choose or click."""
    if row.locator(".noUi-handle").count():
        _drag(page, row)
    elif row.locator("select").count():
        _choose_other(row.locator("select"))
    elif row.locator(".widget-toggle-button").count():
        row.locator(".widget-toggle-button:not(.mod-active)").first.click()
    else:
        row.locator("input[type=checkbox]").click()


def _drag(page, row) -> None:
    handle = row.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    track, knob = row.locator(".noUi-base").first.bounding_box(), handle.bounding_box()
    x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    goal = track["x"] + track["width"] * (0.1 if _is_far(handle) else 0.9)
    page.mouse.move(goal, y, steps=8)
    page.mouse.up()


def _choose_other(choice) -> None:
    now = choice.evaluate("one => one.selectedIndex")
    choice.select_option(index=1 if now == 0 else 0)


def by_keyboard(page, row) -> None:
    """Move a control with the keyboard alone."""
    if row.locator(".noUi-handle").count():
        handle = row.locator(".noUi-handle").first
        handle.focus()
        page.keyboard.press("Home" if _is_far(handle) else "End")
    elif row.locator("select").count():
        row.locator("select").focus()
        first = row.locator("select").evaluate("one => one.selectedIndex") == 0
        # A bare arrow moves JupyterLab's cell cursor; an opened list takes it.
        for key in ("Space", "ArrowDown" if first else "ArrowUp", "Enter"):
            page.keyboard.press(key)
            page.wait_for_timeout(100)
    elif row.locator(".widget-toggle-button").count():
        row.locator(".widget-toggle-button:not(.mod-active)").first.focus()
        page.keyboard.press("Space")
    else:
        row.locator("input[type=checkbox]").focus()
        page.keyboard.press("Space")


def by_number(page, row) -> None:
    """Type a value into the number field beside a slider."""
    field = row.locator(".lecture-number input")
    _, low, _, high = field.get_attribute("placeholder").split()  # from 0 to 1
    far = float(field.input_value()) > (float(low) + float(high)) / 2
    field.fill(low if far else high)
    field.press("Enter")


def ways(row, steers: bool = False) -> list:
    """The ways to move a control."""
    numbers = [by_number] if row.locator(".lecture-number").count() else []
    return [by_mouse, by_keyboard, *numbers]


KINDS = (".lecture-number", ".noUi-handle", "select", ".widget-toggle-button", "input")


class Kinds:
    """All ways for the first control of a kind on a page, the mouse for the first that steers.

    The others stay: the tests without a browser move each of them.
    """

    def __init__(self):
        self.seen = set()

    def __call__(self, row, steers: bool = False) -> list:
        kind = next((kind for kind in KINDS if row.locator(kind).count()), "")
        known = kind in self.seen
        self.seen.add(kind)
        return [by_mouse] * steers if known else ways(row)


def moves(page, explorer, choose=ways) -> Iterator[str]:
    """Move each control from the start, in each way in turn; what moved it, once the sight changed.

    The ways follow one another: the mouse goes to the far end, the keyboard from there to the
    other one, the number back. What can be played is moved while it plays. ``choose(row, steers)``
    gives the ways in which to move a control, or the first that steers what runs.
    """
    if is_live(explorer):
        yield from moves_while_it_runs(page, explorer, choose)
        return
    first = None
    for row, chosen in chosen_ways(explorer, choose):
        begin_again(explorer)
        first = first or settled(page, explorer)
        wait_until(
            lambda first=first: sight(explorer) == first,
            lambda first=first: f"reset does not bring back the picture of {first.reading!r}",
        )
        for way in chosen:
            move = f"{name_of(row)} {way.__name__}"
            before = settled(page, explorer)
            way(page, row)
            try:
                wait_for_change(explorer, before)
            except AssertionError as problem:
                raise AssertionError(f"{move}: {problem}") from None
            yield move


def chosen_ways(explorer, choose) -> Iterator[tuple]:
    """The rows of controls to be moved, each with the ways; after time comes what steers."""
    live = is_live(explorer)
    for place, row in enumerate(controls(explorer)):
        if chosen := choose(row, live and place == 1):
            yield row, chosen


def is_live(explorer) -> bool:
    """Whether it is an explorer of something that runs."""
    return explorer.locator(".lecture-code").count() > 0


SMALL = {"width": 1280, "height": 720}  # a screen on which every explorer has to fit


def too_high(page) -> list[str]:
    """The explorers that, answered, do not fit on one small screen, in words."""
    page.set_viewport_size(SMALL)
    for explorer in explorers(page):
        for answer in explorer.locator(".lecture-question button").all()[:1]:
            answer.click()
    wait_until(
        lambda: all(map(reading, explorers(page))), lambda: "an answer does not open the reading"
    )
    room = page.locator(".jp-WindowedPanel-outer:visible").first.bounding_box()["height"]
    heights = {n: one.bounding_box()["height"] for n, one in enumerate(explorers(page), 1)}
    return [f"explorer {n} is {h:.0f} pixels high, of {room:.0f}"
            for n, h in heights.items() if h > room]  # fmt: skip


def code(explorer) -> str:
    """The line under a live explorer that draws its picture again."""
    return explorer.locator(".lecture-code code").inner_text().strip()


def step_of(explorer) -> int:
    """How far a live explorer has come, as the number beside its play button says."""
    row = explorer.locator(".lecture-control:has(.widget-play)")
    return int(row.locator(".lecture-number input").input_value())


def play(explorer) -> None:
    """Press play, or pause while it plays."""
    explorer.locator(".widget-play button").first.click()


def stop(explorer) -> None:
    """Press the button that goes back to the start."""
    explorer.locator(".widget-play button").nth(1).click()


def wait_for_step(explorer, true, seconds: float = 120) -> None:
    """Wait until ``true`` of the step that a live explorer has come to."""
    wait_until(lambda: true(step_of(explorer)), lambda: f"it stands at {code(explorer)}", seconds)


def moves_while_it_runs(page, explorer, choose) -> Iterator[str]:
    """Press play and move a control in each way in turn; its name, after all that shows it."""
    for row, chosen in chosen_ways(explorer, choose):
        begin_again(explorer)
        wait_for_step(explorer, lambda step: step == 0)
        play(explorer)
        wait_for_step(explorer, lambda step: step > 0)
        for way in chosen:
            move = f"{name_of(row)} {way.__name__} while it runs"
            before, said = sight(explorer), code(explorer)
            way(page, row)
            try:
                wait_until(lambda said=said: code(explorer) != said, lambda: "the code stayed")
                wait_for_change(explorer, before)
            except AssertionError as problem:
                raise AssertionError(f"{move}: {problem}") from None
            yield move
        stop(explorer)
        settled(page, explorer)


def file_name(words: str) -> str:
    return re.sub(r"\W+", "_", words).strip("_")


def move_all(page, choose=ways, seen=lambda explorer, name: None) -> list[str]:
    """Move every control of every explorer in the chosen ways; what stayed the same, in words.

    ``seen(explorer, name)`` is called after each move.
    """
    trouble = []
    for number, explorer in enumerate(explorers(page), 1):
        try:
            for move in moves(page, explorer, choose):
                seen(explorer, f"explorer_{number}_{file_name(move)}")
        except AssertionError as problem:
            trouble.append(f"explorer {number}: {problem}")
    return trouble


def save_cells(page, folder: Path) -> list[Path]:
    """A picture of every cell, prose included, numbered in order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, cell in enumerate(page.locator(".jp-Notebook .jp-Cell").all()):
        path = folder / f"cell_{number:02d}.png"
        cell.screenshot(path=path)
        paths.append(path)
    return paths


def look(notebook: Path, folder: Path) -> list[str]:
    """Run a notebook in the browser and save pictures of its cells; what went wrong."""
    with serve(notebook.parent) as server, browse() as page:
        open_notebook(page, server, notebook.name)
        print(f"ran in {run_all(page):.1f} s, {len(explorers(page))} explorers")
        save_cells(page, folder)
        return move_all(page, seen=_saved_in(folder)) + errors(page)


def _saved_in(folder: Path):
    return lambda explorer, name: explorer.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    if why_not():
        sys.exit(why_not())
    trouble = look(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
    print("pictures in", os.path.relpath(sys.argv[2]))
    sys.exit("\n".join(trouble))
