"""The ledger as a table with two filters, for a notebook."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import ipywidgets as w
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from lecture_helpers.report.ledger_rows import (
    CAPTION,
    COLUMNS,
    Row,
    in_markdown,
    place,
    rows,
    used_verdicts,
)
from lecture_helpers.report.lessons import Lesson, lessons

ALL, FRAGILE = "", "fragile"
OPEN = "rendermime:handle-local-link"  # JupyterLab's own command behind links in its outputs
SIDE, MIDDLE = 60, 65  # pixels: on each side of 0, and where 0 lies


class LedgerTable:
    """The ledger with two filters; in a notebook without a kernel, its rows as Markdown."""

    def __init__(self):
        self.lessons = lessons()
        self.rows = rows(self.lessons)
        numbers = [(str(lesson.number), lesson.name) for lesson in self.lessons]
        titles = ["all lessons", *(lesson.title for lesson in self.lessons)]
        used = [(v, v) for v in used_verdicts(self.rows)]
        self.lesson = _buttons("lesson", [("all", ALL), *numbers], titles)
        self.verdict = _buttons("verdict", [("all", ALL), *used, (FRAGILE, FRAGILE)])
        self.count, self.table = w.HTML(), w.HTML()
        for filter_ in (self.lesson, self.verdict):
            filter_.observe(self._draw, "value")
        self.box = w.VBox([self.lesson, self.verdict, self.count, self.table])
        self.box.add_class("lecture-ledger")
        self._draw()

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
        opened = bool(self.lesson.value or self.verdict.value)
        self.table.value = in_html(self.chosen, self.lessons, opened)

    def __repr__(self) -> str:
        return f"<the ledger: {len(self.rows)} claims; filters lesson, verdict>"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        words = {"text/markdown": in_markdown(self.rows, self.lessons), "text/plain": repr(self)}
        return {**(self.box._repr_mimebundle_() or {}), **words}


def _buttons(name: str, options: list, tooltips=()) -> w.ToggleButtons:
    layout, style = w.Layout(width="auto"), {"button_width": "auto"}
    return w.ToggleButtons(
        options=options, description=name, tooltips=list(tooltips), style=style, layout=layout
    )


def in_html(table: list[Row], every: Iterable[Lesson], opened: bool = True) -> str:
    """Rows as HTML tables, folded by lesson; bars are drawn, and every figure is text as well."""
    return TEMPLATES.get_template("ledger.html").render(
        table=table, lessons=every, caption=CAPTION, columns=COLUMNS, middle=MIDDLE, opened=opened
    )


def _link(row: Row) -> Markup:
    """A link that JupyterLab follows to the cell; elsewhere it opens the lesson."""
    folder, command = _folder_on_server(), ""
    if folder is not None:
        name = row.link.partition("#")[0]
        where = json.dumps({"path": folder + name, "id": f"#cell-id={row.cell}"})
        command = Markup(' data-commandlinker-command="{}" data-commandlinker-args="{}"').format(
            OPEN, where
        )
    link = Markup('<a href="{}" target="_blank"{}>{}</a>')
    return link.format(row.link, command, row.heading)


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


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {"across": lambda value: MIDDLE + SIDE * place(value), "link": _link}
