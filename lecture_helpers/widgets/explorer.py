"""An explorer: a view with controls that move it."""

import gc
from threading import RLock

from lecture_helpers.widgets.appearance import ALONE, CURRENT, Appearance, as_size, usual_size
from lecture_helpers.widgets.arguments import (
    as_controls,
    as_goals,
    as_presets,
    as_question,
    as_scrubber,
    as_stops,
)
from lecture_helpers.widgets.controls.control import Control, close_widgets
from lecture_helpers.widgets.layout import Face
from lecture_helpers.widgets.pictures import Picture, draw_strip
from lecture_helpers.widgets.pinned import ghosts_of
from lecture_helpers.widgets.registry import register, unregister
from lecture_helpers.widgets.rendering.canvas import Canvas
from lecture_helpers.widgets.rendering.idle import dismiss, settle
from lecture_helpers.widgets.rendering.pixels import encode_png
from lecture_helpers.widgets.view import View, as_view


def explore(
    view,
    *,
    presets=None,
    goals=None,
    predict=None,
    animate=None,
    snapshots=None,
    size=None,
    panels=None,
    labels=None,
    **controls,
) -> "Explorer":
    """The view with a widget for each of ``controls``: ``explore(view, lr=(0.001, 1, "log"))``.

    A tuple is a range (lo, hi[, step or "log"]), a list or dict a choice, ``bool`` a switch.
    ``presets`` are settings by name, ``goals`` functions of the reading by name, ``predict`` a
    question that hides the reading, ``animate`` the control of a scrubber, ``snapshots`` the
    stops of the stored strip. The view is first run at both ends of every control.

    Raises:
        ValueError: one sentence that says which argument cannot be, or where the view breaks.
    """
    view = as_view(view, panels)
    made = as_controls(view, controls, labels)
    try:
        return Explorer(
            view,
            made,
            presets=as_presets(presets, made),
            predicates=as_goals(goals),
            question=as_question(predict),
            animate=as_scrubber(animate, made),
            stops=as_stops(snapshots, view, made),
            size=as_size(size, usual_size(len(view.panels))),
        )
    except ValueError:
        for control in made.values():
            close_widgets(control.widget)
        raise


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
        animate,
        stops: list[dict],
        size,
    ):
        settle(keep=0)
        self._lock, self._held = RLock(), False
        self.view, self.controls, self.size = view, controls, size
        self.presets, self.question, self.animate = presets, question, animate
        self.predicates, self.goals = predicates, dict.fromkeys(predicates, False)
        self._stops, self._stored = stops, None
        self.error = ""
        self.appearance = Appearance(CURRENT.text, CURRENT.sharpness)
        self._canvas = Canvas(view, size, self.appearance)
        readings = self._visit_ends()
        self.reading = readings[0]
        self.face = Face(self, longest=max(len(str(now)) for now in readings))
        self._draw(None)
        if self.error:
            raise ValueError(f"{view.name}: {self.error}")
        for control in controls.values():
            control.changed, control.refused = self._draw, self._refuse
        register(self)
        gc.collect()  # the figures of the ends: cycles of some 10 MiB

    def _visit_ends(self) -> list:
        ends = [{n: stop} for n, control in self.controls.items() for stop in control.stops()]
        return [self._visit(changed) for changed in ({}, *ends)]

    def _visit(self, changed: dict):
        mover = next(iter(changed), None)
        try:
            return self._canvas.move(self.view.settings(changed), mover)
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
        if name not in self.presets:
            raise ValueError(f"There is no preset {name!r}; there are {', '.join(self.presets)}.")
        self.set(**self.presets[name])

    def reset(self) -> None:
        """Everything back to the start, the prediction hidden again."""
        with self._lock:
            self.unpin()
            self.set(**{name: control.start for name, control in self.controls.items()})
            self.face.ask_again()

    def pin(self) -> None:
        """Keep this picture's lines as grey ghosts."""
        with self._lock:
            panels = self._canvas.figure.axes[: len(self.view.panels)]
            self._canvas.ghosts = [
                [] if projection else ghosts_of(ax)
                for ax, projection in zip(panels, self.view.panels.values(), strict=True)
            ]
            self._draw(None)

    def unpin(self) -> None:
        """Take the ghosts away."""
        with self._lock:
            self._canvas.ghosts = [[] for _ in self.view.panels]
            self._draw(None)

    def _draw(self, mover: Control | None) -> None:
        with self._lock:
            if self._held:
                return
            try:
                self.reading = self._canvas.move(self.values, mover and mover.name)
                self._score()
                self.error = ""
            except Exception as problem:
                self.error = f"{self._where()}: {_words(problem)}"
            self.face.refresh()
            settle()

    def _where(self) -> str:
        return "At " + ", ".join(f"{c.label} = {c.value}" for c in self.controls.values())

    def _score(self) -> None:
        for name, met in self.predicates.items():
            try:
                self.goals[name] = self.goals[name] or bool(met(self.reading))
            except Exception as problem:
                raise ValueError(f"the goal {name!r} cannot be judged: {problem}") from problem

    @property
    def background(self) -> bytes:
        """The PNG of what stays."""
        return self._canvas.background

    @property
    def overlay(self) -> bytes:
        """The PNG of what moves, transparent elsewhere."""
        return self._canvas.overlay

    @property
    def parted(self) -> bool:
        """Whether the overlay shows anything."""
        return self._canvas.parted

    @property
    def limits_set(self) -> bool:
        """Whether the view decides the x and y limits of every panel."""
        return self._canvas.limits_set

    def _refuse(self, sentence: str) -> None:
        self.error = sentence
        self.face.refresh()

    @property
    def png(self) -> bytes:
        """The picture now, as one PNG."""
        return encode_png(self._canvas.pixels())

    def fresh_png(self) -> bytes:
        """The same picture, drawn from nothing."""
        fresh = Canvas(self.view, self.size, self.appearance, self._canvas.layout)
        fresh.ghosts = self._canvas.ghosts
        fresh.draw_whole(self.values)
        return encode_png(fresh.pixels())

    def close(self) -> None:
        """Take the explorer out of the page and out of ``explorers()``."""
        unregister(self)
        with ALONE:
            dismiss(self._canvas)
            self._canvas.rest()
        self.face.close()

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
                self._stored = self._strip()._repr_mimebundle_()
        data, metadata = self._stored
        return {**self.face.box._repr_mimebundle_(), **data}, metadata


def _words(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
