"""Little pictures of triangles, ellipses and rectangles, in an easy and in a hard variety."""

import numpy as np

from lecture_helpers.datasets.dataset import Dataset, Split
from lecture_helpers.foundation.validation import whole

SIDE = 16


def shapes(n: int, seed: int = 0, *, easy: bool = False) -> Dataset:
    """``n`` pictures of 16 x 16 pixels: class 0 triangles, 1 ellipses, 2 rectangles.

    Any size, proportion, turn, place and contrast; ``easy`` ones are equilateral triangles,
    circles and squares, upright, of medium size and high contrast, near the centre. After Bengio
    et al. 2009, smaller. Mean 0 for every picture, with noise of deviation 0.1.
    """
    whole(least=3, n=n)
    rng = np.random.default_rng([whole(seed=seed), int(easy)])
    kind = rng.permutation(np.arange(n) % 3)
    x, y = _coordinates(rng, n, easy)
    heights = np.select(
        [kind[:, None] == 0, kind[:, None] == 1],
        [_triangle(x, y), 1 - np.hypot(x, y)],
        1 - np.maximum(np.abs(x), np.abs(y)) / 0.9,
    )
    contrast = rng.choice([-1, 1], (n, 1)) * (1.0 if easy else rng.uniform(0.5, 1, (n, 1)))
    pictures = contrast * np.clip(3 * heights + 0.5, 0, 1)
    pictures = pictures - pictures.mean(1, keepdims=True) + 0.1 * rng.standard_normal(x.shape)
    return Dataset(3 * pictures, kind, "easy shapes" if easy else "shapes")


def _coordinates(rng: np.random.Generator, n: int, easy: bool) -> tuple[np.ndarray, np.ndarray]:
    """The pixels' places in each shape's own frame, (n, pixels) each."""
    grid = np.linspace(-1, 1, SIDE)
    x, y = (c.ravel() - rng.uniform(-1, 1, (n, 1)) * (0.1 if easy else 0.25)
            for c in np.meshgrid(grid, -grid))  # fmt: skip
    turn = np.zeros((n, 1)) if easy else rng.uniform(-0.7, 0.7, (n, 1))
    size = rng.uniform(0.5, 0.6, (n, 1)) if easy else rng.uniform(0.4, 0.7, (n, 1))
    ratio = np.ones((n, 1)) if easy else np.exp(rng.uniform(-0.5, 0.5, (n, 1)))
    c, s = np.cos(turn), np.sin(turn)
    return (c * x + s * y) / (size * ratio), (c * y - s * x) / (size / ratio)


def _triangle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Above 0 inside the equilateral triangle of circumradius 1, the tip up."""
    sides = [(0, -1), (np.sqrt(0.75), 0.5), (-np.sqrt(0.75), 0.5)]
    return np.min([0.5 - (a * x + b * y) for a, b in sides], axis=0)


def easy_and_hard(
    easy: int, hard: int, validation: int, test: int, seed: int
) -> tuple[Dataset, Split]:
    """A data set with ``easy`` easy shapes first, hard ones after; validated and tested on hard."""
    one, other = shapes(easy, seed, easy=True), shapes(hard + validation + test, seed)
    joined = Dataset(
        np.concatenate([one.inputs, other.inputs]),
        np.concatenate([one.targets, other.targets]), "shapes",
    )  # fmt: skip
    cuts = np.cumsum([easy + hard, validation])
    train, check, last = np.split(np.arange(len(joined)), cuts)
    return joined, Split(train, check, last)
