"""Running the experiments: ``python -m lecture_helpers.claims.run [C8 ...] [--quick] [--jobs N]``.

The seeds of an experiment are always divided into the same shares, whoever computes them, so that
the figures depend neither on the number of jobs nor on what executes them.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from platform import machine, python_version

from lecture_helpers.claims import CLAIMS, claim, ledger, tuning
from lecture_helpers.claims.claim import QUICK_SEEDS, Claim, Record, joined, measure
from lecture_helpers.validation import whole

SHARE = 4
VERSIONED = ("numpy", "scipy", "scikit-learn", "torch")


@dataclass(frozen=True)
class Share:
    """Some seeds of the experiment of a claim; claims with one experiment share its shares."""

    claim: str
    seeds: tuple[int, ...]
    changed: tuple[tuple[str, object], ...] = ()

    @property
    def key(self) -> str:
        return f"{_name(claim(self.claim))} {list(self.seeds)} {_settings(self)}"


def compute(share: Share) -> tuple[Record, float]:
    """The record of a share and the seconds it took. Any executor can be given this function."""
    started = time.perf_counter()
    record = measure(claim(share.claim).experiment, share.seeds, **dict(share.changed))
    return record, time.perf_counter() - started


def _name(claim: Claim) -> str:
    return f"{claim.experiment.__module__.rpartition('.')[2]}.{claim.experiment.__name__}"


def _settings(share: Share) -> dict:
    return claim(share.claim).settings | dict(share.changed)


def run(
    names: Iterable[str] = (), *, quick: bool = False, again: bool = False,
    executor: Executor | None = None, path: Path = ledger.LEDGER, say: Callable = print,
) -> dict[str, dict]:
    """The entries of the named claims (all that have an experiment), run where they are missing.

    A full run is stored claim by claim and goes on where an earlier one stopped; a ``quick`` one
    takes 8 seeds and stores nothing.

    Raises:
        ValueError: an unknown claim, or one without an experiment.
    """
    wanted = [_runnable(name) for name in names or [n for n, c in CLAIMS.items() if c.experiment]]
    entries = {} if quick else _current(ledger.load(path))
    todo = [c for c in wanted if again or not up_to_date(c, entries.get(c.id))]
    for done in [c.id for c in wanted if c not in todo]:
        say(f"{done}: {entries[done]['verdict']}, already in the ledger")
    sweep = Sweep(todo, QUICK_SEEDS if quick else None, None if quick else Path(path), say)
    for finished, stored in sweep.results(executor):
        entries = ledger.judged(entries | {finished.id: stored})
        say(f"{finished.id}: {in_words(entries[finished.id])}")
        if not quick:
            ledger.save(entries, path)
    if not quick:
        ledger.save(entries, path)
        _store_runs(wanted, again, Path(path).parent / "runs", say)
    return {c.id: entries[c.id] for c in wanted}


def _runnable(name: str) -> Claim:
    found = claim(name)
    if not found.experiment:
        raise ValueError(f"{name} has no experiment yet; lesson {found.lesson} is to bring it.")
    return found


def _current(entries: Mapping[str, dict]) -> dict[str, dict]:
    """The stored entries with today's words; figures and thresholds stay as they were run."""
    words = ("lesson", "slide", "sentence", "changes")
    return ledger.judged({
        name: stored | {word: getattr(CLAIMS[name], word) for word in words}
        for name, stored in entries.items() if name in CLAIMS
    })  # fmt: skip


def up_to_date(claim: Claim, stored: Mapping | None) -> bool:
    """Whether an entry was run as the claim now declares: thresholds, arms, seeds and settings."""
    if not stored:
        return False
    settings = {k: v for k, v in stored["settings"].items() if k != "tuned"}
    same = all(stored[key] == value for key, value in ledger.described(claim).items())
    wanted = {k: v for k, v in claim.settings.items() if k != "tuned"}
    return same and settings == wanted and stored["seeds"] == list(claim.seeds)


def in_words(stored: Mapping) -> str:
    """A line for the terminal: the verdict and each finding's figures."""
    parts = [f"{f['name']}: {_figures(f)}" for f in stored["findings"]]
    return f"{stored['verdict']}{' (fragile)' * stored['fragile']}; " + "; ".join(parts)


def _figures(finding: Mapping) -> str:
    if "tolerance" in finding:
        return f"{finding['effect']:.1e} (tolerance {finding['tolerance']:.0e})"
    low, high = finding["interval"]
    return f"{finding['effect']:.3g} [{low:.3g}, {high:.3g}] {finding['verdict']}"


class Sweep:
    """The shares of several claims' experiments, and what is finished of them.

    ``path`` is the ledger beside which unfinished work is kept, None to keep nothing.
    """

    def __init__(self, todo: list[Claim], seeds, path: Path | None, say: Callable):
        self.todo, self.say = todo, say
        self.unfinished = path and path.with_name("unfinished.json")
        self.kept = ledger.load(self.unfinished) if self.unfinished else {}
        self.shares = {c.id: list(_shares(c, seeds or c.seeds, self.tuned(c))) for c in todo}
        self.started, self.seconds = time.perf_counter(), 0.0

    def tuned(self, claim: Claim) -> tuple:
        """The tuned values that a claim's experiment takes, as a changed setting."""
        if not claim.tune:
            return ()
        self.say(f"{claim.id}: learning rates of its arms")
        return (("tuned", tuning.tuned(_name(claim), claim.tune)),)

    def results(self, executor: Executor | None) -> Iterator[tuple[Claim, dict]]:
        """Every claim with its entry, as soon as the last of its shares is there."""
        waiting = list(self.todo)
        yield from self._finished(waiting)
        missing = {s.key: s for c in self.todo for s in self.shares[c.id] if s.key not in self.kept}
        for share, (record, seconds) in _computed(list(missing.values()), executor):
            self._keep(share, record, seconds)
            del missing[share.key]
            self.say(f"{share.claim}: seeds {share.seeds[0]} to {share.seeds[-1]} done"
                     + self._left(missing))  # fmt: skip
            yield from self._finished(waiting)

    def _keep(self, share: Share, record: Record, seconds: float) -> None:
        self.kept[share.key] = asdict(record) | {"seconds": seconds}
        self.seconds += seconds
        if self.unfinished:
            ledger.write_json(self.kept, self.unfinished)

    def _left(self, missing: Mapping[str, Share]) -> str:
        """The estimate: budgets of what is missing, at the pace of this run so far."""
        budget = {c.id: c.budget / len(self.shares[c.id]) for c in self.todo}
        ahead = sum(budget[s.claim] for s in missing.values())
        behind = sum(budget[c.id] * len(self.shares[c.id]) for c in self.todo) - ahead
        elapsed = time.perf_counter() - self.started
        return f", about {max(1, round(ahead * elapsed / behind))} s left" if missing else ""

    def _finished(self, waiting: list[Claim]) -> Iterator[tuple[Claim, dict]]:
        for c in list(waiting):
            shares = self.shares[c.id]
            if all(s.key in self.kept for s in shares):
                waiting.remove(c)
                yield c, self._entry(c, shares)
        still = {s.key for c in waiting for s in self.shares[c.id]}
        self._forget(set(self.kept) - still)

    def _entry(self, claim: Claim, shares: list[Share]) -> dict:
        kept = [dict(self.kept[s.key]) for s in shares]
        seconds = sum(k.pop("seconds") for k in kept)
        record = joined(Record(**k | {"seeds": tuple(k["seeds"])}) for k in kept)
        return ledger.entry(claim, record, _settings(shares[0]), provenance(seconds))

    def _forget(self, keys: set[str]) -> None:
        for key in keys:
            del self.kept[key]
        if self.unfinished and keys:
            ledger.write_json(self.kept, self.unfinished)
        if self.unfinished and not self.kept:
            self.unfinished.unlink(missing_ok=True)


def _shares(claim: Claim, seeds, changed: tuple) -> Iterator[Share]:
    for start in range(0, len(seeds), SHARE):
        yield Share(claim.id, tuple(seeds[start : start + SHARE]), changed)


def _computed(shares: list[Share], executor: Executor | None) -> Iterator:
    if executor is None:
        yield from ((share, compute(share)) for share in shares)
        return
    futures = {executor.submit(compute, share): share for share in shares}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def provenance(seconds: float) -> dict:
    """With what, when and how long: no host, no path."""
    return {
        "python": python_version(),
        **{name: version(name) for name in VERSIONED},
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "seconds": round(seconds, 1),
    }


def _store_runs(claims: list[Claim], again: bool, folder: Path, say: Callable) -> None:
    for c in claims:
        for name, train in c.stores.items():
            if again or not (folder / name).exists():
                say(f"{c.id}: runs for the notebook, {name}")
                folder.mkdir(parents=True, exist_ok=True)
                train(QUICK_SEEDS).save(folder / name)


@contextmanager
def workers(jobs: int) -> Iterator[Executor | None]:
    """An executor of ``jobs`` processes, None for one: then everything runs in this process."""
    if whole(jobs=jobs, least=1) == 1:
        yield None
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield pool


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line asks for; the exit status."""
    parser = argparse.ArgumentParser(prog="start.py evidence", description=run.__doc__)
    parser.add_argument("claims", nargs="*", metavar="C8", help="which claims (default: all)")
    parser.add_argument("--quick", action="store_true", help="8 seeds, nothing stored")
    parser.add_argument("--again", action="store_true", help="run finished claims once more")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default 1)")
    options = parser.parse_args(arguments)
    try:
        with workers(options.jobs) as executor:
            run(options.claims, quick=options.quick, again=options.again, executor=executor)
    except ValueError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        print("Stopped. What was finished is kept; the same command goes on from there.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
