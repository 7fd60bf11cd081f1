"""What a personnel office's list says of people: titles with their days, managers, absences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from remit.evidence import Evidence
from remit.measures import open_for
from remit.sources import load

TODAY = date(2026, 12, 31)
CHARTER = """
    company: Acme
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"*Development*": sdr, "Account Executive*": ae}
    """
USERS = [
    {"Id": "005A", "Name": "Anna Lee", "Email": "anna@acme.com", "Title": "Account Executive"},
    {"Id": "005B", "Name": "Ben Ode", "Email": "ben@acme.com", "Title": "Account Executive"},
]
LIST = "Employee ID,Full Name,Work Email,Job Title,Manager,Hire Date,Termination Date\n"
Rows = Sequence[Mapping[str, object]]


@pytest.fixture
def listed(
    charter: Callable[..., Any], tmp_path: Path, write_export: Callable[..., Path]
) -> Callable[..., Evidence]:
    """Load a CRM's users, then lists given by file name; open it for the charter."""

    def run(
        text: str = CHARTER,
        *,
        users: Rows = USERS,
        beside: Mapping[str, str] | None = None,
        **files: str,
    ) -> Evidence:
        declared = charter(text, **(beside or {}))
        folder = tmp_path / "hr"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / f"{name}.csv").write_text(content)
        into = tmp_path / "evidence.duckdb"
        summary = load(declared, [write_export("crm", User=users), folder], into, today=TODAY)
        assert summary.rows == summary.kept + summary.rejected
        return open_for(declared, into)

    return run


def test_whoever_has_the_address_of_a_crm_user_is_that_user(listed):
    found = listed(
        employees=LIST
        + "E1,Anna L.,ANNA@acme.com,Development Rep,Cy Fox,2025-03-01,2026-06-30\n"
        + "E2,Cy Fox,cy@acme.com,VP Sales,,2020-01-01,\n"
    )

    assert found.sql(
        """SELECT n.name, title, m.name, hired_day, left_day FROM people p JOIN private.names n USING (person_id)
        LEFT JOIN private.names m ON m.person_id = manager_id ORDER BY 1"""
    ) == [
        ("Anna Lee", "Development Rep", "Cy Fox", date(2025, 3, 1), date(2026, 7, 1)),
        ("Ben Ode", "Account Executive", None, None, None),
        ("Cy Fox", "VP Sales", None, date(2020, 1, 1), None),
    ]


def test_roles_are_held_from_day_to_day_as_the_list_says_and_else_as_the_crm_does(listed):
    found = listed(
        employees=LIST
        + "E1,Anna Lee,anna@acme.com,Development Rep,,2025-03-01,2026-06-30\n"
        + "E1,Anna Lee,anna@acme.com,Account Executive,,2026-07-01,\n"
    )

    assert found.sql(
        """SELECT name, role, first_day, end_day, basis FROM assignments JOIN private.names USING (person_id)
        ORDER BY 1, 3"""
    ) == [
        ("Anna Lee", "sdr", date(2025, 3, 1), date(2026, 7, 1), "HR list"),
        ("Anna Lee", "ae", date(2026, 7, 1), date(2200, 1, 1), "HR list"),
        ("Ben Ode", "ae", date(1900, 1, 1), date(2200, 1, 1), "title"),
    ]


def test_the_charters_people_file_decides_before_the_list(listed):
    found = listed(
        CHARTER + "people: people.csv\n",
        beside={"people": "person,role,segment,share,from,to\nanna@acme.com,sdr,,1,2026-01-01,\n"},
        employees=LIST + "E1,Anna Lee,anna@acme.com,Account Executive,,2025-03-01,\n",
    )

    assert found.sql("SELECT role, basis FROM assignments") == [("sdr", "people file")]


def test_a_title_on_the_list_that_is_no_role_of_the_charter_gives_none(listed):
    found = listed(employees=LIST + "E1,Anna Lee,anna@acme.com,Plumber,,2025-03-01,\n")

    assert found.sql("SELECT count(*) FROM assignments WHERE basis = 'HR list'") == [(0,)]
    assert found.sql("SELECT count(*) FROM assignments") == [(1,)]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Worker ID,Worker,Email,Business Title,Reports To,Start Date,End Date", "E1,Anna Lee,anna@acme.com,SDR,ben@acme.com,2025-03-01,"),
        ("email,first name,last name,position,manager email,date of hire,leaving date", "anna@acme.com,Anna,Lee,SDR,ben@acme.com,2025-03-01,"),
        ("Name;Title;Supervisor;Joined;Left", "Lee, Anna;SDR;Ben Ode;2025-03-01;"),
    ],
)  # fmt: skip
def test_usual_headers_are_known(listed, header, row):
    found = listed(employees=f"{header}\n{row}\n")

    assert found.sql(
        """SELECT title, hired_day, m.name FROM people p JOIN private.names n USING (person_id)
        JOIN private.names m ON m.person_id = manager_id WHERE n.name = 'Anna Lee'"""
    ) == [("SDR", date(2025, 3, 1), "Ben Ode")]


def test_who_was_away_is_kept_in_days_closed_open(listed):
    found = listed(
        employees=LIST + "E1,Anna Lee,anna@acme.com,Account Executive,,2025-03-01,\n",
        leave="Employee ID,First Day,Last Day,Leave Type\nE1,2026-05-04,2026-05-08,vacation\n",
    )

    assert found.sql(
        "SELECT name, first_day, end_day, kind FROM absences JOIN private.names USING (person_id)"
    ) == [("Anna Lee", date(2026, 5, 4), date(2026, 5, 9), "vacation")]


def test_what_cannot_be_used_is_refused_with_its_line(listed):
    found = listed(
        employees=LIST
        + "E1,Anna Lee,anna@acme.com,SDR,,2025-03-01,\n"
        + "E1,Anna Lee,anna@acme.com,AE,,2025-03-01,\n"
        + "E2,Ben Ode,ben@acme.com,AE,,soon,\n"
        + "E3,Di Poe,di@acme.com,AE,,2025-03-01,2024-03-01\n"
        + ",,,AE,,2025-03-01,\n"
    )

    assert [(r["line"], r["reason"]) for r in found.rejects] == [
        (3, "is there twice: line 2 has the same person and day"),
        (4, "'soon' is not a date"),
        (5, "ends before it starts"),
        (6, "names nobody"),
    ]


def test_two_people_of_one_name_are_not_taken_for_each_other(listed):
    users = [
        *USERS,
        {"Id": "005C", "Name": "Anna Lee", "Email": "anna.lee@acme.com", "Title": "SDR"},
    ]

    found = listed(
        users=users,
        employees="Name,Title,Hire Date\nAnna Lee,Account Executive,2025-03-01\n",
        extra=LIST + "E9,Zoe Ash,zoe@acme.com,AE,,2025-01-01,\n",
    )

    assert [r["reason"] for r in found.rejects] == [
        "two people are called 'Anna Lee'; give the e-mail address"
    ]


def test_a_crms_own_list_of_users_is_no_hr_list(listed):
    users = [{**USERS[0], "UserType": "Standard", "Start_Date": "2020-01-01"}]

    found = listed(users=users, employees=LIST + "E2,Ben Ode,ben@acme.com,AE,,2025-03-01,\n")

    assert found.sql("SELECT count(*) FROM positions") == [(1,)]
