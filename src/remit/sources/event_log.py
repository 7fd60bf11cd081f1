"""Event logs: who did which activity of which case, from when to when.

Logs of any format come together here: XES and tables of delimited text as they are, object-centric
ones once they have been laid flat (`remit.sources.ocel`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import duckdb

from remit.charter import Charter
from remit.evidence.sql import quoted, quoted_list
from remit.sources.cells import Cell, Derived, Lent, Mapped, Reader, local_day
from remit.sources.delimited import ExportError, Reject
from remit.sources.found import Found
from remit.sources.patterns import glob_of, matches
from remit.sources.source import Export, Source, connector
from remit.terms import Place, Problem, nearest

NAMES: Mapping[str, tuple[str, ...]] = {
    "case": ("case:concept:name", "case id", "caseid", "case"),
    "activity": ("concept:name", "activity", "activity name", "ocel:activity"),
    "at": (
        "time:timestamp",
        "ocel:timestamp",
        "timestamp",
        "complete timestamp",
        "end timestamp",
        "complete time",
        "end time",
        "completed at",
    ),
    "started": ("start timestamp", "start time", "started at"),
    "resource": ("org:resource", "resource", "user"),
    "lifecycle": ("lifecycle:transition", "lifecycle transition", "lifecycle", "transition"),
    "instance": ("concept:instance", "activity instance"),
    "role": ("org:role",),
    "group": ("org:group",),
}
"""Our words for the columns of a log, and what they are called; blanks, `_` and `-` are alike."""
NEEDED = ("case", "activity", "at")
OPENS = ("start", "started", "begin", "resume")
CLOSES = ("complete", "completed", "end", "finish", "suspend", "ate_abort", "pi_abort")
"""Transitions between which somebody works; all others say nothing of work done."""


def words_of(columns: Sequence[str]) -> dict[str, str]:
    """Our words for those of a table's columns that a log's columns are called.

    >>> words_of(["Case ID", "Activity", "Complete Timestamp", "Amount"])
    {'case': 'Case ID', 'activity': 'Activity', 'at': 'Complete Timestamp'}
    """
    there = {re.sub(r"[\s_-]+", " ", column.casefold()).strip(): column for column in columns}
    return {
        word: there[written]
        for word, names in NAMES.items()
        for written in [next((name for name in names if name in there), None)]
        if written is not None
    }


def _finds(tables: Sequence[Found]) -> Mapping[str, Found]:
    found: dict[str, Found] = {}
    for table in tables:
        words = words_of(table.columns)
        if all(word in words for word in NEEDED) and not connector(table):
            name = table.name if table.name not in found else table.label
            found[name] = table.known_as(name, words)
    return found


@Source(
    finds=_finds, known=frozenset({".xes", ".xes.gz", "a table with Case ID, Activity, Timestamp"})
)
def event_log(export: Export) -> Iterator[Mapped]:
    """An event log, a row an event: XES, or a table with a case, an activity and a timestamp.

    An entry of work runs from a start to the completion that follows, within one case and
    activity, in the order in which they happened. The charter's `event_log:` says what a case
    is, and its `activities.rules` what an activity was for.
    """
    start_gathering(export.con)
    for reader in export:
        yield _gather(export, reader)
    yield from entries(export)


def start_gathering(con: duckdb.DuckDBPyConnection) -> None:
    """Make room for the events of all logs of an export."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE log_events (place BIGINT, id VARCHAR, case_id VARCHAR,
            activity VARCHAR, happened_at TIMESTAMP, started_at TIMESTAMP, date_only BOOLEAN,
            transition VARCHAR, instance VARCHAR, rule VARCHAR);
        CREATE OR REPLACE TEMP TABLE log_cases (place BIGINT, case_id VARCHAR);
        CREATE OR REPLACE TEMP TABLE log_doers (place BIGINT, resource VARCHAR, role VARCHAR,
            team VARCHAR)"""
    )


def _gather(export: Export, reader: Reader) -> Lent:
    """Gather the events of one table, each of one case and by one resource."""
    case, resource = reader.text(column(reader, "case")), _resource(export.charter, reader)
    refuse_broken(export, reader, [case])
    first, raw = places(export.con), reader.raw.kept
    remember(export, reader, first, case.sql)
    role, team = (_text(reader, word) for word in ("role", "group"))
    export.con.execute(
        f"""INSERT INTO log_cases SELECT {first} + _row, {case.sql} FROM {raw};
        INSERT INTO log_doers SELECT {first} + _row, {resource}, {role}, {team} FROM {raw}
            WHERE {resource} IS NOT NULL"""
    )
    return Lent(reader.raw, "activities")


def refuse_broken(
    export: Export, reader: Reader, needed: Sequence[Cell], others: Mapping[str, str] | None = None
) -> None:
    """Set aside the events that cannot be used, each with its line and the reason.

    Args:
        export: The export.
        reader: A table of events.
        needed: Cells besides activity and instant that an event cannot do without.
        others: What else it is refused for, reason to SQL condition.
    """
    at, started = reader.instant(column(reader, "at")), _started(reader)
    late = f"{at.sql} >= TIMESTAMP '{export.today}' + INTERVAL 2 DAY"
    reasons = {
        f"{at.column} is not a date and time": at.failed,
        f"{started.column} is not a date and time": started.failed,
        **{
            f"{cell.column} is missing": f"{cell.sql} IS NULL"
            for cell in (
                *needed,
                reader.text(column(reader, "activity")),
                reader.text(column(reader, "at")),
            )
        },
        "ends before it starts": f"{started.sql} > {at.sql}",
        f"is dated after the day of the load, {export.today}": late,
        **(others or {}),
    }
    why = " ".join(f"WHEN {wrong} THEN {quoted(words)}" for words, wrong in reasons.items())
    raw, broken = reader.raw, f"{reader.raw.relation}_broken"
    export.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {broken} AS SELECT * FROM (
            SELECT _row, CASE {why} END AS reason FROM {raw.relation}) WHERE reason IS NOT NULL"""
    )
    refused = export.con.execute(f"SELECT _row, reason FROM {broken} ORDER BY 1").fetchall()
    if refused:
        rejects = [Reject(raw.label, raw.line(row), reason) for row, reason in refused]
        raw.malformed = (*raw.malformed, *rejects)
        raw.rows -= len(refused)
        raw.kept = f"(SELECT * FROM {raw.relation} ANTI JOIN {broken} USING (_row))"


def remember(export: Export, reader: Reader, first: int, case: str, id_: str = "NULL") -> None:
    """Put the events that were kept where the entries are worked out from.

    Args:
        export: The export.
        reader: The table of events.
        first: What its rows are counted on from.
        case: SQL of the case that an event is paired within.
        id_: SQL of an event's own id, where it has one.
    """
    at, activity = column(reader, "at"), _text(reader, "activity")
    lifecycle = reader.text(column(reader, "lifecycle")).sql
    export.con.execute(
        f"""INSERT INTO log_events SELECT {first} + _row, {id_}, {case}, {activity},
            {reader.instant(at).sql}, {_started(reader).sql}, length({reader.text(at).sql}) <= 10,
            coalesce(lower({lifecycle}), 'complete'), coalesce({_text(reader, "instance")}, ''),
            {_rule(export.charter, reader)}
        FROM {reader.raw.kept}"""
    )


def column(reader: Reader, word: str) -> str:
    """How a log itself calls what we have a word for; our own word where it has no such column."""
    return words_of(tuple(reader.raw.columns)).get(word, word)


def _text(reader: Reader, word: str) -> str:
    """A column that a log may well do without."""
    written = column(reader, word)
    return reader.text(written).sql if reader.raw.has(written) else "NULL"


def places(con: duckdb.DuckDBPyConnection) -> int:
    """How many places earlier tables have taken."""
    found = con.execute("SELECT coalesce(max(place), 0) FROM log_events").fetchone()
    return int(found[0]) if found else 0


def _resource(charter: Charter, reader: Reader) -> str:
    named = charter.event_log.resource if charter.event_log else None
    if named and not reader.raw.has(named):
        raise ExportError(
            [
                Problem(
                    Place(str(reader.raw.file)),
                    "event_log.resource",
                    f'the log has no column called "{named}".',
                    nearest(named, reader.raw.columns, what="Columns"),
                )
            ]
        )
    return reader.text(named or column(reader, "resource")).sql


def _started(reader: Reader) -> Cell:
    started = column(reader, "started")
    return reader.instant(started) if reader.raw.has(started) else Cell("NULL::TIMESTAMP")


def _rule(charter: Charter, reader: Reader) -> str:
    cases = [
        f"WHEN {matches(reader, rule.where)} THEN {quoted(rule.name)}"
        for rule in charter.activities.rules
        if rule.object in (None, "Event")
    ]
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


# From events to entries


def entries(export: Export) -> Iterator[Mapped]:
    """What the gathered events tell: entries of work, who did them, the cases and their stages."""
    con = export.con
    longest = export.number("longest_entry_minutes")
    told = _pair(con, longest)
    yield from _people(export)
    yield Derived("activities", _activities(export), _said(told))
    for table in ("participants", "activity_links"):
        con.execute(
            f"DELETE FROM {table} WHERE activity_id IN (SELECT activity_id FROM log_entries)"
        )
    yield Derived(
        "participants",
        """SELECT DISTINCT activity_id, person(resource) AS person_id, 'owner' AS part,
            known_from FROM log_entries JOIN log_doers USING (place)""",
        "An entry's work is that of whoever started it. "
        f"{told['unnamed']:,} of {told['events']:,} events name nobody; {told['unowned']:,} of "
        f"{told['entries']:,} entries are therefore nobody's work.",
    )
    yield from _cases(export)


def _pair(con: duckdb.DuckDBPyConnection, longest: float) -> dict[str, int | str]:
    """Work out the entries: each start with the completion that answers it, first with first.

    A completion that no start is open for, and a start that is never completed, are entries
    without a length. The activities that a log never starts, though it starts others, are
    moments: nobody's time, but what the case has come to.

    Args:
        con: The database.
        longest: Minutes beyond which an entry is not believed to be time worked.

    Returns:
        How many events and entries of which sort there are, for people to read.
    """
    opens, steps = quoted_list(OPENS), quoted_list((*OPENS, *CLOSES))
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE log_steps AS
        SELECT *, row_number() OVER (PARTITION BY case_id, activity, instance, opens, alone
            ORDER BY happened_at, place) AS turn
        FROM (SELECT *, NOT opens AND open_then < coalesce(least(0, min(open_then) OVER before), 0)
                AS alone
            FROM (SELECT *, sum(CASE WHEN opens THEN 1 ELSE -1 END) OVER so_far AS open_then
                FROM (SELECT *, transition IN {opens} AS opens FROM log_events
                    WHERE started_at IS NULL AND transition IN {steps})
                WINDOW so_far AS (PARTITION BY case_id, activity, instance
                    ORDER BY happened_at, place ROWS UNBOUNDED PRECEDING))
            WINDOW before AS (PARTITION BY case_id, activity, instance
                ORDER BY happened_at, place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))"""
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE log_entries AS
        WITH spans AS (
            SELECT s.*, e.happened_at AS ends_at, e.date_only AS ends_on_a_day,
                CASE WHEN e.place IS NULL THEN 'never ended' ELSE 'paired' END AS pairing
            FROM log_steps s LEFT JOIN log_steps e ON NOT e.opens AND NOT e.alone
                AND e.case_id IS NOT DISTINCT FROM s.case_id AND e.activity = s.activity
                AND e.instance = s.instance AND e.turn = s.turn
            WHERE s.opens
            UNION ALL BY NAME
            SELECT *, NULL AS ends_at, false AS ends_on_a_day, 'never started' AS pairing
            FROM log_steps WHERE alone
            UNION ALL BY NAME
            SELECT * REPLACE (started_at AS happened_at), happened_at AS ends_at,
                date_only AS ends_on_a_day, 'paired' AS pairing
            FROM log_events WHERE started_at IS NOT NULL),
        started AS (SELECT DISTINCT activity FROM spans WHERE pairing <> 'never started')
        SELECT * EXCLUDE (id), coalesce(id, concat(case_id, ' ', activity, ' ',
                strftime(happened_at, '%Y-%m-%dT%H:%M:%S.%g'), CASE WHEN same > 1 THEN ' #' || same END))
                AS activity_id,
            pairing = 'never started' AND activity NOT IN (SELECT activity FROM started)
                AND EXISTS (SELECT 1 FROM started) AS moment,
            CASE WHEN pairing = 'paired' AND NOT date_only AND NOT ends_on_a_day
                THEN date_diff('microsecond', happened_at, ends_at) / 6e7 END AS minutes,
            coalesce(ends_at, happened_at) AS known_from
        FROM (SELECT *, row_number() OVER (PARTITION BY case_id, activity, happened_at
                ORDER BY place) AS same FROM spans)"""
    )
    counted = (
        con.execute(
            """SELECT count(*), count(*) FILTER (pairing = 'paired'),
            count(*) FILTER (pairing = 'never ended'),
            count(*) FILTER (pairing = 'never started' AND NOT moment), count(*) FILTER (moment),
            count(*) FILTER (place NOT IN (SELECT place FROM log_doers))
        FROM log_entries"""
        ).fetchone()
        or (0,) * 6
    )
    names = ("entries", "paired", "never_ended", "never_started", "moments", "unowned")
    long, hours, all_hours = con.execute(
        f"""SELECT count(*) FILTER (minutes > {longest}),
            coalesce(sum(minutes) FILTER (minutes > {longest}), 0) / 60, coalesce(sum(minutes), 0) / 60
        FROM log_entries"""
    ).fetchone() or (0, 0, 0)
    others = con.execute(
        f"""SELECT transition, count(*) FROM log_events WHERE started_at IS NULL
        AND transition NOT IN {steps} GROUP BY 1 ORDER BY 2 DESC, 1"""
    ).fetchall()
    events, unnamed = con.execute(
        """SELECT count(*), count(*) FILTER (place NOT IN (SELECT place FROM log_doers))
        FROM log_events"""
    ).fetchone() or (0, 0)
    return {
        **dict(zip(names, counted, strict=True)),
        "long": long,
        "longest": f"{longest:,.0f} minutes",
        "hours": f"{hours:,.0f} of {all_hours:,.0f} hours",
        "events": events,
        "unnamed": unnamed,
        "passed_over": ", ".join(f"{transition[:40]} {n:,}" for transition, n in others[:8]),
    }


def _said(told: Mapping[str, int | str]) -> str:
    """How the events of a log became entries, in words and counts."""
    said = [
        f"An entry runs from a start to the completion that follows in its case and activity: "
        f"{told['paired']:,} of {told['entries']:,} entries have a length."
    ]
    if told["never_ended"] or told["never_started"]:
        said.append(
            f"{told['never_ended']:,} starts are never completed and {told['never_started']:,} "
            "completions never started; they are kept without a length."
        )
    if told["long"]:
        said.append(
            f"{told['long']:,} entries run for more than {told['longest']} and are not counted: "
            f"{told['hours']}."
        )
    if told["moments"]:
        said.append(
            f"{told['moments']:,} events are of activities that the log never starts: moments, "
            "and no working time."
        )
    if told["passed_over"]:
        said.append(f"Events that are neither are passed over: {told['passed_over']}.")
    return " ".join(said)


def _activities(export: Export) -> str:
    charter, zone = export.charter, export.charter.time_zone
    automated = [rule.name for rule in charter.activities.rules if rule.automated]
    by_rule = f"coalesce(rule IN {quoted_list(automated)}, false)" if automated else "false"
    by_software = f"""EXISTS (SELECT 1 FROM log_doers d WHERE d.place = log_entries.place)
        AND NOT EXISTS (SELECT 1 FROM log_doers d WHERE d.place = log_entries.place
            AND NOT {_software(charter)})"""
    longest = export.number("longest_entry_minutes")
    return f"""SELECT activity_id, 'task' AS kind, happened_at, day, date_only, minutes,
            reason IS NULL AS counted, reason AS not_counted, rule, known_from AS recorded_at,
            known_from
        FROM (SELECT *, {local_day("happened_at", zone)} AS day,
            CASE WHEN {by_rule} OR ({by_software}) THEN 'automated' WHEN moment THEN 'a moment'
                WHEN minutes > {longest} THEN 'longer than a working day' END AS reason
            FROM log_entries)"""


def _software(charter: Charter) -> str:
    patterns = [f"lower(resource) GLOB '{glob_of(word)}'" for word in charter.not_people]
    return f"({' OR '.join(patterns)})" if patterns else "false"


def _people(export: Export) -> Iterator[Derived]:
    yield Derived(
        "people",
        f"""SELECT p.* EXCLUDE (person_id, title, crm_role, is_person), r.person_id,
            coalesce(r.role, p.title) AS title, coalesce(r.team, p.crm_role) AS crm_role, r.is_person
        FROM (SELECT person(resource) AS person_id, mode(role) AS role, mode(team) AS team,
                bool_and(NOT {_software(export.charter)}) AS is_person
              FROM log_doers GROUP BY ALL) r LEFT JOIN people p USING (person_id)""",
    )
    yield Derived(
        "private.names",
        """SELECT person_id, resource AS source_id, n.* EXCLUDE (person_id, source_id)
        FROM (SELECT DISTINCT person(resource) AS person_id, resource FROM log_doers)
        LEFT JOIN private.names n USING (person_id)""",
    )


# Cases


def _cases(export: Export) -> Iterator[Derived]:
    """The cases as records of the kind that the charter says they are."""
    log = export.charter.event_log
    if log is None:
        return
    type_ = {"deal": "opportunity"}.get(log.case, log.case)
    yield Derived(
        "activity_links",
        f"""SELECT DISTINCT activity_id, '{type_}' AS record_type, c.case_id AS record_id, known_from
        FROM log_entries JOIN log_cases c USING (place)""",
    )
    export.con.execute(
        """CREATE OR REPLACE TEMP TABLE log_of_cases AS
        SELECT c.case_id, e.* EXCLUDE (case_id) FROM log_cases c JOIN log_events e USING (place)"""
    )
    first = "SELECT case_id, min(coalesce(started_at, happened_at)) AS first_at FROM log_of_cases GROUP BY 1"
    since = "A case is there from its first event."
    if log.case == "deal":
        yield from _deals(export, first, since)
    elif log.case == "lead":
        yield Derived(
            "leads",
            f"""SELECT case_id AS lead_id, first_at AS created_at, first_at AS known_from
            FROM ({first})""",
            since,
        )
    else:
        yield Derived(
            "tickets",
            f"""SELECT case_id AS ticket_id, first_at AS opened_at, first_at AS known_from
            FROM ({first})""",
            since,
        )


def _deals(export: Export, first: str, since: str) -> Iterator[Derived]:
    log = export.charter.event_log
    assert log is not None
    won, lost = (
        " OR ".join(f"lower(activity) GLOB '{glob_of(word)}'" for word in words) or "false"
        for words in (log.won, log.lost)
    )
    export.con.execute(
        """CREATE OR REPLACE TEMP TABLE log_stages AS
        SELECT c.case_id, activity AS stage, e.happened_at, e.place, e.known_from
        FROM log_entries e JOIN log_cases c USING (place)
        WHERE e.pairing = 'never started' AND (e.moment
            OR NOT EXISTS (SELECT 1 FROM log_entries WHERE pairing <> 'never started'))"""
    )
    yield Derived(
        "opportunities",
        f"""SELECT case_id AS opportunity_id, case_id AS account_id, 'new' AS kind,
            'derived' AS kind_from, first_at AS created_at, stage, ended_at AS closed_at,
            CASE WHEN ended_at IS NOT NULL THEN 'event log' END AS closed_from, won,
            first_at AS known_from
        FROM ({first})
        LEFT JOIN (SELECT case_id, arg_max(stage, (happened_at, place)) AS stage FROM log_stages GROUP BY 1)
            USING (case_id)
        LEFT JOIN (SELECT case_id, arg_max(happened_at, (happened_at, place)) AS ended_at,
                arg_max(({won}), (happened_at, place)) AS won
            FROM log_of_cases WHERE transition IN {quoted_list(CLOSES)} AND (({won}) OR ({lost}))
            GROUP BY 1) USING (case_id)""",
        f"{since} Each is a new deal with a company of its own, because a log names no companies; "
        "it is won or lost by the last of its activities that the charter says wins or loses one.",
    )
    export.con.execute(
        """DELETE FROM stage_changes WHERE record_type = 'opportunity'
        AND record_id IN (SELECT case_id FROM log_cases)"""
    )
    yield Derived(
        "stage_changes",
        """SELECT 'opportunity' AS record_type, case_id AS record_id, stage,
            happened_at AS entered_at, lead(happened_at) OVER later AS left_at,
            row_number() OVER later AS place, person(resource) AS moved_by, known_from
        FROM (SELECT s.*, d.resource, lag(stage) OVER (PARTITION BY case_id
                ORDER BY happened_at, s.place) AS before
            FROM log_stages s LEFT JOIN (SELECT place, min(resource) AS resource FROM log_doers
                GROUP BY 1) d ON d.place = s.place)
        WHERE stage IS DISTINCT FROM before
        WINDOW later AS (PARTITION BY case_id ORDER BY happened_at, place)""",
        "A deal's stages are the activities that its log never starts, in the order in which they "
        "were completed.",
    )
