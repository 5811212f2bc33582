"""The whole ledger, one row per claim, in words and characters that can be read anywhere."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lecture_helpers.claims import CLAIMS, Claim, ledger
from lecture_helpers.claims.verdicts import MIN_FAILURES, NOWHERE, PART
from lecture_helpers.report.lessons import Lesson

NOT_RUN = "not run yet"
VERDICTS = (
    "holds", PART, NOWHERE, "reversed", "no difference", "undecided", "identity", "broken",
    "opinion", NOT_RUN,
)  # fmt: skip
CAUSES = {"struck out": "struck out", "open": "open", "stands in part": "in part"}
IN_NUMBERS = {
    "holds": "hold in every regime in which they are meant",
    PART: "hold in part",
    NOWHERE: "hold nowhere",
    "no difference": "show no difference that matters",
    NOT_RUN: "have not been run yet",
}
REACH = 20.0  # smallest effects, where a bar ends
CELLS = 12  # characters on each side of 0
COLUMNS = (
    "claim, slide, where it is shown", "in our words", "verdict", "effect, 95 % interval, regime",
)  # fmt: skip
CAPTION = (
    "A bar shows an effect (dot) with its 95 % interval, measured in the smallest effect that was "
    "declared to matter before the run: the middle line is 0, the marks beside it are one such "
    "effect to either side. Where seeds fail, the bar may be that of the failure rates. "
    "The scale is compressed like a logarithm."
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
    """A claim as the ledger knows it; ``prose`` says where it holds and what its controls say."""

    claim: Claim
    verdict: str
    cell: str = ""
    heading: str = ""
    link: str = ""
    fragile: bool = False
    lines: tuple[Line, ...] = ()

    because: str = ""
    prose: str = ""

    @property
    def shown(self) -> str:
        """The verdict in words."""
        return shown(vars(self))

    @property
    def measured(self) -> str:
        """In what the effects are measured, part by part."""
        return "; ".join(measures(self.claim))


def shown(stored: Mapping) -> str:
    """The verdict of an entry in words, what became of its cause, whether it is fragile."""
    cause = CAUSES.get(stored["because"])
    return (
        stored["verdict"] + f", its cause {cause}" * bool(cause) + ", fragile" * stored["fragile"]
    )


def measures(claim: Claim) -> list[str]:
    """What each part of a claim measures, and from where on it matters."""
    return [f"{part.measure} (matters from {part.min_effect:g})" for part in claim.parts]


def rows(every: Iterable[Lesson], entries: Mapping[str, dict] | None = None) -> list[Row]:
    """A row for each claim, run or not, in order; from the ledger where no entries are given."""
    entries = ledger.load() if entries is None else entries
    named = {lesson.name: lesson for lesson in every}
    return [_row(c, entries.get(c.id), named[c.lesson]) for c in CLAIMS.values()]


def _row(claim: Claim, stored: Mapping | None, lesson: Lesson) -> Row:
    where = *lesson.shown.get(claim.id, ("", "")), lesson.link(claim.id)
    if not stored:
        return Row(claim, NOT_RUN, *where)
    said = stored["verdict"], *where
    if stored["kind"] == "identity":
        return Row(claim, *said, lines=(Line(checks_in_words(stored["checks"])),))
    lines = tuple(
        line(finding, part["min_effect"])
        for part, made in zip(stored["parts"], stored["judged"], strict=True)
        for finding in made["scope"]
    )
    return Row(claim, *said, stored["fragile"], lines, stored["because"], stored["prose"])


def checks_in_words(checks: list[Mapping]) -> str:
    """How many checks an identity has, and how near the worst came to its tolerance."""
    worst = max(check["effect"] / check["tolerance"] for check in checks)
    share = f"{100 * worst:.1g}" if worst > 1e-5 else "less than 0.001"
    count = f"{len(checks)} checks" if len(checks) > 1 else "1 check"
    return f"{count}; the largest deviation is {share} % of its tolerance"


def line(finding: Mapping, scale: float) -> Line:
    """One comparison in words and as a bar; ``scale`` is its smallest effect that matters."""
    return Line(finding["name"], finding["verdict"], figures(finding, scale), bar(finding, scale))


def bar(finding: Mapping, scale: float) -> tuple[float, float, float] | None:
    """(low, effect, high) in smallest effects that matter: of the effect, or of failure rates."""
    if finding["effect"] is None or decided_by_failures(finding):
        finding, scale = finding["failures"] or finding, MIN_FAILURES
    if finding["effect"] is None:
        return None
    low, high = finding["interval"]
    return low / scale, finding["effect"] / scale, high / scale


def decided_by_failures(finding: Mapping) -> bool:
    """Whether the failure rates gave the verdict."""
    return bool(finding["failures"]) and finding["failures"]["verdict"] in ("holds", "reversed")


def figures(finding: Mapping, scale: float) -> str:
    """Effect and interval of a comparison, and its failures where there are any."""
    words, failed = "", finding["failures"]
    if finding["effect"] is not None:
        digits = max(2, 1 - math.floor(math.log10(scale)))  # two of the smallest effect
        effect, low, high = (_signed(v, digits) for v in (finding["effect"], *finding["interval"]))
        words = f"{effect} [{low}, {high}]"
    if failed:
        rates = f"{failed['treated']} against {failed['control']} of {failed['of']} fail"
        words = f"{words}, {rates}" if words else rates
    return words


def _signed(value: float, digits: int) -> str:
    rounded = round(value, digits)
    return f"{rounded:+.{digits}f}" if rounded else f"{0:.{digits}f}"


def place(value: float) -> float:
    """Where a value in smallest effects lies on the compressed scale, from -1 to 1."""
    share = math.log1p(abs(value)) / math.log1p(REACH)
    return math.copysign(min(1.0, share), value)


def in_markdown(table: list[Row], every: Iterable[Lesson]) -> str:
    """The table, folded lesson by lesson; bars are drawn with characters."""
    parts = [CAPTION]
    for lesson in every:
        title = f"{lesson.number} {lesson.title}"
        mine = [row for row in table if row.claim.lesson == lesson.name]
        head = ["| " + " | ".join(COLUMNS) + " |", "|---|---|---|---|"]
        link = f"[Open the lesson]({lesson.name}.ipynb).\n\n" * bool(lesson.question)
        rows = "\n".join([*head, *map(_markdown_row, mine)])
        summary = f"<summary><b>{title}</b>: {len(mine)} claims</summary>"
        parts.append(f"<details>{summary}\n\n{link}{rows}\n\n</details>")
    return "\n\n".join(parts)


def _markdown_row(row: Row) -> str:
    shown = f"<br>[{row.heading}]({row.link})" if row.link else ""
    words = row.claim.sentence + (f"<br>*Measured: {row.measured}.*" if row.measured else "")
    lines = "<br>".join(map(_markdown_line, row.lines)) or "–"
    verdict = f"**{row.shown}**" + (f"<br>{row.prose}" if row.prose else "")
    cells = f"**{row.claim.id}** {row.claim.slide}{shown}", words, verdict, lines
    return f"| {' | '.join(map(cell, cells))} |"


def cell(words: str) -> str:
    """Words as they can stand in a cell of a Markdown table."""
    return words.replace("|", r"\|")


def _markdown_line(line: Line) -> str:
    if not line.figures:
        return line.words
    figures = line.figures.replace(" ", "\N{NO-BREAK SPACE}")
    drawn = f"`{characters(line.bar)}` " if line.bar else ""
    return f"{drawn}{figures} {line.words}: **{line.verdict}**"


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


def used_verdicts(table: list[Row]) -> list[str]:
    """The verdicts that some row has, in the order of ``VERDICTS``."""
    return [v for v in VERDICTS if any(row.verdict == v for row in table)]


def in_numbers(table: list[Row]) -> str:
    """How many claims have which verdict, in sentences."""
    counts = Counter(row.verdict for row in table)
    apart = "identity", "opinion"
    tested = [v for v in VERDICTS if v not in apart and counts[v]]
    words = ", ".join(f"{counts[v]} {IN_NUMBERS.get(v, f'are {v}')}" for v in tested)
    fragile = sum(row.fragile for row in table)
    return (
        f"Of {len(table)} claims {counts['identity']} are identities, of which every check passes, "
        f"and {counts['opinion']} are opinions, measured and not decided. Of the other "
        f"{sum(counts[v] for v in tested)}, {words}. {fragile} verdicts are fragile: at "
        "99 % or after Holm's correction they are lost."
    )
