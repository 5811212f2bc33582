"""The words in which a door refuses a value: which argument, what it was, what is accepted.

Every function takes exactly one named value, ``positive(lr=lr)``, and returns it converted.
"""

import math
import numbers
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np


def _single(named: dict) -> tuple[str, Any]:
    if len(named) != 1:
        raise TypeError("pass exactly one named value, for example positive(lr=lr)")
    return next(iter(named.items()))


def _number(named: dict, accepted: str, inside: Callable[[float], bool]) -> float:
    name, value = _single(named)
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not inside(float(value)):
        raise ValueError(f"{name} must be {accepted}, not {value!r}.")
    return float(value)


def finite(**named) -> float:
    """The value as a float.

    Raises:
        ValueError: it is no finite number.
    """
    return _number(named, "a finite number", lambda v: True)


def positive(**named) -> float:
    """The value as a float above 0.

    Raises:
        ValueError: it is no finite number above 0.

    >>> positive(lr=0.1)
    0.1
    >>> positive(lr=-1)
    Traceback (most recent call last):
    ValueError: lr must be a finite number above 0, not -1.
    """
    return _number(named, "a finite number above 0", lambda v: v > 0)


def non_negative(**named) -> float:
    """The value as a float of at least 0.

    Raises:
        ValueError: it is no finite number of at least 0.
    """
    return _number(named, "a finite number, 0 or more", lambda v: v >= 0)


def fraction(*, below_one: bool = False, **named) -> float:
    """The value as a float in [0, 1], or in [0, 1) as the weight of the past in an average.

    Raises:
        ValueError: it lies outside.
    """
    if below_one:
        return _number(named, "a number from 0 up to but not including 1", lambda v: 0 <= v < 1)
    return _number(named, "a number from 0 to 1", lambda v: 0 <= v <= 1)


def whole(*, least: int = 0, **named) -> int:
    """The value as an int of at least ``least``.

    Raises:
        ValueError: it is no whole number or below ``least``.
    """
    accepted = f"a whole number, {least} or more"
    return int(_number(named, accepted, lambda v: v.is_integer() and v >= least))


def one_of(accepted: Iterable, **named):
    """The value, if it is one of ``accepted``.

    Raises:
        ValueError: it is none of them.

    >>> one_of(["relu", "tanh"], activation="rleu")
    Traceback (most recent call last):
    ValueError: activation must be one of 'relu', 'tanh', not 'rleu'.
    """
    name, value = _single(named)
    accepted = list(accepted)
    if not any(type(value) is type(a) and value == a for a in accepted):
        raise ValueError(f"{name} must be one of {', '.join(map(repr, accepted))}, not {value!r}.")
    return value


def _as_array(name: str, value: object) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError:  # ragged lists
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be an array of numbers, not {type(value).__name__}.")
    return array if array.dtype.kind == "f" else array.astype(float)


def finite_array(*, ndim: int | None = None, shape: tuple | None = None, **named) -> np.ndarray:
    """The value as a float array without NaN, infinity or emptiness.

    ``shape`` may hold None for a free length.

    Raises:
        ValueError: wrong number of axes, wrong shape, empty, NaN or infinite entries.

    >>> finite_array(x=[1.0, float("nan")], ndim=1)
    Traceback (most recent call last):
    ValueError: x must hold finite numbers only; 1 of its 2 entries are NaN or infinite.
    """
    name, value = _single(named)
    array = _as_array(name, value)
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} axes, not shape {array.shape}.")
    if shape is not None and not _fits(array.shape, shape):
        wanted = tuple("any" if n is None else n for n in shape)
        raise ValueError(f"{name} must have shape {wanted}, not {array.shape}.".replace("'", ""))
    if array.size == 0:
        raise ValueError(f"{name} must not be empty; its shape is {array.shape}.")
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise ValueError(
            f"{name} must hold finite numbers only; "
            f"{bad} of its {array.size} entries are NaN or infinite."
        )
    return array


def _fits(shape: tuple, wanted: tuple) -> bool:
    pairs = zip(shape, wanted, strict=False)
    return len(shape) == len(wanted) and all(w in (None, n) for n, w in pairs)
