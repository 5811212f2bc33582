"""One value per seed, from what an experiment measures for a single one."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from lecture_helpers.claims.claim import Record


def by_seed(measure: Callable[[int], Mapping], seeds: Iterable[int]) -> dict[str, list[float]]:
    """Name to one value per seed; ``measure`` takes a seed and returns name to value."""
    rows = [measure(seed) for seed in seeds]
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def largest(
    deviations: Callable[[int], Iterable[Sequence]], tolerances: Mapping, seeds: Iterable[int]
) -> Record:
    """The record of an identity: of every check the largest deviation over a seed's cases.

    ``deviations`` takes a seed and returns the cases, each with one value for every check.
    """

    def of_seed(seed: int) -> dict:
        worst = map(max, zip(*deviations(seed), strict=True))
        return dict(zip(tolerances, worst, strict=True))

    return Record(tuple(seeds), by_seed(of_seed, seeds), tolerances)
