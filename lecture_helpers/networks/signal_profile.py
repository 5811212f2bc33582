"""The signal profile of an untrained tower: how large signal and gradient are in every layer.

The tower is the one that ``training.mlp`` builds, here in plain numpy with its backward pass
written out. Source: slide "Design Models to Aid Optimization"; He et al. 2016 for the residual
skip, Srivastava et al. 2015 for the highway.
"""

import functools
from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.foundation.threads import one_thread
from lecture_helpers.networks.activations import ACTIVATIONS
from lecture_helpers.networks.mean_field import NORMS, SKIPS, Propagation

EPS = 1e-5
AXES = {"batch": 0, "layer": 1}
ASLEEP = 0.01
DEEP = 99


@dataclass(frozen=True)
class SignalProfile(Propagation):
    """What one forward and one backward pass show, arrays of shape (depth,).

    The gradient is that of a random linear function of the last hidden layer. dead: the share of
    units whose slope stays below 1 % of the steepest for every example. spread: the root mean
    square, over units, of the standard deviation between examples: what tells them apart. pull:
    the length of the gradient by the layer's weights (a highway's gate left out) over theirs.
    """

    dead: np.ndarray
    spread: np.ndarray
    pull: np.ndarray


@functools.lru_cache(maxsize=4)
def _draws(shape: tuple, seed: tuple) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def _stack(depth: int, width: int, seed: tuple) -> np.ndarray:
    """Draws for the layers after the first; those of a shallower tower are the first of them."""
    return _draws((max(depth - 1, DEEP), width, width), seed)[: depth - 1]


def tower_weights(inputs: int, depth: int, width: int, *, gain: float = 1.0, seed: int = 0) -> list:
    """The weights of every hidden layer, arrays (in, out): normal by He's rule times ``gain``."""
    inputs, width = check.few(inputs=inputs), check.few(width=width)
    depth, gain = check.few(depth=depth), check.positive(gain=gain)
    seed = check.whole(seed=seed)
    first = _draws((inputs, width), (seed, 0)) * (gain * np.sqrt(2 / inputs))
    return [first, *(w * (gain * np.sqrt(2 / width)) for w in _stack(depth, width, (seed, 1)))]


def gate_weights(depth: int, width: int, *, seed: int = 0) -> np.ndarray:
    """The highway gates' weights of the hidden layers after the first, (depth - 1, in, out)."""
    return _stack(depth, width, (seed, 2)) / np.sqrt(width)


@one_thread
def signal_profile(
    inputs: np.ndarray, *, depth: int, width: int = 128, activation: str = "relu",
    skip: str = "none", norm: str = "none", gain: float = 1.0, gate_bias: float = -2.0,
    seed: int = 0,
) -> SignalProfile:  # fmt: skip
    """The signal profile of a freshly drawn tower on inputs (m, d).

    Raises:
        ValueError: inputs are no finite (m, d) array, a name that is not known, depth or width
            below 1, gain <= 0.

    >>> signal_profile(np.ones((4, 8)), depth=3, width=16).signal.shape
    (3,)
    """
    h = check.finite_array(inputs=inputs, ndim=2).astype(float)
    phi = ACTIVATIONS[check.one_of(ACTIVATIONS, activation=activation)]
    check.one_of(SKIPS, skip=skip), check.one_of(NORMS, norm=norm)
    check.finite(gate_bias=gate_bias)
    depth, width = check.few(depth=depth), check.few(width=width)
    seed = check.whole(seed=seed)
    weights = tower_weights(h.shape[1], depth, width, gain=check.positive(gain=gain), seed=seed)
    gates = gate_weights(depth, width, seed=seed) if skip == "highway" else None
    layers = []
    for k, w in enumerate(weights):
        gate = gates[k - 1] if gates is not None and k else None
        layers.append(_Layer(h, w, phi, "none" if k == 0 else skip, norm, gate, gate_bias))
        h = layers[-1].output
    return _read(layers, np.random.default_rng((seed, 3)).standard_normal(h.shape))


def _read(layers: list, gradient: np.ndarray) -> SignalProfile:
    gradients = []
    for layer in reversed(layers):
        gradients.append(_rms(gradient))
        gradient = layer.backward(gradient)
    signal = np.array([_rms(layer.output) for layer in layers])
    dead, pull = (np.array([getattr(layer, name) for layer in layers]) for name in ("dead", "pull"))
    spread = np.array([_rms(layer.output.std(axis=0)) for layer in layers])
    return SignalProfile(signal, np.array(gradients[::-1]), dead, spread, pull)


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


class _Layer:
    """One hidden layer: its forward pass is made at once and kept for the backward pass."""

    def __init__(self, h, weights, phi, skip, norm, gate, gate_bias):
        self.h, self.weights, self.skip, self.gate = h, weights, skip, gate
        self.axis = AXES.get(norm)
        z = h @ weights
        if self.axis is not None:
            z = z - z.mean(axis=self.axis, keepdims=True)
            self.sigma = np.sqrt((z**2).mean(axis=self.axis, keepdims=True) + EPS)
            z = z / self.sigma
        self.z, self.body, self.slope = z, phi.value(z), phi.slope(z)
        self.pull = np.nan  # known after the backward pass
        self.dead = float((np.abs(self.slope).max(axis=0) < ASLEEP * phi.steepest).mean())
        self.output = self._joined(gate_bias)

    def _joined(self, gate_bias: float) -> np.ndarray:
        if self.skip == "none":
            return self.body
        if self.skip == "residual":
            return self.h + self.body
        self.t = 0.5 * (1 + np.tanh((self.h @ self.gate + gate_bias) / 2))
        return self.h + self.t * (self.body - self.h)

    def backward(self, d: np.ndarray) -> np.ndarray:
        """The gradient with respect to the layer's input, from that with respect to its output."""
        if self.skip == "none":
            return self._through_body(d)
        if self.skip == "residual":
            return d + self._through_body(d)
        through_gate = (d * (self.body - self.h) * self.t * (1 - self.t)) @ self.gate.T
        return d * (1 - self.t) + self._through_body(d * self.t) + through_gate

    def _through_body(self, d: np.ndarray) -> np.ndarray:
        d = d * self.slope
        if self.axis is not None:
            through_mean = d.mean(axis=self.axis, keepdims=True)
            through_variance = self.z * (d * self.z).mean(axis=self.axis, keepdims=True)
            d = (d - through_mean - through_variance) / self.sigma
        self.pull = float(np.linalg.norm(self.h.T @ d) / np.linalg.norm(self.weights))
        return d @ self.weights.T
