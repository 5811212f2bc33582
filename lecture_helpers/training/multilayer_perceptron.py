"""Small fully connected networks, made of ordinary modules."""

import math
from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn

from lecture_helpers.foundation.validation import (
    few,
    finite,
    fraction,
    function,
    many,
    non_negative,
    one_of,
    positive,
    switch,
    torch_seed,
)

ACTIVATIONS = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "identity": nn.Identity,
}
NORMS = ("batch", "layer", "scale", "centre")
INITS = {
    "he": lambda inputs, outputs: math.sqrt(2 / inputs),
    "lecun": lambda inputs, outputs: math.sqrt(1 / inputs),
    "glorot": lambda inputs, outputs: math.sqrt(2 / (inputs + outputs)),
}


class GaussianNoise(nn.Module):
    """``x + sigma * noise`` in training mode, x at test time."""

    def __init__(self, sigma: float):
        super().__init__()
        self.sigma = sigma

    def forward(self, x: Tensor) -> Tensor:
        return x + self.sigma * torch.randn_like(x) if self.training else x

    def extra_repr(self) -> str:
        return f"sigma={self.sigma}"


class PartialBatchNorm(nn.BatchNorm1d):
    """Batch norm in groups of the batch, or one of its two halves.

    centred: the mean is subtracted. scaled: divided by the deviation (that about the mean, also
    where the mean stays). In training, statistics are those of ``group`` examples that follow one
    another in the batch (0: of all); the running ones average over the groups (Hoffer et al. 2017).
    Takes (..., batch, features) with statistics and parameters (..., features), so that members
    that train side by side need no other layer.
    """

    weight: Any
    bias: Any
    running_mean: Any
    running_var: Any
    num_batches_tracked: Any
    momentum: Any

    def __init__(self, width: int, affine=True, *, centred=True, scaled=True, group: int = 0):
        super().__init__(width, affine=affine)
        self.centred, self.scaled, self.group = centred, scaled, group

    def forward(self, input: Tensor) -> Tensor:
        normal = self._of_groups(input) if self.training else self._of_running(input)
        if self.weight is None:
            return normal
        return normal * self.weight.unsqueeze(-2) + self.bias.unsqueeze(-2)

    def _of_groups(self, x: Tensor) -> Tensor:
        size = self.group or x.shape[-2]
        if x.shape[-2] % size or size < 2:
            raise RuntimeError(f"{x.shape[-2]} examples are no whole groups of {size}, 2 or more")
        groups = x.unflatten(-2, (-1, size))
        mean = groups.mean(-2, keepdim=True)
        var = (groups - mean).square().mean(-2, keepdim=True)
        self._follow(mean.detach().squeeze(-2), var.detach().squeeze(-2) * size / (size - 1))
        return self._without(groups, mean, var).flatten(-3, -2)

    def _of_running(self, x: Tensor) -> Tensor:
        return self._without(x, self.running_mean.unsqueeze(-2), self.running_var.unsqueeze(-2))

    def _without(self, x: Tensor, mean: Tensor, var: Tensor) -> Tensor:
        x = x - mean if self.centred else x
        return x * (var + self.eps).rsqrt() if self.scaled else x

    def _follow(self, mean: Tensor, var: Tensor) -> None:
        self.num_batches_tracked.add_(1)
        for running, now in ((self.running_mean, mean), (self.running_var, var)):
            running.mul_(1 - self.momentum).add_(now.mean(-2), alpha=self.momentum)

    def extra_repr(self) -> str:
        own = f"centred={self.centred}, scaled={self.scaled}, group={self.group}"
        return f"{super().extra_repr()}, {own}"


class Residual(nn.Module):
    """``x + body(x)``."""

    def __init__(self, body: nn.Module):
        super().__init__()
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class Highway(nn.Module):
    """``t * body(x) + (1 - t) * x``, t = sigmoid(linear(x)) (Srivastava et al. 2015)."""

    def __init__(self, body: nn.Module, width: int, gate_bias: float):
        super().__init__()
        self.body = body
        self.gate = nn.Linear(width, width)
        nn.init.constant_(self.gate.bias, gate_bias)

    def forward(self, x: Tensor) -> Tensor:
        t = torch.sigmoid(self.gate(x))
        return x + t * (self.body(x) - x)


def mlp(
    inputs: int, outputs: int, *, depth: int = 2, width: int = 32, activation: str = "relu",
    norm: str = "none", norm_place: str = "before", affine: bool = True, group: int = 0,
    dropout: float = 0.0, noise: float = 0.0, skip: str = "none",
    gate_bias: float = -2.0, init: str = "he", gain: float = 1.0, branch_gain: float = 1.0,
    output_gain: float = 1.0,
) -> nn.Sequential:  # fmt: skip
    """A network of ``depth`` hidden layers, hidden1, hidden2, ..., and a linear ``output``.

    A hidden layer is linear, norm, activation (``norm_place="after"``: linear, activation, norm),
    then dropout; ``noise`` is added after the norm in training. Norms: "batch", "layer", and the
    two halves of batch norm, "scale" (divided by the batch's deviation, not centred) and "centre"
    (its mean subtracted, no more). ``group``: the batch statistics are those of groups of so many
    examples, 0 for the whole batch. From the second hidden layer on,
    ``skip`` leads around each. Hidden weights are normal with the deviation of ``init`` ("he":
    sqrt(2 / fan-in)) times ``gain``, output weights with 1 / sqrt(fan-in) times ``output_gain``;
    what a skip leads around has its weights times ``branch_gain`` as well. Biases are 0, and left
    out where a batch mean is subtracted next and would cancel them. All draws come from torch's
    current generator, layer by layer, gates last: networks that differ in depth, norm or skip begin
    with the same weights.

    Raises:
        ValueError: a size below 1 or a name that is not known.

    >>> [name for name, _ in mlp(64, 10, depth=2).named_children()]
    ['hidden1', 'hidden2', 'output']
    """
    inputs, outputs = few(inputs=inputs), few(outputs=outputs)
    depth, width = few(least=0, depth=depth), few(width=width)
    one_of(ACTIVATIONS, activation=activation), one_of(["none", *NORMS], norm=norm)
    one_of(["before", "after"], norm_place=norm_place), switch(affine=affine)
    group = many(least=0, group=group)
    if group and norm in ("none", "layer"):
        raise ValueError(f"group must be 0 with norm {norm!r}, which knows no batch, not {group}.")
    fraction(below_one=True, dropout=dropout)
    one_of(["none", "residual", "highway"], skip=skip), finite(gate_bias=gate_bias)
    one_of(INITS, init=init), positive(gain=gain), positive(output_gain=output_gain)
    non_negative(branch_gain=branch_gain)
    layers = OrderedDict()
    with torch.random.fork_rng(devices=[]):  # the constructors draw weights that are not used
        for k in range(1, depth + 1):
            layer = _hidden(
                inputs if k == 1 else width, width, activation, norm, norm_place, affine, group,
                dropout, non_negative(noise=noise),
            )  # fmt: skip
            layers[f"hidden{k}"] = layer if k == 1 else _skipped(layer, skip, width, gate_bias)
        layers["output"] = nn.Linear(width if depth else inputs, outputs)
    network = nn.Sequential(layers)
    _initialise(network, INITS[init], gain, branch_gain, output_gain)
    return network


def seeded(build, *, seed: int, **settings) -> nn.Module:
    """``build(**settings)`` with its initial weights drawn from ``seed``.

    Torch's global generator is left as it was.

    >>> bool((seeded(mlp, seed=1, inputs=2, outputs=2).output.weight ==
    ...       seeded(mlp, seed=1, inputs=2, outputs=2).output.weight).all())
    True
    """
    function(build=build)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(torch_seed(seed=seed))
        return build(**settings)


def _hidden(
    inputs, width, activation, norm, norm_place, affine, group, dropout, noise
) -> nn.Sequential:
    cancelled = norm in ("batch", "centre") and norm_place == "before"
    act = {"activation": ACTIVATIONS[activation]()}
    normed = {"norm": _norm(norm, width, affine, group)} if norm != "none" else {}
    if noise:
        normed["noise"] = GaussianNoise(noise)
    parts: dict[str, nn.Module] = {"linear": nn.Linear(inputs, width, bias=not cancelled)}
    parts |= normed | act if norm_place == "before" else act | normed
    if dropout:
        parts["dropout"] = nn.Dropout(dropout)
    return nn.Sequential(OrderedDict(parts))


def _norm(norm: str, width: int, affine: bool, group: int) -> nn.Module:
    if norm == "layer":
        return nn.LayerNorm(width, elementwise_affine=affine)
    if norm == "batch" and not group:
        return nn.BatchNorm1d(width, affine=affine)
    halves = {"centred": norm != "scale", "scaled": norm != "centre"}
    return PartialBatchNorm(width, affine, **halves, group=group)


def _skipped(layer: nn.Module, skip: str, width: int, gate_bias: float) -> nn.Module:
    if skip == "none":
        return layer
    return Residual(layer) if skip == "residual" else Highway(layer, width, gate_bias)


def _initialise(network: nn.Sequential, deviation, gain, branch_gain, output_gain) -> None:
    linears = [(n, m) for n, m in network.named_modules() if isinstance(m, nn.Linear)]
    for name, linear in sorted(linears, key=lambda item: item[0].endswith("gate")):
        spread = deviation(linear.in_features, linear.out_features) * gain
        if name == "output":
            spread = output_gain / math.sqrt(linear.in_features)
        elif name.endswith("gate"):
            spread = 1 / math.sqrt(linear.in_features)
        elif name.endswith("body.linear"):
            spread *= branch_gain
        nn.init.normal_(linear.weight, std=spread)
        if linear.bias is not None and not name.endswith("gate"):
            nn.init.zeros_(linear.bias)
