"""Drives the explorers of a notebook as a class would, without a browser.

The tests do so after the cells of a notebook, in the kernel that nbval has (``tests/driven.py``).
``python -m tests.driver NOTEBOOK`` runs and drives one alone and prints what is wrong with it.
"""

import contextlib
import io
import os
import re
import sys
import time
import warnings
import zlib
from itertools import islice, pairwise
from pathlib import Path
from unittest.mock import patch

import nbformat
import numpy as np
from ipywidgets import Widget

from lecture_helpers.publish.frames import LOOK
from lecture_helpers.widgets import explorers
from lecture_helpers.widgets.appearance import Appearance, drawing, new_figure
from lecture_helpers.widgets.controls.scrubber import Scrubber
from lecture_helpers.widgets.layout import ExplorerLayout
from lecture_helpers.widgets.live_explorer import LiveExplorer
from lecture_helpers.widgets.pictures import add_panels
from lecture_helpers.widgets.rendering.axes_recorder import NeedsRedraw, record
from lecture_helpers.widgets.rendering.canvas import Canvas, crowded
from tests.driven import explorers_in
from tests.widgets.views import fresh_pixels, hand, random_value

SEARCH_SETTINGS = 2000


def run_cells(notebook: Path) -> None:
    """Run the notebook's code cells in this process; the first error is raised.

    What a cell shows is not made: nbval compares it.
    """
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.displayhook.compute_format_data = lambda result: ({}, {})
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", []):
            with contextlib.redirect_stdout(io.StringIO()):
                shell.run_cell(cell.source, store_history=True).raise_error()


class Driver:
    """Drives one explorer and keeps what is wrong with it, in words."""

    def __init__(self, explorer, seed: int):
        self.explorer, self.rng, self.problems = explorer, np.random.default_rng(seed), []
        self.first = self.picture()
        self.drawn = {}
        self.seen = {str(explorer.reading)}
        self.enabled = set()

    def picture(self) -> np.ndarray:
        """What is seen now."""
        return self.explorer.canvas.pixels()

    def as_drawn(self, picture: np.ndarray) -> bool:
        """Whether the picture is the one drawn from nothing, once for each setting."""
        explorer = self.explorer
        if any(explorer.canvas.pinned):
            return np.array_equal(picture, fresh_pixels(explorer.canvas, explorer.values))
        setting = repr(explorer.values)
        if setting not in self.drawn:
            self.drawn[setting] = fresh_pixels(explorer.canvas, explorer.values)
        return np.array_equal(picture, self.drawn[setting])

    def drive(self, thorough: bool = False) -> list[str]:
        """What is wrong, one sentence each: in one round, or in the one that is thorough."""
        (self.second_round if thorough else self.first_round)()
        return self.problems

    def first_round(self) -> None:
        """Move and press everything once."""
        self.look_at_start()
        for control in self.explorer.controls.values():
            self.move(control)
        self.press_every_button()
        self.wander(1)
        self.finish()

    def second_round(self) -> None:
        """Look for the goals, at more settings, and in large type."""
        self.reach()
        self.wander(3)
        self.explorer.reset()
        self.enlarge()

    def wander(self, places: int) -> None:
        """Go to random settings."""
        for _ in range(places):
            self.explorer.set(**(setting := self.draw()))
            self.check(f"{setting}")

    def check(self, where: str, again: bool = True, words: bool = True) -> None:
        """Note what is wrong now; compared with a picture drawn ``again``, its ``words`` whole."""
        explorer = self.explorer
        self.seen.add(str(explorer.reading))
        self.enabled |= {name for name, c in explorer.controls.items() if c.enabled}
        if explorer.error:
            self.problems.append(f"at {where}: {explorer.error}")
        elif again and not self.as_drawn(self.picture()):
            self.problems.append(f"at {where} the picture is not the one drawn from nothing")
        if words and crowded(explorer.canvas.figure):
            self.problems.append(f"at {where} words are cut off or lie over another panel")
        if re.search(r"\b(nan|inf)\b", str(explorer.reading)):
            self.problems.append(f"at {where} it says {str(explorer.reading)!r}")
        if not limits_set(explorer):
            self.problems.append(f"at {where} the view sets no x and y limits")

    def look_at_start(self) -> None:
        self.check("the start")
        if not self.explorer.presets:
            self.problems.append("it has no preset")
        if not retained(self.explorer):
            self.problems.append("its axes are read or not known, so every move draws all anew")
        met = [goal for goal, reached in self.explorer.goals.items() if reached]
        self.problems += [f"the goal {goal!r} is met at the start" for goal in met]

    def move(self, control) -> None:
        """Move one control to its ends and random places, the rest at the start."""
        begins_enabled, dead = control.enabled, True
        stops = [*control.stops(), random_value(control, self.rng)]
        ends = []
        for place, stop in enumerate(stops):
            hand(control, stop)
            self.check(f"{control.name} = {stop!r}", again=place == 1, words=place < 2)
            dead = dead and np.array_equal(self.picture(), self.first)
            ends.append(self.picture().copy())
        if not dead and control.values is None and np.array_equal(*ends[:2]):
            self.problems.append(f"both ends of {control.name} show the same picture")
        control.set(control.start)
        if not np.array_equal(self.picture(), self.first):
            self.problems.append(f"moving {control.name} back does not restore the picture")
        if dead and (begins_enabled or not self.acts_at_a_preset(control)):
            self.problems.append(f"moving {control.name} changes nothing")

    def acts_at_a_preset(self, control) -> bool:
        """Whether a control without an effect at the start has one somewhere."""
        for preset in self.explorer.presets.values():
            self.explorer.reset()
            self.explorer.set(**preset)
            before = self.picture().copy()
            for stop in control.stops() * control.enabled:
                hand(control, stop)
                if not np.array_equal(self.picture(), before):
                    self.explorer.reset()
                    return True
        self.explorer.reset()
        return False

    def press_every_button(self) -> None:
        for place, button in enumerate(buttons(self.explorer.layout.box)):
            for action in button._click_handlers.callbacks:
                action(button)
            self.check(f"button {button.description!r}", again=place % 3 == 0)
        if isinstance(self.explorer.layout.scrubber, Scrubber):
            player = self.explorer.layout.scrubber.widget
            for frame in range(player.min, player.max + 1, 1 + player.max // 5):
                player.value = frame
                self.check(f"frame {frame} of play", again=False, words=False)
        self.explorer.reset()

    def draw(self) -> dict:
        return {name: random_value(c, self.rng) for name, c in self.explorer.controls.items()}

    def reach(self) -> None:
        """Search presets, single moves and random settings for such as meet the goals."""
        open_ = {goal: self.explorer.predicates[goal] for goal in self.explorer.goals}
        for settings in islice(self.settings(), SEARCH_SETTINGS):
            now = open_ and self.reading_at(settings)
            for goal in [goal for goal, met in open_.items() if now and met(now)]:
                del open_[goal]
                self.explorer.goals[goal] = False
                self.explorer.set(**settings)
                if not self.explorer.goals[goal]:
                    self.problems.append(f"the goal {goal!r} was met and is not marked")
            if not open_:
                break
        self.problems += [f"the goal {goal!r} was never met" for goal in open_]

    def settings(self):
        explorer = self.explorer
        bases = [{n: c.start for n, c in explorer.controls.items()}, *explorer.presets.values()]
        yield from bases
        for many in (4, 40):
            yield from (
                {**base, name: value}
                for base in bases
                for name, control in explorer.controls.items()
                for value in control.frames(many)
            )
            yield from (self.draw() for _ in range(100))
        while True:
            yield self.draw()

    def reading_at(self, settings: dict):
        view = self.explorer.view
        try:
            return record(view, view.settings(settings))[1]
        except NeedsRedraw:
            with drawing():
                figure = new_figure(self.explorer.size, self.explorer.appearance)
                return view.run(add_panels(figure, view), view.settings(settings))
        except Exception as problem:
            self.problems.append(f"at {settings}: {problem}")
            return None

    def finish(self) -> None:
        if len(self.seen) == 1:
            self.problems.append(f"the reading always says {self.seen.pop()!r}")
        for name in self.explorer.controls.keys() - self.enabled:
            self.problems.append(f"{name} is never enabled")
        self.explorer.reset()
        if not np.array_equal(self.picture(), self.first):
            self.problems.append("reset does not bring the first picture back")

    def enlarge(self) -> None:
        """In large type, as on pages and projectors, no number at an axis covers the next one, and
        no legend leaves its panel or, if it stands above it, the picture or another legend's way.
        """
        explorer, canvas = self.explorer, self.explorer.canvas
        explorer.dress(LOOK)
        explorer.reset()
        for number, ax in enumerate(explorer.canvas.figure.axes):
            if ax.name != "3d" and crossing_ticks(ax):
                self.problems.append(f"in large type the ticks of panel {number} cover each other")
        for name in explorer.presets:
            explorer.set(**self.in_short(explorer.presets[name]))
            figure, above = explorer.canvas.figure, 0.0
            for place, ax in enumerate(figure.axes):
                if not (legend := ax.get_legend()):
                    continue
                box, low, high = legend.get_window_extent(), ax.bbox.x0, ax.bbox.x1
                if box.y0 >= ax.bbox.y1 - 2:
                    low, high, above = above, figure.bbox.x1, box.x1
                if box.x0 < low - 2 or box.x1 > high + 2:
                    self.problems.append(f"at {name!r} the legend of panel {place} is too wide")
        explorer.canvas = canvas

    def in_short(self, preset: dict) -> dict:
        """The settings at which a preset's legends are looked at."""
        return preset


class LiveDriver(Driver):
    """Drives an explorer of something that runs: a little way after its start, and its presets."""

    def __init__(self, explorer, seed: int):
        super().__init__(explorer, seed)
        self.time = explorer.time
        self.early, self.endings = max(2, self.time.hi // 20), {}

    def as_drawn(self, picture: np.ndarray) -> bool:
        """Whether the picture is the one drawn from nothing, each time: what ran may differ."""
        self.drawn.clear()
        return super().as_drawn(picture)

    def move(self, control) -> None:
        """Hold one control at its ends and random places from the start on, early in the run."""
        if control is self.time:
            for step in (1, self.early, self.early // 2, 0):
                self.explorer.set(**{control.name: step})
                self.check(f"{control.name} = {step}")
            return
        dead = all(self.moves_nothing(control, base) for base in self.bases())
        if dead:
            self.problems.append(f"moving {control.name} changes nothing")
        self.explorer.reset()
        if not np.array_equal(self.picture(), self.first):
            self.problems.append(f"moving {control.name} back does not restore the picture")

    def bases(self):
        """Settings beside which a control is moved; the next are needed only if it did nothing."""
        yield {self.time.name: self.early}
        yield from self.explorer.presets.values()

    def moves_nothing(self, control, base: dict) -> bool:
        self.explorer.reset()
        self.explorer.set(**base)
        before, dead = self.picture(), control.enabled
        for place, stop in enumerate([*control.stops(), self.any_value(control)]):
            self.explorer.set(**{**base, control.name: stop})
            where = f"{control.name} = {stop!r} from the start on"
            self.check(where, again=place == 1, words=place < 2)
            dead = dead and np.array_equal(self.picture(), before)
        return dead

    def press_every_button(self) -> None:
        super().press_every_button()
        clock = self.explorer.clock
        clock.widget.playing = True
        for _ in range(3):
            clock.widget.value += 1
            self.check("a tick", again=self.time.value > 2)
        if self.time.value < 3 or not clock.runs:
            self.problems.append(f"after three ticks of play it stands at {self.time.value}")
        for control in self.explorer.steered:
            self.by_hand(control)
        self.explorer.reset()

    def by_hand(self, control) -> None:
        """Move a steered control by its widget while it runs."""
        now, past = self.time.value, control.value
        stop = next(value for value in control.stops() if value != past.at(now))
        hand(control, stop)
        self.check(f"{control.name} = {stop!r} by hand at {now}")
        if control.value.at(now) != stop or (now and control.value.at(now - 1) != past.at(now - 1)):
            self.problems.append(f"{control.name}, moved at {now}, became {control.value!r}")

    def in_short(self, preset: dict) -> dict:
        """What it shows early: legends do not wait for the end."""
        return {**preset, self.time.name: min(self.early, preset[self.time.name])}

    def any_value(self, control):
        steered = control in self.explorer.steered
        return random_value(control.base if steered else control, self.rng)

    def draw(self) -> dict:
        drawn = {name: self.any_value(c) for name, c in self.explorer.controls.items()}
        return drawn | {self.time.name: int(self.rng.integers(self.early, endpoint=True))}

    def reach(self) -> None:
        """A preset has to meet each goal, the opening that merely runs on must not."""
        for goal in self.explorer.goals:
            met = self.explorer.predicates[goal]
            if met(self.ending({self.time.name: self.time.hi})):
                self.problems.append(f"the goal {goal!r} is met by pressing play alone")
            if not any(met(self.ending(preset)) for preset in self.explorer.presets.values()):
                self.problems.append(f"no preset meets the goal {goal!r}")

    def ending(self, settings: dict):
        """The reading when the start, or a preset, has run to its end; each runs once."""
        known = repr(settings)
        if known not in self.endings:
            self.explorer.reset()
            self.explorer.set(**settings)
            self.check(known)
            self.endings[known] = self.explorer.reading
        return self.endings[known]


def crossing_ticks(ax) -> bool:
    """Whether two numbers beside each other at an axis lie over one another."""
    for axis, along in ((ax.xaxis, "intervalx"), (ax.yaxis, "intervaly")):
        low, high = sorted(axis.get_view_interval())
        marks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
        seen = [
            word
            for place, word in marks
            if low <= place <= high and word.get_visible() and word.get_text()
        ]
        spans = sorted(tuple(getattr(word.get_window_extent(), along)) for word in seen)
        if ax.axison and any(one[1] > other[0] + 2 for one, other in pairwise(spans)):
            return True
    return False


def retained(explorer) -> bool:
    """Whether a move draws only what differs: always, but where a panel is three-dimensional."""
    try:
        record(explorer.view, explorer.values)
    except NeedsRedraw:
        return any(explorer.view.panels.values())
    return True


def limits_set(explorer) -> bool:
    """Whether the view decides the x and y limits of every panel."""
    panels = explorer.canvas.figure.axes[: len(explorer.view.panels)]
    return not any(ax.get_autoscalex_on() or ax.get_autoscaley_on() for ax in panels)


def buttons(widget) -> list:
    """The buttons in ``widget``, in order."""
    from ipywidgets import Button

    below = [b for child in getattr(widget, "children", ()) for b in buttons(child)]
    return [widget, *below] if isinstance(widget, Button) else below


def drive(explorer, thorough: bool = False) -> list[str]:
    """What is wrong with ``explorer``; warnings count as errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kind = LiveDriver if isinstance(explorer, LiveExplorer) else Driver
        driver = kind(explorer, zlib.crc32(f"{explorer.view.name}{thorough}".encode()))
        return driver.drive(thorough)


def drive_all(expected: int, thorough: bool = False) -> list[str]:
    """What is wrong with the explorers that were made, of which so many are ``expected``.

    They draw coarsely, and what a page would show of it is not sent.
    """
    made, found = explorers(), []
    if len(made) != expected:
        found.append(f"{len(made)} explorers were made, of {expected}")
    with patch.object(ExplorerLayout, "_show"), patch.object(Widget, "send_state"):
        for number, explorer in enumerate(made, 1):
            begun, before = time.perf_counter(), explorer.canvas
            coarse = Appearance(before.appearance.text, sharpness=1)
            explorer.canvas = Canvas(explorer.view, before.size, coarse, before.positions)
            explorer.reset()
            name = f"explorer {number} ({explorer.view.name})"
            found += [f"{name}: {problem}" for problem in drive(explorer, thorough)]
            print(f"{name}: {time.perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)
            explorer.canvas = before
    return found


def main(path: str, *words: str) -> int:
    notebook = Path(path).resolve()
    os.chdir(notebook.parent)
    run_cells(notebook)
    rounds = (False, True) if not words else ("thorough" in words,)
    wrong = [each for thorough in rounds for each in drive_all(explorers_in(notebook), thorough)]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
