"""The ledger as one tidy table for others: a row for every claim, part, regime, arm and seed."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from lecture_helpers.claims import ledger

FILE = "values.csv"
COLUMNS = {
    "claim": "C1, C2, ...: the entry of ledger.json, which holds sentence, settings and verdict",
    "part": "which part of the sentence, counted from 1; 0 for the checks of an identity",
    "role": "scope (counts), border (outside the scope), falsifier, mechanism, accounting, rival, "
    "check (of an identity) or extra (kept, not judged)",
    "regime": "the comparison, in the words of the declaration; empty for extras",
    "side": "treated or control: the effect is treated minus control, seed by seed",
    "arm": "what was measured, in the words of the experiment",
    "seed": "draws the split of the data, the initial weights and the order of the batches",
    "value": "in the part's measure (column measure); empty where the seed failed",
    "measure": "what the value is, with its direction; for a check the largest deviation",
}


def rows(entries: Mapping[str, Mapping]) -> Iterator[tuple]:
    """The table's rows, in the order of ``COLUMNS``; an arm in two comparisons stands twice."""
    for name, stored in entries.items():
        for part, role, regime, side, arm, measure in _arms(stored):
            row = (stored["arms"] | stored["extras"])[arm]
            for seed, value in zip(stored["seeds"], row, strict=True):
                shown = "" if value is None else f"{value:.9g}"
                yield name, part, role, regime, side, arm, seed, shown, measure


def _arms(stored: Mapping) -> Iterator[tuple]:
    for number, part in enumerate(stored["parts"], start=1):
        groups = [("scope", part["scope"], ""), ("border", part["borders"], "")]
        groups += [(c["kind"], c["comparisons"], c["measure"]) for c in part["controls"]]
        for role, pairs, measure in groups:
            for regime, (treated, control) in pairs.items():
                for side, arm in (("treated", treated), ("control", control)):
                    yield number, role, regime, side, arm, measure or part["measure"]
    for check in stored["tolerances"]:
        yield 0, "check", check, "", check, "largest deviation"
    for extra in stored["extras"]:
        yield 0, "extra", "", "", extra, ""


def as_csv(entries: Mapping[str, Mapping]) -> str:
    """The whole table as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(entries))
    return text.getvalue()


def write(entries: Mapping[str, Mapping], folder: Path = ledger.EVIDENCE) -> None:
    """Write the table beside the ledger, all of it or nothing."""
    ledger.write_text(as_csv(entries), Path(folder) / FILE)


def dictionary() -> str:
    """What the columns mean, as a Markdown table."""
    lines = ["| column | what it holds |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {words} |" for name, words in COLUMNS.items())])
