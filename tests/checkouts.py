"""Copies of the project as a clone has it."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def checkout(place: Path) -> Path:
    """The tracked files, copied to that place."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")[:-1]
    for name in tracked:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place / name)
    return place
