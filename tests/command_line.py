"""The command line, run as a user runs it: what it prints, where, and how it ends."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

Ended = subprocess.CompletedProcess[str]


def remit(*words: str | Path, within: Path | None = None, columns: int = 120) -> Ended:
    """Run a command here, without starting another Python: that takes most commands' longest."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    status: object = 0
    with pytest.MonkeyPatch.context() as here, redirect_stdout(out), redirect_stderr(err):
        here.setattr(sys, "argv", ["remit", *map(str, words)])
        here.setenv("COLUMNS", str(columns))
        here.chdir(within or Path.cwd())
        from remit.cli import main

        try:
            main()
        except SystemExit as ended:
            status = ended.code
    said = (stream.buffer.getvalue().decode() for stream in (out, err))
    return Ended(["remit", *map(str, words)], int(str(status or 0)), *said)


def remit_apart(*words: str | Path, within: Path | None = None, columns: int = 120) -> Ended:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "remit", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=within,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": str(columns)},
        timeout=120,
        check=False,
    )
