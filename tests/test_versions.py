"""The lowest versions that pyproject.toml allows, and the newest there are, run the lessons.

Both need the package registry. Torch stays as in constraints.txt: another one is gigabytes.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRIED = [
    "tests/datasets", "tests/foundation", "tests/networks", "tests/optimization", "tests/plots",
    "tests/publish", "tests/report", "tests/test_functions", "tests/training", "tests/widgets",
    "notebooks/02_coordinate_descent.ipynb", "notebooks/05_model_design.ipynb",
]  # fmt: skip


@pytest.mark.soak
@pytest.mark.parametrize("resolution", ["lowest-direct", "highest"])
def test_the_ends_of_the_ranges(resolution, tmp_path):
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    python = tmp_path / ("env/Scripts/python.exe" if os.name == "nt" else "env/bin/python")
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    torch = re.search(r"^torch==.*$", constraints, re.MULTILINE)[0]

    def run(*words):
        subprocess.run(words, cwd=ROOT, env=alone, check=True)

    run(sys.executable, "-m", "venv", tmp_path / "env")
    run(python, "-m", "pip", "install", "-q", "uv")
    uv = [python, "-m", "uv", "pip", "install", "-q", "--python", python]
    run(*uv, "--resolution", resolution, "-e", ".[cluster,site,test]", torch)
    run(
        python, "-m", "pytest", "-q", "-n", "2", "-m", "not ci and not soak and not browser", *TRIED
    )
