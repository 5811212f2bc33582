"""A function in a process of its own: what it imports stays there."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable

_CHILD = """
import os, pickle, sys
answer = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
function, arguments = pickle.load(sys.stdin.buffer)
pickle.dump(function(*arguments), answer)
"""


def elsewhere(function: Callable, *arguments: object) -> object:
    """What ``function(*arguments)`` returns, computed by another Python.

    A library that one cell needs once would else stay in the kernel: scikit-learn's linear models
    take 60 MiB. ``function`` must be importable, and all of this be picklable.

    Raises:
        RuntimeError: it failed there; the message ends with what the other process printed.

    >>> elsewhere(max, 3, 5)
    5
    """
    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=pickle.dumps((function, arguments)),
        capture_output=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"{function.__name__} failed in a process of its own: {words}")
    return pickle.loads(done.stdout)
