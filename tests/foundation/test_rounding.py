"""A training rounds alike whatever the processor could do."""

import os
import subprocess
import sys

import pytest

from lecture_helpers.foundation import rounding

HASHED = """\
import hashlib
from lecture_helpers.datasets import digits
from lecture_helpers.training import mlp, train

runs = train(mlp, digits(), steps=20, seeds=2, width=32, depth=3, progress=False)
print(hashlib.sha256(runs.train_loss.tobytes()).hexdigest())
"""


@pytest.fixture
def clean(monkeypatch):
    for name in rounding.WANTED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delitem(sys.modules, "torch", raising=False)


def test_what_the_processor_has_is_asked_for_before_torch_is_loaded(clean, tmp_path, monkeypatch):
    processors = tmp_path / "cpuinfo"
    processors.write_text("flags : fpu avx avx2 avx512f\n")
    monkeypatch.setenv("MKL_CBWR", "COMPATIBLE")
    rounding.round_alike(processors)
    assert os.environ["ATEN_CPU_CAPABILITY"] == "avx2" and os.environ["MKL_CBWR"] == "COMPATIBLE"


@pytest.mark.parametrize("flags", [None, "flags : fpu avx\n"])
def test_an_older_or_unknown_processor_is_left_alone(clean, tmp_path, flags):
    processors = tmp_path / "cpuinfo"
    if flags:
        processors.write_text(flags)
    rounding.round_alike(processors)
    assert not set(rounding.WANTED) & set(os.environ)


def test_a_training_gives_the_same_bits_with_and_without_avx512():
    unset = {k: v for k, v in os.environ.items() if k not in rounding.WANTED}
    hashes = {
        subprocess.run(
            [sys.executable, "-c", HASHED], env=env, capture_output=True, text=True, check=True
        ).stdout
        for env in (unset, unset | rounding.WANTED)
    }
    assert len(hashes) == 1
