"""The loss on a plane through a trained network, its directions scaled unit by unit.

Source: Li et al. 2018, *Visualizing the loss landscape of neural nets*. Their filter is here the
row of weights that leads into one unit.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from lecture_helpers.foundation import validation as check
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.networks._examples import classes_for, inputs_for
from lecture_helpers.training.multilayer_perceptron import Highway, Residual

TOGETHER = 32


def random_directions(network: nn.Module, *, seed: int, count: int = 2) -> list[dict[str, Tensor]]:
    """Random directions in weight space, each a tensor by the name of its parameter.

    Every row of a weight matrix is scaled to the length of the network's own row; biases and the
    parameters of norms are not moved. So networks of any scale can be compared.
    """
    check.instance(nn.Module, network=network)
    generator = torch.Generator().manual_seed(check.torch_seed(seed=seed))
    return [_direction(network, generator) for _ in range(check.few(count=count))]


def _direction(network: nn.Module, generator: torch.Generator) -> dict[str, Tensor]:
    direction = {}
    for name, weights in network.named_parameters():
        if weights.ndim == 2:
            drawn = torch.randn(weights.shape, generator=generator, dtype=weights.dtype)
            lengths = weights.detach().norm(dim=1, keepdim=True)
            direction[name] = drawn * lengths / drawn.norm(dim=1, keepdim=True).clamp_min(1e-12)
    return direction


@torch_on_one_thread()
@torch.no_grad()
def loss_slice(network, inputs, targets, directions, first, second) -> np.ndarray:
    """The cross-entropy at ``weights + a * directions[0] + b * directions[1]``.

    Row i, column j of the result belongs to b = second[i] and a = first[j]. ``network`` is an
    ``mlp``, used in evaluation mode. Many of the networks are evaluated at once. Losses that
    overflow are infinite.

    Raises:
        ValueError: not two directions, or inputs are no finite (m, d).
    """
    x = inputs_for(check.instance(nn.Sequential, network=network), inputs)
    y = classes_for(network, targets, len(x))
    _check_directions(directions, network)
    a, b = check.finite_array(first=first, ndim=1), check.finite_array(second=second, ndim=1)
    plane = _Plane(network.eval(), x.T.contiguous(), directions)
    places = torch.tensor(np.stack(np.meshgrid(a, b), axis=-1).reshape(-1, 2), dtype=torch.float32)
    losses = [plane.losses(part, y) for part in places.split(TOGETHER)]
    return torch.cat(losses).reshape(len(b), len(a)).double().numpy()


def _check_directions(directions, network: nn.Module) -> None:
    wanted = {n: w.shape for n, w in network.named_parameters() if w.ndim == 2}
    both = check.listed(directions=directions)
    if len(both) != 2:
        raise ValueError(f"directions must be two, not {len(both)}.")
    for one in both:
        if {n: w.shape for n, w in check.mapping(directions=one).items()} != wanted:
            raise ValueError("directions must hold a tensor for each of the network's weights.")


class _Plane:
    """A network's layers on a plane: every call evaluates one network per place."""

    def __init__(self, network: nn.Sequential, x: Tensor, directions):
        self.network, self.x, self.directions = network, x, directions
        self.names = {module: name for name, module in network.named_modules()}
        linear = next(m for m in network.modules() if isinstance(m, nn.Linear))
        parts = (linear.weight, *(d[f"{self.names[linear]}.weight"] for d in directions))
        self.first, self.spread = linear, [(w @ x).flatten() for w in parts]

    def losses(self, places: Tensor, targets: Tensor) -> Tensor:
        """The mean cross-entropy of the network at each place (n, 2), shape (n,)."""
        self.places, h = places, self.x
        for layer in self.network:
            h = self._layer(layer, h)
        logits = h.transpose(1, 2)  # units come before examples
        picked = logits.gather(2, targets.expand(len(h), -1)[..., None])[..., 0]
        loss = (logits.logsumexp(dim=2) - picked).mean(dim=1)
        return torch.nan_to_num(loss, nan=torch.inf, posinf=torch.inf)

    def _layer(self, layer: nn.Module, h: Tensor) -> Tensor:
        if isinstance(layer, Residual):
            return self._body(layer.body, h).add_(h)
        if isinstance(layer, Highway):
            gate = self._linear(layer.gate, h).sigmoid_()
            return torch.lerp(h, self._body(layer.body, h), gate)
        return self._body(layer, h)

    def _body(self, body: nn.Module, h: Tensor) -> Tensor:
        for module in body if isinstance(body, nn.Sequential) else [body]:
            h = self._module(module, h)
        return h

    def _module(self, module: nn.Module, h: Tensor) -> Tensor:
        if isinstance(module, nn.Linear):
            return self._linear(module, h)
        if isinstance(module, nn.ReLU):
            return h.relu_()
        if isinstance(module, nn.BatchNorm1d | nn.LayerNorm):  # units are the last axis there
            flat = h.transpose(1, 2)
            shape = flat.shape
            return module(flat.reshape(-1, shape[-1])).reshape(shape).transpose(1, 2).contiguous()
        return module(h)

    def _linear(self, linear: nn.Linear, h: Tensor) -> Tensor:
        units = linear.out_features
        if linear is self.first:  # its input is the same for all: two products serve the plane
            base, one, two = self.spread
            a, b = self.places[:, :1], self.places[:, 1:]
            z = torch.addcmul(torch.addcmul(base, a, one), b, two).view(-1, units, self.x.shape[1])
            return z if linear.bias is None else z.add_(linear.bias[:, None])
        weights = self._weights(linear)
        if linear.bias is None:
            return torch.bmm(weights, h)
        return torch.baddbmm(linear.bias[:, None].expand(len(weights), -1, h.shape[2]), weights, h)

    def _weights(self, linear: nn.Linear) -> Tensor:
        one, two = (d[f"{self.names[linear]}.weight"].flatten() for d in self.directions)
        a, b = self.places[:, :1], self.places[:, 1:]
        moved = torch.addcmul(torch.addcmul(linear.weight.flatten(), a, one), b, two)
        return moved.view(-1, *linear.weight.shape)


@dataclass(frozen=True)
class Slices:
    """Slices of many networks on one scale.

    axes: name to values; losses: (*axes, k, k) over ``offsets`` (k,) in both directions; centres:
    (*axes), the loss of each network itself.
    """

    axes: dict
    offsets: np.ndarray
    losses: np.ndarray
    provenance: Mapping

    @property
    def centres(self) -> np.ndarray:
        middle = len(self.offsets) // 2
        return self.losses[..., middle, middle]

    def at(self, **where) -> np.ndarray:
        """The slice (k, k) of one network.

        Raises:
            ValueError: a value that is not on its axis, or an axis left open.
        """
        if set(where) != set(self.axes):
            raise ValueError(f"say where on each of: {', '.join(self.axes)}.")
        for name, value in where.items():
            if value not in self.axes[name]:
                known = ", ".join(map(str, self.axes[name]))
                raise ValueError(f"{name} must be one of {known}, not {check.shown(value)}.")
        return self.losses[tuple(self.axes[name].index(where[name]) for name in self.axes)]

    def save(self, path: str | Path) -> None:
        """The slices in one compressed npz file."""
        words = json.dumps({"axes": self.axes, "provenance": dict(self.provenance)})
        losses = self.losses.astype(np.float32)
        np.savez_compressed(path, words=words, offsets=self.offsets, losses=losses)

    @classmethod
    def load(cls, path: str | Path) -> "Slices":
        """The slices that ``save`` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            words = json.loads(str(stored["words"]))
            return cls(words["axes"], stored["offsets"], stored["losses"], words["provenance"])
