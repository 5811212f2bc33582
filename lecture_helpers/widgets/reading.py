"""A reading: one sentence of what the picture now shows, with the values it names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lecture_helpers.foundation.validation import listed, shown

ZERO = re.compile(r"(?<![\w.,)])-(0(?:\.0+)?)(?![\w.,]*\d)")  # a number rounded to -0.00


@dataclass(frozen=True)
class Reading:
    """One sentence and its named values, which are also attributes.

    ``disabled`` names the controls that have no effect on this picture.
    """

    sentence: str
    values: Mapping
    disabled: frozenset = frozenset()

    def __str__(self) -> str:
        return self.sentence

    def __getattr__(self, name: str):
        if name.startswith("__") or name not in self.values:
            known = ", ".join(self.values) or "nothing"
            raise AttributeError(f"this reading has no value {name!r}; it has {known}.")
        return self.values[name]


def reading(template: str, /, *, disabled: Iterable[str] = (), **values) -> Reading:
    """The sentence that ``template`` makes of ``values``, in the notation of ``str.format``.

    ``disabled`` names the controls that have no effect just now: their widgets are disabled.

    Raises:
        ValueError: the template names a value that is not given, or cannot format it.

    >>> now = reading("It stops at {stop:.1f}.", stop=0.52)
    >>> str(now), now.stop
    ('It stops at 0.5.', 0.52)
    >>> str(reading("It ends at {end:.2f}, {far:g} away.", end=-0.001, far=-0.01))
    'It ends at 0.00, -0.01 away.'
    """
    named = [disabled] if isinstance(disabled, str) else listed(disabled=disabled)
    if not all(isinstance(name, str) for name in named):
        raise ValueError(f"disabled must list names of controls, not {shown(disabled)}.")
    return Reading(_fill(template, values), MappingProxyType(dict(values)), frozenset(named))


def _fill(template: str, values: dict) -> str:
    if not isinstance(template, str):
        raise ValueError(f"template must be the sentence of the reading, not {shown(template)}.")
    try:
        return ZERO.sub(r"\1", template.format(**values))
    except (KeyError, IndexError) as missing:
        given = ", ".join(values) or "no value"
        name = missing.args[0] if isinstance(missing, KeyError) else "an unnamed value"
        raise ValueError(f"The reading names {name!r}, but was given {given}.") from None
    except (TypeError, ValueError) as problem:
        raise ValueError(
            f"The reading cannot be written from {shown(template)}: {problem}."
        ) from None
