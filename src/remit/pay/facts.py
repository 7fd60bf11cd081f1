"""What happened, as pay needs it: transactions with their credits, readings, quotas, rates.

Facts know when they became known. A row of a transaction that is entered again replaces the
earlier one from that day on, so that pay can be worked out as it was, or would have been, known on
any day. A row is one payee's credit for one transaction; what the transaction itself says stands
in each of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import duckdb

from remit.terms import Period
from remit.terms.period import after

CreditKind = Literal["owner", "split", "overlay"]

TRANSACTIONS: Mapping[str, tuple[str, str]] = {
    "id": ("VARCHAR", "the transaction, such as a deal or a meeting"),
    "day": ("DATE", "the day that decides its period: when it was signed, held or accepted"),
    "measure": ("VARCHAR", "what it counts for, such as `new_arr`; see `remit rules measures`"),
    "amount": ("DECIMAL(18,4)", "money, or how many; for a deal over years, its first year"),
    "currency": ("VARCHAR", "currency of `amount`; empty where it is a count or the plan's"),
    "payee": ("VARCHAR", "whose credit this row is; empty where `owners` says whose account it is"),
    "share": ("DECIMAL(12,10)", "the payee's part of it, such as 60%; empty means all"),
    "credit": ("VARCHAR", "owner, split or overlay; empty means owner, or split below 100%"),
    "account": ("VARCHAR", "the customer"),
    "product": ("VARCHAR", "the product, where components are limited to some"),
    "known_on": ("DATE", "the day it was entered; empty means its own day"),
    "opened_on": ("DATE", "the day the deal was opened"),
    "cancelled_on": ("DATE", "the day on which the sale itself was undone"),
    "cash_on": ("DATE", "the day the customer had paid"),
    "left_on": ("DATE", "the first day on which the customer was no customer any more"),
    "prepaid_months": ("INTEGER", "months the customer paid for at signing"),
    "reached_on": ("DATE", "the day the customer reached the leading indicator of retention"),
    "years": ("DECIMAL(9,4)", "length of the contract in years"),
    "total": ("DECIMAL(18,4)", "value of the contract over all years"),
}
"""Columns of the transactions, with their types and what they mean."""
OTHERS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "readings": {
        "measure": ("VARCHAR", "what was measured, such as `grr`, or the name of an objective"),
        "payee": ("VARCHAR", "of whose work; empty where it holds for everybody"),
        "day": ("DATE", "the day it holds for; the latest within a period counts"),
        "level": ("DECIMAL(18,8)", "the level: 0.92 or 92%"),
        "known_on": ("DATE", "the day it was entered; empty means its own day"),
    },
    "quotas": {
        "payee": ("VARCHAR", "whose quota"),
        "component": ("VARCHAR", "which component of the plan; empty where only one has a quota"),
        "first_day": ("DATE", "first day of the period it is for"),
        "last_day": ("DATE", "last day of it"),
        "amount": ("DECIMAL(18,4)", "how much"),
        "known_on": ("DATE", "the day it was told; empty means its first day"),
    },
    "rates": {
        "currency": ("VARCHAR", "the currency that is turned into the plan's"),
        "kind": ("VARCHAR", "`day` or `month_average`"),
        "day": ("DATE", "the day, or any day of the month"),
        "rate": ("DECIMAL(18,8)", "units of the plan's currency for one of this"),
    },
    "owners": {
        "account": ("VARCHAR", "the customer"),
        "owner": ("VARCHAR", "the payee who owns it"),
        "first_day": ("DATE", "first day"),
        "last_day": ("DATE", "last day; empty while it lasts"),
    },
    "absences": {
        "payee": ("VARCHAR", "who was away"),
        "first_day": ("DATE", "first day of unpaid leave"),
        "last_day": ("DATE", "last day of it"),
    },
}
"""The other tables, each of which may be missing."""


@dataclass(frozen=True, slots=True)
class Credit:
    """One payee's part of a transaction."""

    payee: str
    share: Fraction = Fraction(1)
    kind: CreditKind = "owner"


@dataclass(frozen=True, slots=True)
class Transaction:
    """Something that pay is earned for, as it is known on a day, with who is credited."""

    id: str
    day: date
    measure: str
    amount: Fraction
    currency: str = ""
    credits: tuple[Credit, ...] = ()
    account: str = ""
    product: str = ""
    known_on: date | None = None
    opened_on: date | None = None
    cancelled_on: date | None = None
    cash_on: date | None = None
    left_on: date | None = None
    prepaid_months: int = 0
    reached_on: date | None = None
    years: Fraction | None = None
    total: Fraction | None = None


def happened(one: Transaction, through: date) -> Transaction:
    """A transaction without the events that are known of and still lie ahead."""

    def past(day: date | None) -> date | None:
        return day if day is not None and day <= through else None

    return replace(
        one,
        cancelled_on=past(one.cancelled_on),
        cash_on=past(one.cash_on),
        left_on=past(one.left_on),
        reached_on=past(one.reached_on),
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known on a day. `as_of` None means all there is.

    >>> facts = facts_of(transactions=[{"id": "D1", "day": date(2026, 3, 1), "measure": "bookings",
    ...     "amount": 90_000, "payee": "Ann"}])
    >>> [one.amount for one in facts.transactions(["Ann"])]
    [Fraction(90000, 1)]
    """

    con: duckdb.DuckDBPyConnection
    as_of: date | None = None
    _read: dict[str, dict[str, list[dict[str, Any]]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The small tables, read once each, by whom or what they are about."""

    def on(self, day: date) -> Facts:
        """The same facts as they were known at the end of a day."""
        return Facts(self.con, day)

    def transactions(self, payees: Iterable[str] | None = None) -> tuple[Transaction, ...]:
        """Transactions that credit one of these people, or all; in order of day and name.

        A transaction without a payee belongs to the owner of its account.
        """
        wanted = None if payees is None else sorted(set(payees))
        rows = self._rows(
            f"""SELECT * FROM ({self.latest()}) {"" if wanted is None else f"WHERE payee IN ({_marks(wanted)})"}
            ORDER BY day, id, payee""",
            wanted or [],
        )
        if shared := [row["id"] for row in rows if row["rows"] > 1 and wanted is not None]:
            others = self._rows(
                f"""SELECT * FROM ({self.latest()}) WHERE rows > 1
                AND id IN ({_marks(shared)}) AND payee NOT IN ({_marks(wanted or [])})""",
                [*shared, *(wanted or [])],
            )
            rows = sorted(rows + others, key=lambda row: (row["day"], row["id"], row["payee"]))
        found: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            found.setdefault(row["id"], []).append(row)
        return tuple(_transaction(same) for same in found.values())

    def latest(self) -> str:
        """A query for the rows of each transaction that were entered last, with their payees.

        They are worked out once a day that is looked from: facts do not change.
        """
        known = "" if self.as_of is None else f"WHERE known_on <= DATE '{self.as_of}'"
        name = "latest_rows" if self.as_of is None else f"latest_rows_{self.as_of:%Y%m%d}"
        self.con.execute(
            f"""CREATE TEMP TABLE IF NOT EXISTS {name} AS
            SELECT * FROM (SELECT *, max(known_on) OVER of_id AS latest, count(*) OVER of_id AS rows
            FROM (SELECT * FROM credited {known}) WINDOW of_id AS (PARTITION BY id))
            WHERE known_on = latest ORDER BY payee, id"""
        )
        return f"SELECT * FROM {name}"

    def names_everybody(self, currency: str) -> bool:
        """Whether every transaction says who is credited, in one currency."""
        rows = self._rows(
            f"SELECT 1 FROM ({self.latest()}) WHERE payee = '' OR currency NOT IN ('', ?) LIMIT 1",
            [currency],
        )
        return not rows

    def by_month(
        self, measures: Sequence[str], kinds: Sequence[str], through: date
    ) -> list[tuple[str, date, int]]:
        """Credit by payee and month, in order of months, up to a day; in units of 10 to the -14.

        What was cancelled by the day is left out. Amounts count as they are: see `names_everybody`.
        """
        rows = self.con.execute(
            f"""SELECT payee, date_trunc('month', day)::DATE AS month, sum(amount * share) AS credit
            FROM ({self.latest()})
            WHERE measure IN (SELECT unnest(?)) AND credit IN (SELECT unnest(?)) AND day <= ?
            AND coalesce(cancelled_on > ?, true) GROUP BY ALL ORDER BY month""",
            [list(measures), list(kinds), through, through],
        ).fetchall()
        return [(payee, month, int(credit.scaleb(14))) for payee, month, credit in rows]

    def first_day(self) -> date | None:
        """The first day of any transaction or reading; None where there are none."""
        rows = self._rows(
            "SELECT min(day) AS day FROM (SELECT day FROM credited UNION ALL SELECT day FROM readings)"
        )
        day: date | None = rows[0]["day"]
        return day

    def level(self, measure: str, payee: str, over: Period) -> Fraction | None:
        """The last reading within a period: the payee's own, else everybody's; None without one."""
        rows = [
            row
            for whose in (payee, "")
            for row in self._of("readings", "payee", whose)
            if row["measure"] == measure and row["day"] in over
        ]
        own = [row for row in rows if row["payee"]] or rows
        last = max(own, key=lambda row: (row["day"], row["known_on"]), default=None)
        return None if last is None else Fraction(last["level"])

    def quotas(
        self, payee: str, component: str, over: Period
    ) -> tuple[tuple[Fraction, Period], ...]:
        """A payee's own quotas that cover days of a period, and the days each is stated for.

        Of those stated for the same days, the one that was told last.
        """
        told: dict[tuple[date, date], dict[str, Any]] = {}
        for row in sorted(
            self._of("quotas", "payee", payee), key=lambda row: (row["known_on"], row["component"])
        ):
            within = row["first_day"] < over.end and row["last_day"] >= over.start
            if row["component"] in (component, "") and within:
                told[row["first_day"], row["last_day"]] = row
        return tuple((Fraction(told[days]["amount"]), _closed(*days)) for days in sorted(told))

    def rate(self, currency: str, day: date, kind: str) -> Fraction | None:
        """The plan's currency for one of another, on a day or on average over its month."""
        same = "day = ?" if kind == "day" else "date_trunc('month', day) = date_trunc('month', ?)"
        rows = self._rows(
            f"SELECT rate FROM rates WHERE currency = ? AND kind = ? AND {same} LIMIT 1",
            [currency, kind, day],
        )
        return Fraction(rows[0]["rate"]) if rows else None

    def owners(self, account: str) -> tuple[tuple[str, Period], ...]:
        """Who owned an account when, in order."""
        rows = sorted(self._of("owners", "account", account), key=lambda row: row["first_day"])
        return tuple((r["owner"], _closed(r["first_day"], r["last_day"])) for r in rows)

    def away(self, payee: str) -> tuple[Period, ...]:
        """Unpaid leave of a payee."""
        rows = sorted(self._of("absences", "payee", payee), key=lambda row: row["first_day"])
        return tuple(_closed(r["first_day"], r["last_day"]) for r in rows)

    def _of(self, table: str, column: str, value: str) -> list[dict[str, Any]]:
        """Rows of a small table about one thing, as known on the day."""
        if table not in self._read:
            found: dict[str, list[dict[str, Any]]] = {}
            for row in self._rows(f"SELECT * FROM {table}"):
                if self.as_of is None or row.get("known_on", self.as_of) <= self.as_of:
                    found.setdefault(row[column], []).append(row)
            self._read[table] = found
        return self._read[table].get(value, [])

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        found = self.con.execute(query, list(values))
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _marks(values: Sequence[str]) -> str:
    """As many question marks; constants let the database pass over what lies elsewhere."""
    return ", ".join("?" * len(values)) or "NULL"


def facts_of(**tables: Sequence[Mapping[str, Any]]) -> Facts:
    """Facts from rows, by the name of their table: `transactions`, `readings`, `quotas`, ...

    Columns that a row does not name are empty. For tests, and for programs that have the rows.

    Raises:
        KeyError: If a table or column is not one of `TRANSACTIONS` or `OTHERS`.
    """
    con = duckdb.connect()
    for name, columns in {"transactions": TRANSACTIONS, **OTHERS}.items():
        typed = ", ".join(f'"{column}" {kind}' for column, (kind, _) in columns.items())
        con.execute(f"CREATE TABLE {name} ({typed})")
        rows = tables.pop(name, ())
        for row in rows:
            if unknown := row.keys() - columns.keys():
                raise KeyError(f"{name} has no {', '.join(sorted(unknown))}")
        if rows:
            values = [[_plain(row.get(column)) for row in rows] for column in columns]
            casts = ", ".join(f"unnest(?)::{kind}" for kind, _ in columns.values())
            con.execute(f"INSERT INTO {name} SELECT {casts}", values)
    if tables:
        raise KeyError(f"there is no table {', '.join(sorted(tables))}")
    return settled(con)


def settled(con: duckdb.DuckDBPyConnection) -> Facts:
    """Facts of a database that holds the tables: what is empty gets the meaning it has."""
    con.execute("SET preserve_insertion_order = false")
    con.execute(
        "UPDATE readings SET known_on = coalesce(known_on, day), payee = coalesce(payee, '')"
    )
    con.execute(
        "UPDATE quotas SET known_on = coalesce(known_on, first_day), component = coalesce(component, '')"
    )
    con.execute(
        """CREATE OR REPLACE VIEW credited AS SELECT * REPLACE (
            coalesce(payee, '') AS payee, coalesce(known_on, day) AS known_on,
            coalesce(share, 1) AS share, coalesce(account, '') AS account,
            coalesce(product, '') AS product, coalesce(currency, '') AS currency,
            coalesce(credit, CASE WHEN share < 1 THEN 'split' ELSE 'owner' END) AS credit)
        FROM transactions"""
    )
    return Facts(con)


def _transaction(rows: Sequence[Mapping[str, Any]]) -> Transaction:
    first = rows[0]
    return Transaction(
        id=first["id"],
        day=first["day"],
        measure=first["measure"],
        amount=Fraction(first["amount"]),
        currency=first["currency"],
        credits=tuple(
            Credit(row["payee"], Fraction(row["share"]), row["credit"])
            for row in rows
            if row["payee"]
        ),
        account=first["account"],
        product=first["product"],
        known_on=first["known_on"],
        opened_on=first["opened_on"],
        cancelled_on=first["cancelled_on"],
        cash_on=first["cash_on"],
        left_on=first["left_on"],
        prepaid_months=first["prepaid_months"] or 0,
        reached_on=first["reached_on"],
        years=None if first["years"] is None else Fraction(first["years"]),
        total=None if first["total"] is None else Fraction(first["total"]),
    )


def _closed(first: date, last: date | None) -> Period:
    return Period(first, after(last))


def _plain(value: Any) -> Any:
    return Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else value
