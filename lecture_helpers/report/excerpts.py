"""The rows of a claim's evidence that a class is to read, in pictures that a slide can hold."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from lecture_helpers.report.cards import LABEL, ROW, TEXT, picture
from lecture_helpers.widgets.pictures import Picture

WIDTH = 7.4  # inches; stretched over a slide, its type is as large as the slide's
TALLEST = 3.7
EDGES = 1.2  # of it, for the axis and its label


def excerpts(stored: Mapping, phrases: Sequence[str] = ()) -> list[Picture]:
    """Pictures of the rows of an entry of the ledger that the phrases name; of all without any.

    A phrase that is in the words of a part chooses that part. Another chooses the regimes of that
    name, else those whose names end with it, else those whose names have it; and regimes outside
    the scope only where none inside is chosen.

    Raises:
        ValueError: nothing has the words of a phrase.

    >>> from lecture_helpers.claims import ledger
    >>> [shown] = excerpts(ledger.load()["C33"], ["less work", "ReLU, depth"])
    >>> shown.alt.count("ReLU, depth")
    4
    """
    return [picture([few], WIDTH, 1.75) for few in _pages({**stored, **_named(stored, phrases)})]


def _named(stored: Mapping, phrases: Sequence[str]) -> dict:
    """The parts and findings that the phrases name."""
    pairs = list(zip(stored["parts"], stored["judged"], strict=True))
    heads = [one for one in phrases if any(one in part["words"] for part, _ in pairs)]
    rows = [one for one in phrases if one not in heads]
    names = [f["name"] for _, made in pairs for f in made["scope"] + made["borders"]]
    for one in rows:
        if not any(one in name for name in names):
            raise ValueError(f'{stored["id"]} has no heading and no row "{one}".')
    kept = []
    for part, made in pairs:
        if heads and not any(one in part["words"] for one in heads):
            continue
        scope = _rows_named(made["scope"], rows) if rows else made["scope"]
        missing = [one for one in rows if not _rows_named(made["scope"], [one])]
        borders = _rows_named(made["borders"], missing)
        if scope or borders:
            kept.append((part, {**made, "scope": scope, "borders": borders}))
    return {"parts": [part for part, _ in kept], "judged": [made for _, made in kept]}


def _rows_named(findings: Sequence[Mapping], rows: Sequence[str]) -> list[Mapping]:
    found = [name for one in rows for name in _named_by(one, [f["name"] for f in findings])]
    return [f for f in findings if f["name"] in found]


def _named_by(phrase: str, names: Sequence[str]) -> list[str]:
    """The names that are the phrase, else those that end with it, else those that have it.

    >>> _named_by("short", ["digits, short", "digits, short, scored", "long"])
    ['digits, short']
    """
    kinds = (str.__eq__, str.endswith, str.__contains__)
    return next(filter(None, ([n for n in names if has(n, phrase)] for has in kinds)), [])


def _pages(stored: Mapping) -> Iterator[dict]:
    """The entry in pieces that a slide holds: small parts together, large ones in equal shares."""
    page, height = {**stored, "parts": [], "judged": []}, EDGES
    for part, made in zip(stored["parts"], stored["judged"], strict=True):
        for share in _shares(part, made):
            needed = _height([part["words"], *(f["name"] for f in _all(share))])
            if page["parts"] and height + needed > TALLEST:
                yield page
                page, height = {**stored, "parts": [], "judged": []}, EDGES
            page["parts"].append(part)
            page["judged"].append(share)
            height += needed
    if page["parts"]:
        yield page


def _shares(part: Mapping, made: Mapping) -> Iterator[dict]:
    """The findings of a part in as few equal shares as a slide takes."""
    names = [finding["name"] for finding in _all(made)]
    count = 1
    while True:
        size = -(-len(names) // count)
        cut = range(0, len(names), size)
        if size == 1 or all(
            EDGES + _height([part["words"], *names[k : k + size]]) <= TALLEST for k in cut
        ):
            break
        count += 1
    for k in cut:
        inside = names[k : k + size]
        kept = {key: [f for f in made[key] if f["name"] in inside] for key in ("scope", "borders")}
        yield {**made, **kept}


def _all(made: Mapping) -> list[Mapping]:
    return [*made["scope"], *made["borders"]]


def _height(labels: Sequence[str]) -> float:
    """Inches that rows with these labels take; the first one is a heading."""
    words = [f"C00: {labels[0]}", *labels[1:]]
    return sum(ROW + TEXT * (len(textwrap.wrap(one, LABEL)) - 1) for one in words)
