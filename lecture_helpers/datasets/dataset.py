"""Examples and targets, and how a seed divides them."""

from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation.validation import finite_array, instance, shown, whole


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


SIZES = ("test", "validation", "train")


def split(dataset: Dataset, seed: int, *, test=0.2, validation=0.2, train=None) -> Split:
    """The division of a data set that a seed draws.

    Each size is a share between 0 and 1 or a whole number of examples; ``train=None`` takes the
    rest. The test set does not change with the size of the others.

    Raises:
        ValueError: a size that is neither, an empty training set, more examples than there are.

    >>> data = Dataset(np.zeros((100, 2)), np.arange(100) % 2)
    >>> parts = split(data, seed=0, train=10)
    >>> len(parts.train), len(parts.validation), len(parts.test)
    (10, 20, 20)
    """
    n = len(instance(Dataset, dataset=dataset))
    sizes = [_size(n, test=test), _size(n, validation=validation)]
    rest = n - sum(sizes)
    size = rest if train is None else _size(n, train=train)
    if not 0 < size <= rest:
        raise ValueError(
            f"train must leave room: {n} examples less {sizes[0]} for test and {sizes[1]} for "
            f"validation are {rest}, and {size} were asked for."
        )
    order = np.random.default_rng([whole(seed=seed), 1]).permutation(n)
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
            f"examples, not {shown(value)}."
        ) from None
