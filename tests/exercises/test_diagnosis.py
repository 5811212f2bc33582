"""What the values of a wrong answer are, found by comparing."""

import numpy as np
import pytest

from lecture_helpers.exercises.exercise import Exercise


def _scaled(x, rate, negative, *, power=1):
    y = (x**power) * rate
    return -y if negative else y


@pytest.fixture
def scale():
    """rate * x, turned round where negative."""
    return Exercise(
        name="scale", task="Write scale(x, rate, negative).", reference=_scaled,
        cases=lambda rng: {"x": rng.normal(size=(4, 3)), "rate": float(rng.uniform(0.2, 0.8)),
                           "negative": bool(rng.integers(2))},
        mistakes={
            "x is squared": ({"power": 2}, "It is a product."),
            "the sign is forgotten": ({"negative": False}, "Turn it round where negative."),
            "1 is added": (lambda *case: _scaled(*case) + 1, "Nothing is added."),
        },
        hints=("Multiply.",), praise="It scales.",
    )  # fmt: skip


@pytest.mark.parametrize(
    "answer, said",
    [
        (lambda x, r, n: _scaled(x, r, n, power=2), "those you get when x is squared"),
        (lambda x, r, n: _scaled(x, 1 - r, n), "those you get with 1 - rate in place of rate"),
        (lambda x, r, n: _scaled(x, r, not n), "the right ones, with the sign turned round"),
        (lambda x, r, n: x, "those of the input x"),
        (lambda x, r, n: _scaled(x, r, False, power=2), "x is squared, and when the sign is forg"),
        (lambda x, r, n: _scaled(x, r, n).T, "the right ones, transposed"),
        (lambda x, r, n: _scaled(x, r, n) * 3.25, "the right ones, times 3.25"),
        (lambda x, r, n: _scaled(x, r, n) + r, "the right ones, plus rate"),
        (lambda x, r, n: 0 * x + 7, "7 everywhere"),
        (lambda x, r, n: np.trunc(_scaled(x, r, n)), "the right ones, cut off to whole numbers"),
        (lambda x, r, n: _scaled(x, r, n)[-1], "the right ones, the last row alone. The result"),
        (lambda x, r, n: (_scaled(x, r, n), x), "the right ones, in result 1 of the 2 returned"),
        (lambda x, r, n: _scaled(x, r / 2, n) + 1, "when 1 is added, with x / 2 in place of"),
    ],
)
def test_the_values_are_recognised(scale, answer, said):
    for seed in range(3):
        text = scale.check(answer, seed=seed).text
        assert said in text


@pytest.mark.parametrize(
    "answer, said",
    [
        (lambda x, r, n: -x * r if n else x, "are, where negative is False, those of the input x"),
        (lambda x, r, n: x * r, "are those you get when the sign is forgotten"),
        (lambda x, r, n: x * r**2 if n else x * r, "are, where negative is True, the right ones"),
        (lambda x, r, n: _scaled(x, r, n) + (x[0, 0] > 0), "inputs where it is wrong, those you"),
    ],
)
def test_a_mistake_on_some_inputs_is_told_with_where(scale, answer, said):
    for seed in range(3):
        assert said in scale.check(answer, seed=seed).text


def test_results_of_a_tuple_are_looked_at_one_by_one():
    both = Exercise(
        name="both", task="Write both(a, b).", reference=lambda a, b: (a + b, a - b),
        cases=lambda rng: {"a": rng.normal(size=3), "b": rng.normal(size=3)},
        mistakes={}, hints=(), praise="Both.",
    )  # fmt: skip
    assert both.check(lambda a, b: (a + b, b - a), seed=0).text.startswith(
        "Not yet: your values are those you get with a and b exchanged."
    )
    text = both.check(lambda a, b: (a + b, 2 * (a - b)), seed=0).text
    assert "your values are, in result 2 of 2, the right ones, times 2." in text
    assert "another order: 2, 1" in both.check(lambda a, b: (a - b, a + b), seed=0).text
    assert "result 2 alone" in both.check(lambda a, b: a - b, seed=0).text


def test_what_fits_nothing_gets_no_name(scale):
    rng = np.random.default_rng(0)
    assert scale.check(lambda x, r, n: rng.normal(size=x.shape)).mistake is None


def test_values_that_say_nothing_get_no_name(scale):
    assert scale.check(lambda x, r, n: np.nan * x).mistake is None


def test_a_few_wrong_values_are_no_diagnosis(scale):
    calls = []

    def answer(x, r, n):
        calls.append(x)
        return _scaled(x, r, n) * (2 if len(calls) in (3, 9) else 1)

    feedback = scale.check(answer)
    assert (feedback.kind, feedback.mistake) == ("wrong", None)
