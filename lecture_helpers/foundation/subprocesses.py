"""A function in a process of its own: what it imports stays there."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

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
        RuntimeError: it failed there; the message ends with what the other process printed.

    >>> run_in_subprocess("math.hypot", 3, 4)
    5.0
    """
    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=pickle.dumps((function, arguments, named)),
        capture_output=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()
        name = getattr(function, "__name__", function)
        raise RuntimeError(f"{name} failed in a process of its own: {words}")
    return pickle.loads(done.stdout)
