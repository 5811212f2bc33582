"""Every explorer of a lesson's page beside its live view, state by state, in a real browser.

``python -m tests.publish.compare NOTEBOOK PAGE`` runs the notebook here, moves the controls of the
page over all that was recorded, and prints what differs, one line each.
"""

import base64
import io
import json
import re
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from lecture_helpers.publish.frames import LOOK, RUN, _knobs
from lecture_helpers.widgets import explorers
from lecture_helpers.widgets.live_explorer import LiveExplorer
from tests import browser
from tests.driver import run_cells

FAR = 32  # levels of 255 that a colour of a film may be off: it has few of them
FEW = 3e-5  # the share of a picture, some fifteen pixels, in which it may be farther off
# Moves the inputs of a section to these places; tells where all then stand, and what is said.
MOVE = """(section, wanted) => {
  const inputs = [...section.querySelectorAll('.knobs input, .knobs select')];
  for (let turn = 0; turn < 3; turn += 1) wanted.forEach((place, which) => {
    if (Number(inputs[which].value) === place) return;
    inputs[which].value = place;
    inputs[which].dispatchEvent(new Event('input'));
  });
  return { at: inputs.map((one) => Number(one.value)), off: inputs.map((one) => one.disabled),
           said: section.querySelector('.reading').textContent };
}"""
# The panels as they lie on one another, one PNG each.
LOOK_AT = """async (section) => {
  const seen = [];
  for (const panel of section.querySelectorAll('.panel')) {
    const [below, above] = panel.querySelectorAll('img');
    const paper = document.createElement('canvas');
    [paper.width, paper.height] = [below.naturalWidth, below.naturalHeight];
    const pen = paper.getContext('2d');
    const put = async (image, left, top) => {
      await image.decode();
      pen.drawImage(image, left, top);
    };
    await put(below, 0, 0);
    const part = (side, of) => Math.round(parseFloat(above.style[side]) * of / 100);
    if (!above.hidden) await put(above, part('left', paper.width), part('top', paper.height));
    seen.push(paper.toDataURL('image/png').split(',')[1]);
  }
  return seen;
}"""


class Beside:
    """One explorer, and the section of the page that shows its film."""

    def __init__(self, explorer, film: dict, section):
        self.explorer, self.film, self.section = explorer, film, section
        self.knobs = [knob for knob in _knobs(explorer) if not knob.shown]
        self.time = explorer.time.name if isinstance(explorer, LiveExplorer) else None
        self.presets = [{}, *explorer.presets.values()]

    def problems(self) -> list[str]:
        """What differs, one sentence each."""
        labels = [control["label"] for control in self.film["controls"] if not control["shown"]]
        if self.film["name"] != self.explorer.view.name or labels != [k.label for k in self.knobs]:
            return [f"the page shows {self.film['name']} ({labels})"]
        self.explorer.dress(LOOK)
        self.explorer.reset()  # the first picture decides where the panels lie
        return [said for state in self.film["states"] for said in self.compared(state[0])]

    def live(self, at: list[int]) -> None:
        """Set the explorer to where these places of the page's controls are."""
        values = {k.name: list(k.values.values())[p] for k, p in zip(self.knobs, at, strict=True)}
        start = {name: control.start for name, control in self.explorer.controls.items()}
        values.pop(RUN, None)
        preset = self.presets[at[0]] if self.time else {}
        self.explorer.set(**{**start, **values, **preset, **self.moment(values)})

    def moment(self, values: dict) -> dict:
        return {self.time: values[self.time]} if self.time else {}

    def compared(self, at: list[int]) -> list[str]:
        self.live(at)
        reading = self.explorer.reading
        name = next((preset["name"] for preset in self.film["presets"] if preset["at"] == at), "")
        if name and not self.time:  # its state may lie where no single move leads
            self.section.get_by_role("button", name=name, exact=True).click()
        page = self.section.evaluate(MOVE, at)
        off = [knob.name in reading.disabled for knob in self.knobs]
        if page["at"] != at:
            return [f"{at} cannot be reached; the controls stand at {page['at']}"]
        found = []
        if page["said"] != str(reading):
            found.append(f"{at}: the page says {page['said']!r}, the view {str(reading)!r}")
        if page["off"] != off:
            found.append(f"{at}: the page disables {page['off']}, the view {off}")
        differ = self.share_off(self.explorer.canvas.pixels()[..., :3])
        if differ > FEW:
            found.append(f"{at}: {100 * differ:.2g} % of the picture is another")
        return found

    def share_off(self, wanted: np.ndarray) -> float:
        """The share of pixels that are not of the colour they have in the live picture."""
        panels = [
            np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"))
            for png in self.section.evaluate(LOOK_AT)
        ]
        shown = np.concatenate(panels, axis=1)
        if shown.shape != wanted.shape:
            return 1.0
        return float((np.abs(shown.astype(int) - wanted).max(axis=2) > FAR).mean())


def films(page: Path) -> list[dict]:
    """The films of a page of the site."""
    text = page.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="films">(.*?)</script>', text, re.DOTALL)[1])


def main(notebook: Path, page: Path) -> None:
    run_cells(notebook)
    states = 0
    with browser.browse(width=1280, height=720) as tab:
        tab.goto(page.as_uri())
        sections = tab.locator(".explorer").all()
        made = explorers()
        if len(made) != len(sections):
            print(f"the page has {len(sections)} explorers, the notebook {len(made)}")
        for explorer, film, section in zip(made, films(page), sections, strict=False):
            if film["question"]:
                section.locator(".question button").first.click()
            states += len(film["states"])
            for said in Beside(explorer, film, section).problems():
                print(f"{film['name']}: {said}", flush=True)
    print(f"compared {states} states of {len(sections)} explorers", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
