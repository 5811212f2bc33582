"""Comparing what an answer returned with what it should have, in words a student can use."""

from collections.abc import Mapping

import numpy as np

TOLERANCE = 1e-7
SINGLE = 1e-4  # where every number is one that single precision holds
DIGITS = 16


def plain(value):
    """Numbers and arrays as float arrays, tuples of them as tuples; None stays.

    Lists, arrays and tensors of any library are arrays of numbers, a gradient attached or not.

    Raises:
        ValueError: something that is no array of numbers.
    """
    if value is None:
        return None
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return _array(value)


def fitted(value, wanted):
    """What an answer returned, as plain values in the form of ``wanted`` where it has that form.

    Several results may come as a list, a tuple, or stacked in one array; one result as any of them.

    Raises:
        ValueError: something that is no array of numbers.
    """
    listed = isinstance(value, (list, tuple))
    several = listed or getattr(value, "ndim", 0) > 0
    if isinstance(wanted, tuple) and several and len(value) == len(wanted):
        parts = tuple(_array(item) for item in value)
        arrays = listed and any(part.ndim for part in parts)
        if isinstance(value, tuple) or arrays or alike(parts, wanted):
            return parts
    found = _array_or_parts(value)
    if isinstance(value, tuple) and not isinstance(wanted, tuple) and not isinstance(found, tuple):
        parts = tuple(_array(item) for item in value)
        if found.shape != wanted.shape and any(part.shape == wanted.shape for part in parts):
            return parts
    return found


def _array_or_parts(value):
    """One array where the parts fit together, else a tuple of arrays."""
    try:
        return _array(value)
    except ValueError:
        if not isinstance(value, tuple) or not value:
            raise
        return tuple(_array(item) for item in value)


def _loose(value):
    """The value with the tensors in it as arrays."""
    if isinstance(value, (list, tuple)):
        return [_loose(item) for item in value]
    if hasattr(value, "detach") and not isinstance(value, type):
        tensor = value.detach().cpu().resolve_conj().resolve_neg()
        return tensor.double().numpy() if tensor.is_floating_point() else tensor.numpy()
    return value


def _array(value) -> np.ndarray:
    kind = type(value).__name__
    if value is None:
        raise ValueError("one of its results is None.")
    try:
        loose = _loose(value)
        array = np.asarray(loose)
        if array.dtype.kind == "O" and any(item is None for item in array.flat):
            raise ValueError(f"it returned a {kind} that holds None: no array of numbers.")
        if array.dtype.kind in "biufO":
            return np.array(array, dtype=float)
    except ValueError as error:
        if "holds None" in str(error):
            raise
        if isinstance(value, (list, tuple)) and "inhomogeneous" in str(error):
            words = f"it returned a {kind} whose rows differ in length: no array of numbers."
            raise ValueError(words) from None
    except Exception:  # whatever a foreign object does when it is asked for its numbers
        pass
    raise ValueError(f"it returned a {kind} that is no array of numbers.") from None


def tolerance(value) -> float:
    """How far an answer may be off, relatively: more where all its numbers are single precision.

    >>> tolerance(plain(np.float32([0.1, 0.2]))), tolerance(plain([0.1, 0.2]))
    (0.0001, 1e-07)
    """
    parts = value if isinstance(value, tuple) else (value,)
    with np.errstate(all="ignore"):
        single = all(part is None or _all_single(part) for part in parts)
    return SINGLE if single else TOLERANCE


def _all_single(array: np.ndarray) -> bool:
    return bool(np.array_equal(array.astype(np.float32), array, equal_nan=True))


def same(one, other, within: float = TOLERANCE) -> bool:
    """Whether two plain values agree within rounding, NaN with NaN.

    ``within`` is relative to each number, and to the largest of ``other``.

    >>> same(plain([1.0, 2.0]), plain([1.0, 2.0 + 1e-9]))
    True
    """
    if one is None or other is None:
        return one is other
    if isinstance(one, tuple) or isinstance(other, tuple):
        tuples = isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other)
        return tuples and all(same(*pair, within) for pair in zip(one, other, strict=True))
    if one.shape != other.shape:
        return False
    with np.errstate(all="ignore"):
        sizes = np.abs(other)
        scale = sizes.max() if sizes.size else 0.0
        if not np.isfinite(scale):
            scale = sizes.max(initial=0.0, where=np.isfinite(sizes))
        close = np.abs(one - other) <= within * (sizes + (scale or 1.0))
        close &= np.isfinite(sizes)
        return bool(close.all() or (close | (one == other) | (one != one) & (other != other)).all())


def alike(one, other) -> bool:
    """Whether two plain values have the same shapes, results of a tuple one by one."""
    if isinstance(one, tuple) or isinstance(other, tuple):
        tuples = isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other)
        return tuples and all(map(alike, one, other))
    return one.shape == other.shape


def size(inputs: Mapping) -> int:
    """How many numbers a student has to read in these inputs."""
    values = (value if isinstance(value, tuple) else (value,) for value in inputs.values())
    return sum(np.size(part) for parts in values for part in parts if part is not None)


def difference(output, wanted) -> str:
    """How ``output`` differs from ``wanted``: number of results, shape, NaN or values."""
    if isinstance(wanted, tuple) or isinstance(output, tuple):
        return _tuple_difference(output, wanted)
    if output.shape != wanted.shape:
        return (
            f"the result has shape {output.shape}, it should have shape {wanted.shape}."
            + " That is one number, not an array." * (wanted.shape == ())
        )
    bad = int((~np.isfinite(output)).sum())
    if bad and np.isfinite(wanted).all():
        return f"{bad} of the {output.size} numbers are NaN or infinite."
    if wanted.ndim == 0:
        return "the numbers differ."
    return f"the numbers differ{_place(output, wanted)}."


def _place(output, wanted) -> str:
    """Which rows, else which columns, else how many of the numbers are right."""
    off = ~np.isclose(output, wanted, TOLERANCE, TOLERANCE * np.abs(wanted).max())
    if off.all():
        return ""
    axes = ["row", "column"] if wanted.ndim == 2 else ["entry"] if wanted.ndim == 1 else []
    for axis, name in enumerate(axes):
        lines = off.any(axis=1 - axis) if wanted.ndim == 2 else off
        if lines.sum() == 1:
            return f" in {name} {lines.argmax()} alone (counted from 0)"
        if (~lines).sum() == 1:
            return f" in every {name} but {name} {(~lines).argmax()} (counted from 0)"
    return f" in {off.sum()} of {off.size} places"


def _tuple_difference(output, wanted) -> str:
    if not isinstance(wanted, tuple):
        return "one result is wanted, not several."
    if not isinstance(output, tuple) or len(output) != len(wanted):
        return f"{len(wanted)} results are wanted, in a tuple."
    place = next(k for k in range(len(wanted)) if not same(output[k], wanted[k]))
    return f"in result {place + 1} of {len(wanted)}, {difference(output[place], wanted[place])}"


def example(inputs: Mapping, **results) -> str:
    """Inputs and results as a block of text, numbers rounded until results differ in print."""
    lines = [f"{name} = {shown(value, len(name) + 3)}" for name, value in inputs.items()]
    for digits in range(3, DIGITS + 1):
        prints = {name: shown(value, 9, digits) for name, value in results.items()}
        if len(set(prints.values())) == len(prints):
            break
    lines += [f"{name:8} {text}" for name, text in prints.items()]
    return "```\n" + "\n".join(lines) + "\n```"


def shown(value, indent: int = 0, digits: int = 3) -> str:
    """A value to read: few decimals, later rows of an array indented under the first.

    Whole numbers are shown without a point; very small and very large ones with their power of 10.

    >>> shown((np.array([1.0, 1 / 3]), np.array([2.0, 0.0]), None))
    '([1.   , 0.333], [2, 0], None)'
    >>> shown(np.array([-1e-9, 1.5])), shown(1.234e-9)
    ('[0. , 1.5]', '1.234e-09')
    """
    if value is None:
        return "None"
    if isinstance(value, tuple):
        return "(" + ", ".join(shown(item, indent + 1, digits) for item in value) + ")"
    array = np.asarray(value)
    exponents = False
    if array.dtype.kind == "f" and array.size and np.isfinite(array).all():
        largest = np.abs(array).max()
        exponents = 0 < largest < 0.01 or largest >= 1e6
        array = array if exponents else array.round(digits) + 0.0  # no -0
        if largest < 1e6 and (value == np.round(value)).all():
            array = array.astype(int)
    return np.array2string(
        array, precision=digits, separator=", ", threshold=200, suppress_small=True,
        prefix=" " * indent,
        formatter={"float_kind": lambda x: f"{x + 0.0:.{digits}e}"} if exponents else None,
    )  # fmt: skip
