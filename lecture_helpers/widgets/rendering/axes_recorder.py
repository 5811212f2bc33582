"""Axes that write down what a view asks of them, so that the next picture can be compared."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap

from lecture_helpers.widgets.reading import Reading
from lecture_helpers.widgets.view import View

CURVES = {"plot", "step", "semilogx", "semilogy", "loglog"}
ARTISTS = CURVES | {
    "add_patch", "annotate", "arrow", "axhline", "axhspan", "axline", "axvline", "axvspan", "bar",
    "barh", "contour", "contourf", "errorbar", "eventplot", "fill", "fill_between",
    "fill_betweenx", "hexbin", "hist", "hlines", "imshow", "legend", "matshow", "pcolormesh",
    "quiver", "scatter", "stairs", "stem", "text", "tricontour", "tricontourf", "vlines",
}  # fmt: skip
LAYOUT = {
    "axis", "grid", "invert_xaxis", "invert_yaxis", "locator_params", "margins", "minorticks_off",
    "minorticks_on", "set", "set_aspect", "set_axis_off", "set_axisbelow", "set_box_aspect",
    "set_facecolor", "set_title", "set_xbound", "set_xlabel", "set_xlim", "set_xscale",
    "set_xticklabels", "set_xticks", "set_ybound", "set_ylabel", "set_ylim", "set_yscale",
    "set_yticklabels", "set_yticks", "tick_params", "ticklabel_format",
}  # fmt: skip
CLIPPED = CURVES | {
    "axhline", "axhspan", "axline", "axvline", "axvspan", "bar", "barh", "contour", "contourf",
    "fill", "fill_between", "fill_betweenx", "hlines", "imshow", "pcolormesh", "quiver", "scatter",
    "stairs", "vlines",
}  # fmt: skip
TRANSFORMS = {"transAxes", "transData"}
_TRANSFORM_CALLS = {"get_xaxis_transform", "get_yaxis_transform"}


class NeedsRedraw(BaseException):
    """The view uses its axes in a way that cannot be written down: draw it in full.

    Not an ``Exception``, so that no ``except Exception`` of a view swallows it; a bare ``except``
    does, and ``record`` notices.
    """


_refused: list[bool] = []  # that a recording was refused; who draws, draws alone


def _refuse(*_, **__):
    _refused.append(True)
    raise NeedsRedraw


class Placeholder:
    """What a recorded call returns: nothing that could be used."""

    __slots__ = ()
    __getattr__ = __setattr__ = __call__ = __iter__ = __getitem__ = __len__ = __bool__ = _refuse
    __float__ = __int__ = __index__ = __array__ = __eq__ = __lt__ = __add__ = __radd__ = _refuse
    __mul__ = __sub__ = __str__ = __repr__ = __format__ = __enter__ = __contains__ = _refuse
    __hash__ = object.__hash__


class AxesTransform(Placeholder):
    """A transform of whichever axes the call is finally made on."""

    __slots__ = ("how",)

    def __init__(self, how: str):
        object.__setattr__(self, "how", how)


@dataclass
class Call:
    """One call on one axes."""

    name: str
    args: tuple
    kwargs: dict = field(default_factory=dict)

    def apply(self, ax):
        """Make the call on ``ax``."""
        args = [_on(ax, a) for a in self.args]
        return getattr(ax, self.name)(*args, **{k: _on(ax, v) for k, v in self.kwargs.items()})

    def same(self, other: "Call") -> bool:
        """Whether both calls ask for the same; False where that cannot be known."""
        return (
            self.name == other.name
            and _same(self.args, other.args)
            and _same(self.kwargs, other.kwargs)
        )


def _on(ax, value):
    if type(value) is not AxesTransform:
        return value
    how = object.__getattribute__(value, "how")
    return getattr(ax, how) if how in TRANSFORMS else getattr(ax, how)()


_PLAIN = (type(None), bool, int, float, complex, str, bytes, np.generic, Colormap, range)


def _same(one, other) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        alike = one.dtype == other.dtype and one.shape == other.shape and one.dtype.kind in "biuf"
        return alike and one.tobytes() == other.tobytes()
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(_same, one.values(), other.values()))
    if type(one) is AxesTransform:
        return object.__getattribute__(one, "how") == object.__getattribute__(other, "how")
    return isinstance(one, _PLAIN) and bool(one == other or (one != one and other != other))


def _kept(value) -> Any:
    """A copy that the view cannot change afterwards."""
    kind = type(value)
    if kind is np.ndarray:
        return value.copy()
    if kind is list or kind is tuple:
        return kind(map(_kept, value))
    if kind is dict:
        return {key: _kept(item) for key, item in value.items()}
    if issubclass(kind, Placeholder | RecordingAxes) and kind is not AxesTransform:
        _refuse()
    return value


def outside(calls: list[Call]) -> list[Call]:
    """Of these calls what may stand outside the frame: all but artists that end there.

    Of such an artist its label is left, which a legend may show.
    """
    found = []
    for call in calls:
        if call.name not in CLIPPED or not call.kwargs.get("clip_on", True):
            found.append(call)
        elif call.kwargs.get("label"):
            found.append(Call("label", (call.kwargs["label"],)))
    return found


def alike(one: list[list[Call]], other: list[list[Call]]) -> bool:
    """Whether both ask for the same, panel by panel."""
    return len(one) == len(other) and all(
        len(a) == len(b) and all(x.same(y) for x, y in zip(a, b, strict=True))
        for a, b in zip(one, other, strict=True)
    )


class RecordingAxes:
    """Stands in for axes; ``calls`` is what was asked, ``set(a=.., b=..)`` taken apart.

    To a view that asks it is an ``Axes``.
    """

    calls: list[Call]
    __class__ = property(lambda self: Axes)  # type: ignore[assignment]

    def __init__(self):
        object.__setattr__(self, "calls", [])

    def __getattr__(self, name: str):
        if name in TRANSFORMS:
            return AxesTransform(name)
        if name in _TRANSFORM_CALLS:
            return lambda: AxesTransform(name)
        if name == "set":
            return self._set
        if name in ARTISTS or name in LAYOUT:
            return lambda *args, **kwargs: self._record(name, args, kwargs)
        _refuse()

    __setattr__ = __iter__ = __bool__ = _refuse

    def _record(self, name: str, args: tuple, kwargs: dict) -> Placeholder:
        self.calls.append(Call(name, _kept(args), _kept(kwargs)))
        return Placeholder()

    def _set(self, **kwargs) -> Placeholder:
        for name, value in kwargs.items():
            if f"set_{name}" not in LAYOUT:
                _refuse()
            self._record(f"set_{name}", (value,), {})
        return Placeholder()


def record(view: View, values) -> tuple[list[list[Call]], Reading]:
    """What ``view`` asks of each panel, and its reading.

    Raises:
        NeedsRedraw: the view uses what a call returns, or asks for something unknown.
    """
    if any(view.panels.values()):
        raise NeedsRedraw
    axes = [RecordingAxes() for _ in view.panels]
    _refused.clear()
    try:
        now = view.run(axes, values)
    except Exception as problem:
        if _refused:
            raise NeedsRedraw from problem
        raise
    if _refused:
        raise NeedsRedraw
    return [ax.calls for ax in axes], now
