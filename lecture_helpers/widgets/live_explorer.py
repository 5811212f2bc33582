"""An explorer of something that runs: time is a control, and a hand acts on what comes next."""

import time as clocks

from lecture_helpers.foundation.budget import Budget, within
from lecture_helpers.widgets.controls.clock import Clock
from lecture_helpers.widgets.controls.control import in_words
from lecture_helpers.widgets.controls.steered import Steered
from lecture_helpers.widgets.explorer import Explorer

ANSWER = 0.09  # seconds of work that a moved control may wait for
AT_LEAST, AT_MOST = 0.06, 0.25  # seconds of work between two pictures while time runs
SLACK = 1.5  # how much longer than planned a tick may work before the picture is drawn once more
TO_DRAWING = 1.6  # how much longer than drawing, so that most of the time is work
HURRIED, AFTER_HAND = 0.01, 10  # seconds of work in each of so many ticks: the hand may move again


class LiveExplorer(Explorer):
    """An explorer whose ``time`` runs, with controls that are steered while it does.

    A hand that asks for more than fits into one answer gets what is there by then, and the clock
    goes on to what it asked for. The view stays a function of its values: the picture is that of
    the step which ``time`` shows.
    """

    def __init__(self, view, controls, *, animate, pictures=60, **others):
        self.time = controls[animate]
        self.steered = [c for c in controls.values() if isinstance(c, Steered)]
        self.budget, self.stride, self.pause = Budget(), 1, AT_LEAST
        self.pictures, self.hurried = pictures, 0
        self.target = self.time.hi
        self.others = [  # sliders that act on the whole picture
            c for c in controls.values() if c not in (*self.steered, self.time) and c.values is None
        ]
        self._given, self._aside = self._schedules(), self._beside()
        self.clock = Clock(self._tick, self._started, self._paused, self._back)
        super().__init__(view, controls, animate=animate, **others)
        for control in controls.values():
            control.changed = self._moved

    def _ends(self) -> list[dict]:
        """Both ends of every control, but of time only the first: the rest would have to run."""
        return [
            end for end in super()._ends() if end.get(self.time.name, self.time.lo) == self.time.lo
        ]

    def _picture(self, mover):
        """The reading of the picture of as much as the budget allows; time says how much it is."""
        budget, self.budget = self.budget, Budget()
        with within(budget):
            now = self.canvas.move(self.values, mover and mover.name)
        if budget.reached is not None and budget.reached < self.time.value:
            self.time.value = budget.reached
            now = self.canvas.move(self.values, mover and mover.name)
        self.time._show(self.time.value)
        for control in self.steered:
            control.follow()
        self._seen = self.time.value
        return now

    def _schedules(self) -> list:
        return [control.value for control in self.steered]

    def _beside(self) -> list:
        return [control.value for control in self.others]

    @property
    def by_hand(self) -> bool:
        """Whether a hand has steered what is seen, or moved a slider beside it, since a preset or
        the start was put in place.
        """
        pairs = zip(self._schedules(), self._given, strict=True)
        steered = any(now.parts_from(given) < self.time.value for now, given in pairs)
        return steered or self._beside() != self._aside

    @property
    def moved(self) -> bool:
        """Whether it has run as far as it was to."""
        return self.time.lo < self.time.value >= self.target

    def _show_time(self, step: int) -> None:
        self.time.value = step
        self.time._show(step)

    # What a hand does

    def _moved(self, mover) -> None:
        """A control was moved in the page."""
        if self._held:
            return
        with self._lock:
            if isinstance(mover, Steered):
                for other in self.steered:
                    other.cut(self.time.value)
            asked = self.time.value
            # what a steered control moves is what time moves: no new background for it
            drawn_for = self.time if isinstance(mover, Steered) else mover
            self._answer(drawn_for, Budget(seconds=ANSWER))
            if self.clock.runs:
                self._hurry()
            runs = self.clock.runs and mover is not self.time  # who holds time, stops it
            if not runs:
                self.target = asked
            self.clock.run(not self.error and (runs or self.time.value < asked))

    def _answer(self, mover, budget: Budget) -> None:
        self.budget = budget
        try:
            self._draw(mover)
        except KeyboardInterrupt:
            self.canvas.start_over()
            self._show_time(self._seen)
            self.clock.run(False)
            self._refuse(f"Stopped by you after {self._seen} updates. Press play to go on.")

    def _tick(self) -> None:
        """The next picture of the run."""
        with self._lock:
            now = self.time.value
            if now < self.target:
                self.time.value = min(now + self.stride, self.target)
                budget, begun = Budget(seconds=SLACK * self.pause), clocks.perf_counter()
                self._answer(self.time, budget)
                self._pace(budget, clocks.perf_counter() - begun, self.time.value - now)
            if self.error or self.time.value >= self.target:
                self.clock.run(False)

    def _pace(self, budget: Budget, seconds: float, steps: int) -> None:
        """How far to go until the next picture, when the last ``steps`` took so long.

        A step may be several pieces of work: an update of each of two trainings.
        """
        each = budget.seconds_each
        if each is None:
            self.stride *= 2
        else:
            work = each * budget.done
            self.pause = min(max(AT_LEAST, TO_DRAWING * (seconds - work)), AT_MOST)
            if self.hurried:
                self.hurried, self.pause = self.hurried - 1, HURRIED
            self.stride = int(self.pause * max(steps, 1) / max(work, 1e-9))
        self.stride = max(1, min(self.stride, (self.time.hi - self.time.lo) // self.pictures))

    def _hurry(self) -> None:
        """Short ticks for a while: a hand that moves again has to wait until one ends."""
        if self.pause > HURRIED:
            self.stride = max(1, int(self.stride * HURRIED / self.pause))
        self.hurried, self.pause = AFTER_HAND, HURRIED

    def _started(self) -> None:
        """Play was pressed: on to the end, or once more from the start."""
        with self._lock:
            if self.time.value >= self.time.hi:
                self._show_time(self.time.lo)
                self._draw(None)
            self._foresee()
            self.target = self.time.hi

    def _foresee(self) -> None:
        """Have the picture ready for what a hand may do next: it is not kept waiting then."""
        now = {name: control.value for name, control in self.controls.items()}
        others = [
            {**now, c.name: c.value.changed(self.time.value, c.base.accept(stop))}
            for c in self.steered
            for stop in (c.stops()[0], c.stops()[-1])
        ]
        with within(Budget(pieces=0)):
            self.canvas.foresee(map(self.view.settings, others), self.time.name)

    def _paused(self) -> None:
        """Pause was pressed: this is as far as it was to run."""
        with self._lock:
            self.target = self.time.value
            self.layout.refresh()

    def _back(self) -> None:
        """The stop button: the start again, with the same schedules."""
        with self._lock:
            self.clock.run(False)
            self._show_time(self.time.lo)
            self._draw(None)

    def begin(self, name: str) -> None:
        """Press a preset in the page: its settings from the start on, running to its step."""
        with self._lock:
            self.press_at(name, self.time.lo)
            self._foresee()
            self.target = self.presets[name][self.time.name]
            self.clock.run(self.target > self.time.lo and not self.error)

    def press_at(self, name: str, step: int) -> None:
        """The settings of the preset ``name``, but at that step."""
        settings = self._preset(name)
        self._given = [settings[control.name] for control in self.steered]
        self._aside = [settings[control.name] for control in self.others]
        self.set(**{**settings, self.time.name: step})

    def press(self, name: str) -> None:
        """The settings of the preset ``name``, run to its step."""
        self.press_at(name, self._preset(name)[self.time.name])

    def reset(self) -> None:
        super().reset()
        self._given, self._aside = self._schedules(), self._beside()

    def close(self) -> None:
        self.clock.run(False)
        super().close()

    @property
    def code(self) -> str:
        """A line that draws this picture again: the schedules, and how far they were run."""
        cut = {
            n: c.value.until(self.time.value + 1) if isinstance(c, Steered) else c.value
            for n, c in self.controls.items()
        }
        moved = {n: value for n, value in cut.items() if value != self.controls[n].start}
        given = "".join(f", {name}={value!r}" for name, value in moved.items())
        return f"show({self.view.name}{given})"

    @property
    def to_come(self) -> str:
        """What is planned after the present step, in words."""
        now = self.time.value
        planned = [
            (step, f"{control.label} {in_words(value)} at {step}")
            for control in self.steered
            for step, value in control.value.entries
            if step > now
        ]
        return "; ".join(words for _, words in sorted(planned)[:3])
