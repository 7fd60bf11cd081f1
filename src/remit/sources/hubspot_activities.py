"""What people did, from HubSpot's calls, meetings, tasks and e-mails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from remit.charter import Charter
from remit.evidence.sql import quoted, quoted_list
from remit.sources.cells import Cell, Derived, Mapped, Reader, Rows, constant, local_day, null
from remit.sources.hubspot_columns import (
    ENGAGEMENTS,
    RECORDS,
    author,
    created,
    first_of,
    gone,
    moment,
    not_in_future,
    owner,
    readers_of,
    record_id,
    stated,
)
from remit.sources.patterns import matches
from remit.sources.source import Export

OUTCOMES = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "Busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "Connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "Left live message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "Left voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "No answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "Wrong number",
}
"""Outcomes of calls that every account has, by the ids that they are kept under."""
CANCELLED = ("canceled", "cancelled", "noshow", "rescheduled")
"""Outcomes of meetings that did not take place as they stand there."""
NOT_DONE = ("scheduled", "queued", "canceled", "cancelled", "missed", "failed", "bounced")
"""States of calls and e-mails that were nobody's work."""
AUTOMATED = ("automation_platform", "automation", "workflows", "sequence", "sequences", "marketing")
"""Sources of entries that HubSpot makes by itself."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is said of one kind of engagement, as SQL over its rows."""

    at: Cell
    minutes: Cell
    reasons: Mapping[str, str]
    """Why it is nobody's work, to when."""
    automated: str = "false"
    direction: str = "NULL::VARCHAR"
    outcome: str = "NULL::VARCHAR"
    date_only: str = "false"
    placed_at_its_end: bool = False


def activities(export: Export) -> Iterator[Mapped]:
    """Engagements as activities, who took part in them, and what they concern."""
    con = export.con
    con.execute(
        """CREATE OR REPLACE TEMP TABLE hubspot_engagements (id VARCHAR, owner VARCHAR,
            happened_at TIMESTAMP, recorded_at TIMESTAMP)"""
    )
    for reader in readers_of(export, "engagements"):
        con.execute(
            f"""INSERT INTO hubspot_engagements SELECT {record_id(reader).sql}, {owner(reader).sql},
            {moment(reader, "hs_timestamp").sql}, {created(reader).sql} FROM {reader.raw.relation}"""
        )
    for kind in ENGAGEMENTS:
        for reader in readers_of(export, kind):
            yield from _engagements(export, kind, reader)


def _engagements(export: Export, kind: str, reader: Reader) -> Iterator[Mapped]:
    zone, charter = export.charter.time_zone, export.charter
    said = _SAID[kind](export, reader)
    own = record_id(reader).sql
    at = f"coalesce({said.at.sql}, {_of_engagement('happened_at', own)}, {created(reader).sql})"
    if said.placed_at_its_end:
        lasted = f"to_microseconds(CAST(({said.minutes.sql}) * 6e7 AS BIGINT))"
        at = f"({at} + coalesce({lasted}, INTERVAL 0 SECOND))"
    entered = f"coalesce({created(reader).sql}, {_of_engagement('recorded_at', own)}, {at})"
    rule = _rule(charter, reader, kind)
    longest = export.number("longest_entry_minutes")
    reasons = {
        "automated": f"{_automated(charter, rule)} OR {_by_itself(reader)} OR {said.automated}",
        **said.reasons,
        "longer than a working day": f"{said.minutes.sql} > {longest}",
        "future": f"{at} >= TIMESTAMP '{export.today}' + INTERVAL 1 DAY",
    }
    reason = (
        f"CASE {' '.join(f'WHEN {when} THEN {quoted(why)}' for why, when in reasons.items())} END"
    )
    # where no column tells when it was entered, a meeting to come is not one entered too soon
    told = reader.raw.has(created(reader).column)
    entered_later = not_in_future(export, "recorded_at") if told else {}
    canonical = {"calls": "call", "meetings": "meeting", "tasks": "task", "emails": "email"}[kind]
    yield Rows(
        "activities",
        reader.raw,
        {
            "activity_id": record_id(reader),
            "kind": constant(canonical),
            "happened_at": Cell(at, said.at.failed, said.at.column),
            "day": Cell(local_day(at, zone), column=said.at.column),
            "date_only": Cell(said.date_only),
            "minutes": said.minutes,
            "counted": Cell(f"({reason}) IS NULL"),
            "not_counted": Cell(reason),
            "rule": Cell(rule),
            "direction": Cell(said.direction),
            "outcome": Cell(said.outcome),
            "seen_in": constant("crm"),
            "recorded_at": Cell(entered),
            "stated_at": stated(reader),
            "known_from": Cell(entered),
        },
        gone=gone(reader, kind),
        refuse=entered_later | {"ends before it starts": "minutes < 0"},
    )
    for table in ("participants", "activity_links"):
        export.con.execute(
            f"DELETE FROM {table} WHERE activity_id IN (SELECT {own} FROM {reader.raw.kept})"
        )
    yield _owned(reader)
    yield from _others(reader)
    yield _concerned(reader)
    if kind == "tasks":
        _remember_closings(reader)


def _of_engagement(column: str, own: str) -> str:
    """What the table of all engagements says, where a connector keeps one."""
    return f"(SELECT min(e.{column}) FROM hubspot_engagements e WHERE e.id = {own})"


# Kinds of engagements


def _call(export: Export, reader: Reader) -> _Kind:
    name = "hs_call_duration"
    text, at = reader.text(name), moment(reader, "hs_timestamp")
    number = reader.number(name)
    clock = f"regexp_full_match({text.sql}, '(\\d+:)?\\d{{1,2}}:\\d{{2}}')"
    parts = f"list_reverse(string_split({text.sql}, ':'))"
    seconds = (
        f"list_sum(list_transform(list_zip({parts}, [1, 60, 3600]), "
        "lambda pair: try_cast(pair[1] AS DOUBLE) * pair[2]))"
    )
    minutes = (
        f"CASE WHEN {clock} THEN {seconds} / 60 WHEN {number.sql} > 0 THEN {number.sql} / 60000 END"
    )
    wrong = (
        f"(({number.failed}) AND NOT coalesce({clock}, false) OR coalesce({number.sql} < 0, false))"
    )
    status = _plain(reader, "hs_call_status")
    outcome = first_of(reader, "hs_call_disposition", "hs_call_status")
    named = " ".join(f"WHEN '{id_}' THEN '{label}'" for id_, label in OUTCOMES.items())
    return _Kind(
        at,
        Cell(minutes, wrong, name if reader.raw.has(name) else "", "number of milliseconds"),
        {"not done": f"coalesce({status} IN {quoted_list(NOT_DONE)}, false)"},
        direction=f"lower({reader.text('hs_call_direction').sql})",
        outcome=f"CASE {reader.text(outcome).sql} {named} ELSE {reader.text(outcome).sql} END",
        # HubSpot notes when a call began; a call is placed at its end, as in every CRM
        placed_at_its_end=True,
    )


def _meeting(export: Export, reader: Reader) -> _Kind:
    starts = moment(reader, "hs_meeting_start_time", "hs_timestamp")
    ends = moment(reader, "hs_meeting_end_time")
    between = f"date_diff('second', {starts.sql}, {ends.sql}) / 60.0"
    outcome = _plain(reader, "hs_meeting_outcome")
    return _Kind(
        starts,
        Cell(between, ends.failed, ends.column),
        {"cancelled": f"coalesce({outcome} IN {quoted_list(CANCELLED)}, false)"},
        outcome=f"lower({reader.text('hs_meeting_outcome').sql})",
    )


def _task(export: Export, reader: Reader) -> _Kind:
    done, due = moment(reader, "hs_task_completion_date"), moment(reader, "hs_timestamp")
    status = _plain(reader, "hs_task_status")
    return _Kind(
        Cell(f"coalesce({done.sql}, {due.sql})", done.failed, due.column),
        null("DOUBLE"),
        {"not done": f"coalesce({status} <> 'completed', {done.sql} IS NULL)"},
        outcome=f"lower({reader.text('hs_task_status').sql})",
        date_only=f"{done.sql} IS NULL",
    )


def _email(export: Export, reader: Reader) -> _Kind:
    direction = f"upper({reader.text('hs_email_direction').sql})"
    inbound = f"({direction} LIKE '%INCOMING%' OR {direction} LIKE '%RECEIVED%' OR {direction} LIKE '%REPLY%')"
    status = _plain(reader, "hs_email_status")
    sequence = (
        f"{reader.text('hs_sequence_id').sql} IS NOT NULL"
        if reader.raw.has("hs_sequence_id")
        else "false"
    )
    return _Kind(
        moment(reader, "hs_timestamp"),
        null("DOUBLE"),
        {
            "not done": f"coalesce({status} IN {quoted_list(NOT_DONE)}, false)",
            "came in": f"coalesce({inbound}, false)",
        },
        automated=sequence,
        direction=f"CASE WHEN {inbound} THEN 'inbound' "
        f"WHEN {direction} IS NOT NULL THEN 'outbound' END",
        outcome=f"lower({reader.text('hs_email_status').sql})",
    )


_SAID = {"calls": _call, "meetings": _meeting, "tasks": _task, "emails": _email}


def _plain(reader: Reader, column: str) -> str:
    """A word of a list by its letters alone: `NO_SHOW` and `No show` are one."""
    return f"regexp_replace(lower({reader.text(column).sql}), '[^a-z]', '', 'g')"


# Who took part, and what it concerned


def _owned(reader: Reader) -> Derived:
    own, theirs = record_id(reader).sql, owner(reader).sql
    by_engagement = _of_engagement("owner", own)
    return Derived(
        "participants",
        f"""SELECT activity_id, coalesce(owner, creator) AS person_id,
            CASE WHEN owner IS NULL THEN 'creator' ELSE 'owner' END AS part, known_from
        FROM (SELECT a.activity_id, coalesce({theirs}, {by_engagement}) AS owner,
                {author(reader).sql} AS creator, a.recorded_at AS known_from
              FROM {reader.raw.kept} r JOIN activities a ON a.activity_id = {own})
        WHERE coalesce(owner, creator) IS NOT NULL""",
    )


def _others(reader: Reader) -> Iterator[Derived]:
    """Owners who took part beside the one it belongs to."""
    own = record_id(reader).sql
    for column in ("hs_attendee_owner_ids", "hs_all_owner_ids"):
        if reader.raw.has(column):
            yield Derived(
                "participants",
                f"""SELECT DISTINCT activity_id, seller(id) AS person_id, 'invited' AS part, known_from
                FROM (SELECT a.activity_id, a.recorded_at AS known_from,
                        unnest(regexp_extract_all({reader.text(column).sql}, '[^;,\\[\\]"]+')) AS id
                      FROM {reader.raw.kept} r JOIN activities a ON a.activity_id = {own}) said
                WHERE trim(id) <> '' AND NOT exists(SELECT 1 FROM participants p
                    WHERE p.activity_id = said.activity_id AND p.person_id = seller(said.id))""",
            )


def _concerned(reader: Reader) -> Derived:
    """The records of an entry; a contact without a company is the lead that it is."""
    kinds = " ".join(f"WHEN '{kind}' THEN '{word}'" for kind, word in RECORDS.items())
    return Derived(
        "activity_links",
        f"""SELECT a.activity_id, CASE WHEN l.lead_id IS NOT NULL THEN 'lead'
                ELSE CASE k.to_kind {kinds} END END AS record_type, k.to_id AS record_id,
            a.known_from
        FROM {reader.raw.kept} r JOIN activities a ON a.activity_id = {record_id(reader).sql}
        JOIN hubspot_links k ON k.from_kind = 'engagements' AND k.from_id = a.activity_id
        LEFT JOIN leads l ON k.to_kind = 'contacts' AND l.lead_id = k.to_id
            AND l.account_id IS NULL
        WHERE k.to_kind IN {quoted_list(tuple(RECORDS))}""",
    )


def _remember_closings(reader: Reader) -> None:
    """Keep who closed which task when, for those closed by the dozen to be found once all is read.

    Who took part is told already: converting a contact gives none of its records a new owner.
    """
    own, done = record_id(reader).sql, moment(reader, "hs_task_completion_date").sql
    reader.con.execute(
        f"""DELETE FROM recorded.doers WHERE activity_id IN (SELECT {own} FROM {reader.raw.kept});
        INSERT INTO recorded.doers SELECT {own}, {owner(reader).sql}, NULL, NULL, {done}, NULL
        FROM {reader.raw.kept} WHERE {done} IS NOT NULL"""
    )


# What the charter says of an activity


def _rule(charter: Charter, reader: Reader, kind: str) -> str:
    """The first rule that fits; a rule for a `Task` is for all but meetings."""
    meant = "Event" if kind == "meetings" else "Task"
    cases = [
        f"WHEN {matches(reader, rule.where)} THEN {quoted(rule.name)}"
        for rule in charter.activities.rules
        if rule.object in (None, meant) and _can_fit(reader, tuple(rule.where))
    ]
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _can_fit(reader: Reader, columns: Sequence[str]) -> bool:
    found = [reader.raw.column(column) for column in columns]  # every absent one is noted
    return None not in found


def _automated(charter: Charter, rule: str) -> str:
    names = [rule.name for rule in charter.activities.rules if rule.automated]
    return f"coalesce(({rule}) IN {quoted_list(names)}, false)" if names else "false"


def _by_itself(reader: Reader) -> str:
    """Whether HubSpot's own automation made the entry, as SQL."""
    column = "hs_engagement_source"
    if not reader.raw.has(column):
        return "false"
    return f"coalesce(lower({reader.text(column).sql}) IN {quoted_list(AUTOMATED)}, false)"
