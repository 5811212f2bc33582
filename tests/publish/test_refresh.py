"""Notebooks are stored executed, tidy, and unchanged when nothing changed."""

import base64
import io
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from lecture_helpers.publish.refresh import WIDGET_VIEW, chosen, refresh, same_pixels, tidy

ROOT = Path(__file__).parents[2]
SLIDER = """\
import ipywidgets, lecture_helpers
from IPython.display import Image, display
from matplotlib.figure import Figure
figure = Figure(figsize=(1, 1))
figure.subplots().plot([1, 2])
class Both:
    def _repr_mimebundle_(self, **_):
        import io
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        picture = Image(buffer.getvalue())._repr_mimebundle_()[0]
        return {**ipywidgets.IntSlider()._repr_mimebundle_(), **picture, "text/plain": "both"}
Both()"""


def encoded(colour: int, level: int) -> str:
    buffer = io.BytesIO()
    Image.fromarray(np.full((20, 30, 3), colour, np.uint8)).save(
        buffer, "PNG", compress_level=level
    )
    return base64.b64encode(buffer.getvalue()).decode()


def stored(path: Path, *sources: str) -> Path:
    cells = [new_markdown_cell("# A notebook"), *map(new_code_cell, sources)]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory):
    path = stored(tmp_path_factory.mktemp("notebooks") / "n.ipynb", "print(6 * 7)", SLIDER)
    assert refresh(path)
    return path


def test_cells_run_in_order_and_keep_their_ids(refreshed):
    cells = nbformat.read(refreshed, as_version=4).cells
    assert [cell.id for cell in cells] == ["cell-0", "cell-1", "cell-2"]
    assert [cell.execution_count for cell in cells[1:]] == [1, 2]
    assert cells[1].outputs[0].text == "42\n"


def test_the_picture_is_stored_without_the_widget(refreshed):
    notebook = nbformat.read(refreshed, as_version=4)
    assert set(notebook.cells[2].outputs[0].data) == {"image/png", "text/plain"}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert all(set(cell.metadata) == {"slideshow"} for cell in notebook.cells)


def test_a_second_refresh_leaves_the_file_as_it_is(refreshed):
    before = refreshed.read_bytes()
    assert not refresh(refreshed)
    assert refreshed.read_bytes() == before


def test_strict_nbval_is_content_with_the_result(refreshed):
    options = ["--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q"]
    command = [sys.executable, "-m", "pytest", "-o", "addopts=", *options, refreshed.name]
    result = subprocess.run(command, cwd=refreshed.parent, capture_output=True, text=True)
    assert "2 passed" in result.stdout, result.stdout


def test_a_failing_cell_is_raised_and_the_file_stays(tmp_path):
    path = stored(tmp_path / "n.ipynb", "print(1)", "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        refresh(path)
    assert path.read_bytes() == before


def test_a_failing_cell_ends_the_command_with_its_error(tmp_path):
    stored(tmp_path / "n.ipynb", "1 / 0")
    code = (
        "import pathlib, runpy, sys; sys.argv = ['refresh']\n"
        "import lecture_helpers.publish.refresh as module\n"
        f"module.NOTEBOOKS = pathlib.Path({str(tmp_path)!r})\n"
        "module.chosen.__defaults__ = (module.NOTEBOOKS,)\n"
        "module.main([])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 1 and "ZeroDivisionError" in result.stderr
    assert result.stdout == "n.ipynb ... ", "something else ran before it"


def test_what_differs_from_run_to_run_is_taken_out():
    output = new_output("display_data", {WIDGET_VIEW: {"model_id": "1"}, "text/plain": "w"})
    cell = new_code_cell("w", outputs=[output])
    cell.metadata = {"tags": ["solution"], "execution": {"a": "b"}, "collapsed": True}
    notebook = new_notebook(cells=[cell], metadata={"widgets": {}, "x": 1})
    tidy(notebook)
    assert cell.metadata == {"tags": ["solution"], "slideshow": {"slide_type": "skip"}}
    asks = new_code_cell("explore(view, predict=('Up?', ['yes', 'no'], 1))")
    tidy(new_notebook(cells=[asks]))
    assert asks.metadata["jupyter"] == {"source_hidden": True}, "it holds the answer"
    assert dict(notebook.cells[0].outputs[0].data) == {"text/plain": "w"}
    assert notebook.metadata.kernelspec["display_name"] == "Python 3 (ipykernel)"


def test_pictures_are_the_same_when_their_pixels_are():
    assert encoded(7, 1) != encoded(7, 9)
    assert same_pixels(encoded(7, 1), encoded(7, 9))
    assert not same_pixels(encoded(7, 1), encoded(8, 1))


def test_a_picture_compressed_otherwise_keeps_its_stored_bytes(tmp_path):
    source = (
        "from IPython.display import Image\nimport base64\n"
        f"Image(base64.b64decode('{encoded(7, 9)}'))"
    )
    path = stored(tmp_path / "n.ipynb", source)
    notebook = nbformat.read(path, as_version=4)
    data = {"image/png": encoded(7, 1), "text/plain": "<IPython.core.display.Image object>"}
    notebook.cells[1].outputs = [new_output("execute_result", data, execution_count=1)]
    nbformat.write(notebook, path)
    refresh(path)
    kept = nbformat.read(path, as_version=4).cells[1].outputs[0].data["image/png"]
    assert kept == encoded(7, 1)


def test_notebooks_are_chosen_by_the_beginnings_of_their_names(tmp_path):
    for name in ("00_start", "01_one", "02_two"):
        stored(tmp_path / f"{name}.ipynb")
    assert [path.stem for path in chosen([], tmp_path)] == ["00_start", "01_one", "02_two"]
    assert [path.stem for path in chosen(["01", "02_two.ipynb"], tmp_path)] == ["01_one", "02_two"]
    with pytest.raises(ValueError, match="No notebook begins with '09'"):
        chosen(["09"], tmp_path)


def test_prints_far_apart_in_time_are_stored_as_one_output(tmp_path):
    slow = "import time\nfor k in range(3):\n    print(k, flush=True)\n    time.sleep(0.3)"
    path = stored(tmp_path / "n.ipynb", slow)
    refresh(path)
    (output,) = nbformat.read(path, as_version=4).cells[1].outputs
    assert output.text == "0\n1\n2\n"
