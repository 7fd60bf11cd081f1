"""What a mapping makes of plain tables, and what it says of its own mistakes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import duckdb
import pytest

from remit.charter import Charter
from remit.evidence import Evidence, open_evidence
from remit.sources import load
from remit.terms import RemitError

TODAY = date(2026, 12, 31)
CHARTER = """
    company: Acme
    time_zone: Europe/Berlin
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    """
LEADS = "nr,came,from\n1,2026-01-05,web\n2,2026-01-06,fair\n"
MAPPING = """\
    tables:
      leads:
        file: leads.csv
        columns: {lead_id: nr, created_at: came, source: from}
    """


@pytest.fixture
def acme(charter: Callable[..., Charter]) -> Charter:
    return charter(CHARTER)


@pytest.fixture
def mapped(acme: Charter, tmp_path: Path) -> Callable[..., Evidence]:
    """Load a mapping given as text, with the files beside it given by name."""

    def run(mapping: str, **files: str) -> Evidence:
        for name, content in files.items():
            (tmp_path / f"{name}.csv").write_text(content)
        (tmp_path / "mapping.yaml").write_text(dedent(mapping))
        into = tmp_path / "evidence.duckdb"
        summary = load(acme, [tmp_path / "mapping.yaml"], into, today=TODAY)
        assert summary.rows == summary.kept + summary.rejected
        return open_evidence(into)

    return run


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        (
            "leads:",
            "leeds:",
            'mapping.yaml:2:3  tables.leeds: no table is called that.\n    Did you mean "leads"?',
        ),
        (
            "leads:",
            "work:",
            "mapping.yaml:2:3  tables.work: no table is called that.",
        ),
        (
            "source: from",
            "sorce: from",
            'mapping.yaml:4:46  tables.leads.columns.sorce: leads has no such column.\n    Did you mean "source"?',
        ),
        (
            "columns:",
            "colums:",
            'mapping.yaml:4:5  tables.leads.colums: the mapping has no such word here.\n    Did you mean "columns"?',
        ),
        ("tables:", "tabels:", "mapping.yaml:1:1  tables: is missing."),
        ("came,", "arrived,", "leads.csv:1  arrived: the file has no such column."),
        (
            "came,",
            "cane,",
            'leads.csv:1  cane: the file has no such column.\n    Did you mean "came"?',
        ),
        ("leads.csv", "lead.csv", "lead.csv  there is no such file."),
        ("{lead_id:", "{lead_id", "mapping.yaml:4:"),
        ("file: leads.csv", "", "mapping.yaml:4:5  tables.leads.file: is missing."),
        (
            "{lead_id: nr, created_at: came, source: from}",
            "nr",
            "mapping.yaml:4:14  tables.leads.columns: must be names and values",
        ),
    ],
)
def test_a_mistake_in_a_mapping_is_told_where_it_stands_with_the_nearest_right_word(
    mapped, tmp_path, wrong, right, told
):
    with pytest.raises(RemitError) as error:
        mapped(MAPPING.replace(wrong, right), leads=LEADS)

    said = str(error.value).replace(f"{tmp_path}/", "")
    assert told in said
    assert not (tmp_path / "evidence.duckdb").exists()


def test_a_mapping_without_what_every_row_must_have_says_so_before_reading(mapped, tmp_path):
    with pytest.raises(RemitError) as error:
        mapped(MAPPING.replace("lead_id: nr, ", ""), leads=LEADS)

    assert (
        str(error.value)
        .replace(f"{tmp_path}/", "")
        .startswith(
            "mapping.yaml:3:5  tables.leads: leads needs lead_id, which nothing here fills."
        )
    )


def test_several_mistakes_are_told_at_once(mapped):
    with pytest.raises(RemitError) as error:
        mapped(MAPPING.replace("nr", "no").replace("came", "cane"), leads=LEADS)

    assert [problem.path for problem in error.value.problems] == ["no", "cane"]


def test_a_column_that_is_there_twice_cannot_be_mapped(mapped):
    with pytest.raises(RemitError) as error:
        mapped(MAPPING, leads="nr,came,from,NR\n1,2026-01-05,web,2\n")

    assert "nr: names two columns" in str(error.value)


def test_a_parquet_file_is_read_as_a_csv_file_is(mapped, tmp_path):
    with duckdb.connect() as con:
        con.execute(
            f"""COPY (SELECT 1 AS nr, DATE '2026-01-05' AS came, 'web' AS "from", 2 AS _row)
            TO '{tmp_path / "leads.parquet"}' (FORMAT parquet)"""
        )

    found = mapped(MAPPING.replace("leads.csv", "leads.parquet"))

    assert found.sql("SELECT lead_id, source FROM leads") == [("1", "web")]


def test_a_file_that_only_says_it_is_parquet_is_refused(mapped, tmp_path):
    (tmp_path / "leads.parquet").write_text(LEADS)

    with pytest.raises(RemitError) as error:
        mapped(MAPPING.replace("leads.csv", "leads.parquet"))

    assert "leads.parquet  is not a Parquet file." in str(error.value)


def test_two_files_of_one_name_in_two_folders_are_two_files(mapped, tmp_path):
    for folder, nr in (("a-b", 1), ("a_b", 2)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "leads.csv").write_text(f"nr,came\n{nr},2026-01-05\n")

    found = mapped(
        """
        tables:
          leads:
            - {file: a-b/leads.csv, columns: {lead_id: nr, created_at: came}}
            - {file: a_b/leads.csv, columns: {lead_id: nr, created_at: came}}
        """
    )

    assert found.sql("SELECT lead_id FROM leads ORDER BY 1") == [("1",), ("2",)]
    assert [file.file for file in found.files] == ["a-b/leads.csv", "a_b/leads.csv"]


def test_constants_fill_every_row(mapped):
    found = mapped(
        """
        tables:
          opportunities:
            file: deals.csv
            columns: {opportunity_id: nr, closed_at: won}
            constants: {kind: new, won: true, currency: EUR}
        """,
        deals="nr,won\n1,2026-02-01\n2,2026-02-02\n",
    )

    assert found.sql("SELECT DISTINCT kind, won, currency FROM opportunities") == [
        ("new", True, "EUR")
    ]


def test_a_constant_that_is_not_what_its_column_holds_is_told(mapped):
    with pytest.raises(RemitError) as error:
        mapped(
            """
            tables:
              opportunities:
                file: deals.csv
                columns: {opportunity_id: nr}
                constants: {won: maybe}
            """,
            deals="nr\n1\n",
        )

    assert "tables.opportunities.constants.won: 'maybe' is not what won holds" in str(error.value)


def test_a_person_given_as_a_constant_becomes_a_pseudonym_too(mapped):
    found = mapped(
        """
        tables:
          opportunities:
            file: deals.csv
            columns: {opportunity_id: nr}
            constants: {owner_id: Ada Lovelace}
        """,
        deals="nr\n1\n2\n",
    )

    assert found.sql("SELECT count(*) FROM opportunities WHERE owner_id = 'Ada Lovelace'") == [(0,)]
    assert [person["source_id"] for person in found.people()] == ["Ada Lovelace"]


def test_people_become_pseudonyms_and_their_names_lie_apart(mapped):
    found = mapped(
        """
        tables:
          opportunities:
            file: deals.csv
            columns: {opportunity_id: nr, created_at: came, owner_id: seller}
        """,
        deals="nr,came,seller\n1,2026-02-01,Ada Lovelace\n,2026-02-01,Nobody Real\n",
    )

    ((owner,),) = found.sql("SELECT owner_id FROM opportunities")

    assert owner.startswith("p")
    assert [(p["person_id"], p["source_id"]) for p in found.people()] == [(owner, "Ada Lovelace")]
    assert found.sql("SELECT person_id, is_person FROM people") == [(owner, True)]


def test_an_entry_of_negative_or_endless_length_is_no_working_time(mapped):
    found = mapped(
        """
        tables:
          activities:
            file: work.csv
            columns: {activity_id: nr, happened_at: at, minutes: long}
            constants: {kind: meeting}
          participants:
            file: work.csv
            columns: {activity_id: nr, person_id: who}
            constants: {part: owner}
        """,
        work="nr,at,long,who\n1,2026-02-01 10:00,-5,a\n2,2026-02-01 10:00,1e300,a\n3,2026-02-01 10:00,30,a\n",
    )

    assert found.sql("SELECT activity_id, not_counted FROM activities ORDER BY 1") == [
        ("2", "longer than a working day"),
        ("3", None),
    ]
    assert [reject["reason"] for reject in found.rejects] == ["ends before it starts"]


def test_a_number_that_is_not_whole_is_no_place_in_a_history(mapped):
    found: Any = mapped(
        """
        tables:
          stage_changes:
            file: stages.csv
            columns: {record_id: nr, stage: stage, entered_at: at, place: place}
            constants: {record_type: opportunity}
        """,
        stages="nr,stage,at,place\n1,A,2026-02-01,1\n1,B,2026-02-02,1e30\n1,C,2026-02-03,2.5\n",
    )

    assert [reject["reason"] for reject in found.rejects] == ["place is not a whole number"] * 2
