"""Quotas reached, quotas set too early, and ramps, as findings."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from remit.audit.attainment import early_quotas, months_to_ramp, reps_at_quota, teams_at_quota
from remit.audit.run import YEAR, measured_days
from remit.audit.view import View
from remit.terms import Answer, Period, Severity

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

CHARTER = """
    company: Acme
    segments:
      mid: {where: {employees: {below: 1000}}}
    roles:
      ae: {is: AE}
      am: {is: AM}
      boss: {is: sales manager}
    titles: {"AE": ae, "AM": am, "Boss": boss}
    """
ENTERPRISE = """
    company: Acme
    segments:
      big: {where: {employees: {at_least: 1000}}, size: enterprise, acv: 250000}
    roles:
      ae: {is: AE}
    titles: {"AE": ae}
    """
QUARTERS = ("2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01")
AES = [f"ae{n}" for n in range(6)]
LAST = [{"lead_id": "l", "created_at": "2026-12-31T00:00:00"}]


def quotas(people: list[str], quarters: int = 4, amount: int = 100) -> list[dict[str, object]]:
    return [
        {
            "person_id": person,
            "measure": "new_arr",
            "first_day": QUARTERS[n],
            "end_day": QUARTERS[n + 1],
            "amount": amount,
            "currency": "USD",
        }
        for person in people
        for n in range(quarters)
    ]


def won(person: str, quarter: int, amount: int) -> dict[str, object]:
    first = date.fromisoformat(QUARTERS[quarter])
    return {
        "opportunity_id": f"{person}-{quarter}",
        "account_id": "a",
        "kind": "new",
        "owner_id": person,
        "created_at": "2025-06-01",
        "closed_at": f"{first + timedelta(days=30)}T12:00:00",
        "won": "true",
        "amount": amount,
        "currency": "USD",
    }


@pytest.fixture
def looked(charter, from_tables):
    """What a check says of people with a title, quotas and deals; everybody reports to a boss."""

    def run(check, people: dict[str, str], text: str = CHARTER, *, since=None, **tables):
        declared = charter(text)
        evidence = from_tables(
            declared,
            people=[{"person_id": name, "title": title} for name, title in people.items()],
            positions=[
                {
                    "person_id": name,
                    "title": title,
                    "first_day": (since or {}).get(name, "2020-01-01"),
                    "end_day": "",
                    "manager_id": "boss" if title != "Boss" else "",
                }
                for name, title in people.items()
            ],
            accounts=[{"account_id": "a", "segment": "mid", "created_at": "2025-01-01"}],
            leads=LAST,
            **tables,
        )
        over = measured_days(evidence)
        year = Period(min(over.start, over.end - timedelta(days=YEAR)), over.end)
        view = View(declared, evidence, declared.numbers(), over, year)
        return [list(one(view)) for one in check] if isinstance(check, tuple) else list(check(view))

    return run


TEAM = {**dict.fromkeys(AES, "AE"), "boss": "Boss"}


@pytest.mark.shows("003-23", "fires")
@pytest.mark.shows("003-66", "fires")
def test_a_quarter_of_quotas_reached_is_past_the_limit_beside_what_is_usual(looked):
    deals = [won(person, n, 100 if n == 0 else 40) for person in AES for n in range(4)]

    targets = [
        {"measure": "new_arr", "amount": 500, "currency": "USD", "first_day": first, "end_day": end}
        for first, end in pairwise(QUARTERS)
    ]

    reps, teams = looked(
        (reps_at_quota, teams_at_quota),
        TEAM,
        quotas=quotas(AES),
        opportunities=deals,
        targets=targets,
    )

    [over] = [f for f in reps if f.about.startswith("quotas over target")]
    assert over.says.startswith(
        "the company: sellers' quotas of new ARR add up to 120 % of the target, 1 Jan 2026 to "
        "31 Dec 2026"
    )
    [found] = [f for f in reps if f.about == "quotas of ae in mid"]
    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "6 of 24 quotas were reached, 25 %" in found.says
    assert "less than 60 % is amber" in found.says
    assert found.caveats[0].startswith("Elsewhere 20 to 28 %")
    assert [row[1:3] for row in found.proof.rows] == [(6, 0), (6, 0), (6, 0), (6, 6)]
    assert found.proof.rows[-1][0] == "1 Jan 2026 to 31 Mar 2026"
    assert [(p.value, p.cases) for p in found.trend] == [(1, 6), (0, 6), (0, 6), (0, 6)]
    [together] = [f for f in reps if f.about == "attainment of ae in mid"]
    assert together.answer is Answer.MEASURED
    assert "credited with 55 % of the sum of their quotas" in together.says  # 220 of 400
    [team] = teams
    assert (team.answer, team.severity) == (Answer.PROVEN, Severity.AMBER)
    assert team.says.startswith("people whom sales managers lead: 6 of 24 quotas")
    assert team.rules == ("003-66",)


@pytest.mark.shows("003-23", "clear")
@pytest.mark.shows("003-66", "clear")
def test_quotas_that_are_reached_are_clear(looked):
    deals = [won(person, n, 120) for person in AES for n in range(4)]

    reps, teams = looked(
        (reps_at_quota, teams_at_quota), TEAM, quotas=quotas(AES), opportunities=deals
    )

    assert reps[0].answer is Answer.CLEAR
    assert reps[0].severity is None
    assert "24 of 24 quotas were reached, 100 % (88 to 100 %)" in reps[0].says
    assert teams[0].answer is Answer.CLEAR


@pytest.mark.shows("003-23", "cannot tell")
@pytest.mark.shows("003-66", "cannot tell")
def test_two_quarters_of_six_people_are_too_few(looked):
    deals = [won(person, 0, 120) for person in AES]

    reps, teams = looked(
        (reps_at_quota, teams_at_quota), TEAM, quotas=quotas(AES, 2), opportunities=deals
    )

    assert reps[0].answer is Answer.CANNOT_TELL
    assert "12 cases are too few to judge (at least 20)" in reps[0].says
    assert teams[0].answer is Answer.CANNOT_TELL


def test_without_quotas_nobody_is_held_against_one(looked):
    reps, teams = looked((reps_at_quota, teams_at_quota), TEAM, opportunities=[won("ae0", 0, 5)])

    assert [f.answer for f in (*reps, *teams)] == [Answer.COULD_NOT_LOOK] * 2
    assert "holds no quotas" in reps[0].says


def test_four_people_are_no_group_to_show(looked):
    few = {**dict.fromkeys(AES[:4], "AE"), "boss": "Boss"}

    reps, teams = looked((reps_at_quota, teams_at_quota), few, quotas=quotas(AES[:4]))

    assert {f.answer for f in (*reps, *teams)} == {Answer.COULD_NOT_LOOK}


def test_no_small_rest_can_be_worked_out_from_teams_and_roles(looked):
    """Six AEs shown by role; with two AMs in the teams' figure, these two would be the rest."""
    people = {**TEAM, "am0": "AM", "am1": "AM"}
    asked = quotas([*AES, "am0", "am1"])

    [team] = looked(teams_at_quota, people, quotas=asked, opportunities=[won("am0", 0, 500)])

    assert "of 24 quotas" in team.says
    assert any("fewer people than the minimum group are left out" in c for c in team.caveats)


@pytest.mark.shows("003-67", "fires")
def test_a_quota_in_the_first_months_of_a_large_deal_seller_is_early(looked):
    since = {"ae0": "2026-02-01"}

    [found] = looked(
        early_quotas, {"ae0": "AE"}, ENTERPRISE, since=since, quotas=quotas(["ae0"])[1:]
    )

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)
    assert found.says.startswith(
        "big: 2 of 3 quotas of account executives who came in the last 21 months begin before "
        "month 9 in the role, the first in month 3"
    )
    assert found.measured.value == pytest.approx(2 / 3)
    assert len(found.caveats) == 1  # not that these are smaller than full ones: nobody has one
    assert "proxy" in found.caveats[0]


@pytest.mark.shows("003-67", "clear")
def test_a_quota_from_month_nine_on_is_not_early(looked):
    since = {"ae0": "2026-01-15"}

    [found] = looked(
        early_quotas, {"ae0": "AE"}, ENTERPRISE, since=since, quotas=quotas(["ae0"])[3:]
    )

    assert found.answer is Answer.CLEAR
    assert "none of 1 quotas" in found.says
    assert len(found.caveats) == 1


@pytest.mark.shows("003-67", "cannot tell")
def test_without_days_in_the_role_no_quota_can_be_early(looked):
    [found] = looked(early_quotas, {"ae0": "AE"}, ENTERPRISE, quotas=quotas(["ae0"]))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "nobody is known to have come into the role" in found.says


def test_small_deals_are_none_of_its_business(looked):
    small = ENTERPRISE.replace("250000", "60000")

    [found] = looked(early_quotas, {"ae0": "AE"}, small, quotas=quotas(["ae0"]))

    assert found.answer is Answer.DOES_NOT_APPLY
    assert "60,000 USD" in found.says


def monthly(names: list[str], first: date, months: int, amount: int) -> list[dict[str, object]]:
    rows = []
    for n in range(months):
        day = first + timedelta(days=round(365 / 12 * n))
        for name in names:
            deal = won(name, 0, amount)
            rows.append({**deal, "opportunity_id": f"{name}{day}", "closed_at": f"{day}T12:00:00"})
    return [{**row, "created_at": "2025-01-01"} for row in rows]


@pytest.mark.parametrize(
    ("declared", "answer", "severity"),
    [("2 months", Answer.PROVEN, Severity.AMBER), ("6 months", Answer.CLEAR, None)],
)
def test_a_ramp_is_held_against_the_one_declared(looked, declared, answer, severity):
    new = [f"new{n}" for n in range(5)]
    people = {**dict.fromkeys(AES, "AE"), **dict.fromkeys(new, "AE"), "boss": "Boss"}
    deals = monthly(AES, date(2025, 2, 10), 22, 10) + monthly(new, date(2025, 8, 12), 15, 10)
    text = CHARTER.replace("{is: AE}", f"{{is: AE, ramp: {declared}}}")

    found = looked(
        months_to_ramp, people, text,
        since=dict.fromkeys(new, "2025-05-10"), opportunities=deals,
    )  # fmt: skip

    [ramp] = [f for f in found if f.about == "ramp of ae"]
    assert (ramp.answer, ramp.severity) == (answer, severity)
    assert f"after 3 months (3 to 3); the charter says {declared}" in ramp.says


def test_a_ramp_of_few_starters_is_not_shown(looked):
    found = looked(months_to_ramp, TEAM, opportunities=[won("ae0", 0, 5)])

    assert {f.answer for f in found} == {Answer.COULD_NOT_LOOK}
