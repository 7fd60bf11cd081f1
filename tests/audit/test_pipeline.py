"""What is said of open pipeline: coverage, new pipeline, stakeholders, and how deals are kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from remit.audit.pipeline import pipeline
from remit.audit.pipeline_review import pipeline_review
from remit.audit.run import measured_days
from remit.audit.view import View
from remit.terms import Answer, Period, Severity
from tests.measures.test_pipeline import QUOTAS, loaded_twice, quarters_of_deals, roles  # noqa: F401
from tests.measures.test_winning import CHARTER, LAST, LAST_SEEN, PEOPLE, deal

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export


def findings(check, declared, evidence):
    """What a check finds, by what it is about."""
    over = measured_days(evidence)
    year = Period(min(over.start, over.end - timedelta(days=365)), over.end)
    view = View(declared, evidence, declared.numbers(), over, year)
    return {found.about.rpartition(": ")[2]: found for found in check(view)}


@pytest.fixture
def look(charter, from_tables):
    def run(deals, *, text=CHARTER, check=pipeline, people=PEOPLE, **tables):
        declared = charter(text)
        evidence = from_tables(
            declared, people=people, leads=LAST_SEEN, opportunities=deals, **tables
        )
        return findings(check, declared, evidence)

    return run


def asked_for(each: int, people: int = 5) -> list[dict]:
    """Quotas of the last quarter, the same for everybody."""
    return [quota | {"amount": str(each)} for quota in QUOTAS[:people]]


# Coverage


@pytest.mark.shows("003-25", "fires")
def test_pipeline_that_does_not_fill_the_target_at_the_own_conversion_is_amber(look):
    found = look(quarters_of_deals(), quotas=asked_for(10_000))["coverage"]

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert found.measured.value == pytest.approx(0.4)
    assert found.says.startswith(
        "ae: on 15 Oct 2026 open pipeline was 1.6 times the 50,000 USD still to be sold by "
        "31 Dec 2026, and at its own conversion it needs 4.0 times: "
    )
    assert found.says.endswith("fills 40 % of it; the source names 3 to 4 times.")
    assert (
        "at the source's own average win rate of 21 % it would take 4.8 times" in found.caveats[1]
    )
    assert "All open deals count on both sides" in found.caveats[2]
    assert len(found.proof.rows) == 8
    assert found.remedy


@pytest.mark.shows("003-25", "clear")
def test_pipeline_that_fills_the_target_is_clear_though_the_source_would_want_more(look):
    """Two times the target, and half of such pipeline is won: the source's 3 to 4 are not needed."""
    deals = [
        row | {"amount": "55000"} if row["opportunity_id"].endswith("50") else row
        for row in quarters_of_deals()
    ]

    found = look(deals, quotas=asked_for(8_000))["coverage"]

    assert (found.answer, found.severity) == (Answer.CLEAR, None)
    assert "2.0 times the 40,000 USD" in found.says
    assert "it needs 1.3 times" in found.says


@pytest.mark.shows("003-25", "cannot tell")
def test_without_quotas_or_targets_coverage_could_not_be_looked_at(look):
    found = look(quarters_of_deals())["coverage"]

    assert (found.answer, "(quotas)" in found.says) == (Answer.COULD_NOT_LOOK, True)


@pytest.mark.shows("003-25", "cannot tell")
def test_two_whole_quarters_before_are_too_few_for_an_own_conversion(look):
    found = look(quarters_of_deals(4), quotas=asked_for(10_000))["coverage"]

    assert found.answer is Answer.CANNOT_TELL
    assert "2 quarters before it are too few" in found.says


def test_quotas_of_fewer_people_than_the_minimum_group_are_not_shown(look):
    found = look(quarters_of_deals(), quotas=asked_for(10_000, people=4))["coverage"]

    assert found.answer is Answer.CANNOT_TELL
    assert "fewer than 5 people have a quota" in found.says
    assert found.proof is None


def test_quotas_that_name_nobody_who_owns_a_deal_are_told(look):
    people = [
        *PEOPLE,
        *({"person_id": f"q{n}", "title": "AE", "is_person": "true"} for n in range(5)),
    ]
    quotas = [q | {"person_id": f"q{n}"} for n, q in enumerate(QUOTAS)]

    found = look(quarters_of_deals(), people=people, quotas=quotas)["coverage"]

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "none of the people with a quota" in found.says


def test_a_target_of_the_company_is_held_against_all_pipeline(look):
    text = CHARTER + (
        "\n    targets: [{measure: new_arr, amount: 50000, from: 2026-10-01, to: 2026-12-31}]\n"
    )

    found = look(quarters_of_deals(), text=text)["coverage"]

    assert found.answer is Answer.PROVEN
    assert found.says.startswith("all sellers: on 15 Oct 2026 open pipeline was 2.0 times")


# New pipeline

TARGET = CHARTER + (
    "\n    targets: [{measure: pipeline_created, amount: 365000, from: 2026-01-01, to: 2026-12-31}]\n"
)


def each_month(count: int) -> list[dict]:
    """So many deals of 10,000 a month."""
    return [
        deal(100 * month + n, date(2026, month, 1 + n))
        for month in range(1, 13)
        for n in range(count)
    ]


@pytest.mark.shows("002-51", "fires")
def test_new_pipeline_under_its_target_is_amber(look):
    found = look(each_month(2), text=TARGET)["new pipeline of the company"]

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "new pipeline of 240,000 USD was created in 12 months, 66 % (" in found.says
    assert found.says.endswith("of the 365,000 USD that was the target.")
    assert "12 of 12 months were under their target." in found.caveats
    assert len(found.trend) == 12


@pytest.mark.shows("002-51", "clear")
def test_new_pipeline_at_its_target_is_clear(look):
    found = look(each_month(4), text=TARGET)["new pipeline of the company"]

    assert (found.answer, found.severity) == (Answer.CLEAR, None)
    assert "480,000 USD" in found.says


@pytest.mark.shows("002-51", "cannot tell")
def test_without_a_target_for_new_pipeline_nothing_can_be_looked_at(look):
    found = look(each_month(4))["new pipeline"]

    assert (found.answer, "pipeline_created" in found.says) == (Answer.COULD_NOT_LOOK, True)


# Stakeholders


def with_contacts(count: int, deals: int = 30) -> tuple[list[dict], list[dict]]:
    """Open deals past discovery, each with so many contacts."""
    rows = [deal(n, date(2026, 10, 1)) for n in range(deals)]
    return rows, [r for row in rows for r in roles(row["opportunity_id"], *"ABCDEF"[:count])]


@pytest.mark.shows("003-22", "fires")
def test_deals_with_two_contacts_are_amber(look):
    deals, contacts = with_contacts(2)

    found = look(deals, buying_roles=contacts)["stakeholders"]

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "the median open deal past discovery has 2 contacts recorded (2 to 2)" in found.says
    assert "fewer than 3 is amber" in found.says


@pytest.mark.shows("003-22", "clear")
def test_deals_with_three_contacts_are_clear(look):
    deals, contacts = with_contacts(3)

    found = look(deals, buying_roles=contacts)["stakeholders"]

    assert (found.answer, found.measured.value) == (Answer.CLEAR, 3)


@pytest.mark.shows("003-22", "cannot tell")
def test_three_contacts_on_the_deals_that_have_any_are_not_clear_while_others_have_none(look):
    deals, contacts = with_contacts(3)
    bare = [deal(100 + n, date(2026, 10, 1)) for n in range(40)]

    found = look(deals + bare, buying_roles=contacts)["stakeholders"]

    assert found.answer is Answer.CANNOT_TELL
    assert "on 40 more no contact is recorded" in found.says


@pytest.mark.shows("003-22", "cannot tell")
def test_without_buying_roles_stakeholders_could_not_be_looked_at(look):
    found = look(with_contacts(0)[0])

    assert found["stakeholders"].answer is Answer.COULD_NOT_LOOK
    assert "buying_roles" in found["stakeholders"].says
    assert found["personas"].answer is Answer.COULD_NOT_LOOK


def test_kinds_of_buyer_on_won_deals_are_measured_and_heads_are_not(look):
    deals = [deal(n, date(2026, 3, 1), date(2026, 6, 1), won=True) for n in range(24)]
    contacts = [r for n in range(24) for r in roles(f"d{n}", *("User",) * 6, "Buyer")]

    found = look(deals, buying_roles=contacts)["personas"]

    assert (found.answer, found.severity, found.measured.value) == (Answer.MEASURED, None, 2)
    assert "has 2 kinds of buyer on it (2 to 2); up to 2 fit a generalist, 5 and more" in found.says


# How deals are kept


@pytest.fixture
def review(look):
    def run(deals, **tables):
        return look(deals, check=pipeline_review, **tables)

    return run


def kept(count: int, **said: str) -> list[dict]:
    """Open deals of which each says the same."""
    return [deal(n, date(2026, 10, 1), **said) for n in range(count)]


@pytest.mark.shows("003-42", "fires")
def test_a_framework_half_filled_is_amber(review):
    found = review(kept(30, framework="0.5"))["framework"]

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "50 % of the qualification framework's fields are filled on 30 open deals" in found.says
    assert found.caveats[0].startswith("A proxy")


@pytest.mark.shows("003-42", "clear")
def test_a_framework_filled_is_clear(review):
    assert review(kept(30, framework="0.9"))["framework"].answer is Answer.CLEAR


@pytest.mark.shows("003-42", "cannot tell")
def test_without_its_fields_a_framework_could_not_be_looked_at(review):
    found = review(kept(30))

    assert found["framework"].answer is Answer.COULD_NOT_LOOK
    assert "`deals: framework:`" in found["framework"].remedy
    assert found["next steps"].answer is Answer.COULD_NOT_LOOK
    assert found["close days"].answer is Answer.COULD_NOT_LOOK
    assert found["forecast"].answer is Answer.COULD_NOT_LOOK


def test_next_steps_that_are_missing_on_most_deals_are_amber(review):
    deals = [*kept(30, next_step="false"), deal(100, date(2026, 10, 1), next_step="true")]

    found = review(deals)["next steps"]

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "3 % of 31 open deals have a next step" in found.says
    assert found.proof.rows[0] == ("d0", "Proposal", 92, "none")


def test_next_steps_on_every_deal_are_clear(review):
    assert review(kept(60, next_step="true"))["next steps"].answer is Answer.CLEAR


def test_few_open_deals_are_not_judged(review):
    found = review(kept(6, next_step="false"))["next steps"]

    assert (found.answer, found.severity) == (Answer.CANNOT_TELL, None)


def test_close_days_gone_by_are_amber_and_those_to_come_are_clear(review):
    past = review(kept(30, close_day=str(LAST - timedelta(days=5))))["close days"]

    assert (past.answer, past.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "on 100 % of 30 open deals the expected close day has gone by" in past.says


def test_close_days_to_come_are_clear(review):
    assert review(kept(60, close_day="2027-02-01"))["close days"].answer is Answer.CLEAR


def test_a_forecast_known_only_as_it_is_today_is_held_against_nothing(review):
    deals = [row | {"forecast": "commit"} for row in quarters_of_deals()]
    found = review(deals)["forecast"]

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "for none of 8 quarters as it stood when they began" in found.says


def test_a_forecast_of_one_quarter_as_it_stood_is_too_little(loaded_twice):  # noqa: F811
    declared, evidence = loaded_twice
    few = declared.privacy.model_copy(update={"minimum_group": 1})

    found = findings(pipeline_review, declared.model_copy(update={"privacy": few}), evidence)
    found = found["forecast"]

    assert found.answer is Answer.CANNOT_TELL
    assert "1 quarters with a forecast as it stood are too few" in found.says
    assert found.measured.value == 1.0


def test_a_forecast_of_fewer_people_than_the_minimum_group_is_not_shown(loaded_twice):  # noqa: F811
    declared, evidence = loaded_twice

    found = findings(pipeline_review, declared, evidence)

    assert {one.answer for one in found.values()} == {Answer.CANNOT_TELL}
    assert all("ewer than 5 people" in one.says for one in found.values())
