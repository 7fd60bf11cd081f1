"""A loaded file is copied whole or not at all, without names unless asked, and read where it lies."""

from __future__ import annotations

import json

import duckdb
import pytest
from typer.testing import CliRunner

from remit.cli.app import app
from remit.evidence import TABLES, EvidenceError, is_evidence, open_evidence, write_evidence
from remit.evidence.elsewhere import without_secrets
from remit.measures import open_for, roles_held
from remit.terms import RemitError

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export


def said(refused) -> str:
    return "\n".join(map(str, refused.value.problems))


def test_a_folder_has_a_folder_for_each_table_and_work_one_for_each_month(company, tmp_path):
    _, file = company

    rows = write_evidence(file, tmp_path / "lake")

    assert rows["work"] > 0
    assert sorted(part.name for part in (tmp_path / "lake" / "work").iterdir())[:2] == [
        "month=2026-03",
        "month=2026-04",
    ]
    assert (tmp_path / "lake" / "leads" / "rows.parquet").is_file()
    assert not list(tmp_path.glob(".remit-*"))


def test_a_folder_is_read_whatever_it_and_those_above_it_are_called(company, tmp_path):
    _, file = company
    lake = tmp_path / "day=1999-12-31" / "a[1]=b"
    (tmp_path / "day=1999-12-31" / "a1=b").mkdir(parents=True)  # what the name is as a pattern
    write_evidence(file, lake)

    found = open_evidence(lake)

    for name, table in TABLES.items():
        assert found.connection.table(name).columns == tuple(table.columns), name
    days = "SELECT day, count(*) FROM activities GROUP BY ALL ORDER BY ALL"
    assert found.sql(days) == open_evidence(file).sql(days) != []


def test_names_stay_behind_unless_they_are_asked_for(company, tmp_path):
    _, file = company

    write_evidence(file, tmp_path / "without")
    write_evidence(file, tmp_path / "with", with_names=True)

    assert not (tmp_path / "without" / "private_names").exists()
    assert open_evidence(tmp_path / "without").people() == []
    assert open_evidence(tmp_path / "with").people() == open_evidence(file).people() != []


def test_the_key_of_the_pseudonyms_and_the_names_are_nowhere_in_a_copy(company, tmp_path):
    _, file = company
    with duckdb.connect(str(file), read_only=True) as con:
        ((key,),) = con.execute("SELECT key FROM private.pseudonym_key").fetchall()

    write_evidence(file, f"duckdb://{tmp_path}/copy.duckdb", with_names=True)

    with duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True) as con:
        told = "".join(
            str(con.execute(f'SELECT * FROM "{name}"').fetchall())
            for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        )
    assert key not in told


def test_a_charter_that_lists_people_needs_the_names(company, tmp_path):
    charter, file = company
    write_evidence(file, tmp_path / "lake")

    with pytest.raises(EvidenceError) as refused:
        open_for(charter, tmp_path / "lake")

    assert "holds no names" in said(refused)
    assert "--with-names" in said(refused)


def test_opening_for_another_charter_writes_nothing_into_a_copy(company, tmp_path):
    charter, file = company
    write_evidence(file, tmp_path / "lake", with_names=True)
    before = {f: f.read_bytes() for f in (tmp_path / "lake").rglob("*.parquet")}
    fewer = charter.model_copy(update={"people": charter.people[:3]})

    found = roles_held(open_for(fewer, tmp_path / "lake"))

    assert len(found) == 3
    assert {f: f.read_bytes() for f in (tmp_path / "lake").rglob("*.parquet")} == before
    assert len(roles_held(open_for(charter, tmp_path / "lake"))) == len(charter.people)


def test_an_earlier_copy_is_replaced_and_its_names_go(company, tmp_path):
    _, file = company
    lake = tmp_path / "lake"
    write_evidence(file, lake, with_names=True)
    (lake / "work" / "month=1999-01").mkdir()

    write_evidence(file, lake)

    assert not (lake / "private_names").exists()
    assert not (lake / "work" / "month=1999-01").exists()
    assert is_evidence(lake)


def test_a_folder_with_something_else_in_it_is_left_alone(company, tmp_path):
    _, file = company
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("Dear Ada")

    with pytest.raises(EvidenceError) as refused:
        write_evidence(file, tmp_path / "letters")

    assert "holds something else already" in said(refused)
    assert [f.name for f in (tmp_path / "letters").iterdir()] == ["a.txt"]


def test_a_copy_that_fails_midway_leaves_the_earlier_one(company, postgres, query):
    _, file = company
    place = f"{postgres}&schema=whole"
    write_evidence(file, place)
    # somebody built on a table that comes late: it cannot be replaced
    query("CREATE VIEW public.built AS SELECT * FROM whole.rejects")

    with pytest.raises(EvidenceError) as refused:
        write_evidence(file, place)

    assert "other objects depend on it" in said(refused)
    assert open_evidence(place).rows("leads") == open_evidence(file).rows("leads")


def test_a_schema_that_has_tables_of_these_names_is_left_alone(company, postgres, query):
    _, file = company
    query(
        "DROP SCHEMA IF EXISTS taken CASCADE; CREATE SCHEMA taken; CREATE TABLE taken.leads (id int)"
    )

    with pytest.raises(EvidenceError) as refused:
        write_evidence(file, f"{postgres}&schema=taken")

    assert "holds something else already" in said(refused)
    assert query("SELECT count(*) FROM pg_tables WHERE schemaname = 'taken'") == [(1,)]


def test_text_is_ordered_by_code_point_in_postgresql(company, postgres, query):
    _, file = company

    write_evidence(file, f"{postgres}&schema=ordered")

    assert query(
        "SELECT DISTINCT collation_name FROM information_schema.columns "
        "WHERE table_schema = 'ordered' AND data_type = 'text'"
    ) == [("pg_c_utf8",)]


def test_what_is_no_evidence_is_told_from_what_is(company, tmp_path, postgres):
    _, file = company
    write_evidence(file, f"{postgres}&schema=told")

    assert is_evidence(file)
    assert is_evidence(f"{postgres}&schema=told")
    assert not is_evidence(f"{postgres}&schema=nothing")
    assert not is_evidence(tmp_path)
    assert not is_evidence(tmp_path / "nowhere")
    assert not is_evidence("sqlite:///somewhere.db")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("mysql://ada:s3cret@db/crm", "evidence cannot lie in a mysql database"),
        ("postgresql://ada:s3cret@localhost:1/crm", "the database says"),
        ("duckdb:///nowhere/at/all.duckdb", "is not an evidence file"),
    ],
)
def test_a_place_that_cannot_be_opened_is_told_without_its_password(place, told):
    with pytest.raises(EvidenceError) as refused:
        open_evidence(place)

    assert told in said(refused)
    assert "s3cret" not in said(refused)
    assert without_secrets(place) in said(refused)


def test_a_copy_is_not_copied_from(company, tmp_path):
    _, file = company
    write_evidence(file, tmp_path / "lake")

    with pytest.raises(RemitError) as refused:
        write_evidence(tmp_path / "lake", tmp_path / "again")

    assert "is no loaded file" in said(refused)


@pytest.mark.slow
def test_the_commands_copy_and_audit_the_copy(company, tmp_path):
    _, file = company
    declared = file.parent / "charter.yaml"
    run = CliRunner()

    copied = run.invoke(app, ["copy", str(file), "--to", str(tmp_path / "lake"), "--with-names"])
    audits = [
        json.loads(run.invoke(app, ["audit", str(declared), str(place), "--json", "-"]).stdout)
        for place in (file, tmp_path / "lake")
    ]

    assert copied.exit_code == 0
    assert "rows in" in copied.stdout
    first, second = ([finding["says"] for finding in a["findings"]] for a in audits)
    assert first == second != []
