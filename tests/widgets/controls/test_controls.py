"""Controls keep exact values, and their widgets agree with them."""

import ipywidgets as w
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture_helpers.widgets.controls.choices import Choice, Switch
from lecture_helpers.widgets.controls.factory import as_control
from lecture_helpers.widgets.controls.ranges import LogRange, Range, WholeRange, nice_step
from tests.widgets.views import random_value


@pytest.mark.parametrize(
    ("described", "start", "kind", "widgets"),
    [
        ((0, 1.5), 0.4, Range, [w.Text, w.IntSlider]),
        ((0, 3), 1.5, Range, [w.Text, w.IntSlider]),
        ((0, 1, 0.25), 0, Range, [w.Text, w.IntSlider]),
        ((1, 9), 3, WholeRange, [w.Text, w.IntSlider]),
        ((1, 9, 2), 3, WholeRange, [w.Text, w.IntSlider]),
        ((np.int64(1), np.int64(9)), np.int64(3), WholeRange, [w.Text, w.IntSlider]),
        ((0.001, 0.5, "log"), 0.05, LogRange, [w.Text, w.IntSlider]),
        ((1, 64, "log"), 8, LogRange, [w.Text, w.IntSlider]),
        (["tanh", "relu"], "tanh", Choice, [w.ToggleButtons]),
        ([0, 2], 2, Choice, [w.ToggleButtons]),
        ([0, 1], 1, Choice, [w.SelectionSlider]),  # such buttons stay disabled in the page
        ([1, 2, 4, 8, 16, 32], 4, Choice, [w.SelectionSlider]),
        (["a rather long name", "another rather long name"], "a rather long name", Choice,
         [w.Dropdown]),
        ({"none": None, "some": 3}, None, Choice, [w.ToggleButtons]),
        (bool, True, Switch, [w.Checkbox]),
        ([False, True], False, Switch, [w.Checkbox]),
    ],
)  # fmt: skip
def test_what_is_written_decides_the_widgets(described, start, kind, widgets):
    control = as_control("x", described, start, "x")
    assert type(control) is kind and control.value == start
    assert [type(part) for part in control.parts] == widgets
    assert control.parts[0].value == (f"{start:g}" if widgets[0] is w.Text else start)


def test_the_label_stands_at_the_field_where_screen_readers_look():
    control = as_control("lr", (0.1, 1, "log"), 0.5, "learning rate")
    assert control.parts[0].description == "learning rate"


def heard(control):
    """The values that ``control`` tells from now on."""
    values = []
    control.changed = lambda moved: values.append(moved.value)
    return values


@pytest.mark.parametrize("described", [(0, 2), (0.01, 2, "log"), (0, 2, 0.5)])
def test_an_exact_number_is_kept_although_the_slider_has_no_such_place(described):
    control = as_control("x", described, 1.0, "x")
    told = heard(control)
    control.parts[0].value = "0.123456"
    assert told == [0.123456] == [control.value]
    assert control.at(control.parts[1].value) == pytest.approx(0.123456, abs=0.3)


@pytest.mark.parametrize("described", [(0, 1.04, 0.1), (0.05, 1, "log"), (0.0, 1.0), (0, 7, 2)])
def test_the_places_of_a_slider_are_whole_numbers_and_the_last_is_the_upper_end(described):
    lo, hi = described[:2]
    control = as_control("x", described, lo, "x")
    slider = control.parts[1]
    assert (slider.min, slider.step, slider.value) == (0, 1, 0) and isinstance(slider.max, int)
    values = [control.at(place) for place in range(slider.max + 1)]
    assert (values[0], values[-1]) == (lo, hi) and values == sorted({*values})
    assert [control.place(value) for value in values] == list(range(slider.max + 1))


@given(st.integers(0, 10_000))
def test_moving_a_slider_tells_once_and_sets_the_field(seed):
    rng = np.random.default_rng(seed)
    for described in [(-1, 2), (0.001, 0.5, "log"), (1, 9)]:
        control = as_control("x", described, described[1], "x")
        told = heard(control)
        wanted = random_value(control, rng)
        control.parts[1].value = control.place(wanted)
        assert control.value == pytest.approx(wanted)
        assert control.parts[0].value == f"{control.value:g}"
        assert told in ([], [control.value])


def test_a_log_slider_shows_numbers_of_three_digits_and_both_ends():
    control = as_control("lr", (0.001, 0.5, "log"), 0.01, "lr")
    assert (control.at(0), control.at(control.place(0.5))) == (0.001, 0.5)
    assert all(float(f"{v:.3g}") == v for v in control.frames())


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1, 3, "high", None, True])
def test_what_a_range_cannot_take_is_refused_and_nothing_moves(bad):
    control = as_control("x", (0, 2), 1.0, "x")
    told = heard(control)
    with pytest.raises(ValueError, match="x takes a number from 0 to 2"):
        control.set(bad)
    assert told == [] and control.value == 1.0


FIELDS = [(0, 2), (0.01, 2, "log"), (0.0, 2.0)]


@pytest.mark.parametrize("typed", ["5", "-1", "1e300", "inf", "nan", "1e", "", "abc", "1,5,0"])
@pytest.mark.parametrize("described", FIELDS)
def test_what_a_field_cannot_take_goes_back_with_a_sentence_and_never_to_an_end(described, typed):
    control = as_control("x", described, 1, "x")
    field, refusals, told = control.parts[0], [], heard(control)
    control.refused = refusals.append
    field.set_state({"value": typed})  # as the page sends it
    (sentence,) = refusals
    assert sentence.startswith("x takes a ") and " to 2, not " in sentence
    assert (control.value, field.value, told) == (1, "1", [])


@pytest.mark.parametrize(("typed", "meant"), [("0,5", 0.5), (" 1.5 ", 1.5), ("5e-1", 0.5)])
def test_a_number_may_have_a_comma_and_a_whole_one_is_not_made_of_another(typed, meant):
    control = as_control("x", (0.0, 2.0), 1.0, "x")
    control.parts[0].set_state({"value": typed})
    assert (control.value, control.parts[0].value) == (meant, f"{meant:g}")
    whole, refusals = as_control("depth", (1, 50), 20, "depth"), []
    whole.refused = refusals.append
    whole.parts[0].set_state({"value": typed})
    assert refusals == [f"depth takes a whole number from 1 to 50, not {meant}."]
    assert (whole.value, whole.parts[0].value) == (20, "20")


def test_stops_are_the_ends_or_every_choice():
    assert as_control("x", (0, 2), 1.0, "x").stops() == [0, 2]
    assert as_control("x", ["a", "b", "c"], "a", "x").stops() == ["a", "b", "c"]
    assert as_control("x", bool, True, "x").stops() == [False, True]


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_a_nice_step_is_one_two_or_five_and_about_a_hundredth(lo, width):
    hi = lo + width
    step = nice_step(lo, hi)
    assert f"{step:e}"[0] in "125"
    assert 0.3 <= step / ((hi - lo) / 100) <= 1.01
