"""Softmax regression, example by example: losses and gradients of a linear classifier."""

import numpy as np

from lecture_helpers.foundation.validation import finite_array, whole_array


def softmax(inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Probabilities (n, classes) of inputs (n, features) under weights (features, classes)."""
    scores = inputs @ weights
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


def softmax_losses(weights: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The cross-entropy of every example, (n,)."""
    return -np.log(softmax(inputs, weights)[np.arange(len(targets)), targets])


def softmax_gradients(weights: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The gradient of every example's cross-entropy, (n, features, classes): ``x (p - y)'``."""
    inputs = finite_array(inputs=inputs, ndim=2)
    weights = finite_array(weights=weights, shape=(inputs.shape[1], None))
    targets = whole_array(targets=targets, size=len(inputs), below=weights.shape[1])
    slope = softmax(inputs, weights)
    slope[np.arange(len(targets)), targets] -= 1
    return inputs[:, :, None] * slope[:, None, :]
