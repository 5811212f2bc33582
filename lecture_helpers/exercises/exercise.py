"""Exercises that check an answer on random inputs and name the mistake it makes."""

import copy
import inspect
import io
import linecache
import traceback
import warnings
from collections.abc import Callable, Mapping
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass, field

import numpy as np

from lecture_helpers.exercises.comparison import difference, example, plain, same, size
from lecture_helpers.foundation.validation import whole

CASES = 30
SYMBOLS = {"blank": "○", "right": "✔", "wrong": "✘", "error": "⚠"}


@dataclass(frozen=True)
class Feedback:
    """What the check says; ``kind`` is blank, right, wrong or error, ``mistake`` its name."""

    kind: str
    text: str
    mistake: str | None = None

    @property
    def right(self) -> bool:
        """Whether the answer passed."""
        return self.kind == "right"

    def __repr__(self) -> str:
        return f"{SYMBOLS[self.kind]} {self.text}"

    def _repr_markdown_(self) -> str:
        head, _, rest = self.text.partition("\n")
        return f"{SYMBOLS[self.kind]} **{head}**" + (f"\n\n{rest}" if rest else "")


class _Stopped(Exception):
    """The check cannot go on; its argument is the feedback."""


@dataclass
class Exercise:
    """One function to write.

    ``cases(rng)`` draws one set of named inputs, which are passed by position. ``mistakes`` maps
    the name of a mistake to (the function that makes it, a sentence about it); in place of the
    function may stand settings of the reference, as ``altered`` takes them. ``hints`` are given
    one by one, as wrong answers go on. ``praise`` says why the right answer matters.

    >>> from lecture_helpers.exercises.batch_normalization import forward
    >>> forward.check(None)
    ○ Nothing to check yet: forward is still blank.
    Write it, run its cell, then this one. (If you have written it: does it return its result?)
    """

    name: str
    task: str
    reference: Callable
    cases: Callable[[np.random.Generator], Mapping[str, object]]
    mistakes: Mapping[str, tuple]
    hints: tuple[str, ...]
    praise: str
    _wrong: int = field(default=0, init=False, repr=False)

    def __post_init__(self):
        self.mistakes = {
            mistake: (how if callable(how) else altered(self.reference, how), sentence)
            for mistake, (how, sentence) in self.mistakes.items()
        }

    def check(self, answer, seed: int | None = None) -> Feedback:
        """The feedback on an answer, on fresh random inputs unless a seed fixes them.

        Raises:
            ValueError: seed is neither None nor a whole number.
        """
        rng = np.random.default_rng(seed if seed is None else whole(seed=seed))
        cases = [dict(self.cases(rng)) for _ in range(CASES)]
        try:
            feedback = self._compared(cases, self._outputs(answer, cases))
        except _Stopped as stopped:
            feedback = stopped.args[0]
        self._wrong = 0 if feedback.right else self._wrong + (feedback.kind == "wrong")
        return feedback

    def _outputs(self, answer, cases: list[dict]) -> list:
        if not callable(answer):
            raise _Stopped(self._blank())
        outputs = [self._output(answer, case, quiet=k > 0) for k, case in enumerate(cases)]
        missing = [case for case, output in zip(cases, outputs, strict=True) if output is None]
        if len(missing) == len(cases):
            raise _Stopped(self._blank())
        if missing:
            given = example(min(missing, key=size))
            raise _Stopped(self._error(f"returns nothing for some inputs, for example\n{given}"))
        return outputs

    def _output(self, answer: Callable, case: dict, quiet: bool):
        """What the answer returns for a case, None where it is blank; later prints are dropped."""
        given = copy.deepcopy(case)
        try:
            with redirect_stdout(io.StringIO()) if quiet else nullcontext():
                output = _silently(answer, given)
        except NotImplementedError:
            return None
        except Exception as error:
            raise _Stopped(self._error(_failure(answer, case, error))) from None
        changed = [name for name in case if not same(plain(given[name]), plain(case[name]))]
        if changed:
            raise _Stopped(self._error(
                f"changes its input {changed[0]}.\nWhoever passed it still needs it: write the "
                "result into a new array (x = x - mean, not x -= mean)."
            ))  # fmt: skip
        try:
            return plain(None if output is ... or output is NotImplemented else output)
        except ValueError as error:
            raise _Stopped(self._error(f"cannot be compared: {error}")) from None

    def _blank(self) -> Feedback:
        return Feedback(
            "blank",
            f"Nothing to check yet: {self.name} is still blank.\nWrite it, run its cell, then this "
            "one. (If you have written it: does it return its result?)",
        )

    def _error(self, words: str) -> Feedback:
        return Feedback("error", f"{self.name} {words}")

    def _compared(self, cases: list[dict], outputs: list) -> Feedback:
        wanted = [_made(self.reference, case) for case in cases]
        pairs = list(zip(cases, outputs, wanted, strict=True))
        failed = [(case, output, right) for case, output, right in pairs if not same(output, right)]
        if not failed:
            words = f"Right: {self.name} agrees on {CASES} random inputs.\n{self.praise}"
            return Feedback("right", words)
        for mistake, (function, sentence) in self.mistakes.items():
            if all(same(output, _made(function, case)) for case, output, _ in pairs):
                return Feedback("wrong", f"Not yet: {mistake}.\n{sentence}{self._hint()}", mistake)
        case, output, right = min(failed, key=lambda found: size(found[0]))
        given = example(case, expected=right, got=output)
        words = f"Not yet: {difference(output, right)}\nFor example, with\n{given}{self._hint()}"
        return Feedback("wrong", words)

    def _hint(self) -> str:
        if not self.hints:
            return ""
        step = min(self._wrong, len(self.hints) - 1)
        hint = f"\nHint {step + 1} of {len(self.hints)}: {self.hints[step]}"
        if self._wrong < len(self.hints):
            return hint
        return f"{hint}\nThat was the last hint: unfold the solution and compare line by line."


def altered(function: Callable, settings: Mapping[str, object]) -> Callable:
    """A function with some inputs replaced, or changed by a function, and keywords added.

    >>> altered(lambda x, lr, *, sign=-1: x + sign * lr, {"lr": lambda lr: 2 * lr, "sign": 1})(1, 3)
    7
    """
    inputs = list(inspect.signature(function).parameters)

    def answer(*values):
        case = dict(zip(inputs, values, strict=False))
        for name, value in settings.items():
            case[name] = value(case[name]) if name in case and callable(value) else value
        return function(**case)

    return answer


def _silently(function: Callable, inputs: Mapping):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*inputs.values())


def _made(function: Callable, case: Mapping):
    return plain(_silently(function, copy.deepcopy(case)))


def _failure(answer: Callable, case: Mapping, error: Exception) -> str:
    if isinstance(error, TypeError) and not _fits(answer, len(case)):
        return f"must accept {len(case)} arguments: {', '.join(case)}."
    return f"stopped with {type(error).__name__}: {error}\n{_where(answer, error)}".rstrip()


def _fits(answer: Callable, count: int) -> bool:
    try:
        inspect.signature(answer).bind(*range(count))
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def _where(answer: Callable, error: Exception) -> str:
    """The line of the student's own code on which it stopped."""
    code = getattr(answer, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame for frame in frames if code and frame.filename == code.co_filename]
    if not mine:
        return ""
    line = linecache.getline(mine[-1].filename, mine[-1].lineno).strip()
    return f"In line {mine[-1].lineno - code.co_firstlineno + 1} of it: `{line}`" if line else ""
