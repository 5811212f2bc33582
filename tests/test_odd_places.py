"""The lecture in a folder with an odd name, for a user without a home, in a plain locale."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMPDIR")


@pytest.mark.soak
@pytest.mark.parametrize("home", ["missing", "read-only"])
def test_a_lesson_runs_and_is_stored_as_it_was(home, tmp_path):
    place = tmp_path / "it's a 강의 (1)"
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")[:-1]
    for name in tracked:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place / name)
    house = tmp_path / "home"
    if home == "read-only":
        house.mkdir(mode=0o555)
    plain = {name: os.environ[name] for name in KEPT if name in os.environ}
    plain |= {"LANG": "C", "LC_ALL": "C", "HOME": str(house), "PYTHONUTF8": "0"}
    plain |= {
        "MPLBACKEND": "nonsense",
        "PYTHONPATH": "/nowhere",
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    told = subprocess.run(
        [sys.executable, "start.py", "refresh", "02"],
        cwd=place, env=plain, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
    assert "Traceback" not in told.stderr
    assert words(place) == words(ROOT)


def words(place: Path) -> list:
    """What the lesson says in its cells and outputs, without its pictures."""
    text = (place / "notebooks/02_coordinate_descent.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    kinds = ("text/plain", "text/markdown")
    shown = [[output.get("data", {}).get(kind) for kind in kinds] for output in outputs]
    return [[cell["source"] for cell in cells], shown, [o.get("text") for o in outputs]]
