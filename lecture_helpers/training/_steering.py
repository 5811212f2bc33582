"""What a hand may change while a network trains, and what follows from it for each member."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lecture_helpers.foundation.validation import (
    fraction,
    function,
    many,
    non_negative,
    one_of,
    positive,
)
from lecture_helpers.training._optimizers import OPTIMIZERS

OFFERED: dict[str, Callable[[Any], Any]] = {
    "lr": lambda v: positive(lr=v),
    "momentum": lambda v: fraction(below_one=True, momentum=v),
    "weight_decay": lambda v: non_negative(weight_decay=v),
    "batch_size": lambda v: many(batch_size=v),
    "optimizer": lambda v: one_of(OPTIMIZERS, optimizer=v),
}
OF_AN_UPDATE = {"seed", "step", "train", "labels", "batch_size", "rng"}


class Rules:
    """A member's settings as functions of the controls.

    ``given`` are its settings, any of which may be a function whose parameters name controls;
    ``fixed`` are the names that its own arm or axis sets, so that no control does.
    """

    def __init__(self, given: Mapping, fixed: set[str], attributes: Iterable[str] = ()):
        self.given, self.fixed, self.of_network = dict(given), fixed, list(attributes)
        self.batch = self.given.pop("batch", None)
        if self.batch is not None:
            function(batch=self.batch)
        self.functions = {n: v for n, v in self.given.items() if n != "loss" and callable(v)}

    def check(self) -> None:
        """Nothing, if what it offers to a hand begins with values that are accepted.

        Raises:
            ValueError: it does not.
        """
        for name, accept in OFFERED.items():
            if name in self.given and name not in self.functions:
                accept(self.given[name])

    @property
    def controls(self) -> set[str]:
        """The names of the controls that its functions ask for."""
        asked = {p for f in self.functions.values() for p in _parameters(f)}
        of_batch = _parameters(self.batch) - OF_AN_UPDATE if self.batch else set()
        return asked | of_batch

    @property
    def moved(self) -> set[str]:
        """The settings that a control of the same name sets."""
        return ({*OFFERED} & {*self.given} | {*self.of_network}) - self.fixed - {*self.functions}

    def settings(self, values: Mapping) -> dict:
        """The member's settings while the controls stand at ``values``."""
        own = {name: values[name] for name in self.moved if name in values}
        made = {name: _call(function, values) for name, function in self.functions.items()}
        return self.given | own | made

    def begun(self, base: Mapping) -> dict:
        """The learning rate that it began with."""
        return {"lr": self.settings(base)["lr"]}

    def attributes(self, values: Mapping) -> dict:
        """Those of its settings that are attributes of the network and change with a control."""
        settings, changing = self.settings(values), self.moved | {*self.functions}
        return {name: settings[name] for name in changing - {*OFFERED, "lr_multipliers"}}

    @property
    def structure(self) -> tuple:
        """What members that train side by side must share: what their group has only one of."""
        of_each = {"momentum", "weight_decay", "lr_multipliers"}
        return tuple(
            (name, name in self.fixed, id(self.functions.get(name)))
            for name in sorted({*self.given} - of_each)
        )

    def examples(self, known: Mapping):
        """What ``batch`` chooses."""
        return _call(self.batch, known)


def _parameters(function: Callable) -> set[str]:
    return set(inspect.signature(function).parameters)


def _call(function: Any, known: Mapping):
    return function(**{name: known[name] for name in _parameters(function)})
