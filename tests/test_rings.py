"""The rings: who may import whom, read from the imports themselves."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "lecture_helpers"
# Each room may import the rooms named here, and itself; a part names a smaller room within one.
MAY_IMPORT = {
    "foundation": set(),
    "test_functions": {"foundation"},
    "datasets": {"foundation"},
    "optimization": {"foundation", "test_functions"},
    "training": {"foundation", "datasets", "optimization"},
    "networks": {"foundation", "datasets", "training"},
    "pretraining": {"foundation", "datasets", "training"},
    "curriculum": {"foundation", "datasets", "training"},
    "plots": {"foundation"},
    "widgets": {"foundation"},
    "claims": {
        "foundation", "test_functions", "datasets", "optimization", "training", "networks",
        "pretraining", "curriculum",
    },
    "report": {"foundation", "claims", "plots", "widgets", "networks", "training"},
    "exercises": {"foundation"},
    "publish": {"foundation", "claims", "report", "widgets"},
}  # fmt: skip
# Within a room a file may import those that stand before it.
ORDER = {
    "claims": """
        claim fingerprint statistics verdicts ledger values sweep tuning cluster experiments.*
        lessons.* __init__ verify run
    """.split(),
    "curriculum": """
        __init__ nearest_neighbours pacing shapes_race difficulty classroom race
    """.split(),
    "datasets": """
        dataset real synthetic __init__
    """.split(),
    "exercises": """
        comparison changes diagnosis exercise * __init__
    """.split(),
    "foundation": """
        __init__ budget progress rounding validation schedules subprocesses threads
    """.split(),
    "networks": """
        __init__ _examples activations batch_normalization blurred_weights designs layer_probes
        loss_along_gradient loss_slices scalar_chain softmax_regression mean_field signal_profile
        signal_propagation weight_planes
    """.split(),
    "optimization": """
        __init__ descent gaussian_smoothing lasso polyak_averaging coordinate_descent
        graduated_descent momentum noisy_descent noisy_quadratics sparse_coding steered_descent
    """.split(),
    "plots": """
        style bars diagrams fields heatmaps images markers lines __init__
    """.split(),
    "pretraining": """
        __init__ bottleneck plans deep_supervision greedy_growth snapshots buildable
    """.split(),
    "publish": """
        __init__ api frames moving pictures prose blocks generated_lists slides refresh site
    """.split(),
    "report": """
        lessons ledger_rows cards excerpts ledger_table __init__
    """.split(),
    "test_functions": """
        __init__ surfaces averaging_traps coordinate_traps smoothable clock_speed multimodal
    """.split(),
    "training": """
        __init__ _grid _losses _optimizers _schedules _steering multilayer_perceptron runs
        metrics live_run followed_averages weight_averages _batches _stacked_layers _stack
        _trainees weight_paths _ensemble _live_ensemble _history training_loop
        _live_track live_training
    """.split(),
    "widgets": """
        controls.__init__ controls.control reading registry rendering.__init__
        rendering.layers rendering.pixels appearance controls.choices controls.clock
        controls.ranges controls.scrubber controls.steered view controls.factory layout pictures
        rendering.axes_recorder rendering.canvas_cache arguments pinned rendering.retained
        rendering.canvas explorer live_explorer make_explorer __init__
    """.split(),
}
HEAVY = {"matplotlib", "numpy", "scipy", "sklearn", "torch"}
WITHOUT_TORCH = [
    "claims", "datasets", "foundation.validation", "networks.batch_normalization",
    "networks.scalar_chain", "optimization.descent", "plots", "report.cards",
    "report.lessons", "report.ledger_table", "test_functions.surfaces", "training.runs", "widgets",
]  # fmt: skip
WITHOUT_MATPLOTLIB = [
    "networks.batch_normalization", "optimization.descent", "networks.scalar_chain",
]  # fmt: skip


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The dotted names that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively: write the whole name"
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def ring(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rings_imported(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported(path) if name.startswith("lecture_helpers.")}


def loaded_by(*modules: str) -> dict[str, set[str]]:
    """The top-level packages in memory after importing one module after another in a fresh Python.

    For each module by name; those of an earlier one are still there.
    """
    code = (
        "import importlib, json, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "    print(json.dumps([name, [*{name.split('.')[0] for name in sys.modules}]]))"
    )
    command = [sys.executable, "-c", code, *modules]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    return {name: set(tops) for name, tops in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_the_rings_it_may_know(path):
    if path.parent != PACKAGE:
        assert rings_imported(path) <= MAY_IMPORT[ring(path)] | {ring(path)}


def test_every_room_has_its_rule_and_the_rules_have_no_circle():
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(MAY_IMPORT)
    placed = set()
    for room, below in MAY_IMPORT.items():
        assert below <= placed, f"{room} stands below {below - placed}"
        placed.add(room)


def files(room: str) -> dict[str, Path]:
    """The modules of a room by their names within it."""
    paths = sorted((PACKAGE / room).rglob("*.py"))
    return {
        ".".join(path.relative_to(PACKAGE / room).with_suffix("").parts): path for path in paths
    }


def imported_files(room: str, path: Path) -> set[str]:
    """The modules of its own room that a module imports, itself apart."""
    known, top, found = files(room), f"lecture_helpers.{room}", set()
    for name in imported(path):
        within = name.removeprefix(top).strip(".")
        if name == top or not name.startswith(f"{top}."):
            continue
        module = {within, f"{within}.__init__"} & set(known)
        found |= module
        if not module and "." not in within:  # a name that the room's face hands on
            found |= {"__init__"}
    return found - {name for name, known_path in known.items() if known_path == path}


def place(name: str, order: list[str]) -> int:
    """Where a module stands in that order; "lessons.*" stands for all modules of the folder."""
    return order.index(name if name in order else f"{name.rpartition('.')[0]}.*".lstrip("."))


@pytest.mark.parametrize("room", ORDER)
def test_within_a_room_a_file_imports_only_what_stands_before_it(room):
    order = ORDER[room]
    for name, path in files(room).items():
        for below in imported_files(room, path):
            here, there = place(name, order), place(below, order)
            together = here == there and order[here].endswith("*")
            assert there < here or together, f"{room}: {name} imports {below}, which stands above"


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_has_no_circle(room):
    left = {name: imported_files(room, path) for name, path in files(room).items()}
    while left:
        free = {name for name, below in left.items() if not below & set(left)}
        assert free, f"a circle: {left}"
        left = {name: below for name, below in left.items() if name not in free}


def test_private_files_are_imported_by_their_own_room_alone():
    strangers = {
        f"{ring(path)}: {name}"
        for path in modules()
        for name in imported(path)
        if re.match(r"lecture_helpers\.\w+\._", name) and name.split(".")[1] != ring(path)
    }
    assert not strangers


def test_nothing_lies_loose_at_the_top_of_the_package():
    assert [path.name for path in PACKAGE.glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize(
    "line",
    [
        "from lecture_helpers import widgets",
        "import lecture_helpers.widgets.explorer",
        "def f():\n    from lecture_helpers.widgets import explore",
    ],
)
def test_an_import_is_seen_however_it_is_written(line, tmp_path):
    path = tmp_path / "m.py"
    path.write_text(line)
    assert rings_imported(path) == {"widgets"}


@pytest.mark.parametrize("folder", ["lecture_helpers", "tests"])
def test_pyplot_is_imported_nowhere(folder):
    users = {
        path.name
        for path in (ROOT / folder).rglob("*.py")
        if any(name.startswith(("matplotlib.pyplot", "pylab")) for name in imported(path))
    }
    assert not users - {"test_surroundings.py"}  # that test is of those who do


def loading(package: str, modules) -> list[str]:
    """The modules with which that package comes into memory, those imported after one too."""
    found = loaded_by(*(f"lecture_helpers.{name}" for name in modules))
    return [name for name, loaded in found.items() if package in loaded]


def test_importing_the_package_loads_nothing_heavy():
    assert not loaded_by("lecture_helpers")["lecture_helpers"] & HEAVY


def test_what_needs_no_network_does_not_load_torch():
    assert loading("torch", WITHOUT_TORCH) == []


def test_algorithms_in_numpy_load_no_matplotlib():
    assert loading("matplotlib", WITHOUT_MATPLOTLIB) == []


def test_what_loads_a_package_is_named():
    assert loading("numpy", ["foundation", "plots"]) == ["lecture_helpers.plots"]


UP_TO = """
import json, sys
cells = json.load(open(sys.argv[1], encoding="utf-8"))["cells"]
for cell in cells:
    source, names = "".join(cell["source"]), globals()
    if source.startswith(sys.argv[2]):
        break
    if cell["cell_type"] == "code":
        exec(source, names)
print(*{name.split(".")[0] for name in sys.modules})
"""


@pytest.mark.parametrize(
    "lesson, end",
    [pytest.param("02_coordinate_descent", "no such heading", marks=pytest.mark.soak),
     ("06_continuation_and_curriculum", "### Be the teacher")],
)  # fmt: skip
def test_a_lesson_loads_torch_and_scikit_learn_no_earlier_than_it_trains(lesson, end):
    notebook = ROOT / "notebooks" / f"{lesson}.ipynb"
    done = subprocess.run(
        [sys.executable, "-c", UP_TO, str(notebook), end], cwd=notebook.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert not {"torch", "sklearn"} & set(done.stdout.splitlines()[-1].split())
