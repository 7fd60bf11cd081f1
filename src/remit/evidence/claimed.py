"""A folder to build a file in, which nobody else builds at the same time."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from remit.evidence.elsewhere import EvidenceError
from remit.terms import Place, Problem

PATIENCE = 1.0
"""Seconds to wait for another process which may be about to end."""
DOING = ("loaded into", "rewritten")
"""What may be done with a file meanwhile."""
_LOCK = re.compile(r"\.remit-[0-9a-f]{12}\.lock")


@contextmanager
def claimed(into: Path, doing: str = DOING[0]) -> Iterator[Path]:
    """A folder beside a file, for as long as it takes to build the file there.

    It is taken away at the end, and if the process is killed, by the next claim of any file of
    the place. A lock tells whose is still in use: it goes with the process that holds it.

    Args:
        into: The file.
        doing: What is done with it, one of `DOING`; whoever finds it claimed is told so.

    Raises:
        EvidenceError: If the file is being loaded into, or rewritten, by somebody else.
        OSError: If nothing can be written there.
    """
    named = sha256(os.path.normcase(into.name).encode("utf-8", "replace")).hexdigest()[:12]
    folder = into.parent / f".remit-{named}"
    lock = folder.with_suffix(".lock")
    until = time.monotonic() + PATIENCE
    while (held := _taken(lock)) is None:
        if time.monotonic() > until:
            raise EvidenceError([_in_use(into, lock)])
        time.sleep(PATIENCE / 10)
    try:
        os.ftruncate(held, 0)
        os.write(held, f"{os.getpid()} {doing}\n".encode())
        _tidy(into.parent, but=lock)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _let_go(lock, held)


def _in_use(into: Path, lock: Path) -> Problem:
    said = ""
    with suppress(OSError):
        said = lock.read_text("ascii", "replace").strip()
    process, _, told = said.partition(" ")
    doing = told if told in DOING else "written"
    by = f" by process {process[:20]}" if process.isdigit() else ""
    return Problem(
        Place(str(into)),
        "",
        f"is being {doing} at this moment{by}.",
        "Wait until that has ended, and try again.",
    )


def _taken(lock: Path) -> int | None:
    """Hold a lock, if nobody else does."""
    while True:
        held = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            if not _locked(held):
                os.close(held)
                return None
            # whoever held it before may have taken the file away just then
            if os.path.samestat(os.fstat(held), os.lstat(lock)):
                return held
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(held)
            raise
        os.close(held)


def _locked(file: int) -> bool:
    """Lock an open file, until it is closed or its process ends."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _let_go(lock: Path, held: int) -> None:
    """Take a lock's file away and end the lock."""
    with suppress(OSError):  # Windows takes no file away that is open
        lock.unlink()
    os.close(held)


def _tidy(place: Path, but: Path) -> None:
    """Take away what processes left that were killed; nothing of one that is going on."""
    for lock in place.glob(".remit-*.lock"):
        if lock == but or not _LOCK.fullmatch(lock.name):
            continue
        with suppress(OSError):
            held = _taken(lock)
            if held is not None:
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                _let_go(lock, held)
