"""What people did, from Salesforce's tasks and events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from remit.charter import Charter
from remit.evidence.sql import quoted, quoted_list
from remit.sources.cells import (
    Cell,
    Derived,
    Lent,
    Mapped,
    Reader,
    Rows,
    constant,
    local_day,
    null,
)
from remit.sources.patterns import is_checkbox, matches
from remit.sources.salesforce_columns import (
    deleted,
    id_of_any,
    not_deleted,
    not_in_future,
    seller,
    stated,
    text_of_any,
    ticked,
)
from remit.sources.source import Export

WEIGHTLESS = ("listemail",)
"""Task subtypes that the CRM sends by itself."""
SERIES = "is the pattern of a series; its meetings or tasks are rows of their own"
COPY = "is an invited colleague's copy of a meeting; counted once, with the colleague in it"
SERIES_GROUP, DRAFT = "3", "5"
"""A group of events that is the pattern of a series; the status of an e-mail not sent yet."""


def activities(export: Export) -> Iterator[Mapped]:
    """Tasks and events as activities, who took part in them, and what they concern."""
    task, event = export.get("Task"), export.get("Event")
    relation = export.get("EventRelation")
    zone = export.charter.time_zone
    if task is not None:
        yield from _tasks(export, task, zone)
    if event is not None:
        _find_copies(event)
        yield from _events(export, event, relation, zone)
    message = export.get("EmailMessage")
    if message is not None:
        yield from _emails(export, message, zone)
    if event is not None:
        _remember_copies(export)
    if relation is not None and all(map(relation.raw.column, ("RelationId", "EventId"))):
        _remember_invitations(export, relation)
    yield from _links_of_invitations(export)


def _remember_copies(export: Export) -> None:
    """A copy of a meeting invites whoever has it."""
    taken = f"TIMESTAMP '{export.taken_at}'"
    export.con.execute(
        f"""DELETE FROM recorded.invitations WHERE invitation_id IN (SELECT id FROM copies);
        INSERT INTO recorded.invitations SELECT id, meeting, owner, NULL, true, {taken} FROM copies"""
    )


def _remember_invitations(export: Export, relation: Reader) -> None:
    """What each invitation says; of several that say of one, the one changed last."""
    of, to = relation.id("EventId").sql, relation.id("RelationId").sql
    taken = f"TIMESTAMP '{export.taken_at}'"
    when = f"least(coalesce({stated(relation).sql}, {taken}), {taken})"
    export.con.execute(
        f"""INSERT INTO recorded.invitations
        SELECT coalesce({id_of_any(relation, "Id").sql}, concat({of}, ' ', {to})), {of},
            CASE WHEN left({to}, 3) = '005' THEN seller({to}) END, CASE WHEN left({to}, 3) <> '005' THEN {to} END,
            {not_deleted(relation)} AND NOT (left({to}, 3) = '005'
                AND coalesce(lower({relation.text("Status").sql}), '') = 'declined'), {when}
        FROM {relation.raw.relation} WHERE {of} IS NOT NULL AND {to} IS NOT NULL;
        CREATE OR REPLACE TEMP TABLE invited AS SELECT * FROM recorded.invitations
        QUALIFY row_number() OVER (PARTITION BY invitation_id
            ORDER BY stated_at DESC, holds, activity_id, person_id, record_id) = 1;
        DELETE FROM recorded.invitations;
        INSERT INTO recorded.invitations SELECT * FROM invited"""
    )


def _links_of_invitations(export: Export) -> Iterator[Derived]:
    """Who of the customer's is invited is whom a meeting concerns, until that is withdrawn."""
    holds = f"""SELECT i.activity_id, {_kind_of("i.record_id")} AS record_type, i.record_id,
            bool_or(i.holds) AS holds FROM recorded.invitations i
        WHERE i.record_id IS NOT NULL AND ({_kind_of("i.record_id")}) IS NOT NULL GROUP BY ALL"""
    export.con.execute(
        f"""DELETE FROM activity_links USING ({holds}) h LEFT JOIN recorded.doers d USING (activity_id)
        WHERE NOT h.holds AND h.activity_id = activity_links.activity_id
            AND h.record_type = activity_links.record_type AND h.record_id = activity_links.record_id
            AND NOT coalesce(list_contains(d.concerns, h.record_id), false)"""
    )
    yield Derived(
        "activity_links",
        f"""SELECT h.activity_id, h.record_type, h.record_id, a.known_from
        FROM ({holds}) h JOIN activities a USING (activity_id) WHERE h.holds""",
    )


def _tasks(export: Export, task: Reader, zone: str) -> Iterator[Mapped]:
    due, done = task.day("ActivityDate").sql, task.instant("CompletedDateTime").sql
    created = task.instant("CreatedDate").sql
    late = f"({due} IS NOT NULL AND {created} IS NOT NULL AND {due} < {task.day_of('CreatedDate', zone).sql})"
    dated = f"({late} OR ({done} IS NULL AND {due} IS NOT NULL))"
    at = (
        f"CASE WHEN {dated} THEN timezone('UTC', CAST({due} AS TIMESTAMPTZ)) "
        f"ELSE coalesce({done}, {created}) END"
    )
    kind = f"lower(coalesce({task.text('TaskSubtype').sql}, {task.text('Type').sql}, 'task'))"
    seconds = task.number("CallDurationInSeconds")
    open_ = (
        f"NOT {task.flag('IsClosed').sql}"
        if task.raw.has("IsClosed")
        else f"lower({task.text('Status').sql}) <> 'completed'"
    )
    rule = _rule(export.charter, task, "Task")
    automated = _automated(export.charter, rule)
    longest = export.number("longest_entry_minutes")
    weightless = f"lower({task.text('TaskSubtype').sql}) IN {quoted_list(WEIGHTLESS)}"
    reason = (
        f"CASE WHEN {automated} OR {weightless} THEN 'automated' "
        f"WHEN {kind} GLOB '*email*' AND lower({task.text('CallType').sql}) = 'inbound' THEN 'came in' "
        f"WHEN coalesce({open_}, false) THEN 'not done' "
        f"WHEN {seconds.sql} / 60 > {longest} THEN 'longer than a working day' END"
    )
    minutes = Cell(
        f"CASE WHEN {seconds.sql} > 0 THEN {seconds.sql} / 60 END",
        f"({seconds.failed} OR coalesce({seconds.sql} < 0, false))",
        seconds.column,
        "number of seconds",
    )
    yield Rows(
        "activities",
        task.raw,
        {
            "activity_id": task.id("Id"),
            "kind": Cell(
                f"CASE WHEN {kind} GLOB '*email*' THEN 'email' WHEN {kind} GLOB '*call*' THEN 'call' "
                f"WHEN lower({task.text('Type').sql}) GLOB '*email*' THEN 'email' "
                f"WHEN lower({task.text('Type').sql}) GLOB '*call*' THEN 'call' "
                f"WHEN lower({task.text('Type').sql}) GLOB '*meeting*' THEN 'meeting' ELSE 'task' END"
            ),
            "happened_at": Cell(
                at, _either(task, "ActivityDate", "CompletedDateTime"), "ActivityDate"
            ),
            "day": Cell(
                f"CASE WHEN {dated} THEN {due} ELSE {local_day(f'coalesce({done}, {created})', zone)} END",
                column="ActivityDate",
            ),
            "date_only": Cell(dated),
            "minutes": minutes,
            "counted": Cell(f"({reason}) IS NULL"),
            "not_counted": Cell(reason),
            "rule": Cell(rule),
            "direction": Cell(f"lower({task.text('CallType').sql})"),
            "outcome": Cell(text_of_any(task, "CallDisposition", "Status")),
            "recorded_at": Cell(f"coalesce({created}, {at})"),
            "stated_at": stated(task),
            "known_from": Cell(f"coalesce({created}, {at})"),
        },
        gone=deleted(task),
        refuse=not_in_future(export, "recorded_at") | _series(task),
    )
    _forget_parts(task)
    yield from _linked(task)
    handoffs = _of_handoff(export.charter, task, "Task")
    _remember_doers(task, handoffs, closed=done)


def _events(export: Export, event: Reader, relation: Reader | None, zone: str) -> Iterator[Mapped]:
    starts = (
        event.instant("StartDateTime")
        if event.raw.has("StartDateTime")
        else event.instant("ActivityDateTime")
    )
    day = event.day("ActivityDate").sql
    at = f"coalesce({starts.sql}, timezone('UTC', CAST({day} AS TIMESTAMPTZ)))"
    ends = event.instant("EndDateTime").sql
    length = event.number("DurationInMinutes")
    between = f"date_diff('second', {starts.sql}, {ends}) / 60.0"
    minutes = (
        f"CASE WHEN {ends} < {starts.sql} THEN {between} ELSE coalesce({length.sql}, {between}) END"
    )
    longest = export.number("longest_entry_minutes")
    created = event.instant("CreatedDate").sql
    rule = _rule(export.charter, event, "Event")
    reason = (
        f"CASE WHEN {_automated(export.charter, rule)} THEN 'automated' "
        f"WHEN {event.flag('IsAllDayEvent').sql} THEN 'all day' "
        f"WHEN {minutes} > {longest} THEN 'longer than a working day' "
        f"WHEN {_not_held(export.charter, event)} THEN 'not held' END"
    )
    yield Rows(
        "activities",
        event.raw,
        {
            "activity_id": event.id("Id"),
            "kind": constant("meeting"),
            "happened_at": Cell(at, starts.failed, starts.column),
            "day": Cell(
                # a whole day starts at midnight in UTC, wherever it is
                f"CASE WHEN {event.flag('IsAllDayEvent').sql} THEN coalesce({day}, CAST({starts.sql} AS DATE)) "
                f"ELSE coalesce({local_day(starts.sql, zone)}, {day}) END",
                column="StartDateTime",
            ),
            "date_only": Cell(f"{starts.sql} IS NULL"),
            "minutes": Cell(minutes, length.failed, length.column),
            "counted": Cell(f"({reason}) IS NULL"),
            "not_counted": Cell(reason),
            "rule": Cell(rule),
            "direction": null("VARCHAR"),
            "recorded_at": Cell(f"coalesce({created}, {at})"),
            "stated_at": stated(event),
            "known_from": Cell(f"coalesce({created}, {at})"),
        },
        gone=deleted(event),
        refuse=(not_in_future(export, "recorded_at") if event.raw.has("CreatedDate") else {})
        | {"ends before it starts": "minutes < 0"}
        | _series(event)
        | {COPY: "activity_id IN (SELECT id FROM copies)"},
    )
    _forget_parts(event)
    yield from _linked(event)
    if relation is not None:
        yield Lent(relation.raw, "participants")
    _remember_doers(
        event,
        _of_handoff(export.charter, event, "Event"),
        concerns=("WhoId", "WhatId", "AccountId"),
    )


def _series(reader: Reader) -> dict[str, str]:
    """The rows that only say how a series repeats, as a reason to refuse them.

    A series has a row that holds its pattern, marked as recurring (in Lightning by its group), and
    a row for each time it takes place, which names that first one.
    """
    own = reader.id("Id").sql
    if not any(map(reader.raw.has, ("IsRecurrence", "GroupEventType", "RecurrenceActivityId"))):
        return {}
    marked = f"({ticked(reader, 'IsRecurrence')} OR coalesce({text_of_any(reader, 'GroupEventType')}, '') = '{SERIES_GROUP}')"
    named = "false"
    if reader.raw.has("RecurrenceActivityId") and not reader.raw.has("IsRecurrence"):
        of = reader.id("RecurrenceActivityId").sql
        named = f"{own} IN (SELECT {of} FROM {reader.raw.relation} WHERE {of} <> {own})"
    table = f"series_{reader.raw.relation}"
    reader.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {table} AS
        SELECT {own} AS id FROM {reader.raw.relation} WHERE {own} IS NOT NULL AND ({marked} OR {named})"""
    )
    return {SERIES: f"activity_id IN (SELECT id FROM {table})"}


def _find_copies(event: Reader) -> None:
    """The copies that invited colleagues have of a meeting, with the meeting that each is of.

    The CRM names no meeting on a copy: it is the one that starts when the copy does and is called
    the same. Where that one is not in the export, the first copy stands for it.
    """
    starts = text_of_any(event, "StartDateTime", "ActivityDateTime", "ActivityDate")
    event.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE copies AS
        SELECT id, meeting, owner FROM (
            SELECT *, first_value(id) OVER (
                PARTITION BY starts, subject, what ORDER BY child, id) AS meeting
            FROM (SELECT {event.id("Id").sql} AS id, {ticked(event, "IsChild")} AS child,
                    {seller(event, "OwnerId").sql} AS owner, {starts} AS starts,
                    md5({text_of_any(event, "Subject")}) AS subject, {text_of_any(event, "WhatId")} AS what
                FROM {event.raw.relation} WHERE {not_deleted(event)}))
        WHERE child AND id <> meeting"""
    )


def _emails(export: Export, message: Reader, zone: str) -> Iterator[Mapped]:
    """E-mails. One that made a task is that task, and tells which way it went; others are entries.

    One that came in is nobody's work; a draft is not done.
    """
    incoming = message.flag("Incoming").sql
    of_task = message.id("ActivityId").sql
    made_task = f"coalesce({of_task} IN (SELECT activity_id FROM activities), false)"
    created = message.instant("CreatedDate").sql
    sent = message.instant("MessageDate") if message.raw.has("MessageDate") else null("TIMESTAMP")
    at = f"coalesce({sent.sql}, {created})"
    direction = f"CASE {incoming} WHEN true THEN 'inbound' WHEN false THEN 'outbound' END"
    reason = (
        f"CASE WHEN {text_of_any(message, 'Status')} = '{DRAFT}' THEN 'not done' "
        f"WHEN {incoming} THEN 'came in' END"
    )
    yield Derived(
        "activities",
        f"""SELECT a.* EXCLUDE (direction), m.direction FROM activities a JOIN (
            SELECT {of_task} AS activity_id, min({direction}) AS direction
            FROM {message.raw.relation} WHERE {not_deleted(message)} GROUP BY 1) m USING (activity_id)
        WHERE m.direction IS NOT NULL""",
    )
    yield Rows(
        "activities",
        message.raw,
        {
            "activity_id": message.id("Id"),
            "kind": constant("email"),
            "happened_at": Cell(at, sent.failed, "MessageDate"),
            "day": Cell(local_day(at, zone), column="MessageDate"),
            "date_only": Cell("false"),
            "counted": Cell(f"({reason}) IS NULL"),
            "not_counted": Cell(reason),
            "direction": Cell(direction),
            "recorded_at": Cell(f"coalesce({created}, {at})"),
            "stated_at": stated(message),
            "known_from": Cell(f"coalesce({created}, {at})"),
        },
        where=f"NOT {made_task}",
        gone=deleted(message),
        refuse=not_in_future(export, "recorded_at"),
    )
    yield Lent(message.raw, "activity_links")
    _forget_parts(message)
    for column in ("RelatedToId", "ParentId"):
        if message.raw.has(column):
            yield Derived("activity_links", _links(message, "Id", column))
    _remember_doers(message, "false", owner="NULL", of="a.direction IS DISTINCT FROM 'inbound'")


def _forget_parts(reader: Reader) -> None:
    """Who took part, and what it concerned, is told anew with every activity."""
    for table in ("participants", "activity_links"):
        reader.con.execute(
            f"DELETE FROM {table} WHERE activity_id IN (SELECT {reader.id('Id').sql} FROM {reader.raw.kept})"
        )


def _remember_doers(
    reader: Reader,
    of_handoff: str,
    *,
    owner: str = "",
    closed: str = "NULL",
    of: str = "true",
    concerns: Sequence[str] = (),
) -> None:
    """Keep what the records say of who did it, for the work to be given to people once all is read."""
    own = reader.id("Id").sql
    named = ", ".join(
        f"CAST({reader.id(column).sql} AS VARCHAR)" for column in concerns if reader.raw.has(column)
    )
    reader.con.execute(
        f"""DELETE FROM recorded.doers WHERE activity_id IN (SELECT {own} FROM {reader.raw.kept});
        INSERT INTO recorded.doers SELECT {own}, {owner or seller(reader, "OwnerId").sql},
            {seller(reader, "CreatedById").sql}, {of_handoff}, {closed}, {f"[{named}]" if named else "NULL"}
        FROM {reader.raw.kept} JOIN activities a ON a.activity_id = {own} WHERE {of}"""
    )


def _linked(reader: Reader) -> Iterator[Derived]:
    for column in ("WhoId", "WhatId", "AccountId"):
        if reader.raw.has(column):
            yield Derived("activity_links", _links(reader, "Id", column))


def _links(reader: Reader, of: str, column: str) -> str:
    """The records that one column of ids names; a record's kind is told by its id's prefix."""
    id_ = reader.id(column).sql
    kind = _kind_of(id_)
    return f"""SELECT a.activity_id, {kind} AS record_type, {id_} AS record_id, a.known_from
        FROM {reader.raw.kept} r JOIN activities a ON a.activity_id = {reader.id(of).sql}
        WHERE ({kind}) IS NOT NULL AND {not_deleted(reader)}"""


def _kind_of(id_: str) -> str:
    """What links call the kind of record that an id names, as SQL."""
    kinds = {
        "00Q": "lead",
        "003": "contact",
        "001": "account",
        "006": "opportunity",
        "500": "ticket",
    }
    cases = " ".join(f"WHEN '{prefix}' THEN '{kind}'" for prefix, kind in kinds.items())
    return f"CASE left({id_}, 3) {cases} END"


# What the charter says of an activity


def _rule(charter: Charter, reader: Reader, object_: str) -> str:
    cases = [
        f"WHEN {matches(reader, rule.where)} THEN {quoted(rule.name)}"
        for rule in charter.activities.rules
        if rule.object in (None, object_)
    ]
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _automated(charter: Charter, rule: str) -> str:
    names = [rule.name for rule in charter.activities.rules if rule.automated]
    return f"coalesce(({rule}) IN {quoted_list(names)}, false)" if names else "false"


def _of_handoff(charter: Charter, reader: Reader, object_: str) -> str:
    offers = [
        matches(reader, handoff.offered.where)
        for handoff in charter.handoffs
        if handoff.offered is not None
        and handoff.offered.object == object_
        and handoff.offered.where
    ]
    return f"({' OR '.join(offers)})" if offers else "false"


def _not_held(charter: Charter, event: Reader) -> str:
    """A meeting whose own checkbox says that it did not take place took nobody's time."""
    misses = [
        f"({matches(event, handoff.held.where)} AND {event.flag(handoff.held.field).sql} = false)"
        for handoff in charter.handoffs
        if handoff.held is not None
        and handoff.held.object == "Event"
        and handoff.held.field
        and event.raw.has(handoff.held.field)
        and is_checkbox(event, handoff.held.field)
    ]
    return f"({' OR '.join(misses)})" if misses else "false"


def _either(reader: Reader, *columns: str) -> str:
    return (
        " OR ".join(reader.instant(column).failed for column in columns if reader.raw.has(column))
        or "false"
    )
