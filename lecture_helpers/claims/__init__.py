"""The lecture's 49 checkable sentences, each with its experiment and its threshold."""

from lecture_helpers.claims.claim import Claim, Record
from lecture_helpers.claims.lessons import (
    batch_normalization,
    continuation_and_curriculum,
    coordinate_descent,
    model_design,
    polyak_averaging,
    supervised_pretraining,
)

__all__ = ["CLAIMS", "Claim", "Record", "claim"]

LESSONS = (
    batch_normalization, coordinate_descent, polyak_averaging,
    supervised_pretraining, model_design, continuation_and_curriculum,
)  # fmt: skip
CLAIMS: dict[str, Claim] = {c.id: c for lesson in LESSONS for c in lesson.CLAIMS}


def claim(name: str) -> Claim:
    """The claim of that number.

    Raises:
        ValueError: there is no such claim.

    >>> claim("C8").slide
    'Batch Normalization'
    """
    if name not in CLAIMS:
        raise ValueError(f"claim must be one of 'C1' to 'C{len(CLAIMS)}', not {name!r}.")
    return CLAIMS[name]
