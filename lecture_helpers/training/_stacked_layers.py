"""Layers of many members at once: (members, batch, features) in, the same axes out."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lecture_helpers.training.multilayer_perceptron import GaussianNoise


class Stacked(nn.Module):
    """A layer of many members; their tensors (members, ...) are put in place of None."""

    weight: Tensor | None = None
    bias: Tensor | None = None

    def scaled(self, x: Tensor) -> Tensor:
        """``x * weight + bias``, as far as there are any."""
        if self.weight is None:
            return x
        if self.bias is None:
            return x * self.weight.unsqueeze(1)
        return torch.addcmul(self.bias.unsqueeze(1), x, self.weight.unsqueeze(1))


class StackedLinear(Stacked):
    """nn.Linear of every member: (members, batch, inputs) to (members, batch, outputs)."""

    weight: Tensor

    def __init__(self, _: nn.Linear):
        super().__init__()

    def forward(self, x: Tensor) -> Tensor:
        _check_axes(x)
        if self.bias is None:
            return torch.bmm(x, self.weight.transpose(1, 2))
        return torch.baddbmm(self.bias.unsqueeze(1), x, self.weight.transpose(1, 2))


class StackedLayerNorm(Stacked):
    """nn.LayerNorm of every member over the features."""

    def __init__(self, norm: nn.LayerNorm):
        super().__init__()
        self.shape, self.eps = norm.normalized_shape, norm.eps

    def forward(self, x: Tensor) -> Tensor:
        _check_axes(x)
        return self.scaled(F.layer_norm(x, list(self.shape), eps=self.eps))


class StackedBatchNorm(Stacked):
    """nn.BatchNorm1d of every member over its batch, running statistics included."""

    running_mean: Any = None
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, norm: nn.BatchNorm1d):
        super().__init__()
        self.eps, self.momentum = norm.eps, norm.momentum

    def forward(self, x: Tensor) -> Tensor:
        _check_axes(x)
        if not self.training and self.running_mean is not None:
            scale = (self.running_var + self.eps).rsqrt_().unsqueeze(1)
            return self.scaled((x - self.running_mean.unsqueeze(1)) * scale)
        normal, mean, var = _Normalised.apply(x, self.eps)
        if self.training and self.running_mean is not None:
            self._follow(mean.squeeze(1), var.squeeze(1), x.shape[1])
        return self.scaled(normal)

    @torch.no_grad()
    def _follow(self, mean: Tensor, var: Tensor, batch: int) -> None:
        self.num_batches_tracked += 1
        share = self.momentum
        if share is None:
            share = 1 / float(self.num_batches_tracked.flatten()[0])
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(var * (batch / (batch - 1)), share)


class _Normalised(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, eps: float):
        mean = x.mean(1, keepdim=True)
        normal = x - mean
        var = (normal * normal).mean(1, keepdim=True)
        scale = (var + eps).rsqrt_()
        normal *= scale
        ctx.save_for_backward(normal, scale)
        ctx.mark_non_differentiable(mean, var)
        return normal, mean, var

    @staticmethod
    def backward(ctx, g: Tensor, *_):
        normal, scale = ctx.saved_tensors
        along = (g * normal).mean(1, keepdim=True)
        grad = (g - g.mean(1, keepdim=True)).addcmul_(normal, along, value=-1)
        return grad.mul_(scale), None


class StackedNoise(nn.Module):
    """nn.Dropout or GaussianNoise with draws that every member makes for itself.

    ``noise`` is set before each training step; without it the input passes and its shape is noted.
    """

    def __init__(self, module: nn.Dropout | GaussianNoise):
        super().__init__()
        self.keep, self.sigma = 1 - getattr(module, "p", 0.0), getattr(module, "sigma", None)
        self.shape, self.noise = (), None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        if self.noise is None:
            self.shape = tuple(x.shape[-2:])
            return x
        return x * self.noise if self.sigma is None else x + self.noise

    def draw(self, generators: Sequence[torch.Generator], seats: Tensor) -> None:
        """Noise for the next forward pass; ``seats`` (members,) says whose is each generator's."""
        noise = torch.empty(len(generators), *self.shape)
        fill = Tensor.uniform_ if self.sigma is None else Tensor.normal_
        for own, generator in zip(noise, generators, strict=True):
            fill(own, generator=generator)
        if self.sigma is None:
            noise.lt_(self.keep).div_(self.keep or 1.0)
        else:
            noise *= self.sigma
        self.noise = noise.index_select(0, seats)


NOISES = {nn.Dropout: StackedNoise, GaussianNoise: StackedNoise}
SUBSTITUTES = NOISES | {
    nn.Linear: StackedLinear,
    nn.LayerNorm: StackedLayerNorm,
    nn.BatchNorm1d: StackedBatchNorm,
}


def _check_axes(x: Tensor) -> None:
    if x.ndim != 3:
        raise RuntimeError(f"expected (members, batch, features), got {tuple(x.shape)}")
