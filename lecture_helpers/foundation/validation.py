"""The words in which a door refuses a value: which argument, what it was, what is accepted.

Every function takes exactly one named value, ``positive(lr=lr)``, and returns it converted.
"""

import math
import numbers
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from types import UnionType
from typing import Any

import numpy as np

MANY = 1_000_000  # updates, examples, draws: far above any lesson, in reach of a laptop
FEW = 10_000  # layers, units, variables, seeds: their squares are stored, or each is a network


def shown(value: object) -> str:
    """The value on one line, in sixty letters at most.

    >>> shown("x" * 1000)
    "'xxxxxxxxxxxxxxxxxxxxxxx ... xxxxxxxxxxxxxxxxxxxxxxxxxx'"
    >>> shown(np.ones((2, 3))), shown(len)
    ('ndarray (2, 3)', 'builtin_function_or_method len')
    """
    kind, shape = type(value).__name__, getattr(value, "shape", None)
    if shape:
        return f"{kind} {tuple(shape)}"
    if isinstance(value, int) and not -1e15 < value < 1e15:
        return f"a whole number of {math.floor(math.log10(abs(value))) + 1} digits"
    words = " ".join(repr(value).split())
    if words.startswith("<"):
        return f"{kind} {getattr(value, '__name__', '')}".strip()
    return words if len(words) <= 60 else f"{words[:24]} ... {words[-27:]}"


def _single(named: dict) -> tuple[str, Any]:
    if len(named) != 1:
        raise TypeError("pass exactly one named value, for example positive(lr=lr)")
    return next(iter(named.items()))


def _number(named: dict, accepted: str, inside: Callable[[float], bool]) -> float:
    name, value = _single(named)
    if not is_finite(value) or not inside(float(value)):
        raise ValueError(f"{name} must be {accepted}, not {shown(value)}.")
    return float(value)


def is_finite(value: Any) -> bool:
    """Whether the value is a number that a float can hold, not infinite and no switch."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


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


def number(**named) -> float:
    """The value as a float, which may be infinite but not NaN.

    Raises:
        ValueError: it is no number.
    """
    name, value = _single(named)
    if isinstance(value, float | np.floating) and abs(value) == math.inf:
        return float(value)
    return _number({name: value}, "a number", lambda v: True)


def between(least: float, most: float, **named) -> float:
    """The value as a float from ``least`` to ``most``.

    Raises:
        ValueError: it lies outside.
    """
    return _number(named, f"a number from {least:g} to {most:g}", lambda v: least <= v <= most)


def share(**named) -> float:
    """The value as a float in (0, 1].

    Raises:
        ValueError: it lies outside.
    """
    return _number(named, "above 0 and at most 1", lambda v: 0 < v <= 1)


def whole(*, least: int = 0, most: float = math.inf, **named) -> int:
    """The value as an int from ``least`` to ``most``.

    Raises:
        ValueError: it is no whole number, or outside.
    """
    name, value = _single(named)
    if isinstance(value, int | float | np.integer | np.floating) and value > most:
        raise ValueError(f"{name} must be a whole number of at most {most:,}, not {shown(value)}.")
    accepted = f"a whole number, {least} or more"
    return int(_number(named, accepted, lambda v: v.is_integer() and v >= least))


def torch_seed(**named) -> int:
    """The value as a seed of torch's generators, an int of at most 64 bits.

    Raises:
        ValueError: it is no whole number from 0 to 2^64 - 1.
    """
    return whole(most=2**64 - 1, **named)


def many(*, least: int = 1, **named) -> int:
    """The value as the number of things that are made one by one, an int from ``least`` to MANY.

    What no memory holds, or no afternoon is long enough for, is refused before anything begins.

    Raises:
        ValueError: it is no whole number, or outside.

    >>> many(steps=10**9)
    Traceback (most recent call last):
    ValueError: steps must be a whole number of at most 1,000,000, not 1000000000.
    """
    return whole(least=least, most=MANY, **named)


def few(*, least: int = 1, **named) -> int:
    """As ``many``, of things whose square is stored or that are networks each: up to FEW.

    Raises:
        ValueError: it is no whole number, or outside.
    """
    return whole(least=least, most=FEW, **named)


def switch(**named) -> bool:
    """The value, if it is True or False.

    Raises:
        ValueError: it is something else.
    """
    name, value = _single(named)
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, not {shown(value)}.")
    return bool(value)


def function(**named) -> Callable:
    """The value, if it can be called.

    Raises:
        ValueError: it cannot.
    """
    name, value = _single(named)
    if not callable(value):
        raise ValueError(f"{name} must be a function, not {shown(value)}.")
    return value


def instance(kind: type | UnionType, **named) -> Any:
    """The value, if it is a ``kind``.

    Raises:
        ValueError: it is something else.

    >>> instance(list, parts=3)
    Traceback (most recent call last):
    ValueError: parts must be a list, not 3.
    """
    name, value = _single(named)
    if not isinstance(value, kind):
        kinds = " or ".join(k.__name__ for k in getattr(kind, "__args__", [kind]))
        raise ValueError(f"{name} must be a {kinds}, not {shown(value)}.")
    return value


def mapping(accepted: Iterable[str] | None = None, **named) -> Mapping:
    """The value, if it is a dict with names among ``accepted`` (any, where it is None).

    Raises:
        ValueError: it is none, or has another name.

    >>> mapping(["test", "train"], split={"tset": 0.2})
    Traceback (most recent call last):
    ValueError: split must be a dict with names among 'test', 'train', not {'tset': 0.2}.
    """
    name, value = _single(named)
    known = None if accepted is None else list(accepted)
    if not isinstance(value, Mapping) or not (known is None or {*value} <= {*known}):
        names = "names" if known is None else f"names among {', '.join(map(repr, known))}"
        raise ValueError(f"{name} must be a dict with {names}, not {shown(value)}.")
    return value


def listed(**named) -> list:
    """What the value lists: of a list, a tuple, a range, an array or the like.

    Raises:
        ValueError: it lists nothing, as a number, a word or a dict.
    """
    name, value = _single(named)
    if not isinstance(value, Iterable) or isinstance(value, str | bytes | Mapping):
        raise ValueError(f"{name} must be a list, not {shown(value)}.")
    if getattr(value, "ndim", 1) == 0:
        raise ValueError(f"{name} must be a list, not {shown(value)}.")
    return list(value)


def some(**named) -> list:
    """As ``listed``, with one entry or more, each once.

    Raises:
        ValueError: it lists nothing, or something twice.
    """
    name, value = _single(named)
    entries = listed(**{name: value})
    if not entries or _repeats(entries):
        raise ValueError(f"{name} must list one or more different values, not {shown(value)}.")
    return entries


def _repeats(entries: list) -> bool:
    try:
        return len(set(entries)) < len(entries)
    except TypeError:  # lists and arrays, which have no hash
        return any(np.array_equal(a, b) for a, b in combinations(entries, 2))


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
        known = ", ".join(map(repr, accepted))
        raise ValueError(f"{name} must be one of {known}, not {shown(value)}.")
    return value


def _as_array(name: str, value: object) -> np.ndarray:
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError):  # ragged lists; tensors with a gradient
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be an array of numbers, not {type(value).__name__}.")
    return array if array.dtype.kind == "f" else array.astype(float)


def any_array(**named) -> np.ndarray:
    """The value as a float array, in which NaN, infinity and emptiness are allowed.

    Raises:
        ValueError: it is no array of numbers.
    """
    return _as_array(*_single(named))


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


def whole_array(
    *, least: int = 0, below: float = math.inf, size: int | None = None, **named
) -> np.ndarray:
    """The value as an int array (n,) of numbers from ``least`` and smaller than ``below``.

    ``size`` is the n that it has to have.

    Raises:
        ValueError: another shape, empty, a number that is not whole or lies outside.

    >>> whole_array(targets=[0, 3], below=3)
    Traceback (most recent call last):
    ValueError: targets must hold whole numbers, 0 to 2, and not 3.
    """
    name, _ = _single(named)
    array = finite_array(**named, shape=(size,))
    odd = array[(array != np.round(array)) | (array < least) | (array >= below)]
    if odd.size:
        end = "or more" if below == math.inf else f"to {below - 1}"
        raise ValueError(f"{name} must hold whole numbers, {least} {end}, and not {odd[0]:g}.")
    return array.astype(int)


def whole_list(*, below: float = math.inf, **named) -> list[int]:
    """The value as a list of whole numbers from 0 and smaller than ``below``; it may be empty.

    Raises:
        ValueError: it is no list, or a number in it is not whole or lies outside.
    """
    name, value = _single(named)
    most = below - 1
    return [whole(most=most, **{name: n}) for n in listed(**{name: value})]


def positive_array(*, ndim: int | None = None, shape: tuple | None = None, **named) -> np.ndarray:
    """As ``finite_array``, every entry above 0.

    Raises:
        ValueError: as there, or an entry of 0 or less.
    """
    name, _ = _single(named)
    array = finite_array(ndim=ndim, shape=shape, **named)
    if array.min() <= 0:
        raise ValueError(f"{name} must hold numbers above 0 only; the smallest is {array.min():g}.")
    return array


def spread_array(*, shape: tuple, **named) -> np.ndarray:
    """A number as an array of that shape, read-only, or an array that has it.

    Raises:
        ValueError: another shape, NaN or infinite entries.

    >>> spread_array(shape=(2,), noise=3.0)
    array([3., 3.])
    """
    name, value = _single(named)
    array = finite_array(**{name: value})
    if array.shape not in ((), shape):
        raise ValueError(f"{name} must be a number or have shape {shape}, not {array.shape}.")
    return np.broadcast_to(array, shape)


def _fits(shape: tuple, wanted: tuple) -> bool:
    pairs = zip(shape, wanted, strict=False)
    return len(shape) == len(wanted) and all(w in (None, n) for n, w in pairs)
