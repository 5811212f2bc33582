"""start.py: what it decides, and that an interrupted installation is never trusted."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import start

ROOT = Path(start.__file__).parent


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the lecture's dependency files, with no environment yet."""
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "ENV", tmp_path / ".venv")
    return tmp_path


def make_quickly(place):
    """An environment without pip, which costs most of the time."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)


@pytest.fixture
def environment(folder):
    """A .venv without packages, as after a finished installation."""
    make_quickly(start.ENV)
    start.unfinished_file().touch()
    start.finish([])
    return start.ENV


@pytest.fixture
def commands(monkeypatch):
    """The commands that would run, instead of running them; all of them succeed."""
    called = []

    def record(command, **options):
        called.append([str(part) for part in command])
        return 0

    monkeypatch.setattr(subprocess, "call", record)
    monkeypatch.setattr(start, "make_environment", lambda: start.ENV.mkdir(exist_ok=True))
    monkeypatch.setattr(start, "lacking", lambda extras: [])
    monkeypatch.setattr(start, "finish", lambda extras: None)
    return called


def run_start(*arguments, **options):
    command = [sys.executable, str(ROOT / "start.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)


# Python


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 15)])
def test_a_python_outside_the_range_is_refused_in_words(version):
    with pytest.raises(start.Trouble, match=rf"3\.11 to 3\.14; this is Python 3\.{version[1]}\."):
        start.check_python(version)


def test_the_oldest_and_the_newest_python_are_welcome():
    start.check_python((3, 11))
    start.check_python((3, 14))


def test_an_old_python_can_still_read_the_file_and_say_so():
    ast.parse((ROOT / "start.py").read_text(), feature_version=(3, 7))


def test_only_the_standard_library_is_imported():
    tree = ast.parse((ROOT / "start.py").read_text())
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_missing_module_is_named_with_the_remedy(missing, monkeypatch):
    find = start.importlib.util.find_spec
    monkeypatch.setattr(
        start.importlib.util, "find_spec", lambda name: None if name == missing else find(name)
    )
    with pytest.raises(start.Trouble, match=rf"{missing}.*sudo apt install"):
        start.check_venv()


# Which environment


def test_versions_compare_by_their_numbers():
    assert start.numbers("2.13.0+cpu") == (2, 13, 0) > start.numbers("2.6")
    assert start.numbers("0.0.2.post1") >= start.numbers("0.0.2")


def test_a_requirement_is_met_by_a_new_enough_version_only():
    assert start.is_met("pytest>=8.1")
    assert not start.is_met("pytest>=1000")
    assert not start.is_met("no-such-package-anywhere>=1")
    assert start.is_met("dask[distributed]>=2025.2")
    assert not start.is_met("dask[distributed]>=9000")


def test_the_tests_need_more_than_the_lessons():
    lessons, tests = start.requirements([]), start.requirements(["test"])
    assert set(lessons) < set(tests)
    assert "ruff>=0.9" in tests


def test_a_complete_environment_of_someone_else_is_used_as_it_is(folder, monkeypatch):
    monkeypatch.setattr(start, "is_met", lambda line: True)
    assert start.python_with(["test"]) == sys.executable
    assert not start.ENV.exists()


def test_an_incomplete_environment_of_someone_else_is_left_alone(folder, monkeypatch, commands):
    monkeypatch.setattr(start, "is_met", lambda line: not line.startswith("torch"))
    monkeypatch.setattr(start, "uv_finds_torch", lambda backend: False)
    assert start.python_with([]) == str(start.env_python())
    assert any("-e" in command for command in commands)


# The stamp


def test_there_is_nothing_to_trust_before_the_first_installation(folder):
    assert start.installed_extras() is None


def test_a_finished_environment_is_trusted_until_a_dependency_file_changes(environment):
    assert start.installed_extras() == []
    (start.ROOT / "constraints.txt").write_text("numpy==1.0\n")
    assert start.installed_extras() is None


def test_a_stamp_beside_a_begun_reinstallation_is_not_trusted(environment):
    start.unfinished_file().touch()
    assert start.installed_extras() is None


def test_the_own_environment_needs_its_stamp_even_when_started_from_within(
    environment, monkeypatch
):
    monkeypatch.setattr(start, "is_met", lambda line: True)
    monkeypatch.setattr(sys, "prefix", str(start.ENV))
    assert not start.current_environment_serves([])


def test_an_environment_whose_python_is_gone_is_not_trusted(environment):
    start.env_python().unlink()
    assert start.installed_extras() is None


def test_a_damaged_stamp_is_not_trusted(environment):
    start.stamp_file().write_text("{")
    assert start.installed_extras() is None


@pytest.mark.parametrize("moment", ["venv", "pip"])
def test_an_interrupted_installation_is_thrown_away(moment, folder, monkeypatch):
    def call(command, **options):
        if command[1:3] == ["-m", "venv"]:
            make_quickly(start.ENV)
        if command[1:3] == ["-m", moment]:
            raise KeyboardInterrupt
        return 0

    monkeypatch.setattr(start, "install_with_uv", lambda extras, driver: False)
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "call", call)
        patch.setattr(start, "answers", lambda python: python.exists())
        with pytest.raises(KeyboardInterrupt):
            start.install([])
    assert start.env_python().exists() and start.installed_extras() is None
    (start.ENV / "half").touch()

    monkeypatch.setattr(start, "install_with_pip", lambda extras: None)
    monkeypatch.setattr(start, "run_or_stop", lambda command, words: make_quickly(start.ENV))
    monkeypatch.setattr(start, "lacking", lambda extras: [])
    start.install([])
    assert start.installed_extras() == []
    assert not (start.ENV / "half").exists()


def test_a_process_that_is_killed_while_installing_leaves_nothing_to_trust(folder):
    code = (
        f"import pathlib, sys; sys.path.insert(0, {str(ROOT)!r}); import start\n"
        f"start.ROOT = pathlib.Path({str(folder)!r}); start.ENV = start.ROOT / '.venv'\n"
        "start.install_with_uv = lambda extras, driver: print('ready', flush=True) or input()\n"
        "start.install([], 'linux')"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as process:
        while "ready" not in process.stdout.readline():
            assert process.poll() is None
        process.kill()
    assert start.answers(start.env_python()) and start.installed_extras() is None


def test_a_failing_installation_stops_with_a_sentence_and_leaves_no_stamp(folder, monkeypatch):
    monkeypatch.setattr(start, "answers", lambda python: True)
    monkeypatch.setattr(subprocess, "call", lambda command, **options: 1)
    with pytest.raises(start.Trouble, match="Installing failed"):
        start.install([], "darwin")
    assert not start.stamp_file().exists() and start.unfinished_file().exists()


def test_an_environment_made_by_hand_is_completed_not_removed(environment):
    start.stamp_file().unlink()
    (environment / "mine").touch()
    start.make_environment()
    assert (environment / "mine").exists()


def test_tests_extend_an_environment_of_lessons_and_keep_what_it_has(
    environment, monkeypatch, commands
):
    monkeypatch.setattr(start, "is_met", lambda line: False)
    monkeypatch.setattr(start, "uv_finds_torch", lambda backend: True)
    start.python_with(["test"])
    assert installed_by(commands) and any(".[test]" in command for command in commands)


# What is installed and said


def installed_by(commands):
    return [command for command in commands if "-e" in command]


@pytest.mark.parametrize(
    "platform, driver, uv_answers, installer, backend",
    [
        ("linux", False, True, "uv", "cpu"),
        ("linux", True, True, "uv", "auto"),
        ("linux", False, False, "pip", None),
        ("linux", True, False, "pip", None),
        ("darwin", False, True, "pip", None),
        ("win32", True, True, "pip", None),
    ],
)
def test_uv_picks_the_build_on_linux_and_pip_is_the_way_back(
    platform, driver, uv_answers, installer, backend, folder, commands, monkeypatch
):
    monkeypatch.setattr(start, "has_nvidia_driver", lambda: driver)
    monkeypatch.setattr(start, "uv_finds_torch", lambda backend: uv_answers)
    start.install([], platform)
    (command,) = installed_by(commands)
    assert command[2] == installer
    assert (f"--torch-backend={backend}" in command) == (installer == "uv")
    assert command[command.index("-c") + 1] == "constraints.txt"


def test_pip_takes_over_when_uv_breaks_off(folder, commands, monkeypatch, capsys):
    monkeypatch.setattr(start, "install_with_uv", lambda extras, driver: False)
    start.install([], "linux")
    assert [command[2] for command in installed_by(commands)] == ["pip"]
    assert "2.7 GB" in capsys.readouterr().out


def test_uv_is_not_waited_for_without_end(folder, commands, monkeypatch):
    def hang(command, timeout, **options):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    assert start.UV_LOOK_SECONDS <= 60
    assert start.uv_finds_torch("cpu") is False


def test_an_unreachable_index_is_noticed(environment, monkeypatch, tmp_path):
    fake = tmp_path / "uv"
    fake.mkdir()
    (fake / "__main__.py").write_text("raise SystemExit(2)")
    monkeypatch.setattr(start, "pip", lambda *a: [sys.executable, "-c", ""])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert start.uv_finds_torch("cpu") is False
    (fake / "__main__.py").write_text("")
    assert start.uv_finds_torch("cpu") is True


@pytest.mark.parametrize(
    "platform, driver, size",
    [("linux", False, "400 MB"), ("linux", True, "3 GB"), ("darwin", False, "350 MB")],
)
def test_the_size_is_said_before_anything_is_downloaded(
    platform, driver, size, folder, monkeypatch, capsys
):
    def stop():
        raise start.Trouble("here the work would begin")

    monkeypatch.setattr(start, "has_nvidia_driver", lambda: driver)
    monkeypatch.setattr(start, "make_environment", stop)
    with pytest.raises(start.Trouble):
        start.install([], platform)
    assert size in capsys.readouterr().out


# Jobs


def test_jupyterlab_is_for_this_machine_and_opens_the_first_notebook():
    command = start.lab_command("python", rest=["--port=9999"])
    assert command[:4] == ["python", "-m", "jupyterlab", "notebooks/00_start_here.ipynb"]
    assert "--ServerApp.ip=localhost" in command and command[-1] == "--port=9999"
    assert not any("token" in part or "password" in part for part in command)


@pytest.mark.parametrize("root", [True, False])
def test_root_is_allowed_only_for_root(root, monkeypatch):
    monkeypatch.setattr(start, "is_root", lambda: root)
    assert ("--allow-root" in start.lab_command("python")) == root


def test_the_settings_land_in_a_file_of_their_own(tmp_path):
    start.write_lab_settings(tmp_path)
    (written,) = tmp_path.rglob("*.json")
    assert written.read_bytes() == (ROOT / start.LAB_SETTINGS).read_bytes()
    assert written.parent.name == "overrides.d"


def test_settings_that_cannot_be_written_stop_nothing(tmp_path, capsys):
    (tmp_path / "share").write_text("a file, not a folder")
    start.write_lab_settings(tmp_path)
    assert "cannot be written" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, command",
    [
        ([], "jupyterlab notebooks/00_start_here.ipynb"),
        (["--no-browser"], "jupyterlab notebooks/00_start_here.ipynb --no-browser"),
        (["lab", "--no-browser"], "jupyterlab notebooks/00_start_here.ipynb --no-browser"),
        (["test", "-k", "chain"], "pytest -n logical --maxprocesses=4 -k chain"),
        (["test", "-p", "no:xdist"], "pytest -p no:xdist"),
        (["soak"], "pytest -m soak"),
        (["new", "momentum"], "tools.new_lesson momentum"),
        (["refresh", "01"], "lecture_helpers.publish.refresh 01"),
        (["site", "01"], "lecture_helpers.publish.site 01"),
        (["evidence", "C8", "--jobs", "2"], "lecture_helpers.claims.run C8 --jobs 2"),
    ],
)
def test_each_word_starts_its_job_and_passes_the_rest_on(arguments, command, monkeypatch):
    handed = []
    monkeypatch.setattr(start, "python_with", lambda extras: "python")
    monkeypatch.setattr(start, "write_lab_settings", lambda prefix: None)
    monkeypatch.setattr(start, "hand_over", handed.append)
    monkeypatch.setattr(start, "is_root", lambda: False)
    start.main(arguments)
    (given,) = handed
    shown = [part for part in given if not part.startswith("--ServerApp")]
    assert " ".join(shown) == f"python -m {command}"


@pytest.mark.parametrize(
    "arguments, extras",
    [
        (["test"], ["cluster", "site", "test"]),
        (["site", "01"], ["site"]),
        (["evidence", "C8"], ["evidence"]),
        (["evidence", "--scheduler", "tcp://127.0.0.1:8786"], ["cluster", "evidence"]),
        (["evidence", "--scheduler=tcp://127.0.0.1:8786"], ["cluster", "evidence"]),
    ],
)
def test_a_job_asks_for_the_packages_it_needs_and_no_more(arguments, extras, monkeypatch):
    asked = []
    monkeypatch.setattr(start, "python_with", lambda extras: asked.append(extras) or "python")
    monkeypatch.setattr(start, "hand_over", lambda command: None)
    start.main(arguments)
    assert asked == [extras]


def test_benchmarks_run_in_order_and_the_first_failure_is_passed_on(folder, monkeypatch, capfd):
    monkeypatch.setattr(start, "python_with", lambda extras: sys.executable)
    benchmarks = folder / "benchmarks"
    benchmarks.mkdir()
    (benchmarks / "b.py").write_text("print('second'); raise SystemExit(3)")
    (benchmarks / "a.py").write_text("print('first')")
    (benchmarks / "c.py").write_text("print('third')")
    with pytest.raises(SystemExit) as end:
        start.bench([])
    printed = capfd.readouterr().out
    assert end.value.code == 3
    assert printed.index("first") < printed.index("second") and "third" not in printed


def test_one_benchmark_is_run_by_its_name_and_gets_the_words_after_it(folder, monkeypatch, capfd):
    monkeypatch.setattr(start, "python_with", lambda extras: sys.executable)
    (folder / "benchmarks").mkdir()
    (folder / "benchmarks/a.py").write_text("import sys; print('first', sys.argv[1:])")
    (folder / "benchmarks/b.py").write_text("print('second')")
    start.bench(["a", "05"])
    assert capfd.readouterr().out == "\na\nfirst ['05']\n"
    with pytest.raises(start.Trouble, match="There is no benchmark c; there are a, b."):
        start.bench(["c"])


def test_an_unknown_word_is_answered_with_the_known_ones():
    result = run_start("tets")
    assert result.returncode == 1
    assert "'tets' is not one of lab, test, refresh" in result.stderr


def test_help_names_every_job():
    printed = run_start("--help").stdout
    assert all(f"start.py {job}" in printed for job in start.JOBS if job != "lab")


def test_the_exit_status_of_the_job_is_the_exit_status(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import start\n"
        "start.hand_over([sys.executable, '-c', 'raise SystemExit(7)'])"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 7


def test_the_helpers_of_this_folder_come_first_and_alone_in_the_own_environment(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("MPLBACKEND", "nobody has this")
    elses, own = start.job_environment("python"), start.job_environment(start.env_python())
    assert elses["PYTHONPATH"].split(start.os.pathsep) == [str(ROOT), "elsewhere"]
    assert own["PYTHONPATH"] == str(ROOT) and "MPLBACKEND" not in {**own, **elses}


def test_ctrl_c_while_it_looks_around_ends_quietly(folder):
    copy = folder / "start.py"
    copy.write_bytes((ROOT / "start.py").read_bytes())
    code = (
        "import importlib.metadata, runpy, sys\n"
        "def stop(name): raise KeyboardInterrupt\n"
        "importlib.metadata.version = stop\n"
        "sys.argv = ['start.py', 'test']\n"
        f"runpy.run_path({str(copy)!r}, run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (130, "")


# What a machine has set up


@pytest.mark.parametrize("may_write", [True, False])
def test_a_home_that_cannot_be_written_is_replaced_and_told(may_write, monkeypatch, capsys):
    monkeypatch.setenv("HOME", "/nowhere")
    monkeypatch.setattr(os, "access", lambda path, _: may_write or path != "/nowhere")
    home = Path(start.job_environment(sys.executable)["HOME"])
    said = capsys.readouterr().out
    if may_write:
        assert home == Path("/nowhere") and not said
    else:
        assert f"{home} is used in place of your home folder /nowhere" in said
        home.rmdir()


def test_a_lab_finds_the_settings_where_they_lie_and_those_of_the_person(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "theirs")
    first, second = start.job_environment(sys.executable)["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert (ROOT / start.LAB_SETTINGS).is_relative_to(first) and second == "theirs"


def test_settings_that_lead_elsewhere_do_not_reach_the_environment(monkeypatch, environment):
    for name in ("PIP_USER", "PIP_TARGET", "PYTHONPATH", "PYTHONHOME", "UV_SYSTEM_PYTHON"):
        monkeypatch.setenv(name, "elsewhere")
    for name in ("PIP_INDEX_URL", "HTTPS_PROXY", "PIP_CERT"):
        monkeypatch.setenv(name, "the network's")
    own = start.own_environment()
    assert own["PIP_USER"] == "0" and "elsewhere" not in own.values()
    assert list(own.values()).count("the network's") == 3


@pytest.mark.parametrize("how", ["variable", "file"])
def test_packages_land_in_the_environment_though_pip_is_told_to_put_them_elsewhere(
    how, folder, monkeypatch, tmp_path_factory
):
    home = tmp_path_factory.mktemp("home")
    (home / "pip.conf").write_text("[global]\nuser = true\n" if how == "file" else "")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(home / "pip.conf"))
    if how == "variable":
        monkeypatch.setenv("PIP_USER", "1")
        monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
        monkeypatch.setenv("PIP_TARGET", str(home / "target"))
    monkeypatch.setenv("PYTHONUSERBASE", str(home / "base"))
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n'
        '[project]\nname = "tiny"\nversion = "1"\ndependencies = []\n'
        "[project.optional-dependencies]\n"
    )
    (folder / "own.py").write_text(OWN_BACKEND)
    (folder / "start.py").write_bytes((ROOT / "start.py").read_bytes())
    monkeypatch.setattr(start, "what_to_install", lambda extras: ["--no-deps", str(folder)])
    start.install([], platform="other")
    code = "import importlib.metadata as m; print(m.distribution('tiny').locate_file(''))"
    python = [str(start.env_python()), "-I", "-c", code]
    where = subprocess.run(python, capture_output=True, text=True, check=True).stdout
    assert Path(where.strip()).is_relative_to(start.ENV.resolve())
    assert start.installed_extras() == []


OWN_BACKEND = """\
import zipfile
def build_wheel(folder, *_):
    name = "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("tiny.py", "")
        about = "tiny-1.dist-info"
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n"
                       "Tag: py3-none-any\\n")
        wheel.writestr(f"{about}/RECORD", "")
    return name
"""


def test_an_installation_that_ends_well_without_the_packages_is_no_success(
    environment, monkeypatch
):
    (start.ROOT / "start.py").write_bytes((ROOT / "start.py").read_bytes())
    monkeypatch.setattr(start, "install_with_pip", lambda extras: None)
    with pytest.raises(start.Trouble, match=r"lacks .*numpy.*pip config list"):
        start.install([], platform="other")
    assert start.installed_extras() is None


def test_what_is_lacking_is_found_whatever_python_is_told_about_paths(environment, monkeypatch):
    (start.ROOT / "start.py").write_bytes((ROOT / "start.py").read_bytes())
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    assert any(line.startswith("numpy>=") for line in start.lacking([]))


def test_a_package_without_a_version_is_not_there(monkeypatch):
    monkeypatch.setattr(start.importlib.metadata, "version", lambda name: None)
    assert not start.is_met("numpy>=2.0")


def test_a_file_in_the_place_of_the_environment_is_named(folder):
    start.ENV.write_text("")
    with pytest.raises(start.Trouble, match="is a file"):
        start.make_environment()
    assert start.ENV.read_text() == ""


@pytest.mark.parametrize("name", ["random.py", "numpy.py", "notebooks/json.py"])
def test_a_file_that_hides_a_module_is_named_by_every_command(name, folder):
    (folder / "notebooks").mkdir()
    (folder / "start.py").write_bytes((ROOT / "start.py").read_bytes())
    (folder / name).write_text("raise RuntimeError('not this one')")
    for word in ("lab", "test", "site"):
        command = [sys.executable, "start.py", word]
        told = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert told.returncode == 1 and told.stderr.startswith(f"{Path(name)} would be taken for")
        assert not (folder / ".venv").exists()


def test_no_file_of_this_folder_hides_a_module():
    start.check_names()


@pytest.mark.parametrize("inside", [False, True])
def test_who_may_not_write_where_packages_go_is_told_before_anything_else(
    inside, folder, monkeypatch, capsys
):
    if inside:
        start.ENV.mkdir()
    place = start.ENV if inside else folder
    monkeypatch.setattr(os, "access", lambda path, _: path != place)
    monkeypatch.setattr(start, "current_environment_serves", lambda extras: False)
    with pytest.raises(start.Trouble, match="you may not write: let the owner run"):
        start.python_with([])
    assert not capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(folder):
    copy = folder / "start.py"
    copy.write_bytes((ROOT / "start.py").read_bytes())
    code = (
        "import pathlib, runpy, sys\n"
        "def refuse(self, **_): raise PermissionError(13, 'Permission denied', str(self))\n"
        "pathlib.Path.mkdir = refuse\n"
        "sys.argv = ['start.py', 'test']\n"
        f"runpy.run_path({str(copy)!r}, run_name='__main__')"
    )
    told = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True)
    assert told.returncode == 1 and "Traceback" not in told.stderr
    assert "Permission denied" in told.stderr and "Nothing half-written" in told.stderr
