"""A function in a process of its own gives what it gives here, and leaves nothing behind."""

import os
import sys

import numpy as np
import pytest

from lecture_helpers.foundation.subprocesses import run_in_subprocess


def process_and_sum(numbers):
    print("noise on the standard output")
    return os.getpid(), numbers.sum()


def test_it_runs_in_another_process_and_what_it_prints_does_no_harm():
    process, total = run_in_subprocess(process_and_sum, np.arange(5.0))
    assert process != os.getpid() and total == 10.0


def import_something():
    import this  # noqa: F401

    return "this" in sys.modules


def test_what_it_imports_stays_there():
    sys.modules.pop("this", None)
    assert run_in_subprocess(import_something) and "this" not in sys.modules


def test_a_failure_comes_back_in_words():
    with pytest.raises(RuntimeError, match="(?s)sqrt failed in a process.*must be real number"):
        from math import sqrt

        run_in_subprocess(sqrt, "x")


def test_a_function_may_be_named_and_gets_its_named_arguments():
    assert run_in_subprocess("builtins.sorted", [1, 3, 2], reverse=True) == [3, 2, 1]
    with pytest.raises(RuntimeError, match="no.such.thing failed in a process of its own"):
        run_in_subprocess("no.such.thing")
