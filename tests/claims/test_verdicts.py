"""From values to verdicts: failures apart from effects, four kinds of control, and the words."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture_helpers.claims import ledger
from lecture_helpers.claims.claim import Claim, Control, Part, Record
from lecture_helpers.claims.verdicts import common, compare

N = 20
RNG = np.random.default_rng(0)
NOISE = RNG.normal(0, 0.1, N)
NAN = math.nan
ARMS = {
    "none": np.zeros(N), "one": 1 + NOISE, "two": 2 + NOISE, "minus": -1 + NOISE,
    "small": 0.05 + NOISE, "wide": RNG.normal(0.4, 3, N), "near": 0.9 + 3 * NOISE[::-1],
}  # fmt: skip


def values(*row):
    return tuple(map(float, row))


def judged(scope, *controls, borders=(), **rule):
    """The entry of a claim of one part with d = 0.5 over ``ARMS``."""
    part = Part("it is so", "a measure", 0.5, dict(scope), dict(borders), controls, **rule)
    one = Claim("C50", "empirical", "Sentence.", "Another.", "01_x", "s", (part,), experiment=len)
    record = Record(tuple(range(N)), {name: list(map(float, row)) for name, row in ARMS.items()})
    return ledger.judged({"C50": ledger.entry(one, record, {}, {})})["C50"]


def test_seeds_that_fail_in_one_arm_alone_decide_by_their_rates():
    always, never = values(*[NAN] * N), values(*range(N))
    better, worse = compare(never, always, 0.5), compare(always, never, 0.5)
    assert (better["verdict"], worse["verdict"]) == ("holds", "reversed")
    assert better["failures"]["control"] == worse["failures"]["treated"] == N
    assert better["failures"]["interval"][0] > 0.5
    assert compare(always, always, 0.5)["verdict"] == "undecided"  # nobody has seen the effect


def test_one_seed_of_twenty_that_fails_does_not_carry_the_effect():
    treated = values(NAN, *np.ones(N - 1) + NOISE[1:])
    found = compare(treated, values(*np.zeros(N)), 0.5)
    assert found["verdict"] == "holds" and found["pairs"] == N - 1
    assert found["effect"] == pytest.approx(np.nanmean(treated), rel=1e-4)
    assert found["failures"]["verdict"] == "undecided"


def test_failures_that_say_the_contrary_of_the_effect_leave_it_undecided():
    treated = values(*[NAN] * 14, *np.ones(6))
    assert compare(treated, values(*NOISE), 0.5)["verdict"] == "undecided"


def test_an_effect_over_too_few_seeds_that_ran_is_not_judged():
    treated = values(*[NAN] * 17, 5.0, 5.1, 5.2)
    assert compare(treated, treated, 0.5)["effect"] is None


def test_the_width_says_whether_an_interval_could_say_no():
    wide = compare(values(*ARMS["wide"]), values(*ARMS["none"]), 0.5)
    low, high = wide["interval"]
    assert wide["width"] == pytest.approx((high - low) / 2 / 0.5, rel=1e-3)
    assert wide["width"] > 1 and wide["verdict"] == "undecided"


@given(st.lists(st.one_of(st.just(NAN), st.floats(-3, 3)), min_size=8, max_size=8))
def test_turning_the_arms_round_turns_the_verdict(row):
    turned = {"holds": "reversed", "reversed": "holds"}
    one, other = compare(tuple(row), (0.0,) * 8, 0.5), compare((0.0,) * 8, tuple(row), 0.5)
    assert other["verdict"] == turned.get(one["verdict"], one["verdict"])


def test_where_lower_is_better_a_failure_of_the_treated_arm_still_counts_against_it():
    losses = {"skip": NOISE + 1, "plain": NOISE + 2, "broken": np.full(N, NAN)}
    scope = {"a": ("skip", "plain"), "b": ("broken", "plain")}
    part = Part("it is lower", "a loss, without less with", 0.5, scope, lower=True)
    one = Claim("C50", "empirical", "Sentence.", "Another.", "01_x", "s", (part,), experiment=len)
    record = Record(tuple(range(N)), {name: list(map(float, row)) for name, row in losses.items()})
    entry = ledger.judged({"C50": ledger.entry(one, record, {}, {})})["C50"]
    first, second = ledger.scope_of(entry)
    assert (first["effect"], first["verdict"]) == (pytest.approx(1.0), "holds")
    assert (second["verdict"], second["failures"]["treated"]) == ("reversed", N)


def test_a_border_is_shown_and_never_counts():
    entry = judged({"deep": ("one", "none")}, borders={"tiny": ("minus", "none")})
    assert entry["verdict"] == "holds" and entry["prose"] == "Holds."
    assert [f["verdict"] for f in ledger.beside(entry)] == ["reversed"]


def test_a_falsifier_that_is_met_fells_its_regime_or_all():
    scope = {"a": ("one", "none"), "b": ("two", "none")}
    of_one = judged(scope, Control("falsifier", "restarts", {"a": ("two", "one")}))
    assert (of_one["verdict"], ledger.scope_of(of_one)[0]["verdict"]) == (
        "holds in part", "falsified",
    )  # fmt: skip
    assert "What would refute it (restarts) is met in 1 of 1 (a)" in of_one["prose"]
    of_all = judged(scope, Control("falsifier", "restarts", {"anywhere": ("two", "one")}))
    assert of_all["verdict"] == "holds nowhere"
    not_met = judged(scope, Control("falsifier", "restarts", {"a": ("one", "two")}))
    assert (not_met["verdict"], not_met["prose"]) == ("holds", "Holds in all 2 regimes.")


@pytest.mark.parametrize(
    "without, because", [("one", "struck out"), ("none", "stands"), ("near", "struck out")]
)
def test_a_cause_is_the_difference_of_the_differences(without, because):
    control = Control("mechanism", "the same without it", {"deep": (without, "small")})
    if without == "none":
        control = Control("mechanism", "the same without it", {"deep": ("small", "none")})
    entry = judged({"deep": ("one", "none")}, control)
    assert (entry["verdict"], entry["because"]) == ("holds", because)
    (finding,) = ledger.beside(entry)
    pair = control.comparisons["deep"]
    wanted = (ARMS["one"] - ARMS["none"]) - (ARMS[pair[0]] - ARMS[pair[1]])
    assert finding["effect"] == pytest.approx(wanted.mean(), rel=1e-3)


def test_a_cause_that_was_asked_after_the_first_look_may_fall_and_does_not_stand():
    for pair, because in ((("small", "none"), "open"), (("one", "small"), "struck out")):
        late = Control("mechanism", "asked later", {"deep": pair}, added="2026-11-29")
        assert judged({"deep": ("one", "none")}, late)["because"] == because


def test_each_cause_is_told_by_its_own_control():
    first = Control("mechanism", "first", {"deep": ("small", "none")})
    second = Control("mechanism", "second", {"deep": ("one", "small")})
    entry = judged({"deep": ("one", "none")}, first, second)
    assert entry["because"] == "struck out"  # in that regime one control suffices
    assert "The cause stands (control: first)" in entry["prose"]
    assert "The cause is struck out (control: second)" in entry["prose"]


def test_where_another_count_turns_the_sign_the_part_depends_on_the_count():
    scope = {"a": ("one", "none"), "b": ("two", "none")}
    count = Control("accounting", "equal seconds", {"a": ("minus", "none")})
    entry = judged(scope, count)
    assert ledger.scope_of(entry)[0]["verdict"] == "depends on the count"
    assert entry["verdict"] == "holds in part"
    assert entry["prose"].endswith(
        "Under another count (equal seconds) the sign turns in 1 of 1 (a)."
    )
    same = judged(scope, Control("accounting", "equal seconds", {"a": ("two", "none")}))
    assert same["verdict"] == "holds" and same["prose"].endswith("Holds in all 2 regimes.")


def test_a_count_that_turns_one_sign_and_loses_another_says_both():
    scope = {"a": ("one", "none"), "b": ("two", "none")}
    count = Control("accounting", "seconds", {"a": ("minus", "none"), "b": ("small", "none")})
    words = judged(scope, count)["prose"]
    assert "Under another count (seconds) the sign turns in 1 of 2 (a)." in words
    assert "Under another count (seconds) it is lost in 1 of 2 (b)." in words


def test_a_part_that_another_count_no_longer_shows_says_so():
    entry = judged(
        {"a": ("one", "none")}, Control("accounting", "seconds", {"a": ("small", "none")})
    )
    assert (entry["verdict"], entry["prose"]) == (
        "holds",
        "Holds. Under another count (seconds) it is lost in 1 of 1 (a).",
    )


@pytest.mark.parametrize(
    "rival, words",
    [
        ("two", "Holds. A rival (restarts) is ahead in 1 of 1 (deep)."),
        ("none", "Holds."),
        ("near", "Holds."),
    ],
)
def test_a_rival_is_said_in_the_words_and_leaves_the_verdict(rival, words):
    entry = judged(
        {"deep": ("one", "none")}, Control("rival", "restarts", {"deep": ("one", rival)})
    )
    assert entry["verdict"] == "holds" and entry["prose"] == words


def test_regimes_that_do_not_differ_beyond_their_intervals_are_said_not_to():
    alike = judged({"a": ("one", "none"), "b": ("wide", "none")})
    assert alike["verdict"] == "holds in part"
    assert "do not differ from each other beyond their intervals" in alike["prose"]
    apart = judged({"a": ("one", "none"), "b": ("minus", "none")})
    assert apart["prose"] == "Holds in 1 of 2 (a). Reversed in 1 of 2 (b)."


def test_a_control_may_have_a_measure_and_a_threshold_of_its_own():
    of_own = Control("rival", "seconds", {"x": ("one", "none")}, "seconds saved", 3.0)
    (finding,) = ledger.beside(judged({"deep": ("one", "none")}, of_own))
    assert finding["verdict"] == "no difference"


def test_parts_make_a_claim():
    assert common(["holds", "holds in part"]) == "holds in part"
    assert common(["falsified", "falsified"]) == "holds nowhere"
    assert common(["no difference"]) == "no difference"
