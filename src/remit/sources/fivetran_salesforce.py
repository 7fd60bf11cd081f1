"""Salesforce as Fivetran writes it into a warehouse: snake_case, and versions where history is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from remit.sources.cells import Cell, Mapped, Reader, Rows, constant
from remit.sources.connectors import (
    Step,
    after_reading,
    in_api_names,
    is_true,
    latest,
    latest_only,
    left_unread,
    plainly,
    record,
    times_in_utc_and_days,
    without_affixes,
    written,
)
from remit.sources.delimited import Raw
from remit.sources.found import Found
from remit.sources.salesforce import OBJECTS, salesforce
from remit.sources.salesforce_columns import deleted, not_in_future, seller
from remit.sources.salesforce_deals import CUSTOM
from remit.sources.source import Export, Source, connector

WITH_VERSIONS = {"Account": "account", "Lead": "lead", "Opportunity": "opportunity"}
"""Objects whose versions tell who owned a record when; an opportunity's, its stages too."""


def finds(tables: Sequence[Found]) -> Mapping[str, Found]:
    """Fivetran's tables of Salesforce objects, and those that hold versions of whole rows.

    A table of versions is told by its `_fivetran_start`, and Salesforce's own history objects by
    the id of the record that they are about: both may be called `opportunity_history`. Where an
    object has versions only, the latest version of each row is the record.
    """
    objects: dict[str, Found] = {}
    versions: dict[str, Found] = {}
    for table in tables:
        object_, has_versions, own_table = _what(table)
        if object_ and own_table:
            objects.setdefault(object_, table)
        if object_ and has_versions and (not own_table or object_ not in versions):
            versions[object_] = table
    for object_, table in versions.items():
        objects.setdefault(object_, table)
    found = {
        object_: after_reading(table, times_in_utc_and_days, _gone, *_only_latest(table))
        for object_, table in objects.items()
    }
    for object_ in versions.keys() & WITH_VERSIONS.keys():
        found[_versions_of(object_)] = after_reading(
            versions[object_], times_in_utc_and_days, _gone
        )
    taken = {table.label for table in found.values()}
    others = [table for table in tables if _what(table)[0] and table.label not in taken]
    found |= {f"unread {table.label}": left_unread(table) for table in others}
    return {name: table.known_as(name) for name, table in found.items()}


def _versions_of(object_: str) -> str:
    return f"versions of {object_}"


def _what(table: Found) -> tuple[str, bool, bool]:
    """The Salesforce object of a table, whether it holds versions, and whether by its own name."""
    if connector(table) != "fivetran":
        return "", False, False
    columns = {plainly(column) for column in table.columns}
    if "id" not in columns or any(column.startswith("property") for column in columns):
        return (
            "",
            False,
            False,
        )  # HubSpot has contacts and tasks too, all of whose columns are so named
    name = plainly(without_affixes(table.name))
    has_versions = "fivetranstart" in columns
    base = name.removesuffix("history").removesuffix("field")
    if name.endswith("history") and f"{base}id" not in columns:
        return _OBJECTS.get(base, "") if has_versions else "", has_versions, False
    return _OBJECTS.get(name, ""), has_versions, True


_OBJECTS = {plainly(object_): object_ for object_ in OBJECTS}


@Source(finds=finds, known=frozenset({"account", "lead", "opportunity", "task", "user"}))
def fivetran_salesforce(export: Export) -> Iterator[Mapped]:
    """Salesforce as Fivetran writes it into a warehouse, in a database or in files of its tables.

    Columns answer to Salesforce's API names, and the rows become what those of a native export
    do. Rows that Fivetran or Salesforce marks as deleted are left out and counted. Where Fivetran
    keeps versions of whole rows, stages and owners are read from how one differs from the next.
    """
    for reader in export:
        reader.raw = in_api_names(reader.raw, export.charter, CUSTOM)
    for at, made in enumerate(salesforce(export)):
        if at == 0:
            # before the deals, which close when the history says, and once `seller` is defined
            yield from _histories(export)
        yield made


# What versions tell


def _histories(export: Export) -> Iterator[Rows]:
    for object_, type_ in WITH_VERSIONS.items():
        versions = export.get(_versions_of(object_))
        if versions is None:
            continue
        if type_ == "opportunity":
            yield _stages(export, versions)
        yield _owners(export, versions, object_, type_)


def _stages(export: Export, versions: Reader) -> Rows:
    """Entries into stages, from versions of deals whose stage differs from the one before."""
    since = _since(versions, _told_by(export.get("OpportunityHistory"), "OpportunityId"))
    return Rows(
        "stage_changes",
        versions.raw,
        {
            "record_type": constant("opportunity"),
            "record_id": versions.id("Id"),
            "stage": versions.text("StageName"),
            "entered_at": since,
            "place": Cell("_row"),
            "moved_by": seller(versions, "LastModifiedById"),
            "stated_at": since,
            "known_from": since,
        },
        gone=deleted(versions),
        refuse=not_in_future(export, "entered_at"),
        staged=True,
        why="Where Fivetran keeps versions of deals, a deal entered a stage when its first version in it "
        "starts. The first stage that is known is dated to the deal's creation, unless Salesforce's "
        "own history tells of the deal: what came before Fivetran kept versions is not there.",
    )


def _owners(export: Export, versions: Reader, object_: str, type_: str) -> Rows:
    """Owners' spells, from versions whose owner differs from the one before."""
    history = export.get(f"{object_}FieldHistory") or export.get(f"{object_}History")
    since = _since(versions, _told_by(history, f"{object_}Id", field="owner"))
    return Rows(
        "ownership_changes",
        versions.raw,
        {
            "record_type": constant(type_),
            "record_id": versions.id("Id"),
            "owner_id": _new_owner(versions),
            "from_at": since,
            "stated_at": since,
            "known_from": since,
        },
        gone=deleted(versions),
        refuse=not_in_future(export, "from_at"),
        staged=True,
        why="Where Fivetran keeps versions of companies, leads or deals, an owner's spell starts with the "
        "first version in it; the first that is known, with the record's creation, unless "
        "Salesforce's own history tells of its owners.",
    )


def _new_owner(versions: Reader) -> Cell:
    """The owner of a version that differs from the one before in it; else "", as for a queue."""
    owner, start = versions.id("OwnerId").sql, versions.instant("_fivetran_start").sql
    before = f"lag({owner}) OVER (PARTITION BY {versions.id('Id').sql} ORDER BY {start}, _row)"
    changed = f"{owner} IS DISTINCT FROM {before}"
    who = seller(versions, "OwnerId").sql
    return Cell(f"CASE WHEN {changed} THEN coalesce({who}, '') ELSE '' END", column="OwnerId")


def _since(versions: Reader, told: str) -> Cell:
    """From when a version held: its start, or for the first one the record's creation if earlier."""
    start = versions.instant("_fivetran_start")
    created, id_ = versions.instant("CreatedDate").sql, versions.id("Id").sql
    first = f"row_number() OVER (PARTITION BY {id_} ORDER BY {start.sql}, _row) = 1"
    known_earlier = f"{start.sql} IS NOT NULL AND {first} AND NOT {id_} IN ({told})"
    since = f"CASE WHEN {known_earlier} THEN least({start.sql}, {created}) ELSE {start.sql} END"
    return Cell(since, start.failed, start.column)


def _told_by(history: Reader | None, column: str, field: str = "") -> str:
    """The records that Salesforce's own history tells of, as SQL."""
    if history is None or not history.raw.has(column) or (field and not history.raw.has("Field")):
        return "SELECT NULL WHERE false"
    of = f"lower({history.text('Field').sql}) IN ('{field}', '{field}id')" if field else "true"
    id_ = history.id(column).sql
    return f"SELECT {id_} FROM {history.raw.relation} WHERE {id_} IS NOT NULL AND {of}"


# What becomes of a table that was read


def _gone(con: duckdb.DuckDBPyConnection, raw: Raw) -> str:
    """Let `is_deleted` say what Salesforce, Fivetran, or the end of the last version says.

    A record of which no version is active is gone, and so are all of its versions.
    """
    removed, active = written(raw, "_fivetran_deleted"), written(raw, "_fivetran_active")
    if not removed and not active:
        return ""
    said = (column for column in (written(raw, "is_deleted"), removed) if column)
    marks = [f"coalesce({is_true(column)}, false)" for column in said]
    marks += [f"NOT coalesce({is_true(active)}, true)"] if active else []
    gone = " OR ".join(marks)
    if active:
        gone = (
            f"first_value({gone}) OVER (PARTITION BY {record(raw)} ORDER BY {_latest_first(raw)})"
        )
    kept = {name: c for name, c in raw.columns.items() if plainly(name) != "isdeleted"}
    raw.columns = {**kept, "is_deleted": "gone"}
    return f"SELECT *, CAST({gone} AS VARCHAR) AS gone FROM so_far"


def _only_latest(table: Found) -> list[Step]:
    """Keep the latest version of each row, in a table that has versions."""
    has_versions = table.has("_fivetran_start") or table.has("_fivetran_active")
    return [latest_only(_latest_first)] if has_versions else []


def _latest_first(raw: Raw) -> str:
    """The order of a record's versions, the latest first."""
    active = written(raw, "_fivetran_active")
    order = latest(raw, "_fivetran_start")
    order += [f"coalesce({is_true(active)}, true) DESC"] if active else []
    return ", ".join([*order, *latest(raw, "_fivetran_synced"), "_row DESC"])
