"""What a check makes of answers that stumble: it says where and why, and never raises."""

import warnings

import numpy as np
import pytest

from lecture_helpers.exercises.comparison import difference, example, plain, same, shown, size
from lecture_helpers.exercises.exercise import Exercise


@pytest.fixture
def halve():
    """Halve a vector whose length is 1 to 3; at most twice."""
    return Exercise(
        name="halve", task="Write halve(x, twice).",
        reference=lambda x, twice: x / (4 if twice else 2),
        cases=lambda rng: {"x": 1 + rng.random(rng.integers(1, 4)), "twice": rng.random() < 0.5},
        mistakes={"it doubles": (lambda x, twice: x * (4 if twice else 2), "Twice is not half.")},
        hints=("Think.", "Divide."), praise="Halves matter.",
    )  # fmt: skip


def test_an_exception_is_said_in_words_with_the_students_own_line(halve):
    def answer(x, twice):
        y = x / 2
        return y.shrink()

    feedback = halve.check(answer)
    assert feedback.kind == "error"
    assert "AttributeError" in feedback.text
    assert "In line 3 of it: `return y.shrink()`" in feedback.text


def test_who_calls_the_exercise_of_that_name_is_told_so(halve):
    said = "halve is the exercise: call the function that you wrote."
    assert said in halve.check(lambda x, twice: halve(x)).text
    assert said in halve.check(halve).text


def test_an_exception_deep_inside_numpy_is_traced_to_the_students_line(halve):
    def answer(x, twice):
        return np.reshape(x, (7, 7))

    assert "In line 2 of it: `return np.reshape(x, (7, 7))`" in halve.check(answer).text


@pytest.mark.parametrize("answer", [lambda x: x, lambda: 1, lambda x, twice, more: x])
def test_the_wrong_number_of_arguments_is_said_in_words(halve, answer):
    assert repr(halve.check(answer)) == "⚠ halve must accept 2 arguments: x, twice."


def test_a_type_error_of_the_students_own_is_not_taken_for_a_wrong_signature(halve):
    assert "TypeError" in halve.check(lambda x, twice: x + "1").text


def test_an_answer_that_changes_its_input_is_told_so_even_if_its_result_is_right(halve):
    def answer(x, twice):
        x /= 4 if twice else 2
        return x

    feedback = halve.check(answer)
    assert feedback.kind == "error"
    assert "halve changes its input x." in feedback.text


def test_an_answer_that_returns_nothing_for_some_inputs_is_shown_which(halve):
    feedback = halve.check(lambda x, twice: None if twice else x / 2)
    assert feedback.kind == "error"
    assert "returns nothing for some inputs" in feedback.text
    assert "twice = True" in feedback.text
    x = next(line for line in feedback.text.splitlines() if line.startswith("x = "))
    assert "," not in x  # the smallest of them: a vector of one number


@pytest.mark.parametrize("result", ["text", {"a": 1}, [[1.0], [1.0, 2.0]], object()])
def test_a_result_that_is_no_array_is_said_in_words(halve, result):
    feedback = halve.check(lambda x, twice: result)
    assert feedback.kind == "error"
    assert "no array of numbers" in feedback.text


def test_a_list_will_do_for_an_array(halve):
    assert halve.check(lambda x, twice: [v / (4 if twice else 2) for v in x]).right


def test_rounding_is_no_mistake_and_a_millionth_is_one(halve):
    assert halve.check(lambda x, twice: halve.reference(x, twice) * (1 + 1e-9)).right
    assert halve.check(lambda x, twice: halve.reference(x, twice) * (1 + 1e-5)).kind == "wrong"


def test_a_mistake_on_some_inputs_only_is_found(halve):
    assert halve.check(lambda x, twice: x / 2).kind == "wrong"


def test_the_counter_example_is_the_smallest_and_rounded(halve):
    text = halve.check(lambda x, twice: x, seed=1).text
    assert "x = [1." in text
    numbers = [word for word in text.split() if word.startswith("[")]
    assert len(numbers) == 3  # x, expected, got: one number is enough to be wrong
    assert all(word.endswith("]") and len(word) <= len("[1.234]") for word in numbers)


def test_what_an_answer_prints_is_shown_for_one_input_only(halve, capsys):
    def answer(x, twice):
        print("here")
        return halve.reference(x, twice)

    halve.check(answer)
    assert capsys.readouterr().out == "here\n"


def test_warnings_of_an_answer_do_not_reach_the_student(halve, recwarn):
    def warns(x, twice):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return halve.reference(x, twice)

    halve.check(lambda x, twice: x / np.zeros(1))
    assert halve.check(warns).right
    assert len(recwarn) == 0


def test_a_check_leaves_the_global_random_state_alone(halve):
    before = np.random.get_state()[1].copy()
    halve.check(halve.reference)
    assert (np.random.get_state()[1] == before).all()


def test_a_stopped_kernel_is_not_swallowed(halve):
    def answer(x, twice):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        halve.check(answer)


@pytest.mark.parametrize("seed", [-1, 1.5, "a"])
def test_a_seed_that_is_none_is_refused_in_words(halve, seed):
    with pytest.raises(ValueError, match="seed must be a whole number"):
        halve.check(halve.reference, seed=seed)


def test_the_solution_below_the_stub_is_not_taken_for_ones_own(halve):
    def solved_halve(x, twice):
        return halve.reference(x, twice)

    assert repr(halve.check(solved_halve)).startswith("✔ The solution agrees on 30 random inputs.")


def test_feedback_shows_the_same_words_as_text_and_as_markdown(halve):
    feedback = halve.check(halve.reference)
    assert repr(feedback) == "✔ Right: halve agrees on 30 random inputs.\nHalves matter."
    assert feedback._repr_markdown_() == (
        "✔ **Right: halve agrees on 30 random inputs.**\n\nHalves matter."
    )


@pytest.mark.parametrize(
    "one, other, alike",
    [
        (1.0, 1.0 + 1e-9, True),
        ([1.0], 1.0, False),
        (np.nan, np.nan, True),
        (np.inf, np.inf, True),
        (1.0, np.inf, False),
        (np.nan, 1.0, False),
        ((1.0, 2.0), (1.0, 2.0), True),
        ((1.0, 2.0), (1.0,), False),
        ((1.0,), 1.0, False),
        (None, None, True),
        (None, 1.0, False),
    ],
)
def test_values_are_compared_with_their_shape(one, other, alike):
    assert same(plain(one), plain(other)) is alike


@pytest.mark.parametrize(
    "output, wanted, words",
    [
        (np.ones(2), np.zeros(3), r"shape \(2,\), it should have shape \(3,\)"),
        (np.array([np.nan, 1]), np.zeros(2), "1 of the 2 numbers"),
        (np.ones(2), np.zeros(2), "the numbers differ"),
        ((np.ones(1),), np.zeros(1), "one result is wanted"),
        (np.ones(1), (np.ones(1), np.ones(1)), "2 results are wanted"),
        ((np.ones(1), np.ones(1)), (np.ones(1), np.zeros(1)), "in result 2 of 2, the numbers"),
    ],
)
def test_a_difference_is_put_into_words(output, wanted, words):
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(difference(output, wanted))


def test_values_are_shown_with_three_decimals():
    assert shown(np.array([1 / 3, 2.0])) == "[0.333, 2.   ]"
    assert shown(None) == "None"
    assert "x = 0.333" in example({"x": 1 / 3}, got=1.0)
    assert size({"a": np.ones((2, 3)), "b": (1.0, np.ones(2)), "c": None}) == 9
