"""How large the signal and its gradient are in every layer of a network before any training.

Source: Glorot and Bengio 2010; He et al. 2015; Yang et al. 2019 for batch normalization.
"""

import numpy as np
import torch

from lecture_helpers.foundation import validation as check
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.networks.activations import ACTIVATIONS
from lecture_helpers.networks.mean_field import Propagation, mean_field, moments


@torch_on_one_thread()
def propagate(network, inputs: np.ndarray, *, seed: int = 0) -> Propagation:
    """The signal and the gradient of a batch (m, d) in every hidden layer of an ``mlp``.

    The gradient is that of a random linear function of the output. The network is used in training
    mode, so that batch normalization sees this batch.

    Raises:
        ValueError: inputs are no finite (m, d) array.
    """
    x = torch.tensor(check.finite_array(inputs=inputs, ndim=2), dtype=torch.float32)
    outputs = [x.requires_grad_()]
    for layer in network.train():
        outputs.append(layer(outputs[-1]))
    hidden, last = outputs[1:-1], outputs[-1]
    generator = torch.Generator().manual_seed(check.whole(seed=seed))
    gradients = torch.autograd.grad(last, hidden, torch.randn(last.shape, generator=generator))
    return Propagation(_rms(hidden), _rms(gradients))


def _rms(tensors) -> np.ndarray:
    return np.array([float(t.detach().square().mean().sqrt()) for t in tensors])


def normalized_factor(activation: str) -> float:
    """By how much a batch-normalized layer multiplies the mean squared gradient, going down.

    ``E[phi'(z)^2] / Var[phi(z)]`` with z standard normal; for wide layers and large batches, and
    whatever the initial weights are. For ReLU it is pi / (pi - 1) (Yang et al. 2019).

    >>> round(normalized_factor("relu"), 3)
    1.467
    """
    phi = ACTIVATIONS[check.one_of(ACTIVATIONS, activation=activation)]
    mean, square, slope = moments(phi, 1.0)
    return float(slope / (square - mean**2))


def predicted_gradient(activation: str, depth: int, *, norm: bool, gain: float = 1.0) -> np.ndarray:
    """The gradient's root mean square after each hidden layer, relative to the last: (depth,).

    That of ``mean_field`` without skips, batch-normalized with ``norm``.
    """
    return mean_field(activation, depth, norm="batch" if norm else "none", gain=gain).gradient
