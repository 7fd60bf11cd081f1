"""`remit diary`: a blank time diary for people to fill in."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from remit.charter import Charter, Function
from remit.cli.writing import write_whole
from remit.terms import Place, Problem, RemitError

HEAD = ("Person", "Week")
LONGEST_WEEK = 100
"""Hours that a cell of the sheet takes; what a load believes is a benchmark."""
ASKS = {
    Function.PROSPECTING: "Finding and first contacting people who did not ask",
    Function.QUALIFICATION: "Answering those who asked; is it worth a meeting?",
    Function.DISCOVERY: "Meetings to understand a prospect's problem",
    Function.TECHNICAL_VALIDATION: "Demos in depth, trials, proofs",
    Function.DEAL_DESK: "Prices, approvals, legal, security questionnaires",
    Function.CLOSING: "Proposals, negotiation, getting to a signature",
    Function.ONBOARDING: "Getting new customers to first value",
    Function.CUSTOMER_SUCCESS: "Helping customers get more out of it",
    Function.SUPPORT: "Tickets and questions that something does not work",
    Function.RENEWAL: "Getting contracts extended",
    Function.EXPANSION: "Selling more to customers",
    Function.MANAGEMENT: "Leading others: 1:1s, reviews, forecasts, hiring",
    Function.INTERNAL: "Everything inside the company: meetings, training, reports",
}
"""What belongs to each function, for whoever fills in the sheet."""


def run_diary(charter: Charter, into: Path, *, weeks: int, first: date) -> None:
    """Write a blank sheet: a row a person and week, functions across, and say what to do with it.

    Whoever the charter's `people` name during those weeks has rows; without any, one set of rows
    without a name is written for each to fill in.

    Args:
        charter: Whose people are asked.
        into: The file: `.xlsx` with hours checked as they are typed, or `.csv`.
        weeks: How many weeks are asked about.
        first: A day of the first week; its Monday is written.

    Raises:
        RemitError: If something is there already, or the file is of neither kind.
    """
    if os.path.lexists(into):
        raise _refused(into, "is there already, and is not written over.", "Choose another name.")
    kind = into.suffix.casefold()
    if kind not in (".xlsx", ".csv"):
        raise _refused(into, "is neither a .xlsx nor a .csv.", "Name it so, such as diary.xlsx.")
    monday = first - timedelta(days=first.weekday())
    mondays = [monday + timedelta(days=7 * n) for n in range(weeks)]
    asked = _people(charter, mondays)
    rows = [(person, week) for person in asked or [""] for week in mondays]
    if kind == ".csv":
        write_whole(into, _csv(rows))
    else:
        _xlsx(into, rows, charter.company)
    who = f"{len(asked)} {'person' if len(asked) == 1 else 'people'}" if asked else "anybody"
    print(f"{into}: {len(rows)} rows for {who}, {mondays[0]} to {mondays[-1] + timedelta(days=6)}.")
    print("Each writes hours of a week, by kind of work; a blank row is a week not answered.")
    print(f"Then: remit load CHARTER EXPORT {into} --into EVIDENCE")


def _people(charter: Charter, mondays: Sequence[date]) -> list[str]:
    """Everybody who holds a role in any of the weeks, as the charter names them."""
    last = mondays[-1] + timedelta(days=6)
    return list(
        dict.fromkeys(
            spell.person
            for spell in charter.people
            if (spell.first_day is None or spell.first_day <= last)
            and (spell.last_day is None or spell.last_day >= mondays[0])
        )
    )


def _header(function: Function) -> str:
    return function.value.replace("_", " ").capitalize()


def _csv(rows: Sequence[tuple[str, date]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*HEAD, *(_header(f) for f in Function)])
    for person, week in rows:
        writer.writerow([_harmless(person), week.isoformat(), *("" for _ in Function)])
    return text.getvalue()


def _harmless(word: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{word}" if word[:1] in tuple("=+-@\t\r") else word


def _xlsx(into: Path, rows: Sequence[tuple[str, date]], company: str) -> None:
    """A workbook: hours are checked as they are typed, and a total says how full the week is."""
    import xlsxwriter  # only who writes a workbook waits for it
    from xlsxwriter.utility import xl_rowcol_to_cell

    into.parent.mkdir(parents=True, exist_ok=True)
    beside = into.with_name(f".{into.name}.{os.getpid()}")
    try:
        with xlsxwriter.Workbook(str(beside), {"strings_to_formulas": False}) as book:
            book.set_properties({"title": f"Time diary, {company}", "author": "remit"})
            sheet = book.add_worksheet("Diary")
            head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
            day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
            hours = book.add_format({"num_format": "0.##", "locked": False})
            total = book.add_format({"num_format": "0.##;;", "italic": True})
            names = [*HEAD, *(_header(f) for f in Function), "Total"]
            for column, name in enumerate(names):
                sheet.write_string(0, column, name, head)
            for column, function in enumerate(Function, len(HEAD)):
                sheet.write_comment(0, column, ASKS[function])
            first, last = len(HEAD), len(HEAD) + len(Function) - 1
            for row, (person, week) in enumerate(rows, 1):
                sheet.write_string(row, 0, person)
                sheet.write_datetime(row, 1, week, day)
                for column in range(first, last + 1):
                    sheet.write_blank(row, column, None, hours)
                ends = xl_rowcol_to_cell(row, first), xl_rowcol_to_cell(row, last)
                sheet.write_formula(row, last + 1, f"=SUM({ends[0]}:{ends[1]})", total, 0)
            sheet.data_validation(
                1, first, len(rows), last,
                {
                    "validate": "decimal", "criteria": "between", "minimum": 0,
                    "maximum": LONGEST_WEEK, "ignore_blank": True,
                    "error_title": "Hours of a week",
                    "error_message": f"A number from 0 to {LONGEST_WEEK}.",
                },
            )  # fmt: skip
            sheet.set_column(0, 0, 26)
            sheet.set_column(1, 1, 11)
            sheet.set_column(first, last + 1, 12)
            sheet.freeze_panes(1, 2)
            sheet.autofilter(0, 0, len(rows), 1)
        os.replace(beside, into)
    finally:
        beside.unlink(missing_ok=True)


def _refused(file: Path, wrong: str, fix: str) -> RemitError:
    return RemitError([Problem(Place(str(file)), "", wrong, fix)])
