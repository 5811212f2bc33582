"""Settings that tests, doctests and notebooks need alike."""

import ipaddress
import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.driven import with_explorers
from tests.shares import ONLY_CI, scheduler, turn

# Workers share the cores: one thread each, for their children too. Before numpy and torch load.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# No example fails by the clock, and none is kept: a checkout may be read-only.
settings.register_profile(
    "lecture", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("lecture")

# Kernels started for notebooks import the lecture_helpers that lie beside them.
_paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, _paths))


def _is_this_machine(address) -> bool:
    if not isinstance(address, tuple):
        return True
    host = address[0]
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Refuse every connection that leaves this machine; child processes are not watched."""
    connect = socket.socket.connect

    def guarded(self, address):
        if not _is_this_machine(address):
            raise RuntimeError(f"a test reached for the network: {address}")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.hookimpl(tryfirst=True)  # before items are left out by their marks
def pytest_collection_modifyitems(items):
    items[:] = sorted(with_explorers(items), key=lambda item: turn(item.nodeid))
    for item in items:
        if item.nodeid.startswith(ONLY_CI):
            item.add_marker("ci")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return scheduler(config, log)
