"""The ledger: what was posted for each payee and pay month, and never changed again.

A run says what the ledger should hold; what is posted is the difference to what it holds. So a run
that is made again posts nothing, and what comes late, is cancelled or corrected is a line of its
own in the open month, with the period it comes from. Months go one after another: a run makes one
`calculated`, a person's word `approved`, and `lock` pays it and closes it for good.

The ledger is a SQLite file, or lies in PostgreSQL where several machines share it. Each step is one
transaction with a number of its own; of two at once, the second is told that it came too late, and
nothing of it is there. The database itself refuses to change or take out a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from remit.pay.ledger_place import (
    VERSION,
    LedgerError,
    LedgerPlace,
    LedgerTaken,
    NoLedger,
    bring_up_to_date,
    place_of_ledger,
    version_of,
)
from remit.pay.ledger_rows import (
    LINES,
    MONTHS,
    PROMISES,
    RUNS,
    Key,
    MonthState,
    PayMonth,
    Posted,
    Step,
    differences,
    held_sums,
    insert,
    last_number,
    owed,
    paid_rows,
    pay_months,
    posted_line,
    promise_row,
    promised_in,
    settlements,
)
from remit.pay.months import MONEY, Promise, Settled, month_of
from remit.terms import Period

if TYPE_CHECKING:
    from remit.pay.release import (
        Line,  # what it imports takes seconds, and no step but a run needs it
    )

__all__ = [
    "Balance",
    "Done",
    "Ledger",
    "LedgerError",
    "LedgerTaken",
    "MonthState",
    "NoLedger",
    "PayMonth",
    "Posted",
    "Posting",
    "Step",
]


@dataclass(frozen=True, slots=True)
class Posting:
    """What one step did to a month."""

    month: Period
    state: MonthState
    run: int | None
    """Its number; None where nothing was to do and nothing was written."""
    lines: tuple[Posted, ...] = ()
    changed: tuple[Posted, ...] = ()
    """Of a run, the lines that change what was calculated before, or come late.

    All of them where the month was calculated before; else those of what the ledger held
    something for, and of what was earned before the month and is new. None in a new ledger.
    """

    @property
    def earlier(self) -> Mapping[str, int]:
        """Cents made payable by currency that fell due before the month began, if not nothing.

        In a ledger that begins, it is what a company has paid already, if it paid before. The day
        of each line decides, and not its earning period, which may end in the month or later.
        """
        found: dict[str, int] = {}
        for line in self.lines:
            if line.state == "payable" and line.day < self.month.start:
                found[line.currency] = found.get(line.currency, 0) + line.cents
        return {currency: cents for currency, cents in found.items() if cents}

    @property
    def totals(self) -> Mapping[tuple[str, str], int]:
        """Cents posted by state and currency; of `paid`, only what is money."""
        found: dict[tuple[str, str], int] = {}
        for line in self.lines:
            if line.state != "paid" or line.instalment in MONEY:
                where = line.state, line.currency
                found[where] = found.get(where, 0) + line.cents
        return found


@dataclass(frozen=True, slots=True)
class Done:
    """One step of the ledger's history."""

    number: int
    step: Step
    month: Period
    as_of: date | None
    recorded_at: datetime
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Balance:
    """How a payee stands in one currency, all pay months together. All amounts in cents."""

    payee: str
    currency: str
    earned: int = 0
    accrued: int = 0
    """Earned, without what was forfeited or taken back."""
    payable: int = 0
    """Of that, what was released."""
    payout: int = 0
    """Of that, what was paid."""
    carried: int = 0
    """Pay taken back that later pay has to make up for: zero or less."""
    owed: int = 0
    """Advances on a recoverable draw that later pay has to make up for: zero or more."""
    forgiven: int = 0
    """Advances that need not be made up for: zero or more."""
    guaranteed: int = 0
    paid: int = 0
    """All money that went out: payouts, advances, guarantees, less recoveries."""

    @property
    def liability(self) -> int:
        """What is still to be paid of what accrued, below zero if pay was taken back."""
        return self.accrued - self.payout


class Ledger:
    """A ledger that is open. Get one with `Ledger.open`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = Ledger.open(Path(folder) / "pay.ledger")
    ...     ledger.months(), ledger.number
    ((), 0)
    """

    def __init__(self, place: LedgerPlace) -> None:
        self._place = place

    @classmethod
    def open(cls, at: Path | str, *, create: bool = True) -> Ledger:
        """Open a ledger, and bring the tables of an older one up to date.

        Args:
            at: A file, or `postgresql://user@host/database`, which may end in `?schema=NAME`.
            create: Whether to begin a new ledger where there is none.

        Raises:
            NoLedger: If there is none, and none is to be begun.
            LedgerError: If it is something else, it is of a newer remit, or the database cannot be
                reached.
        """
        place = place_of_ledger(at, create=create)
        with place.reading() as con:
            version = version_of(con)
        if version != VERSION:
            with place.told():
                bring_up_to_date(place, version, create=create)
        return cls(place)

    @property
    def shown(self) -> str:
        """Where it is, without a password."""
        return self._place.shown

    # Reading

    @property
    def number(self) -> int:
        """The number of the last step that was taken; 0 in a new ledger."""
        with self._place.reading() as con:
            return last_number(con)

    def months(self) -> tuple[PayMonth, ...]:
        """All pay months there are, in order."""
        with self._place.reading() as con:
            return pay_months(con)

    def steps(self) -> tuple[Done, ...]:
        """Every step that was taken, in order: who did what to which month, when and why."""
        with self._place.reading() as con:
            rows = con.execute(sa.select(RUNS).order_by(RUNS.c.number)).mappings()
            return tuple(
                Done(
                    row["number"],
                    row["step"],
                    month_of(row["month"]),
                    row["as_of"],
                    row["recorded_at"].replace(tzinfo=UTC),
                    row["said_by"],
                    row["because"],
                )
                for row in rows
            )

    def lines(
        self,
        *,
        payee: str | None = None,
        month: Period | None = None,
        state: str | None = None,
        through: Period | None = None,
    ) -> tuple[Posted, ...]:
        """Lines in the order in which they were posted.

        Args:
            payee: Only this person's.
            month: Only those posted in this pay month.
            state: Only those in this state.
            through: Only those of this pay month and earlier ones.
        """
        wanted = sa.select(LINES, RUNS.c.recorded_at).join(RUNS, RUNS.c.number == LINES.c.run)
        if payee is not None:
            wanted = wanted.where(LINES.c.payee == payee)
        if month is not None:
            wanted = wanted.where(LINES.c.month == month.start)
        if state is not None:
            wanted = wanted.where(LINES.c.state == state)
        if through is not None:
            wanted = wanted.where(LINES.c.month <= through.start)
        with self._place.reading() as con:
            rows = con.execute(wanted.order_by(LINES.c.run, LINES.c.line)).mappings()
            return tuple(posted_line(row, row["recorded_at"].replace(tzinfo=UTC)) for row in rows)

    def held(self) -> Mapping[Key, int]:
        """What the ledger holds now: cents by key, without those that sum to zero."""
        with self._place.reading() as con:
            sums = {key: held.cents for key, held in held_sums(con, sa.true()).items()}
        return {key: amount for key, amount in sums.items() if amount}

    def balances(
        self, *, payee: str | None = None, through: Period | None = None
    ) -> tuple[Balance, ...]:
        """How everybody, or one payee, stands after a pay month or now, by payee and currency."""
        c = LINES.c
        kind = sa.case((c.state == "paid", c.instalment), else_="")
        wanted = sa.select(c.payee, c.currency, c.state, kind, sa.func.sum(c.cents)).group_by(
            c.payee, c.currency, c.state, kind
        )
        if payee is not None:
            wanted = wanted.where(c.payee == payee)
        if through is not None:
            wanted = wanted.where(c.month <= through.start)
        sums: dict[tuple[str, str], dict[str, int]] = {}
        with self._place.reading() as con:
            for who, currency, state, of, amount in con.execute(wanted):
                sums.setdefault((who, currency), {})[of or state] = int(amount)
        return tuple(_balance(*who, amounts) for who, amounts in sorted(sums.items()))

    def require_open(self, month: Period) -> None:
        """Make sure that a run of a month would be taken, before it is worked out.

        Raises:
            LedgerError: If the month is approved or locked, or it is not its turn.
        """
        with self._place.reading() as con:
            self._require_open(con, month)

    # Steps

    def post(
        self,
        month: Period,
        wanted: Iterable[Line],
        as_of: date,
        recorded_at: datetime,
        promises: Iterable[Promise] = (),
        *,
        after: int | None = None,
        by: str = "",
    ) -> Posting:
        """Post what the ledger lacks to hold what is wanted; nothing if it holds that.

        Args:
            month: The pay month to post into: the open one, or the one that follows the last.
            wanted: All that the ledger should hold, of all payees and periods.
            as_of: The day on which this was known.
            recorded_at: Now, with its time zone.
            promises: Draws and guarantees of the month; they take the place of earlier ones.
            after: `number` when facts were looked at; a step taken since then stops the posting.
            by: Who runs it.

        Raises:
            LedgerTaken: If another step was taken meanwhile. Nothing was posted.
            LedgerError: If the month is approved or locked, or it is not its turn.
        """
        promised = sorted(promises, key=lambda one: (one.payee, one.currency))
        with self._place.writing() as (con, transaction):
            number = self._next(con, "run", month, recorded_at, after, as_of=as_of, by=by)
            before = self._require_open(con, month)
            held = held_sums(con, LINES.c.state != "paid")
            lines = tuple(differences(held, wanted, month))
            if before is not None and not lines and promised_in(con, month, number) == promised:
                transaction.rollback()
                return Posting(month, "calculated", None)
            first = not pay_months(con)
            state = {"state": "calculated", "run": number, "as_of": as_of}
            if before is None:
                con.execute(MONTHS.insert().values(month=month.start, **state))
            else:
                con.execute(MONTHS.update().where(MONTHS.c.month == month.start).values(**state))
            if promised:
                con.execute(PROMISES.insert(), [promise_row(one, number) for one in promised])
            posted = insert(con, number, lines, recorded_at)
            late = {
                line.about
                for line in posted
                if line.state in ("credited", "earned") and line.day < month.start
            }
            changed = tuple(
                line
                for line in posted
                if before is not None or line.key in held or line.about in late
            )
            return Posting(month, "calculated", number, posted, () if first else changed)

    def approve(self, month: Period, recorded_at: datetime, *, by: str = "") -> Posting:
        """Approve a month as it stands; nothing happens if it is approved or locked already.

        Raises:
            LedgerTaken: If another step was taken at the same moment.
            LedgerError: If nothing was calculated for it.
        """
        return self._to("approve", month, recorded_at, "calculated", "approved", by=by)

    def reopen(
        self, month: Period, recorded_at: datetime, *, because: str, by: str = ""
    ) -> Posting:
        """Take an approval back, so that runs can change the month again; the ledger keeps why.

        Raises:
            LedgerTaken: If another step was taken at the same moment.
            LedgerError: If it is locked, or nothing was calculated for it.
        """
        return self._to(
            "reopen", month, recorded_at, "approved", "calculated", by=by, because=because
        )

    def lock(self, month: Period, recorded_at: datetime, *, by: str = "") -> Posting:
        """Pay an approved month and close it for good; nothing happens if it is locked already.

        Each payee's payable lines of the month are paid after what was carried, draws and
        guarantees; see `months.settle`. What is known later goes into the next month.

        Raises:
            LedgerTaken: If another step was taken at the same moment.
            LedgerError: If it is not approved.
        """
        with self._place.writing() as (con, transaction):
            number = self._next(con, "lock", month, recorded_at, by=by)
            now = self._known(con, month)
            if now.state == "locked":
                transaction.rollback()
                return Posting(month, "locked", None)
            if now.state != "approved":
                raise self._place.refusal(
                    f"{_name(month)} is calculated, and not approved.",
                    f"Look at it, then: remit pay approve --month {_name(month)}.",
                )
            lines = tuple(
                row
                for promise, settled in settlements(con, month)
                for row in paid_rows(promise, settled, month)
            )
            posted = insert(con, number, lines, recorded_at)
            con.execute(
                MONTHS.update()
                .where(MONTHS.c.month == month.start)
                .values(state="locked", run=number)
            )
            return Posting(month, "locked", number, posted)

    def would_pay(self, month: Period) -> Mapping[tuple[str, str], Settled]:
        """What locking an open month would pay now, by payee and currency."""
        with self._place.reading() as con:
            return {(one.payee, one.currency): settled for one, settled in settlements(con, month)}

    def _to(
        self,
        step: Step,
        month: Period,
        recorded_at: datetime,
        was: MonthState,
        will_be: MonthState,
        *,
        by: str,
        because: str = "",
    ) -> Posting:
        with self._place.writing() as (con, transaction):
            number = self._next(con, step, month, recorded_at, by=by, because=because)
            now = self._known(con, month)
            if now.state == "locked" and step == "reopen":
                raise self._locked(month)
            if now.state != was:
                transaction.rollback()
                return Posting(month, now.state, None)
            con.execute(
                MONTHS.update()
                .where(MONTHS.c.month == month.start)
                .values(state=will_be, run=number)
            )
            return Posting(month, will_be, number)

    # What stands behind the steps

    def _next(
        self,
        con: sa.Connection,
        step: Step,
        month: Period,
        recorded_at: datetime,
        after: int | None = None,
        *,
        as_of: date | None = None,
        by: str = "",
        because: str = "",
    ) -> int:
        """Take the next number. Whoever else wants it waits here, and is told when it is gone."""
        if recorded_at.tzinfo is None:
            raise ValueError("recorded_at needs a time zone")
        last = last_number(con)
        if after is not None and last != after:
            raise self._place.taken(f"step {last} was taken while this one was worked out.")
        row = {
            "number": last + 1,
            "step": step,
            "month": month.start,
            "as_of": as_of,
            "recorded_at": recorded_at.astimezone(UTC).replace(tzinfo=None),
            "said_by": by,
            "because": because,
        }
        try:
            con.execute(RUNS.insert().values(row))
        except IntegrityError:
            raise self._place.taken(f"step {last + 1} was taken at the same moment.") from None
        return last + 1

    def _require_open(self, con: sa.Connection, month: Period) -> PayMonth | None:
        known = pay_months(con)
        if not known:
            return None
        last = known[-1]
        if last.state == "locked" and last.month.end == month.start:
            return None
        if month.start > last.month.start:
            if last.state == "locked":
                follows = month_of(last.month.end)
                raise self._place.refusal(
                    f"{_name(month)} is not the next pay month; that is {_name(follows)}.",
                    f"Pay months go one after another: run {_name(follows)} first.",
                )
            raise self._place.refusal(
                f"{_name(month)} cannot be run while {_name(last.month)} is {last.state}.",
                f"Pay months go one after another: "
                f"{'approve and ' if last.state == 'calculated' else ''}lock {_name(last.month)} first.",
            )
        if month.start < known[0].month.start:
            raise self._place.refusal(
                f"{_name(month)} lies before the first pay month, {_name(known[0].month)}.",
                "Run the month that is open: all that was earned until its end is in it.",
            )
        if last.month != month or last.state == "locked":
            raise self._locked(month)
        if last.state == "approved":
            raise self._place.refusal(
                f"{_name(month)} is approved, and not calculated again.",
                f"To take the approval back: remit pay reopen --month {_name(month)}.",
            )
        return last

    def _known(self, con: sa.Connection, month: Period) -> PayMonth:
        for one in pay_months(con):
            if one.month == month:
                return one
        raise self._place.refusal(
            f"nothing was calculated for {_name(month)}.",
            f"Begin with: remit pay run CHARTER FACTS --month {_name(month)}.",
        )

    def _locked(self, month: Period) -> LedgerError:
        return self._place.refusal(
            f"{_name(month)} is locked, and never opens again.",
            "Run the month that is open: it takes up what has become known since.",
        )


def _balance(payee: str, currency: str, sums: Mapping[str, int]) -> Balance:
    return Balance(
        payee=payee,
        currency=currency,
        earned=sums.get("earned", 0),
        accrued=sums.get("accrued", 0),
        payable=sums.get("payable", 0),
        payout=sums.get("payout", 0),
        carried=sums.get("carried", 0),
        owed=owed(sums),
        forgiven=-sums.get("draw forgiven", 0),
        guaranteed=sums.get("guarantee", 0),
        paid=sum(sums.get(kind, 0) for kind in MONEY),
    )


def _name(month: Period) -> str:
    return f"{month.start:%Y-%m}"
