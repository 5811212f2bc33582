"""Sliders over any view function; knows no lecture."""

from lecture_helpers.widgets.appearance import use
from lecture_helpers.widgets.explorer import Explorer
from lecture_helpers.widgets.make_explorer import explore
from lecture_helpers.widgets.pictures import Picture, show, strip
from lecture_helpers.widgets.reading import Reading, reading
from lecture_helpers.widgets.registry import explorers
