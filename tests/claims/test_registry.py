"""The registry holds the lecture's sentences, in words of its own, with what they declare."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lecture_helpers.claims import CLAIMS, LESSONS, Claim, Record, claim, ledger
from lecture_helpers.claims.claim import QUICK_SEEDS, Control, Part, joined, measure
from lecture_helpers.claims.run import minutes
from lecture_helpers.claims.sweep import experiment_name

ROOT = Path(__file__).parents[2]


def test_claims_are_numbered_without_gaps_through_all_lessons():
    declared = [c for lesson in LESSONS for c in lesson.CLAIMS]
    assert [c.id for c in declared] == [f"C{n}" for n in range(1, len(declared) + 1)]
    assert list(CLAIMS.values()) == declared


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.LESSON)
def test_every_claim_belongs_to_its_lesson_whose_notebook_is_there(lesson):
    assert {c.lesson for c in lesson.CLAIMS} == {lesson.LESSON}
    assert (ROOT / "notebooks" / f"{lesson.LESSON}.ipynb").exists()


ONE_MORE = """\
from lecture_helpers.claims.claim import Claim

LESSON = "99_one_more"
CLAIMS = (Claim("C0", "opinion", "One.", "Two.", LESSON, "s"),)
"""
WITH_ANOTHER_FOLDER = """\
import importlib, sys
from lecture_helpers import claims

claims.lessons.__path__.append(sys.argv[1])
print(importlib.reload(claims).LESSONS[-1].LESSON, claims.claim("C0").sentence)
"""


def test_one_more_lesson_is_found_by_its_file(tmp_path):
    (tmp_path / "one_more.py").write_text(ONE_MORE)
    command = [sys.executable, "-c", WITH_ANOTHER_FOLDER, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "99_one_more One."


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_says_what_it_says_and_what_would_change_it_in_whole_sentences(name):
    for words in (claim(name).sentence, claim(name).falsified_by):
        whole = re.match(r"[A-Z].{40,}[.]$", words) and "  " not in words
        assert whole, f"no whole sentence of 42 characters or more: {words!r}"


PARTS = [(n, part) for n, c in CLAIMS.items() for part in c.parts]


@pytest.mark.parametrize("name, part", PARTS, ids=[f"{n}-{p.words[:30]}" for n, p in PARTS])
def test_every_part_says_in_words_what_it_asserts_and_what_it_measures(name, part):
    assert len(part.words) > 10
    assert len(part.measure) > 10, "the measure says of what, and which arm minus which"
    for control in part.controls:
        assert len(control.words) > 5 and not control.words.endswith(".")


def test_every_control_of_a_part_has_its_own_words():
    for name, part in PARTS:
        words = [control.words for control in part.controls]
        assert len(set(words)) == len(words), name


@pytest.mark.parametrize("name", [n for n, c in CLAIMS.items() if c.kind == "empirical"])
def test_what_is_said_of_networks_is_asked_of_two_data_sets(name):
    experiment = claim(name).experiment
    if experiment and claim(name).tune:
        regimes = [f"{r} {pair}" for p in claim(name).parts for r, pair in p.scope.items()]
        sets = {s for s in ("digits", "MNIST-1D", "MNIST") for r in regimes
                if re.search(rf"\b{s}(?!-)\b", r)}  # fmt: skip
        assert len(sets) >= 2, f"one data set only: {sets}"


@pytest.mark.parametrize("name", [n for n, c in CLAIMS.items() if c.history])
def test_the_history_of_a_claim_has_dates_and_reasons(name):
    for change in claim(name).history:
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", change.date)
        assert change.was and len(change.why) > 20


@pytest.mark.parametrize("name", [n for n, c in CLAIMS.items() if c.experiment])
def test_every_experiment_runs_20_seeds_or_more_and_compares_two_different_arms(name):
    c = claim(name)
    every = [part.scope for part in c.parts] + [part.borders for part in c.parts]
    every += [control.comparisons for part in c.parts for control in part.controls]
    assert len(set(c.seeds)) >= 20 and not set(c.seeds) & set(c.more_seeds)
    assert all(len(set(pair)) == 2 for pairs in every for pair in pairs.values())


RUN = [n for n, c in CLAIMS.items() if c.kind == "empirical" and c.experiment]
SETTLED = r"[Aa]nswered|[Mm]eant|\b[Oo]pen\b|controls?\b|closed form .* gives|experiment of C"
SOURCES = {  # first authors and years that the lessons' literature lists
    "Ioffe 2015", "Santurkar 2018", "Bjorck 2018", "Luo 2018", "Yang 2019", "De 2020",
    "Laarhoven 2017", "Tseng 2001", "Powell 1973", "Grippo 2000", "Wright 2015", "Sun 2015",
    "Olshausen 1996", "Lee 2007", "Mairal 2009", "Polyak 1992", "Bach 2011", "Izmailov 2018",
    "Morales-Brotons 2024", "Bengio 2007", "Romero 2015", "Yosinski 2014", "Belilovsky 2019",
    "Glorot 2011", "He 2015", "He 2016", "Veit 2016", "Balduzzi 2017", "Srivastava 2015",
    "Sutskever 2013", "Schmidt 2021", "Mobahi 2015", "Hazan 2016", "Bengio 2009", "Kumar 2010",
    "Hacohen 2019", "Platanios 2019", "Wu 2021", "Li 2018",
}  # fmt: skip
NAMES = r"([A-Z][\w-]+)(?:, [A-Z][\w-]+)*(?: et al\.| and [A-Z][\w-]+)? (\d{4})"


@pytest.mark.parametrize("name", RUN)
def test_the_strongest_objection_is_answered_by_a_control_or_left_open(name):
    c = claim(name)
    assert len(c.objection) > 60, "a referee's strongest objection is missing"
    assert re.search(SETTLED, c.objection), "say what answers it, or that it is open"
    if re.search(r"controls?\b", c.objection):
        assert any(p.controls for p in c.parts), "it names a control that is not there"


@pytest.mark.parametrize("name", [n for n, c in CLAIMS.items() if c.literature])
def test_literature_is_cited_from_the_list_alone(name):
    words = claim(name).literature
    cited = {" ".join(found) for found in re.findall(NAMES, words)}
    assert cited, f"it names no author and year: {words!r}"
    assert cited <= SOURCES, f"add to SOURCES, if it exists: {cited - SOURCES}"
    assert len(re.findall(NAMES, words)) == len(re.findall(r"\b(?:19|20)\d\d\b", words))


@pytest.mark.parametrize("name", ledger.load())
def test_a_full_run_stays_within_its_budget(name):
    assert ledger.load()[name]["provenance"]["seconds"] <= claim(name).budget


def test_the_whole_ledger_fits_180_minutes_of_processor_time_by_budget_and_as_it_was_run():
    budgets = {}
    for c in (c for c in CLAIMS.values() if c.experiment):
        of_same = budgets.setdefault((experiment_name(c), str(c.settings)), [])
        of_same.append(c.budget)
    assert sum(map(max, budgets.values())) <= 180 * 60
    assert minutes(ledger.load()) <= 180


def test_an_unknown_claim_is_refused_in_words():
    last = list(CLAIMS)[-1]
    with pytest.raises(ValueError, match=f"claim must be one of 'C1' to '{last}', not 'C0'"):
        claim("C0")


def test_declarations_that_lack_a_part_a_threshold_or_a_scope_are_refused():
    words = dict(lesson="l", slide="s", sentence="t", falsified_by="c")
    with pytest.raises(ValueError, match="must declare the parts"):
        Claim("C99", "empirical", **words, experiment=len)
    with pytest.raises(ValueError, match="kind must be one of"):
        Claim("C99", "proof", **words)
    for lacking in (("", 1.0, {"r": ("a", "b")}), ("m", 0.0, {"r": ("a", "b")}), ("m", 1.0, {})):
        with pytest.raises(ValueError, match="measure, min_effect and scope"):
            Part("p", *lacking)
    with pytest.raises(ValueError, match="method must be one of"):
        Part("p", "m", 1.0, {"r": ("a", "b")}, method="percentile")
    with pytest.raises(ValueError, match="kind must be one of"):
        Control("excuse", "w", {"r": ("a", "b")})
    stranger = Control("mechanism", "w", {"elsewhere": ("a", "b")})
    with pytest.raises(ValueError, match="speaks of the part's regimes, not of .'elsewhere'"):
        Part("p", "m", 1.0, {"r": ("a", "b")}, controls=(stranger,))


def test_the_hash_of_a_declaration_changes_with_whatever_was_laid_down_before_the_run():
    words = dict(lesson="l", slide="s", falsified_by="c", experiment=len)
    part = Part("p", "m", 1.0, {"r": ("a", "b")})
    one = Claim("C99", "empirical", "t", parts=(part,), **words)
    assert replace(one, objection="Open.").declaration == one.declaration
    others = [
        replace(one, sentence="u"), replace(one, seeds=(1, 2)), replace(one, more_seeds=(3,)),
        replace(one, falsified_by="d"), replace(one, parts=(replace(part, min_effect=2.0),)),
        replace(one, parts=(replace(part, borders={"q": ("a", "b")}),)),
        replace(one, parts=(replace(part, controls=(Control("rival", "w", {"r": ("a", "c")}),)),)),
    ]  # fmt: skip
    assert len({other.declaration for other in (one, *others)}) == 1 + len(others)


def test_settings_are_the_keywords_of_an_experiment_as_json_has_them():
    def ladder(seeds, *, steps=200, depth=(2, 8)): ...

    words = dict(lesson="l", slide="s", sentence="t", falsified_by="c")
    assert Claim("C99", "identity", **words).settings == {}
    found = Claim("C99", "identity", **words, experiment=ladder).settings
    assert found == {"steps": 200, "depth": [2, 8]}


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
