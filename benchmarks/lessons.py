"""Every lesson, restart and run all: seconds, peak memory of its kernel; and the bare import."""

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
IMPORT = (
    "import sys, time; start = time.perf_counter(); import lecture_helpers; "
    "print(f'{1000 * (time.perf_counter() - start):.1f} ms; loaded:', "
    "[name for name in ('torch', 'matplotlib', 'numpy') if name in sys.modules])"
)


def run(path: Path) -> tuple[float, float]:
    """Seconds and MiB (Linux counts in KiB) of one notebook in a kernel of its own."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PEAK))
    started = time.perf_counter()
    NotebookClient(
        notebook,
        resources={"metadata": {"path": str(path.parent)}},
        timeout=120,
        kernel_name="python3",
    ).execute(env=os.environ | {"PYTHONPATH": str(ROOT)})
    seconds = time.perf_counter() - started
    return seconds, int(notebook.cells[-1].outputs[0].text) / 1024


def main() -> None:
    """Print one row per lesson."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    print("import lecture_helpers:", done.stdout.strip())
    print(f"{'lesson':36} {'run all':>9} {'of 60 s':>8} {'peak':>9}")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        seconds, peak = run(path)
        print(f"{path.stem:36} {seconds:7.1f} s {seconds / 60:7.0%} {peak:5.0f} MiB")


if __name__ == "__main__":
    main()
