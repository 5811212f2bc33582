"""Comparing what an answer returned with what it should have, in words a student can use."""

from collections.abc import Mapping

import numpy as np

TOLERANCE = 1e-7


def plain(value):
    """Numbers and arrays as float arrays, tuples of them as tuples; None stays.

    Raises:
        ValueError: something that is no array of numbers.
    """
    if value is None:
        return None
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    try:
        return np.array(value, dtype=float)
    except (TypeError, ValueError):
        kind = type(value).__name__
        raise ValueError(f"it returned a {kind} that is no array of numbers.") from None


def same(one, other) -> bool:
    """Whether two plain values agree within rounding, NaN with NaN.

    >>> same(plain([1.0, 2.0]), plain([1.0, 2.0 + 1e-9]))
    True
    """
    if one is None or other is None:
        return one is other
    if isinstance(one, tuple) or isinstance(other, tuple):
        alike = isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other)
        return alike and all(map(same, one, other))
    with np.errstate(all="ignore"):
        return one.shape == other.shape and np.allclose(one, other, TOLERANCE, TOLERANCE, True)


def size(inputs: Mapping) -> int:
    """How many numbers a student has to read in these inputs."""
    values = (value if isinstance(value, tuple) else (value,) for value in inputs.values())
    return sum(np.size(part) for parts in values for part in parts if part is not None)


def difference(output, wanted) -> str:
    """How ``output`` differs from ``wanted``: number of results, shape, NaN or values."""
    if isinstance(wanted, tuple) or isinstance(output, tuple):
        return _tuple_difference(output, wanted)
    if output.shape != wanted.shape:
        return f"the result has shape {output.shape}, it should have shape {wanted.shape}."
    bad = int((~np.isfinite(output)).sum())
    if bad and np.isfinite(wanted).all():
        return f"{bad} of the {output.size} numbers are NaN or infinite."
    return "the numbers differ."


def _tuple_difference(output, wanted) -> str:
    if not isinstance(wanted, tuple):
        return "one result is wanted, not several."
    if not isinstance(output, tuple) or len(output) != len(wanted):
        return f"{len(wanted)} results are wanted, in a tuple."
    place = next(k for k in range(len(wanted)) if not same(output[k], wanted[k]))
    return f"in result {place + 1} of {len(wanted)}, {difference(output[place], wanted[place])}"


def example(inputs: Mapping, **results) -> str:
    """Inputs and results as a block of text, numbers rounded."""
    lines = [f"{name} = {shown(value, len(name) + 3)}" for name, value in inputs.items()]
    lines += [f"{name:8} {shown(value, 9)}" for name, value in results.items()]
    return "```\n" + "\n".join(lines) + "\n```"


def shown(value, indent: int = 0) -> str:
    """A value to read: three decimals, later rows of an array indented under the first.

    Whole numbers are shown without a point.

    >>> shown((np.array([1.0, 1 / 3]), np.array([2.0, 0.0]), None))
    '([1.   , 0.333], [2, 0], None)'
    """
    if value is None:
        return "None"
    if isinstance(value, tuple):
        return "(" + ", ".join(shown(item, indent + 1) for item in value) + ")"
    array = np.asarray(value)
    if array.dtype.kind == "f" and np.isfinite(array).all() and (array == array.round()).all():
        array = array.astype(int)
    return np.array2string(
        array, precision=3, separator=", ", threshold=40, suppress_small=True,
        prefix=" " * indent,
    )  # fmt: skip
