"""The files a charter is made of, gathered into one: `uses:`, the people file, job descriptions."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from remit.charter.positions import CharterError, Path_, Positioned, read_yaml, shortened, shown
from remit.terms import Place, Problem, closest, nearest

LONGEST_CELL = 100_000
"""Characters in one cell of a people file."""
LONGEST_JOB_DESCRIPTION = 100_000
"""Characters; a job description is a page or two."""
MOST_FILES = 50
"""Files one charter may be made of."""
LARGEST_PEOPLE_FILE = 5_000_000
"""Bytes."""
MOST_SPELLS = 50_000
"""Rows of a people file."""
PEOPLE_COLUMNS = ("person", "role", "segment", "team", "manager", "share", "from", "to")
NEEDED_COLUMNS = ("person", "role")


def gathered(file: Path) -> Positioned:
    """The charter's blocks from all its files, with the place of every value.

    Blocks of names and lists are put together; a word that two files state, and a name that two
    files give, are problems. The first file's own words come first.

    Raises:
        CharterError: If a file is not there, too large, not UTF-8 or not YAML.
    """
    whole = Positioned()
    _gather(file, whole, [])
    return whole


def _gather(file: Path, whole: Positioned, seen: list[Path]) -> None:
    seen.append(file.resolve())
    read = read_yaml(file)
    if not isinstance(read.value, dict):
        raise CharterError(
            [Problem(Place(str(file), 1, 1), "", "is not a charter.", "Start with `company:`.")]
        )
    uses = read.value.pop("uses", None)
    if isinstance(read.value.get("people"), str):
        read.value["people"] = _people(file, read)
    _job_descriptions(file, read)
    if whole.value is None:
        whole.value, whole.keys, whole.values = read.value, read.keys, read.values
    else:
        _merge(read, whole)
    whole.problems += read.problems
    for place, name in enumerate(uses if isinstance(uses, list) else [uses]):
        if name is None:
            continue
        path = ("uses", place) if isinstance(uses, list) else ("uses",)
        wrong = _unusable(file, name, seen)
        if wrong is None:
            _gather(file.parent / name, whole, seen)
        else:
            whole.problems.append(Problem(read.place(path), shown(path), *wrong))


def _unusable(file: Path, name: Any, seen: list[Path]) -> tuple[str, str] | None:
    if not isinstance(name, str):
        return "must be the path of a file.", "Give the path of a YAML file from here."
    try:
        other = (file.parent / name).resolve()
        there = other.is_file()
    except (OSError, ValueError, RuntimeError):  # the last where links lead in a circle
        there = False
    if not there:
        return (
            f"there is no file {_quoted(name)} here.",
            "Paths start from the folder of this file.",
        )
    if other in seen:
        return f"{_quoted(name)} is part of this charter already.", "Name each file once."
    if len(seen) >= MOST_FILES:
        return f"is one file more than {MOST_FILES}.", "Put some of them together."
    return None


def _merge(read: Positioned, whole: Positioned) -> None:
    """Put a further file's blocks among those gathered so far."""
    moved: dict[Path_, Path_] = {}
    for word, value in read.value.items():
        there = whole.value.get(word)
        if word not in whole.value:
            whole.value[word] = value
            moved[(word,)] = (word,)
        elif isinstance(value, dict) and isinstance(there, dict):
            for name in value:
                if name in there:
                    _twice(read, whole, (word, name))
                else:
                    there[name] = value[name]
                    moved[(word, name)] = (word, name)
        elif isinstance(value, list) and isinstance(there, list):
            for position in range(len(value)):
                moved[(word, position)] = (word, len(there) + position)
            there.extend(value)
        else:
            _twice(read, whole, (word,))
    for places, into in ((read.values, whole.values), (read.keys, whole.keys)):
        for path, place in places.items():
            for old in (path[:1], path[:2]):
                if old in moved:
                    into[(*moved[old], *path[len(old) :])] = place
                    break


def _twice(read: Positioned, whole: Positioned, path: Path_) -> None:
    first = whole.place(path, key=True)
    read.problems.append(
        Problem(
            read.place(path, key=True),
            shown(path),
            "is here a second time.",
            f"The first is at {Path(first.file).name}:{first.line}. Keep one.",
        )
    )


def _job_descriptions(file: Path, read: Positioned) -> None:
    """Put the text of each named job description beside its name."""
    roles = read.value.get("roles")
    for name, role in (roles if isinstance(roles, dict) else {}).items():
        stated = role.get("job_description") if isinstance(role, dict) else None
        if not isinstance(stated, str):
            continue
        path: Path_ = ("roles", name, "job_description")
        text, why = "", ""
        try:
            text = _text_of(file.parent / stated, 4 * LONGEST_JOB_DESCRIPTION).strip()
        except (OSError, ValueError) as error:
            why = _why(error)
        if not why and len(text) > LONGEST_JOB_DESCRIPTION:
            why = f"is longer than {LONGEST_JOB_DESCRIPTION:,} characters"
        if not why and not text:
            why = "is empty"
        if why:
            fix = "Give a text file beside the charter."
            wrong = f"{_quoted(stated)} {why}."
            read.problems.append(Problem(read.place(path), shown(path), wrong, fix))
            del role["job_description"]
        else:
            role["job_description"] = {"file": stated, "text": text}


def _quoted(name: str) -> str:
    return repr(shortened(name, 60))


def _why(error: Exception) -> str:
    """Why a file cannot be used, as the end of a sentence."""
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    if isinstance(error, FileNotFoundError):
        return "is not a file here"
    return "is too large" if isinstance(error, _TooLargeError) else "cannot be read"


class _TooLargeError(ValueError):
    """A text beside the charter that is larger than any such text needs to be."""


def _text_of(file: Path, most_bytes: int) -> str:
    """The text of an ordinary file.

    Raises:
        OSError: If it is no file or cannot be read.
        ValueError: If it is not UTF-8 or too large.
    """
    if not file.is_file():
        raise FileNotFoundError(file)
    if file.stat().st_size > most_bytes:
        raise _TooLargeError(file)
    return file.read_bytes().decode("utf-8-sig")


def _people(charter: Path, read: Positioned) -> list[dict[str, str]]:
    """The rows of the people file; where each stands goes among the places."""
    name = read.value["people"]
    try:
        text = _text_of(charter.parent / name, LARGEST_PEOPLE_FILE)
        csv.field_size_limit(LONGEST_CELL)  # the limit is one for the whole process
        reader = csv.DictReader(io.StringIO(text, newline=""))
        columns, rows = reader.fieldnames or (), []
        for row in reader:
            rows.append((reader.line_num, row))
            if len(rows) > MOST_SPELLS:
                raise _TooLargeError(name)
    except (OSError, ValueError, csv.Error) as error:
        read.problems.append(
            Problem(
                read.place(("people",)),
                "people",
                f"{_quoted(name)} {_why(error)}.",
                "Give a CSV file beside it.",
            )
        )
        return []
    file = str(charter.parent / name)
    for column in columns:
        if column not in PEOPLE_COLUMNS:
            read.problems.append(
                Problem(
                    Place(file, 1),
                    shown((column,)),
                    "is not a column of a people file.",
                    nearest(column, PEOPLE_COLUMNS, what="Columns"),
                )
            )
    missing = [column for column in NEEDED_COLUMNS if column not in columns]
    meant = {closest(column, PEOPLE_COLUMNS) for column in columns if column not in PEOPLE_COLUMNS}
    if missing and not meant.issuperset(missing):
        read.problems.append(
            Problem(
                Place(file, 1),
                "",
                f"has no column {' and no column '.join(missing)}.",
                f"The columns are {', '.join(PEOPLE_COLUMNS)}.",
            )
        )
    if missing:
        return []
    for line, row in rows:
        if None in row:
            wrong = f"has {len(columns) + len(row[None])} cells under {len(columns)} columns."
            fix = "Put quotes around a cell that has a comma in it."
            read.problems.append(Problem(Place(file, line), "", wrong, fix))
    rows = [(line, row) for line, row in rows if None not in row]
    for position, (line, _) in enumerate(rows):
        read.values[("people", position)] = Place(file, line)
    return [{key: row[key] for key in PEOPLE_COLUMNS if row.get(key)} for _, row in rows]
