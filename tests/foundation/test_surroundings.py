"""The lessons compute alike whatever the processor can do and a startup file has set."""

import os
import subprocess
import sys

import pytest

from lecture_helpers.foundation import surroundings

HASHED = """\
import hashlib
from lecture_helpers.datasets import digits
from lecture_helpers.training import mlp, train

runs = train(mlp, digits(), steps=20, seeds=2, width=32, depth=3, progress=False)
print(hashlib.sha256(runs.train_loss.tobytes()).hexdigest())
"""


@pytest.fixture
def clean(monkeypatch):
    for name in surroundings.WANTED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delitem(sys.modules, "torch", raising=False)


def test_what_the_processor_has_is_asked_for_before_torch_is_loaded(clean, tmp_path, monkeypatch):
    processors = tmp_path / "cpuinfo"
    processors.write_text("flags : fpu avx avx2 avx512f\n")
    monkeypatch.setenv("MKL_CBWR", "COMPATIBLE")
    surroundings.round_alike(processors)
    assert os.environ["ATEN_CPU_CAPABILITY"] == "avx2" and os.environ["MKL_CBWR"] == "COMPATIBLE"


@pytest.mark.parametrize("flags", [None, "flags : fpu avx\n"])
def test_an_older_or_unknown_processor_is_left_alone(clean, tmp_path, flags):
    processors = tmp_path / "cpuinfo"
    if flags:
        processors.write_text(flags)
    surroundings.round_alike(processors)
    assert not set(surroundings.WANTED) & set(os.environ)


def test_a_training_gives_the_same_bits_with_and_without_avx512():
    unset = {k: v for k, v in os.environ.items() if k not in surroundings.WANTED}
    hashes = {
        subprocess.run(
            [sys.executable, "-c", HASHED], env=env, capture_output=True, text=True, check=True
        ).stdout
        for env in (unset, unset | surroundings.WANTED)
    }
    assert len(hashes) == 1


STARTUP = """\
import numpy as np, torch
np.seterr(all="raise"); np.random.seed(1); torch.manual_seed(2)
torch.set_default_dtype(torch.float64); torch.set_default_device("meta")
torch.set_grad_enabled(False); torch.set_num_threads(2)
"""
SAID = "The lessons set back what they need: numpy's errors ({'divide': 'raise'"


def test_a_startup_file_changes_no_figure_and_what_it_set_is_told():
    there = {
        startup: subprocess.run(
            [sys.executable, "-c", startup + HASHED], capture_output=True, text=True, check=True
        )
        for startup in ("", STARTUP)
    }
    assert there[""].stdout == there[STARTUP].stdout
    assert there[""].stderr == "" and there[STARTUP].stderr.startswith(SAID)
    for words in ("torch.float64", "meta", "gradients (off)"):
        assert words in there[STARTUP].stderr


def test_a_backend_that_nobody_knows_stops_nothing():
    code = "from lecture_helpers import widgets; print('loaded')"
    for name, said in (("nonsense", "backend (nonsense)"), ("Agg", "")):
        told = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "MPLBACKEND": name},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert told.stdout == "loaded\n" and said in told.stderr and bool(said) == bool(told.stderr)


def test_a_students_file_that_hides_a_package_is_named(tmp_path):
    (tmp_path / "numpy.py").write_text("mine = 1")
    code = "import numpy, lecture_helpers"
    looks_here = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=looks_here, capture_output=True, text=True
    )
    assert told.stderr.endswith(
        "numpy.py beside the notebook would be taken for the package numpy: rename it, and "
        "restart the kernel.\n"
    )
