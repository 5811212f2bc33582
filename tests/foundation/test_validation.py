import numpy as np
import pytest

from lecture_helpers.foundation import validation as v

REFUSED = [
    (lambda: v.positive(lr=0), "lr must be a finite number above 0, not 0."),
    (lambda: v.positive(lr="fast"), "lr must be a finite number above 0, not 'fast'."),
    (lambda: v.positive(lr=True), "lr must be a finite number above 0, not True."),
    (lambda: v.positive(lr=float("inf")), "lr must be a finite number above 0, not inf."),
    (lambda: v.non_negative(sigma=-0.1), "sigma must be a finite number, 0 or more, not -0.1."),
    (lambda: v.fraction(below_one=True, alpha=1.0), "alpha must be a number from 0 up to but not"),
    (lambda: v.fraction(noise=1.2), "noise must be a number from 0 to 1, not 1.2."),
    (lambda: v.whole(steps=2.5), "steps must be a whole number, 0 or more, not 2.5."),
    (lambda: v.whole(least=2, steps=1), "steps must be a whole number, 2 or more, not 1."),
    (lambda: v.finite(x=float("nan")), "x must be a finite number, not nan."),
    (lambda: v.one_of([1, 2], depth=True), "depth must be one of 1, 2, not True."),
    (lambda: v.finite_array(x=[], ndim=1), "x must not be empty; its shape is (0,)."),
    (lambda: v.finite_array(x=[[1], [1, 2]]), "x must be an array of numbers, not list."),
    (lambda: v.finite_array(x="abc"), "x must be an array of numbers, not str."),
    (lambda: v.finite_array(x=[1.0], shape=(None, 2)), "x must have shape (any, 2), not (1,)."),
]


@pytest.mark.parametrize("call, words", REFUSED)
def test_a_door_names_the_argument_and_what_is_accepted(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)


def test_accepted_values_come_back_converted():
    assert v.positive(lr=np.float32(0.5)) == 0.5
    assert v.whole(steps=np.int64(3)) == 3 and isinstance(v.whole(steps=3.0), int)
    assert v.one_of(["a", "b"], mode="b") == "b"
    assert v.finite_array(x=[[1, 2]], shape=(None, 2)).dtype == np.float64


def test_two_named_values_at_once_are_a_mistake_of_the_caller():
    with pytest.raises(TypeError):
        v.positive(lr=1, sigma=2)
