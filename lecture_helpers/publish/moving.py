"""A view under a hand that moves one of its sliders, as a picture that moves."""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from PIL import Image

from lecture_helpers.report.lessons import IN_WORDS
from lecture_helpers.widgets.appearance import Appearance, drawing, new_figure
from lecture_helpers.widgets.controls.control import Control, in_words
from lecture_helpers.widgets.controls.ranges import Range
from lecture_helpers.widgets.rendering.canvas import Canvas
from lecture_helpers.widgets.rendering.pixels import pixels_of
from lecture_helpers.widgets.view import View

SHARP, WIDEST = 1.7, 11  # picture pixels per screen pixel, less where a view is wider (inches)
STRIP, ABOVE = 0.66, 0.13  # inches: the slider under the picture, and what lies over its track
ONE_WAY, END = 3000, 900  # milliseconds: the way of the hand, and its rest at both ends
BLUE, GREY, INK = "#0072b2", "#d0d0d0", "#222222"
HAND = [  # boxes seen from the tip of the pointing finger: left, bottom, width, height in inches
    (-0.045, -0.36, 0.09, 0.38),
    (0.045, -0.36, 0.085, 0.22),
    (0.13, -0.36, 0.085, 0.20),
    (0.215, -0.36, 0.08, 0.17),
    (-0.12, -0.38, 0.08, 0.20),
    (-0.115, -0.46, 0.41, 0.24),
]


def only(view: View, panels: Sequence[str]) -> View:
    """The view with those panels alone; on the others it draws where nobody sees it.

    Raises:
        KeyError: it has no such panel.
    """

    def function(*axes, **values):
        shown, spare = dict(zip(panels, axes, strict=True)), Figure()
        every = [
            shown.get(name) or spare.add_subplot(projection=kind)
            for name, kind in view.panels.items()
        ]
        return view.function(*every, **values)

    return View(function, {name: view.panels[name] for name in panels}, view.starts)


def under_a_hand(
    view: View, settings: Mapping, control: Control, stops: Sequence, size: tuple[float, float]
) -> list[np.ndarray]:
    """The view at each stop of that control, its slider below: uint8 (height, width, 3) each.

    ``settings`` are laid over the starting values; ``size`` is the view's, in inches.
    """
    look = Appearance(text=1.0, sharpness=min(SHARP, WIDEST / size[0]))
    canvas, made = Canvas(view, size, look), []
    for stop in stops:
        canvas.draw_whole(view.settings({**settings, control.name: stop}))
        made.append(np.vstack([canvas.pixels(), _slider(control, stop, size[0], look)])[..., :3])
    return made


def _slider(control: Control, value, width: float, appearance: Appearance) -> np.ndarray:
    left, right = 0.3 * width, 0.82 * width
    at = left + share(control, value) * (right - left)
    with drawing():
        figure = new_figure((width, STRIP), appearance)
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(ABOVE - STRIP, ABOVE))
        ax.set_axis_off()
        ax.text(left - 0.2, 0, control.label, ha="right", va="center", weight="bold")
        ax.text(right + 0.2, 0, in_words(value), va="center")
        for end, colour in ((right, GREY), (at, BLUE)):
            ax.plot([left, end], [0, 0], lw=5, color=colour, solid_capstyle="round")
        ax.plot(at, 0, "o", ms=13, color=BLUE, mec="white", mew=1.5)
        for rim, colour in ((2.2, INK), (0, "white")):  # one rim around all the boxes
            for x, y, *box in HAND:
                look = dict(lw=rim, ec=colour, fc=colour, zorder=3)
                style = "round,pad=0,rounding_size=0.04"
                ax.add_patch(FancyBboxPatch((at + x, y), *box, boxstyle=style, **look))
        return pixels_of(figure)


def share(control: Control, value) -> float:
    """How far along its slider a value stands, from 0 to 1."""
    base = getattr(control, "base", control)
    if isinstance(base, Range):
        return base.place(value) / base.place(base.hi)
    return list(base.values).index(value) / max(1, len(base.values) - 1)


def webp(there: Sequence[np.ndarray], words: str) -> bytes:
    """The frames there and back, without an end, as WebP; ``words`` stand for them.

    Each frame keeps 255 colours, which halves the file.
    """
    few = [
        Image.fromarray(frame).quantize(255, method=Image.Quantize.FASTOCTREE).convert("RGB")
        for frame in there
    ]
    between = [max(250, ONE_WAY // len(few))] * (len(few) - 2)
    stands, file, description = [END, *between] * 2, io.BytesIO(), Image.Exif()
    description[IN_WORDS] = words.encode("utf-8")
    few[0].save(
        file, "WEBP", save_all=True, append_images=[*few[1:], *few[-2:0:-1]], duration=stands,
        loop=0, lossless=True, method=4, exif=description,
    )  # fmt: skip
    return file.getvalue()
