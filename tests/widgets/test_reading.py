"""A reading is a sentence with named values."""

import numpy as np
import pytest

from lecture_helpers.widgets import reading


def test_a_reading_is_its_sentence_and_gives_its_values():
    now = reading("It stops at {stop:.2f}.", stop=1.234, path=[1, 2])
    assert str(now) == "It stops at 1.23."
    assert (now.stop, now.path, dict(now.values)) == (
        1.234,
        [1, 2],
        {"stop": 1.234, "path": [1, 2]},
    )


def test_values_may_have_any_name_even_template_or_idle_free_words():
    assert str(reading("{template} {self}", template=1, self=2)) == "1 2"


def test_a_reading_cannot_be_changed():
    now = reading("{a}", a=1)
    with pytest.raises(TypeError):
        now.values["a"] = 2
    with pytest.raises(AttributeError):
        now.sentence = "other"


def test_idle_controls_are_no_values():
    now = reading("{a}", a=1, disabled=("lr", "momentum"))
    assert now.disabled == {"lr", "momentum"} and "disabled" not in now.values
    assert reading("x", disabled="lr").disabled == {"lr"}


@pytest.mark.parametrize(
    ("template", "values", "words"),
    [
        ("at {stop}", {}, "names 'stop', but was given no value"),
        ("at {stop}", {"lr": 1}, "names 'stop', but was given lr"),
        ("at {}", {"lr": 1}, "names 'an unnamed value'"),
        ("at {lr:.2f}", {"lr": "high"}, "cannot be written"),
        ("at {lr", {"lr": 1}, "cannot be written"),
        (3, {}, "template must be the sentence of the reading, not 3"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused_in_words(template, values, words):
    with pytest.raises(ValueError, match=words):
        reading(template, **values)


def test_a_missing_value_is_named_with_those_there_are():
    with pytest.raises(AttributeError, match="no value 'stopp'; it has stop"):
        _ = reading("{stop}", stop=np.float64(1)).stopp
