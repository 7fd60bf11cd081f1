"""Roles in name only: by behaviour, by title, by credits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from remit.measures import people_in_two_roles
from remit.terms import Answer, Severity

from .conftest import CHARTER, HANDOFF, about, team_weeks, users

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

CARE, TICKET, SELL, PROSPECT = "0012", "5001", "0061", "00Q1"


@pytest.fixture
def checked(audited):
    def run(words, text=CHARTER, **objects):
        return about(audited(text, **objects), "false_specialists", words)

    return run


@pytest.mark.shows("000-13", "clear")
def test_a_role_within_its_remit_is_clear(checked):
    (found,) = checked("csm", User=users("CSM"), Event=team_weeks("CSM", {CARE: 18, TICKET: 2}))

    assert found.answer is Answer.CLEAR
    assert all(found.caveats)


@pytest.mark.shows("000-13", "fires")
def test_a_role_that_mostly_does_others_work_is_red_once_proven(checked):
    (found,) = checked("csm", User=users("CSM"), Event=team_weeks("CSM", {CARE: 10, TICKET: 24}))

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.RED)
    assert "Most of it is support" in " ".join(found.caveats)


def test_an_indication_without_a_second_measure_stays_amber(checked):
    (found,) = checked("csm", User=users("CSM"), Event=team_weeks("CSM", {CARE: 6, TICKET: 8}))

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)


@pytest.mark.shows("000-13", "cannot tell")
def test_a_role_with_too_few_people_is_said_to_be_unseen(checked):
    found = checked(
        "roles.se",
        User=[*users("SE", 2), *users("CSM")],
        Event=[*team_weeks("SE", {SELL: 20}, 2), *team_weeks("CSM", {CARE: 18})],
    )

    assert {f.answer for f in found} == {Answer.COULD_NOT_LOOK}


def technical(count: int, attended: int) -> dict[str, list[dict[str, str]]]:
    """Deals that reached validation, the first of them with an engineer in one meeting."""
    deals, stages, events, accounts = [], [], [], []
    for n in range(count):
        day = date(2026, 2, 2) + timedelta(days=n)
        accounts.append({"Id": f"001t{n}", "CreatedDate": "2026-01-01", "NumberOfEmployees": "300"})
        deals.append(
            {
                "Id": f"006t{n}",
                "AccountId": f"001t{n}",
                "Type": "New",
                "StageName": "Validation",
                "OwnerId": f"005AE{n % 6}",
                "CreatedById": f"005AE{n % 6}",
                "CreatedDate": "2026-02-01",
                "IsClosed": "false",
                "IsWon": "false",
            }
        )
        stages.append(
            {
                "Id": f"008t{n}",
                "OpportunityId": f"006t{n}",
                "StageName": "Validation",
                "CreatedDate": str(day),
            }
        )
        if n < attended:
            events.append(
                {
                    "Id": f"00Ut{n}",
                    "WhatId": f"006t{n}",
                    "OwnerId": "005SE0",
                    "CreatedById": "005SE0",
                    "StartDateTime": f"{day + timedelta(days=1)}T10:00:00Z",
                    "DurationInMinutes": "60",
                    "CreatedDate": f"{day}T10:00:00Z",
                }
            )
    return {
        "Account": accounts,
        "Opportunity": deals,
        "OpportunityHistory": stages,
        "Event": events,
    }


@pytest.mark.parametrize(
    ("attended", "answer"),
    [(5, Answer.INDICATED), (55, Answer.CLEAR), (30, Answer.CANNOT_TELL)],
)
@pytest.mark.shows("000-12", "fires")
@pytest.mark.shows("000-12", "clear")
def test_engineers_belong_in_technical_deals(checked, attended, answer):
    (found,) = checked(
        "technical deals", User=[*users("SE"), *users("AE")], **technical(60, attended)
    )

    assert found.answer is answer
    assert found.severity in (None, Severity.AMBER)


def test_what_two_engineers_took_part_in_is_not_shown(checked):
    (found,) = checked("technical deals", User=[*users("SE", 2), *users("AE")], **technical(60, 5))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "fewer people than the minimum group hold the role" in found.says
    assert found.measured is None


@pytest.mark.shows("000-12", "cannot tell")
def test_without_a_technical_stage_the_engineers_could_not_be_looked_at(checked):
    text = CHARTER.replace("Validation: technical_validation, ", "")

    (found,) = checked("technical deals", text, User=users("SE"), **technical(60, 30))

    assert found.answer is Answer.COULD_NOT_LOOK


def test_a_sale_that_is_not_technical_needs_no_engineer(checked):
    text = CHARTER.replace(", technical_sale: true", "")

    (found,) = checked("technical deals", text, User=users("SE"), **technical(60, 0))

    assert found.answer is Answer.DOES_NOT_APPLY


PEOPLE = "person,role,segment,share,from,to\n" + "".join(
    f"005AE{n},ae,mid,1,2020-01-01,\n" for n in range(6)
)


@pytest.mark.parametrize(
    ("title", "answer"),
    [
        ("AE", Answer.CLEAR),
        ("CSM", Answer.PROVEN),
        # nobody has a title, so none says another role, whatever pattern fits no word at all
        pytest.param("", Answer.COULD_NOT_LOOK, marks=pytest.mark.slow),
    ],
)
@pytest.mark.shows("000-26", "fires")
@pytest.mark.shows("000-26", "clear")
def test_a_title_that_says_another_role_than_the_one_held_is_noted(
    charter, evidence, title, answer
):
    from remit.audit import audit

    text = CHARTER.replace('"CSM": csm}', '"CSM": csm, "*": csm}')
    declared = charter(text.rstrip() + "\n    people: people.csv\n", people=PEOPLE)
    staff = [{**user, "Title": title} for user in users("AE")]

    found = audit(
        declared, evidence(declared, User=staff, Lead=[{"Id": "00Q1", "CreatedDate": "2026-01-01"}])
    )

    (said,) = about(found, "false_specialists", "titles")
    assert said.answer is answer
    assert said.severity in (None, Severity.NOTE)


def credited(
    promoted_on: date,
    last_lead: date,
    *,
    keeps_booking: bool,
    days_to_accept: int = 2,
    wins: bool = True,
) -> dict[str, list[dict[str, str]]]:
    """One SDR who takes over meetings as an AE from a day on, and books on if so said.

    As an AE they lose every deal where they do not win.
    """
    rows: dict[str, list[dict[str, str]]] = {
        k: [] for k in ("Account", "Lead", "Event", "Opportunity", "OpportunityHistory")
    }
    day, n = date(2026, 1, 5), 0
    while day <= last_lead:
        as_ae = day >= promoted_on and n % 2 == 1
        books = not as_ae and (day < promoted_on or keeps_booking)
        giver, taker = (
            ("005SDR1", "005SDR0") if as_ae else ("005SDR0" if books else "005SDR1", "005AE1")
        )
        won = day + timedelta(days=20)
        lost = as_ae and not wins
        rows["Account"].append(
            {"Id": f"001c{n}", "CreatedDate": str(day), "NumberOfEmployees": "300"}
        )
        rows["Lead"].append(
            {
                "Id": f"00Qc{n}",
                "CreatedDate": str(day),
                "IsConverted": "true",
                "ConvertedDate": str(day + timedelta(days=3)),
                "ConvertedAccountId": f"001c{n}",
            }
        )
        rows["Event"].append(
            {
                "Id": f"00Uc{n}",
                "WhatId": f"001c{n}",
                "OwnerId": taker,
                "CreatedById": giver,
                "Type": "Discovery",
                "CreatedDate": f"{day}T10:00:00Z",
                "DurationInMinutes": "30",
                "StartDateTime": f"{day + timedelta(days=2)}T10:00:00Z",
                "Held__c": "true",
                "Rejected__c": "",
                "Why__c": "",
            }
        )
        rows["Opportunity"].append(
            {
                "Id": f"006c{n}",
                "AccountId": f"001c{n}",
                "Type": "New",
                "OwnerId": taker,
                "CreatedById": taker,
                "CreatedDate": f"{day + timedelta(days=2)}T12:00:00Z",
                "StageName": "Closed Lost" if lost else "Closed Won",
                "IsClosed": "true",
                "IsWon": str(not lost).lower(),
                "CloseDate": str(won),
                "SAO__c": str(day + timedelta(days=days_to_accept)),
                "Pain__c": "x y",
            }
        )
        rows["OpportunityHistory"].append(
            {
                "Id": f"008c{n}",
                "OpportunityId": f"006c{n}",
                "StageName": "Closed Lost" if lost else "Closed Won",
                "CreatedDate": f"{won}T10:00:00Z",
            }
        )
        day, n = day + timedelta(days=4), n + 1
    return rows


STAFF = [*users("SDR"), *users("AE")]


def test_a_promoted_sdr_is_not_accused(checked):
    (found,) = checked(
        "two roles",
        CHARTER.rstrip() + HANDOFF,
        User=STAFF,
        **credited(date(2026, 5, 1), date(2026, 10, 1), keeps_booking=False),
    )

    assert found.answer is Answer.CLEAR
    assert found.severity is None


def test_leads_worked_before_a_promotion_and_accepted_after_it_are_nobodys_second_job(
    charter, evidence
):
    rows = credited(date(2026, 5, 1), date(2026, 10, 1), keeps_booking=False, days_to_accept=60)
    declared = charter(CHARTER.rstrip() + HANDOFF)

    promoted = people_in_two_roles(evidence(declared, User=STAFF, **rows), declared)

    assert any(person.credits_after > 0 for person in promoted)
    assert all(person.still == 0 for person in promoted)


def test_somebody_who_goes_on_doing_both_jobs_is_found(checked):
    (found,) = checked(
        "two roles",
        CHARTER.rstrip() + HANDOFF,
        User=STAFF,
        **credited(date(2026, 5, 1), date(2026, 10, 1), keeps_booking=True),
    )

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.RED)
    assert found.says.startswith("Fewer than 5 people credited in two roles who can be judged kept")
    # how many credits so few people earned is not told, nor can it be counted
    assert "credits." not in found.says
    assert found.measured is None
    assert found.proof.rows == ()


def test_one_or_two_credits_of_the_earlier_role_are_amber_and_said(checked):
    (found,) = checked(
        "two roles",
        CHARTER.rstrip() + HANDOFF,
        User=STAFF,
        **credited(date(2026, 5, 1), date(2026, 6, 8), keeps_booking=True),
    )

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)
    assert found.says == (
        "Fewer than 5 people credited in two roles who can be judged kept earning credits in the "
        "earlier role on records first touched after their first credit in the later one, each on no "
        "more than 2."
    )


def test_where_a_people_file_has_the_day_credits_count_from_it_and_not_from_the_first_win(checked):
    """The same two months of two jobs; half of them lie before the first deal won as an AE."""
    dated = """
    people:
      - {person: 005SDR0, role: sdr, from: 2020-01-01, to: 2026-04-30}
      - {person: 005SDR0, role: ae, from: 2026-05-01}
    """

    (found,) = checked(
        "two roles",
        CHARTER.rstrip() + HANDOFF.rstrip() + dated,
        User=STAFF,
        **credited(date(2026, 5, 1), date(2026, 6, 8), keeps_booking=True),
    )

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.RED)
    assert "records first touched after the later one began." in found.says


def test_somebody_who_changed_roles_at_the_very_end_cannot_be_judged(checked):
    (found,) = checked(
        "two roles",
        CHARTER.rstrip() + HANDOFF,
        User=STAFF,
        **credited(date(2026, 4, 20), date(2026, 5, 1), keeps_booking=True),
    )

    assert found.answer is Answer.CANNOT_TELL


def test_without_credits_nobody_can_be_looked_for(checked):
    (found,) = checked("two roles", User=STAFF)

    assert found.answer is Answer.COULD_NOT_LOOK


@pytest.mark.shows("000-26", "cannot tell")
def test_titles_cannot_be_held_against_roles_that_are_read_from_them(checked):
    (found,) = checked("titles", User=users("AE"))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "has no people file, so that roles are read from titles" in found.says


DATED = """
    people:
      - {person: 005SDR0, role: sdr, from: 2020-01-01, to: 2026-04-30}
      - {person: 005SDR0, role: ae, from: 2026-05-01}
      - {person: 005SDR1, role: sdr}
      - {person: 005AE1, role: ae}
    """


def test_who_wins_nothing_in_the_later_role_can_still_do_the_job_of_the_earlier(checked):
    rows = credited(date(2026, 5, 1), date(2026, 10, 1), keeps_booking=True, wins=False)

    (dated,) = checked("two roles", CHARTER.rstrip() + HANDOFF.rstrip() + DATED, User=STAFF, **rows)
    (undated,) = checked("two roles", CHARTER.rstrip() + HANDOFF, User=STAFF, **rows)

    assert (dated.answer, dated.severity) == (Answer.PROVEN, Severity.RED)
    assert any(
        caveat.startswith("Whoever is credited in one role while") for caveat in dated.caveats
    )
    # without a day nothing tells that the meetings were no longer theirs to book
    assert undated.says == "Nobody is credited in two roles."


def test_a_promoted_sdr_who_has_won_nothing_yet_is_not_accused(checked):
    (found,) = checked(
        "two roles",
        CHARTER.rstrip() + HANDOFF.rstrip() + DATED,
        User=STAFF,
        **credited(date(2026, 5, 1), date(2026, 10, 1), keeps_booking=False, wins=False),
    )

    assert found.answer is Answer.CLEAR
    assert found.severity is None


def test_a_meeting_offered_before_a_promotion_belongs_to_the_earlier_job_of_a_company_without_a_lead(
    charter, evidence
):
    """Offered on 27 April, promoted on the 28th, the deal opened and accepted on the 29th."""
    declared = charter(
        CHARTER.rstrip()
        + HANDOFF.rstrip()
        + DATED.replace("05-01", "04-28").replace("04-30", "04-27")
    )
    rows = credited(date(2026, 4, 28), date(2026, 10, 1), keeps_booking=False)
    kept = {**rows, "Lead": rows["Lead"][-1:]}

    (promoted,) = people_in_two_roles(evidence(declared, User=STAFF, **kept), declared)

    assert promoted.credits_after == 1
    assert promoted.judged
    assert promoted.still == 0


@pytest.mark.parametrize(
    "spells",
    [
        pytest.param(
            """
      - {person: 005SDR0, role: ae, from: 2020-01-01, to: 2025-12-31}
      - {person: 005SDR0, role: sdr, from: 2026-01-01}""",
            id="came from the taking role to the giving one",
        ),
        pytest.param(
            """
      - {person: 005SDR0, role: sdr, from: 2020-01-01, to: 2026-01-31}
      - {person: 005SDR0, role: ae, from: 2026-02-01, to: 2026-02-01}
      - {person: 005SDR0, role: sdr, from: 2026-02-02}""",
            id="stood in for an AE and went back",
        ),
        pytest.param(
            """
      - {person: 005SDR0, role: sdr, from: 2020-01-01, share: 0.5}
      - {person: 005SDR0, role: ae, from: 2020-01-01, share: 0.5}""",
            id="openly holds both",
        ),
        pytest.param(
            """
      - {person: 005SDR0, role: ae, from: 2020-01-01}""",
            id="never was an SDR, and has no earlier role to go on with",
        ),
        pytest.param(
            """
      - {person: 005SDR0, role: sdr, from: 2020-01-01, to: 2027-02-28}
      - {person: 005SDR0, role: ae, from: 2027-03-01}""",
            id="is to be promoted next year",
        ),
    ],
)
def test_an_sdr_who_books_meetings_as_the_people_file_has_it_is_accused_of_nothing(checked, spells):
    others = """
      - {person: 005SDR1, role: sdr}
      - {person: 005AE1, role: ae}
    """

    (found,) = checked(
        "two roles",
        f"{CHARTER.rstrip()}{HANDOFF.rstrip()}\n    people:{spells}{others}",
        User=STAFF,
        **credited(date(2027, 1, 1), date(2026, 10, 1), keeps_booking=True),
    )

    assert found.answer is Answer.CLEAR
    assert found.severity is None
