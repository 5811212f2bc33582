"""Sliders over any view function; knows no lecture."""

from lecture_helpers.widgets.appearance import use
from lecture_helpers.widgets.explorer import Explorer, explore
from lecture_helpers.widgets.living import explorers
from lecture_helpers.widgets.pictures import Picture, show, strip
from lecture_helpers.widgets.reading import Reading, reading

__all__ = [
    "Explorer",
    "Picture",
    "Reading",
    "explore",
    "explorers",
    "reading",
    "show",
    "strip",
    "use",
]
