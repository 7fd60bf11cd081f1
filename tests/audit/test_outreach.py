"""What SDRs and BDRs bring forth: each check where it fires, where it is clear, where it is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from remit.audit import outreach
from remit.audit.run import measured_days
from remit.audit.view import View
from remit.terms import Answer, Period, Severity

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

CHARTER = """
    company: Acme
    time_zone: UTC
    roles:
      sdr: {is: SDR, plan: sdr}
      ae: {is: AE}
    titles: {"SDR": sdr, "AE": ae}
    inbound: {Lead.LeadSource: [Web]}
    privacy: {minimum_group: 3}
    plans: {sdr: {ote: 72000, pay_mix: 60/40}}
    handoffs:
      - name: meeting
        from: sdr
        to: ae
        at: discovery
        offered: {object: Event}
        held: {object: Event, field: Held__c}
        accepted: {object: Opportunity, field: SAO__c}
        rejected: {object: Event, field: Rejected__c}
        converted: {object: Opportunity, stage: Qualified}
    """
BDRS = CHARTER.replace("is: SDR", "is: BDR")
SDRS = [{"person_id": f"s{n}", "title": "SDR", "is_person": "true"} for n in range(4)]
LAST = {"lead_id": "last", "created_at": "2026-12-30 09:00:00", "inbound": "false"}
NEW_YEAR = datetime(2026, 1, 5, 10)
Rows = list[dict[str, object]]


@pytest.fixture
def seen(charter, from_tables) -> Callable[..., View]:
    """A charter and its evidence, as every check is given them."""

    def run(text: str = CHARTER, **tables: Rows) -> View:
        declared = charter(text)
        tables.setdefault("people", SDRS)
        tables["leads"] = [*tables.get("leads", []), LAST]
        evidence = from_tables(declared, **tables)
        over = measured_days(evidence)
        year = Period(min(over.start, over.end - timedelta(days=365)), over.end)
        return View(declared, evidence, declared.numbers(), over, year)

    return run


def booked(n: int, when: datetime, *, accepted: bool | None = None, **more: object) -> Rows:
    """A meeting booked by one of the four in turn and held the next day, maybe decided on."""
    rows: Rows = [
        {"step": "offered", "happened_at": when, "recorded_by": f"s{n % 4}"},
        {"step": "held", "happened_at": when + timedelta(days=1)},
    ]
    if accepted is not None:
        name = "accepted" if accepted else "rejected"
        rows.append({"step": name, "happened_at": when + timedelta(days=2)})
    return [
        {"handoff": "meeting", "case_id": f"c{n}", "prospect_id": f"p{n}", **row, **more}
        for row in rows
    ]


def worked(touches) -> dict[str, Rows]:
    """Activities given as (lead, kind, instant, more), by the four in turn."""
    acts, parts, links = [], [], []
    for n, (lead, kind, at, *more) in enumerate(touches):
        told = more[0] if more else {}
        acts.append(
            {
                "activity_id": f"t{n}",
                "kind": kind,
                "happened_at": str(at),
                "day": str(at)[:10],
                "date_only": "false",
                "counted": str(not told).lower(),
                **told,
            }
        )
        parts.append({"activity_id": f"t{n}", "person_id": f"s{n % 4}", "part": "owner"})
        links.append({"activity_id": f"t{n}", "record_type": "lead", "record_id": lead})
    return {"activities": acts, "participants": parts, "activity_links": links}


def cold(count: int, **more: object) -> Rows:
    return [
        {"lead_id": f"L{n}", "created_at": "2026-01-01 09:00:00", "inbound": "false", **more}
        for n in range(count)
    ]


CAME = {"direction": "inbound", "not_counted": "came in"}


# Meetings a week


def meetings(a_week: int, weeks: int = 10, decided: bool = True) -> Rows:
    """So many meetings a person-week of four people, twelve of sixteen in turn accepted."""
    return [
        row
        for n in range(4 * a_week * weeks)
        for row in booked(
            n,
            datetime(2026, 10, 19, 10) + timedelta(days=7 * (n // (4 * a_week))),
            accepted=n % 16 < 12 if decided else None,
        )
    ]


@pytest.mark.shows("003-11", "fires")
def test_fewer_meetings_a_week_than_the_band_are_amber_beside_how_many_are_accepted(seen):
    (found,) = outreach.meetings_a_week(seen(handoffs=meetings(3)))

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    # 120 meetings in the 10.6 weeks to 30 December, 42.4 person-weeks
    assert "sdr: 2.8 meetings booked a person-week past ramp (2.8 to 2.8), 2.8 of them held" in (
        found.says
    )
    assert found.caveats[0].startswith("Beside it: 77 % of the meetings held are accepted")
    assert not any("name nobody" in caveat for caveat in found.caveats)
    assert found.remedy
    assert found.proof.columns == ("week of", "people at work", "booked", "held")


@pytest.mark.shows("003-11", "clear")
def test_ten_meetings_a_week_are_clear(seen):
    (found,) = outreach.meetings_a_week(seen(handoffs=meetings(10)))

    assert (found.answer, found.severity) == (Answer.CLEAR, None)
    assert "9.4 meetings booked a person-week" in found.says


@pytest.mark.shows("003-11", "cannot tell")
def test_meetings_that_name_nobody_could_be_anybodys(seen):
    rows = [
        row if int(str(row["case_id"])[1:]) % 3 else {**row, "recorded_by": "calendar software"}
        for row in meetings(9)
    ]

    (found,) = outreach.meetings_a_week(seen(handoffs=rows))

    assert (found.answer, found.severity) == (Answer.CANNOT_TELL, None)
    assert "but 120 more meetings name nobody who booked them" in found.says


def test_three_sdrs_of_a_minimum_group_of_five_are_not_shown(seen):
    text = CHARTER.replace("minimum_group: 3", "minimum_group: 5")

    (found,) = outreach.meetings_a_week(seen(text, handoffs=meetings(3)))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert found.measured is None


def test_a_charter_without_sdrs_is_not_asked(seen):
    (found,) = outreach.meetings_a_week(seen(BDRS, handoffs=meetings(3)))

    assert found.answer is Answer.DOES_NOT_APPLY


# Contact points


def given_up(leads: int, touches: int) -> list[tuple[object, ...]]:
    start = datetime(2026, 3, 2, 10)
    return [
        (f"L{n}", "email" if t % 2 else "call", start + timedelta(days=3 * t))
        for n in range(leads)
        for t in range(touches)
    ] + [("L0", "task", datetime(2026, 1, 2, 10))]


@pytest.mark.parametrize(
    "touches",
    [
        pytest.param(3, marks=pytest.mark.shows("003-09", "fires")),
        pytest.param(10, marks=pytest.mark.shows("003-09", "clear")),
    ],
)
def test_contact_points_are_shown_beside_the_sources_usual_number_and_never_judged(seen, touches):
    view = seen(leads=cold(20), **worked(given_up(20, touches)))

    (found,) = outreach.contact_points(view)

    assert (found.answer, found.severity) == (Answer.MEASURED, None)
    assert found.measured.value == touches
    assert f"sdr: {touches} contact points with the median prospect" in found.says
    assert "the source names 8 to 12" in found.says
    assert "Plain tasks of theirs on prospects, 1 of them, are not counted" in " ".join(
        found.caveats
    )


@pytest.mark.shows("003-09", "cannot tell")
def test_a_handful_of_prospects_is_too_few(seen):
    (found,) = outreach.contact_points(seen(leads=cold(5), **worked(given_up(5, 4))))

    assert found.answer is Answer.CANNOT_TELL
    assert "5 prospects are too few" in found.says


def test_without_activities_contact_points_cannot_be_looked_at(seen):
    (found,) = outreach.contact_points(seen(leads=cold(5)))

    assert found.answer is Answer.COULD_NOT_LOOK


# Replies


def mailed(leads: int, answered: int) -> list[tuple[object, ...]]:
    """Two e-mails to each, the first ones of whom answer the day after the second."""
    first = datetime(2026, 3, 2, 10)
    sent = [(f"L{n}", "email", first + timedelta(days=d)) for n in range(leads) for d in (0, 3)]
    return sent + [(f"L{n}", "email", first + timedelta(days=4), CAME) for n in range(answered)]


@pytest.mark.shows("003-14", "fires")
def test_hardly_any_reply_is_amber(seen):
    (found,) = outreach.cold_email_replies(seen(leads=cold(200), **worked(mailed(200, 4))))

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    # 4 of 400 e-mails; 2 % of prospects
    assert "sdr: 1.0 % of 400 cold e-mails are answered within 14 days" in found.says
    assert "4 of 200 answered" in found.caveats[0]


@pytest.mark.shows("003-14", "clear")
def test_one_email_in_twenty_answered_is_clear(seen):
    (found,) = outreach.cold_email_replies(seen(leads=cold(300), **worked(mailed(300, 30))))

    assert found.answer is Answer.CLEAR
    assert found.measured.value == pytest.approx(0.05)


@pytest.mark.shows("003-14", "cannot tell")
def test_an_export_in_which_no_email_ever_comes_in_cannot_show_replies(seen):
    (found,) = outreach.cold_email_replies(seen(leads=cold(200), **worked(mailed(200, 0))))

    assert (found.answer, found.measured) == (Answer.COULD_NOT_LOOK, None)
    assert "no e-mail in the evidence is marked as having come in" in found.says


# Pipeline


def sourced(count: int, amount: int, **more: object) -> dict[str, Rows]:
    """So many deals opened by the four in turn, over the year."""
    return {
        "opportunities": [
            {
                "opportunity_id": f"d{n}",
                "account_id": f"a{n}",
                "kind": "new",
                "created_by": f"s{n % 4}",
                "created_at": datetime(2026, 1, 5, 10) + timedelta(days=7 * (n % 50)),
                "amount": amount,
                "currency": "USD",
                **more,
            }
            for n in range(count)
        ]
    }


@pytest.mark.shows("003-13", "clear")
def test_pipeline_of_four_months_earnings_is_inside_the_band(seen):
    """Four people for 12 months at 6,000: 288,000 of earnings, and 192 deals of 6,000."""
    view = seen(**sourced(192, 6000))

    found, bdr = outreach.pipeline_to_earnings(view)

    assert (found.answer, found.severity) == (Answer.MEASURED, None)
    assert found.measured.value == pytest.approx(4.0, abs=0.01)
    assert "4.0 times a month's earnings at target of 6,000" in found.says
    assert "the source names 3 to 5 times" in found.says
    assert bdr.answer is Answer.DOES_NOT_APPLY


@pytest.mark.shows("003-13", "fires")
def test_a_band_that_would_make_deals_very_small_is_doubted(seen):
    """192 deals in 48 months are four a month: 3 to 5 times 6,000 makes deals of 4,500 to 7,500."""
    text = CHARTER.rstrip() + "\n    segments: {all: {acv: 60000}}\n"

    found, _ = outreach.pipeline_to_earnings(seen(text, **sourced(192, 60000)))

    assert found.measured.value == pytest.approx(40.0, abs=0.1)
    assert "deals of 4,497 to 7,495" in " ".join(found.caveats)
    assert "it may mean a year's earnings" in " ".join(found.caveats)


def test_the_basis_of_the_band_may_be_a_year_of_earnings(seen):
    text = CHARTER.rstrip() + (
        "\n    benchmarks: {pipeline_ote_months: {value: 12, because: a year is meant}}\n"
    )

    found, _ = outreach.pipeline_to_earnings(seen(text, **sourced(192, 60000)))

    assert found.measured.value == pytest.approx(3.33, abs=0.01)
    assert "the earnings at target of 12 months (72,000)" in found.says


@pytest.mark.shows("003-13", "cannot tell")
def test_without_a_plan_there_are_no_earnings_to_hold_pipeline_beside(seen):
    text = CHARTER.replace(", plan: sdr", "")

    found, _ = outreach.pipeline_to_earnings(seen(text, **sourced(192, 6000)))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "sdr names no plan under `plans:`" in found.says


def territory(count: int) -> Rows:
    return [
        {"account_id": f"a{n}", "territory": "named", "owner_id": "s0", "first_day": "2025-01-01"}
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("named", "times"),
    [
        pytest.param(96, 2.0, marks=pytest.mark.shows("003-63", "fires")),
        pytest.param(192, 4.0, marks=pytest.mark.shows("003-63", "clear")),
    ],
)
def test_only_deals_in_named_accounts_count_for_bdrs(seen, named, times):
    view = seen(BDRS, **sourced(192, 6000), territories=territory(named))

    _, found = outreach.pipeline_to_earnings(view)

    assert found.answer is Answer.MEASURED
    assert found.measured.value == pytest.approx(times, abs=0.01)
    assert "pipeline in named accounts" in found.says


@pytest.mark.shows("003-63", "cannot tell")
def test_where_nothing_names_accounts_their_pipeline_cannot_be_looked_at(seen):
    _, found = outreach.pipeline_to_earnings(seen(BDRS, **sourced(192, 6000)))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "nothing says which accounts are named" in found.says


# From first contact to a qualified opportunity


def qualified(leads: int, reached: int, days: int) -> dict[str, Rows]:
    first = datetime(2026, 2, 2, 10)
    steps = [
        row
        for n in range(reached)
        for row in (
            *booked(n, first + timedelta(days=2), prospect_id=f"L{n}"),
            {
                "handoff": "meeting",
                "case_id": f"c{n}",
                "step": "converted",
                "prospect_id": f"L{n}",
                "happened_at": first + timedelta(days=days),
            },
        )
    ]
    calls = [(f"L{n}", "call", first) for n in range(leads)]
    return {"leads": cold(leads), "handoffs": steps, **worked(calls)}


@pytest.mark.parametrize(
    ("days", "share"),
    [
        pytest.param(200, "0 %", marks=pytest.mark.shows("003-17", "fires")),
        pytest.param(90, "25 %", marks=pytest.mark.shows("003-17", "clear")),
    ],
)
def test_a_quarter_qualified_in_90_days_shows_by_day_120_and_in_200_days_does_not(
    seen, days, share
):
    (found,) = outreach.days_to_qualified(seen(BDRS, **qualified(40, 10, days)))

    assert (found.answer, found.severity) == (Answer.MEASURED, None)
    assert f"sdr: {share} of 40 companies are qualified within 120 days" in found.says
    assert f"half of those took {days} days" in found.says
    assert "the source names 60 to 120 days as usual" in found.says
    assert found.roles == ("sdr",)


@pytest.mark.shows("003-17", "cannot tell")
def test_a_dozen_companies_are_too_few(seen):
    (found,) = outreach.days_to_qualified(seen(BDRS, **qualified(12, 3, 90)))

    assert found.answer is Answer.CANNOT_TELL
    assert "12 companies contacted are too few" in found.says


# Number and acceptance


def two_quarters(first: tuple[int, float], last: tuple[int, float]) -> Rows:
    """Meetings a person-week and the share accepted, in the first and the last quarter."""
    rows: Rows = []
    n = 0
    for start, (a_week, share) in ((date(2026, 1, 1), first), (date(2026, 7, 1), last)):
        for day in range(0, 91, 7):
            for place in range(4 * a_week):
                when = datetime.combine(start, datetime.min.time()) + timedelta(days=day, hours=10)
                rows += booked(n, when, accepted=place < round(4 * a_week * share))
                n += 1
    return rows


@pytest.mark.shows("001-05", "fires")
def test_more_meetings_while_fewer_are_accepted_is_indicated_and_amber(seen):
    rows = two_quarters((5, 0.8), (10, 0.4))

    (found,) = outreach.more_meetings_less_accepted(seen(handoffs=rows))

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)
    assert "5.1 meetings booked a person-week in Jan to Mar 2026" in found.says
    assert "while 80 % (76 to 84 %) and 40 % (37 to 44 %) of them were accepted" in found.says
    assert not any(word in found.says for word in ("because", "leads to", "due to"))


@pytest.mark.shows("001-05", "clear")
def test_more_meetings_of_which_as_many_are_accepted_are_clear(seen):
    rows = two_quarters((5, 0.8), (10, 0.8))

    (found,) = outreach.more_meetings_less_accepted(seen(handoffs=rows))

    assert (found.answer, found.severity) == (Answer.CLEAR, None)


@pytest.mark.shows("001-05", "cannot tell")
def test_a_fall_within_what_chance_gives_cannot_be_told(seen):
    rows = two_quarters((2, 0.75), (3, 0.67))

    (found,) = outreach.more_meetings_less_accepted(seen(handoffs=rows))

    assert (found.answer, found.severity) == (Answer.CANNOT_TELL, None)
    assert found.says.endswith("but the intervals overlap.")


def test_acceptance_that_nobody_records_leaves_quality_unseen(seen):
    (found,) = outreach.more_meetings_less_accepted(seen(handoffs=meetings(5, decided=False)))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "was accepted" in found.says


# Speed to lead


def asked(count: int, minutes: int, untouched: int = 0) -> dict[str, Rows]:
    """Leads of a Tuesday morning, each called some seconds later than the last; the last never."""
    came = datetime(2026, 3, 3, 10)
    leads = [{"lead_id": f"Q{n}", "created_at": came, "inbound": "true"} for n in range(count)]
    calls = [
        (f"Q{n}", "call", came + timedelta(minutes=minutes, seconds=n))
        for n in range(count - untouched)
    ]
    return {"leads": leads, **worked(calls)}


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0.5, "0.5 business hours"), (1, "1 business hour"), (10.4, "10 business hours")],
)
def test_hours_are_said_to_a_tenth_below_ten(hours, said):
    assert outreach._hours(hours) == said


LIMIT = "\n    benchmarks: {lead_response_hours: {value: 2, because: our own promise}}\n"


def test_speed_to_lead_is_shown_without_a_limit_and_untouched_leads_stay_in(seen):
    (found,) = outreach.speed_to_lead(seen(**asked(40, 30, untouched=10)))

    assert (found.answer, found.severity) == (Answer.MEASURED, None)
    assert found.says.startswith(
        "Of 40 leads that asked to talk half have a first attempt within 0.5 business hours"
    )
    assert "nine in ten never have one, 75 % within 1 business hour" in found.says  # not 100 %
    assert "10 have none so far" in found.says


@pytest.mark.shows("003-08", "fires")
def test_a_median_past_the_charters_own_limit_is_amber(seen):
    (found,) = outreach.speed_to_lead(seen(CHARTER.rstrip() + LIMIT, **asked(40, 240)))

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "the limit on the median is 2 business hours" in found.says


@pytest.mark.shows("003-08", "clear")
def test_a_median_within_the_charters_own_limit_is_clear(seen):
    (found,) = outreach.speed_to_lead(seen(CHARTER.rstrip() + LIMIT, **asked(40, 30)))

    assert (found.answer, found.severity) == (Answer.CLEAR, None)


@pytest.mark.shows("003-08", "cannot tell")
def test_a_dozen_leads_are_too_few(seen):
    (found,) = outreach.speed_to_lead(seen(**asked(12, 30)))

    assert found.answer is Answer.CANNOT_TELL


def test_a_charter_that_marks_no_lead_as_asking_to_talk_says_so(seen):
    text = CHARTER.replace("    inbound: {Lead.LeadSource: [Web]}\n", "")

    (found,) = outreach.speed_to_lead(seen(text, leads=cold(30)))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "does not say which leads asked to talk" in found.says
