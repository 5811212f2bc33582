"""Examples as tensors that a network can take, or a sentence that says why it cannot."""

import torch
from torch import Tensor, nn

from lecture_helpers.foundation import validation as check


def inputs_for(network: nn.Module, inputs, of: str = "") -> Tensor:
    """Inputs (m, d) as a tensor, d and the type of its numbers as the first linear layer has them.

    ``of`` goes into the sentence, behind the argument's name.

    Raises:
        ValueError: no network with a linear layer, or inputs of another shape or with NaN.
    """
    first = _linears(network)[0]
    array = check.finite_array(**{f"inputs{of}": inputs}, shape=(None, first.in_features))
    return torch.tensor(array, dtype=first.weight.dtype)


def classes_for(network: nn.Module, targets, size: int, of: str = "") -> Tensor:
    """Classes (m,) as an int64 tensor, each one an output of the last linear layer.

    Raises:
        ValueError: another number than ``size``, or no classes that the network knows.
    """
    known = _linears(network)[-1].out_features
    return torch.tensor(check.whole_array(**{f"targets{of}": targets}, size=size, below=known))


def _linears(network: nn.Module) -> list[nn.Linear]:
    layers = check.instance(nn.Module, network=network).modules()
    linears = [layer for layer in layers if isinstance(layer, nn.Linear)]
    if not linears:
        raise ValueError("network must have a linear layer.")
    return linears
