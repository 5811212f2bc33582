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


def spread_of_place(made):
    """The standard deviation over pictures of where the middle of the shape lies, in pixels."""
    ink = np.abs(made.inputs - np.median(made.inputs, axis=1, keepdims=True)) > 0.75
    columns = np.tile(np.arange(16), 16)
    return np.std((ink * columns).sum(1) / np.maximum(ink.sum(1), 1))


def test_varied_easy_shapes_are_spread_as_hard_ones_are_and_easier_by_their_proportions_alone():
    hard, easy, varied = (
        shapes(300, 5, **o) for o in ({}, dict(easy=True), dict(easy=True, varied=True))
    )
    assert spread_of_place(easy) < 0.7 * spread_of_place(hard)
    assert spread_of_place(varied) == pytest.approx(spread_of_place(hard), rel=0.25)
    wide = {name: np.abs(s.inputs[s.targets == 2]).max(1).std() for name, s in
            dict(easy=easy, varied=varied).items()}  # fmt: skip
    assert wide["varied"] > wide["easy"]  # contrasts differ
    np.testing.assert_array_equal(hard.inputs, shapes(300, 5, varied=True).inputs)
    errors = [errors_of_neighbours(s, shapes(150, 6, easy=e, varied=True))
              for s, e in ((hard, False), (varied, True))]  # fmt: skip
    assert errors[1] < errors[0]


def test_the_parts_do_not_meet_and_only_training_holds_easy_shapes():
    joined, parts = easy_and_hard(30, 40, 20, 10, seed=0)
    assert [len(p) for p in (parts.train, parts.validation, parts.test)] == [70, 20, 10]
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert len(set(together)) == len(joined) == 100
    np.testing.assert_array_equal(joined.inputs[:30], shapes(30, 0, easy=True).inputs)
    other, same = easy_and_hard(30, 40, 20, 10, seed=0, varied=True)
    np.testing.assert_array_equal(other.inputs[:30], shapes(30, 0, easy=True, varied=True).inputs)
    np.testing.assert_array_equal(other.inputs[30:], joined.inputs[30:])
    np.testing.assert_array_equal(same.train, parts.train)


def test_too_few_shapes_are_refused_in_words():
    with pytest.raises(ValueError, match="n must be a whole number, 3 or more, not 2."):
        shapes(2)
