"""JSON files that hold records: a list of them, or answers of an API with a list inside.

What lies inside a record becomes a column named by its path (`start.dateTime`); a list stays as
JSON. What an answer says beside its list stands in every record under `above.`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from remit.sources.delimited import ExportError, Raw
from remit.sources.found import Format, Found
from remit.sources.handed import hand_over
from remit.terms import Place, Problem

DEEPEST = 6
"""Blocks inside blocks that become columns of their own."""
LISTS = ("items", "value", "results", "records", "data")
"""What APIs call the list in an answer."""


@Format(endings=(".json",))
def json_records(file: Path) -> Sequence[Found]:
    """A list of records, or answers of an API that hold one; one table. Others are passed over."""
    try:
        rows = list(_records(file))
    except ExportError:
        return [Found(file.stem, file.name, (), partial(_read, file))]  # said when it is wanted
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return [Found(file.stem, file.name, columns, partial(_read, file))] if rows else []


def _read(file: Path, con: duckdb.DuckDBPyConnection, relation: str) -> Raw:
    rows = list(_records(file))
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = hand_over(con, relation, rows, names)
    return Raw(file.stem, file, relation, columns, len(rows), label=file.name)


def _records(file: Path) -> Iterator[Mapping[str, str]]:
    try:
        found = json.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        wrong, fix = f"cannot be read: {error.strerror}.", "Look at its permissions."
        raise ExportError([Problem(Place(str(file)), "", wrong, fix)]) from None
    except json.JSONDecodeError as error:
        place = Place(str(file), error.lineno, error.colno)
        raise ExportError([Problem(place, "", "is not JSON.", "Export it again.")]) from None
    except (UnicodeDecodeError, RecursionError):
        place = Place(str(file))
        raise ExportError([Problem(place, "", "is not JSON.", "Export it again.")]) from None
    for answer in found if isinstance(found, list) else [found]:
        if not isinstance(answer, dict):
            continue
        inside = next((name for name in LISTS if isinstance(answer.get(name), list)), None)
        if inside is None:
            if isinstance(found, list):
                yield dict(_flat(answer))
            continue
        above = {k: v for k, v in answer.items() if not isinstance(v, list | dict)}
        beside = {f"above.{name}": word for name, word in _flat(above)}
        for record in answer[inside]:
            if isinstance(record, dict):
                yield {**dict(_flat(record)), **beside}


def _flat(record: Mapping[str, Any], path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if value is None:
            continue
        if isinstance(value, dict) and depth < DEEPEST:
            yield from _flat(value, f"{path}{name}.", depth + 1)
        elif isinstance(value, str):
            yield path + name, value.encode("utf-8", "replace").decode()
        else:
            yield path + name, json.dumps(value)
