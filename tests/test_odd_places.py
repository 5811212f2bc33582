"""The lecture in a folder with an odd name, for a user without a home, in a plain locale."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.checkouts import checkout

ROOT = Path(__file__).parents[1]
KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMPDIR")
TEXTS = {".cfg", ".css", ".html", ".ipynb", ".js", ".json", ".md", ".py", ".toml", ".txt", ".yml"}


@pytest.mark.soak
def test_a_lesson_with_the_line_ends_of_windows_runs_and_says_the_same(tmp_path):
    place = checkout(tmp_path / "windows")
    for path in place.rglob("*"):
        if path.suffix in TEXTS:
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    told = subprocess.run(
        [sys.executable, "start.py", "refresh", "02"], cwd=place, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert words(place) == words(ROOT)


def alone(*command: str) -> list[str]:
    """That command in a network of its own, which has nothing but this machine."""
    return ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *command]


@pytest.mark.soak
@pytest.mark.parametrize("lesson", ["01", "02", "03", "04", "05", "06"])
def test_a_lesson_runs_where_there_is_no_network(lesson):
    try:
        subprocess.run(alone("true"), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine lends no network of its own")
    (notebook,) = (ROOT / "notebooks").glob(f"{lesson}*.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", str(notebook)]
    done = subprocess.run(alone(*command), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.soak
@pytest.mark.parametrize("home", ["missing", "read-only"])
def test_a_lesson_runs_and_is_stored_as_it_was(home, tmp_path):
    place = checkout(tmp_path / "it's a 강의 (1)")
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


NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.mark.soak
@pytest.mark.parametrize("lesson", ["02", "03"])
def test_another_user_runs_a_lesson_of_a_checkout_that_he_cannot_write(lesson):
    try:
        subprocess.run([*NOBODY, sys.executable, "-c", ""], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nobody else may run this Python")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # of the test's own folder a stranger sees nothing
        place = checkout(Path(folder) / "lecture")
        (notebook,) = (place / "notebooks").glob(f"{lesson}*.ipynb")
        command = [sys.executable, "start.py", "test", "-q", "-p", "no:xdist", str(notebook)]
        done = subprocess.run(
            [*NOBODY, *command], cwd=place, env={**os.environ, "HOME": "/nowhere"},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def words(place: Path) -> list:
    """What the lesson says in its cells and outputs, without its pictures."""
    text = (place / "notebooks/02_coordinate_descent.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    kinds = ("text/plain", "text/markdown")
    shown = [[output.get("data", {}).get(kind) for kind in kinds] for output in outputs]
    return [[cell["source"] for cell in cells], shown, [o.get("text") for o in outputs]]
