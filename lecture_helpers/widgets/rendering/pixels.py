"""From figures to pixels to PNG."""

import io
import struct
import zlib
from functools import cache
from typing import Any

import numpy as np
from isal import isal_zlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image


def pixels_of(figure: Figure) -> np.ndarray:
    """The figure fully drawn: uint8 (height, width, 4), overwritten by its next drawing."""
    canvas: Any = figure.canvas
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def discard_pixels(figure: Figure) -> None:
    """Let go of the memory ``figure`` was drawn in; it can be drawn again.

    A canvas without a renderer takes the place of the old one, and every text forgets the renderer
    that it was last measured with (matplotlib has no public word for that).
    """
    FigureCanvasAgg(figure)
    texts: Any = figure.findobj(Text)
    for text in texts:
        text._renderer = None


def encode_png(pixels: np.ndarray) -> bytes:
    """The pixels (height, width, 4) as PNG.

    Every row is stored as its difference to the row above ("up"): on our pictures as small as
    Pillow's choice of filters, in a third of the time.
    """
    height, width, _ = pixels.shape
    flat = pixels.reshape(height, -1)
    rows = np.full((height, flat.shape[1] + 1), 2, np.uint8)
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", isal_zlib.compress(rows.data, 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def encode_palette_png(pixels: np.ndarray) -> bytes:
    """Opaque pixels (height, width, 4) as a PNG of few colours, a third as large."""
    return _saved(few_colours(pixels))


def few_colours(pixels: np.ndarray, exact: int = 16, others: int = 48) -> Image.Image:
    """A picture with a palette of so many colours of the pixels (height, width, 4).

    The ``exact`` most frequent colours stay as they are, so that areas and type do; every other
    pixel takes the nearest of those and of as many ``others`` as Pillow chooses for the rest. On
    our pictures a channel is off by 32 of 255 at most, and by more than 16 in at most one pixel
    in seventy.
    """
    flat = np.ascontiguousarray(pixels).view(np.uint32).ravel()
    begins = np.flatnonzero(np.append(True, flat[1:] != flat[:-1]))  # of runs of one colour
    lengths = np.diff(begins, append=flat.size)
    colours, place = np.unique(flat[begins], return_inverse=True)
    counts = np.bincount(place, lengths)
    colours = colours.view(np.uint8).reshape(-1, 4)[:, :3]
    palette = colours[np.argsort(-counts, kind="stable")]
    if len(palette) > exact + others:
        rest = Image.fromarray(palette[None, exact:])
        rest = rest.quantize(others, Image.Quantize.MAXCOVERAGE, kmeans=1)
        palette = np.vstack([palette[:exact], np.reshape(rest.getpalette() or [], (-1, 3))])
    palette = palette.astype(np.int64)
    nearest = (np.square(palette).sum(axis=1) - colours @ (2 * palette.T)).argmin(axis=1)
    chosen = np.repeat(nearest[place].astype(np.uint8), lengths)
    image = Image.fromarray(chosen.reshape(pixels.shape[:2]))
    image.putpalette(palette.astype(np.uint8).tobytes())
    return image


def _saved(image: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True, **options)
    return file.getvalue()


@cache
def blank(height: int, width: int) -> bytes:
    """A PNG of that size in which nothing is to be seen: one bit a pixel, all transparent.

    It has the size of the picture, since a page lays out an image by the shape of its pixels.
    """
    return _saved(Image.new("1", (width, height)), transparency=0)


def decode_png(png: bytes) -> np.ndarray:
    """The pixels of a PNG: uint8 (height, width, 4)."""
    return np.array(Image.open(io.BytesIO(png)).convert("RGBA"))


def over(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Opaque pixels with others laid over them, each of which is opaque or not there."""
    return np.where(above[..., 3:] > 0, above, below)
