"""Activation functions with their slopes, in numpy.

Source: Goodfellow et al. sections 6.3 and 8.7; slide "Design Models to Aid Optimization".
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Activation:
    """An activation: ``value`` and ``slope`` map arrays to arrays of the same shape."""

    name: str
    value: Callable
    slope: Callable
    steepest: float


def _sigmoid(x):
    return 0.5 * (1 + np.tanh(np.asarray(x) / 2))


def _below(x):
    from scipy.special import ndtr

    return ndtr(x)


def _gelu_slope(x):
    x = np.asarray(x)
    return _below(x) + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


ACTIVATIONS = {
    "tanh": Activation("tanh", np.tanh, lambda x: 1 - np.tanh(x) ** 2, 1.0),
    "sigmoid": Activation("sigmoid", _sigmoid, lambda x: _sigmoid(x) * (1 - _sigmoid(x)), 0.25),
    "relu": Activation(
        "relu", lambda x: np.maximum(x, 0), lambda x: (np.asarray(x) > 0) * 1.0, 1.0
    ),
    "gelu": Activation("gelu", lambda x: x * _below(x), _gelu_slope, 1.1289),
}
