"""The picture of a view while its controls move."""

from collections.abc import Mapping

import numpy as np

from lecture_helpers.widgets.appearance import Appearance, drawing, new_figure
from lecture_helpers.widgets.pictures import add_panels
from lecture_helpers.widgets.pixels import encode, pixels_of
from lecture_helpers.widgets.reading import Reading
from lecture_helpers.widgets.view import View

EMPTY = encode(np.zeros((1, 1, 4), np.uint8))


class Canvas:
    """Draws a view again and again in axes that never jump."""

    def __init__(self, view: View, size, appearance: Appearance, layout: list | None = None):
        self.view, self.size, self.appearance, self.layout = view, size, appearance, layout
        self.ghosts = []
        self.figure = None
        self.background, self.overlay = EMPTY, EMPTY

    def move(self, values: Mapping, mover: str | None = None) -> Reading:
        """The reading at ``values``; the picture is then in ``background`` and ``overlay``."""
        with drawing():
            figure = new_figure(self.size, self.appearance)
            axes = add_panels(figure, self.view)
            now = self.view.run(axes, values)
            self._arrange(figure)
            pixels = pixels_of(figure)
        self.figure, self._pixels = figure, pixels
        self.background = encode(pixels)
        return now

    def _arrange(self, figure) -> None:
        if self.layout is None or len(self.layout) != len(figure.axes):
            figure.draw_without_rendering()
            self.layout = [ax.get_position(original=True) for ax in figure.axes]
        figure.set_layout_engine("none")
        for ax, position in zip(figure.axes, self.layout, strict=True):
            ax.set_position(position)

    def pixels(self) -> np.ndarray:
        """The picture as it stands: uint8 (height, width, 4)."""
        return self._pixels
