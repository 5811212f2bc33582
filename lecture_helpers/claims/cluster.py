"""Workers of a running dask cluster, for experiments that one machine takes too long for."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from lecture_helpers.claims.sweep import versions
from lecture_helpers.foundation.validation import shown

PACKAGE = Path(__file__).parents[1]
PATIENCE = 15


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """An executor whose shares of work are computed by the workers of that scheduler.

    A share whose worker dies is given to another one.

    Raises:
        ValueError: dask is not installed, nobody answers, there are no workers, they have several
            threads, or they have other versions or another state of this package.
    """
    with _connected(address) as client:
        _check_threads(client.scheduler_info(n_workers=-1)["workers"])
        _check_same(client.run(identity, on_error="return"))
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)


def _connected(address: str):
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(
            "--scheduler needs dask: pip install -c constraints.txt -e '.[cluster]'"
        ) from None
    if not re.fullmatch(r"(\w+://)?[^\s/]+:\d+", address):  # dask tries others for half a minute
        raise ValueError(f"--scheduler must be like tcp://127.0.0.1:8786, not {shown(address)}.")
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError):
        raise ValueError(f"no scheduler answers at {shown(address)}.") from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        client.close()
        raise ValueError(
            f"the scheduler at {address} has no workers: start some with "
            f"dask worker {address} --nthreads 1"
        ) from None
    return client


def _check_threads(workers: Mapping[str, Mapping]) -> None:
    for address, worker in workers.items():
        if worker["nthreads"] != 1:
            raise ValueError(
                f"the worker {address} has {worker['nthreads']} threads: start workers with "
                "--nthreads 1, because an experiment counts and pins the threads of its process."
            )


def _check_same(identities) -> None:
    ours = identity()
    for address, theirs in identities.items():
        if isinstance(theirs, BaseException):
            raise ValueError(f"the worker {address} lacks what an experiment needs: {theirs}")
        for what in ours:
            if theirs[what] != ours[what]:
                raise ValueError(
                    f"the worker {address} has {what} {theirs[what]}, here it is {ours[what]}: "
                    "the figures of one run must come from one state."
                )


@cache
def identity() -> dict[str, str]:
    """The versions that compute here, and a fingerprint of this package's modules.

    Taken once, so that a worker that was started before the modules changed is found out.
    """
    modules = sorted(PACKAGE.rglob("*.py"))
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in modules)).hexdigest()
    return {**versions(), "lecture_helpers": digest[:12]}
