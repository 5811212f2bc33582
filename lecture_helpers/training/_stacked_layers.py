"""Layers of many members at once: (members, batch, features) in, the same axes out."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lecture_helpers.training.multilayer_perceptron import GaussianNoise


class StackedLinear(nn.Module):
    """nn.Linear of every member: (members, batch, inputs) to (members, batch, outputs)."""

    def __init__(self, linear: nn.Linear):
        super().__init__()
        self.weight, self.bias = None, None

    def forward(self, x: Tensor) -> Tensor:
        _check_axes(x)
        if self.bias is None:
            return torch.bmm(x, self.weight.transpose(1, 2))
        return torch.baddbmm(self.bias.unsqueeze(1), x, self.weight.transpose(1, 2))


class StackedLayerNorm(nn.Module):
    """nn.LayerNorm of every member over the features."""

    def __init__(self, norm: nn.LayerNorm):
        super().__init__()
        self.shape, self.eps = norm.normalized_shape, norm.eps
        self.weight, self.bias = None, None

    def forward(self, x: Tensor) -> Tensor:
        _check_axes(x)
        return _scaled(F.layer_norm(x, self.shape, eps=self.eps), self.weight, self.bias)


class StackedBatchNorm(nn.Module):
    """nn.BatchNorm1d of every member over its batch, running statistics included."""

    def __init__(self, norm: nn.BatchNorm1d):
        super().__init__()
        self.eps, self.momentum, self.updates = norm.eps, norm.momentum, 0
        self.weight, self.bias = None, None
        self.running_mean, self.running_var, self.num_batches_tracked = None, None, None

    def forward(self, x: Tensor) -> Tensor:
        _check_axes(x)
        if not self.training and self.running_mean is not None:
            scale = (self.running_var + self.eps).rsqrt_().unsqueeze(1)
            return _scaled((x - self.running_mean.unsqueeze(1)) * scale, self.weight, self.bias)
        normal, mean, var = _Normalised.apply(x, self.eps)
        if self.training and self.running_mean is not None:
            self._follow(mean.squeeze(1), var.squeeze(1), x.shape[1])
        return _scaled(normal, self.weight, self.bias)

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
        self.keep = 1 - module.p if isinstance(module, nn.Dropout) else None
        self.sigma = None if isinstance(module, nn.Dropout) else module.sigma
        self.shape, self.noise = None, None

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
        for own, generator in zip(noise, generators, strict=True):
            if self.sigma is None:
                own.uniform_(generator=generator)
            else:
                own.normal_(generator=generator)
        noise = (
            noise.lt_(self.keep).div_(self.keep or 1.0)
            if self.sigma is None
            else noise * self.sigma
        )
        self.noise = noise.index_select(0, seats)


SUBSTITUTES = {
    nn.Linear: StackedLinear,
    nn.LayerNorm: StackedLayerNorm,
    nn.BatchNorm1d: StackedBatchNorm,
}
NOISES = (nn.Dropout, GaussianNoise)


def _check_axes(x: Tensor) -> None:
    if x.ndim != 3:
        raise RuntimeError(f"expected (members, batch, features), got {tuple(x.shape)}")


def _scaled(x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    if weight is None:
        return x
    if bias is None:
        return x * weight.unsqueeze(1)
    return torch.addcmul(bias.unsqueeze(1), x, weight.unsqueeze(1))
