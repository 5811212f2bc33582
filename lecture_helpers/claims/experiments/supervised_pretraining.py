"""Greedy training need not end at the best whole: the closed forms of lesson 4, checked."""

import numpy as np

from lecture_helpers.claims.claim import Record
from lecture_helpers.claims.experiments.per_seed import largest
from lecture_helpers.pretraining import bottleneck

UNITS = {
    "linear": lambda u: u,
    "ReLU": lambda u: np.maximum(u, 0),
    "tanh": np.tanh,
    "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
}
SCALES, OFFSETS = (0.03, 0.3, 1.0, 3.0, 10.0), np.arange(-8, 8.1, 0.5)


def greedy_is_not_optimal(seeds, *, angles=1000, wave_angles=19) -> Record:
    """C32: the bottleneck's closed forms against integration and search, for random shares.

    A seed draws the linear share of the target's variance, from 0.02 to 0.48. Integration over the
    two normal inputs is exact for these polynomials. The wave: a share from 0.2 to 0.48, and of
    every activation the best unit of all angles, scales and offsets of a grid. (A steep tanh sees
    a seventh of the wave on its own: with a smaller share it would turn to it.)
    """
    tolerances = {
        "the first part's own best unit misses angle 0 by": 1e-9,
        "share explained by that unit and the best of heads, against the linear share": 1e-9,
        "share explained by the best whole, against 1 less the linear share": 1e-6,
        "what greedy training misses, against 1 less twice the linear share": 1e-6,
        "fine-tuning leads away from the greedy unit by (radians)": 1e-3,
        "wave: the own best unit of any activation misses angle 0 by": 1e-9,
        "wave: share explained by the best whole, against 1 less the linear share": 1e-6,
    }
    return largest(
        lambda seed: [_bottleneck(seed, angles) + _wave(seed, wave_angles)], tolerances, seeds
    )


def _bottleneck(seed: int, count: int) -> tuple[float, ...]:
    linear = float(np.random.default_rng([seed, 32]).uniform(0.02, 0.48))
    angles = np.linspace(0, np.pi, count, endpoint=False)
    alone = [_explained(linear, angle, 1) for angle in angles]
    together = [_explained(linear, angle, 4) for angle in angles]
    greedy = angles[int(np.argmax(alone))]
    reached, best = _explained(linear, greedy, 4), max(together)
    tuned = bottleneck.fine_tune_angle("bowl", linear, start=0.05, steps=4000)[-1]
    return (
        abs(greedy), abs(reached - linear), abs(best - (1 - linear)),
        abs(best - reached - (1 - 2 * linear)), abs(tuned),
    )  # fmt: skip


def _wave(seed: int, count: int) -> tuple[float, float]:
    """How far any activation's own best unit is from angle 0, and the best whole from 1 - share."""
    linear = float(np.random.default_rng([seed, 33]).uniform(0.2, 0.48))
    grid, angles = np.linspace(-9, 9, 901), np.linspace(0, np.pi / 2, count)
    chosen = [_own_best(unit, linear, grid, angles) for unit in UNITS.values()]
    whole = [bottleneck.wave_shares(linear, angle, grid, grid)[1] for angle in angles]
    return max(chosen), abs(max(whole) - (1 - linear))


def _own_best(unit, linear: float, grid: np.ndarray, angles: np.ndarray) -> float:
    """The angle of the unit that explains most on its own, of all scales and offsets."""
    answers = [unit(scale * (grid + offset)) for scale in SCALES for offset in OFFSETS]
    answers = [a for a in answers if np.ptp(a[np.abs(grid) < 2]) > 1e-6]
    own = [
        max(bottleneck.wave_shares(linear, angle, a, grid)[0] for a in answers) for angle in angles
    ]
    return float(angles[int(np.argmax(own))])


def _explained(linear: float, angle: float, degree: int) -> float:
    """The share of the target's variance that polynomials of the unit's value explain."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(8)
    points = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2)
    root = np.sqrt(np.outer(mass, mass).ravel() / mass.sum() ** 2)
    features = np.polynomial.hermite_e.hermevander(bottleneck.unit(points, angle), degree)[:, 1:]
    wanted = root * bottleneck.target("bowl", linear, points)
    weights = np.linalg.lstsq(root[:, None] * features, wanted, rcond=None)[0]
    rest = wanted - root[:, None] * features @ weights
    return 1 - float(rest @ rest)
