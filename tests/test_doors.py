"""What a student puts into a function of the notebooks gets one clear sentence, or an answer."""

import inspect
import re
import warnings

import numpy as np
import pytest

from tests.doors import CALLS, METHODS, door, doors

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL)
BAD = {
    "None": None,
    "a word": "x",
    "a very long word": "x" * 10_000,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus infinity": float("-inf"),
    "-1": -1,
    "0": 0,
    "1.5": 1.5,
    "a whole number as a float": 2.0,
    "True": True,
    "10^9": 10**9,
    "more than a float holds": 10**400,
    "a complex number": 1j,
    "an empty list": [],
    "a list with NaN": [float("nan")],
    "a ragged list": [[1.0], [1.0, 2.0]],
    "a list of words": ["x"],
    "another length": np.arange(17.0),
    "another width": np.ones((12, 7)),
    "classes that are none": np.full(12, 99),
    "three axes": np.ones((2, 3, 4)),
    "an empty dict": {},
    "a dict of words": {"x": "y"},
    "an object": object(),
    "a function": lambda *_, **__: None,
}
NEVER = ["a complex number", "a ragged list", "a dict of words", "an object"]
ANYTHING = {  # arguments that take whatever comes, or are not looked at in this call
    "lr of as_schedule", "height of reading", "init_names of train", "redraw of live",
}  # fmt: skip
FITTING = {  # legal by themselves: the sentence may name the argument that they do not fit
    "another length", "another width", "classes that are none", "a whole number as a float",
}  # fmt: skip
LEFT_OUT = {
    "claims.ledger.load": {("path", "a very long word")},  # the system's own sentence says so
    "foundation.subprocesses.run_in_subprocess": {
        ("arguments", "every kind"),  # they are those of the function that is called
    },
    "widgets.show": {("height", "every kind")},  # of the view, whose functions have their doors
}
THEN = {  # where the rest of the arguments is looked at
    "training.live": lambda made: made.at(1),
    "pretraining.buildable.build_by_hand": lambda made: door("pretraining.buildable.built_by_hand")(
        made, 1, layers=1, below="frozen", output="new"
    ),
}
WORDS = {"names": "claim", "presets": "preset", "goals": "goal"}  # as prose calls them


def arguments_of(name: str) -> dict:
    """Argument to valid value: those of the table, then the defaults of all others."""
    every = inspect.signature(door(name)).parameters.values()
    defaults = {p.name: p.default for p in every if p.default is not p.empty}
    return CALLS[name]() | {n: v for n, v in defaults.items() if n not in CALLS[name]()}


def call(name: str, arguments: dict):
    """The answer to these arguments, each handed over as the signature asks."""
    function, named, listed = door(name), dict(arguments), []
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind in POSITIONAL for p in parameters):
        for p in parameters:
            if p.kind is p.VAR_POSITIONAL:
                given = named.pop(p.name, ())
                listed.extend(given if isinstance(given, tuple) else (given,))
            elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.name in named:
                listed.append(named.pop(p.name))
    made = function(*listed, **named)
    return THEN.get(name, lambda made: made)(made)


def fault(name: str, argument: str, kind: str) -> str | None:
    """What is wrong with the answer to that kind of value for that argument; None if nothing."""
    arguments = CALLS[name]() | {argument: BAD[kind]}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            call(name, arguments)
    except ValueError as refusal:
        names = set(arguments) if kind in FITTING else {argument}
        names |= {"a dict of words": {"x"}, "a function": {"_"}}.get(kind, set())  # what they ask
        return unclear(str(refusal), names)
    except Exception as broken:
        return f"{type(broken).__name__}: {broken}"[:150]
    accepted = kind in NEVER and f"{argument} of {name.rpartition('.')[2]}" not in ANYTHING
    return f"{kind} is accepted" if accepted else None


def unclear(words: str, arguments: set[str]) -> str | None:
    """What a refusal lacks: it is one sentence, not long, and names the argument.

    Of two arguments whose lengths do not fit it may name either.
    """
    names = arguments | {WORDS.get(argument, argument) for argument in arguments}
    if len(words) > 300 or "\n" in words or not words.endswith("."):
        return f"no sentence: {words[:100]!r} ... {words[-20:]!r}"
    if not any(re.search(rf"\b{re.escape(name)}\b", words) for name in names):
        return f"{min(arguments)} is not named: {words[:150]}"
    return None


def test_every_function_that_a_notebook_calls_has_a_valid_call_here():
    assert doors() == CALLS.keys() - METHODS.keys()


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_valid_call_is_answered(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call(name, CALLS[name]())


@pytest.mark.parametrize("name", sorted(CALLS))
def test_whatever_is_handed_over_gets_an_answer_or_one_clear_sentence(name):
    faults = {
        f"{argument} = {kind}": found
        for argument in arguments_of(name)
        for kind in BAD
        if (argument, kind) not in LEFT_OUT.get(name, ())
        and (argument, "every kind") not in LEFT_OUT.get(name, ())
        and (found := fault(name, argument, kind))
    }
    assert faults == {}
