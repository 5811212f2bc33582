"""Pictures of pictures: atoms as tiles, a patch as a sum, examples with their labels."""

import numpy as np

from lecture_helpers.plots.style import INK
from lecture_helpers.plots.style import role as look


def draw_tiles(ax, atoms: np.ndarray, *, columns: int = 8, alike: bool = False):
    """Square atoms (k, d) as tiles that fill the unit square, each scaled to its own largest pixel.

    ``alike`` scales all of them to the largest pixel of all, so that contrasts compare. Grey is 0,
    white and black are the largest size up and down. Frame it by limits from 0 to 1.
    """
    side, rows = round(atoms.shape[1] ** 0.5), -(-len(atoms) // columns)
    mosaic = np.full((rows * (side + 1) + 1, columns * (side + 1) + 1), 1.0)
    scaled = _scaled(atoms) if alike else map(_scaled, atoms)
    for k, atom in enumerate(scaled):
        top, left = (1 + (side + 1) * n for n in divmod(k, columns))
        mosaic[top : top + side, left : left + side] = atom.reshape(side, side)
    _image(ax, mosaic, (0, 1, 0, 1), 1.0)


def _scaled(pixels: np.ndarray) -> np.ndarray:
    return pixels / max(float(np.abs(pixels).max()), 1e-12)


def _image(ax, pixels: np.ndarray, extent: tuple, size: float):
    ax.imshow(pixels, extent=extent, vmin=-size, vmax=size, cmap="gray", aspect="auto",
              interpolation="nearest")  # fmt: skip


def draw_sum(ax, patch: np.ndarray, code: np.ndarray, atoms: np.ndarray, *, most: int = 6):
    """A patch (d,), its rebuilding, and below them the ``most`` strongest atoms of its code (k,).

    Under every atom stands what it is multiplied by. Frame it by limits from 0 to 1.
    """
    side, size = round(len(patch) ** 0.5), float(np.abs(patch).max())
    for left, title, pixels in [(0.05, "patch", patch), (0.55, "rebuilt", code @ atoms)]:
        _image(ax, pixels.reshape(side, side), (left, left + 0.4, 0.48, 0.9), size)
        ax.text(left + 0.2, 0.93, title, ha="center", va="bottom", color=INK, size=10)
    strongest = np.argsort(-np.abs(code), kind="stable")[:most]
    width = 1 / most
    for k, j in enumerate(strongest[code[strongest] != 0]):
        left, right = (k + 0.08) * width, (k + 0.92) * width
        _image(ax, _scaled(atoms[j]).reshape(side, side), (left, right, 0.15, 0.3), 1.0)
        ax.text((left + right) / 2, 0.12, f"{code[j]:+.1f}", ha="center", va="top",
                color=INK, size=9)  # fmt: skip


def draw_examples(ax, images, labels, marked, *, columns: int = 10):
    """Square images (n, pixels) as tiles that fill the unit square, each with its label beside it.

    The marked ones, (n,) bool, have their label crossed and in bold. Frame it by limits 0 to 1.
    """
    side, rows = round(images.shape[1] ** 0.5), -(-len(images) // columns)
    high, wide = side + 2, round(1.7 * side)
    mosaic = np.full((rows * high, columns * wide), float(np.min(images)))
    for k, image in enumerate(images):
        top, left = (k // columns) * high + 1, (k % columns) * wide + 1
        mosaic[top : top + side, left : left + side] = image.reshape(side, side)
    ax.imshow(mosaic, extent=(0, 1, 0, 1), cmap="gray_r", aspect="auto", interpolation="nearest")
    for k, (label, mark) in enumerate(zip(labels, marked, strict=True)):
        x, y = (k % columns + (side + 2) / wide) / columns, 1 - (k // columns + 0.5) / rows
        colour, weight = (look("without").colour, "bold") if mark else (INK, "normal")
        ax.text(x, y, f"{label}" + "✗" * bool(mark), color=colour, va="center", weight=weight)
    ax.set(xticks=[], yticks=[])
