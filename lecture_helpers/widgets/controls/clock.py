"""A clock in the browser: while it runs, it asks again and again for the next picture."""

from collections.abc import Callable

import ipywidgets as w

EVERY = 40  # milliseconds; ticks that come while a picture is drawn are skipped, not queued
LONG = 1_000_000


class Clock:
    """Play and stop buttons: ``tick`` is called for every tick, the others for what is pressed.

    The browser keeps the time: where no page shows the buttons, nothing goes on by itself.
    """

    def __init__(self, tick: Callable[[], None], started: Callable[[], None],
                 paused: Callable[[], None], back: Callable[[], None]):  # fmt: skip
        self._tick, self._started, self._paused, self._back = tick, started, paused, back
        self._mute = False
        self.widget = w.Play(
            min=0,
            max=LONG,
            interval=EVERY,
            show_repeat=False,
            layout=w.Layout(width="84px", flex="0 0 auto"),
        )
        self.widget.observe(lambda change: self._heard(change), "value")
        self.widget.observe(lambda change: self._pressed(change["new"]), "playing")

    @property
    def runs(self) -> bool:
        """Whether ticks are coming."""
        return self.widget.playing

    def _heard(self, change) -> None:
        if self._mute:
            return
        if change["new"] == 0:
            self._back()
        elif self.runs:
            self._tick()

    def _pressed(self, playing: bool) -> None:
        if not self._mute:
            (self._started if playing else self._paused)()

    def run(self, runs: bool) -> None:
        """Start or stop it, as the buttons do."""
        self._mute = True
        try:
            self.widget.playing = runs
        finally:
            self._mute = False

    def stop(self) -> None:
        """Let no more ticks come."""
        self.run(False)

    def follow(self) -> None:
        """Nothing: it counts ticks, not steps."""
