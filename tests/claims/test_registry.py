"""The registry holds all 49 sentences, in words of its own, with what they declare."""

import re
import subprocess
import sys

import pytest

from lecture_helpers.claims import CLAIMS, LESSONS, Claim, Record, claim
from lecture_helpers.claims.claim import QUICK_SEEDS, joined, measure

IDENTITIES = {2, 3, 12, 14, 17, 18, 19, 22, 24, 26, 32, 43, 45, 47}
LESSON_OF = {
    "01_batch_normalization": range(1, 21),
    "02_coordinate_descent": range(21, 26),
    "03_polyak_averaging": range(26, 31),
    "04_supervised_pretraining": range(31, 36),
    "05_model_design": range(36, 40),
    "06_continuation_and_curriculum": range(40, 50),
}


def test_all_49_claims_are_there_once_and_in_order():
    assert list(CLAIMS) == [f"C{number}" for number in range(1, 50)]
    assert sum(len(lesson.CLAIMS) for lesson in LESSONS) == 49


@pytest.mark.parametrize("lesson", LESSON_OF)
def test_every_claim_belongs_to_its_lesson(lesson):
    assert [c.number for c in CLAIMS.values() if c.lesson == lesson] == list(LESSON_OF[lesson])


def test_identities_opinions_and_empirical_claims_are_told_apart():
    assert {c.number for c in CLAIMS.values() if c.kind == "id"} == IDENTITIES
    assert {c.number for c in CLAIMS.values() if c.kind == "op"} == {36, 37}


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_says_what_it_says_and_what_would_change_it_in_whole_sentences(name):
    for words in (claim(name).sentence, claim(name).changes):
        assert re.match(r"[A-Z].{40,}[.]$", words)
        assert "  " not in words


@pytest.mark.parametrize("name", [n for n, c in CLAIMS.items() if c.kind == "emp"])
def test_every_empirical_claim_declares_its_smallest_interesting_effect_and_unit(name):
    assert claim(name).smallest > 0
    assert len(claim(name).unit) > 10


@pytest.mark.parametrize("name", [n for n, c in CLAIMS.items() if c.experiment])
def test_every_experiment_runs_20_seeds_or_more_and_compares_two_different_arms(name):
    c = claim(name)
    pairs = [*c.comparisons.values(), *c.controls.values()]
    assert len(set(c.seeds)) >= 20
    assert all(len(set(pair)) == 2 for pair in pairs)


def test_an_unknown_claim_is_refused_in_words():
    with pytest.raises(ValueError, match="claim must be one of 'C1' to 'C49', not 'C50'"):
        claim("C50")


def test_an_empirical_claim_without_a_threshold_or_without_arms_is_refused():
    words = dict(lesson="l", slide="s", sentence="t", changes="c")
    with pytest.raises(ValueError, match="smallest interesting effect"):
        Claim("C99", "emp", **words)
    with pytest.raises(ValueError, match="which arms"):
        Claim("C99", "emp", **words, smallest=1.0, unit="u", experiment=len)
    with pytest.raises(ValueError, match="kind must be one of"):
        Claim("C99", "proof", **words)


def test_a_record_holds_one_value_per_seed():
    with pytest.raises(ValueError, match="'a' has 1 values for 2 seeds"):
        Record((0, 1), {"a": [1.0]})


def test_records_join_in_the_order_of_their_seeds():
    late, early = Record((4, 5), {"a": [4.0, 5.0]}), Record((0, 1), {"a": [0.0, 1.0]})
    assert joined([late, early]) == Record((0, 1, 4, 5), {"a": [0.0, 1.0, 4.0, 5.0]})


@pytest.mark.parametrize("other", [Record((0,), {"a": [1.0]}), Record((1,), {"b": [1.0]})])
def test_records_that_share_a_seed_or_differ_in_their_arms_do_not_join(other):
    with pytest.raises(ValueError, match="can be joined"):
        joined([Record((0,), {"a": [0.0]}), other])


def test_an_experiment_may_return_a_plain_dict_of_arms():
    assert measure(lambda seeds: {"a": [s / 2 for s in seeds]}, [0, 1]).arms == {"a": [0.0, 0.5]}
    assert len(QUICK_SEEDS) == 8


def test_reading_the_registry_and_the_ledger_imports_neither_torch_nor_scipy():
    code = (
        "import sys; from lecture_helpers.claims import CLAIMS, ledger; ledger.load();"
        "print([n for n in ('torch', 'scipy', 'matplotlib') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
