"""What each layer of a network knows, how its examples lie, and how hard it is pulled."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from lecture_helpers.datasets import Dataset, Split, split
from lecture_helpers.foundation import validation as check
from lecture_helpers.foundation.threads import torch_on_one_thread
from lecture_helpers.networks._examples import classes_for, inputs_for


def hidden_values(network: nn.Sequential, inputs: np.ndarray) -> list[np.ndarray]:
    """The inputs (n, features), then what every hidden layer makes of them, (n, width) each."""
    values = [inputs_for(check.instance(nn.Sequential, network=network), inputs)]
    with torch.no_grad(), torch_on_one_thread():
        for layer in list(network.children())[:-1]:
            values.append(layer(values[-1]))
    return [v.numpy() for v in values]


@dataclass(frozen=True)
class PrincipalPlane:
    """A cloud in its plane: points (n, 2), ``shares`` (2,) of its variance along the two axes.

    spread: the root mean square distance from the cloud's middle over that from the origin, 0 where
    all examples are alike and at most 1. The points are measured by the same unit.
    """

    points: np.ndarray
    shares: np.ndarray
    spread: float


def principal_plane(values: np.ndarray, *, like: np.ndarray | None = None) -> PrincipalPlane:
    """The plane of the two leading principal directions of values (n, k), n and k at least 2.

    The points (n, 2) have the cloud's middle at 0. They are turned and reflected within their
    plane so as to lie as near as they can to ``like`` (n, 2), so that planes of successive layers
    can be compared (orthogonal Procrustes problem, Schoenemann 1966). Where all examples are
    exactly alike the shares are NaN.

    Raises:
        ValueError: values are no finite (n, k) array of 2 x 2 or more, like is not (n, 2).

    >>> round(principal_plane(np.array([[2.0, 1.0], [2.0, -1.0]])).spread ** 2, 3)
    0.2
    """
    h = check.finite_array(values=values, ndim=2)
    if min(h.shape) < 2:
        raise ValueError(f"values must have 2 rows and columns or more, not {h.shape}.")
    length = np.sqrt((h**2).sum(axis=1).mean()) or 1.0
    turned, sizes, _ = np.linalg.svd((h - h.mean(axis=0)) / length, full_matrices=False)
    points, total = turned[:, :2] * sizes[:2], (sizes**2).sum()
    if like is not None:
        target = check.finite_array(like=like, shape=points.shape)
        left, _, right = np.linalg.svd(points.T @ target)
        points = points @ left @ right
    shares = sizes[:2] ** 2 / total if total > 0 else np.full(2, np.nan)
    return PrincipalPlane(points, shares, float(np.sqrt(total / len(h))))


def predict(network: nn.Sequential, inputs: np.ndarray) -> np.ndarray:
    """The classes (n,) that the network gives to inputs (n, features)."""
    with torch.no_grad(), torch_on_one_thread():
        return network(inputs_for(network, inputs)).argmax(dim=1).numpy()


def linear_probe(inputs, targets, test_inputs, test_targets, *, penalty: float = 1e-3) -> float:
    """The test accuracy of the best linear classifier by least squares, classes as 0 and 1.

    ``penalty`` is a share of the features' mean square, against features that say the same.
    """
    centre = inputs.mean(axis=0)
    x, y = inputs - centre, np.eye(int(targets.max()) + 1)[targets]
    x, shift = x.astype(float), y.mean(axis=0)
    square = x.T @ x
    ridge = check.positive(penalty=penalty) * max(float(np.trace(square)) / len(square), 1e-12)
    weights = np.linalg.solve(square + ridge * np.eye(len(square)), x.T @ (y - shift))
    answers = ((test_inputs - centre) @ weights + shift).argmax(axis=1)
    return float((answers == test_targets).mean())


def probe_accuracies(network: nn.Sequential, dataset: Dataset, parts: Split) -> np.ndarray:
    """Linear-probe test accuracies (1 + depth,): of the inputs, then of every hidden layer."""
    values = hidden_values(network, dataset.inputs)
    train, test, y = parts.train, parts.test, dataset.targets
    return np.array([linear_probe(v[train], y[train], v[test], y[test]) for v in values])


def gradient_norms(network: nn.Sequential, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The length of the loss's gradient by each layer's weights, (depth + 1,), output last.

    Frozen or not: the gradient that a layer would get.
    """
    x = inputs_for(network, inputs)
    y = classes_for(network, targets, len(x))
    weights = [m.weight for m in network.modules() if isinstance(m, nn.Linear)]
    with torch.enable_grad(), torch_on_one_thread():
        loss = nn.functional.cross_entropy(network(x), y)
        gradients = torch.autograd.grad(loss, weights)
    return np.array([float(g.norm()) for g in gradients])


def layer_report(network: nn.Sequential, dataset: Dataset, seed: int = 0) -> dict:
    """Every layer's "probe accuracy" on the seed's test examples, "gradient" on 256 others.

    "pull" is the gradient of the first layer as a share of the output's.
    """
    parts = split(dataset, seed)
    some = parts.train[:256]
    gradient = gradient_norms(network, dataset.inputs[some], dataset.targets[some])
    probes = probe_accuracies(network, dataset, parts)
    return {"probe accuracy": probes, "gradient": gradient, "pull": gradient[0] / gradient[-1]}
