"""A thousand moves of every explorer, and 200 replays of what runs, leave nothing behind."""

import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("0[1-9]*.ipynb"))


@pytest.mark.soak
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_kernel_does_not_grow(path):
    command = [sys.executable, "-m", "tests.load", path]
    assert subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout == ""
