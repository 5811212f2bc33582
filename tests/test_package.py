"""The package away from its checkout: as a wheel, and as a source distribution."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHOWS = """\
from lecture_helpers.widgets import explore, reading
from lecture_helpers.training import mlp, train
from lecture_helpers.datasets import digits
def view(ax, *, height=1.0):
    ax.plot([0, 1], [0, height])
    ax.set(xlim=(0, 1), ylim=(0, 2))
    return reading("{height:.1f}", height=height)
explore(view, height=(0.0, 2.0)).set(height=0.5)
runs = train(mlp, digits(), steps=3, seeds=1, progress=False)
print("shown", runs.train_loss.shape[-1] > 0)
"""
ASKS = """\
from lecture_helpers.report import evidence
try:
    evidence("C8")
except FileNotFoundError as error:
    print(error)
"""


def python(folder: Path, code: str) -> str:
    """What the code prints where the package lies in that folder and nowhere else."""
    first = f"import sys; sys.path.insert(0, {str(folder)!r})\n"
    away = "import lecture_helpers as p; assert p.__file__.startswith(sys.path[0]), p.__file__\n"
    command = [sys.executable, "-I", "-c", first + away + code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The package without what lies beside it, as a wheel installs it."""
    folder = tmp_path_factory.mktemp("site packages")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lecture_helpers", folder / "lecture_helpers", ignore=ignore)
    return folder


def test_views_and_trainings_need_no_checkout(alone):
    assert python(alone, SHOWS) == "shown True\n"


def test_evidence_says_that_it_needs_the_checkout(alone):
    assert python(alone, ASKS).startswith("The evidence is not beside the package")


@pytest.mark.soak
def test_a_wheel_in_an_empty_environment_and_a_source_distribution(tmp_path):
    """Needs the package registry for what builds."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")[:-1]
    copy = tmp_path / "copy"
    for name in tracked:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*words):
        return subprocess.run(words, env=alone, check=True, stdout=subprocess.PIPE, text=True)

    run(sys.executable, "-m", "venv", tmp_path / "empty")
    empty = tmp_path / "empty/bin/python"
    run(empty, "-m", "pip", "install", "-q", "build")
    run(empty, "-m", "build", "-o", tmp_path, copy)
    (wheel,), (source,) = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    run(empty, "-m", "pip", "install", "-q", "-c", copy / "constraints.txt", wheel)
    code = f"{SHOWS}\n{ASKS}"
    assert run(empty, "-I", "-c", code).stdout.startswith(
        "shown True\nThe evidence is not beside the package"
    )
    settings = "share/jupyter/lab/settings/overrides.d/executable_lecture.json"
    assert (tmp_path / "empty" / settings).read_bytes() == (
        ROOT / "jupyter/labconfig/default_setting_overrides.d/executable_lecture.json"
    ).read_bytes()
    with tarfile.open(source) as packed:
        held = {name.partition("/")[2] for name in packed.getnames()}
    left = {name for name in tracked if not name.startswith(".git")} - held
    assert left <= {".pre-commit-config.yaml"}, left
