"""How pictures look: type, lines, faint grid, and their sharpness on the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lecture_helpers.foundation.validation import positive
from lecture_helpers.widgets.controls.control import is_number

PIXELS_PER_INCH = 100
PINNED = "#9a9a9a"
_STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#555555",
    "axes.grid": True,
    "axes.labelsize": 11,
    "axes.prop_cycle": cycler(
        color=["#5790fc", "#f89c20", "#e42536", "#964a8b", "#9c9ca1", "#7a21dd"]
    ),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "figure.facecolor": "white",
    "font.size": 11,
    "grid.alpha": 1.0,
    "grid.color": "#ececec",
    "grid.linewidth": 0.8,
    "legend.fontsize": 10,
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "legend.edgecolor": "#dddddd",
    "lines.linewidth": 2.0,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
}
ALONE = RLock()  # held by whoever draws: matplotlib's settings are everyone's


@dataclass
class Appearance:
    """Type size against the usual one, and picture pixels per screen pixel."""

    text: float = 1.0
    sharpness: float = 1.5


CURRENT = Appearance()


def use(*, text: float = 1.0, sharpness: float = 1.5) -> None:
    """From now on, new explorers have type ``text`` times the usual, drawn ``sharpness`` as fine.

    ``use(text=1.25, sharpness=2)`` suits a projector.
    """
    CURRENT.text, CURRENT.sharpness = positive(text=text), positive(sharpness=sharpness)


@contextmanager
def drawing() -> Iterator[None]:
    """The house style, for one thread at a time; what was set before is put back."""
    with ALONE:
        before = {key: matplotlib.rcParams[key] for key in _STYLE}
        matplotlib.rcParams.update(_STYLE)
        try:
            yield
        finally:
            matplotlib.rcParams.update(before)


def new_figure(size: tuple[float, float], appearance: Appearance) -> Figure:
    """An empty white figure, ``size`` inches on the screen, with a layout to be solved."""
    zoom = appearance.text
    figure = Figure(
        figsize=(size[0] / zoom, size[1] / zoom),
        dpi=PIXELS_PER_INCH * zoom * appearance.sharpness,
        layout="constrained",
        facecolor="white",
    )
    FigureCanvasAgg(figure)
    return figure


def as_size(size, panels: int) -> tuple[float, float]:
    """Width and height in inches of a figure of ``panels`` side by side; None is the usual size.

    Raises:
        ValueError: they are no two numbers from 1 to 20.
    """
    if size is None:
        return {1: (7.0, 3.8), 2: (9.6, 3.8)}.get(panels, (10.4, 3.6))
    fits = isinstance(size, list | tuple) and len(size) == 2
    if not fits or not all(is_number(n) and 1 <= n <= 20 for n in size):
        raise ValueError(f"size must be (width, height) in inches, 1 to 20 each, not {size!r}.")
    return tuple(size)
