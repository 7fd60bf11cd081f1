"""Write the small team's export, the one the tutorial reads. Same script, same bytes.

Five SDRs and five account executives, twelve weeks. The account executives of this made-up team
prospect a good deal of their time, and open most of their deals without an SDR.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

FIRST = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - the charter's zone is UTC
WEEKS = 12
SDRS, AES = 5, 5
Rows = list[dict[str, str]]


def stamp(at: datetime) -> str:
    """An instant as Data Loader writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def make(seed: int = 7) -> dict[str, Rows]:
    """All objects of the export, as rows."""
    chance = np.random.default_rng(seed)
    sdrs = [f"005S{n}" for n in range(SDRS)]
    aes = [f"005A{n}" for n in range(AES)]
    users = [
        {"Id": id_, "Name": f"{word} {n + 1}", "Title": title, "UserType": "Standard"}
        for ids, word, title in (
            (sdrs, "Sam", "Sales Development Rep"),
            (aes, "Alex", "Account Executive"),
        )
        for n, id_ in enumerate(ids)
    ]
    leads: Rows = []
    tasks: Rows = []
    events: Rows = []
    deals: Rows = []
    accounts: Rows = []
    history: Rows = []

    def hours(week: int) -> Iterator[datetime]:
        """The forty working hours of a week in any order, so that nobody does two things at once."""
        for slot in chance.permutation(40):
            day, hour = divmod(int(slot), 8)
            yield FIRST + timedelta(weeks=week, days=day, hours=hour)

    def lead(owner: str, at: datetime, source: str) -> dict[str, str]:
        row = {
            "Id": f"00Q{len(leads):05d}",
            "LeadSource": source,
            "OwnerId": owner,
            "CreatedById": owner,
            "CreatedDate": stamp(at),
        }
        leads.append(row)
        return row

    def call(owner: str, who: str, at: datetime) -> None:
        minutes = int(chance.integers(15, 36))
        tasks.append(
            {
                "Id": f"00T{len(tasks):05d}",
                "WhoId": who,
                "OwnerId": owner,
                "CreatedById": owner,
                "TaskSubtype": "Call",
                "CallDurationInSeconds": str(minutes * 60),
                "ActivityDate": at.strftime("%Y-%m-%d"),
                "CompletedDateTime": stamp(at + timedelta(minutes=minutes)),
                "CreatedDate": stamp(at + timedelta(minutes=minutes)),
                "IsClosed": "true",
            }
        )

    def meeting(owner: str, by: str, at: datetime, **more: str) -> dict[str, str]:
        row = {
            "Id": f"00U{len(events):05d}",
            "OwnerId": owner,
            "CreatedById": by,
            "StartDateTime": stamp(at),
            "DurationInMinutes": "45",
            "CreatedDate": stamp(at - timedelta(days=at.weekday(), hours=at.hour - 8)),
            **more,
        }
        events.append(row)
        return row

    def deal(owner: str, from_lead: dict[str, str] | None, at: datetime) -> dict[str, str]:
        n = len(deals)
        accounts.append({"Id": f"001{n:05d}", "Name": f"Company {n}", "CreatedDate": stamp(at)})
        row = {
            "Id": f"006{n:05d}",
            "AccountId": f"001{n:05d}",
            "OwnerId": owner,
            "CreatedById": owner,
            "Type": "New Business",
            "StageName": "Discovery",
            "CloseDate": (at + timedelta(days=120)).strftime("%Y-%m-%d"),
            "Amount": str(int(chance.integers(8, 40)) * 1000),
            "IsClosed": "false",
            "CreatedDate": stamp(at),
            "SAO_Date__c": stamp(at) if from_lead else "",
            "Pain__c": "month end takes nine days" if chance.random() < 0.6 else "tbd",
            "Trigger__c": "new CFO" if chance.random() < 0.35 else "",
        }
        deals.append(row)
        history.append(entry(row, "Discovery", at))
        if chance.random() < 0.5:
            row["StageName"] = "Qualified"
            history.append(entry(row, "Qualified", at + timedelta(days=7)))
        if from_lead is not None:
            from_lead.update(
                IsConverted="true",
                ConvertedDate=at.strftime("%Y-%m-%d"),
                ConvertedAccountId=row["AccountId"],
                ConvertedOpportunityId=row["Id"],
            )
        return row

    def entry(row: dict[str, str], stage: str, at: datetime) -> dict[str, str]:
        return {
            "Id": f"008{len(history):05d}",
            "OpportunityId": row["Id"],
            "StageName": stage,
            "CreatedById": row["OwnerId"],
            "CreatedDate": stamp(at),
        }

    open_deals: dict[str, list[str]] = {ae: [] for ae in aes}
    for week in range(WEEKS):
        monday = FIRST + timedelta(weeks=week, hours=-1)
        free = {person: hours(week) for person in (*sdrs, *aes)}
        fresh: Rows = []
        for sdr in sdrs:
            mine = [lead(sdr, monday, "Outbound") for _ in range(3)]
            for _ in range(25):
                call(sdr, mine[int(chance.integers(len(mine)))]["Id"], next(free[sdr]))
            ae = aes[int(chance.integers(AES))]
            booked = next(free[ae])
            held = bool(chance.random() < 0.85)
            offered = meeting(
                ae,
                sdr,
                booked,
                WhoId=mine[0]["Id"],
                Type="Discovery Meeting",
                Meeting_Held__c=str(held).lower(),
            )
            fate = chance.random()
            if held and fate < 0.45:
                fresh.append(deal(ae, mine[0], booked + timedelta(hours=20)))
            elif held and fate < 0.85:
                offered["Rejected_Date__c"] = stamp(booked + timedelta(days=2))
                offered["Rejection_Reason__c"] = ["No budget", "Wrong person"][
                    int(chance.integers(2))
                ]
        for ae in aes:
            own = lead(ae, monday, "Outbound")
            for _ in range(11):
                call(ae, own["Id"], next(free[ae]))
            if week % 2 == 0:
                open_deals[ae].append(deal(ae, None, monday)["Id"])
            for _ in range(7):
                chosen = open_deals[ae][int(chance.integers(len(open_deals[ae])))]
                meeting(ae, ae, next(free[ae]), WhatId=chosen)
        for row in fresh:
            open_deals[row["OwnerId"]].append(row["Id"])
    last = stamp(FIRST + timedelta(weeks=WEEKS))
    return {
        "User": users,
        "Account": accounts,
        "Lead": leads,
        "Opportunity": deals,
        "OpportunityHistory": [row for row in history if row["CreatedDate"] < last],
        "Task": tasks,
        "Event": events,
    }


def main(folder: Path) -> None:
    """Write one CSV file an object."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in make().items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main(Path(__file__).parent / "export")
