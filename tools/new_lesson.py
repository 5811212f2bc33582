"""Make the skeleton of a lesson: ``python3 start.py new adaptive_learning_rates``.

It passes every test but one: tests/test_placeholders.py lists what only an author can write.
"""

import re
import string
import subprocess
import sys
from collections.abc import Iterable
from keyword import iskeyword
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lecture_helpers.claims import CLAIMS
from lecture_helpers.foundation.validation import shown
from lecture_helpers.publish.refresh import tidy
from lecture_helpers.report.lessons import lessons

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = Path(__file__).with_name("lesson")
TARGETS = {
    "claims": "lecture_helpers/claims/lessons/{word}.py",
    "experiments": "lecture_helpers/claims/experiments/{word}.py",
    "exercises": "lecture_helpers/exercises/{word}.py",
    "test_experiments": "tests/claims/experiments/test_{word}.py",
    "notebook": "notebooks/{name}.ipynb",
}
CELL = re.compile(r"^# %%(.*)\n", re.MULTILINE)
HIDDEN = {"jupyter": {"source_hidden": True, "outputs_hidden": True}, "tags": ["solution"]}


def new_lesson(word: str) -> list[Path]:
    """Write the files of a lesson with that one word; their paths.

    Raises:
        ValueError: it is no name in small letters, or a file of that name is there already.
    """
    if not re.fullmatch(r"(?=.{1,60}$)[a-z][a-z0-9]*(_[a-z0-9]+)*", word) or iskeyword(word):
        raise ValueError(
            "A lesson's word names its files: 60 small letters, digits and _ at most, and no word "
            f"of Python's own, not {shown(word)}."
        )
    number = lessons()[-1].number + 1
    words = {
        "word": word,
        "name": f"{number:02}_{word}",
        "number": number,
        "claim": f"C{max(int(name[1:]) for name in CLAIMS) + 1}",
        "title": word.replace("_", " "),
        "Title": word.replace("_", " ").capitalize(),
    }
    files = {ROOT / target.format_map(words): kind for kind, target in TARGETS.items()}
    for path in files:
        if path.exists():
            raise ValueError(
                f"{path.relative_to(ROOT)} is there already. Choose another word, "
                "or remove the files of the first try (git status lists them)."
            )
    try:
        for path, kind in files.items():
            text = (TEMPLATES / f"{kind}.py.txt").read_text(encoding="utf-8")
            text = string.Template(text).substitute(words)
            path.write_text(_notebook(text) if kind == "notebook" else text, encoding="utf-8")
    except OSError:
        _take_away(files)
        raise
    return list(files)


def _take_away(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _notebook(text: str) -> str:
    notebook = new_notebook(cells=_cells(text))
    tidy(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def _cells(text: str) -> list:
    """Cells of a text in which each begins with a line ``# %%`` and what it is."""
    _, *parts = CELL.split(text)
    cells, counts = [], {"text": 0, "code": 0}
    for kind, body in zip(parts[::2], parts[1::2], strict=True):
        family = "text" if "[markdown]" in kind else "code"
        counts[family] += 1
        cell_id = f"{family}-{counts[family]:02}"
        if family == "text":
            prose = re.sub(r"^#(?: |(?=\n)|$)", "", body.strip(), flags=re.MULTILINE)
            cells.append(new_markdown_cell(prose, id=cell_id))
        else:
            metadata = HIDDEN if "solution" in kind else {}
            cells.append(new_code_cell(body.strip(), id=cell_id, metadata=metadata))
    return cells


def main(words: list[str]) -> None:
    """Write the skeleton, run its notebook, and say what comes next."""
    if len(words) != 1:
        raise ValueError("Say the one word of the lesson: start.py new adaptive_learning_rates")
    made = new_lesson(words[0])
    print("Made:", *(f"  {path.relative_to(ROOT)}" for path in made), sep="\n", flush=True)
    # In a Python of its own: this one read the claims before the new lesson was among them.
    renew = [sys.executable, "-m", "lecture_helpers.publish.refresh", made[-1].stem]
    if subprocess.run(renew, cwd=ROOT).returncode:
        _take_away(made)
        raise ValueError("The skeleton does not run, as said above; it is taken away again.")
    print("CONTRIBUTING.md says what to do now. Whatever is marked TO WRITE is yours to write.")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (ValueError, OSError) as trouble:
        sys.exit(str(trouble))
