"""The pictures of explorers, one control moved at a time, for a page without a kernel."""

import base64
import io
from collections.abc import Iterable

import numpy as np
from PIL import Image
from scipy.ndimage import maximum_filter

from lecture_helpers.widgets import Explorer, explorers, use
from lecture_helpers.widgets.controls.control import Control, in_words
from lecture_helpers.widgets.rendering.pixels import decode_png

STOPS = 13


def filmed(stops: int = STOPS) -> list[dict]:
    """Every explorer of this process as a record that JSON takes, in the order they were made.

    Each has the picture at its start, and for every control the frames at up to ``stops`` values,
    at its start and where a preset puts it, with the others at their start; and a frame for every
    preset. A frame holds its reading and only the pixels that differ from the start.
    """
    use(text=1.0, sharpness=1.0)
    return [_film(explorer, stops) for explorer in explorers()]


def _film(explorer: Explorer, stops: int) -> dict:
    explorer.reset()
    start = decode_png(explorer.png)
    controls, question = list(explorer.controls.values()), explorer.question
    values = [values_of(c, [p.get(c.name, c.start) for p in explorer.presets.values()], stops)
              for c in controls]  # fmt: skip
    record = {
        "name": explorer.view.name,
        "reading": str(explorer.reading),
        "picture": webp(start),
        "size": [start.shape[1], start.shape[0]],
        "controls": [
            _control(explorer, *each, start) for each in zip(controls, values, strict=True)
        ],
        "presets": [
            {
                "name": name,
                "at": [
                    list(known.values()).index(settings.get(control.name, control.start))
                    for control, known in zip(controls, values, strict=True)
                ],
                **_frame(explorer, settings, start),
            }
            for name, settings in explorer.presets.items()
        ],
        "question": question and {"words": question[0], "answers": list(question[1])},
    }
    explorer.reset()
    return record


def _control(explorer: Explorer, control: Control, values: dict, start: np.ndarray) -> dict:
    explorer.reset()
    idle = not control.enabled
    frames = [
        {"value": words, **_frame(explorer, {control.name: value}, start)}
        for words, value in values.items()
    ]
    return {
        "label": control.label,
        "choice": control.values is not None,
        "idle": idle,
        "start": list(values.values()).index(control.start),
        "frames": frames,
    }


def values_of(control: Control, also: Iterable = (), stops: int = STOPS) -> dict:
    """The values of a choice, or up to ``stops`` of a range, its start and those of ``also``.

    The keys are how the values are called.

    >>> from lecture_helpers.widgets.controls.ranges import WholeRange
    >>> values_of(WholeRange("depth", 1, 9, 1, 4, "depth"), [3], stops=3)
    {'1': 1, '3': 3, '4': 4, '5': 5, '9': 9}
    """
    if control.values is None:
        every = sorted({*control.frames(stops), control.start, *also})
        return {f"{value:.6g}": value for value in every}
    named = getattr(control, "options", None) or {in_words(v): v for v in control.values}
    return dict(named)


def _frame(explorer: Explorer, settings: dict, start: np.ndarray) -> dict:
    explorer.reset()
    explorer.set(**settings)
    return {"reading": str(explorer.reading), **changed(start, decode_png(explorer.png))}


def changed(before: np.ndarray, after: np.ndarray) -> dict:
    """Where and how two pictures (height, width, 4) differ: ``box`` in pixels, ``picture``.

    The picture shows the box and is transparent two pixels and more from every change, so that
    it can be shown at any scale without a rim; both are missing when the two are the same.
    """
    differs = (before != after).any(axis=2)
    if not differs.any():
        return {}
    differs = widened(differs)
    rows, columns = np.nonzero(differs)
    top, bottom = int(rows.min()), int(rows.max()) + 1
    left, right = int(columns.min()), int(columns.max()) + 1
    part = after[top:bottom, left:right].copy()
    part[~differs[top:bottom, left:right]] = 0
    return {"box": [left, top, right - left, bottom - top], "picture": webp(part)}


def widened(marked: np.ndarray, by: int = 2) -> np.ndarray:
    """The marked pixels (height, width) and all that lie at most ``by`` rows and columns away."""
    return maximum_filter(marked, 2 * by + 1, mode="constant")


def webp(pixels: np.ndarray) -> str:
    """The pixels (height, width, 4) as WebP of at most 255 colours, base64.

    The colours lie about one level of 255 beside the true ones, and the file is less than half as
    large; a picture of few colours stays as it is.
    """
    image, file = Image.fromarray(pixels), io.BytesIO()
    if image.getcolors(255) is None:
        image = image.quantize(255, method=Image.Quantize.FASTOCTREE).convert("RGBA")
    image.save(file, "WEBP", lossless=True, method=4)
    return base64.b64encode(file.getvalue()).decode("ascii")
