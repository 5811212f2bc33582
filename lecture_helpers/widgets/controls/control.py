"""What every control of an explorer has: a name, a value, a row of widgets."""

from collections.abc import Callable
from typing import Any

import ipywidgets as w


def in_words(value) -> str:
    """The value as a reader writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


class Control:
    """One control of an explorer: its range, its value, its row of widgets."""

    lo: Any = None
    hi: Any = None
    values: Any = None

    def __init__(self, name: str, start, label: str):
        self.name, self.start, self.value, self.label = name, start, start, label
        self.changed: Callable[[Control], None] = lambda control: None
        self.refused: Callable[[str], None] = lambda sentence: None
        self._busy = False
        self.parts = self._make()
        self.widget = w.HBox(self.parts).add_class("lecture-control")
        self.parts[0].observe(lambda change: self._heard(change["new"]), "value")

    def _make(self) -> list[Any]:
        raise NotImplementedError

    def _heard(self, value) -> None:
        if self._busy:
            return
        try:
            self.set(value)
        except ValueError as refusal:
            self._show(self.value)
            self.refused(str(refusal))

    def set(self, value) -> None:
        """Move the control, its widgets with it, and tell who listens.

        Raises:
            ValueError: the control cannot take ``value``.
        """
        value = self.accept(value)
        self._show(value)
        if value != self.value:
            self.value = value
            self.changed(self)

    def accept(self, value):
        """The value as the view gets it."""
        raise NotImplementedError

    def _show(self, value) -> None:
        self._busy = True
        try:
            for part, seen in zip(self.parts, self._seen(value), strict=True):
                part.value = seen
        finally:
            self._busy = False

    def _seen(self, value) -> tuple:
        """What each of the widgets shows at ``value``."""
        return (value,)

    def stops(self) -> list:
        """The ends of a range, every value of a choice."""
        return [self.lo, self.hi] if self.values is None else list(self.values)

    def frames(self, most: int = 60) -> list:
        """The values that a running scrubber visits, in order."""
        return self.stops()

    @property
    def enabled(self) -> bool:
        """Whether the control has an effect just now."""
        return not self.parts[0].disabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        for part in self.parts:
            part.disabled = not enabled

    def align(self, label_width: str) -> None:
        """Give the label that width, so that the rows of an explorer stand in line."""
        self.parts[0].style.description_width = label_width

    def describe(self) -> str:
        """The control in words: ``lr 0.001 to 0.5``."""
        return f"{self.name} {', '.join(map(in_words, self.stops()))}"


def close_widgets(widget: w.Widget) -> None:
    """Close ``widget`` and all below it, their layouts and styles too."""
    for child in getattr(widget, "children", ()):
        close_widgets(child)
    for part in (getattr(widget, "layout", None), getattr(widget, "style", None), widget):
        if isinstance(part, w.Widget):
            part.unobserve_all()
            part.close()
