"""Learning rates tuned per arm, on seeds that are not reported, and kept."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from lecture_helpers.claims.ledger import EVIDENCE, held, load, write_json

TUNING = EVIDENCE / "tuning.json"
TUNING_SEEDS = (1000, 1001, 1002, 1003)


def best_on_grid(losses: Mapping[float, list[float]]) -> float:
    """The value with the smallest mean loss over seeds; a diverged seed counts as infinitely bad.

    ``losses`` maps each value of the grid to its (seeds,) validation losses, NaN where diverged.

    Raises:
        ValueError: the best value lies at an end of the grid, so that a better one may lie beyond.

    >>> best_on_grid({0.1: [0.5], 0.3: [0.2], 1.0: [float("nan")]})
    0.3
    """
    grid = sorted(losses)
    means = [float(np.mean(np.where(np.isfinite(losses[v]), losses[v], np.inf))) for v in grid]
    best = int(np.argmin(means))
    if best in (0, len(grid) - 1):
        raise ValueError(f"the best value {grid[best]:g} lies at an end of the grid: widen it.")
    return grid[best]


def tuned(name: str, search: Callable[[tuple[int, ...]], dict], path: Path = TUNING) -> dict:
    """The tuned values of an experiment's arms: as stored, or searched now and stored.

    ``search`` takes the tuning seeds and returns {arm: value}.
    """
    stored = load(path)
    if name not in stored:
        found = {"values": search(TUNING_SEEDS), "seeds": list(TUNING_SEEDS)}
        with held(path):
            stored = load(path) | {name: found}
            write_json(dict(sorted(stored.items())), path)
    return stored[name]["values"]
