"""Every live explorer in a browser: pictures a second, a hand's delay, how much of it is training.

Name lessons to measure those alone: python3 start.py bench live 01 05
"""

import json
import sys
import tempfile
from pathlib import Path

import nbformat
import numpy as np

from tests import browser

ROOT = Path(__file__).resolve().parents[1]
HANDS = 20
TRIP = """\
import ipywidgets as w
trip, back = w.IntSlider(max=1000), w.HTML()
trip.observe(lambda change: setattr(back, "value", str(change["new"])), "value")
w.VBox([trip, back.add_class("trip")])"""
PROBE = """\
import gc, json, time
from lecture_helpers.training import Live
from lecture_helpers.training._live_track import Track
from lecture_helpers.widgets import explorers
from lecture_helpers.widgets.live_explorer import LiveExplorer

spent = {"training": 0.0, "answers": 0.0, "updates": 0, "ticks": 0}

def timed(cls, name, where, count):
    plain = getattr(cls, name)
    def measured(self, *given):
        begun = time.perf_counter()
        try:
            return plain(self, *given)
        finally:
            spent[where] += time.perf_counter() - begun
            spent[count] += 1
    setattr(cls, name, measured)

timed(Track, "_update", "training", "updates")
timed(LiveExplorer, "_answer", "answers", "ticks")"""
STATE = """\
lives = [live for live in gc.get_objects() if type(live) is Live]
print(json.dumps({**spent, "mib": max([live.size for live in lives], default=0) / 2**20}))"""
WHOLE = """\
moved = [e for e in explorers() if isinstance(e, LiveExplorer)]
def whole(explorer):
    names = [control.name for control in explorer.steered]
    name = "lr" if "lr" in names else names[0]
    other = [*explorer.controls[name].frames(7)[:4]][-1]  # what the strip shows is known already
    hi, begun, before = explorer.time.hi, time.perf_counter(), spent["updates"]
    explorer.reset()
    explorer.set(**{name: other, explorer.time.name: hi})
    return [hi, time.perf_counter() - begun, spent["updates"] - before]
again, first = "first" in globals(), False
print(json.dumps([whole(e) for e in moved] if again else []))"""
# What the page shows, with the time at which it came: the code under the figure and its pictures.
WATCH = """explorer => {
    const seen = window.seen = { pictures: [], code: [] };
    const note = (list, value) => list.push([performance.now(), value]);
    const figure = explorer.querySelector('.lecture-figure');
    new MutationObserver(() => note(seen.pictures, '')).observe(
        figure.querySelectorAll('img')[1], { attributes: true, attributeFilter: ['src'] });
    const code = explorer.querySelector('.lecture-code');
    new MutationObserver(() => note(seen.code, code.innerText)).observe(
        code, { childList: true, subtree: true, characterData: true });
}"""
# One step of a slider by keyboard; the milliseconds until `where` shows something else of `part`.
HAND = """async ([handle, where, pattern]) => {
    const shown = () => (where.innerText.match(new RegExp(pattern)) ?? [''])[0];
    const before = shown(), begun = performance.now();
    const [low, now, high] = ['min', 'now', 'max'].map(
        part => Number(handle.getAttribute(`aria-value${part}`)));
    const key = now > (low + high) / 2 ? 'ArrowLeft' : 'ArrowRight';
    handle.focus();
    handle.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    while (shown() === before && performance.now() - begun < 5000)
        await new Promise(requestAnimationFrame);
    return performance.now() - begun;
}"""


def live_notebooks(words: list[str]) -> list[Path]:
    """The notebooks with a live explorer, of those whose names begin with one of the words."""
    every = sorted((ROOT / "notebooks").glob("*.ipynb"))
    named = [p for p in every if not words or p.stem.startswith(tuple(words))]
    return [p for p in named if "steer=" in p.read_text(encoding="utf-8")]


def with_probe(path: Path, folder: Path) -> None:
    """A copy of the notebook in ``folder`` with cells that measure."""
    notebook = nbformat.read(path, as_version=4)
    new = nbformat.v4.new_code_cell
    notebook.cells += [new(TRIP), new(PROBE), new(WHOLE), new(STATE)]
    nbformat.write(notebook, folder / path.name)


def printed(page, place: int = -1):
    """The JSON that a cell, counted from the end, prints when it is run once more."""
    return json.loads(browser.printed(page, place))


def hands(page, handle, where, pattern: str, pause: int) -> list[float]:
    """Milliseconds until each of several moves of a slider shows."""
    given = [handle.element_handle(), where.element_handle(), pattern]
    delays = []
    for _ in range(HANDS):
        delays.append(page.evaluate(HAND, given))
        page.wait_for_timeout(pause)
    return delays


def measure(page, explorer) -> dict | None:
    """Let one explorer play, then move its first slider while it plays; None if it has none."""
    browser.begin_again(explorer)
    rows = explorer.locator(".lecture-control")
    sliders = [row for row in rows.all()[1:] if row.locator(".noUi-handle").count()]
    if not sliders:
        return None
    handle, code = sliders[0].locator(".noUi-handle").first, explorer.locator(".lecture-code")
    before_it = code.inner_text()
    handle.press("ArrowRight")  # a run of its own: the strip's is known already
    browser.wait_until(lambda: code.inner_text() != before_it, lambda: "the hand is not seen")
    explorer.evaluate(WATCH)
    before = printed(page)
    browser.play(explorer)
    browser.wait_for_step(explorer, lambda step: step > 0)
    begun = page.evaluate("performance.now()")
    page.wait_for_timeout(4000)
    seconds = (page.evaluate("performance.now()") - begun) / 1000
    times = page.evaluate("window.seen.pictures.map(one => one[0])")
    browser.play(explorer)
    after = printed(page)
    part = {name: after[name] - before[name] for name in ("training", "answers", "updates")}
    browser.begin_again(explorer)
    browser.play(explorer)
    browser.wait_for_step(explorer, lambda step: step > 0)
    delays = hands(page, handle, code, r"=\[.*\]", 150)
    browser.play(explorer)
    return {
        "pictures": sum(time >= begun for time in times) / seconds,
        "share": part["training"] / part["answers"] if part["updates"] else np.nan,
        "delays": delays,
        "mib": after["mib"],
    }


def report(path: Path, page, server) -> None:
    """Print a line per live explorer of one notebook."""
    browser.open_notebook(page, server, path.name)
    browser.run_all(page)
    assert not browser.errors(page), browser.errors(page)
    trip = page.locator(".trip")
    knob = page.locator(".widget-slider .noUi-handle").last
    bare = hands(page, knob, trip, r"\d+", 50)
    live = [e for e in browser.explorers(page) if browser.is_live(e)]
    played = [measure(page, explorer) for explorer in live]  # before anything was trained
    whole = printed(page, -2)
    for number, (now, (steps, seconds, updates)) in enumerate(zip(played, whole, strict=True), 1):
        if now is None:
            print(f"{path.stem[:24]:24} {number} | steered by choices alone: not measured")
            continue
        p50, p95 = np.quantile(now["delays"] or [np.nan], [0.5, 0.95])
        trip50, trip95 = np.quantile(bare, [0.5, 0.95])
        print(
            f"{path.stem[:24]:24} {number} | {now['pictures']:4.1f} | {p50:5.0f} {p95:5.0f} "
            f"({trip50:.0f} {trip95:.0f}) | {now['share']:4.0%} | {updates} of {steps} in "
            f"{seconds:4.1f} s | {now['mib']:4.1f}",
            flush=True,
        )


def main(words: list[str]) -> None:
    if browser.why_not():
        print(f"Not measured: {browser.why_not()}.")
        return
    print("lesson | pictures a second | ms from hand to picture: p50 p95 (bare trip: p50 p95)")
    print("       | share of the answers' time that is updates | a whole run | MiB of a training")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "notebooks"
        folder.mkdir()
        for path in live_notebooks(words):
            with_probe(path, folder)
        with browser.serve(folder) as server:
            for path in live_notebooks(words):
                with browser.browse(1280, 720) as page:
                    report(path, page, server)


if __name__ == "__main__":
    main(sys.argv[1:])
