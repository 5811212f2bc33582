"""Start the lecture: python3 start.py lab, test, refresh, evidence ...

Makes .venv on first use. Needs nothing but Python itself.
"""

import os
import sys

# A file random.py beside this one would be taken for Python's own: this folder is looked in last.
if __name__ == "__main__":
    sys.path.sort(key=lambda place: place == os.path.dirname(os.path.abspath(__file__)))

import hashlib
import importlib.metadata
import importlib.util
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENV = ROOT / ".venv"
FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
OLDEST, TOO_NEW = (3, 11), (3, 15)
UV_LOOK_SECONDS = 45
LEADING_ELSEWHERE = {
    "PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT",
    "PIP_NO_DEPS", "PIP_DRY_RUN", "PIP_PYTHON", "PIP_REQUIRE_VIRTUALENV", "UV_PYTHON", "UV_TARGET",
    "UV_PREFIX", "UV_NO_DEPS", "UV_PROJECT_ENVIRONMENT", "UV_SYSTEM_PYTHON",
}  # fmt: skip

# Of JupyterLab and Notebook 7. A key that is pressed on a slider must not cut, move or change the
# cell that it stands in; and slider messages on a second thread arrive while a cell still draws.
JUPYTER = "jupyter"
LAB_SETTINGS = f"{JUPYTER}/labconfig/default_setting_overrides.d/executable_lecture.json"

HELP = """\
python3 start.py            open the notebooks in JupyterLab (the same as: lab)
python3 start.py test       run the tests          (test -k chain: those about the chain)
python3 start.py refresh    run the notebooks again and store what they show
python3 start.py evidence   repeat the experiments behind the claims   (evidence C8 --jobs 2),
                            or compare two seeds with what is stored   (evidence --verify)
python3 start.py site       write the lessons as pages and slides without Python     (site 01)
python3 start.py bench      measure speed side by side with the alternatives     (bench live 05)
python3 start.py soak       the tests that take long: load, leaks, repetition
python3 start.py new        make the skeleton of a lesson       (new adaptive_learning_rates)
Whatever follows the first word is passed on."""


class Trouble(Exception):
    """What stops the start, in words for the person at the keyboard."""


def say(text):
    print(text, flush=True)


# What has to be installed


def requirements(extras):
    """The dependency lines of pyproject.toml, those of the named extras included."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    return project["dependencies"] + [line for extra in extras for line in optional[extra]]


def numbers(version):
    """The leading numbers of a version, comparable: 2.13.0+cpu gives (2, 13, 0)."""
    return tuple(int(part) for part in re.match(r"\d+(\.\d+)*", version).group().split("."))


def is_met(requirement):
    """Whether this Python has the package of a line such as numpy>=2.0, new enough."""
    name, bound = re.fullmatch(r"([\w.-]+)(?:\[\w+\])?>=([\d.]+)", requirement).groups()
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return bool(version) and numbers(version) >= numbers(bound)  # what is damaged has no version


def is_own_environment():
    return Path(sys.prefix).resolve() == ENV.resolve()


def current_environment_serves(extras):
    """Whether the running Python is someone's own, complete one: conda, Binder."""
    return not is_own_environment() and all(map(is_met, requirements(extras)))


# The stamp: written last, so only a finished .venv has it


def fingerprint():
    """A hash of the files that say what to install."""
    files = ("pyproject.toml", "constraints.txt")
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in files)).hexdigest()


def stamp_file():
    return ENV / "installed.json"


def unfinished_file():
    return ENV / "unfinished"


def installed_extras():
    """The extras of a finished, up-to-date .venv; None when there is no such .venv."""
    try:
        stamp = json.loads(stamp_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if unfinished_file().exists() or stamp.get("files") != fingerprint():
        return None
    return stamp["extras"] if answers(env_python()) else None


def env_python():
    return ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def answers(python):
    """Whether that interpreter starts at all; it does not after its Python was removed."""
    try:
        return subprocess.call([str(python), "-c", ""], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


# Installing


def check_python(version=None):
    """Raise Trouble when this Python is too old or too new, or cannot make environments."""
    version = version or sys.version_info[:2]
    if not OLDEST <= version < TOO_NEW:
        raise Trouble(
            f"This lecture needs Python 3.{OLDEST[1]} to 3.{TOO_NEW[1] - 1}; this is Python "
            f"{version[0]}.{version[1]}. Start it with another one, for example: "
            "python3.12 start.py"
        )


def check_venv():
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise Trouble(
            f"This Python lacks its module {' and '.join(missing)}, which makes environments. "
            f"On Debian or Ubuntu: sudo apt install python3.{sys.version_info[1]}-venv"
        )
    place = ENV if ENV.is_dir() else ROOT
    if not os.access(place, os.W_OK):
        raise Trouble(
            f"The packages have to go into {place}, which you may not write: let the owner run "
            "this command once, or copy the lecture into a folder of yours and start there."
        )


def make_environment():
    """A .venv that has pip, marked as unfinished; what an interrupted try left is removed."""
    if ENV.exists() and not ENV.is_dir():
        raise Trouble(f"{ENV} is a file, where the environment has to be: rename or remove it.")
    if unfinished_file().exists() or (ENV.exists() and not answers(env_python())):
        say(f"Removing the unfinished {ENV.name} of an earlier try.")
        shutil.rmtree(ENV)
    ENV.mkdir(exist_ok=True)
    unfinished_file().touch()
    stamp_file().unlink(missing_ok=True)
    if not answers(env_python()):
        say(f"Making the environment {ENV.name} in this folder ...")
        run_or_stop([sys.executable, "-m", "venv", str(ENV)], "Making the environment failed.")


def run_or_stop(command, trouble):
    if subprocess.call(command, cwd=ROOT, env=own_environment()) != 0:
        raise Trouble(trouble)


def own_environment():
    """The variables for what works on .venv: none that lead elsewhere, the network's stay.

    A setting such as PIP_USER, in a file too, would put the packages where .venv does not look.
    """
    kept = {name: value for name, value in os.environ.items() if name not in LEADING_ELSEWHERE}
    return {**kept, "PIP_USER": "0"}


def pip(*arguments):
    return [str(env_python()), "-m", "pip", "--disable-pip-version-check", *arguments]


def what_to_install(extras):
    return ["-c", "constraints.txt", "-e", f".[{','.join(extras)}]" if extras else "."]


def has_nvidia_driver():
    return shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia").exists()


def announce(platform, driver):
    """What is about to be downloaded and how much, before it is."""
    if not platform.startswith("linux"):
        size = "about 350 MB"
    elif driver:
        size = "about 3 GB, because this machine has an NVIDIA driver (otherwise 400 MB)"
    else:
        size = "about 400 MB"
    say(
        f"This downloads JupyterLab, PyTorch and what they need, {size}, into {ENV.name} in this "
        "folder (2 GB on disk).\n"
        "It takes one to ten minutes, depending on the network, and happens only on first use "
        "and when the lecture needs other versions."
    )


def uv_finds_torch(backend):
    """Whether uv is there and reaches the index of PyTorch builds; gives up after a while."""
    say("Installing uv, which picks the build of PyTorch that fits this machine (25 MB) ...")
    get_uv = pip("install", "-q", "-c", "constraints.txt", "uv")
    if subprocess.call(get_uv, cwd=ROOT, env=own_environment()) != 0:
        return False
    look = uv(backend, "--dry-run", "--no-deps", "-c", "constraints.txt", "torch")
    patience = {"UV_HTTP_TIMEOUT": "15", "UV_HTTP_RETRIES": "1", **own_environment()}
    try:
        found = subprocess.run(
            look, cwd=ROOT, env=patience, timeout=UV_LOOK_SECONDS, capture_output=True
        )
    except subprocess.TimeoutExpired:
        return False
    return found.returncode == 0


def uv(backend, *arguments):
    python = str(env_python())
    install = [python, "-m", "uv", "pip", "install", "--python", python]
    return [*install, f"--torch-backend={backend}", *arguments]


def install_with_uv(extras, driver):
    """Whether uv installed everything, with the small CPU build where there is no driver."""
    backend = "auto" if driver else "cpu"
    if not uv_finds_torch(backend):
        return False
    command = uv(backend, *what_to_install(extras))
    return subprocess.call(command, cwd=ROOT, env=own_environment()) == 0


def install_with_pip(extras):
    run_or_stop(
        pip("install", *what_to_install(extras)),
        "Installing failed; the reason stands above. Start again to try again: nothing "
        "half-installed is used.",
    )


def install(extras, platform=sys.platform):
    """Fill .venv, from nothing or after the dependency files changed."""
    driver = has_nvidia_driver()
    announce(platform, driver)
    make_environment()
    if not platform.startswith("linux"):
        install_with_pip(extras)
    elif not install_with_uv(extras, driver):
        say(
            "uv cannot reach the index of PyTorch builds, so pip installs instead. On Linux "
            "pip takes the build for NVIDIA cards: 2.7 GB.\n"
            "Only where pip is set up to find a CPU build it is 200 MB. Ctrl-C stops it; the "
            "README names other ways."
        )
        install_with_pip(extras)
    missing = lacking(extras)
    if missing:
        raise Trouble(
            f"The installation ended, but {ENV.name} lacks {', '.join(missing)}: a setting of pip "
            "or uv puts packages elsewhere (see pip config list)."
        )
    finish(extras)


def lacking(extras):
    """The requirements that .venv does not meet."""
    code = "import start, sys; print(*(r for r in sys.argv[1:] if not start.is_met(r)), sep='\\n')"
    command = [str(env_python()), "-c", code, *requirements(extras)]
    found = subprocess.run(command, cwd=ROOT, env=own_environment(), capture_output=True, text=True)
    return found.stdout.split() if found.returncode == 0 else ["what start.py needs itself"]


def finish(extras):
    stamp = {"files": fingerprint(), "extras": extras}
    unfinished_file().unlink()
    stamp_file().write_text(json.dumps(stamp), encoding="utf-8")


def python_with(extras):
    """The interpreter to use, after installing what it lacks."""
    if current_environment_serves(extras):
        return sys.executable
    have = installed_extras()
    if have is None or not set(extras) <= set(have):
        check_venv()
        install(sorted({*extras, *(have or [])}))
    return str(env_python())


# The jobs


def job_environment(python):
    """The variables for everything started with that Python: this folder's helpers come first.

    A PYTHONPATH and a drawing program that somebody chose for other work do not reach .venv.
    JupyterLab finds the settings of the lecture also where they could not be written.
    """
    own = str(python) == str(env_python())
    kept = own_environment() if own else dict(os.environ)
    kept.pop("MPLBACKEND", None)
    paths = [str(ROOT), "" if own else os.environ.get("PYTHONPATH", "")]
    settings = [str(ROOT / JUPYTER), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {
        **kept,
        **home(),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONSAFEPATH": "1",
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, settings)),
    }


def home():
    """Another HOME where the person's own cannot be written: Jupyter and IPython need one."""
    own = os.path.expanduser("~")
    if os.name == "nt" or os.access(own, os.W_OK):
        return {}
    made = tempfile.mkdtemp(prefix="executable_lecture_")
    say(f"{made} is used in place of your home folder {own}, which you may not write.")
    return {"HOME": made}


def check_names():
    """Raise Trouble when a file here would be taken for a module of Python or a package."""
    known = {*sys.stdlib_module_names, *(re.split("[>[]", r)[0] for r in requirements([]))}
    for folder in (ROOT, ROOT / "notebooks"):
        for path in sorted(folder.glob("*.py")):
            if path.stem in known:
                raise Trouble(
                    f"{path.relative_to(ROOT)} would be taken for the module {path.stem} that the "
                    "lessons need: rename it, and start again."
                )


def write_lab_settings(prefix):
    """Put the defaults of the lecture, in a file of their own, where this JupyterLab looks."""
    folder = Path(prefix) / "share/jupyter/lab/settings/overrides.d"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        own = folder / f"executable_lecture.{os.getpid()}"  # a JupyterLab may be reading the other
        shutil.copyfile(ROOT / LAB_SETTINGS, own)
        own.replace(folder / "executable_lecture.json")
    except OSError as error:
        say(
            "Only a JupyterLab that start.py starts has the lecture's keys, because they cannot be "
            f"written: {error}"
        )


def is_root():
    return hasattr(os, "geteuid") and os.geteuid() == 0


def lab_command(python, notebook=FIRST_NOTEBOOK, rest=(), root=ROOT):
    """JupyterLab on one notebook, for this machine only, with a new token."""
    command = [python, "-m", "jupyterlab", str(notebook)]
    command += ["--ServerApp.ip=localhost"]
    command += [f"--ServerApp.{name}={root}" for name in ("root_dir", "preferred_dir")]
    if is_root():
        command.append("--allow-root")
    return command + list(rest)


def lab(rest):
    python = python_with([])
    write_lab_settings(sys.prefix if python == sys.executable else ENV)
    if is_root():
        say("You are root, which JupyterLab refuses by default: adding --allow-root.")
    hand_over(lab_command(python, rest=rest))


def on_all_cores(rest):
    """The words that give pytest one worker a core, unless the person takes xdist away."""
    return [] if "no:xdist" in "".join(rest) else ["-n", "logical", "--maxprocesses=4"]


def test(rest):
    """Run the tests; what the person says comes last and so has its way: -n 0, for example."""
    command = [python_with(["cluster", "site", "test"]), "-m", "pytest"]
    hand_over([*command, *on_all_cores(rest), *rest])


def soak(rest):
    extras = ["cluster", "fronts", "site", "test"]
    hand_over([python_with(extras), "-m", "pytest", "-m", "soak", *rest])


def refresh(rest):
    hand_over([python_with([]), "-m", "lecture_helpers.publish.refresh", *rest])


def evidence(rest):
    """Repeat experiments; with --scheduler the packages that talk to a cluster are needed too."""
    extras = ["cluster"] * any(word.startswith("--scheduler") for word in rest)
    hand_over([python_with([*extras, "evidence"]), "-m", "lecture_helpers.claims.run", *rest])


def new(rest):
    hand_over([python_with(["test"]), "-m", "tools.new_lesson", *rest])


def site(rest):
    hand_over([python_with(["site"]), "-m", "lecture_helpers.publish.site", *rest])


def bench(rest):
    """Run every benchmark in turn, or the named one; stops at the first that fails."""
    every = {script.stem: script for script in sorted((ROOT / "benchmarks").glob("[!_]*.py"))}
    named, words = rest[:1], rest[1:]
    if named and named[0] not in every:
        raise Trouble(f"There is no benchmark {named[0]}; there are {', '.join(every)}.")
    python = python_with(["test"])
    for name in named or every:
        say(f"\n{name}")
        command = [python, str(every[name]), *words]
        status = subprocess.call(command, cwd=ROOT, env=job_environment(python))
        if status:
            sys.exit(status)


def hand_over(command):
    """Become that command; its exit status, and Ctrl-C, are its own."""
    sys.stdout.flush()
    os.chdir(ROOT)
    if os.name != "nt":
        os.execve(command[0], command, job_environment(command[0]))
    process = subprocess.Popen(command, env=job_environment(command[0]))
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            continue


JOBS = {job.__name__: job for job in (lab, test, refresh, evidence, site, bench, soak, new)}


def main(arguments):
    """Do the job that the first word names; JupyterLab's options alone mean lab."""
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        return say(HELP)
    if not arguments or arguments[0].startswith("-"):
        arguments = ["lab", *arguments]
    name, *rest = arguments
    if name not in JOBS:
        raise Trouble(f"{name!r} is not one of {', '.join(JOBS)}.\n\n{HELP}")
    check_python()
    check_names()
    JOBS[name](rest)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Trouble as trouble:
        sys.exit(str(trouble))
    except OSError as error:
        sys.exit(f"This cannot go on: {error}. Nothing half-written is used.")
    except KeyboardInterrupt:
        sys.exit(130)
