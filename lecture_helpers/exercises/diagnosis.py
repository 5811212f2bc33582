"""Which wrong function a wrong answer computes, found by the values it returned.

Every diagnosis says what the values are. It is true of any program with these values.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

from lecture_helpers.exercises.changes import (
    AFTERWARDS,
    changed_inputs,
    expression,
    factor,
    given_inputs,
    number,
    shift,
)
from lecture_helpers.exercises.comparison import TOLERANCE, plain, same, tolerance

FEWEST = 4  # inputs on which an answer and a wrong function must agree
Cases = Sequence[Mapping]


@dataclass(frozen=True)
class Wrong:
    """A wrong function: when one gets its values, a sentence about it, and its settings."""

    words: str
    function: Callable
    sentence: str = ""
    settings: Mapping | None = None
    declared: bool = False

    def diagnosis(self) -> "Diagnosis":
        """Its values, in words."""
        return Diagnosis(f"those you get {self.words}", self.sentence)


@dataclass(frozen=True)
class Diagnosis:
    """What the values of an answer are, and a sentence about it."""

    words: str
    sentence: str = ""

    def sentence_of_values(self) -> str:
        """Its words as a sentence; a place or a condition comes first."""
        comma = "," if self.words.startswith(("in result", "where", "on the")) else ""
        return f"your values are{comma} {self.words}."


def values(function: Callable, case: Mapping):
    """The plain values of a function for a case; the function may not change its inputs."""
    with np.errstate(all="ignore"):
        return plain(function(*case.values()))


def altered(function: Callable, settings: Mapping[str, object]) -> Callable:
    """A function with some inputs replaced, or changed by a function, and keywords added.

    >>> altered(lambda x, lr, *, sign=-1: x + sign * lr, {"lr": lambda lr: 2 * lr, "sign": 1})(1, 3)
    7
    """
    inputs = list(inspect.signature(function).parameters)

    def answer(*given):
        case = dict(zip(inputs, given, strict=False))
        for name, value in settings.items():
            case[name] = value(case[name]) if name in case and callable(value) else value
        return function(**case)

    return answer


def diagnose(
    reference: Callable, mistakes: Sequence[Wrong], cases: Cases, outputs: list, wanted: list
) -> Diagnosis | None:
    """What the outputs of a wrong answer are, None where nothing fits.

    Tried in turn: the declared mistakes; right values that were changed afterwards; the right
    function of changed inputs; two mistakes at once; a mistake with a changed input. All that is
    tried on all inputs, then on those where the answer is wrong; on the results of a tuple
    together, then one by one.
    """
    within = [tolerance(output) for output in outputs]
    failing = [k for k in range(len(cases)) if not same(outputs[k], wanted[k], within[k])]
    named = next((w for w in mistakes if _agrees(w.function, cases, outputs, within)), None)
    if named:
        return named.diagnosis()
    if len(failing) < FEWEST or not all(map(_some_finite, outputs)):
        return None
    tried = _Tried(_functions(reference, mistakes, cases), cases[failing[0]])
    found = _Search(tried, failing[0], cases, outputs, wanted, within).result()
    if found or len(failing) == len(cases):
        return found
    found = _Search(
        tried, 0, [cases[k] for k in failing], [outputs[k] for k in failing],
        [wanted[k] for k in failing], [within[k] for k in failing],
    ).result()  # fmt: skip
    return found and Diagnosis(f"{_where(cases, failing)}, {found.words}", found.sentence)


def _agrees(function: Callable, cases: Cases, outputs: list, within: list[float]) -> bool:
    try:
        return all(
            same(output, values(function, case), limit)
            for case, output, limit in zip(cases, outputs, within, strict=True)
        )
    except Exception:  # a changed input that the reference cannot take
        return False


class _Tried:
    """Wrong functions and what each gives for one input, made when first asked for."""

    def __init__(self, functions: Iterator[Wrong], case: Mapping):
        self._functions = functions
        self._case = case
        self._made: list[tuple[Wrong, object]] = []

    def __iter__(self) -> Iterator[tuple[Wrong, object]]:
        yield from self._made
        for wrong in self._functions:
            try:
                made = values(wrong.function, self._case)
            except Exception:  # a changed input that the reference cannot take
                continue
            self._made.append((wrong, made))
            yield wrong, made


@dataclass
class _Search:
    """The wrong functions that fit some outputs; ``part`` is the result looked at, of several."""

    tried: _Tried
    place: int  # of the tried case
    cases: Cases
    outputs: list
    wanted: list
    within: list[float]
    part: int | None = None

    def result(self) -> Diagnosis | None:
        """What the outputs are, taken together or one by one."""
        if self.part is None:
            numbers = np.concatenate([np.ravel(p) for o in self.outputs for p in _parts(o)])
        else:
            numbers = np.concatenate([np.ravel(output) for output in self.outputs])
        if numbers.size and same(numbers, np.full_like(numbers, numbers[0])):
            return Diagnosis(f"{number(numbers[0], TOLERANCE)} everywhere")
        for name, function in given_inputs(self.cases):
            if _agrees(function, self.cases, self.outputs, self.within):
                return Diagnosis(f"those of the input {name}")
        named = self._fitting(lambda wrong: wrong.declared)
        found = named or self._changed_afterwards() or self._fitting(lambda _: True)
        return found or self._one_by_one()

    def _fitting(self, wanted: Callable[[Wrong], bool]) -> Diagnosis | None:
        output, limit = self.outputs[self.place], self.within[self.place]
        for wrong, made in self.tried:
            if not wanted(wrong):
                return None
            if self.part is not None:
                made = (
                    made[self.part] if isinstance(made, tuple) and len(made) > self.part else None
                )
            if same(output, made, limit) and self._fits(wrong):
                return wrong.diagnosis()
        return None

    def _fits(self, wrong: Wrong) -> bool:
        function = wrong.function if self.part is None else _part(wrong.function, self.part)
        return _agrees(function, self.cases, self.outputs, self.within)

    def _one_by_one(self) -> Diagnosis | None:
        count = len(self.wanted[0]) if isinstance(self.wanted[0], tuple) else 0
        if not count or not all(isinstance(o, tuple) and len(o) == count for o in self.outputs):
            return None
        words, sentences = [], []
        for k in range(count):
            outputs, wanted = ([value[k] for value in v] for v in (self.outputs, self.wanted))
            if all(map(same, outputs, wanted, self.within)):
                continue
            search = _Search(self.tried, self.place, self.cases, outputs, wanted, self.within, k)
            found = search.result()
            if found is None:
                return None
            words.append(f"in result {k + 1} of {count}, {found.words}")
            sentences.append(found.sentence)
        return Diagnosis("; ".join(words), " ".join(filter(None, sentences)))

    def _changed_afterwards(self) -> Diagnosis | None:
        found = self._rearranged()
        if found:
            return found
        for words, change in AFTERWARDS.items():
            if self._fits_values(change):
                return Diagnosis(f"the right ones, {words}")
        scaled = self._scaled(self.wanted)
        if scaled:
            return Diagnosis(f"the right ones, {scaled}")
        for name, function in given_inputs(self.cases):
            scaled = self._scaled([values(function, case) for case in self.cases])
            if scaled:
                return Diagnosis(f"those of the input {name}, {scaled}")
        return None

    def _fits_values(self, change: Callable) -> bool:
        try:
            with np.errstate(all="ignore"):
                triples = zip(self.outputs, self.wanted, self.within, strict=True)
                return all(same(o, plain(change(right)), limit) for o, right, limit in triples)
        except Exception:  # no rows to take, for example
            return False

    def _rearranged(self) -> Diagnosis | None:
        """The right results among others, in another order, or one of them alone."""
        if not isinstance(self.wanted[0], tuple):
            for k, count in _lengths(self.outputs):
                outputs = [output[k] for output in self.outputs]
                if all(map(same, outputs, self.wanted, self.within)):
                    return Diagnosis(f"the right ones, in result {k + 1} of the {count} returned")
            return None
        count = len(self.wanted[0])
        for order in permutations(range(count)):
            if self._fits_values(lambda value, o=order: tuple(value[k] for k in o)):
                names = ", ".join(str(k + 1) for k in order)
                return Diagnosis(f"the right results in another order: {names}")
        for k in range(count):
            if self._fits_values(lambda value, k=k: value[k]):
                return Diagnosis(f"the right ones of result {k + 1} alone")
        return None

    def _scaled(self, right: list) -> str | None:
        """What every number is multiplied by, or what is added to it, in words."""
        pairs = list(zip(self.outputs, right, self.within, strict=True))
        if any(isinstance(o, tuple) or isinstance(r, tuple) or o.shape != r.shape
               for o, r, _ in pairs):  # fmt: skip
            return None
        for verb, fit in (("times", factor), ("plus", shift)):
            with np.errstate(all="ignore"):
                found = [fit(output, value, limit) for output, value, limit in pairs]
            numbers = [one for one in found if one is not None]
            if len(numbers) == len(found):
                words = expression(numbers, self.cases, max(self.within))
                if words:
                    return f"{verb} {words}"
        return None


def _functions(reference: Callable, mistakes: Sequence[Wrong], cases: Cases) -> Iterator[Wrong]:
    """The mistakes; then changed inputs, two mistakes at once, mistakes with changed inputs."""
    yield from mistakes
    changes = list(changed_inputs(cases))
    for words, change in changes:
        yield Wrong(f"with {words}", _after(change, reference))
    for one, two in combinations([w for w in mistakes if w.settings], 2):
        if not set(one.settings or ()) & set(two.settings or ()):
            both = altered(reference, {**(one.settings or {}), **(two.settings or {})})
            yield Wrong(f"{one.words}, and {two.words}", both, f"{one.sentence} {two.sentence}")
    for wrong in mistakes:
        for words, change in changes:
            yield Wrong(
                f"{wrong.words}, with {words}", _after(change, wrong.function), wrong.sentence
            )


def _parts(value) -> tuple:
    return value if isinstance(value, tuple) else (value,)


def _some_finite(value) -> bool:
    """Whether each of its results says anything."""
    return all(np.isfinite(part).any() for part in _parts(value))


def _part(function: Callable, k: int) -> Callable:
    return lambda *case: function(*case)[k]


def _after(change: Callable, function: Callable) -> Callable:
    return lambda *case: function(*change(case))


def _lengths(outputs: list) -> Iterator[tuple[int, int]]:
    if all(isinstance(output, tuple) for output in outputs):
        count = min(map(len, outputs))
        yield from ((k, count) for k in range(count))


def _where(cases: Cases, failing: list[int]) -> str:
    """On which inputs an answer is wrong: where an input has one value, else on how many."""
    wrong = set(failing)
    for name in cases[0]:
        marks = [_mark(case[name]) for case in cases]
        here = {mark for k, mark in enumerate(marks) if k in wrong}
        there = {mark for k, mark in enumerate(marks) if k not in wrong}
        if len(here) == 1 and not here & there and None not in here:
            return f"where {name} is {here.pop()}"
    return f"on the {len(failing)} of {len(cases)} inputs where it is wrong"


def _mark(value) -> str | None:
    """What can be said of an input in a word: a truth value, a whole number, given or not."""
    if value is None or isinstance(value, (bool, np.bool_, int, np.integer)):
        return str(value)
    return "given" if isinstance(value, tuple) else None
