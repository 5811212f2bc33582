"""What the ledger says about claims, for a notebook: sentences, one picture, the rest folded."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np

from lecture_helpers.claims import Claim, claim, ledger
from lecture_helpers.foundation import validation as check
from lecture_helpers.plots import role
from lecture_helpers.plots.style import INK, PALE
from lecture_helpers.report.ledger_rows import (
    bar,
    cell,
    checks_in_words,
    decided_by_failures,
    figures,
    shown,
)
from lecture_helpers.widgets import reading
from lecture_helpers.widgets.appearance import CURRENT
from lecture_helpers.widgets.pictures import Picture, draw_strip
from lecture_helpers.widgets.view import as_view

REMARKS = {
    "falsified_by": "What would change it",
    "objection": "The strongest objection",
    "literature": "Literature",
}
KINDS = {
    "falsifier": "would refute it",
    "mechanism": "the effect less that without the supposed cause",
    "accounting": "counted otherwise",
    "rival": "against a rival",
}
MEANINGS = """<details><summary>What the words and the axis mean</summary>

Every row is one *regime*: a setting in which the sentence is meant. Its effect is measured on many
seeds. One step on the axis is the smallest effect that was said to matter before the run; the bar
is a 95 % interval.

- *holds*: the bar and the effect lie beyond 0, and the effect is at least one step;
- *reversed*: the same on the other side of 0;
- *no difference*: the whole bar lies within one step of 0;
- *undecided*: none of these;
- *falsified*: what the declaration names as refuting it was met there;
- *depends on the count*: counted in another declared way, the sign turns.

*Holds in part*: in some regimes of several. *Fragile*: lost at 99 %, or when all regimes of the
lesson are allowed for. A cause is *struck out* where the effect stays without it, *open* where
that is undecided.

</details>"""
ROW, TEXT = 0.27, 0.19  # inches for a row of the picture, and for one more line of a label
LABEL = 44  # characters to a line of a label
TICKS = (1, 3, 10, 30, 100, 300, 1000)
MANY_ROWS = 40
WIDE = 9.6  # inches
SHARPNESS = 1.2  # rows of type: more pixels make large notebooks and hardly better ones
MANY_FOR_ONE_AXIS = 12
AXIS = (
    "← against the sentence      for it →\n"
    "effect in smallest effects that matter; shaded: too small to matter"
)
TALLEST = 20  # inches; more rows stand closer together


@dataclass(frozen=True)
class Evidence:
    """What the ledger holds on some claims: words, a picture, and the figures, folded."""

    names: tuple[str, ...]
    text: str
    folded: str = ""
    picture: Picture | None = None

    def __repr__(self) -> str:
        return f"<evidence for {', '.join(self.names)}>"

    def _ipython_display_(self) -> None:
        from IPython.display import Markdown, display

        display(Markdown(self.text))
        if self.picture:
            display(self.picture)
        if self.folded:
            display(Markdown(self.folded))


def evidence(*names: str, parts: Sequence[int] = ()) -> Evidence:
    """What the ledger holds on these claims, to stand last in a notebook cell.

    Of a claim of many parts, ``parts`` are the places of those to show, from 1; the folded figures
    have all.

    Raises:
        ValueError: no name, no such claim, or no such part.

    >>> evidence("C2", "C8")
    <evidence for C2, C8>
    """
    if not names:
        raise ValueError('name at least one claim: evidence("C8").')
    wanted = [claim(name) for name in names]
    entries = ledger.load()
    stored = [(of, entries.get(of.id)) for of in wanted]
    run = [of for _, of in stored if of]
    some = not (isinstance(parts, list | tuple) and len(parts) == 0)
    if some and len(names) > 1:
        raise ValueError("parts are those of one claim: name no other.")
    if some and run:
        return _of_parts(run[0], parts)
    drawn = [of for of in run if of["judged"]]
    text = "\n\n".join(_sentence(*pair) for pair in stored)
    folded = "\n\n".join([*map(details, run), *[MEANINGS] * bool(drawn)])
    return Evidence(tuple(names), text, folded, picture(drawn) if drawn else None)


def _of_parts(stored: Mapping, parts: Sequence[int]) -> Evidence:
    """Some parts of a claim; its verdict is that of all."""
    places = range(1, len(stored["parts"]) + 1)
    if not isinstance(parts, list | tuple) or not all(place in places for place in parts):
        given = check.shown(parts)
        raise ValueError(f"parts of {stored['id']} are 1 to {len(places)}, in a list, not {given}.")
    few = few_parts(stored, parts)
    said = {**few, "prose": ledger.in_prose(few["parts"], few["judged"])}
    counted = f"Parts shown: {', '.join(map(str, parts))} of {len(places)}; all are folded below."
    text = f"{in_a_sentence(said)} {counted}"
    folded = f"{details(stored)}\n\n{MEANINGS}"
    return Evidence((stored["id"],), text, folded, picture([said]))


def few_parts(stored: Mapping, parts: Sequence[int]) -> dict:
    """The entry with those of its parts that are named, from 1."""
    return {**stored, **{key: [stored[key][k - 1] for k in parts] for key in ("parts", "judged")}}


def stored_runs(name: str):
    """The runs of ``evidence/runs/<name>.npz``, wherever we stand.

    A ``training.Runs``; where the name ends in "slices", the ``Slices`` of many networks.

    Raises:
        ValueError: no such file; the sentence names the nearest.
    """
    folder = ledger.EVIDENCE / "runs"
    known = sorted(path.stem for path in folder.glob("*.npz"))
    if not isinstance(name, str) or name not in known:
        near = get_close_matches(str(name)[:100], known, 3, 0.0)
        some = f"{len(known)} stored runs, such as {', '.join(near)}"
        raise ValueError(f"name must be one of the {some}, not {check.shown(name)}.")
    path = folder / f"{name}.npz"
    if name.endswith("slices"):
        from lecture_helpers.networks.loss_slices import Slices

        return Slices.load(path)
    from lecture_helpers.training import Runs

    return Runs.load(path)


def _sentence(claim: Claim, stored: Mapping | None) -> str:
    if stored is None:
        name = claim.id
        return f"**{name}** has not been run yet: `python3 start.py evidence {name}`."
    return in_a_sentence(stored)


def in_a_sentence(stored: Mapping) -> str:
    """An entry in a line of Markdown: the claim, its verdict, and where it holds."""
    said = stored["prose"] or f"{checks_in_words(stored['checks'])}."
    return f"**{stored['id']}** {stored['sentence']} **{_capital(shown(stored))}**: {said}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def details(stored: Mapping) -> str:
    """Everything about an entry (Markdown), folded: measures, figures, controls, history."""
    lines = [
        f"<details><summary>{stored['id']}: figures, controls, what would change it</summary>",
        f"Slide “{stored['slide']}”. {_conditions(stored)}",
    ]
    if stored["checks"]:
        lines.append("\n".join(f"- {_check(check)}" for check in stored["checks"]))
    for part, made in zip(stored["parts"], stored["judged"], strict=True):
        lines += [
            f"*{_capital(part['words'].rstrip('.'))}*. Measured: {part['measure']}; "
            f"it matters from {part['min_effect']:g} on.{_grid(part)}",
            _table(part, made),
        ]
    if stored["fragile"]:
        lines.append("Fragile: at 99 % or after Holm's correction over the lesson it is lost.")
    lines += [f"*{title}:* {stored[field]}" for field, title in REMARKS.items() if stored[field]]
    lines += [f"*Until {c['date']}:* {c['was']}. {c['why']}" for c in stored["history"]]
    return "\n\n".join([*lines, "</details>"])


def _conditions(stored: Mapping) -> str:
    seeds = stored["seeds"]
    again = any(change["ran"] == stored["declaration"] for change in stored["history"])
    anew = " Judged anew since: see the last change below." * again
    return f"{len(seeds)} seeds, declared as `{stored['declaration']}` before they were run.{anew}"


def _grid(part: Mapping) -> str:
    step = part["resolution"]
    return f" Read from a grid with steps of {step:g} that the intervals allow for." if step else ""


def _check(check: Mapping) -> str:
    deviation = _rounded_up(check["effect"])
    return f"{check['name']}: {deviation} (tolerance {check['tolerance']:.0e}): {check['verdict']}"


def _table(part: Mapping, made: Mapping) -> str:
    head = "| regime | effect, 95 % interval | half-width in smallest effects | verdict |"
    rows = [head, "|---|---|---|---|"]
    rows += [_table_row(f, part["min_effect"], bold=True) for f in made["scope"]]
    rows += [_table_row(f, part["min_effect"], "outside the scope: ") for f in made["borders"]]
    for declared, control in zip(part["controls"], made["controls"], strict=True):
        scale = declared["min_effect"] or part["min_effect"]
        unit = f", in {declared['measure']}" if declared["measure"] else ""
        late = f", added {declared['added']}" if declared["added"] else ""
        rows.append(f"| *{KINDS[control['kind']]}: {cell(control['words'])}{unit}{late}* | | | |")
        rows += [_table_row(finding, scale) for finding in control["findings"]]
    return "\n".join(rows)


def _table_row(finding: Mapping, scale: float, before: str = "", bold: bool = False) -> str:
    width = "" if finding["width"] is None else f"{finding['width']:.2g}"
    verdict = f"**{finding['verdict']}**" if bold else finding["verdict"]
    return f"| {before}{cell(finding['name'])} | {figures(finding, scale)} | {width} | {verdict} |"


def _rounded_up(deviation: float) -> str:
    return "0" if deviation == 0 else f"below 1e{int(np.floor(np.log10(deviation))) + 1:+03d}"


def picture(drawn: Sequence[Mapping], width: float = WIDE, sharpness: float = SHARPNESS) -> Picture:
    """The forest of some entries, ``width`` inches wide; as high as its rows need."""
    labels = [label for label, *_ in _rows(drawn)]
    height = sum(ROW + TEXT * label.count("\n") for label in labels)

    def view(ax):
        draw_forest(ax, drawn)
        if width < WIDE:  # its label is longer than the axis
            ax.set_xlabel(ax.get_xlabel(), loc="right")
        return reading("{words}", words=" ".join(map(_alt, drawn)))

    name = f"forest of {' '.join(stored['id'] for stored in drawn)}"
    size, look = (width, min(1.2 + height, TALLEST)), replace(CURRENT, sharpness=sharpness)
    return draw_strip(as_view(view), [{}], size, look, captions=False, name=f"<{name}: start>")


def _alt(stored: Mapping) -> str:
    """The picture's words: each regime's figures and verdict."""
    found = []
    for part, made in zip(stored["parts"], stored["judged"], strict=True):
        said = [
            f"{f['name']}: {figures(f, part['min_effect'])}, {f['verdict']}" for f in made["scope"]
        ]
        found.append(f"{part['measure']}: {'; '.join(said)}")
    return f"{stored['id']}. {'. '.join(found)}."


def _rows(drawn: Sequence[Mapping]) -> list[tuple[str, Mapping | None, float, bool]]:
    """A row each for a part's words, its regimes and its borders: label, finding, scale, counts.

    Of many rows the borders are left out; the folded part has them.
    """
    rows = []
    for stored in drawn:
        for part, made in zip(stored["parts"], stored["judged"], strict=True):
            words = f"{stored['id']}: {part['words'].rstrip('.')}"
            rows.append((textwrap.fill(words, LABEL), None, 1.0, True))
            for found, counts in ((made["scope"], True), (made["borders"], False)):
                rows += [(_label(f, counts), f, part["min_effect"], counts) for f in found]
    return rows if len(rows) <= MANY_ROWS else [row for row in rows if row[3]]


def _label(finding: Mapping, counts: bool) -> str:
    name = finding["name"] if counts else f"({finding['name']})"
    return textwrap.fill(name, LABEL)


def draw_forest(ax, drawn: Sequence[Mapping]) -> None:
    """A row per regime: the 95 % interval and the effect in smallest effects, and the verdict.

    The scale is that of the inverse hyperbolic sine, linear about 0 and logarithmic far from it, so
    that one effect may dwarf the rest. Open markers are outside the scope; squares are failure
    rates.
    """
    rows, at, places = _rows(drawn), 0.0, []
    for label, finding, scale, counts in rows:
        lines = label.count("\n") + 1
        at += (ROW + TEXT * (lines - 1)) / ROW
        places.append(at - lines / 2 * 0.9)
        if finding is not None:
            _interval(ax, places[-1], finding, scale, counts)
    ax.axvspan(-1, 1, color=PALE, alpha=0.6, lw=0)
    ax.axvline(0, color=INK, lw=1)
    ax.set_xscale("asinh", linear_width=1.0)
    drawn_at = [v for _, f, scale, _ in rows if f for v in bar(f, scale) or ()]
    low, high = 1.2 * min(-2.0, *drawn_at), 1.2 * max(2.0, *drawn_at)
    ticks = [t for t in (*(-t for t in reversed(TICKS)), 0, *TICKS) if low <= t <= high]
    ax.set_xticks(ticks, [f"{t:+g}" if t else "0" for t in ticks])
    ax.set(xlim=(low, high), ylim=(at + 0.3, 0.0))
    ax.minorticks_off()
    ax.set_yticks(places, [label for label, *_ in rows])
    for text, (_, finding, *_rest) in zip(ax.get_yticklabels(), rows, strict=True):
        text.set_fontweight("bold" if finding is None else "normal")
        text.set_fontsize(10)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(AXIS)
    if len(rows) > MANY_FOR_ONE_AXIS:
        ax.tick_params(labeltop=True)


def _interval(ax, at: float, finding: Mapping, scale: float, counts: bool) -> None:
    found = bar(finding, scale)
    look = role("with" if counts else "ghost")
    right = ax.get_yaxis_transform()
    ax.text(1.01, at, finding["verdict"], transform=right, va="center", fontsize=10, color=INK)
    if found is None:
        return
    low, effect, high = found
    marker = "s" if finding["effect"] is None or decided_by_failures(finding) else "D"
    ax.plot([low, high], [at, at], "-", lw=3, color=look.colour, solid_capstyle="butt")
    ax.plot([effect], [at], ls="", marker=marker, ms=6, color=INK, mfc=INK if counts else "white")
