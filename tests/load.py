"""What many moves leave behind: python -m tests.load NOTEBOOK [MOVES] prints what grew too much."""

import gc
import os
import sys
from functools import partial
from pathlib import Path

import numpy as np
import psutil

from lecture_helpers.widgets import explorers
from lecture_helpers.widgets.live_explorer import LiveExplorer
from tests.driver import run_cells
from tests.widgets.views import hand, random_value

MOST = 2  # MiB
REPLAYS = 200


def memory() -> int:
    """The bytes that are this process's own."""
    gc.collect()
    return psutil.Process(os.getpid()).memory_full_info().uss


def wander(explorer, rng: np.random.Generator, moves: int) -> None:
    """Move one control after another to random places, as a hand does."""
    controls = list(explorer.controls.values())
    for _ in range(moves):
        control = controls[rng.integers(len(controls))]
        hand(control, random_value(control, rng))


def replay(explorer, times: int) -> None:
    """Press the presets in turn, to their ends, and go back to the start."""
    names = list(explorer.presets)
    for turn in range(times):
        explorer.press(names[turn % len(names)])
        explorer.reset()


def growth(act, count: int) -> float:
    """By how many MiB the process grows from the first to the last half of so many acts.

    The least of four looks at each: a figure that is drawn in comes and goes.
    """
    looks = []
    for _ in range(8):
        act(max(1, count // 8))
        looks.append(memory())
    return (min(looks[4:]) - min(looks[:4])) / 2**20


def main(notebook: Path, moves: int) -> None:
    run_cells(notebook)
    for explorer in explorers():
        rng = np.random.default_rng(0)
        live = isinstance(explorer, LiveExplorer)
        act = partial(replay, explorer) if live else partial(wander, explorer, rng)
        count = max(8, REPLAYS * moves // 1000) if live else moves
        act(max(1, count // 8))  # what is remembered on purpose fills up
        grown = growth(act, count)
        told = f"{explorer.view.name}: {count} {'replays' if live else 'moves'}"
        print(f"{told} grew the kernel by {grown:.1f} MiB", file=sys.stderr, flush=True)
        if grown > MOST:
            print(f"{told} grew the kernel by {grown:.1f} MiB", flush=True)
        explorer.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
