"""The rows of a ledger: its tables, what they sum to, and what turns one state into another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from remit.compensation.earning import money
from remit.pay.months import MONEY, Before, Promise, Settled, month_of, settle
from remit.terms import Period

if TYPE_CHECKING:
    from remit.pay.release import (
        Line,  # what it imports takes seconds, and no step but a run needs it
    )

MonthState = Literal["calculated", "approved", "locked"]
Step = Literal["run", "approve", "reopen", "lock"]
Key = tuple[str, str, str, str, date, str, str, str]
"""Payee, plan, component, transaction, first day of the origin, state, instalment, currency."""

TABLES = sa.MetaData()
MONTHS = sa.Table(
    "pay_months",
    TABLES,
    sa.Column("month", sa.Date, primary_key=True),
    sa.Column("state", sa.String(16)),
    sa.Column("run", sa.Integer),
    sa.Column("as_of", sa.Date),
)
RUNS = sa.Table(
    "pay_runs",
    TABLES,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("step", sa.String(16)),
    sa.Column("month", sa.Date),
    sa.Column("as_of", sa.Date),
    sa.Column("recorded_at", sa.DateTime),
    sa.Column("said_by", sa.Text),
    sa.Column("because", sa.Text),
)
LINES = sa.Table(
    "pay_lines",
    TABLES,
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    sa.Column("month", sa.Date),
    sa.Column("payee", sa.Text),
    sa.Column("plan", sa.Text),
    sa.Column("component", sa.Text),
    sa.Column("transaction_id", sa.Text),
    sa.Column("origin_first_day", sa.Date),
    sa.Column("origin_last_day", sa.Date),
    sa.Column("state", sa.String(16)),
    sa.Column("instalment", sa.Text),
    sa.Column("cents", sa.BigInteger),
    sa.Column("currency", sa.String(3)),
    sa.Column("day", sa.Date),
    sa.Column("words", sa.Text),
)
PROMISES = sa.Table(
    "pay_promises",
    TABLES,
    sa.Column("run", sa.Integer, primary_key=True),
    sa.Column("payee", sa.Text, primary_key=True),
    sa.Column("currency", sa.String(3), primary_key=True),
    sa.Column("recoverable", sa.BigInteger),
    sa.Column("given", sa.BigInteger),
    sa.Column("forgives", sa.Boolean),
    sa.Column("guarantee", sa.BigInteger),
    sa.Column("since", sa.Date),
)
OF_A_KEY = (
    LINES.c.payee,
    LINES.c.plan,
    LINES.c.component,
    LINES.c.transaction_id,
    LINES.c.origin_first_day,
    LINES.c.state,
    LINES.c.instalment,
    LINES.c.currency,
)


@dataclass(frozen=True, slots=True)
class PayMonth:
    """A pay month and how far it is."""

    month: Period
    state: MonthState
    run: int
    """The step that brought it there."""
    as_of: date
    """The day until which facts were known to the last run that changed something."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One line of the ledger, as it was posted and ever will be."""

    run: int
    recorded_at: datetime
    month: Period
    """The pay month in which it was posted."""
    payee: str
    plan: str
    component: str
    transaction: str
    origin: Period
    """The earning period that it belongs to; the pay month itself for what is `paid`."""
    state: str
    """`credited`, `earned`, `accrued`, `payable` or `paid`."""
    instalment: str
    """What releases it; for `paid`, one of `months.KINDS`."""
    cents: int
    currency: str
    day: date
    words: str

    @property
    def about(self) -> tuple[str, str, str, str, date]:
        """Who earned it by which plan for what and when, whatever the state."""
        return self.payee, self.plan, self.component, self.transaction, self.origin.start

    @property
    def key(self) -> Key:
        """What lines are added up by."""
        return (*self.about, self.state, self.instalment, self.currency)


@dataclass(frozen=True, slots=True)
class _Held:
    """What the lines of one key sum to."""

    cents: int
    origin: Period
    day: date


@dataclass(slots=True)
class _Sum:
    """What the wanted lines of one key sum to."""

    cents: int
    origin: Period
    day: date
    words: list[str]


def last_number(con: sa.Connection) -> int:
    """The number of the last step; 0 before the first."""
    return con.execute(sa.select(sa.func.max(RUNS.c.number))).scalar() or 0


def pay_months(con: sa.Connection) -> tuple[PayMonth, ...]:
    """All pay months, in order."""
    rows = con.execute(sa.select(MONTHS).order_by(MONTHS.c.month)).mappings()
    return tuple(PayMonth(month_of(r["month"]), r["state"], r["run"], r["as_of"]) for r in rows)


def held_sums(con: sa.Connection, where: sa.ColumnElement[bool]) -> dict[Key, _Held]:
    """What lines sum to by key, with the last day of their origin and of their events."""
    c = LINES.c
    sums = sa.func.sum(c.cents), sa.func.max(c.origin_last_day), sa.func.max(c.day)
    rows = con.execute(sa.select(*OF_A_KEY, *sums).where(where).group_by(*OF_A_KEY))
    found = {}
    for *key, amount, origin_last_day, day in rows:
        origin = Period(key[4], _after(origin_last_day))
        found[tuple(key)] = _Held(int(amount), origin, day)
    return found


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def differences(
    held: Mapping[Key, _Held], wanted: Iterable[Line], month: Period
) -> Iterator[dict[str, Any]]:
    """Lines that turn what is held into what is wanted, in the order of their keys."""
    sums: dict[Key, _Sum] = {}
    for line in wanted:
        key: Key = (*line.key, line.currency)
        found = sums.get(key)
        if found is None:
            sums[key] = _Sum(line.cents, line.origin, line.day, [line.words])
        else:
            found.cents += line.cents
            found.day = max(found.day, line.day)
            found.words.append(line.words)
    for key in sorted(held.keys() | sums.keys()):
        was, will_be = held.get(key), sums.get(key)
        before, after = (was.cents if was else 0), (will_be.cents if will_be else 0)
        if before == after:
            continue
        words = "; ".join(dict.fromkeys(will_be.words)) if will_be else "nothing comes to this now"
        if was is not None:
            words = f"{_said(after)} instead of {_said(before)}: {words}"
        origin, day = (
            (will_be.origin, will_be.day) if will_be is not None else (was.origin, was.day)  # type: ignore[union-attr]
        )
        yield _row(key, month, origin, after - before, day, words)


def _row(
    key: Key, month: Period, origin: Period, amount: int, day: date, words: str
) -> dict[str, Any]:
    payee, plan, component, transaction, first_day, state, instalment, currency = key
    return {
        "month": month.start,
        "payee": payee,
        "plan": plan,
        "component": component,
        "transaction_id": transaction,
        "origin_first_day": first_day,
        "origin_last_day": origin.last_day,
        "state": state,
        "instalment": instalment,
        "cents": amount,
        "currency": currency,
        "day": day,
        "words": words,
    }


def insert(
    con: sa.Connection, number: int, rows: Sequence[dict[str, Any]], recorded_at: datetime
) -> tuple[Posted, ...]:
    """Write rows as the lines of a step, numbered in their order."""
    numbered = [{"run": number, "line": at, **row} for at, row in enumerate(rows, 1)]
    if numbered:
        con.execute(LINES.insert(), numbered)
    return tuple(posted_line(row, recorded_at.astimezone(UTC)) for row in numbered)


def posted_line(row: Mapping[Any, Any], recorded_at: datetime) -> Posted:
    """A row of the table as a line."""
    return Posted(
        run=row["run"],
        recorded_at=recorded_at,
        month=month_of(row["month"]),
        payee=row["payee"],
        plan=row["plan"],
        component=row["component"],
        transaction=row["transaction_id"],
        origin=Period(row["origin_first_day"], _after(row["origin_last_day"])),
        state=row["state"],
        instalment=row["instalment"],
        cents=row["cents"],
        currency=row["currency"],
        day=row["day"],
        words=row["words"],
    )


def promise_row(promise: Promise, number: int) -> dict[str, Any]:
    """A promise as a row of the table, as a run of that number has it."""
    return {
        "run": number,
        "payee": promise.payee,
        "currency": promise.currency,
        "recoverable": promise.recoverable,
        "given": promise.given,
        "forgives": promise.forgives,
        "guarantee": promise.guarantee,
        "since": promise.since,
    }


def promised_in(con: sa.Connection, month: Period, before: int | None = None) -> list[Promise]:
    """What the last run of a month said that plans promise; the last before a step, if named."""
    last = sa.select(sa.func.max(RUNS.c.number)).where(
        RUNS.c.month == month.start, RUNS.c.step == "run"
    )
    if before is not None:
        last = last.where(RUNS.c.number < before)
    c = PROMISES.c
    rows = con.execute(
        sa.select(PROMISES).where(c.run == last.scalar_subquery()).order_by(c.payee, c.currency)
    )
    found = [Promise(*row[1:]) for row in rows]
    return sorted(found, key=lambda one: (one.payee, one.currency))


def settlements(con: sa.Connection, month: Period) -> Iterator[tuple[Promise, Settled]]:
    """What a month pays everybody, after what earlier months left."""
    c = LINES.c
    who = c.payee, c.currency
    of_month = c.month == month.start, c.state == "payable"
    payable = {
        (payee, currency): int(amount)
        for payee, currency, amount in con.execute(
            sa.select(*who, sa.func.sum(c.cents)).where(*of_month).group_by(*who)
        )
    }
    earlier: dict[tuple[str, str], dict[str, int]] = {}
    paid = c.state == "paid", c.month < month.start
    for payee, currency, kind, amount in con.execute(
        sa.select(*who, c.instalment, sa.func.sum(c.cents))
        .where(*paid)
        .group_by(*who, c.instalment)
    ):
        earlier.setdefault((payee, currency), {})[kind] = int(amount)
    promised = {(one.payee, one.currency): one for one in promised_in(con, month)}
    for payee, currency in sorted(payable.keys() | promised.keys()):
        promise = promised.get((payee, currency), Promise(payee, currency))
        kinds = earlier.get((payee, currency), {})
        counted = 0
        if promise.since is not None:
            counted = con.execute(
                sa.select(sa.func.coalesce(sa.func.sum(c.cents), 0)).where(
                    *paid,
                    c.payee == payee,
                    c.currency == currency,
                    c.instalment.in_(MONEY),
                    c.month >= promise.since,
                )
            ).scalar_one()
        before = Before(kinds.get("carried", 0), owed(kinds), int(counted))
        yield promise, settle(payable.get((payee, currency), 0), before, promise)


def owed(kinds: Mapping[str, int]) -> int:
    """What is owed on a draw, from the sums of `paid` lines by kind."""
    return sum(kinds.get(kind, 0) for kind in ("draw advance", "draw recovery", "draw forgiven"))


def paid_rows(promise: Promise, settled: Settled, month: Period) -> Iterator[dict[str, Any]]:
    """What a locked month pays one payee, as rows of the table."""
    for kind, amount, words in settled.lines():
        key = (promise.payee, "", "", "", month.start, "paid", kind, promise.currency)
        yield _row(key, month, month, amount, month.last_day, words)


def _said(amount: int) -> str:
    return money(Fraction(amount, 100))
