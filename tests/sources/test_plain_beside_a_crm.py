"""Plain tables beside a CRM's export land on the same people and the same records."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest

from remit.charter import Charter
from remit.evidence import Evidence, open_evidence
from remit.evidence.describe import describe
from remit.sources import load
from tests.conftest import TODAY

CHARTER = """
    company: Acme
    roles: {ae: {is: AE}}
    titles: {"Account Executive*": ae}
    """
USERS = [
    {"Id": "005Nq0000000001", "Name": "Ada Byron", "Email": "Ada@acme.com", "Title": "Account Executive", "CreatedDate": "2025-01-01"},
    {"Id": "005Nq000000000a", "Name": "Bo Ek", "Email": "bo@acme.com", "Title": "Account Executive", "CreatedDate": "2025-01-01"},
    {"Id": "005Nq000000000A", "Name": "Cy Ek", "Email": "cy@acme.com", "Title": "Account Executive", "CreatedDate": "2025-01-01"},
    {"Id": "005Nq0000000004", "Name": "Cy Ek", "Email": "cy2@acme.com", "Title": "Account Executive", "CreatedDate": "2025-01-01"},
]  # fmt: skip
ACCOUNT, LONG_ACCOUNT = "001Nq0000100009", "001Nq0000100009IAA"
EXPORT = {
    "User": USERS,
    "Account": [{"Id": ACCOUNT, "Name": "Globex", "CreatedDate": "2025-01-01"}],
    "Opportunity": [
        {"Id": "006Nq0000100001", "AccountId": ACCOUNT, "StageName": "Open", "CreatedDate": "2025-02-01"}
    ],
}  # fmt: skip
QUOTAS = """\
    tables:
      quotas:
        file: quotas.csv
        columns: {person_id: who, measure: what, first_day: from, end_day: until, amount: amount}
    """
USAGE = """\
    tables:
      usage:
        file: usage.csv
        columns: {account_id: account, day: day, metric: metric, value: value}
    """
Loads = Callable[..., Evidence]


@pytest.fixture
def acme(charter: Callable[..., Charter]) -> Charter:
    return charter(CHARTER)


@pytest.fixture(params=["the CRM first", "the CRM last", "at once", "at once, the CRM last"])
def loads(request, acme: Charter, write_export, tmp_path: Path) -> Loads:
    """Load an export and a mapping with its files, in one order or the other, and open them."""

    def run(mapping: str, *, export=EXPORT, **files: str) -> Evidence:
        folder = write_export(**export)
        mapped = _write(tmp_path / "finance", mapping, **files)
        order = [mapped, folder] if "last" in request.param else [folder, mapped]
        into = tmp_path / "evidence.duckdb"
        for sources in [order] if "at once" in request.param else [[one] for one in order]:
            load(acme, sources, into, today=TODAY)
        return open_evidence(into)

    return run


def _write(folder: Path, mapping: str, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(dedent(content))
    (folder / "mapping.yaml").write_text(dedent(mapping))
    return folder / "mapping.yaml"


def quota(*words: str) -> str:
    rows = [f'"{word}",new_arr,2026-01-01,2026-04-01,{n}' for n, word in enumerate(words, 1)]
    return "\n".join(["who,what,from,until,amount", *rows]) + "\n"


def whose(found: Evidence) -> list[tuple[str | None, str | None]]:
    """The title and the CRM's id of whoever each quota is for."""
    return found.sql(
        """SELECT p.title, n.source_id FROM quotas q LEFT JOIN people p USING (person_id)
        LEFT JOIN private.names n USING (person_id) ORDER BY q.amount"""
    )


def problems(found: Evidence, table: str) -> list[str]:
    return [str(one) for one in describe(found).findings if one.table == table and one.problem]


@pytest.mark.parametrize(
    ("word", "id_"),
    [
        ("ada@acme.com", "005Nq0000000001"),
        ("ADA@ACME.COM", "005Nq0000000001"),
        ("005Nq0000000001", "005Nq0000000001"),
        ("005Nq0000000001IAA", "005Nq0000000001"),
        ("Ada Byron", "005Nq0000000001"),
        ("ada  byron ", "005Nq0000000001"),
        ("005Nq000000000a", "005Nq000000000a"),
        ("005Nq000000000A", "005Nq000000000A"),
        ("005Nq000000000AIAQ", "005Nq000000000A"),
    ],
)
def test_a_person_named_by_address_id_or_name_is_the_crms_user(loads, word, id_):
    found = loads(QUOTAS, quotas=quota(word))

    assert whose(found) == [("Account Executive", id_)]
    assert found.sql("SELECT count(*) FROM people") == [(4,)]
    assert found.sql("SELECT count(*), count(name), count(email) FROM private.names") == [(4, 4, 4)]
    assert problems(found, "quotas") == []


@pytest.mark.parametrize("word", ["Cy Ek", "nobody@acme.com", "005Nq0000000009IAA", "Somebody"])
def test_who_is_nobody_or_might_be_two_is_nobodys_quota_and_told(loads, word):
    found = loads(QUOTAS, quotas=quota(word, "bo@acme.com"))

    assert [title for title, _ in whose(found)] == [None, "Account Executive"]
    assert problems(found, "quotas") == [
        "quotas: name a person by a word that no user of the CRM answers to, 1 of 2 rows "
        "(new_arr 2026-01-01). What they were asked to bring is compared with nothing. Give the "
        "e-mail address or the CRM's id."
    ]


def test_how_people_are_known_is_said_where_another_word_than_the_crms_id_names_them(
    acme, write_export, tmp_path
):
    mapped = _write(tmp_path / "finance", QUOTAS, quotas=quota("bo@acme.com"))

    load(acme, [write_export(**EXPORT), mapped], tmp_path / "e.duckdb", today=TODAY)

    assert open_evidence(tmp_path / "e.duckdb").derivations["quotas"] == (
        "Who is named by an e-mail address, an id of the CRM, or a name that one person has, is "
        "that person."
    )


def test_nothing_is_said_of_people_who_are_named_by_the_crms_ids(acme, write_export, tmp_path):
    mapped = _write(tmp_path / "finance", QUOTAS, quotas=quota("005Nq000000000a"))

    load(acme, [write_export(**EXPORT), mapped], tmp_path / "e.duckdb", today=TODAY)

    assert "quotas" not in open_evidence(tmp_path / "e.duckdb").derivations


def test_everything_that_names_somebody_lands_on_the_same_person(loads):
    found = loads(
        """\
        tables:
          quotas:
            file: a.csv
            columns: {person_id: who, measure: what, first_day: from, end_day: until, amount: amount}
          deal_splits:
            file: b.csv
            columns: {opportunity_id: deal, person_id: who, kind: kind, share: share}
          diary:
            file: c.csv
            columns: {person_id: who, week: week, function: function, hours: hours}
          positions:
            file: d.csv
            columns: {person_id: who, title: title, first_day: from, manager_id: boss}
        """,
        a=quota("ada@acme.com"),
        b="deal,who,kind,share\n006Nq0000100001IAA,Ada Byron,Revenue,1\n",
        c="who,week,function,hours\n005Nq0000000001IAA,2026-01-05,closing,8\n",
        d="who,title,from,boss\nada@acme.com,Account Executive,2025-01-01,bo@acme.com\n",
    )

    people = found.sql(
        """SELECT DISTINCT source_id FROM (SELECT person_id FROM quotas UNION ALL
            SELECT person_id FROM deal_splits UNION ALL SELECT person_id FROM diary UNION ALL
            SELECT person_id FROM positions) JOIN private.names USING (person_id)"""
    )

    assert people == [("005Nq0000000001",)]
    assert found.sql(
        "SELECT n.name FROM positions p JOIN private.names n ON n.person_id = p.manager_id"
    ) == [("Bo Ek",)]
    assert found.sql(
        "SELECT count(*) FROM deal_splits JOIN opportunities USING (opportunity_id)"
    ) == [(1,)]


def test_an_id_of_18_characters_is_the_record_of_its_15(loads):
    found = loads(
        USAGE, usage=f"account,day,metric,value\n{LONG_ACCOUNT},2026-01-01,active_users,7\n"
    )

    assert found.sql("SELECT account_id FROM usage") == [(ACCOUNT,)]
    assert problems(found, "usage") == []
    assert "kept by those 15" in found.derivations["usage"]


def test_an_id_whose_last_characters_do_not_check_the_others_stays_and_is_told(loads):
    found = loads(
        USAGE, usage="account,day,metric,value\n001Nq0000100009AAA,2026-01-01,active_users,7\n"
    )

    assert found.sql("SELECT account_id FROM usage") == [("001Nq0000100009AAA",)]
    assert problems(found, "usage") == [
        "usage: name accounts that the evidence does not have, 1 of 1 rows "
        "(001Nq0000100009AAA 2026-01-01 active_users). They count for no segment."
    ]


def test_ids_of_15_characters_and_others_stay_as_they_are(loads):
    found = loads(
        USAGE,
        usage=f"account,day,metric,value\n{ACCOUNT},2026-01-01,active_users,7\n"
        "C-42,2026-01-01,active_users,7\n",
    )

    assert found.sql("SELECT account_id FROM usage ORDER BY 1") == [(ACCOUNT,), ("C-42",)]
    assert "usage" not in found.derivations


def test_a_record_that_the_export_and_a_plain_table_have_is_there_once(loads):
    contract = {"Id": "800Nq0000100001", "AccountId": ACCOUNT, "StartDate": "2026-01-01", "CreatedDate": "2026-01-01"}  # fmt: skip
    found = loads(
        """\
        tables:
          contracts:
            file: contracts.csv
            columns: {contract_id: id, account_id: account, first_day: from, arr: arr}
        """,
        export={**EXPORT, "Contract": [contract]},
        contracts=f"id,account,from,arr\n800Nq0000100001IAA,{LONG_ACCOUNT},2026-01-01,1200\n",
    )

    assert found.sql("SELECT contract_id, account_id FROM contracts") == [
        ("800Nq0000100001", ACCOUNT)
    ]


def test_a_plain_table_that_is_loaded_again_brings_nothing_twice(
    acme, write_export, tmp_path: Path
):
    mapped = _write(tmp_path / "finance", QUOTAS, quotas=quota("ada@acme.com", "Bo Ek"))
    into = tmp_path / "evidence.duckdb"

    for source in (mapped, write_export(**EXPORT), mapped, mapped):
        load(acme, [source], into, today=TODAY)

    assert whose(open_evidence(into)) == [
        ("Account Executive", "005Nq0000000001"),
        ("Account Executive", "005Nq000000000a"),
    ]


@pytest.mark.parametrize(("first", "later"), [("90000", "120000"), ("120000", "90000")])
def test_a_sheet_that_was_corrected_counts_as_it_was_loaded_last(
    acme, tmp_path: Path, first: str, later: str
):
    into = tmp_path / "evidence.duckdb"
    for amount in (first, later):
        row = f"who,what,from,until,amount\nada@acme.com,new_arr,2026-01-01,2026-04-01,{amount}\n"
        load(acme, [_write(tmp_path / "finance", QUOTAS, quotas=row)], into, today=TODAY)

    assert open_evidence(into).sql("SELECT amount FROM quotas") == [(Decimal(later),)]


def test_a_sheet_that_says_when_its_rows_changed_counts_by_that_and_not_by_the_order_of_loads(
    acme, tmp_path: Path
):
    into = tmp_path / "evidence.duckdb"
    mapping = QUOTAS.replace("amount: amount}", "amount: amount, stated_at: told}")
    for amount, told in (("120000", "2026-05-20"), ("90000", "2026-01-02")):
        row = f"ada@acme.com,new_arr,2026-01-01,2026-04-01,{amount},{told}\n"
        sheet = "who,what,from,until,amount,told\n" + row
        load(acme, [_write(tmp_path / "finance", mapping, quotas=sheet)], into, today=TODAY)

    assert open_evidence(into).sql("SELECT amount FROM quotas") == [(Decimal(120000),)]


def test_a_quota_of_somebody_under_another_word_is_the_same_quota(
    acme, write_export, tmp_path: Path
):
    into = tmp_path / "evidence.duckdb"
    for name, word in (("before", "ada@acme.com"), ("after", "005Nq0000000001IAA")):
        mapped = _write(tmp_path / name, QUOTAS, quotas=quota(word))
        load(acme, [mapped], into, today=TODAY)
    assert open_evidence(into).rows("quotas") == 2, "nobody knows yet that they are one person"

    load(acme, [write_export(**EXPORT)], into, today=TODAY)

    assert whose(open_evidence(into)) == [("Account Executive", "005Nq0000000001")]


def test_whom_only_plain_tables_name_are_people_of_their_own_and_no_finding(acme, tmp_path: Path):
    mapped = _write(tmp_path / "finance", QUOTAS, quotas=quota("ada@acme.com", "ben"))

    load(acme, [mapped], tmp_path / "e.duckdb", today=TODAY)

    found = open_evidence(tmp_path / "e.duckdb")
    assert found.sql("SELECT count(DISTINCT person_id) FROM quotas JOIN people USING (person_id)") == [(2,)]  # fmt: skip
    assert problems(found, "quotas") == []


def test_a_personnel_list_loaded_before_the_crm_speaks_of_the_crms_users(
    acme, write_export, tmp_path: Path
):
    (tmp_path / "staff.csv").write_text(
        "Employee,Email,Job title,Hire date\n"
        "Ada Byron,ada@acme.com,Enterprise AE,2024-05-01\nDee Roe,dee@acme.com,Lawyer,2024-05-01\n"
    )
    into = tmp_path / "evidence.duckdb"

    load(acme, [tmp_path / "staff.csv"], into, today=TODAY)
    load(acme, [write_export(**EXPORT)], into, today=TODAY)

    found = open_evidence(into)
    assert found.sql(
        """SELECT source_id, title, CAST(hired_day AS VARCHAR) FROM people JOIN private.names USING (person_id)
        WHERE hired_day IS NOT NULL ORDER BY 1"""
    ) == [
        ("005Nq0000000001", "Enterprise AE", "2024-05-01"),
        ("dee@acme.com", "Lawyer", "2024-05-01"),
    ]


def test_hubspots_owner_is_known_by_address_too(acme, tmp_path: Path):
    hubspot = tmp_path / "hubspot"
    hubspot.mkdir()
    (hubspot / "owners.csv").write_text("id,firstname,lastname,email\n77,Ada,Byron,ada@acme.com\n")
    (hubspot / "deals.csv").write_text(
        '"Record ID","Deal Name","Deal Stage","Create Date","Deal owner"\n'
        '"1","Globex","Open","2026-01-05 09:00","Ada Byron"\n'
    )
    mapped = _write(tmp_path / "finance", QUOTAS, quotas=quota("ADA@acme.com"))

    load(acme, [mapped, hubspot], tmp_path / "e.duckdb", today=TODAY)

    assert open_evidence(tmp_path / "e.duckdb").sql(
        "SELECT count(*) FROM quotas q JOIN opportunities o ON o.owner_id = q.person_id"
    ) == [(1,)]


def test_a_kind_of_cost_that_there_is_not_is_told(acme, tmp_path: Path):
    mapped = _write(
        tmp_path / "finance",
        "tables: {costs: {file: costs.csv, columns: {month: month, kind: kind, amount: amount}}}",
        costs="month,kind,amount\n2026-01-01,compensation,5\n2026-01-01,comp,5\n",
    )

    load(acme, [mapped], tmp_path / "e.duckdb", today=TODAY)

    assert any(
        "are of a kind that is none of comp" in one and "1 of 2 rows" in one
        for one in problems(open_evidence(tmp_path / "e.duckdb"), "costs")
    )
