"""Controls that move a number between two ends."""

import math

import ipywidgets as w
import numpy as np

from lecture_helpers.foundation.validation import is_finite, shown
from lecture_helpers.widgets.controls.control import Control, in_words


def nice_step(lo: float, hi: float) -> float:
    """A step of 1, 2 or 5 times a power of ten, about a hundredth of the range.

    >>> nice_step(0, 1.5)
    0.01
    """
    rough = (hi - lo) / 100
    power = 10.0 ** math.floor(math.log10(rough))
    factor = max(f for f in (1, 2, 5) if f * power <= rough * 1.001)
    return float(f"{factor * power:.1g}")


def as_typed(value):
    """The number that a text says, with a comma or a point; any other text stays as it is.

    >>> as_typed(" 0,5"), as_typed("−1e-3"), as_typed("much")
    (0.5, -0.001, 'much')
    """
    try:
        number = float(value.strip().replace(",", ".").replace("−", "-"))
    except (AttributeError, ValueError):
        return value
    return int(number) if number.is_integer() else number


class Range(Control):
    """A number between two ends: a slider for the eye, a field for the exact value.

    The slider stands on places 0, 1, 2, ... a step apart; the value may lie between two of them.
    In the page places are whole numbers: a fraction would be rounded there and reported back, late,
    as if a hand had moved it. The field takes text: a field for numbers drops the signs it does not
    know without a word, and makes 5 of "0,5" and 25 of "2.5".
    """

    def __init__(self, name, lo, hi, step, start, label):
        self.lo, self.hi, self.step = lo, hi, step
        super().__init__(name, start, label)

    def _make(self):
        number = w.Text(
            value=in_words(self.start),
            continuous_update=False,
            description=self.label,
            placeholder=f"from {in_words(self.lo)} to {in_words(self.hi)}",
        )
        slider = w.IntSlider(
            min=0,
            max=self.place(self.hi),
            value=self.place(self.start),
            readout=False,
            layout=w.Layout(width="auto", flex="1 1 60px", min_width="60px"),
        )
        slider.observe(lambda change: self._slid(change["new"]), "value")
        return [number.add_class("lecture-number"), slider]

    def _slid(self, place: int) -> None:
        if not self._busy and place != self.place(self.value):
            self._heard(self.at(place))

    def _heard(self, value) -> None:
        super()._heard(as_typed(value))

    def _seen(self, value):
        return in_words(value), self.place(value)

    def place(self, value) -> int:
        """Which place of the slider is nearest to ``value``; the last one is the upper end."""
        steps = self._steps(value)
        return math.ceil(steps - 1e-6) if value == self.hi else round(steps)

    def _steps(self, value) -> float:
        """How many steps ``value`` lies above the lower end."""
        return (value - self.lo) / self.step

    def at(self, place: int):
        """The value at that place."""
        digits = 6 - math.floor(math.log10(self.step))  # no digits of noise: 0, not 1e-16
        return min(self.hi, round(self.lo + place * self.step, digits))

    def accept(self, value) -> float:
        if not is_finite(value) or not self.lo <= value <= self.hi:
            raise ValueError(
                f"{self.name} takes a number from {self.lo:g} to {self.hi:g}, not {shown(value)}."
            )
        return float(value)

    def align(self, label_width):
        super().align(label_width)
        layout = self.parts[0].layout
        layout.width, layout.flex = f"calc({label_width} + 7.5em)", "0 0 auto"

    def frames(self, most=60):
        places = np.linspace(0, self.place(self.hi), most)
        return sorted({self.at(round(place)) for place in places})

    def describe(self) -> str:
        return f"{self.name} {self.lo:g} to {self.hi:g}"


class WholeRange(Range):
    """A whole number between two ends."""

    def accept(self, value) -> int:
        if not is_finite(value) or value != int(value) or not self.lo <= value <= self.hi:
            raise ValueError(
                f"{self.name} takes a whole number from {self.lo} to {self.hi}, not {shown(value)}."
            )
        return int(value)

    def at(self, place):
        return min(self.hi, self.lo + place * self.step)


class LogRange(Range):
    """A positive number whose slider moves in equal ratios, to values of three digits."""

    def __init__(self, name, lo, hi, start, label):
        step = nice_step(math.log10(lo), math.log10(hi))
        super().__init__(name, float(lo), float(hi), step, float(start), label)

    def _steps(self, value):
        return math.log10(value / self.lo) / self.step

    def at(self, place):
        value = float(f"{self.lo * 10 ** (place * self.step):.3g}")
        return min(max(value, self.lo), self.hi)

    def describe(self) -> str:
        return f"{super().describe()}, log"
