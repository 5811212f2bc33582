"""Running the experiments, what ``start.py evidence [C8 ...] [--quick] [--jobs N]`` calls."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from platform import machine

from lecture_helpers.claims import claim, ledger, values
from lecture_helpers.claims.claim import QUICK_SEEDS, Claim, Record, joined
from lecture_helpers.claims.cluster import cluster
from lecture_helpers.claims.fingerprint import fingerprint
from lecture_helpers.claims.sweep import Sweep, experiment_name, shares_of, stoppable, versions
from lecture_helpers.claims.tuning import tuned
from lecture_helpers.claims.verify import refreshed, runnable, seeds_for, up_to_date, verify
from lecture_helpers.foundation.validation import whole

MOST_JOBS = 256  # each is a process with torch in it, and all of them begin at once

MORE = "more"
KEPT = "What was finished is kept; the same command goes on from there."


def run(
    names: Iterable[str] = (),
    *,
    quick: bool = False,
    again: bool = False,
    executor: Executor | None = None,
    path: Path = ledger.LEDGER,
    say: Callable = print,
) -> dict[str, dict]:
    """The entries of the named claims (of all that have an experiment), run where they are missing.

    A full run is stored claim by claim and goes on where an earlier one stopped; a ``quick`` one
    takes 8 seeds and stores nothing. The ``executor`` computes the shares: any of
    ``concurrent.futures`` or one like them; None computes them here. The figures are the same.

    Raises:
        ValueError: an unknown claim, or one without an experiment.
    """
    wanted = runnable(names)
    if quick:
        return _run(wanted, QUICK_SEEDS, None, executor, say)
    path = Path(path)
    entries = refreshed(path)
    todo = [c for c in wanted if again or not up_to_date(c, entries.get(c.id))]
    for finished in (c for c in wanted if c not in todo):
        say(f"{finished.id}: {entries[finished.id]['verdict']}, as stored")
    _run(todo, None, path, executor, say)
    _widened(wanted, path, executor, say)
    entries = ledger.load(path)
    values.write(entries, path.parent)
    _store_runs(wanted, todo, path.parent / "runs", say)
    say(f"{path.name} holds {len(entries)} claims, {minutes(entries):.0f} min of processor time")
    return {c.id: entries[c.id] for c in wanted}


def _widened(wanted: list[Claim], path: Path, executor, say: Callable) -> None:
    """Run the seeds that are kept back for claims whose intervals came out too wide."""
    entries = ledger.load(path)
    wide = [c for c in wanted if seeds_for(c, entries[c.id]) != tuple(entries[c.id]["seeds"])]
    for c in wide:
        say(f"{c.id}: an interval is too wide to say no difference, {len(c.more_seeds)} more seeds")
    _run(wide, MORE, path, executor, say)


def _run(todo: list[Claim], seeds, path: Path | None, executor, say) -> dict:
    """Run and store, with ``seeds`` (their own where None); those of MORE join what is stored."""
    changed = {c.id: _tuned(c, path, say) | (c.quick if path is None else {}) for c in todo}
    chosen = {c.id: c.more_seeds if seeds is MORE else seeds or c.seeds for c in todo}
    shares = {c.id: shares_of(c, chosen[c.id], changed[c.id]) for c in todo}
    sweep, entries = Sweep(shares, path and path.parent / "unfinished", say), {}
    for name, record in sweep.results(executor):
        settings = claim(name).settings | changed[name]
        if path and seeds is MORE:
            record = joined([Record.from_json(_measured(ledger.load(path)[name])), record])
        made = ledger.entry(claim(name), record, settings, provenance(record.seconds))
        made["code"] = fingerprint(claim(name).experiment)
        entries = ledger.store(made, path) if path else ledger.judged(entries | {name: made})
        say(f"{name}: {in_words(entries[name])}")
    return entries


def _measured(stored: Mapping) -> dict:
    """What an entry was made from, as a record's fields."""
    fields = {name: stored[name] for name in ("seeds", "arms", "tolerances", "extras")}
    return fields | {"seconds": stored["provenance"]["seconds"]}


def _tuned(claim: Claim, path: Path | None, say: Callable) -> dict:
    if not claim.tune:
        return {}
    say(f"{claim.id}: the arms' learning rates, from the store or tuned now")
    where = (path or ledger.LEDGER).with_name("tuning.json")
    return {"tuned": tuned(experiment_name(claim), claim.tune, where)}


def in_words(stored: Mapping) -> str:
    """A line for the terminal: the verdict and each finding's figures."""
    found = stored["checks"] or ledger.scope_of(stored)
    parts = [f"{finding['name']}: {_figures(finding)}" for finding in found]
    return f"{stored['verdict']}{' (fragile)' * stored['fragile']}; " + "; ".join(parts)


def _figures(finding: Mapping) -> str:
    if "tolerance" in finding:
        return f"{finding['effect']:.1e} (tolerance {finding['tolerance']:.0e})"
    words = ""
    if finding["effect"] is not None:
        low, high = finding["interval"]
        words = f"{finding['effect']:.3g} [{low:.3g}, {high:.3g}] "
    if failed := finding["failures"]:
        words += f"(failed {failed['treated']} and {failed['control']} of {failed['of']}) "
    return words + finding["verdict"]


def minutes(entries: Mapping[str, dict]) -> float:
    """Processor minutes behind the entries; claims that share an experiment count once."""
    spent = {}
    for name, stored in entries.items():
        what = experiment_name(claim(name)), str(stored["settings"])
        spent[what] = max(spent.get(what, 0.0), stored["provenance"]["seconds"])
    return sum(spent.values()) / 60


def provenance(seconds: float) -> dict:
    """With what, when and how many processor seconds: no host, no path."""
    return {
        **versions(),
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "seconds": round(seconds, 1),
    }


def _store_runs(wanted: list[Claim], todo: list[Claim], folder: Path, say: Callable) -> None:
    for c in wanted:
        for name, train in c.stores.items():
            if c in todo or not (folder / name).exists():
                say(f"{c.id}: runs for the notebook, {name}")
                folder.mkdir(parents=True, exist_ok=True)
                train(QUICK_SEEDS).save(folder / name)


def workers(jobs: int) -> AbstractContextManager[Executor | None]:
    """An executor of ``jobs`` processes; None for one, which then is this process."""
    if whole(jobs=jobs, least=1, most=MOST_JOBS) == 1:
        return nullcontext()
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks for; the exit status, 1 where stored values differ."""
    about = "Run the claims' experiments and store their verdicts in evidence/ledger.json."
    parser = argparse.ArgumentParser(prog="start.py evidence", description=about)
    parser.add_argument("claims", nargs="*", metavar="C8", help="which claims (default: all)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="8 seeds, nothing stored")
    how.add_argument("--again", action="store_true", help="run finished claims once more")
    how.add_argument("--verify", action="store_true", help="compare two seeds with the stored ones")
    parser.add_argument(
        "--spread",
        action="store_true",
        help="with --verify: allow what another processor's rounding can do",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default 1)")
    where.add_argument("--scheduler", metavar="tcp://...", help="of a running dask cluster")
    options = parser.parse_args(arguments)
    try:
        place = cluster(options.scheduler) if options.scheduler else workers(options.jobs)
        with stoppable(), place as executor:
            if options.verify:
                same = verify(options.claims, spread=options.spread, executor=executor)
                return 0 if same else 1
            run(options.claims, quick=options.quick, again=options.again, executor=executor)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error}. {KEPT}", file=sys.stderr)
        return 1
    except BrokenExecutor:
        print(f"A process was ended from outside. {KEPT}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"Stopped. {KEPT}")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
