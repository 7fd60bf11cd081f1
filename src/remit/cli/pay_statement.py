"""`remit pay statement`, `what-if` and `explain`: what somebody is paid, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from remit.charter import Charter
from remit.cli.writing import write_whole
from remit.compensation.earning import money
from remit.pay.calculate import Calculation
from remit.pay.facts import Facts
from remit.pay.ledger import Ledger
from remit.pay.months import month_of, pay_month
from remit.pay.problems import problems
from remit.pay.reading import read_facts
from remit.pay.statement import Statement, statement
from remit.pay.what_if import WhatIf, explained, supposed_deal, supposed_event, what_if
from remit.report.plain import harmless, plain
from remit.terms import Period, RemitError

WHAT_IF = "what-if/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""
KINDS = ("html", "pdf", "xlsx", "json")


@dataclass(frozen=True, slots=True)
class StatementFiles:
    """Where statements are written; None and empty for nowhere."""

    html: Path | None = None
    pdf: Path | None = None
    xlsx: Path | None = None
    json: Path | None = None
    into: Path | None = None
    """A folder for a file a payee and kind."""
    kinds: tuple[str, ...] = ("html",)

    @property
    def single(self) -> Mapping[str, Path]:
        """The files of one payee's statement, by kind."""
        named = {"html": self.html, "pdf": self.pdf, "xlsx": self.xlsx, "json": self.json}
        return {kind: file for kind, file in named.items() if file is not None}


def run_pay_statement(
    charter: Charter,
    sources: Sequence[str],
    at: str | None,
    month: str,
    payees: Sequence[str],
    as_of: date | None,
    files: StatementFiles,
) -> None:
    """Write or print the statements of a pay month.

    Args:
        charter: Plans and people.
        sources: Files of facts, folders or loaded evidence.
        at: The ledger; without one, what would be had each month been run on its last day.
        month: Such as 2026-03.
        payees: Whose; everybody on a plan in the month if empty.
        as_of: Take what was known on this day. With a ledger, always the day of its last run.
        files: Where to; printed where none is named.

    Raises:
        RemitError: With every problem of the facts; or if there is no such payee, month or ledger.
    """
    period = _month(month)
    ledger = None if at is None else Ledger.open(at if "://" in at else Path(at), create=False)
    known_on = as_of or period.last_day
    if ledger is not None:
        known_on = next((m.as_of for m in ledger.months() if m.month == period), known_on)
    calculation = _calculation(charter, read_facts(charter, list(sources)).on(known_on), period)
    people = list(payees) or sorted(
        {s.payee for s in calculation.stints if s.over.meet(period) is not None}
    )
    if len(people) != 1 and files.single:
        raise typer.BadParameter("name one --payee, or write all of them with --into FOLDER.")
    for payee in people:
        found = statement(calculation, ledger, payee, period)
        for kind, file in files.single.items():
            _write(found, kind, file)
        if files.into is not None:
            for kind in files.kinds:
                _write(found, kind, files.into / f"{_file_name(payee)}-{month}.{kind}")
        if not files.single and files.into is None:
            _show(found)
    if files.into is not None:
        count = len(people) * len(files.kinds)
        print(f"{files.into}: {count:,} {'file' if count == 1 else 'files'}")


def run_pay_what_if(
    charter: Charter,
    sources: Sequence[str],
    deals: Sequence[str],
    events: Sequence[str],
    month: str | None,
    as_of: date,
    *,
    as_json: bool,
) -> None:
    """Say what deals and events that somebody supposes would change. Nothing is posted.

    Raises:
        RemitError: With every problem of the facts, or of what is supposed.
    """
    more = [supposed_deal(charter, text, at) for at, text in enumerate(deals, 1)]
    changed: dict[str, dict[str, Any]] = {}
    for text in events:
        name, column, day = supposed_event(text)
        changed.setdefault(name, {})[column] = day
    days = [one.day for one in more] + [day for of in changed.values() for day in of.values()]
    if not days:
        raise typer.BadParameter("suppose something: --deal or --event.")
    period = _month(month) if month is not None else month_of(max(days))
    calculation = _calculation(charter, read_facts(charter, list(sources)).on(as_of), period)
    found = what_if(calculation, more, changed)
    if as_json:
        print(json.dumps({"format": WHAT_IF, **plain(found)}, indent=2, ensure_ascii=False))
        return
    _show_what_if(found)


def run_pay_explain(
    charter: Charter,
    sources: Sequence[str],
    payee: str | None,
    deal: str | None,
    component: str | None,
    month: str | None,
    as_of: date,
) -> None:
    """Print why a payee, a deal or a component earns what it does.

    Raises:
        RemitError: With every problem of the facts; or if there is nobody, no deal and no component
            of that name.
    """
    if payee is None and deal is None:
        raise typer.BadParameter("say --payee, --deal or both.")
    period = _month(month) if month is not None else month_of(as_of)
    calculation = _calculation(charter, read_facts(charter, list(sources)).on(as_of), period)
    text = explained(calculation, payee, transaction=deal, component=component)
    print("\n".join(harmless(line) and _indented(line) for line in text.splitlines()))


def _calculation(charter: Charter, facts: Facts, period: Period) -> Calculation:
    wrong = problems(charter, facts, period.last_day)
    if wrong:
        raise RemitError(wrong)
    return Calculation(charter, facts, period.last_day)


def _month(text: str) -> Period:
    try:
        return pay_month(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--month") from None


# Files


def _write(found: Statement, kind: str, file: Path) -> None:
    from remit.report import statement as pages
    from remit.report import statement_files

    made: Mapping[str, Callable[[Statement], str | bytes]] = {
        "html": pages.statement_html,
        "json": pages.statement_json,
        "pdf": statement_files.statement_pdf,
        "xlsx": statement_files.statement_workbook,
    }
    content: str | bytes = made[kind](found)
    if str(file) == "-":
        print(content)
    else:
        write_whole(file, content)


def _file_name(payee: str) -> str:
    """A payee as part of a file's name, on any machine.

    >>> _file_name("Ann O'Hara/../x")
    'Ann-O-Hara-x'
    """
    return re.sub(r"\W+", "-", payee).strip("-") or "payee"


# What is shown


def _indented(line: str) -> str:
    return " " * (len(line) - len(line.lstrip())) + harmless(line)


def _show(found: Statement) -> None:
    from remit.report.statement import STATES, about, deal, named, period

    console = Console(highlight=False, markup=False)

    def say(text: str = "") -> None:
        console.print(Text(text), soft_wrap=True)

    say(f"{found.payee}, {found.month}: {STATES[found.state]}")
    for total in found.totals:
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column()
        table.add_column(justify="right")
        for step in total.released:
            table.add_row(Text(about(step.about)), money(step.amount))
        for step in total.settled:
            table.add_row(Text(about(step.about)), money(step.amount))
        table.add_row(Text(f"Paid, {total.currency}", style="bold"), money(total.paid))
        console.print(table)
        more = (("carried", total.carried), ("owed on the draw", total.owed))
        told = "; ".join(f"{words} {money(value)}" for words, value in more if value)
        say(f"  earned {money(total.earned)}; waits {money(total.waiting)}{told and f'; {told}'}")
    for one in found.standings:
        reached = "" if one.attainment is None else f", {one.attainment * 100:.2f}% of quota"
        say(f"{named(one.component)}, {period(one.period)}: {money(one.earned)}{reached}")
        for words in one.closed:
            say(f"  not met: {named(words)}")
    for change in found.changes:
        say(
            f"Changed: {deal(change)}, {named(change.component)}: {money(change.after)} now, "
            f"{money(change.before)} before. {named(change.because)}"
        )
    for wait in found.waiting:
        say(f"Waits: {money(wait.amount)} {named(wait.says)} ({wait.transaction})")
    for note in found.notes:
        say(note)
    say()


def _show_what_if(found: WhatIf) -> None:
    console = Console(highlight=False, markup=False)
    for words in found.supposed:
        console.print(Text(f"If {words}"), soft_wrap=True)
    console.print(Text(f"then, through {found.through}, with nothing posted:"))
    if not found.differences:
        console.print("nothing changes.")
        return
    for line in _what_if_lines(found):
        console.print(Text(line), soft_wrap=True)


def _what_if_lines(found: WhatIf) -> Iterator[str]:
    for payee in dict.fromkeys(one.payee for one in found.differences):
        mine = [one for one in found.differences if one.payee == payee]
        sums = {
            (state, currency): sum(
                one.amount for one in mine if (one.state, one.currency) == (state, currency)
            )
            for state in ("earned", "payable", "waiting")
            for currency in dict.fromkeys(one.currency for one in mine)
        }
        told = ", ".join(
            f"{state} {'+' if value > 0 else ''}{money(value)} {currency}"
            for (state, currency), value in sums.items()
            if value
        )
        yield f"\n{payee}: {told or 'only credit'}"
        for one in mine:
            if one.state != "accrued" or one.instalment:
                what = " ".join(w for w in (one.component, one.transaction, one.instalment) if w)
                yield (
                    f"  {what}, {one.period}, {one.state}: {money(one.before)} -> "
                    f"{money(one.after)}  ({one.because})"
                )
