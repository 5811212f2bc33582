"""The intervals keep their level, the rule is the one declared, Holm is Holm."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lecture_helpers.claims import statistics

VALUES = st.lists(st.floats(-10, 10), min_size=3, max_size=20).map(np.array)
spread_out = VALUES.filter(lambda values: np.ptp(values) > 1e-3)


def bootstrap(values):
    return statistics.intervals(values, "bootstrap")(statistics.LEVEL)


def misses(interval, draw, truth: float, seeds: int, repeats: int) -> np.ndarray:
    """How often the truth lies below and above the interval, as shares (2,)."""
    rng = np.random.default_rng(1)
    intervals = np.array([interval(draw(rng, seeds)) for _ in range(repeats)])
    return np.mean([truth < intervals[:, 0], truth > intervals[:, 1]], axis=1)


def normal(rng, seeds):
    return rng.normal(0.3, 2.0, seeds)


def failing(rng, seeds):
    """One seed in five fails and is capped at 5."""
    return np.where(rng.random(seeds) < 0.2, 5.0, rng.normal(0.5, 0.3, seeds))


FAILING_MEAN = 0.2 * 5 + 0.8 * 0.5


@pytest.mark.parametrize("seeds", [8, 20])
def test_students_interval_covers_95_percent_of_normal_differences(seeds):
    # 4000 repeats: three standard errors are 0.010
    missed = misses(statistics.t_interval, normal, 0.3, seeds, 4000).sum()
    assert missed == pytest.approx(0.05, abs=0.010)


def test_the_99_percent_interval_covers_99_percent():
    def strict(values):
        return statistics.t_interval(values, statistics.STRICT)

    # 4000 repeats: three standard errors are 0.005
    assert misses(strict, normal, 0.3, 20, 4000).sum() == pytest.approx(0.01, abs=0.005)


def test_with_8_seeds_the_bootstrap_covers_too_rarely_and_student_does_not():
    # 600 repeats: three standard errors at 0.05 are 0.027
    assert misses(bootstrap, normal, 0.3, 8, 600).sum() > 0.08
    assert misses(statistics.t_interval, normal, 0.3, 8, 600).sum() < 0.077


def test_where_seeds_fail_the_bootstrap_misses_less_and_on_both_sides():
    # 600 repeats: three standard errors at 0.05 are 0.027
    resampled = misses(bootstrap, failing, FAILING_MEAN, 20, 600)
    student = misses(statistics.t_interval, failing, FAILING_MEAN, 20, 600)
    assert resampled.sum() < 0.077
    assert resampled.min() > 0.005
    assert student.sum() > resampled.sum()
    assert student.max() > 5 * student.min()


def test_students_interval_is_scipys():
    values = np.random.default_rng(0).normal(size=9)
    wanted = stats.ttest_1samp(values, 0).confidence_interval(0.99)
    assert statistics.t_interval(values, 0.99) == pytest.approx(tuple(wanted), rel=1e-12)


def test_the_bootstrap_is_scipys_within_its_own_noise():
    values = failing(np.random.default_rng(3), 20)
    wanted = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(5)
    ).confidence_interval
    assert bootstrap(values) == pytest.approx(tuple(wanted), abs=0.04)


@given(spread_out)
def test_a_bootstrap_interval_lies_between_the_extremes_and_comes_out_the_same_again(values):
    low, high = bootstrap(values)
    assert values.min() - 1e-12 <= low < high <= values.max() + 1e-12
    assert (low, high) == bootstrap(values.copy())


@given(spread_out, st.sampled_from(["t", "bootstrap"]))
def test_a_higher_level_never_gives_a_narrower_interval(values, method):
    at = statistics.intervals(values, method)
    bounds = np.array([at(level) for level in (0.5, 0.9, 0.95, 0.99)])
    assert (np.diff(bounds[:, 0]) <= 1e-12).all()
    assert (np.diff(bounds[:, 1]) >= -1e-12).all()


@given(spread_out)
def test_turning_the_sign_of_the_effect_mirrors_the_interval(values):
    low, high = statistics.t_interval(values)
    assert statistics.t_interval(-values) == pytest.approx((-high, -low), abs=1e-9)


def test_the_grid_on_which_values_were_read_widens_the_interval_by_one_step_each_way():
    values = np.array([0.5, 0.5, 1.0, 0.5])
    low, high = statistics.intervals(values, "bootstrap")(0.95)
    assert statistics.intervals(values, "bootstrap", 0.25)(0.95) == (low - 0.25, high + 0.25)


def test_equal_differences_give_a_point_that_only_the_grids_step_widens():
    equal = np.full(8, 0.5)
    assert statistics.intervals(equal, "bootstrap")(0.95) == (0.5, 0.5)
    assert statistics.intervals(equal, "bootstrap", 0.5)(0.95) == (0.0, 1.0)


@pytest.mark.parametrize(
    "effect, interval, verdict",
    [
        (0.8, (0.1, 1.5), "holds"),
        (0.4, (0.1, 0.7), "undecided"),  # above 0, but smaller than what interests
        (0.2, (0.1, 0.3), "no difference"),  # above 0 and too small to matter
        (0.8, (-0.1, 1.7), "undecided"),
        (0.8, (0.0, 1.6), "undecided"),
        (-0.8, (-1.5, -0.1), "reversed"),
        (-0.4, (-0.7, -0.1), "undecided"),  # below 0, but smaller than what matters
        (-0.1, (-0.2, -0.05), "no difference"),  # below 0 and too small to matter
        (0.0, (-0.4, 0.4), "no difference"),
        (0.0, (-0.5, 0.4), "undecided"),
    ],
)
def test_the_verdict_follows_the_declared_rule(effect, interval, verdict):
    assert statistics.decide(effect, interval, min_effect=0.5) == verdict


@given(st.floats(-2, 2), st.floats(0, 2), st.floats(0.1, 1))
def test_the_rule_is_the_same_on_both_sides_of_0(effect, half, min_effect):
    turned = {"holds": "reversed", "reversed": "holds"}
    verdict = statistics.decide(effect, (effect - half, effect + half), min_effect)
    other = statistics.decide(-effect, (-effect - half, -effect + half), min_effect)
    assert other == turned.get(verdict, verdict)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_binomial_interval_is_scipys(counts):
    failed, seeds = counts
    wanted = stats.binomtest(failed, seeds).proportion_ci(0.95, "exact")
    assert statistics.binomial_interval(failed, seeds) == pytest.approx(tuple(wanted), abs=1e-9)


@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.1, 0.5), (0.9, 0.3)])
def test_the_difference_of_failure_rates_is_covered_at_least_as_often_as_it_says(rates):
    rng = np.random.default_rng(4)
    drawn = rng.binomial(20, rates, size=(500, 2))
    found = np.array([statistics.failure_difference(*pair, 20)(0.95) for pair in drawn.tolist()])
    truth = rates[1] - rates[0]
    assert ((found[:, 0] <= truth) & (truth <= found[:, 1])).mean() >= 0.95


def test_effects_differ_where_the_interval_of_their_difference_leaves_0():
    rng = np.random.default_rng(5)
    alike = rng.normal(0.5, 0.3, 20)
    noise = rng.normal(0, 0.3, 20)
    assert not statistics.differ(alike, alike + noise - noise.mean())
    assert statistics.differ(alike, alike + noise + 1)
    assert statistics.differ(np.ones(4), np.zeros(4)) and not statistics.differ(alike, alike)


@given(spread_out)
def test_the_doubt_of_a_clear_effect_is_the_p_value_of_students_test(values):
    at = statistics.intervals(values)
    p = stats.ttest_1samp(values, 0).pvalue
    p_value = statistics.p_value(values.mean(), at, min_effect=1e-9)
    if p < 0.0499:
        assert p_value == pytest.approx(max(p, 1e-4), rel=1e-3)
    elif p > 0.0501:
        assert p_value == 1.0


def test_the_doubt_of_no_difference_is_the_p_value_of_an_equivalence_test():
    values = np.random.default_rng(0).normal(0.02, 0.6, 20)
    error = values.std(ddof=1) / np.sqrt(20)
    distances = np.array([0.5 - values.mean(), 0.5 + values.mean()]) / error
    worse = stats.t.sf(distances, 19).max()
    p_value = statistics.p_value(values.mean(), statistics.intervals(values), min_effect=0.5)
    assert p_value == pytest.approx(2 * worse, rel=1e-3)


def test_holm_multiplies_the_smallest_by_the_family_and_never_reorders():
    assert statistics.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert statistics.holm([0.5, 0.6]) == pytest.approx([1.0, 1.0])
    assert statistics.holm([]).shape == (0,)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_lies_between_the_p_value_and_bonferroni_and_keeps_the_order(p_values):
    adjusted, p_values = statistics.holm(p_values), np.array(p_values)
    assert (adjusted >= p_values).all()
    assert (adjusted <= np.minimum(1, len(p_values) * p_values) + 1e-15).all()
    assert (np.diff(adjusted[np.argsort(p_values, kind="stable")]) >= 0).all()


def test_a_family_without_any_effect_is_wrong_in_one_of_20():
    rng = np.random.default_rng(2)
    wrong = np.mean([
        (statistics.holm(stats.ttest_1samp(rng.normal(size=(8, 5)), 0).pvalue) < 0.05).any()
        for _ in range(2000)
    ])  # fmt: skip
    # 2000 repeats: three standard errors are 0.015
    assert wrong == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize(
    "verdict, p_value, adjusted, fragile",
    [
        ("holds", 0.004, 0.02, False),
        ("holds", 0.02, 0.04, True),
        ("holds", 0.009, 0.06, True),
        ("no difference", 0.02, 0.02, True),
        ("undecided", 1.0, 1.0, False),
    ],
)
def test_a_verdict_is_fragile_when_99_percent_or_holm_takes_it_away(
    verdict, p_value, adjusted, fragile
):
    assert statistics.fragile(verdict, p_value, adjusted) is fragile


@pytest.mark.parametrize(
    "treated, control, words",
    [
        ([1.0, 2.0], [1.0], "same two or more seeds"),
        ([1.0], [1.0], "same two or more seeds"),
        ([1.0, float("nan")], [1.0, 2.0], "treated must hold finite numbers"),
        ([1.0, 2.0], [float("inf"), 2.0], "control must hold finite numbers"),
    ],
)
def test_arms_that_cannot_be_paired_are_refused_in_words(treated, control, words):
    with pytest.raises(ValueError, match=words):
        statistics.paired_differences(treated, control)


def test_unknown_methods_and_negative_steps_are_refused():
    with pytest.raises(ValueError, match="interval must be one of"):
        statistics.intervals(np.ones(3), "percentile")
    with pytest.raises(ValueError, match="resolution"):
        statistics.intervals(np.ones(3), resolution=-1.0)
