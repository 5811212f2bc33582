"""A plane through three points of weight space, and the losses of the networks that lie on it.

Source: Izmailov et al. 2018, *Averaging weights leads to wider optima and better generalization*,
figure 1.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from lecture_helpers.foundation import validation as check
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.networks._examples import classes_for, inputs_for
from lecture_helpers.training import SideBySide

TOGETHER = 64  # networks that are evaluated at once


@dataclass(frozen=True)
class WeightPlane:
    """The plane through three networks: ``origin`` (p,) and two orthonormal ``axes`` (2, p).

    A place (2,) on it is measured in the units of the weights, from the first network.
    """

    origin: np.ndarray
    axes: np.ndarray

    def __post_init__(self):
        origin = check.finite_array(origin=self.origin, ndim=1)
        object.__setattr__(self, "origin", origin)
        axes = check.finite_array(axes=self.axes, shape=(2, len(origin)))
        object.__setattr__(self, "axes", axes)

    @classmethod
    def through(cls, points: np.ndarray) -> "WeightPlane":
        """The plane of three points (3, p); the second lies on the first axis, at the right.

        Raises:
            ValueError: other shapes, NaN, or points on one line.

        >>> WeightPlane.through(np.eye(3)[[0, 0, 1]] * [[0], [2], [3]]).axes
        array([[1., 0., 0.],
               [0., 1., 0.]])
        """
        a, b, c = check.finite_array(points=points, shape=(3, None)).astype(float)
        first = _unit(b - a)
        return cls(a, np.array([first, _unit(c - a - ((c - a) @ first) * first)]))

    def places(self, weights: np.ndarray) -> np.ndarray:
        """Where networks (n, p) fall on the plane, straight down: (n, 2)."""
        return self._from_origin(weights) @ self.axes.T

    def outside(self, weights: np.ndarray) -> np.ndarray:
        """The share of each one's squared distance from the origin that is off the plane, (n,)."""
        away = (self._from_origin(weights) ** 2).sum(axis=1)
        seen = (self.places(weights) ** 2).sum(axis=1)
        return np.maximum(0, 1 - seen / np.maximum(away, 1e-300)) * (away > 0)

    def weights(self, places: np.ndarray) -> np.ndarray:
        """The networks (..., p) at places (..., 2) of the plane."""
        places = check.finite_array(places=places)
        if places.shape[-1:] != (2,):
            raise ValueError(f"places must have shape (..., 2), not {places.shape}.")
        return self.origin + places.astype(float) @ self.axes

    def _from_origin(self, weights) -> np.ndarray:
        weights = check.finite_array(weights=weights, shape=(None, len(self.origin)))
        return weights.astype(float) - self.origin


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    if length < 1e-9:
        raise ValueError("points must not lie on one line.")
    return vector / length


@torch_on_one_thread()
@torch.no_grad()
def losses(
    network: nn.Module, weights: np.ndarray, *examples: tuple[np.ndarray, np.ndarray],
    statistics: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """The mean cross-entropy of networks (n, p) on each of the (inputs, targets): (examples, n).

    ``weights`` are laid out as in ``Runs.weights``. Batch norms get their statistics from the
    inputs ``statistics`` (m, features), anew for every row. Many rows are evaluated at once.

    Raises:
        ValueError: another number of weights than the network has, or batch norms and no
            ``statistics``.
    """
    examples = tuple(_tensors(network, pair) for pair in examples)
    if statistics is not None:
        statistics = inputs_for(network, statistics, " for the statistics").numpy()
    size = sum(p.numel() for p in network.parameters())
    rows = check.finite_array(weights=weights, shape=(None, size)).astype(np.float32)
    return np.concatenate(
        [_losses(network, part, examples, statistics) for part in _parts(rows)], axis=1
    )


def _tensors(network: nn.Module, pair) -> tuple:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise ValueError(f"examples must be pairs (inputs, targets), not {check.shown(pair)}.")
    inputs = inputs_for(network, pair[0], of := " of the examples")
    return inputs, classes_for(network, pair[1], len(inputs), of)


def _parts(rows: np.ndarray) -> list[np.ndarray]:
    return [rows[k : k + TOGETHER] for k in range(0, len(rows), TOGETHER)]


def _losses(network, rows: np.ndarray, examples, statistics) -> np.ndarray:
    together = SideBySide(network, len(rows))
    together.load(rows)
    if together.norms and statistics is None:
        raise ValueError("statistics must be given: batch norms need training inputs.")
    if statistics is not None:
        together.recompute_statistics(statistics)
    together.stack.train(False)
    found = []
    for inputs, targets in examples:
        outputs = together.stack(inputs.expand(len(rows), -1, -1))
        every = cross_entropy(
            outputs.transpose(1, 2), targets.expand(len(rows), -1), reduction="none"
        )
        found.append(every.mean(dim=1).double().numpy())
    return np.array(found)
