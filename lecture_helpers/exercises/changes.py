"""How inputs and right results are changed to see whether an answer comes out, with the words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from lecture_helpers.exercises.comparison import same

Cases = Sequence[Mapping]

NUMBERS: dict[str, Callable] = {
    "0": lambda s: 0.0 * s, "1": lambda s: s**0, "-{}": np.negative, "1 - {}": lambda s: 1 - s,
    "1 + {}": lambda s: 1 + s, "1 / {}": lambda s: 1 / s, "the square of {}": np.square,
    "the root of {}": np.sqrt, "2 {}": lambda s: 2 * s, "{} / 2": lambda s: s / 2,
}  # fmt: skip
WHOLES: dict[str, Callable] = {
    "{} + 1": lambda n: n + 1, "{} - 1": lambda n: n - 1, "1": lambda n: 1, "0": lambda n: 0,
    "2 {}": lambda n: 2 * n, "half of {}": lambda n: n // 2, "-{}": lambda n: -n,
}  # fmt: skip
TRUTHS: dict[str, Callable] = {
    "the opposite of {}": np.logical_not, "True": np.ones_like, "False": np.zeros_like,
}  # fmt: skip
ARRAYS: dict[str, Callable] = {
    "zeros": np.zeros_like, "ones": np.ones_like, "-{}": np.negative, "|{}|": np.abs,
    "the square of {}": np.square, "the root of {}": np.sqrt, "the sign of {}": np.sign,
    "1 / {}": lambda a: 1 / a, "2 {}": lambda a: 2 * a, "{} / 2": lambda a: a / 2,
    "{} in reverse": lambda a: a[::-1], "{} without its first entry": lambda a: a[1:],
    "{} without its last entry": lambda a: a[:-1], "{} sorted": lambda a: np.sort(a, axis=0),
    "the first entry of {} alone": lambda a: a[:1], "the last entry of {} alone": lambda a: a[-1:],
    "{} transposed": lambda a: np.swapaxes(a, -1, -2),
    "the diagonal of {} alone": lambda a: np.diag(np.diag(a)),
    "the mean of {} over its rows": lambda a: np.broadcast_to(a.mean(axis=0), a.shape),
    "{} less its mean": lambda a: a - a.mean(axis=0),
    "the running largest of {}": lambda a: np.maximum.accumulate(a),
    "{} moved on by one entry": lambda a: np.roll(a, 1, axis=0),
    "{} cut off to whole numbers": np.trunc,
}  # fmt: skip


def _kind(value) -> dict[str, Callable]:
    if isinstance(value, (bool, np.bool_)):
        return TRUTHS
    if isinstance(value, (int, np.integer)):
        return WHOLES
    if isinstance(value, (float, np.floating)):
        return NUMBERS
    if isinstance(value, np.ndarray):
        return TRUTHS if value.dtype.kind == "b" else ARRAYS if value.dtype.kind == "f" else {}
    return {}


def changed_inputs(cases: Cases) -> Iterator[tuple[str, Callable]]:
    """Changes of one input, and exchanges of two alike, with their words."""
    names = list(cases[0])
    for place, name in enumerate(names):
        for words, change in _kind(cases[0][name]).items():
            yield f"{words.format(name)} in place of {name}", _at(place, change)
        if any(isinstance(case[name], tuple) for case in cases):
            yield f"the parts of {name} exchanged", _at(place, lambda v: v and v[::-1])
    for one, two in combinations(range(len(names)), 2):
        shapes = {(np.shape(c[names[one]]), np.shape(c[names[two]])) for c in cases}
        alike = all(a == b for a, b in shapes) and _kind(cases[0][names[one]]) in (NUMBERS, ARRAYS)
        if alike and _kind(cases[0][names[two]]) is _kind(cases[0][names[one]]):
            yield f"{names[one]} and {names[two]} exchanged", _exchange(one, two)


def _at(place: int, change: Callable) -> Callable:
    return lambda case: (*case[:place], change(case[place]), *case[place + 1 :])


def _exchange(one: int, two: int) -> Callable:
    order = {one: two, two: one}
    return lambda case: [case[order.get(k, k)] for k in range(len(case))]


def given_inputs(cases: Cases) -> Iterator[tuple[str, Callable]]:
    for place, name in enumerate(cases[0]):
        if isinstance(cases[0][name], (float, np.ndarray)):
            yield name, lambda *case, k=place: case[k]


AFTERWARDS: dict[str, Callable] = {
    "in an array of one more axis": lambda v: v[..., None],
    "in an array of one more axis, the first": lambda v: v[None],
    "with the sign turned round": lambda v: tuple(-p for p in v) if isinstance(v, tuple) else -v,
    "without their signs": lambda v: tuple(map(np.abs, v)) if isinstance(v, tuple) else np.abs(v),
    "cut off to whole numbers": lambda v: (
        tuple(map(np.trunc, v)) if isinstance(v, tuple) else np.trunc(v)
    ),
    "rounded down to whole numbers": np.floor,
    "rounded to whole numbers": np.round,
    "squared": np.square,
    "under a root": np.sqrt,
    "one divided by them": lambda v: 1 / v,
    "with 0 for the negative ones": lambda v: np.maximum(v, 0),
    "in reverse order": lambda v: v[::-1],
    "transposed": lambda v: v.T,
    "sorted": lambda v: np.sort(v, axis=0),
    "as the places that would sort them": lambda v: np.argsort(v, axis=0, kind="stable"),
    "added up from the first on": lambda v: np.cumsum(v, axis=0),
    "the first row alone": lambda v: v[0],
    "the last row alone": lambda v: v[-1],
    "the first row alone, in an array": lambda v: v[:1],
    "the last row alone, in an array": lambda v: v[-1:],
    "the last row in every row": lambda v: np.broadcast_to(v[-1], v.shape),
    "without the first row": lambda v: v[1:],
    "without the last row": lambda v: v[:-1],
    "after a row of zeros": lambda v: np.concatenate([np.zeros_like(v[:1]), v]),
    "one row late, after a row of zeros": lambda v: np.concatenate([np.zeros_like(v[:1]), v[:-1]]),
    "the first column alone, zeros beside it": lambda v: v * (np.arange(v.shape[1]) == 0),
    "the first row alone, zeros under it": lambda v: v * (np.arange(len(v)) == 0)[:, None],
    "averaged over the rows": lambda v: v.mean(axis=0),
    "averaged over everything": lambda v: v.mean(),
    "added up over everything": lambda v: v.sum(),
    "in one long row": lambda v: v.ravel(),
}


def factor(output: np.ndarray, value: np.ndarray, within: float) -> float | None:
    if value.size == 0 or not np.abs(value).max() > 0:
        return None
    place = np.abs(value).argmax()
    factor = output.ravel()[place] / value.ravel()[place]
    return float(factor) if np.isfinite(factor) and same(output, factor * value, within) else None


def shift(output: np.ndarray, value: np.ndarray, within: float) -> float | None:
    shift = (output - value).mean() if value.size else np.nan
    return float(shift) if np.isfinite(shift) and same(output, value + shift, within) else None


FORMS: dict[str, Callable] = {
    "{}": lambda s: s, "1 / {}": lambda s: 1 / s, "{}^2": np.square, "1 / {}^2": lambda s: s**-2.0,
    "the root of {}": np.sqrt, "1 / the root of {}": lambda s: s**-0.5, "-{}": np.negative,
    "1 - {}": lambda s: 1 - s, "1 / (1 - {})": lambda s: 1 / (1 - s), "1 + {}": lambda s: 1 + s,
    "1 / (1 + {})": lambda s: 1 / (1 + s), "{0} - 1": lambda s: s - 1,
    "1 / ({} - 1)": lambda s: 1 / (s - 1), "({0} - 1) / {0}": lambda s: (s - 1) / s,
    "{0} / ({0} - 1)": lambda s: s / (s - 1), "(1 - {})^2": lambda s: (1 - s) ** 2,
    "the root of 1 - {}": lambda s: np.sqrt(1 - s), "{0} / (1 - {0})": lambda s: s / (1 - s),
    "100 {}": lambda s: 100 * s,
}  # fmt: skip


def expression(found: list[float], cases: Cases, within: float) -> str | None:
    """The number that all are, or the input or size that they follow from, in words."""
    if same(np.array(found), np.full(len(found), found[0]), within):
        return number(found[0], within)
    for name, numbers in _numbers(cases):
        for words, form in FORMS.items():
            with np.errstate(all="ignore"):
                if same(np.array(found), form(numbers), within):
                    return words.format(name)
    return None


def number(value: float, within: float) -> str:
    """As few digits as say it: 2, 0.5, 1.96, 1.000003."""
    texts = (f"{value:.{digits}g}" for digits in range(1, 16))
    return next((text for text in texts if abs(float(text) - value) <= within * abs(value)), "0")


def _numbers(cases: Cases) -> Iterator[tuple[str, np.ndarray]]:
    """What a case can be told apart by: its numbers, and the sizes of its arrays."""
    for name, value in cases[0].items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield name, np.array([float(case[name]) for case in cases])
        if isinstance(value, np.ndarray):
            for axis in range(value.ndim):
                what = (
                    ("rows", "columns")[axis] if value.ndim == 2 else f"entries along axis {axis}"
                )
                words = "the length" if value.ndim == 1 else f"the size of the {what}"
                sizes = [float(case[name].shape[axis]) for case in cases]
                if len(set(sizes)) > 1:
                    yield f"{words} of {name}", np.array(sizes)
