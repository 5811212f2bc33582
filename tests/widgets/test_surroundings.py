"""Explorers in a session that somebody else has set up, and views that draw as they like."""

import matplotlib
import numpy as np
import pytest
from matplotlib import font_manager, pyplot
from matplotlib.axes import Axes

from lecture_helpers.widgets import appearance, explore, explorers, reading, show, strip, use
from lecture_helpers.widgets.controls.ranges import Range
from lecture_helpers.widgets.layout import letters
from tests.widgets.views import fresh_png, sine, two_panels

FOREIGN = {
    "text.usetex": True, "savefig.dpi": 300, "savefig.bbox": "tight", "figure.dpi": 300,
    "lines.marker": "o", "axes.titlecolor": "red", "font.family": "monospace", "font.size": 20,
    "axes.formatter.use_locale": True, "image.cmap": "hot", "figure.autolayout": True,
    "axes.unicode_minus": False, "path.sketch": (1, 100, 2), "axes.xmargin": 0.4,
}  # fmt: skip


@pytest.fixture
def make():
    made = []

    def with_controls(*args, **kwargs):
        made.append(explore(*args, **kwargs))
        return made[-1]

    yield with_controls
    for explorer in made:
        explorer.close()


@pytest.fixture
def foreign():
    """A user's own style, over which somebody laid a dark one."""
    with matplotlib.rc_context():
        pyplot.style.use("dark_background")
        matplotlib.rcParams.update(FOREIGN)
        yield


def pictures(make) -> list[bytes]:
    explorer = make(two_panels, height=(-1.0, 1.0))
    explorer.set(height=0.3)
    explorer.pin()
    explorer.set(height=-0.7)
    return [explorer.png, show(sine).png, strip(sine, waves=[1, 2]).png]


def test_a_users_style_reaches_no_picture(make, request):
    plain = pictures(make)
    request.getfixturevalue("foreign")
    assert pictures(make) == plain
    assert matplotlib.rcParams["text.usetex"] and matplotlib.rcParams["font.size"] == 20


def test_a_style_that_is_chosen_later_reaches_no_move(make):
    explorer = make(sine, height=(0.0, 2.0))
    first = explorer.png
    with matplotlib.rc_context():
        pyplot.style.use("dark_background")
        explorer.set(height=1.7)
        moved = explorer.png
        explorer.reset()
        assert explorer.png == first
    explorer.set(height=1.7)
    assert moved == explorer.png == fresh_png(explorer)


def with_pyplot(ax, *, height=1.0):
    pyplot.plot([0, 1], [0, height])
    return reading("{height}", height=height)


def with_its_own_figure(ax, *, height=1.0):
    _, other = pyplot.subplots()
    other.plot([0, 1], [0, height])
    return reading("{height}", height=height)


@pytest.mark.parametrize("view", [with_pyplot, with_its_own_figure])
@pytest.mark.parametrize("open_before", [False, True])
def test_a_view_that_draws_with_pyplot_is_told_to_use_its_axes(view, open_before):
    before = [pyplot.figure()] if open_before else []
    try:
        with pytest.raises(ValueError, match=r"with pyplot.*write ax.plot\(\.\.\.\)"):
            explore(view, height=(0.0, 2.0))
        assert pyplot.get_fignums() == [figure.number for figure in before]
        assert not any(figure.axes for figure in before)
    finally:
        pyplot.close("all")


def swallowing(ax, *, height=1.0):
    """Uses what a call returns, and takes any trouble for its own."""
    try:
        (line,) = ax.plot([0, 1], [0, height])
        line.set_color("red")
    except:  # noqa: E722
        ax.text(0, 0, "no line")
    ax.set(xlim=(0, 1), ylim=(0, 2))
    return reading("{height}", height=height)


def stumbling(ax, *, height=1.0):
    """Fails at what it has swallowed."""
    try:
        line = ax.plot([0, 1], [0, height])[0]
    except BaseException:
        line = None
    line.set_color("red")
    ax.set(xlim=(0, 1), ylim=(0, 2))
    return reading("{height}", height=height)


@pytest.mark.parametrize("view", [swallowing, stumbling])
def test_a_view_that_swallows_everything_is_drawn_in_full(view, make):
    explorer = make(view, height=(0.0, 2.0))
    explorer.set(height=1.5)
    (line,) = explorer.canvas.figure.axes[0].lines
    assert line.get_color() == "red" and not explorer.canvas.figure.axes[0].texts
    assert explorer.png == fresh_png(explorer)


def test_what_a_view_is_given_are_axes_to_whoever_asks(make):
    def careful(ax, *, height=1.0):
        if not isinstance(ax, Axes):
            raise TypeError("no axes")
        return sine(ax, height=height)

    explorer = make(careful, height=(0.0, 2.0))
    explorer.set(height=0.5)
    assert explorer.canvas.redraws == 1 and not explorer.error


def test_letters_of_other_scripts_come_from_fonts_that_are_there(monkeypatch):
    class Font:
        name = "NanumGothic"

    monkeypatch.setattr(font_manager.fontManager, "ttflist", [Font, Font])
    appearance._house.cache_clear()
    try:
        with appearance.drawing():
            assert matplotlib.rcParams["font.sans-serif"] == ["DejaVu Sans", "NanumGothic"]
    finally:
        appearance._house.cache_clear()


def test_a_wide_letter_counts_twice_and_its_label_gets_room(make):
    assert letters("학습률 lr") == 9
    widths = [
        make(sine, height=(0.0, 2.0), labels={"height": words}).controls["height"].parts[0]
        for words in ("학습률의크기", "abcdef")
    ]
    korean, latin = (float(w.style.description_width.removesuffix("em")) for w in widths)
    assert korean > 1.3 * latin


def test_an_explorer_is_shown_twice_and_once_closed_as_a_picture(make):
    never_shown, shown = make(sine, height=(0.0, 2.0)), make(sine, waves=[1, 2])
    first, again = shown._repr_mimebundle_(), shown._repr_mimebundle_()
    assert first == again and len(first[0]) == 3
    shown.close()
    data, _ = shown._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png"} and never_shown in explorers()


@pytest.mark.parametrize("wrong", [{"sharpness": 70}, {"text": 0.01}, {"text": float("nan")}])
def test_a_picture_that_would_fill_the_memory_is_refused(wrong):
    before = appearance.CURRENT.text, appearance.CURRENT.sharpness
    with pytest.raises(ValueError, match=next(iter(wrong))):
        use(**wrong)
    assert (appearance.CURRENT.text, appearance.CURRENT.sharpness) == before


@pytest.mark.parametrize(
    ("lo", "hi", "step"), [(-0.7, 0.7, 0.01), (1e9, 1e9 + 1, 0.01), (0, 3e-9, 1e-11)]
)
def test_a_slider_shows_no_noise_and_moves_wherever_it_lies(lo, hi, step):
    control = Range("phi", lo, hi, step, lo, "phi")
    values = [control.at(place) for place in range(control.place(hi) + 1)]
    assert len(set(values)) == len(values) and values[-1] == hi
    assert all(value == 0 or abs(value) > step / 2 for value in values)
    np.testing.assert_allclose(np.diff(values), step, rtol=1e-4)


def test_reset_and_a_preset_stop_what_plays(make):
    explorer = make(sine, waves=(1, 9), animate="waves", presets={"1 one": dict(waves=1)})
    play = explorer.layout.scrubber.widget
    for press in (explorer.reset, lambda: explorer.begin("1 one")):
        play.playing = True
        press()
        assert not play.playing
