"""An explorer: a view with controls that move it."""

import base64
import os
from threading import RLock

from lecture_helpers.widgets.appearance import ALONE, CURRENT, PIXELS_PER_INCH, Appearance
from lecture_helpers.widgets.controls.control import Control, close_widgets
from lecture_helpers.widgets.layout import ExplorerLayout, letters
from lecture_helpers.widgets.pictures import Picture, draw_strip
from lecture_helpers.widgets.pinned import pinned_calls
from lecture_helpers.widgets.registry import register, unregister
from lecture_helpers.widgets.rendering.canvas import Canvas
from lecture_helpers.widgets.rendering.canvas_cache import (
    collect,
    forget,
    pass_over_modules,
    release_idle,
)
from lecture_helpers.widgets.rendering.pixels import encode_png
from lecture_helpers.widgets.view import View

STORE = "LECTURE_STORES_PICTURES"  # set while notebooks are run to be stored: with strips, then


class Explorer:
    """A live picture of a view; in a notebook it shows itself."""

    def __init__(
        self,
        view: View,
        controls: dict[str, Control],
        *,
        presets: dict[str, dict],
        predicates: dict,
        question,
        cover: bool,
        animate,
        mix: list[str],
        stops: list[dict],
        size,
    ):
        pass_over_modules()
        release_idle(keep=0)
        self._lock, self._held = RLock(), False
        self.view, self.controls, self.size = view, controls, size
        self.presets, self.question, self.animate, self.mix = presets, question, animate, mix
        self.cover = cover
        self.predicates, self.goals = predicates, dict.fromkeys(predicates, False)
        self._stops, self._stored, self._preset_in_place = stops, None, None
        self.error = ""
        self.appearance = Appearance(CURRENT.text, CURRENT.sharpness)
        readings = self.dress(self.appearance)
        self.reading = readings[0]
        self.layout = ExplorerLayout(self, longest=max(letters(str(now)) for now in readings))
        self._draw(None)
        if self.error:
            raise ValueError(f"{view.name}: {self.error}")
        for control in controls.values():
            control.changed, control.refused = self._draw, self._refuse
        register(self)
        collect()  # the figures of the ends, some 10 MiB, and of those that were released

    def dress(self, appearance: Appearance) -> list:
        """Draw from now on with that type and sharpness; the readings at the start and all ends.

        Raises:
            ValueError: the view breaks at one of them.
        """
        self.canvas = Canvas(self.view, self.size, appearance)
        return [self._visit(changed) for changed in ({}, *self._ends())]

    def _ends(self) -> list[dict]:
        """The settings at which the view has to run before it is shown."""
        return [{name: stop} for name, c in self.controls.items() for stop in c.stops()]

    def _visit(self, changed: dict):
        mover = next(iter(changed), None)
        try:
            return self.canvas.visit(self.view.settings(changed))
        except Exception as problem:
            where = f"{mover} = {changed[mover]!r}" if changed else "its start"
            words = f"{self.view.name} breaks at {where}: {_words(problem)}"
            raise ValueError(words) from problem

    @property
    def values(self) -> dict:
        """What the view is called with now."""
        moved = {name: control.value for name, control in self.controls.items()}
        return self.view.settings(moved)

    def set(self, **values) -> None:
        """Move controls as a user would; the picture is drawn once.

        Raises:
            ValueError: there is no such control, or it cannot take the value; nothing moves.
        """
        wanted = {name: self._control(name).accept(value) for name, value in values.items()}
        with self._lock:
            self._held = True
            try:
                for name, value in wanted.items():
                    self.controls[name].set(value)
            finally:
                self._held = False
            self._draw(self.controls[next(iter(wanted))] if len(wanted) == 1 else None)

    def _control(self, name: str) -> Control:
        if name not in self.controls:
            known = ", ".join(self.controls)
            raise ValueError(f"This explorer has no control {name!r}; it has {known}.")
        return self.controls[name]

    def press(self, name: str) -> None:
        """Press the preset ``name``: its settings, the rest at the start."""
        self._preset_in_place = self._preset(name)
        self.set(**self._preset(name))

    def _preset(self, name: str) -> dict:
        if name not in self.presets:
            raise ValueError(f"There is no preset {name!r}; there are {', '.join(self.presets)}.")
        return self.presets[name]

    def begin(self, name: str) -> None:
        """What the button of the preset ``name`` does."""
        if self.layout.scrubber:
            self.layout.scrubber.stop()
        self.press(name)

    def reset(self) -> None:
        """Everything back to the start, the prediction hidden again."""
        with self._lock:
            if self.layout.scrubber:
                self.layout.scrubber.stop()
            self.unpin()
            self.set(**{name: control.start for name, control in self.controls.items()})
            self.layout.ask_again()

    def pin(self) -> None:
        """Keep this picture's lines in grey behind the next ones."""
        with self._lock:
            panels = self.canvas.figure.axes[: len(self.view.panels)]
            self.canvas.pinned = [
                [] if projection else pinned_calls(ax)
                for ax, projection in zip(panels, self.view.panels.values(), strict=True)
            ]
            self._draw(None)

    def unpin(self) -> None:
        """Take the grey lines away."""
        with self._lock:
            self.canvas.pinned = [[] for _ in self.view.panels]
            self._draw(None)

    def _draw(self, mover: Control | None) -> None:
        with self._lock:
            if self._held:
                return
            try:
                self.reading = self._picture(mover)
                self._score()
                self.error = ""
            except Exception as problem:
                where = ", ".join(f"{c.label} = {c.value}" for c in self.controls.values())
                self.error = f"At {where}: {_words(problem)}"
            self.layout.refresh()
            if release_idle():
                collect()

    def _picture(self, mover: Control | None):
        return self.canvas.move(self.values, mover and mover.name)

    @property
    def by_hand(self) -> bool:
        """Whether a goal that is met now counts as reached: not what a preset alone put there."""
        return self._preset_in_place is None

    @property
    def moved(self) -> bool:
        """Whether the picture is another one than at the start."""
        return any(control.value != control.start for control in self.controls.values())

    def _score(self) -> None:
        if {n: control.value for n, control in self.controls.items()} != self._preset_in_place:
            self._preset_in_place = None  # a hand has moved on, and may come back
        for name, met in self.predicates.items():
            try:
                met_now = bool(met(self.reading))
                self.goals[name] = self.goals[name] or (met_now and self.by_hand)
            except Exception as problem:
                raise ValueError(f"the goal {name!r} cannot be judged: {problem}") from problem

    def _refuse(self, sentence: str) -> None:
        self.error = sentence
        self.layout.refresh()

    @property
    def png(self) -> bytes:
        """The picture now, as one PNG."""
        return encode_png(self.canvas.pixels())

    def close(self) -> None:
        """Take the explorer out of the page and out of ``explorers()``."""
        unregister(self)
        with ALONE:
            forget(self.canvas)
            self.canvas.release()
        close_widgets(self.layout.box)

    def __repr__(self) -> str:
        return f"<{self.view.name}: {'; '.join(c.describe() for c in self.controls.values())}>"

    def _strip(self) -> Picture:
        return draw_strip(
            self.view,
            self._stops,
            self.size,
            Appearance(1.0, 1.0),
            name=repr(self),
            sentences=self.question is None,
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        with self._lock:
            if self._stored is None:
                strip = bool(os.environ.get(STORE))
                self._stored = self._strip()._repr_mimebundle_() if strip else self._as_it_is()
        data, metadata = self._stored
        return {**self._widget(), **data}, metadata

    def _as_it_is(self) -> tuple[dict, dict]:
        """For a notebook that only runs: drawing a strip takes as long as drawing the explorer,
        and may train a network.
        """
        png = base64.b64encode(self.png).decode("ascii")
        shown = {"alt": str(self.reading), "width": round(self.canvas.size[0] * PIXELS_PER_INCH)}
        return {"image/png": png, "text/plain": repr(self)}, {"image/png": shown}

    def _widget(self) -> dict:
        """The widget as a page takes it; none once closed, or where ipywidgets is older than 8."""
        show = getattr(self.layout.box, "_repr_mimebundle_", None)
        return (show and self.layout.box.comm and show()) or {}


def _words(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
