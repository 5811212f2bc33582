"""Pictures for each lesson, made by one of its own views while the lesson runs.

One stands still; in the other a hand moves a slider.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence
from PIL.PngImagePlugin import PngInfo

from lecture_helpers.foundation.files import write_bytes
from lecture_helpers.publish.moving import only, under_a_hand, webp
from lecture_helpers.report.lessons import PICTURES, words_of
from lecture_helpers.widgets import Explorer, explorers, show
from lecture_helpers.widgets.controls.control import in_words

STOPS = 11


@dataclass(frozen=True)
class Cover:
    """Which view stands for a lesson, with what settings; "" is the first view.

    ``moves`` names the control under the hand and where it stops, else the first one and up to
    ``STOPS`` of its values. Then only ``panels`` are shown, ``size`` inches large, so that they
    can be read where the picture is small; else all, as large as in the lesson.
    """

    view: str = ""
    settings: Mapping = field(default_factory=dict)
    moves: Mapping = field(default_factory=dict)
    panels: tuple[str, ...] = ()
    size: tuple[float, float] | None = None


COVERS = {
    "01_batch_normalization": Cover(
        "how_high", {"lr": 1.0, "depth": 16},
        {"lr": [0.0178, 0.0316, 0.0562, 0.1, 0.178, 0.316, 0.562, 1.0, 1.78, 3.16, 5.62]},
        ("curves",), (5.6, 3.3),
    ),
    "02_coordinate_descent": Cover(
        "growth", {"iteration": 30},
        {"iteration": [0, 1, 2, 3, 4, 6, 8, 11, 15, 22, 30]},
        ("atoms", "ledger"), (5.6, 3.0),
    ),
    "03_polyak_averaging": Cover(
        "valley", {"lr": 1.9},
        {"steps": [1, 5, 10, 15, 25, 40, 60, 90, 130, 180, 240]},
        ("above", "cost"), (6.4, 3.6),
    ),
    "04_supervised_pretraining": Cover(
        "stage_by_stage", {"moment": 22},
        {"moment": [0, 2, 3, 4, 6, 8, 11, 14, 17, 19, 22]},
        ("network", "regions"), (6.4, 3.6),
    ),
    "05_model_design": Cover(
        "landscape", {"depth": 24},
        {"depth": [2, 8, 24, 48]},
        ("plain", "residual"), (6.4, 3.5),
    ),
    "06_continuation_and_curriculum": Cover(
        "the_way_down", {"first": 1.5},
        {"first": [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.5, 1.8, 2.0]},
        ("blurs", "arrived"), (6.4, 3.5),
    ),
}  # fmt: skip


def save(name: str, folder: Path = PICTURES) -> None:
    """Store both pictures of that lesson, from the explorers of this process, if they changed.

    They show what ``COVERS`` names. Each has the text that stands for it stored in it: its
    reading, and what the hand moves.

    Raises:
        ValueError: the lesson has no such view.
    """
    cover = COVERS.get(name, Cover())
    made = [e for e in explorers() if cover.view in ("", e.view.name)]
    if not made:
        raise ValueError(f"{name} shows no view named {cover.view!r}.")
    folder.mkdir(exist_ok=True)
    alt, png = _still(made[0], cover)
    _store(folder / f"{name}.png", png)
    _store(folder / f"{name}.webp", _moving(made[0], cover, alt))


def _still(explorer: Explorer, cover: Cover) -> tuple[str, bytes]:
    view = explorer.view
    panels = {panel: kind for panel, kind in view.panels.items() if kind}
    picture = show(view.function, size=explorer.size, panels=panels, **cover.settings)
    words, file = PngInfo(), io.BytesIO()
    words.add_itxt("Description", picture.alt)
    with Image.open(io.BytesIO(picture.png)) as image:
        image.save(file, "PNG", pnginfo=words, optimize=True)
    return picture.alt, file.getvalue()


def _moving(explorer: Explorer, cover: Cover, alt: str) -> bytes:
    name = next(iter(cover.moves or explorer.controls))
    control = explorer.controls[name]
    stops = cover.moves.get(name) or control.frames(STOPS)[:STOPS]
    view = only(explorer.view, cover.panels or tuple(explorer.view.panels))
    frames = under_a_hand(view, cover.settings, control, stops, cover.size or explorer.size)
    ends = f"from {in_words(stops[0])} to {in_words(stops[-1])}"
    return webp(frames, f"A hand moves the slider {control.label} {ends} and back. {alt}")


def _store(path: Path, made: bytes) -> None:
    if not path.exists() or _content(path) != _content(io.BytesIO(made)):
        write_bytes(made, path)


def _content(source) -> tuple:
    """Words, and of each frame its pixels and how long it stands."""
    with Image.open(source) as image:
        frames = [
            (np.asarray(frame.convert("RGBA")).tobytes(), frame.info.get("duration"))
            for frame in ImageSequence.Iterator(image)
        ]
        return words_of(image), image.size, frames
