"""Small views that the tests of the widgets share, and pictures to compare theirs with."""

import ipywidgets as w
import numpy as np

from lecture_helpers.widgets import reading
from lecture_helpers.widgets.rendering.canvas import Canvas
from lecture_helpers.widgets.rendering.pixels import encode_png

T = np.linspace(-3, 3, 40)


def sine(ax, *, height=1.0, waves=2, style="solid", shown=True):
    """One curve whose every control does something."""
    curve = height * np.sin(waves * T)
    if shown:
        ax.plot(T, curve, color="red", ls="-" if style == "solid" else "--")
    ax.set(xlim=(-3, 3), ylim=(-3, 3))
    return reading("The top is at {top:.2f}.", top=float(curve.max()) + 0.0)


def two_panels(ax, ax2, *, height=1.0):
    """A filled contour that stays, curves that move."""
    ax.contourf(T, T, T[:, None] ** 2 + T**2, cmap="cividis")
    ax.plot(T, height * T, color="red")
    ax2.plot(T, height * T**2, color="blue")
    for panel in (ax, ax2):
        panel.set(xlim=(-3, 3), ylim=(-3, 3))
    return reading("The slope is {height:.2f}.", height=height)


def fresh_pixels(canvas, values) -> np.ndarray:
    """The picture of ``canvas`` at ``values``, drawn from nothing."""
    fresh = Canvas(canvas.view, canvas.size, canvas.appearance, canvas.positions)
    fresh.pinned = canvas.pinned
    fresh.draw_whole(values)
    return fresh.pixels()


def fresh_png(explorer) -> bytes:
    """The picture of ``explorer``, drawn from nothing."""
    return encode_png(fresh_pixels(explorer.canvas, explorer.values))


def hand(control, value) -> None:
    """Put a value into the widget of a control, as a hand does in the page."""
    field = control.parts[0]
    field.value = str(value) if isinstance(field, w.Text) else value


def random_value(control, rng: np.random.Generator):
    """A value that ``control`` can take."""
    if control.values is not None:
        return control.values[rng.integers(len(control.values))]
    return control.at(int(rng.integers(control.place(control.hi), endpoint=True)))
