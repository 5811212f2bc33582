"""What a view says of itself: its panels, its controls, where they start."""

import inspect
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from matplotlib._pylab_helpers import Gcf

from lecture_helpers.foundation.validation import mapping, shown
from lecture_helpers.widgets.reading import Reading

_EXAMPLE = "def view(ax, *, lr=0.1): ..."


@dataclass(frozen=True)
class View:
    """A view function with its panels (name -> projection or None) and starting values."""

    function: Callable
    panels: Mapping[str, str | None]
    starts: Mapping[str, object]

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")

    def run(self, axes: list, values: Mapping) -> Reading:
        """The reading of the view drawn on ``axes``.

        Raises:
            ValueError: the view returned no reading, or disables an unknown control.
        """
        with _nothing_elsewhere(self.name):
            result = self.function(*axes, **values)
        if not isinstance(result, Reading):
            raise ValueError(
                f"{self.name} must return reading(...), not {type(result).__name__}: "
                "one sentence that says what the picture shows."
            )
        for name in result.disabled:
            self.require(name)
        return result

    def require(self, name: str) -> None:
        """Nothing, if the view has a control ``name``.

        Raises:
            ValueError: it has not.
        """
        if name not in self.starts:
            known = ", ".join(self.starts) or "none"
            raise ValueError(f"{self.name} has no control {name!r}; its controls are {known}.")

    def settings(self, changed: Mapping) -> dict:
        """The starting values with ``changed`` laid over them."""
        for name in changed:
            self.require(name)
        return {**self.starts, **changed}


@contextmanager
def _nothing_elsewhere(view: str) -> Iterator[None]:
    """A block in which pyplot may make no figure: nobody would see it.

    Raises:
        ValueError: it made one.
    """
    if "matplotlib.pyplot" not in sys.modules:
        yield
        return
    before, Gcf.figs = Gcf.figs, OrderedDict()
    try:
        yield
        made = list(Gcf.figs)
    finally:
        Gcf.destroy_all()
        Gcf.figs = before
    if made:
        raise ValueError(
            f"{view} draws with pyplot, where nobody looks: write ax.plot(...) instead of "
            "plt.plot(...), on the axes that it is given."
        )


def as_view(function: Callable, panels: Mapping[str, str] | None = None) -> View:
    """The view that ``function``'s signature describes.

    Raises:
        ValueError: it is no function, has no panel, or a control without a starting value.
    """
    if not callable(function) or not hasattr(function, "__name__"):
        raise ValueError(f"view must be a function such as {_EXAMPLE}, not {shown(function)}.")
    names, starts = [], {}
    for parameter in inspect.signature(function).parameters.values():
        _sort(function.__name__, parameter, names, starts)
    if not names:
        raise ValueError(f"{function.__name__} has no panel: begin it with axes, as in {_EXAMPLE}")
    return View(
        function,
        _projections(function.__name__, names, {} if panels is None else mapping(panels=panels)),
        starts,
    )


def _sort(view: str, parameter: inspect.Parameter, panels: list, starts: dict) -> None:
    name, default = parameter.name, parameter.default
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise ValueError(f"The view {view} must name its panels and controls: {parameter} is none.")
    if parameter.kind is parameter.KEYWORD_ONLY:
        if default is parameter.empty:
            raise ValueError(f"The control {name} of {view} has no starting value: {name}=... .")
        starts[name] = default
    elif default is not parameter.empty:
        raise ValueError(f"{name} of {view} stands among the panels: put a * before the controls.")
    else:
        panels.append(name)


def _projections(view: str, names: list[str], panels: Mapping) -> dict:
    for name, projection in panels.items():
        if name not in names:
            raise ValueError(f"{view} has no panel {name!r}; its panels are {', '.join(names)}.")
        if projection not in ("3d", "polar"):
            raise ValueError(f"{name} in panels must be '3d' or 'polar', not {shown(projection)}.")
    return {name: panels.get(name) for name in names}
