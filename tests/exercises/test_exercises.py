"""Every exercise of the lecture is polite to a blank, sure of the right one, names mistakes."""

import copy
from functools import cache

import numpy as np
import pytest

from lecture_helpers.exercises import exercises
from lecture_helpers.exercises.comparison import plain, same
from lecture_helpers.exercises.exercise import CASES

EXERCISES = exercises()
MISTAKES = [(name, mistake) for name, e in EXERCISES.items() for mistake in e.mistakes]
every_exercise = pytest.mark.parametrize("name", EXERCISES)
every_mistake = pytest.mark.parametrize("name, mistake", MISTAKES)


def fresh(name):
    """The exercise as a student meets it, without the wrong answers of other tests."""
    return copy.copy(EXERCISES[name])


def spoiled(value, by=1e-3):
    """A result that is a little off."""
    if isinstance(value, tuple):
        return tuple(spoiled(item, by) for item in value)
    return plain(value) * (1 + by) + by


@cache
def drawn(name, seed):
    """The generator of an exercise's inputs, and what was drawn from it so far."""
    return np.random.default_rng(seed), []


def answered(name, seed):
    """The inputs that check(..., seed) draws, with their right results, made when needed."""
    rng, made = drawn(name, seed)
    for k in range(CASES):
        if k == len(made):
            case = EXERCISES[name].cases(rng)
            made.append((case, plain(EXERCISES[name].reference(*case.values()))))
        yield made[k]


def raising(*_):
    raise NotImplementedError


@every_exercise
@pytest.mark.parametrize(
    "blank", [None, ..., NotImplemented, "later", lambda *_: None, lambda *_: ..., raising]
)
def test_a_blank_gets_a_friendly_line_that_never_changes(name, blank):
    texts = {repr(fresh(name).check(blank)) for _ in range(2)}
    assert len(texts) == 1
    assert fresh(name).check(blank).kind == "blank"
    assert fresh(name).name in texts.pop()


@every_exercise
def test_the_reference_is_confirmed_on_any_seed_with_the_same_words_that_say_why_it_matters(name):
    feedbacks = [fresh(name).check(fresh(name).reference, seed=seed) for seed in range(8)]
    assert all(feedback.right for feedback in feedbacks)
    assert len({repr(feedback) for feedback in feedbacks}) == 1
    assert EXERCISES[name].praise in repr(feedbacks[0])


@every_mistake
def test_every_mistake_is_named_as_itself(name, mistake):
    exercise = fresh(name)
    function, sentence = exercise.mistakes[mistake]
    feedback = exercise.check(function, seed=len(mistake))
    assert feedback.mistake == mistake
    assert f"your values are those you get when {mistake}." in feedback.text
    assert sentence in feedback.text


@every_mistake
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_mistake_is_confirmed_on_any_of_100_seeds(name, mistake):
    wrong, _ = EXERCISES[name].mistakes[mistake]
    for seed in range(100):
        assert any(not same(plain(wrong(*c.values())), right) for c, right in answered(name, seed))


@every_exercise
def test_a_mistake_that_comes_again_climbs_the_ladder_of_hints_and_a_right_answer_steps_off(name):
    exercise = fresh(name)
    wrong, explained = next(iter(exercise.mistakes.values()))
    said = exercise.check(wrong).text
    assert explained in said and "Hint" not in said, "what was named needs no hint"
    for hint in [*exercise.hints, exercise.hints[-1]]:
        assert hint in exercise.check(wrong).text
    exercise.check(exercise.reference)
    assert "Hint" not in exercise.check(wrong).text
    assert exercise.hints[0] in exercise.check(wrong).text


@every_exercise
def test_a_wrong_answer_without_a_name_gets_the_next_hint(name):
    exercise = fresh(name)
    wrong, _ = next(iter(exercise.mistakes.values()))

    def odd(*inputs):
        return spoiled(exercise.reference(*inputs), by=0.37)

    assert exercise.hints[0] in exercise.check(odd).text
    assert "Hint" not in exercise.check(wrong).text
    assert exercise.hints[1] in exercise.check(odd).text


@every_exercise
def test_nan_is_said_in_words(name):
    exercise = fresh(name)

    def nan(*inputs):
        return spoiled(exercise.reference(*inputs), float("nan"))

    assert "NaN or infinite" in exercise.check(nan).text


@every_exercise
def test_a_wrong_shape_is_said_in_words(name):
    exercise = fresh(name)

    def longer(value):
        return tuple(map(longer, value)) if isinstance(value, tuple) else plain(value)[..., None]

    assert "has shape" in exercise.check(lambda *x: longer(exercise.reference(*x))).text


@every_exercise
def test_inputs_are_fresh_on_every_check_and_the_same_for_a_seed(name):
    seen = []

    def look(*inputs):
        seen.append(copy.deepcopy(inputs))
        return exercise.reference(*inputs)

    exercise = fresh(name)
    for seed in (None, None, 3, 3):
        seen.append(None)
        exercise.check(look, seed=seed)
    marks = [k for k, inputs in enumerate(seen) if inputs is None]
    first, second, third, fourth = (plain(seen[k + 1]) for k in marks)
    assert not same(first, second)
    assert same(third, fourth)


@every_exercise
def test_the_reference_and_the_mistakes_leave_their_inputs_alone(name):
    exercise = fresh(name)
    case = exercise.cases(np.random.default_rng(0))
    before = copy.deepcopy(case)
    for function in [exercise.reference, *(wrong for wrong, _ in exercise.mistakes.values())]:
        with np.errstate(all="ignore"):
            function(*case.values())
        assert all(same(plain(case[key]), plain(before[key])) for key in case)


@every_exercise
def test_an_exercise_names_four_mistakes_or_more_in_whole_sentences(name):
    exercise = EXERCISES[name]
    assert len(exercise.mistakes) >= 4
    assert len(exercise.hints) >= 2
    texts = [sentence for _, sentence in exercise.mistakes.values()]
    for sentence in [exercise.task, exercise.praise, *texts]:
        assert len(sentence) > 20, f"too short to help: {sentence!r}"
        assert sentence.rstrip(")`")[-1] == ".", f"it ends without a full stop: {sentence!r}"


@every_exercise
def test_the_feedback_differs_in_words_and_symbol_and_not_in_colour(name):
    exercise = fresh(name)
    wrong = next(iter(exercise.mistakes.values()))[0]
    feedbacks = [exercise.check(a) for a in (None, exercise.reference, wrong, lambda: 1)]
    assert [feedback.kind for feedback in feedbacks] == ["blank", "right", "wrong", "error"]
    assert len({repr(feedback)[0] for feedback in feedbacks}) == 4
    assert "color" not in "".join(feedback._repr_markdown_() for feedback in feedbacks)
