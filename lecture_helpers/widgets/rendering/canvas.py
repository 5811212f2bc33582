"""The picture of a view while its controls move: a background that stays, an overlay that moves."""

import warnings
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from lecture_helpers.widgets.appearance import ALONE, Appearance, drawing, new_figure
from lecture_helpers.widgets.pictures import add_panels
from lecture_helpers.widgets.reading import Reading
from lecture_helpers.widgets.rendering import layers
from lecture_helpers.widgets.rendering.axes_recorder import NeedsRedraw, alike, outside, record
from lecture_helpers.widgets.rendering.canvas_cache import mark_active
from lecture_helpers.widgets.rendering.pixels import (
    blank,
    decode_png,
    discard_pixels,
    encode_png,
    over,
    pixels_of,
)
from lecture_helpers.widgets.rendering.retained import Panel, Rebuild
from lecture_helpers.widgets.view import View

SLACK = 5  # pixels by which a mark on the frame may pass an edge
CUT = 1  # pixels by which a label may: its box is larger than its letters


def crowded(figure: Figure) -> bool:
    """Whether words around a panel leave the figure, or meet another panel with its words.

    Of panels in three dimensions the words go round with the view: they are not asked.
    """
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    flat = [ax for ax in figure.axes if ax.name != "3d"]
    boxes = [box for ax in flat if (box := ax.get_tightbbox(renderer))]
    words = [word for ax in flat for word in (ax.xaxis.label, ax.yaxis.label, ax.title)]
    labels = [word.get_window_extent(renderer) for word in words if word.get_text()]
    leave = _beyond(figure, boxes, SLACK) or _beyond(figure, labels, CUT)
    return leave or any(
        min(one.x1, other.x1) - max(one.x0, other.x0) > SLACK
        and min(one.y1, other.y1) - max(one.y0, other.y0) > SLACK
        for one, other in combinations(boxes, 2)
    )


def _beyond(figure: Figure, boxes: list, slack: int) -> bool:
    width, height = figure.bbox.size
    return any(
        box.x0 < -slack or box.y0 < -slack or box.x1 > width + slack or box.y1 > height + slack
        for box in boxes
    )


class Canvas:
    """Draws a view again and again in axes that never jump.

    ``background`` and ``overlay`` are the two PNGs of the picture; ``redraws`` counts the
    figures that had to be made anew; ``parted`` says whether anything is in the overlay. Once
    released only the two PNGs are left; the figure comes back when it is asked for.
    """

    _shown: Any
    _figure: Any
    _pixels: Any
    _painter: Any
    _overlay: Any
    _values: Any

    def __init__(self, view: View, size, appearance: Appearance, positions: list | None = None):
        self.view, self.appearance, self.positions = view, appearance, positions
        self.size = appearance.fitted(size, len(view.panels))
        self.pinned = [[] for _ in view.panels]
        self.redraws, self.parted, self._values = 0, False, None
        self._background = self._overlay = self._mover = None
        self._fitting: list = []  # what stood around the panels where there was room for it
        self._clear()

    def _clear(self) -> None:
        self._shown = self._figure = self._pixels = self._below = self._painter = None
        self._panels, self._moving, self._boxes = [], set(), None
        self._foreseen: tuple[str | None, set] = (None, set())

    def foresee(self, others: Iterable[Mapping], mover: str) -> None:
        """Have what differs at these other values move with ``mover``, too.

        Going to one of them then needs no new background. The picture stays as it is.
        """
        with drawing():
            try:
                found: set = set()
                for values in [*others, self._values]:
                    calls, _ = record(self.view, values)
                    found |= self._revised(self._with_pinned(calls))
                self._foreseen = (mover, found)
            except BaseException as problem:
                self.start_over()
                if not isinstance(problem, Exception):
                    raise  # otherwise the next picture says it, should it come to this

    def _with_pinned(self, calls: list) -> list:
        return [call + pinned for call, pinned in zip(calls, self.pinned, strict=True)]

    def move(self, values: Mapping, mover: str | None = None) -> Reading:
        """The reading at ``values``, which differ from the last in the control ``mover``.

        Without a mover everything goes into the background. When the view breaks, its error
        is raised and the picture stays.
        """
        with drawing():
            now = self._drawn(values, mover)
            self._values = dict(values)
            mark_active(self)
        return now

    def visit(self, values: Mapping) -> Reading:
        """The reading at ``values``, with all artists made but no picture painted.

        The panels shrink where their words would leave the figure or meet there.
        """
        with drawing():
            try:
                calls, now = record(self.view, values)
            except NeedsRedraw:
                return self._visit_whole(values)
            self._below = None
            try:
                self._revised(calls)
            except Exception:
                return self._visit_whole(values)
            around = [outside(c) for c in calls]
            if not any(alike(around, seen) for seen in self._fitting):
                self._make_room(self._figure)
                self._fitting.append(around)
        return now

    def _visit_whole(self, values: Mapping) -> Reading:
        self._panels, self._below = [], None
        figure = new_figure(self.size, self.appearance)
        now = self.view.run(add_panels(figure, self.view), values)
        self._arrange(figure)
        self._make_room(figure)
        return now

    def _drawn(self, values: Mapping, mover: str | None) -> Reading:
        try:
            calls, now = record(self.view, values)
        except NeedsRedraw:
            return self.draw_whole(values)
        try:
            self._retain(self._with_pinned(calls), mover)
        except Exception:
            return self.draw_whole(values)
        return now

    def start_over(self) -> None:
        """Draw the next picture from nothing: this one was broken off."""
        self._panels, self._below = [], None

    def release(self) -> None:
        """Keep the picture as its two PNGs and let go of what it was drawn with."""
        with ALONE:
            self._background, self._overlay = self.background, self.overlay
            if self._shown:
                discard_pixels(self._shown)
            self._clear()

    @property
    def figure(self) -> Figure:
        """The figure with the artists of this picture, drawn again if it was released."""
        with ALONE:
            if not self._shown:
                self.move(self._values)
            return self._shown

    def draw_whole(self, values: Mapping) -> Reading:
        """The reading at ``values``, with the view run on real axes and nothing retained."""
        self._panels, self._below = [], None
        with drawing():
            figure = new_figure(self.size, self.appearance)
            axes = add_panels(figure, self.view)
            now = self.view.run(axes, values)
            for ax, pinned in zip(axes, self.pinned, strict=True):
                for call in pinned:
                    call.apply(ax)
            self._arrange(figure)
            self._show(figure, pixels_of(figure).copy(), None)
            discard_pixels(figure)
        return now

    def _arrange(self, figure) -> None:
        self.redraws += 1
        if self.positions is None or len(self.positions) != len(figure.axes):
            figure.draw_without_rendering()
            self.positions = [ax.get_position(original=True) for ax in figure.axes]
        figure.set_layout_engine("none")
        for ax, position in zip(figure.axes, self.positions, strict=True):
            ax.set_position(position)

    def _make_room(self, figure) -> None:
        """Have room from now on for what stands around the panels of this figure, too."""
        before = self.positions or []
        if len(figure.axes) != len(before) or not crowded(figure):
            return
        figure.set_layout_engine("constrained")
        for ax in figure.axes:
            ax.set_in_layout(True)  # set_position had taken it out
        with warnings.catch_warnings(action="ignore"):  # that there is no room, whatever is tried
            figure.draw_without_rendering()
        figure.set_layout_engine("none")
        now = [ax.get_position(original=True) for ax in figure.axes]
        both = [
            Bbox([np.maximum(old.min, new.min), np.minimum(old.max, new.max)])
            for old, new in zip(before, now, strict=True)
        ]
        sizes = np.array([[box.size, old.size] for box, old in zip(both, before, strict=True)])
        if (sizes[:, 0] > sizes[:, 1] / 2).all():
            self.positions = before = both
            self._fitting = []
        for ax, position in zip(figure.axes, before, strict=True):
            ax.set_position(position)

    def _show(self, figure, pixels: np.ndarray, overlay: np.ndarray | None) -> None:
        if self._shown not in (None, figure):
            discard_pixels(self._shown)
        if pixels is not self._pixels:
            self._pixels, self._background = pixels, None
        drawn = blank(*self._pixels.shape[:2]) if overlay is None else overlay
        self._shown, self._overlay, self.parted = figure, drawn, overlay is not None

    @property
    def background(self) -> bytes:
        """The PNG of what stays."""
        with ALONE:
            if self._background is None:
                self._background = encode_png(self._pixels)
            return self._background

    @property
    def overlay(self) -> bytes:
        """The PNG of what moves, transparent elsewhere."""
        with ALONE:
            if not isinstance(self._overlay, bytes):
                self._overlay = encode_png(self._overlay)
            return self._overlay

    def _retain(self, calls: list, mover: str | None) -> None:
        moved = self._revised(calls)
        along, foreseen = self._foreseen
        still = (self._moving if mover == self._mover else set()) | (
            foreseen if mover == along else set()
        )
        self._moving = {a for a in still if a.axes is not None} | moved
        self._mover = mover
        self._compose(self._moving if mover else set(), moved)

    def _revised(self, calls: list) -> set:
        """The artists that differ from the last picture, after ``calls``."""
        try:
            if not self._panels:
                raise Rebuild
            moved = [panel.update(c) for panel, c in zip(self._panels, calls, strict=True)]
        except Rebuild:
            return self._rebuild(calls)
        return set().union(*moved)

    def _rebuild(self, calls: list) -> set:
        self._panels, self._below = [], None
        figure = new_figure(self.size, self.appearance)
        axes = add_panels(figure, self.view)
        panels = [Panel(ax, c) for ax, c in zip(axes, calls, strict=True)]
        self._arrange(figure)
        self._panels, self._figure = panels, figure
        self._foreseen = (None, set())
        return set()

    def _compose(self, moving: set, moved: set) -> None:
        figure, axes = self._figure, [panel.ax for panel in self._panels]
        renderer = figure.canvas.get_renderer()
        for ax in axes:
            if not moved.isdisjoint((ax.title, ax._left_title, ax._right_title)):
                ax._update_title_position(renderer)
        if self._below and moving and layers.stray(axes, self._covered(), moving, renderer):
            moving = set()
        below, above = self._split(axes, moving, renderer)
        painter = self._painter
        if below != self._below or not moved.isdisjoint(below):
            below, above = self._part(below, above)
            painter = layers.Painter(pixels_of(figure).copy())
        overlay = painter.paint(above, moving, renderer) if above else None
        self._show(figure, painter.background, overlay)
        self._below, self._painter = below, painter

    def _split(self, axes: list, moving: set, renderer) -> tuple[list, list]:
        parts = [layers.split_layers(ax, moving, renderer) for ax in axes]
        return [a for below, _ in parts for a in below], [a for _, above in parts for a in above]

    def _part(self, below: list, above: list) -> tuple[list, list]:
        self._boxes = None
        if above and layers.overlapping(self._covered()):
            axes = [panel.ax for panel in self._panels]
            below, above = self._split(axes, set(), self._figure.canvas.get_renderer())
        for artist in below:
            artist.set_animated(False)
        for artist in above:
            artist.set_animated(True)
        return below, above

    def _covered(self) -> list:
        """What each panel covers, found when it is asked for: that takes as long as drawing."""
        if self._boxes is None:
            axes = [panel.ax for panel in self._panels]
            self._boxes = layers.territories(axes, self._figure.canvas.get_renderer())
        return self._boxes

    def pixels(self) -> np.ndarray:
        """The picture as it stands: uint8 (height, width, 4)."""
        with ALONE:
            below, above = self._pixels, self._overlay
            below = decode_png(self.background) if below is None else below
            return over(below, decode_png(above) if isinstance(above, bytes) else above)
