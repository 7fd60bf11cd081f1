"""Teams whose weeks are known to the minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from remit.audit import Audit
from remit.audit.run import YEAR, measured_days
from remit.audit.view import Check, View
from remit.charter import Charter
from remit.terms import Finding, Period, catalogue

CHARTER = """
    company: Acme
    time_zone: UTC
    segments:
      mid: {where: {employees: {below: 1000}}, technical_sale: true}
    roles:
      sdr: {is: SDR}
      ae: {is: AE}
      se: {is: SE}
      csm: {is: CSM, owns: [onboarding, customer_success, renewal, expansion]}
    outside: [support]
    titles: {"SDR": sdr, "AE": ae, "SE": se, "CSM": csm}
    deals:
      kind: {new: [New]}
      stages: {Discovery: discovery, Validation: technical_validation, Proposal: closing}
    """
HANDOFF = """
    handoffs:
      - name: meeting
        from: sdr
        to: ae
        at: discovery
        offered: {object: Event, where: {Type: Discovery}}
        held: {object: Event, where: {Type: Discovery}, field: Held__c}
        accepted: {object: Opportunity, field: SAO__c}
        rejected: {object: Event, where: {Type: Discovery}, field: Rejected__c, reason: Why__c}
        converted: {object: Opportunity, stage: Proposal}
        requires: {pain: Opportunity.Pain__c}
    """

FIRST = date(2026, 1, 5)
"""A Monday."""
WEEKS = 20


def users(kind: str, count: int = 6) -> list[dict[str, str]]:
    """So many people with one title."""
    return [
        {
            "Id": f"005{kind}{n}",
            "Title": kind,
            "Name": f"{kind} {n}",
            "CreatedDate": "2020-01-01",
            "IsActive": "true",
        }
        for n in range(count)
    ]


def week_of_meetings(
    who: str, week: int, hours: dict[str, float], *, wobble: float = 0.0
) -> Iterator[dict[str, str]]:
    """Meetings of one person in one week: hours on each record, one after the other.

    `wobble` moves hours between the records from week to week, so that weeks differ.
    """
    at = datetime.combine(FIRST + timedelta(days=7 * week), datetime.min.time()) + timedelta(
        hours=9
    )
    for place, (record, length) in enumerate(hours.items()):
        swing = 1 + wobble * (1 if (week + place + int(who[-1])) % 2 else -1)
        minutes = int(length * 60 * swing)
        while minutes > 0:
            part = min(minutes, 240)
            link = "WhoId" if record.startswith(("00Q", "003")) else "WhatId"
            yield {
                "Id": f"00U-{who}-{week}-{place}-{at:%d%H%M}",
                "OwnerId": who,
                "CreatedById": who,
                "Subject": "",
                "Type": "",
                "WhoId": "",
                "WhatId": "",
                link: record,
                "StartDateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "DurationInMinutes": str(part),
                "CreatedDate": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "Held__c": "",
                "Rejected__c": "",
                "Why__c": "",
            }
            at += timedelta(minutes=part)
            minutes -= part


def team_weeks(
    kind: str, hours: dict[str, float], count: int = 6, weeks: int = WEEKS, wobble: float = 0.1
) -> list[dict[str, str]]:
    """All weeks of a team in which everybody spends the same hours."""
    return [
        row
        for n in range(count)
        for week in range(weeks)
        for row in week_of_meetings(f"005{kind}{n}", week, hours, wobble=wobble)
    ]


LEAD = {"Id": "00Q1", "CreatedDate": "2026-01-01", "LeadSource": "List"}
ACCOUNT = {"Id": "0011", "CreatedDate": "2025-01-01", "NumberOfEmployees": "300"}
CUSTOMER = {"Id": "0012", "CreatedDate": "2023-01-01", "NumberOfEmployees": "300"}
OPEN = {
    "Id": "0061",
    "AccountId": "0011",
    "Type": "New",
    "StageName": "Proposal",
    "OwnerId": "005AE0",
    "CreatedById": "005AE0",
    "CreatedDate": "2025-12-01",
    "IsClosed": "false",
    "IsWon": "false",
    "CloseDate": "2026-12-01",
}
WON = {
    "Id": "0062",
    "AccountId": "0012",
    "Type": "New",
    "StageName": "Closed Won",
    "OwnerId": "005AE0",
    "CreatedById": "005AE0",
    "CreatedDate": "2023-01-01",
    "IsClosed": "true",
    "IsWon": "true",
    "CloseDate": "2023-06-01",
}
STAGES = [
    {"Id": "0081", "OpportunityId": "0061", "StageName": "Proposal", "CreatedDate": "2025-12-01"},
    {"Id": "0082", "OpportunityId": "0062", "StageName": "Closed Won", "CreatedDate": "2023-06-01"},
]
TICKET = {"Id": "5001", "AccountId": "0012", "CreatedDate": "2026-01-02", "OwnerId": "005X"}


@dataclass(frozen=True)
class Looked:
    """Evidence held against a charter: each check looks when its findings are asked for."""

    view: View

    def at(self, check: str) -> list[Finding]:
        """What one check finds."""
        return list(catalogue("remit.audit", Check)[check].call(self.view))


@pytest.fixture
def audited(charter, evidence) -> Callable[..., Looked]:
    """Look at an export given as rows as an audit does; the records every team works on are added."""

    def run(text: str = CHARTER, **objects) -> Looked:
        declared: Charter = charter(text)
        standing = {
            "Account": [ACCOUNT, CUSTOMER],
            "Lead": [LEAD],
            "Opportunity": [OPEN, WON],
            "OpportunityHistory": STAGES,
            "Case": [TICKET],
        }
        for name, rows in standing.items():
            objects[name] = [*rows, *objects.get(name, [])] if objects.get(name, 1) else []
        found = evidence(declared, **{name: rows for name, rows in objects.items() if rows})
        over = measured_days(found)
        year = Period(min(over.start, over.end - timedelta(days=YEAR)), over.end)
        return Looked(View(declared, found, declared.numbers(), over, year))

    return run


def about(found: Looked | Audit, check: str, words: str = "") -> list[Finding]:
    """The findings of one check whose subject contains some words."""
    findings = found.at(check) if isinstance(found, Looked) else found.findings
    return [f for f in findings if f.check == check and words in f.about]
