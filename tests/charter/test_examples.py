"""The example charters are read, and are sound but for what they explain."""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from remit.charter import Charter, as_yaml, headcount, read_charter, read_with_places, structure
from remit.check import Checked, check
from remit.terms import Severity

EXAMPLES = Path(__file__).parents[2] / "examples"
CHARTERS = sorted(
    file for file in EXAMPLES.rglob("*.yaml") if "\ncompany:" in f"\n{file.read_text('utf-8')}"
)
"""Files of their own; those that a charter `uses:` name no company."""
DAY = date(2026, 11, 22)


def checked(file: Path) -> Checked:
    charter, read = read_with_places(file)
    return check(charter, day=DAY, read=read)


@pytest.fixture(scope="module")
def atlas() -> Charter:
    return read_charter(EXAMPLES / "atlas" / "charter.yaml")


def test_there_are_examples_of_each_kind():
    assert {file.parent.name for file in CHARTERS} == {"atlas", "founder-led", "small-team"}


@pytest.mark.parametrize("file", CHARTERS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_an_example_has_no_red_finding(file: Path):
    red = [str(found.says) for found in checked(file).findings if found.severity is Severity.RED]

    assert red == []


@pytest.mark.parametrize("file", CHARTERS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_an_example_written_back_reads_the_same(file: Path, tmp_path: Path):
    charter = read_charter(file)
    (tmp_path / "charter.yaml").write_text(as_yaml(charter), encoding="utf-8")

    assert read_charter(tmp_path / "charter.yaml") == charter


def test_the_founder_led_charter_has_twenty_lines_or_fewer_and_two_and_a_half_sellers():
    file = EXAMPLES / "founder-led" / "charter.yaml"
    lines = [line.strip() for line in file.read_text("utf-8").splitlines()]

    assert 10 <= sum(bool(line) and not line.startswith("#") for line in lines) <= 20
    assert headcount(read_charter(file), "seller", None, DAY) == 2.5


def test_atlas_has_400_people_in_office_each_with_a_role_of_the_charter(atlas: Charter):
    in_office = {spell.person for spell in atlas.people if spell.last_day is None}

    assert len(in_office) == 400
    assert {spell.role for spell in atlas.people} == set(atlas.roles)


def test_everybody_in_atlas_but_the_cro_reports_to_somebody_in_office(atlas: Charter):
    now = [spell for spell in atlas.people if spell.last_day is None]
    people = {spell.person for spell in now}

    assert [spell.role for spell in now if spell.manager is None] == ["cro"]
    assert {spell.manager for spell in now if spell.manager} <= people


def test_no_lead_in_atlas_has_more_than_thirteen_reports(atlas: Charter):
    led = Counter(s.manager for s in atlas.people if s.last_day is None and s.manager)

    assert max(led.values()) == 13, "the generalists, a fast team of small deals"


def test_who_holds_a_territory_in_atlas_is_among_its_people(atlas: Charter):
    people = {spell.person: spell.role for spell in atlas.people}

    for name, territory in atlas.territories.items():
        for owner in territory.owners:
            assert people[owner.person] == territory.role, name


def test_atlas_runs_its_boundaries_as_it_decided(atlas: Charter):
    assert [
        structure(atlas, decision.segment or "")[decision.boundary] for decision in atlas.decisions
    ] == [decision.run for decision in atlas.decisions]


def test_every_exemption_of_atlas_excuses_a_finding(atlas: Charter):
    exempt = checked(EXAMPLES / "atlas" / "charter.yaml").exempt

    assert sorted((e.check, e.about) for e in atlas.exempt) == sorted(
        (found.check, found.about) for found, _ in exempt
    )


def test_the_script_writes_the_people_file_of_atlas_as_it_stands(tmp_path: Path):
    here = EXAMPLES / "atlas"
    (tmp_path / "make_people.py").write_bytes((here / "make_people.py").read_bytes())
    subprocess.run([sys.executable, str(tmp_path / "make_people.py")], check=True)

    written = (tmp_path / "people.csv").read_bytes()

    assert written == (here / "people.csv").read_bytes()
    assert b"\r" not in written
    rows = list(csv.DictReader(written.decode().splitlines()))
    assert len(rows) == 412


def test_atlas_is_read_in_less_than_two_seconds():
    started = time.perf_counter()
    read_charter(EXAMPLES / "atlas" / "charter.yaml")

    assert time.perf_counter() - started < 2
