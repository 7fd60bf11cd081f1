"""A year of pay: a million transactions, 5,000 payees, year-to-date tiers, splits, exact to the cent.

    python performance/pay.py --out build/pay.json

Everything starts from the same rows in memory. The floor is one group-by of the credit of those
rows by payee and month; beside it stand pandas (in floats, as it is used) and plain Decimal, deal
by deal. Sums are compared payee by payee and month by month. `--only` runs one of them in a
process, so that peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from remit.charter import Charter
from remit.pay.calculate import Calculation
from remit.pay.facts import Facts, facts_of
from remit.pay.totals import totals

TIERS = ((0, "0.0777"), (50_000, "0.1111"), (100_000, "0.1333"), (150_000, "0.1999"))
LAST = date(2026, 12, 31)


def charter(payees: int) -> Charter:
    """A company in which everybody is on one plan."""
    tiers = [{"from": f"{level // 1000}%", "rate": float(rate)} for level, rate in TIERS]
    sold = {
        "pays_on": "bookings",
        "quota": {"target": 100_000, "per": "year"},
        "counted": "year_to_date",
        "credit": {"to": "split"},
        "tiers": tiers,
    }
    return Charter.model_validate(
        {
            "company": "Large",
            "roles": {"ae": {"is": "AE", "plan": "ae"}},
            "plans": {"ae": {"period": "month", "components": {"sold": sold}}},
            "people": [{"person": f"p{n}", "role": "ae"} for n in range(payees)],
        }
    )


def rows(transactions: int, payees: int) -> Facts:
    """Deals of a year; one in five is split 60 to 40 between two people."""
    facts = facts_of()
    facts.con.execute(
        f"""INSERT INTO transactions BY NAME
        WITH deals AS (SELECT i, 'D' || i AS id, DATE '2026-01-01' + (hash(i, 1) % 365)::INT AS day,
            ((hash(i, 2) % 100000) / 100)::DECIMAL(18,4) AS amount, hash(i, 3) % {payees} AS who
            FROM range({transactions}) t(i))
        SELECT id, day, 'bookings' AS measure, amount, 'p' || who AS payee,
            CASE WHEN i % 5 = 0 THEN 0.6 ELSE 1 END AS share FROM deals
        UNION ALL
        SELECT id, day, 'bookings', amount, 'p' || ((who + 1) % {payees}), 0.4 FROM deals WHERE i % 5 = 0"""
    )
    facts.latest()  # what was entered last is part of reading the facts, as for every other side
    return facts


Sums = dict[str, int]


def floor(facts: Facts, payees: int) -> Sums:
    """Credit by payee and month, and nothing of pay."""
    found = facts.con.execute(
        f"""SELECT payee, date_trunc('month', day) AS month, sum(amount * share)
        FROM ({facts.latest()}) GROUP BY ALL"""
    ).fetchnumpy()
    return {"rows": len(found["payee"])}


def remit_totals(facts: Facts, payees: int) -> Sums:
    """Everybody's pay by month."""
    made = Calculation(charter(payees), facts, LAST)
    return {f"{one.payee} {one.origin.start:%m}": one.cents for one in totals(made)}


def pandas_floats(facts: Facts, payees: int) -> Sums:
    """The same by cumulative sums of floats in pandas, rounded at the end."""
    import numpy as np

    frame = facts.con.execute(f"SELECT payee, day, amount, share FROM ({facts.latest()})").df()
    frame["credit"] = frame.amount.astype(float) * frame.share.astype(float)
    frame["month"] = frame.day.dt.month
    months = frame.groupby(["payee", "month"]).credit.sum().sort_index()
    after = months.groupby(level="payee").cumsum()

    def earned(credit: Any) -> Any:
        ends = [float(level) for level, _ in TIERS[1:]] + [np.inf]
        return sum(
            (np.clip(credit, level, end) - level) * float(rate)
            for (level, rate), end in zip(TIERS, ends, strict=True)
        )

    cents = np.round(earned(after) * 100).groupby(level="payee").diff()
    first = np.round(earned(after) * 100)
    cents = cents.fillna(first)
    return {f"{payee} {month:02d}": int(value) for (payee, month), value in cents.items()}


def decimals(facts: Facts, payees: int) -> Sums:
    """The same deal by deal in Decimal."""
    order = f"SELECT payee, day, amount, share FROM ({facts.latest()}) ORDER BY payee, day"
    credit: dict[str, Decimal] = {}
    exact: dict[str, Decimal] = {}
    cents: Sums = {}
    tiers = [(Decimal(level), Decimal(rate)) for level, rate in TIERS]
    told = facts.con.execute(order)
    while some := told.fetchmany(100_000):
        for payee, day, amount, share in some:
            before = credit.get(payee, Decimal(0))
            after = before + amount * share
            credit[payee] = after
            for at, (level, rate) in enumerate(tiers):
                end = tiers[at + 1][0] if at + 1 < len(tiers) else after
                part = min(after, end) - max(before, level)
                if part > 0:
                    exact[payee] = exact.get(payee, Decimal(0)) + part * rate
            key = f"{payee} {day:%m}"
            whole = int((exact.get(payee, Decimal(0)) * 100).quantize(Decimal(1), ROUND_HALF_UP))
            cents[key] = whole
    for payee in credit:
        said = 0
        for month in range(1, 13):
            key = f"{payee} {month:02d}"
            if key in cents:
                cents[key], said = cents[key] - said, cents[key]
    return cents


SIDES: dict[str, Callable[[Facts, int], Sums]] = {
    "floor": floor,
    "remit": remit_totals,
    "pandas": pandas_floats,
    "Decimal": decimals,
}


def one(side: str, transactions: int, payees: int, again: int) -> dict[str, Any]:
    """One side in this process: best seconds, peak memory beyond the rows, sums."""
    facts = rows(transactions, payees)
    if side != "floor":
        charter(payees)  # the nouns of a charter are built once a process
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took, sums = [], {}
    for _ in range(again):
        start = time.perf_counter()
        sums = SIDES[side](facts, payees)
        took.append(time.perf_counter() - start)
    told: dict[str, Any] = {
        "side": side,
        "seconds": min(took),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "rows_mb": round(before / 1024),
        "sums": sums,
    }
    if side == "remit":
        made = Calculation(charter(payees), facts, LAST)
        made.stints  # noqa: B018  who is on which plan is known by then
        start = time.perf_counter()
        lines = made.earned("p7")
        told["explained"] = {"lines": len(lines), "seconds": time.perf_counter() - start}
    return told


def main() -> None:
    """Run every side in a process of its own, compare the sums, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--transactions", type=int, default=1_000_000)
    parser.add_argument("--payees", type=int, default=5_000)
    parser.add_argument("--again", type=int, default=3)
    parser.add_argument("--only", choices=SIDES)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.only:
        print(json.dumps(one(asked.only, asked.transactions, asked.payees, asked.again)))
        return
    found = {}
    for side in SIDES:
        again = 1 if side == "Decimal" else asked.again
        command = [sys.executable, __file__, "--only", side, "--again", str(again)]
        command += ["--transactions", str(asked.transactions), "--payees", str(asked.payees)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        found[side] = json.loads(ran.stdout)
    least = found["floor"]["seconds"]
    exact = {key: cents for key, cents in found["Decimal"].pop("sums").items() if cents}
    for side, told in found.items():
        print(f"{side:8} {told['seconds']:8.2f} s {told['seconds'] / least:6.1f} x floor", end="")
        print(f"  peak {told['peak_mb']} MB, of which rows {told['rows_mb']} MB", end="")
        sums = told.pop("sums", None)
        if side in ("remit", "pandas"):
            other = {key: cents for key, cents in sums.items() if cents}
            wrong = sum(exact.get(k) != other.get(k) for k in exact.keys() | other.keys())
            told["differ"] = wrong
            print(f"  {wrong} of {len(exact):,} payee-months differ from Decimal", end="")
        print()
    print(f"one payee explained: {found['remit']['explained']}")
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
