"""The ledger as one tidy table for others: a row for every claim, part, regime, arm and seed."""

import csv
import gzip
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from lecture_helpers.claims import ledger
from lecture_helpers.foundation.files import write_bytes

FILE = "values.csv.gz"
COLUMNS = {
    "claim": "C1, C2, ...: the entry of ledger.json, which holds sentence, settings and verdict",
    "part": "which part of the sentence, counted from 1; 0 for the checks of an identity",
    "role": "scope (counts), border (outside the scope), falsifier, mechanism, accounting, rival, "
    "check (of an identity) or extra (kept, not judged)",
    "regime": "the comparison, in the words of the declaration; empty for extras",
    "side": "treated or control: the effect is treated minus control, seed by seed; where "
    "ledger.json says of the part that lower is better, control minus treated",
    "arm": "what was measured, in the words of the experiment",
    "seed": "draws the split of the data, the initial weights and the order of the batches",
    "value": "in the measure of its part or control, which ledger.json has; of a check the largest "
    "deviation; empty where the seed failed",
}


def rows(entries: Mapping[str, Mapping]) -> Iterator[tuple]:
    """The table's rows, in the order of ``COLUMNS``; an arm in two comparisons stands twice."""
    for name, stored in entries.items():
        for part, role, regime, side, arm in _arms(stored):
            row = (stored["arms"] | stored["extras"])[arm]
            for seed, value in zip(stored["seeds"], row, strict=True):
                shown = "" if value is None else f"{value:.9g}"
                yield name, part, role, regime, side, arm, seed, shown


def _arms(stored: Mapping) -> Iterator[tuple]:
    for number, part in enumerate(stored["parts"], start=1):
        groups = [("scope", part["scope"]), ("border", part["borders"])]
        groups += [(c["kind"], c["comparisons"]) for c in part["controls"]]
        for role, pairs in groups:
            for regime, (treated, control) in pairs.items():
                for side, arm in (("treated", treated), ("control", control)):
                    yield number, role, regime, side, arm
    for check in stored["tolerances"]:
        yield 0, "check", check, "", check
    for extra in stored["extras"]:
        yield 0, "extra", "", "", extra


def as_csv(entries: Mapping[str, Mapping]) -> str:
    """The whole table as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(entries))
    return text.getvalue()


def write(entries: Mapping[str, Mapping], folder: Path = ledger.EVIDENCE) -> None:
    """Write the table beside the ledger, all of it or nothing."""
    packed = gzip.compress(as_csv(entries).encode(), mtime=0)
    write_bytes(packed, Path(folder) / FILE)


def dictionary() -> str:
    """What the columns mean, as a Markdown table."""
    lines = ["| column | what it holds |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {words} |" for name, words in COLUMNS.items())])
