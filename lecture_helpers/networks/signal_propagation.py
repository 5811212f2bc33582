"""How large the signal and its gradient are in every layer of a network before any training.

Source: Glorot and Bengio 2010; He et al. 2015; Yang et al. 2019 for batch normalization.
"""

from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.foundation.validation import finite_array, one_of, positive, whole
from lecture_helpers.networks.activations import ACTIVATIONS

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(200)  # an even number: no node on a kink at 0
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True)
class Propagation:
    """Root mean squares after each hidden layer, shape (depth,).

    signal: of the layer's output. gradient: of the derivative of a random linear function of the
    network's output with respect to it.
    """

    signal: np.ndarray
    gradient: np.ndarray


@torch_on_one_thread()
def propagate(network, inputs: np.ndarray, *, seed: int = 0) -> Propagation:
    """The signal and the gradient of a batch (m, d) in every hidden layer of an ``mlp``.

    The network is used in training mode, so that batch normalization sees this batch.

    Raises:
        ValueError: inputs are no finite (m, d) array.
    """
    import torch

    x = torch.tensor(finite_array(inputs=inputs, ndim=2), dtype=torch.float32)
    outputs = [x.requires_grad_()]
    for layer in network.train():
        outputs.append(layer(outputs[-1]))
    hidden, last = outputs[1:-1], outputs[-1]
    generator = torch.Generator().manual_seed(whole(seed=seed))
    gradients = torch.autograd.grad(last, hidden, torch.randn(last.shape, generator=generator))
    return Propagation(_rms(hidden), _rms(gradients))


def _rms(tensors) -> np.ndarray:
    return np.array([float(t.detach().square().mean().sqrt()) for t in tensors])


def expectation(function, variance: float = 1.0) -> float:
    """E[function(z)] for z normal with mean 0 and this variance, by Gauss-Hermite quadrature."""
    return float(WEIGHTS @ function(np.sqrt(variance) * NODES))


def normalized_factor(activation: str) -> float:
    """By how much a batch-normalized layer multiplies the mean squared gradient, going down.

    ``E[phi'(z)^2] / Var[phi(z)]`` with z standard normal; for wide layers and large batches, and
    whatever the initial weights are. For ReLU it is pi / (pi - 1) (Yang et al. 2019).

    >>> round(normalized_factor("relu"), 3)
    1.467
    """
    phi = ACTIVATIONS[one_of(ACTIVATIONS, activation=activation)]
    if activation == "relu":  # the kink spoils the quadrature; the integrals are known
        return np.pi / (np.pi - 1)
    mean = expectation(phi.value)
    variance = expectation(lambda z: (phi.value(z) - mean) ** 2)
    return expectation(lambda z: phi.slope(z) ** 2) / variance


def plain_factors(activation: str, depth: int, *, gain: float = 1.0) -> np.ndarray:
    """The same factor of each hidden layer without normalization, shape (depth,).

    Weights are normal with variance ``sigma^2 / fan-in``, ``sigma^2 = 2 gain^2``; inputs have mean
    square 1. The pre-activations of layer k have the variance q_k with ``q_1 = sigma^2`` and
    ``q_(k+1) = sigma^2 E[phi(z)^2]``, z normal with variance q_k; its factor is
    ``sigma^2 E[phi'(z)^2]``.

    Raises:
        ValueError: an unknown activation, depth below 1 or gain <= 0.

    >>> plain_factors("relu", 3).round(6)
    array([1., 1., 1.])
    """
    phi = ACTIVATIONS[one_of(ACTIVATIONS, activation=activation)]
    q = spread = 2 * positive(gain=gain) ** 2
    factors = []
    for _ in range(whole(depth=depth, least=1)):
        factors.append(spread * expectation(lambda z: phi.slope(z) ** 2, q))
        q = spread * expectation(lambda z: phi.value(z) ** 2, q)
    return np.array(factors)


def predicted_gradient(activation: str, depth: int, *, norm: bool, gain: float = 1.0) -> np.ndarray:
    """The gradient's root mean square after each hidden layer, relative to the last: (depth,).

    The gradient after layer k has passed down through layers depth, ..., k + 1.
    """
    if norm:
        factors = np.full(depth, normalized_factor(activation))
    else:
        factors = plain_factors(activation, depth, gain=gain)
    passed = np.concatenate([np.cumprod(factors[:0:-1])[::-1], [1.0]])
    return np.sqrt(passed)
