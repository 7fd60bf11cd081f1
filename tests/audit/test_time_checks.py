"""AE prospecting and CSM support: a case that fires, one that is clear, one that cannot tell."""

from __future__ import annotations

import pytest

from remit.terms import Answer, Severity

from .conftest import CHARTER, about, team_weeks, users

PROSPECT, SELL, CARE, TICKET = "00Q1", "0061", "0012", "5001"


@pytest.fixture
def ae_team(audited):
    def run(hours, text=CHARTER, count=6, weeks=20, **objects):
        people = [*users("AE", count), *users("SDR")]
        found = audited(text, User=people, Event=team_weeks("AE", hours, count, weeks), **objects)
        (answer,) = about(found, "ae_prospecting")
        return answer

    return run


@pytest.mark.shows("000-14", "clear")
@pytest.mark.shows("000-22", "clear")
@pytest.mark.shows("000-10", "clear")
def test_account_executives_who_sell_are_clear(ae_team):
    found = ae_team({PROSPECT: 2, SELL: 20})

    assert found.answer is Answer.CLEAR
    assert "9 % of recorded time is prospecting" in found.says


def test_account_executives_who_prospect_half_their_recorded_time_are_indicated_and_amber(ae_team):
    found = ae_team({PROSPECT: 8, SELL: 8})

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)
    assert found.limit.value == 0.25
    assert found.caveats[0].startswith("Holds if at least")


@pytest.mark.shows("000-14", "fires")
@pytest.mark.shows("000-22", "fires")
@pytest.mark.shows("000-10", "fires")
def test_prospecting_past_the_limit_of_all_working_time_is_proven_and_red(ae_team):
    found = ae_team({PROSPECT: 16, SELL: 16})

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.RED)


def test_deals_that_no_sdr_sourced_turn_an_indication_red(ae_team):
    own = [
        {
            "Id": f"006x{n}",
            "AccountId": "0011",
            "Type": "New",
            "StageName": "Discovery",
            "IsClosed": "false",
            "OwnerId": f"005AE{n % 6}",
            "CreatedById": f"005AE{n % 6}",
            "CreatedDate": "2026-03-02",
        }
        for n in range(60)
    ]

    found = ae_team({PROSPECT: 8, SELL: 8}, Opportunity=own)

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.RED)
    assert "100 % of their 60 new deals were sourced by no sdr" in found.caveats[1]


def test_deals_that_sdrs_opened_do_not_nor_those_of_leads_that_were_once_theirs(ae_team):
    theirs = [
        {
            "Id": f"006x{n}",
            "AccountId": "0011",
            "Type": "New",
            "StageName": "Discovery",
            "IsClosed": "false",
            "OwnerId": f"005AE{n % 6}",
            "CreatedById": f"005SDR{n % 6}" if n < 30 else f"005AE{n % 6}",
            "CreatedDate": "2026-03-02",
        }
        for n in range(60)
    ]
    leads = [
        {
            "Id": f"00Qx{n}",
            "CreatedDate": "2026-01-02",
            "OwnerId": f"005AE{n % 6}",
            "ConvertedOpportunityId": f"006x{n}",
        }
        for n in range(30, 60)
    ]
    passed_on = [
        {"LeadId": lead["Id"], "Field": "Owner", "NewValue": owner, "CreatedDate": day}
        for lead in leads
        for owner, day in (("005SDR0", "2026-01-05"), (lead["OwnerId"], "2026-02-02"))
    ]

    found = ae_team({PROSPECT: 8, SELL: 8}, Opportunity=theirs, Lead=leads, LeadHistory=passed_on)

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)
    assert found.caveats[1].startswith("0 % of their 60 new deals were sourced by no sdr")


def test_a_thinly_logged_team_is_not_judged(ae_team):
    found = ae_team({PROSPECT: 4, SELL: 1})

    assert found.answer is Answer.CANNOT_TELL
    assert "under the floor of 20 %" in found.says


@pytest.mark.shows("000-14", "cannot tell")
@pytest.mark.shows("000-22", "cannot tell")
@pytest.mark.shows("000-10", "cannot tell")
def test_six_weeks_are_too_few(ae_team):
    found = ae_team({PROSPECT: 16, SELL: 16}, weeks=6)

    assert found.answer is Answer.CANNOT_TELL
    assert "weeks of recorded work are too few" in found.says


def test_four_people_are_never_shown_alone(ae_team):
    found = ae_team({PROSPECT: 16, SELL: 16}, count=4)

    assert found.answer is Answer.COULD_NOT_LOOK
    assert found.measured is None


def test_sellers_who_own_prospecting_are_not_asked(ae_team):
    found = ae_team(
        {PROSPECT: 16, SELL: 16},
        text=CHARTER.replace("ae: {is: AE}", "ae: {is: AE/AM}").replace(
            "sdr: {is: SDR}", "sdr: {is: SDR, owns: [qualification]}"
        ),
    )

    assert found.answer is Answer.DOES_NOT_APPLY


def test_without_activities_the_check_says_that_it_could_not_look(audited):
    (found,) = about(audited(User=users("AE")), "ae_prospecting")

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "no activities" in found.says


def test_a_companys_own_limit_is_cited_as_its_policy(ae_team):
    own = (
        CHARTER.rstrip()
        + """
    benchmarks: {ae_prospecting_share: {amber: 0.6, red: 0.7, because: "no SDRs until summer"}}
    """
    )

    found = ae_team({PROSPECT: 8, SELL: 8}, text=own)

    assert found.answer is Answer.CLEAR
    assert found.limit.source.standing == "policy"
    assert "no SDRs until summer" in str(found.limit.source)


def test_hours_in_anothers_work_are_worth_what_they_are_paid(ae_team):
    paid = CHARTER.replace("ae: {is: AE}", "ae: {is: AE, plan: ae}").rstrip()

    found = ae_team({PROSPECT: 8, SELL: 8}, text=paid + "\n    plans: {ae: {ote: 208000}}\n")

    # 208,000 for 2,080 hours a year: 100 an hour
    assert "100.00 USD an hour (1,248,000 USD of compensation for 6.0 people" in found.cost.formula
    hours = found.cost.low / 100
    assert found.cost.high / found.cost.low == pytest.approx(40 / 16, rel=0.05)
    assert hours == pytest.approx(6 * 8 * 52, rel=0.06)
    assert found.cost.of == ("hours of ae in mid",)


def test_without_pay_or_past_no_limit_there_is_no_cost(ae_team):
    paid = CHARTER.replace("ae: {is: AE}", "ae: {is: AE, plan: ae}").rstrip()

    within = ae_team({PROSPECT: 2, SELL: 20}, text=paid + "\n    plans: {ae: {ote: 208000}}\n")

    assert within.cost is None
    assert ae_team({PROSPECT: 8, SELL: 8}).cost is None


@pytest.fixture
def csm_team(audited):
    def run(hours, **objects):
        found = audited(User=users("CSM"), Event=team_weeks("CSM", hours), **objects)
        (answer,) = about(found, "csm_support")
        return answer

    return run


@pytest.mark.shows("000-15", "clear")
@pytest.mark.shows("000-11", "clear")
def test_customer_success_managers_on_a_few_tickets_are_clear(csm_team):
    assert csm_team({TICKET: 2, CARE: 18}).answer is Answer.CLEAR


@pytest.mark.shows("000-15", "fires")
@pytest.mark.shows("000-11", "fires")
def test_customer_success_managers_on_tickets_for_half_their_time_are_indicated(csm_team):
    found = csm_team({TICKET: 8, CARE: 8})

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)


def test_tickets_that_are_with_them_turn_it_red(csm_team):
    theirs = [
        {
            "Id": f"500x{n}",
            "AccountId": "0012" if n % 2 else "0011",
            "CreatedDate": "2026-03-02",
            "OwnerId": f"005CSM{n % 6}",
        }
        for n in range(60)
    ]
    elsewhere = [
        {"Id": f"500y{n}", "AccountId": "0013", "CreatedDate": "2026-03-02", "OwnerId": "005X"}
        for n in range(60)
    ]
    large = {"Id": "0013", "CreatedDate": "2023-01-01", "NumberOfEmployees": "3000"}

    found = csm_team({TICKET: 8, CARE: 8}, Case=[*theirs, *elsewhere], Account=[large])

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.RED)
    assert "100 % of their customers' 60 tickets were with them" in " ".join(found.caveats)


@pytest.mark.shows("000-15", "cannot tell")
@pytest.mark.shows("000-11", "cannot tell")
def test_without_tickets_support_cannot_be_told_from_other_work(csm_team):
    found = csm_team({CARE: 16}, Case=[])

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "no tickets" in found.says


def test_every_finding_past_a_limit_says_what_to_do_and_where_its_number_is_from(ae_team, csm_team):
    for found in (ae_team({PROSPECT: 16, SELL: 16}), csm_team({TICKET: 16, CARE: 16})):
        assert found.remedy
        assert found.limit.source.title
        assert found.proof.query
        assert found.proof.estimator
