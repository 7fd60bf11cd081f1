"""An audit as a workbook: every finding, every row of proof, and where each number is from."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from remit.audit.discovery import named
from remit.report import wording
from remit.report.contents import Contents, title_of
from remit.report.plain import harmless
from remit.report.sections.findings import queries_of
from remit.terms import Finding
from remit.terms.period import parse_day

Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]], Sequence[int]]
"""Its name, the heads of its columns, its rows and the widths of its columns."""


def workbook(contents: Contents) -> bytes:
    """The report as an XLSX file, the same bytes for the same audit.

    Findings are numbered as in the other sheets; shares are numbers that can be worked on. No
    sheet has a column that stands for a person. Text stays text, whatever it begins with.
    """
    import xlsxwriter  # few runs need it

    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    made = datetime.combine(contents.audit.as_of, time(), tzinfo=UTC)
    book.set_properties({"title": f"remit: {contents.audit.company}", "created": made})
    formats = {
        name: book.add_format({"valign": "top", "num_format": code})
        for name, code in _FORMATS.items()
    }
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    for name, columns, rows, widths in _sheets(contents):
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for at, (column, width) in enumerate(zip(columns, widths, strict=True)):
            sheet.set_column(at, at, width, text)
            sheet.write_string(0, at, column, head)
        last = 0
        for last, row in enumerate(rows, 1):
            for at, value in enumerate(row):
                _write(sheet, last, at, value, formats)
        if last:
            sheet.autofilter(0, 0, last, len(columns) - 1)
    book.close()
    return held.getvalue()


_FORMATS = {
    "share": "0.0%",
    "count": "#,##0",
    "amount": "#,##0.00",
    "ratio": "0.00",
    "day": "d mmm yyyy",
    "month": "mmm yyyy",
}
"""How a sheet shows numbers and days; what it holds is exact."""


@dataclass(frozen=True, slots=True)
class _As:
    """A number or a day, and how it is to be shown."""

    value: float | date | None
    shown: str


def _as_measured(value: float | None, unit: str) -> _As:
    return _As(value, "share" if unit == "share" else "ratio" if unit == "times" else "amount")


_EXACT = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)\.[0-9]+|-?[0-9]{1,3}(?:,[0-9]{3})+")
_SHARE = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) %")
_RECORDS = re.compile(
    r"(?:account|case|company|contact|contract|customer|deal|lead|record|ticket)\b"
)
"""How columns begin that hold the ids or names of records."""


def _read(column: str, value: Any) -> Any:
    """A cell of proof as a sheet can work on it: amounts, shares and days that are told as text.

    The id of a record stays as it is, whatever it looks like.
    """
    if _RECORDS.match(column):
        return value
    if isinstance(value, Decimal):
        return _As(float(value), "amount")
    if isinstance(value, str) and _EXACT.fullmatch(value):
        return _As(float(value.replace(",", "")), "amount")
    if isinstance(value, str) and (share := _SHARE.fullmatch(value)):
        return _As(float(share[1]) / 100, "share")
    if isinstance(value, str) and (day := _day(value)):
        return _As(day, "day")
    if isinstance(value, date) and not isinstance(value, datetime):
        return _As(value, "day")
    return value


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return parse_day(text)
    return None


def _write(sheet: Any, row: int, column: int, value: Any, formats: Mapping[str, Any]) -> None:
    shown = None
    if isinstance(value, _As):
        value, shown = value.value, formats[value.shown]
    if value is None or value == "":
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            return
        whole = isinstance(value, int) and abs(value) >= 1000
        sheet.write_number(row, column, value, shown or (formats["count"] if whole else None))
    elif shown is not None:
        sheet.write_datetime(row, column, value, shown)
    else:
        sheet.write_string(row, column, harmless(wording.cell(value))[:32_000])


def _sheets(contents: Contents) -> Iterator[Sheet]:
    audit = contents.audit
    number = {id(found): place for place, found in enumerate(audit.findings, 1)}
    query = {text: place for place, text in enumerate(queries_of(audit), 1)}
    matter = {id(found) for found in contents.matter}
    fall = set(audit.discovery.fall) if audit.discovery else set()
    yield "About", ("What", "Says"), _about(contents), (28, 110)
    yield (
        "Findings",
        _FINDING,
        (
            _finding(contents, f, number[id(f)], query, id(f) in matter, fall)
            for f in audit.findings
        ),
        (6, 9, 14, 22, 34, 80, 10, 10, 10, 9, 10, 24, 34, 60, 60, 18, 26, 40, 8),
    )
    widest = max((len(f.proof.columns) for f in audit.findings if f.proof is not None), default=1)
    yield (
        "Proof",
        ("Finding", "About", *(f"Value {place}" for place in range(1, widest + 1))),
        _proof(audit.findings, number),
        (9, 44, *([24] * widest)),
    )
    yield (
        "Months",
        ("Finding", "About", "Month", "Value", "Cases"),
        (
            (
                number[id(found)],
                wording.subject(found),
                _As(point.month, "month"),
                _as_measured(point.value, found.measured.unit if found.measured else ""),
                point.cases,
            )
            for found in audit.findings
            for point in found.trend
        ),
        (9, 50, 12, 12, 10),
    )
    yield (
        "Time by role",
        ("Role", "Segments", "People", "Coverage", "Function", "Part", "Share", "From", "To", "Hours"),
        (
            (
                of.role, ", ".join(of.segments), of.people, _As(of.coverage.value, "share"),
                wording.words(f.function), wording.PARTS[f.part], _As(f.share.value, "share"),
                _As(f.share.low, "share"), _As(f.share.high, "share"), _As(f.hours, "count"),
            )
            for of in audit.times
            for f in of.functions
        ),
        (20, 24, 8, 10, 22, 24, 9, 9, 9, 10),
    )  # fmt: skip
    if contents.since is not None:
        yield (
            "Changes",
            ("Check", "About", "Became", "Before", "After", "Limit moved"),
            (
                (
                    wording.words(c.check), c.about, c.became.value,
                    c.before.says if c.before else "", c.after.says if c.after else "",
                    "yes" if c.limit_moved else "",
                )
                for c in contents.changes
            ),
            (24, 44, 16, 70, 70, 12),
        )  # fmt: skip
    yield (
        "Files",
        ("File", "Table", "Rows", "Kept", "Rejected"),
        ((f.file, wording.words(f.table), f.rows, f.kept, f.rejected) for f in audit.files),
        (44, 22, 12, 12, 12),
    )
    yield (
        "How it is known",
        ("Table", "Derivation"),
        ((wording.words(table), why) for table, why in audit.derivations.items()),
        (24, 110),
    )
    yield (
        "Queries",
        ("Query", "SQL, to be run on the evidence"),
        ((place, text) for text, place in query.items()),
        (8, 140),
    )
    yield (
        "Sources",
        ("Title", "Place", "Standing", "Rule"),
        ((s.title, s.at, s.standing.value, s.rule) for s in audit.sources),
        (60, 70, 14, 10),
    )


def _proof(findings: Iterable[Finding], number: dict[int, int]) -> Iterator[tuple[Any, ...]]:
    """The rows of each finding below a line that names its columns."""
    for found in findings:
        if found.proof is None or not found.proof.rows:
            continue
        here = number[id(found)]
        yield here, wording.subject(found), *(f"[{column}]" for column in found.proof.columns)
        for row in found.proof.rows:
            cells = (_read(*cell) for cell in zip(found.proof.columns, row, strict=False))
            yield here, wording.subject(found), *cells


_FINDING = (
    "No.", "Severity", "Answer", "Subject", "About", "Says", "Measured", "From", "To", "Unit", "Limit",
    "Limit's source", "Roles", "What to do", "To know", "Cost a year, from", "Cost a year, to",
    "How the cost is made", "Query",
)  # fmt: skip


def _finding(
    contents: Contents,
    found: Finding,
    number: int,
    query: dict[str, int],
    matters: bool,
    fall: set[str],
) -> tuple[Any, ...]:
    measured, limit, cost = found.measured, found.limit, found.cost
    known = measured is not None and wording.known(measured.value)
    unit = measured.unit if measured is not None else ""
    more = [wording.tipping(found), *wording.to_know(found)]
    if named(found) in fall:
        more.append("Would not stand if all numbers looked at were taken together.")
    if matters:
        more.append("Among the findings that matter most.")
    subject = contents.audit.subjects.get(found.check, found.check)
    return (
        number,
        str(found.severity) if found.severity is not None else "",
        found.answer.value,
        title_of(subject),
        wording.subject(found),
        found.says,
        _as_measured(measured.value, unit) if measured is not None and known else None,
        _as_measured(measured.low, unit) if measured is not None else None,
        _as_measured(measured.high, unit) if measured is not None else None,
        unit,
        _as_measured(limit.value, limit.unit)
        if limit is not None and wording.held(found)
        else None,
        f"{limit.source.title}, {limit.source.at}" if limit is not None else "",
        ", ".join(found.roles),
        found.remedy,
        " ".join(part for part in more if part),
        _As(cost.low, "count") if cost is not None else None,
        _As(cost.high, "count") if cost is not None else None,
        cost.formula if cost is not None else "",
        query.get(found.proof.query) if found.proof is not None else None,
    )


def _about(contents: Contents) -> Iterator[tuple[str, str]]:
    audit = contents.audit
    yield "Company", audit.company
    yield "Over", wording.days(audit.over)
    yield "As known on", wording.day(audit.as_of)
    yield "From", wording.source(audit.source)
    yield "Found", wording.severities(audit.findings)
    for place, found in enumerate(contents.matter, 1):
        yield f"What matters, {place}", found.says
    if audit.discovery is not None:
        yield "Chance", wording.chance(audit.discovery)
    yield "Costs", "Costs of findings may overlap and are never added up."
    yield (
        "Who is shown",
        "People are named, as the charter's individual view allows."
        if audit.individuals
        else f"Roles and groups of {audit.minimum_group} people or more, never one person.",
    )
    yield "Intervals", "Made so that they hold the truth 90 % of the time."
