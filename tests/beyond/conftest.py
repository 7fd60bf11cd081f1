"""One small company with something for every measure, and the places its evidence is copied to."""

from __future__ import annotations

import csv
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from remit.charter import Charter, read_charter
from remit.evidence import Evidence, write_evidence
from remit.measures import open_for
from remit.sources import load

EXPORT = Path(__file__).parents[2] / "examples" / "small-team" / "export"
TODAY = date(2026, 8, 1)
TECHNICAL = "Überprüfung"

CHARTER = f"""
company: Harbor Software
currency: USD
time_zone: Europe/Berlin
people: people.csv
segments:
  small: {{where: {{employees: {{below: 100}}}}}}
  large: {{where: {{employees: {{at_least: 100}}}}}}
roles:
  sdr: {{is: SDR}}
  ae: {{is: AE, segments: [small]}}
  senior_ae: {{is: AE, segments: [large]}}
  se: {{is: SE}}
  csm: {{is: CSM, owns: [onboarding, customer_success, renewal, expansion]}}
outside: [support]
nobody: [deal_desk]
privacy: {{minimum_group: 3, individual_view: {{until: 2026-12-31, basis: agreed}}}}
deals:
  stages: {{Discovery: discovery, "{TECHNICAL}": technical_validation, Qualified: closing}}
handoffs:
  - name: qualified_meeting
    from: sdr
    to: ae
    at: discovery
    offered: {{object: Event, where: {{Type: Discovery Meeting}}}}
    held: {{object: Event, where: {{Type: Discovery Meeting}}, field: Meeting_Held__c}}
    accepted: {{object: Opportunity, field: SAO_Date__c}}
    rejected: {{object: Event, where: {{Type: Discovery Meeting}}, field: Rejected_Date__c,
               reason: Rejection_Reason__c}}
    converted: {{object: Opportunity, stage: Qualified}}
    requires: {{pain_points: Opportunity.Pain__c, trigger: Opportunity.Trigger__c}}
    decide_within: 1 business day
"""

PLACES = ("folder", "duckdb", "postgres", "spark")


@pytest.fixture(scope="session")
def company(tmp_path_factory) -> tuple[Charter, Path]:
    """The charter and the loaded file: the small team with segments, support and engineers."""
    folder = tmp_path_factory.mktemp("company")
    export = folder / "export"
    shutil.copytree(EXPORT, export)
    accounts = [r["Id"] for r in read(export / "Account.csv")]
    users = [r["Id"] for r in read(export / "User.csv")]
    sellers = [u for u in users if u.startswith("005A")]
    rewrite(export / "Account.csv", lambda at, r: r | {"NumberOfEmployees": 40 + at % 3 * 80})
    rewrite(
        export / "Opportunity.csv",
        lambda at, r: (
            r
            | {"Type": ("New Business", "New Business", "Expansion")[at % 3]}
            | (
                {"IsClosed": "true", "IsWon": "true" if at % 8 else "false"}
                | {"StageName": "Closed Won" if at % 8 else "Closed Lost"}
                | {"CloseDate": f"2026-05-{at % 27 + 1:02}"}
                if at % 2 == 0
                else {}
            )
        ),
    )
    # some meetings go to whoever is promoted, so that she is credited in two roles
    rewrite(
        export / "Event.csv",
        lambda at, r: (
            r | ({"OwnerId": users[0]} if at % 3 == 0 and r["OwnerId"] in sellers else {})
        ),
    )
    deals = read(export / "Opportunity.csv")
    append(
        export / "OpportunityHistory.csv",
        (
            {
                "Id": f"009{at:05}",
                "OpportunityId": deal["Id"],
                # as somebody typed it: capitals, with an accent
                "StageName": TECHNICAL.upper(),
                "CreatedById": deal["OwnerId"],
                "CreatedDate": f"2026-04-{at % 28 + 1:02}T23:30:00.000Z",
            }
            for at, deal in enumerate(deals)
            if at % 2
        ),
    )
    write(
        export / "Case.csv",
        [
            {
                "Id": f"500{at:05}",
                "AccountId": accounts[at % len(accounts)],
                "OwnerId": users[at % len(users)],
                "CreatedDate": f"2026-04-{at % 28 + 1:02}T22:{at % 60:02}:07.123Z",
                "Status": "New",
            }
            for at in range(60)
        ],
    )
    (folder / "diaries").mkdir()
    write(
        folder / "diaries" / "diary.csv",
        [
            {"person": user, "week": week, "function": function, "hours": hours}
            for user in users
            for week in ("2026-04-06", "2026-04-13")
            for function, hours in (("discovery", 12), ("prospecting", 20.3))
        ],
    )
    # the first is promoted; one works in two segments at once; two are engineers
    lines = ["person,role,segment,from,to,share"]
    for at, user in enumerate(users):
        if user not in sellers:
            lines.append(f"{user},sdr,,2025-01-01,{'2026-04-19' if at == 0 else ''},1")
            if at == 0:
                lines.append(f"{user},ae,small,2026-04-20,,1")
        elif user == sellers[0]:
            lines += [f"{user},ae,small,2025-01-01,,0.7", f"{user},senior_ae,large,2025-01-01,,0.3"]
        elif user in sellers[-2:]:
            lines.append(f"{user},se,,2025-01-01,,1")
        else:
            lines.append(f"{user},ae,small,2025-01-01,,1")
    (folder / "people.csv").write_text("\n".join(lines) + "\n")
    (folder / "charter.yaml").write_text(CHARTER)
    charter = read_charter(folder / "charter.yaml")
    load(charter, [export, folder / "diaries"], folder / "harbor.duckdb", today=TODAY)
    return charter, folder / "harbor.duckdb"


@pytest.fixture(scope="session")
def reference(company: tuple[Charter, Path]) -> Evidence:
    """The loaded file itself, opened for the charter."""
    return open_for(*company)


@pytest.fixture(scope="session")
def query(postgres: str) -> Callable[[str], list[tuple[Any, ...]]]:
    """Ask the database, or tell it, as its owner."""
    import psycopg

    def run(sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(postgres, autocommit=True) as con:
            found = con.execute(sql)
            return found.fetchall() if found.description else []

    return run


@pytest.fixture(scope="session")
def spark() -> None:
    """Spark on this machine, told to stay small; skips where it or Java is not installed."""
    pytest.importorskip("pyspark", reason="no Spark here: `make spark` runs these tests")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("no Java: Spark needs one, version 17 or newer")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = ("spark.sql.shuffle.partitions=2", "spark.ui.enabled=false")
    told = " ".join(f"--conf {setting}" for setting in settings)
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--master local[*] {told} pyspark-shell"


@pytest.fixture(scope="session", params=PLACES)
def place(request, company: tuple[Charter, Path], tmp_path_factory) -> Path | str:
    """The evidence, copied to each kind of place there is."""
    folder = tmp_path_factory.mktemp("elsewhere")
    to: Path | str = folder / "lake"
    if request.param == "duckdb":
        to = f"duckdb://{folder}/other.duckdb?schema=remit"
    elif request.param == "postgres":
        to = request.getfixturevalue("postgres") + "&schema=remit"
    elif request.param == "spark":
        request.getfixturevalue("spark")
    write_evidence(company[1], to, with_names=True)
    return f"spark:{to}" if request.param == "spark" else to


@pytest.fixture(scope="session")
def there(company: tuple[Charter, Path], place: Path | str) -> Iterator[Evidence]:
    """The copy, opened for the charter."""
    opened = open_for(company[0], place)
    yield opened
    opened.connection.disconnect()


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def write(file: Path, rows) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def rewrite(file: Path, change) -> None:
    write(file, [change(at, row) for at, row in enumerate(read(file))])


def append(file: Path, rows) -> None:
    write(file, [*read(file), *rows])
