"""ruff and pyright are content with every module, ruff with every notebook."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_ruff_finds_nothing():
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise", "."]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_ruff_reads_notebooks_too(tmp_path):
    notebook = tmp_path / "n.ipynb"
    notebook.write_text(
        '{"cells":[{"cell_type":"code","id":"a","metadata":{},"execution_count":1,"outputs":[],'
        '"source":["import os"]}],"metadata":{},"nbformat":4,"nbformat_minor":5}'
    )
    settings = ["--no-cache", "--config", str(ROOT / "pyproject.toml")]
    command = [sys.executable, "-m", "ruff", "check", *settings, str(notebook)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1 and "F401" in result.stdout


def test_every_module_is_formatted():
    command = [sys.executable, "-m", "ruff", "format", "--no-cache", "--check", "."]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def types_of(project: Path) -> subprocess.CompletedProcess:
    """What pyright says of the folder with that pyproject.toml, in this Python's environment."""
    settings = ["--project", str(project), "--pythonpath", sys.executable]
    command = [sys.executable, "-m", "basedpyright", *settings]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_pyright_finds_nothing_in_the_package():
    result = types_of(ROOT / "pyproject.toml")
    assert result.returncode == 0, result.stdout + result.stderr


def test_pyright_would_find_something(tmp_path):
    (tmp_path / "wrong.py").write_text('x: int = "a"\n')
    (tmp_path / "pyproject.toml").write_text('[tool.pyright]\ntypeCheckingMode = "basic"\n')
    result = types_of(tmp_path / "pyproject.toml")
    assert result.returncode == 1 and "reportAssignmentType" in result.stdout
