"""A function in a process of its own: what it imports stays there."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from lecture_helpers.foundation.validation import shown

_CHILD = """
import os, pickle, pkgutil, sys
answer = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
function, arguments, named = pickle.load(sys.stdin.buffer)
if isinstance(function, str):
    function = pkgutil.resolve_name(function)
pickle.dump(function(*arguments, **named), answer)
"""


def run_in_subprocess(function: Callable | str, *arguments, **named) -> Any:
    """What ``function(*arguments, **named)`` returns, computed by another Python.

    A library that one cell needs once would else stay in the kernel: scikit-learn's linear models
    take 30 to 60 MiB. ``function`` is importable, or its full name.

    Raises:
        ValueError: what is no function or name, or cannot be sent there.
        RuntimeError: it failed there; the message ends with what the other process printed.

    >>> run_in_subprocess("math.hypot", 3, 4)
    5.0
    """
    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=_pickled(function, arguments, named),
        capture_output=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()
        name = getattr(function, "__name__", function)
        raise RuntimeError(f"{name} failed in a process of its own: {words}")
    return pickle.loads(done.stdout)


def _pickled(function: Callable | str, arguments: tuple, named: dict) -> bytes:
    if not callable(function) and not (isinstance(function, str) and "." in function):
        raise ValueError(
            "function must be a function or its full name, such as 'math.hypot', "
            f"not {shown(function)}."
        )
    try:
        return pickle.dumps((function, arguments, named))
    except (pickle.PicklingError, AttributeError, TypeError) as trouble:
        raise ValueError(
            f"function and its arguments must be sent to another process: {trouble}."
        ) from None
