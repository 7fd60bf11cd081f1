"""What is said of deals from created to closed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from remit.audit.run import measured_days
from remit.audit.view import View
from remit.audit.winning import winning
from remit.terms import Answer, Period, Severity
from tests.measures.test_winning import CHARTER, LAST, LAST_SEEN, PEOPLE, deal, stages

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export


@pytest.fixture
def look(charter, from_tables):
    """What a check finds in deals given as rows, by what it is about."""

    def run(deals, moves=(), *, text=CHARTER, check=winning, people=PEOPLE, **tables):
        declared = charter(text)
        evidence = from_tables(
            declared,
            people=people,
            leads=LAST_SEEN,
            opportunities=deals,
            stage_changes=moves,
            **tables,
        )
        over = measured_days(evidence)
        year = Period(min(over.start, over.end - timedelta(days=365)), over.end)
        view = View(declared, evidence, declared.numbers(), over, year)
        return {found.about.rpartition(": ")[2]: found for found in check(view)}

    return run


def deals_in(year: int, count: int, *, won: int, after: int = 60, loses: int = 60) -> list[dict]:
    """So many deals a year, spread over it, of which the first of each ten are won."""
    rows = []
    for n in range(count):
        created = date(year, 1, 1) + timedelta(days=n * 300 // count)
        is_won = n % 10 < won
        closed = created + timedelta(days=after if is_won else loses)
        rows.append(deal(year * 1000 + n, created, closed, is_won))
    return rows


def history(row: dict, proposal: int) -> list[dict]:
    """Discovery, then the proposal after some days, then the end."""
    created, closed = (date.fromisoformat(row[word][:10]) for word in ("created_at", "closed_at"))
    return stages(
        row["opportunity_id"],
        ("Discovery", created),
        ("Proposal", created + timedelta(days=proposal)),
        (row["stage"], closed),
    )


@pytest.mark.shows("003-24", "fires")
def test_a_win_rate_stands_beside_the_average_and_fails_by_nothing(look):
    deals = deals_in(2025, 60, won=1) + deals_in(2026, 60, won=1)
    moves = [move for row in deals for move in history(row, 20)]

    found = look(deals, moves)["win rate from created"]

    assert (found.answer, found.severity, found.limit) == (Answer.MEASURED, None, None)
    assert found.says.startswith("ae: 10 % of 120 new deals created are won within 300 days (")
    assert found.says.endswith("; the average of B2B companies is 21 %.")
    assert found.measured.value == pytest.approx(0.1)
    assert "Of 60 deals closed in the last year 10 %" in " ".join(found.caveats)
    assert "no target" in " ".join(found.caveats)
    assert found.proof.rows == ((120, 12, 108, 0),)
    assert found.roles == ("ae",)


@pytest.mark.shows("003-24", "clear")
def test_a_win_rate_above_the_average_passes_by_nothing_either(look):
    deals = deals_in(2025, 60, won=4) + deals_in(2026, 60, won=4)
    moves = [move for row in deals for move in history(row, 20)]

    found = look(deals, moves)
    created, qualified = found["win rate from created"], found["win rate from qualified"]

    assert (created.answer, created.severity) == (Answer.MEASURED, None)
    assert "40 % of 120 new deals created" in created.says
    assert "40 % of 120 new deals that reached Validation or Proposal are won" in qualified.says
    assert "Discovery to Proposal 100 % of 60" in " ".join(created.caveats)


@pytest.mark.shows("003-24", "cannot tell")
def test_a_win_rate_of_deals_that_are_all_young_cannot_be_told(look):
    found = look([deal(n, date(2026, 11, 1)) for n in range(60)])["win rate from created"]

    assert found.answer is Answer.CANNOT_TELL
    assert "0 new deals created at least 300 days ago are too few" in found.says


@pytest.mark.shows("003-24", "cannot tell")
def test_an_export_of_won_deals_alone_tells_no_win_rate(look):
    found = look(deals_in(2025, 60, won=10))["win rate from created"]

    assert (found.answer, found.measured) == (Answer.COULD_NOT_LOOK, None)
    assert "all 60 new deals there are were won" in found.says
    assert found.remedy == "Load the deals that were lost and those still open."


def test_deals_without_the_day_they_were_created_are_not_counted_as_none(look):
    undated = [{**row, "created_at": ""} for row in deals_in(2025, 60, won=3)]

    (found,) = look(undated).values()

    assert found.answer is Answer.COULD_NOT_LOOK
    assert found.says.startswith("None of 60 deals says when it was created (opportunities,")


def test_without_stage_history_the_rate_from_qualified_could_not_be_looked_at(look):
    deals = deals_in(2025, 60, won=4)

    found = look(deals)["win rate from qualified"]

    assert (found.answer, "stage_changes" in found.says) == (Answer.COULD_NOT_LOOK, True)


def test_without_stages_in_the_charter_the_rate_from_qualified_could_not_be_looked_at(look):
    deals = deals_in(2025, 60, won=4)
    text = CHARTER.replace("stages: {", "stages: {} # {")

    found = look(deals, history(deals[0], 5), text=text)["win rate from qualified"]

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "maps no stage beyond discovery" in found.says


def test_deals_without_a_value_are_told_and_are_worth_no_nothing(look):
    deals = deals_in(2025, 60, won=5) + deals_in(2026, 60, won=5)
    deals[0] |= {"currency": "CHF"}

    found = look(deals)["win rate from created"]

    assert "without 1 that have no value in the company's currency" in found.caveats[0]


@pytest.mark.shows("003-26", "fires")
def test_a_pipeline_that_brings_less_than_the_year_before_is_a_note(look):
    found = look(deals_in(2025, 100, won=4) + deals_in(2026, 100, won=2))["velocity"]

    assert (found.answer, found.severity) == (Answer.MEASURED, Severity.NOTE)
    assert found.measured.value == pytest.approx(0.5, abs=0.03)
    assert "ae: the pipeline brings 54" in found.says
    assert "0.50 times (" in found.says
    assert found.remedy
    assert "x 20 % won x 10,000 USD over 60 days of all outcomes" in found.caveats[0]
    assert "the source names 3 to 10 months as typical" in " ".join(found.caveats)
    assert len(found.trend) == 8


@pytest.mark.shows("003-26", "clear")
def test_a_pipeline_that_brings_as_much_as_the_year_before_is_measured_only(look):
    found = look(deals_in(2025, 100, won=3) + deals_in(2026, 100, won=3))["velocity"]

    assert (found.answer, found.severity, found.remedy) == (Answer.MEASURED, None, "")
    assert found.measured.value == pytest.approx(1, abs=0.02)


@pytest.mark.shows("003-26", "cannot tell")
def test_without_two_years_of_deals_there_is_no_own_history(look):
    found = look(deals_in(2026, 100, won=3))["velocity"]

    assert found.answer is Answer.CANNOT_TELL
    assert "nothing with a value was won in one of the last two years" in found.says


def lost_and_won(lost_days: int) -> tuple[list[dict], list[dict]]:
    """Thirty lost from the proposal after some days there, thirty won after twenty there."""
    deals, moves = [], []
    for n in range(60):
        won = n % 2 == 0
        created = date(2026, 1, 1) + timedelta(days=3 * n)
        at = 10 + (20 if won else lost_days) + n % 3
        row = deal(n, created, created + timedelta(days=at), won) | {"owner_id": f"ae{n // 2 % 6}"}
        deals.append(row)
        moves += history(row, 10)
    return deals, moves


@pytest.mark.shows("003-21", "fires")
def test_lost_deals_that_stand_longer_than_won_ones_in_the_same_stage_are_amber_at_most(look):
    found = look(*lost_and_won(60))["lost deals"]

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert found.measured.value == pytest.approx(61 / 21, abs=0.05)
    assert "2.90 times (" in found.says
    assert found.says.endswith("more than 1 is amber.")
    assert found.caveats[0].startswith("A proxy")
    assert found.proof.columns[0] == "deal"
    assert found.proof.rows[0][1] == "Proposal"
    assert found.remedy


@pytest.mark.shows("003-21", "clear")
def test_lost_deals_that_are_let_go_sooner_are_clear(look):
    deals, moves = lost_and_won(5)

    found = look(deals[:40], moves[:120])["lost deals"]  # 20 of each are enough

    assert (found.answer, found.severity) == (Answer.CLEAR, None)
    assert found.measured.value < 0.35


@pytest.mark.shows("003-21", "cannot tell")
def test_without_stage_history_lost_deals_could_not_be_looked_at(look):
    deals, _ = lost_and_won(60)

    found = look(deals)["lost deals"]

    assert (found.answer, "stage_changes" in found.says) == (Answer.COULD_NOT_LOOK, True)


@pytest.mark.shows("003-21", "cannot tell")
def test_few_lost_deals_are_not_compared(look):
    deals, moves = lost_and_won(60)

    found = look(deals[:20], moves[:60])["lost deals"]

    assert found.answer is Answer.CANNOT_TELL
    assert "10 lost and 10 won deals" in found.says


def test_what_fewer_people_do_than_the_minimum_group_is_not_shown(look):
    (found,) = look(deals_in(2026, 60, won=3), people=PEOPLE[:4]).values()

    assert found.answer is Answer.CANNOT_TELL
    assert "Fewer than 5 people sell" in found.says


def test_without_account_executives_nothing_is_asked(look):
    text = CHARTER.replace("roles: {ae: {is: AE}}", "roles: {ae: {is: SDR}}")

    (found,) = look([deal(1, LAST)], text=text).values()

    assert found.answer is Answer.DOES_NOT_APPLY


def test_without_deals_nothing_is_seen(look):
    (found,) = look([]).values()

    assert (found.answer, "opportunities" in found.says) == (Answer.COULD_NOT_LOOK, True)


def test_no_proof_has_a_column_for_a_person(look):
    found = look(*lost_and_won(60))

    for one in found.values():
        if one.proof is not None:
            assert not {"owner", "person", "owner_id"} & set(one.proof.columns)
            assert not any("ae0" in str(row) for row in one.proof.rows)
