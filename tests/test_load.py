"""Many moves and replays leave nothing behind, and twenty students share one server."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import crowd

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("0[1-9]*.ipynb"))


@pytest.mark.soak
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_kernel_does_not_grow(path):
    command = [sys.executable, "-m", "tests.load", path]
    assert subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout == ""


@pytest.mark.soak
def test_twenty_students_on_one_server_run_and_move_every_lesson():
    students = crowd.main(20)
    assert len(students) == 20 and all(student.pid for student in students)
