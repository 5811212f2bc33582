"""The whole ledger, one row per claim, in words and characters that can be read anywhere."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lecture_helpers.claims import CLAIMS, Claim, ledger
from lecture_helpers.report.lessons import Lesson

NOT_RUN = "not run yet"
VERDICTS = (
    "holds", "conditional", "null", "undecided", "refuted", "identity", "opinion", NOT_RUN,
)  # fmt: skip
REACH = 20.0  # smallest interesting effects, where a bar ends
CELLS = 12  # characters on each side of 0
COLUMNS = (
    "claim, slide, where it is shown", "in our words", "verdict", "effect, 95 % interval, regime",
)  # fmt: skip
CAPTION = (
    "A bar shows an effect (dot) with its 95 % interval, measured in the smallest effect that was "
    "declared interesting before the run: the middle line is 0, the marks beside it are one "
    "smallest interesting effect to either side. The scale is compressed like a logarithm."
)


@dataclass(frozen=True)
class Line:
    """One declared regime of a claim; ``bar`` is (low, effect, high) in smallest effects."""

    words: str
    verdict: str = ""
    figures: str = ""
    bar: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Row:
    """A claim as the ledger knows it."""

    claim: Claim
    verdict: str
    cell: str = ""
    heading: str = ""
    link: str = ""
    fragile: bool = False
    lines: tuple[Line, ...] = ()

    @property
    def shown(self) -> str:
        """The verdict in words."""
        return self.verdict + ", fragile" * self.fragile

    @property
    def measured(self) -> str:
        """In what the effect is measured."""
        if not self.lines or self.claim.min_effect is None:
            return ""
        return f"{self.claim.unit} (interesting from {self.claim.min_effect:g})"


def rows(every: Iterable[Lesson], entries: Mapping[str, dict] | None = None) -> list[Row]:
    """A row for each claim, run or not, in order; from the ledger where no entries are given."""
    entries = ledger.load() if entries is None else entries
    named = {lesson.name: lesson for lesson in every}
    return [_row(c, entries.get(c.id), named[c.lesson]) for c in CLAIMS.values()]


def _row(claim: Claim, stored: Mapping | None, lesson: Lesson) -> Row:
    where = *lesson.shown.get(claim.id, ("", "")), lesson.link(claim.id)
    if not stored:
        return Row(claim, NOT_RUN, *where)
    if stored["kind"] == "identity":
        return Row(claim, stored["verdict"], *where, lines=(_checks(stored["findings"]),))
    scale = stored["min_effect"] or 1.0
    lines = tuple(_line(finding, scale) for finding in stored["findings"])
    return Row(claim, stored["verdict"], *where, stored["fragile"], lines)


def _checks(findings: list[Mapping]) -> Line:
    worst = max(finding["effect"] / finding["tolerance"] for finding in findings)
    share = f"{100 * worst:.1g}" if worst > 1e-5 else "less than 0.001"
    checks = f"{len(findings)} checks" if len(findings) > 1 else "1 check"
    return Line(f"{checks}; the largest deviation is {share} % of its tolerance")


def _line(finding: Mapping, scale: float) -> Line:
    digits = max(2, 1 - math.floor(math.log10(scale)))  # two of the smallest interesting effect
    effect, low, high = (_signed(v, digits) for v in (finding["effect"], *finding["interval"]))
    ends = finding["interval"]
    bar = ends[0] / scale, finding["effect"] / scale, ends[1] / scale
    return Line(finding["name"], finding["verdict"], f"{effect} [{low}, {high}]", bar)


def _signed(value: float, digits: int) -> str:
    rounded = round(value, digits)
    return f"{rounded:+.{digits}f}" if rounded else f"{0:.{digits}f}"


def place(value: float) -> float:
    """Where a value in smallest effects lies on the compressed scale, from -1 to 1."""
    share = math.log1p(abs(value)) / math.log1p(REACH)
    return math.copysign(min(1.0, share), value)


def in_markdown(table: list[Row], every: Iterable[Lesson]) -> str:
    """The table lesson by lesson; bars are drawn with characters."""
    parts = [CAPTION]
    for lesson in every:
        title = f"{lesson.number} {lesson.title}"
        if lesson.question:
            title = f"[{title}]({lesson.name}.ipynb)"
        mine = [row for row in table if row.claim.lesson == lesson.name]
        head = ["| " + " | ".join(COLUMNS) + " |", "|---|---|---|---|"]
        parts += [f"**{title}**", "\n".join([*head, *map(_markdown_row, mine)])]
    return "\n\n".join(parts)


def _markdown_row(row: Row) -> str:
    shown = f"<br>[{row.heading}]({row.link})" if row.link else ""
    words = row.claim.sentence + (f"<br>*Effect: {row.measured}.*" if row.measured else "")
    lines = "<br>".join(map(_markdown_line, row.lines)) or "–"
    return f"| **{row.claim.id}** {row.claim.slide}{shown} | {words} | **{row.shown}** | {lines} |"


def _markdown_line(line: Line) -> str:
    if not line.bar:
        return line.words
    figures = line.figures.replace(" ", "\N{NO-BREAK SPACE}")
    return f"`{characters(line.bar)}` {figures} {line.words}: **{line.verdict}**"


def characters(bar: tuple[float, float, float]) -> str:
    """A bar as 25 characters.

    >>> characters((0.5, 1.0, 2.0))
    '·········╎··│·━●━········'
    """
    low, effect, high = (CELLS + round(CELLS * place(value)) for value in bar)
    one = round(CELLS * place(1.0))
    drawn = ["·"] * (2 * CELLS + 1)
    drawn[CELLS - one] = drawn[CELLS + one] = "╎"
    drawn[CELLS] = "│"
    drawn[low : high + 1] = "━" * (high + 1 - low)
    drawn[effect] = "●"
    return "".join(drawn)


def in_short(table: list[Row], every: Iterable[Lesson], folder: str) -> str:
    """Which claims have which verdict, a line per lesson; links lead into ``folder``."""
    used = used_verdicts(table)
    lines = ["| lesson | " + " | ".join(used) + " |", "|---" * (len(used) + 1) + "|"]
    for lesson in every:
        mine = [row for row in table if row.claim.lesson == lesson.name]
        cells = [" ".join(_short(r, folder) for r in mine if r.verdict == v) for v in used]
        lines.append(f"| {lesson.number} {lesson.title} | " + " | ".join(cells) + " |")
    return f"{in_numbers(table)}\n\n" + "\n".join(lines)


def _short(row: Row, folder: str) -> str:
    mark = "*" * row.fragile
    return f"[{row.claim.id}]({folder}{row.link}){mark}" if row.link else row.claim.id + mark


def used_verdicts(table: list[Row]) -> list[str]:
    """The verdicts that some row has, in the order of ``VERDICTS``."""
    return [v for v in VERDICTS if any(row.verdict == v for row in table)]


def in_numbers(table: list[Row]) -> str:
    """How many claims have which verdict, in a sentence."""
    counts = Counter(row.verdict for row in table)
    words = ", ".join(f"{v} {counts[v]}" for v in VERDICTS if counts[v])
    fragile = sum(row.fragile for row in table)
    return (
        f"Of {len(table)} claims: {words}. {fragile} verdicts are fragile (marked with a star in "
        "short lists): at 99 % or after Holm's correction they are lost."
    )
