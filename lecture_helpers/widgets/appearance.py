"""How pictures look: type, lines, faint grid, and their sharpness on the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import RLock
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lecture_helpers.foundation.validation import is_finite, positive, shown

PIXELS_PER_INCH = 100
PINNED = "#9a9a9a"
_STYLE: dict[str, Any] = {
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
OTHER_SCRIPTS = (  # asked where the usual font lacks a letter, those that are installed
    "Noto Sans CJK KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans CJK SC",
    "Noto Sans CJK JP", "Microsoft YaHei", "PingFang SC", "Yu Gothic", "Hiragino Sans",
    "WenQuanYi Zen Hei", "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari",
    "Arial Unicode MS",
)  # fmt: skip
ALONE = RLock()  # held by whoever draws: matplotlib's settings are everyone's


@dataclass
class Appearance:
    """Type size against the usual one, picture pixels per screen pixel, widest panel in inches."""

    text: float = 1.0
    sharpness: float = 1.5
    panel: float = 20.0

    def fitted(self, size: tuple[float, float], panels: int) -> tuple[float, float]:
        """The size of a figure whose panels are no wider than they may be."""
        return (min(size[0], self.panel * panels), size[1])


CURRENT = Appearance()


def use(*, text: float = 1.0, sharpness: float = 1.5) -> None:
    """From now on, new explorers have type ``text`` times the usual, drawn ``sharpness`` as fine.

    ``use(text=1.25, sharpness=2)`` suits a projector.

    Raises:
        ValueError: one is no number from 0.5 to 4: finer pictures would fill a kernel's memory.
    """
    chosen = (positive(text=text), positive(sharpness=sharpness))
    for name, value in zip(("text", "sharpness"), chosen, strict=True):
        if not 0.5 <= value <= 4:
            raise ValueError(f"{name} must be from 0.5 to 4, not {shown(value)}.")
    CURRENT.text, CURRENT.sharpness = chosen


@contextmanager
def drawing() -> Iterator[None]:
    """The house style over matplotlib's own, for one thread at a time.

    A user's style sheet or matplotlibrc changes no picture; it is put back afterwards.
    """
    with ALONE:
        house, before = _house(), dict(dict.items(matplotlib.rcParams))
        dict.update(matplotlib.rcParams, house)  # as rc_context does: they were checked before
        try:
            yield
        finally:
            dict.update(matplotlib.rcParams, before)


@cache
def _house() -> dict[str, Any]:
    """Every setting of matplotlib but its backend, as pictures here have it."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    fonts = ["DejaVu Sans", *(name for name in OTHER_SCRIPTS if name in installed)]
    own = matplotlib.RcParams(matplotlib.rcParamsDefault)
    style: Any = _STYLE | {"font.sans-serif": fonts}
    own.update(style)
    return {key: value for key, value in dict.items(own) if not key.startswith("backend")}


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
    if not fits or not all(is_finite(n) and 1 <= n <= 20 for n in size):
        raise ValueError(
            f"size must be (width, height) in inches, 1 to 20 each, not {shown(size)}."
        )
    return tuple(size)
