"""The lecture's checkable sentences, each with its experiment and its threshold."""

from importlib import import_module
from pkgutil import iter_modules

from lecture_helpers.claims import lessons
from lecture_helpers.claims.claim import Claim, Record
from lecture_helpers.foundation.validation import shown

__all__ = ["CLAIMS", "Claim", "Record", "claim"]

_FILES = [
    import_module(f"{lessons.__name__}.{file.name}") for file in iter_modules(lessons.__path__)
]
LESSONS = tuple(sorted(_FILES, key=lambda lesson: lesson.LESSON))
CLAIMS: dict[str, Claim] = {c.id: c for lesson in LESSONS for c in lesson.CLAIMS}


def claim(name: str) -> Claim:
    """The claim of that number.

    Raises:
        ValueError: there is no such claim.

    >>> claim("C8").slide
    'Batch Normalization'
    """
    if not isinstance(name, str) or name not in CLAIMS:
        raise ValueError(f"claim must be one of 'C1' to 'C{len(CLAIMS)}', not {shown(name)}.")
    return CLAIMS[name]
