"""A panel that keeps its artists from one picture to the next."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lecture_helpers.widgets.rendering.axes_recorder import ARTISTS, CURVES, Call

_CYCLING = CURVES | {"bar", "barh", "errorbar", "fill", "fill_between", "fill_betweenx", "hist",
                     "scatter", "stairs"}  # fmt: skip
_COLOUR_WORDS = {
    "scatter": {"c", "color", "facecolors"},
    "fill_between": {"color", "facecolor"},
    "fill_betweenx": {"color", "facecolor"},
}
_RESCALING = {"semilogx", "semilogy", "loglog", "hexbin", "matshow"}


class Rebuild(Exception):
    """The change reaches further than single artists: draw the figure anew."""


@dataclass
class Slot:
    """A call and the artists it made."""

    call: Call
    artists: list = field(default_factory=list)
    containers: list = field(default_factory=list)


class Panel:
    """Axes, drawn by recorded calls."""

    def __init__(self, ax: Axes, calls: list[Call]):
        self.ax: Any = ax  # its private lists are put in order
        self.slots, self.layout = [], []
        self._relabelled = False
        for call in calls:
            if call.name in ARTISTS:
                self.slots.append(self._draw(call))
            else:
                call.apply(ax)
                self.layout.append(call)

    def _draw(self, call: Call) -> Slot:
        ax = self.ax
        made, held = len(ax._children), len(ax.containers)
        call.apply(ax)
        if call.name == "legend":
            if call.args or call.kwargs.get("loc", "best") in ("best", 0):  # it may wander
                raise Rebuild
            return Slot(call, [ax.get_legend()])
        return Slot(call, ax._children[made:], ax.containers[held:])

    def update(self, calls: list[Call]) -> set:
        """The artists that are new or differ from the last picture, after drawing ``calls``.

        Raises:
            Rebuild: layout, limits, colour order or scales changed with them.
        """
        moved = self._relayout([c for c in calls if c.name not in ARTISTS])
        changed = self._revise_all([c for c in calls if c.name in ARTISTS], moved)
        if changed and (self.ax.get_autoscalex_on() or self.ax.get_autoscaley_on()):
            raise Rebuild
        if changed:
            self._put_in_order()
        if self._relabelled:
            self._renew_legend(moved)
        return moved

    def _revise_all(self, wanted: list[Call], moved: set) -> bool:
        head, tail = self._shared_ends(wanted)
        middle = slice(head, len(self.slots) - tail)
        old, new = self.slots[middle], wanted[head : len(wanted) - tail]
        if [slot.call.name for slot in old] == [call.name for call in new]:
            drawn = [self._revise(slot, call, moved) for slot, call in zip(old, new, strict=True)]
        else:
            for slot in old:
                self._remove(slot)
            drawn = [self._add(call, moved) for call in new]
        self.slots[middle] = drawn
        return bool(old or new)

    def _relayout(self, layout: list[Call]) -> set:
        if len(layout) != len(self.layout):
            raise Rebuild
        moved = set()
        for before, now in zip(self.layout, layout, strict=True):
            if not now.same(before):
                moved.add(self._retitle(before, now))
        self.layout = layout
        return moved

    def _retitle(self, before: Call, now: Call):
        text_only = len(now.args) == 1 and now.same(Call(before.name, now.args, before.kwargs))
        if now.name != "set_title" or not text_only:
            raise Rebuild
        return now.apply(self.ax)

    def _shared_ends(self, wanted: list[Call]) -> tuple[int, int]:
        old, most = self.slots, min(len(self.slots), len(wanted))
        head = 0
        while head < most and wanted[head].same(old[head].call):
            head += 1
        tail = 0
        while tail < most - head and wanted[-1 - tail].same(old[-1 - tail].call):
            tail += 1
        return head, tail

    def _revise(self, slot: Slot, call: Call, moved: set) -> Slot:
        if call.same(slot.call):
            return slot
        if not self._move_data(slot, call):
            self._remove(slot)
            return self._add(call, moved)
        moved.update(slot.artists)
        slot.call = call
        return slot

    def _move_data(self, slot: Slot, call: Call) -> bool:
        before = slot.call
        if len(slot.artists) != 1 or not call.same(Call(before.name, call.args, before.kwargs)):
            return False
        if call.name in CURVES and len(call.args) == len(before.args):
            data, style = _curve(call.args)
            if data is None or style != _curve(before.args)[1]:
                return False
            slot.artists[0].set_data(*data)
            return True
        if call.name in ("axvline", "axhline") and len(call.args) == len(before.args) == 1:
            line, ends = slot.artists[0], [call.args[0]] * 2
            line.set_xdata(ends) if call.name == "axvline" else line.set_ydata(ends)
            return True
        return False

    def _remove(self, slot: Slot) -> None:
        self._check(slot.call)
        for artist in slot.artists:
            artist.remove()

    def _add(self, call: Call, moved: set) -> Slot:
        self._check(call)
        slot = self._draw(call)
        moved.update(slot.artists)
        return slot

    def _check(self, call: Call) -> None:
        self._relabelled |= call.name == "legend" or "label" in call.kwargs
        cycling = call.name in _CYCLING and not _has_colour(call)
        rescaling = call.name in _RESCALING or call.kwargs.get("log")
        if cycling or rescaling or _names_categories(call):
            raise Rebuild

    def _put_in_order(self) -> None:
        legend = self.ax.get_legend()
        self.ax._children[:] = [a for s in self.slots for a in s.artists if a is not legend]
        self.ax.containers[:] = [c for s in self.slots for c in s.containers]

    def _renew_legend(self, moved: set) -> None:
        self._relabelled = False
        places = [i for i, s in enumerate(self.slots) if s.call.name == "legend"]
        if not places:
            return
        if len(places) > 1 or any("label" in s.call.kwargs for s in self.slots[places[0] :]):
            raise Rebuild
        slot = self.slots[places[0]]
        moved.difference_update(slot.artists)
        self.slots[places[0]] = fresh = self._draw(slot.call)
        moved.update(fresh.artists)


def _curve(args: tuple) -> tuple:
    """The data (x, y) of a ``plot`` call and its format; data is None when it is not one line."""
    style = args[-1] if args and isinstance(args[-1], str) else None
    data = [np.asarray(a) for a in (args if style is None else args[:-1])]
    if len(data) not in (1, 2) or any(a.ndim > 1 or a.dtype.kind not in "biuf" for a in data):
        return None, style
    data = [np.atleast_1d(a) for a in data]
    if len(data) == 1:
        data = [np.arange(len(data[0])), *data]
    if len(data[0]) != len(data[1]):
        return None, style
    return data, style


def _has_colour(call: Call) -> bool:
    words = _COLOUR_WORDS.get(call.name, {"color", "c"} if call.name in CURVES else {"color"})
    style = _curve(call.args)[1] if call.name in CURVES else None
    return any(call.kwargs.get(word) is not None for word in words) or (
        style is not None and any(letter in "rgbcmykwC" for letter in style)
    )


def _names_categories(call: Call) -> bool:
    if call.name in ("text", "annotate", "legend", "add_patch"):
        return False
    return any(_holds_words(a) for a in call.args[: 1 if call.name in CURVES else 2])


def _holds_words(value) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind not in "biufc"
    if isinstance(value, list | tuple):
        return any(map(_holds_words, value))
    return isinstance(value, str)
