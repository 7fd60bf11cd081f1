"""Deals in Salesforce: their ends, their value, who shares in them, what is in them, what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remit.charter import Charter
from remit.evidence.sql import quoted
from remit.sources.cells import Cell, Derived, Lent, Mapped, Reader, Rows, constant, local_day
from remit.sources.patterns import matches
from remit.sources.qualification import qualification
from remit.sources.salesforce_columns import (
    deleted,
    id_of_any,
    looked_up,
    not_in_future,
    seller,
    stated,
    text_of_any,
)
from remit.sources.source import Export

CLOSED_STAGES = {
    "closed won": True,
    "closed lost": False,
    "geschlossen und gewonnen": True,
    "geschlossen und verloren": False,
    "geschlossen/gewonnen": True,
    "geschlossen/verloren": False,
}
"""The stages that every Salesforce starts with and that end a deal: whether it is then won."""
KIND_DERIVED = (
    "Deals whose kind no column tells are new business, or expansion where the company had won a "
    "deal before."
)
CLOSED_DERIVED = (
    "A deal closed when it entered the stage it ended in; where no history tells, at the end of "
    "its close day."
)
ENDED_DERIVED = "Deals in a stage called Closed Won or Closed Lost are over: no column tells which."
CONVERTED = (
    "Values in other currencies are in the charter's at the CRM's rate of the close day, or of "
    "the day of the load while the deal is open."
)


def opportunities(export: Export) -> Iterator[Mapped]:
    """Deals, without their history."""
    deal = export.get("Opportunity")
    if deal is None:
        return
    ends = _ends(export, deal)
    closed, won, said = ends.closed, ends.won, [ends.why] if ends.why else []
    kinds = export.charter.deals.kind
    column = kinds.field.partition(".")[2] if kinds else "Type"
    known = deal.raw.column(column) is not None
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
            "currency": Cell(f"upper({deal.text('CurrencyIsoCode').sql})", column="CurrencyIsoCode")
            if deal.raw.has("CurrencyIsoCode")
            else constant(export.charter.currency),
            "record_type": Cell(text_of_any(deal, "RecordType")),
            "close_day": deal.day("CloseDate"),
            "closed_at": Cell(f"CASE WHEN {closed} THEN {end_of_close_day} END"),
            "closed_from": Cell(f"CASE WHEN {closed} THEN 'close day' END"),
            "won": Cell(f"CASE WHEN {closed} THEN {won} END"),
            "source": deal.text("LeadSource"),
            **qualification(deal, export.charter),
            "stated_at": stated(deal),
            "known_from": created,
        },
        gone=deleted(deal),
        refuse=not_in_future(export, "created_at"),
    )
    yield from _in_own_currency(export, deal, said)
    said.append(KIND_DERIVED)
    yield Derived(
        "opportunities",
        """SELECT o.* EXCLUDE (kind, kind_from), CASE WHEN exists(
            SELECT 1 FROM opportunities p WHERE p.account_id = o.account_id AND p.won
            AND p.opportunity_id <> o.opportunity_id AND p.closed_at < o.created_at)
            THEN 'expansion' ELSE 'new' END AS kind, 'derived' AS kind_from
        FROM opportunities o WHERE o.kind IS NULL OR o.kind_from = 'derived'""",
        " ".join(said),
    )
    history = export.get("OpportunityHistory")
    if history is not None:
        yield _stages(export, history)
    said.append(CLOSED_DERIVED)
    yield Derived(
        "opportunities",
        """SELECT o.* EXCLUDE (closed_at, closed_from), s.entered_at AS closed_at,
            'stage history' AS closed_from
        FROM opportunities o JOIN stage_changes s ON s.record_type = 'opportunity'
            AND s.record_id = o.opportunity_id AND s.left_at IS NULL AND s.stage = o.stage
        WHERE o.won IS NOT NULL""",
        " ".join(said),
    )


@dataclass(frozen=True, slots=True)
class _Ends:
    """Whether a deal is over, and won, as SQL; and how that is known where no column says it."""

    closed: str
    won: str
    why: str = ""


def _ends(export: Export, deal: Reader) -> _Ends:
    """By the deal's own checkboxes; else by the CRM's list of stages; else by the stage's name."""
    stage = f"lower({deal.text('StageName').sql})"
    listed = export.get("OpportunityStage")
    by_name = {
        result: ", ".join(quoted(name) for name, won in CLOSED_STAGES.items() if won is result)
        for result in (True, False)
    }
    closed = (
        f"CASE WHEN {stage} IS NOT NULL THEN {stage} IN ({by_name[True]}, {by_name[False]}) END"
    )
    won = f"CASE WHEN {stage} IN ({by_name[True]}) THEN true WHEN {stage} IN ({by_name[False]}) THEN false END"
    why = ENDED_DERIVED
    if listed is not None:
        names = [c for c in ("ApiName", "MasterLabel") if listed.raw.has(c)]
        each = " UNION ALL ".join(
            f"""SELECT lower({listed.text(name).sql}) AS stage, {listed.flag("IsClosed").sql} AS closed,
            {listed.flag("IsWon").sql} AS won FROM {listed.raw.relation}"""
            for name in names
        )
        if each:
            export.con.execute(
                f"""CREATE OR REPLACE TEMP TABLE stage_ends AS
                SELECT stage, bool_or(closed) AS closed, bool_or(won) AS won FROM ({each}) GROUP BY 1"""
            )
            closed = f"(SELECT closed FROM stage_ends s WHERE s.stage = {stage})"
            won = f"coalesce((SELECT won FROM stage_ends s WHERE s.stage = {stage}), false)"
            why = ""
    if deal.raw.has("IsClosed"):
        closed, why = deal.flag("IsClosed").sql, ""
    if deal.raw.has("IsWon"):
        won = f"coalesce({deal.flag('IsWon').sql}, false)"
    if why:
        deal.raw.column("IsClosed")
        deal.raw.column("IsWon")
    return _Ends(closed, won, why)


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


def _in_own_currency(export: Export, deal: Reader, said: list[str]) -> Iterator[Mapped]:
    """What deals are worth in the charter's currency, at the CRM's own rates.

    A rate is units of a currency for one of the company's own. A dated rate goes before the one
    of today; without a rate the value is unknown, and the file says so.
    """
    home = export.charter.currency.upper()
    _rates(export)
    of = f"""(SELECT o.*, CASE WHEN o.closed_at IS NULL AND o.won IS NULL THEN DATE '{export.today}'
            ELSE o.close_day END AS day
        FROM opportunities o WHERE o.opportunity_id IN (SELECT {deal.id("Id").sql} FROM {deal.raw.kept}))"""
    fits = "(r.first_day IS NULL OR (r.first_day <= d.day AND (r.end_day IS NULL OR d.day < r.end_day)))"
    # whole cents and whole billionths, so that nothing is rounded but the result, once
    cents = "CAST(abs(d.amount) * 100 AS HUGEINT)"
    exact = f"((2 * {cents} * h.rate + d.rate) // (2 * d.rate))"
    export.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE converted AS
        WITH rated AS (
            SELECT d.opportunity_id, d.amount, d.currency, d.day, r.rate, r.first_day IS NULL AS undated
            FROM {of} d LEFT JOIN rates r ON r.currency = d.currency AND {fits}
            QUALIFY row_number() OVER (PARTITION BY d.opportunity_id ORDER BY r.first_day DESC) = 1),
        homed AS (
            SELECT d.opportunity_id, r.rate, r.first_day IS NULL AS undated
            FROM {of} d JOIN rates r ON r.currency = '{home}' AND {fits}
            QUALIFY row_number() OVER (PARTITION BY d.opportunity_id ORDER BY r.first_day DESC) = 1)
        SELECT d.opportunity_id, d.currency,
            CASE WHEN coalesce(d.currency, '{home}') = '{home}' THEN d.amount
                ELSE CAST(sign(d.amount) AS DECIMAL(1, 0)) * try_cast({exact} AS DECIMAL(18, 0)) * 0.01 END AS worth,
            CASE WHEN d.currency = '{home}' OR d.rate IS NULL OR h.rate IS NULL THEN NULL
                WHEN d.undated THEN DATE '{export.today}' ELSE d.day END AS rate_day,
            d.amount
        FROM rated d LEFT JOIN homed h USING (opportunity_id)"""
    )
    without = export.con.execute(
        "SELECT currency, count(*) FROM converted WHERE amount IS NOT NULL AND worth IS NULL "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    if without:
        listed = ", ".join(f"{currency or 'no currency'} ({n:,})" for currency, n in without)
        note = f"has no rate to {home} for the values in {listed}; they stay in their own currency"
        deal.raw.note = "; ".join(filter(None, (deal.raw.note, note)))
    foreign = export.con.execute("SELECT 1 FROM converted WHERE rate_day IS NOT NULL LIMIT 1")
    if foreign.fetchone():
        said.append(CONVERTED)
    yield Derived(
        "opportunities",
        """SELECT o.* EXCLUDE (company_amount, rate_day), c.worth AS company_amount, c.rate_day
        FROM opportunities o JOIN converted c USING (opportunity_id)""",
        " ".join(said),
    )
    for name in ("DatedConversionRate", "CurrencyType", "OpportunityStage"):
        reader = export.get(name)
        if reader is not None:
            yield Lent(reader.raw, "opportunities")


def _rates(export: Export) -> None:
    """The rates of currencies, in billionths; a dated one has the days it holds for."""
    export.con.execute(
        """CREATE OR REPLACE TEMP TABLE rates (currency VARCHAR, first_day DATE, end_day DATE,
        rate HUGEINT)"""
    )
    for name in ("DatedConversionRate", "CurrencyType"):
        reader = export.get(name)
        if reader is None:
            continue
        dated = name == "DatedConversionRate"
        first = reader.day("StartDate").sql if dated else "NULL"
        end = reader.day("NextStartDate").sql if dated else "NULL"
        rate = f"try_cast({reader.text('ConversionRate').sql} AS DECIMAL(27, 9))"
        export.con.execute(
            f"""INSERT INTO rates SELECT upper({reader.text("IsoCode").sql}), {first}, {end},
                CAST({rate} * 1000000000 AS HUGEINT)
            FROM {reader.raw.relation}
            WHERE {rate} > 0 AND {f"{first} IS NOT NULL" if dated else "true"}
                AND upper({reader.text("IsoCode").sql}) NOT IN (SELECT currency FROM rates)"""
        )


def _stages(export: Export, history: Reader) -> Rows:
    """A deal's history as entries into stages; rows that only changed an amount are folded in."""
    return Rows(
        "stage_changes",
        history.raw,
        {
            "record_type": constant("opportunity"),
            "record_id": history.id("OpportunityId"),
            "stage": Cell(history.text("StageName").sql, column="StageName"),
            "entered_at": history.instant("CreatedDate"),
            "place": Cell("_row"),
            "entry_id": id_of_any(history, "Id"),
            "moved_by": seller(history, "CreatedById"),
            "stated_at": history.instant("CreatedDate"),
            "known_from": history.instant("CreatedDate"),
        },
        gone=deleted(history),
        refuse=not_in_future(export, "entered_at"),
        staged=True,
    )


def parts_of_deals(export: Export) -> Iterator[Mapped]:
    """Contacts' parts in deals, products, shares, and the contracts that follow."""
    part = export.get("OpportunityContactRole")
    if part is not None:
        yield Rows(
            "buying_roles",
            part.raw,
            {
                "opportunity_id": part.id("OpportunityId"),
                "contact_id": part.id("ContactId"),
                "role": part.text("Role"),
                "stated_at": stated(part),
                "known_from": part.instant("CreatedDate"),
            },
            gone=deleted(part),
            refuse=not_in_future(export, "known_from"),
        )
    yield from _lines(export)
    yield from _splits(export)
    yield from _contracts(export)


def _lines(export: Export) -> Iterator[Mapped]:
    line = export.get("OpportunityLineItem")
    if line is None:
        return
    called = (
        looked_up(export, "Product2", line.id("Product2Id").sql, "Name", "ProductCode")
        if line.raw.has("Product2Id")
        else "NULL"
    )
    own = text_of_any(line, "Product2.Name", "ProductName", "Name", "ProductCode")
    in_deal = f"(SELECT currency FROM opportunities o WHERE o.opportunity_id = {line.id('OpportunityId').sql})"
    currency = text_of_any(line, "CurrencyIsoCode")
    yield Rows(
        "deal_lines",
        line.raw,
        {
            "line_id": line.id("Id"),
            "opportunity_id": line.id("OpportunityId"),
            "product": Cell(f"coalesce({called}, {own})"),
            "quantity": line.number("Quantity"),
            "amount": line.amount("TotalPrice"),
            "currency": Cell(f"upper(coalesce({currency}, {in_deal}))"),
            "stated_at": stated(line),
            "known_from": line.instant("CreatedDate"),
        },
        gone=deleted(line),
    )
    product = export.get("Product2")
    if product is not None:
        yield Lent(product.raw, "deal_lines")


def _splits(export: Export) -> Iterator[Mapped]:
    split = export.get("OpportunitySplit")
    if split is None:
        return
    named = looked_up(
        export, "OpportunitySplitType", split.id("SplitTypeId").sql, "MasterLabel", "DeveloperName"
    )
    own = text_of_any(split, "SplitType.MasterLabel", "SplitType.DeveloperName", "SplitTypeId")
    share = split.number("SplitPercentage")
    yield Rows(
        "deal_splits",
        split.raw,
        {
            "opportunity_id": split.id("OpportunityId"),
            "person_id": seller(split, "SplitOwnerId"),
            "kind": Cell(f"coalesce({named}, {own})", column="SplitTypeId"),
            "share": Cell(f"{share.sql} / 100", share.failed, share.column),
            "stated_at": stated(split),
            "known_from": split.instant("CreatedDate"),
        },
        gone=deleted(split),
    )
    kind = export.get("OpportunitySplitType")
    if kind is not None:
        yield Lent(kind.raw, "deal_splits")


CUSTOM = ("ARR__c", "Opportunity__c", "RenewalOf__c", "SBQQ__Opportunity__c")
"""Custom fields that are read wherever they are, though no charter names them."""


def _contracts(export: Export) -> Iterator[Mapped]:
    """Terms that companies bought: contracts that were signed, drafts left out.

    Salesforce has no value on a contract; a column `ARR__c` is taken for it where there is one.
    """
    contract = export.get("Contract")
    if contract is None:
        return
    status = text_of_any(contract, "StatusCode", "Status")
    first, last = contract.day("StartDate"), contract.day("EndDate")
    months = contract.whole("ContractTerm")
    end = f"coalesce({last.sql} + 1, CAST({first.sql} + to_months(CAST({months.sql} AS INTEGER)) AS DATE))"
    start = f"timezone('UTC', CAST({first.sql} AS TIMESTAMPTZ))"
    created = contract.instant("CreatedDate").sql if contract.raw.has("CreatedDate") else "NULL"
    yield Rows(
        "contracts",
        contract.raw,
        {
            "contract_id": contract.id("Id"),
            "account_id": contract.id("AccountId"),
            "opportunity_id": id_of_any(contract, "SBQQ__Opportunity__c", "Opportunity__c"),
            "arr": contract.amount("ARR__c"),
            "currency": Cell(
                f"upper({contract.text('CurrencyIsoCode').sql})", column="CurrencyIsoCode"
            )
            if contract.raw.has("CurrencyIsoCode")
            else constant(export.charter.currency),
            "first_day": first,
            "end_day": Cell(end, last.failed, "EndDate"),
            "renewal_of": id_of_any(contract, "RenewalOf__c"),
            "stated_at": stated(contract),
            "known_from": Cell(f"coalesce({created}, {start})"),
        },
        where=f"coalesce(lower({status}), '') NOT IN ('draft', 'inapproval', 'in approval process')",
        gone=deleted(contract),
    )


def territories(export: Export) -> Iterator[Mapped]:
    """Companies in territories, since each was put there, with the one person whose it is."""
    there = export.get("ObjectTerritory2Association")
    if there is None:
        return
    of = there.id("Territory2Id").sql
    named = looked_up(export, "Territory2", of, "Name", "DeveloperName")
    user, owner = export.get("UserTerritory2Association"), "NULL"
    if user is not None:
        active = (
            f"coalesce({user.flag('IsActive').sql}, true)" if user.raw.has("IsActive") else "true"
        )
        export.con.execute(
            f"""CREATE OR REPLACE TEMP TABLE territory_owners AS
            SELECT {user.id("Territory2Id").sql} AS territory, CASE WHEN count(DISTINCT owner) = 1 THEN min(owner) END AS owner
            FROM (SELECT *, {seller(user, "UserId").sql} AS owner FROM {user.raw.relation}
                  WHERE {active} AND NOT {deleted(user)}) GROUP BY 1"""
        )
        owner = f"(SELECT owner FROM territory_owners t WHERE t.territory = {of})"
    put = stated(there)
    yield Rows(
        "territories",
        there.raw,
        {
            "account_id": there.id("ObjectId"),
            "territory": Cell(f"coalesce({named}, {of})", column="Territory2Id"),
            "owner_id": Cell(f"CAST({owner} AS VARCHAR)"),
            "first_day": Cell(
                local_day(put.sql, export.charter.time_zone), put.failed, "LastModifiedDate"
            ),
            "stated_at": put,
            "known_from": put,
        },
        where=f"left({there.id('ObjectId').sql}, 3) = '001'",
        gone=deleted(there),
    )
    for reader in (export.get("Territory2"), user):
        if reader is not None:
            yield Lent(reader.raw, "territories")
