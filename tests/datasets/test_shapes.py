import numpy as np
import pytest

from lecture_helpers.datasets import easy_and_hard, shapes


def errors_of_neighbours(train, test):
    apart = ((test.inputs[:, None] - train.inputs) ** 2).sum(-1)
    return (train.targets[apart.argmin(1)] != test.targets).mean()


def test_easy_shapes_are_easier_than_hard_ones_for_the_same_model():
    easy, hard = (
        errors_of_neighbours(shapes(300, 0, easy=e), shapes(150, 1, easy=e)) for e in (True, False)
    )
    assert easy < 0.1 < hard - 0.1


@pytest.mark.parametrize("easy", [True, False])
def test_classes_are_balanced_and_a_seed_draws_the_same_pictures(easy):
    made = shapes(90, 3, easy=easy)
    assert np.bincount(made.targets).tolist() == [30, 30, 30] and made.inputs.shape == (90, 256)
    np.testing.assert_array_equal(made.inputs, shapes(90, 3, easy=easy).inputs)
    assert not np.array_equal(made.inputs, shapes(90, 4, easy=easy).inputs)


def test_an_easy_square_is_upright_and_a_circle_is_smaller_than_its_square():
    made = shapes(300, 0, easy=True)
    pictures = np.abs(made.inputs.reshape(-1, 16, 16) - made.inputs[:, :1, None])
    area = np.array([(pictures[made.targets == k] > 1.5).mean() for k in range(3)])
    assert area[0] < area[1] < area[2]


def test_the_parts_do_not_meet_and_only_training_holds_easy_shapes():
    joined, parts = easy_and_hard(30, 40, 20, 10, seed=0)
    assert [len(p) for p in (parts.train, parts.validation, parts.test)] == [70, 20, 10]
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert len(set(together)) == len(joined) == 100
    np.testing.assert_array_equal(joined.inputs[:30], shapes(30, 0, easy=True).inputs)


def test_too_few_shapes_are_refused_in_words():
    with pytest.raises(ValueError, match="n must be a whole number, 3 or more, not 2."):
        shapes(2)
