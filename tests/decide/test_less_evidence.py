"""With a tenth of the evidence an answer is the same, open, or says itself that it is not sure."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from remit.charter import read_charter
from remit.decide import decide
from remit.decide.measured import measured_facts
from remit.decide.uncertainty import DEPENDS
from remit.example import write_example
from remit.measures import open_for
from remit.sources import load

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("less_evidence")]

SURE = 0.9
CUTS = {
    "activities": ("activities",),
    "deals, leads and activities": ("opportunities", "leads", "activities"),
    "deals": ("opportunities",),
    "rows of everything": (
        "opportunities", "leads", "activities", "contracts", "buying_roles", "stage_changes",
        "tickets",
    ),
    "companies": ("accounts", "activities"),
}  # fmt: skip
"""Of which one in ten is kept; what hangs on the others goes with them."""
HANGS_ON = (
    ("opportunities", "account_id", "accounts", "account_id"),
    ("contracts", "account_id", "accounts", "account_id"),
    ("tickets", "account_id", "accounts", "account_id"),
    ("leads", "account_id", "accounts", "account_id"),
    ("participants", "activity_id", "activities", "activity_id"),
    ("activity_links", "activity_id", "activities", "activity_id"),
    ("work", "activity_id", "activities", "activity_id"),
    ("buying_roles", "opportunity_id", "opportunities", "opportunity_id"),
    ("handoffs", "opportunity_id", "opportunities", "opportunity_id"),
)
KEYS = {
    "stage_changes": "record_id || place",
    "buying_roles": "opportunity_id || contact_id",
    "opportunities": "opportunity_id",
    "leads": "lead_id",
    "activities": "activity_id",
    "contracts": "contract_id",
    "tickets": "ticket_id",
    "accounts": "account_id",
}


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> tuple[Path, Path]:
    """The example company, its charter without a single stated fact, and its loaded evidence."""
    folder = tmp_path_factory.mktemp("less") / "northstar"
    write_example(folder, seed=7)
    charter = folder / "charter.yaml"
    stated = yaml.safe_load(charter.read_text())
    for segment in stated["segments"].values():
        del segment["facts"]
    charter.write_text(yaml.safe_dump(stated, sort_keys=False))
    into = folder / "evidence.duckdb"
    sources = [folder / "export", folder / "finance" / "mapping.yaml"]
    load(read_charter(charter), sources, into, today=date(2026, 11, 1))
    return charter, into


def answers(charter: Path, evidence: Path):
    """The answer to each question in each segment with its shares, and the facts it rests on."""
    declared = read_charter(charter)
    opened = open_for(declared, evidence)
    measured = measured_facts(declared, opened)
    decided = decide(declared, day=opened.as_of, measured=measured, flips=False)
    opened.connection.disconnect()
    return {
        (segment.segment, one.question): one
        for segment in decided.segments
        for one in segment.answers
    }, measured


@pytest.fixture(scope="module")
def whole(company):
    return answers(*company)


def thinned(evidence: Path, tables: tuple[str, ...], into: Path, salt: str) -> Path:
    """A copy with one in ten rows of some tables, and nothing that hangs on the others."""
    shutil.copy(evidence, into)
    with duckdb.connect(str(into)) as file:
        for table in tables:
            file.execute(f"delete from {table} where hash({KEYS[table]} || '{salt}') % 10 <> 0")
        for table, column, above, key in HANGS_ON:
            file.execute(
                f"delete from {table} where {column} is not null "
                f"and {column} not in (select {key} from {above})"
            )
        file.execute(
            "delete from stage_changes where record_type = 'opportunity' "
            "and record_id not in (select opportunity_id from opportunities)"
        )
    return into


def test_the_example_company_is_decided_from_its_evidence_alone(whole):
    found, measured = whole

    assert {segment for segment, _ in found} == {"enterprise", "mid_market", "smb"}
    for facts in measured.values():
        assert sum(not fact.unknown for fact in facts.values()) >= 18
    settled = {where: one.answer for where, one in found.items() if one.answer != DEPENDS}
    assert len(settled) >= 24
    assert settled["smb", "inside_or_field"] == "inside"
    assert settled["enterprise", "inside_or_field"] == "field"
    assert settled["enterprise", "csm_support"] == "split"  # planted: CSMs do support there
    assert settled["mid_market", "csm_support"] == "joined"


@pytest.mark.parametrize(
    ("cut", "salt"), [*((cut, "a") for cut in CUTS), ("deals, leads and activities", "b")]
)
def test_with_a_tenth_of_the_evidence_no_answer_is_silently_another(
    company, whole, tmp_path, cut, salt
):
    charter, evidence = company

    found, measured = answers(charter, thinned(evidence, CUTS[cut], tmp_path / "less.duckdb", salt))

    silently = {
        where: (whole[0][where].answer, one.answer, dict(one.shares))
        for where, one in found.items()
        if one.answer not in (whole[0][where].answer, DEPENDS) and one.shares[one.answer] >= SURE
    }
    assert not silently
    known_of_whole = sum(not f.unknown for facts in whole[1].values() for f in facts.values())
    known_of_part = sum(not f.unknown for facts in measured.values() for f in facts.values())
    assert known_of_part < known_of_whole
