"""What people say of their weeks: what is kept of a time diary, and what is refused and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from remit.evidence import Evidence
from remit.measures import open_for
from remit.sources import load
from remit.sources.diary import _is_diary

TODAY = date(2026, 12, 31)
CHARTER = """
    company: Acme
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"AE": ae}
    """
USERS = [
    {"Id": "005A", "Name": "Anna Lee", "Email": "anna@acme.com", "Title": "AE"},
    {"Id": "005B", "Name": "Ben Ode", "Email": "ben@acme.com", "Title": "AE"},
]
LONG = "person,week,function,hours\n"


@pytest.fixture
def told(
    charter: Callable[..., Any], tmp_path: Path, write_export: Callable[..., Path]
) -> Callable[..., Evidence]:
    """Load a CRM's users and a diary given as text."""

    def run(text: str, *, users: Any = USERS, name: str = "diary.csv") -> Evidence:
        declared = charter(CHARTER)
        folder = tmp_path / "diaries"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        into = tmp_path / "evidence.duckdb"
        summary = load(declared, [write_export("crm", User=users), folder], into, today=TODAY)
        assert summary.rows == summary.kept + summary.rejected
        return open_for(declared, into)

    return run


def rows(found: Evidence) -> list[tuple[Any, ...]]:
    return found.sql(
        "SELECT name, week, function, hours FROM diary JOIN private.names USING (person_id) ORDER BY ALL"
    )


@pytest.mark.parametrize(
    "person", ["anna@acme.com", "005A", "Anna Lee", "Lee, Anna", "ANNA@ACME.COM"]
)
def test_a_person_is_named_by_address_id_or_name(told, person):
    found = told(LONG + f'"{person}",2026-03-02,prospecting,12.5\n')

    assert rows(found) == [("Anna Lee", date(2026, 3, 2), "prospecting", 12.5)]


def test_functions_across_say_the_same_and_a_blank_is_no_zero(told):
    found = told(
        "Person,Week of,Prospecting,Customer success,Closing,Notes\n"
        "anna@acme.com,2026-03-02,10,,0,busy\n"
        "ben@acme.com,2026-03-02,,,,\n"
    )

    assert rows(found) == [
        ("Anna Lee", date(2026, 3, 2), "closing", 0.0),
        ("Anna Lee", date(2026, 3, 2), "prospecting", 10.0),
    ]


def test_another_day_than_monday_is_taken_for_its_week_and_that_is_said(told):
    found = told(LONG + "anna@acme.com,2026-03-05,prospecting,10\n")

    assert rows(found)[0][1] == date(2026, 3, 2)
    (file,) = [file for file in found.files if file.table == "diary"]
    assert file.note == "1 row name another day than Monday; taken as its week"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("anna@acme.com,2026-03-02,prospectng,10", 'no function is called \'prospectng\'. Did you mean "prospecting"?'),
        ("anna@acme.com,2026-03-02,prospecting,-1", "'-1' is not a number of hours"),
        ("anna@acme.com,2026-03-02,prospecting,nan", "'nan' is not a number of hours"),
        ("anna@acme.com,2026-03-02,prospecting,ten", "'ten' is not a number of hours"),
        ("anna@acme.com,2026-03-02,prospecting,101", "is of a week of 101 hours; at most 100 are believed"),
        ("anna@acme.com,soon,prospecting,10", "'soon' is not a date"),
        ("anna@acme.com,2027-03-01,prospecting,10", "is of a week after the day of the load, 2026-12-31"),
        (",2026-03-02,prospecting,10", "names no person"),
        ("ben@acme.com,2026-03-02,closing,10", "says hours of closing twice for that person and week"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_line_and_what_is_wrong(told, row, why):
    found = told(LONG + f"ben@acme.com,2026-03-02,closing,5\n{row}\n")

    (reject,) = found.rejects
    assert reject["line"] == 3
    assert reject["reason"].startswith(why)
    assert rows(found) == [("Ben Ode", date(2026, 3, 2), "closing", 5.0)]


def test_a_column_that_is_a_misspelt_function_is_named_with_the_nearest(told):
    found = told(
        "person,week,prospectng,closing,discovery,management\nanna@acme.com,2026-03-02,9,1,2,3\n"
    )

    (file,) = [file for file in found.files if file.table == "diary"]
    assert (
        "column 'prospectng' is no function and is not read. Did you mean \"prospecting\"?"
        in file.note
    )
    assert len(rows(found)) == 3


def test_a_diary_loaded_again_replaces_what_the_same_people_said_of_the_same_weeks(told):
    told(LONG + "anna@acme.com,2026-03-02,prospecting,30\n").connection.disconnect()

    found = told(LONG + "anna@acme.com,2026-03-02,closing,8\n")

    assert rows(found) == [("Anna Lee", date(2026, 3, 2), "closing", 8.0)]


def test_somebody_whom_no_crm_knows_can_keep_a_diary(told):
    found = told(LONG + "zoe@acme.com,2026-03-02,support,20\n")

    assert found.sql(
        "SELECT email, hours FROM diary JOIN private.names USING (person_id) JOIN people USING (person_id)"
    ) == [("zoe@acme.com", 20.0)]


def test_two_people_of_one_name_are_asked_for_their_address(told):
    users = [*USERS, {"Id": "005C", "Name": "Anna Lee", "Email": "al@acme.com", "Title": "AE"}]

    found = told(
        LONG + "Anna Lee,2026-03-02,closing,5\nben@acme.com,2026-03-02,closing,5\n", users=users
    )

    assert [reject["reason"] for reject in found.rejects] == [
        "two people are called 'Anna Lee'; give the e-mail address"
    ]


@pytest.mark.parametrize(
    ("columns", "is_one"),
    [
        (["person", "week", "function", "hours"], True),
        (["person", "week", "prospecting", "closing", "internal"], True),
        (["person", "week", "mood"], False),
        (["person", "role", "segment", "share", "from", "to"], False),
    ],
)
def test_a_diary_is_known_by_its_columns(columns, is_one):
    assert _is_diary(columns) == is_one
