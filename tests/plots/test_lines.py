import itertools

import numpy as np
import pytest
from matplotlib.figure import Figure

from lecture_helpers.foundation.schedules import as_schedule
from lecture_helpers.optimization.coordinate_descent import (
    coordinate_descent,
    coupled_hessian,
    coupled_quadratic,
    quadratic_minimiser,
    sweep_factor,
)
from lecture_helpers.plots import draw_changes, draw_cost_decrease, draw_schedule


def test_the_dashed_line_foretells_the_cost_after_every_sweep():
    ax, h = Figure().subplots(), coupled_hessian(0.2)
    path = coordinate_descent(
        coupled_quadratic(0.2), [2.0, 2.5], minimise=quadratic_minimiser(h), sweeps=9
    )
    draw_cost_decrease(ax, path.costs, updates=2, factor=sweep_factor(h), sweeps=9)
    (x, left), (at, law) = (line.get_data() for line in ax.lines)
    np.testing.assert_allclose(x, np.arange(19) / 2)
    np.testing.assert_allclose(left[2::2], law, rtol=1e-9)
    assert left[0] == 1 and at.tolist() == list(range(1, 10))


def test_a_cost_that_is_0_after_one_update_can_be_drawn():
    ax = Figure().subplots()
    draw_cost_decrease(ax, np.array([4.0, 0.0]), updates=2, factor=0.0)
    assert ax.lines[0].get_ydata().tolist() == [1, 0] and (ax.lines[1].get_ydata() > 0).all()


def test_a_change_is_a_thin_upright_with_its_word_at_the_foot():
    ax = Figure().subplots()
    ax.set(xlim=(0, 100), ylim=(1, 10), yscale="log")
    draw_changes(ax, [20, 50], ["2", "F"])
    (lines,) = ax.collections
    assert [segment[:, 0].tolist() for segment in lines.get_segments()] == [[20, 20], [50, 50]]
    assert [t.get_text().strip() for t in ax.texts] == ["2", "F"]
    assert [t.get_position()[0] for t in ax.texts] == [20, 50]
    assert all(0 < t.get_position()[1] < 0.1 and t.get_clip_on() for t in ax.texts)
    draw_changes(ax, [])
    assert len(ax.collections) == 1


@pytest.mark.parametrize("words", [["sgd", "nesterov", "adam", "sgd"], ["2", "3", "4", "F"]])
def test_words_of_changes_are_neither_cut_nor_do_they_collide(words):
    figure = Figure(figsize=(5, 3.8), layout="constrained")
    ax = figure.subplots()
    ax.set(xlim=(0, 400))
    draw_changes(ax, [2, 21, 39, 398 if len(words[0]) > 1 else 380], words)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    assert all(ax.bbox.x0 <= box.x0 and box.x1 <= ax.bbox.x1 for box in boxes)
    draw_changes(ax, [50], [""])
    assert len(ax.texts) == len(words)


def test_a_schedule_is_drawn_as_stairs_up_to_now():
    ax = Figure().subplots()
    schedule = as_schedule(share=[(0, 0.2), (10, 0.6), (40, 1.0)])
    draw_schedule(ax, schedule, 25, role="with", label="share")
    (line,) = ax.lines
    assert line.get_xydata().tolist() == [[0, 0.2], [10, 0.2], [10, 0.6], [25, 0.6]]
    assert line.get_label() == "share"
