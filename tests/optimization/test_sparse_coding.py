import numpy as np
import pytest

from lecture_helpers.datasets import image_patches
from lecture_helpers.optimization.lasso import LassoProblem, lasso
from lecture_helpers.optimization.sparse_coding import (
    free_atoms,
    learn_dictionary,
    masked_encode,
    palm,
    partly_whitened,
    sparse_cost,
    sparse_encode,
    starting_atoms,
    stationarity,
    update_atoms,
)


@pytest.fixture(scope="module")
def patches():
    return image_patches(6, 300)


@pytest.fixture
def made(patches):
    atoms = starting_atoms(patches, 20, seed=1)
    return atoms, sparse_encode(patches, atoms, 1.0)


def test_the_codes_are_the_lasso_solution_of_every_patch(patches, made):
    atoms, codes = made
    for k in range(10):
        fit = lasso(LassoProblem(atoms.T, patches[k]), 1.0, gap=1e-13)
        np.testing.assert_allclose(codes[k], fit.coefficients, atol=1e-4)


def test_the_codes_meet_the_kkt_conditions(patches, made):
    atoms, _ = made
    codes = sparse_encode(patches, atoms, 1.0, sweeps=2000, tolerance=1e-12)
    pull = (patches - codes @ atoms) @ atoms.T
    np.testing.assert_allclose(pull[codes != 0], np.sign(codes[codes != 0]), atol=1e-9)
    assert np.abs(pull).max() <= 1 + 1e-9


def test_masked_codes_are_the_lasso_solution_on_the_seen_pixels(patches):
    atoms = starting_atoms(patches, 20, seed=1)
    seen = np.random.default_rng(0).random((6, 36)) < 0.6
    hidden_anything = np.where(seen, patches[:6], 1e6)
    codes = masked_encode(hidden_anything, seen, atoms, 0.5, sweeps=2000, tolerance=1e-12)
    for patch, known, code in zip(patches, seen, codes, strict=False):
        fit = lasso(LassoProblem(atoms[:, known].T, patch[known]), 0.5, gap=1e-14)
        np.testing.assert_allclose(code, fit.coefficients, atol=1e-5)


def test_masked_codes_of_whole_patches_are_the_usual_ones(patches, made):
    atoms, codes = made
    np.testing.assert_allclose(
        masked_encode(patches, np.ones_like(patches), atoms, 1.0), codes, atol=1e-4
    )


def test_a_patch_without_a_seen_pixel_gets_no_code(patches, made):
    codes = masked_encode(patches[:2], np.zeros((2, 36)), made[0], 0.0)
    assert not codes.any()


def test_a_mask_of_shades_is_refused(patches, made):
    with pytest.raises(ValueError, match="seen must hold nothing but 0 and 1"):
        masked_encode(patches[:1], np.full((1, 36), 0.5), made[0], 1.0)


def test_every_atom_alone_is_the_best_of_length_one(patches, made):
    atoms, codes = made
    rng = np.random.default_rng(0)
    new = update_atoms(patches, codes, atoms)
    last = np.flatnonzero(codes.any(axis=0))[-1]
    best = sparse_cost(patches, codes, new, 1.0)
    for _ in range(50):
        other = new.copy()
        other[last] += 0.3 * rng.standard_normal(36)
        other[last] /= np.linalg.norm(other[last])
        assert best <= sparse_cost(patches, codes, other, 1.0)


def test_the_free_dictionary_is_the_least_squares_one(patches, made):
    atoms, codes = made
    new = free_atoms(patches, codes, atoms)
    np.testing.assert_allclose(codes.T @ (patches - codes @ new), 0, atol=1e-8)


@pytest.mark.parametrize("unit_norm", [True, False])
@pytest.mark.parametrize("penalty", [0.0, 0.5, 2.0])
def test_the_cost_never_rises_after_a_half_step(patches, penalty, unit_norm):
    run = learn_dictionary(patches, penalty=penalty, atoms=24, iterations=8, unit_norm=unit_norm)
    assert np.diff(run.costs).max() <= 1e-9 * run.costs[0]
    assert min(map(np.min, run.earned)) >= -1e-9 * run.costs[0]
    np.testing.assert_allclose(sum(map(np.sum, run.earned)), run.costs[0] - run.costs[-1])
    np.testing.assert_allclose(
        run.costs[-1], sparse_cost(patches, run.codes, run.atoms[-1], penalty), rtol=1e-12
    )


def test_atoms_keep_length_one_under_the_constraint_and_grow_without_it(patches):
    settings = dict(penalty=1.0, atoms=24, iterations=15)
    held = learn_dictionary(patches, **settings)
    free = learn_dictionary(patches, **settings, unit_norm=False)
    np.testing.assert_allclose(held.norms, 1, rtol=1e-12)
    assert free.norms[-1].min() > 1.5 and (np.diff(free.norms.mean(axis=1)) > 0).all()
    assert free.costs[-1] < 0.75 * held.costs[-1]


@pytest.mark.parametrize("together", [False, True])
def test_the_proximal_controls_never_raise_the_cost_and_keep_atoms_of_length_one(patches, together):
    run = palm(patches, penalty=1.0, atoms=24, iterations=40, together=together)
    assert np.diff(run.costs).max() <= 1e-9 * run.costs[0]
    np.testing.assert_allclose(run.norms, 1, rtol=1e-9)
    assert run.costs[-1] < 0.9 * run.costs[0]


def test_a_stationary_point_is_where_neither_factor_leads_on(patches):
    few = dict(penalty=1.0, atoms=6)
    start, end = (learn_dictionary(patches, iterations=n, **few) for n in (1, 3000))
    ways = [stationarity(patches, run.codes, run.atoms[-1], 1.0) for run in (start, end)]
    assert ways[1] < 1e-5 * ways[0]
    atoms = end.atoms[-1]
    assert stationarity(patches, 1.01 * end.codes, atoms, 1.0) > 100 * ways[1]
    assert stationarity(patches, end.codes, np.roll(atoms, 1, axis=0), 1.0) > 100 * ways[1]


def test_rescaling_leaves_the_reconstruction_and_makes_the_slides_cost_as_small_as_one_likes(
    patches, made
):
    atoms, codes = made
    error = ((patches - codes @ atoms) ** 2).sum()
    for c in (10.0, 1000.0):
        slide = 2 * sparse_cost(patches, codes / c, c * atoms, 0.5)
        np.testing.assert_allclose(slide, error + np.abs(codes).sum() / c, rtol=1e-12)


def test_watched_patches_have_their_codes_at_every_iteration(patches):
    run = learn_dictionary(patches, penalty=1.0, atoms=24, iterations=5, watch=[3, 7])
    assert run.watched.shape == (6, 2, 24) and not run.watched[0].any()
    np.testing.assert_array_equal(run.watched[-1], run.codes[[3, 7]])


def test_palm_may_start_from_no_codes_and_be_watched(patches):
    none = np.zeros((len(patches), 24))
    run = palm(patches, penalty=1.0, atoms=24, iterations=5, start=none, watch=[3, 7])
    assert run.costs[0] == pytest.approx((patches**2).sum() / 2)
    assert run.watched.shape == (6, 2, 24) and not run.watched[0].any()
    np.testing.assert_array_equal(run.watched[-1], run.codes[[3, 7]])


def test_an_atom_that_no_code_uses_stays_as_it_is(patches, made):
    atoms, codes = made
    codes = codes.copy()
    codes[:, 4] = 0
    for step in (update_atoms, free_atoms):
        new = step(patches, codes, atoms)
        np.testing.assert_array_equal(new[4], atoms[4])
        assert not np.array_equal(new[5], atoms[5])


def test_more_atoms_than_pixels_and_a_flat_patch_are_no_trouble(patches):
    flat = np.vstack([np.zeros(36), patches])
    run = learn_dictionary(flat, penalty=0.5, atoms=80, iterations=3)
    assert np.isfinite(run.costs).all() and not run.codes[0].any()


def test_a_seed_draws_the_start_and_nothing_else_does(patches):
    one, same, other = (starting_atoms(patches, 10, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("floor", [0.01, 0.3])
def test_partial_whitening_divides_every_direction_by_its_own_factor(floor):
    raw = image_patches(6, 300, whiten=False)
    variance, directions = np.linalg.eigh(raw.T @ raw / 300)
    white = partly_whitened(raw, floor)
    after = ((white @ directions) ** 2).mean(axis=0)
    wanted = variance / (variance + floor * variance.max())
    np.testing.assert_allclose(after[5:] / after[-1], wanted[5:] / wanted[-1], rtol=1e-9)
    np.testing.assert_allclose(white.std(), 1, rtol=1e-12)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda x: learn_dictionary(x, penalty=-1), "penalty must be a finite number, 0 or more"),
        (lambda x: learn_dictionary(x, penalty=1, atoms=301), "atoms must be at most 300"),
        (lambda x: learn_dictionary(x[:5], penalty=1, atoms=np.ones((6, 36))),
         "atoms must be at most 5, the number of patches, not 6."),
        (lambda x: learn_dictionary(x, penalty=1, atoms=np.zeros((3, 36))), "no row of zeros"),
        (lambda x: learn_dictionary(x, penalty=1, atoms=np.ones((3, 5))), "atoms must have shape"),
        (lambda x: learn_dictionary(x * np.nan, penalty=1), "patches must hold finite numbers"),
        (lambda x: learn_dictionary(x, penalty=1, iterations=0), "iterations must be a whole"),
        (lambda x: sparse_encode(x, np.ones((3, 36)), -0.1),
         "penalty must be a finite number, 0 or more"),
        (lambda x: sparse_encode(x, np.full((3, 36), np.nan), 1),
         "atoms must hold finite numbers only"),
        (lambda x: sparse_encode(x, np.ones((3, 36)), 1, start=np.ones((2, 3))),
         "start must have shape"),
        (lambda x: update_atoms(x, np.ones((300, 2)), np.ones((3, 36))), "codes must have shape"),
        (lambda x: partly_whitened(x, 0), "floor must be a finite number above 0, not 0."),
        (lambda x: palm(x, penalty=0), "penalty must be a finite number above 0, not 0."),
        (lambda x: starting_atoms(np.zeros((4, 3)), 1), "atoms must be at most 0"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words(patches, call, words):
    with pytest.raises(ValueError, match=words):
        call(patches)
