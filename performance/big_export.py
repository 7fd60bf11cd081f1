"""A Salesforce export of any size, made up in the database: for measuring only.

    python performance/big_export.py build/big --activities 1000000

500 people, an account for every 50 activities, a lead for every 20, a deal with four stages for
every account, three years of tasks and events. The same size gives the same files.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

CHARTER = """
company: Big
currency: USD
time_zone: America/New_York
segments:
  small: {where: {employees: {below: 200}}}
  large: {where: {employees: {at_least: 200}}}
roles:
  sdr: {is: SDR}
  ae:  {is: AE}
  csm: {is: CSM, owns: [onboarding, customer_success, renewal]}
titles: {"SDR": sdr, "Account Executive": ae, "Customer Success Manager": csm}
deals:
  kind: {field: Opportunity.Type, new: [New Business], expansion: [Expansion], renewal: [Renewal]}
  stages: {Discovery: discovery, Proposal: closing, Negotiation: closing}
"""

PEOPLE = 500
SECONDS = 3 * 365 * 86_400
FIRST = "TIMESTAMP '2023-11-01 08:00:00'"


def write(folder: Path, activities: int) -> Path:
    """Write the export's files and a charter; returns the folder of the export."""
    export = folder / "export"
    export.mkdir(parents=True, exist_ok=True)
    (folder / "charter.yaml").write_text(CHARTER)
    accounts, leads = max(10, activities // 50), max(10, activities // 20)
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false; SELECT setseed(0.5)")

        def copy(name: str, query: str) -> None:
            con.execute(
                f"COPY ({query}) TO '{export / name}.csv' (HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.000Z')"
            )

        def user(number: str) -> str:
            return f"'005' || lpad(({number})::VARCHAR, 12, '0')"

        def id_(prefix: str, number: str) -> str:
            return f"'{prefix}' || lpad(({number})::VARCHAR, 12, '0')"

        def moment(of: str) -> str:
            return f"{FIRST} + to_seconds((hash({of}) % {SECONDS})::BIGINT)"

        copy(
            "User",
            f"""SELECT {user("i")} AS Id, 'Person ' || i AS Name, 'p' || i || '@big.example' AS Email,
            CASE i % 3 WHEN 0 THEN 'SDR' WHEN 1 THEN 'Account Executive' ELSE 'Customer Success Manager' END AS Title,
            'Standard' AS UserType, true AS IsActive, {FIRST} - INTERVAL 30 DAY AS CreatedDate FROM range({PEOPLE}) t(i)""",
        )
        copy(
            "Account",
            f"""SELECT {id_("001", "i")} AS Id, 'Company ' || i AS Name, (hash(i) % 1000)::INT AS NumberOfEmployees,
            'Software' AS Industry, 'US' AS BillingCountry, {user(f"hash(i, 1) % {PEOPLE}")} AS OwnerId,
            {FIRST} - INTERVAL 20 DAY AS CreatedDate, false AS IsDeleted FROM range({accounts}) t(i)""",
        )
        copy(
            "Contact",
            f"""SELECT {id_("003", "i")} AS Id, {id_("001", "i")} AS AccountId, 'CFO' AS Title,
            {FIRST} - INTERVAL 19 DAY AS CreatedDate, false AS IsDeleted FROM range({accounts}) t(i)""",
        )
        copy(
            "Lead",
            f"""SELECT {id_("00Q", "i")} AS Id, {moment("i, 2")} AS CreatedDate, {user(f"hash(i, 3) % {PEOPLE}")} AS OwnerId,
            {user(f"hash(i, 3) % {PEOPLE}")} AS CreatedById, 'Web' AS LeadSource, 'Open' AS Status, false AS IsDeleted FROM range({leads}) t(i)""",
        )
        con.execute(f"""CREATE TABLE deals AS SELECT i, {FIRST} + to_seconds((hash(i, 4) % {SECONDS * 2 // 3})::BIGINT) AS created, hash(i, 5) % 3 = 0 AS won,
            1 + hash(i, 9) % 90 AS days FROM range({accounts}) t(i)""")
        copy(
            "Opportunity",
            f"""SELECT {id_("006", "i")} AS Id, {id_("001", "i")} AS AccountId,
            CASE WHEN hash(i, 6) % 4 = 0 THEN 'Renewal' ELSE 'New Business' END AS Type, {user(f"hash(i, 1) % {PEOPLE}")} AS OwnerId,
            {user(f"hash(i, 1) % {PEOPLE}")} AS CreatedById, created AS CreatedDate,
            CASE WHEN won THEN 'Closed Won' ELSE 'Negotiation' END AS StageName, (hash(i) % 90000 + 1000)::INT AS Amount,
            CAST(created + to_days((days * 4)::INT) AS DATE) AS CloseDate, won AS IsWon, won AS IsClosed, 'Web' AS LeadSource,
            false AS IsDeleted FROM deals""",
        )
        copy(
            "OpportunityHistory",
            f"""SELECT {id_("008", "i * 4 + n")} AS Id, {id_("006", "i")} AS OpportunityId,
            CASE n WHEN 0 THEN 'Discovery' WHEN 1 THEN 'Proposal' WHEN 2 THEN 'Negotiation' ELSE 'Closed Won' END AS StageName,
            created + to_days((days * n)::INT) AS CreatedDate, {user(f"hash(i, 1) % {PEOPLE}")} AS CreatedById
            FROM deals CROSS JOIN range(4) s(n) WHERE n < 3 OR won""",
        )
        who = f"CASE WHEN hash(i, 7) % 4 = 0 THEN {id_('00Q', f'hash(i, 8) % {leads}')} ELSE {id_('003', f'hash(i, 8) % {accounts}')} END"
        what = f"CASE WHEN hash(i, 7) % 4 <> 0 THEN {id_('001', f'hash(i, 8) % {accounts}')} ELSE '' END"
        owner = user(f"hash(i, 10) % {PEOPLE}")
        copy(
            "Task",
            f"""SELECT {id_("00T", "i")} AS Id, {who} AS WhoId, {what} AS WhatId, 'Call ' || i AS Subject, {owner} AS OwnerId,
            {owner} AS CreatedById, moment AS CreatedDate, moment AS CompletedDateTime, CAST(moment AS DATE) AS ActivityDate, 'Completed' AS Status,
            CASE WHEN hash(i, 11) % 3 = 0 THEN 'Call' ELSE 'Email' END AS TaskSubtype,
            CASE WHEN hash(i, 11) % 3 = 0 THEN (hash(i, 12) % 1800)::VARCHAR ELSE '' END AS CallDurationInSeconds,
            false AS IsDeleted, true AS IsClosed FROM (SELECT i, {moment("i, 13")} AS moment FROM range({activities * 4 // 5}) t(i))""",
        )
        copy(
            "Event",
            f"""SELECT {id_("00U", "i")} AS Id, {who} AS WhoId, {what} AS WhatId, 'Meeting ' || i AS Subject, {owner} AS OwnerId,
            {owner} AS CreatedById, moment - INTERVAL 3 DAY AS CreatedDate, moment AS StartDateTime, moment + to_minutes(30) AS EndDateTime,
            30 AS DurationInMinutes, false AS IsAllDayEvent, false AS IsDeleted
            FROM (SELECT i, {moment("i, 14")} AS moment FROM range({activities // 5}) t(i))""",
        )
    return export


def main() -> None:
    """Write one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--activities", type=int, default=1_000_000)
    asked = parser.parse_args()
    print(write(asked.folder, asked.activities))


if __name__ == "__main__":
    main()
