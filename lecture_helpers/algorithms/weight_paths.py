"""What a network achieves with weights that it did not train to: averages of its stored path."""

import numpy as np
import torch
from torch import Tensor, nn

from lecture_helpers.algorithms.stacking import Stack, StackedBatchNorm
from lecture_helpers.validation import finite_array, whole


class SideBySide:
    """Copies of a network that differ in their weights alone and are evaluated together.

    ``weights`` has shape (copies, parameters), the network's parameters one after the other in the
    order of ``named_parameters``, as in ``Runs.weights``. ``buffers`` are the batch norms' running
    statistics, (copies, buffers).
    """

    def __init__(self, network: nn.Module, copies: int):
        self.stack = Stack([network] * whole(least=1, copies=copies))
        self.norms = [m for m in self.stack.module.modules() if isinstance(m, StackedBatchNorm)]
        for norm in self.norms:
            norm.momentum = 1.0  # the statistics of the inputs seen last

    def load(self, weights: np.ndarray, buffers: np.ndarray | None = None) -> None:
        """Give every copy its weights, and its statistics where they are given.

        Raises:
            ValueError: another number of copies, parameters or buffers than the network has.
        """
        leaves = {name: self.stack.leaves[name] for name in self.stack.trained}
        _fill(leaves, finite_array(weights=weights, shape=(self.stack.members, _size(leaves))))
        if buffers is not None:
            held = {n: b for n, b in self.stack.buffers.items() if b.is_floating_point()}
            shape = (self.stack.members, _size(held))
            _fill(held, finite_array(buffers=buffers, shape=shape))

    @torch.no_grad()
    def recompute_statistics(self, inputs: np.ndarray) -> None:
        """Every batch norm's statistics, from these training inputs (n, features)."""
        if self.norms:
            self.stack.train()
            self.stack(self._shared(inputs))

    @torch.no_grad()
    def accuracy(self, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The share of right answers of every copy, (copies,)."""
        self.stack.train(False)
        answers = self.stack(self._shared(inputs)).argmax(dim=-1)
        return (answers == torch.as_tensor(targets)).double().mean(dim=-1).numpy()

    def _shared(self, inputs: np.ndarray) -> Tensor:
        return torch.tensor(np.asarray(inputs)).expand(self.stack.members, -1, -1)


def _size(tensors: dict[str, Tensor]) -> int:
    return sum(tensor[0].numel() for tensor in tensors.values())


@torch.no_grad()
def _fill(tensors: dict[str, Tensor], rows: np.ndarray) -> None:
    blocks = torch.as_tensor(rows).split([t[0].numel() for t in tensors.values()], dim=1)
    for tensor, block in zip(tensors.values(), blocks, strict=True):
        tensor.copy_(block.view_as(tensor))
