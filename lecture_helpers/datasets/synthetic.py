"""Data made from a seed: MNIST-1D, spirals, little pictures of shapes."""

import functools

import numpy as np

from lecture_helpers.datasets.dataset import Dataset, Split
from lecture_helpers.foundation.subprocesses import run_in_subprocess
from lecture_helpers.foundation.validation import few, finite, many, non_negative, switch, whole


@functools.cache
def mnist1d() -> Dataset:
    """MNIST-1D (Greydanus and Kobak 2020): 5,000 signals of 40 points, generated offline.

    The first 4,000 are the published training set, the last 1,000 the published test set. Mean 0,
    mean square 1. Takes about 4 seconds on the first call: they are made in a process of their
    own, since the generator loads 80 MiB of libraries and sets the global random state.
    """
    inputs, labels = run_in_subprocess(_published_signals)
    return Dataset(inputs, labels, "mnist1d")


def _published_signals() -> tuple[np.ndarray, np.ndarray]:
    from mnist1d import data as published

    made = published.make_dataset(published.get_dataset_args())
    inputs = np.concatenate([made["x"], made["x_test"]])
    return inputs, np.concatenate([made["y"], made["y_test"]])


def spirals(
    n: int = 400, noise: float = 0.05, seed: int = 0, *, classes: int = 2, turns: float = 1.5
) -> Dataset:
    """Interleaved spirals from the centre to radius 1, one per class."""
    noise, turns = non_negative(noise=noise), finite(turns=turns)
    classes, n = few(least=2, classes=classes), many(least=2, n=n)
    if classes > n:
        raise ValueError(f"classes must be at most n, the {n} points, not {classes}.")
    rng = np.random.default_rng(whole(seed=seed))
    labels = rng.permutation(np.arange(n) % classes)
    radius = np.sqrt(rng.random(n))
    angle = 2 * np.pi * (turns * radius + labels / classes)
    points = radius[:, None] * np.c_[np.cos(angle), np.sin(angle)]
    return Dataset(points + noise * rng.standard_normal(points.shape), labels, "spirals")


SIDE = 16


def shapes(n: int, seed: int = 0, *, easy: bool = False, varied: bool = False) -> Dataset:
    """``n`` pictures of 16 x 16 pixels: class 0 triangles, 1 ellipses, 2 rectangles.

    Any size, proportion, turn, place and contrast; ``easy`` ones are equilateral triangles,
    circles and squares, upright, of medium size and high contrast, near the centre. Easy and
    ``varied`` ones are as regular, but of any size, turn, place and contrast, as the hard ones
    are. After Bengio et al. 2009, smaller. Mean 0 for every picture, with noise of deviation 0.1.
    """
    n, easy, varied = many(least=3, n=n), switch(easy=easy), switch(varied=varied)
    rng = np.random.default_rng([whole(seed=seed), int(easy) + int(easy and varied)])
    kind, regular = rng.permutation(np.arange(n) % 3), easy
    easy = easy and not varied
    x, y = _coordinates(rng, n, easy, regular)
    heights = np.select(
        [kind[:, None] == 0, kind[:, None] == 1],
        [_triangle(x, y), 1 - np.hypot(x, y)],
        1 - np.maximum(np.abs(x), np.abs(y)) / 0.9,
    )
    contrast = rng.choice([-1, 1], (n, 1)) * (1.0 if easy else rng.uniform(0.5, 1, (n, 1)))
    pictures = contrast * np.clip(3 * heights + 0.5, 0, 1)
    pictures = pictures - pictures.mean(1, keepdims=True) + 0.1 * rng.standard_normal(x.shape)
    return Dataset(3 * pictures, kind, "easy shapes" if regular else "shapes")


def _coordinates(
    rng: np.random.Generator, n: int, easy: bool, regular: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The pixels' places in each shape's own frame, (n, pixels) each."""
    grid = np.linspace(-1, 1, SIDE)
    x, y = (c.ravel() - rng.uniform(-1, 1, (n, 1)) * (0.1 if easy else 0.25)
            for c in np.meshgrid(grid, -grid))  # fmt: skip
    turn = np.zeros((n, 1)) if easy else rng.uniform(-0.7, 0.7, (n, 1))
    size = rng.uniform(0.5, 0.6, (n, 1)) if easy else rng.uniform(0.4, 0.7, (n, 1))
    ratio = np.ones((n, 1)) if regular else np.exp(rng.uniform(-0.5, 0.5, (n, 1)))
    c, s = np.cos(turn), np.sin(turn)
    return (c * x + s * y) / (size * ratio), (c * y - s * x) / (size / ratio)


def _triangle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Above 0 inside the equilateral triangle of circumradius 1, the tip up."""
    sides = [(0, -1), (np.sqrt(0.75), 0.5), (-np.sqrt(0.75), 0.5)]
    return np.min([0.5 - (a * x + b * y) for a, b in sides], axis=0)


def easy_and_hard(
    easy: int, hard: int, validation: int, test: int, seed: int, *, varied: bool = False
) -> tuple[Dataset, Split]:
    """A data set with ``easy`` easy shapes first, hard ones after; validated and tested on hard.

    ``varied`` easy shapes have the places, sizes, turns and contrasts of the hard ones.
    """
    one = shapes(easy, seed, easy=True, varied=varied)
    other = shapes(hard + validation + test, seed)
    inputs = np.concatenate([one.inputs, other.inputs])
    joined = Dataset(inputs, np.concatenate([one.targets, other.targets]), "shapes")
    cuts = np.cumsum([easy + hard, validation])
    train, check, last = np.split(np.arange(len(joined)), cuts)
    return joined, Split(train, check, last)
