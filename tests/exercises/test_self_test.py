"""The self-tests: shown folded, and with one right answer that is nowhere to be guessed."""

import importlib
import pkgutil
import re

import pytest

from lecture_helpers import exercises
from lecture_helpers.exercises.self_test import Question, SelfTest
from tests.test_placeholders import MARK

LESSONS = {
    found.name: lesson.self_test
    for found in pkgutil.iter_modules(exercises.__path__)
    if hasattr(lesson := importlib.import_module(f"{exercises.__name__}.{found.name}"), "self_test")
}
QUESTIONS = [question for lesson in LESSONS.values() for question in lesson]


def test_every_answer_unfolds_its_own_explanation():
    question = Question("How many?", {"one": "Too few.", "two": "Both.", "three": "Many."}, "two")
    words = SelfTest([question])._repr_markdown_()
    assert words.startswith("**1.** How many?")
    assert words.count("<details>") == words.count("</details>") == 3
    assert "<summary>B. two</summary>\n\n✔ Right. Both." in words
    assert words.count("✘ Not so.") == 2


@pytest.mark.parametrize(
    "answers, right, told",
    [
        ({"one": "a", "two": "b"}, "one", "three to five answers"),
        ({"one": "a", "two": "b", "three": "c"}, "four", "none of the answers"),
    ],
)
def test_a_question_that_cannot_be_is_refused(answers, right, told):
    with pytest.raises(ValueError, match=told):
        Question("How many?", answers, right)


def test_every_lesson_has_six_to_eight_questions():
    assert LESSONS.keys() == {name.partition(".")[0] for name in exercises.exercises()}
    written = [t for t in LESSONS.values() if MARK not in t._repr_markdown_()]
    assert all(6 <= len(lesson) <= 8 for lesson in written)


@pytest.mark.parametrize("name, lesson", LESSONS.items())
def test_the_place_of_the_right_answer_says_nothing(name, lesson):
    places = [list(question.answers).index(question.right) for question in lesson]
    assert max(places.count(place) for place in places) <= 4


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.ask[:40])
def test_every_answer_is_explained_and_the_right_one_is_not_the_longest_by_far(question):
    for words, why in question.answers.items():
        assert len(why) > 25, words
        assert not re.search(r"\b(right|wrong)\b\.?$", why), why
    others = [len(words) for words in question.answers if words != question.right]
    assert len(question.right) <= 1.6 * max(others) + 5
    assert len(set(question.answers.values())) == len(question.answers)
