"""Writing what was asked for, so that a file is there as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(file: Path, content: str | bytes) -> None:
    """Write a file as a whole or not at all; folders on the way are made.

    Args:
        file: Where.
        content: Text is written as UTF-8.

    Raises:
        OSError: If it cannot be written; what was there before still is.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)
