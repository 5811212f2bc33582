"""The lecture's data sets, offline and the same for everyone, and how a seed divides them."""

import functools
import gzip
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from lecture_helpers.foundation.subprocesses import elsewhere
from lecture_helpers.foundation.validation import finite_array, non_negative, whole


@dataclass(frozen=True)
class Dataset:
    """Examples and what is to be predicted from them; the arrays are read-only.

    inputs: (examples, features) float32. targets: (examples,) int64 classes, or float32
    numbers (examples,) or (examples, outputs) to regress on.

    Raises:
        ValueError: empty, NaN or infinite, not one target for each input, negative classes.
    """

    inputs: np.ndarray
    targets: np.ndarray
    name: str = "data"

    def __post_init__(self):
        inputs = finite_array(ndim=2, inputs=self.inputs).astype(np.float32)
        targets = _targets(self.targets)
        if len(inputs) != len(targets):
            raise ValueError(
                f"targets must be {len(inputs)}, one for each of the inputs, not {len(targets)}."
            )
        for name, array in (("inputs", inputs), ("targets", targets)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def classes(self) -> int:
        """The number of classes, 0 when the targets are numbers."""
        return int(self.targets.max()) + 1 if self.targets.dtype == np.int64 else 0

    def __repr__(self) -> str:
        what = f"{self.classes} classes" if self.classes else "numbers"
        size = f"{len(self)} examples of {self.inputs.shape[1]} features"
        return f"Dataset {self.name!r}: {size}, {what}"


def _targets(values: object) -> np.ndarray:
    finite_array(targets=values)
    targets = np.array(values)
    if targets.dtype.kind == "f":
        return targets.astype(np.float32)
    if targets.ndim != 1 or targets.min() < 0:
        raise ValueError(
            "targets must be classes 0, 1, 2, ... in one axis, or floats to regress on."
        )
    return targets.astype(np.int64)


@dataclass(frozen=True)
class Split:
    """Which examples are for what: three sorted index arrays that share no example."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def split(dataset: Dataset, seed: int, *, test=0.2, validation=0.2, train=None) -> Split:
    """The division of a data set that a seed draws.

    Each size is a share between 0 and 1 or a whole number of examples; ``train=None`` takes the
    rest. The test set does not change with the size of the others.

    Raises:
        ValueError: a size that is neither, an empty training set, more examples than there are.

    >>> parts = split(two_moons(100), seed=0, train=10)
    >>> len(parts.train), len(parts.validation), len(parts.test)
    (10, 20, 20)
    """
    n = len(dataset)
    sizes = [_size(n, test=test), _size(n, validation=validation)]
    rest = n - sum(sizes)
    size = rest if train is None else _size(n, train=train)
    if not 0 < size <= rest:
        raise ValueError(
            f"train must leave room: {n} examples less {sizes[0]} for test and {sizes[1]} for "
            f"validation are {rest}, and {size} were asked for."
        )
    order = np.random.default_rng([seed, 1]).permutation(n)
    test_at, validation_at, train_at, _ = np.split(order, np.cumsum([*sizes, size]))
    return Split(np.sort(train_at), np.sort(validation_at), np.sort(test_at))


def _size(n: int, **named) -> int:
    name, value = next(iter(named.items()))
    if isinstance(value, float) and 0 <= value < 1:
        return round(n * value)
    try:
        return whole(least=0, **named)
    except ValueError:
        raise ValueError(
            f"{name} must be a share from 0 up to but not including 1, or a whole number of "
            f"examples, not {value!r}."
        ) from None


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
def mnist1d() -> Dataset:
    """MNIST-1D (Greydanus and Kobak 2020): 5,000 signals of 40 points, generated offline.

    The first 4,000 are the published training set, the last 1,000 the published test set. Mean 0,
    mean square 1. Takes about 4 seconds on the first call: they are made in a process of their
    own, since the generator loads 80 MiB of libraries and sets the global random state.
    """
    inputs, labels = elsewhere(_published_signals)
    return Dataset(inputs, labels, "mnist1d")


def _published_signals() -> tuple[np.ndarray, np.ndarray]:
    from mnist1d import data as published

    made = published.make_dataset(published.get_dataset_args())
    inputs = np.concatenate([made["x"], made["x_test"]])
    return inputs, np.concatenate([made["y"], made["y_test"]])


def two_moons(n: int = 400, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Two interleaved half circles of radius 1, ``n`` points in all."""
    rng, labels = _balanced(n, 2, noise, seed)
    angle = np.pi * rng.random(n)
    x, y = np.cos(angle), np.sin(angle)
    points = np.where(labels[:, None] == 0, np.c_[x, y], np.c_[1 - x, 0.5 - y]) - [0.5, 0.25]
    return _noisy(points, labels, noise, rng, "two moons")


def spirals(
    n: int = 400, noise: float = 0.05, seed: int = 0, *, classes: int = 2, turns: float = 1.5
) -> Dataset:
    """Interleaved spirals from the centre to radius 1, one per class."""
    whole(least=2, classes=classes)
    rng, labels = _balanced(n, classes, noise, seed)
    radius = np.sqrt(rng.random(n))
    angle = 2 * np.pi * (turns * radius + labels / classes)
    points = radius[:, None] * np.c_[np.cos(angle), np.sin(angle)]
    return _noisy(points, labels, noise, rng, "spirals")


def xor(n: int = 400, noise: float = 0.1, seed: int = 0) -> Dataset:
    """The square [-1, 1] x [-1, 1]; the class says whether the two coordinates' signs differ."""
    rng, _ = _balanced(n, 2, noise, seed)
    points = rng.uniform(-1, 1, (n, 2))
    return _noisy(points, (points[:, 0] * points[:, 1] < 0).astype(int), noise, rng, "xor")


def rings(n: int = 400, noise: float = 0.05, seed: int = 0, *, classes: int = 2) -> Dataset:
    """Concentric circles of radius 1, 1/2, ... from the outside in, one per class."""
    whole(least=2, classes=classes)
    rng, labels = _balanced(n, classes, noise, seed)
    angle = 2 * np.pi * rng.random(n)
    points = np.c_[np.cos(angle), np.sin(angle)] / (1 + labels[:, None])
    return _noisy(points, labels, noise, rng, "rings")


def _balanced(n, classes, noise, seed) -> tuple[np.random.Generator, np.ndarray]:
    whole(least=classes, n=n)
    non_negative(noise=noise)
    rng = np.random.default_rng(whole(seed=seed))
    return rng, rng.permutation(np.arange(n) % classes)


def _noisy(points, labels, noise, rng, name) -> Dataset:
    return Dataset(points + noise * rng.standard_normal(points.shape), labels, name)


@functools.cache
def image_patches(size: int = 8, n: int = 10_000, seed: int = 0, whiten: bool = True) -> np.ndarray:
    """Patches of scikit-learn's two photographs in grey, read-only float64 (n, size * size).

    Every patch has mean 0. ``whiten`` also gives all directions the same variance (ZCA; directions
    that carry less than a thousandth of the largest variance are left small).
    """
    whole(least=2, size=size), whole(least=2, n=n)
    rng = np.random.default_rng(whole(seed=seed))
    photographs = _photographs()
    patches = np.array([_patch(photographs[k % 2], size, rng) for k in range(n)])
    patches -= patches.mean(1, keepdims=True)
    patches = _whitened(patches) if whiten else patches / patches.std()
    patches.flags.writeable = False
    return patches


@functools.cache
def _photographs() -> list[np.ndarray]:
    from PIL import Image

    files = [_scikit_learns(f"images/{name}.jpg") for name in ("china", "flower")]
    return [np.asarray(Image.open(file)).mean(2) / 255 for file in files]


def _scikit_learns(file: str) -> Path:
    """A file of ``sklearn.datasets``, without importing it: that takes 80 MiB of every kernel."""
    return Path(find_spec("sklearn").origin).parent / "datasets" / file


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
