"""A file that cannot be written whole stays as it was."""

import subprocess
import sys

import pytest

FULL = """\
import resource, signal, sys
from pathlib import Path
from lecture_helpers.foundation.files import write_text

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # as if the disk were full from there on
try:
    write_text("new" * 1000, Path(sys.argv[1]))
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit for the size of files there")
def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "ledger.json"
    path.write_text("old")
    told = subprocess.run(
        [sys.executable, "-c", FULL, path], capture_output=True, text=True, check=True
    )
    assert "too large" in told.stdout
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
