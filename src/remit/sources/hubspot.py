"""HubSpot's objects by their internal names, mapped to the canonical tables.

The layouts these come in are in `hubspot_layouts`; here a column has HubSpot's own name for it,
whatever it was called in the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.sources.cells import Cell, Derived, Lent, Mapped, Reader, Rows, null
from remit.sources.hubspot_activities import activities
from remit.sources.hubspot_columns import (
    ENGAGEMENTS,
    PRIMARY,
    RECORDS,
    author,
    created,
    first_of,
    gone,
    kinds_called,
    linked,
    moment,
    not_in_future,
    owner,
    prepare,
    readers_of,
    record_id,
    segment_of,
    stated,
)
from remit.sources.hubspot_deals import deals, label_of_stage, owners_over_time, stages
from remit.sources.hubspot_handoffs import handoff_fields, handoff_steps
from remit.sources.patterns import glob_of, matches
from remit.sources.source import Export


def hubspot_records(export: Export) -> Iterator[Mapped]:
    """Every record of an export, from whichever layout.

    Links to a record that was merged into another lead to the other. Rows marked as deleted,
    archived or merged away are left out and counted. Any table or column may be absent.
    """
    prepare(export)
    stages(export)
    yield from _people(export)
    yield from _companies(export)
    yield from _contacts(export)
    yield from deals(export)
    yield from _leads(export)
    yield from owners_over_time(export)
    yield from _tickets(export)
    yield from activities(export)
    handoff_steps(export)
    handoff_fields(export)
    yield from _lent(export)


# People and companies


def _people(export: Export) -> Iterator[Mapped]:
    listed = readers_of(export, "owners") or readers_of(export, "users")
    for reader in listed:
        yield from _people_of(export, reader)
    if not listed:
        yield from _people_named(export)


def _people_of(export: Export, reader: Reader) -> Iterator[Mapped]:
    own = first_of(reader, "hubspot_owner_id", "hs_object_id")
    id_ = f"coalesce({reader.text(own).sql}, {record_id(reader).sql})"
    facts = f"(SELECT min({{}}) FROM hubspot_owners o WHERE o.owner_id = {id_})"
    of_user = (
        "(SELECT min(u.{0}) FROM hubspot_users u JOIN hubspot_owners o ON u.owner_id = o.owner_id "
        "OR u.user_id = o.user_id OR u.email = o.email WHERE o.owner_id = {1})"
    )
    name = facts.format("o.name")
    kind = f"lower({reader.text('type').sql})" if reader.raw.has("type") else "'person'"
    left = " OR ".join(
        f"coalesce({reader.flag(column).sql}, false)"
        for column in ("archived", "is_deleted", "_fivetran_deleted")
        if reader.raw.has(column)
    )
    entered = moment(reader, "createdate", "created_at", "createdat", "hs_createdate")
    yield Rows(
        "people",
        reader.raw,
        {
            "person_id": Cell(f"person({id_})", column=own),
            "title": Cell(f"coalesce({facts.format('o.title')}, {of_user.format('title', id_)})"),
            "crm_role": Cell(f"coalesce({facts.format('o.team')}, {of_user.format('team', id_)})"),
            "is_person": Cell(
                f"coalesce({kind} <> 'queue', true) AND NOT {_software(export, name)}"
            ),
            "active": Cell(f"NOT ({left})") if left else null("BOOLEAN"),
            "stated_at": stated(reader),
            "known_from": entered,
        },
    )
    yield Derived(
        "private.names",
        f"""SELECT person({id_}) AS person_id, {id_} AS source_id, {name} AS name,
        {facts.format("o.email")} AS email, {entered.sql} AS known_from
        FROM {reader.raw.kept} WHERE {id_} IS NOT NULL""",
    )


def _people_named(export: Export) -> Iterator[Derived]:
    """People who are named as owners, where there is no list of them."""
    cells = " UNION ALL ".join(
        f"SELECT {reader.text('hubspot_owner_id').sql} AS who, {created(reader).sql} AS known_from "
        f"FROM {reader.raw.relation}"
        for kind in (*RECORDS, *ENGAGEMENTS)
        for reader in readers_of(export, kind)
        if reader.raw.has("hubspot_owner_id")
    )
    if not cells:
        return
    named = f"(SELECT who, min(known_from) AS known_from FROM ({cells}) WHERE who IS NOT NULL GROUP BY who)"
    yield Derived(
        "people",
        f"""SELECT person(who) AS person_id, NOT {_software(export, "who")} AS is_person, known_from
        FROM {named}""",
        "The export has no list of owners: people are those whom records name as their owner.",
    )
    yield Derived(
        "private.names",
        f"""SELECT person(who) AS person_id, who AS source_id, who AS name,
        CASE WHEN who LIKE '%@%' THEN lower(who) END AS email, known_from FROM {named}""",
    )


def _software(export: Export, name: str) -> str:
    """Whether somebody's name is one that the charter calls no person, as SQL."""
    patterns = [f"lower({name}) GLOB '{glob_of(one)}'" for one in export.charter.not_people]
    return f"coalesce({' OR '.join(patterns)}, false)" if patterns else "false"


def _companies(export: Export) -> Iterator[Mapped]:
    for reader in readers_of(export, "companies"):
        columns = {
            "employees": first_of(reader, "numberofemployees", "number_of_employees"),
            "industry": "industry",
            "country": "country",
        }
        yield Rows(
            "accounts",
            reader.raw,
            {
                "account_id": record_id(reader),
                "name": reader.text("name"),
                "employees": reader.number(columns["employees"]),
                "industry": reader.text("industry"),
                "country": reader.text("country"),
                "segment": Cell(segment_of(reader, export.charter, "companies", columns)),
                "owner_id": owner(reader),
                "parent_id": Cell(
                    f"survivor('companies', {reader.text('hs_parent_company_id').sql})"
                ),
                "created_at": created(reader),
                "stated_at": stated(reader),
                "known_from": created(reader),
            },
            gone=gone(reader, "companies"),
            refuse=not_in_future(export, "created_at"),
        )


def _contacts(export: Export) -> Iterator[Mapped]:
    for reader in readers_of(export, "contacts"):
        seniority = first_of(reader, "hs_seniority", "seniority")
        department = first_of(reader, "hs_role", "job_function", "department")
        yield Rows(
            "contacts",
            reader.raw,
            {
                "contact_id": record_id(reader),
                "account_id": Cell(linked("contacts", record_id(reader).sql, "companies")),
                "title": reader.text("jobtitle"),
                "department": reader.text(department)
                if reader.raw.has(department)
                else null("VARCHAR"),
                "seniority": reader.text(seniority)
                if reader.raw.has(seniority)
                else null("VARCHAR"),
                "created_at": created(reader),
                "stated_at": stated(reader),
                "known_from": created(reader),
            },
            gone=gone(reader, "contacts"),
            refuse=not_in_future(export, "created_at"),
        )


# Leads


def _leads(export: Export) -> Iterator[Mapped]:
    """Contacts, from when they came in until there was a deal."""
    export.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE hubspot_deals_of AS
        SELECT k.from_id AS contact_id, min(o.created_at) AS first_at,
            min_by(o.opportunity_id, o.created_at) AS opportunity_id
        FROM hubspot_links k JOIN opportunities o ON o.opportunity_id = k.to_id
        WHERE k.from_kind = 'contacts' AND k.to_kind = 'deals' GROUP BY 1;
        CREATE OR REPLACE TEMP TABLE hubspot_first_deals AS
        SELECT account_id, min(created_at) AS first_at FROM opportunities
        WHERE account_id IS NOT NULL GROUP BY 1;
        CREATE OR REPLACE TEMP TABLE hubspot_became AS {_became(export)}"""
    )
    for reader in readers_of(export, "contacts"):
        own, entered = record_id(reader).sql, created(reader).sql
        inbound = [
            (column.partition(".")[2], words)
            for column, words in export.charter.inbound.items()
            if "contacts" in kinds_called(column.partition(".")[0])
        ]
        asked = " OR ".join(matches(reader, {column: words}) for column, words in inbound)
        source = first_of(
            reader, *(column for column, _ in inbound), "hs_analytics_source", "lead_source"
        )
        columns = {
            "employees": first_of(reader, "numemployees", "numberofemployees"),
            "industry": "industry",
            "country": "country",
        }
        status = [
            reader.text(column).sql
            for column in ("hs_lead_status", "lifecyclestage")
            if reader.raw.has(column)
        ]
        yield Derived(
            "leads",
            f"""SELECT * EXCLUDE (deal_at, company_deal_at, became_at, own_segment),
                coalesce(own_segment, (SELECT min(a.segment) FROM accounts a
                    WHERE a.account_id = said.account_id)) AS segment,
                least(deal_at, CASE WHEN became_at IS NOT NULL
                    THEN greatest(became_at, created_at) END) AS converted_at
            FROM (
                SELECT {own} AS lead_id, {own} AS contact_id, {entered} AS created_at,
                    {author(reader).sql} AS created_by, {owner(reader).sql} AS owner_id,
                    {reader.text(source).sql} AS source,
                    {f"coalesce({asked}, false)" if asked else "NULL::BOOLEAN"} AS inbound,
                    {f"coalesce({', '.join(status)})" if status else "NULL::VARCHAR"} AS status,
                    {segment_of(reader, export.charter, "contacts", columns)} AS own_segment,
                    {linked("contacts", own, "companies")} AS account_id,
                    (SELECT min(d.opportunity_id) FROM hubspot_deals_of d
                        WHERE d.contact_id = {own}) AS opportunity_id,
                    (SELECT min(d.first_at) FROM hubspot_deals_of d
                        WHERE d.contact_id = {own}) AS deal_at,
                    (SELECT min(f.first_at) FROM hubspot_first_deals f WHERE f.account_id =
                        {linked("contacts", own, "companies")}) AS company_deal_at,
                    (SELECT min(b.became_at) FROM hubspot_became b
                        WHERE b.contact_id = {own}) AS became_at,
                    {stated(reader).sql} AS stated_at, {entered} AS known_from
                FROM {reader.raw.kept}) said
            WHERE created_at IS NOT NULL
                AND NOT coalesce(least(deal_at, company_deal_at) < created_at, false)""",
            "HubSpot's leads are its contacts: from their creation until the first deal with them, "
            "or the lifecycle stage opportunity. Contacts added after a company's first deal are "
            "none.",
        )
    if readers_of(export, "contacts"):
        yield Derived(
            "opportunities",
            """SELECT o.* EXCLUDE (lead_id), l.lead_id FROM opportunities o
            JOIN (SELECT opportunity_id, min_by(lead_id, created_at) AS lead_id FROM leads
                  WHERE opportunity_id IS NOT NULL GROUP BY 1) l USING (opportunity_id)""",
        )


def _became(export: Export) -> str:
    """When each contact was first said to be an opportunity, by its history or by a date."""
    said = ["SELECT CAST(NULL AS VARCHAR) AS contact_id, CAST(NULL AS TIMESTAMP) AS became_at"]
    for reader in readers_of(export, "contacts"):
        for column in (
            "hs_v2_date_entered_opportunity",
            "hs_date_entered_opportunity",
            "hs_lifecyclestage_opportunity_date",
            'Date entered "Opportunity (Lifecycle Stage Pipeline)"',
        ):
            if reader.raw.has(column):
                said.append(
                    f"SELECT {record_id(reader).sql}, {moment(reader, column).sql} FROM {reader.raw.kept}"
                )
    for reader in readers_of(export, "history of contacts"):
        said.append(
            f"""SELECT {reader.text("record_id").sql}, {moment(reader, "timestamp").sql}
            FROM {reader.raw.relation} WHERE lower({reader.text("property").sql}) = 'lifecyclestage'
            AND lower({reader.text("value").sql}) = 'opportunity'"""
        )
    return (
        f"SELECT contact_id, min(became_at) AS became_at FROM ({' UNION ALL '.join(said)}) "
        "WHERE became_at IS NOT NULL GROUP BY 1"
    )


# Tickets


def _tickets(export: Export) -> Iterator[Mapped]:
    for reader in readers_of(export, "tickets"):
        own = record_id(reader).sql
        account = linked("tickets", own, "companies")
        contact = linked("tickets", own, "contacts")
        closed = moment(reader, "closed_date", "hs_last_closed_date")
        stage = reader.text(first_of(reader, "hs_pipeline_stage", "hs_ticket_status"))
        yield Rows(
            "tickets",
            reader.raw,
            {
                "ticket_id": record_id(reader),
                "account_id": Cell(
                    f"coalesce({account}, (SELECT min(c.account_id) FROM contacts c "
                    f"WHERE c.contact_id = {contact}))",
                    column=PRIMARY,
                ),
                "opened_at": created(reader),
                "closed_at": closed,
                "owner_id": owner(reader),
                "status": Cell(label_of_stage("tickets", stage.sql), column=stage.column),
                "stated_at": stated(reader),
                "known_from": created(reader),
            },
            gone=gone(reader, "tickets"),
            refuse=not_in_future(export, "opened_at")
            | {"was closed before it was opened": "closed_at < opened_at"},
        )


def _lent(export: Export) -> Iterator[Lent]:
    """Tables in which others only look things up."""
    to = {
        "users": "people",
        "merged contacts": "contacts",
        "merged companies": "accounts",
        "merged deals": "opportunities",
        "stages of deals": "opportunities",
        "stages of tickets": "tickets",
        "pipelines of deals": "opportunities",
        "pipelines of tickets": "tickets",
        "pipelines": "opportunities",
        "teams": "people",
        "teams of owners": "people",
        "engagements": "activities",
    }
    if not readers_of(export, "owners"):
        del to["users"]
    for name, table in to.items():
        for reader in readers_of(export, name):
            yield Lent(reader.raw, table)
    for name, reader in export.readers.items():
        ends = name.partition(" (")[0].split(" to ")
        if len(ends) == 2:
            at_work = "engagements" in ends
            yield Lent(
                reader.raw,
                "activity_links"
                if at_work
                else "buying_roles"
                if set(ends) == {"deals", "contacts"}
                else RECORDS_TO[ends[0]],
            )


RECORDS_TO = {
    "contacts": "contacts",
    "companies": "accounts",
    "deals": "opportunities",
    "tickets": "tickets",
}
"""Objects, and the canonical table that each becomes."""
