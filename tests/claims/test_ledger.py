"""The ledger is what the experiments gave: every verdict follows from the values beside it."""

import copy
import gzip
import json

import pytest

from lecture_helpers.claims import CLAIMS, Record, claim, ledger
from lecture_helpers.claims import values as tidy
from lecture_helpers.claims.claim import Claim, Control, Part
from lecture_helpers.claims.fingerprint import fingerprint
from lecture_helpers.claims.sweep import experiment_name
from lecture_helpers.claims.tuning import TUNING
from lecture_helpers.claims.verify import seeds_for

STORED = ledger.load()
MARK = "TO " + "WRITE"  # a claim of a skeleton; tests/test_placeholders.py lists it
COMPUTED = ("verdict", "prose", "because", "fragile", "judged", "checks")
WORDS = dict(lesson="01_x", slide="s", sentence="t", falsified_by="c")
SCOPE = {"shallow": ("with 2", "without 2"), "deep": ("with 9", "without 9")}
RIVAL = Control("rival", "layer norm", {"deep": ("layer 9", "without 9")})
DECADES = Part("higher is possible", "decades", 0.5, SCOPE, controls=(RIVAL,))
GAIN = Claim("C98", "empirical", **WORDS, experiment=len, parts=(DECADES,))
SEEDS = tuple(range(8))
ARMS = {
    "with 2": [0.1, 0.0, -0.1, 0.1, 0.0, 0.0, 0.1, -0.1],
    "without 2": [0.0] * 8,
    "with 9": [1.0, 1.2, 0.9, 1.1, 1.0, 0.8, 1.3, 1.0],
    "without 9": [0.0] * 8,
    "layer 9": [0.5, 0.6, 0.4, 0.5, 0.5, 0.4, 0.6, 0.5],
}


def entry(claim=GAIN, arms=ARMS, **changed):
    return ledger.entry(claim, Record(SEEDS, arms), {}, {}) | changed


def test_every_stored_verdict_follows_from_the_stored_values():
    values = {n: {k: v for k, v in e.items() if k not in COMPUTED} for n, e in STORED.items()}
    again = ledger.judged(values)
    for name in STORED:
        assert {k: again[name][k] for k in COMPUTED} == {k: STORED[name][k] for k in COMPUTED}


@pytest.mark.parametrize("name", STORED)
def test_every_entry_is_what_the_registry_declares(name):
    declared = ledger.described(claim(name))
    remedy = f"declared otherwise since it was run: python3 start.py evidence {name}"
    assert {key: STORED[name][key] for key in declared} == declared, remedy


@pytest.mark.parametrize("name", STORED)
def test_every_entry_comes_from_a_full_run_of_todays_settings(name):
    stored, c = STORED[name], claim(name)
    assert stored["seeds"] == list(seeds_for(c, stored))
    ran = {k: v for k, v in stored["settings"].items() if k != "tuned"}
    today = {k: v for k, v in c.settings.items() if k != "tuned"}
    assert ran == today, f"its settings have changed: python3 start.py evidence {name}"
    assert {"python", "numpy", "torch", "date", "seconds"} <= set(stored["provenance"])
    values = [*stored["arms"].values(), *stored["extras"].values()]
    assert all(len(row) == len(stored["seeds"]) for row in values)


@pytest.mark.parametrize("name", STORED)
def test_every_entry_was_computed_by_todays_code(name):
    remedy = "its code has changed since it was run: python3 start.py evidence --verify"
    assert STORED[name].get("code") == fingerprint(CLAIMS[name].experiment), remedy


@pytest.mark.parametrize("name", STORED)
def test_every_entry_was_declared_as_it_is_today_before_it_was_run(name):
    """Or the claim's history names the declaration it was run under, and why that was replaced."""
    known = {claim(name).declaration, *(change.ran for change in claim(name).history)}
    assert STORED[name]["declaration"] in known, f"declared anew: run it, or say why in {name}"


def test_the_table_for_others_is_that_of_the_ledger():
    table = gzip.decompress((ledger.EVIDENCE / tidy.FILE).read_bytes()).decode()
    assert table == tidy.as_csv(STORED), f"{tidy.FILE} is stale: python3 start.py evidence"


@pytest.mark.parametrize("name", [n for n in STORED if CLAIMS[n].tune])
def test_the_rates_of_an_entry_are_those_that_are_kept(name):
    kept = ledger.load(TUNING)[experiment_name(CLAIMS[name])]
    assert STORED[name]["settings"]["tuned"] == kept["values"]
    assert not set(kept["seeds"]) & set(STORED[name]["seeds"])


def test_every_claim_that_has_an_experiment_is_in_the_ledger():
    ours = {name: c for name, c in CLAIMS.items() if c.experiment}
    missing = [n for n, c in ours.items() if n not in STORED and MARK not in c.sentence]
    assert not missing, f"declared, not run: python3 start.py evidence {' '.join(missing)}"
    assert set(STORED) <= set(ours), "the ledger holds what no claim declares"


def test_a_changed_value_changes_the_verdict():
    whole = ledger.judged({"C98": entry()})["C98"]
    assert [f["verdict"] for f in ledger.scope_of(whole)] == ["no difference", "holds"]
    assert whole["verdict"] == "holds in part"
    same = entry(arms=ARMS | {"with 2": ARMS["with 9"]})
    assert ledger.judged({"C98": same})["C98"]["verdict"] == "holds"


def test_a_rival_is_shown_beside_and_does_not_decide():
    stored = ledger.judged({"C98": entry()})["C98"]
    first = ledger.scope_of(stored)[0]
    assert first["effect"] == pytest.approx(0.0125)
    assert first["interval"][0] < first["effect"] < first["interval"][1]
    assert [f["name"] for f in ledger.beside(stored)] == ["deep"]
    assert "layer norm" not in stored["prose"]  # it is not ahead


def test_arms_that_a_quick_run_left_out_are_not_judged():
    few = {name: ARMS[name] for name in ("with 9", "without 9")}
    stored = ledger.judged({"C98": entry(arms=few)})["C98"]
    assert [finding["name"] for finding in ledger.scope_of(stored)] == ["deep"]
    assert ledger.beside(stored) == []
    assert stored["verdict"] == "holds"


def test_a_seed_that_failed_is_null_in_the_file_and_counts_in_the_failure_rate(tmp_path):
    failed = {"without 9": [float("nan")] * 8, "layer 9": [float("nan"), *[0.5] * 7]}
    ledger.save(ledger.judged({"C98": entry(arms=ARMS | failed)}), tmp_path / "ledger.json")
    stored = ledger.load(tmp_path / "ledger.json")["C98"]
    assert stored["arms"]["without 9"] == [None] * 8
    deep = ledger.scope_of(stored)[1]
    assert (deep["verdict"], deep["effect"], deep["failures"]["control"]) == ("holds", None, 8)
    assert ledger.judged({"C98": stored})["C98"] == stored


def test_the_table_has_a_row_for_each_arm_of_each_comparison_and_seed():
    stored = ledger.judged({"C98": entry(arms=ARMS | {"with 2": [float("nan"), *[0.1] * 7]})})
    table = tidy.as_csv(stored).splitlines()
    assert len(table) == 1 + 3 * 2 * 8
    assert table[1] == "C98,1,scope,shallow,treated,with 2,0,"
    assert table[-1] == "C98,1,rival,deep,control,without 9,7,0"


def test_judging_twice_changes_nothing_and_leaves_its_input_alone():
    once = ledger.judged({"C98": entry()})
    before = copy.deepcopy(once)
    assert ledger.judged(once) == before == once


def test_a_family_of_many_makes_a_near_miss_fragile():
    arms = ARMS | {"with 2": [0.1, 2.2, 0.2, 1.3, 0.4, 2.0, -0.4, 1.2]}  # p = 0.03
    near = Claim(
        "C97", "empirical", **WORDS, experiment=len,
        parts=(Part("higher", "decades", 0.5, {"shallow": SCOPE["shallow"]}),),
    )  # fmt: skip
    alone = ledger.judged({"C97": entry(near, arms)})["C97"]
    assert (alone["verdict"], alone["fragile"]) == ("holds", True)  # lost at 99 %
    clear = ledger.judged({"C97": entry(near, ARMS | {"with 2": ARMS["with 9"]})})["C97"]
    assert (clear["verdict"], clear["fragile"]) == ("holds", False)
    arms["with 2"] = [0.6, 1.9, 0.2, 1.3, 0.4, 2.0, 0.1, 1.2]  # p = 0.005
    family = {f"C{k}": entry(near, arms) | {"id": f"C{k}"} for k in range(60, 80)}
    assert not ledger.judged({"C60": family["C60"]})["C60"]["fragile"]
    assert ledger.judged(family)["C60"]["fragile"]  # 20 times 0.005 is no longer below 0.05


def test_an_opinion_stays_an_opinion_whatever_the_figures_say():
    views = Claim("C96", "opinion", **WORDS, experiment=len, parts=(DECADES,))
    stored = ledger.judged({"C96": entry(views)})["C96"]
    assert stored["verdict"] == "opinion"
    assert [f["verdict"] for f in ledger.scope_of(stored)] == ["no difference", "holds"]


@pytest.mark.parametrize(
    "worst, verdict", [(1e-12, "identity"), (1e-11, "broken"), (float("nan"), "broken")]
)
def test_an_identity_is_judged_by_its_worst_check(worst, verdict):
    law = Claim("C95", "identity", **WORDS, experiment=len)
    record = Record((0, 1), {"a": [0.0, worst], "b": [0.0, 1e-5]}, {"a": 1e-12, "b": 1e-3})
    stored = ledger.judged({"C95": ledger.entry(law, record, {}, {})})["C95"]
    assert stored["verdict"] == verdict
    assert [check["name"] for check in stored["checks"]] == ["a", "b"]


def test_an_identity_without_a_check_is_an_error():
    law = Claim("C95", "identity", **WORDS, experiment=len)
    bare = ledger.entry(law, Record((0,), {"a": [0.0]}), {}, {})
    with pytest.raises(ValueError, match="C95 is an identity: its checks need their tolerances"):
        ledger.judged({"C95": bare})


def test_saving_keeps_the_claims_in_order_and_one_row_of_numbers_per_line(tmp_path):
    path = tmp_path / "evidence" / "ledger.json"
    ledger.save({"C10": {"arms": {"a": [1.0, 2.0]}}, "C9": {"words": "with [1, 2] inside"}}, path)
    assert list(ledger.load(path)) == ["C9", "C10"]
    assert '"a": [1.0, 2.0]' in path.read_text()
    assert ledger.load(path)["C9"]["words"] == "with [1, 2] inside"
    assert [p.name for p in path.parent.iterdir()] == ["ledger.json"]


def test_a_write_that_fails_leaves_the_old_ledger(tmp_path):
    path = tmp_path / "ledger.json"
    ledger.save({"C1": {"a": 1}}, path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        ledger.save({"C1": {"a": float("nan")}}, path)
    assert json.loads(path.read_text()) == {"C1": {"a": 1}}


def test_no_ledger_is_an_empty_one(tmp_path):
    assert ledger.load(tmp_path / "ledger.json") == {}
