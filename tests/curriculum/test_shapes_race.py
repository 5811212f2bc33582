import numpy as np
import pytest

from lecture_helpers.curriculum.shapes_race import UNION, _batches, shapes_race
from lecture_helpers.training import Runs

SMALL = dict(steps=20, seeds=[3, 4], examples=60, record=2, progress=False, depth=1, width=8)


def test_batches_are_easy_before_the_switch_and_hard_after_and_the_union_mixes():
    batches = _batches(0.25, 40, 8, 100, seed=0)
    assert batches[:10].max() < 100 <= batches[10:].min()
    mixed = _batches(UNION, 40, 8, 100, seed=0)
    assert 0.3 < (mixed < 100).mean() < 0.7 and mixed.max() < 200


def test_before_the_switch_training_is_on_easy_shapes_whatever_comes_later():
    """Runs that switch at a half or later agree until then."""
    runs = shapes_race((0.5, 0.75, 0.0), **SMALL | dict(record=[0, 10, 20]))
    np.testing.assert_array_equal(runs.accuracy[0, :, 1], runs.accuracy[1, :, 1])
    assert not np.array_equal(runs.train_loss[0, :, 1], runs.train_loss[2, :, 1])
    assert not np.array_equal(runs.train_loss[0, :, 2], runs.train_loss[1, :, 2])


def test_a_seed_does_not_depend_on_its_neighbours_and_runs_can_be_stored(tmp_path):
    together = shapes_race((0.0, UNION), **SMALL)
    alone = shapes_race((UNION,), **SMALL | dict(seeds=[4]))
    np.testing.assert_allclose(
        together.at(switch=UNION).train_loss[1], alone.train_loss[0, 0], rtol=1e-5
    )
    together.save(tmp_path / "runs.npz")
    assert Runs.load(tmp_path / "runs.npz").at(switch=0.0).accuracy.shape == (2, 2)


@pytest.mark.parametrize("switch", [1.5, -0.1, "never"])
def test_an_impossible_switch_is_refused_in_words(switch):
    with pytest.raises(ValueError, match="switch must be a number from 0 to 1"):
        shapes_race((switch,), **SMALL)
