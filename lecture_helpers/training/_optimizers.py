"""Update rules in torch's conventions, in place on one flat tensor, with an lr for every entry."""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class Sgd:
    """``v <- momentum v + g; w <- w - lr v``; v starts at 0.

    ``gradient`` is v itself: what backward adds to it is already the new v.
    """

    weights: Tensor
    lr: Tensor
    momentum: Tensor | float
    weight_decay: Tensor | None
    gradient: Tensor = field(init=False)
    updates: int = field(init=False, default=0)

    def __post_init__(self):
        self.gradient = torch.zeros_like(self.weights)

    def before_backward(self) -> None:
        self.gradient.mul_(self.momentum)

    def step(self, factor: float) -> None:
        """The update, from what backward added to ``gradient``."""
        if self.weight_decay is not None:
            self.gradient.addcmul_(self.weights, self.weight_decay)
        self._move(factor)

    def _move(self, factor: float) -> None:
        self.weights.addcmul_(self.gradient, self.lr, value=-factor)


class Nesterov(Sgd):
    """``v <- momentum v + g; w <- w - lr (g + momentum v)``; v starts at 0."""

    def __post_init__(self):
        super().__post_init__()
        self.velocity = torch.zeros_like(self.weights)

    def before_backward(self) -> None:
        self.gradient.zero_()

    def _move(self, factor: float) -> None:
        self.velocity.mul_(self.momentum).add_(self.gradient)
        ahead = (self.velocity * self.momentum).add_(self.gradient)
        self.weights.addcmul_(ahead, self.lr, value=-factor)


class Adam(Sgd):
    """Adam (Kingma and Ba 2015) with betas 0.9 and 0.999 and eps 1e-8; ``momentum`` is not used."""

    def __post_init__(self):
        super().__post_init__()
        self.mean, self.square = torch.zeros_like(self.weights), torch.zeros_like(self.weights)

    def before_backward(self) -> None:
        self.gradient.zero_()

    def _move(self, factor: float) -> None:
        self.updates += 1
        self.mean.lerp_(self.gradient, 0.1)
        self.square.mul_(0.999).addcmul_(self.gradient, self.gradient, value=0.001)
        spread = self.square.sqrt().div_(math.sqrt(1 - 0.999**self.updates)).add_(1e-8)
        spread.reciprocal_().mul_(self.lr)
        self.weights.addcmul_(self.mean, spread, value=-factor / (1 - 0.9**self.updates))


OPTIMIZERS = {"sgd": Sgd, "nesterov": Nesterov, "adam": Adam}
