"""Who holds a role: by a dated file of people, or by what their titles say."""

from __future__ import annotations

from datetime import date

import pytest

CHARTER = """\
company: Acme
roles: {sdr: {is: SDR}, ae: {is: AE}}
people: people.csv
"""


def test_a_people_file_beside_the_charter_gives_its_spells(charter):
    declared = charter(
        CHARTER,
        people="""\
        person,role,team,share,from,to
        ada@acme.example,sdr,North,1,2025-01-01,2025-12-31
        ada@acme.example,ae,North,0.5,2026-01-01,
        """,
    )

    first, second = declared.people
    assert (first.role, first.team, first.last_day) == ("sdr", "North", date(2025, 12, 31))
    assert (second.role, second.share, second.last_day) == ("ae", 0.5, None)


def test_an_unknown_column_of_a_people_file_is_told_with_the_nearest(refused):
    assert refused(CHARTER, people="person,role,teem\nada,ae,North\n", short=False) == [
        "people.csv:1  teem: is not a column of a people file.\n"
        '    Did you mean "team"? Columns: from, manager, person, role, segment, share, team, to.'
    ]


def test_a_missing_column_is_one_problem_not_one_for_each_row(refused):
    assert refused(CHARTER, people="person,team\nada,N\nben,N\ncy,N\n", short=False) == [
        "people.csv:1  has no column role.\n"
        "    The columns are person, role, segment, team, manager, share, from, to."
    ]


def test_a_misspelt_column_is_one_problem_not_also_a_missing_one(refused):
    (problem,) = refused(CHARTER, people="person,rol\nada,ae\nben,ae\n")

    assert problem.startswith("people.csv:1  rol: is not a column of a people file.")


def test_bad_days_and_shares_are_told_at_their_line_of_the_people_file(refused):
    problems = refused(
        CHARTER,
        people="""\
        person,role,share,from,to
        ada,ae,1,2026-31-01,
        ben,ae,half,2026-01-01,
        "cy
        of Acme",ae,1,46023,
        dan,ae,1,2026-02-01,2026-01-01
        """,
    )

    assert problems == [
        "people.csv:2  people.0.from: '2026-31-01' is not a day written like 2026-03-31.",
        "people.csv:3  people.1.share: must be a number, such as 0.25.\n    It says 'half' now.",
        "people.csv:5  people.2.from: '46023' is not a day written like 2026-03-31.",
        "people.csv:6  people.3: ends on 2026-01-01, before it starts on 2026-02-01.",
    ]


def test_a_row_without_a_person_or_with_an_unknown_role_is_told_at_its_line(refused):
    problems = refused(CHARTER, people="person,role\n,ae\nben,aex\ncy,aex\n")

    assert problems == [
        "people.csv:2  people.0.person: is missing.\n    Add it.",
        'people.csv:3  people.1.role: no role is called "aex".\n    Did you mean "ae"?',
    ]


def test_problems_of_the_charter_come_before_those_of_its_people_file(refused):
    problems = refused(f"{CHARTER}currency: dollars\n", people="person,role\nada,aex\n")

    assert [problem.split(":")[0] for problem in problems] == ["charter.yaml", "people.csv"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nobody.csv", "'nobody.csv' is not a file here."),
        ('""', "'' is not a file here."),
        ('"a\\0b"', "'a\\x00b' is not a file here."),
    ],
)
def test_a_people_file_that_cannot_be_read_is_told_at_the_charters_line(refused, name, why):
    assert refused(f"company: Acme\nroles: {{ae: {{is: AE}}}}\npeople: {name}\n") == [
        f"charter.yaml:3:9  people: {why}\n    Give a CSV file beside it."
    ]


def test_a_people_file_that_is_not_utf_8_or_has_an_endless_cell_is_told_so(refused):
    assert refused(CHARTER, people="person,role\nJürgen,ae\n".encode("latin-1")) == [
        "charter.yaml:3:9  people: 'people.csv' is not UTF-8.\n    Give a CSV file beside it."
    ]
    assert refused(CHARTER, people=f"person,role\n{'a' * 200_000},ae\n") == [
        "charter.yaml:3:9  people: 'people.csv' cannot be read.\n    Give a CSV file beside it."
    ]


# Titles


def test_the_first_title_that_fits_decides(charter):
    declared = charter(
        """
        company: Acme
        roles: {generalist: {is: AE/AM}, ae: {is: AE}}
        titles: {"Account Executive, SMB*": generalist, "Account Executive*": ae, "*": generalist}
        """
    )

    assert declared.title("Account Executive, SMB West").role == "generalist"
    assert declared.title("Account Executive II").role == "ae"
    assert declared.title("Plumber").role == "generalist"


def test_capitals_do_not_matter_in_a_title_and_blanks_within_it_do(charter):
    declared = charter(
        """
        company: Acme
        roles: {sdr: {is: SDR}}
        titles: {"*DEVELOPMENT rep*": sdr}
        """
    )

    assert declared.title("Sales Development Representative").role == "sdr"
    assert declared.title("Sales Developmentrep") is None


def test_a_title_that_no_pattern_fits_says_nothing(charter):
    declared = charter(
        """
        company: Acme
        roles: {sdr: {is: SDR}}
        titles: {"SDR*": sdr}
        """
    )

    assert declared.title("Senior SDR") is None
    assert declared.title("") is None
    assert declared.title(None) is None


def test_a_title_may_also_say_the_segment(charter):
    declared = charter(
        """
        company: Acme
        segments: {smb: {}}
        roles: {ae: {is: AE}}
        titles: {"AE, SMB": {role: ae, segment: smb}, "AE": ae}
        """
    )

    assert declared.title("ae, smb").segment == "smb"
    assert declared.title("ae").segment is None


def test_a_row_with_more_cells_than_columns_is_told_at_its_line(refused):
    assert refused(CHARTER, people="person,role\nada,ae\nLovelace, Ada,ae\n") == [
        "people.csv:3  has 3 cells under 2 columns.\n"
        "    Put quotes around a cell that has a comma in it.",
    ]


def test_a_people_file_of_more_rows_than_any_company_needs_is_refused(refused):
    assert refused(CHARTER, people="person,role\n" + "ada,ae\n" * 60_000) == [
        "charter.yaml:3:9  people: 'people.csv' is too large.\n    Give a CSV file beside it."
    ]
