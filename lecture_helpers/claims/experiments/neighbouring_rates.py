"""Learning rates found from three neighbouring ones outwards, which costs half of a whole grid."""

from collections.abc import Iterable, Mapping

import numpy as np

from lecture_helpers import training
from lecture_helpers.claims.experiments.own_rates import WORST, Aims
from lecture_helpers.claims.experiments.tuned_networks import grid

HALF_DECADES = grid(-6, 3, per_decade=2)  # 0.001 to 31.6
START = (0.1, 0.316, 1.0)

Table = Mapping[float, list[float]]


def rates_from_start(
    aims: Aims, arms: Mapping[str, dict], *, start: Iterable[float] = START, **options
) -> dict[str, float]:
    """ "arm, for aim" to the best rate by that aim (smaller is better) on validation.

    Of ``HALF_DECADES`` every arm gets those of ``start``, then the next ones beyond, until for each
    aim both neighbours of its best rate are worse. Fewest failures (NaN) come first, then the mean.
    While an arm does no better than a guess, it gets rates on both sides.

    Raises:
        ValueError: the best rate lies at an end of ``HALF_DECADES``.
    """
    tables: dict[tuple[str, str], dict] = {(arm, aim): {} for arm in arms for aim in aims}
    todo = [(arm, rate) for arm in arms for rate in start]
    while todo:
        named = {f"{arm} at {rate:g}": arms[arm] | {"lr": rate} for arm, rate in todo}
        runs = training.train(arms=named, eval_on="validation", **options)
        for arm, rate in todo:
            own = runs.at(arm=f"{arm} at {rate:g}")
            for aim, measure in aims.items():
                tables[arm, aim][rate] = measure(own).tolist()
        asked = {(arm, r) for (arm, aim), t in tables.items() for r in _beyond(t, aim)}
        known = {(arm, rate) for (arm, _), table in tables.items() for rate in table}
        todo = sorted(asked - known)
    return {f"{arm}, for {aim}": _best(table) for (arm, aim), table in tables.items()}


def _best(table: Table) -> float:
    def worth(rate: float) -> tuple[int, float]:
        ran = [value for value in table[rate] if np.isfinite(value)]
        return len(table[rate]) - len(ran), float(np.mean(ran)) if ran else np.inf

    return min(sorted(table), key=worth)


def _beyond(table: Table, aim: str) -> list[float]:
    """The rates next to those of a table on the side, or sides, where a better one may lie."""
    first, last = (HALF_DECADES.index(end(table)) for end in (min, max))
    best = _best(table)
    means = np.mean(np.where(np.isfinite(table[best]), table[best], np.inf))
    guesses = not means < WORST.get(aim, np.inf)
    sides = [first - 1] * (guesses or best == min(table))
    sides += [last + 1] * (guesses or best == max(table))
    within = [HALF_DECADES[k] for k in sides if 0 <= k < len(HALF_DECADES)]
    if not guesses and len(within) < len(sides):
        raise ValueError(f"the best rate {best:g} lies at an end of the half decades: widen them.")
    return within
