"""Whether stored entries are those of today's claims: judged, run and computed as they would be.

What was run (experiment, seeds, settings, code) and how it is judged (words, thresholds, arms
compared) are apart: whatever asks only for other verdicts is answered from the stored values.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from math import isclose
from pathlib import Path

from lecture_helpers.claims import CLAIMS, claim, ledger
from lecture_helpers.claims.claim import Claim, Record
from lecture_helpers.claims.fingerprint import fingerprint
from lecture_helpers.claims.sweep import Share, Sweep

RELATIVE, ABSOLUTE = 1e-6, 1e-9  # how far another processor may be from a stored value


def runnable(names: Iterable[str] = ()) -> list[Claim]:
    """The named claims, all that have an experiment if none is named.

    Raises:
        ValueError: an unknown claim, or one without an experiment.
    """
    found = [claim(name) for name in names] or [c for c in CLAIMS.values() if c.experiment]
    for c in found:
        if not c.experiment:
            raise ValueError(f"{c.id} has no experiment yet; lesson {c.lesson} is to bring it.")
    return found


def refreshed(path: Path) -> dict[str, dict]:
    """The ledger judged as the claims now declare; an entry that lacks an arm for it stays.

    An entry keeps the hash of the declaration under which it was run.
    """
    with ledger.held(path):
        before = ledger.load(path)
        entries = ledger.judged({
            name: stored | (ledger.described(claim(name)) if _judges(claim(name), stored) else {})
            for name, stored in before.items()
        })  # fmt: skip
        if entries != before:
            ledger.save(entries, path)
    return entries


def _judges(claim: Claim, stored: Mapping) -> bool:
    return claim.arms <= set(stored["arms"])


def up_to_date(claim: Claim, stored: Mapping | None) -> bool:
    """Whether an entry holds what a run would now compute: its arms, seeds, settings and code."""
    return bool(
        stored
        and _judges(claim, stored)
        and stored["seeds"] in (list(claim.seeds), [*claim.seeds, *claim.more_seeds])
        and not _changed_settings(claim, stored).keys() - {"tuned"}
        and stored.get("code") == fingerprint(claim.experiment)
    )


def seeds_for(claim: Claim, stored: Mapping) -> tuple[int, ...]:
    """The seeds that an entry needs: more where an interval of the scope could not say "no".

    That is asked of the width of the first seeds' intervals alone, wherever they lie.
    """
    if not claim.more_seeds or len(stored["seeds"]) > len(claim.seeds):
        return (*claim.seeds, *claim.more_seeds)
    return claim.seeds + claim.more_seeds * is_wide(stored)


def is_wide(stored: Mapping) -> bool:
    """Whether an interval of the scope is wider than the smallest effect on either side."""
    return any((finding["width"] or 0.0) > 1 for finding in ledger.scope_of(stored))


def _changed_settings(claim: Claim, stored: Mapping) -> dict:
    """The tuned rates of an entry, and its settings that are no longer the experiment's."""
    now = claim.settings
    return {k: v for k, v in stored["settings"].items() if k == "tuned" or now.get(k, v) != v}


def verify(
    names: Iterable[str] = (),
    *,
    spread: bool = False,
    executor: Executor | None = None,
    path: Path = ledger.LEDGER,
    say: Callable = print,
) -> bool:
    """Whether two seeds of the named claims (of all) give the stored values again.

    They are computed with the stored settings. An entry whose values all agree gets the ``code``,
    the settings' names and the tolerances of today. Arguments and errors are those of ``run``.
    ``spread`` allows a value to be as far off as an arm's stored seeds are from each other: on
    another processor rounding, which training in single precision amplifies, can move it that far.
    """
    wanted, entries = runnable(names), refreshed(path)
    found = {c.id: "nothing is stored" for c in wanted if c.id not in entries}
    for name, words in found.items():
        say(f"{name}: {words}")
    shares = {
        c.id: [Share(c.id, tuple(e["seeds"][:2]), _changed_settings(c, e))]
        for c in wanted
        if (e := entries.get(c.id))
    }
    for name, record in Sweep(shares, None, say).results(executor):
        found[name] = difference(entries[name], record, spread=spread, whole=True)
        say(f"{name}: {found[name] or 'the stored values again'}")
        if not found[name]:
            share, code = shares[name][0], fingerprint(claim(name).experiment)
            now = {"code": code, "settings": share.settings, "tolerances": record.tolerances}
            ledger.store(entries[name] | now, path)
    return not any(found.values())


def difference(
    stored: Mapping, record: Record, *, spread: bool = False, whole: bool = False
) -> str:
    """The first value of a record that is not the stored one, in words, "" where all are.

    ``whole``: an arm that is on one side only is a difference too. ``spread`` as in ``verify``.
    """
    kept, found = ({**of["arms"], **of["extras"]} for of in (stored, vars(record)))
    if others := (set(kept) ^ set(found)) if whole else (set(found) - set(kept)):
        return f"other arms than those stored: {sorted(others)}"
    for arm, values in found.items():
        known = [value for value in kept[arm] if value is not None] or [0.0]
        slack = max(known) - min(known) if spread else ABSOLUTE
        for seed, value in zip(record.seeds, values, strict=True):
            before = kept[arm][stored["seeds"].index(seed)]
            if value != value and before is None:
                continue
            if spread and None in kept[arm] and (before is None or value != value):
                continue  # on the border of failing, where the last digit decides who does
            if before is None or value != value:
                ran = "failed" if before is None else "ran"
                return f"{arm!r} is {value:.9g} for seed {seed}, which {ran} in the stored run"
            if not isclose(value, before, rel_tol=RELATIVE, abs_tol=max(slack, ABSOLUTE)):
                return f"{arm!r} is {value:.9g} for seed {seed}, and {before:.9g} is stored"
    return ""
