"""A real cluster on this machine: a scheduler and two workers, each a process of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest

from lecture_helpers import claims
from lecture_helpers.claims import ledger, run
from lecture_helpers.claims.cluster import _check_same, _check_threads, cluster, identity

ROOT = Path(__file__).parents[2]
SLOW_CLAIM = Path(__file__).with_name("slow_claim.py")
HERE = ["--host", "127.0.0.1", "--no-dashboard"]


@contextmanager
def process(*words):
    """A dask process that is gone afterwards; yields it with its output on a pipe."""
    paths = os.pathsep.join([str(ROOT), str(SLOW_CLAIM.parent)])
    started = subprocess.Popen(
        [sys.executable, "-m", "dask", *words, *HERE], stderr=subprocess.STDOUT, text=True,
        stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def said(started, pattern: str) -> str:
    """What a process prints that fits the pattern; what follows is read and thrown away."""
    for line in started.stdout:
        if found := re.search(pattern, line):
            Thread(target=started.stdout.read, daemon=True).start()
            return found.group()
    raise AssertionError(f"it ended without saying {pattern}")


@contextmanager
def scheduler():
    with process("scheduler", "--port", "0") as started:
        yield said(started, r"tcp://127\.0\.0\.1:\d+")


def worker(address, folder, *words):
    options = ["--nthreads", "1", "--no-nanny", "--local-directory", str(folder), *words]
    return process("worker", address, *options, "--preload", str(SLOW_CLAIM))


@pytest.fixture(scope="module")
def at_work(tmp_path_factory):
    """The file in which the first worker at seeds 4 to 7 of C50 leaves its number."""
    return tmp_path_factory.mktemp("mark") / "at_work"


@pytest.fixture(scope="module")
def address(tmp_path_factory, at_work):
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AT_WORK", str(at_work))
        there = stack.enter_context(scheduler())
        for name in "ab":
            folder = tmp_path_factory.mktemp(name)
            started = stack.enter_context(worker(there, folder))
            said(started, "Registered to")
        patch.undo()
        identity.cache_clear()  # modules may have changed since pytest collected its tests
        yield there


@pytest.fixture
def slow_claim(monkeypatch):
    """C50 here as on the workers, from the same file."""
    monkeypatch.syspath_prepend(str(SLOW_CLAIM.parent))
    monkeypatch.setattr(claims, "CLAIMS", claims.CLAIMS)
    monkeypatch.setitem(claims.CLAIMS, "C50", None)
    sys.modules.pop("slow_claim", None)
    __import__("slow_claim")
    return claims.CLAIMS["C50"]


def without_provenance(entries):
    return {
        name: {key: value for key, value in stored.items() if key != "provenance"}
        for name, stored in entries.items()
    }


def quiet(*_):
    """Says nothing."""


def test_two_workers_give_the_same_entries_as_this_process(address):
    names = ["C2", "C17", "C22"]
    alone = run.run(names, quick=True, say=quiet)
    with cluster(address) as executor:
        together = run.run(names, quick=True, executor=executor, say=quiet)
    assert without_provenance(alone) == without_provenance(together)
    assert {"C2", "C17", "C22"} == set(together)


def test_the_command_line_reaches_a_cluster(address, capsys):
    assert run.main(["C22", "--quick", "--scheduler", address]) == 0
    assert "C22: identity" in capsys.readouterr().out


def killing(mark: Path) -> Thread:
    """A thread that kills the process whose number stands in a file, as soon as it does."""

    def kill():
        while not mark.exists():
            time.sleep(0.05)
        os.kill(int(mark.read_text()), signal.SIGKILL)

    thread = Thread(target=kill, daemon=True)
    thread.start()
    return thread


def test_a_worker_that_is_killed_loses_nothing(slow_claim, address, at_work, tmp_path):
    alone = run.run(["C50"], path=tmp_path / "alone.json", say=quiet)
    killer = killing(at_work)
    with cluster(address) as executor:
        together = run.run(["C50"], path=tmp_path / "b.json", executor=executor, say=quiet)
    killer.join(60)
    assert not killer.is_alive()  # the worker did not come to its end
    assert without_provenance(together) == without_provenance(alone)
    assert together["C50"]["seeds"] == list(range(20))
    assert without_provenance(ledger.load(tmp_path / "b.json")) == without_provenance(together)


def test_a_scheduler_that_is_not_there_is_named(monkeypatch, capsys):
    monkeypatch.setattr("lecture_helpers.claims.cluster.PATIENCE", 0.5)
    assert run.main(["C22", "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "no scheduler answers at 'tcp://127.0.0.1:9'" in capsys.readouterr().err


def test_a_scheduler_without_workers_says_how_to_start_some(monkeypatch):
    monkeypatch.setattr("lecture_helpers.claims.cluster.PATIENCE", 3)
    with scheduler() as there, pytest.raises(ValueError, match="start some with dask worker tcp"):
        with cluster(there):
            pass


def test_workers_of_several_threads_are_refused():
    with pytest.raises(ValueError, match="tcp://a has 2 threads: start workers with --nthreads 1"):
        _check_threads({"tcp://a": {"nthreads": 2}})


@pytest.mark.parametrize(
    "theirs, words",
    [
        (identity() | {"numpy": "1.0"}, "tcp://a has numpy 1.0, here it is"),
        (identity() | {"lecture_helpers": "old"}, "has lecture_helpers old"),
        (ModuleNotFoundError("lecture_helpers"), "tcp://a lacks what an experiment needs"),
    ],
)  # fmt: skip
def test_workers_that_are_not_the_same_as_here_are_refused(theirs, words):
    with pytest.raises(ValueError, match=words):
        _check_same({"tcp://a": theirs})


def test_without_dask_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match="--scheduler needs dask: pip install"):
        with cluster("tcp://127.0.0.1:9"):
            pass
