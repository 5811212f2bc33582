"""Controls that choose one of a few values."""

import ipywidgets as w

from lecture_helpers.widgets.controls.control import Control, is_number


class Choice(Control):
    """One of a few values: buttons when they are few and short, else a drop-down or slider."""

    kind = "choice"

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
        numbers = all(map(is_number, self.values))
        if len(words) <= 5 and sum(map(len, words)) <= 40:
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
            f"{self.name} takes one of {', '.join(map(repr, self.values))}, not {value!r}."
        )

    def draw(self, rng):
        return self.values[rng.integers(len(self.values))]


def _same(one, other) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


class Switch(Control):
    """On or off."""

    kind = "switch"
    values = [False, True]

    def __init__(self, name, start, label):
        if not isinstance(start, bool):
            raise ValueError(f"{name} is a switch and must start at True or False, not {start!r}.")
        super().__init__(name, start, label)

    def _make(self):
        return [w.Checkbox(value=self.start, description=self.label)]

    def accept(self, value) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"{self.name} takes True or False, not {value!r}.")
        return value

    def draw(self, rng):
        return bool(rng.integers(2))
