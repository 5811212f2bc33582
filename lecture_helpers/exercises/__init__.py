"""The lecture's exercises: functions to write, and checks that name what went wrong."""

from importlib import import_module
from pkgutil import iter_modules

from lecture_helpers.exercises.exercise import Exercise, Feedback

__all__ = ["Exercise", "Feedback", "exercises"]


def exercises() -> dict[str, Exercise]:
    """Every exercise of the lecture as "lesson.name".

    >>> "batch_normalization.forward" in exercises()
    True
    """
    lessons = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return {
        f"{lesson.__name__.rpartition('.')[2]}.{name}": value
        for lesson in lessons for name, value in vars(lesson).items() if isinstance(value, Exercise)
    }  # fmt: skip
