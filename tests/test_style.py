"""ruff is content with every module and every notebook."""

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
