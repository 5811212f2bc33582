"""What an explorer looks like in a notebook: the widgets and their arrangement."""

from html import escape

import ipywidgets as w

from lecture_helpers.widgets.appearance import PIXELS_PER_INCH
from lecture_helpers.widgets.pixels import EMPTY

_CSS = """<style>
.lecture-reading {font-size: 1.25em; line-height: 1.35;}
.lecture-error {color: #a30000; font-weight: 600;}
</style>"""


class Face:
    """The widgets of one explorer."""

    def __init__(self, explorer, predict, play):
        self.explorer = explorer
        self.hidden = predict is not None
        width = f"{round(explorer.size[0] * PIXELS_PER_INCH)}px"
        self.layers = [self._layer(), self._layer()]
        self.figure = w.GridBox(
            self.layers, layout=w.Layout(width=width, max_width="100%",
                                         grid_template_columns="minmax(0, 1fr)")
        ).add_class("lecture-figure")
        self.reading = w.HTML()
        self.error = w.HTML().add_class("lecture-error")
        self.tally = w.HTML()
        self.question, self.answers = self._ask(predict)
        self.box = w.VBox([
            self._presets(), self.figure, self.question, self.reading, self.error,
            w.GridBox([c.widget for c in explorer.controls.values()],
                      layout=w.Layout(grid_template_columns="repeat(auto-fit, minmax(400px, 1fr))",
                                      width=width, max_width="100%")),
            self.tally,
        ]).add_class("lecture-explorer")

    def _layer(self):
        return w.Image(value=EMPTY, format="png",
                       layout=w.Layout(width="100%", grid_area="1 / 1 / 2 / 2", margin="0"))

    def _button(self, words: str, action) -> w.Button:
        button = w.Button(description=words, layout=w.Layout(width="auto"))
        button.on_click(lambda _: action())
        return button

    def _presets(self) -> w.Widget:
        explorer = self.explorer
        buttons = [self._button(name, lambda name=name: explorer.press(name))
                   for name in explorer.presets]
        buttons += [self._button("pin", explorer.pin), self._button("unpin", explorer.unpin),
                    self._button("reset", explorer.reset)]
        return w.HBox(buttons, layout=w.Layout(flex_flow="row wrap")).add_class("lecture-presets")

    def _ask(self, predict) -> tuple:
        if predict is None:
            return w.HTML(), []
        question, choices = (predict, ["show"]) if isinstance(predict, str) else predict
        answers = [self._button(choice, self.tell) for choice in choices]
        return w.HBox([w.HTML(f"<b>{escape(question)}</b>"), *answers]), answers

    def tell(self) -> None:
        self.hidden = False
        self.refresh()

    def ask_again(self) -> None:
        self.hidden = bool(self.answers)
        self.refresh()

    def refresh(self) -> None:
        """Show the explorer as it now is."""
        explorer, canvas = self.explorer, self.explorer._canvas
        for layer, png in zip(self.layers, (canvas.background, canvas.overlay), strict=True):
            if layer.value is not png:
                layer.value = png
        words = "" if self.hidden else escape(str(explorer.reading))
        self.reading.value = (f'{_CSS}<div class="lecture-reading" role="status" '
                              f'aria-live="polite">{words}</div>')
        self.error.value = escape(explorer.error)
        self.tally.value = "<br>".join(
            f"{'☑' if met else '☐'} {escape(goal)}" for goal, met in explorer.goals.items())
        for name, control in explorer.controls.items():
            control.enabled = name not in explorer.reading.idle

    def close(self) -> None:
        for control in self.explorer.controls.values():
            control.close()
        self.box.close()
