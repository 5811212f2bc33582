"""The shares of work behind a run: some seeds of one experiment each, computed by anyone.

The seeds of an experiment are always divided into the same shares, so that the figures depend
neither on the number of jobs nor on what executes them.
"""

import json
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from multiprocessing import parent_process
from pathlib import Path
from platform import python_version

from lecture_helpers.claims import claim
from lecture_helpers.claims.claim import Claim, Record, joined, measure
from lecture_helpers.claims.fingerprint import fingerprint
from lecture_helpers.claims.ledger import load, write_json

SEEDS_PER_SHARE = 4
VERSIONED = ("numpy", "scipy", "scikit-learn", "torch")


class Stopped(KeyboardInterrupt):
    """Ctrl-C while a share is computed.

    A training that is stopped hands back what it has, which is right in a notebook. Here it would
    be taken for a whole one, so it gets another exception than the one it waits for.
    """


@dataclass(frozen=True)
class Share:
    """Some seeds of the experiment of a claim; ``changed`` are settings other than its defaults."""

    claim: str
    seeds: tuple[int, ...]
    changed: Mapping = field(default_factory=dict)

    @property
    def settings(self) -> dict:
        """All settings of the experiment."""
        return claim(self.claim).settings | dict(self.changed)

    @property
    def key(self) -> str:
        """What it computes, and by which code: claims with one experiment have the same shares."""
        words, experiment = json.dumps(self.settings, sort_keys=True), claim(self.claim).experiment
        return f"{experiment.__name__} {fingerprint(experiment)} {self.seeds} {words}"

    @property
    def file(self) -> str:
        """The name of the file that keeps its result until the claim is finished."""
        first, *_, last = self.seeds * 2
        return f"{experiment_name(claim(self.claim))}-{first}-{last}.json"


def experiment_name(claim: Claim) -> str:
    """The experiment of a claim as "lesson.experiment"."""
    return f"{claim.experiment.__module__.rpartition('.')[2]}.{claim.experiment.__name__}"


def compute(share: Share) -> Record:
    """The record of a share; what an executor is given to do."""
    started = time.process_time()
    if _stops and parent_process():
        raise Stopped  # a worker that was stopped starts nothing that waits in its queue
    with stoppable():
        record = measure(claim(share.claim).experiment, share.seeds, **share.changed)
    return replace(record, seconds=time.process_time() - started)


@contextmanager
def stoppable() -> Iterator[None]:
    """Within it Ctrl-C raises ``Stopped``; off the main thread, where none arrives, nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_stops: list[int] = []


def _stop(number: int, _) -> None:
    _stops.append(number)
    raise Stopped


def versions() -> dict[str, str]:
    """Of Python and the packages whose version can show in a figure."""
    return {"python": python_version(), **{name: version(name) for name in VERSIONED}}


def shares_of(claim: Claim, seeds: tuple[int, ...], changed: Mapping) -> list[Share]:
    """The seeds of a claim's experiment, four to a share."""
    starts = range(0, len(seeds), SEEDS_PER_SHARE)
    return [Share(claim.id, seeds[k : k + SEEDS_PER_SHARE], dict(changed)) for k in starts]


class Sweep:
    """Several claims' shares, and the results of those that are finished.

    shares: the shares of every claim by its id. folder: where finished shares are kept until
    their claim is, or None.
    """

    def __init__(self, shares: Mapping[str, list[Share]], folder: Path | None, say: Callable):
        self.shares, self.folder, self.say = shares, folder, say
        self.done: dict[str, Record] = {}
        self.started = time.perf_counter()

    def results(self, executor: Executor | None) -> Iterator[tuple[str, Record]]:
        """Claim and record, as soon as the last share of a claim is there.

        A share's file is removed when the loop that takes these results comes back for more: by
        then it has stored them.
        """
        waiting, missing = list(self.shares), self._missing()
        yield from self._finished(waiting)
        total = _budget(missing.values())
        if missing:
            self.say(f"{len(missing)} shares to compute, {len(self.done)} kept from before; "
                     f"at most {max(1, round(total / 60))} min on one processor")  # fmt: skip
        for share, record in _computed(list(missing.values()), executor):
            self.done[share.key] = record
            if self.folder:
                kept = {"key": share.key, "result": record.to_json()}
                write_json(kept, self.folder / share.file)
            del missing[share.key]
            self.say(f"{share.claim}: seeds {share.seeds[0]} to {share.seeds[-1]} done"
                     + self._left(_budget(missing.values()), total))  # fmt: skip
            yield from self._finished(waiting)

    def _missing(self) -> dict[str, Share]:
        every = {share.key: share for shares in self.shares.values() for share in shares}
        for key, share in every.items():
            kept = load(self.folder / share.file) if self.folder else {}
            if kept.get("key") == key:
                self.done[key] = Record.from_json(kept["result"])
        return {key: share for key, share in every.items() if key not in self.done}

    def _finished(self, waiting: list[str]) -> Iterator[tuple[str, Record]]:
        for name in [n for n in waiting if all(s.key in self.done for s in self.shares[n])]:
            waiting.remove(name)
            yield name, joined(self.done[share.key] for share in self.shares[name])
            needed = {share.file for other in waiting for share in self.shares[other]}
            for share in self.shares[name]:
                if self.folder and share.file not in needed:
                    (self.folder / share.file).unlink(missing_ok=True)

    def _left(self, ahead: float, total: float) -> str:
        """The estimate: the budgets of what is missing, at the pace of this run so far."""
        pace = (time.perf_counter() - self.started) / (total - ahead)
        return f", about {max(1, round(ahead * pace))} s left" if ahead else ""


def _budget(shares: Iterable[Share]) -> float:
    whole = ((claim(share.claim), len(share.seeds)) for share in shares)
    return sum(of.budget * seeds / len(of.seeds) for of, seeds in whole)


def _computed(shares: list[Share], executor: Executor | None) -> Iterator:
    """Every share with its result; a share that fails lets those at work finish, then raises."""
    if executor is None:
        yield from ((share, compute(share)) for share in shares)
        return
    futures = {executor.submit(compute, share): share for share in shares}
    trouble = None
    try:
        for future in as_completed(futures):
            try:
                result = future.result()
            except CancelledError:
                continue
            except Exception as error:
                trouble = trouble or error
                _cancel(futures)
            else:
                yield futures[future], result
    finally:
        _cancel(futures)
    if trouble:
        raise trouble


def _cancel(futures: Iterable) -> None:
    for future in futures:
        future.cancel()
