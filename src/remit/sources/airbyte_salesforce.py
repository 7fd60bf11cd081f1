"""Salesforce as Airbyte writes it into a warehouse: API names in other capitals, maybe versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from remit.sources.cells import Mapped
from remit.sources.connectors import (
    after_reading,
    latest,
    latest_only,
    plainly,
    times_in_utc,
    told,
    without_affixes,
    written,
)
from remit.sources.delimited import Raw
from remit.sources.found import Found
from remit.sources.salesforce import OBJECTS, salesforce
from remit.sources.source import Export, Source, connector


def finds(tables: Sequence[Found]) -> Mapping[str, Found]:
    """Airbyte's tables of Salesforce objects; its raw tables, which hold JSON, are not meant."""
    objects = {plainly(object_): object_ for object_ in OBJECTS}
    found: dict[str, Found] = {}
    for table in tables:
        object_ = objects.get(plainly(without_affixes(table.name)))
        if object_ and object_ not in found and connector(table) == "airbyte" and table.has("Id"):
            read = after_reading(table, times_in_utc, _note_changes, latest_only(_latest_first))
            found[object_] = read.known_as(object_)
    return found


@Source(finds=finds, known=frozenset({"account", "lead", "opportunity", "task", "user"}))
def airbyte_salesforce(export: Export) -> Iterator[Mapped]:
    """Salesforce as Airbyte writes it into a warehouse, in a database or in files of its tables.

    Columns have Salesforce's API names in whatever capitals, and the rows become what those of a
    native export do. Where Airbyte appends, the version of a row that it extracted last counts,
    and the older ones are counted in the note. Values that Airbyte says it dropped or cut are
    counted there too.
    """
    yield from salesforce(export)


def _latest_first(raw: Raw) -> str:
    """The order of a record's versions, the latest first; older Airbytes said `emitted`."""
    when = ("_airbyte_extracted_at", "_airbyte_emitted_at", "SystemModstamp", "LastModifiedDate")
    return ", ".join([*latest(raw, *when), "_row DESC"])


def _note_changes(con: duckdb.DuckDBPyConnection, raw: Raw) -> str:
    """Say in the note which values Airbyte could not bring over, by its own record of it.

    `_airbyte_meta` lists `changes`, each with its field; before that, `errors` in words.
    """
    meta = written(raw, "_airbyte_meta")
    if meta is None:
        return ""
    changed = con.execute(
        f"""SELECT field, count(*) FROM (
            SELECT unnest(json_extract_string({meta}, '$.changes[*].field')) AS field
            FROM {raw.relation} WHERE json_valid({meta})
            UNION ALL SELECT unnest(list_transform(json_extract_string({meta}, '$.errors[*]'), e -> 'unnamed'))
            FROM {raw.relation} WHERE json_valid({meta}))
        GROUP BY field ORDER BY count(*) DESC, field"""
    ).fetchall()
    if changed:
        listed = ", ".join(f"{field} {count:,}" for field, count in changed)
        told(raw, f"values that Airbyte dropped or cut: {listed}")
    return ""
