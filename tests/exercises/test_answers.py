"""Whatever an answer returns gets a sentence, in every exercise, and a right one is right."""

import copy
import re
import types

import numpy as np
import pytest
import torch

from lecture_helpers.exercises import exercises
from lecture_helpers.exercises.comparison import plain

EXERCISES = exercises()
every_exercise = pytest.mark.parametrize("name", EXERCISES)


def checked(name, answer, seed=0):
    return copy.copy(EXERCISES[name]).check(answer, seed=seed)


def raising(error):
    def answer(*_):
        raise error

    return answer


def endless(*inputs):
    return endless(*inputs)


def parts(change):
    """What changes every array of a result."""
    return lambda value: (
        tuple(map(change, value)) if isinstance(value, tuple) else change(plain(value))
    )


class Hollow:
    """An array that raises when it is asked for its numbers."""

    def __array__(self, *_, **__):
        raise RuntimeError

    def __len__(self):
        raise RuntimeError


class Mute(Exception):
    def __str__(self):
        raise RuntimeError


looped: list = []
looped.append(looped)
RETURNED = {
    "text": "text", "a number as text": "1.5", "bytes": b"1", "a ragged list": [[1.0], [1.0, 2.0]],
    "an object": object(), "a module": types, "a type": int, "a function": len, "a set": {1.0},
    "a dictionary": {"a": 1.0}, "None inside": [1.0, None], "a pair of Nones": (None, None),
    "a complex number": 1 + 2j, "a list of words": ["a", "b"], "a date": np.datetime64("2020-01"),
    "an empty list": [], "an empty pair": ((), ()), "a list in itself": looped, "hollow": Hollow(),
    "ten thousand": np.zeros((100, 100)), "infinity": np.inf, "a missing number": np.nan,
}  # fmt: skip
ANSWERED = {
    "a generator": lambda *_: (k for k in range(3)),
    "a map": lambda *_: map(float, "123"),
    "an error without words": raising(ValueError()),
    "an error whose words fail": raising(Mute()),
    "a failed assertion": raising(AssertionError()),
    "exit": raising(SystemExit()),
    "a generator's exit": raising(GeneratorExit()),
    "endless recursion": endless,
    "no memory": raising(MemoryError()),
} | {words: lambda *_, r=returned: r for words, returned in RETURNED.items()}


@every_exercise
def test_whatever_comes_back_gets_a_sentence(name):
    for words, answer in ANSWERED.items():
        feedback = checked(name, answer)
        assert feedback.kind in {"error", "wrong"}, words
        head = feedback.text.split("\n")[0]
        assert re.search(r"[.:]$|for example$|message$|depth exceeded", head), f"{words}: {head}"
        assert "<" not in head, f"{words}: {head}"  # no address of an object
        assert "None" not in words or "None" in head
        feedback._repr_markdown_()


@every_exercise
def test_a_result_in_another_form_gets_a_sentence(name):
    reference = EXERCISES[name].reference
    for change, said in [
        (parts(lambda a: plain(a)[..., None]), "shape"),
        (parts(lambda a: plain(a)[None]), "shape"),
        (parts(lambda a: np.full_like(plain(a), np.nan)), "NaN"),
        (lambda value: (value, value, value, value), ""),
    ]:
        feedback = checked(name, lambda *inputs, c=change: c(reference(*inputs)))
        assert feedback.kind in {"wrong", "error"}
        assert said in feedback.text


@every_exercise
def test_who_prints_and_returns_nothing_is_told_so(name, capsys):
    feedback = checked(name, lambda *inputs: print(EXERCISES[name].reference(*inputs)))
    assert (feedback.kind, "prints and returns nothing" in feedback.text) == ("error", True)
    assert capsys.readouterr().out.count("\n") < 20  # for one input alone


@every_exercise
def test_who_forgets_to_return_what_was_computed_is_told_so(name):
    def answer(*inputs):
        found = EXERCISES[name].reference(*inputs)
        found  # noqa: B018

    feedback = checked(name, answer)
    assert (feedback.kind, "returns nothing: end it with return" in feedback.text) == ("error", 1)


@pytest.mark.parametrize("message", ["shapes (4,3) (4,) ", "for *: and **", "'a_b_c' <x> [1]"])
def test_a_message_keeps_its_signs_and_breaks_no_bold(message):
    def answer(*inputs):
        raise ValueError(message)

    (head, *_) = checked(next(iter(EXERCISES)), answer)._repr_markdown_().split("\n")
    assert head.startswith("⚠ **") and head.endswith("**") and not head.endswith(" **")
    plainly = re.sub(r"\\(.)", r"\1", head.removeprefix("⚠ **").removesuffix("**"))
    assert message.strip() in plainly and not re.search(r"(?<!\\)[*_<\[]", head[4:-2])


def tensor(value):
    """A tensor with a gradient attached."""
    return torch.tensor(plain(value), requires_grad=True) * 1.0


def forms(value) -> dict:
    """A right value in all forms that it may come in."""
    several = isinstance(value, tuple)
    values = [plain(part) for part in value] if several else plain(value)
    each = {
        "array": np.array, "list": np.ndarray.tolist, "single": np.float32, "tensor": tensor,
        "half a tensor": lambda a: torch.tensor(a, dtype=torch.float32, requires_grad=True),
        "single, as a list": lambda a: np.float32(a).tolist(),
        "single, with its rounding": lambda a: np.float32(a) * np.float32(1 + 1e-6),
    }  # fmt: skip
    if several:
        found = {f"tuple of {k}s": tuple(map(form, values)) for k, form in each.items()}
        found |= {f"list of {k}s": list(map(form, values)) for k, form in each.items()}
        if len({part.shape for part in values}) == 1:
            found |= {"stacked": np.stack(values), "a stacked tensor": tensor(np.stack(values))}
        return found
    found = {k: form(values) for k, form in each.items()}
    if values.ndim:
        found |= {"tuple": tuple(values), "list of tensors": list(map(tensor, values)),
                  "tuple of lists": tuple(values.tolist())}  # fmt: skip
    else:
        found |= {"a number of numpy's": np.float64(values), "a number": float(values)}
    return found


@every_exercise
def test_a_right_answer_is_right_in_every_form(name):
    exercise = EXERCISES[name]
    first = exercise.reference(*exercise.cases(np.random.default_rng(0)).values())
    for form in forms(first):
        feedback = checked(name, lambda *inputs, f=form: forms(exercise.reference(*inputs))[f])
        assert feedback.right, f"{form}: {feedback}"


@every_exercise
def test_a_right_answer_that_changes_an_input_is_told_which(name):
    exercise = EXERCISES[name]
    case = exercise.cases(np.random.default_rng(0))
    for place, key in enumerate(case):
        if isinstance(case[key], np.ndarray):

            def answer(*inputs, place=place):
                result = copy.deepcopy(exercise.reference(*inputs))
                inputs[place][...] = 0
                return result

            feedback = checked(name, answer)
            assert feedback.kind == "error"
            assert f"changes its input {key}." in feedback.text


@every_exercise
def test_a_mistake_without_a_name_gets_a_counter_example_that_shows_the_difference(name):
    exercise = EXERCISES[name]
    by = 3e-6

    def near(*inputs):
        bent = parts(lambda a: plain(a) * (1 + by * np.sin(7 * plain(a))) + by / 9)
        return bent(exercise.reference(*inputs))

    feedback = checked(name, near)
    assert (feedback.kind, feedback.mistake) == ("wrong", None)
    assert next(iter(exercise.cases(np.random.default_rng(0)))) in feedback.text
    expected, got = feedback.text.split("expected")[1].split("\n```")[0].split("\ngot")
    assert expected.split() != got.split()
    assert not re.search(r"-0\.?0*[ ,\])\n]", feedback.text)


@every_exercise
def test_the_opposite_of_the_right_values_is_named(name):
    feedback = checked(name, lambda *inputs: parts(np.negative)(EXERCISES[name].reference(*inputs)))
    assert feedback.mistake


# --- inputs without symmetry ------------------------------------------------------------

POSITIVE = {"var", "variances", "joint", "tuned", "probabilities", "t", "sigmas"}  # by their nature
FALLING = {"sigmas"}


@every_exercise
def test_inputs_have_no_symmetry_that_could_hide_a_mistake(name):
    cases = [EXERCISES[name].cases(np.random.default_rng(seed)) for seed in range(40)]
    for key in cases[0]:
        given = [case[key] for case in cases if not isinstance(case[key], tuple | None)]
        if given and isinstance(given[0], np.ndarray):
            arrays_are_general(key, [value for value in given if value.dtype.kind == "f"])
        elif given:
            assert len(set(given)) > 1, f"{key} is always the same"
            kind = isinstance(given[0], float)
            assert not kind or len(set(given)) > len(given) / 2, f"{key} takes few values"
            assert not kind or not set(given) & {0.0, 1.0}, key


def arrays_are_general(key, given):
    for value in given:
        assert len(np.unique(value)) == value.size or value.ndim == 2, f"{key} repeats a number"
        if value.ndim == 2 and value.shape[0] == value.shape[1]:
            assert (value != np.diag(np.diag(value))).any(), f"{key} is diagonal"
    if given:
        zeros = np.mean([(value == 0).any() for value in given])
        assert key in FALLING or zeros < 0.6, f"{key} often has a zero"
        assert key in POSITIVE or min(value.min() for value in given) < 0 < max(
            value.max() for value in given
        ), f"{key} has one sign"
        long = [value for value in given if value.ndim == 1 and len(value) > 2]
        assert key in FALLING or not long or not all((np.diff(v) > 0).all() for v in long), key


@pytest.mark.parametrize(
    "name, key", [("batch_normalization.forward", "x"), ("batch_normalization.backward", "x"),
    ("batch_normalization.running_statistics", "x"), ("model_design.residual_block", "h"),
    ("model_design.momentum_steps", "hessian"), ("polyak_averaging.averaged_unit", "weights"),
    ("coordinate_descent.dictionary_step", "codes"), ("polyak_averaging.running_mean", "path"),
    ("continuation_and_curriculum.easy_order", "probabilities")],
)  # fmt: skip
def test_no_size_is_equal_to_another(name, key):
    for seed in range(40):
        case = EXERCISES[name].cases(np.random.default_rng(seed))
        sizes = case[key].shape + ((case["steps"],) if "steps" in case else ())
        wanted = len(set(sizes)) + (key == "hessian")
        assert wanted == len(sizes)


# --- what is said is true of every program with these values ----------------------------


def test_two_programs_with_the_same_values_are_told_the_same_and_no_single_cause():
    def in_place(path):
        average, rows = 0 * path[0], []
        for t, theta in enumerate(path, start=1):
            average += (theta - average) / t
            rows.append(average)
        return rows

    answers = in_place, lambda path: [path.mean(axis=0) for _ in path]
    texts = {checked("polyak_averaging.running_mean", answer).text for answer in answers}
    assert len(texts) == 1
    assert "every row is the last average" in texts.pop()


@every_exercise
def test_no_sentence_says_what_a_program_did(name):
    for mistake, (_, sentence) in EXERCISES[name].mistakes.items():
        assert not re.search(r"\b[Yy]ou (\w+ed|forgot|wrote|took|put|cut|made)\b", sentence)
        assert " " in mistake, f"no clause: {mistake!r}"


def test_a_coefficient_at_zero_is_looked_at_again():
    def given_up(gram, correlations, x, penalty):
        swept = EXERCISES["coordinate_descent.sweep"].reference(gram, correlations, x, penalty)
        return swept if x.all() else 0 * x

    assert not checked("coordinate_descent.sweep", given_up).right


def test_an_answer_for_a_diagonal_hessian_alone_is_not_accepted():
    def diagonal(hessian, theta, lr, momentum, steps):
        reference = EXERCISES["model_design.momentum_steps"].reference
        return reference(np.diag(np.diag(hessian)), theta, lr, momentum, steps)

    assert "the diagonal of hessian alone" in checked("model_design.momentum_steps", diagonal).text
