"""What a claim declares before its experiment runs, and what the experiment hands back."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from itertools import product
from typing import Any

from lecture_helpers.foundation.validation import one_of

KINDS = ("identity", "empirical", "opinion")
FULL_SEEDS = tuple(range(20))
QUICK_SEEDS = tuple(range(8))


@dataclass(frozen=True)
class Record:
    """What an experiment measured; every list holds one value per seed.

    ``arms`` are judged: compared with each other, or, where ``tolerances`` names them, read as the
    largest deviation of an identity. ``extras`` are kept beside them and not judged. ``seconds``
    are those of the processor.
    """

    seeds: tuple[int, ...]
    arms: Mapping[str, list[float]]
    tolerances: Mapping[str, float] = field(default_factory=dict)
    extras: Mapping[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0

    def __post_init__(self):
        for name, values in {**self.arms, **self.extras}.items():
            if len(values) != len(self.seeds):
                raise ValueError(f"{name!r} has {len(values)} values for {len(self.seeds)} seeds.")


@dataclass(frozen=True)
class Claim:
    """One checkable sentence of the lecture.

    ``comparisons`` maps each declared regime to the (arm with, arm without) whose paired difference
    is the effect; more than one regime can make the verdict conditional. ``controls`` are shown
    beside them and do not decide. ``smallest`` is the smallest interesting effect, in ``unit``.
    ``objection`` is a referee's strongest one, with its answer or "Open.".
    ``quick`` are settings of the quick run that make it smaller; arms it leaves out are not judged.
    ``stores`` maps a file of ``evidence/runs`` to the function of seeds that makes those runs.
    """

    id: str
    kind: str
    sentence: str
    falsified_by: str
    lesson: str
    slide: str
    min_effect: float | None = None
    unit: str = ""
    experiment: Any = None
    comparisons: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    controls: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    interval_method: str = "t"
    resolution: float = 0.0
    objection: str = ""
    literature: str = ""
    seeds: tuple[int, ...] = FULL_SEEDS
    budget: float = 60.0
    quick: dict = field(default_factory=dict)
    tune: Callable | None = None
    stores: Mapping[str, Callable] = field(default_factory=dict)

    def __post_init__(self):
        one_of(KINDS, kind=self.kind)
        one_of(("t", "bootstrap"), interval_method=self.interval_method)
        if self.kind == "empirical" and not (self.min_effect and self.unit):
            raise ValueError(f"{self.id} must declare its smallest interesting effect and unit.")
        if self.kind == "empirical" and self.experiment and not self.comparisons:
            raise ValueError(f"{self.id} must declare which arms its experiment compares.")

    @property
    def settings(self) -> dict:
        """The experiment's settings: its keyword arguments and their defaults, as in JSON."""
        parameters = signature(self.experiment).parameters.values() if self.experiment else ()
        return plain({p.name: p.default for p in parameters if p.default is not p.empty})


def regimes(words: str, treated: str, control: str, *values: Iterable) -> dict:
    """The two arms of every combination of ``values``, as ``Claim.comparisons`` has them.

    >>> regimes("{} at {:g}", "batch, {}, {:g}", "none, {}, {:g}", ("relu", "tanh"), (0.1,))
    ... # doctest: +NORMALIZE_WHITESPACE
    {'relu at 0.1': ('batch, relu, 0.1', 'none, relu, 0.1'),
     'tanh at 0.1': ('batch, tanh, 0.1', 'none, tanh, 0.1')}
    """
    return {
        words.format(*case): (treated.format(*case), control.format(*case))
        for case in product(*values)
    }


def plain(value):
    """A value as it comes back from JSON: tuples are lists, keys are words."""
    return json.loads(json.dumps(value))


def measure(experiment: Callable, seeds: Iterable[int], **changed) -> Record:
    """What an experiment measures on these seeds; a plain dict of arms becomes a ``Record``."""
    seeds = tuple(seeds)
    result = experiment(seeds, **changed)
    return result if isinstance(result, Record) else Record(seeds, result)


def joined(records: Iterable[Record]) -> Record:
    """Several records of one experiment as one, seeds in ascending order.

    Raises:
        ValueError: the records disagree on their arms or share a seed.
    """
    records = sorted(records, key=lambda record: record.seeds)
    first = records[0]
    names = [(set(r.arms), set(r.extras), dict(r.tolerances)) for r in records]
    seeds = tuple(seed for record in records for seed in record.seeds)
    if names.count(names[0]) != len(names) or len(set(seeds)) != len(seeds):
        raise ValueError("only records with the same arms and different seeds can be joined.")
    return Record(
        seeds,
        {arm: [v for r in records for v in r.arms[arm]] for arm in first.arms},
        first.tolerances,
        {name: [v for r in records for v in r.extras[name]] for name in first.extras},
        sum(record.seconds for record in records),
    )
