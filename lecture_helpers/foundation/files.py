"""Files that are written whole or not at all."""

import os
from pathlib import Path


def write_text(text: str, path: Path) -> None:
    """As ``write_bytes``, in UTF-8."""
    write_bytes(text.encode(), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file, all of it or nothing: an interrupted write leaves the old one.

    Raises:
        OSError: it cannot be written, on a full disk for example; the old one stands.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
