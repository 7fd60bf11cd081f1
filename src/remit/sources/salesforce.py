"""Salesforce's native CSV export: one file an object, API names, as Data Loader writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remit.charter import Charter, Step
from remit.charter.nouns import Range
from remit.sources.cells import Cell, Derived, Lent, Mapped, Reader, Rows, constant, null
from remit.sources.delimited import quoted, quoted_list
from remit.sources.source import Export, Source

WEIGHTLESS = ("listemail",)
"""Task subtypes that the CRM sends by itself."""


@Source(
    files=frozenset(
        [
            "User",
            "UserRole",
            "Account",
            "Contact",
            "Lead",
            "LeadHistory",
            "Opportunity",
            "OpportunityHistory",
            "OpportunityFieldHistory",
            "OpportunityContactRole",
            "Task",
            "Event",
            "EventRelation",
            "Case",
        ]
    )
)
def salesforce(export: Export) -> Iterator[Mapped]:
    """Salesforce native CSV export, one file an object, columns by API name.

    Ids are compared by their first 15 characters. Rows marked as deleted are left out and
    counted. Any file or column may be absent; what then cannot be seen is said in the report.
    """
    export.con.execute(
        """CREATE OR REPLACE TEMP MACRO seller(id) AS
        CASE WHEN left(id, 3) = '005' OR length(id) NOT IN (15, 18) THEN person(id) END"""
    )
    yield from _people(export)
    yield from _accounts(export)
    yield from _leads(export)
    yield from _opportunities(export)
    yield from _histories(export)
    yield from _tickets(export)
    yield from _activities(export)
    _steps(export)
    _fields(export)


def _person(reader: Reader, column: str) -> Cell:
    """A column that holds a user's id, as a pseudonym; queues are nobody."""
    cell = reader.id(column)
    return Cell(f"seller({cell.sql})", column=column)


def _user(reader: Reader) -> Cell:
    """The id of a user, as a pseudonym; the id of anything else is a mistake."""
    cell = _person(reader, "Id")
    wrong = f"({reader.id('Id').sql} IS NOT NULL AND {cell.sql} IS NULL)"
    return Cell(cell.sql, wrong, "Id", "user's id")


def _alive(reader: Reader) -> str:
    return (
        f"NOT coalesce({reader.flag('IsDeleted').sql}, false)"
        if reader.raw.has("IsDeleted")
        else "true"
    )


def _not_in_future(export: Export, column: str) -> dict[str, str]:
    """Nothing can have been entered after the day of the load, give or take a time zone."""
    return {
        f"was entered after the day of the load, {export.today}": (
            f"{column} >= TIMESTAMP '{export.today}' + INTERVAL 2 DAY"
        )
    }


# People and companies


def _people(export: Export) -> Iterator[Mapped]:
    user = export.get("User")
    if user is None:
        return
    role, name = export.get("UserRole"), user.text("Name").sql
    if role is not None:
        export.con.execute(
            f"""CREATE OR REPLACE TEMP TABLE crm_roles AS
            SELECT {role.id("Id").sql} AS id, {role.text("Name").sql} AS name FROM {role.raw.relation}"""
        )
    kind = user.text("UserType").sql
    software = " OR ".join(
        f"lower({name}) GLOB '{_glob(pattern)}'" for pattern in export.charter.not_people
    )
    yield Rows(
        "people",
        user.raw,
        {
            "person_id": _user(user),
            "title": user.text("Title"),
            "crm_role": Cell(
                f"(SELECT min(name) FROM crm_roles WHERE id = {user.id('UserRoleId').sql})"
            )
            if role is not None
            else null("VARCHAR"),
            "is_person": Cell(
                f"coalesce(lower({kind}) = 'standard', true) AND NOT coalesce({software or 'false'}, false)"
            ),
            "active": user.flag("IsActive"),
            "known_from": user.instant("CreatedDate"),
        },
        where=_alive(user),
        refuse=_not_in_future(export, "known_from"),
    )
    yield Derived(
        "private.names",
        f"""SELECT {_person(user, "Id").sql} AS person_id, {user.id("Id").sql} AS source_id,
        {name} AS name, lower({user.text("Email").sql}) AS email,
        {user.instant("CreatedDate").sql} AS known_from
        FROM {user.raw.kept} WHERE {_person(user, "Id").sql} IS NOT NULL""",
    )
    if role:
        yield Lent(role.raw, "people")


def _accounts(export: Export) -> Iterator[Mapped]:
    account = export.get("Account")
    if account is not None:
        yield Rows(
            "accounts",
            account.raw,
            {
                "account_id": account.id("Id"),
                "name": account.text("Name"),
                "employees": account.number("NumberOfEmployees"),
                "industry": account.text("Industry"),
                "country": account.text("BillingCountry"),
                "segment": Cell(_segment(account, export.charter, "Account")),
                "owner_id": _person(account, "OwnerId"),
                "parent_id": account.id("ParentId"),
                "created_at": account.instant("CreatedDate"),
                "known_from": account.instant("CreatedDate"),
            },
            where=_alive(account),
            refuse=_not_in_future(export, "created_at"),
        )
    contact = export.get("Contact")
    if contact is not None:
        yield Rows(
            "contacts",
            contact.raw,
            {
                "contact_id": contact.id("Id"),
                "account_id": contact.id("AccountId"),
                "title": contact.text("Title"),
                "department": contact.text("Department"),
                "created_at": contact.instant("CreatedDate"),
                "known_from": contact.instant("CreatedDate"),
            },
            where=_alive(contact),
            refuse=_not_in_future(export, "created_at"),
        )


def _segment(reader: Reader, charter: Charter, object_: str) -> str:
    """The first segment whose conditions a company meets, by what it says of itself."""
    columns = {"employees": "NumberOfEmployees", "industry": "Industry"}
    columns["country"] = "BillingCountry" if object_ == "Account" else "Country"
    cases = []
    for name, segment in charter.segments.items():
        conditions = []
        for word, wanted in segment.where.items():
            column = columns.get(word, word.removeprefix(f"{object_}."))
            if isinstance(wanted, Range):
                number = reader.number(column).sql
                conditions.append(f"{number} IS NOT NULL")
                if wanted.at_least is not None:
                    conditions.append(f"{number} >= {wanted.at_least}")
                if wanted.below is not None:
                    conditions.append(f"{number} < {wanted.below}")
            else:
                conditions.append(_matches(reader, {column: wanted}))
        cases.append(f"WHEN {' AND '.join(conditions) or 'true'} THEN {quoted(name)}")
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _leads(export: Export) -> Iterator[Rows]:
    lead = export.get("Lead")
    if lead is None:
        return
    inbound = [
        _matches(lead, {column.partition(".")[2]: words})
        for column, words in export.charter.inbound.items()
        if column.startswith("Lead.")
    ]
    yield Rows(
        "leads",
        lead.raw,
        {
            "lead_id": lead.id("Id"),
            "created_at": lead.instant("CreatedDate")
            if lead.raw.has("CreatedDate")
            else lead.instant("LastModifiedDate"),
            "created_by": _person(lead, "CreatedById"),
            "owner_id": _person(lead, "OwnerId"),
            "source": lead.text("LeadSource"),
            "inbound": Cell(
                f"coalesce({' OR '.join(inbound)}, false)" if inbound else "NULL::BOOLEAN"
            ),
            "status": lead.text("Status"),
            "segment": Cell(_segment(lead, export.charter, "Lead")),
            "converted_at": lead.instant("ConvertedDate"),
            "account_id": lead.id("ConvertedAccountId"),
            "contact_id": lead.id("ConvertedContactId"),
            "opportunity_id": lead.id("ConvertedOpportunityId"),
            "known_from": lead.instant("CreatedDate"),
        },
        where=_alive(lead),
        refuse=_not_in_future(export, "created_at")
        | {
            "was converted before it was created": (
                "CAST(converted_at AS DATE) < CAST(created_at AS DATE) - 1"
            )
        },
    )


# Deals


def _opportunities(export: Export) -> Iterator[Mapped]:
    deal = export.get("Opportunity")
    if deal is None:
        return
    closed, won = deal.flag("IsClosed").sql, deal.flag("IsWon").sql
    kinds = export.charter.deals.kind
    column = kinds.field.partition(".")[2] if kinds else "Type"
    known = deal.raw.has(column)
    created = deal.instant("CreatedDate")
    end_of_close_day = (
        f"timezone('UTC', CAST({deal.day('CloseDate').sql} + 1 AS TIMESTAMPTZ)) - INTERVAL 1 SECOND"
    )
    yield Rows(
        "opportunities",
        deal.raw,
        {
            "opportunity_id": deal.id("Id"),
            "account_id": deal.id("AccountId"),
            "kind": Cell(_kind_of_deal(deal, export.charter, column) if known else "NULL::VARCHAR"),
            "kind_from": Cell(
                f"CASE WHEN {deal.text(column).sql} IS NOT NULL THEN 'Opportunity.{column}' END"
                if known
                else "NULL::VARCHAR"
            ),
            "owner_id": _person(deal, "OwnerId"),
            "created_by": _person(deal, "CreatedById"),
            "created_at": created,
            "stage": deal.text("StageName"),
            "amount": deal.amount("Amount"),
            "currency": deal.text("CurrencyIsoCode")
            if deal.raw.has("CurrencyIsoCode")
            else constant(export.charter.currency),
            "close_day": deal.day("CloseDate"),
            "closed_at": Cell(f"CASE WHEN {closed} THEN {end_of_close_day} END"),
            "closed_from": Cell(f"CASE WHEN {closed} THEN 'close day' END"),
            "won": Cell(f"CASE WHEN {closed} THEN coalesce({won}, false) END"),
            "source": deal.text("LeadSource"),
            "known_from": created,
        },
        where=_alive(deal),
        refuse=_not_in_future(export, "created_at"),
    )
    yield Derived(
        "opportunities",
        """SELECT o.* EXCLUDE (kind, kind_from), CASE WHEN exists(
            SELECT 1 FROM opportunities p WHERE p.account_id = o.account_id AND p.won
            AND p.opportunity_id <> o.opportunity_id AND p.closed_at < o.created_at)
            THEN 'expansion' ELSE 'new' END AS kind, 'derived' AS kind_from
        FROM opportunities o WHERE o.kind IS NULL OR o.kind_from = 'derived'""",
        "Deals whose kind no column tells are new business, or expansion where the company had "
        "won a deal before.",
    )
    history = export.get("OpportunityHistory")
    if history is not None:
        yield from _stages(
            export, history, "opportunity", "OpportunityId", history.text("StageName").sql
        )
    yield Derived(
        "opportunities",
        """SELECT o.* EXCLUDE (closed_at, closed_from), s.entered_at AS closed_at,
            'stage history' AS closed_from
        FROM opportunities o JOIN stage_changes s ON s.record_type = 'opportunity'
            AND s.record_id = o.opportunity_id AND s.left_at IS NULL AND s.stage = o.stage
        WHERE o.won IS NOT NULL""",
        "A deal closed when it entered the stage it ended in; where no history tells, at the end "
        "of its close day.",
    )
    part = export.get("OpportunityContactRole")
    if part is not None:
        yield Rows(
            "buying_roles",
            part.raw,
            {
                "opportunity_id": part.id("OpportunityId"),
                "contact_id": part.id("ContactId"),
                "role": part.text("Role"),
                "known_from": part.instant("CreatedDate"),
            },
            where=_alive(part),
            refuse=_not_in_future(export, "known_from"),
        )


def _kind_of_deal(deal: Reader, charter: Charter, column: str) -> str:
    kinds = charter.deals.kind
    value = f"lower({deal.text(column).sql})"
    if kinds is None:
        return (
            f"CASE WHEN {value} GLOB '*renew*' THEN 'renewal' WHEN {value} GLOB '*existing*' "
            f"OR {value} GLOB '*expan*' OR {value} GLOB '*upsell*' OR {value} GLOB '*upgrade*' "
            f"THEN 'expansion' WHEN {value} GLOB '*new*' THEN 'new' END"
        )
    return (
        "CASE "
        + " ".join(
            f"WHEN {_matches(deal, {column: words})} THEN '{kind}'"
            for kind, words in (
                ("new", kinds.new),
                ("expansion", kinds.expansion),
                ("renewal", kinds.renewal),
            )
            if words
        )
        + " END"
    )


def _stages(
    export: Export, reader: Reader, type_: str, id_column: str, stage: str
) -> Iterator[Mapped]:
    """A history file as entries into stages; rows that only changed an amount are folded in."""
    yield Rows(
        "stage_changes",
        reader.raw,
        {
            "record_type": constant(type_),
            "record_id": reader.id(id_column),
            "stage": Cell(stage, column="StageName"),
            "entered_at": reader.instant("CreatedDate"),
            "place": Cell("_row"),
            "moved_by": _person(reader, "CreatedById"),
            "known_from": reader.instant("CreatedDate"),
        },
        where=_alive(reader),
        refuse=_not_in_future(export, "entered_at"),
        staged=True,
    )
    yield Derived(
        "stage_changes",
        """SELECT * EXCLUDE (before, place),
            lead(entered_at) OVER later AS left_at, row_number() OVER later AS place
        FROM (SELECT *, lag(stage) OVER (PARTITION BY record_id ORDER BY entered_at, place) AS before
              FROM staged_stage_changes)
        WHERE stage IS DISTINCT FROM before
        WINDOW later AS (PARTITION BY record_id ORDER BY entered_at, place)""",
    )


def _histories(export: Export) -> Iterator[Mapped]:
    """Who owned deals and leads when, from the field histories."""
    for name, type_, id_column in (
        ("OpportunityFieldHistory", "opportunity", "OpportunityId"),
        ("LeadHistory", "lead", "LeadId"),
    ):
        history = export.get(name)
        if history is None:
            continue
        new = history.id("NewValue").sql
        owner = (
            f"lower({history.text('Field').sql}) IN ('owner', 'ownerid') AND left({new}, 3) = '005'"
        )
        yield Rows(
            "ownership_changes",
            history.raw,
            {
                "record_type": constant(type_),
                "record_id": history.id(id_column),
                "owner_id": Cell(
                    f"CASE WHEN {owner} THEN seller({new}) ELSE '' END", column="NewValue"
                ),
                "from_at": history.instant("CreatedDate"),
                "known_from": history.instant("CreatedDate"),
            },
            refuse=_not_in_future(export, "from_at"),
            staged=True,
        )
        yield Derived(
            "ownership_changes",
            """SELECT *, lead(from_at) OVER (PARTITION BY record_id ORDER BY from_at) AS to_at
            FROM staged_ownership_changes WHERE owner_id <> ''""",
        )


def _tickets(export: Export) -> Iterator[Rows]:
    case = export.get("Case")
    if case is None:
        return
    yield Rows(
        "tickets",
        case.raw,
        {
            "ticket_id": case.id("Id"),
            "account_id": case.id("AccountId"),
            "opened_at": case.instant("CreatedDate"),
            "closed_at": case.instant("ClosedDate"),
            "owner_id": _person(case, "OwnerId"),
            "known_from": case.instant("CreatedDate"),
        },
        where=_alive(case),
        refuse=_not_in_future(export, "opened_at")
        | {"was closed before it was opened": "closed_at < opened_at"},
    )


# What people did


def _activities(export: Export) -> Iterator[Mapped]:
    task, event = export.get("Task"), export.get("Event")
    relation = export.get("EventRelation")
    zone = export.charter.time_zone
    export.con.execute(
        """CREATE OR REPLACE TEMP TABLE doers (activity_id VARCHAR, owner VARCHAR, creator VARCHAR,
        recorded_at TIMESTAMP, of_handoff BOOLEAN);
        CREATE OR REPLACE TEMP TABLE closings (activity_id VARCHAR, owner VARCHAR, minute TIMESTAMP)"""
    )
    if task is not None:
        yield from _tasks(export, task, zone)
    if event is not None:
        yield from _events(export, event, relation, zone)
    yield Derived(
        "participants",
        """SELECT activity_id, coalesce(CASE WHEN reowned AND NOT of_handoff AND c.is_person
                THEN creator END, owner, creator) AS person_id,
            CASE WHEN reowned AND NOT of_handoff AND c.is_person AND creator <> owner
                THEN 'creator' ELSE 'owner' END AS part, recorded_at AS known_from
        FROM (SELECT d.*, r.activity_id IS NOT NULL AS reowned FROM doers d LEFT JOIN (
                SELECT DISTINCT w.activity_id FROM doers w JOIN activity_links k USING (activity_id)
                JOIN (SELECT lead_id AS record_id, converted_at FROM leads
                      UNION ALL SELECT contact_id, converted_at FROM leads) l USING (record_id)
                WHERE CAST(w.recorded_at AS DATE) <= CAST(l.converted_at AS DATE)) r
              USING (activity_id)) d LEFT JOIN people c ON c.person_id = d.creator
        WHERE coalesce(owner, creator) IS NOT NULL""",
        "Work recorded on a lead before it was converted counts for whoever entered it, because "
        "conversion gives such records a new owner; a meeting booked as a handoff counts for its owner.",
    )
    if relation is not None and all(map(relation.raw.column, ("RelationId", "EventId"))):
        yield Derived(
            "participants",
            f"""SELECT activity_id, seller({relation.id("RelationId").sql}) AS person_id,
                'invited' AS part, a.recorded_at AS known_from
            FROM {relation.raw.kept} r JOIN activities a ON a.activity_id = {relation.id("EventId").sql}
            WHERE left({relation.id("RelationId").sql}, 3) = '005' AND {_alive(relation)}
                AND coalesce(lower({relation.text("Status").sql}), '') <> 'declined'
                AND NOT exists(SELECT 1 FROM participants p WHERE p.activity_id = a.activity_id
                    AND p.person_id = seller({relation.id("RelationId").sql}))""",
        )
        yield Derived("activity_links", _links(relation, "EventId", "RelationId"))
    yield Derived(
        "activities",
        f"""SELECT a.* EXCLUDE (counted, not_counted), false AS counted, 'bulk closed' AS not_counted
        FROM activities a JOIN (
            SELECT activity_id FROM closings
            QUALIFY count(*) OVER (PARTITION BY owner, minute) >= {export.number("bulk_closing")}) b
        USING (activity_id) WHERE a.counted AND a.minutes IS NULL""",
    )


def _tasks(export: Export, task: Reader, zone: str) -> Iterator[Mapped]:
    due, done = task.day("ActivityDate").sql, task.instant("CompletedDateTime").sql
    created = task.instant("CreatedDate").sql
    late = f"({due} IS NOT NULL AND {created} IS NOT NULL AND {due} < {_local_day(created, zone)})"
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
                f"CASE WHEN {dated} THEN {due} ELSE {_local_day(f'coalesce({done}, {created})', zone)} END",
                column="ActivityDate",
            ),
            "date_only": Cell(dated),
            "minutes": minutes,
            "counted": Cell(f"({reason}) IS NULL"),
            "not_counted": Cell(reason),
            "rule": Cell(rule),
            "direction": Cell(f"lower({task.text('CallType').sql})"),
            "recorded_at": Cell(f"coalesce({created}, {at})"),
            "known_from": Cell(f"coalesce({created}, {at})"),
        },
        where=_alive(task),
        refuse=_not_in_future(export, "recorded_at"),
    )
    _forget_parts(task)
    yield from _linked(task)
    handoffs = _of_handoff(export.charter, task, "Task")
    _remember_doers(task, handoffs)
    export.con.execute(
        f"""INSERT INTO closings SELECT {task.id("Id").sql}, {_person(task, "OwnerId").sql},
        date_trunc('minute', {done}) FROM {task.raw.kept} WHERE {done} IS NOT NULL"""
    )


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
            "day": Cell(f"coalesce({_local_day(starts.sql, zone)}, {day})", column="StartDateTime"),
            "date_only": Cell(f"{starts.sql} IS NULL"),
            "minutes": Cell(minutes, length.failed, length.column),
            "counted": Cell(f"({reason}) IS NULL"),
            "not_counted": Cell(reason),
            "rule": Cell(rule),
            "direction": null("VARCHAR"),
            "recorded_at": Cell(f"coalesce({created}, {at})"),
            "known_from": Cell(f"coalesce({created}, {at})"),
        },
        where=_alive(event),
        refuse=(_not_in_future(export, "recorded_at") if event.raw.has("CreatedDate") else {})
        | {"ends before it starts": "minutes < 0"},
    )
    _forget_parts(event)
    yield from _linked(event)
    if relation is not None:
        yield Lent(relation.raw, "participants")
    _remember_doers(event, _of_handoff(export.charter, event, "Event"))


def _forget_parts(reader: Reader) -> None:
    """Who took part, and what it concerned, is told anew with every activity."""
    for table in ("participants", "activity_links"):
        reader.con.execute(
            f"DELETE FROM {table} WHERE activity_id IN (SELECT {reader.id('Id').sql} FROM {reader.raw.kept})"
        )


def _remember_doers(reader: Reader, of_handoff: str) -> None:
    created = reader.instant("CreatedDate").sql
    reader.con.execute(
        f"""INSERT INTO doers SELECT {reader.id("Id").sql}, {_person(reader, "OwnerId").sql},
        {_person(reader, "CreatedById").sql}, a.recorded_at, {of_handoff}
        FROM {reader.raw.kept} JOIN activities a ON a.activity_id = {reader.id("Id").sql}
        WHERE true OR {created} IS NULL"""
    )


def _linked(reader: Reader) -> Iterator[Derived]:
    for column in ("WhoId", "WhatId", "AccountId"):
        if reader.raw.has(column):
            yield Derived("activity_links", _links(reader, "Id", column))


def _links(reader: Reader, of: str, column: str) -> str:
    """The records that one column of ids names; a record's kind is told by its id's prefix."""
    id_ = reader.id(column).sql
    kinds = {
        "00Q": "lead",
        "003": "contact",
        "001": "account",
        "006": "opportunity",
        "500": "ticket",
    }
    kind = f"CASE left({id_}, 3) " + " ".join(f"WHEN '{p}' THEN '{k}'" for p, k in kinds.items())
    return f"""SELECT a.activity_id, {kind} END AS record_type, {id_} AS record_id, a.known_from
        FROM {reader.raw.kept} r JOIN activities a ON a.activity_id = {reader.id(of).sql}
        WHERE ({kind} END) IS NOT NULL AND {_alive(reader)}"""


# Patterns of the charter


def _matches(reader: Reader, where: Mapping[str, tuple[str, ...]]) -> str:
    """Whether every column holds one of its words; `*` and `?` are wild, capitals are not."""
    conditions = [
        "("
        + " OR ".join(
            f"coalesce(lower({reader.text(column).sql}) GLOB '{_glob(word)}', false)"
            for word in words
        )
        + ")"
        for column, words in where.items()
    ]
    return " AND ".join(conditions) or "true"


def _glob(word: str) -> str:
    return str(word).lower().replace("'", "''").replace("[", "[[]")


def _rule(charter: Charter, reader: Reader, object_: str) -> str:
    cases = [
        f"WHEN {_matches(reader, rule.where)} THEN {quoted(rule.name)}"
        for rule in charter.activities.rules
        if rule.object in (None, object_)
    ]
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _automated(charter: Charter, rule: str) -> str:
    names = [rule.name for rule in charter.activities.rules if rule.automated]
    return f"coalesce(({rule}) IN {quoted_list(names)}, false)" if names else "false"


def _of_handoff(charter: Charter, reader: Reader, object_: str) -> str:
    offers = [
        _matches(reader, handoff.offered.where)
        for handoff in charter.handoffs
        if handoff.offered is not None
        and handoff.offered.object == object_
        and handoff.offered.where
    ]
    return f"({' OR '.join(offers)})" if offers else "false"


def _not_held(charter: Charter, event: Reader) -> str:
    """A meeting whose own checkbox says that it did not take place took nobody's time."""
    misses = [
        f"({_matches(event, handoff.held.where)} AND {event.flag(handoff.held.field).sql} = false)"
        for handoff in charter.handoffs
        if handoff.held is not None
        and handoff.held.object == "Event"
        and handoff.held.field
        and event.raw.has(handoff.held.field)
        and _is_checkbox(event, handoff.held.field)
    ]
    return f"({' OR '.join(misses)})" if misses else "false"


def _is_checkbox(reader: Reader, column: str) -> bool:
    flag = reader.flag(column)
    (wrong,) = reader.con.execute(
        f"SELECT count(*) FROM {reader.raw.relation} WHERE {flag.failed}"
    ).fetchone() or (0,)
    return not wrong


def _local_day(instant: str, zone: str) -> str:
    return f"CAST(timezone('{zone}', timezone('UTC', {instant})) AS DATE)"


def _either(reader: Reader, *columns: str) -> str:
    return (
        " OR ".join(reader.instant(column).failed for column in columns if reader.raw.has(column))
        or "false"
    )


# Handoffs


def _steps(export: Export) -> None:
    """Every record that tells of a step of a handoff, with what it hangs on.

    They stay in the file, so that a later load can add to them.
    """
    for handoff in export.charter.handoffs:
        for name, step in handoff.steps().items():
            reader = export.get(step.object)
            if reader is not None:
                _step(export, handoff.name, name, step, reader)


def _step(export: Export, handoff: str, name: str, step: Step, reader: Reader) -> None:
    where, at, date_only = f"{_alive(reader)} AND {_matches(reader, step.where)}", "", "false"
    created = reader.instant("CreatedDate").sql
    same = f"handoff = {quoted(handoff)} AND step = '{name}'"
    if any(reader.raw.column(column) is None for column in step.where):
        return
    if step.stage is not None:
        export.con.execute(f"DELETE FROM recorded.steps WHERE {same}")
        export.con.execute(
            f"""INSERT INTO recorded.steps SELECT {quoted(handoff)}, '{name}', 'Opportunity', record_id, NULL,
            NULL, NULL, record_id, min(entered_at), false, NULL, NULL, NULL FROM stage_changes
            WHERE record_type = 'opportunity' AND lower(stage) = lower({quoted(step.stage)})
            GROUP BY record_id"""
        )
        return
    if step.field is None:
        at = created
    elif not reader.raw.has(step.field):
        reader.raw.missing.add(step.field)
        return
    elif _is_checkbox(reader, step.field):
        where += f" AND {reader.flag(step.field).sql}"
        at = (
            f"coalesce({reader.instant('EndDateTime').sql}, {reader.instant('StartDateTime').sql}, "
            f"{reader.instant('ActivityDateTime').sql}, timezone('UTC', CAST({reader.day('ActivityDate').sql} AS TIMESTAMPTZ)), {created})"
            if step.object == "Event"
            else f"coalesce({reader.instant('LastModifiedDate').sql}, {created})"
        )
    else:
        at = reader.instant(step.field).sql
        date_only = f"length({reader.text(step.field).sql}) <= 10"
    who, what = reader.id("WhoId").sql, reader.id("WhatId").sql
    own = reader.id("Id").sql
    account = (
        f"coalesce({reader.id('AccountId').sql}, CASE WHEN left({what}, 3) = '001' THEN {what} END)"
    )
    deal = (
        own
        if step.object == "Opportunity"
        else f"CASE WHEN left({what}, 3) = '006' THEN {what} END"
    )
    lead = own if step.object == "Lead" else f"CASE WHEN left({who}, 3) = '00Q' THEN {who} END"
    reason = reader.text(step.reason).sql if step.reason else "NULL"
    export.con.execute(
        f"DELETE FROM recorded.steps WHERE {same} AND record_id IN (SELECT {own} FROM {reader.raw.relation})"
    )
    export.con.execute(
        f"""INSERT INTO recorded.steps SELECT {quoted(handoff)}, '{name}', {quoted(step.object)}, {own}, {lead},
        CASE WHEN left({who}, 3) = '003' THEN {who} END, {account}, {deal}, {at}, {date_only},
        {_person(reader, "CreatedById").sql}, {_person(reader, "OwnerId").sql}, {reason}
        FROM {reader.raw.kept} WHERE {where} AND ({at}) IS NOT NULL"""
    )


def _fields(export: Export) -> None:
    """Whether each field that a handoff requires holds more than a placeholder."""
    for handoff in export.charter.handoffs:
        for field, column in handoff.requires.items():
            object_, _, name = column.partition(".")
            reader = export.get(object_)
            if reader is None or (name and not reader.raw.has(name)):
                continue
            of = (
                "Id"
                if name
                else next(
                    (c for c in ("OpportunityId", "LeadId", "AccountId") if reader.raw.has(c)), "Id"
                )
            )
            owner = {"OpportunityId": "Opportunity", "LeadId": "Lead", "AccountId": "Account"}.get(
                of, object_
            )
            filled = _is_filled(reader.text(name).sql) if name else "true"
            export.con.execute(
                f"""DELETE FROM recorded.fields WHERE handoff = {quoted(handoff.name)}
                AND field = {quoted(field)} AND record_id IN (SELECT {reader.id(of).sql} FROM {reader.raw.relation})"""
            )
            export.con.execute(
                f"""INSERT INTO recorded.fields SELECT {quoted(handoff.name)}, {quoted(field)}, '{owner}',
                {reader.id(of).sql}, bool_or({filled}) FROM {reader.raw.kept} GROUP BY ALL"""
            )


def _is_filled(text: str) -> str:
    return (
        f"({text} IS NOT NULL AND NOT regexp_full_match({text}, '[\\W_]*') AND lower({text}) NOT IN "
        "('n/a', 'na', 'tbd', 'tba', 'none', 'null', 'unknown', 'todo', 'x', 'xx', 'xxx', 'test', "
        "'not known', 'to be done', 'to be defined'))"
    )
