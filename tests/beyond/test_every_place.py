"""Every measure says the same wherever the evidence lies: counts exactly, sums to 1e-9."""

from __future__ import annotations

import dataclasses
import math
import shutil
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum

import pytest

from remit.audit import audit
from remit.evidence import TABLES
from remit.measures import (
    diary_by_role,
    handoff_flows,
    handovers_between_people,
    handovers_of_work,
    lead_funnel,
    open_for,
    people_in_two_roles,
    profile_of_work,
    roles_held,
    technical_deals,
    tickets_worked,
    time_by_role,
    unsourced_deals,
    work,
    work_by_week,
)
from remit.measures.coverage import coverage_by_role
from remit.terms import Period

from .conftest import TODAY

YEAR = Period(date(2026, 1, 1), date(2026, 8, 1))

MEASURES = {
    "roles held": lambda e, c, n: roles_held(e),
    "time by role": lambda e, c, n: time_by_role(e, c, n, YEAR, individuals=True),
    "coverage": lambda e, c, n: coverage_by_role(e, c, n, YEAR),
    "diaries": lambda e, c, n: diary_by_role(e, c, n, YEAR),
    "handoffs": lambda e, c, n: handoff_flows(e, c, n, YEAR),
    "handovers": lambda e, c, n: handovers_of_work(e, c, n, YEAR),
    "two roles": lambda e, c, n: people_in_two_roles(e, c),
    "funnel": lambda e, c, n: lead_funnel(e),
    "unsourced": lambda e, c, n: unsourced_deals(
        e, n, YEAR, sellers=["ae", "senior_ae"], sourcers=["sdr"], segments=["large"]
    ),
    "tickets": lambda e, c, n: tickets_worked(e, YEAR, roles=["ae", "se"], segments=["small"]),
    "technical": lambda e, c, n: technical_deals(e, c, YEAR, roles=["se"], segments=[]),
}

EXPRESSIONS = {
    "work": lambda e, c, n: work(e, c, n, YEAR),
    "work by week": lambda e, c, n: work_by_week(e, c, n, YEAR),
    "profile of work": lambda e, c, n: profile_of_work(e, YEAR),
    "handovers between people": lambda e, c, n: handovers_between_people(e, YEAR),
}


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURES)
def test_a_measure_is_equal_wherever_the_evidence_lies(measure, company, reference, there):
    charter, _ = company
    wanted = MEASURES[measure](reference, charter, charter.numbers())

    found = MEASURES[measure](there, charter, charter.numbers())

    assert something_in(wanted), "the company has nothing for this measure to look at"
    assert differences(wanted, found) == []


@pytest.mark.slow
@pytest.mark.parametrize("measure", EXPRESSIONS)
def test_an_expression_gives_the_same_rows_wherever_the_evidence_lies(
    measure, company, reference, there
):
    charter, _ = company

    wanted, found = (
        in_order(EXPRESSIONS[measure](evidence, charter, charter.numbers()).to_pyarrow())
        for evidence in (reference, there)
    )

    assert wanted
    assert differences(wanted, found) == []


@pytest.mark.slow
def test_stages_are_known_in_capitals_with_accents_wherever_the_evidence_lies(company, there):
    charter, _ = company

    told = work(there, charter, charter.numbers(), YEAR)

    assert told.filter(told.function == "technical_validation").count().execute() > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds_the_same_rows_wherever_the_evidence_lies(name, reference, there):
    wanted, found = (
        sorted(map(str, evidence[name].to_pyarrow().to_pylist())) for evidence in (reference, there)
    )

    assert found == wanted


@pytest.mark.slow
def test_how_the_evidence_was_read_is_told_wherever_it_lies(reference, there):
    assert there.files == reference.files
    assert there.rejects == reference.rejects
    assert there.derivations == reference.derivations
    assert there.people() == reference.people()
    assert (there.meta, there.source, there.as_of) == (
        reference.meta,
        reference.source,
        reference.as_of,
    )


@pytest.mark.slow
def test_looking_back_gives_the_same_wherever_the_evidence_lies(company, place):
    charter, file = company
    then = date(2026, 4, 15)

    wanted, found = (open_for(charter, at, as_of=then) for at in (file, place))

    assert lead_funnel(found) == lead_funnel(wanted)
    assert found.rows("opportunities") == wanted.rows("opportunities") > 0


@pytest.mark.slow
def test_the_roles_of_another_charter_count_wherever_the_evidence_lies(company, place, tmp_path):
    charter, file = company
    other = charter.model_copy(update={"people": charter.people[:7]})
    shutil.copyfile(file, tmp_path / "other.duckdb")

    wanted, found = (open_for(other, at) for at in (tmp_path / "other.duckdb", place))

    assert len(roles_held(found)) == 7
    assert (
        differences(
            MEASURES["time by role"](wanted, other, other.numbers()),
            MEASURES["time by role"](found, other, other.numbers()),
        )
        == []
    )
    assert len(roles_held(open_for(charter, place))) == len(charter.people)


@pytest.mark.slow
def test_an_audit_finds_the_same_wherever_the_evidence_lies(company, reference, there):
    charter, _ = company

    wanted, found = (audit(charter, evidence, today=TODAY) for evidence in (reference, there))

    assert len({finding.answer for finding in wanted.findings}) > 2
    assert differences(wanted.findings, found.findings) == []
    assert found.not_counted == wanted.not_counted
    assert found.rejected_reasons == wanted.rejected_reasons


@pytest.mark.slow
def test_the_printed_query_runs_where_the_evidence_lies(company, reference, there):
    charter, _ = company
    (first, *_), (same, *_) = (
        time_by_role(evidence, charter, charter.numbers(), YEAR) for evidence in (reference, there)
    )

    wanted, found = sorted(reference.sql(first.query)), sorted(there.sql(same.query))

    assert differences([r[:3] for r in wanted], [r[:3] for r in found]) == []
    assert math.isclose(sum(r[7] for r in found), sum(r[7] for r in wanted), rel_tol=1e-9)


def differences(wanted: object, found: object, at: str = "") -> list[str]:
    """Where two results differ: numbers that are no counts may by 1e-9, nothing else at all.

    Queries are left out: each place has its own SQL.
    """
    if dataclasses.is_dataclass(wanted) and not isinstance(wanted, type):
        return [
            line
            for field in dataclasses.fields(wanted)
            if field.name != "query"
            for line in differences(
                getattr(wanted, field.name), getattr(found, field.name), f"{at}.{field.name}"
            )
        ]
    if isinstance(wanted, Mapping):
        if list(wanted) != list(found):
            return [f"{at}: {list(wanted)} is {list(found)}"]
        return [
            line for key in wanted for line in differences(wanted[key], found[key], f"{at}.{key}")
        ]
    if isinstance(wanted, (tuple, list)):
        if len(wanted) != len(found):
            return [f"{at}: {len(wanted)} are {len(found)}"]
        return [
            line
            for place, (one, other) in enumerate(zip(wanted, found, strict=True))
            for line in differences(one, other, f"{at}[{place}]")
        ]
    if isinstance(wanted, float) and isinstance(found, float):
        alike = math.isclose(wanted, found, rel_tol=1e-9, abs_tol=1e-9)
        return (
            []
            if alike or (math.isnan(wanted) and math.isnan(found))
            else [f"{at}: {wanted} is {found}"]
        )
    kinds = (str, int, bool, date, datetime, Enum, type(None))
    alike = wanted == found and (type(wanted) is type(found) or not isinstance(wanted, kinds))
    return [] if alike else [f"{at}: {wanted!r} is {found!r}"]


def in_order(table) -> list[dict[str, object]]:
    """Rows by what names them: everything but numbers that are no counts."""

    def name(row: dict[str, object]) -> str:
        return str([cell for cell in row.values() if not isinstance(cell, float)])

    return sorted(table.to_pylist(), key=name)


def something_in(result: object) -> bool:
    """Whether a measure had anything to measure."""
    if isinstance(result, tuple):
        return bool(result)
    return any(getattr(result, word, None) for word in ("whole", "leads", "roles", "months"))
