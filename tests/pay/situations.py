"""Random plans and streams of deals, in the words of files, and what remit makes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import numpy as np

from remit.charter import Charter
from remit.pay.calculate import Calculation
from remit.pay.facts import OTHERS, TRANSACTIONS, Facts, facts_of, settled
from remit.pay.release import lines
from tests.pay.reference import Key, Row, Situation, pay

FIRST = date(2026, 1, 1)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September")
MONTHS += ("October", "November", "December")
QUOTAS = {"month": 40_000, "quarter": 120_000, "half_year": 240_000, "year": 480_000}


class Draw:
    """Chance, in the few ways in which a situation needs it."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)

    def one(self, *of: Any) -> Any:
        return of[int(self.chance.integers(len(of)))]

    def happens(self, share: float) -> bool:
        return bool(self.chance.random() < share)

    def whole(self, low: int, high: int) -> int:
        return int(self.chance.integers(low, high + 1))

    def day(self, low: date, high: date) -> date:
        return low + timedelta(days=self.whole(0, (high - low).days))

    def money(self, about: float) -> float:
        """Often an amount with odd cents, sometimes a round one."""
        amount = float(self.chance.lognormal(np.log(about), 0.9))
        return float(round(amount, -3)) if self.happens(0.3) else round(amount, 2)

    def percent(self, low: int, high: int) -> str:
        return f"{self.whole(low * 4, high * 4) / 4:g}%"


def situation(seed: int) -> Situation:
    """One company, its plans and what happened in it; the same for the same seed."""
    draw = Draw(seed)
    period = draw.one("month", "quarter", "quarter", "half_year", "year")
    plans = {"seller": _plan(draw, period)}
    people: list[dict[str, Any]] = [{"person": "Ann", "role": "seller"}]
    if draw.happens(0.6):
        people.append({"person": "Ben", "role": "seller"})
    for one in people:
        if draw.happens(0.3):
            one["from"] = draw.day(date(2025, 10, 1), date(2026, 6, 30))
        if draw.happens(0.15):
            one["to"] = draw.day(date(2026, 7, 1), date(2026, 12, 15))
        if draw.happens(0.1):
            one["share"] = draw.one(0.5, 0.8)
    if draw.happens(0.25):
        plans["manager"] = _leading(draw, period)
        people.append({"person": "Mia", "role": "manager"})
        for one in people[:-1]:
            one["manager"] = "Mia"
    if draw.happens(0.15):
        plans["overlay"] = _overlay(draw, period)
        people.append({"person": "Oli", "role": "overlay"})
        if "manager" in plans:
            people[-1]["manager"] = "Mia"
    if draw.happens(0.1):  # Ann changes to a second plan
        plans["senior"] = _plan(draw, period)
        change = draw.day(date(2026, 3, 1), date(2026, 6, 30))
        if people[0].get("from", FIRST) < change - timedelta(days=1):
            end = people[0].pop("to", None)
            people[0]["to"] = change - timedelta(days=1)
            later = {**people[0], "role": "senior", "from": change}
            later.pop("to")
            people.append(later if end is None else {**later, "to": end})
    through = draw.one(date(2026, 12, 31), draw.day(date(2026, 2, 1), date(2027, 2, 28)))
    owners = _owners(draw)
    transactions = _transactions(draw, [p["person"] for p in people], bool(owners))
    return Situation(
        plans=plans,
        people=people,
        through=through,
        transactions=transactions,
        readings=_readings(draw),
        quotas=_quotas(draw, plans["seller"], period),
        rates=_rates(draw, transactions),
        owners=owners,
        absences=[
            {"payee": "Ann", "first_day": day, "last_day": day + timedelta(days=draw.whole(0, 45))}
            for day in ([draw.day(FIRST, date(2026, 9, 1))] if draw.happens(0.15) else [])
        ],
        year_starts=draw.one(1, 1, 1, 2, 7),
        as_of=draw.one(None, through, draw.day(date(2026, 3, 1), date(2027, 2, 28))),
    )


# Plans


def _plan(draw: Draw, period: str) -> dict[str, Any]:
    plan: dict[str, Any] = {"ote": 120_000 + 7 * draw.whole(0, 20_000), "period": period}
    plan["pay_mix"] = draw.one("50/50", "60/40", "70/30")
    names = ["new", "grown", "kept"][: draw.one(1, 1, 2, 3)]
    plan["components"] = {name: _component(draw, name, period) for name in names}
    for name, component in plan["components"].items():
        _conditions(draw, plan, name, component)
    if draw.happens(0.1):
        plan["components"]["prize"] = {
            "kind": "spif",
            "pays_on": "new_arr",
            "each": 1,
            "from": date(2026, 3, 1),
            "to": date(2026, 5, 15),
        }
        plan["components"]["prize"]["each"] = draw.whole(1, 40) / 1000
    counted = {component.get("counted") for component in plan["components"].values()}
    if "year_to_date" not in counted and draw.happens(0.15):
        plan["combine"] = "multiplicative"
    if draw.happens(0.4):
        plan["release"] = _release(draw)
    if draw.happens(0.35):
        plan["clawback"] = {
            "kind": draw.one("full", "pro_rata", "rerun"),
            "within": draw.one("4 months", "1 year", "180 days"),
        }
    if draw.happens(0.2):
        plan["ramp"] = {
            "quota": draw.one(["0%", "25%", "50%", "100%"], ["50%", "100%"], ["33%", "66%", "1%"]),
            "per": draw.one("month", "quarter"),
            "target_pay": draw.one("full", "ramped"),
        }
    if draw.happens(0.15):
        plan["cap"] = draw.one("50%", "100%", "250%")
    if draw.happens(0.2):
        plan["multi_year"] = draw.one("total", "yearly_average")
    plan["exchange"] = draw.one("plan_rate", "month_average", "day_of_booking")
    plan["plan_rates"] = {"EUR": 1.1, "GBP": 1.2525}
    return plan


def _component(draw: Draw, name: str, period: str) -> dict[str, Any]:
    measure = {"new": "new_arr", "grown": "expansion_arr", "kept": "bookings"}[name]
    if name == "new" and draw.happens(0.4):
        measure = "bookings"
    kind = draw.one(*["commission"] * 6, "bonus", "level", "matrix", "objectives", "deal bonus")
    stated = _quota(draw, period)
    if kind == "level":
        points = [
            {"at": "85%", "pays": 0},
            {"at": "92%", "pays": "100%"},
            {"at": 1, "pays": "150%"},
        ]
        return {"kind": "bonus", "pays_on": draw.one("grr", "nrr"), "points": points} | _line(draw)
    if kind == "bonus":
        points = [{"at": draw.one(0, "60%"), "pays": draw.one(0, "20%")}]
        points += [{"at": "100%", "pays": "100%"}, {"at": "180%", "pays": "275%"}]
        return {
            "kind": "bonus",
            "pays_on": measure,
            "quota": stated,
            "points": points,
            "counted": draw.one("period", "period", "year_to_date"),
        } | _line(draw)
    if kind == "deal bonus":
        points = [{"at": 0, "pays": 0}, {"at": 1000, "pays": "10%"}, {"at": 30000, "pays": "150%"}]
        return {
            "kind": "bonus",
            "pays_on": measure,
            "counted": "deal",
            "target": draw.whole(50, 500),
            "points": points,
        } | _line(draw)
    if kind == "matrix":
        return {
            "kind": "matrix",
            "target": draw.whole(3_000, 9_000),
            "rows": {"measure": "nrr", "from": [0, "80%", "100%"]},
            "columns": {"measure": "grr", "from": [draw.one(0, "70%"), "90%"]},
            "pays": [[0, "25%"], ["33.3%", "70%"], ["100%", "175%"]],
        }
    if kind == "objectives":
        return {"kind": "objectives", "objectives": {"Playbook": "37%", "Region": "63%"}}
    return {"pays_on": measure} | _commission(draw, stated)


def _commission(draw: Draw, stated: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    table = draw.one("flat", "quota", "tiers", "tiers", "tiers", "amounts", "deal size")
    if table == "flat":
        found["rate"] = draw.percent(1, 15)
        if draw.happens(0.5):
            found["quota"] = stated
    elif table == "quota":
        found["quota"] = stated
    elif table == "deal size":
        found["counted"] = "deal"
        found["table"] = draw.one("marginal", "retroactive")
        found["tiers"] = [
            {"from": 0, "rate": draw.percent(1, 9)},
            {"from": 10_000, "rate": draw.percent(1, 9)},
            {"from": 60_000.01, "rate": draw.percent(1, 9)},
        ]
    else:
        if table == "tiers":
            found["quota"] = stated
            levels = draw.one(["0%", "100%", "125%"], ["0%", "50%", "100%"], ["10%", "80%"], ["0%"])
        else:
            levels = [0, 15_000, draw.one(80_000, 44_444.44)]
            if draw.happens(0.3):
                found |= {"quota": stated, "tiers_by": "amount"}
        found["tiers"] = [{"from": at, "rate": draw.percent(1, 20)} for at in levels]
        how = draw.one("marginal", "marginal", "retroactive", "back", "back twice", "crossing")
        if how == "retroactive":
            found["table"] = "retroactive"
        if how.startswith("back") and len(levels) > 1:
            found["tiers"][-1]["back_to"] = draw.one(levels[0], levels[len(levels) // 2 - 1], 0)
        if how == "back twice" and len(levels) > 2:
            found["tiers"][1]["back_to"] = levels[0]
        if how == "crossing":
            found["crossing"] = draw.one("before", "after", "split")
        if draw.happens(0.2):
            found["counted"] = "year_to_date"
    if found.get("quota") and draw.happens(0.25):
        found["windfall"] = {"over_quota": draw.one("50%", "100%")}
    elif draw.happens(0.08):
        found["windfall"] = {"over_amount": draw.one(20_000, 75_000)}
    if "windfall" in found:
        treatments = ("base_rate", "not_paid", "no_quota_credit", "staged")
        found["windfall"]["excess"] = draw.one(*treatments)
    if draw.happens(0.08):
        found["products"] = ["A"]
    return found


def _quota(draw: Draw, period: str) -> Any:
    if draw.happens(0.2):
        per = draw.one("month", "quarter", "year")
        return {"target": QUOTAS[per] + draw.whole(0, 9_999), "per": per}
    return draw.one(0, *[QUOTAS[period] + draw.whole(-9_999, 9_999)] * 12)


def _line(draw: Draw) -> dict[str, Any]:
    return {"between": draw.one("line", "step")}


def _conditions(draw: Draw, plan: Row, name: str, component: dict[str, Any]) -> None:
    """Gates, modifiers, caps, instalments and credit."""
    gates = []
    quotas = [
        other
        for other, one in plan["components"].items()
        if "quota" in one
        and (one.get("counted") == "year_to_date") == (component.get("counted") == "year_to_date")
    ]
    if quotas and draw.happens(0.2):
        gates.append({"component": draw.one(*quotas), "at_least": draw.one("40%", "100%")})
    if draw.happens(0.1):
        gates.append({"measure": "grr", "at_least": "90%"})
    for gate in gates:
        gate["opens"] = draw.one("all", "accelerators")
    if gates:
        component["gates"] = gates
    if draw.happens(0.12):
        component["modifiers"] = [
            {
                "measure": "gross_margin_rate",
                "steps": [{"from": "5%", "times": "75%"}, {"from": "20%", "times": "115%"}],
            }
        ]
    if draw.happens(0.2):
        per = draw.one("period", "year", "deal")
        if per == "deal" or draw.happens(0.4):
            component["cap"] = {"per": per, "amount": draw.whole(500, 20_000)}
        else:
            component["cap"] = {"per": per, "times_target": draw.one("30%", "100%", "200%")}
    if draw.happens(0.12):
        component["release"] = _release(draw)
    if draw.happens(0.25):
        component["credit"] = {
            "to": draw.one("owner", "split", "pool"),
            "after_handover": "30 days",
            "former_owner": draw.one("50%", "33%"),
            "only_open_deals": draw.happens(0.5),
        }


def _leading(draw: Draw, period: str) -> dict[str, Any]:
    team = {"pays_on": "bookings", "credit": {"to": "team"}} | _commission(draw, 400_000)
    return {"ote": 240_000, "pay_mix": "60/40", "period": period, "components": {"team": team}} | {
        "plan_rates": {"EUR": 1.1, "GBP": 1.2525}
    }


def _overlay(draw: Draw, period: str) -> dict[str, Any]:
    beside = {"pays_on": "bookings", "rate": draw.percent(1, 3), "credit": {"to": "overlay"}}
    return {
        "ote": 150_000,
        "pay_mix": "70/30",
        "period": period,
        "components": {"beside": beside},
        "plan_rates": {"EUR": 1.1, "GBP": 1.2525},
    }


def _release(draw: Draw) -> list[dict[str, Any]]:
    share = draw.one("50%", "33%", "12.5%")
    rest = {"50%": "50%", "33%": "67%", "12.5%": "87.5%"}[share]
    return draw.one(
        [{"at": "signing", "share": share}, {"at": "cash", "share": rest}],
        [
            {"at": "signing", "share": share},
            {
                "at": "retention_indicator",
                "share": rest,
                "within": draw.one("90 days", "120 days"),
                "if_missed": draw.one("forfeited", "carried"),
                "leaver": draw.one("forfeited", "paid"),
            },
        ],
        [
            {"at": "customer_month", "month": 1, "share": "50%"},
            {"at": "customer_month", "month": 6, "share": "25%"},
            {"at": "customer_month", "month": 12, "share": "25%"},
        ],
        [
            {"at": "signing", "share": "33%"},
            {"at": "cash", "share": "33%", "leaver": "paid"},
            {"at": "customer_month", "month": 3, "share": "34%"},
        ],
    )


# What happened


def _transactions(draw: Draw, names: list[str], owned: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    sellers = [name for name in dict.fromkeys(names) if name in ("Ann", "Ben")]
    for at in range(draw.whole(1, 9)):
        day = draw.day(FIRST, date(2026, 12, 31))
        if draw.happens(0.1):
            day = draw.one(FIRST, date(2026, 3, 31), date(2026, 6, 30), date(2026, 12, 31))
        deal: dict[str, Any] = {
            "id": f"D{draw.whole(0, 99):02}{at}",
            "day": day,
            "measure": draw.one("new_arr", "new_arr", "expansion_arr", "bookings"),
            "amount": draw.money(30_000) * (-1 if draw.happens(0.06) else 1),
            "product": draw.one("A", "B", "A"),
        }
        for column, share, latest in (
            ("cash_on", 0.7, 150),
            ("reached_on", 0.6, 150),
            ("left_on", 0.2, 400),
            ("cancelled_on", 0.05, 100),
        ):
            if draw.happens(share):
                deal[column] = day + timedelta(days=draw.whole(1, latest))
        if draw.happens(0.25):
            deal["prepaid_months"] = draw.one(3, 12)
        if draw.happens(0.2):
            deal["currency"] = draw.one("EUR", "GBP", "USD")
        if draw.happens(0.3):
            deal |= {"years": draw.one(2, 3), "total": round(deal["amount"] * 2.7, 2)}
        found += _entered(draw, deal, sellers, names, owned)
    return found


def _entered(
    draw: Draw, deal: dict[str, Any], sellers: list[str], names: list[str], owned: bool
) -> list[dict[str, Any]]:
    """The rows of a deal: who is credited, and, where it was entered again, as it is since."""
    if owned and draw.happens(0.4):
        opened = deal["day"] - timedelta(days=draw.whole(0, 60))
        rows = [deal | {"account": "Acme", "opened_on": opened}]
    elif len(sellers) > 1 and draw.happens(0.4):
        share = draw.one(("50%", "50%"), ("33.3333%", "66.6667%"), ("10%", "90%"))
        rows = [deal | {"payee": n, "share": s} for n, s in zip(sellers, share, strict=True)]
    else:
        rows = [deal | {"payee": draw.one(*sellers)}]
    if "Oli" in names and rows[0].get("payee") and draw.happens(0.5):
        rows.append(deal | {"payee": "Oli", "credit": "overlay", "share": draw.one("100%", "40%")})
    if draw.happens(0.15):
        late = deal["day"] + timedelta(days=draw.whole(1, 80))
        if draw.happens(0.5):
            return [row | {"known_on": late} for row in rows]
        amount = draw.money(30_000)
        again = {"known_on": late, "amount": amount}
        if "total" in deal:
            again["total"] = round(amount * 2.7, 2)
        rows += [row | again for row in rows]
    return rows


def _readings(draw: Draw) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for measure, low, high in (
        ("grr", 0.8, 1.0),
        ("nrr", 0.7, 1.2),
        ("gross_margin_rate", 0.0, 0.4),
        ("Playbook", 0.0, 1.0),
        ("Region", 0.0, 1.0),
    ):
        for month in range(1, 13):
            if draw.happens(0.6):
                level = round(low + (high - low) * float(draw.chance.random()), draw.whole(1, 6))
                row = {"measure": measure, "day": date(2026, month, 28), "level": level}
                found.append(row | ({"payee": "Ann"} if draw.happens(0.2) else {}))
    return found


def _quotas(draw: Draw, plan: Row, period: str) -> list[dict[str, Any]]:
    """Ann's own quotas, told for months or quarters."""
    if draw.happens(0.8):
        return []
    names = [name for name, one in plan["components"].items() if "quota" in one]
    length = 1 if period == "month" else 3
    found: list[dict[str, Any]] = []
    for at in range(0, 12, length):
        if draw.happens(0.6) and names:
            last = date(2026, at + length + 1, 1) if at + length < 12 else date(2027, 1, 1)
            row: dict[str, Any] = {
                "payee": "Ann",
                "component": names[0],
                "first_day": date(2026, at + 1, 1),
                "last_day": last - timedelta(days=1),
                "amount": draw.whole(10_000, 150_000),
            }
            found.append(row)
            if draw.happens(0.3):
                told = row["first_day"] + timedelta(days=draw.whole(1, 60))
                found.append(row | {"amount": draw.whole(10_000, 150_000), "known_on": told})
    return found


def _rates(draw: Draw, deals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for currency, about in (("EUR", 1.1), ("GBP", 1.25)):
        for month in range(1, 13):
            average = {"currency": currency, "kind": "month_average", "day": date(2026, month, 15)}
            found.append(average | {"rate": round(about + draw.whole(-99, 99) / 1000, 4)})
        for day in sorted({deal["day"] for deal in deals if deal.get("currency") == currency}):
            found.append(
                {"currency": currency, "kind": "day", "day": day, "rate": about + day.day / 1e4}
            )
    return found


def _owners(draw: Draw) -> list[dict[str, Any]]:
    if draw.happens(0.6):
        return []
    moved = draw.day(date(2026, 2, 1), date(2026, 10, 1))
    return [
        {"account": "Acme", "owner": "Ann", "last_day": moved - timedelta(days=1)}
        | {"first_day": date(2025, 1, 1)},
        {"account": "Acme", "owner": "Ben", "first_day": moved},
    ]


# What remit makes of it


def charter_of(s: Situation) -> Charter:
    """The situation's plans and people, as a charter says them."""
    return Charter.model_validate(
        {
            "company": "A Random Company",
            "fiscal_year_starts": MONTHS[s.year_starts - 1],
            "roles": {role: {"is": "AE", "plan": role} for role in s.plans},
            "people": list(s.people),
            "plans": s.plans,
        }
    )


def by_remit(s: Situation) -> dict[Key, int]:
    """What everybody's ledger should hold by `remit.pay`, in cents; nothing left out."""
    con = _empty()
    con.begin()
    try:
        for name, columns in {"transactions": TRANSACTIONS, **OTHERS}.items():
            if rows := getattr(s, name):
                values = [[_exact(row.get(column)) for row in rows] for column in columns]
                casts = ", ".join(f"unnest(?)::{kind}" for kind, _ in columns.values())
                con.execute(f"INSERT INTO {name} SELECT {casts}", values)
        facts = settled(con)
        return _held(s, facts if s.as_of is None else facts.on(s.as_of))
    finally:
        con.rollback()


@cache
def _empty() -> duckdb.DuckDBPyConnection:
    """One database for all situations of a process: so small ones are done twice as fast."""
    con = facts_of().con
    con.execute("SET threads = 1")
    con.execute("PRAGMA disable_optimizer")
    return con


def _held(s: Situation, facts: Facts) -> dict[Key, int]:
    calculation = Calculation(charter_of(s), facts, s.through)
    told: Counter[Key] = Counter()
    for payee in dict.fromkeys(person["person"] for person in s.people):
        for line in lines(calculation, payee):
            if line.state != "credited":
                origin = line.origin.start
                key = Key(
                    line.payee, line.plan, line.component, line.transaction, origin, line.state
                )
                told[key] += line.cents
    return {key: cents for key, cents in told.items() if cents}


def _exact(value: Any) -> Any:
    """A figure as a file would say it."""
    if isinstance(value, str) and value.endswith("%"):
        return str(Decimal(value[:-1]) / 100)
    return str(value) if isinstance(value, float) else value


def differences(seed: int) -> dict[Key, tuple[int, int]]:
    """Where the two disagree: remit's cents, and the reference's."""
    s = situation(seed)
    return compared(by_remit(s), pay(s))


def compared(ours: Mapping[Key, int], theirs: Mapping[Key, int]) -> dict[Key, tuple[int, int]]:
    """Amounts on which two ledgers differ."""
    return {
        key: (ours.get(key, 0), theirs.get(key, 0))
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key, 0) != theirs.get(key, 0)
    }


def mechanisms(s: Situation) -> set[str]:
    """The ways of paying that a situation has, and what happens in it."""
    found: set[str] = set()
    for plan in s.plans.values():
        found |= {f"plan: {w}" for w in ("ramp", "cap") if w in plan}
        found.add(f"components: {plan.get('combine', 'additive')}")
        found |= {f"instalment: {part['at']}" for part in plan.get("release", ())}
        if "clawback" in plan:
            found.add(f"clawback: {plan['clawback']['kind']}")
        for one in plan["components"].values():
            found |= _of(one)
    for deal in s.transactions:
        if deal.get("currency", "USD") != "USD":
            found |= {f"exchange: {p['exchange']}" for p in s.plans.values() if "exchange" in p}
        if deal["amount"] < 0:
            found.add("deal: of less than nothing")
        for column, what in (
            ("cancelled_on", "cancelled"),
            ("left_on", "customer left"),
            ("known_on", "entered late or again"),
            ("years", "of several years"),
            ("account", "of an account that changed hands"),
        ):
            if column in deal:
                found.add(f"deal: {what}")
        if str(deal.get("share", "100%")) != "100%":
            found.add("credit: split")
    for person in s.people:
        found |= {f"person: {what}" for word, what in _SPELL.items() if word in person}
    if s.absences:
        found.add("person: unpaid leave")
    if s.quotas:
        found.add("quota: told to a person")
    if s.year_starts != 1:
        found.add("year: does not start in January")
    return found


_SPELL = {"from": "hired or changed within", "to": "left or changed within", "share": "part-time"}


def _of(one: Row) -> set[str]:
    """The ways of paying that a component has."""
    kind, counted = one.get("kind", "commission"), one.get("counted", "period")
    found = {f"counted: {counted}", f"kind: {kind}"}
    if kind == "commission":
        tiers = one.get("tiers", ())
        if any("back_to" in tier for tier in tiers):
            found.add("tiers: reach back")
        elif tiers:
            found.add(f"tiers: {one.get('table', 'marginal')}")
        else:
            found.add("tiers: none")
        found.add(f"crossing: {one.get('crossing', 'split')}")
    if "windfall" in one:
        found.add(f"windfall: {one['windfall']['excess']}")
    if "points" in one:
        found.add(f"points: {one['between']}")
    if "cap" in one:
        found.add(f"cap: {one['cap']['per']}")
    if "modifiers" in one:
        found.add("modifiers")
    found |= {f"gate: opens {gate['opens']}" for gate in one.get("gates", ())}
    found |= {f"instalment: {part['at']}" for part in one.get("release", ())}
    if "credit" in one:
        found.add(f"credit: {one['credit']['to']}")
    return found
