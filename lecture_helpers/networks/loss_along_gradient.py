"""The loss along the gradient: what one step promises and what it does.

Source: Goodfellow et al. section 8.7.1 for the promise; Santurkar et al. 2018 for the landscape.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch

from lecture_helpers.foundation import validation as check
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.networks._examples import classes_for, inputs_for


@dataclass(frozen=True)
class GradientLine:
    """One step from a point of training, for many step lengths.

    loss: at the point. promised: (k,) shares of that loss that the first order promises to remove.
    losses: (k,) after the step of that length; infinite or NaN where it overflows.
    """

    loss: float
    promised: np.ndarray
    losses: np.ndarray

    @property
    def kept(self) -> np.ndarray:
        """(k,), the actual decrease as a share of the promised one."""
        return (self.loss - self.losses) / (self.promised * self.loss)


@torch_on_one_thread()
def along_gradient(network, inputs, targets, promised) -> GradientLine:
    """The cross-entropy of a batch after the steps ``theta - t g`` that promise these shares.

    ``t = promised * loss / g'g``, so networks of any scale can be compared. inputs: (m, d),
    targets: (m,) classes, promised: (k,). The network is used in training mode: batch
    normalization takes the statistics of this batch, before and after the step. Its parameters and
    running statistics come back as they were.

    Raises:
        ValueError: promised holds numbers that are not above 0, or inputs are no finite (m, d).
    """
    promised, batch = _checked(network, inputs, targets, promised)
    before, parameters = copy.deepcopy(network.state_dict()), list(network.train().parameters())
    loss, gradients, unit = _slope(network, parameters, batch)
    losses = _losses(network, batch, parameters, gradients, promised * unit)
    network.load_state_dict(before)
    return GradientLine(loss, promised, losses)


@torch_on_one_thread()
def one_layer_at_a_time(network, inputs, targets, promised) -> np.ndarray:
    """(k,), what remains of the promise when each layer takes its part of the step alone.

    The decreases of all layers are added, and divided by what the whole step promises: what is
    missing from 1 is not owed to layers that move together. Arguments and errors as in
    ``along_gradient``; the layers are the network's own children.
    """
    promised, batch = _checked(network, inputs, targets, promised)
    before, parameters = copy.deepcopy(network.state_dict()), list(network.train().parameters())
    loss, gradients, unit = _slope(network, parameters, batch)
    layers: dict[str, list[int]] = {}
    for place, (name, _) in enumerate(network.named_parameters()):
        layers.setdefault(name.split(".")[0], []).append(place)
    decrease = np.zeros(len(promised))
    for places in layers.values():
        own, steps = [parameters[k] for k in places], [gradients[k] for k in places]
        decrease += loss - _losses(network, batch, own, steps, promised * unit)
        network.load_state_dict(before)
    return decrease / (promised * loss)


def _checked(network, inputs, targets, promised) -> tuple:
    x = inputs_for(network, inputs)
    batch = x, classes_for(network, targets, len(x))
    return check.positive_array(promised=promised, ndim=1), batch


def _slope(network, parameters: list, batch) -> tuple:
    """The loss of the batch, its gradients, and the step length that promises all of the loss."""
    loss = torch.nn.functional.cross_entropy(network(batch[0]), batch[1])
    gradients = torch.autograd.grad(loss, parameters)
    unit = float(loss.detach()) / float(sum(g.square().sum() for g in gradients))
    return float(loss.detach()), gradients, unit


def _losses(network, batch, parameters: list, gradients: list, lengths: np.ndarray) -> np.ndarray:
    """The losses after steps of these lengths; the parameters stay at the last one."""
    losses, at = [], 0.0
    with torch.no_grad():
        for t in lengths:
            torch._foreach_add_(parameters, gradients, alpha=at - t)  # pyright: ignore
            at = t
            losses.append(float(torch.nn.functional.cross_entropy(network(batch[0]), batch[1])))
    return np.array(losses)
