"""The pictures of explorers, one control moved at a time, for a page without a kernel."""

import base64
import io
from collections.abc import Iterable

import numpy as np
from PIL import Image
from scipy.ndimage import maximum_filter

from lecture_helpers.foundation.schedules import Schedule
from lecture_helpers.widgets import Explorer, explorers, use
from lecture_helpers.widgets.controls.control import Control, in_words
from lecture_helpers.widgets.controls.steered import Steered
from lecture_helpers.widgets.live_explorer import LiveExplorer
from lecture_helpers.widgets.rendering.pixels import decode_png

STOPS = 13


def filmed(stops: int = STOPS) -> list[dict]:
    """Every explorer of this process as a record that JSON takes, in the order they were made.

    Each has the picture at its start, and for every control the frames at up to ``stops`` values,
    at its start and where a preset puts it, with the others at their start; and a frame for every
    preset. A frame holds its reading and only the pixels that differ from the start. Of something
    that runs a preset has its whole run, frame by frame, with where each control stood.
    """
    use(text=1.0, sharpness=1.0)
    return [_film(explorer, stops) for explorer in explorers()]


def _film(explorer: Explorer, stops: int) -> dict:
    explorer.reset()
    start = decode_png(explorer.png)
    controls, question = list(explorer.controls.values()), explorer.question
    values = [values_of(_base(c), _in_presets(explorer, c), stops) for c in controls]
    record = {
        "name": explorer.view.name,
        "reading": str(explorer.reading),
        "picture": webp(start),
        "size": [start.shape[1], start.shape[0]],
        "controls": [
            _control(explorer, *each, start) for each in zip(controls, values, strict=True)
        ],
        "presets": [
            {"name": name, **_preset(explorer, settings, values, start)}
            for name, settings in explorer.presets.items()
        ],
        "time": _place_of_time(explorer),
        "question": question and {"words": question[0], "answers": list(question[1])},
    }
    explorer.reset()
    return record


def _base(control):
    """The control whose widgets it is."""
    return control.base if isinstance(control, Steered) else control


def _in_presets(explorer: Explorer, control) -> list:
    """The values that presets give to a control, whenever they do."""
    given = [preset.get(control.name, control.start) for preset in explorer.presets.values()]
    steps = [v.entries if isinstance(v, Schedule) else [(0, v)] for v in given]
    return [value for entries in steps for _, value in entries]


def _place_of_time(explorer: Explorer) -> int | None:
    """Which control is the time of something that runs."""
    if not isinstance(explorer, LiveExplorer):
        return None
    return list(explorer.controls).index(explorer.time.name)


def _preset(explorer: Explorer, settings: dict, values: list[dict], start: np.ndarray) -> dict:
    """The frame of a preset and, of something that runs, of the times before it."""
    end = {"at": _places(explorer, settings, values), **_frame(explorer, settings, start)}
    time = _place_of_time(explorer)
    if time is None:
        return end
    name = list(explorer.controls)[time]
    earlier = [{**settings, name: step} for step in values[time].values() if step < settings[name]]
    run = [
        {"at": _places(explorer, then, values), **_frame(explorer, then, start)} for then in earlier
    ]
    return {**end, "run": [*run, end]}


def _places(explorer: Explorer, settings: dict, values: list[dict]) -> list[int]:
    """Where every control stands under these settings, among its values."""
    time = _place_of_time(explorer)
    step = 0 if time is None else settings.get(list(explorer.controls)[time], 0)
    given = [settings.get(name, c.start) for name, c in explorer.controls.items()]
    now = [v.at(step) if isinstance(v, Schedule) else v for v in given]
    return [list(known.values()).index(v) for known, v in zip(values, now, strict=True)]


def _control(explorer: Explorer, control, values: dict, start: np.ndarray) -> dict:
    explorer.reset()
    steered = isinstance(control, Steered)
    frames = [
        {"value": words, **({} if steered else _frame(explorer, {control.name: value}, start))}
        for words, value in values.items()
    ]
    explorer.reset()
    return {
        "label": control.label,
        "choice": control.values is not None,
        "idle": steered or not control.enabled,
        "start": list(values.values()).index(_base(control).start),
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
