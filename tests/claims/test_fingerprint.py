"""The fingerprint changes with the code that an experiment reaches, and with nothing else."""

from pathlib import Path

import pytest

from lecture_helpers.claims import CLAIMS
from lecture_helpers.claims.fingerprint import _definitions, fingerprint, reached

TOY = {
    "__init__": "",
    "experiment": '''\
"""An experiment and what it needs."""
from dataclasses import dataclass

import numpy as np

from toy import layers, training
from toy.claim import claim

TABLE = {}
TABLE["rate"] = 0.1
RATES = tuple(10 ** k for k in range(3))


def experiment(seeds, *, steps=10, tuned=None):
    """What is measured."""
    from toy.networks import build

    net = build(layers.WIDTH, TABLE["rate"])
    return [training.train(net, seed, steps, rate=tuned) for seed in seeds]


def tuned(seeds):
    return [rate for rate in RATES for k in seeds]


@dataclass
class Point:
    x: int = 1


def named(seeds):
    return Point(), claim(seeds), training.both(f"{seeds[0]:.2f} of {len(seeds)} " "seeds")
''',
    "layers": "import toy.networks\n\nWIDTH: int = 3\nDEPTH = 2\n",
    "networks": """\
from toy.units import unit


def build(width, rate):
    return [helper(unit) for _ in range(width)]


def helper(given):
    width = 32
    return given(width), experiment_of(given)


def experiment_of(given):
    from toy.experiment import experiment

    return experiment if given is None else helper
""",
    "units": "def unit(width):\n    return width\n\n\ndef other():\n    return 1\n",
    "claim/__init__": "from toy.claim.claim import claim\n",
    "claim/claim": "def claim(seeds):\n    return seeds\n",
    "training/__init__": """\
from importlib import import_module

_HOME = {"train": "loop", "both": "loop"}


def __getattr__(name):
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
""",
    "training/loop": """\
from toy.training.steps import step


def train(net, seed, steps, rate):
    return step(net)


def both(text):
    return text
""",
    "training/steps": "def step(net):\n    return net\n",
}


@pytest.fixture
def code(tmp_path):
    """The lines reached from toy.experiment.<name> after replacing text in its modules."""

    def of(name="experiment", **changes):
        for module, text in TOY.items():
            for before, after in changes.get(module.replace("/", "_"), {}).items():
                assert before in text
                text = text.replace(before, after)
            path = tmp_path / "toy" / f"{module}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return reached("toy.experiment", name, tmp_path)

    return of


def modules(lines):
    return {line.partition(":")[0] for line in lines}


def test_everything_is_reached_that_is_named_however_it_is_imported(code):
    found = modules(code())
    assert found >= {
        "toy.experiment.experiment", "toy.networks.helper", "toy.units.unit", "toy.layers.WIDTH",
        "toy.experiment.TABLE", "toy.training.loop.train", "toy.training.steps.step",
    }  # fmt: skip
    assert not found & {
        "toy.units.other", "toy.layers.DEPTH", "toy.experiment.tuned", "toy.experiment.RATES",
        "toy.training.loop.both", "toy.experiment.Point", "toy.experiment.np",
    }  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"networks": {"width = 32": "width = 64"}},
        {"experiment": {"steps=10": "steps=11"}},
        {"experiment": {"0.1": "0.2"}},
        {"layers": {"= 3": "= 4"}},
        {"units": {"return width": "return -width"}},
        {"training_loop": {"step(net)": "step(net, 1)"}},
        {"training_steps": {"return net": "return None"}},
        {"networks": {"toy.units import unit": "toy.units import other as unit"}},
        {"networks": {"helper": "aid"}},
    ],
)
def test_what_is_computed_otherwise_changes_it(code, changes):
    assert code(**changes) != code()


@pytest.mark.parametrize(
    "changes",
    [
        {"experiment": {"What is measured.": "Said better."}},
        {"experiment": {'    """What is measured."""\n': ""}},
        {
            "experiment": {
                "seeds, *, steps=10": "seeds: list[int],\n    *,  # more\n    steps: int=10"
            }
        },
        {"experiment": {"tuned=None):": "tuned: 'Point' = None) -> list[float]:"}},
        {"experiment": {'"rate"': "'rate'"}},
        {"networks": {"width = 32": "width: int = 0x20"}},
        {"networks": {"width = 32": "size: tuple\n    width = (\n        32\n    )"}},
        {"layers": {"WIDTH: int": "WIDTH", "DEPTH = 2": "DEPTH = 9"}},
        {"units": {"return 1": "return 2"}},
        {"training_loop": {"return text": "return -text"}},
        {"experiment": {"range(3)": "range(4)"}},
    ],
)
def test_words_annotations_layout_and_what_is_not_named_leave_it_as_it_is(code, changes):
    assert code(**changes) == code()


@pytest.mark.parametrize(
    "changes, same",
    [
        ({"experiment": {"x: int": "x: float"}}, True),
        ({"experiment": {"x: int = 1": "x = 1"}}, False),  # no field any more
        ({"experiment": {"@dataclass": "@dataclass()"}}, False),
        ({"experiment": {'of {len(seeds)} " "seeds"': 'of {len(seeds)} seeds"'}}, True),
        ({"experiment": {":.2f": ":.3f"}}, False),
        ({"claim_claim": {"return seeds": "return 1"}}, False),
        ({"training_loop": {"return text": "return -text"}}, False),
    ],
)
def test_fields_f_strings_and_modules_named_like_functions(code, changes, same):
    assert (code("named", **changes) == code("named")) is same


def test_every_experiment_has_a_fingerprint_of_its_own():
    experiments = {c.experiment for c in CLAIMS.values() if c.experiment}
    assert len({fingerprint(experiment) for experiment in experiments}) == len(experiments)


def test_an_experiment_reaches_the_training_loop_and_not_the_ledger():
    experiment = CLAIMS["C7"].experiment
    root = Path(__file__).parents[2]
    found = modules(reached(experiment.__module__, experiment.__name__, root))
    assert "lecture_helpers.training.training_loop.train" in found
    assert not any(name.startswith("lecture_helpers.claims.ledger") for name in found)


def test_what_a_comprehension_names_is_no_definition_of_the_module():
    text = "A, B = {x: y for x in C for y in x}, [z for z in C]"
    assert set(_definitions(text)) == {"A", "B"}
