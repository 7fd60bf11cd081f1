"""The records in Salesforce that tell of a handoff's steps, and of its fields."""

from __future__ import annotations

from collections.abc import Iterator

from remit.charter import Step
from remit.evidence.sql import quoted
from remit.sources.cells import Lent, Reader
from remit.sources.filled import is_filled
from remit.sources.patterns import is_checkbox, matches
from remit.sources.salesforce_columns import not_deleted, seller
from remit.sources.source import Export


def handoff_steps(export: Export) -> Iterator[Lent]:
    """Every record that tells of a step of a handoff, with what it hangs on.

    They stay in the file, so that a later load can add to them.
    """
    named = {
        step.object for handoff in export.charter.handoffs for step in handoff.steps().values()
    }
    for custom in export:
        if custom.raw.name.endswith("__c") and custom.raw.name in named:
            yield Lent(custom.raw, "handoffs")
    for handoff in export.charter.handoffs:
        for name, step in handoff.steps().items():
            reader = export.get(step.object)
            if reader is not None:
                _step(export, handoff.name, name, step, reader)


def _step(export: Export, handoff: str, name: str, step: Step, reader: Reader) -> None:
    where, at, date_only = f"{not_deleted(reader)} AND {matches(reader, step.where)}", "", "false"
    created = reader.instant("CreatedDate").sql
    if any(reader.raw.column(column) is None for column in step.where):
        return
    if step.stage is not None:
        return  # told by the history of all loads, once that is settled
    if step.field is None:
        at = created
    elif not reader.raw.has(step.field):
        reader.raw.missing.add(step.field)
        return
    elif is_checkbox(reader, step.field):
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
        f"""DELETE FROM recorded.steps WHERE handoff = {quoted(handoff)} AND step = '{name}'
        AND record_id IN (SELECT {own} FROM {reader.raw.kept})"""
    )
    export.con.execute(
        f"""INSERT INTO recorded.steps SELECT {quoted(handoff)}, '{name}', {quoted(step.object)}, {own}, {lead},
        CASE WHEN left({who}, 3) = '003' THEN {who} END, {account}, {deal}, {at}, {date_only},
        {seller(reader, "CreatedById").sql}, {seller(reader, "OwnerId").sql}, {reason}
        FROM {reader.raw.kept} WHERE {where} AND ({at}) IS NOT NULL"""
    )


def handoff_fields(export: Export) -> None:
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
            filled = is_filled(reader.text(name).sql) if name else "true"
            export.con.execute(
                f"""DELETE FROM recorded.fields WHERE handoff = {quoted(handoff.name)}
                AND field = {quoted(field)} AND record_id IN (SELECT {reader.id(of).sql} FROM {reader.raw.kept})"""
            )
            export.con.execute(
                f"""INSERT INTO recorded.fields SELECT {quoted(handoff.name)}, {quoted(field)}, '{owner}',
                {reader.id(of).sql}, bool_or({filled}) FROM {reader.raw.kept} GROUP BY ALL"""
            )
