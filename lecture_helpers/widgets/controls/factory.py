"""From what a notebook writes, ``lr=(0.001, 1, "log")``, to a control."""

from collections.abc import Mapping
from numbers import Integral

from lecture_helpers.foundation.validation import is_finite, shown
from lecture_helpers.widgets.controls.choices import Choice, Switch
from lecture_helpers.widgets.controls.control import Control, in_words
from lecture_helpers.widgets.controls.ranges import LogRange, Range, WholeRange, nice_step

_FORMS = "(lo, hi), (lo, hi, step) or (lo, hi, 'log')"


def as_control(name: str, described, start, label: str) -> Control:
    """The control that ``described`` (a range, a list, a dict or a switch) asks for.

    Raises:
        ValueError: it describes none, or ``start`` lies outside.
    """
    if described is bool or _is_switch(described):
        return Switch(name, start, label)
    if isinstance(described, Mapping):
        return Choice(name, dict(described), start, label)
    if isinstance(described, list):
        return Choice(name, {in_words(value): value for value in described}, start, label)
    if isinstance(described, tuple):
        return _as_range(name, described, start, label)
    raise ValueError(
        f"{name} must be a range {_FORMS}, a list of choices or bool, not {shown(described)}."
    )


def _is_switch(described) -> bool:
    pair = isinstance(described, list | tuple) and len(described) == 2
    return pair and all(isinstance(value, bool) for value in described)


def _as_range(name: str, described: tuple, start, label: str) -> Range:
    if len(described) not in (2, 3) or not all(map(is_finite, described[:2])):
        raise ValueError(f"{name} must be {_FORMS}, not {shown(described)}.")
    (lo, hi), step = described[:2], described[2] if len(described) == 3 else None
    _check_ends(name, lo, hi, step)
    if not (is_finite(start) and lo <= start <= hi):
        raise ValueError(f"{name} starts at {start!r}, outside its range {lo!r} to {shown(hi)}.")
    if step == "log":
        return LogRange(name, lo, hi, start, label)
    if all(isinstance(number, Integral) for number in (lo, hi, start, step or 1)):
        return WholeRange(name, lo, hi, step or 1, start, label)
    return Range(name, float(lo), float(hi), step or nice_step(lo, hi), float(start), label)


def _check_ends(name: str, lo, hi, step) -> None:
    if not lo < hi:
        raise ValueError(f"{name} goes from {lo!r} to {hi!r}: the first end must be the smaller.")
    if step == "log" and lo <= 0:
        raise ValueError(f"{name} is logarithmic and must start above 0, not at {shown(lo)}.")
    if step not in (None, "log") and not (is_finite(step) and 0 < step <= hi - lo):
        raise ValueError(
            f"The step of {name} must be above 0 and within its range, not {shown(step)}."
        )
