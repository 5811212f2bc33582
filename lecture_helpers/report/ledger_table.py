"""The ledger as a table with two filters, for a notebook."""

import json
import os
from collections.abc import Iterable
from html import escape
from pathlib import Path

import ipywidgets as w

from lecture_helpers.report.ledger_rows import (
    CAPTION,
    COLUMNS,
    VERDICTS,
    Line,
    Row,
    in_markdown,
    place,
    rows,
)
from lecture_helpers.report.lessons import Lesson, lessons

ALL, FRAGILE = "", "fragile"
OPEN = "rendermime:handle-local-link"  # JupyterLab's own command behind links in its outputs
SIDE = 60  # pixels on each side of 0


class LedgerTable:
    """The ledger with two filters; in a notebook without a kernel, its rows as Markdown."""

    def __init__(self):
        self.lessons = lessons()
        self.rows = rows(self.lessons)
        titles = ["all lessons", *(lesson.title for lesson in self.lessons)]
        self.lesson = _buttons("lesson", self._lesson_options(), titles)
        self.verdict = _buttons("verdict", self._verdict_options())
        self.count, self.table = w.HTML(), w.HTML()
        for filter_ in (self.lesson, self.verdict):
            filter_.observe(self._draw, "value")
        self.box = w.VBox([w.HTML(STYLE), self.lesson, self.verdict, self.count, self.table])
        self.box.add_class("lecture-ledger")
        self._draw()

    def _lesson_options(self) -> list[tuple[str, str]]:
        every = [(str(lesson.number), lesson.name) for lesson in self.lessons]
        return [("all", ALL), *every]

    def _verdict_options(self) -> list[tuple[str, str]]:
        used = [v for v in VERDICTS if any(row.verdict == v for row in self.rows)]
        return [("all", ALL), *((v, v) for v in used), (FRAGILE, FRAGILE)]

    @property
    def chosen(self) -> list[Row]:
        """The rows that pass both filters."""
        return [row for row in self.rows if self._passes(row)]

    def _passes(self, row: Row) -> bool:
        verdict = self.verdict.value
        right = verdict in (ALL, row.verdict) or (verdict == FRAGILE and row.fragile)
        return right and self.lesson.value in (ALL, row.claim.lesson)

    def _draw(self, _=None) -> None:
        words = f"{len(self.chosen)} of {len(self.rows)} claims"
        self.count.value = f'<div role="status" aria-live="polite">{words}</div>'
        self.table.value = in_html(self.chosen, self.lessons)

    def __repr__(self) -> str:
        return f"<the ledger: {len(self.rows)} claims; filters lesson, verdict>"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        words = {"text/markdown": in_markdown(self.rows, self.lessons), "text/plain": repr(self)}
        return {**self.box._repr_mimebundle_(), **words}


def _buttons(name: str, options: list, tooltips=()) -> w.ToggleButtons:
    layout, style = w.Layout(width="auto"), {"button_width": "auto"}
    return w.ToggleButtons(
        options=options, description=name, tooltips=list(tooltips), style=style, layout=layout
    )


STYLE = """<style>
.lecture-ledger { overflow: hidden; }
.lecture-ledger .widget-html-content { line-height: 1.35;
  color: var(--jp-content-font-color1, #111); }
.lecture-ledger table { border-collapse: collapse; width: 100%; font-size: 13px; }
.lecture-ledger caption { text-align: left; padding: 4px 0 8px; }
.lecture-ledger th, .lecture-ledger td { text-align: left; vertical-align: top;
  padding: 6px 10px 6px 0; border-top: 1px solid var(--jp-border-color2, #ccc);
  white-space: normal; }
.lecture-ledger thead th:nth-child(1) { width: 17%; }
.lecture-ledger thead th:nth-child(3) { width: 9%; }
.lecture-ledger thead th:nth-child(4) { width: 44%; }
.lecture-ledger th[scope=row] { font-weight: 400; }
.lecture-ledger th[scope=rowgroup] { font-size: 15px; padding-top: 16px; }
.lecture-ledger a { color: var(--jp-content-link-color, #0b57d0); }
.lecture-ledger svg { vertical-align: middle; margin-right: 6px; flex: none; }
.lecture-ledger .line { display: flex; align-items: center; }
.lecture-ledger .unit { font-style: italic; }
</style>"""


def in_html(table: list[Row], every: Iterable[Lesson]) -> str:
    """Rows as an HTML table, lesson by lesson; bars are drawn, and every figure is text as well."""
    head = "".join(f'<th scope="col">{words}</th>' for words in COLUMNS)
    body = "".join(_group([r for r in table if r.claim.lesson == one.name], one) for one in every)
    return f"<table><caption>{CAPTION}</caption><thead><tr>{head}</tr></thead>{body}</table>"


def _group(mine: list[Row], lesson: Lesson) -> str:
    if not mine:
        return ""
    title = f"{lesson.number} {escape(lesson.title)}"
    head = f'<tr><th scope="rowgroup" colspan="{len(COLUMNS)}">{title}</th></tr>'
    return f"<tbody>{head}{''.join(map(_html_row, mine))}</tbody>"


def _html_row(row: Row) -> str:
    shown = f"<br>{_link(row)}" if row.link else ""
    unit = f'<div class="unit">Effect: {escape(row.measured)}.</div>' if row.measured else ""
    lines = "".join(map(_html_line, row.lines)) or "–"
    return (
        f'<tr><th scope="row"><b>{row.claim.id}</b> {escape(row.claim.slide)}{shown}</th>'
        f"<td>{escape(row.claim.sentence)}{unit}</td><td><b>{row.shown}</b></td><td>{lines}</td></tr>"
    )


def _link(row: Row) -> str:
    """A link that JupyterLab follows to the cell; elsewhere it opens the lesson."""
    folder, command = _folder_on_server(), ""
    if folder is not None:
        name = row.link.partition("#")[0]
        where = escape(json.dumps({"path": folder + name, "id": f"#cell-id={row.cell}"}))
        command = f' data-commandlinker-command="{OPEN}" data-commandlinker-args="{where}"'
    address = f'href="{escape(row.link)}" target="_blank"'
    return f"<a {address}{command}>{escape(row.heading)}</a>"


def _folder_on_server() -> str | None:
    """The folder of this notebook as its Jupyter server names it, None where that is unknown."""
    server, notebook = os.environ.get("JPY_PARENT_PID"), os.environ.get("JPY_SESSION_NAME")
    if not server or not notebook:
        return None
    from jupyter_core.paths import jupyter_runtime_dir

    try:
        record = Path(jupyter_runtime_dir(), f"jpserver-{server}.json").read_text(encoding="utf-8")
        folder = Path(notebook).parent.relative_to(json.loads(record)["root_dir"]).as_posix()
    except (OSError, ValueError, KeyError):
        return None
    return "" if folder == "." else f"{folder}/"


def _html_line(line: Line) -> str:
    if not line.bar:
        return f"<div>{escape(line.words)}</div>"
    words = f"{escape(line.figures)} {escape(line.words)}: <b>{line.verdict}</b>"
    return f'<div class="line">{svg(line.bar)}<span>{words}</span></div>'


def svg(bar: tuple[float, float, float]) -> str:
    """A bar as a drawing that a screen reader passes over."""
    low, effect, high = (SIDE + 5 + SIDE * place(value) for value in bar)
    one, middle = SIDE * place(1.0), SIDE + 5
    return (
        f'<svg width="{2 * middle}" height="14" aria-hidden="true">'
        f'<rect x="{middle - one:.1f}" width="{2 * one:.1f}" height="14" fill="#999" opacity=".3"/>'
        f'<path d="M{middle} 0V14" stroke="currentColor" opacity=".6"/>'
        f'<path d="M{low:.1f} 7H{max(high, low + 1):.1f}" stroke="#0072b2" stroke-width="4"/>'
        f'<circle cx="{effect:.1f}" cy="7" r="4" fill="currentColor"/></svg>'
    )
