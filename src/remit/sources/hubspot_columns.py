"""What HubSpot's objects have in common: ids, owners, instants, associations, merged records.

`prepare` gathers what every other table looks things up in, as temporary tables, whichever
layout they came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remit.charter import Charter
from remit.charter.market import Range
from remit.evidence.sql import quoted
from remit.sources.cells import Cell, Reader
from remit.sources.patterns import matches
from remit.sources.source import Export

RECORDS = {
    "contacts": "contact",
    "companies": "account",
    "deals": "opportunity",
    "tickets": "ticket",
}
"""Objects that work concerns, and the canonical word for each."""
ENGAGEMENTS = ("calls", "meetings", "tasks", "emails")
"""Objects that are work; their ids are of one series."""
PRIMARY = "associatedcompanyid"
"""The company a record belongs to first, where it says so."""
_CALLED: Mapping[str, tuple[str, ...]] = {
    "contact": ("contacts",),
    "lead": ("contacts",),
    "company": ("companies",),
    "companie": ("companies",),
    "account": ("companies",),
    "deal": ("deals",),
    "opportunity": ("deals",),
    "ticket": ("tickets",),
    "case": ("tickets",),
    "call": ("calls",),
    "meeting": ("meetings",),
    "event": ("meetings",),
    "email": ("emails",),
    "task": ("tasks", "calls", "emails"),
}
_PRIMARY_TYPES = ("1", "5", "26")
"""HubSpot's own types of association to a primary company: of a contact, a deal, a ticket."""
_IDS = r"""[^;,\[\]"\s]+"""
_EPOCH = r"\d{12,13}"


def kinds_called(object_: str) -> tuple[str, ...]:
    """The kinds of objects that a charter's word means, whichever CRM it was first written for.

    >>> kinds_called("Deals"), kinds_called("Opportunity"), kinds_called("tasks")
    (('deals',), ('deals',), ('tasks',))
    >>> kinds_called("Task"), kinds_called("Quote")
    (('tasks', 'calls', 'emails'), ())
    """
    word = object_.casefold()
    return ("tasks",) if word == "tasks" else _CALLED.get(word.rstrip("s"), ())


def readers_of(export: Export, name: str) -> list[Reader]:
    """The tables of one kind: an export may come in parts, or with what is archived apart."""
    return [
        reader
        for called, reader in export.readers.items()
        if called == name or called.startswith(f"{name} (")
    ]


def first_of(reader: Reader, *names: str) -> str:
    """The first of these columns that there is; the first of all where there is none."""
    return next((name for name in names if reader.raw.has(name)), names[0])


def record_id(reader: Reader) -> Cell:
    """The record's own id."""
    return reader.text("hs_object_id")


def moment(reader: Reader, *names: str) -> Cell:
    """An instant in UTC from the first of these columns; milliseconds since 1970 are known too."""
    name = first_of(reader, *names)
    text = reader.text(name).sql
    if not reader.raw.has(name):
        return reader.instant(name)
    epochs, others = reader.con.execute(
        f"""SELECT count(*) FILTER (regexp_full_match({text}, '{_EPOCH}')),
        count(*) FILTER (NOT regexp_full_match({text}, '{_EPOCH}')) FROM {reader.raw.relation}"""
    ).fetchone() or (0, 0)
    if epochs <= others:
        return reader.instant(name)
    read = (
        f"CASE WHEN regexp_full_match({text}, '{_EPOCH}') "
        f"THEN make_timestamp_ms(try_cast({text} AS BIGINT)) END"
    )
    return Cell(read, f"({text} IS NOT NULL AND ({read}) IS NULL)", name)


def created(reader: Reader) -> Cell:
    """When the CRM first had the record."""
    return moment(reader, "createdate", "hs_createdate", "createdat", "created_at")


def stated(reader: Reader) -> Cell:
    """When the CRM last changed the record."""
    return moment(
        reader, "hs_lastmodifieddate", "lastmodifieddate", "updatedat", "updated_at", "updated_on"
    )


def owner(reader: Reader, *names: str) -> Cell:
    """A column that holds an owner, by id, address or name, as a pseudonym."""
    name = first_of(reader, *(names or ("hubspot_owner_id",)))
    return Cell(f"seller({reader.text(name).sql})", column=name)


def author(reader: Reader) -> Cell:
    """The user who entered the record; where no list of owners knows the user, nobody."""
    name = "hs_created_by_user_id"
    return Cell(f"hubspot_user({reader.text(name).sql})", column=name)


def gone(reader: Reader, kind: str) -> str:
    """Whether the CRM marks the row as deleted, archived or merged away, as SQL."""
    marks = [
        f"coalesce({reader.flag(column).sql}, false)"
        for column in ("archived", "is_deleted", "_fivetran_deleted")
        if reader.raw.has(column)
    ]
    merged = (
        f"coalesce({record_id(reader).sql} IN "
        f"(SELECT old_id FROM hubspot_merged WHERE kind = '{kind}'), false)"
    )
    return " OR ".join([*marks, merged])


def not_in_future(export: Export, column: str) -> dict[str, str]:
    """Nothing can have been entered after the day of the load, give or take a time zone."""
    return {
        f"was entered after the day of the load, {export.today}": (
            f"{column} >= TIMESTAMP '{export.today}' + INTERVAL 2 DAY"
        )
    }


def live(reader: Reader, kind: str) -> str:
    """The rows of a table that count, as a relation, before any was asked for."""
    return f"(SELECT * FROM {reader.raw.relation} WHERE NOT ({gone(reader, kind)}))"


def segment_of(reader: Reader, charter: Charter, kind: str, columns: Mapping[str, str]) -> str:
    """The first segment whose conditions a record meets, by what it says of itself, as SQL.

    Args:
        reader: The table.
        charter: Whose segments.
        kind: The kind of object.
        columns: The charter's own words (`employees`, ...) to columns.
    """
    cases = []
    for name, segment in charter.segments.items():
        conditions = []
        for word, wanted in segment.where.items():
            object_, _, named = word.rpartition(".")
            column = columns.get(word, named)
            if object_ and kind not in kinds_called(object_):
                conditions.append("false")
            elif isinstance(wanted, Range):
                number = reader.number(column).sql
                conditions.append(f"{number} IS NOT NULL")
                if wanted.at_least is not None:
                    conditions.append(f"{number} >= {wanted.at_least}")
                if wanted.below is not None:
                    conditions.append(f"{number} < {wanted.below}")
            else:
                conditions.append(matches(reader, {column: wanted}))
        cases.append(f"WHEN {' AND '.join(conditions) or 'true'} THEN {quoted(name)}")
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def linked(kind: str, own: str, to: str) -> str:
    """The first record of a kind that a record is associated with, as SQL."""
    return (
        f"(SELECT min_by(k.to_id, k.place) FROM hubspot_links k WHERE k.from_kind = '{kind}' "
        f"AND k.to_kind = '{to}' AND k.from_id = {own})"
    )


# What everything else is looked up in


def prepare(export: Export) -> None:
    """Gather owners, merged records, and what is associated with what."""
    _merged(export)
    _owners(export)
    _links(export)


def _merged(export: Export) -> None:
    """Ids that were merged away, each with the one that is left; chains are followed."""
    con = export.con
    con.execute(
        "CREATE OR REPLACE TEMP TABLE hubspot_merged (kind VARCHAR, old_id VARCHAR, new_id VARCHAR)"
    )
    for kind in RECORDS:
        for reader in readers_of(export, kind):
            for column in ("hs_merged_object_ids", "hs_calculated_merged_vids"):
                if reader.raw.has(column):
                    con.execute(
                        f"""INSERT INTO hubspot_merged
                        SELECT '{kind}', split_part(unnest(regexp_extract_all(
                            {reader.text(column).sql}, '{_IDS}')), ':', 1), {record_id(reader).sql}
                        FROM {reader.raw.relation}"""
                    )
        for reader in readers_of(export, f"merged {kind}"):
            con.execute(
                f"""INSERT INTO hubspot_merged SELECT '{kind}', {reader.text("old_id").sql},
                {reader.text("new_id").sql} FROM {reader.raw.relation}"""
            )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE hubspot_merged AS
        WITH RECURSIVE pairs AS (
            SELECT kind, old_id, min(new_id) AS new_id FROM hubspot_merged
            WHERE old_id <> new_id GROUP BY kind, old_id),
        followed AS (
            SELECT kind, old_id, new_id, 1 AS steps FROM pairs
            UNION ALL SELECT f.kind, f.old_id, p.new_id, f.steps + 1 FROM followed f
            JOIN pairs p ON p.kind = f.kind AND p.old_id = f.new_id WHERE f.steps < 20)
        SELECT kind, old_id, max_by(new_id, steps) AS new_id FROM followed GROUP BY kind, old_id;
        CREATE OR REPLACE TEMP MACRO survivor(kind_, id_) AS coalesce((SELECT min(s.new_id)
            FROM hubspot_merged s WHERE s.kind = kind_ AND s.old_id = id_), id_)"""
    )


def _owners(export: Export) -> None:
    """Every word that owners go by: their id, address and name; and their ids as users."""
    con = export.con
    con.execute(
        """CREATE OR REPLACE TEMP TABLE hubspot_owners (owner_id VARCHAR, user_id VARCHAR,
            email VARCHAR, name VARCHAR, team VARCHAR, title VARCHAR);
        CREATE OR REPLACE TEMP TABLE hubspot_users (owner_id VARCHAR, user_id VARCHAR,
            email VARCHAR, name VARCHAR, team VARCHAR, title VARCHAR)"""
    )
    for reader in readers_of(export, "owners"):
        con.execute(
            f"INSERT INTO hubspot_owners SELECT {_person(reader, 'hs_object_id', 'user_id')} FROM {reader.raw.relation}"
        )
    for reader in readers_of(export, "users"):
        own = first_of(reader, "user_id", "hs_internal_user_id", "hs_object_id")
        con.execute(
            f"INSERT INTO hubspot_users SELECT {_person(reader, 'hubspot_owner_id', own)} FROM {reader.raw.relation}"
        )
    for names in readers_of(export, "teams"):
        for reader in readers_of(export, "teams of owners"):
            _teams(names, reader)
    if not readers_of(export, "owners"):
        con.execute(
            """INSERT INTO hubspot_owners SELECT * REPLACE (coalesce(owner_id, user_id) AS owner_id)
            FROM hubspot_users"""
        )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE hubspot_owner_words AS
        SELECT word, min(owner_id) AS owner_id FROM (
            SELECT DISTINCT owner_id, lower(unnest([owner_id, email, name])) AS word FROM hubspot_owners)
        WHERE word IS NOT NULL AND owner_id IS NOT NULL GROUP BY word HAVING count(*) = 1;
        CREATE OR REPLACE TEMP MACRO hubspot_owner(who_) AS coalesce((SELECT min(w.owner_id)
            FROM hubspot_owner_words w WHERE w.word = lower(who_)), who_);
        CREATE OR REPLACE TEMP MACRO seller(who_) AS person(hubspot_owner(who_));
        CREATE OR REPLACE TEMP MACRO hubspot_user(user_) AS person((SELECT min(w.owner_id)
            FROM hubspot_owners w WHERE w.user_id = regexp_extract(user_, '(\\d+)$', 1)));"""
    )


def _teams(names: Reader, reader: Reader) -> None:
    """The team that each owner is in first, where a connector keeps teams apart."""
    first = reader.flag("first").sql if reader.raw.has("first") else "true"
    reader.con.execute(
        f"""UPDATE hubspot_owners SET team = t.team FROM (
            SELECT o.owner_id, min_by(n.team, NOT coalesce(o.first, false)) AS team
            FROM (SELECT {reader.text("owner_id").sql} AS owner_id, {reader.text("team_id").sql} AS team_id,
                    {first} AS first FROM {reader.raw.relation}) o
            JOIN (SELECT {names.text("team_id").sql} AS team_id, {names.text("team_name").sql} AS team
                  FROM {names.raw.relation}) n USING (team_id)
            GROUP BY o.owner_id) t
        WHERE t.owner_id = hubspot_owners.owner_id"""
    )


def _person(reader: Reader, owner_id: str, user_id: str) -> str:
    name = f"nullif(trim(concat_ws(' ', {_shown(reader, 'first_name')}, {_shown(reader, 'last_name')})), '')"
    teams = _shown(reader, "teams")
    team = (
        f"CASE WHEN left({teams}, 1) = '[' THEN coalesce(json_extract_string({teams}, '$[0].name'), "
        f"json_extract_string({teams}, '$[0]')) ELSE trim(split_part({teams}, ';', 1)) END"
    )
    return ", ".join(
        (
            _shown(reader, owner_id),
            _shown(reader, user_id),
            f"lower({_shown(reader, 'email')})",
            name,
            f"nullif({team}, '')",
            _shown(reader, "title"),
        )
    )


def _shown(reader: Reader, column: str) -> str:
    return reader.text(column).sql if reader.raw.has(column) else "CAST(NULL AS VARCHAR)"


def _links(export: Export) -> None:
    """What is associated with what, from columns of ids and from tables of their own, both ways."""
    con = export.con
    con.execute(
        """CREATE OR REPLACE TEMP TABLE hubspot_links_said (from_kind VARCHAR, from_id VARCHAR,
        to_kind VARCHAR, to_id VARCHAR, place BIGINT)"""
    )
    for kind in (*RECORDS, *ENGAGEMENTS):
        for reader in readers_of(export, kind):
            _links_of_columns(reader, kind)
    for name, reader in export.readers.items():
        ends = name.partition(" (")[0].split(" to ")
        if len(ends) == 2:
            _links_of_table(reader, ends)
    con.execute(
        """CREATE OR REPLACE TEMP TABLE hubspot_links AS
        SELECT from_kind, from_id, to_kind, to_id, min(place) AS place FROM (
            SELECT from_kind, survivor(from_kind, from_id) AS from_id, to_kind,
                survivor(to_kind, to_id) AS to_id, place FROM hubspot_links_said
            UNION ALL SELECT to_kind, survivor(to_kind, to_id), from_kind,
                survivor(from_kind, from_id), place + 10000 FROM hubspot_links_said)
        WHERE from_id IS NOT NULL AND to_id IS NOT NULL GROUP BY ALL"""
    )


def _links_of_columns(reader: Reader, kind: str) -> None:
    of = "engagements" if kind in ENGAGEMENTS else kind
    columns: list[tuple[str, str, int]] = [
        (f"associations.{to}", to, 1) for to in RECORDS if to != kind
    ]
    if kind in ("contacts", "deals", "tickets"):
        columns.append((PRIMARY, "companies", 0))
    for column, to, place in columns:
        if reader.raw.has(column):
            reader.con.execute(
                f"""INSERT INTO hubspot_links_said
                SELECT '{of}', own, '{to}', unnest(ids), unnest(range({place}, {place} + len(ids)))
                FROM (SELECT {record_id(reader).sql} AS own,
                    regexp_extract_all({reader.text(column).sql}, '{_IDS}') AS ids
                    FROM {live(reader, kind)})"""
            )


def _links_of_table(reader: Reader, ends: Sequence[str]) -> None:
    type_ = _shown(reader, "type_id")
    reader.con.execute(
        f"""INSERT INTO hubspot_links_said SELECT '{ends[0]}', {reader.text("from_id").sql}, '{ends[1]}',
        {reader.text("to_id").sql}, CASE WHEN {type_} IN {_PRIMARY_TYPES} THEN 0 ELSE _row END
        FROM {reader.raw.relation}"""
    )
