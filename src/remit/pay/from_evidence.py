"""Facts from loaded evidence: who won, met and left, as the CRM and the contracts tell it.

Pay is about named people: pseudonyms are turned into the names by which the charter knows them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from remit.charter import Charter
from remit.charter.market import RetentionIndicator
from remit.compensation.bonus import Bonus
from remit.compensation.commission import Commission
from remit.compensation.components import pays_on
from remit.compensation.measures import measured, named
from remit.evidence import Evidence
from remit.measures import open_for
from remit.measures.after_signing import customers, left_on
from remit.measures.attainment import credited_deals, credits
from remit.measures.recurring import recurring_revenue, ultimate_parents
from remit.pay.facts import OTHERS, TRANSACTIONS
from remit.pay.payees import Stint, stints
from remit.terms import Period, Place, Problem, RemitError

KINDS: Mapping[str, str] = {
    "new": "new_arr",
    "expansion": "expansion_arr",
    "renewal": "renewed_arr",
}
"""Kinds of won deals, and the measure that each counts for."""
UNPAID = "unpaid"
"""In the kind of an absence: the days count neither for quota nor for pay at target."""


def take(con: duckdb.DuckDBPyConnection, charter: Charter, file: Path) -> None:
    """Put what loaded evidence tells among stored facts.

    A won deal is credited as measures of attainment credit it: to its owner when it closed, and by
    its splits. One that was entered only after its close day is of its close day, or of an earlier
    day on which its history says that it was won, and known since it was entered. One that was won
    and is not any more was cancelled on the day it left the stage in which won deals of its
    pipeline stand. Steps of handoffs count for whoever offered the meeting, where a plan pays for
    them.
    A deal's customer left on the day from which it paid nothing; it reached the indicator on the
    first day with a high enough reading of usage, where the indicator's `field` is one
    (`usage.seats`). Quotas belong to the component that pays on their measure. Absences count
    where their kind says that they were unpaid.

    Raises:
        RemitError: If the evidence cannot be opened for this charter, or a won deal of somebody on
            a plan has no amount.
    """
    evidence = open_for(charter, file)
    names = people_named(charter, evidence)
    on_plans = stints(charter)
    problems: list[Problem] = []
    rows = [*_deals(charter, evidence, names, on_plans, problems)]
    rows += _steps(charter, evidence, names)
    _store(con, "transactions", TRANSACTIONS, rows)
    _store(con, "quotas", OTHERS["quotas"], _quotas(charter, evidence, names, on_plans, problems))
    _store(con, "absences", OTHERS["absences"], _absences(evidence, names))
    if problems:
        raise RemitError(problems)


def people_named(charter: Charter, evidence: Evidence) -> dict[str, str]:
    """The name of each pseudonym: as the charter has it, else as the CRM does."""
    spelled = {spell.person.casefold(): spell.person for spell in charter.people}
    found = {}
    for row in evidence.people():
        words = [str(row[word]) for word in ("name", "email", "source_id") if row[word]]
        known = [spelled[word.casefold()] for word in words if word.casefold() in spelled]
        short = [spelled[w] for w in spelled if words and w[:15] == words[-1].casefold()]
        found[row["person_id"]] = (known or short or words or [row["person_id"]])[0]
    return found


def _paid_on(charter: Charter) -> set[str]:
    """Every measure that a plan pays on, by its name in the catalogue."""
    return {
        _name(charter, words)
        for plan in charter.plans.values()
        for component in plan.components.values()
        for words in pays_on(component)
    }


def _name(charter: Charter, words: str) -> str:
    own = charter.measures.get(words)
    return named(own.of if own is not None else words) or words


# Deals


def _deals(
    charter: Charter,
    evidence: Evidence,
    names: Mapping[str, str],
    on_plans: Iterable[Stint],
    problems: list[Problem],
) -> Iterator[dict[str, Any]]:
    zone = ZoneInfo(evidence.time_zone)
    deals: dict[str, list[dict[str, Any]]] = defaultdict(list)
    undone, since = _undone(evidence, zone)
    for table in (credited_deals(evidence), credited_deals(evidence, undone)):
        for row in table.to_pyarrow().to_pylist():
            deals[row["opportunity_id"]].append(row)
    opened, stated = _days(evidence, zone)
    accounts = _accounts(evidence)
    after = _After(charter, evidence)
    count_customers = "new_customers" in _paid_on(charter)
    paid = defaultdict(list)
    for stint in on_plans:
        paid[stint.payee].append(stint.over)
    for deal, rows in sorted(deals.items()):
        first = rows[0]
        kind = KINDS.get(first["kind"] or "")
        if kind is None:
            continue
        day, known = _local(first["closed_at"], zone), None
        entered = opened.get(deal)
        if entered is not None and deal in stated and stated[deal] < entered:
            known = max(day, entered)
            if entered <= day:  # its history begins too late to tell when it was won
                day = stated[deal]
        credited = [
            (names.get(person, person), share, how) for person, share, how in _credits(rows)
        ]
        if first["amount"] is None:
            mine = any(day in over for payee, _, _ in credited for over in paid[payee])
            if mine and deal not in since:
                problems.append(
                    Problem(
                        Place(str(evidence.file)),
                        deal,
                        f"was won on {day} and has no amount.",
                        "Fill it in the CRM and load it again.",
                    )
                )
            continue
        if deal in since and since[deal] <= (known or day):
            continue  # a slip that was mended at once
        gone, reached = after.left(first["account_id"], day), after.reached(first["account_id"])
        told = {
            "id": deal,
            "day": day,
            "measure": kind,
            "amount": first["amount"],
            "currency": first["currency"],
            "account": accounts.get(first["account_id"], first["account_id"]),
            "known_on": known,
            "opened_on": opened.get(deal),
            "left_on": gone,
            "reached_on": reached,
        }
        counted = {**told, "id": f"{deal} new customer", "measure": "new_customers"}
        counted |= {"amount": Decimal(1), "currency": None}
        kinds = [told, counted] if count_customers and kind == "new_arr" else [told]
        if deal in since:
            end = {"known_on": since[deal], "cancelled_on": since[deal]}
            kinds += [{**each, **end} for each in kinds]
        for each in kinds:
            if not credited:
                yield each
            for payee, share, how in credited:
                yield {**each, "payee": payee, "share": share, "credit": how}


def _credits(rows: list[dict[str, Any]]) -> list[tuple[str, Decimal, str]]:
    """Who is credited with how much of a deal, and how.

    A share of revenue comes before any other; overlays are extra, and leave the owner the whole
    where nothing else is split.
    """
    then = [row for row in rows if row["owner_then"] is not None]
    owner = max(then, key=lambda r: r["from_at"])["owner_then"] if then else rows[0]["owner_id"]
    splits: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for row in rows:
        if row["split_to"] is not None and row["split_share"] is not None:
            words = row["split_kind"].casefold()
            rank = 2 if "overlay" in words else 0 if "revenue" in words else 1
            share = Decimal(str(row["split_share"]))
            mine = splits[rank]
            mine[row["split_to"]] = max(mine.get(row["split_to"], share), share)
    direct = splits[0] or splits[1]
    found = [(p, s, "split" if s < 1 else "owner") for p, s in sorted(direct.items()) if s > 0]
    if not direct and owner is not None:
        found.append((owner, Decimal(1), "owner"))
    return found + [(p, s, "overlay") for p, s in sorted(splits[2].items()) if s > 0]


def _undone(evidence: Evidence, zone: ZoneInfo) -> tuple[Any, dict[str, date]]:
    """Deals that were won and are not any more, as they were when won; and the day that ended.

    A deal was won while it stood in a stage in which won deals of its pipeline stand: another
    pipeline may call a stage of open deals the same.
    """
    deals, changes = evidence["opportunities"], evidence["stage_changes"]
    left = changes.filter((changes.record_type == "opportunity") & changes.left_at.notnull())
    left = left.join(
        deals.select("opportunity_id", "pipeline"), left.record_id == deals.opportunity_id
    )
    won = deals.filter(deals.won).select(won_in="pipeline", won_stage="stage").distinct()
    stood = left.semi_join(
        won, [left.stage == won.won_stage, left.pipeline.identical_to(won.won_in)]
    )
    ends = stood.group_by(deal="record_id").agg(
        won_at=lambda t: t.entered_at.max(), undone_at=lambda t: t.left_at.max()
    )
    found = deals.join(ends, deals.opportunity_id == ends.deal)
    found = found.filter(~found.won.fill_null(False))
    found = found.mutate(won=True, closed_at=found.won_at)
    rows = found.select("opportunity_id", "undone_at").to_pyarrow().to_pylist()
    return found, {row["opportunity_id"]: _local(row["undone_at"], zone) for row in rows}


def _days(evidence: Evidence, zone: ZoneInfo) -> tuple[dict[str, date], dict[str, date]]:
    """The day on which each deal was entered, and the close day that it states."""
    deals = evidence["opportunities"].select("opportunity_id", "created_at", "close_day")
    rows = deals.to_pyarrow().to_pylist()
    return (
        {r["opportunity_id"]: _local(r["created_at"], zone) for r in rows if r["created_at"]},
        {r["opportunity_id"]: r["close_day"] for r in rows if r["close_day"]},
    )


def _accounts(evidence: Evidence) -> dict[str, str]:
    """What accounts are called, where only one is called so."""
    rows = evidence["accounts"].select("account_id", "name").to_pyarrow().to_pylist()
    called: dict[str, int] = defaultdict(int)
    for row in rows:
        called[row["name"] or ""] += 1
    return {
        row["account_id"]: row["name"]
        if row["name"] and called[row["name"]] == 1
        else row["account_id"]
        for row in rows
    }


class _After:
    """What became of the customers: when they left, and reached the indicator of retention."""

    def __init__(self, charter: Charter, evidence: Evidence) -> None:
        numbers = charter.numbers()
        over = Period(evidence.first_day, evidence.as_of + timedelta(days=1))
        self.book = recurring_revenue(evidence, charter, numbers, over)
        self.top = customers(evidence).top
        self._days = _reached(charter, evidence, self.top)

    def left(self, account: str | None, signed: date) -> date | None:
        """The first day after signing on which the customer was none any more."""
        day = left_on(self.book, self.top.get(account or "", account or ""))
        return day if day is not None and day > signed else None

    def reached(self, account: str | None) -> date | None:
        """The first day on which the customer was seen to reach the indicator."""
        return self._days.get(self.top.get(account or "", account or ""))


def _reached(charter: Charter, evidence: Evidence, top: Mapping[str, str]) -> dict[str, date]:
    """The day on which each customer reached the indicator that holds in its segment."""
    found: dict[str, date] = {}
    rows = evidence["accounts"].account_id.to_pyarrow().to_pylist()
    _, segments = ultimate_parents(evidence, set(rows))
    readings: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in (
        evidence["usage"].select("account_id", "day", "metric", "value").to_pyarrow().to_pylist()
    ):
        readings[row["metric"]].append(row)
    for indicator in charter.retention_indicators.values():
        for row in _enough(indicator, readings):
            customer = top.get(row["account_id"], row["account_id"])
            if not indicator.segments or segments.get(customer) in indicator.segments:
                found[customer] = min(found.get(customer, row["day"]), row["day"])
    return found


def _enough(
    indicator: RetentionIndicator, readings: Mapping[str, list[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """Readings that reach an indicator. One of at most 100% is a share of what was licensed.

    What was licensed is the metric whose name says so, read on the same day; without it nobody is
    seen to reach such an indicator.
    """
    table, _, metric = str(indicator.field or "").partition(".")
    mine = readings.get(metric, []) if table == "usage" else []
    least = indicator.at_least
    if least is not None and least <= 1 and any(row["value"] > 1 for row in mine):
        licensed = {
            (row["account_id"], row["day"]): row["value"]
            for name, rows in readings.items()
            if name != metric and any(word in name.casefold() for word in ("licen", "seat"))
            for row in rows
        }
        for row in mine:
            whole = licensed.get((row["account_id"], row["day"]))
            if whole and row["value"] >= float(least) * whole:
                yield row
        return
    yield from (r for r in mine if (r["value"] > 0 if least is None else r["value"] >= least))


# Steps, quotas, absences


def _steps(
    charter: Charter, evidence: Evidence, names: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    paid = _paid_on(charter)
    wanted = {name: one.step for name, one in measured().items() if one.step and name in paid}
    if not wanted:
        return
    over = Period(evidence.first_day, evidence.as_of + timedelta(days=1))
    for credit in credits(evidence, charter, charter.numbers(), over):
        for measure, step in wanted.items():
            if credit.of == step and credit.amount is None and credit.currency is None:
                yield {
                    "id": f"{credit.record_id} {step}",
                    "day": credit.day,
                    "measure": measure,
                    "amount": Decimal(1),
                    "payee": names.get(credit.person_id, credit.person_id),
                }


def _quotas(
    charter: Charter,
    evidence: Evidence,
    names: Mapping[str, str],
    on_plans: Iterable[Stint],
    problems: list[Problem],
) -> Iterator[dict[str, Any]]:
    by_payee: dict[str, list[Stint]] = defaultdict(list)
    for stint in on_plans:
        by_payee[stint.payee].append(stint)
    for row in evidence["quotas"].to_pyarrow().to_pylist():
        payee, measure = names.get(row["person_id"], ""), _name(charter, row["measure"])
        period = Period(row["first_day"], max(row["first_day"], row["end_day"]))
        fitting = {
            (name, stint.plan.currency or charter.currency)
            for stint in by_payee[payee]
            if stint.over.meet(period) is not None
            for name, component in stint.plan.components.items()
            if isinstance(component, (Commission, Bonus))
            and component.quota is not None
            and _name(charter, component.pays_on) == measure
        }
        for component, currency in sorted(fitting):
            if row["currency"] not in (None, "", currency):
                problems.append(
                    Problem(
                        Place(str(evidence.file)),
                        f"quotas.{payee}",
                        f"has a quota in {row['currency']}, and the plan pays in {currency}.",
                        f"State the quota in {currency}.",
                    )
                )
            yield {
                "payee": payee,
                "component": component,
                "first_day": row["first_day"],
                "last_day": row["end_day"] - timedelta(days=1),
                "amount": row["amount"],
            }


def _absences(evidence: Evidence, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for row in evidence["absences"].to_pyarrow().to_pylist():
        if UNPAID in (row["kind"] or "").casefold() and row["person_id"] in names:
            yield {
                "payee": names[row["person_id"]],
                "first_day": row["first_day"],
                "last_day": row["end_day"] - timedelta(days=1),
            }


def _local(instant: datetime, zone: ZoneInfo) -> date:
    return instant.replace(tzinfo=UTC).astimezone(zone).date()


def _store(
    con: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, tuple[str, str]],
    rows: Iterable[Mapping[str, Any]],
) -> None:
    told = list(rows)
    if told:
        values = [[row.get(column) for row in told] for column in columns]
        cast = ", ".join(f"unnest(?)::{kind}" for kind, _ in columns.values())
        con.execute(f"INSERT INTO stored_{name} SELECT {cast}, NULL, NULL", values)
