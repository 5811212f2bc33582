"""A scrubber: buttons that run a control through its values."""

import ipywidgets as w
import numpy as np

from lecture_helpers.foundation.validation import is_finite
from lecture_helpers.widgets.controls.control import Control


class Scrubber:
    """Play and stop buttons for ``control``, which go on from where it stands."""

    def __init__(self, control: Control):
        self.control, self.frames, self._following = control, control.frames(), False
        self.widget = w.Play(
            min=0,
            max=len(self.frames) - 1,
            interval=120,
            show_repeat=False,
            layout=w.Layout(width="84px", flex="0 0 auto"),
        )
        self.widget.observe(lambda change: self._step(change["new"]), "value")

    def _step(self, frame: int) -> None:
        if not self._following:
            self.control.set(self.frames[frame])

    def stop(self) -> None:
        """Run no further."""
        self.widget.playing = False

    def follow(self) -> None:
        """Stand at the frame nearest to the control's value."""
        self._following = True
        try:
            self.widget.value = self._nearest(self.control.value)
        finally:
            self._following = False

    def _nearest(self, value) -> int:
        if value in self.frames:
            return self.frames.index(value)
        if not is_finite(value):
            return 0
        return int(np.abs(np.array(self.frames, float) - value).argmin())
