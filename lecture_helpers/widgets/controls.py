"""Controls: what a range or a list says, and the widgets that move it."""

import math
from collections.abc import Callable, Mapping

import ipywidgets as w
import numpy as np


def as_control(name: str, described, start, label: str) -> "Control":
    """The control that ``described`` (a range, a list, a dict or a switch) asks for.

    Raises:
        ValueError: it describes none, or ``start`` lies outside.
    """
    if described in (bool, [False, True], [True, False], (False, True)):
        return Switch(name, start, label)
    if isinstance(described, Mapping):
        return Choice(name, dict(described), start, label)
    if isinstance(described, list):
        return Choice(name, {_word(value): value for value in described}, start, label)
    if isinstance(described, tuple):
        return _as_range(name, described, start, label)
    raise ValueError(
        f"{name} must be a range (lo, hi), a list of choices or bool, not {described!r}."
    )


def _as_range(name: str, described: tuple, start, label: str) -> "Range":
    if len(described) not in (2, 3) or not all(map(_is_number, described[:2])):
        raise ValueError(f"{name} must be (lo, hi), (lo, hi, step) or (lo, hi, 'log'), "
                         f"not {described!r}.")
    lo, hi = described[:2]
    third = described[2] if len(described) == 3 else None
    if not lo < hi:
        raise ValueError(f"{name} goes from {lo!r} to {hi!r}: the first end must be the smaller.")
    if not (third is None or third == "log" or (_is_number(third) and 0 < third <= hi - lo)):
        raise ValueError(f"the step of {name} must be 'log' or a number above 0 and within the "
                         f"range, not {third!r}.")
    if third == "log" and lo <= 0:
        raise ValueError(f"{name} is logarithmic and must start above 0, not at {lo!r}.")
    if not (_is_number(start) and lo <= start <= hi):
        raise ValueError(f"{name} starts at {start!r}, outside its range {lo!r} to {hi!r}.")
    whole = all(isinstance(n, int) for n in (lo, hi, start)) and not isinstance(third, float)
    if third == "log":
        return LogRange(name, lo, hi, start, label)
    return WholeRange(name, lo, hi, third or 1, start, label) if whole else Range(
        name, float(lo), float(hi), third or nice_step(lo, hi), float(start), label
    )


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def nice_step(lo: float, hi: float) -> float:
    """A step of 1, 2 or 5 times a power of ten, about a hundredth of the range.

    >>> nice_step(0, 1.5)
    0.01
    """
    rough = (hi - lo) / 100
    power = 10.0 ** math.floor(math.log10(rough))
    factor = max(f for f in (1, 2, 5) if f * power <= rough * 1.001)
    return float(f"{factor * power:.1g}")


def _word(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


class Control:
    """One control of an explorer: its range, its value, its row of widgets."""

    kind = "control"
    lo = hi = None
    values: list | None = None

    def __init__(self, name: str, start, label: str):
        self.name, self.start, self.value, self.label = name, start, start, label
        self.changed: Callable[[Control], None] = lambda control: None
        self.refused: Callable[[str], None] = lambda sentence: None
        self._busy = False
        self.parts = self._make()
        self.widget = w.HBox(self.parts).add_class("lecture-control")
        for part in self.parts:
            part.observe(lambda change: self._heard(change["new"]), "value")

    def _make(self) -> list[w.Widget]:
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
            for part in self.parts:
                part.value = value
        finally:
            self._busy = False

    def stops(self) -> list:
        """The ends of a range, every value of a choice."""
        return [self.lo, self.hi] if self.values is None else list(self.values)

    def draw(self, rng: np.random.Generator):
        """A random value that the control can take."""
        raise NotImplementedError

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
        return f"{self.name} {', '.join(map(_word, self.stops()))}"


class Range(Control):
    """A number between two ends."""

    kind = "float"
    _number, _slider = w.BoundedFloatText, w.FloatSlider

    def __init__(self, name, lo, hi, step, start, label):
        self.lo, self.hi, self.step = lo, hi, step
        super().__init__(name, start, label)

    def _make(self):
        number = self._number(
            value=self.start, min=self.lo, max=self.hi, step=self.step, description=self.label
        ).add_class("lecture-number")
        slider = self._slide()
        slider.layout = w.Layout(width="auto", flex="1 1 120px", min_width="120px")
        return [number, slider]

    def _slide(self):
        return self._slider(
            value=self.start, min=self.lo, max=self.hi, step=self.step, readout=False
        )

    def accept(self, value) -> float:
        if not _is_number(value) or not self.lo <= value <= self.hi:
            raise ValueError(f"{self.name} takes a number from {self.lo:g} to {self.hi:g}, "
                             f"not {value!r}.")
        return float(f"{value:.6g}")

    def align(self, label_width):
        super().align(label_width)
        self.parts[0].layout = w.Layout(width=f"calc({label_width} + 7.5em)", flex="0 0 auto")

    def draw(self, rng):
        return self.accept(rng.uniform(self.lo, self.hi))

    def frames(self, most=60):
        return [self.accept(v) for v in np.linspace(self.lo, self.hi, most)]

    def describe(self) -> str:
        return f"{self.name} {self.lo:g} to {self.hi:g}"


class WholeRange(Range):
    """A whole number between two ends."""

    kind = "int"
    _number, _slider = w.BoundedIntText, w.IntSlider

    def accept(self, value) -> int:
        if not _is_number(value) or value != int(value) or not self.lo <= value <= self.hi:
            raise ValueError(f"{self.name} takes a whole number from {self.lo} to {self.hi}, "
                             f"not {value!r}.")
        return int(value)

    def draw(self, rng):
        return int(rng.integers(self.lo, self.hi, endpoint=True))

    def frames(self, most=60):
        return sorted({round(v) for v in np.linspace(self.lo, self.hi, most)})


class LogRange(Range):
    """A positive number whose slider moves in equal ratios; values keep three digits."""

    kind = "log"

    def __init__(self, name, lo, hi, start, label):
        super().__init__(name, float(lo), float(hi), None, float(start), label)

    def _slide(self):
        return w.FloatLogSlider(
            value=self.start, min=math.log10(self.lo), max=math.log10(self.hi), step=0.01,
            readout=False,
        )

    def _heard(self, value):
        if not self._busy and _is_number(value):
            value = min(max(float(f"{value:.3g}"), self.lo), self.hi)
        super()._heard(value)

    def draw(self, rng):
        exponent = rng.uniform(math.log10(self.lo), math.log10(self.hi))
        return min(max(float(f"{10 ** exponent:.3g}"), self.lo), self.hi)

    def frames(self, most=60):
        return [self.accept(v) for v in np.geomspace(self.lo, self.hi, most)]

    def describe(self) -> str:
        return f"{super().describe()}, log"


class Choice(Control):
    """One of a few values: buttons when they are few and short, else a drop-down or slider."""

    kind = "choice"

    def __init__(self, name, options: dict, start, label):
        if not options:
            raise ValueError(f"{name} must offer at least one choice.")
        if not any(_same(start, value) for value in options.values()):
            raise ValueError(f"{name} starts at {start!r}, which is none of its choices: "
                             f"{', '.join(map(repr, options.values()))}.")
        self.options, self.values = options, list(options.values())
        super().__init__(name, start, label)

    def _make(self):
        made = dict(options=list(self.options.items()), value=self.start, description=self.label)
        words = list(self.options)
        numbers = all(map(_is_number, self.values))
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
        raise ValueError(f"{self.name} takes one of {', '.join(map(repr, self.values))}, "
                         f"not {value!r}.")

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
