"""The data sets: what they hold, that they are offline, that they leave nothing behind."""

import subprocess
import sys

import numpy as np
import pytest

from lecture_helpers.datasets import (
    Dataset,
    digits,
    image_patches,
    mnist1d,
    photographs,
    real,
    spirals,
    split,
)
from lecture_helpers.datasets.real import _patches
from lecture_helpers.datasets.synthetic import _published_signals


def test_digits_are_centred_pixel_by_pixel_with_mean_square_one(no_network):
    data = digits.__wrapped__()
    assert data.inputs.shape == (1797, 64) and data.inputs.dtype == np.float32
    np.testing.assert_allclose(data.inputs.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose((data.inputs**2).mean(), 1, rtol=1e-5)
    assert data.targets.dtype == np.int64 and data.classes == 10


def test_mnist1d_is_bit_for_bit_what_its_package_makes_without_a_network(no_network):
    inputs, labels = _published_signals()
    data = mnist1d()
    assert data.inputs.shape == (5000, 40) and data.classes == 10
    assert np.array_equal(data.inputs, inputs.astype(np.float32))
    assert np.array_equal(data.targets, labels)
    np.testing.assert_allclose([data.inputs.mean(), data.inputs.std()], [0, 1], atol=1e-5)


def test_making_mnist1d_leaves_the_global_random_state_and_no_library_behind():
    code = (
        "import random, sys; import numpy as np; from lecture_helpers.datasets.synthetic import *;"
        "random.seed(3), np.random.seed(3); expected = random.random(), np.random.random();"
        "random.seed(3), np.random.seed(3); mnist1d();"
        "assert (random.random(), np.random.random()) == expected;"
        "left = {'mnist1d', 'scipy', 'requests', 'matplotlib', 'torch'} & set(sys.modules);"
        "assert not left, left"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("make", [digits, mnist1d])
def test_data_sets_are_made_once_and_cannot_be_changed(make):
    assert make() is make()
    with pytest.raises(ValueError):
        make().inputs[0, 0] = 1


def test_the_module_is_light_and_needs_neither_torch_nor_pyplot():
    code = (
        "import sys; from lecture_helpers.datasets.real import digits;"
        "from lecture_helpers.datasets.synthetic import spirals; spirals();"
        "heavy = {'torch', 'sklearn', 'mnist1d', 'matplotlib'} & set(sys.modules);"
        "assert not heavy, heavy; digits();"
        "assert not {'torch', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_spirals_are_drawn_from_their_seed():
    one = spirals(100, seed=1)
    assert one.inputs.shape == (100, 2) and one.classes == 2 and len(one) == 100
    np.testing.assert_array_equal(one.inputs, spirals(100, seed=1).inputs)
    assert not np.array_equal(one.inputs, spirals(100, seed=2).inputs)
    assert (one.targets == 0).sum() == 50


def test_spirals_turn_by_the_same_angle_for_the_same_radius():
    data = spirals(90, noise=0, classes=3, turns=2.0)
    radius, angle = np.hypot(*data.inputs.T), np.arctan2(*data.inputs.T[::-1])
    turned = (angle / (2 * np.pi) - 2 * radius - data.targets / 3) % 1
    np.testing.assert_allclose(np.minimum(turned, 1 - turned), 0, atol=1e-5)


def test_whitened_patches_have_mean_zero_and_nearly_equal_variances():
    patches = image_patches(n=4000)
    assert patches.shape == (4000, 64) and not patches.flags.writeable
    np.testing.assert_allclose(patches.mean(1), 0, atol=1e-9)
    variances = np.linalg.eigvalsh(patches.T @ patches / len(patches))
    raw = image_patches(n=4000, whiten=False)
    spread = np.linalg.eigvalsh(raw.T @ raw / len(raw))
    assert np.median(variances) > 0.5 and variances.max() < 1.001
    assert spread.max() / np.median(spread) > 20 * variances.max() / np.median(variances)


def test_photographs_are_grey_between_black_and_white_and_cannot_be_changed():
    assert list(photographs()) == ["china", "flower"]
    for grey in photographs().values():
        assert grey.shape == (427, 640) and 0 <= grey.min() < 0.05 and 0.8 < grey.max() <= 1
        with pytest.raises(ValueError):
            grey[0, 0] = 0.5


def test_patches_come_from_the_photographs_of_the_seed():
    fresh = _patches.__wrapped__(4, 10, 0, True)
    np.testing.assert_array_equal(image_patches(4, 10), fresh)
    assert image_patches(n=10, size=4) is image_patches(4, 10)
    assert not np.array_equal(image_patches(4, 10), image_patches(4, 10, seed=1))


def test_a_split_divides_all_examples_without_overlap():
    parts = split(digits(), seed=3)
    everyone = np.concatenate([parts.train, parts.validation, parts.test])
    np.testing.assert_array_equal(np.sort(everyone), np.arange(1797))
    assert len(parts.test) == len(parts.validation) == 359


def test_a_seed_draws_the_split_and_the_test_set_does_not_depend_on_the_other_sizes():
    one, other = split(digits(), 3), split(digits(), 3, train=100, validation=0.1)
    np.testing.assert_array_equal(one.test, other.test)
    assert len(other.train) == 100
    assert not np.array_equal(one.test, split(digits(), 4).test)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: Dataset(np.ones(3), [0, 1, 2]), "inputs must have 2 axes"),
        (lambda: Dataset(np.ones((0, 2)), []), "inputs must not be empty"),
        (lambda: Dataset([[np.nan]], [0]), "inputs must hold finite numbers only"),
        (lambda: Dataset(np.ones((3, 2)), [0, 1]), "targets must be 3, one for each of the inputs"),
        (lambda: Dataset(np.ones((2, 2)), [0, -1]), "targets must be classes 0, 1, 2"),
        (lambda: Dataset(np.ones((2, 2)), [0.0, np.inf]), "targets must hold finite numbers only"),
        (lambda: spirals(1), "n must be a whole number, 2 or more"),
        (lambda: spirals(noise=-1), "noise must be a finite number, 0 or more"),
        (lambda: spirals(seed=-1), "seed must be a whole number, 0 or more"),
        (lambda: spirals(classes=1), "classes must be a whole number, 2 or more"),
        (lambda: image_patches(1000), "size must be at most 427, not 1000"),
        (lambda: split(spirals(10), 0, test=1.5), "test must be a share from 0 up to"),
        (lambda: split(spirals(10), 0, train=0), "train must leave room"),
        (lambda: split(spirals(10), 0, train=9), "train must leave room"),
    ],
)
def test_bad_input_is_refused_in_words(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_digits_and_photographs_are_scikit_learns_own():
    from sklearn.datasets import load_digits, load_sample_images

    pixels, labels = load_digits(return_X_y=True)
    centred = pixels - pixels.mean(0)
    np.testing.assert_array_equal(real.digits().targets, labels)
    np.testing.assert_array_equal(real.digit_images(), pixels)
    expected = (centred / centred.std()).astype(np.float32)
    np.testing.assert_array_equal(real.digits().inputs, expected)
    for ours, theirs in zip(real._photographs(), load_sample_images().images, strict=True):
        np.testing.assert_array_equal(ours, theirs.mean(2) / 255)
