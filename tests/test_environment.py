"""pyproject.toml, environment.yml and constraints.txt tell one story."""

import importlib.metadata
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import hypothesis
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.test_links import ELSEWHERE, targets

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())
CONDA_NAME = {"isal": "python-isal", "torch": "pytorch-cpu"}
ONLY_WITH_PIP = {"mnist1d"}
PACKAGE_OF = {
    "IPython": "ipython", "PIL": "pillow", "jupyter_core": "jupyter-core",
    "sklearn": "scikit-learn",
}  # fmt: skip
PART_OF = {
    "cycler": "matplotlib", "distributed": "dask", "ipython": "ipywidgets", "jinja2": "jupyterlab",
    "jupyter-core": "jupyterlab", "markupsafe": "jupyterlab", "nbclient": "jupyterlab",
    "nbformat": "jupyterlab",
    "pillow": "matplotlib",
}  # fmt: skip
EXTRA = {"dask": "distributed"}
THE_SEVEN = {"ipywidgets", "jupyterlab", "matplotlib", "nbval", "numpy", "pytest", "torch"}


def bounds(lines) -> dict[str, SpecifierSet]:
    return {line.name: line.specifier for line in map(Requirement, lines)}


RUNTIME = bounds(PROJECT["dependencies"])
OPTIONAL = bounds(sum(PROJECT["optional-dependencies"].values(), []))
CONSTRAINTS = bounds(
    line
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if line and not line.startswith("#")
)
CONDA_LINES = [line for line in CONDA["dependencies"] if isinstance(line, str)]


def test_the_conda_environment_names_the_same_packages_and_bounds():
    from_conda = bounds(line for line in CONDA_LINES if not re.match(r"(python|pip)(=|$)", line))
    expected = {
        CONDA_NAME.get(name, name): bound
        for name, bound in RUNTIME.items()
        if name not in ONLY_WITH_PIP
    }
    assert from_conda == expected


def test_conda_installs_this_folder_and_with_it_what_only_pip_has():
    assert {"pip": ["-e ."]} in CONDA["dependencies"] and "pip" in CONDA_LINES


def test_conda_takes_packages_from_conda_forge_alone():
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]


def test_the_python_of_conda_is_written_as_binder_reads_it_and_allowed():
    (line,) = [line for line in CONDA_LINES if line.startswith("python=")]
    version = re.fullmatch(r"python=(3\.\d+)", line).group(1)
    assert version in SpecifierSet(PROJECT["requires-python"])


def test_start_asks_for_the_same_pythons_as_the_project():
    import start

    allowed = SpecifierSet(PROJECT["requires-python"])
    oldest, too_new = (".".join(map(str, v)) for v in (start.OLDEST, start.TOO_NEW))
    assert allowed == SpecifierSet(f">={oldest},<{too_new}")


def test_the_seven_packages_that_were_asked_for_are_runtime_dependencies():
    assert THE_SEVEN <= set(RUNTIME)


def test_every_direct_dependency_has_one_tested_version_within_its_range():
    for name, allowed in {**RUNTIME, **OPTIONAL}.items():
        (pin,) = CONSTRAINTS[name]
        assert pin.operator == "==" and Version(pin.version) in allowed, name


def imports_of(folder: str) -> set[str]:
    """The packages that the modules of a folder import, by the names that are installed."""
    text = "\n".join(path.read_text() for path in (ROOT / folder).rglob("*.py"))
    names = re.findall(r"^ *(?:from ([\w.]+) import|import ([\w.]+))", text, re.MULTILINE)
    tops = {"".join(name).split(".")[0] for name in names} - {"lecture_helpers", "start"}
    return {PACKAGE_OF.get(name, name) for name in tops - sys.stdlib_module_names}


def brought_by(name: str, extra: str = "") -> set[str]:
    """What installing a package brings besides."""
    found, todo = set(), [name]
    while todo:
        lines = map(Requirement, importlib.metadata.requires(todo.pop()) or [])
        new = {r.name for r in lines if not r.marker or r.marker.evaluate({"extra": extra})} - found
        found |= new
        todo += new
    return found


def test_what_the_lectures_own_code_imports_is_asked_for_by_name_or_is_part_of_what_is():
    used = imports_of("lecture_helpers")
    assert used >= {"numpy", "scipy", "scikit-learn", "threadpoolctl", "distributed"}
    assert used - set(RUNTIME) - set(OPTIONAL) == set(PART_OF)
    for name, whole in PART_OF.items():
        assert name in brought_by(whole, EXTRA.get(whole, "")) and whole in {*RUNTIME, *OPTIONAL}


def test_torch_stays_at_the_tested_version():
    assert CONSTRAINTS["torch"] == SpecifierSet("==2.13.0")


def test_what_is_installed_here_lies_within_the_ranges():
    for name, allowed in RUNTIME.items():
        assert Version(importlib.metadata.version(name)) in allowed, name


def test_no_file_of_the_installation_names_a_host():
    for name in ("pyproject.toml", "constraints.txt", "environment.yml", "start.py"):
        text = re.sub(r"(?m)^\[project\.urls\]\n([^\[].*\n|\n)*", "", (ROOT / name).read_text())
        assert not re.search(r"https?://|\b[\w-]+\.(org|com|io)\b", text), name


def test_the_page_for_a_package_index_has_no_link_or_picture_that_is_dead_there():
    page = (ROOT / PROJECT["readme"]).read_text(encoding="utf-8")
    assert page.startswith("# The executable lecture")
    assert not [target for target in targets(page) if not ELSEWHERE.match(target)]
    assert targets("[a](b.md)") == ["b.md"]


def test_a_test_that_reaches_for_the_network_is_stopped_but_not_one_that_stays_here():
    with socket.socket() as there, pytest.raises(RuntimeError, match="reached for the network"):
        there.connect(("192.0.2.1", 80))
    with socket.socket() as listener, socket.socket() as here:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        here.connect(listener.getsockname())


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_no_example_fails_by_the_clock_or_wants_to_be_kept_in_a_folder():
    settings = hypothesis.settings()
    assert settings.deadline is None and settings.database is None
    assert hypothesis.HealthCheck.too_slow in settings.suppress_health_check


def test_nothing_that_is_built_is_kept_with_the_sources():
    listed = ["ls-files", "--cached", "--ignored", "--exclude-standard"]
    command = ["git", "-c", "safe.directory=*", *listed]  # whoever owns the checkout
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == ""
