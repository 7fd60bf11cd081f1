"""Plain tables (CSV, Parquet), mapped onto the canonical ones by a small YAML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.charter.positions import Positioned, read_yaml
from remit.evidence.sql import quoted
from remit.evidence.tables import AMOUNT, COUNT, DAY, FLAG, INSTANT, NUMBER, TABLES, Column
from remit.evidence.write import sql_type
from remit.sources.cells import Cell, Derived, Mapped, Reader, Rows, constant
from remit.sources.delimited import ExportError
from remit.sources.persons import Persons
from remit.sources.salesforce_ids import IDS_ARE_SHORT, in_15
from remit.sources.source import Export
from remit.terms import Place, Problem, nearest

WORKED_OUT = ("work", "states", "role_shares", "assignments", "remits")
"""Tables that no file fills."""

FOR_ALL = {"costs": ("role", "segment"), "targets": ("segment",)}
"""Columns in which a row that is for all of them says nothing."""


class MappedFile(BaseModel):
    """How one file fills one table: canonical column to the file's column, or to a constant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    columns: Mapping[str, str] = Field(min_length=1)
    constants: Mapping[str, str | bool | int | float] = {}


class TableMapping(BaseModel):
    """A mapping file: canonical table to the files that fill it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str = ""
    tables: Mapping[str, tuple[MappedFile, ...]]

    def files(self) -> list[str]:
        """Every file it names, once, relative to the mapping."""
        return list(dict.fromkeys(f.file for files in self.tables.values() for f in files))


def read_mapping(file: Path) -> TableMapping:
    """Read a mapping.

    A table may be given one file without a list around it.

    Raises:
        ExportError: With every unknown table, column or word, at its line.
    """
    read = read_yaml(file, called="mapping", start="Start with `tables:`.")
    stated = read.value if isinstance(read.value, dict) else {}
    tables = stated.get("tables")
    if not isinstance(tables, dict) or not tables:
        fix = "Give `tables:` with a file for each."
        if (near := nearest("tables", stated, what="Words")).startswith("Did"):
            fix = f"{near.partition('?')[0].replace('Did you mean', 'Is it')}? {fix}"
        raise ExportError([Problem(read.place(()), "tables", "is missing.", fix), *read.problems])
    listed = {name: many if isinstance(many, list) else [many] for name, many in tables.items()}
    problems = list(read.problems)
    try:
        mapping = TableMapping.model_validate({**stated, "tables": listed})
    except ValidationError as error:
        for found in error.errors(include_url=False):
            problems.append(_worded(read, tables, found["loc"], found["type"]))
        raise ExportError(problems) from None
    for name, files in mapping.tables.items():
        at = ("tables", name)
        if name not in TABLES or name in WORKED_OUT:
            known = set(TABLES) - set(WORKED_OUT)
            problems.append(
                Problem(
                    read.place(at, key=True),
                    f"tables.{name}",
                    "no table is called that.",
                    nearest(name, known, what="Tables"),
                )
            )
            continue
        for place, mapped in enumerate(files):
            of = (*at, place) if isinstance(tables[name], list) else at
            problems += _wrong_columns(read, name, mapped, of)
    if problems:
        raise ExportError(problems)
    return mapping


_WORDS = {
    "extra_forbidden": "the mapping has no such word here.",
    "missing": "is missing.",
    "mapping_type": "must be names and values, such as `lead_id: Id`.",
    "dict_type": "must be names and values, such as `lead_id: Id`.",
    "model_type": "must be names and values, such as `file: leads.csv`.",
    "model_attributes_type": "must be names and values, such as `file: leads.csv`.",
    "string_type": "must be text.",
    "too_short": "is empty.",
}


def _worded(
    read: Positioned, tables: Mapping[str, object], where: tuple[str | int, ...], kind: str
) -> Problem:
    """What is wrong with the shape of a mapping, in its own words."""
    table = tables.get(str(where[1])) if len(where) > 1 else None
    path = where if isinstance(table, list) else tuple(p for p in where if not isinstance(p, int))
    strange = kind == "extra_forbidden"
    known = MappedFile.model_fields if len(where) > 1 else TableMapping.model_fields
    return Problem(
        read.place(path, key=strange),
        ".".join(map(str, path)),
        _WORDS.get(kind, "must be text, a number, true or false."),
        nearest(str(where[-1]), known, what="Words")
        if strange
        else "A file has `file:`, `columns:` and maybe `constants:`.",
    )


def _wrong_columns(
    read: Positioned, table: str, mapped: MappedFile, of: tuple[str | int, ...]
) -> list[Problem]:
    """Columns that a table does not have, and those it cannot do without."""
    contract = TABLES[table].columns
    path = ".".join(map(str, of))
    problems = [
        Problem(
            read.place((*of, word, column), key=True),
            f"{path}.{word}.{column}",
            f"{table} has no such column.",
            nearest(column, contract, what="Columns"),
        )
        for word, columns in (("columns", mapped.columns), ("constants", mapped.constants))
        for column in columns
        if column not in contract
    ]
    problems += [
        Problem(
            read.place((*of, "constants", column)),
            f"{path}.constants.{column}",
            f"{value!r} is not what {column} holds: {contract[column].about}.",
            f"Its type is {contract[column].type}.",
        )
        for column, value in mapped.constants.items()
        if column in contract and not _fits(value, contract[column])
    ]
    filled = {*mapped.columns, *mapped.constants}
    if "happened_at" in filled:
        filled.add("day")
    filled |= set(FOR_ALL.get(table, ()))
    problems += [
        Problem(
            read.place(of),
            path,
            f"{table} needs {column}, which nothing here fills.",
            f"It is: {noun.about}.",
        )
        for column, noun in contract.items()
        if noun.required and column not in filled and noun.type != FLAG and not problems
    ]
    return problems


def _fits(value: object, column: Column) -> bool:
    """Whether a constant can stand in a column."""
    word = str(value).lower() if isinstance(value, bool) else str(value)
    with duckdb.connect() as con:
        tried = f"SELECT try_cast(? AS {sql_type(column.type)}) IS NOT NULL"
        return bool((con.execute(tried, [word]).fetchone() or (False,))[0])


def plain(mapping: TableMapping, export: Export) -> Iterator[Mapped]:
    """Rows of plain files as rows of canonical tables.

    People are everybody whom a column names: whoever the evidence knows by that address, id or
    name, else somebody new. A credit whose record is a lead was first touched
    when the lead came in, unless a column says otherwise.

    Raises:
        ExportError: If a file lacks a column that the mapping names.
    """
    _check_columns(mapping, export)
    for name in (table for table in TABLES if table in mapping.tables):
        said: dict[str, None] = {}
        for mapped in mapping.tables[name]:
            reader = export.get(mapped.file)
            if reader is not None:
                yield from _rows(name, mapped, reader, export, said)
        if said:
            yield Derived(name, f"SELECT * FROM {name} WHERE false", " ".join(said))
    if "deal_credits" in mapping.tables and "leads" in mapping.tables:
        yield Derived(
            "deal_credits",
            """SELECT c.* EXCLUDE (touched_at), l.created_at AS touched_at
            FROM deal_credits c JOIN leads l ON l.lead_id = c.record_id WHERE c.touched_at IS NULL""",
            "A record was first touched when its lead came in.",
        )


def _rows(
    name: str, mapped: MappedFile, reader: Reader, export: Export, said: dict[str, None]
) -> Iterator[Mapped]:
    contract = TABLES[name].columns
    if _people_meant(mapped, contract, reader, export):
        said[PEOPLE_MEANT] = None
    cells = {
        column: _cell(reader, contract[column], word) for column, word in mapped.columns.items()
    }
    for column, word in mapped.columns.items():
        if _is_id(column, contract[column]):
            text = cells[column].sql
            cells[column] = Cell(in_15(text), column=word)
            if reader.con.execute(
                f"SELECT 1 FROM {reader.raw.relation} WHERE {text} <> {in_15(text)} LIMIT 1"
            ).fetchone():
                said[IDS_ARE_SHORT] = None
    for column, value in mapped.constants.items():
        word = str(value).lower() if isinstance(value, bool) else str(value)
        cells[column] = Cell(_person(quoted(word))) if contract[column].person else constant(word)
    for column in FOR_ALL.get(name, ()):
        told = cells.get(column, Cell("NULL"))
        cells[column] = replace(told, sql=f"coalesce({told.sql}, '')")
    for column, noun in contract.items():
        if noun.required and column not in cells and noun.type == FLAG:
            cells[column] = Cell("true" if column in ("counted", "is_person") else "false")
    if name == "activities" and "day" not in cells and "happened_at" in cells:
        zone, at = export.charter.time_zone, cells["happened_at"].sql
        cells["day"] = Cell(f"CAST(timezone('{zone}', timezone('UTC', {at})) AS DATE)")
    if "known_from" not in cells:
        first = next((c for c in cells if contract[c].type == INSTANT), None)
        if first is not None:
            cells["known_from"] = cells[first]
    late = f"known_from >= TIMESTAMP '{export.today}' + INTERVAL 2 DAY"
    refuse = (
        {f"is dated after the day of the load, {export.today}": late}
        if "known_from" in cells
        else {}
    )
    if name == "activities" and "minutes" in cells:
        refuse |= {"ends before it starts": "minutes < 0"}
        counted, longest = cells["counted"].sql, export.number("longest_entry_minutes")
        long = f"coalesce({cells['minutes'].sql} > {longest}, false)"
        cells["counted"] = replace(cells["counted"], sql=f"({counted}) AND NOT {long}")
        why = cells["not_counted"].sql if "not_counted" in cells else "NULL"
        cells["not_counted"] = Cell(
            f"CASE WHEN {long} THEN 'longer than a working day' ELSE {why} END"
        )
    yield Rows(name, reader.raw, cells, refuse=refuse)
    for column, word in _words_for_people(mapped, contract, reader):
        named = f"(SELECT DISTINCT {word} AS word FROM {reader.raw.kept})"
        if name != "people" or column != "person_id":
            yield Derived(
                "people",
                f"""SELECT DISTINCT person_id, true AS is_person FROM meant JOIN {named} USING (word)
                WHERE person_id NOT IN (SELECT person_id FROM people)""",
            )
        yield Derived(
            "private.names",
            f"""SELECT DISTINCT person_id, source_id, CASE WHEN contains(source_id, '@') THEN source_id END AS email,
                {name != "people" or column != "person_id"} OR contains(source_id, '@') AS by_word
            FROM meant JOIN {named} USING (word)
            WHERE person_id NOT IN (SELECT person_id FROM private.names)""",
        )


PEOPLE_MEANT = (
    "Who is named by an e-mail address, an id of the CRM, or a name that one person has, is that "
    "person."
)


def _people_meant(
    mapped: MappedFile, contract: Mapping[str, Column], reader: Reader, export: Export
) -> bool:
    """Look up all whom a file names; whether any is known by another word than the file's."""
    words = [word for _, word in _words_for_people(mapped, contract, reader)]
    if not words:
        return False
    each = " UNION ".join(f"SELECT {word} AS word FROM {reader.raw.relation}" for word in words)
    named = export.con.execute(f"SELECT word FROM ({each}) WHERE word IS NOT NULL").fetchall()
    return Persons(export.con).meant(word for (word,) in named) > 0


def _words_for_people(
    mapped: MappedFile, contract: Mapping[str, Column], reader: Reader
) -> list[tuple[str, str]]:
    """The columns that name somebody, with the SQL of the words they do it by."""
    return [
        *((c, reader.text(word).sql) for c, word in mapped.columns.items() if contract[c].person),
        *((c, quoted(str(v))) for c, v in mapped.constants.items() if contract[c].person),
    ]


def _person(word: str) -> str:
    return f"(SELECT m.person_id FROM meant m WHERE m.word = {word})"


def _is_id(column: str, noun: Column) -> bool:
    """Whether a column holds the id of a record; one of these may be Salesforce's."""
    return (column.endswith("_id") or column in ("merged_into", "renewal_of")) and not noun.person


def _cell(reader: Reader, column: Column, name: str) -> Cell:
    if column.person:
        return Cell(_person(reader.text(name).sql), column=name)
    if column.type == INSTANT:
        return reader.instant(name)
    if column.type == DAY:
        return reader.day(name)
    if column.type == FLAG:
        return reader.flag(name)
    if column.type == AMOUNT:
        return reader.amount(name)
    if column.type == NUMBER:
        return reader.number(name)
    if column.type == COUNT:
        return reader.whole(name)
    return reader.text(name)


def _check_columns(mapping: TableMapping, export: Export) -> None:
    problems = [
        Problem(
            Place(str(reader.raw.file), 1),
            word,
            "names two columns." if _doubled(reader, word) else "the file has no such column.",
            "Rename one of them."
            if _doubled(reader, word)
            else nearest(word, reader.raw.columns, what="Columns"),
        )
        for files in mapping.tables.values()
        for mapped in files
        if (reader := export.get(mapped.file)) is not None
        for word in mapped.columns.values()
        if not reader.raw.has(word)
    ]
    if problems:
        raise ExportError(list(dict.fromkeys(problems)))


def _doubled(reader: Reader, word: str) -> bool:
    return word.casefold() in map(str.casefold, reader.raw.doubled)
