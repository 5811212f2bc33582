"""What an infinitely wide tower does to a signal and to its gradient, layer by layer.

Source: Poole et al. 2016 and Schoenholz et al. 2017 for plain towers; Yang et al. 2019 for batch
normalization. The laws with skips are derived here and tested against wide towers.
"""

from dataclasses import dataclass

import numpy as np

from lecture_helpers.foundation import validation as check
from lecture_helpers.networks.activations import ACTIVATIONS, Activation

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(200)  # an even number: no node on a kink at 0
WEIGHTS = WEIGHTS / WEIGHTS.sum()
SKIPS = ("none", "residual", "highway")
NORMS = ("none", "batch", "layer")


@dataclass(frozen=True)
class Propagation:
    """Root mean squares after each hidden layer, shape (depth,).

    signal: of the layer's output. gradient: of a scalar's derivative with respect to it.
    """

    signal: np.ndarray
    gradient: np.ndarray


@dataclass(frozen=True)
class _State:
    """A layer's output: mean square and mean over its units, variance over the batch."""

    square: float
    mean: float
    variance: float


def mean_field(
    activation: str, depth: int, *, skip: str = "none", norm: str = "none", gain: float = 1.0,
    gate_bias: float = -2.0,
) -> Propagation:  # fmt: skip
    """The law for towers as ``mlp`` builds them, with He's weights times ``gain``.

    Gradients are relative to the last layer's. Inputs have mean square 1. Weights of different
    layers are independent, and those of the backward pass count as independent of those of the
    forward pass. In a narrow tower whose units have a mean above 0 (ReLU), gradients line up, and
    with depth the true one exceeds the law.

    Raises:
        ValueError: a name that is not known, depth below 1 or gain <= 0.

    >>> mean_field("relu", 4, skip="residual").gradient.round(2)
    array([2.83, 2.  , 1.41, 1.  ])
    """
    phi = ACTIVATIONS[check.one_of(ACTIVATIONS, activation=activation)]
    check.one_of(SKIPS, skip=skip), check.one_of(NORMS, norm=norm)
    check.finite(gate_bias=gate_bias)
    spread = 2 * check.positive(gain=gain) ** 2
    state, squares, factors = _State(1.0, 0.0, 1.0), [], []
    for k in range(check.few(depth=depth)):
        way = "none" if k == 0 else skip
        state, factor = _layer(phi, state, way, norm, spread, gate_bias)
        squares.append(state.square)
        factors.append(factor)
    passed = np.concatenate([np.cumprod(factors[:0:-1])[::-1], [1.0]])
    return Propagation(np.sqrt(squares), np.sqrt(passed))


def _moments(phi: Activation, variance: float) -> tuple[float, float, float]:
    """E phi, E phi^2 and E phi'^2 of a normal variable with mean 0 and this variance."""
    if phi.name == "relu":  # the kink spoils the quadrature; the integrals are known
        return np.sqrt(variance / (2 * np.pi)), variance / 2, 0.5
    z = np.sqrt(variance) * NODES
    value, slope = phi.value(z), phi.slope(z)
    return WEIGHTS @ value, WEIGHTS @ value**2, WEIGHTS @ slope**2


def _gate(state: _State, bias: float) -> tuple[float, float, float]:
    """E t, E t^2 and E (t (1 - t))^2 of the highway's gate."""
    t = 1 / (1 + np.exp(-np.clip(bias + np.sqrt(state.square) * NODES, -500, 500)))
    return WEIGHTS @ t, WEIGHTS @ t**2, WEIGHTS @ (t * (1 - t)) ** 2


def _layer(
    phi: Activation, state: _State, skip: str, norm: str, spread: float, bias: float
) -> tuple[_State, float]:
    """The state after a layer, and what multiplies the mean squared gradient on its way down."""
    mean, square, slope = _moments(phi, spread * state.square if norm == "none" else 1.0)
    body = _State(square, mean, square - mean**2)
    scale = {"none": spread, "batch": 1 / state.variance, "layer": 1 / state.square}[norm]
    if skip == "none":
        return body, scale * slope
    if skip == "residual":
        old, both, new, kept, taken = 1.0, 2.0, 1.0, 1.0, 1.0
        factor = 1 + scale * slope
    else:
        t, t_square, wobble = _gate(state, bias)
        old, both, new = 1 - 2 * t + t_square, 2 * (t - t_square), t_square
        kept, taken = 1 - t, t
        apart = square - 2 * state.mean * mean + state.square  # of the body's output from its input
        factor = old + new * scale * slope + wobble * apart
    joined = _State(
        old * state.square + both * state.mean * mean + new * square,  # h^2, h phi and phi^2
        kept * state.mean + taken * mean,
        old * state.variance + new * body.variance,
    )
    return joined, factor
