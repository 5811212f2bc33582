"""Easy shapes first, hard ones after a switch, against hard ones alone and all together."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from lecture_helpers import training
from lecture_helpers.datasets import easy_and_hard
from lecture_helpers.foundation.validation import fraction, many
from lecture_helpers.training import Runs, seeds_of

UNION = "union"


def shapes_race(
    switches: Sequence[float | str] = (0.0, 0.25, 0.5, 0.75, UNION), *, steps: int = 1000,
    seeds: int | Iterable[int] = 8, examples: int = 2000, lr: float | Mapping = 0.03,
    batch_size: int = 32, eval_on: str = "test", record: int = 11, progress=True,
    varied: bool = False, **network,
) -> Runs:  # fmt: skip
    """The runs of every switch, an axis ``switch``: easy shapes until then, hard ones after.

    0 is hard shapes alone; "union" draws from easy and hard ones at every step. All are scored on
    hard shapes. ``varied`` easy shapes are those of ``easy_and_hard``. ``lr`` is one number or maps
    switches to numbers.

    Raises:
        ValueError: a switch that is neither a share nor "union".
    """
    many(steps=steps), many(least=3, examples=examples)
    for switch in switches:
        switch == UNION or fraction(switch=switch)
    done = {}
    for seed in seeds_of(seeds):
        data, parts = easy_and_hard(examples, examples, 500, 1500, seed, varied=varied)
        arms = {
            str(s): dict(batches=_batches(s, steps, batch_size, examples, seed),
                         lr=lr[s] if isinstance(lr, Mapping) else lr)
            for s in switches
        }  # fmt: skip
        runs = training.train(
            training.mlp,
            data,
            steps=steps,
            batch_size=batch_size,
            seeds=[seed],
            arms=arms,
            momentum=0.9,
            schedule="cosine",
            split=lambda _, __, parts=parts: parts,
            eval_on=eval_on,
            record=record,
            progress=progress if not done else False,
            **network,
        )
        done[seed] = Runs.stack({s: runs.at(arm=str(s)) for s in switches}, "switch")
    return Runs.stack(done, "seeds")


def _batches(switch, steps: int, batch_size: int, examples: int, seed: int) -> np.ndarray:
    """Example numbers (steps, batch_size); the easy ones come first in the data."""
    drawn = np.random.default_rng([seed, 9]).random((steps, batch_size))
    if switch == UNION:
        return (drawn * 2 * examples).astype(int)
    easy = np.arange(steps)[:, None] / steps < switch
    return (drawn * examples).astype(int) + np.where(easy, 0, examples)
