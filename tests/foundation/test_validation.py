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
    (lambda: v.whole(most=9, jobs=10), "jobs must be a whole number of at most 9, not 10."),
    (lambda: v.many(steps=float("inf")), "steps must be a whole number of at most 1,000,000, not"),
    (lambda: v.few(depth=10**400), "depth must be a whole number of at most 10,000, not a whole"),
    (lambda: v.number(until="x"), "until must be a number, not 'x'."),
    (lambda: v.share(share=0), "share must be above 0 and at most 1, not 0."),
    (lambda: v.switch(easy=1), "easy must be True or False, not 1."),
    (lambda: v.function(build=3), "build must be a function, not 3."),
    (lambda: v.instance(int | str, path=1.5), "path must be a int or str, not 1.5."),
    (lambda: v.mapping(sizes=[1]), "sizes must be a dict with names, not [1]."),
    (lambda: v.listed(at="abc"), "at must be a list, not 'abc'."),
    (lambda: v.listed(at=np.array(1.0)), "at must be a list, not array(1.)."),
    (lambda: v.some(lr=[]), "lr must list one or more different values, not []."),
    (lambda: v.some(lr=[[1], [1]]), "lr must list one or more different values, not [[1], [1]]."),
    (lambda: v.whole_array(y=[0.5]), "y must hold whole numbers, 0 or more, and not 0.5."),
    (lambda: v.whole_list(watch=[3], below=3), "watch must be a whole number of at most 2, not 3."),
    (lambda: v.positive_array(lr=[1, 0]), "lr must hold numbers above 0 only; the smallest is 0."),
    (lambda: v.any_array(path="x"), "path must be an array of numbers, not str."),
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


def test_different_things_that_read_alike_are_no_repetition():
    class Alike:
        def __repr__(self):
            return "alike"

    assert len(v.some(init_from=[Alike(), Alike()])) == 2
    assert len(v.some(batches=[np.arange(2000), np.arange(2000) * 2])) == 2


def test_two_named_values_at_once_are_a_mistake_of_the_caller():
    with pytest.raises(TypeError):
        v.positive(lr=1, sigma=2)
