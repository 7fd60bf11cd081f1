"""The records in HubSpot that tell of a handoff's steps, and of its fields."""

from __future__ import annotations

from remit.charter import Step
from remit.evidence.sql import quoted, quoted_list
from remit.sources.cells import Reader
from remit.sources.filled import is_filled
from remit.sources.hubspot_columns import (
    ENGAGEMENTS,
    author,
    created,
    kinds_called,
    linked,
    moment,
    owner,
    readers_of,
    record_id,
    stated,
)
from remit.sources.patterns import is_checkbox, matches
from remit.sources.source import Export

HELD = ("completed", "complete", "held", "attended", "done")
"""Outcomes that say that a meeting took place."""
_RECORDED_AS = {"deals": "Opportunity", "companies": "Account", "contacts": "Lead"}
"""What the cases of handoffs call these objects, in every CRM."""


def handoff_steps(export: Export) -> None:
    """Every record that tells of a step of a handoff, with what it hangs on.

    They stay in the file, so that a later load can add to them.
    """
    for handoff in export.charter.handoffs:
        for name, step in handoff.steps().items():
            if step.stage is not None:
                _stage(export, handoff.name, name, step.stage)
                continue
            for kind in kinds_called(step.object):
                for reader in readers_of(export, kind):
                    _step(handoff.name, name, step, kind, reader)


def _stage(export: Export, handoff: str, name: str, stage: str) -> None:
    export.con.execute(
        f"DELETE FROM recorded.steps WHERE handoff = {quoted(handoff)} AND step = '{name}'"
    )
    export.con.execute(
        f"""INSERT INTO recorded.steps SELECT {quoted(handoff)}, '{name}', 'Opportunity', record_id, NULL,
        NULL, NULL, record_id, min(entered_at), false, NULL, NULL, NULL FROM stage_changes
        WHERE record_type = 'opportunity' AND lower(stage) = lower({quoted(stage)})
        GROUP BY record_id"""
    )


def _step(handoff: str, name: str, step: Step, kind: str, reader: Reader) -> None:
    if None in [reader.raw.column(column) for column in step.where]:
        return
    if step.field is not None and not reader.raw.has(step.field):
        reader.raw.missing.add(step.field)
        return
    at, date_only, where = _when(name, step, kind, reader)
    where = f"{matches(reader, step.where)} AND {where}"
    own = record_id(reader).sql
    of = "engagements" if kind in ENGAGEMENTS else kind
    # a contact without a company is a lead like any other, and the prospect of its handoff
    lead = contact = own if kind == "contacts" else linked(of, own, "contacts")
    account = own if kind == "companies" else linked(of, own, "companies")
    deal = own if kind == "deals" else "NULL" if of != "engagements" else linked(of, own, "deals")
    reason = reader.text(step.reason).sql if step.reason else "NULL"
    reader.con.execute(
        f"""DELETE FROM recorded.steps WHERE handoff = {quoted(handoff)} AND step = '{name}'
        AND record_id IN (SELECT {own} FROM {reader.raw.relation})"""
    )
    reader.con.execute(
        f"""INSERT INTO recorded.steps SELECT {quoted(handoff)}, '{name}',
        {quoted(_RECORDED_AS.get(kind, kind))}, {own}, {lead}, {contact}, {account}, {deal}, {at},
        {date_only}, {author(reader).sql}, {owner(reader).sql}, {reason}
        FROM {reader.raw.kept} WHERE {where} AND ({at}) IS NOT NULL"""
    )


def _when(name: str, step: Step, kind: str, reader: Reader) -> tuple[str, str, str]:
    """The moment of a step, whether it is a bare day, and a further condition on the record.

    A meeting is held when it ends, however its being held is told: by a checkbox, by its
    outcome, or by a condition.
    """
    entered = created(reader).sql
    ended = (
        f"coalesce({moment(reader, 'hs_meeting_end_time').sql}, "
        f"{moment(reader, 'hs_meeting_start_time', 'hs_timestamp').sql}, {entered})"
        if kind == "meetings"
        else f"coalesce({stated(reader).sql}, {entered})"
    )
    if step.field is None:
        held = kind == "meetings" and name == "held"
        return (ended if held else entered), "false", "true"
    if is_checkbox(reader, step.field):
        return ended, "false", reader.flag(step.field).sql
    text = reader.text(step.field).sql
    if step.field.casefold() == "hs_meeting_outcome":
        said = f"regexp_replace(lower({text}), '[^a-z]', '', 'g')"
        return ended, "false", f"{said} IN {quoted_list(HELD)}"
    return moment(reader, step.field).sql, f"length({text}) <= 10", "true"


def handoff_fields(export: Export) -> None:
    """Whether each field that a handoff requires holds more than a placeholder.

    An object alone, `contacts`, is filled for a deal that is associated with one or more.
    """
    for handoff in export.charter.handoffs:
        for field, column in handoff.requires.items():
            object_, _, name = column.partition(".")
            for kind in kinds_called(object_):
                if name:
                    for reader in readers_of(export, kind):
                        _field(handoff.name, field, kind, name, reader)
                elif readers_of(export, kind):
                    _associated(export, handoff.name, field, kind)


def _field(handoff: str, field: str, kind: str, column: str, reader: Reader) -> None:
    if not reader.raw.has(column):
        reader.raw.missing.add(column)
        return
    own = record_id(reader).sql
    reader.con.execute(
        f"""DELETE FROM recorded.fields WHERE handoff = {quoted(handoff)} AND field = {quoted(field)}
        AND record_id IN (SELECT {own} FROM {reader.raw.relation})"""
    )
    reader.con.execute(
        f"""INSERT INTO recorded.fields SELECT {quoted(handoff)}, {quoted(field)},
        {quoted(_RECORDED_AS.get(kind, kind))}, {own}, bool_or({is_filled(reader.text(column).sql)})
        FROM {reader.raw.kept} GROUP BY ALL"""
    )


def _associated(export: Export, handoff: str, field: str, kind: str) -> None:
    same = f"handoff = {quoted(handoff)} AND field = {quoted(field)}"
    export.con.execute(f"DELETE FROM recorded.fields WHERE {same}")
    export.con.execute(
        f"""INSERT INTO recorded.fields SELECT {quoted(handoff)}, {quoted(field)}, 'Opportunity',
        o.opportunity_id, count(k.to_id) > 0 FROM opportunities o LEFT JOIN hubspot_links k
            ON k.from_kind = 'deals' AND k.to_kind = '{kind}' AND k.from_id = o.opportunity_id
        GROUP BY o.opportunity_id"""
    )
