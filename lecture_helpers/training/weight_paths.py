"""What a network achieves with weights that it did not train to: averages of its stored path."""

from collections.abc import Callable
from itertools import product

import numpy as np
import torch
from torch import Tensor, nn

from lecture_helpers.datasets import Dataset, Split
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.foundation.validation import (
    few,
    finite_array,
    function,
    instance,
    many,
    switch,
    whole_array,
)
from lecture_helpers.training._stack import Stack
from lecture_helpers.training._stacked_layers import StackedBatchNorm
from lecture_helpers.training.runs import Runs

AT_ONCE = 250  # inputs that pass through all copies together: more take more memory, not less time


class SideBySide:
    """Copies of a network that differ in their weights alone and are evaluated together.

    ``weights`` has shape (copies, parameters), the network's parameters one after the other in the
    order of ``named_parameters``, as in ``Runs.weights``. ``buffers`` are the batch norms' running
    statistics, (copies, buffers).
    """

    def __init__(self, network: nn.Module, copies: int):
        self.stack = Stack([network] * few(copies=copies))
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
        held = self.stack.statistics
        if buffers is not None and _size(held):
            _fill(held, finite_array(buffers=buffers, shape=(self.stack.members, _size(held))))

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
        parts = np.array_split(np.asarray(inputs), -(-len(inputs) // AT_ONCE))
        answers = torch.cat([self.stack(self._shared(p)).argmax(dim=-1) for p in parts], dim=-1)
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


class StoredPath:
    """The weights that a network had along its training, and what averages of them achieve.

    weights: (kept, parameters), buffers: (kept, buffers), as in ``Runs``. ``test`` are (inputs,
    targets); ``training`` are the inputs from which statistics are recomputed. ``shown`` are the
    numbers of the kept weights after which accuracies are wanted.
    """

    def __init__(self, network: nn.Module, weights, buffers, *, test, training, shown):
        self.weights = finite_array(weights=weights, ndim=2).astype(np.float32)
        self.buffers, self.test, self.training = np.array(buffers), test, training
        self.shown = np.asarray(shown)
        self._together = SideBySide(network, len(self.shown))
        self._known = {}

    def accuracy(self, average: Callable[[np.ndarray], np.ndarray], fresh: bool = True):
        """The test accuracy of the average of the path so far, (shown,).

        With ``fresh`` statistics batch norms fit the averaged weights; otherwise they keep those
        of the iterate of the same step. Known answers are kept.
        """
        # averaging is linear: the average of the identity's rows says how much of each is in it
        each = np.eye(len(self.weights))
        held = finite_array(average=function(average=average)(each), shape=each.shape)
        shares = held[self.shown].astype(np.float32)
        key = shares.tobytes(), switch(fresh=fresh)
        if key not in self._known:
            with torch_on_one_thread():
                self._known[key] = self._accuracy(shares, fresh)
        return self._known[key]

    def _accuracy(self, shares: np.ndarray, fresh: bool) -> np.ndarray:
        averages = torch.from_numpy(shares) @ torch.from_numpy(self.weights)  # one thread
        self._together.load(averages.numpy(), self.buffers[self.shown])
        if fresh:
            self._together.recompute_statistics(self.training)
        return self._together.accuracy(*self.test)


def stored_paths(
    runs: Runs, dataset: Dataset, parts: Split, *, shown, training: int = 500
) -> dict[tuple, StoredPath]:
    """The stored path of every setting's first seed, by the values of the runs' axes in order.

    ``parts`` is the division of the data that this seed has drawn; statistics are recomputed from
    the first ``training`` examples to train on. The weights at step 0 are left out.

    Raises:
        ValueError: runs without kept weights.
    """
    instance(Runs, runs=runs), instance(Dataset, dataset=dataset), instance(Split, parts=parts)
    if runs.weights is None:
        raise ValueError("runs must have kept weights: checkpoints=True.")
    training = many(least=2, training=training)
    shown = whole_array(shown=shown, below=int((np.asarray(runs.weight_steps) > 0).sum()))
    test = dataset.inputs[parts.test], dataset.targets[parts.test]
    inputs = dataset.inputs[parts.train[:training]]
    paths = {}
    for place in product(*runs.axes.values()):
        run = runs.at(**dict(zip(runs.axes, place, strict=True)))
        network, kept = run.module(seed=run.seeds[0]), np.asarray(run.weight_steps) > 0
        held = np.asarray(run.weights)[0, kept], np.asarray(run.buffers)[0, kept]
        paths[place] = StoredPath(network, *held, test=test, training=inputs, shown=shown)
    return paths
