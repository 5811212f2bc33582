"""Two seeds computed again: the stored values, their code, and what is said where they differ."""

import pytest

from lecture_helpers.claims import CLAIMS, Record, ledger, run, verify
from lecture_helpers.claims.claim import Claim, Part
from lecture_helpers.claims.fingerprint import fingerprint

WORDS = dict(
    lesson="01_x", slide="s", sentence="One thing.", falsified_by="Another.",
    seeds=tuple(range(20)),
)  # fmt: skip
calls = []


def coin(seeds, *, shift=1.0, tuned=None):
    calls.append((tuple(seeds), shift))
    with_it = [shift + seed / 100 for seed in seeds]
    return {"with": with_it, "without": [0.0 for _ in seeds]}


def law(seeds, *, power=2):
    return Record(tuple(seeds), {"check": [10.0**-14 for _ in seeds]}, {"check": 10.0**-12})


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A ledger of C50 and C51, which share an experiment, and the identity C52."""
    empirical = dict(kind="empirical", experiment=coin, **WORDS)
    one, other = (
        Part("one thing", "of a coin", 0.5, {"always": arms})
        for arms in (("with", "without"), ("without", "with"))
    )
    for made in (
        Claim("C50", parts=(one,), **empirical),
        Claim("C51", parts=(other,), **empirical),
        Claim("C52", kind="identity", experiment=law, **WORDS),
    ):
        monkeypatch.setitem(CLAIMS, made.id, made)
    run.run(["C50", "C51", "C52"], path=tmp_path / "ledger.json", say=quiet)
    calls.clear()
    return tmp_path / "ledger.json"


def quiet(*_):
    """Says nothing."""


def altered(path, name, **fields):
    entries = ledger.load(path)
    entries[name] |= fields
    ledger.save(entries, path)


def row(path, arm, **values):
    """A stored row with some seeds' values replaced, as the entry's arms."""
    arms = ledger.load(path)["C50"]["arms"]
    by_seed = {int(seed[1:]): value for seed, value in values.items()}
    return {"arms": arms | {arm: [by_seed.get(k, v) for k, v in enumerate(arms[arm])]}}


def test_two_seeds_of_a_shared_experiment_are_computed_once_with_the_stored_settings(path):
    settings = {"settings": {"shift": 3.0, "tuned": None}}
    arms = {"with": [3 + seed / 100 for seed in range(20)], "without": [0.0] * 20}
    for name in ("C50", "C51"):
        altered(path, name, **settings, arms=arms)
    lines = []
    assert verify.verify(["C50", "C51", "C52"], path=path, say=lines.append)
    assert calls == [((0, 1), 3.0)]
    said = [line for line in lines if line.endswith("the stored values again")]
    assert [line[:3] for line in said] == ["C50", "C51", "C52"]


def test_values_that_agree_renew_the_code_and_the_tolerances(path):
    settings = ledger.load(path)["C50"]["settings"]
    altered(path, "C50", code="of a refactoring", settings=settings | {"gone": 3})
    altered(path, "C52", code="older", tolerances={"check": 1.0})
    assert verify.verify(["C50", "C52"], path=path, say=quiet)
    entries = ledger.load(path)
    assert entries["C50"]["code"] == fingerprint(coin)
    assert entries["C50"]["settings"] == settings
    assert entries["C52"]["tolerances"] == {"check": 1e-12}
    assert entries["C52"]["checks"][0]["tolerance"] == 1e-12


@pytest.mark.parametrize("value, same", [(1.0 + 5e-7, True), (1.0 + 5e-6, False)])
def test_another_processors_last_digits_are_allowed(path, value, same):
    altered(path, "C50", **row(path, "with", s0=value), code="")
    assert verify.verify(["C50"], path=path, say=quiet) is same
    assert bool(ledger.load(path)["C50"]["code"]) is same


def test_a_value_that_differs_is_named_and_costs_the_exit_status(path, monkeypatch, capsys):
    altered(path, "C50", **row(path, "without", s1=0.25), code="older")
    monkeypatch.setattr(
        run, "verify", lambda *names, **how: verify.verify(*names, **how, path=path)
    )
    assert run.main(["C50", "C52", "--verify"]) == 1
    assert "C50: 'without' is 0 for seed 1, and 0.25 is stored" in capsys.readouterr().out
    assert ledger.load(path)["C50"]["code"] == "older"
    assert run.main(["C52", "--verify"]) == 0


@pytest.mark.parametrize("value, same", [(1.17, True), (1.25, False)])
def test_with_spread_a_value_may_be_as_far_off_as_seeds_are_from_each_other(path, value, same):
    altered(path, "C50", **row(path, "with", s0=value))
    assert not verify.verify(["C50"], path=path, say=quiet)
    assert verify.verify(["C50"], spread=True, path=path, say=quiet) is same


def test_where_seeds_fail_the_last_digit_may_decide_which(path):
    entry = ledger.load(path)["C50"]
    entry["arms"] = {"with": [1.0, None, *entry["arms"]["with"][2:]]}
    seeds = tuple(entry["seeds"][:2])
    other = Record(seeds, {"with": [float("nan"), 1.0]})
    assert "which ran" in verify.difference(entry, other)
    assert verify.difference(entry, other, spread=True) == ""
    entry["arms"]["with"][1] = 1.0
    assert "which ran" in verify.difference(entry, other, spread=True)


def test_arms_that_are_only_stored_or_only_computed_differ(path):
    entry = ledger.load(path)["C50"]
    short = Record((0,), {"with": [1.0]})
    assert verify.difference(entry, short) == ""
    words = verify.difference(entry, short, whole=True)
    assert words == "other arms than those stored: ['without']"


def test_a_claim_without_an_entry_cannot_be_verified(path):
    entries = ledger.load(path)
    del entries["C51"]
    ledger.save(entries, path)
    lines = []
    assert not verify.verify(["C50", "C51"], path=path, say=lines.append)
    assert "C51: nothing is stored" in lines
