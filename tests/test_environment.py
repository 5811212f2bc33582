"""pyproject.toml, environment.yml and constraints.txt tell one story."""

import importlib.metadata
import re
import socket
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())
CONDA_NAME = {"torch": "pytorch-cpu"}
ONLY_WITH_PIP = {"mnist1d"}
THE_SEVEN = {"ipywidgets", "jupyterlab", "matplotlib", "nbval", "numpy", "pytest", "torch"}


def bounds(lines) -> dict[str, SpecifierSet]:
    return {line.name: line.specifier for line in map(Requirement, lines)}


RUNTIME = bounds(PROJECT["dependencies"])
TEST = bounds(PROJECT["optional-dependencies"]["test"])
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
    (line,) = [line for line in CONDA_LINES if line.startswith("python")]
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
    for name, allowed in {**RUNTIME, **TEST}.items():
        (pin,) = CONSTRAINTS[name]
        assert pin.operator == "==" and Version(pin.version) in allowed, name


def test_torch_stays_at_the_tested_version():
    assert CONSTRAINTS["torch"] == SpecifierSet("==2.13.0")


def test_what_is_installed_here_lies_within_the_ranges():
    for name, allowed in RUNTIME.items():
        assert Version(importlib.metadata.version(name)) in allowed, name


def test_no_file_of_the_installation_names_a_host():
    for name in ("pyproject.toml", "constraints.txt", "environment.yml", "start.py"):
        assert not re.search(r"https?://|\b[\w-]+\.(org|com|io)\b", (ROOT / name).read_text()), name


def test_a_test_that_reaches_for_the_network_is_stopped_but_not_one_that_stays_here():
    with socket.socket() as there, pytest.raises(RuntimeError, match="reached for the network"):
        there.connect(("192.0.2.1", 80))
    with socket.socket() as listener, socket.socket() as here:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        here.connect(listener.getsockname())
