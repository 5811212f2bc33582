"""An explorer moves its picture, its reading, its goals; it never fails in silence."""

import threading

import ipywidgets as w
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

from lecture_helpers.widgets import explore, explorers, reading
from lecture_helpers.widgets.rendering.canvas import CUT, SLACK, crowded
from lecture_helpers.widgets.rendering.pixels import decode_png
from tests.widgets.views import T, fresh_png, sine, two_panels


@pytest.fixture
def make():
    made, widgets = [], len(_instances)

    def of(view=sine, **arguments):
        made.append(explore(view, **(arguments or dict(height=(0.0, 2.0), waves=(1, 5)))))
        return made[-1]

    yield of
    for explorer in made:
        explorer.close()
    assert len(_instances) == widgets, "closing left widgets open"


def shown(explorer) -> str:
    return explorer.layout.reading.value


def buttons(explorer) -> dict:
    found, boxes = {}, [explorer.layout.box]
    while boxes:
        for child in getattr(boxes.pop(), "children", ()):
            boxes.append(child)
            if isinstance(child, w.Button):
                found[child.description] = child
    return found


def test_it_starts_at_the_defaults_of_the_view(make):
    explorer = make()
    assert explorer.values == dict(height=1.0, waves=2, style="solid", shown=True)
    assert str(explorer.reading) == "The top is at 1.00." and explorer.error == ""


@pytest.mark.parametrize("part", [0, 1])
def test_moving_either_widget_moves_value_picture_and_reading(make, part):
    explorer = make()
    before = explorer.png
    height = explorer.controls["height"]
    height.parts[part].value = ("0.5", height.place(0.5))[part]
    assert explorer.values["height"] == 0.5
    assert "at 0.50" in shown(explorer) and explorer.png != before
    assert explorer.png == fresh_png(explorer)
    below, above = explorer.layout.layers
    assert (below.value, above.value) == (explorer.canvas.background, explorer.canvas.overlay)


def test_both_layers_have_the_same_shape_whatever_is_in_them(make):
    explorer = make()
    shapes = {decode_png(image.value).shape for image in explorer.layout.layers}
    explorer.set(height=0.5)
    assert explorer.canvas.parted
    shapes |= {decode_png(image.value).shape for image in explorer.layout.layers}
    assert len(shapes) == 1


def test_set_moves_the_widgets_and_draws_once(make):
    calls = []

    def counted(ax, *, a=1, b=1):
        calls.append((a, b))
        return reading("{a}", a=a)

    explorer = make(counted, a=(0, 3), b=(0, 3))
    calls.clear()
    explorer.set(a=2, b=3)
    assert calls == [(2, 3)]
    assert [part.value for part in explorer.controls["a"].parts] == ["2", 2]


def test_set_with_a_bad_value_moves_nothing(make):
    explorer = make()
    with pytest.raises(ValueError, match="takes a whole number from 1 to 5, not 9"):
        explorer.set(height=0.5, waves=9)
    with pytest.raises(ValueError, match="no control 'speed'"):
        explorer.set(speed=9)
    assert explorer.values["height"] == 1.0


def test_a_preset_is_the_start_with_its_settings_laid_over(make):
    explorer = make(height=(0, 2), waves=(1, 5), presets={"1 low": dict(height=0.5)})
    explorer.set(waves=4)
    buttons(explorer)["1 low"].click()
    assert explorer.values | dict(height=0.5, waves=2) == explorer.values
    with pytest.raises(ValueError, match="no preset '2'"):
        explorer.press("2")


def test_typing_a_digit_in_the_key_field_presses_that_preset(make):
    presets = {"1 low": dict(height=0.5), "2 high": dict(height=2)}
    explorer = make(height=(0, 2), presets=presets)
    for typed, height in [("2", 2), ("1", 0.5), ("7", 0.5), ("x", 0.5), ("²", 0.5)]:
        explorer.layout.key.value = typed
        assert (explorer.values["height"], explorer.layout.key.value) == (height, "")


def test_a_goal_is_ticked_when_met_and_stays_so(make):
    explorer = make(height=(0, 2), goals={"flat & low": lambda now: now.top < 0.1})
    assert "☐ flat &amp; low" in explorer.layout.tally.value
    explorer.set(height=0)
    explorer.set(height=2)
    assert explorer.goals == {"flat & low": True}
    assert "☑ flat &amp; low" in explorer.layout.tally.value


def wide(ax, *, top=1.0, name="y"):
    """Its numbers and its label take more room at one end."""
    ax.plot([0, 1], [0, top])
    ax.set(xlim=(0, 1), ylim=(0, top), ylabel=f"{name}\n{name}" if top > 10 else name)
    return reading("{top}", top=top)


def wide_on_the_right(left, right, *, top=1.0):
    wide(left)
    return wide(right, top=top)


def test_a_label_longer_than_the_picture_is_found_by_few_pixels(make):
    def labelled(ax, *, top=1.0):
        ax.plot([0, 1], [0, top])
        ax.set(xlim=(0, 1), ylim=(0, 2), ylabel="about as long as it is high")
        return reading("{top}", top=top)

    long = make(labelled, top=(1.0, 2.0), size=(4, 2.1)).canvas.figure
    assert crowded(long) and not crowded(make(labelled, top=(1.0, 2.0), size=(4, 3)).canvas.figure)
    beyond = long.axes[0].yaxis.label.get_window_extent().y1 - long.bbox.y1
    assert CUT < beyond < SLACK  # the whole panel with its words would pass


def legend_beside(ax, *, top=1.0):
    """Nothing changes but the curve, and its name in a legend beside the panel."""
    ax.plot([0, 1], [0, 1 / top], label="few" if top < 10 else "a great many of them")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    return reading("{top}", top=top)


def words_beside(ax, *, top=1.0):
    """Words that are not cut at the frame."""
    ax.plot([0, 1], [0, 1 / top])
    ax.text(1.02, 0.5, "few" if top < 10 else "a great many of them")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return reading("{top}", top=top)


@pytest.mark.parametrize("view", [wide, wide_on_the_right, legend_beside, words_beside])
def test_words_are_whole_at_every_end_and_panels_stay_where_they_are(make, view):
    explorer = make(view, top=(1.0, 123456.0))
    places = []
    for top in (1.0, 123456.0, 2.0):
        explorer.set(top=top)
        axes = explorer.canvas.figure.axes
        assert not crowded(explorer.canvas.figure)
        places.append([ax.get_position().bounds for ax in axes])
    assert places[0] == places[1] == places[2]
    assert explorer.png == fresh_png(explorer)


def test_a_preset_alone_reaches_no_goal_but_a_hand_that_goes_on_from_it_does(make):
    goals = {"high": lambda now: now.top > 1.5}
    explorer = make(sine, height=(0.0, 2.0), presets={"1 up": dict(height=1.8)}, goals=goals)
    explorer.begin("1 up")
    explorer.pin()
    assert explorer.reading.top > 1.5 and not explorer.goals["high"]
    explorer.set(height=0.1)
    assert not explorer.goals["high"]
    explorer.set(height=1.8)
    assert explorer.goals["high"]


def test_a_goal_that_cannot_be_judged_is_an_error_in_words(make):
    explorer = make(height=(0, 2), goals={"odd": lambda now: now.top > 1.5 and now.bottom})
    explorer.set(height=2)
    assert "the goal 'odd' cannot be judged: this reading has no value 'bottom'" in explorer.error


def test_predict_hides_the_reading_until_the_class_has_chosen(make):
    explorer = make(height=(0, 2), predict=("Where?", ["up", "down"]))
    explorer.set(height=2)
    assert "The top" not in shown(explorer)
    buttons(explorer)["down"].click()
    assert "at 2.00" in shown(explorer)
    assert [b.button_style for b in explorer.layout.answers] == ["", "info"]
    explorer.reset()
    assert "The top" not in shown(explorer)


def test_a_covered_picture_waits_for_an_answer_each_time(make):
    explorer = make(height=(0, 2), predict=("Where?", ["up", "down"]), cover=True)

    def covered():
        return "lecture-covered" in explorer.layout.figure._dom_classes

    assert covered()
    explorer.set(height=2)
    assert covered()
    explorer.layout.answer(1)
    assert not covered()
    explorer.reset()
    assert covered()


@pytest.mark.parametrize(("given", "words"), [
    (dict(cover=1, predict="Where?"), "cover must be True or False, not 1"),
    (dict(cover=True), "cover=True hides the picture until predict is answered"),
])  # fmt: skip
def test_a_cover_that_cannot_be_is_told(make, given, words):
    with pytest.raises(ValueError, match=words):
        make(height=(0, 2), **given)


def marked(explorer) -> list:
    return [button.icon for button in explorer.layout.answers]


def test_the_right_answer_is_marked_once_something_was_moved_after_the_choice(make):
    explorer = make(height=(0, 2), predict=("Where?", ["up", "down"], 0))
    explorer.layout.answer(1)
    assert marked(explorer) == ["", ""]
    explorer.set(height=2)
    assert marked(explorer) == ["check", ""]
    assert [b.button_style for b in explorer.layout.answers] == ["", "info"]
    explorer.set(height=1)
    assert marked(explorer) == ["check", ""]
    explorer.reset()
    assert marked(explorer) == ["", ""]
    explorer.set(height=2)
    assert marked(explorer) == ["", ""]
    explorer.layout.answer(0)
    assert marked(explorer) == ["", ""]
    explorer.set(height=1.5)
    assert marked(explorer) == ["check", ""]


def test_without_a_right_answer_none_is_marked(make):
    explorer = make(height=(0, 2), predict=("Where?", ["up", "down"]))
    explorer.layout.answer(1)
    explorer.set(height=2)
    assert marked(explorer) == ["", ""]


def test_a_question_alone_gets_a_show_button(make):
    explorer = make(height=(0, 2), predict="Where?")
    buttons(explorer)["show"].click()
    assert "at 1.00" in shown(explorer)


def test_pin_keeps_the_curve_in_grey_and_unpin_takes_it_away(make):
    explorer = make()
    explorer.set(height=0.5)
    plain = explorer.png
    explorer.set(height=2.0)
    buttons(explorer)["pin"].click()
    explorer.set(height=0.5)
    pinned = explorer.png
    assert pinned != plain and pinned == fresh_png(explorer)
    buttons(explorer)["unpin"].click()
    assert np.array_equal(decode_png(explorer.png), decode_png(plain))


def test_a_pinned_outline_keeps_the_smallest_bar_beside_the_highest(make):
    def bars(ax, *, height=0.1):
        ax.stairs([height, 0, 1e-3, 0, 1e-6], [0.6, 1.4, 1.6, 2.4, 2.6, 3.4], fill=True)
        ax.set(xlim=(0, 51), ylim=(1e-9, 2), yscale="log")
        return reading("{height}", height=height)

    explorer = make(bars, height=(0.0, 1.0))
    explorer.pin()
    (outline,) = explorer.canvas.pinned[0]
    assert {0.1, 1e-3, 1e-6} <= {*outline.args[1]}


def test_pinned_bars_and_points_leave_their_outlines(make):
    def bars(ax, *, a=1.0):
        ax.bar([0, 1], [a, 1], color="red")
        ax.scatter([0, 1], [a, a], color="blue")
        ax.fill_between(T, -a, a, color="green")
        ax.set(xlim=(-1, 3), ylim=(-3, 3))
        return reading("{a}", a=a)

    explorer = make(bars, a=(0, 3))
    explorer.pin()
    assert len(explorer.canvas.pinned[0]) == 3
    explorer.set(a=2.0)
    assert explorer.error == "" and explorer.png == fresh_png(explorer)


def test_reset_brings_back_the_first_picture(make):
    explorer = make()
    first = decode_png(explorer.png)
    explorer.set(height=2.0, waves=5)
    explorer.pin()
    buttons(explorer)["reset"].click()
    assert np.array_equal(decode_png(explorer.png), first)


def test_the_scrubber_runs_its_control_and_follows_it(make):
    explorer = make(height=(0, 2), waves=(1, 5), animate="height")
    player = explorer.layout.scrubber.widget
    player.value = player.max
    assert explorer.values["height"] == 2
    explorer.controls["height"].parts[0].value = "1.2345"
    assert explorer.values["height"] == 1.2345
    player.value = player.value + 1
    assert 1.2345 < explorer.values["height"] < 1.3


def test_a_control_without_effect_is_disabled_until_it_has_one(make):
    def dashed(ax, *, height=1.0, style="solid"):
        now = sine(ax, height=height, style=style)
        return reading("{top}", top=now.top, disabled=("height",) if style == "dashed" else ())

    explorer = make(dashed, height=(0, 2), style=["solid", "dashed"])
    explorer.set(style="dashed")
    assert [part.disabled for part in explorer.controls["height"].parts] == [True, True]
    explorer.set(style="solid")
    assert explorer.controls["height"].enabled


def fails_above(ax, *, height=1.0, late=False):
    if 1.2 < height < 1.8 and not late:
        raise RuntimeError("no such height")
    ax.plot(T, height * T, color="red")
    ax.set(xlim=(0, 1), ylim=(0, 1), title="$\\bad$" if 1.2 < height < 1.8 else "")
    return reading("height {height}", height=height)


@pytest.mark.parametrize("late", [False, True])
def test_a_view_that_fails_says_so_under_the_last_good_picture(make, late):
    explorer = make(fails_above, height=(0, 2), late=bool)
    explorer.set(late=late, height=1.1)
    explorer.set(height=1.2)
    good = explorer.png
    explorer.set(height=1.5)
    assert explorer.error.startswith("At height = 1.5, late = ") and (
        "no such height" in explorer.error or late
    )
    assert explorer.layout.error.value and explorer.png == good
    assert "height 1.2" in shown(explorer)
    explorer.set(height=1.9)
    assert explorer.error == explorer.layout.error.value == ""
    assert explorer.png == fresh_png(explorer)


def test_nan_in_a_number_field_is_an_error_in_words(make):
    explorer = make()
    explorer.controls["height"].parts[0].value = "nan"
    assert explorer.error == "height takes a number from 0 to 2, not nan."
    assert explorer.layout.error.value == explorer.error
    explorer.set(height=0.5)
    assert explorer.error == ""


def test_error_texts_and_readings_are_no_markup(make):
    explorer = make(lambda_view, a=(0, 1))
    assert "&lt;b&gt;" in shown(explorer) and "<b>" not in shown(explorer)


def lambda_view(ax, *, a=0):
    return reading("<b> {a}", a=a)


def test_it_lives_until_closed_and_closing_takes_every_widget_along():
    before = explorers()
    explorer = explore(sine, height=(0, 2), animate="height", presets={"1": {}}, predict="a?")
    assert explorers() == [*before, explorer]
    explorer.close()
    assert explorers() == before


def test_two_threads_may_move_it_at_once(make):
    explorer = make(two_panels, height=(0.0, 2.0))
    heights = np.linspace(0, 2, 9).round(2).tolist()

    def move():
        for height in heights:
            explorer.set(height=height)

    threads = [threading.Thread(target=move) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert explorer.error == "" and explorer.png == fresh_png(explorer)


def test_a_moving_curve_sends_the_background_once(make):
    explorer = make(two_panels, height=(0.0, 2.0))
    explorer.set(height=0.5)
    background = explorer.canvas.background
    explorer.set(height=0.75)
    assert explorer.canvas.background is background
    assert explorer.canvas.redraws == 1


def test_a_three_dimensional_panel_is_drawn_in_full(make):
    def surface(ax, ax2, *, a=1.0):
        ax.plot_surface(T[:, None] + 0 * T, 0 * T[:, None] + T, a * np.sin(T)[:, None] * T)
        ax2.plot(T, a * T, color="red")
        return reading("{a}", a=a)

    explorer = make(surface, a=(0, 2), panels={"ax": "3d"})
    explorer.set(a=0.5)
    explorer.pin()
    assert explorer.error == "" and explorer.png == fresh_png(explorer)
