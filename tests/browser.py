"""A notebook in a real browser: JupyterLab as start.py starts it, driven by Playwright.

Look at a lesson yourself: python -m tests.browser notebooks/NAME.ipynb FOLDER
saves a picture of every cell, and of every explorer after each control was moved.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Server:
    """A running JupyterLab."""

    url: str
    token: str

    def address(self, notebook: str) -> str:
        return f"{self.url}lab/tree/{notebook}?reset&token={self.token}"


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


def _wait_for_server(process: subprocess.Popen, runtime: Path, seconds: float) -> Server:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            try:
                record = json.loads(path.read_text())
                with socket.create_connection(("127.0.0.1", record["port"]), timeout=1):
                    return Server(record["url"], record["token"])
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


@contextmanager
def serve(notebooks: Path, seconds: float = 60) -> Iterator[Server]:
    """JupyterLab on a temporary copy of that folder's notebooks, as start.py starts it."""
    start.write_lab_settings(sys.prefix)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        home = Path(temporary)
        shutil.copytree(
            notebooks, home / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
        )
        rest = ["--no-browser", f"--ServerApp.port={free_port()}"]
        command = start.lab_command(sys.executable, ".", rest, root=home / "notebooks")
        with open(home / "log", "wb") as log:
            process = subprocess.Popen(
                command,
                cwd=home / "notebooks",
                env={**start.job_environment(), **_private_folders(home)},
                stdout=log,
                stderr=log,
            )
            try:
                yield _wait_for_server(process, home / "runtime", seconds)
            except RuntimeError as error:
                raise RuntimeError(f"{error}\n{(home / 'log').read_text()[-3000:]}") from None
            finally:
                _end(process)


@contextmanager
def browse(width: int = 1500, height: int = 1000):
    """A page of the system's browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=BROWSER_OPTIONS)
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(30_000)
            yield page
        finally:
            browser.close()


def open_notebook(page, server: Server, name: str) -> None:
    """Open that notebook and wait until its kernel is ready."""
    page.goto(server.address(name))
    page.wait_for_selector(".jp-NotebookPanel:visible .jp-Notebook .jp-Cell", timeout=90_000)
    page.wait_for_selector(
        '.jp-NotebookPanel:visible .jp-Notebook-ExecutionIndicator[data-status="idle"]',
        timeout=90_000,
    )


def menu(page, name: str, command: str) -> None:
    """Choose an entry of the menu bar, named by its command."""
    page.locator(".lm-MenuBar-item", has_text=name).first.click()
    page.locator(f'.lm-Menu-item[data-command="{command}"]:visible').click()


PENDING_CELLS = """() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')].filter(
    cell => cell.querySelector('.cm-content')?.innerText.trim()
        && !/\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').innerText)).length"""


def run_all(page, seconds: float = 180) -> float:
    """Run every cell with empty outputs to begin with; the seconds until the last is done."""
    menu(page, "Edit", "editmenu:clear-all")
    begin = time.monotonic()
    menu(page, "Run", "runmenu:run-all")
    while page.evaluate(PENDING_CELLS):
        if errors(page):
            raise AssertionError("\n".join(errors(page)))
        if time.monotonic() - begin > seconds:
            raise AssertionError(f"cells still run after {seconds:.0f} seconds")
        page.wait_for_timeout(200)
    page.wait_for_timeout(500)
    return time.monotonic() - begin


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


def picture(explorer) -> str:
    """What its figure shows: the sources of its images, one after the other."""
    return "|".join(
        explorer.locator(".lecture-figure img").evaluate_all("all => all.map(one => one.src)")
    ) + explorer.locator(".lecture-figure img").first.evaluate(PIXELS)


PIXELS = """image => {
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
    if (!canvas.width) return '';
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL();
}"""


def reading(explorer) -> str:
    """The sentence under the figure."""
    return explorer.locator(".lecture-reading").first.inner_text().strip()


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
        return errors(page)


if __name__ == "__main__":
    if why_not():
        sys.exit(why_not())
    trouble = look(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
    print("pictures in", os.path.relpath(sys.argv[2]))
    sys.exit("\n".join(trouble))
