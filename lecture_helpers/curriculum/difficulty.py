"""How hard each example is, and in which order of difficulty they come."""

from collections.abc import Callable

import numpy as np

from lecture_helpers.curriculum.nearest_neighbours import knn
from lecture_helpers.foundation.validation import (
    FEW,
    few,
    finite_array,
    fraction,
    function,
    many,
    whole,
    whole_array,
)


def cross_fitted_confidence(
    inputs: np.ndarray, targets: np.ndarray, *, folds: int = 5, seed: int = 0,
    reference: Callable = knn,
) -> np.ndarray:  # fmt: skip
    """What a reference that never saw an example gives to its label, (n,) in [0, 1].

    The examples are dealt into folds; ``reference(inputs, targets, classes)`` learns from all
    folds but one and returns a function from inputs to probabilities (m, classes), or to other
    scores of that shape, which scores the fold left out. Right and sure is near 1; wrong, or not
    sure, is lower.

    Raises:
        ValueError: NaN, fewer examples than classes or folds, fewer than two folds.
    """
    inputs, folds = finite_array(inputs=inputs, ndim=2), many(least=2, folds=folds)
    targets, reference = _classes(targets, len(inputs)), function(reference=reference)
    n, classes = len(targets), int(targets.max()) + 1
    if n < max(classes, folds):
        raise ValueError(
            f"inputs, {n} of them, are too few for {classes} classes and {folds} folds."
        )
    fold = np.random.default_rng(whole(seed=seed)).permutation(n) % folds
    confidence = np.empty(n)
    for k in range(folds):
        out = np.flatnonzero(fold == k)
        predict = function(reference=reference(inputs[fold != k], targets[fold != k], classes))
        scores = finite_array(reference=predict(inputs[out]), shape=(len(out), classes))
        confidence[out] = scores[np.arange(len(out)), targets[out]]
    return confidence


def _classes(targets: np.ndarray, size: int | None = None) -> np.ndarray:
    return whole_array(targets=targets, size=size, below=FEW)


def untied(confidence: np.ndarray, finer: np.ndarray) -> np.ndarray:
    """The share of examples that come after each one, easiest first, (n,): no two are equal.

    The order is that of ``confidence``; where it ties, that of ``finer``, larger is easier.

    >>> untied(np.array([1.0, 0.2, 1.0, 0.5]), np.array([0.3, 9.0, 0.7, 0.0]))
    array([0.5 , 0.  , 0.75, 0.25])
    """
    confidence = finite_array(confidence=confidence, ndim=1)
    share = np.empty(len(confidence))
    share[np.lexsort((finer, confidence))] = np.arange(len(confidence)) / len(confidence)
    return share


def tied(confidence: np.ndarray) -> float:
    """The share of examples whose confidence (n,) some other one has too.

    >>> tied(np.array([1.0, 0.2, 1.0, 0.5]))
    0.5
    """
    _, counts = np.unique(finite_array(confidence=confidence, ndim=1), return_counts=True)
    return float(counts[counts > 1].sum() / len(confidence))


def easy_first(confidence: np.ndarray) -> np.ndarray:
    """The examples in the order of falling confidence, (n,); equals in the order given.

    >>> easy_first(np.array([0.2, 0.9, 0.5]))
    array([1, 2, 0])
    """
    return np.argsort(-finite_array(confidence=confidence, ndim=1), kind="stable")


def hard_first(confidence: np.ndarray) -> np.ndarray:
    """The examples in the order of rising confidence, (n,): the anti-curriculum."""
    return np.argsort(finite_array(confidence=confidence, ndim=1), kind="stable")


def balanced_easy_first(confidence: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Easy first within every class, the classes' shares kept at every length, (n,).

    An example's place is its rank in its own class, as a share of that class.
    """
    confidence = finite_array(confidence=confidence, ndim=1)
    targets = _classes(targets, len(confidence))
    place = np.empty(len(targets))
    for label in np.unique(targets):
        mine = np.flatnonzero(targets == label)
        place[mine[easy_first(confidence[mine])]] = (np.arange(len(mine)) + 0.5) / len(mine)
    return np.lexsort((-confidence, place))


def entropy(weights: np.ndarray) -> float:
    """The entropy, in nats, of drawing examples in proportion to their weights (n,).

    >>> round(entropy(np.array([1.0, 1.0, 0.0])), 3)
    0.693
    """
    p = finite_array(weights=weights, ndim=1) / np.sum(weights)
    return float(-(p[p > 0] * np.log(p[p > 0])).sum())


def wrong_labels(
    targets: np.ndarray, part: float, seed: int, classes: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Targets (n,) of which a share ``part`` is replaced by another class, and which, (n,) bool."""
    targets, rng = _classes(targets), np.random.default_rng([whole(seed=seed), 7])
    known = int(targets.max()) + 1
    classes = max(2, known) if classes is None else few(least=max(2, known), classes=classes)
    wrong = np.zeros(len(targets), bool)
    wrong[rng.permutation(len(targets))[: round(fraction(part=part) * len(targets))]] = True
    shift = rng.integers(1, classes, len(targets))
    return np.where(wrong, (targets + shift) % classes, targets), wrong
