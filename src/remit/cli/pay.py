"""`remit pay run`, `approve`, `reopen`, `lock` and `export`: a pay month and how it is closed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from remit.charter import Charter
from remit.charter.fiscal import first_month, label
from remit.cli.writing import write_whole
from remit.compensation.earning import money
from remit.pay.exports import AccrualRow, PayrollRow, accruals, payroll
from remit.pay.ledger import Ledger, LedgerError, NoLedger, Posted, Posting
from remit.pay.months import Settled, pay_month
from remit.terms import Period, Place, Problem, RemitError

Who = tuple[str, str]
"""A payee and a currency."""
MOST_SHOWN = 20
"""Changes that are printed; all of them are in `--json` and in the ledger."""


def run_pay_run(
    charter: Charter,
    sources: Sequence[str],
    at: str,
    month: str,
    as_of: date,
    now: datetime,
    *,
    by: str,
    as_json: bool,
) -> None:
    """Work a pay month out, post the difference, and say what changed and why.

    Raises:
        RemitError: With every problem of the facts, before anything is posted; or if the ledger
            does not take the month.
    """
    from remit.pay.calculate import Calculation  # what these import takes seconds; no other
    from remit.pay.problems import problems  # step waits for it
    from remit.pay.promised import promises
    from remit.pay.reading import read_facts
    from remit.pay.release import lines

    period = _month(month)
    ledger = _there(at)
    number, posted = 0, set[str]()
    if ledger is not None:
        ledger.require_open(period)
        number = ledger.number
        posted = {balance.payee for balance in ledger.balances()}
    facts = read_facts(charter, list(sources)).on(as_of)
    wrong = problems(charter, facts, period.last_day, posted)
    if wrong:
        raise RemitError(wrong)
    calculation = Calculation(charter, facts, period.last_day)
    promised = promises(calculation, period)
    wanted = [
        line
        for payee in sorted({stint.payee for stint in calculation.stints})
        for line in lines(calculation, payee)
    ]
    ledger = ledger or Ledger.open(_place(at))
    posting = ledger.post(period, wanted, as_of, now, promised, after=number, by=by)
    pays = ledger.would_pay(period)
    if as_json:
        _print(_as_plain(ledger, posting, pays, as_of=as_of.isoformat()))
        return
    _show_run(ledger, posting, pays, first_month(charter))


def run_pay_approve(at: str, month: str, now: datetime, *, by: str, as_json: bool) -> None:
    """Approve a month, and say what it will pay.

    Raises:
        LedgerError: If nothing was calculated for it, or there is no ledger.
    """
    ledger, period = Ledger.open(_place(at), create=False), _month(month)
    posting = ledger.approve(period, now, by=by)
    _show_step(ledger, posting, "approved", as_json=as_json)


def run_pay_reopen(
    at: str, month: str, now: datetime, *, because: str, by: str, as_json: bool
) -> None:
    """Take an approval back.

    Raises:
        LedgerError: If the month is locked or was never calculated, or there is no ledger.
    """
    if not because.strip():
        raise typer.BadParameter("say why; the ledger keeps it.", param_hint="--because")
    ledger, period = Ledger.open(_place(at), create=False), _month(month)
    posting = ledger.reopen(period, now, because=because, by=by)
    _show_step(ledger, posting, "calculated", as_json=as_json)


def run_pay_lock(at: str, month: str, now: datetime, *, by: str, as_json: bool) -> None:
    """Lock a month, and say what it pays.

    Raises:
        LedgerError: If it is not approved, or there is no ledger.
    """
    ledger, period = Ledger.open(_place(at), create=False), _month(month)
    posting = ledger.lock(period, now, by=by)
    _show_step(ledger, posting, "locked", as_json=as_json)


def run_pay_export(
    at: str,
    month: str | None,
    payroll_file: Path | None,
    accruals_file: Path | None,
    *,
    as_json: bool,
) -> None:
    """Write what payroll and accounting need, and say what was written.

    Raises:
        LedgerError: If there is no ledger, or no locked month to be paid.
        OSError: If a file cannot be written.
    """
    ledger = Ledger.open(_place(at), create=False)
    asked = None if month is None else _month(month)
    written: dict[str, Any] = {}
    if payroll_file is not None:
        rows = payroll(ledger, asked or _last_locked(ledger))
        write_whole(payroll_file, _csv(map(_payroll_row, rows), list(_PAYROLL)))
        written["payroll"] = {"file": str(payroll_file), "rows": len(rows)}
    if accruals_file is not None:
        accrued = accruals(ledger, asked)
        write_whole(accruals_file, _csv(map(_accrual_row, accrued), list(_ACCRUALS)))
        written["accruals"] = {"file": str(accruals_file), "rows": len(accrued)}
    if as_json:
        _print(written)
        return
    for what in written.values():
        print(f"{what['file']}: {what['rows']:,} {'row' if what['rows'] == 1 else 'rows'}")


# What is typed


def _month(text: str) -> Period:
    try:
        return pay_month(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--month") from None


def _place(text: str) -> Path | str:
    return text if "://" in text else Path(text)


def _there(at: str) -> Ledger | None:
    """The ledger, if it was begun: a run that meets a problem begins none."""
    try:
        return Ledger.open(_place(at), create=False)
    except NoLedger:
        return None


def _last_locked(ledger: Ledger) -> Period:
    locked = [one.month for one in ledger.months() if one.state == "locked"]
    if not locked:
        fix = "Payroll is paid from locked months only: approve one, then lock it."
        raise LedgerError([Problem(Place(ledger.shown), "", "has no locked month.", fix)])
    return locked[-1]


# What is shown


def _show_run(ledger: Ledger, posting: Posting, pays: Mapping[Who, Settled], starts: int) -> None:
    console = Console(highlight=False, markup=False)
    name = f"{posting.month.start:%Y-%m}"
    if posting.run is None:
        console.print(f"{name}: nothing changed since the last run; nothing was posted.")
    else:
        console.print(f"{name}: {_count(len(posting.lines), 'line')} posted, run {posting.run}.")
    console.print(_by_payee(posting, pays))
    if posting.run == 1 and posting.earlier:
        earlier = " and ".join(
            f"{_said(cents)} {currency}" for currency, cents in sorted(posting.earlier.items())
        )
        console.print(
            f"\nThis ledger begins with {name}, and {earlier} of it fell due before that month. "
            "If that was paid elsewhere, say on each plan from which day on this ledger pays "
            f"(`from: {posting.month.start}`), and run again before anybody approves.",
            soft_wrap=True,
        )
    told = list(_told(posting.changed, starts))
    if told:
        console.print("\nChanged, or known late:")
        for line in told[:MOST_SHOWN]:
            console.print(Text(f"  {line}"), soft_wrap=True)
        if len(told) > MOST_SHOWN:
            console.print(f"  and {len(told) - MOST_SHOWN:,} more; --json has all")
    console.print(
        f"\nNext: remit pay approve --ledger {ledger.shown} --month {name}", soft_wrap=True
    )


def _by_payee(posting: Posting, pays: Mapping[Who, Settled]) -> Table:
    """A row a payee: what this run posted by state, and what the month pays as it stands."""
    rows: dict[Who, dict[str, int]] = {who: {"the month pays": pays[who].money} for who in pays}
    for line in posting.lines:
        if line.state != "credited":
            sums = rows.setdefault((line.payee, line.currency), {})
            sums[line.state] = sums.get(line.state, 0) + line.cents
    return _table(rows, ("earned", "accrued", "payable", "the month pays"))


def _table(rows: Mapping[Who, Mapping[str, int]], columns: Sequence[str]) -> Table:
    """Amounts by payee and currency, and of each currency all together; no column of zeros."""
    sums: dict[Who, dict[str, int]] = {}
    for (_, currency), amounts in rows.items():
        total = sums.setdefault(("all", currency), {})
        for name, cents in amounts.items():
            total[name] = total.get(name, 0) + cents
    told = [*sorted(rows.items()), *sorted(sums.items())]
    shown = [name for name in columns if any(amounts.get(name) for _, amounts in told)]
    table = Table(box=None, pad_edge=False)
    table.add_column("payee")
    table.add_column("")
    for name in shown:
        widest = max(len(_said(amounts.get(name, 0))) for _, amounts in told)
        table.add_column(name, justify="right", min_width=widest)  # an amount is never cut
    for (payee, currency), amounts in told:
        cells = (_said(amounts[name]) if amounts.get(name) else "" for name in shown)
        table.add_row(Text(payee), currency, *cells)
    return table


def _told(changed: Iterable[Posted], starts: int) -> Iterator[str]:
    """Changes in words: who, for what, how much in which states, and why."""
    same: dict[tuple[str, str, str, str, str], list[Posted]] = {}
    for line in changed:
        if line.state != "credited":
            period = label(line.origin, starts)
            key = line.payee, line.currency, line.component, line.transaction, period
            same.setdefault(key, []).append(line)
    for (payee, currency, component, transaction, period), found in sorted(same.items()):
        sums: dict[str, int] = {}
        for line in found:
            sums[line.state] = sums.get(line.state, 0) + line.cents
        amounts = ", ".join(
            f"{state} {_said(cents, '+')}" for state, cents in sums.items() if cents
        )
        why = next((one for one in found if one.state == "earned"), found[-1]).words
        about = " ".join(word for word in (component, transaction) if word)
        if amounts:
            yield f"{payee}, {about}, of {period}: {amounts} {currency}. {why}"


def _show_step(ledger: Ledger, posting: Posting, word: str, *, as_json: bool) -> None:
    pays = ledger.would_pay(posting.month)
    if as_json:
        _print(_as_plain(ledger, posting, pays))
        return
    console = Console(highlight=False, markup=False)
    name = f"{posting.month.start:%Y-%m}"
    done = (
        f"is {posting.state} already; nothing was done." if posting.run is None else f"is {word}."
    )
    console.print(f"{name} {done}")
    console.print(_settlements(pays))
    if posting.state == "locked":
        follows = f"{posting.month.end:%Y-%m}"
        console.print(f"\nPaid with the payroll of {follows}:")
        console.print(
            f"remit pay export --ledger {ledger.shown} --month {name} --payroll FILE.csv",
            soft_wrap=True,
        )


def _settlements(pays: Mapping[Who, Settled]) -> Table:
    """A row a payee: what a month pays, and how that comes about."""
    rows = {
        who: {
            "payable": one.payable,
            "carried": one.before.carried,
            "draw": one.advance + one.recovery,
            "guarantee": one.guarantee,
            "pays": one.money,
            "carried on": one.after.carried,
            "owed on draw": one.after.owed,
        }
        for who, one in pays.items()
    }
    names = ("payable", "carried", "draw", "guarantee", "pays", "carried on", "owed on draw")
    return _table(rows, names)


def _as_plain(
    ledger: Ledger, posting: Posting, pays: Mapping[Who, Settled], **more: str
) -> dict[str, Any]:
    """What a step did, for programs; amounts are decimals in text, to the cent."""
    changed = set(posting.changed)
    return {
        "ledger": ledger.shown,
        "month": f"{posting.month.start:%Y-%m}",
        "state": posting.state,
        **more,
        "run": posting.run,
        "posted": len(posting.lines),
        "totals": [
            {"state": state, "currency": currency, "amount": _exact(cents)}
            for (state, currency), cents in sorted(posting.totals.items())
        ],
        "earned_before": [
            {"currency": currency, "payable": _exact(cents)}
            for currency, cents in sorted(posting.earlier.items())
        ],
        "pays": [
            {
                "payee": payee,
                "currency": currency,
                "payable": _exact(one.payable),
                "carried_before": _exact(one.before.carried),
                "draw_advance": _exact(one.advance),
                "draw_recovery": _exact(one.recovery),
                "draw_forgiven": _exact(one.forgiven),
                "guarantee": _exact(one.guarantee),
                "pays": _exact(one.money),
                "carried_on": _exact(one.after.carried),
                "owed_on_draw": _exact(one.after.owed),
            }
            for (payee, currency), one in sorted(pays.items())
        ],
        "lines": [
            {
                "payee": line.payee,
                "plan": line.plan,
                "component": line.component,
                "transaction": line.transaction,
                "earning_period": [str(line.origin.start), str(line.origin.last_day)],
                "state": line.state,
                "instalment": line.instalment,
                "amount": _exact(line.cents),
                "currency": line.currency,
                "day": str(line.day),
                "words": line.words,
                "changed": line in changed,
            }
            for line in posting.lines
        ],
    }


def _print(plain: Mapping[str, Any]) -> None:
    print(json.dumps(plain, indent=2, ensure_ascii=False))


def _count(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _said(cents: int, sign: str = "") -> str:
    return (sign if cents > 0 else "") + money(Fraction(cents, 100))


# Files


_PAYROLL = (
    "pay_month",
    "payroll_month",
    "payee",
    "currency",
    "component",
    "earning_period_first_day",
    "earning_period_last_day",
    "kind",
    "amount",
)
_ACCRUALS = (
    "month",
    "state",
    "currency",
    "accrued",
    "paid",
    "liability",
    "draws_advanced",
    "draws_recovered",
    "draws_forgiven",
    "draws_owed",
    "guarantees",
)


def _payroll_row(row: PayrollRow) -> list[str]:
    return [
        f"{row.pay_month.start:%Y-%m}",
        f"{row.payroll_month.start:%Y-%m}",
        _harmless(row.payee),
        row.currency,
        _harmless(row.component),
        str(row.earned_in.start),
        str(row.earned_in.last_day),
        row.kind,
        _exact(row.cents),
    ]


def _accrual_row(row: AccrualRow) -> list[str]:
    amounts = (
        row.accrued,
        row.paid,
        row.liability,
        row.draws_advanced,
        row.draws_recovered,
        row.draws_forgiven,
        row.draws_owed,
        row.guarantees,
    )
    return [f"{row.month.start:%Y-%m}", row.state, row.currency, *map(_exact, amounts)]


def _csv(rows: Iterable[Sequence[str]], head: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def _harmless(word: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{word}" if word[:1] in tuple("=+-@\t\r") else word


def _exact(cents: int) -> str:
    """Whole cents as a decimal with two places.

    >>> _exact(-1205), _exact(7)
    ('-12.05', '0.07')
    """
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
