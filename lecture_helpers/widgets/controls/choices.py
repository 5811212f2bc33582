"""Controls that choose one of a few values."""

import ipywidgets as w

from lecture_helpers.foundation.validation import is_finite, shown
from lecture_helpers.widgets.controls.control import Control


class Choice(Control):
    """One of a few values: buttons when they are few and short, else a drop-down or slider."""

    def __init__(self, name, options: dict, start, label):
        if not options:
            raise ValueError(f"{name} must offer at least one choice.")
        if not any(_same(start, value) for value in options.values()):
            raise ValueError(
                f"{name} starts at {start!r}, which is none of its choices: "
                f"{', '.join(map(repr, options.values()))}."
            )
        self.options, self.values = options, list(options.values())
        super().__init__(name, start, label)

    def _make(self):
        made = dict(options=list(self.options.items()), value=self.start, description=self.label)
        words = list(self.options)
        numbers = all(map(is_finite, self.values))
        counted = words == [str(place) for place in range(len(words))]
        # The page takes such buttons for those it has, and never enables them (ipywidgets 8.1).
        if len(words) <= 5 and sum(map(len, words)) <= 40 and not counted:
            style = {"button_width": "auto"}
            return [w.ToggleButtons(**made, style=style, layout=w.Layout(width="auto"))]
        if numbers and self.values == sorted(self.values):
            return [w.SelectionSlider(**made)]
        return [w.Dropdown(**made)]

    def accept(self, value):
        for known in self.values:
            if _same(known, value):
                return known
        raise ValueError(
            f"{self.name} takes one of {', '.join(map(repr, self.values))}, not {shown(value)}."
        )


def _same(one, other) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


class Switch(Choice):
    """On or off."""

    def __init__(self, name, start, label):
        super().__init__(name, {"no": False, "yes": True}, start, label)

    def _make(self):
        return [w.Checkbox(value=self.start, description=self.label)]
