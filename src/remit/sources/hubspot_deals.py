"""HubSpot's deals: what they are, the stages they went through, and whose they were."""

from __future__ import annotations

import re
from collections.abc import Iterator

from remit.charter import Charter
from remit.evidence.sql import quoted
from remit.sources.cells import Cell, Derived, Mapped, Reader, Rows, constant, local_day
from remit.sources.hubspot_columns import (
    author,
    created,
    first_of,
    gone,
    linked,
    moment,
    not_in_future,
    owner,
    readers_of,
    record_id,
    stated,
)
from remit.sources.patterns import glob_of, matches
from remit.sources.qualification import qualification
from remit.sources.source import Export

_ENTERED = re.compile(r"hs_(?P<version>v2_)?date_entered_(?P<id>.+)", re.IGNORECASE)
_ENTERED_BY_LABEL = re.compile(
    r"""date entered (?P<quote>["'“])(?P<label>.+) \((?P<pipeline>.+)\)["'”]""", re.IGNORECASE
)
_STATED = "(SELECT {what} FROM hubspot_stages g WHERE g.object = '{object}' AND {same})"


def stages(export: Export) -> None:
    """The stages of every pipeline, however the layout lists them."""
    con = export.con
    con.execute(
        """CREATE OR REPLACE TEMP TABLE hubspot_stages (object VARCHAR, stage_id VARCHAR,
            label VARCHAR, pipeline VARCHAR, closed BOOLEAN, probability DOUBLE, won BOOLEAN);
        CREATE OR REPLACE TEMP TABLE hubspot_pipelines (object VARCHAR, pipeline_id VARCHAR,
            label VARCHAR)"""
    )
    for kind in ("deals", "tickets"):
        for reader in readers_of(export, f"pipelines of {kind}"):
            con.execute(
                f"""INSERT INTO hubspot_pipelines SELECT '{kind}', {reader.text("pipeline_id").sql},
                {reader.text("label").sql} FROM {reader.raw.relation}"""
            )
            if reader.raw.has("stages"):
                _nested_stages(reader, kind)
        for reader in readers_of(export, f"stages of {kind}"):
            _listed_stages(reader, f"'{kind}'")
    for reader in readers_of(export, "pipelines"):
        object_ = f"lower({reader.text('object').sql})"
        _listed_stages(
            reader, f"CASE WHEN {object_} LIKE '%ticket%' THEN 'tickets' ELSE 'deals' END"
        )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE hubspot_stages AS
        SELECT g.object, g.stage_id, min(g.label) AS label,
            min(coalesce(p.label, g.pipeline)) AS pipeline, min(g.pipeline) AS pipeline_id,
            bool_or(g.closed) AS closed,
            coalesce(bool_or(g.won), bool_or(coalesce(g.closed, true) AND g.probability >= 1)) AS won
        FROM hubspot_stages g LEFT JOIN hubspot_pipelines p
            ON p.object = g.object AND p.pipeline_id = g.pipeline
        WHERE g.stage_id IS NOT NULL GROUP BY g.object, g.stage_id;
        INSERT INTO hubspot_pipelines SELECT DISTINCT object, pipeline_id, pipeline
        FROM hubspot_stages s WHERE pipeline_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM hubspot_pipelines p WHERE p.object = s.object
            AND p.pipeline_id = s.pipeline_id)"""
    )


def _listed_stages(reader: Reader, object_: str) -> None:
    def flag(name: str) -> str:
        return reader.flag(name).sql if reader.raw.has(name) else "NULL::BOOLEAN"

    probability = (
        reader.number("probability").sql if reader.raw.has("probability") else "NULL::DOUBLE"
    )
    reader.con.execute(
        f"""INSERT INTO hubspot_stages SELECT {object_}, {reader.text("stage_id").sql},
        {reader.text("label").sql}, {reader.text("pipeline_id").sql}, {flag("is_closed")},
        {probability}, {flag("closed_won")} FROM {reader.raw.relation}"""
    )
    if reader.raw.has("pipeline_label"):
        reader.con.execute(
            f"""INSERT INTO hubspot_pipelines SELECT DISTINCT {object_},
            {reader.text("pipeline_id").sql}, {reader.text("pipeline_label").sql}
            FROM {reader.raw.relation}"""
        )


def _nested_stages(reader: Reader, kind: str) -> None:
    """Stages that lie as a list inside their pipeline's row."""
    text = "json_extract_string(stage, '$.{}')"
    closed = f"coalesce({text.format('metadata.isClosed')}, {text.format('metadata.is_closed')})"
    reader.con.execute(
        f"""INSERT INTO hubspot_stages
        SELECT '{kind}', coalesce({text.format("stageId")}, {text.format("id")}, {text.format("stage_id")}),
            {text.format("label")}, pipeline, lower({closed}) = 'true',
            try_cast({text.format("metadata.probability")} AS DOUBLE), NULL
        FROM (SELECT {reader.text("pipeline_id").sql} AS pipeline,
            unnest(CASE WHEN json_valid({reader.text("stages").sql})
                THEN CAST({reader.text("stages").sql} AS JSON[]) END) AS stage
            FROM {reader.raw.relation})"""
    )


def label_of_stage(kind: str, stage: str) -> str:
    """What a stage is called, from its id; one that no list has is called what it says, as SQL."""
    found = _STATED.format(what="min(g.label)", object=kind, same=f"g.stage_id = {stage}")
    return f"coalesce({found}, {stage})"


# What a deal is


def deals(export: Export) -> Iterator[Mapped]:
    """Deals, their stages over time, and who of the buyers took part."""
    readers = readers_of(export, "deals")
    for reader in readers:
        yield _deals(export, reader)
    if not readers:
        return
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
    yield from _stages_over_time(export)
    yield Derived(
        "opportunities",
        """SELECT o.* EXCLUDE (closed_at, closed_from), s.entered_at AS closed_at,
            'stage history' AS closed_from
        FROM opportunities o JOIN stage_changes s ON s.record_type = 'opportunity'
            AND s.record_id = o.opportunity_id AND s.left_at IS NULL AND s.stage = o.stage
        WHERE o.won IS NOT NULL""",
        "A deal closed when it entered the stage it ended in; where no history tells, at its close "
        "date.",
    )
    yield Derived(
        "buying_roles",
        f"""SELECT k.from_id AS opportunity_id, k.to_id AS contact_id, {_buying_role(export)} AS role,
            greatest(o.created_at, c.created_at) AS known_from
        FROM hubspot_links k JOIN opportunities o ON o.opportunity_id = k.from_id
        JOIN contacts c ON c.contact_id = k.to_id
        WHERE k.from_kind = 'deals' AND k.to_kind = 'contacts'""",
        "A contact's part in a deal is the buying role of the contact; HubSpot keeps none for "
        "each deal.",
    )


def _deals(export: Export, reader: Reader) -> Rows:
    zone = export.charter.time_zone
    stage, own = reader.text("dealstage").sql, record_id(reader).sql
    pipeline = reader.text("pipeline").sql
    closes = moment(reader, "closedate")
    closed, won = _closed(reader, stage, pipeline)
    kind, kind_from = _kind(export.charter, reader, pipeline)
    midnight = f"CAST(timezone('{zone}', timezone('UTC', {closes.sql})) AS TIME) = TIME '00:00:00'"
    closed_at = (
        f"CASE WHEN {midnight} THEN {closes.sql} + INTERVAL 1 DAY - INTERVAL 1 SECOND "
        f"ELSE {closes.sql} END"
    )
    currency = first_of(reader, "deal_currency_code", "currency")
    return Rows(
        "opportunities",
        reader.raw,
        {
            "opportunity_id": record_id(reader),
            "account_id": Cell(linked("deals", own, "companies")),
            "kind": Cell(kind),
            "kind_from": Cell(kind_from),
            "owner_id": owner(reader),
            "created_by": author(reader),
            "created_at": created(reader),
            "stage": Cell(label_of_stage("deals", stage), column="dealstage"),
            "amount": reader.amount("amount"),
            "currency": Cell(
                f"coalesce({reader.text(currency).sql}, {quoted(export.charter.currency)})"
            )
            if reader.raw.has(currency)
            else constant(export.charter.currency),
            "pipeline": Cell(_label_of_pipeline(pipeline), column="pipeline"),
            "close_day": Cell(local_day(closes.sql, zone), closes.failed, closes.column),
            "closed_at": Cell(f"CASE WHEN {closed} THEN {closed_at} END"),
            "closed_from": Cell(f"CASE WHEN {closed} THEN 'close date' END"),
            "won": Cell(f"CASE WHEN {closed} THEN coalesce({won}, false) END"),
            "source": reader.text("hs_analytics_source"),
            **qualification(reader, export.charter),
            "stated_at": stated(reader),
            "known_from": created(reader),
        },
        gone=gone(reader, "deals"),
        refuse=not_in_future(export, "created_at"),
    )


def _label_of_pipeline(pipeline: str) -> str:
    return (
        "coalesce((SELECT min(p.label) FROM hubspot_pipelines p WHERE p.object = 'deals' "
        f"AND p.pipeline_id = {pipeline}), {pipeline})"
    )


def _closed(reader: Reader, stage: str, pipeline: str) -> tuple[str, str]:
    """Whether a deal is closed, and won: by its own flags, its stage, or what the stage is called."""
    same = f"(g.stage_id = {stage} OR (g.label = {stage} AND {pipeline} IN (g.pipeline, g.pipeline_id)))"
    of_stage = _STATED.format(what="bool_or(g.{})", object="deals", same=same)
    called = f"regexp_replace(lower({stage}), '[^a-z]', '', 'g')"
    won = [
        of_stage.format("won"),
        f"CASE {called} WHEN 'closedwon' THEN true WHEN 'closedlost' THEN false END",
    ]
    closed = [of_stage.format("closed"), f"{called} IN ('closedwon', 'closedlost')"]
    if reader.raw.has("hs_is_closed_won"):
        won.insert(0, reader.flag("hs_is_closed_won").sql)
    if reader.raw.has("hs_is_closed"):
        closed.insert(0, reader.flag("hs_is_closed").sql)
    elif reader.raw.has("hs_is_closed_lost") and reader.raw.has("hs_is_closed_won"):
        closed.insert(
            0,
            f"({reader.flag('hs_is_closed_won').sql} OR {reader.flag('hs_is_closed_lost').sql})",
        )
    return f"coalesce({', '.join(closed)}, false)", f"coalesce({', '.join(won)})"


def _kind(charter: Charter, reader: Reader, pipeline: str) -> tuple[str, str]:
    """New, expansion or renewal, and which column told."""
    kinds = charter.deals.kind
    column = kinds.field.partition(".")[2] if kinds else "dealtype"
    if not reader.raw.has(column) and column.casefold() == "type":
        column = "dealtype"
    label = f"lower({_label_of_pipeline(pipeline)})"
    value = f"lower({reader.text(column).sql})"
    called = label if column.casefold() == "pipeline" else ""
    cases = (
        [
            f"WHEN {_is_one_of(reader, column, words, called)} THEN '{kind}'"
            for kind, words in (
                ("new", kinds.new),
                ("expansion", kinds.expansion),
                ("renewal", kinds.renewal),
            )
            if words
        ]
        if kinds
        else [
            f"WHEN {value} GLOB '*renew*' OR {label} GLOB '*renew*' THEN 'renewal'",
            f"WHEN {value} GLOB '*existing*' OR {value} GLOB '*expan*' OR {value} GLOB '*upsell*' "
            "THEN 'expansion'",
            f"WHEN {value} GLOB '*new*' THEN 'new'",
        ]
    )
    kind = f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"
    by_pipeline = "false" if kinds else f"coalesce({label} GLOB '*renew*', false)"
    told = (
        f"CASE WHEN {by_pipeline} AND NOT coalesce({value} GLOB '*renew*', false) THEN 'deals.pipeline' "
        f"WHEN {value} IS NOT NULL THEN 'deals.{column}' END"
    )
    return kind, told


def _is_one_of(reader: Reader, column: str, words: tuple[str, ...], called: str) -> str:
    """Whether a column holds one of a charter's words; a pipeline by its id or by its label."""
    by_label = [f"coalesce({called} GLOB '{glob_of(word)}', false)" for word in words if called]
    return " OR ".join([matches(reader, {column: words}), *by_label])


def _buying_role(export: Export) -> str:
    column = "hs_buying_role"
    found = [
        f"SELECT {record_id(reader).sql} AS contact_id, {reader.text(column).sql} AS role "
        f"FROM {reader.raw.kept}"
        for reader in readers_of(export, "contacts")
        if reader.raw.has(column)
    ]
    if not found:
        return "NULL::VARCHAR"
    return f"(SELECT min(b.role) FROM ({' UNION ALL '.join(found)}) b WHERE b.contact_id = k.to_id)"


# What changed over time


def _stages_over_time(export: Export) -> Iterator[Mapped]:
    """Entries into stages: from a history, or for deals without one from the days they carry."""
    con = export.con
    told: list[str] = []
    for name, words in _HISTORIES.items():
        for reader in readers_of(export, name):
            yield _entries(export, reader, "deals", "opportunity")
            if con.execute(f"SELECT 1 FROM {reader.raw.kept} LIMIT 1").fetchone():
                told.append(words)
    con.execute(
        """CREATE OR REPLACE TEMP TABLE hubspot_entries (record_id VARCHAR, stage VARCHAR,
        entered_at TIMESTAMP)"""
    )
    for reader in readers_of(export, "deals"):
        _dated_entries(reader)
    con.execute(
        """DELETE FROM hubspot_entries WHERE record_id IN (
            SELECT record_id FROM recorded.staged_stage_changes WHERE record_type = 'opportunity')"""
    )
    if con.execute("SELECT 1 FROM hubspot_entries LIMIT 1").fetchone():
        told.append("for deals without a history, the day on which each stage was last entered")
    yield Derived(
        "stage_changes",
        """SELECT 'opportunity' AS record_type, record_id, stage, entered_at,
            lead(entered_at) OVER later AS left_at, row_number() OVER later AS place,
            entered_at AS known_from
        FROM (SELECT *, lag(stage) OVER (PARTITION BY record_id ORDER BY entered_at) AS before
              FROM hubspot_entries)
        WHERE stage IS DISTINCT FROM before
        WINDOW later AS (PARTITION BY record_id ORDER BY entered_at)""",
        f"Entries into stages are from {'; '.join(dict.fromkeys(told))}." if told else "",
    )


_HISTORIES = {
    "history of deals": "the history of the deal's stage",
    "stage history of deals": "the connector's record of the deal's stages",
}
"""Tables with every entry into a stage, and how to tell of them."""


def _entries(export: Export, reader: Reader, kind: str, type_: str) -> Rows:
    """The rows of a history that tell of a stage."""
    property_ = {"deals": "dealstage", "contacts": "lifecyclestage"}[kind]
    where = f"lower({reader.text('property').sql}) = '{property_}'"
    at, stage = moment(reader, "timestamp"), reader.text("value")
    label = label_of_stage(kind, stage.sql)
    return Rows(
        "stage_changes",
        reader.raw,
        {
            "record_type": constant(type_),
            "record_id": reader.text("record_id"),
            # a stage that was taken away ends the one before
            "stage": Cell(f"coalesce({label}, '')", column="value"),
            "entered_at": at,
            "place": Cell("_row"),
            "moved_by": Cell(_changed_by(reader)),
            "known_from": at,
        },
        where=where if reader.raw.has("property") else "true",
        gone=_merged_away(reader, kind),
        refuse=not_in_future(export, "entered_at"),
        staged=True,
    )


def _merged_away(reader: Reader, kind: str) -> str:
    """Whether a history is that of a record that was merged into another, as SQL."""
    return (
        f"coalesce({reader.text('record_id').sql} IN "
        f"(SELECT old_id FROM hubspot_merged WHERE kind = '{kind}'), false)"
    )


def _changed_by(reader: Reader) -> str:
    """The user who made a change, where it was a user."""
    said = []
    if reader.raw.has("updatedbyuserid"):
        said.append(f"hubspot_user({reader.text('updatedbyuserid').sql})")
    if reader.raw.has("source_id"):
        source = reader.text("source_id").sql
        said.append(
            f"CASE WHEN regexp_full_match({source}, '(userId:)?\\d+') THEN hubspot_user({source}) END"
        )
    return f"coalesce({', '.join(said)})" if said else "NULL::VARCHAR"


def _dated_entries(reader: Reader) -> None:
    """The days that a deal carries in columns of its own, one a stage."""
    for column in tuple(reader.raw.columns):
        by_id, by_label = _ENTERED.fullmatch(column), _ENTERED_BY_LABEL.fullmatch(column)
        if by_id:
            written = quoted(by_id["id"].casefold())
            plain = "regexp_replace(lower(g.stage_id), '[^a-z0-9]', '_', 'g')"
            stage = (
                f"coalesce((SELECT min(g.label) FROM hubspot_stages g WHERE g.object = 'deals' AND "
                f"({plain} = {written} OR starts_with({written}, {plain} || '_'))), {quoted(by_id['id'])})"
            )
            newer = by_id["version"] or not reader.raw.has(f"hs_v2_date_entered_{by_id['id']}")
        elif by_label:
            stage = quoted(by_label["label"])
            newer = by_label["quote"] == '"' or not any(
                (other := _ENTERED_BY_LABEL.fullmatch(one))
                and other["quote"] == '"'
                and other["label"] == by_label["label"]
                for one in reader.raw.columns
            )
        else:
            continue
        if not newer or column.casefold().endswith("_current_stage"):
            continue
        at = moment(reader, column)
        reader.con.execute(
            f"""INSERT INTO hubspot_entries SELECT {record_id(reader).sql}, {stage}, {at.sql}
            FROM {reader.raw.kept} WHERE {at.sql} IS NOT NULL"""
        )


def owners_over_time(export: Export) -> Iterator[Rows]:
    """Who owned deals, contacts and companies when, and the stages that contacts went through."""
    for kind, type_ in (("deals", "opportunity"), ("contacts", "lead"), ("companies", "account")):
        for reader in readers_of(export, f"history of {kind}"):
            if kind == "contacts":
                yield _entries(export, reader, kind, type_)
            at = moment(reader, "timestamp")
            yield Rows(
                "ownership_changes",
                reader.raw,
                {
                    "record_type": constant(type_),
                    "record_id": reader.text("record_id"),
                    # nobody's is a spell too: it ends the one before
                    "owner_id": Cell(f"coalesce({owner(reader, 'value').sql}, '')", column="value"),
                    "from_at": at,
                    "known_from": at,
                },
                where=f"lower({reader.text('property').sql}) = 'hubspot_owner_id'",
                gone=_merged_away(reader, kind),
                refuse=not_in_future(export, "from_at"),
                staged=True,
            )
