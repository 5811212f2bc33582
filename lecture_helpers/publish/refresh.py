"""Run the notebooks again and store what they now show, changing nothing that stayed the same."""

import base64
import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat.v4 import new_code_cell
from PIL import Image

from lecture_helpers.foundation.files import write_text
from lecture_helpers.foundation.validation import shown
from lecture_helpers.publish import generated_lists
from lecture_helpers.publish.frames import WIDGET_VIEW
from lecture_helpers.publish.slides import slide_types
from lecture_helpers.report.lessons import NOTEBOOKS, ROOT
from lecture_helpers.widgets.explorer import STORE

COVER = "from lecture_helpers.publish.pictures import save\nsave({name!r})"
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def refresh(path: Path, *, timeout: int = 120, then: str = "") -> bool:
    """Run one notebook and store it in place; whether the file changed.

    ``then`` is code that runs after the last cell and is not stored.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed; the file is left as it was.
    """
    path = Path(path)
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    pictures = [_pngs(cell) for cell in notebook.cells]
    if then:
        notebook.cells.append(new_code_cell(then))
    run(notebook, path.parent, timeout, {STORE: "1"})
    del notebook.cells[len(pictures) :]
    tidy(notebook)
    for cell, old in zip(notebook.cells, pictures, strict=True):
        _keep_unchanged(cell, old)
    after = nbformat.writes(notebook).rstrip("\n") + "\n"
    if after != before:
        write_text(after, path)
    return after != before


def run(
    notebook,
    folder: Path,
    timeout: int,
    variables: Mapping[str, str] = MappingProxyType({}),
    told=None,
):
    """Execute the cells in place, in a kernel of their own that stands in ``folder``.

    ``variables`` are set in its environment; ``told`` is called after every cell, as nbclient
    calls ``on_cell_executed``.
    """
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL["name"],
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        timeout=timeout,
        on_cell_executed=told,
    )
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    path = os.pathsep.join(filter(None, paths))
    client.execute(env={**os.environ, **variables, "PYTHONPATH": path})


def tidy(notebook) -> None:
    """Take out what differs from run to run or needs a kernel; say which cells are slides.

    A cell that holds the answer to a question is folded.
    """
    notebook.metadata = {"kernelspec": dict(KERNEL), "language_info": dict(LANGUAGE)}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell, kind in zip(notebook.cells, slide_types(notebook.cells), strict=True):
        cell.metadata["slideshow"] = {"slide_type": kind}
        if cell.cell_type == "code" and "predict=" in cell.source:
            cell.metadata["jupyter"] = {"source_hidden": True}
        for key in ("execution", "collapsed", "scrolled", "trusted"):
            cell.metadata.pop(key, None)
        for output in cell.get("outputs", []):
            _tidy_output(output)


def _tidy_output(output) -> None:
    for part in ("data", "metadata"):
        output.get(part, {}).pop(WIDGET_VIEW, None)
    data = output.get("data", {})
    if "image/png" in data:
        data["image/png"] = data["image/png"].replace("\n", "")


def _pngs(cell) -> list[str]:
    """The pictures of a cell, encoded, in order."""
    shown = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [data["image/png"] for data in shown if "image/png" in data]


def _keep_unchanged(cell, old: list[str]) -> None:
    """Keep the stored bytes of every picture whose pixels are the same."""
    shown = [output.get("data", {}) for output in cell.get("outputs", [])]
    for data, stored in zip((d for d in shown if "image/png" in d), old, strict=False):
        if same_pixels(data["image/png"], stored):
            data["image/png"] = stored


def same_pixels(one: str, other: str) -> bool:
    """Whether two encoded PNGs show exactly the same."""
    return one == other or np.array_equal(_pixels(one), _pixels(other))


def _pixels(encoded: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
        return np.asarray(image.convert("RGBA"))


def chosen(words: list[str], folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebooks whose names begin with one of ``words``, or all of them.

    Raises:
        ValueError: a word fits none.
    """
    notebooks = sorted(folder.glob("*.ipynb"))
    names = [Path(word).stem for word in words]
    for name in names:
        if not name or not any(path.stem.startswith(name) for path in notebooks):
            known = ", ".join(path.stem for path in notebooks)
            raise ValueError(f"No notebook begins with {shown(name)}; there are {known}.")
    return [path for path in notebooks if not names or path.stem.startswith(tuple(names))]


def main(words: list[str]) -> None:
    """Refresh the named notebooks, then what shows them, and the list of public names."""
    for path in chosen(words):
        if path != generated_lists.FIRST:
            _tell(path, COVER.format(name=path.stem))
    for path in generated_lists.renew():
        print(f"{path.name}: its lists renewed", flush=True)
    _tell(generated_lists.FIRST)


def _tell(path: Path, then: str = "") -> None:
    print(f"{path.name} ...", end=" ", flush=True)
    print("changed" if refresh(path, then=then) else "unchanged", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (ValueError, OSError, CellControlSignal, DeadKernelError) as trouble:
        sys.exit(str(trouble))
