import numpy as np
import pytest

from lecture_helpers.curriculum.difficulty import (
    balanced_easy_first,
    cross_fitted_confidence,
    easy_first,
    entropy,
    hard_first,
    tied,
    untied,
    wrong_labels,
)
from lecture_helpers.curriculum.nearest_neighbours import knn, nearness
from lecture_helpers.curriculum.pacing import (
    SHAPES,
    available,
    paced_batches,
    pacing,
    pacing_weights,
)
from lecture_helpers.datasets import digits


def blobs(seed=0, n=120, classes=3):
    rng = np.random.default_rng(seed)
    targets = rng.permutation(np.arange(n) % classes)
    return rng.normal(size=(n, 2)) + 3 * targets[:, None], targets


def test_cross_fitting_never_sees_the_example_it_scores_and_scores_each_once():
    inputs, targets = blobs()
    inputs[:, 0] = np.arange(len(inputs))  # an example is known by its first feature
    scored = []

    def spy(x, y, classes):
        seen = set(x[:, 0])

        def predict(new):
            assert not seen & set(new[:, 0])
            assert len(seen) + len(new) == len(inputs)
            scored.extend(new[:, 0])
            return np.full((len(new), classes), 1 / classes)

        return predict

    cross_fitted_confidence(inputs, targets, folds=4, reference=spy)
    assert sorted(scored) == list(range(len(inputs)))


def test_a_wrong_label_cannot_vouch_for_itself():
    """A one-nearest-neighbour reference that saw the example would be sure of any label."""
    inputs, targets = blobs()
    targets[5] = (targets[5] + 1) % 3
    nearest = lambda x, y, classes: knn(x, y, classes, k=1)  # noqa: E731
    assert cross_fitted_confidence(inputs, targets, reference=nearest)[5] == 0
    assert knn(inputs, targets, 3, k=1)(inputs)[5, targets[5]] == 1


def test_untied_keeps_the_order_and_leaves_no_two_alike():
    rng = np.random.default_rng(0)
    confidence, finer = rng.integers(0, 4, 50) / 4, rng.normal(size=50)
    score = untied(confidence, finer)
    assert sorted(score) == [k / 50 for k in range(50)] and tied(confidence) == 1
    apart = np.sign(confidence[:, None] - confidence)
    assert (np.sign(score[:, None] - score)[apart != 0] == apart[apart != 0]).all()
    alike = confidence == 0.5
    assert (np.argsort(score[alike]) == np.argsort(finer[alike])).all()
    assert tied(score) == 0 and tied(np.array([1.0, 1.0, 0.5, 0.2])) == 0.5


def test_nearness_is_the_ratio_of_the_distances_to_other_and_own_by_brute_force():
    inputs, targets = blobs()
    new, score = inputs[:7] + 0.1, nearness(inputs, targets, 3, k=2)(inputs[:7] + 0.1)
    apart = np.sqrt(((new[:, None] - inputs) ** 2).sum(-1))
    far = np.stack([np.sort(apart[:, targets == c], axis=1)[:, :2].mean(1) for c in range(3)], 1)
    for c in range(3):
        other = np.delete(far, c, axis=1).min(1)
        np.testing.assert_allclose(score[:, c], np.log(other / far[:, c]), atol=1e-6)
    assert ((score > 0).sum(1) == 1).all()


def test_confidence_is_the_probability_of_the_given_label():
    inputs, targets = blobs()
    third = lambda x, y, classes: lambda new: np.tile([0.2, 0.3, 0.5], (len(new), 1))  # noqa: E731
    confidence = cross_fitted_confidence(inputs, targets, reference=third)
    np.testing.assert_array_equal(confidence, np.array([0.2, 0.3, 0.5])[targets])


def test_confidence_of_digits_finds_wrong_labels():
    data = digits()
    for seed in range(3):
        noisy, wrong = wrong_labels(data.targets[:600], 0.4, seed)
        order = easy_first(cross_fitted_confidence(data.inputs[:600], noisy, seed=seed))
        assert wrong[order[:150]].mean() < 0.1 and wrong[order[-150:]].mean() > 0.8


def test_neighbours_agree_with_sklearn():
    from sklearn.neighbors import KNeighborsClassifier

    inputs, targets = blobs()
    new = np.random.default_rng(3).normal(size=(20, 2)) * 4
    theirs = KNeighborsClassifier(15, weights="distance").fit(inputs, targets).predict_proba(new)
    np.testing.assert_allclose(knn(inputs, targets, 3)(new), theirs, rtol=1e-5, atol=1e-8)


def test_hard_first_is_easy_first_turned_round_where_no_two_are_equal():
    confidence = np.random.default_rng(0).random(30)
    np.testing.assert_array_equal(hard_first(confidence), easy_first(confidence)[::-1])
    assert (np.diff(confidence[easy_first(confidence)]) <= 0).all()


def test_the_balanced_order_keeps_the_classes_shares_and_is_easy_first_within_each():
    inputs, targets = blobs(n=300)
    confidence = np.random.default_rng(1).random(300) * (1 + targets)  # class 2 looks easiest
    order = balanced_easy_first(confidence, targets)
    assert sorted(order) == list(range(300))
    for part in (0.1, 0.35, 0.8):
        counts = np.bincount(targets[available(order, part)], minlength=3)
        assert np.ptp(counts) <= 1
    for label in range(3):
        mine = order[targets[order] == label]
        assert (np.diff(confidence[mine]) <= 0).all()
    unbalanced = np.bincount(targets[available(easy_first(confidence), 0.35)], minlength=3)
    assert np.ptp(unbalanced) > 20


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("start", [0.01, 0.3, 1.0])
@pytest.mark.parametrize("pace", [0.05, 0.6, 1.0])
def test_pacing_never_falls_and_goes_from_start_to_everything(shape, start, pace):
    t = np.linspace(0, 1, 501)
    part = pacing(t, start=start, pace=pace, shape=shape)
    assert (np.diff(part) >= -1e-15).all()
    np.testing.assert_allclose(part[0], start, rtol=1e-12)
    assert (part[t >= pace] == 1).all()


def test_pacings_are_their_closed_forms_half_way():
    half = {s: float(pacing(0.25, start=0.2, pace=0.5, shape=s)) for s in SHAPES}
    assert half == pytest.approx(
        {"linear": 0.6, "root": np.sqrt((1 + 0.04) / 2), "exponential": np.sqrt(0.2), "step": 0.2}
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_entropy_of_the_sampling_never_falls_and_ends_at_its_largest(shape):
    order = np.random.default_rng(0).permutation(50)
    parts = pacing(np.linspace(0, 1, 101), start=0.1, pace=0.7, shape=shape)
    entropies = [entropy(pacing_weights(order, part)) for part in parts]
    assert (np.diff(entropies) >= -1e-12).all()
    np.testing.assert_allclose(entropies[-1], np.log(50), rtol=1e-12)


@pytest.mark.parametrize("part", [0.1, 0.5, 1.0])
def test_weights_and_samples_pull_the_same_way_on_average(part):
    rng = np.random.default_rng(0)
    gradients, order = rng.normal(size=(40, 3)), rng.permutation(40)
    weights = pacing_weights(order, part)
    weighted = (weights[:, None] * gradients).mean(0)
    np.testing.assert_allclose(weighted, gradients[available(order, part)].mean(0), rtol=1e-12)
    drawn = gradients[paced_batches(order, np.full(20_000, part), 4, rng)]
    error = drawn.reshape(-1, 3).std(0) / np.sqrt(80_000)
    assert (np.abs(drawn.mean((0, 1)) - weighted) < 4 * error).all()


def test_batches_hold_only_what_the_pacing_allows_and_in_the_end_everything():
    order = np.random.default_rng(2).permutation(100) + 1000
    parts = pacing(np.linspace(0, 1, 400), start=0.1, pace=0.5)
    batches = paced_batches(order, parts, 8, np.random.default_rng(0))
    assert batches.shape == (400, 8)
    for part, batch in zip(parts, batches, strict=True):
        assert set(batch) <= set(available(order, part))
    assert set(batches[200:].ravel()) == set(order)


def test_the_entropy_of_k_equal_weights_is_log_k():
    assert entropy(np.array([2.0, 2, 2, 0])) == pytest.approx(np.log(3))


def test_wrong_labels_are_as_many_as_asked_and_all_wrong():
    targets = np.arange(200) % 10
    noisy, wrong = wrong_labels(targets, 0.4, seed=3)
    assert wrong.sum() == 80
    assert (noisy[wrong] != targets[wrong]).all() and (noisy[~wrong] == targets[~wrong]).all()
    np.testing.assert_array_equal(noisy, wrong_labels(targets, 0.4, seed=3)[0])
    assert not np.array_equal(noisy, wrong_labels(targets, 0.4, seed=4)[0])


INPUTS, TARGETS = blobs()
scores = cross_fitted_confidence


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: pacing(0.5, start=0, pace=1), "start must be above 0 and at most 1, not 0."),
        (lambda: pacing(0.5, start=1.2, pace=1), "start must be above 0 and at most 1, not 1.2."),
        (lambda: pacing(0.5, start=1, pace=0), "pace must be above 0 and at most 1, not 0."),
        (lambda: pacing(0.5, start=1, pace=-1), "pace must be above 0 and at most 1, not -1."),
        (lambda: pacing(1.5, start=1, pace=1), "progress must lie between 0 and 1."),
        (lambda: pacing(np.nan, start=1, pace=1), "progress must hold finite numbers only"),
        (lambda: pacing(0.5, start=1, pace=1, shape="s"), "shape must be one of 'linear', 'root'"),
        (lambda: scores(INPUTS[:2], [0, 5]), "inputs, 2 of them, are too few for 6 classes"),
        (lambda: scores(INPUTS[:4], [0, 1, 0, 1]), "inputs, 4 of them, are too few for 2"),
        (lambda: scores(INPUTS, TARGETS, folds=1), "folds must be a whole number, 2"),
        (lambda: scores(INPUTS, TARGETS[:5]), "targets must have shape (120,)"),
        (lambda: scores(INPUTS, -TARGETS), "targets must hold whole numbers, 0 to 9999"),
        (lambda: scores(INPUTS * np.nan, TARGETS), "inputs must hold finite numbers"),
        (lambda: easy_first([0.1, np.nan]), "confidence must hold finite numbers only"),
        (lambda: available(np.arange(3), 0), "part must be above 0 and at most 1, not 0."),
        (lambda: wrong_labels(TARGETS, 1.5, 0), "part must be a number from 0 to 1, not 1.5."),
        (lambda: paced_batches(np.arange(3), [0.5], 0, None), "batch_size must be a whole number"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(words)
