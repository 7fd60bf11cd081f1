"""The example company's year as its CRM, finance and people file told it on any day; for `pay_year`.

Two deals are entered late, one is cancelled, a customer leaves early, a quota is changed for days
gone by and somebody leaves. Two promotions the example company has by itself.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from remit.example import Company
from remit.terms import Period
from remit.terms.period import months_after

YEAR = Period(date(2025, 11, 1), date(2026, 11, 1))
_SIZES = {"sdr": 3, "ae": 4, "csm": 3, "generalist": 2}
QUICK = replace(
    Company(),
    founded=date(2024, 11, 1),
    growth=(0.7, 1.0),
    teams=tuple(replace(team, size=_SIZES.get(team.role, 1)) for team in Company().teams),
)
"""Fewer people, and a year less of records."""

PLANS = """
ae:
  from: 2025-11-01
  ote: 180000
  pay_mix: 50/50
  components:
    new_business:
      pays_on: new_arr
      quota: {by_segment: {enterprise: 240000, mid_market: 135000}}
      tiers: [{from: 0%, rate: 12.5%}, {from: 100%, rate: 17.5%}, {from: 150%, rate: 20%}]
  release: &half_waits
    - {at: signing, share: 50%}
    - {at: retention_indicator, share: 50%, indicator: half_the_seats, within: 90 days}
  clawback: {kind: pro_rata, within: 9 months}
  ramp: {quota: [0%, 50%, 100%]}
sdr:
  from: 2025-11-01
  ote: 80000
  pay_mix: 70/30
  components: {meetings: {pays_on: accepted_meetings, quota: 15, each: 400}}
generalist:
  from: 2025-11-01
  ote: 84000
  pay_mix: 70/30
  components:
    new_names:
      pays_on: new_arr
      quota: 24000
      weight: 90%
      tiers: [{from: 0%, rate: 21%}, {from: 100%, rate: 28%}]
    own_customers:
      pays_on: expansion_arr
      quota: 9000
      weight: 10%
      tiers: [{from: 0%, rate: 7%}, {from: 100%, rate: 10%}]
      gates: [{component: new_names, at_least: 100%, opens: accelerators}]
  release: *half_waits
  ramp: {quota: [50%, 100%]}
am:
  from: 2025-11-01
  ote: 120000
  pay_mix: 80/20
  components:
    growth: {pays_on: expansion_arr, quota: 60000, tiers: [{from: 0%, rate: 10%}, {from: 100%, rate: 14%}]}
csm:
  from: 2025-11-01
  ote: 110000
  pay_mix: 80/20
  components:
    renewals:
      kind: bonus
      pays_on: renewed_arr
      quota: {by_segment: {enterprise: 480000, mid_market: 330000}}
      weight: 60%
      points: [{at: 20%, pays: 0%}, {at: 100%, pays: 100%}, {at: 110%, pays: 150%}]
    keeping:
      kind: bonus
      pays_on: grr
      weight: 40%
      points: [{at: 70%, pays: 0%}, {at: 90%, pays: 100%}, {at: 95%, pays: 130%}]
sales_leaders:
  from: 2025-11-01
  ote: 190000
  pay_mix: 60/40
  components: {team: {pays_on: new_arr, credit: {to: team}, rate: 1.5%}}
success_leaders:
  from: 2025-11-01
  ote: 160000
  pay_mix: 75/25
  components:
    keeping: {kind: bonus, pays_on: grr, weight: 60%, points: [{at: 70%, pays: 0%}, {at: 90%, pays: 100%}]}
    growing: {kind: bonus, pays_on: nrr, weight: 40%, points: [{at: 75%, pays: 0%}, {at: 110%, pays: 100%}]}
"""
"""Plans of the year. Halves wait as in the company's own charter; what no export tells (technical
wins, the adoption of a product) nobody is paid on."""

Row = dict[str, str]
Tables = dict[str, list[Row]]
OBJECTS = (
    "User", "UserRole", "Account", "Contact", "Lead", "Opportunity", "OpportunityHistory",
    "OpportunityFieldHistory", "OpportunityContactRole", "Event", "Contract",
)  # fmt: skip


# The company, and what happens to it on purpose


@dataclass
class Story:
    """All that ever stands in the CRM and with finance, and when it came to stand there."""

    tables: Tables
    people: list[Row]
    quotas: list[Row]
    usage: list[Row]
    changes: dict[tuple[str, str], list[tuple[date, Row]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By object and id: from which day on which cells say something else."""
    quota_changes: list[tuple[date, Row]] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    """What happens on purpose, for the page."""

    def __post_init__(self) -> None:
        self.ended = {row["OpportunityId"]: row["CreatedDate"]
                      for row in self.tables["OpportunityHistory"]
                      if row["StageName"].startswith("Closed")}  # fmt: skip

    def deal(self, which: str) -> Row:
        return next(row for row in self.tables["Opportunity"] if row["Id"] == which)

    def contract_of(self, deal: str) -> Row:
        return next(row for row in self.tables["Contract"] if row["Opportunity__c"] == deal)


def as_loaded(which: str) -> str:
    """An id as evidence holds it: 15 characters."""
    return which[:15]


def read(file: Path) -> list[Row]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def write(file: Path, rows: Sequence[Row], columns: Sequence[str]) -> None:
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def story(folder: Path) -> Story:
    """The example company with five things that happen on purpose."""
    tables = {name: read(folder / "export" / f"{name}.csv") for name in OBJECTS}
    tables["Event"] = [row for row in tables["Event"] if row["Type"] == "Discovery Meeting"]
    won = {row["OpportunityId"]: row["CreatedDate"] for row in tables["OpportunityHistory"]
           if row["StageName"] == "Closed Won"}  # fmt: skip
    for row in tables["Contract"]:
        row["CreatedDate"] = row["LastModifiedDate"] = won[row["Opportunity__c"]]
        row["IsDeleted"] = "false"
    finance = folder / "finance"
    told = Story(tables, read(folder / "people.csv"), read(finance / "quotas.csv"),
                 read(finance / "usage.csv"))  # fmt: skip
    taken: set[str] = set()
    _entered_late(told, taken, Period(date(2026, 1, 1), date(2026, 2, 1)), date(2026, 2, 20))
    _entered_late(told, taken, Period(date(2026, 4, 1), date(2026, 5, 1)), date(2026, 7, 2))
    _cancelled(told, taken, Period(date(2025, 12, 1), date(2026, 2, 1)))
    _left_early(told, taken, Period(date(2025, 11, 10), date(2026, 2, 1)))
    _quota_changed(told, Period(date(2026, 2, 1), date(2026, 5, 1)))
    _somebody_leaves(told, date(2026, 6, 15))
    return told


def _emails(told: Story) -> dict[str, str]:
    return {row["Id"]: row["Email"] for row in told.tables["User"]}


def _sellers(told: Story, on: date) -> set[str]:
    """CRM ids of account executives on a day."""
    emails = {row["person"] for row in told.people if row["role"] == "ae"
              and row["from"] <= str(on) <= (row["to"] or "9999")}  # fmt: skip
    return {user for user, email in _emails(told).items() if email in emails}


def _candidates(told: Story, over: Period, taken: set[str]) -> list[Row]:
    """New deals that account executives won in a period, of customers with no other won deal."""
    won = [row for row in told.tables["Opportunity"] if row["IsWon"] == "true"]
    deals = Counter(row["AccountId"] for row in won)
    sellers = _sellers(told, over.start)
    changed = {row["OpportunityId"] for row in told.tables["OpportunityFieldHistory"]
               if row["Field"] == "Owner"}  # fmt: skip
    found = [
        row for row in won
        if row["Type"] == "New Business" and date.fromisoformat(row["CloseDate"]) in over
        and deals[row["AccountId"]] == 1 and row["OwnerId"] in sellers
        and row["Id"] not in changed | taken
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-float(row["Amount"]), row["Id"]))


def _entered_late(told: Story, taken: set[str], over: Period, on: date) -> None:
    """A deal that nobody entered until long after it was won: it comes in won, in one step."""
    deal = _candidates(told, over, taken)[0]
    taken.add(deal["Id"])
    stamp = f"{on}T15:00:00.000Z"
    deal.update(CreatedDate=stamp, LastModifiedDate=stamp, SAO_Date__c="", SDR__c="")
    history = told.tables["OpportunityHistory"]
    last = [row for row in history if row["OpportunityId"] == deal["Id"]][-1]
    last.update(CreatedDate=stamp, SystemModstamp=stamp)
    for name in ("OpportunityHistory", "OpportunityFieldHistory", "OpportunityContactRole"):
        told.tables[name] = [
            row for row in told.tables[name] if row["OpportunityId"] != deal["Id"] or row is last
        ]
    told.contract_of(deal["Id"]).update(CreatedDate=stamp, LastModifiedDate=stamp)
    told.told.setdefault("late", []).append((deal["Id"], on))


def _reached(told: Story, account: str, by: date) -> date | None:
    """The first day on which half of a customer's licensed users were active."""
    seats: dict[str, float] = {}
    for row in told.usage:
        if row["account_id"] == account and row["metric"] == "licensed_users":
            seats[row["read_on"]] = float(row["reading"])
    days = [
        row["read_on"] for row in told.usage
        if row["account_id"] == account and row["metric"] == "active_users"
        and float(row["reading"]) >= seats[row["read_on"]] / 2 and row["read_on"] <= str(by)
    ]  # fmt: skip
    return date.fromisoformat(min(days)) if days else None


def _kept_for_a_while(told: Story, taken: set[str], over: Period) -> Row:
    """A deal whose customer reached the indicator in time, so that all of it was paid."""
    for deal in _candidates(told, over, taken):
        closed = date.fromisoformat(deal["CloseDate"])
        if _reached(told, deal["AccountId"], closed + timedelta(days=75)):
            taken.add(deal["Id"])
            return deal
    raise SystemExit("no deal of this seed fits; take another seed")


def _cancelled(told: Story, taken: set[str], over: Period) -> None:
    """A deal that was won, paid, and is set to lost some three months later, with its contract."""
    deal = _kept_for_a_while(told, taken, over)
    on = months_after(date.fromisoformat(deal["CloseDate"]), 3) + timedelta(days=5)
    stamp = f"{on}T15:00:00.000Z"
    told.changes["Opportunity", deal["Id"]].append(
        (on, {"StageName": "Closed Lost", "IsWon": "false", "LastModifiedDate": stamp})
    )
    last = [r for r in told.tables["OpportunityHistory"] if r["OpportunityId"] == deal["Id"]][-1]
    told.tables["OpportunityHistory"].append(
        {**last, "Id": last["Id"][:-1] + "z", "StageName": "Closed Lost", "CreatedDate": stamp,
         "SystemModstamp": stamp}
    )  # fmt: skip
    told.changes["Contract", told.contract_of(deal["Id"])["Id"]].append(
        (on, {"IsDeleted": "true", "LastModifiedDate": stamp})
    )
    told.told["cancelled"] = deal["Id"], on


def _left_early(told: Story, taken: set[str], over: Period) -> None:
    """A customer that ends its contract after some five months."""
    deal = _kept_for_a_while(told, taken, over)
    contract = told.contract_of(deal["Id"])
    last = months_after(date.fromisoformat(contract["StartDate"]), 5) - timedelta(days=1)
    told.changes["Contract", contract["Id"]].append(
        (last, {"EndDate": str(last), "LastModifiedDate": f"{last}T15:00:00.000Z"})
    )
    told.usage = [row for row in told.usage
                  if row["account_id"] != deal["AccountId"] or row["read_on"] <= str(last)]  # fmt: skip
    told.told["left"] = deal["Id"], last + timedelta(days=1)


def _quota_changed(told: Story, quarter: Period) -> None:
    """In May somebody's quota is halved for the days from 15 March on."""
    emails = _emails(told)
    asked = {row["person"]: row for row in told.quotas
             if row["measure"] == "new_arr" and row["from"] == str(quarter.start)}  # fmt: skip
    sold: dict[str, float] = defaultdict(float)
    late = {which for which, _ in told.told["late"]}
    sellers = _sellers(told, quarter.start)
    for row in told.tables["Opportunity"]:
        closed = date.fromisoformat(row["CloseDate"])
        new = row["IsWon"] == "true" and row["Type"] == "New Business" and row["Id"] not in late
        if new and closed in quarter and row["OwnerId"] in sellers:
            sold[emails[row["OwnerId"]]] += float(row["Amount"])
    who = max((one for one in sold if one in asked), key=lambda one: sold[one])
    row, on, since = asked[who], date(2026, 5, 20), date(2026, 3, 15)
    amount, days = int(row["amount"]), quarter.days
    before, after = (since - quarter.start).days, (quarter.end - since).days
    first = round(amount * before / days)
    then = round(amount * after / days / 2)
    told.quota_changes += [
        (
            on,
            {
                **row,
                "until": str(since),
                "amount": str(first),
                "last_modified_date": f"{on}T12:00:00Z",
            },
        ),
        (
            on,
            {
                **row,
                "from": str(since),
                "amount": str(then),
                "last_modified_date": f"{on}T12:00:00Z",
            },
        ),
    ]
    told.told["quota"] = who, on, since, amount, first + then


def _somebody_leaves(told: Story, last: date) -> None:
    """An account executive with halves that still wait; colleagues take the open deals over."""
    emails = {email: user for user, email in _emails(told).items()}
    spells = {row["person"]: row for row in told.people if row["role"] == "ae" and not row["to"]}
    busy = {told.told["quota"][0]} | {
        _emails(told)[told.deal(which)["OwnerId"]]
        for which in [w for w, _ in told.told["late"]]
        + [told.told["cancelled"][0], told.told["left"][0]]
    }
    recent = [
        row for row in _candidates(told, Period(last - timedelta(days=60), last), set())
        if _emails(told)[row["OwnerId"]] not in busy
        and not _reached(told, row["AccountId"], last + timedelta(days=1))
    ]  # fmt: skip
    who = _emails(told)[recent[0]["OwnerId"]]
    spell = spells[who]
    heir = next(
        row["person"] for row in spells.values()
        if row["segment"] == spell["segment"] and row["person"] != who
        and row["from"] < str(YEAR.start)
    )  # fmt: skip
    mine, theirs = emails[who], emails[heir]
    stamp = f"{last}T21:00:00.000Z"
    spell["to"] = str(last)
    for row in told.tables["OpportunityFieldHistory"]:
        if row["Field"] == "Owner" and row["CreatedDate"] > stamp:
            for end in ("OldValue", "NewValue"):
                row[end] = theirs if row[end] == mine else row[end]
    owners = owners_of(told)
    for row in told.tables["Opportunity"]:
        owned = owner_on(owners, row, str(last))
        closed = told.ended.get(row["Id"])
        if owned == mine and row["CreatedDate"] <= stamp and (closed is None or closed > stamp):
            told.tables["OpportunityFieldHistory"].append(
                {"Id": f"017Nq00009{len(told.tables['OpportunityFieldHistory']):05d}IAA",
                 "OpportunityId": row["Id"], "CreatedById": mine, "CreatedDate": stamp,
                 "Field": "Owner", "OldValue": mine, "NewValue": theirs}
            )  # fmt: skip
        if row["OwnerId"] == mine and (closed is None or closed > stamp):
            row["OwnerId"] = theirs
    told.tables["OpportunityFieldHistory"].sort(key=lambda row: row["CreatedDate"])
    told.quotas = [row for row in told.quotas if row["person"] != who or row["from"] <= str(last)]
    told.told["leaver"] = who, last, heir


Owners = dict[str, list[Row]]
"""Changes of a deal's owner, earliest first."""


def owners_of(told: Story) -> Owners:
    found: Owners = defaultdict(list)
    for row in told.tables["OpportunityFieldHistory"]:
        if row["Field"] == "Owner":
            found[row["OpportunityId"]].append(row)
    return found


def owner_on(owners: Owners, deal: Row, day: str) -> str:
    """Whose a deal was at the end of a day."""
    changes = owners.get(deal["Id"], [])
    for row in reversed(changes):
        if row["CreatedDate"][:10] <= day:
            return row["NewValue"]
    return changes[0]["OldValue"] if changes else deal["OwnerId"]


# The export as it stood


class Cut:
    """Exports as they stood: later rows are not there, and earlier ones say what they said then."""

    def __init__(self, told: Story) -> None:
        self.told, self.owners = told, owners_of(told)
        self.history: dict[str, list[Row]] = defaultdict(list)
        for row in told.tables["OpportunityHistory"]:
            self.history[row["OpportunityId"]].append(row)

    def write(self, folder: Path, day: date) -> None:
        folder.mkdir(exist_ok=True)
        for name, rows in self.told.tables.items():
            as_then = [
                found for row in rows if (found := self.row(name, row, str(day))) is not None
            ]
            write(folder / f"{name}.csv", as_then, list(rows[0]))

    def row(self, name: str, row: Row, day: str) -> Row | None:
        if row.get("CreatedDate", "")[:10] > day:
            return None
        found = dict(row)
        if name == "Opportunity":
            found |= self._deal(row, day)
        elif name == "Lead" and row["ConvertedDate"] > day:
            found |= {"IsConverted": "false", "Status": "Working", "ConvertedDate": "",
                      "ConvertedAccountId": "", "ConvertedContactId": "",
                      "ConvertedOpportunityId": ""}  # fmt: skip
        elif name == "Event":
            if row["StartDateTime"][:10] > day:
                found["Meeting_Held__c"] = ""
            if row["Rejected_Date__c"] > day:
                found |= {"Rejected_Date__c": "", "Rejection_Reason__c": ""}
        if found.get("LastModifiedDate", "")[:10] > day:
            found["LastModifiedDate"] = f"{day}T20:00:00.000Z"
        for on, cells in self.told.changes.get((name, row.get("Id", "")), ()):
            if str(on) <= day:
                found |= cells
        return found

    def _deal(self, row: Row, day: str) -> Row:
        """A deal in the stage, at the value, with the close day and owner that it had then."""
        then = [one for one in self.history[row["Id"]] if one["CreatedDate"][:10] <= day]
        last = max(then, key=lambda one: one["CreatedDate"])
        stage = last["StageName"]
        said = {
            name: last[name]
            for name in ("StageName", "Amount", "CloseDate", "Probability", "ForecastCategory")
        }
        if row["SAO_Date__c"] > day:
            said["SAO_Date__c"] = ""
        return said | {
            "IsClosed": str(stage.startswith("Closed")).lower(),
            "IsWon": str(stage == "Closed Won").lower(),
            "OwnerId": owner_on(self.owners, row, day),
        }


def written_then(told: Story, cut: Cut, folder: Path, origin: Path, day: date) -> Path:
    """Everything that a user has on a day, in a folder: export, finance's tables, charter, people."""
    folder.mkdir(exist_ok=True)
    cut.write(folder / "export", day)
    finance = folder / "finance"
    finance.mkdir(exist_ok=True)
    quotas = [row for row in told.quotas if row["from"] <= str(day)]
    changed = [row for on, row in told.quota_changes if on <= day]
    gone = {(row["person"], row["from"], row["measure"]) for row in changed}
    quotas = [r for r in quotas if (r["person"], r["from"], r["measure"]) not in gone] + changed
    quotas = [{"last_modified_date": f"{YEAR.start}T12:00:00Z", **row} for row in quotas]
    write(finance / "quotas.csv", quotas, [*told.quotas[0], "last_modified_date"])
    write(finance / "usage.csv", [row for row in told.usage if row["read_on"] <= str(day)],
          list(told.usage[0]))  # fmt: skip
    mapping = yaml.safe_load((origin / "finance" / "mapping.yaml").read_text())
    mapping["tables"] = {name: mapping["tables"][name] for name in ("usage", "quotas")}
    mapping["tables"]["quotas"]["columns"]["stated_at"] = "last_modified_date"
    (finance / "mapping.yaml").write_text(yaml.safe_dump(mapping))
    people = [
        {**row, "to": row["to"] if row["to"] <= str(day) else ""}
        for row in told.people
        if row["from"] <= str(day)
    ]
    write(folder / "people.csv", people, list(told.people[0]))
    text = (origin / "charter.yaml").read_text()
    before, after = text.index("\nplans:\n"), text.index("\n# What a seat costs a year.")
    text = f"{text[:before]}\nplans:\n{indent(PLANS, '  ')}{text[after:]}"
    for unpaid in ("    plan: se\n", "    plan: heads\n"):
        text = text.replace(unpaid, "")
    (folder / "charter.yaml").write_text(f"fiscal_year_starts: November\n{text}")
    return folder / "charter.yaml"
