"""A run stores what it finished, goes on where it stopped, and gives the same for any executor."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import count
from pathlib import Path
from threading import Barrier, Event
from types import SimpleNamespace

import pytest

from lecture_helpers import claims
from lecture_helpers.claims import ledger, run, sweep
from lecture_helpers.claims.claim import Claim, Part

WORDS = dict(
    lesson="01_x", slide="s", sentence="One thing.", falsified_by="Another.",
    seeds=tuple(range(20)),
)  # fmt: skip
ROOT = Path(__file__).parents[2]
NAMES = ("C50", "C51")
calls = []


def coin(seeds, *, shift=1.0, tuned=None):
    """Arms whose difference is ``shift`` and a bit of the seed."""
    calls.append(tuple(seeds))
    if 8 in seeds and coin.broken:
        raise RuntimeError("the power went off")
    return {"with": [shift + seed / 100 for seed in seeds], "without": [0.0 for _ in seeds]}


coin.broken = False


class Stored:
    """What a ``stores`` function returns: something that can be saved."""

    def __init__(self, seeds):
        self.seeds = seeds

    def save(self, path):
        path.write_text(json.dumps(list(self.seeds)))


@pytest.fixture
def ledger_path(tmp_path, monkeypatch):
    """An empty ledger, and two claims C50 and C51 that share the experiment ``coin``."""
    coin.broken = False
    calls.clear()
    for name, arms in [("C50", ("with", "without")), ("C51", ("without", "with"))]:
        monkeypatch.setitem(claims.CLAIMS, name, Claim(
            name, "empirical", **WORDS, experiment=coin,
            parts=(Part("one thing", "of a coin", 0.5, {"always": arms}),),
        ))  # fmt: skip
    return tmp_path / "ledger.json"


def quiet(*_):
    """Says nothing."""


def changed(monkeypatch, **fields):
    from dataclasses import replace

    of_part = {k: fields.pop(k) for k in ("min_effect", "resolution", "scope") if k in fields}
    if of_part:
        fields["parts"] = (replace(claims.CLAIMS["C50"].parts[0], **of_part),)
    monkeypatch.setitem(claims.CLAIMS, "C50", replace(claims.CLAIMS["C50"], **fields))


def test_claims_that_share_an_experiment_run_it_once_in_shares_of_four_seeds(ledger_path):
    entries = run.run(["C50", "C51"], path=ledger_path, say=quiet)
    assert calls == [tuple(range(k, k + 4)) for k in range(0, 20, 4)]
    assert [entries[n]["verdict"] for n in ("C50", "C51")] == ["holds", "reversed"]
    assert entries["C50"]["arms"]["with"] == pytest.approx([1 + seed / 100 for seed in range(20)])
    assert ledger.load(ledger_path) == entries


def test_an_interrupted_run_keeps_its_finished_shares_and_goes_on(ledger_path):
    coin.broken = True
    with pytest.raises(RuntimeError, match="power"):
        run.run(["C50"], path=ledger_path, say=quiet)
    assert not ledger_path.exists()
    assert len(list((ledger_path.parent / "unfinished").iterdir())) == 2
    coin.broken = False
    calls.clear()
    whole = run.run(["C50"], path=ledger_path, say=quiet)
    assert calls == [(8, 9, 10, 11), (12, 13, 14, 15), (16, 17, 18, 19)]
    assert whole["C50"]["seeds"] == list(range(20))
    assert list((ledger_path.parent / "unfinished").iterdir()) == []


def test_shares_kept_from_other_settings_are_not_taken(ledger_path, monkeypatch):
    coin.broken = True
    with pytest.raises(RuntimeError):
        run.run(["C50"], path=ledger_path, say=quiet)
    coin.broken = False
    calls.clear()
    monkeypatch.setattr(coin, "__kwdefaults__", {"shift": 2.0, "tuned": None})
    entries = run.run(["C50"], path=ledger_path, say=quiet)
    assert len(calls) == 5
    assert entries["C50"]["arms"]["with"][0] == 2.0


def test_shares_kept_from_other_code_are_not_taken(ledger_path, monkeypatch):
    coin.broken = True
    with pytest.raises(RuntimeError):
        run.run(["C50"], path=ledger_path, say=quiet)
    coin.broken = False
    calls.clear()
    monkeypatch.setattr(sweep, "fingerprint", lambda _: "of a change")
    run.run(["C50"], path=ledger_path, say=quiet)
    assert len(calls) == 5


def test_a_finished_claim_is_not_run_again_unless_asked(ledger_path):
    run.run(["C50"], path=ledger_path, say=quiet)
    calls.clear()
    run.run(["C50"], path=ledger_path, say=quiet)
    assert calls == []
    run.run(["C50"], path=ledger_path, again=True, say=quiet)
    assert len(calls) == 5


@pytest.mark.parametrize(
    "fields, found",
    [
        ({"sentence": "Said better."}, {"sentence": "Said better.", "verdict": "holds"}),
        ({"min_effect": 3.0}, {"verdict": "no difference"}),
        ({"kind": "opinion"}, {"verdict": "opinion"}),
        ({"resolution": 1.5}, {"verdict": "undecided"}),
        ({"scope": {"turned": ("without", "with")}}, {"verdict": "reversed"}),
    ],
)
def test_what_only_judges_is_judged_again_and_not_run(ledger_path, monkeypatch, fields, found):
    run.run(["C50"], path=ledger_path, say=quiet)
    calls.clear()
    changed(monkeypatch, **fields)
    entry = run.run(["C50"], path=ledger_path, say=quiet)["C50"]
    assert calls == []
    assert {key: entry[key] for key in found} == found
    assert entry["declaration"] != claims.CLAIMS["C50"].declaration  # of the run, not of today
    assert ledger.load(ledger_path)["C50"] == entry


def more(seeds, *, shift=1.0, tuned=None):
    return coin(seeds, shift=shift) | {"third": [5.0 for _ in seeds]}


def test_a_comparison_with_an_arm_that_was_not_stored_is_run(ledger_path, monkeypatch):
    run.run(["C50", "C51"], path=ledger_path, say=quiet)
    calls.clear()
    third = {"new": ("third", "without")}
    changed(monkeypatch, scope=third, experiment=more, sentence="Another one.")
    run.run(["C51"], path=ledger_path, say=quiet)
    assert ledger.load(ledger_path)["C50"]["sentence"] == "One thing."  # it stays as it was judged
    assert calls == []
    entry = run.run(["C50"], path=ledger_path, say=quiet)["C50"]
    effect = ledger.scope_of(entry)[0]["effect"]
    assert (len(calls), effect, entry["sentence"]) == (5, 5.0, "Another one.")


@pytest.mark.parametrize("fields", [{"experiment": more}, {"seeds": tuple(range(24))}])
def test_other_code_and_other_seeds_are_run_again(ledger_path, monkeypatch, fields):
    before = run.run(["C50"], path=ledger_path, say=quiet)["C50"]["code"]
    calls.clear()
    changed(monkeypatch, **fields)
    entry = run.run(["C50"], path=ledger_path, say=quiet)["C50"]
    assert len(calls) == len(entry["seeds"]) / 4
    assert (entry["code"] == before) is ("seeds" in fields)


def noisy(seeds, *, tuned=None):
    calls.append(tuple(seeds))
    return {"with": [float(seed % 4) for seed in seeds], "without": [1.2 for _ in seeds]}


@pytest.mark.parametrize("min_effect, ran", [(0.1, 28), (2.0, 20)])
def test_more_seeds_are_run_where_an_interval_is_too_wide_to_say_no(
    ledger_path, monkeypatch, min_effect, ran
):
    more = {"more_seeds": tuple(range(20, 28))}
    changed(monkeypatch, experiment=noisy, min_effect=min_effect, **more)
    entry = run.run(["C50"], path=ledger_path, say=quiet)["C50"]
    assert entry["seeds"] == list(range(ran)) and len(calls) == ran / 4
    assert all(len(row) == ran for row in entry["arms"].values())
    calls.clear()
    assert run.run(["C50"], path=ledger_path, say=quiet)["C50"] == entry
    assert calls == []
    changed(monkeypatch, min_effect=0.1)  # judged anew, and now it is too wide
    assert len(run.run(["C50"], path=ledger_path, say=quiet)["C50"]["seeds"]) == 28


def test_seeds_that_fail_are_kept_from_share_to_entry(ledger_path, monkeypatch):
    def failing(seeds, *, tuned=None):
        return coin(seeds) | {"with": [float("nan") if s < 6 else 1.0 + s / 100 for s in seeds]}

    changed(monkeypatch, experiment=failing)
    entry = run.run(["C50"], path=ledger_path, say=quiet)["C50"]
    assert entry["arms"]["with"][:7] == [None] * 6 + [1.06]
    assert ledger.scope_of(entry)[0]["failures"]["treated"] == 6


def test_a_run_leaves_what_another_run_stored_meanwhile(ledger_path):
    def meanwhile(text):
        if text.startswith("C50: seeds 0"):
            run.run(["C51"], path=ledger_path, say=quiet)

    run.run(["C50"], path=ledger_path, say=meanwhile)
    assert set(ledger.load(ledger_path)) == {"C50", "C51"}


def test_two_runs_that_finish_at_the_same_moment_both_keep_their_entry(ledger_path, monkeypatch):
    def slowly(entries, judged=ledger.judged):
        time.sleep(0.2)
        return judged(entries)

    monkeypatch.setattr(ledger, "judged", slowly)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run.run, [name], path=ledger_path, say=quiet) for name in NAMES]
        for finished in runs:
            finished.result()
    assert set(ledger.load(ledger_path)) == set(NAMES)


def test_the_file_of_a_lock_whose_process_was_killed_holds_nobody_up(tmp_path):
    (tmp_path / "ledger.json.lock").touch()
    with ledger.held(tmp_path / "ledger.json") as lock:
        assert lock.is_locked


def test_a_quick_run_takes_8_seeds_and_stores_nothing(ledger_path):
    entries = run.run(["C50"], quick=True, path=ledger_path, say=quiet)
    assert entries["C50"]["seeds"] == list(range(8))
    assert list(ledger_path.parent.iterdir()) == []


def test_any_executor_gives_the_same_entries(ledger_path):
    alone = run.run(["C50", "C51"], quick=True, say=quiet)
    with ThreadPoolExecutor(3) as executor:
        together = run.run(["C50", "C51"], quick=True, executor=executor, say=quiet)
    for entries in (alone, together):
        for stored in entries.values():
            del stored["provenance"]
    assert alone == together


class Calm(ThreadPoolExecutor):
    """One worker whose futures are kept; the first share stops whoever waits for it."""

    def __init__(self):
        super().__init__(1)
        self.futures, self.gate = [], Event()

    def submit(self, function, share):
        first = not self.futures
        self.futures.append(super().submit(self._work, function, share, first))
        return self.futures[-1]

    def _work(self, function, share, first):
        if first:
            raise KeyboardInterrupt
        self.gate.wait(120)
        return function(share)


def test_who_stops_a_run_does_not_leave_its_shares_to_the_executor(ledger_path):
    with Calm() as executor:
        with pytest.raises(KeyboardInterrupt):
            run.run(["C50"], path=ledger_path, executor=executor, say=quiet)
        cancelled = [future.cancelled() for future in executor.futures]
        executor.gate.set()
    assert cancelled[2:] == [True, True, True]  # the second was already at work


def test_two_processes_give_the_same_figures_as_none():
    names = ["C2", "C17"]
    alone = run.run(names, quick=True, say=quiet)
    with run.workers(2) as executor:
        together = run.run(names, quick=True, executor=executor, say=quiet)
    assert [alone[n]["arms"] for n in names] == [together[n]["arms"] for n in names]


def test_tuned_values_are_searched_once_kept_and_handed_to_the_experiment(ledger_path, monkeypatch):
    searched = []

    def search(seeds):
        searched.append(seeds)
        return {"with": 0.3}

    changed(monkeypatch, tune=search)
    for _ in range(2):
        entries = run.run(["C50"], path=ledger_path, again=True, say=quiet)
    assert searched == [(1000, 1001, 1002, 1003)]
    assert entries["C50"]["settings"] == {"shift": 1.0, "tuned": {"with": 0.3}}
    assert run.up_to_date(claims.claim("C50"), entries["C50"])


def test_runs_for_the_notebook_are_made_with_8_seeds_and_made_again_with_their_claim(
    ledger_path, monkeypatch
):
    changed(monkeypatch, stores={"coin.npz": Stored})
    stored = ledger_path.parent / "runs" / "coin.npz"
    run.run(["C50"], path=ledger_path, say=quiet)
    assert json.loads(stored.read_text()) == list(range(8))
    stored.write_text("kept")
    run.run(["C50"], path=ledger_path, say=quiet)
    assert stored.read_text() == "kept"
    run.run(["C50"], path=ledger_path, again=True, say=quiet)
    assert stored.read_text() != "kept"


def test_progress_says_what_is_done_and_about_how_long_the_rest_takes(ledger_path, monkeypatch):
    said, clock = [], SimpleNamespace(perf_counter=count().__next__, process_time=lambda: 0.0)
    monkeypatch.setattr(sweep, "time", clock)
    run.run(["C50"], path=ledger_path, say=said.append)
    assert said[0] == "5 shares to compute, 0 kept from before; at most 1 min on one processor"
    assert said[1] == "C50: seeds 0 to 3 done, about 4 s left"
    assert said[4] == "C50: seeds 12 to 15 done, about 1 s left"
    assert said[5] == "C50: seeds 16 to 19 done"
    assert said[6].startswith("C50: holds; always: 1.09 [")
    assert said[7] == "ledger.json holds 1 claims, 0 min of processor time"


def test_claims_that_cannot_run_are_refused_in_words(capsys):
    assert run.main(["C99"]) == 2
    unwritten = [name for name in claims.CLAIMS if not claims.claim(name).experiment]
    assert all(run.main([name]) == 2 for name in [*unwritten[:1], "C98"])
    words = capsys.readouterr().err.splitlines()
    assert words[0] == f"claim must be one of 'C1' to '{list(claims.CLAIMS)[-1]}', not 'C99'."
    assert all(name in line for name, line in zip([*unwritten[:1], "C98"], words[1:], strict=True))


def test_ctrl_c_reaches_the_run_although_a_training_takes_it_for_its_own(ledger_path, monkeypatch):
    from lecture_helpers.foundation.progress import Progress

    def training(seeds):
        with Progress(False, "", 1):
            if 8 in seeds:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(10)
        return {"with": [1.0] * len(seeds), "without": [0.0] * len(seeds)}

    changed(monkeypatch, experiment=training)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run.run(["C50"], path=ledger_path, say=quiet)
    assert signal.getsignal(signal.SIGINT) is before
    kept = sorted(path.name for path in (ledger_path.parent / "unfinished").iterdir())
    assert kept == ["test_run.training-0-3.json", "test_run.training-4-7.json"]


def test_ctrl_c_ends_processes_that_still_have_work_in_their_queue():
    words = "-m lecture_helpers.claims.run C41 C42 --quick --jobs 2".split()
    options = {"cwd": ROOT, "start_new_session": True, "text": True}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, *words], **options, **pipes) as process:
        assert "4 shares to compute" in process.stdout.readline()
        time.sleep(4)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert said == "Stopped. What was finished is kept; the same command goes on from there.\n"


def test_a_share_that_fails_loses_none_that_are_at_work(ledger_path, monkeypatch):
    together = Barrier(5)

    def team(seeds):
        together.wait(120)
        time.sleep(0.0 if 8 in seeds else 0.2)
        return coin(seeds)

    changed(monkeypatch, experiment=team)
    coin.broken = True
    with ThreadPoolExecutor(5) as executor, pytest.raises(RuntimeError, match="power"):
        run.run(["C50"], path=ledger_path, executor=executor, say=quiet)
    kept = [path.stem for path in (ledger_path.parent / "unfinished").iterdir()]
    assert sorted(kept) == [f"test_run.team-{k}" for k in ("0-3", "12-15", "16-19", "4-7")]


def test_a_process_that_is_killed_ends_the_run_in_words(monkeypatch, capsys):
    def killed(*_, **__):
        raise BrokenProcessPool

    monkeypatch.setattr(run, "run", killed)
    assert run.main([]) == 1
    assert capsys.readouterr().err.startswith("A process was ended from outside. What was finished")


def test_the_command_line_stops_politely(monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "run", interrupted)
    assert run.main([]) == 130
    assert "goes on from there" in capsys.readouterr().out


@pytest.mark.soak
def test_the_quick_mode_of_the_whole_ledger_takes_at_most_four_minutes_of_one_processor():
    started = time.process_time()
    entries = run.run(quick=True, say=quiet)
    assert time.process_time() - started <= 240
    assert set(entries) == {name for name, c in claims.CLAIMS.items() if c.experiment}


def test_provenance_names_versions_a_date_and_seconds_and_no_machine():
    from platform import node

    made = run.provenance(1.26)
    assert made["seconds"] == 1.3
    assert {"python", "numpy", "scipy", "scikit-learn", "torch", "date"} <= set(made)
    assert node() not in json.dumps(made)


def test_a_share_is_named_after_its_experiment_and_its_seeds():
    share = sweep.Share("C2", (4, 5, 6, 7))
    assert share.file == "scalar_chains.first_order_promise-4-7.json"
    assert share.settings == {"chains": 50}
    assert sweep.Share("C2", (4,)).file.endswith("-4-4.json")
