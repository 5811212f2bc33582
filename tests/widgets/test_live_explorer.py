"""Time runs, a hand acts on what comes next, and the picture stays a function of the values."""

import itertools

import ipywidgets as w
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lecture_helpers.foundation.budget import Budget, current_budget
from lecture_helpers.foundation.schedules import as_schedule
from lecture_helpers.widgets import explore, live_explorer, reading, show
from lecture_helpers.widgets.explorer import STORE
from tests.widgets.views import fresh_png

STEPS = 40
ARGUMENTS = dict(
    animate="step", steer=["push", "drag"],
    step=(0, STEPS), push=(-1.0, 1.0), drag=[0.0, 0.5], scale=(1.0, 2.0),
    presets={"1 there and back": dict(step=30, push=[(0, 1.0), (10, -1.0)])},
    goals={"high": lambda now: now.height > 8},
)  # fmt: skip
WORKED = []


def ball(ax, *, step=0, push=0.5, drag=0.0, scale=1.0):
    """A ball that is pushed; how far it comes depends on the time that an answer may take."""
    pushes, drags = as_schedule(push=push), as_schedule(drag=drag)
    budget, height = current_budget(), [0.0]
    for t in range(step):
        if t >= len(WORKED) and not budget.spend():
            budget.stop_at(t)
            break
        if t >= len(WORKED):
            WORKED.append(t)
        height.append((1 - drags.at(t)) * height[-1] + pushes.at(t))
    ax.plot(scale * np.array(height), color="red")
    ax.set(xlim=(0, STEPS), ylim=(-30, 30))
    return reading("After {step} steps at {height:.2f}.", step=len(height) - 1, height=height[-1])


@pytest.fixture(autouse=True)
def five_steps_an_answer(monkeypatch):
    WORKED.clear()
    short = lambda **given: Budget(pieces=5) if given else Budget()  # noqa: E731
    monkeypatch.setattr(live_explorer, "Budget", short)


@pytest.fixture
def make():
    made = []

    def of(view=ball, **changed):
        made.append(explore(view, **ARGUMENTS | changed))
        return made[-1]

    yield of
    for explorer in made:
        explorer.close()


def tick(explorer, times=1):
    """What the page sends while it plays."""
    for _ in range(times):
        if explorer.clock.runs:
            explorer.clock.widget.value += 1


def play(explorer):
    explorer.clock.widget.playing = True


def play_on(explorer):
    """Tick until it stops by itself."""
    seen = [explorer.values["step"]]
    for _ in range(500):
        if not explorer.clock.runs:
            return seen
        tick(explorer)
        seen.append(explorer.values["step"])
    raise AssertionError("it runs on and on")


def press(explorer, name):
    explorer.begin(name)


def move(explorer, name, value, part=0):
    field = explorer.controls[name].parts[part]
    field.value = str(value) if isinstance(field, w.Text) else value


def test_it_stands_at_the_start_until_play_is_pressed(make):
    explorer = make()
    assert explorer.reading.step == 0 and not explorer.clock.runs
    tick(explorer, 3)
    assert explorer.reading.step == 0 and not WORKED


def test_play_runs_to_the_end_in_answers_and_stops_by_itself(make):
    explorer = make()
    play(explorer)
    steps = play_on(explorer)
    assert steps[-1] == STEPS and steps == sorted(steps)
    assert all(b - a <= 5 for a, b in itertools.pairwise(steps))
    assert explorer.controls["step"].parts[0].value == str(STEPS)
    assert explorer.png == fresh_png(explorer)


def test_play_takes_at_least_as_many_pictures_as_were_asked_for(make, monkeypatch):
    monkeypatch.setattr(live_explorer, "Budget", lambda **given: Budget())
    for pictures, steps in ((10, 4), (STEPS, 1)):
        explorer = make(pictures=pictures)
        play(explorer)
        seen = play_on(explorer)
        assert max(np.diff(seen)) <= steps and len(seen) > pictures and seen[-1] == STEPS


def test_play_at_the_end_starts_again_from_nothing(make):
    explorer = make()
    play(explorer)
    play_on(explorer)
    play(explorer)
    assert explorer.values["step"] == 0
    assert play_on(explorer)[-1] == STEPS


def test_a_hand_acts_on_what_comes_after(make):
    explorer = make()
    play(explorer)
    tick(explorer, 4)
    now = explorer.values["step"]
    before = explorer.reading.height
    move(explorer, "push", -1.0)
    assert explorer.values["push"].entries == ((0, 0.5), (now, -1.0))
    assert explorer.reading.height == before and explorer.clock.runs
    play_on(explorer)
    assert explorer.reading.height == pytest.approx(before - (STEPS - now))
    assert explorer.png == fresh_png(explorer)


def test_going_back_shows_what_a_control_was_then(make):
    explorer = make()
    explorer.set(step=20, push=[(0, 1.0), (10, -1.0)])
    assert explorer.controls["push"].base.value == -1.0
    move(explorer, "step", 5)
    assert explorer.controls["push"].base.value == 1.0
    assert explorer.controls["push"].parts[0].value == "1"
    assert explorer.reading.height == 5.0 and explorer.png == fresh_png(explorer)


def test_a_change_in_the_past_drops_what_every_control_did_later(make):
    explorer = make()
    explorer.set(step=30, push=[(0, 1.0), (10, -1.0)], drag=[(0, 0.0), (20, 0.5)])
    move(explorer, "step", 5)
    move(explorer, "push", 0.25)
    assert explorer.values["push"].entries == ((0, 1.0), (5, 0.25))
    assert explorer.values["drag"].entries == ((0, 0.0),)


def test_a_control_that_is_not_steered_moves_the_whole_picture_and_no_schedule(make):
    explorer = make()
    explorer.set(step=30, push=[(0, 1.0), (10, -1.0)])
    before = explorer.png
    move(explorer, "step", 12)
    move(explorer, "scale", 2.0)
    assert explorer.values["push"].entries == ((0, 1.0), (10, -1.0))
    assert explorer.png != before and explorer.png == fresh_png(explorer)


def test_a_time_that_takes_longer_than_an_answer_is_gone_on_to(make):
    explorer = make()
    move(explorer, "step", 23)
    assert explorer.values["step"] == explorer.reading.step == 5 and explorer.clock.runs
    assert explorer.png == fresh_png(explorer)
    assert play_on(explorer)[-1] == 23


def test_a_hand_that_has_to_wait_while_it_plays_does_not_end_the_play(make):
    explorer = make()
    play(explorer)
    tick(explorer, 5)
    WORKED.clear()
    move(explorer, "push", -1.0)
    assert explorer.clock.runs and play_on(explorer)[-1] == STEPS


def test_the_slower_the_drawing_the_more_is_done_between_two_pictures(make):
    explorer, strides = make(), []
    for drawing in (0.02, 0.08, 0.1):
        budget = Budget()
        budget.done, budget._first, budget._last = 11, 0.0, 0.25
        explorer.time.hi = 6000
        explorer._pace(budget, 11 * 0.025 + drawing, 11)
        strides.append(explorer.stride)
    assert strides == [2, 5, 6]


def test_a_step_of_two_trainings_is_twice_the_work(make):
    explorer = make()
    budget = Budget()
    budget.done, budget._first, budget._last = 20, 0.0, 0.19  # ten steps of two updates
    explorer.time.hi = 6000
    explorer._pace(budget, 0.2 + 0.055, 10)
    assert explorer.stride == 4  # 0.088 seconds of work


def test_after_a_hand_a_few_ticks_are_short_so_that_the_next_move_need_not_wait(make):
    explorer, strides = make(), []

    def pace():
        budget = Budget()
        budget.done, budget._first, budget._last = 11, 0.0, 0.05
        explorer._pace(budget, 11 * 0.005 + 0.04, 11)
        strides.append(explorer.stride)

    explorer.time.hi = 6000
    pace()
    move(explorer, "push", -1.0)
    assert explorer.stride == 12, "nobody waits while nothing runs"
    play(explorer)
    move(explorer, "push", -0.5)
    strides.append(explorer.stride)
    for _ in range(live_explorer.AFTER_HAND + 1):
        pace()
    assert strides == [12, 1] + live_explorer.AFTER_HAND * [2] + [12]


def driven(height, hand, *, step=0, push=0.5, drag=0.0, scale=1.0):
    """The ball, and beside it what the hand did."""
    now = ball(height, step=step, push=push, drag=drag, scale=scale)
    hand.plot(range(STEPS), [as_schedule(push=push).at(t) for t in range(STEPS)])
    hand.text(1, 1, f"push {as_schedule(push=push).at(step):.2f}")
    hand.set(xlim=(0, STEPS), ylim=(-2, 2))
    return now


@pytest.mark.parametrize("begin", [play, lambda explorer: press(explorer, "1 there and back")])
def test_the_first_hand_of_a_run_needs_no_new_background(make, begin):
    explorer = make(driven)
    begin(explorer)
    tick(explorer, 2)
    background, redraws = explorer.canvas.background, explorer.canvas.redraws
    move(explorer, "push", 0.9)
    assert explorer.canvas.background == background and explorer.canvas.redraws == redraws
    assert explorer.png == fresh_png(explorer)
    tick(explorer, 2)
    assert explorer.canvas.background == background
    assert explorer.png == fresh_png(explorer)


def test_what_breaks_where_no_hand_has_been_yet_does_not_keep_it_from_playing(make):
    def breaks(ax, *, step=0, push=0.5, drag=0.0, scale=1.0):
        if step and as_schedule(push=push).at(step) > 0.9:
            raise ValueError("too far")
        return ball(ax, step=step, push=push, drag=drag, scale=scale)

    explorer = make(breaks, presets={}, goals={})
    explorer.set(step=5)
    play(explorer)  # at this step one end of push breaks
    tick(explorer, 2)
    play_on(explorer)
    assert not explorer.error and explorer.time.value > 0
    assert explorer.png == fresh_png(explorer)


def test_a_preset_plays_its_schedule_to_its_step(make):
    explorer = make()
    press(explorer, "1 there and back")
    assert explorer.values["step"] == 0 and explorer.clock.runs
    assert explorer.controls["push"].base.value == 1.0
    assert play_on(explorer)[-1] == 30
    assert explorer.reading.height == pytest.approx(10 - 20)
    assert explorer.controls["push"].base.value == -1.0


def test_a_preset_pressed_again_and_another_hand_at_full_speed_end_where_the_last_said(make):
    explorer = make()
    for _ in range(3):
        press(explorer, "1 there and back")
        tick(explorer, 2)
    move(explorer, "push", 0.0)
    play_on(explorer)
    (_, first), (at, second) = explorer.values["push"].entries
    assert (first, second) == (1.0, 0.0) and explorer.reading.height == pytest.approx(at)
    assert explorer.png == fresh_png(explorer)


def test_stop_goes_to_the_start_and_keeps_the_schedules(make):
    explorer = make()
    press(explorer, "1 there and back")
    tick(explorer, 3)
    explorer.clock.widget.value = 0
    assert explorer.values["step"] == 0 and not explorer.clock.runs
    assert explorer.values["push"].entries == ((0, 1.0), (10, -1.0))


def test_reset_stops_it_and_forgets_the_schedules(make):
    explorer = make()
    first = explorer.png
    press(explorer, "1 there and back")
    tick(explorer, 3)
    explorer.reset()
    assert not explorer.clock.runs and explorer.png == first
    assert repr(explorer.values["push"]) == "0.5"
    tick(explorer, 2)
    assert explorer.values["step"] == 0


def test_pause_keeps_what_is_there_and_play_goes_on(make):
    explorer = make()
    play(explorer)
    tick(explorer, 3)
    now = explorer.values["step"]
    explorer.clock.widget.playing = False
    tick(explorer, 3)
    assert explorer.values["step"] == now
    play(explorer)
    assert play_on(explorer)[-1] == STEPS


def test_pin_keeps_the_branch_that_was_left(make):
    explorer = make()
    explorer.set(step=30)
    explorer.pin()
    move(explorer, "step", 10)
    move(explorer, "push", -1.0)
    ghost = explorer.canvas.pinned[0]
    assert len(ghost) == 1 and explorer.png == fresh_png(explorer)


def test_an_interrupt_keeps_the_last_picture_and_says_how_to_go_on(make):
    explorer = make(stopping)
    play(explorer)
    tick(explorer, 2)
    now, before = explorer.values["step"], explorer.png
    STOP.append(True)
    tick(explorer)
    assert not explorer.clock.runs and explorer.values["step"] == now
    assert explorer.error == f"Stopped by you after {now} updates. Press play to go on."
    play(explorer)
    assert play_on(explorer)[-1] == STEPS and explorer.error == "" and explorer.png != before
    assert explorer.png == fresh_png(explorer)


STOP = []


def stopping(ax, *, step=0, push=0.5, drag=0.0, scale=1.0):
    """Somebody presses Ctrl-C in the middle of a picture."""
    ax.plot([0, 1], [0, 1])
    if STOP:
        STOP.pop()
        raise KeyboardInterrupt
    return ball(ax, step=step, push=push, drag=drag, scale=scale)


def test_an_error_stops_the_clock_is_told_and_the_next_move_mends_it(make):
    def broken(ax, *, step=0, push=0.5, drag=0.0, scale=1.0):
        if step > 3 and as_schedule(push=push).at(step) > 0.9:
            raise ValueError("too hard a push.")
        return ball(ax, step=step, push=push, drag=drag, scale=scale)

    explorer = make(broken)
    play(explorer)
    tick(explorer, 4)
    move(explorer, "push", 0.92)
    assert "too hard a push." in explorer.error and not explorer.clock.runs
    move(explorer, "push", 0.2)
    assert explorer.error == "" and explorer.png == fresh_png(explorer)


def test_who_holds_time_stops_it(make):
    explorer = make()
    play(explorer)
    tick(explorer, 9)
    move(explorer, "step", 4)
    assert not explorer.clock.runs and explorer.values["step"] == 4


def test_what_is_still_planned_is_told_until_a_hand_drops_it(make):
    explorer = make()
    press(explorer, "1 there and back")
    assert explorer.to_come == "push -1 at 10" and "push -1 at 10" in explorer.layout.code.value
    tick(explorer, 2)
    move(explorer, "drag", 0.5)
    assert explorer.to_come == "" and "To come" not in explorer.layout.code.value


def test_at_the_end_it_says_how_to_go_on(make):
    explorer = make()
    assert "At its end" not in explorer.layout.code.value
    explorer.set(step=STEPS)
    assert "At its end: to steer again, first move step back." in explorer.layout.code.value


def test_the_code_under_it_draws_the_same_picture(make):
    explorer = make()
    assert explorer.code == "show(ball)"
    explorer.set(step=20, push=[(0, 1.0), (10, -0.5), (30, 0.25)], scale=1.5)
    assert explorer.code == "show(ball, step=20, push=[(0, 1.0), (10, -0.5)], scale=1.5)"
    again = eval(explorer.code, {"show": show, "ball": ball})
    assert str(again.reading) == str(explorer.reading)
    assert explorer.code in explorer.layout.code.value.replace("&#x27;", "'")


HIGH = {"1 up": dict(step=20, push=1.0)}


def test_a_preset_or_another_choice_reaches_no_goal_but_a_hand_that_steers_does(make):
    explorer = make(presets=HIGH, scale=[1.0, 2.0])
    press(explorer, "1 up")
    play_on(explorer)
    explorer.set(scale=2.0)
    explorer.reset()
    explorer.press("1 up")
    assert explorer.reading.height == 20 and explorer.goals == {"high": False}
    move(explorer, "push", 0.9)  # acts on what comes after the end: nothing yet
    assert explorer.goals == {"high": False} and "By hand: " in explorer.layout.tally.value
    play(explorer)
    play_on(explorer)
    assert explorer.goals == {"high": True}


def test_a_slider_beside_a_preset_reaches_a_goal_and_the_preset_pressed_again_does_not(make):
    explorer = make(presets=HIGH)
    press(explorer, "1 up")
    play_on(explorer)
    assert explorer.goals == {"high": False}
    move(explorer, "scale", 1.5)
    assert explorer.goals == {"high": True}
    explorer.reset()
    explorer.goals["high"] = False
    explorer.press("1 up")
    assert explorer.goals == {"high": False}, "a preset begins anew"


def test_a_hand_may_find_the_values_of_a_preset(make):
    explorer = make(presets=HIGH)
    press(explorer, "1 up")
    tick(explorer, 2)
    explorer.reset()
    move(explorer, "push", 1.0)
    play(explorer)
    play_on(explorer)
    assert explorer.goals == {"high": True}


def test_the_right_answer_is_marked_when_the_run_has_come_to_where_it_goes(make):
    explorer = make(predict=("Where?", ["up", "down"], 1))
    explorer.layout.answer(0)
    press(explorer, "1 there and back")
    tick(explorer, 3)
    assert [b.icon for b in explorer.layout.answers] == ["", ""]
    play_on(explorer)
    assert [b.icon for b in explorer.layout.answers] == ["", "check"]


def test_time_has_a_row_of_its_own(make):
    explorer = make()
    rows = [control.widget.layout.grid_area for control in explorer.controls.values()]
    assert rows == ["auto / 1 / auto / -1", None, None, None]


def test_two_explorers_run_at_once(make):
    one, two = make(), make()
    play(one)
    press(two, "1 there and back")
    while one.clock.runs or two.clock.runs:
        tick(one)
        tick(two)
    assert (one.values["step"], two.values["step"]) == (STEPS, 30)
    assert one.png == fresh_png(one) and two.png == fresh_png(two)


def test_closed_while_it_plays_it_does_nothing_more(make):
    explorer = make()
    play(explorer)
    tick(explorer, 2)
    before = len(WORKED)
    explorer.close()
    explorer.clock.widget.value += 1
    assert len(WORKED) == before and not explorer.clock.runs


def test_a_notebook_that_only_runs_trains_nothing_but_one_that_is_stored_does(make, monkeypatch):
    explorer = make()
    explorer._repr_mimebundle_()
    assert not WORKED
    monkeypatch.setenv(STORE, "1")
    other = make()
    assert other._repr_mimebundle_()[1]["image/png"]["alt"].endswith("After 30 steps at -10.00.")
    assert (
        other._repr_mimebundle_()[0]["text/plain"] == explorer._repr_mimebundle_()[0]["text/plain"]
    )


HANDS = st.one_of(
    st.just(("tick", 1)),
    st.just(("play", 1)),
    st.just(("pause", 1)),
    st.tuples(st.just("step"), st.integers(0, STEPS)),
    st.tuples(st.just("push"), st.sampled_from([-1.0, 0.0, 0.7])),
    st.tuples(st.just("drag"), st.sampled_from([0.0, 0.5])),
    st.tuples(st.just("scale"), st.sampled_from([1.0, 2.0])),
    st.just(("preset", 1)),
    st.just(("pin", 1)),
)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.lists(HANDS, max_size=12))
def test_whatever_hands_do_the_picture_is_the_one_drawn_from_nothing(make, hands):
    WORKED.clear()
    explorer = make()
    for name, value in hands:
        if name == "tick":
            tick(explorer)
        elif name in ("play", "pause"):
            explorer.clock.widget.playing = name == "play"
        elif name == "preset":
            press(explorer, "1 there and back")
        elif name == "pin":
            explorer.pin()
        else:
            move(explorer, name, value)
        assert explorer.reading.step == explorer.values["step"] and not explorer.error
        assert all(at <= STEPS for at, _ in explorer.values["push"].entries)
    assert explorer.png == fresh_png(explorer)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (dict(steer=["colour"]), "colour"),
        (dict(steer=["step"]), "step"),
        (dict(steer="push"), "push"),
        (dict(steer=["push", "push"]), "each once"),
        (dict(pictures=0), "pictures must be a whole number, 1 or more"),
        (dict(steer=3), "steer must be a list of names"),
        (dict(animate=None), "animate"),
        (dict(animate="scale"), "in whole steps that goes from 0"),
        (dict(step=(1, STEPS)), "step starts at 0, outside its range"),
        (dict(presets={"1": dict(push=[(0, 1.0), (0, 0.5)])}), "ascending"),
        (dict(presets={"1": dict(push=[(0, 1.0), (5, 7.0)])}), "push"),
        (dict(presets={"1": dict(push=[(0, 1.0), (99, 0.5)])}), "after the last step, 40"),
        (dict(presets={"1": dict(push=[(3, 1.0)])}), "from 0"),
        (dict(presets={"1": dict(scale=[(0, 1.0), (3, 2.0)])}), "scale"),
        (dict(presets={"1": dict(step=[(0, 1)])}), "step"),
    ],
    ids=str,
)
def test_what_cannot_be_steered_is_refused_in_one_sentence(make, changed, words):
    with pytest.raises(ValueError, match=words) as refused:
        make(**changed)
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)


def test_pause_judges_the_answer_whichever_way_the_hand_moved(make):
    explorer = make(predict=("Where?", ["up", "down"], 1))
    explorer.layout.answers[0].click()
    play(explorer)
    tick(explorer, 3)
    move(explorer, "push", -1.0)
    tick(explorer, 2)
    assert [button.icon for button in explorer.layout.answers] == ["", ""]
    explorer.clock.widget.playing = False
    assert [button.icon for button in explorer.layout.answers] == ["", "check"]
