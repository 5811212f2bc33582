"""What lesson 4 says of the plateau that joint training of sigmoid layers stands on."""

from typing import Any

import numpy as np
import pytest

from lecture_helpers.datasets import digits, split
from lecture_helpers.networks.layer_probes import hidden_values, linear_probe
from lecture_helpers.training import final_accuracy, mlp, train

JOINT: dict[str, Any] = dict(
    depth=5, width=32, activation="sigmoid", init="glorot", momentum=0.9, lr=0.3, seeds=8,
    progress=False, checkpoints=True,
)  # fmt: skip
AT = (0, 300, 1000, 1200, 2400, 3600)
PROBED, RIGHT = (88, 86, 60, 68, 91, 93), (10, 9, 38, 55, 90, 93)  # per cent
FROZEN = "hidden*.linear.bias"
# Settings; the lowest probe of layer 5 and when, looked for at WHEN; what is right after 1,200.
WAYS: dict[str, tuple[dict, tuple[int, int | None, int]]] = {
    "nothing frozen": ({}, (59, 1100, 55)),
    "hidden biases frozen": (dict(lr_multipliers={FROZEN: 0.0}), (57, 900, 66)),
    "layer 5 frozen": (dict(lr_multipliers={"hidden5.*": 0.0}), (58, 400, 86)),
    "Adam": (dict(optimizer="adam", momentum=0.0, lr=0.01), (47, 50, 94)),
    "first weights twice as large": (dict(gain=2.0), (77, 100, 95)),
    "layers 1 to 4 frozen": (
        dict(lr_multipliers={f"hidden{k}.*": 0.0 for k in (1, 2, 3, 4)}), (87, None, 9),
    ),
    "hidden biases alone": (
        dict(lr_multipliers={"hidden*.linear.weight": 0.0, "output.*": 0.0}), (87, None, 8),
    ),
}  # fmt: skip
WHEN = (0, 50, 100, 150, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200)


def last_layer(runs, seed, step):
    """The values of the last hidden layer, less their mean, and the seed's split."""
    values = hidden_values(runs.module(seed=seed, step=step), digits().inputs)[-1].astype(float)
    parts = split(digits(), seed)
    return values - values[parts.train].mean(axis=0), parts


def probe(values, parts):
    y = digits().targets
    return linear_probe(values[parts.train], y[parts.train], values[parts.test], y[parts.test])


def mean_probe(runs, step):
    return 100 * np.mean([probe(*last_layer(runs, seed, step)) for seed in runs.seeds])


@pytest.fixture(scope="module")
def plateau():
    return train(mlp, digits(), steps=AT[-1], record=list(AT), **JOINT)


@pytest.mark.soak
def test_what_lesson_4_says_of_the_plateau_holds_for_eight(plateau):
    right = 100 * plateau.accuracy.mean(axis=0)
    assert right == pytest.approx(np.array(RIGHT), abs=1)
    assert [mean_probe(plateau, step) for step in AT] == pytest.approx(PROBED, abs=1)


def spectrum(runs, seed, step):
    """How many directions are filled, the share of the first between classes, a scaled probe."""
    values, parts = last_layer(runs, seed, step)
    inside, classes = values[parts.train], digits().targets[parts.train]
    sizes, directions = np.linalg.eigh(inside.T @ inside)
    along = inside @ directions[:, -1]
    means = np.array([along[classes == k].mean() for k in range(10)])[classes]
    scaled = values @ directions / np.sqrt(np.maximum(sizes, 1e-12 * sizes[-1]))
    return sizes.sum() ** 2 / (sizes**2).sum(), means.var() / along.var(), probe(scaled, parts)


@pytest.mark.soak
def test_on_its_way_the_last_layer_falls_towards_one_direction(plateau):
    begun, leaving = (
        np.mean([spectrum(plateau, seed, step) for seed in plateau.seeds], axis=0)
        for step in (0, 1000)
    )
    assert (begun[0], leaving[0]) == pytest.approx((4.2, 1.5), abs=0.1)
    assert 100 * leaving[1:] == pytest.approx([87, 83], abs=1.5)


@pytest.mark.soak
@pytest.mark.parametrize("way", WAYS)
def test_what_lesson_4_says_of_frozen_parts_holds_for_eight(way):
    settings, (lowest, when, right) = WAYS[way]
    runs = train(mlp, digits(), steps=WHEN[-1], record=list(WHEN), **JOINT | settings)
    probes = [mean_probe(runs, step) for step in WHEN]
    assert min(probes) == pytest.approx(lowest, abs=1.5)
    assert when is None or WHEN[int(np.argmin(probes))] == when
    assert 100 * final_accuracy(runs).mean() == pytest.approx(right, abs=1)
