"""Losses of single examples."""

from collections.abc import Callable

import torch
from torch import Tensor

from lecture_helpers.datasets import Dataset
from lecture_helpers.foundation.validation import one_of


class _CrossEntropy(torch.autograd.Function):
    # classes first: torch's own softmax over a short last axis is several times slower
    @staticmethod
    def forward(ctx, logits: Tensor, labels: Tensor) -> Tensor:
        log_p = torch.log_softmax(logits.t().contiguous(), 0)
        ctx.save_for_backward(log_p, labels)
        return log_p.gather(0, labels.unsqueeze(0)).squeeze(0).neg_()

    @staticmethod
    def backward(ctx, g: Tensor):
        log_p, labels = ctx.saved_tensors
        grad = log_p.exp()
        grad.scatter_add_(0, labels.unsqueeze(0), -torch.ones_like(labels, dtype=grad.dtype)[None])
        return grad.mul_(g).t(), None


def cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """Minus the log-probability of each example's class: (examples, classes) to (examples,)."""
    return _CrossEntropy.apply(outputs, targets)


def squared(outputs: Tensor, targets: Tensor) -> Tensor:
    """Each example's squared error, summed over the outputs."""
    return (outputs - targets.reshape(outputs.shape)).square().sum(1)


LOSSES = {"cross_entropy": cross_entropy, "squared": squared}


def loss_of(loss: str | Callable | None, dataset: Dataset) -> Callable:
    """The loss of that name, or the usual one for classes and for numbers.

    Raises:
        ValueError: an unknown name.
    """
    if loss is None:
        loss = "cross_entropy" if dataset.classes else "squared"
    if callable(loss):
        return loss
    return LOSSES[one_of(LOSSES, loss=loss)]
