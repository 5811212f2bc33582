"""One look per meaning: a colour that survives colour blindness, plus a dash and a marker.

The colours are Okabe and Ito's (2008), the darker six, which keep a contrast of 3 on white.
"""

from dataclasses import dataclass

from lecture_helpers.foundation.validation import one_of

INK = "#33363b"
GREY = "#8b8f97"
PALE = "#d9dbe0"
BLUE = "#0072b2"
VERMILLION = "#d55e00"
GREEN = "#008a64"
PURPLE = "#b0528a"


@dataclass(frozen=True)
class Role:
    """How one meaning is drawn: colour, dash pattern, marker and hatch."""

    colour: str
    dash: str = "-"
    marker: str = "o"
    hatch: str = ""


ROLES = {
    "cost": Role(INK, "-", ""),
    "changed cost": Role(BLUE, "-", ""),
    "iterate": Role(VERMILLION, "-", "o"),
    "average": Role(BLUE, "-", "D"),
    "tail average": Role(GREEN, "-.", "^"),
    "exponential average": Role(PURPLE, "--", "v"),
    "with": Role(BLUE, "-", "o"),
    "without": Role(VERMILLION, "--", "s", "//"),
    "control": Role(GREEN, "-.", "^"),
    "other control": Role(PURPLE, ":", "v"),
    "third control": Role(INK, "-", "D"),
    "predicted": Role(INK, "--", ""),
    "measured": Role(BLUE, "-", "o"),
    "before": Role(VERMILLION, "--", "s", "//"),
    "after": Role(BLUE, "-", "o"),
    "minimum": Role(INK, "-", "*"),
    "here": Role(INK, ":", ""),
    "ghost": Role(GREY, "-", ""),
}


def role(name: str) -> Role:
    """The look of a meaning.

    Raises:
        ValueError: no such role.

    >>> role("with").marker
    'o'
    """
    one_of(ROLES, role=name)
    return ROLES[name]
