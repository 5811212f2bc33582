"""Pictures of a view that stand still: one, or a strip of several."""

import base64
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure

from lecture_helpers.foundation.validation import shown
from lecture_helpers.widgets.appearance import (
    CURRENT,
    PIXELS_PER_INCH,
    Appearance,
    as_size,
    drawing,
    new_figure,
)
from lecture_helpers.widgets.controls.control import in_words
from lecture_helpers.widgets.reading import Reading
from lecture_helpers.widgets.rendering.pixels import (
    decode_png,
    discard_pixels,
    encode_palette_png,
    encode_png,
    pixels_of,
)
from lecture_helpers.widgets.view import View, as_view


@dataclass(frozen=True)
class Picture:
    """A drawn figure with its readings; in a notebook it shows itself as a PNG."""

    name: str
    figure: Figure
    readings: tuple[Reading, ...]
    png: bytes
    width: int

    @property
    def reading(self) -> Reading:
        """What the first (or only) frame shows."""
        return self.readings[0]

    @property
    def alt(self) -> str:
        """The picture in words."""
        return " ".join(str(r) for r in self.readings)

    def __repr__(self) -> str:
        return self.name

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        """The output that a notebook stores: a PNG of few colours, stable text, words, width."""
        few = base64.b64encode(encode_palette_png(decode_png(self.png))).decode("ascii")
        data = {"image/png": few, "text/plain": self.name}
        return data, {"image/png": {"alt": self.alt, "width": self.width}}


def show(view, *, size=None, panels=None, **settings) -> Picture:
    """One picture of ``view`` at its starting values, with ``settings`` laid over them.

    Raises:
        ValueError: ``view`` is no view, or has no such control.
    """
    view = as_view(view, panels)
    size, name = as_size(size, len(view.panels)), _name(view, settings)
    return draw_strip(view, [settings], size, CURRENT, captions=False, name=name)


def strip(view, *, size=None, panels=None, **stops) -> Picture:
    """``view`` at each stop of one control, in one picture: ``strip(view, sigma=[0, 1])``.

    Raises:
        ValueError: ``view`` is no view, or not exactly one control is given a list of stops.
    """
    view = as_view(view, panels)
    frames, size = strip_settings(view, stops), as_size(size, len(view.panels))
    return draw_strip(view, frames, size, CURRENT, name=_name(view, stops))


def strip_settings(view: View, stops: Mapping) -> list[dict]:
    """The settings of each frame when one control stops at each of its values.

    Raises:
        ValueError: not one known control with a list of stops.
    """
    if len(stops) != 1:
        raise ValueError(f"A strip moves one control, not {len(stops)}: strip(view, lr=[0.1, 1]).")
    ((name, values),) = stops.items()
    view.require(name)
    if not isinstance(values, list | tuple) or not values:
        raise ValueError(f"{name} must be a list of stops, not {shown(values)}.")
    return [{name: value} for value in values]


def draw_strip(
    view: View,
    settings: list[dict],
    size,
    appearance: Appearance,
    *,
    name: str,
    captions: bool = True,
    sentences: bool = True,
) -> Picture:
    """One frame per settings, under one another or side by side where they are narrow.

    Captions say the settings of each frame, and its reading unless ``sentences`` is off.
    """
    width, height = size
    columns = max(1, min(len(settings), int(11 // width)))
    rows = -(-len(settings) // columns)
    whole = (width * columns, (height + 0.5 * captions) * rows)
    with drawing():
        figure = new_figure(whole, appearance)
        frames = figure.subfigures(rows, columns, squeeze=False).ravel()
        readings = []
        for frame, changed in zip(frames, settings, strict=False):
            now = view.run(add_panels(frame, view), view.settings(changed))
            readings.append(now)
            if captions:
                _caption(frame, changed, str(now) if sentences else "", width)
        png = encode_png(pixels_of(figure))
        discard_pixels(figure)
    return Picture(name, figure, tuple(readings), png, round(whole[0] * PIXELS_PER_INCH))


def _caption(frame, changed: dict, sentence: str, width: float) -> None:
    where = ", ".join(f"{name} = {in_words(value)}" for name, value in changed.items()) or "start"
    lines = textwrap.wrap(f"{where}: {sentence}" if sentence else where, int(width * 13))
    frame.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=10)


def add_panels(frame, view: View) -> list:
    """The view's axes in ``frame``, left to right."""
    count = len(view.panels)
    return [
        frame.add_subplot(1, count, place + 1, projection=projection)
        for place, projection in enumerate(view.panels.values())
    ]


def _name(view: View, settings: Mapping) -> str:
    return f"<{view.name}: {', '.join(f'{k}={v!r}' for k, v in settings.items()) or 'start'}>"
