"""The nearest neighbours of an example as a reference model that knows how sure it is."""

from collections.abc import Callable

import numpy as np

from lecture_helpers.foundation.validation import few, finite_array, whole_array


def knn(
    inputs: np.ndarray, targets: np.ndarray, classes: int, k: int = 15
) -> Callable[[np.ndarray], np.ndarray]:
    """Probabilities (m, classes) of new inputs: the labels of the k nearest, weighed by 1/distance.

    >>> predict = knn(np.array([[0.0], [1.0]]), np.array([0, 1]), classes=2, k=2)
    >>> predict(np.array([[0.25]])).round(3)
    array([[0.75, 0.25]])
    """
    inputs, targets, classes, k = _checked(inputs, targets, classes, k)
    one_hot = np.eye(classes)[targets]

    def predict(x: np.ndarray) -> np.ndarray:
        apart = _squared_distances(x, inputs)
        nearest = np.argpartition(apart, min(k, len(inputs)) - 1, axis=1)[:, :k]
        weight = 1 / np.sqrt(np.take_along_axis(apart, nearest, 1) + 1e-12)
        votes = (weight[..., None] * one_hot[nearest]).sum(1)
        return votes / votes.sum(1, keepdims=True)

    return predict


def nearness(
    inputs: np.ndarray, targets: np.ndarray, classes: int, k: int = 5
) -> Callable[[np.ndarray], np.ndarray]:
    """How much nearer each class is than every other one, (m, classes): a score without ties.

    A class is as far as its k nearest examples on average; the score is the logarithm of the
    nearest other class's distance over its own. It is above 0 for one class alone.

    >>> score = nearness(np.array([[0.0], [1.0]]), np.array([0, 1]), classes=2, k=1)
    >>> score(np.array([[0.25]])).round(3)
    array([[ 1.099, -1.099]])
    """
    inputs, targets, classes, k = _checked(inputs, targets, classes, k)

    def predict(x: np.ndarray) -> np.ndarray:
        apart = np.sqrt(_squared_distances(x, inputs) + 1e-12)
        far = np.full((len(apart), classes), apart.max())  # of a class without examples
        for label in np.unique(targets):
            own = apart[:, targets == label]
            far[:, label] = np.partition(own, min(k, own.shape[1]) - 1, axis=1)[:, :k].mean(1)
        ranked = np.sort(far, axis=1)
        other = np.where(far == ranked[:, :1], ranked[:, 1:2], ranked[:, :1])
        return np.log(other / far)

    return predict


def _checked(inputs, targets, classes: int, k: int) -> tuple:
    inputs, classes = finite_array(inputs=inputs, ndim=2).astype(float), few(classes=classes)
    return inputs, whole_array(targets=targets, size=len(inputs), below=classes), classes, few(k=k)


def _squared_distances(x: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """Those of x (m, d) from inputs (n, d), (m, n)."""
    x = np.asarray(x, float)
    return np.maximum((x**2).sum(1)[:, None] + (inputs**2).sum(1) - 2 * x @ inputs.T, 0)
