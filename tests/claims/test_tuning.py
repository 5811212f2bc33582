"""Tuning picks the best value inside a grid and remembers it."""

import pytest

from lecture_helpers.claims import tuning

NAN = float("nan")


def test_the_smallest_mean_loss_wins():
    assert tuning.best_on_grid({0.01: [3, 3], 0.1: [1, 2], 1.0: [2, 2], 10.0: [9, 9]}) == 0.1


def test_a_value_at_which_any_seed_diverges_cannot_win():
    assert tuning.best_on_grid({0.01: [3, 3], 0.1: [2, 2], 1.0: [0.1, NAN]}) == 0.1


@pytest.mark.parametrize("losses", [{0.1: [1], 1.0: [2]}, {0.1: [2], 1.0: [1]}, {0.1: [1]}])
def test_a_best_value_at_an_end_of_the_grid_is_refused(losses):
    with pytest.raises(ValueError, match="lies at an end of the grid"):
        tuning.best_on_grid(losses)


def test_tuned_values_are_searched_on_unreported_seeds_and_kept(tmp_path):
    path, searched = tmp_path / "tuning.json", []

    def search(seeds):
        searched.append(seeds)
        return {"plain": 0.1}

    assert tuning.tuned("b.second", search, path) == {"plain": 0.1}
    assert tuning.tuned("a.first", search, path) == {"plain": 0.1}
    assert tuning.tuned("b.second", search, path) == {"plain": 0.1}
    assert searched == [tuning.TUNING_SEEDS] * 2
    assert min(tuning.TUNING_SEEDS) >= 1000
