"""The folder a pull writes: whole files only, and a note of which objects are finished."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from remit.pull.problem import PullError, pull_error

NOTE = ".remit-pull"
"""The file in which a pull notes, as JSON, what is finished. It holds no credentials."""
FORMAT = "pull/1"
"""Name and version of its layout. Keys are added, never taken away."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file of a pull."""

    object: str
    file: str
    rows: int
    left_out: tuple[str, ...] = ()
    """Columns that were wanted and that the CRM does not have, or does not show to this user."""
    kept: bool = False
    """True where an earlier run of the same pull had fetched it."""


@dataclass(frozen=True, slots=True)
class PullSummary:
    """What a pull fetched, and what it could not."""

    crm: str
    host: str
    into: Path
    files: tuple[Fetched, ...]
    not_fetched: Mapping[str, str]
    """Objects that were wanted and left out, each with why."""

    @property
    def rows(self) -> int:
        """Rows in all files."""
        return sum(file.rows for file in self.files)


@dataclass(eq=False)
class Folder:
    """A pull's folder.

    A file is written under a hidden name and moved to its own when it is whole, so that what has
    a name can be read. An object that is noted as finished, and was asked for in the same words,
    is not fetched again.
    """

    path: Path
    crm: str
    host: str
    _objects: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look whether the folder is free, or holds the unfinished start of the same pull.

        Raises:
            PullError: If it holds anything else that a pull would overwrite.
        """
        if self.path.exists() and not self.path.is_dir():
            raise self._refused("is a file.", "Name a folder.")
        note = self.path / NOTE
        if not note.exists():
            if self.path.exists() and any(self.path.glob("*.csv")):
                raise self._refused("holds files that no pull wrote.", "Name another folder.")
            return
        try:
            noted = json.loads(note.read_text("utf-8"))
            of, finished = (noted["crm"], noted["host"]), bool(noted["finished"])
            self._objects = dict(noted["objects"])
        except (ValueError, KeyError, TypeError):
            fix = "Delete the folder, or name another."
            raise pull_error(str(note), "is not the note of a pull.", fix) from None
        if of != (self.crm, self.host):
            wrong = f"holds the start of a pull from {' '.join(of)}."
            raise self._refused(wrong, "Name another folder.")
        if finished:
            fix = "Name another folder for a new one, or delete this one first."
            raise self._refused("holds a finished pull.", fix)

    def finished(self, name: str, asked: str) -> tuple[Fetched, ...]:
        """The files of an object that an earlier run finished in the same words; else none."""
        noted = self._objects.get(name)
        if noted is None or noted["asked"] != asked:
            return ()
        files = [
            Fetched(f["object"], f["file"], f["rows"], tuple(f["left_out"]), kept=True)
            for f in noted["files"]
        ]
        return tuple(files) if all((self.path / file.file).is_file() for file in files) else ()

    def write(
        self,
        name: str,
        asked: str,
        files: Sequence[str],
        left_out: Sequence[str],
        fill: Callable[..., Sequence[int]],
    ) -> tuple[Fetched, ...]:
        """Write an object's files, whole or not at all, and note that it is finished.

        Args:
            name: The object.
            asked: The words it was asked for in; a later run with others fetches it again.
            files: Names of its files; the first is the object's own.
            left_out: Columns that were wanted and are not there.
            fill: Given one path for each file, writes them and returns the rows of each.

        Raises:
            PullError: If something cannot be written.
        """
        parts = [self.path / f".{file}.part" for file in files]
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            rows = fill(*parts)
            for part, file in zip(parts, files, strict=True):
                os.replace(part, self.path / file)
            fetched = tuple(
                Fetched(Path(file).stem, file, count, tuple(left_out) if at == 0 else ())
                for at, (file, count) in enumerate(zip(files, rows, strict=True))
            )
            self._objects[name] = {"asked": asked, "files": [asdict(file) for file in fetched]}
            self._note(finished=False)
        except OSError as error:
            wrong = f"cannot be written: {error.strerror or error}."
            raise self._refused(wrong, "Make room, or choose another place.") from None
        finally:
            for part in parts:
                part.unlink(missing_ok=True)
        return fetched

    def close(self) -> None:
        """Note that the pull is finished: a later one needs a folder of its own."""
        self._note(finished=True)

    def _note(self, *, finished: bool) -> None:
        noted = {
            "format": FORMAT,
            "crm": self.crm,
            "host": self.host,
            "finished": finished,
            "objects": self._objects,
        }
        beside = self.path / f"{NOTE}.part"
        beside.write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")
        os.replace(beside, self.path / NOTE)

    def _refused(self, wrong: str, fix: str) -> PullError:
        return pull_error(str(self.path), wrong, fix)
