"""Salesforce's native CSV export: one file an object, API names, as Data Loader writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from remit.charter import Charter
from remit.charter.market import Range
from remit.evidence.sql import quoted
from remit.sources.addresses import remember
from remit.sources.cells import Cell, Derived, Lent, Mapped, Reader, Rows, constant, null
from remit.sources.found import Found
from remit.sources.patterns import glob_of, matches
from remit.sources.salesforce_activities import activities
from remit.sources.salesforce_columns import (
    deleted,
    gone,
    id_of_any,
    looked_up,
    merged_away,
    not_in_future,
    seller,
    stated,
    text_of_any,
    user_itself,
    with_columns,
)
from remit.sources.salesforce_deals import opportunities, parts_of_deals, territories
from remit.sources.salesforce_handoffs import handoff_fields, handoff_steps
from remit.sources.salesforce_merges import gather_merges, to_masters
from remit.sources.source import Export, Source, by_name

OBJECTS = frozenset(
    [
        "User",
        "UserRole",
        "RecordType",
        "Account",
        "AccountHistory",
        "Contact",
        "Lead",
        "LeadHistory",
        "Opportunity",
        "OpportunityHistory",
        "OpportunityFieldHistory",
        "OpportunityContactRole",
        "OpportunityStage",
        "OpportunityLineItem",
        "OpportunitySplit",
        "OpportunitySplitType",
        "Product2",
        "CurrencyType",
        "DatedConversionRate",
        "Contract",
        "Territory2",
        "ObjectTerritory2Association",
        "UserTerritory2Association",
        "Task",
        "Event",
        "EventRelation",
        "EmailMessage",
        "Case",
    ]
)
"""The objects that are read, by their API names."""


def _finds(tables: Sequence[Found]) -> Mapping[str, Found]:
    """Files by the names of objects, and what custom objects lie beside them.

    A report that somebody saved under the name of an object is none: its columns have labels.
    """
    native = [table for table in tables if not _has_labels(table)]
    found = by_name(OBJECTS)(native)
    if not found:
        return found
    custom = frozenset(t.name for t in native if t.name.casefold().endswith("__c"))
    return {**found, **by_name(custom)(native)}


def _has_labels(table: Found) -> bool:
    """Whether columns are called as people see them: no `Id`, and words with spaces or dashes."""
    return not table.has("Id") and any(" " in c.strip() or "-" in c for c in table.columns)


@Source(finds=_finds, known=OBJECTS)
def salesforce(export: Export) -> Iterator[Mapped]:
    """Salesforce native CSV export, one file an object, columns by API name.

    Ids are compared by their first 15 characters. Rows marked as deleted are left out and
    counted. Any file or column may be absent; what then cannot be seen is said in the report.
    """
    export.con.execute(
        """CREATE OR REPLACE TEMP MACRO seller(id) AS
        CASE WHEN left(id, 3) = '005' OR length(id) NOT IN (15, 18) THEN person(id) END"""
    )
    yield from _record_types(export)
    merges = gather_merges(export)
    yield from _people(export)
    yield from _accounts(export)
    yield from _leads(export)
    yield from opportunities(export)
    yield from parts_of_deals(export)
    yield from territories(export)
    yield from _histories(export)
    yield from _tickets(export)
    yield from activities(export)
    yield from handoff_steps(export)
    handoff_fields(export)
    if merges:
        yield from to_masters(export)


def _record_types(export: Export) -> Iterator[Lent]:
    """Give every file with record types a column `RecordType` of their names.

    Where neither the list of record types nor a column of names is there, there is no such
    column, and whoever asks for it is told so.
    """
    types = export.get("RecordType")
    for reader in export:
        columns = {column.casefold() for column in reader.raw.columns}
        if "recordtype" in columns or reader is types:
            continue
        if "recordtype.name" in columns:
            with_columns(reader, {"RecordType": reader.text("RecordType.Name").sql})
        elif "recordtypeid" in columns and types is not None:
            named = looked_up(
                export, "RecordType", reader.id("RecordTypeId").sql, "Name", "DeveloperName"
            )
            with_columns(reader, {"RecordType": named})
    if types is not None:
        yield Lent(types.raw, "opportunities")


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
            else Cell(text_of_any(user, "UserRole.Name")),
            "is_person": Cell(
                f"coalesce(lower({kind}) = 'standard', true) AND NOT coalesce({software or 'false'}, false)"
            ),
            "active": user.flag("IsActive"),
            "manager_id": seller(user, "ManagerId")
            if user.raw.has("ManagerId")
            else null("VARCHAR"),
            "stated_at": stated(user),
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
                "merged_into": account.id("MasterRecordId")
                if account.raw.has("MasterRecordId")
                else null("VARCHAR"),
                "created_at": account.instant("CreatedDate"),
                "stated_at": stated(account),
                "known_from": account.instant("CreatedDate"),
            },
            # one that was merged stays, to tell into which
            gone=f"{gone(account)} AND NOT {merged_away(account)}",
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
                "stated_at": stated(contact),
                "known_from": contact.instant("CreatedDate"),
            },
            gone=gone(contact),
            refuse=not_in_future(export, "created_at"),
        )
        remember(contact, "contact", contact.id("Id").sql)


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
            "inbound": Cell(_inbound(lead, export.charter)),
            "status": lead.text("Status"),
            "segment": Cell(_segment(lead, export.charter, "Lead")),
            "converted_at": lead.instant("ConvertedDate"),
            "account_id": lead.id("ConvertedAccountId"),
            "contact_id": lead.id("ConvertedContactId"),
            "opportunity_id": lead.id("ConvertedOpportunityId"),
            "stated_at": stated(lead),
            "known_from": lead.instant("CreatedDate"),
        },
        gone=gone(lead),
        refuse=not_in_future(export, "created_at")
        | {
            "was converted before it was created": (
                "CAST(converted_at AS DATE) < CAST(created_at AS DATE) - 1"
            )
        },
    )
    remember(lead, "lead", lead.id("Id").sql)


def _inbound(lead: Reader, charter: Charter) -> str:
    """Whether a lead asked to talk; unknown where a column that could say so is not there."""
    named = {
        column.partition(".")[2]: words
        for column, words in charter.inbound.items()
        if column.startswith("Lead.")
    }
    there = {column: words for column, words in named.items() if lead.raw.column(column)}
    asked = " OR ".join(matches(lead, {column: words}) for column, words in there.items())
    if not asked:
        return "CAST(NULL AS BOOLEAN)"
    return f"({asked})" if there == named else f"CASE WHEN {asked} THEN true END"


# Who owned what, and support


def _histories(export: Export) -> Iterator[Rows]:
    """Who owned companies, deals and leads when, from the field histories."""
    for name, type_, id_column in (
        ("AccountHistory", "account", "AccountId"),
        ("OpportunityFieldHistory", "opportunity", "OpportunityId"),
        ("LeadHistory", "lead", "LeadId"),
    ):
        history = export.get(name)
        if history is None:
            continue
        new = history.id("NewValue").sql
        owner = f"lower({history.text('Field').sql}) IN ('owner', 'ownerid')"
        yield Rows(
            "ownership_changes",
            history.raw,
            {
                "record_type": constant(type_),
                "record_id": history.id(id_column),
                # each change is written twice, with ids and with names
                "owner_id": Cell(
                    f"CASE WHEN {owner} AND left({new}, 3) = '005' THEN seller({new}) ELSE '' END",
                    column="NewValue",
                ),
                "previous_owner_id": _owner_before(history, owner),
                "from_at": history.instant("CreatedDate"),
                "entry_id": id_of_any(history, "Id"),
                "stated_at": history.instant("CreatedDate"),
                "known_from": history.instant("CreatedDate"),
            },
            refuse=not_in_future(export, "from_at"),
            staged=True,
        )


def _owner_before(history: Reader, of_owner: str) -> Cell:
    """Who had a record before the change; nobody where a queue had it or the column is absent."""
    old = id_of_any(history, "OldValue")
    known = f"{of_owner} AND left({old.sql}, 3) = '005'"
    return Cell(f"CASE WHEN {known} THEN seller({old.sql}) END", column="OldValue")


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
            "status": case.text("Status"),
            "stated_at": stated(case),
            "known_from": case.instant("CreatedDate"),
        },
        gone=gone(case),
        refuse=not_in_future(export, "opened_at")
        | {"was closed before it was opened": "closed_at < opened_at"},
    )
