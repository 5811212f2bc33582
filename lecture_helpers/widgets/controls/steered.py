"""Controls that act while something runs: their value is what they were, from which step on."""

from collections.abc import Callable

from lecture_helpers.foundation.schedules import Schedule, as_schedule
from lecture_helpers.widgets.controls.control import Control


class Steered:
    """A control whose value is a ``Schedule``: moved at step t, it changes what comes after t.

    Its widgets show what it is at the present step of ``time``.
    """

    def __init__(self, base: Control, time: Control):
        self.base, self.time = base, time
        self.name, self.label, self.widget, self.parts = (
            base.name, base.label, base.widget, base.parts,
        )  # fmt: skip
        self.lo, self.hi, self.values = base.lo, base.hi, base.values
        self.start = self.value = Schedule(((0, base.start),))
        self.changed: Callable = lambda control: None
        base.changed = lambda _: self.move(self.base.value)

    def move(self, value) -> None:
        """From the present step on it is ``value``; what was planned after it is dropped."""
        self.value = self.value.changed(self.time.value, self.base.accept(value))
        self.changed(self)

    def cut(self, step: int) -> None:
        """Drop what was planned from ``step`` on."""
        self.value = self.value.changed(step, self.value.at(step))

    def follow(self) -> None:
        """Show what the control is at the present step."""
        self.base.value = self.value.at(self.time.value)
        self.base._show(self.base.value)

    def set(self, value) -> None:
        """Take over a whole schedule.

        Raises:
            ValueError: it cannot be.
        """
        value = self.accept(value)
        if value != self.value:
            self.value = value
            self.changed(self)
        self.follow()

    def accept(self, value) -> Schedule:
        """The schedule that a value or a list of (step, value) describes.

        Raises:
            ValueError: its steps do not ascend, it goes on after the last step, or the control
                cannot take a value.
        """
        schedule = as_schedule(accept=self.base.accept, **{self.name: value})
        last = schedule.entries[-1][0]
        if last > self.time.hi:
            raise ValueError(
                f"{self.name} changes at step {last}, after the last step, {self.time.hi}."
            )
        return schedule

    def stops(self) -> list:
        """The ends of a range, every value of a choice, each held from the first step on."""
        return self.base.stops()

    def frames(self, most: int = 60) -> list:
        """Values from end to end."""
        return self.base.frames(most)

    @property
    def refused(self) -> Callable[[str], None]:
        """Who is told of a value that was refused."""
        return self.base.refused

    @refused.setter
    def refused(self, told: Callable[[str], None]) -> None:
        self.base.refused = told

    @property
    def enabled(self) -> bool:
        """Whether the control has an effect just now."""
        return self.base.enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        self.base.enabled = enabled

    def align(self, label_width: str) -> None:
        """Give the label that width."""
        self.base.align(label_width)

    def describe(self) -> str:
        """The control in words."""
        return self.base.describe()
