"""What a claim declares before its experiment runs, and what the experiment hands back."""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from inspect import signature
from itertools import product
from typing import Any

from lecture_helpers.foundation.validation import one_of

KINDS = ("identity", "empirical", "opinion")
CONTROLS = ("falsifier", "mechanism", "accounting", "rival")
FULL_SEEDS = tuple(range(100, 120))
MORE_SEEDS = tuple(range(120, 160))
QUICK_SEEDS = tuple(range(8))

Arms = tuple[str, str]


@dataclass(frozen=True)
class Record:
    """What an experiment measured; every list holds one value per seed.

    ``arms`` are judged: compared with each other, or, where ``tolerances`` names them, read as the
    largest deviation of an identity. NaN is a seed that failed: it counts in the failure rate of
    its arm and in no mean. ``extras`` are kept beside them and not judged. ``seconds`` are those
    of the processor.
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

    def to_json(self) -> dict:
        """Its fields as JSON can hold them: a seed that failed is null."""
        fields = asdict(self)
        for name in ("arms", "extras"):
            rows = fields[name].items()
            fields[name] = {k: [None if v != v else v for v in row] for k, row in rows}
        return fields

    @classmethod
    def from_json(cls, fields: Mapping) -> "Record":
        """The record that ``to_json`` wrote."""
        rows = {
            name: {
                key: [math.nan if value is None else value for value in row]
                for key, row in fields[name].items()
            }
            for name in ("arms", "extras")
        }
        return cls(**{**fields, **rows, "seeds": tuple(fields["seeds"])})


@dataclass(frozen=True)
class Control:
    """Arms that are compared beside a part's own, and what the comparison does to its verdict.

    falsifier: what would change our mind, as arms. Where it holds, the part does not, whatever its
    own effect. Its regimes are those of the scope, or one regime for all.
    mechanism: the same change without the supposed cause. The effect is the part's less this one,
    regime by regime; where it is not positive, the "because" is struck out.
    accounting: the same comparison under another count (equal examples, seconds, training loss).
    Where its sign is another, the part "depends on the count".
    rival: (treated, rival), another explanation or what one would do instead. Where the rival is
    ahead, the verdict says so.

    ``measure`` and ``min_effect`` are the part's unless given. ``added`` is the date of a control
    that came after the first look at the figures; such a one never decides in favour.
    """

    kind: str
    words: str
    comparisons: Mapping[str, Arms]
    measure: str = ""
    min_effect: float | None = None
    added: str = ""

    def __post_init__(self):
        one_of(CONTROLS, kind=self.kind)


@dataclass(frozen=True)
class Part:
    """One assertion of a claim's sentence, with its own measure and scope.

    ``words`` is what is asserted. ``measure`` says what is measured and in which direction, so
    that a positive effect is what the sentence expects; ``min_effect`` is the smallest effect that
    matters, in that measure. ``scope`` maps each regime in which the sentence is meant to the
    (arm with, arm without) whose paired difference is the effect. ``borders`` are regimes outside
    of it, shown and never counted. ``method`` is that of the interval, "t" or "bootstrap";
    ``resolution`` the step of the grid on which an arm's value was read. ``lower`` says that lower
    values are better: the effect is then control less treated, and a treated seed that fails still
    counts against the part.
    """

    words: str
    measure: str
    min_effect: float
    scope: Mapping[str, Arms]
    borders: Mapping[str, Arms] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    method: str = "t"
    resolution: float = 0.0
    lower: bool = False

    def __post_init__(self):
        one_of(("t", "bootstrap"), method=self.method)
        if not (self.measure and self.min_effect > 0 and self.scope):
            raise ValueError(f"the part {self.words!r} must declare measure, min_effect and scope.")
        for control in self.controls:
            strangers = set(control.comparisons) - set(self.scope) - set(self.borders)
            if control.kind in ("mechanism", "accounting") and strangers:
                raise ValueError(
                    f"a control of kind {control.kind} speaks of the part's regimes, "
                    f"not of {sorted(strangers)}."
                )

    @property
    def arms(self) -> set[str]:
        """The names of all arms that it compares."""
        controls = [pair for control in self.controls for pair in control.comparisons.values()]
        pairs = [*self.scope.values(), *self.borders.values(), *controls]
        return {arm for pair in pairs for arm in pair}


@dataclass(frozen=True)
class Change:
    """A declaration that was replaced: when, what it had come to, and why it did not stay.

    ``ran`` is the hash of the declaration under which the stored values were measured, where a
    change only judges them anew.
    """

    date: str
    was: str
    why: str
    ran: str = ""


@dataclass(frozen=True)
class Claim:
    """One checkable sentence of the lecture.

    ``parts`` are what an empirical sentence or an opinion asserts, each judged by itself.
    ``objection`` is a referee's strongest one, with its answer or "Open.". ``history`` holds the
    declarations that were replaced. ``seeds`` are run first; ``more_seeds`` too where an interval
    of the scope is wider than the smallest effect on either side, so that it could not say "no
    difference" however the effect lies. ``quick`` are settings of the quick run that make it
    smaller; arms it leaves out are not judged. ``stores`` maps a file of ``evidence/runs`` to the
    function of seeds that makes those runs.
    """

    id: str
    kind: str
    sentence: str
    falsified_by: str
    lesson: str
    slide: str
    parts: tuple[Part, ...] = ()
    experiment: Any = None
    objection: str = ""
    literature: str = ""
    history: tuple[Change, ...] = ()
    seeds: tuple[int, ...] = FULL_SEEDS
    more_seeds: tuple[int, ...] = ()
    budget: float = 60.0
    quick: dict = field(default_factory=dict)
    tune: Callable | None = None
    stores: Mapping[str, Callable] = field(default_factory=dict)

    def __post_init__(self):
        one_of(KINDS, kind=self.kind)
        if self.kind != "identity" and self.experiment and not self.parts:
            raise ValueError(f"{self.id} must declare the parts of its sentence.")

    @property
    def settings(self) -> dict:
        """The experiment's settings: its keyword arguments and their defaults, as in JSON."""
        parameters = signature(self.experiment).parameters.values() if self.experiment else ()
        return plain({p.name: p.default for p in parameters if p.default is not p.empty})

    @property
    def arms(self) -> set[str]:
        """The names of all arms that its parts compare."""
        return {arm for part in self.parts for arm in part.arms}

    @property
    def declaration(self) -> str:
        """12 hex digits for what was laid down before the run: sentence, parts, seeds, settings."""
        said = {
            "sentence": self.sentence, "kind": self.kind, "falsified_by": self.falsified_by,
            "parts": [_said(part) for part in self.parts], "settings": self.settings,
            "seeds": [self.seeds, self.more_seeds],
        }  # fmt: skip
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def _said(part: Part) -> dict:
    """What a part declares; ``lower`` only where it is so, as it was added later."""
    return {name: value for name, value in asdict(part).items() if name != "lower" or value}


def regimes(words: str, treated: str, control: str, *values: Iterable) -> dict:
    """The two arms of every combination of ``values``, as ``Part.scope`` has them.

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
