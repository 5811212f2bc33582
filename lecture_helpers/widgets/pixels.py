"""From figures to pixels to PNG."""

import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image


def pixels_of(figure: Figure) -> np.ndarray:
    """The figure fully drawn: uint8 (height, width, 4)."""
    figure.canvas.draw()
    return np.array(figure.canvas.buffer_rgba())


def encode(pixels: np.ndarray, level: int = 1) -> bytes:
    """The pixels as PNG; without an alpha channel where all is opaque."""
    image = Image.fromarray(pixels)
    if (pixels[..., 3] == 255).all():
        image = image.convert("RGB")
    stream = io.BytesIO()
    image.save(stream, "png", compress_level=level)
    return stream.getvalue()


def decode(png: bytes) -> np.ndarray:
    """The pixels of a PNG: uint8 (height, width, 4)."""
    return np.array(Image.open(io.BytesIO(png)).convert("RGBA"))
