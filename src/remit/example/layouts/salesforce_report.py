"""Salesforce reports as somebody saves them: one CSV a report ("Export", "Details Only").

Headers are the labels on the screen, ids have fifteen characters, people stand there by name,
moments are those of the user's time zone and carry none, checkboxes are 1 and 0, every cell is
quoted, and under the rows come the name of the report and who made it. Two variants:

- `salesforce_report`: a user in the United States: `3/4/2026 3:04 PM`, `USD 12,345.00`, commas,
  UTF-8;
- `salesforce_report_german`: a user in Germany: `04.03.2026 15:04`, `12.345,00`, semicolons,
  ISO-8859-1.

Cannot hold:

- deleted records, which reports leave out;
- who of ours was invited to or attended an event: a report shows the assigned person alone, and a
  private event as any other, with its box ticked;
- ids of people: two people of one name are one;
- the user who made a record where it was an integration, other than by name;
- seconds of any moment;
- contracts and the hierarchy of roles (nobody saves them).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from remit.example.layouts import Everything

Record = dict[str, str]


@dataclass(frozen=True, slots=True)
class Locale:
    """How a user's country writes things.

    Attributes:
        day: A day.
        moment: A moment.
        money: An amount with its currency, if it shows one.
        number: A whole number.
        delimiter: Between cells.
        encoding: Of the file.
        sign: The copyright sign of the footer.
    """

    day: Callable[[date], str]
    moment: Callable[[datetime], str]
    money: Callable[[float, str], str]
    number: Callable[[float], str]
    delimiter: str
    encoding: str
    sign: str


def _american_moment(at: datetime) -> str:
    half = "AM" if at.hour < 12 else "PM"
    return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at:%M} {half}"


def _german(text: str) -> str:
    """A number with points between thousands and a decimal comma.

    >>> _german("12,345.00")
    '12.345,00'
    """
    return text.translate(str.maketrans(",.", ".,"))


AMERICAN = Locale(
    day=lambda on: f"{on.month}/{on.day}/{on.year}",
    moment=_american_moment,
    money=lambda amount, currency: f"{currency} {amount:,.2f}",
    number=lambda count: f"{count:,.0f}",
    delimiter=",",
    encoding="utf-8",
    sign="(c)",
)
GERMAN = Locale(
    day=lambda on: f"{on:%d.%m.%Y}",
    moment=lambda at: f"{at:%d.%m.%Y %H:%M}",
    money=lambda amount, _: _german(f"{amount:,.2f}"),
    number=lambda count: _german(f"{count:,.0f}"),
    delimiter=";",
    encoding="iso-8859-1",
    sign="©",
)

# label, column of the record and how it is shown; a report is a tuple of these
_REPORTS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "Accounts": (
        ("Account ID", "Id", "id"), ("Account Owner", "OwnerId", "person"),
        ("Account Name", "Name", ""), ("Type", "Type", ""),
        ("Billing State/Province", "BillingState", ""), ("Billing Country", "BillingCountry", ""),
        ("Industry", "Industry", ""), ("Employees", "NumberOfEmployees", "number"),
        ("Annual Revenue", "AnnualRevenue", "money"), ("Website", "Website", ""),
        ("Created By", "CreatedById", "person"), ("Created Date", "CreatedDate", "day"),
        ("Last Modified Date", "LastModifiedDate", "day"),
        ("Description", "Description", "lines"),
    ),
    "Contacts": (
        ("Contact ID", "Id", "id"), ("First Name", "FirstName", ""), ("Last Name", "LastName", ""),
        ("Title", "Title", ""), ("Department", "Department", ""), ("Email", "Email", ""),
        ("Account ID", "AccountId", "id"), ("Account Name", "AccountId", "account"),
        ("Contact Owner", "OwnerId", "person"), ("Created By", "CreatedById", "person"),
        ("Created Date", "CreatedDate", "day"), ("Last Modified Date", "LastModifiedDate", "day"),
    ),
    "Leads": (
        ("Lead ID", "Id", "id"), ("Lead Owner", "OwnerId", "person"),
        ("First Name", "FirstName", ""), ("Last Name", "LastName", ""), ("Title", "Title", ""),
        ("Company / Account", "Company", ""), ("Email", "Email", ""),
        ("Lead Source", "LeadSource", ""), ("Lead Status", "Status", ""),
        ("Industry", "Industry", ""), ("State/Province", "State", ""),
        ("No. of Employees", "NumberOfEmployees", "number"),
        ("Annual Revenue", "AnnualRevenue", "money"), ("Created By", "CreatedById", "person"),
        ("Create Date", "CreatedDate", "moment"), ("Converted", "IsConverted", "box"),
        ("Converted Date", "ConvertedDate", "day"),
        ("Converted Account ID", "ConvertedAccountId", "id"),
        ("Converted Contact ID", "ConvertedContactId", "id"),
        ("Converted Opportunity ID", "ConvertedOpportunityId", "id"),
        ("Last Modified", "LastModifiedDate", "moment"),
    ),
    "Lead History": (
        ("Lead ID", "LeadId", "id"), ("Edited By", "CreatedById", "person"),
        ("Field / Event", "Field", "field"), ("Old Value", "OldValue", "value"),
        ("New Value", "NewValue", "value"), ("Edit Date", "CreatedDate", "moment"),
    ),
    "Opportunities": (
        ("Opportunity ID", "Id", "id"), ("Opportunity Owner", "OwnerId", "person"),
        ("Account ID", "AccountId", "id"), ("Account Name", "AccountId", "account"),
        ("Opportunity Name", "Name", ""), ("Type", "Type", ""), ("Stage", "StageName", ""),
        ("Fiscal Period", "CloseDate", "quarter"), ("Amount", "Amount", "money"),
        ("Expected Revenue", "ExpectedRevenue", "money"),
        ("Probability (%)", "Probability", "percent"), ("Close Date", "CloseDate", "day"),
        ("Created By", "CreatedById", "person"), ("Created Date", "CreatedDate", "moment"),
        ("Last Modified Date", "LastModifiedDate", "moment"), ("Next Step", "NextStep", ""),
        ("Lead Source", "LeadSource", ""), ("Forecast Category", "ForecastCategory", "forecast"),
        ("Closed", "IsClosed", "box"), ("Won", "IsWon", "box"), ("Pain", "Pain__c", ""),
        ("Trigger", "Trigger__c", ""), ("SAO Date", "SAO_Date__c", "day"),
        ("SDR", "SDR__c", "person"), ("Metrics", "Metrics__c", ""),
        ("Economic Buyer", "Economic_Buyer__c", ""),
        ("Decision Criteria", "Decision_Criteria__c", ""),
        ("Decision Process", "Decision_Process__c", ""), ("Champion", "Champion__c", ""),
        ("POC Start", "POC_Start__c", "day"),
    ),
    "Opportunity History": (
        ("Opportunity ID", "OpportunityId", "id"), ("Opportunity Name", "OpportunityId", "deal"),
        ("From Stage", "FromStage", ""), ("To Stage", "StageName", ""),
        ("Amount", "Amount", "money"), ("Probability (%)", "Probability", "percent"),
        ("Close Date", "CloseDate", "day"), ("Last Modified By", "CreatedById", "person"),
        ("Last Modified", "CreatedDate", "moment"),
    ),
    "Opportunity Field History": (
        ("Opportunity ID", "OpportunityId", "id"), ("Opportunity Name", "OpportunityId", "deal"),
        ("Edited By", "CreatedById", "person"), ("Field / Event", "Field", "field"),
        ("Old Value", "OldValue", "value"), ("New Value", "NewValue", "value"),
        ("Edit Date", "CreatedDate", "moment"),
    ),
    "Opportunities with Contact Roles": (
        ("Opportunity ID", "OpportunityId", "id"), ("Opportunity Name", "OpportunityId", "deal"),
        ("Contact ID", "ContactId", "id"), ("Role", "Role", ""), ("Primary", "IsPrimary", "box"),
        ("Created Date", "CreatedDate", "day"),
    ),
    "Tasks and Events": (
        ("Activity ID", "Id", "id"), ("Task", "Task", "box"), ("Assigned", "OwnerId", "person"),
        ("Subject", "Subject", ""), ("Type", "Type", ""), ("Task Subtype", "TaskSubtype", ""),
        ("Date", "ActivityDate", "day"), ("Start", "StartDateTime", "moment"),
        ("End", "EndDateTime", "moment"), ("All-Day Event", "IsAllDayEvent", "box"),
        ("Status", "Status", ""), ("Priority", "Priority", ""),
        ("Call Duration", "CallDurationInSeconds", "number"), ("Call Type", "CallType", ""),
        ("Call Result", "CallDisposition", ""), ("Contact ID", "WhoId", "contact id"),
        ("Lead ID", "WhoId", "lead id"), ("Account ID", "AccountId", "id"),
        ("Company / Account", "AccountId", "account"), ("Opportunity ID", "WhatId", "deal id"),
        ("Case ID", "WhatId", "case id"), ("Related To", "WhatId", "related"),
        ("Private", "IsPrivate", "box"), ("Created By", "CreatedById", "person"),
        ("Created Date", "CreatedDate", "moment"),
        ("Completed Date/Time", "CompletedDateTime", "moment"),
        ("Last Modified Date", "LastModifiedDate", "moment"),
        ("Meeting Held", "Meeting_Held__c", ""), ("Rejected Date", "Rejected_Date__c", "day"),
        ("Rejection Reason", "Rejection_Reason__c", ""),
    ),
    "Cases": (
        ("Case ID", "Id", "id"), ("Case Number", "CaseNumber", ""),
        ("Case Owner", "OwnerId", "person"), ("Account ID", "AccountId", "id"),
        ("Account Name", "AccountId", "account"), ("Contact ID", "ContactId", "id"),
        ("Subject", "Subject", ""), ("Status", "Status", ""), ("Priority", "Priority", ""),
        ("Case Origin", "Origin", ""), ("Created By", "CreatedById", "person"),
        ("Date/Time Opened", "CreatedDate", "moment"), ("Date/Time Closed", "ClosedDate", "moment"),
        ("Closed", "IsClosed", "box"),
    ),
    "Users": (
        ("User ID", "Id", "id"), ("First Name", "FirstName", ""), ("Last Name", "LastName", ""),
        ("Username", "Username", ""), ("Email", "Email", ""), ("Title", "Title", ""),
        ("Department", "Department", ""), ("Role", "UserRoleId", "role"),
        ("Manager", "ManagerId", "person"), ("Active", "IsActive", "box"),
        ("Created Date", "CreatedDate", "day"),
    ),
}  # fmt: skip
_SOURCES = {
    "Accounts": "Account", "Contacts": "Contact", "Leads": "Lead", "Lead History": "LeadHistory",
    "Opportunities": "Opportunity", "Opportunity History": "OpportunityHistory",
    "Opportunity Field History": "OpportunityFieldHistory",
    "Opportunities with Contact Roles": "OpportunityContactRole", "Cases": "Case", "Users": "User",
}  # fmt: skip
_FIELDS = {
    "Status": "Lead Status",
    "CloseDate": "Close Date",
    "ForecastCategoryName": "Forecast Category",
}
_FORECAST = {"BestCase": "Best Case", "Forecast": "Commit"}
_KINDS = {"contact id": "003", "lead id": "00Q", "deal id": "006", "case id": "500"}


@dataclass(slots=True)
class _Reports:
    everything: Everything
    locale: Locale
    zone: ZoneInfo
    people: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)

    def rows(self, name: str) -> Iterator[Record]:
        for row in self.everything.tables[name].records():
            if row.get("IsDeleted") != "true":
                yield row

    def local(self, stamp: str) -> datetime:
        return datetime.fromisoformat(stamp).astimezone(self.zone)

    def related(self, record: str) -> str:
        return "" if record[:3] == "500" else self.names.get(record, "")

    def shown(self, value: str, kind: str) -> str:
        """A value as the report shows it; nothing stays nothing."""
        if not value or not kind:
            return value
        locale = self.locale
        currency = self.everything.company.currency
        if kind in _KINDS:
            return value[:15] if value[:3] == _KINDS[kind] else ""
        if kind == "moment":
            return locale.moment(self.local(value))
        if kind == "day":
            return locale.day(
                date.fromisoformat(value) if len(value) == 10 else self.local(value).date()
            )
        if kind == "value":  # a changed field's value: a person, a day, an amount or a word
            if value in self.people:
                return self.people[value]
            if len(value) == 10 and value[4] == "-":
                return self.shown(value, "day")
            return locale.money(float(value), currency) if value.isdigit() else value
        show: Mapping[str, Callable[[str], str]] = {
            "id": lambda text: text[:15],
            "person": lambda text: self.people[text],
            "account": lambda text: self.names[text],
            "deal": lambda text: self.names[text],
            "related": self.related,
            "role": lambda text: self.roles[text],
            "box": lambda text: "1" if text == "true" else "0",
            "money": lambda text: locale.money(float(text), currency),
            "number": lambda text: locale.number(float(text)),
            "percent": lambda text: f"{text}%",
            "lines": lambda text: text.replace("; ", ";\n"),
            "quarter": lambda text: f"Q{(int(text[5:7]) + 2) // 3}-{text[:4]}",
            "field": lambda text: _FIELDS.get(text, text),
            "forecast": lambda text: _FORECAST.get(text, text),
        }
        return show[kind](value)

    def records(self, report: str) -> Iterable[Record]:
        if report == "Tasks and Events":
            yield from (row | {"Task": "true"} for row in self.rows("Task"))
            for row in self.rows("Event"):
                if row["IsAllDayEvent"] == "true":  # has a date and no hours
                    row |= {"StartDateTime": "", "EndDateTime": ""}
                yield row | {"Task": "false"}
            return
        last: dict[str, str] = {}
        for row in self.rows(_SOURCES[report]):
            if report == "Opportunity History":
                deal = row["OpportunityId"]
                row["FromStage"] = last.get(deal, "")
                last[deal] = row["StageName"]
            yield row

    def write(self, report: str, path: Path) -> int:
        columns, locale, count = _REPORTS[report], self.locale, 0
        with path.open("w", encoding=locale.encoding, newline="") as file:
            out = csv.writer(
                file, delimiter=locale.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n"
            )
            out.writerow([label for label, _, _ in columns])
            for row in self.records(report):
                out.writerow([self.shown(row.get(name, ""), kind) for _, name, kind in columns])
                count += 1
            file.write("\r\n\r\n")
            for line in self.footer(report):
                out.writerow([line])
        return count

    def footer(self, report: str) -> tuple[str, ...]:
        company, year = self.everything.company, self.everything.company.last_day.year
        evening = datetime(year, company.last_day.month, company.last_day.day, 19, 4, tzinfo=UTC)
        return (
            report,
            f"Copyright {self.locale.sign} 2000-{year} salesforce.com, inc. All rights reserved.",
            "Confidential Information - Do Not Distribute",
            f"Generated By:  {self.everything.staff.people[0].first} "
            f"{self.everything.staff.people[0].last} {self.locale.moment(evening)}",
            company.name,
        )

    def run(self, folder: Path) -> dict[str, int]:
        self.people = {row["Id"]: row["Name"] for row in self.rows("User")}
        self.roles = {row["Id"]: row["Name"] for row in self.rows("UserRole")}
        for name in ("Account", "Opportunity"):
            self.names |= {row["Id"]: row["Name"] for row in self.rows(name)}
        return {report: self.write(report, folder / f"{report}.csv") for report in _REPORTS}


def write(everything: Everything, folder: Path, locale: Locale = AMERICAN) -> dict[str, int]:
    """Write the reports as a user of a country saves them; returns the number of rows by report."""
    zone = ZoneInfo(everything.company.time_zone)
    return _Reports(everything, locale, zone).run(folder)


def write_german(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the reports as a user in Germany saves them; returns the number of rows by report."""
    return write(everything, folder, GERMAN)
