"""A pay statement to hand out: a PDF, and a workbook whose sums are formulas."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from typing import Any

from remit.compensation.earning import cents, money, percent
from remit.pay.statement import Entry, Standing, Statement, decimal
from remit.report import wording
from remit.report.payout_chart import STRAIGHT, said_at, shown_from
from remit.report.pdf import _shown
from remit.report.plain import harmless, remit_version
from remit.report.statement import (
    FEW,
    STATES,
    about,
    at_once,
    credit,
    deal,
    happened,
    month,
    named,
    period,
    reason,
)


def statement_pdf(found: Statement) -> bytes:
    """A statement as a PDF, A4, the same bytes for the same statement and fonts.

    PDF/UA-1 where the fonts of this machine have every character.
    """
    import typst  # takes a while to import, and few runs need it

    document = json.dumps(_shown(_document(found)), ensure_ascii=False, allow_nan=False)
    made = datetime.combine(found.last_day, time(), tzinfo=UTC)
    template = resources.files("remit.report").joinpath("templates", "statement.typ").read_bytes()
    try:
        printed = typst.compile(
            template, sys_inputs={"statement": document}, pdf_standards=["ua-1"], timestamp=made
        )
    except typst.TypstError:
        # no font here has one of the characters: PDF/UA forbids that, a plain PDF shows a box
        printed = typst.compile(template, sys_inputs={"statement": document}, timestamp=made)
    assert isinstance(printed, bytes)
    return printed


def _document(found: Statement) -> dict[str, Any]:
    return {
        "title": f"{found.payee}: pay for {month(found.month)}",
        "company": found.company,
        "payee": found.payee,
        "month": month(found.month),
        "payroll": month(found.payroll),
        "state": STATES[found.state],
        "as_of": wording.day(found.as_of) if found.as_of is not None else "",
        "roles": "; ".join(map(named, found.roles)),
        "totals": [
            {
                "currency": total.currency,
                "paid": money(total.paid),
                "released": [[about(s.about), money(s.amount)] for s in total.released],
                "payable": money(total.payable),
                "settled": [[about(s.about), money(s.amount)] for s in total.settled],
                "earned": money(total.earned),
                "waiting": money(total.waiting) if total.waiting else "",
                "carried": money(total.carried) if total.carried else "",
                "owed": money(total.owed) if total.owed else "",
            }
            for total in found.totals
        ],
        "changes": [
            {
                "deal": deal(change),
                "says": f"{named(change.component)}, {period(change.period)}: earned "
                f"{money(change.after)} {change.currency} now, {money(change.before)} before. "
                f"{named(change.because)}",
            }
            for change in found.changes
        ],
        "standings": [_standing(standing) for standing in found.standings],
        "earlier": [_entry(entry, None) for entry in found.earlier],
        "waiting": [
            [named(one.says), one.transaction, named(one.component), money(one.amount)]
            for one in found.waiting
        ],
        "notes": list(found.notes),
        "remit": remit_version() or "",
    }


def _standing(standing: Standing) -> dict[str, Any]:
    facts = []
    if standing.credit is not None:
        of = wording.listed(map(named, standing.pays_on))
        head = "Counted" if standing.unit == "count" else "Credit"
        facts.append([head, f"{credit(standing.credit, standing)} of {of}"])
    if standing.quota is not None:
        because = f" = {standing.quota_because}" if standing.quota_because else ""
        facts.append(["Quota", f"{credit(standing.quota, standing)}{because}"])
        if standing.attainment is None:
            facts.append(["Attainment", "none, as the quota is zero"])
        else:
            how = f"{credit(standing.credit, standing)} / {credit(standing.quota, standing)}"
            facts.append(["Attainment", f"{percent(standing.attainment)} = {how}"])
    facts += [[named(name), percent(level)] for name, level in standing.levels.items()]
    so_far = "" if standing.done else " so far"
    facts.append(["Earned", f"{money(standing.earned)} {standing.currency}{so_far}"])
    curve = standing.curve if len(standing.curve) > STRAIGHT else ()
    told = said_at(standing)
    return {
        "title": f"{named(standing.component)}, {period(standing.period)}",
        "facts": facts,
        "level_because": standing.level_because,
        "closed": [f"Not met: {named(words)}." for words in standing.closed],
        "following": f"{standing.following}." if standing.following else "",
        "entries": [_entry(entry, standing) for entry in standing.entries],
        "rows": list(_rows(standing)) if len(standing.entries) > FEW else [],
        "rates": [named(words) for words in standing.rates],
        "curve": [[float(p.at), float(p.earned)] for p in curve],
        "begin": float(shown_from(standing)) if curve else 0.0,
        "ends": [
            told(shown_from(standing)),
            told(curve[-1].at),
            money(max(p.earned for p in curve)),
        ]
        if curve
        else [],
        "here": [float(standing.here.at), float(standing.here.earned)]
        if curve and standing.here is not None
        else [],
        "deals": [
            [
                wording.day(one.day),
                deal(one),
                credit(one.credit, standing),
                one.because,
                credit(one.so_far, standing),
            ]
            for one in standing.deals
        ],
    }


def _entry(entry: Entry, standing: Standing | None) -> dict[str, Any]:
    lines = []
    if entry.credit is not None and standing is not None and standing.kind != "bonus":
        because = f" = {entry.credit_because}" if entry.credit_because else ""
        lines.append(["Credit", credit(entry.credit, standing), because])
    if at_once(entry):
        lines.append([happened(entry.released[0]), money(entry.earned), reason(entry.because)])
    else:
        if entry.earned:
            lines.append(["Earned", money(entry.earned), reason(entry.because)])
        lines += [[happened(r), money(r.amount), reason(r.because)] for r in entry.released]
    where = "" if standing is not None else f"{named(entry.component)}, {period(entry.period)}"
    when = wording.day(entry.day) if entry.transaction else ""
    return {
        "deal": deal(entry),
        "when": ", ".join(word for word in (where, when) if word),
        "lines": lines,
    }


def _rows(standing: Standing) -> Iterator[list[str]]:
    """Many lines of a component, a row each."""
    for entry in standing.entries:
        released = sum((r.amount for r in entry.released if r.paid), Decimal(0))
        when = wording.day(entry.day) if entry.transaction else ""
        others = [reason(r.because) for r in entry.released if not at_once(entry)]
        why = "; ".join(w.removeprefix(" = ").removeprefix(": ") for w in others) or named(
            entry.because
        )
        yield [when, deal(entry), money(entry.earned), money(released), why]


# The workbook


def statement_workbook(found: Statement) -> bytes:
    """A statement as an XLSX file, the same bytes for the same statement.

    Sums, attainment and credit so far are formulas over the cells beside them. Text stays text,
    whatever it begins with.
    """
    import xlsxwriter  # few runs need it

    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    title = harmless(f"{found.payee}: pay for {month(found.month)}")
    made = datetime.combine(found.last_day, time(), tzinfo=UTC)
    book.set_properties({"title": title, "created": made})
    sheets = _Sheets(book)
    sheets.summary(found, title)
    sheets.components(found)
    sheets.lines(found)
    if any(standing.deals for standing in found.standings):
        sheets.deals(found)
    if found.waiting:
        sheets.waiting(found)
    if found.changes:
        sheets.changes(found)
    sheets.curves(found)
    book.close()
    return held.getvalue()


class _Sheets:
    """The sheets of one workbook, written top down."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.bold = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
        self.large = book.add_format({"bold": True, "font_size": 16})
        plain = {"num_format": "#,##0.00", "valign": "top"}
        self.money = book.add_format(plain)
        self.total = book.add_format({**plain, "bold": True, "top": 1})
        self.share = book.add_format({"num_format": "0.0000%", "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})

    def _sheet(self, name: str, columns: Sequence[tuple[str, int]]) -> Any:
        sheet = self.book.add_worksheet(name)
        for at, (column, width) in enumerate(columns):
            sheet.set_column(at, at, width, self.text)
            sheet.write_string(0, at, column, self.head)
        sheet.freeze_panes(1, 0)
        return sheet

    def _write(self, sheet: Any, row: int, values: Sequence[Any]) -> None:
        for at, value in enumerate(values):
            if value is None or value == "":
                continue
            if isinstance(value, Decimal):
                sheet.write_number(row, at, float(value), self.money)
            elif hasattr(value, "isoformat"):
                sheet.write_datetime(row, at, datetime.combine(value, time()), self.day)
            else:
                sheet.write_string(row, at, harmless(str(value))[:32_000], self.text)

    def _sum(self, sheet: Any, row: int, column: int, formula: str, value: Decimal) -> None:
        sheet.write_formula(row, column, formula, self.total, float(value))

    def summary(self, found: Statement, title: str) -> None:
        sheet = self.book.add_worksheet("Statement")
        sheet.set_column(0, 0, 62, self.text)
        sheet.set_column(1, 1, 16, self.money)
        sheet.set_column(2, 2, 8, self.text)
        sheet.write_string(0, 0, title, self.large)
        roles = "; ".join(map(named, found.roles))
        sheet.write_string(1, 0, harmless(f"{found.company}. {roles}."))
        paid_with = f"Paid with the payroll of {month(found.payroll)}. {STATES[found.state]}"
        sheet.write_string(2, 0, paid_with, self.text)
        row = 4
        for total in found.totals:
            sheet.write_string(row, 0, "Released", self.head)
            sheet.write_string(row, 1, total.currency, self.head)
            first = row + 1
            for step in total.released:
                row += 1
                self._write(sheet, row, [about(step.about), step.amount])
            row += 1
            sheet.write_string(row, 0, "Sum released", self.bold)
            there = f"=SUM(B{first + 1}:B{row})" if total.released else "=0"
            self._sum(sheet, row, 1, there, total.payable)
            payable = row + 1
            for step in total.settled:
                row += 1
                self._write(sheet, row, [about(step.about), step.amount])
            row += 1
            sheet.write_string(row, 0, "Paid", self.bold)
            self._sum(sheet, row, 1, f"=SUM(B{payable}:B{row})", total.paid)
            more = (
                (f"Earned in {month(found.month)}", total.earned),
                ("Earned and waiting", total.waiting),
                ("Carried to the next month", total.carried),
                ("Owed on the draw", total.owed),
            )
            row += 1
            for words, value in more:
                row += 1
                self._write(sheet, row, [words, value])
            row += 2
        for note in found.notes:
            sheet.write_string(row, 0, harmless(note), self.text)
            row += 1

    def components(self, found: Statement) -> None:
        sheet = self._sheet(
            "Components",
            (("Component", 24), ("Period", 12), ("Credit", 16), ("Quota", 16), ("Attainment", 13),
             ("Target", 14), ("Earned", 14), ("Currency", 9), ("Levels", 34), ("What it pays", 70),
             ("Conditions not met", 50)),
        )  # fmt: skip
        for row, one in enumerate(found.standings, 1):
            levels = "; ".join(f"{named(n)} {percent(v)}" for n, v in one.levels.items())
            self._write(
                sheet,
                row,
                [
                    named(one.component),
                    period(one.period),
                    one.credit,
                    one.quota,
                    None,
                    one.target,
                    one.earned,
                    one.currency,
                    " ".join(word for word in (levels, one.level_because) if word),
                    "; ".join(map(named, one.rates)),
                    "; ".join(map(named, one.closed)),
                ],
            )
            if one.attainment is not None:
                formula = f"=C{row + 1}/D{row + 1}"
                sheet.write_formula(row, 4, formula, self.share, float(one.attainment))

    def lines(self, found: Statement) -> None:
        sheet = self._sheet(
            "Lines",
            (("Component", 24), ("Period", 12), ("Day", 12), ("Deal", 30), ("What", 12),
             ("Earned", 14), ("Released", 14), ("Forfeited", 14), ("Why", 70)),
        )  # fmt: skip
        row = 0
        sums = [Decimal(0), Decimal(0), Decimal(0)]
        for values in _line_rows(found):
            row += 1
            self._write(sheet, row, values)
            for at in (5, 6):
                formula = _formula(values[8], values[at])
                if formula:
                    sheet.write_formula(row, at, formula, self.money, float(values[at]))
            sums = [a + (b or 0) for a, b in zip(sums, values[5:8], strict=True)]
        if row:
            sheet.autofilter(0, 0, row, 8)
            sheet.write_string(row + 1, 0, "Sum", self.bold)
            for column, value in zip("FGH", sums, strict=True):
                formula = f"=SUM({column}2:{column}{row + 1})"
                self._sum(sheet, row + 1, "ABCDEFGH".index(column), formula, value)

    def deals(self, found: Statement) -> None:
        sheet = self._sheet(
            "What counted",
            (("Component", 24), ("Period", 12), ("Day", 12), ("Deal", 34), ("Credit", 16),
             ("So far", 16), ("How", 50)),
        )  # fmt: skip
        row = 0
        for standing in found.standings:
            for at, one in enumerate(standing.deals):
                row += 1
                self._write(
                    sheet,
                    row,
                    [
                        named(standing.component),
                        period(standing.period),
                        one.day,
                        deal(one),
                        one.credit,
                        None,
                        one.because,
                    ],
                )
                before = f"F{row}+" if at else ""
                formula = f"={before}E{row + 1}"
                sheet.write_formula(row, 5, formula, self.money, float(one.so_far))

    def waiting(self, found: Statement) -> None:
        sheet = self._sheet(
            "What waits",
            (("Component", 24), ("Deal", 30), ("Amount", 14), ("Currency", 9), ("Until", 12),
             ("Paid", 60)),
        )  # fmt: skip
        for row, one in enumerate(found.waiting, 1):
            values = [named(one.component), deal(one), one.amount, one.currency, one.until]
            self._write(sheet, row, [*values, named(one.says)])
        last = len(found.waiting)
        whole = sum((one.amount for one in found.waiting), Decimal(0))
        if len({one.currency for one in found.waiting}) == 1:
            sheet.write_string(last + 1, 0, "Sum", self.bold)
            self._sum(sheet, last + 1, 2, f"=SUM(C2:C{last + 1})", whole)

    def changes(self, found: Statement) -> None:
        sheet = self._sheet(
            "What changed",
            (("Component", 24), ("Period", 12), ("Deal", 30), ("Before", 14), ("Now", 14),
             ("Difference", 14), ("Currency", 9), ("Why", 80)),
        )  # fmt: skip
        for row, one in enumerate(found.changes, 1):
            values = [named(one.component), period(one.period), deal(one), one.before, one.after]
            self._write(sheet, row, [*values, None, one.currency, named(one.because)])
            formula = f"=E{row + 1}-D{row + 1}"
            sheet.write_formula(row, 5, formula, self.money, float(one.after - one.before))

    def curves(self, found: Statement) -> None:
        drawn = [one for one in found.standings if one.curve]
        if not drawn:
            return
        sheet = self._sheet(
            "Payout curves",
            (("Component", 24), ("Period", 12), ("Credit or level", 16), ("Earns", 14),
             ("Currency", 9)),
        )  # fmt: skip
        row, at = 0, 1
        for one in drawn:
            first = row + 1
            for point in one.curve:
                row += 1
                values = [named(one.component), period(one.period), None, point.earned]
                self._write(sheet, row, [*values, one.currency])
                form = self.share if said_at(one) is percent else self.money
                sheet.write_number(row, 2, float(point.at), form)
            chart = self.book.add_chart({"type": "scatter", "subtype": "straight"})
            chart.add_series(
                {
                    "name": f"{named(one.component)}, {period(one.period)}",
                    "categories": ["Payout curves", first, 2, row, 2],
                    "values": ["Payout curves", first, 3, row, 3],
                }
            )
            chart.set_legend({"none": True})
            chart.set_title({"name": f"{named(one.component)}, {period(one.period)}"})
            sheet.insert_chart(at, 6, chart)
            at += 16


_TERMS = re.compile(r"-?[\d,.]+ x [\d,.]+%?( \+ -?[\d,.]+ x [\d,.]+%?)*")
_PART = re.compile(r"([\d.]+%) of (-?[\d,.]+), at [^;:]*")


def _formula(because: str, amount: Decimal | None) -> str:
    """Arithmetic in words as a formula that comes to the amount; empty where it is more than that.

    >>> _formula("7,000.00 x 10% + 13,000.00 x 15%", Decimal("2650.00"))
    '=ROUND(7000.00*10%+13000.00*15%,2)'
    >>> _formula("50% of 9,500.05, at signing", Decimal("4750.03"))
    '=ROUND(50%*9500.05,2)'
    """
    told = because.replace(",", "") if _TERMS.fullmatch(because) else ""
    if (part := _PART.fullmatch(because)) is not None:
        told = f"{part[1]}*{part[2].replace(',', '')}"
    terms = told.replace(" x ", "*").replace(" ", "")
    if not terms or amount is None:
        return ""
    total = sum(
        (_factor(a) * _factor(b) for a, _, b in (t.partition("*") for t in terms.split("+"))),
        Fraction(0),
    )
    return f"=ROUND({terms},2)" if decimal(cents(total)) == amount else ""


def _factor(text: str) -> Fraction:
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def _line_rows(found: Statement) -> Iterator[list[Any]]:
    entries = [(entry, s) for s in found.standings for entry in s.entries]
    for entry, _ in [*entries, *((entry, None) for entry in found.earlier)]:
        head = [named(entry.component), period(entry.period)]
        if entry.earned:
            because = named(entry.because)
            yield [*head, entry.day, deal(entry), "earned", entry.earned, None, None, because]
        for one in entry.released:
            amounts = [one.amount, None] if one.paid else [None, one.amount]
            because = named(one.because)
            yield [*head, one.day, deal(entry), named(one.what), None, *amounts, because]
