"""Object-centric event logs (OCEL 2.0) in JSON, XML or SQLite: events that concern many objects."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.xmlreader import AttributesImpl

import duckdb

from remit.evidence.sql import identifier, quoted
from remit.sources.cells import Lent, Mapped, Reader
from remit.sources.delimited import LARGEST_CELL, ExportError, Raw, refused
from remit.sources.event_log import (
    column,
    entries,
    places,
    refuse_broken,
    remember,
    start_gathering,
)
from remit.sources.found import Format, Found
from remit.sources.source import Export, Source
from remit.sources.xes import Elements, GrowingTable, read_xml
from remit.terms import Place, Problem, nearest

TABLES: Mapping[str, tuple[str, ...]] = {
    "events": ("ocel:eid", "ocel:activity", "ocel:timestamp"),
    "objects": ("ocel:oid", "ocel:type"),
    "relationships": ("ocel:of", "ocel:from", "ocel:to", "ocel:qualifier"),
    "changes": ("ocel:oid", "ocel:name", "ocel:value", "ocel:timestamp"),
}
"""The tables of every log, and the columns that they have in any; events have their attributes too.

`ocel:of` says whether an event or an object is related; a change is a value that an attribute of
an object has from an instant on.
"""
LARGEST_JSON = 256_000_000
"""Bytes of JSON that are read, which takes several times that in memory."""

Rows = Iterator[Mapping[str, str | None] | str]
"""Rows of one table; a text where there is no row, saying why."""


@Format(endings=(".jsonocel", ".json"))
def ocel_json(file: Path) -> Sequence[Found]:
    """OCEL 2.0 as JSON; a `.json` file that has none of its keys is passed over."""
    if file.suffix.casefold() == ".json" and not _has_keys(file):
        return []
    return _tables(file, _read_json)


@Format(endings=(".sqlite",))
def ocel_sqlite(file: Path) -> Sequence[Found]:
    """OCEL 2.0 as an SQLite database; one that lacks its tables is passed over."""
    try:
        with closing(_open(file)) as con:
            known = {"event", "object", "event_object"} <= _own_tables(con)
    except sqlite3.Error:
        known = False
    return _tables(file, _read_sqlite) if known else []


@Format(endings=(".xmlocel",))
def ocel_xml(file: Path) -> Sequence[Found]:
    """OCEL 2.0 as XML, read as a stream."""
    return _tables(file, _read_xml)


def _tables(file: Path, read: Any) -> Sequence[Found]:
    return [
        Found(f"{file.name} {name}", f"{file.name}#{name}", columns, partial(read, file, name))
        for name, columns in TABLES.items()
    ]


def _finds(tables: Sequence[Found]) -> Mapping[str, Found]:
    known = set(TABLES.values())
    return {table.name: table.known_as(table.name) for table in tables if table.columns in known}


@Source(finds=_finds, known=frozenset({".jsonocel", ".xmlocel", ".sqlite"}))
def ocel(export: Export) -> Iterator[Mapped]:
    """An object-centric event log, OCEL 2.0.

    The charter's `event_log.object` says which type of object is the case. An event that
    concerns several of them is one entry of work, linked to each. Who did it are the objects of
    the type that `event_log.resource` names, or an attribute of the event.
    """
    start_gathering(export.con)
    for name, events in export.readers.items():
        if name.endswith(" events"):
            yield from _gather(export, events, name.removesuffix(" events"))
    yield from entries(export)


def _gather(export: Export, events: Reader, file: str) -> Iterator[Lent]:
    con, log = export.con, export.charter.event_log
    con.execute(
        "CREATE OR REPLACE TEMP TABLE log_objects (event_id VARCHAR, object_id VARCHAR, type VARCHAR)"
    )
    objects, relations = export.get(f"{file} objects"), export.get(f"{file} relationships")
    if objects is not None and relations is not None:
        con.execute(
            f"""INSERT INTO log_objects SELECT DISTINCT r.event_id, o.object_id, o.type
            FROM (SELECT {relations.text("ocel:from").sql} AS event_id,
                    {relations.text("ocel:to").sql} AS object_id
                  FROM {relations.raw.relation} WHERE {relations.text("ocel:of").sql} = 'event') r
            JOIN (SELECT {objects.text("ocel:oid").sql} AS object_id,
                    {objects.text("ocel:type").sql} AS type FROM {objects.raw.relation}) o
                USING (object_id)"""
        )
        yield Lent(objects.raw, "activity_links")
        yield Lent(relations.raw, "activity_links")
    types = [
        row[0]
        for row in con.execute(
            "SELECT DISTINCT type FROM log_objects WHERE type IS NOT NULL ORDER BY 1"
        ).fetchall()
    ]
    of_case = "false"
    if log is not None:
        of_case = f"lower(type) = lower({quoted(_type_of_case(events, log.object, types))})"
    id_ = events.text("ocel:eid")
    first_row = f"SELECT min(_row) FROM {events.raw.relation} GROUP BY {id_.sql}"
    refuse_broken(
        export,
        events,
        [id_],
        {"is there twice: an earlier event has the same id": f"_row NOT IN ({first_row})"},
    )
    first = places(con)
    case = f"(SELECT min(object_id) FROM log_objects WHERE event_id = {id_.sql} AND {of_case})"
    remember(export, events, first, case, id_.sql)
    doers = "SELECT place, resource FROM log_own WHERE resource IS NOT NULL"
    named = log.resource if log else None
    if named and named.casefold() in map(str.casefold, types):
        doers = f"""SELECT place, object_id FROM log_own JOIN log_objects USING (event_id)
            WHERE lower(type) = lower({quoted(named)})"""
    elif named and not events.raw.has(named):
        raise _unknown(events, "resource", named, [*types, *events.raw.columns])
    by = named if named and events.raw.has(named) else column(events, "resource")
    resource = events.text(by).sql
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE log_own AS
        SELECT {first} + _row AS place, {id_.sql} AS event_id, {resource} AS resource
        FROM {events.raw.kept};
        INSERT INTO log_cases SELECT place, object_id FROM log_own JOIN log_objects USING (event_id)
            WHERE {of_case};
        INSERT INTO log_doers SELECT *, NULL, NULL FROM ({doers})"""
    )
    yield Lent(events.raw, "activities")


def _type_of_case(events: Reader, named: str | None, types: Sequence[str]) -> str:
    if named is None:
        raise _wrong(
            events,
            "object",
            "is missing, and an object-centric log has no one kind of case.",
            f"Say which of its types of objects is the case: {', '.join(types)}.",
        )
    if named.casefold() not in map(str.casefold, types):
        raise _unknown(events, "object", named, types)
    return named


def _unknown(events: Reader, word: str, named: str, known: Sequence[str]) -> ExportError:
    what = "type of object" if word == "object" else "type of object or attribute"
    wrong = f'the log has no {what} called "{named}" (the charter\'s `event_log.{word}`).'
    return _wrong(events, word, wrong, nearest(named, known, what="There are"))


def _wrong(events: Reader, word: str, wrong: str, fix: str) -> ExportError:
    return ExportError([Problem(Place(str(events.raw.file)), f"event_log.{word}", wrong, fix)])


def _filled(
    file: Path, name: str, con: duckdb.DuckDBPyConnection, relation: str, rows: Rows
) -> Raw:
    """A table of a log whose file has no lines: rows are counted."""
    table = GrowingTable(con, relation, file, *TABLES[name])
    for at, row in enumerate(rows, start=1):
        if isinstance(row, str):
            table.malformed.append((at, row))
        else:
            table.add(at, row)
    return table.finished(f"{file.name} {name}", f"{file.name}#{name}")


# JSON


def _has_keys(file: Path) -> bool:
    """Whether a file holds the names of a log's parts somewhere."""
    wanted, left = (b'"eventTypes"', b'"objectTypes"', b'"ocel:events"'), b""
    try:
        with file.open("rb") as f:
            while chunk := f.read(1 << 20):
                if any(word in left + chunk for word in wanted):
                    return True
                left = chunk[-20:]
    except OSError:
        return False
    return False


def _read_json(file: Path, name: str, con: duckdb.DuckDBPyConnection, relation: str) -> Raw:
    return _filled(file, name, con, relation, _rows_of_json(_document(file), name))


def _document(file: Path) -> Mapping[str, Any]:
    """The whole of a file.

    Raises:
        ExportError: If it is too large, no JSON, cut off, or no OCEL 2.0.
    """
    try:
        if file.stat().st_size > LARGEST_JSON:
            raise refused(
                file, f"is larger than {LARGEST_JSON // 1_000_000} MB.", "Save it as SQLite."
            )
        read = json.loads(file.read_bytes())
    except OSError as error:
        wrong = f"cannot be read: {error.strerror}."
        raise refused(file, wrong, "Look at its permissions.") from None
    except json.JSONDecodeError as error:
        wrong = f"is no JSON, or is cut off: {error.msg[:80]}."
        raise refused(file, wrong, "Export or copy it again.", line=error.lineno) from None
    except RecursionError:
        raise refused(file, "is nested too deeply.", "Export it again.") from None
    except ValueError:
        raise refused(file, "is no JSON in UTF-8.", "Export it again.") from None
    if isinstance(read, dict) and "ocel:events" in read:
        raise refused(file, "is OCEL 1.0.", "Save it as OCEL 2.0.")
    parts = ("events", "objects")
    if not isinstance(read, dict) or not all(isinstance(read.get(p), list) for p in parts):
        raise refused(
            file,
            "is no OCEL 2.0: it has no lists `events` and `objects`.",
            "Export it again.",
        )
    return read


def _rows_of_json(document: Mapping[str, Any], name: str) -> Rows:
    part, singular = ("events", "event") if name == "events" else ("objects", "object")
    if name == "relationships":
        for of, of_part in (("event", "events"), ("object", "objects")):
            for one in filter(_is_block, document[of_part]):
                yield from _related(of, one)
        return
    for one in document[part]:
        if not _is_block(one):
            yield f"is no {singular}"
        elif name == "changes":
            for attribute in filter(_is_block, _listed(one, "attributes")):
                yield {
                    "ocel:oid": _text(one.get("id")),
                    "ocel:name": _text(attribute.get("name")),
                    "ocel:value": _text(attribute.get("value")),
                    "ocel:timestamp": _text(attribute.get("time")),
                }
        elif name == "objects":
            yield {"ocel:oid": _text(one.get("id")), "ocel:type": _text(one.get("type"))}
        else:
            yield {
                "ocel:eid": _text(one.get("id")),
                "ocel:activity": _text(one.get("type")),
                "ocel:timestamp": _text(one.get("time")),
                **{
                    attribute["name"]: _text(attribute.get("value"))
                    for attribute in filter(_is_block, _listed(one, "attributes"))
                    if isinstance(attribute.get("name"), str) and attribute["name"]
                },
            }


def _related(of: str, one: Mapping[str, Any]) -> Rows:
    for related in _listed(one, "relationships"):
        if not _is_block(related) or not _text(related.get("objectId")):
            yield "is no relationship: it names no object"
        else:
            yield {
                "ocel:of": of,
                "ocel:from": _text(one.get("id")),
                "ocel:to": _text(related["objectId"]),
                "ocel:qualifier": _text(related.get("qualifier")),
            }


def _is_block(part: object) -> bool:
    return isinstance(part, dict)


def _listed(one: Mapping[str, Any], word: str) -> Sequence[Any]:
    found = one.get(word)
    return found if isinstance(found, list) else ()


def _text(value: object) -> str | None:
    """A value as text, so that columns of all formats are read alike."""
    if value is None or isinstance(value, dict | list | bytes):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.encode("utf-8", "replace").decode("utf-8")


# SQLite


def _open(file: Path) -> sqlite3.Connection:
    """A database, for reading, in which nothing of its own is run: no view, no function."""
    # of a database that keeps a journal of changes, a reader writes files beside it; where there
    # are no such changes, SQLite need not know that anybody could make them
    journal = file.with_name(f"{file.name}-wal")
    how = "mode=ro" if journal.exists() and journal.stat().st_size else "mode=ro&immutable=1"
    con = sqlite3.connect(f"{file.resolve().as_uri()}?{how}", uri=True)
    con.text_factory = lambda text: text.decode("utf-8", "replace")
    con.execute("PRAGMA trusted_schema = OFF")
    con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_CELL * 4)  # bytes; a column may be worked out
    return con


def _own_tables(con: sqlite3.Connection) -> set[str]:
    """The tables that are tables, and neither views nor somebody's code."""
    rows = con.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    return {row[0] for row in rows}


def _read_sqlite(file: Path, name: str, con: duckdb.DuckDBPyConnection, relation: str) -> Raw:
    try:
        with closing(_open(file)) as log:
            return _filled(file, name, con, relation, _rows_of_sqlite(log, name))
    except (sqlite3.Error, IndexError) as error:
        wrong = f"is no OCEL 2.0 that can be read: {str(error)[:120]}."
        raise refused(file, wrong, "Export it again.") from None


def _rows_of_sqlite(log: sqlite3.Connection, name: str) -> Rows:
    there = _own_tables(log)
    if name == "objects":
        for id_, type_ in log.execute("SELECT ocel_id, ocel_type FROM object"):
            yield {"ocel:oid": _text(id_), "ocel:type": _text(type_)}
    elif name == "relationships":
        for of, table, start in (
            ("event", "event_object", "ocel_event_id"),
            ("object", "object_object", "ocel_source_id"),
        ):
            if table not in there:
                continue
            end = "ocel_object_id" if of == "event" else "ocel_target_id"
            for row in log.execute(f"SELECT {start}, {end}, ocel_qualifier FROM {table}"):
                yield dict(zip(TABLES[name], (of, *map(_text, row)), strict=True))
    elif name == "events":
        for type_, _, found in _of_types(log, "event", there):
            cells = {"ocel:eid": found.pop("ocel_id"), "ocel:activity": type_}
            yield {**cells, "ocel:timestamp": found.pop("ocel_time", None), **found}
    else:
        for _, id_, found in _of_types(log, "object", there):
            at, changed = found.pop("ocel_time", None), found.pop("ocel_changed_field", None)
            found.pop("ocel_id")
            for word, value in found.items():
                if value is not None and changed in (None, word):
                    yield dict(zip(TABLES[name], (id_, word, value, at), strict=True))


def _of_types(
    log: sqlite3.Connection, what: str, there: set[str]
) -> Iterator[tuple[str, str | None, dict[str, str | None]]]:
    """Type, id and columns of every event or object, from the table of its type."""
    places = dict(log.execute(f"SELECT ocel_type, ocel_type_map FROM {what}_map_type").fetchall())
    for (type_,) in log.execute(f"SELECT DISTINCT ocel_type FROM {what}").fetchall():
        table = f"{what}_{places.get(type_, '')}"
        own = table if table in there else None
        joined = f"LEFT JOIN {identifier(own)} t USING (ocel_id)" if own else ""
        rows = log.execute(
            f"SELECT e.ocel_id{', t.*' if own else ''} FROM {what} e {joined} WHERE e.ocel_type = ?",
            [type_],
        )
        names = [column[0] for column in rows.description]
        for row in rows:
            cells = {n: _text(v) for n, v in zip(names[1:], row[1:], strict=True)}
            cells["ocel_id"] = _text(row[0])
            yield str(type_), cells["ocel_id"], cells


# XML


def _read_xml(file: Path, name: str, con: duckdb.DuckDBPyConnection, relation: str) -> Raw:
    table = GrowingTable(con, relation, file, *TABLES[name])
    read_xml(file, _Parts(table, name))
    return table.finished(f"{file.name} {name}", f"{file.name}#{name}")


class _Parts(Elements):
    """Follows a log for the rows of one of its tables."""

    wants_text = True

    def __init__(self, rows: GrowingTable, wanted: str) -> None:
        super().__init__(rows.file)
        self._rows, self._wanted = rows, wanted
        self._one: dict[str, str | None] = {}
        self._what = ""
        self._at = 0
        self._attribute: tuple[str | None, str | None] | None = None
        self._said: list[str] = []

    def opens(self, tag: str, inside: str, attrs: AttributesImpl) -> None:
        if not inside and tag != "log":
            wrong = f"is no OCEL 2.0: it starts with <{tag[:40]}> and not with <log>."
            raise self.wrong(wrong, "Export it as OCEL 2.0.")
        if len(self.path) == 3 and (tag, inside) in (("event", "events"), ("object", "objects")):
            self._what, self._at, self._one = tag, self.line, _cells(tag, attrs)
        elif tag in ("event", "trace") and len(self.path) > 1:
            wrong = f"is nested wrongly: <{tag}> inside <{inside[:40]}>."
            raise self.wrong(wrong, "Export it again, as OCEL 2.0.")
        elif tag == "attribute" and self._what:
            self._attribute, self._said = (attrs.get("name"), attrs.get("time")), []
        elif tag in ("relationship", "object") and self._what and self._wanted == "relationships":
            self._relationship(attrs)

    def characters(self, content: str) -> None:
        """The value of an attribute, or the blanks between elements."""
        if self._attribute is not None:
            self._said.append(content)

    def closes(self, tag: str) -> None:
        if tag == "attribute" and self._attribute is not None:
            (name, at), value = self._attribute, "".join(self._said)
            self._attribute = None
            if self._what == "event" and name:
                self._one.setdefault(name, value)
            elif self._what == "object" and self._wanted == "changes":
                cells = (self._one["ocel:oid"], name, value, at)
                self._rows.add(self.line, dict(zip(TABLES["changes"], cells, strict=True)))
        elif tag == self._what and len(self.path) == 2:
            if self._wanted == f"{tag}s":
                self._rows.add(self._at, self._one)
            self._what = ""

    def _relationship(self, attrs: AttributesImpl) -> None:
        to = attrs.get("object-id")
        if not to:
            self._rows.malformed.append((self.line, "is no relationship: it names no object"))
            return
        start = self._one["ocel:eid" if self._what == "event" else "ocel:oid"]
        qualifier = attrs.get("qualifier") or attrs.get("relationship")
        cells = (self._what, start, to, qualifier)
        self._rows.add(self.line, dict(zip(TABLES["relationships"], cells, strict=True)))


def _cells(tag: str, attrs: AttributesImpl) -> dict[str, str | None]:
    if tag == "object":
        return {"ocel:oid": attrs.get("id"), "ocel:type": attrs.get("type")}
    return dict(zip(TABLES["events"], map(attrs.get, ("id", "type", "time")), strict=True))
