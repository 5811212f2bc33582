"""What an explorer looks like in a notebook: its widgets and their arrangement."""

import math
from collections.abc import Callable
from html import escape
from typing import Any
from unicodedata import east_asian_width

import ipywidgets as w

from lecture_helpers.widgets.appearance import PIXELS_PER_INCH
from lecture_helpers.widgets.controls.scrubber import Scrubber
from lecture_helpers.widgets.rendering.pixels import blank

_CSS = """<style>
.lecture-explorer {{ --jp-widgets-font-size: {type:.1f}px; --jp-widgets-inline-height: {row}px;
  --jp-widgets-inline-width: 100%; overflow: hidden; padding: 2px 0 6px; }}
.lecture-figure .widget-html, .lecture-figure .widget-html-content, .lecture-name {{
  height: 100%; pointer-events: none; }}
.lecture-covered .widget-image {{ opacity: 0; }}
.lecture-covered::after {{ content: "{covered}"; grid-area: 1 / 1; place-self: center;
  font-size: {large:.1f}px; font-weight: 600; color: #111;
  color: var(--jp-content-font-color0, #111); }}
.lecture-question {{ align-items: center; }}
.lecture-control {{ align-items: center; min-height: {row}px; }}
.lecture-control .widget-toggle-buttons {{ display: flex; align-items: baseline; }}
.lecture-control .widget-toggle-buttons > div {{ display: flex; flex-flow: row wrap; }}
.lecture-control .widget-toggle-buttons > label {{ flex: 0 0 auto; text-align: right;
  margin-right: 8px; }}
.lecture-words .widget-html-content {{ font-size: {large:.1f}px; line-height: 1.3; color: #111;
  color: var(--jp-content-font-color0, #111); white-space: normal; }}
.lecture-words {{ height: auto; margin: 2px; }}
.lecture-reading {{ min-height: 1.3em; }}
.lecture-error .widget-html-content {{ color: #a30000; color: var(--jp-error-color0, #a30000);
  font-weight: 600; line-height: 1.3; white-space: normal; }}
.lecture-live {{ --jp-widgets-inline-height: {short}px; }}
.lecture-live .lecture-control {{ min-height: {short}px; }}
.lecture-code {{ height: auto; margin: 2px; }}
.lecture-code .widget-html-content {{ line-height: 1.3; white-space: normal; }}
.lecture-explorer .widget-label {{ font-weight: 600; }}
.lecture-explorer .lecture-presets {{ display: contents; }}
.jp-NotebookPanel .lecture-asleep, .jp-LinkedOutputView .lecture-asleep,
[data-voila] .lecture-asleep {{ display: none; }}
.lecture-tools {{ margin-left: auto; }}
.lecture-explorer .jupyter-button {{ border-radius: 4px; }}
.lecture-explorer .widget-toggle-button.mod-active, .lecture-explorer .jupyter-button.mod-active {{
  -webkit-text-stroke: .035em currentColor; }} /* as bold, and no wider: the row stays as it is */
</style>"""


IMPORT = "after <samp>from lecture_helpers.widgets import show</samp>"
COVERED = "Choose an answer below: then the picture comes."
ASLEEP = "If nothing moves here, this page has no kernel: open the notebook in JupyterLab."
REST = 470  # pixels of the page and of a live explorer that are not its picture
SMALLEST = 560  # pixels across that a live picture keeps on any screen


class ExplorerLayout:
    """The widgets of one explorer, in one box."""

    def __init__(self, explorer, longest: int):
        self.explorer, self.hidden = explorer, explorer.question is not None
        width, zoom = round(explorer.size[0] * PIXELS_PER_INCH), explorer.appearance.text
        self._width = dict(width=f"{width}px", max_width="100%")
        self._live = hasattr(explorer, "code")
        self._chosen, self._chosen_at, self._judged = None, {}, False
        self._longest = longest
        stacked = [w.Layout(**_STACKED), w.Layout(**_STACKED)]
        self.layers = [w.Image(value=blank(1, 1), format="png", layout=at) for at in stacked]
        self.key: Any = _key(self._typed) if explorer.presets else None
        animate = explorer.animate
        self.scrubber: Any = getattr(explorer, "clock", None)
        if animate and not self.scrubber:
            self.scrubber = Scrubber(explorer.controls[animate])
        self.figure: Any = self._figure()
        self.code = w.HTML().add_class("lecture-code") if self._live else None
        self.reading = w.HTML().add_class("lecture-words")
        self.error = w.HTML().add_class("lecture-error")
        self.tally = w.HTML().add_class("lecture-words")
        answers = explorer.question[1] if explorer.question else []
        self.answers = [
            _button(words, lambda n=n: self.answer(n)) for n, words in enumerate(answers)
        ]
        self.box = w.VBox(
            [
                w.HTML(
                    _CSS.format(
                        type=14.5 * zoom,
                        row=round(30 * zoom),
                        short=round(26 * zoom),
                        large=17 * zoom,
                        covered=COVERED,
                    ),
                    layout=w.Layout(display="none"),
                ),
                w.HTML(ASLEEP).add_class("lecture-asleep"),
                self._top(),
                self.figure,
                *self._question(),
                self.reading,
                self.error,
                self._controls(),
                self.tally,
                *filter(None, [self.code]),
            ]
        ).add_class("lecture-explorer")
        if self._live:
            self.box.add_class("lecture-live")

    def _top(self) -> w.Widget:
        explorer = self.explorer
        presets = [
            _button(name, lambda name=name: explorer.begin(name)) for name in explorer.presets
        ]
        tools = [
            _button("pin", explorer.pin, "Keep this picture's lines in grey"),
            _button("unpin", explorer.unpin, "Take the grey lines away"),
            _button("reset", explorer.reset, "Everything back to the start"),
        ]
        left = w.HBox([*presets, *filter(None, [self.key])], layout=w.Layout(flex_flow="row wrap"))
        return w.HBox(
            [left.add_class("lecture-presets"), w.HBox(tools).add_class("lecture-tools")],
            layout=w.Layout(align_items="center", flex_flow="row wrap", **self._width),
        )

    def _figure(self) -> w.Widget:
        columns = "minmax(0, 1fr)"
        size = dict(self._width)
        if self._live:  # all of it on one screen: low screens get a smaller picture
            across, high = self.explorer.size
            rest = f"(100vh - {REST * self.explorer.appearance.text:.0f}px)"
            size["max_width"] = f"min(100%, max({SMALLEST}px, {across / high:.3f} * {rest}))"
        layout = w.Layout(grid_template_columns=columns, overflow="hidden", **size)
        title = self.explorer.view.title
        name = _named(f"Picture of {title}; the sentence below says what it shows.")
        return w.GridBox([*self.layers, name], layout=layout).add_class("lecture-figure")

    def _question(self) -> list:
        if not self.explorer.question:
            return []
        words = w.HTML(f"<b>{escape(self.explorer.question[0])}</b>").add_class("lecture-words")
        row = w.HBox([words, *self.answers], layout=w.Layout(flex_flow="row wrap"))
        return [row.add_class("lecture-question")]

    def _controls(self) -> w.Widget:
        controls = self.explorer.controls.values()
        label = f"{min(16, max(_ems(c.label) for c in controls) + 0.8):.1f}em"
        for control in controls:
            control.align(label)
        rows = [c.widget for c in controls]
        if self.scrubber:
            row = self.explorer.controls[self.explorer.animate].widget
            row.children = (*row.children, self.scrubber.widget)
            if self._live:
                row.layout.grid_area = "auto / 1 / auto / -1"  # the whole width
        columns = "repeat(auto-fit, minmax(min(100%, 400px), 1fr))"
        layout = w.Layout(grid_template_columns=columns, grid_gap="0 28px", **self._width)
        return w.GridBox(rows, layout=layout).add_class("lecture-controls")

    def _typed(self, text: str) -> None:
        self.key.value = ""
        names = list(self.explorer.presets)
        if text.strip().isdecimal() and 1 <= int(text) <= len(names):
            self.explorer.begin(names[int(text) - 1])

    def answer(self, number: int) -> None:
        """The class has chosen: mark the answer and show the reading."""
        self.hidden, self._chosen = False, number
        self._chosen_at = self._stand
        self.refresh()

    def ask_again(self) -> None:
        """Hide the reading until the class has chosen."""
        self.hidden, self._chosen, self._judged = bool(self.answers), None, False
        self.refresh()

    @property
    def _stand(self) -> dict:
        return {name: control.value for name, control in self.explorer.controls.items()}

    def _mark(self) -> None:
        """The chosen answer in blue; a tick on the right one, once something moved after that."""
        moved = self._chosen is not None and self._stand != self._chosen_at
        self._judged = self._judged or (moved and self.explorer.moved)
        for place, button in enumerate(self.answers):
            right = self._judged and place == self.explorer.question[2]
            button.icon = "check" if right else ""
            button.button_style = "info" if place == self._chosen else ""
            button.tooltip = "right" if right else ""

    def refresh(self) -> None:
        """Show the explorer as it now is."""
        explorer = self.explorer
        self._show(explorer.canvas)
        covered = self.hidden and explorer.cover
        (self.figure.add_class if covered else self.figure.remove_class)("lecture-covered")
        words = "" if self.hidden else escape(str(explorer.reading)).replace(" %", "&nbsp;%")
        self.reading.value = (
            f'<div class="lecture-reading" style="min-height: {1.3 * self._lines():.1f}em" '
            f'role="status" aria-live="polite">{words}</div>'
        )
        self.error.value = escape(explorer.error)
        self._mark()
        goals = "".join(map(_goal, explorer.goals, explorer.goals.values())) * (not self.hidden)
        self.tally.value = f"By hand: {goals}" if goals else ""
        for name, control in explorer.controls.items():
            control.enabled = name not in explorer.reading.disabled
        if self.scrubber:
            self.scrubber.follow()
        if self.code:
            planned = f" To come, until you move something: {escape(explorer.to_come)}."
            time = explorer.time
            over = f" At its end: to steer again, first move {escape(time.label)} back."
            self.code.value = (
                f"This run as code ({IMPORT}): <code>{escape(explorer.code)}</code>"
                f"{planned if explorer.to_come else over if time.value == time.hi else ''}"
            )

    def _lines(self) -> int:
        """How many lines the longest reading so far takes, so that what is below stays put."""
        self._longest = max(self._longest, letters(str(self.explorer.reading)))
        per_line = self.explorer.size[0] * 11.5 / self.explorer.appearance.text
        return max(3 if self.code else 1, math.ceil(self._longest / per_line))

    def _show(self, canvas) -> None:
        """Both layers, in the order in which nothing is missing in between."""
        below, above = self.layers
        order = ((above, canvas.overlay), (below, canvas.background))
        for layer, png in order if canvas.parted else reversed(order):
            layer.value = png


_STACKED = dict(width="100%", grid_area="1 / 1 / 2 / 2", margin="0")


def _named(name: str) -> w.HTML:
    """A transparent sheet that names the picture: an Image widget can have no alt text."""
    words = f'<div class="lecture-name" role="img" aria-label="{escape(name)}"></div>'
    return w.HTML(words, layout=w.Layout(**_STACKED))


def _button(words: str, action: Callable[[], None], tooltip: str = "") -> w.Button:
    button = w.Button(description=words, tooltip=tooltip, layout=w.Layout(width="auto"))
    button.on_click(lambda _: action())
    return button


def _key(typed: Callable[[str], None]) -> w.Text:
    field = w.Text(
        placeholder="1-9",
        description="key",
        layout=w.Layout(width="6.2em"),
        style={"description_width": "2.2em"},
        tooltip="Type a digit here to press that button",
    )
    field.observe(lambda change: typed(change["new"]) if change["new"] else None, "value")
    return field


def _ems(words: str) -> float:
    """About how wide bold words are, in sizes of their type."""
    return sum(
        1.05 if c in "mwMW" or _is_wide(c) else 0.4 if c in "ijlt.,' " else 0.72 for c in words
    )


def letters(words: str) -> int:
    """How many letters of the usual width are as wide as these."""
    return sum(1 + _is_wide(c) for c in words)


def _is_wide(letter: str) -> bool:
    return east_asian_width(letter) in "WF"


def _goal(words: str, met: bool) -> str:
    box, state = ("☑", "reached") if met else ("☐", "not yet reached")
    return f'<span class="lecture-goal" title="{state}">{box} {escape(words)}</span>&emsp; '
