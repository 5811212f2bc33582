"""Small fully connected networks, made of ordinary modules."""

import math
from collections import OrderedDict

import torch
from torch import Tensor, nn

from lecture_helpers.foundation.validation import (
    finite,
    fraction,
    non_negative,
    one_of,
    positive,
    whole,
)

ACTIVATIONS = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "identity": nn.Identity,
}
NORMS = {
    "batch": lambda width, affine: nn.BatchNorm1d(width, affine=affine),
    "layer": lambda width, affine: nn.LayerNorm(width, elementwise_affine=affine),
}
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
    norm: str = "none", norm_place: str = "before", affine: bool = True, dropout: float = 0.0,
    noise: float = 0.0, skip: str = "none", gate_bias: float = -2.0,
    init: str = "he", gain: float = 1.0, branch_gain: float = 1.0, output_gain: float = 1.0,
) -> nn.Sequential:  # fmt: skip
    """A network of ``depth`` hidden layers, hidden1, hidden2, ..., and a linear ``output``.

    A hidden layer is linear, norm, activation (``norm_place="after"``: linear, activation, norm),
    then dropout; ``noise`` is added after the norm in training. From the second hidden layer on,
    ``skip`` leads around each. Hidden weights are normal with the deviation of ``init`` ("he":
    sqrt(2 / fan-in)) times ``gain``, output weights with 1 / sqrt(fan-in) times ``output_gain``;
    what a skip leads around has its weights times ``branch_gain`` as well. Biases are 0, and left
    out where a batch norm follows and would cancel them. All draws come from torch's current
    generator, layer by layer, gates last: networks that differ in depth, norm or skip begin with
    the same weights.

    Raises:
        ValueError: a size below 1 or a name that is not known.

    >>> [name for name, _ in mlp(64, 10, depth=2).named_children()]
    ['hidden1', 'hidden2', 'output']
    """
    whole(least=1, inputs=inputs), whole(least=1, outputs=outputs)
    whole(least=0, depth=depth), whole(least=1, width=width)
    one_of(ACTIVATIONS, activation=activation), one_of(["none", *NORMS], norm=norm)
    one_of(["before", "after"], norm_place=norm_place), fraction(below_one=True, dropout=dropout)
    one_of(["none", "residual", "highway"], skip=skip), finite(gate_bias=gate_bias)
    one_of(INITS, init=init), positive(gain=gain), positive(output_gain=output_gain)
    non_negative(branch_gain=branch_gain)
    layers = OrderedDict()
    with torch.random.fork_rng(devices=[]):  # the constructors draw weights that are not used
        for k in range(1, depth + 1):
            layer = _hidden(
                inputs if k == 1 else width, width, activation, norm, norm_place, affine, dropout,
                non_negative(noise=noise),
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
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(whole(seed=seed))
        return build(**settings)


def _hidden(inputs, width, activation, norm, norm_place, affine, dropout, noise) -> nn.Sequential:
    cancelled = norm == "batch" and norm_place == "before"
    act = {"activation": ACTIVATIONS[activation]()}
    normed = {"norm": NORMS[norm](width, affine)} if norm != "none" else {}
    if noise:
        normed["noise"] = GaussianNoise(noise)
    parts: dict[str, nn.Module] = {"linear": nn.Linear(inputs, width, bias=not cancelled)}
    parts |= normed | act if norm_place == "before" else act | normed
    if dropout:
        parts["dropout"] = nn.Dropout(dropout)
    return nn.Sequential(OrderedDict(parts))


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
