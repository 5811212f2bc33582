"""However many explorers a notebook has, the two that moved last keep what they draw with."""

import gc
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure

from lecture_helpers.widgets import explore, reading, show
from lecture_helpers.widgets.rendering.canvas_cache import ACTIVE, release_idle
from tests.widgets.views import T, fresh_png, sine, two_panels


@pytest.fixture
def made():
    explorers = []
    yield explorers
    for explorer in explorers:
        explorer.close()


def crowd(made, view=sine, count=5) -> list:
    made += [explore(view, height=(0.0, 2.0)) for _ in range(count)]
    return made


def alive(*kinds) -> np.ndarray:
    gc.collect()
    things = [type(thing) for thing in gc.get_objects()]
    return np.array([things.count(kind) for kind in kinds])


def test_five_explorers_keep_two_figures_with_their_renderers(made):
    release_idle(keep=0)  # whatever tests before this one have drawn
    before = alive(Figure, RendererAgg)
    for explorer in crowd(made):
        explorer._repr_mimebundle_()
        explorer.set(height=0.5)
        explorer.set(height=0.75)
        fresh_png(explorer)
    assert (alive(Figure, RendererAgg) - before).tolist() == [ACTIVE, ACTIVE]


def test_a_new_explorer_finds_all_others_idle(made):
    crowd(made, sine, 3)
    assert [e.canvas._shown is None for e in made] == [True, True, False]
    made[0].set(height=0.5)
    assert [e.canvas._shown is None for e in made] == [False, True, False]


def test_a_picture_that_stands_still_keeps_no_renderer():
    before = alive(RendererAgg)
    picture = show(sine)
    assert alive(RendererAgg) == before and picture.figure.axes


def test_a_replaced_figure_gives_its_pixels_back_without_the_garbage_collector(made):
    explorer = crowd(made, two_panels, 1)[0]
    gc.collect()
    before = alive(RendererAgg)
    gc.disable()
    try:
        for _ in range(3):
            explorer.canvas.release()
            explorer.set(height=0.5)
        alive_now = sum(type(thing) is RendererAgg for thing in gc.get_objects())
    finally:
        gc.enable()
    assert alive_now == before


def test_closed_explorers_keep_no_figure(made):
    before = alive(Figure)
    for explorer in crowd(made):
        explorer.close()
    assert alive(Figure) == before


def awkward(ax, *, height=1.0):
    """A view that is always drawn in full, since it uses what a call returns."""
    (line,) = ax.plot(T, height * T, color="red")
    ax.legend([line], ["a line"], loc="upper left")
    ax.set(xlim=(-3, 3), ylim=(-3, 3))
    return reading("The slope is {height:.2f}.", height=height)


@pytest.mark.parametrize("view", [sine, two_panels, awkward])
def test_a_released_picture_stands_and_moves_on_as_if_drawn_from_nothing(made, view):
    first = crowd(made, view, 1)[0]
    first.set(height=0.5)
    first.set(height=0.75)
    before = first.png
    crowd(made, view, ACTIVE)
    assert first.canvas._shown is None and first.png == before
    for height in (1.0, 1.25, 0.0):
        first.set(height=height)
        assert first.png == fresh_png(first) != before
        below, above = first.layout.layers
        assert (below.value, above.value) == (first.canvas.background, first.canvas.overlay)
    assert first.error == ""


def test_a_released_picture_is_pinned(made):
    first = crowd(made, sine, 1)[0]
    first.set(height=0.5)
    crowd(made, sine, ACTIVE)
    assert first.canvas._shown is None
    first.pin()
    pinned = first.png
    crowd(made, sine, ACTIVE)
    first.set(height=0.5)
    assert first.png == fresh_png(first) == pinned
    first.set(height=1.0)
    assert first.png == fresh_png(first)
    pinned_lines = len(first.canvas.pinned[0])
    first.unpin()
    assert pinned_lines == 1 and first.png == fresh_png(first)


def test_a_move_that_breaks_leaves_a_released_picture_standing(made):
    def fails_between(ax, *, height=1.0):
        if 0.5 < height < 1:
            raise ValueError("not there")
        return sine(ax, height=height)

    first = crowd(made, fails_between, 1)[0]
    before = first.png
    crowd(made, sine, ACTIVE)
    first.set(height=0.75)
    assert "not there" in first.error and first.png == before
    first.set(height=0.25)
    assert first.error == "" and first.png == fresh_png(first)


def test_explorers_moved_from_several_threads_release_one_another_unharmed(made):
    crowd(made, two_panels, 3)

    def move(explorer):
        for height in (0.25, 0.5, 1.5, 2.0):
            explorer.set(height=height)
            explorer.png  # noqa: B018

    threads = [threading.Thread(target=move, args=(explorer,)) for explorer in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [explorer.error for explorer in made] == ["", "", ""]
    assert all(explorer.png == fresh_png(explorer) for explorer in made)


MEMORY = """
from pathlib import Path
from lecture_helpers.widgets import explore
from tests.widgets.views import two_panels

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

def another():
    explorer = explore(two_panels, height=(0.0, 2.0))
    explorer._repr_mimebundle_()
    explorer.set(height=0.5)
    explorer.set(height=0.75)
    return explorer

made = [another() for _ in range(4)]
before = resident()
made += [another() for _ in range(4)]
print((resident() - before) / 4)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_further_explorer_takes_less_than_three_mebibytes_of_the_process():
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert float(done.stdout) < 3
