"""A year of the example company's pay, month by month, and the ledger explained line by line.

The company's Salesforce export is cut to what it held on the tenth of the month after each month of
a fiscal year, loaded into one evidence file, and the month is run, approved, locked and exported by
the commands themselves. Two deals are entered late, one is cancelled, a customer leaves early, a
quota is changed for days gone by, somebody is promoted and somebody leaves. Then the ledger has to
add up: to payroll, to accruals, to a ledger from scratch, and to recurring revenue.

    python studies/pay_year.py
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pay_year_company import (
    QUICK,
    YEAR,
    Cut,
    Row,
    Story,
    as_loaded,
    read,
    story,
    write,
    written_then,
)
from typer.testing import CliRunner

from remit.charter import Charter, read_charter
from remit.cli.app import app
from remit.compensation.components import pays_on
from remit.evidence import Evidence
from remit.example import Company, write_example
from remit.measures import open_for
from remit.measures.recurring import Book, level, recurring_revenue
from remit.measures.retention import bridge_over, retention
from remit.pay.calculate import Calculation
from remit.pay.facts import Facts
from remit.pay.ledger import Ledger, Posted
from remit.pay.months import pay_month
from remit.pay.payees import stints
from remit.pay.reading import read_facts
from remit.pay.release import lines
from remit.sources import load
from remit.terms import Period
from remit.terms.period import months_after

SEED = 3
NEW, GROWTH = ("new_business", "new_names"), ("growth", "own_customers")
"""Components that credit a deal to whoever won it, by the kind of deal."""

# The months


@dataclass
class Month:
    """What one month was, from its run to its files."""

    name: str
    as_of: date
    run: dict[str, Any]
    again: dict[str, Any]
    lock: dict[str, Any]
    payroll: list[Row]
    seconds: dict[str, float]

    @property
    def period(self) -> Period:
        return pay_month(self.name)


def remit(*typed: object) -> Any:
    """One command, as it is typed; what it printed as JSON."""
    found = CliRunner().invoke(app, [str(word) for word in typed], catch_exceptions=False)
    if found.exit_code:
        raise SystemExit(f"remit {' '.join(map(str, typed))}\n{found.output}")
    return json.loads(found.output)


def readings(file: Path, charter: Charter, evidence: Evidence, quarter: Period, on: date) -> None:
    """What remit measures at the end of a quarter, as finance hands it to pay."""
    said = read(file) if file.exists() else []
    book = recurring(charter, evidence)
    kept = retention(book, Period(months_after(quarter.end, -12), quarter.end))
    for name, found in (("grr", kept.grr), ("nrr", kept.nrr)):
        said.append({"measure": name, "day": str(quarter.last_day), "known_on": str(on),
                     "level": f"{found.value:.4f}"})  # fmt: skip
    write(file, said, ("measure", "day", "level", "known_on"))


def recurring(charter: Charter, evidence: Evidence) -> Book:
    over = Period(evidence.first_day, evidence.as_of + timedelta(days=1))
    book = recurring_revenue(evidence, charter, charter.numbers(), over)
    assert book is not None
    return book


def live_through(
    told: Story, origin: Path, folder: Path, over: Period
) -> tuple[list[Month], Charter, Path]:
    """Month after month, each loaded, run, run again, approved, locked and handed over."""
    cut, found = Cut(told), []
    evidence, ledger, read_off = (folder / n for n in ("evidence.duckdb", "pay.ledger", "readings.csv"))  # fmt: skip
    for month in over.months():
        name, day, took = f"{month.start:%Y-%m}", month.end.replace(day=10), {}
        begun = time.monotonic()
        file = written_then(told, cut, folder / name, origin, day)
        took["cut"], begun = time.monotonic() - begun, time.monotonic()
        charter = read_charter(file)
        load(charter, [file.parent / "export", file.parent / "finance" / "mapping.yaml"], evidence,
             today=day)  # fmt: skip
        took["load"], begun = time.monotonic() - begun, time.monotonic()
        if month.end.month in (2, 5, 8, 11):
            quarter = Period(months_after(month.end, -3), month.end)
            readings(read_off, charter, open_for(charter, evidence), quarter, day)
        facts = [evidence, *([read_off] if read_off.exists() else [])]
        at = ("--ledger", ledger, "--month", name)
        run = remit("pay", "run", file, *facts, *at, "--as-of", day, "--json")
        took["run"] = time.monotonic() - begun
        again = remit("pay", "run", file, *facts, *at, "--as-of", day, "--json")
        remit("pay", "approve", *at, "--by", "Kim", "--json")
        lock = remit("pay", "lock", *at, "--by", "Kim", "--json")
        remit("pay", "export", *at, "--payroll", folder / f"payroll-{name}.csv", "--json")
        found.append(Month(name, day, run, again, lock, read(folder / f"payroll-{name}.csv"), took))
    remit("pay", "export", "--ledger", ledger, "--accruals", folder / "accruals.csv", "--json")
    return found, charter, file


# What is shown


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def said(amount: int | Decimal) -> str:
    whole = int(Decimal(amount)) if isinstance(amount, int) else int(amount * 100)
    return f"{'-' if whole < 0 else ''}{abs(whole) // 100:,}.{abs(whole) % 100:02d}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], left: int = 1) -> str:
    lines = [f"| {' | '.join(head)} |",
             f"|{'|'.join('---' if at < left else '--:' for at in range(len(head)))}|"]  # fmt: skip
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def short(payee: str) -> str:
    return payee.partition("@")[0].replace(".", " ").title()


STATES = ("credited", "earned", "accrued", "payable")
ORDER = (*STATES, "paid")


def of_months(months: Sequence[Month], ledger: Ledger) -> Iterator[list[str]]:
    """A row a month: lines and money by state, and what the month pays."""
    for month in months:
        lines = month.run["lines"]
        sums = Counter[str]()
        for line in lines:
            sums[line["state"]] += cents(line["amount"])
        pays = sum(cents(one["pays"]) for one in month.lock["pays"])
        carried = sum(one.carried for one in ledger.balances(through=month.period))
        counts = Counter(line["state"] for line in lines)
        yield [
            month.name,
            *(f"{counts[state]:,}" for state in STATES),
            *(said(sums[state]) for state in STATES[1:]),
            said(pays),
            said(carried),
            str(month.again["posted"]),
        ]


def cause(line: Posted, earlier: set[tuple[Any, ...]], told: Story) -> str:
    """Why a line of an earlier earning period is posted now."""
    anew = "instead of" in line.words
    if line.state == "payable" and line.instalment == "half_the_seats" and not anew:
        return "the customer reached the indicator" if line.about in earlier else "entered late"
    if line.instalment == "clawback":
        return "taken back: the customer left early"
    if "forfeited" in line.words and not anew:
        if "left the company" in line.words:
            return "forfeited: the seller left"
        return "forfeited: " + (
            "the customer left"
            if "the customer left" in line.words
            else "indicator not reached in 90 days"
        )
    if line.about not in earlier:
        return "entered late"
    if line.transaction == as_loaded(told.told["cancelled"][0]):
        return "cancelled"
    return "worked out anew, as another fact of the period changed"


def earlier_periods(ledger: Ledger, told: Story) -> list[list[str]]:
    """What was posted for earning periods that had ended, by month and cause."""
    seen: set[tuple[Any, ...]] = set()
    now: set[tuple[Any, ...]] = set()
    sums: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    month = None
    for line in ledger.lines():
        if line.month != month:
            seen, month = seen | now, line.month
        now.add(line.about)
        if line.state in STATES[1:] and line.origin.end <= line.month.start:
            quarter = f"{line.origin.start:%b %Y} to {line.origin.last_day:%b %Y}"
            key = f"{line.month.start:%Y-%m}", quarter, cause(line, seen, told)
            sums[key][line.state] += line.cents
            sums[key]["lines"] += 1
    return [
        [*key, f"{n['lines']:,}", *(said(n[state]) for state in STATES[1:])]
        for key, n in sorted(sums.items(), key=lambda one: (one[0][0], one[0][2], one[0][1]))
    ]


def in_order(posted: Iterable[Posted]) -> list[Posted]:
    """By pay month and deal, from credit to pay."""
    told = list(posted)
    first = {line.transaction: at for at, line in reversed(list(enumerate(told)))}

    def place(line: Posted) -> tuple[Any, ...]:
        paid = line.state == "paid"
        return line.month.start, paid, first[line.transaction], ORDER.index(line.state)

    return sorted(told, key=place)


def trace(posted: Iterable[Posted], names: Mapping[str, str] | None = None) -> str:
    """Lines from first to last; of the leaders, who have a part of each deal, only the sum.

    With names it is of several deals, and what only repeats what was earned is left out.
    """
    told = in_order(posted)
    if names is not None:
        told = [
            line for line in told if line.state not in ("credited", "accrued") or line.instalment
        ]
    mine = [line for line in told if line.component != "team"]
    leaders = [line for line in told if line.component == "team"]
    head = ["pay month", "payee", "earned in", "state", "of", "why", "USD"]
    rows = [
        [
            f"{line.month.start:%Y-%m}", short(line.payee),
            f"{line.origin.start:%Y-%m}" if line.state == "paid" else quarter_of(line),
            line.state, line.instalment, line.words, said(line.cents),
        ]
        for line in mine
    ]  # fmt: skip
    if names is not None:
        head.insert(1, "deal")
        for row, line in zip(rows, mine, strict=True):
            row.insert(1, names.get(line.transaction, ""))
    found = table(head, rows, len(head) - 1)
    if leaders:
        who = sorted({short(line.payee) for line in leaders})
        sums = Counter[tuple[str, str]]()
        for line in leaders:
            sums[f"{line.month.start:%Y-%m}", line.state] += line.cents
        sums_said = ", ".join(f"{month} {said(sums[month, state])}" for month, state in sorted(sums)
                              if state == "payable")  # fmt: skip
        found += f"\n\nBeside it {len(leaders)} lines of {' and '.join(who)}, payable: {sums_said}."
    return found


def quarter_of(line: Posted) -> str:
    return f"{line.origin.start:%b} to {line.origin.last_day:%b %Y}"


def by_plan(lines: Iterable[Posted]) -> str:
    """What somebody earned and was paid, by pay month and plan."""
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for line in lines:
        sums[f"{line.month.start:%Y-%m}", line.plan][line.state] += line.cents
    rows = []
    for (month, plan), n in sorted(sums.items()):
        if plan:
            rows.append([month, plan, *(said(n[state]) for state in STATES)])
    return table(("pay month", "plan", *STATES), rows, 2)


# What has to add up


def adds_up(months: Sequence[Month], ledger: Ledger, folder: Path) -> list[list[str]]:
    """Lines against payroll and accruals, person by person and month by month."""
    wrong = {"payroll": 0, "settled": 0, "accruals": 0}
    compared = Counter[str]()
    lines = ledger.lines()
    carried: Counter[str] = Counter()
    for month in months:
        paid: Counter[str] = Counter()
        for row in month.payroll:
            paid[row["payee"]] += cents(row["amount"])
        payable: Counter[str] = Counter()
        for line in lines:
            if line.month == month.period and line.state == "payable":
                payable[line.payee] += line.cents
        for one in month.lock["pays"]:
            who = one["payee"]
            net = payable[who] + carried[who]
            carried[who] = min(net, 0)
            compared["payroll"] += 1
            wrong["payroll"] += paid[who] != max(net, 0)
            wrong["settled"] += cents(one["pays"]) != max(net, 0)
        assert not set(payable) - {one["payee"] for one in month.lock["pays"]}
    liability = 0
    rows = read(folder / "accruals.csv")
    for at, row in enumerate(rows):
        accrued = sum(li.cents for li in lines if li.state == "accrued"
                      and f"{li.month.start:%Y-%m}" == row["month"])  # fmt: skip
        before = months[at - 1].name if 0 < at <= len(months) else ""
        paid_then = sum(li.cents for li in lines if li.state == "paid"
                        and li.instalment == "payout" and f"{li.month.start:%Y-%m}" == before)  # fmt: skip
        liability += accrued - paid_then
        compared["accruals"] += 1
        wrong["accruals"] += (accrued, paid_then, liability) != (
            cents(row["accrued"]), cents(row["paid"]), cents(row["liability"])
        )  # fmt: skip
    return [
        ["payable lines and what was carried, against payroll.csv, by person and month", f"{compared['payroll']:,}", str(wrong["payroll"])],
        ["the same against what `lock` said", f"{compared['payroll']:,}", str(wrong["settled"])],
        ["accrued lines and payouts against accruals.csv, by month", f"{compared['accruals']:,}", str(wrong["accruals"])],
    ]  # fmt: skip


def from_scratch(months: Sequence[Month], ledger: Ledger, folder: Path, charter: Path
                 ) -> list[list[str]]:  # fmt: skip
    """A ledger made at once from the last day's facts, against the one made month by month."""
    at = folder / "scratch.ledger"
    last = months[-1]
    facts = [folder / "evidence.duckdb", folder / "readings.csv"]
    remit("pay", "run", charter, *facts, "--ledger", at, "--month", last.name, "--as-of",
          last.as_of, "--json")  # fmt: skip
    remit("pay", "approve", "--ledger", at, "--month", last.name, "--json")
    remit("pay", "lock", "--ledger", at, "--month", last.name, "--json")
    fresh = Ledger.open(at)
    rows = []
    held, new = ledger.held(), fresh.held()
    for state in STATES:
        mine = {key: amount for key, amount in held.items() if key[5] == state}
        theirs = {key: amount for key, amount in new.items() if key[5] == state}
        by_person = [Counter[tuple[str, str]](), Counter[tuple[str, str]]()]
        for sums, which in zip(by_person, (mine, theirs), strict=True):
            for key, amount in which.items():
                sums[key[0], key[2]] += amount
        people = set(by_person[0]) | set(by_person[1])
        rows.append(
            [state, f"{len(people):,}", said(sum(mine.values())), said(sum(theirs.values())),
             str(sum(by_person[0][one] != by_person[1][one] for one in people)),
             str(sum(mine.get(key) != theirs.get(key) for key in mine.keys() | theirs.keys()))]
        )  # fmt: skip
    paid = [{b.payee: b for b in one.balances()} for one in (ledger, fresh)]
    people = paid[0].keys() | paid[1].keys()
    differ = sum(
        paid[0][one].payout + paid[0][one].carried != paid[1][one].payout + paid[1][one].carried
        for one in people
    )
    rows.append(["paid and carried", f"{len(people):,}",
                 *(said(sum(b.payout + b.carried for b in one.values())) for one in paid),
                 str(differ), ""])  # fmt: skip
    return rows


# Recurring revenue


@dataclass
class Tie:
    """Won deals, credit and the bridge, month by month, and every item between them by name."""

    rows: list[list[str]] = field(default_factory=list)
    items: list[list[str]] = field(default_factory=list)
    rest: Decimal = Decimal(0)

    def month(self, month: Period, deals: int, sums: Sequence[Decimal],
              between: Sequence[tuple[str, Decimal, str, str]]) -> None:  # fmt: skip
        """A month's sums in the CRM, credited and in the bridge; what is not named is the rest."""
        rests = []
        for at, name in enumerate(("CRM to credit", "credit to bridge")):
            named = sum((amount for where, amount, _, _ in between if where == name), Decimal(0))
            rests.append(sums[at + 1] - sums[at] - named)
        self.rest += sum(map(abs, rests), Decimal(0))
        name = f"{month.start:%Y-%m}"
        self.rows.append([name, f"{deals:,}", *map(said, sums), *map(said, rests)])
        self.items += [
            [name, where, what, why, said(amount)] for where, amount, what, why in between
        ]


def credit_of(ledger: Ledger, components: Sequence[str]) -> dict[str, Decimal]:
    """What was credited for each deal to those who won it, all months together."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in ledger.lines(state="credited"):
        if line.component in components:
            found[line.transaction] += Decimal(line.cents) / 100
    return found


def won_in(told: Story, month: Period, kind: str) -> list[Row]:
    """Deals of a kind that the CRM ever held as won, by their close day."""
    return [row for row in told.tables["Opportunity"] if row["IsWon"] == "true"
            and row["Type"] == kind and date.fromisoformat(row["CloseDate"]) in month]  # fmt: skip


def tie_new(told: Story, ledger: Ledger, book: Book, over: Period) -> Tie:
    """New recurring revenue: won in the CRM, credited to sellers, and in the bridge."""
    credited, found = credit_of(ledger, NEW), Tie()
    contracts = {row["Opportunity__c"]: row for row in told.tables["Contract"]}
    cancelled = told.told["cancelled"][0]
    begun: dict[str, date] = {}
    for deal, contract in contracts.items():
        begun[deal] = date.fromisoformat(contract["StartDate"])
    for month in over.months():
        mine, bridge = won_in(told, month, "New Business"), bridge_over(book, month)
        moved = {move.customer for move in bridge.moves if move.bucket == "new"}
        between = []
        for row in mine:
            deal, amount = row["Id"], Decimal(row["Amount"])
            got = credited[as_loaded(deal)]
            if got != amount:
                why = "cancelled" if deal == cancelled else "nobody on a plan won it"
                between.append(("CRM to credit", got - amount, row["Name"], why))
            if got and begun[deal] not in month:
                why = f"signed {row['CloseDate']}, begins {begun[deal]}"
                between.append(("credit to bridge", -got, row["Name"], why))
            elif got != Decimal(contracts[deal]["ARR__c"]) and deal != cancelled:
                more = Decimal(contracts[deal]["ARR__c"]) - got
                between.append(("credit to bridge", more, row["Name"], "another value a year"))
        for deal, first in begun.items():
            row = told.deal(deal)
            here = first in month and date.fromisoformat(row["CloseDate"]) not in month
            if here and row["Type"] == "New Business" and as_loaded(row["AccountId"]) in moved:
                why = f"signed {row['CloseDate']}, begins {first}"
                amount = Decimal(contracts[deal]["ARR__c"])
                between.append(("credit to bridge", amount, row["Name"], why))
        sums = (
            sum((Decimal(row["Amount"]) for row in mine), Decimal(0)),
            sum((credited[as_loaded(row["Id"])] for row in mine), Decimal(0)),
            bridge.new,
        )
        found.month(month, len(mine), sums, between)
    return found


def tie_growth(told: Story, ledger: Ledger, book: Book, over: Period) -> Tie:
    """The same for growth: expansion deals that were won, and expansion in the bridge."""
    credited, found = credit_of(ledger, GROWTH), Tie()
    of_deal = {row["Opportunity__c"]: row for row in told.tables["Contract"]}
    for month in over.months():
        mine, bridge = won_in(told, month, "Expansion"), bridge_over(book, month)
        moved = {m.customer: m.amount for m in bridge.moves if m.bucket == "expansion"}
        between, explained = [], defaultdict(Decimal)
        for row in mine:
            contract, got = of_deal.get(row["Id"]), credited[as_loaded(row["Id"])]
            if contract is None:
                between.append(("credit to bridge", -got, row["Name"], "no contract follows it"))
            elif as_loaded(row["AccountId"]) not in moved:
                between.append(("credit to bridge", -got, row["Name"], "all in all it pays less"))
            elif date.fromisoformat(contract["StartDate"]) not in month:
                why = f"signed {row['CloseDate']}, begins {contract['StartDate']}"
                between.append(("credit to bridge", -got, row["Name"], why))
            else:
                explained[as_loaded(row["AccountId"])] += got
        renewals = [Decimal(0), 0]
        for row in told.tables["Contract"]:
            first, customer = date.fromisoformat(row["StartDate"]), as_loaded(row["AccountId"])
            if first not in month or customer not in moved:
                continue
            deal = told.deal(row["Opportunity__c"])
            if row["RenewalOf__c"]:
                steps = book.steps[customer]  # a renewal takes all earlier terms together
                more = level(steps, first) - level(steps, first - timedelta(days=1))
                explained[customer] += more
                renewals = [renewals[0] + more, renewals[1] + 1]
            elif date.fromisoformat(deal["CloseDate"]) not in month:
                amount = Decimal(row["ARR__c"])
                explained[customer] += amount
                why = f"signed {deal['CloseDate']}, begins {first}"
                between.append(("credit to bridge", amount, deal["Name"], why))
        if renewals[1]:
            what = f"{renewals[1]} renewal{'s' if renewals[1] != 1 else ''}"
            between.append(("credit to bridge", renewals[0], what, "renewed at more than before"))
        for customer, amount in moved.items():
            found.rest += abs(amount - explained[customer])
        sums = (
            sum((Decimal(row["Amount"]) for row in mine), Decimal(0)),
            sum((credited[as_loaded(row["Id"])] for row in mine), Decimal(0)),
            bridge.expansion,
        )
        found.month(month, len(mine), sums, between)
    return found


def unpaid(facts: Facts, ledger: Ledger, charter: Charter, over: Period) -> list[list[str]]:
    """What the year's facts hold and nobody is credited for, and why."""
    credited = {line.transaction for line in ledger.lines(state="credited") if line.cents}
    held = stints(charter)
    found = Counter[tuple[str, str]]()
    for one in facts.transactions():
        if one.day not in over or one.id in credited or one.cancelled_on is not None:
            continue
        for credit in one.credits:
            now = [stint for stint in held if stint.payee == credit.payee and one.day in stint.over]
            paid_on = {
                m for stint in now for c in stint.plan.components.values() for m in pays_on(c)
            }
            if one.measure in paid_on:
                continue  # a bonus counts the whole quarter in one line
            why = (
                f"its owner is on plan {now[0].plan_name} then"
                if now
                else "its owner is on no plan"
            )
            found[one.measure, why] += 1
    return [[measure, why, f"{count:,}"] for (measure, why), count in sorted(found.items())]


def without_days(charter: Path, facts: Facts, month: Period) -> tuple[int, int, int]:
    """What a first run posts as payable where plans do not say from when: all, and the month's own."""
    file = charter.parent / "undated.yaml"
    file.write_text(charter.read_text().replace("from: 2025-11-01", "about: No first day."))
    calculation = Calculation(read_charter(file), facts, month.last_day)
    deals = {"ae", "sdr", "generalist", "am"}
    payees = {stint.payee for stint in calculation.stints if stint.plan_name in deals}
    due = [line for payee in sorted(payees) for line in lines(calculation, payee)
           if line.state == "payable" and line.plan in deals]  # fmt: skip
    dated = Calculation(read_charter(charter), facts, month.last_day)
    own = [line for payee in sorted(payees) for line in lines(dated, payee)
           if line.state == "payable" and line.plan in deals]  # fmt: skip
    return len(due), sum(line.cents for line in due), sum(line.cents for line in own)


def stories(told: Story, posted: Sequence[Posted], names: Mapping[str, str]
            ) -> Iterator[tuple[str, str]]:  # fmt: skip
    """What happens on purpose, each with its lines from first to last."""

    def of(deal: str) -> list[Posted]:
        return [line for line in posted if line.transaction == as_loaded(deal)]

    for deal, on in told.told["late"]:
        closed, amount = told.deal(deal)["CloseDate"], said(Decimal(told.deal(deal)["Amount"]))
        yield f"{told.deal(deal)['Name']}, {amount}, closed {closed}, entered {on}", trace(of(deal))
    deal, on = told.told["cancelled"]
    closed = told.deal(deal)["CloseDate"]
    yield f"{told.deal(deal)['Name']}, won {closed}, set to lost {on}", trace(of(deal))
    moved = [
        line for line in posted
        if "instead of" in line.words and line.transaction != as_loaded(deal)
        and line.payee in {one.payee for one in of(deal)} and line.month == pay_month(f"{on:%Y-%m}")
    ]  # fmt: skip
    yield "What that moved in the seller's other deals", trace(moved, names)
    deal, on = told.told["left"]
    closed = told.deal(deal)["CloseDate"]
    yield f"{told.deal(deal)['Name']}, won {closed}; left, seen from {on}", trace(of(deal))
    missed = [line for line in posted if "the indicator was not reached" in line.words]
    if missed:
        worst = min(missed, key=lambda line: line.cents)
        yield (
            f"{names[worst.transaction]} never reaches the indicator",
            trace(of(worst.transaction)),
        )
    who, on, since, was, now = told.told["quota"]
    moved = [line for line in posted if line.payee == who and "instead of" in line.words
             and line.month == pay_month(f"{on:%Y-%m}")]  # fmt: skip
    yield f"{short(who)}: {was:,} becomes {now:,}, from {since}, told on {on}", trace(moved, names)
    who, last, heir = told.told["leaver"]
    lost = {
        line.transaction
        for line in posted
        if line.payee == who and "left the company" in line.words
    }
    kept = [line for line in posted if line.payee == who
            and (line.transaction in lost or (line.state == "paid" and line.month.start >= date(2026, 5, 1)))]  # fmt: skip
    yield f"{short(who)} leaves on {last}; {short(heir)} takes the open deals", trace(kept, names)
    promoted = sorted({row["person"] for row in told.people if row["role"] == "ae"
                       and str(YEAR.start) < row["from"]})  # fmt: skip
    for who in promoted:
        day = next(
            row["from"] for row in told.people if row["person"] == who and row["role"] == "ae"
        )
        yield (
            f"{short(who)}, account executive from {day}",
            by_plan(line for line in posted if line.payee == who),
        )


def show(folder: Path, company: Company, over: Period) -> None:
    origin = folder / "company"
    write_example(origin, seed=SEED, company=company)
    told = story(origin)
    months, charter, file = live_through(told, origin, folder, over)
    ledger = Ledger.open(folder / "pay.ledger")
    names = {as_loaded(row["Id"]): row["Name"] for row in told.tables["Opportunity"]}
    print("## Months\n")
    print(table(("month", *(f"{s} lines" for s in STATES), *STATES[1:], "pays", "carried on",
                 "run again"), of_months(months, ledger)))  # fmt: skip
    print("\n## Of periods that had ended\n")
    print(table(("pay month", "earned in", "why", "lines", *STATES[1:]),
                earlier_periods(ledger, told), 3))  # fmt: skip
    for title, lines_of_it in stories(told, ledger.lines(), names):
        print(f"\n### {title}\n\n{lines_of_it}")
    amiss = [f"{m.name} run again posted lines" for m in months if m.again["posted"]]
    print("\n## At once\n")
    at_once = from_scratch(months, ledger, folder, file)
    amiss += [f"at once: {row[0]}" for row in at_once if row[4] != "0" or row[5] not in ("", "0")]
    print(table(("state", "people and components", "month by month", "at once", "that differ",
                 "keys that differ"), at_once))  # fmt: skip
    sums = adds_up(months, ledger, folder)
    amiss += [row[0] for row in sums if row[2] != "0"]
    print("\n## Adds up\n")
    print(table(("what", "compared", "that differ"), sums))
    evidence = open_for(charter, folder / "evidence.duckdb")
    book = recurring(charter, evidence)
    for title, tied in (
        ("New", tie_new(told, ledger, book, over)),
        ("Growth", tie_growth(told, ledger, book, over)),
    ):
        print(f"\n## {title} recurring revenue\n")
        print(table(("month", "deals", "won in the CRM", "credited", "bridge", "rest of the first",
                     "rest of the second"), tied.rows))  # fmt: skip
        print(f"\n{table(('month', 'between', 'what', 'why', 'USD'), tied.items, 4)}")
        print(f"\nrest: {said(tied.rest)}")
        amiss += [f"{title}: {said(tied.rest)} is not explained"] if tied.rest else []
    facts = read_facts(charter, [folder / "evidence.duckdb"])
    print("\n## Paid to nobody\n")
    print(table(("measure", "why", "count"), unpaid(facts, ledger, charter, over), 2))
    first = months[0]
    count, whole, own = without_days(file, facts.on(first.as_of), first.period)
    print(f"\nWithout `from:` in its plans the first month has {count:,} payable lines of "
          f"{said(whole)}, of which {said(own)} are the month's.")  # fmt: skip
    print("\nseconds:", {n: round(sum(m.seconds[n] for m in months)) for n in months[0].seconds})
    print("\namiss:", "; ".join(amiss) or "nothing")
    if amiss:
        raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--quick", action="store_true", help="four months of a smaller company")
    parser.add_argument("--keep", type=Path, help="a folder to work in, which stays")
    asked = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        if asked.quick:
            show(folder, QUICK, Period(YEAR.start, months_after(YEAR.start, 4)))
        else:
            show(folder, Company(), YEAR)
    print(f"\n{time.monotonic() - begun:.0f} seconds")


if __name__ == "__main__":
    main()
