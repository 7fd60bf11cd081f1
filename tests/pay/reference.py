"""A second, slow and plain way to work out pay, to hold against `remit.pay`.

Written from the conventions alone and not from the code they were made into: exact fractions, a
loop over deals, an if for each rule. There are no curves here: every unit of credit lies in a band,
bands are painted with rates, and what is painted is added up. It knows the words of the plan
language as YAML states them and rows as files state them, and nothing of `remit`.
"""

from __future__ import annotations

import calendar
import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

Row = Mapping[str, Any]
LENGTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
STAGES = (3, 6, 9, 12)
FOREVER = date.max


@dataclass(frozen=True)
class Situation:
    """All that pay is worked out from, in the words of files."""

    plans: Mapping[str, Row]
    """By the role that is paid by it."""
    people: Sequence[Row]
    """`person`, `role`, and where given `from`, `to`, `manager`, `share`."""
    through: date
    transactions: Sequence[Row] = ()
    readings: Sequence[Row] = ()
    quotas: Sequence[Row] = ()
    rates: Sequence[Row] = ()
    owners: Sequence[Row] = ()
    absences: Sequence[Row] = ()
    year_starts: int = 1
    as_of: date | None = None


class Key(NamedTuple):
    """One amount that a ledger holds."""

    payee: str
    role: str
    component: str
    transaction: str
    origin: date
    state: str


@dataclass
class Deal:
    """A transaction as it is known, with who is credited."""

    row: Row
    credits: list[tuple[str, Fraction, str]]

    def at(self, word: str) -> Any:
        return self.row.get(word)


@dataclass
class Paid:
    """What something earned on a day, for a deal or for a period as a whole."""

    day: date
    component: str
    deal: Deal | None
    amount: Fraction
    span: tuple[date, date]
    credit: Fraction = Fraction(0)
    staged: bool = False

    @property
    def id(self) -> str:
        return "" if self.deal is None else str(self.deal.at("id"))


# Numbers and days


def number(text: Any) -> Fraction:
    """A number as a file writes it: 10, 0.1, "10%"."""
    if isinstance(text, str) and text.endswith("%"):
        return Fraction(text[:-1]) / 100
    return Fraction(str(text))


def half_up(amount: Fraction) -> int:
    """Whole cents, halves away from nothing."""
    cents = abs(amount) * 100
    whole, rest = divmod(cents.numerator, cents.denominator)
    if 2 * rest >= cents.denominator:
        whole += 1
    return whole if amount >= 0 else -whole


def in_turn(amounts: Sequence[Fraction]) -> list[int]:
    """Cents of lines of one whole: what is rounded so far, less what was told before."""
    return [
        half_up(sum(amounts[: at + 1], Fraction(0))) - half_up(sum(amounts[:at], Fraction(0)))
        for at in range(len(amounts))
    ]


def months_on(day: date, months: int) -> date:
    """The same day of another month, or its last."""
    at = day.year * 12 + day.month - 1 + months
    year, month = at // 12, at % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def after(day: date, length: str) -> date:
    """The first day past a length of time."""
    count, unit = length.split()
    if unit.startswith("day"):
        return day + timedelta(days=int(count))
    return months_on(day, int(count) * LENGTHS[unit.rstrip("s")])


def span_of(day: date, kind: str, year_starts: int) -> tuple[date, date]:
    """The period a day is in: its first day, and the first after it."""
    start = date(day.year, day.month, 1)
    while (start.month - year_starts) % LENGTHS[kind]:
        start = months_on(start, -1)
    return start, months_on(start, LENGTHS[kind])


def spans(first: date, end: date, kind: str, year_starts: int) -> list[tuple[date, date]]:
    found = []
    while first < end:
        found.append(span_of(first, kind, year_starts))
        first = found[-1][1]
    return found


def common(one: tuple[date, date], other: tuple[date, date]) -> int:
    return max(0, (min(one[1], other[1]) - max(one[0], other[0])).days)


# What is known


def known(s: Situation, row: Row) -> bool:
    known_on = row.get("known_on") or row.get("day") or row.get("first_day")
    return s.as_of is None or known_on <= s.as_of


def deals(s: Situation) -> list[Deal]:
    """Each transaction as it was entered last, without what happened after the last day."""
    versions: dict[str, dict[date, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in s.transactions:
        if known(s, row):
            versions[row["id"]][row.get("known_on") or row["day"]].append(row)
    found = []
    for entered in versions.values():
        rows = entered[max(entered)]
        told = dict(rows[0])
        for event in ("cancelled_on", "left_on", "cash_on", "reached_on"):
            if told.get(event) is not None and told[event] > s.through:
                told[event] = None
        credits = []
        for row in rows:
            if row.get("payee"):
                share = number(row.get("share", 1))
                credits.append(
                    (row["payee"], share, row.get("credit") or ("split" if share < 1 else "owner"))
                )
        if told["day"] <= s.through:
            found.append(Deal(told, credits))
    return sorted(found, key=lambda deal: (deal.at("day"), deal.at("id")))


def level(s: Situation, measure: str, payee: str, span: tuple[date, date]) -> Fraction | None:
    """The last reading in a period, the payee's own before everybody's."""
    for whose in (payee, ""):
        its = [
            row
            for row in s.readings
            if row["measure"] == measure
            and (row.get("payee") or "") == whose
            and span[0] <= row["day"] < span[1]
            and known(s, row)
        ]
        if its:
            return number(max(its, key=lambda row: row["day"])["level"])
    return None


# One person on one plan


@dataclass
class OnPlan:
    """A spell of a person, and the plan of its role."""

    s: Situation
    spell: Row
    plan: Row
    known: list[Deal]

    @property
    def payee(self) -> str:
        return str(self.spell["person"])

    @property
    def days(self) -> tuple[date, date]:
        last = self.spell.get("to")
        return (
            self.spell.get("from") or date.min,
            FOREVER if last is None else last + timedelta(days=1),
        )

    @property
    def job(self) -> Fraction:
        return number(self.spell.get("share", 1))

    @property
    def leaves(self) -> date | None:
        ends = [p.get("to") for p in self.s.people if p["person"] == self.payee]
        return None if None in ends else max(ends) + timedelta(days=1)

    def worked(self, span: tuple[date, date]) -> int:
        """Days in office in a period, without unpaid leave."""
        days = max(span[0], self.days[0]), min(span[1], self.days[1])
        total = common(days, days)
        for away in self.s.absences:
            if away["payee"] == self.payee:
                total -= common(days, (away["first_day"], away["last_day"] + timedelta(days=1)))
        return total

    def part(self, span: tuple[date, date]) -> Fraction:
        return Fraction(self.worked(span), common(span, span)) * self.job

    def ramped(self, span: tuple[date, date]) -> Fraction:
        """Days in office, each at the share of the quota that its period of tenure asks for."""
        ramp = self.plan.get("ramp")
        if ramp is None or self.days[0] == date.min:
            return self.part(span)
        kind = ramp.get("per", "quarter")
        total = Fraction(0)
        for piece in spans(*span, kind, self.s.year_starts):
            tenure = len(spans(self.days[0], piece[1], kind, self.s.year_starts))
            if tenure:
                share = number(ramp["quota"][min(tenure, len(ramp["quota"])) - 1])
                inside = max(piece[0], span[0]), min(piece[1], span[1])
                total += share * Fraction(self.worked(inside), common(span, span))
        return total * self.job

    def kind(self, component: Row) -> str:
        counted = component.get("counted") == "year_to_date"
        return "year" if counted else str(self.plan.get("period", "quarter"))

    @property
    def variable(self) -> Fraction:
        """Variable pay at target for a year."""
        return number(self.plan["ote"]) * Fraction(self.plan["pay_mix"].split("/")[1]) / 100

    def weight(self, name: str) -> Fraction:
        parts = {n: c for n, c in self.plan["components"].items() if c.get("kind") != "spif"}
        if name not in parts:
            return Fraction(0)
        if "weight" in parts[name]:
            return number(parts[name]["weight"])
        stated = sum((number(c["weight"]) for c in parts.values() if "weight" in c), Fraction(0))
        return (1 - stated) / sum("weight" not in c for c in parts.values())

    def target(self, name: str, component: Row, span: tuple[date, date]) -> Fraction:
        """Pay at target in a period, for the days in office."""
        months = LENGTHS[self.kind(component)]
        if component.get("counted") == "deal" and component.get("kind") == "bonus":
            part = Fraction(1)  # what a deal's size pays is no target for a time
        elif (self.plan.get("ramp") or {}).get("target_pay") == "ramped":
            part = self.ramped(span)
        else:
            part = self.part(span)
        if "target" in component:
            whole = number(component["target"]) / LENGTHS[self.plan.get("period", "quarter")]
        else:
            whole = self.variable * self.weight(name) / 12
        return whole * months * part

    def quota(self, name: str, component: Row, span: tuple[date, date]) -> Fraction | None:
        """What is asked for in a period: told to this person, or the plan's for days and ramp."""
        if "quota" not in component:
            return None
        own = self.own(name, span)
        if not own:
            return self.stated(component) * self.ramped(span)
        total = Fraction(0)
        for days, amount in own.items():
            if days[0] >= span[0] and days[1] <= span[1]:
                total += amount
            else:
                total += amount * Fraction(common(days, span), common(days, days)) * self.part(span)
        return total

    def whole_quota(self, name: str, component: Row, span: tuple[date, date]) -> Fraction:
        """The quota without days and ramp, which a windfall is held against."""
        own = self.own(name, span)
        if not own:
            return self.stated(component)
        return sum(
            (a * Fraction(common(days, span), common(days, days)) for days, a in own.items()),
            Fraction(0),
        )

    def own(self, name: str, span: tuple[date, date]) -> dict[tuple[date, date], Fraction]:
        """Quotas told to this person for days of a period; of the same days, the last one told."""
        told = [
            row
            for row in self.s.quotas
            if row["payee"] == self.payee
            and (row.get("component") or name) == name
            and row["first_day"] < span[1]
            and row["last_day"] >= span[0]
            and known(self.s, row)
        ]
        found = {}
        for row in sorted(told, key=lambda row: row.get("known_on") or row["first_day"]):
            found[row["first_day"], row["last_day"] + timedelta(days=1)] = number(row["amount"])
        return found

    def stated(self, component: Row) -> Fraction:
        """The plan's quota for a whole period of the component."""
        quota = component["quota"]
        per = self.plan.get("period", "quarter")
        if isinstance(quota, Mapping):
            amount, per = number(quota["target"]), quota.get("per", per)
        else:
            amount = number(quota)
        return amount * LENGTHS[self.kind(component)] / LENGTHS[per]

    # Credit

    def credit(self, component: Row, deal: Deal) -> Fraction:
        """What of a deal counts for this person, in the plan's currency; nothing if it does not."""
        if not self.days[0] <= deal.at("day") < self.days[1] or deal.at("cancelled_on"):
            return Fraction(0)
        if "pays_on" not in component:
            return Fraction(0)
        narrower = {"bookings": ("bookings", "new_arr", "expansion_arr")}
        wanted = narrower.get(component["pays_on"], (component["pays_on"],))
        if deal.at("measure") not in wanted:
            return Fraction(0)
        if component.get("products") and deal.at("product") not in component["products"]:
            return Fraction(0)
        back = self.plan.get("clawback")
        if back and back["kind"] == "rerun" and self.left_early(deal):
            return Fraction(0)
        return self.shared(component, deal) * self.worth(deal)

    def left_early(self, deal: Deal) -> bool:
        left = deal.at("left_on")
        return bool(left) and left < after(deal.at("day"), self.plan["clawback"]["within"])

    def worth(self, deal: Deal) -> Fraction:
        amount = number(deal.at("amount"))
        if self.plan.get("multi_year") == "total" and deal.at("total"):
            amount = number(deal.at("total"))
        if self.plan.get("multi_year") == "yearly_average" and deal.at("total"):
            amount = number(deal.at("total")) / number(deal.at("years"))
        currency = deal.at("currency")
        if not currency or currency == "USD":
            return amount
        how = self.plan.get("exchange", "plan_rate")
        if how == "plan_rate":
            return amount * number(self.plan["plan_rates"][currency])
        for row in self.s.rates:
            same_day = row["kind"] == "day" and row["day"] == deal.at("day")
            same_month = row["kind"] == "month_average" and (row["day"].year, row["day"].month) == (
                deal.at("day").year,
                deal.at("day").month,
            )
            fits = same_day if how == "day_of_booking" else same_month
            if row["currency"] == currency and fits:
                return amount * number(row["rate"])
        raise AssertionError("a situation without its rate")

    def shared(self, component: Row, deal: Deal) -> Fraction:
        rule = component.get("credit", {})
        to = rule.get("to", "owner")
        credits = deal.credits or self.of_owner(rule, deal)
        if to in ("team", "pool"):
            there = [
                one
                for one in self.s.people
                if (one.get("from") or date.min) <= deal.at("day") <= (one.get("to") or FOREVER)
            ]
            members = [
                one
                for one in there
                if (self.leads(one, there) if to == "team" else one["role"] == self.spell["role"])
            ]
            names = {one["person"] for one in members}
            theirs = min(Fraction(1), sum((c[1] for c in credits if c[0] in names), Fraction(0)))
            if to == "team":
                return theirs
            return theirs * self.job / sum((number(m.get("share", 1)) for m in members), Fraction())
        kinds = ("overlay",) if to == "overlay" else ("owner", "split")
        return sum((c[1] for c in credits if c[0] == self.payee and c[2] in kinds), Fraction(0))

    def leads(self, one: Row, there: Sequence[Row]) -> bool:
        """Whether somebody reports to this person, step by step up among those there on a day."""
        if one["person"] == self.payee:
            return False
        above = {one.get("manager")}
        for _ in there:
            above |= {boss.get("manager") for boss in there if boss["person"] in above}
        return self.payee in above

    def of_owner(self, rule: Row, deal: Deal) -> list[tuple[str, Fraction, str]]:
        held = sorted(
            (row for row in self.s.owners if row["account"] == deal.at("account")),
            key=lambda row: row["first_day"],
        )
        for at, row in enumerate(held):
            if row["first_day"] <= deal.at("day") <= (row.get("last_day") or FOREVER):
                part = number(rule.get("former_owner", 0))
                if (
                    at
                    and part
                    and "after_handover" in rule
                    and deal.at("day") < after(row["first_day"], rule["after_handover"])
                    and (
                        not rule.get("only_open_deals")
                        or (deal.at("opened_on") and deal.at("opened_on") < row["first_day"])
                    )
                ):
                    former = held[at - 1]["owner"]
                    return [(former, part, "split"), (row["owner"], 1 - part, "split")]
                return [(row["owner"], Fraction(1), "owner")]
        return []

    # What a component earns

    def counted(self, component: Row, span: tuple[date, date]) -> list[tuple[Deal, Fraction]]:
        found = []
        for deal in self.known:
            if span[0] <= deal.at("day") < span[1]:
                amount = self.credit(component, deal)
                if amount:
                    found.append((deal, amount))
        return found

    def most_planned(self, name: str, component: Row, span: tuple[date, date]) -> Fraction | None:
        """How much of one deal retires quota."""
        windfall = component.get("windfall")
        if windfall is None:
            return None
        if "over_amount" in windfall:
            return number(windfall["over_amount"])
        return number(windfall["over_quota"]) * self.whole_quota(name, component, span)

    def attainment(self, name: str, component: Row, span: tuple[date, date]) -> Fraction | None:
        """Credit that retires quota over the quota; None at a quota of zero."""
        quota = self.quota(name, component, span)
        if not quota:
            return None
        most = self.most_planned(name, component, span)
        staged = (component.get("windfall") or {}).get("excess") == "staged"
        total = Fraction(0)
        for _, amount in self.counted(component, span):
            total += amount if most is None or staged else min(amount, most)
        return total / quota

    def open_gates(self, component: Row, span: tuple[date, date]) -> tuple[bool, bool]:
        """Whether anything is paid, and whether tiers past the quota are."""
        all_open = fast = True
        for gate in component.get("gates", ()):
            if "component" in gate:
                other = self.plan["components"][gate["component"]]
                reached = self.attainment(gate["component"], other, span)
            else:
                reached = level(self.s, gate["measure"], self.payee, span)
            if reached is None or reached < number(gate["at_least"]):
                if gate.get("opens", "all") == "all":
                    all_open = False
                else:
                    fast = False
        return all_open, fast

    def earned(self, name: str, component: Row, span: tuple[date, date]) -> list[Paid]:
        """What a component earned in a period, after modifiers and its own caps, unrounded."""
        all_open, fast = self.open_gates(component, span)
        if not all_open:
            return []
        kind = component.get("kind", "commission")
        over = span[1] - timedelta(days=1) <= self.s.through
        found: list[Paid] = []
        if kind == "commission":
            found = self.commission(name, component, span, fast)
        elif kind == "spif":
            for deal, amount in self.counted(component, span):
                if component["from"] <= deal.at("day") <= component["to"]:
                    found.append(
                        Paid(deal.at("day"), name, deal, amount * number(component["each"]), span)
                    )
        elif over and kind == "bonus" and component.get("counted") == "deal":
            target = self.target(name, component, span)
            for deal, amount in self.counted(component, span):
                paid = share_of_points(component, amount) * target
                found.append(Paid(deal.at("day"), name, deal, paid, span))
        elif over:
            share = self.share(name, component, span)
            if share is not None:
                paid = share * self.target(name, component, span)
                found = [Paid(span[1] - timedelta(days=1), name, None, paid, span)]
        for modifier in component.get("modifiers", ()):
            reached = level(self.s, modifier["measure"], self.payee, span)
            times = Fraction(1)
            for step in modifier["steps"]:
                if reached is not None and reached >= number(step["from"]):
                    times = number(step["times"])
            for one in found:
                one.amount *= times
        cap = component.get("cap")
        if cap and cap.get("per", "period") == "deal":
            most = (
                number(cap["amount"])
                if "amount" in cap
                else number(cap["times_target"]) * self.target(name, component, span)
            )
            for id in dict.fromkeys(one.id for one in found):
                at_most([one for one in found if one.id == id], most)
        elif cap and cap.get("per", "period") == "period":
            if "amount" in cap:
                most = number(cap["amount"]) * self.part(span)
            else:
                most = number(cap["times_target"]) * self.target(name, component, span)
            at_most(found, most)
        return found

    def share(self, name: str, component: Row, span: tuple[date, date]) -> Fraction | None:
        """The part of its target that a bonus, a matrix or objectives reach."""
        if component["kind"] == "objectives":
            told = [
                number(share) * reached
                for what, share in component["objectives"].items()
                if (reached := level(self.s, what, self.payee, span)) is not None
            ]
            return sum(told, Fraction(0)) if told else None
        if component["kind"] == "matrix":
            at = []
            for side in ("rows", "columns"):
                measure = component[side]["measure"]
                reached = level(self.s, measure, self.payee, span)
                if reached is None and measure == "quota_attainment":
                    ((other, only),) = (
                        (n, c) for n, c in self.plan["components"].items() if "quota" in c
                    )
                    reached = self.attainment(other, only, span)
                if reached is None:
                    return None
                at.append(sum(reached >= number(low) for low in component[side]["from"]) - 1)
            if min(at) < 0:
                return Fraction(0)
            return number(component["pays"][at[0]][at[1]])
        if "quota" in component:
            reached = self.attainment(name, component, span)
        elif component["pays_on"] in ("grr", "nrr", "gross_margin_rate"):
            reached = level(self.s, component["pays_on"], self.payee, span)
        else:
            reached = sum((a for _, a in self.counted(component, span)), Fraction(0))
        return None if reached is None else share_of_points(component, reached)

    def commission(
        self, name: str, component: Row, span: tuple[date, date], fast: bool
    ) -> list[Paid]:
        quota = self.quota(name, component, span)
        tiers = self.tiers(name, component, span, quota, fast)
        most = self.most_planned(name, component, span)
        found = []
        so_far = Fraction(0)
        for deal, amount in self.counted(component, span):
            planned = amount if most is None else min(amount, most)
            excess = amount - planned
            crossing = component.get("crossing", "split")
            if component.get("counted") == "deal":
                so_far = Fraction(0)
            if crossing == "before":
                paid = planned * rate_at(tiers, so_far)
            elif crossing == "after":
                paid = planned * rate_at(tiers, so_far + planned)
            else:
                paid = painted(tiers, so_far + planned) - painted(tiers, so_far)
            found.append(Paid(deal.at("day"), name, deal, paid, span, planned))
            so_far += planned
            if not excess:
                continue
            treatment = component["windfall"].get("excess", "base_rate")
            if treatment == "base_rate":
                paid = excess * rate_at(tiers, Fraction(0))
            elif treatment == "not_paid":
                paid = Fraction(0)
            elif treatment == "no_quota_credit":
                paid = excess * rate_at(tiers, so_far)
            else:
                paid = painted(tiers, so_far + excess) - painted(tiers, so_far)
                so_far += excess
            found.append(Paid(deal.at("day"), name, deal, paid, span, staged=treatment == "staged"))
        return found

    def tiers(
        self,
        name: str,
        component: Row,
        span: tuple[date, date],
        quota: Fraction | None,
        fast: bool,
    ) -> list[tuple[Fraction, Fraction, Fraction | None]]:
        """Where each tier starts in credit, its rate, and back to where it reaches."""
        if "tiers" not in component:
            if "rate" in component or "each" in component:
                rate = number(component.get("rate", component.get("each")))
            else:
                rate = self.target(name, component, span) / quota if quota else Fraction(0)
            return [(Fraction(0), rate, None)]
        by_quota = "quota" in component and component.get("tiers_by") != "amount"
        unit = (quota or Fraction(0)) if by_quota else Fraction(1)
        found = []
        for tier in component["tiers"]:
            back = tier.get("back_to")
            if component.get("table") == "retroactive":
                back = 0
            found.append(
                (
                    number(tier["from"]) * unit,
                    number(tier.get("rate", tier.get("each"))),
                    None if back is None else number(back) * unit,
                )
            )
        if by_quota and not unit:  # nothing can be attained: the rate of the first tier
            return [(Fraction(0), found[0][1], None)]
        if not fast and quota:
            found = [tier for tier in found if tier[0] < quota]
        return found

    # A year of it

    def year(self, year: tuple[date, date]) -> Counter[Key]:
        rows: list[Paid] = []
        exact: dict[tuple[date, date], dict[str, list[Paid]]] = defaultdict(dict)
        for name, component in self.plan["components"].items():
            for span in spans(*year, self.kind(component), self.s.year_starts):
                if span[0] <= self.s.through and common(span, self.days):
                    found = self.earned(name, component, span)
                    if (
                        self.plan.get("combine") == "multiplicative"
                        and component.get("kind") != "spif"
                    ):
                        exact[span][name] = found
                    else:
                        rows += found
        for span, parts in exact.items():
            if span[1] - timedelta(days=1) <= self.s.through:
                total = (
                    self.variable
                    * LENGTHS[self.plan.get("period", "quarter")]
                    / 12
                    * self.part(span)
                )
                for name, found in parts.items():
                    target = self.target(name, self.plan["components"][name], span)
                    total *= (
                        sum((one.amount for one in found), Fraction(0)) / target if target else 0
                    )
                rows.append(Paid(span[1] - timedelta(days=1), "all components", None, total, span))
        rows.sort(key=lambda one: (one.day, one.component, one.id))
        for name, component in self.plan["components"].items():
            cap = component.get("cap")
            if cap and cap.get("per") == "year":
                if "amount" in cap:
                    most = number(cap["amount"])
                else:
                    most = number(cap["times_target"]) * self.variable * self.weight(name)
                at_most([one for one in rows if one.component == name], most * self.part(year))
        if "cap" in self.plan:
            at_most(rows, number(self.plan["cap"]) * self.variable * self.part(year))
        told: Counter[Key] = Counter()
        for whole in dict.fromkeys((one.component, one.span) for one in rows):
            lines = [one for one in rows if (one.component, one.span) == whole]
            for one, cents in zip(lines, in_turn([one.amount for one in lines]), strict=True):
                told.update(self.released(one, cents))
        return told

    # When it is paid

    def released(self, one: Paid, cents: int) -> Counter[Key]:
        origin = span_of(one.day, self.plan.get("period", "quarter"), self.s.year_starts)[0]

        def key(state: str) -> Key:
            return Key(self.payee, self.spell["role"], one.component, one.id, origin, state)

        told: Counter[Key] = Counter()
        told[key("earned")] += cents
        told[key("accrued")] += cents
        component = self.plan["components"].get(one.component, {})
        release = component.get("release") or self.plan.get("release") or ()
        if one.staged:
            release = [{"at": "customer_month", "month": m, "share": "25%"} for m in STAGES]
        if not release or one.deal is None:
            release = [{"at": "signing", "share": 1}]
        paid = 0
        shares = [Fraction(cents, 100) * number(part["share"]) for part in release]
        for part, amount in zip(release, in_turn(shares), strict=True):
            ends = self.ends(one, part)
            if ends == "paid":
                told[key("payable")] += amount
                paid += amount
            elif ends == "lost":
                told[key("accrued")] -= amount
        back = self.plan.get("clawback")
        if back and back["kind"] != "rerun" and one.deal is not None and self.left_early(one.deal):
            signed, left = one.deal.at("day"), one.deal.at("left_on")
            end = after(signed, back["within"])
            owed = cents
            if back["kind"] == "pro_rata":
                owed = half_up(Fraction(cents, 100) * (end - left).days / (end - signed).days)
            unpaid = cents - paid
            taken = max(0, owed - unpaid) if cents > 0 else 0
            told[key("payable")] -= taken
            told[key("accrued")] -= taken
        return told

    def ends(self, one: Paid, part: Row) -> str:
        """Whether an instalment is paid, lost, or waits."""
        deal = one.deal
        if deal is None or part["at"] == "signing":
            return "paid"
        signed, left, through = deal.at("day"), deal.at("left_on"), self.s.through
        gone = self.leaves if part.get("leaver", "forfeited") == "forfeited" else None
        if part["at"] == "cash":
            due = deal.at("cash_on")
            return self.by(due, None, gone)
        if part["at"] == "customer_month":
            prepaid = deal.at("prepaid_months") or 0
            if part["month"] <= max(prepaid, 1):
                due = signed
            else:
                due = months_on(signed, part["month"] - 1)
            lost = left if part["month"] > prepaid else None
            return self.by(due, lost, gone)
        reached = deal.at("reached_on")
        last = signed + timedelta(days=int(part["within"].split()[0]))
        if part.get("if_missed", "forfeited") == "carried":
            last = FOREVER
        if reached is not None and reached <= last and (left is None or reached < left):
            return self.by(max(reached, signed), left, gone)
        if last < through or (left is not None and left <= through):
            return "lost"
        return "lost" if gone is not None and gone <= through else "waits"

    def by(self, due: date | None, lost: date | None, gone: date | None) -> str:
        ends = [day for day in (lost, gone) if day is not None]
        if due is not None and due <= self.s.through and all(due < end for end in ends):
            return "paid"
        return "lost" if any(end <= self.s.through for end in ends) else "waits"


# Bands of credit


def painted(
    tiers: Sequence[tuple[Fraction, Fraction, Fraction | None]], credit: Fraction
) -> Fraction:
    """What so much credit earns: each tier that is reached paints the credit from its start on.

    One that reaches back paints from there. Credit below nothing takes back at the first rate.
    """
    if credit < 0:
        return credit * tiers[0][1] if tiers and tiers[0][0] == 0 else Fraction(0)
    edges = {Fraction(0), credit}
    for start, _, back in tiers:
        edges |= {start, start if back is None else back}
    ordered = sorted(edge for edge in edges if edge <= credit)
    total = Fraction(0)
    for low, high in itertools.pairwise(ordered):
        rate = Fraction(0)
        for start, its, back in tiers:
            if start <= credit and low >= (start if back is None else back):
                rate = its
        total += (high - low) * rate
    return total


def rate_at(
    tiers: Sequence[tuple[Fraction, Fraction, Fraction | None]], credit: Fraction
) -> Fraction:
    """The rate of the highest tier that is reached; below nothing, of the first from nothing."""
    rate = Fraction(0)
    for start, its, _ in tiers:
        if start <= max(credit, Fraction(0)):
            rate = its
    return rate


def share_of_points(component: Row, reached: Fraction) -> Fraction:
    """The part of the target at a level: on the line between two points, or at the lower."""
    points = [(number(p["at"]), number(p["pays"])) for p in component["points"]]
    if reached < points[0][0]:
        return Fraction(0)
    for (low, pays), (high, more) in itertools.pairwise(points):
        if low <= reached < high:
            if component.get("between", "line") == "step":
                return pays
            return pays + (more - pays) * (reached - low) / (high - low)
    return points[-1][1]


def at_most(rows: Sequence[Paid], most: Fraction) -> None:
    """Cut rows in order so that what they come to together is never more than the cap."""
    whole = kept = Fraction(0)
    for one in rows:
        whole += one.amount
        one.amount = min(whole, most) - kept
        kept += one.amount


def pay(s: Situation) -> dict[Key, int]:
    """What everybody's ledger should hold in cents; amounts of nothing left out."""
    told: Counter[Key] = Counter()
    all_deals = deals(s)
    days = [row["day"] for row in (*s.transactions, *s.readings)]
    if not days:
        return {}
    begin = span_of(min(days), "year", s.year_starts)[0]
    for spell in s.people:
        plan = s.plans.get(spell["role"])
        if plan is None:
            continue
        one = OnPlan(s, spell, plan, all_deals)
        first, end = max(begin, one.days[0]), min(one.days[1], s.through + timedelta(days=1))
        for year in spans(first, end, "year", s.year_starts):
            told.update(one.year(year))
    return {key: cents for key, cents in told.items() if cents}
