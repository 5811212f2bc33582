"""What the ledger says about a claim, for a notebook: its sentence, its seeds, its verdict."""

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lecture_helpers.claims import Claim, claim, ledger
from lecture_helpers.plots import role
from lecture_helpers.plots.style import INK, PALE
from lecture_helpers.widgets import reading, show

MEANING = {
    "holds": "the interval lies above 0 and the effect is as large as we declared interesting",
    "refuted": "the interval lies below 0",
    "null": "the interval lies within what we declared too small to matter",
    "undecided": "the interval leaves more than one answer open",
    "identity": "every check stays within its tolerance",
    "conditional": "the declared regimes differ",
    "opinion": "nothing to decide, only to show",
}
REMARKS = {
    "falsified_by": "What would change it",
    "objection": "The strongest objection",
    "literature": "Literature",
}
EXACT = 1e-17
MANY_ROWS = 12
LINE = 0.2  # inches for a line of a label


@dataclass(frozen=True)
class Card:
    """One claim as a notebook shows it: its text, and its picture once it was run."""

    claim: Claim
    text: str
    picture: object = None

    def __repr__(self) -> str:
        return f"<evidence for {self.claim.id}>"

    def _repr_markdown_(self) -> str:
        return self.text


@dataclass(frozen=True)
class Evidence:
    """The cards of several claims, shown one below the other."""

    cards: tuple[Card, ...]

    def __repr__(self) -> str:
        return f"<evidence for {', '.join(card.claim.id for card in self.cards)}>"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for card in self.cards:
            display(card)
            if card.picture:
                display(card.picture)


def evidence(*names: str) -> Evidence:
    """What the ledger holds on these claims, to stand last in a notebook cell.

    Raises:
        ValueError: no name, or no such claim.

    >>> evidence("C2", "C8")
    <evidence for C2, C8>
    """
    if not names:
        raise ValueError('name at least one claim: evidence("C8").')
    claims, entries = [claim(name) for name in names], ledger.load()
    return Evidence(tuple(_card(c, entries.get(c.id)) for c in claims))


def stored_runs(name: str):
    """The runs of ``evidence/runs/<name>.npz``, wherever we stand.

    A ``training.Runs``; where the name ends in "slices", the ``Slices`` of many networks.

    Raises:
        ValueError: no such file; the sentence names those there are.
    """
    path = ledger.EVIDENCE / "runs" / f"{name}.npz"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.npz"))) or "none"
        raise ValueError(f"name must be one of the stored runs ({known}), not {name!r}.")
    if name.endswith("slices"):
        from lecture_helpers.networks.loss_slices import Slices

        return Slices.load(path)
    from lecture_helpers.training import Runs

    return Runs.load(path)


def _card(claim: Claim, stored: Mapping | None) -> Card:
    if stored is None:
        name = claim.id
        return Card(claim, f"**{name}** has not been run yet: `python3 start.py evidence {name}`.")
    labels = _labels(stored)
    # Many rows stand closer, but never so close that the longest label overlaps.
    row = 0.42 if len(labels) > MANY_ROWS else 0.6
    height = len(labels) * max(row, LINE * max(1 + label.count("\n") for label in labels))
    return Card(claim, card_text(stored), show(_view(stored), size=(9.6, 1.1 + height)))


def card_text(stored: Mapping) -> str:
    """An entry in words (Markdown): sentence, verdict, figures, what would change it."""
    verdict = stored["verdict"]
    fragile = " It is fragile: at 99 % or after Holm's correction it is lost." * stored["fragile"]
    lines = [
        f"**{stored['id']}** · slide “{stored['slide']}”",
        stored["sentence"],
        f"**Verdict: {verdict}** ({MEANING[verdict]}).{fragile}",
        f"{_measured(stored)}:",
        "\n".join(f"- {_in_words(f)}: **{f['verdict']}**" for f in stored["findings"]),
    ]
    if stored["control_findings"]:
        beside = [f"- {_in_words(finding)}" for finding in stored["control_findings"]]
        lines += ["Beside it, without a say in the verdict:", "\n".join(beside)]
    lines += [f"*{title}:* {stored[field]}" for field, title in REMARKS.items() if stored[field]]
    return "\n\n".join(lines)


def _measured(stored: Mapping) -> str:
    seeds = f"over {len(stored['seeds'])} seeds"
    if stored["kind"] == "identity":
        return f"Largest deviations {seeds}"
    step = stored["resolution"]
    grid = f", read from a grid with steps of {step:g} that the intervals allow for" if step else ""
    return f"Effect {seeds}, in {stored['unit']} (interesting from {stored['min_effect']:g}){grid}"


def _in_words(finding: Mapping) -> str:
    if "tolerance" in finding:
        deviation = _rounded_up(finding["effect"])
        return f"{finding['name']}: {deviation} (tolerance {finding['tolerance']:.0e})"
    effect, (low, high), digits = finding["effect"], finding["interval"], 2
    if 0 < abs(effect) < 0.005:  # two decimals would leave nothing of it
        digits = 1 - int(np.floor(np.log10(abs(effect))))
    ends = f"{low:+.{digits}f} to {high:+.{digits}f}"
    return f"{finding['name']}: {effect:+.{digits}f}, 95 % interval {ends}"


def _rounded_up(deviation: float) -> str:
    return "0" if deviation == 0 else f"below 1e{int(np.floor(np.log10(deviation))) + 1:+03d}"


def differences(stored: Mapping, finding: Mapping) -> np.ndarray:
    """The paired differences over seeds behind a finding, (seeds,)."""
    treated, control = (stored["comparisons"] | stored["controls"])[finding["name"]]
    return np.subtract(stored["arms"][treated], stored["arms"][control])


def _view(stored: Mapping) -> Callable:
    draw = draw_deviations if stored["kind"] == "identity" else draw_forest

    def view(ax):
        draw(ax, stored)
        return reading("{words}", words=_alt(stored))

    view.__name__ = f"{stored['id']} {draw.__name__.removeprefix('draw_')}"
    return view


def _alt(stored: Mapping) -> str:
    findings = [f"{_in_words(finding)}: {finding['verdict']}" for finding in stored["findings"]]
    findings += [f"beside it, {_in_words(finding)}" for finding in stored["control_findings"]]
    return f"{stored['id']}. {_measured(stored)}: {'; '.join(findings)}."


def draw_forest(ax, stored: Mapping) -> None:
    """A row per regime and control: a dot per seed, the 95 % interval under them, the verdict."""
    findings = [(finding, "with") for finding in stored["findings"]]
    findings += [(finding, "control") for finding in stored["control_findings"]]
    min_effect = stored["min_effect"]
    ax.axvspan(-min_effect, min_effect, color=PALE, alpha=0.6, lw=0)
    ax.axvline(0, color=INK, lw=1)
    for row, (finding, meaning) in enumerate(findings):
        look = role(meaning)
        _dots(ax, row, differences(stored, finding), look, -0.32, 0.0)
        ax.plot(finding["interval"], [row + 0.2] * 2, "-", lw=3, color=look.colour)
        ax.plot([finding["effect"]], [row + 0.2], ls="", marker="D", ms=7, color=INK)
    _name_rows(ax, stored)
    drawn = [v for f, _ in findings for v in (*f["interval"], *differences(stored, f))]
    low, high = min(-min_effect, *drawn), max(min_effect, *drawn)
    ax.set_xlim(low - 0.1 * (high - low), high + 0.1 * (high - low))
    ax.set_xlabel(f"{textwrap.fill(stored['unit'], 64)}\n(shaded: too small to matter)")


def draw_deviations(ax, stored: Mapping) -> None:
    """A row per check: every seed's deviation on a log axis, and the tolerance it must keep."""
    look = role("with")
    for row, finding in enumerate(stored["findings"]):
        _dots(ax, row, np.maximum(stored["arms"][finding["name"]], EXACT), look, -0.25, 0.25)
        ax.plot([finding["tolerance"]] * 2, [row - 0.4, row + 0.4], color=INK, lw=3)
    _name_rows(ax, stored)
    reach = max(10 * f["tolerance"] for f in stored["findings"])
    worst = max(10 * f["effect"] for f in stored["findings"])
    ax.set(xscale="log", xlim=(EXACT / 2, max(reach, worst)))
    ax.set_xlabel("largest deviation per seed, 0 at the left edge (bar: tolerance)")


def _labels(stored: Mapping) -> list[str]:
    """The labels of a picture's rows: name and verdict, in lines that are short enough."""
    named = [[f["name"], f["verdict"]][: 1 if "tolerance" in f else 2] for f in stored["findings"]]
    named += [[finding["name"], "control"] for finding in stored["control_findings"]]
    width = 48 if len(named) > MANY_ROWS else 36
    return ["\n".join(textwrap.fill(words, width) for words in row) for row in named]


def _dots(ax, row: int, values: np.ndarray, look, low: float, high: float) -> None:
    """A dot per seed, spread from ``low`` to ``high`` about a row."""
    across = row + np.linspace(low, high, len(values))
    ax.plot(values, across, ls="", marker=look.marker, ms=4, color=look.colour, alpha=0.6)


def _name_rows(ax, stored: Mapping) -> None:
    labels = _labels(stored)
    ax.set(ylim=(len(labels) - 0.5, -0.5))
    ax.set_yticks(range(len(labels)), labels)
    ax.grid(visible=False, axis="y")
