"""A picture for each lesson, made by one of its own views while the lesson runs."""

import io
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lecture_helpers.report.lessons import PICTURES
from lecture_helpers.widgets import explorers, show

COVERS = {
    "01_batch_normalization": ("how_high", {"lr": 1.0, "depth": 16}),
    "02_coordinate_descent": ("growth", {"iteration": 30}),
    "03_polyak_averaging": ("valley", {"lr": 1.9}),
    "04_supervised_pretraining": ("stage_by_stage", {"moment": 22}),
    "05_model_design": ("landscape", {"depth": 24}),
    "06_continuation_and_curriculum": ("the_way_down", {"first": 1.5}),
}


def save(name: str, folder: Path = PICTURES) -> None:
    """Store the picture of that lesson, from the explorers of this process, if it changed.

    It shows the view and the settings named in ``COVERS``, without an entry the first view as it
    starts. Its reading is stored in it, as the text that stands for it.
    """
    view, settings = COVERS.get(name, (None, {}))
    made = [e for e in explorers() if view in (None, e.view.name)]
    if not made:
        raise ValueError(f"{name} shows no view named {view!r}.")
    shown = made[0].view
    panels = {panel: kind for panel, kind in shown.panels.items() if kind}
    picture = show(shown.function, size=made[0].size, panels=panels, **settings)
    path = folder / f"{name}.png"
    if not path.exists() or _content(path) != _content(io.BytesIO(picture.png), picture.alt):
        words = PngInfo()
        words.add_itxt("Description", picture.alt)
        with Image.open(io.BytesIO(picture.png)) as image:
            folder.mkdir(exist_ok=True)
            image.save(path, "PNG", pnginfo=words, optimize=True)


def _content(source, alt: str | None = None) -> tuple:
    with Image.open(source) as image:
        pixels = np.asarray(image.convert("RGBA"))
        return pixels.shape, pixels.tobytes(), alt or image.info.get("Description")
