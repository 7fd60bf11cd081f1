"""Salesforce's native CSV export: one file an object, API names, as Data Loader writes it."""

from __future__ import annotations

from collections.abc import Iterator

from remit.charter import Charter
from remit.charter.market import Range
from remit.sources.cells import Cell, Derived, Lent, Mapped, Reader, Rows, constant, null
from remit.sources.delimited import quoted
from remit.sources.patterns import glob_of, matches
from remit.sources.salesforce_activities import activities
from remit.sources.salesforce_columns import deleted, not_in_future, seller, user_itself
from remit.sources.salesforce_handoffs import handoff_fields, handoff_steps
from remit.sources.source import Export, Source, by_name

OBJECTS = frozenset(
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
"""The objects that are read, by their API names."""


@Source(finds=by_name(OBJECTS), known=OBJECTS)
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
    yield from activities(export)
    handoff_steps(export)
    handoff_fields(export)


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
        f"lower({name}) GLOB '{glob_of(pattern)}'" for pattern in export.charter.not_people
    )
    yield Rows(
        "people",
        user.raw,
        {
            "person_id": user_itself(user),
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
        gone=deleted(user),
        refuse=not_in_future(export, "known_from"),
    )
    yield Derived(
        "private.names",
        f"""SELECT {seller(user, "Id").sql} AS person_id, {user.id("Id").sql} AS source_id,
        {name} AS name, lower({user.text("Email").sql}) AS email,
        {user.instant("CreatedDate").sql} AS known_from
        FROM {user.raw.kept} WHERE {seller(user, "Id").sql} IS NOT NULL""",
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
                "owner_id": seller(account, "OwnerId"),
                "parent_id": account.id("ParentId"),
                "created_at": account.instant("CreatedDate"),
                "known_from": account.instant("CreatedDate"),
            },
            gone=deleted(account),
            refuse=not_in_future(export, "created_at"),
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
            gone=deleted(contact),
            refuse=not_in_future(export, "created_at"),
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
                conditions.append(matches(reader, {column: wanted}))
        cases.append(f"WHEN {' AND '.join(conditions) or 'true'} THEN {quoted(name)}")
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _leads(export: Export) -> Iterator[Rows]:
    lead = export.get("Lead")
    if lead is None:
        return
    inbound = [
        matches(lead, {column.partition(".")[2]: words})
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
            "created_by": seller(lead, "CreatedById"),
            "owner_id": seller(lead, "OwnerId"),
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
        gone=deleted(lead),
        refuse=not_in_future(export, "created_at")
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
            "owner_id": seller(deal, "OwnerId"),
            "created_by": seller(deal, "CreatedById"),
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
        gone=deleted(deal),
        refuse=not_in_future(export, "created_at"),
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
            gone=deleted(part),
            refuse=not_in_future(export, "known_from"),
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
            f"WHEN {matches(deal, {column: words})} THEN '{kind}'"
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
            "moved_by": seller(reader, "CreatedById"),
            "known_from": reader.instant("CreatedDate"),
        },
        gone=deleted(reader),
        refuse=not_in_future(export, "entered_at"),
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
            refuse=not_in_future(export, "from_at"),
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
            "owner_id": seller(case, "OwnerId"),
            "known_from": case.instant("CreatedDate"),
        },
        gone=deleted(case),
        refuse=not_in_future(export, "opened_at")
        | {"was closed before it was opened": "closed_at < opened_at"},
    )
