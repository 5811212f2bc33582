"""Exercises that check an answer on random inputs and name the mistake it makes."""

import copy
import dis
import inspect
import io
import re
import traceback
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field

import numpy as np

from lecture_helpers.exercises.comparison import (
    alike,
    difference,
    example,
    fitted,
    plain,
    same,
    size,
    tolerance,
)  # fmt: skip
from lecture_helpers.exercises.diagnosis import Wrong, altered, diagnose, values
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
        if self.kind == "error":  # it quotes a message, which may hold any sign
            head = re.sub(r"([*_`<\[\\$])", r"\\\1", head)
        return f"{SYMBOLS[self.kind]} **{head}**" + (f"\n\n{rest}" if rest else "")


class _Stopped(Exception):
    """The check cannot go on; its argument is the feedback."""


@dataclass
class Exercise:
    """One function to write.

    ``cases(rng)`` draws one set of named inputs, which are passed by position. ``mistakes`` maps
    the name of a mistake, which ends the sentence "Your values are those you get when ...", to
    (a function with these values, a sentence about it); in place of the function may stand
    settings of the reference, as ``altered`` takes them. The sentence is true of every program
    with these values. ``hints`` are given one by one: with an answer whose mistake has no name, and
    when a named one comes again. ``praise`` says why the right answer matters.

    >>> from lecture_helpers.exercises.batch_normalization import forward
    >>> forward.check(None)
    ○ Nothing to check yet: forward is still blank.
    Write it and run the cell again. (If you have written it: does it return its result?)
    """

    name: str
    task: str
    reference: Callable
    cases: Callable[[np.random.Generator], Mapping[str, object]]
    mistakes: Mapping[str, tuple]
    hints: tuple[str, ...]
    praise: str
    _given: int = field(default=0, init=False, repr=False)  # hints so far
    _named: str | None = field(default=None, init=False, repr=False)  # the mistake of the last one

    def __post_init__(self):
        self._declared = {
            mistake: Wrong(
                f"when {mistake}", how if callable(how) else altered(self.reference, how),
                sentence, None if callable(how) else how, True,
            )
            for mistake, (how, sentence) in self.mistakes.items()
        }  # fmt: skip
        self.mistakes = {
            name: (wrong.function, wrong.sentence) for name, wrong in self._declared.items()
        }

    def __call__(self, *_, **__):
        """Not to be called.

        Raises:
            TypeError: always; the exercise bears the name of the function that it asks for.
        """
        raise TypeError(f"{self.name} is the exercise: call the function that you wrote.")

    def check(self, answer, seed: int | None = None) -> Feedback:
        """The feedback on an answer, on fresh random inputs unless a seed fixes them.

        Raises:
            ValueError: seed is neither None nor a whole number.
        """
        rng = np.random.default_rng(seed if seed is None else whole(seed=seed))
        cases = [dict(self.cases(rng)) for _ in range(CASES)]
        wanted = [values(self.reference, copy.deepcopy(case)) for case in cases]
        try:
            outputs = self._outputs(answer, cases, wanted)
            ours = getattr(answer, "__name__", "").startswith("solved_")
            feedback = self._compared(cases, outputs, wanted, "The solution" if ours else "")
        except _Stopped as stopped:
            feedback = stopped.args[0]
        if feedback.right:
            self._given, self._named = 0, None
        return feedback

    def _outputs(self, answer, cases: list[dict], wanted: list) -> list:
        if not callable(answer):
            raise _Stopped(self._blank())
        said = io.StringIO()
        first = self._output(answer, cases[0], wanted[0], said)
        print(said.getvalue(), end="")  # what it prints is shown once
        outputs = [first] + [
            self._output(answer, *pair, io.StringIO())
            for pair in zip(cases[1:], wanted[1:], strict=True)
        ]
        missing = [case for case, output in zip(cases, outputs, strict=True) if output is None]
        if len(missing) == len(cases) and said.getvalue():
            raise _Stopped(self._error("prints and returns nothing: end it with return."))
        if len(missing) == len(cases) and first is None and _written(answer):
            raise _Stopped(self._error("returns nothing: end it with return."))
        if len(missing) == len(cases):
            raise _Stopped(self._blank())
        if missing:
            given = example(min(missing, key=size))
            raise _Stopped(self._error(f"returns nothing for some inputs, for example\n{given}"))
        return outputs

    def _output(self, answer: Callable, case: dict, wanted, said: io.StringIO):
        """What the answer returns for a case, in the form wanted; None where it is blank."""
        given = copy.deepcopy(case)
        try:
            with redirect_stdout(said):
                output = _silently(answer, given)
        except NotImplementedError:
            return None
        except (Exception, SystemExit, GeneratorExit) as error:
            raise _Stopped(self._error(_failure(answer, case, error))) from None
        changed = [name for name in case if not _kept(given[name], case[name])]
        if changed:
            raise _Stopped(self._error(
                f"changes its input {changed[0]}.\nWhoever passed it still needs it: write the "
                f"result into a new array. In place work, for instance, a -= b, a[0] = b and "
                f"a.sort(); {changed[0]}.copy() is an array of your own."
            ))  # fmt: skip
        if output is None or output is ... or output is NotImplemented:
            return None
        try:
            return fitted(output, wanted)
        except ValueError as error:
            raise _Stopped(self._error(f"cannot be compared: {error}")) from None

    def _blank(self) -> Feedback:
        return Feedback(
            "blank",
            f"Nothing to check yet: {self.name} is still blank.\nWrite it and run the "
            "cell again. (If you have written it: does it return its result?)",
        )

    def _error(self, words: str) -> Feedback:
        return Feedback("error", f"{self.name} {words}")

    def _compared(self, cases: list[dict], outputs: list, wanted: list, who: str) -> Feedback:
        triples = list(zip(cases, outputs, wanted, strict=True))
        failed = [t for t in triples if not same(t[1], t[2], tolerance(t[1]))]
        if not failed:
            who = who or f"Right: {self.name}"
            words = f"{who} agrees on {CASES} random inputs.\n{self.praise}"
            return Feedback("right", words)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wrong = list(self._declared.values())
            found = diagnose(self.reference, wrong, cases, outputs, wanted)
        case, output, right = min(failed, key=lambda triple: size(triple[0]))
        head = found.sentence_of_values() if found else difference(output, right)
        if found and not alike(output, right):
            words = difference(output, right)
            head += f" {words[0].upper()}{words[1:]}"
        text = found.sentence if found and found.sentence else ""
        if not text:
            text = f"For example, with\n{example(case, expected=right, got=output)}"
        name = found and found.words.removeprefix("those you get when ")
        told = bool(found and found.sentence and name != self._named)
        self._named = name or None
        return Feedback("wrong", f"Not yet: {head}\n{text}{'' if told else self._hint()}", name)

    def _hint(self) -> str:
        if not self.hints:
            return ""
        step = min(self._given, len(self.hints) - 1)
        hint = f"\nHint {step + 1} of {len(self.hints)}: {self.hints[step]}"
        self._given += 1
        if self._given <= len(self.hints):
            return hint
        return f"{hint}\nThat was the last hint: unfold the solution and compare line by line."


def _silently(function: Callable, inputs: Mapping):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*inputs.values())


def _kept(now, before) -> bool:
    try:
        return same(plain(now), plain(before), 0.0)
    except ValueError:  # it is no array of numbers any more
        return False


def _failure(answer: Callable, case: Mapping, error: BaseException) -> str:
    if isinstance(error, TypeError) and not _fits(answer, len(case)):
        return f"must accept {len(case)} arguments: {', '.join(case)}."
    if isinstance(error, SystemExit):
        return f"ends the program: leave out exit.\n{_where(answer, error)}".rstrip()
    try:
        words = str(error).strip()
    except Exception:  # an exception whose own words fail
        words = ""
    words = f": {words}" if words else ", without a message"
    return f"stopped with {type(error).__name__}{words}\n{_where(answer, error)}".rstrip()


def _written(answer: Callable) -> bool:
    """Whether a function has more in it than an empty one, and no ``raise`` in its place."""
    code = getattr(answer, "__code__", None)
    return bool(code) and any(
        step.opname.startswith("STORE_") for step in dis.get_instructions(code)
    )


def _fits(answer: Callable, count: int) -> bool:
    try:
        inspect.signature(answer).bind(*range(count))
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def _where(answer: Callable, error: BaseException) -> str:
    """The line of the student's own code on which it stopped."""
    code = getattr(answer, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame for frame in frames if code and frame.filename == code.co_filename]
    if not code or not mine or not mine[-1].line:
        return ""
    return f"In line {(mine[-1].lineno or 0) - code.co_firstlineno + 1} of it: `{mine[-1].line}`"
