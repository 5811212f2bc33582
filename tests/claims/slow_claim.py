"""Claim C50, for workers that are killed: each of them loads this file when it starts."""

import os
import time
from pathlib import Path

import numpy as np

from lecture_helpers.claims import CLAIMS
from lecture_helpers.claims.claim import Claim, Part


def hold_up(seeds):
    """Numbers of the seeds; on a worker the first try at seeds 4 to 7 leaves its pid and waits."""
    mark = Path(os.environ.get("AT_WORK", "."))
    if "AT_WORK" in os.environ and 4 in seeds and not mark.exists():
        mark.with_suffix(".new").write_text(str(os.getpid()))
        mark.with_suffix(".new").rename(mark)
        time.sleep(600)
    draws = [np.random.default_rng(seed).normal(size=50) for seed in seeds]
    arms = {"with": 2 + np.mean(draws, axis=1), "without": np.std(draws, axis=1)}
    return {name: values.tolist() for name, values in arms.items()}


if __name__ == "slow_claim":  # not where pytest only looks for doctests
    CLAIMS["C50"] = Claim(
        "C50", "empirical", "One thing.", "Another.", "01_x", "s", experiment=hold_up,
        seeds=tuple(range(20)),
        parts=(Part("one thing", "of nothing", 0.5, {"always": ("with", "without")}),),
    )  # fmt: skip
