"""How large the signal and its gradient are in every layer of a network before any training.

Source: Glorot and Bengio 2010; He et al. 2015. ``mean_field`` has the law of wide networks.
"""

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.networks.mean_field import Propagation


@torch_on_one_thread()
def propagate(network, inputs: np.ndarray, targets=None, *, seed: int = 0) -> Propagation:
    """The signal and the gradient of a batch (m, d) in every hidden layer of an ``mlp``.

    The gradient is that of a random linear function of the output or, where the classes
    ``targets`` (m,) are given, of the cross-entropy. The network is used in training mode, so that
    batch normalization sees this batch.

    Raises:
        ValueError: inputs are no finite (m, d) array.
    """
    import torch

    from lecture_helpers.networks._examples import classes_for, inputs_for

    x = inputs_for(check.instance(torch.nn.Sequential, network=network), inputs)
    seed = check.torch_seed(seed=seed)
    outputs = [x.requires_grad_()]
    for layer in network.train():
        outputs.append(layer(outputs[-1]))
    hidden, last = outputs[1:-1], outputs[-1]
    if targets is None:
        generator = torch.Generator().manual_seed(seed)
        gradients = torch.autograd.grad(last, hidden, torch.randn(last.shape, generator=generator))
    else:
        wanted = classes_for(network, targets, len(x))
        loss = torch.nn.functional.cross_entropy(last, wanted)
        gradients = torch.autograd.grad(loss, hidden)
    return Propagation(_rms(hidden), _rms(gradients))


def _rms(tensors) -> np.ndarray:
    return np.array([float(t.detach().double().square().mean().sqrt()) for t in tensors])
