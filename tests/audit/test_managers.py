"""Spans, one-to-ones, managers who close, and engineers for sellers, as findings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from remit.audit.managers import (
    coaching_cadence,
    managers_closing,
    people_per_manager,
    se_headcount,
)
from remit.audit.run import YEAR, measured_days
from remit.audit.view import View
from remit.measures.managers import Span, engineers, reporting_lines, spans
from remit.terms import Answer, Period, Severity

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

CHARTER = """
    company: Acme
    roles:
      ae: {is: AE}
      boss: {is: sales manager}
    titles: {"AE": ae, "Boss": boss}
    activities:
      rules:
        - {name: talks, where: {Subject: "1:1*"}, is: internal}
    cadences:
      - {is: one_to_one, by: boss, with: ae, every: 1 week, seen_in: talks}
    """
TECHNICAL = """
    company: Acme
    segments:
      mid: {where: {employees: {below: 1000}}, technical_sale: true}
      big: {where: {employees: {at_least: 1000}}, size: enterprise, technical_sale: true}
    roles:
      ae: {is: AE}
      se: {is: SE}
    people: people.csv
    """
MONDAY = date(2026, 1, 5)
WEEKS = 8
BOSSES = [f"boss{n}" for n in range(5)]
AES = [f"ae{n}" for n in range(5)]


def seen(declared, evidence) -> View:
    over = measured_days(evidence)
    year = Period(min(over.start, over.end - timedelta(days=YEAR)), over.end)
    return View(declared, evidence, declared.numbers(), over, year)


def meeting(name: str, day: date, *people: str, rule: str = "talks") -> tuple[dict, list[dict]]:
    return (
        {"activity_id": name, "kind": "meeting", "happened_at": f"{day}T10:00:00", "day": str(day),
         "date_only": "false", "minutes": 30, "counted": "true", "rule": rule},
        [{"activity_id": name, "person_id": person, "part": "attended"} for person in people],
    )  # fmt: skip


@pytest.fixture
def company(charter, from_tables):
    """Five managers with one report each, who all work every week; talks in some of them."""

    def build(talked: int, text: str = CHARTER, bosses: int = 5, extra: str = "", **tables):
        acts, parts = [], []
        for week in range(WEEKS):
            day = MONDAY + timedelta(days=7 * week)
            for n in range(bosses):
                rows = [meeting(f"w{week}-{n}", day, f"ae{n}", f"boss{n}", "x", rule="")]
                if week < talked:
                    who = [f"ae{n}", f"boss{n}", *([extra] if extra else [])]
                    rows.append(meeting(f"t{week}-{n}", day + timedelta(days=1), *who))
                for act, there in rows:
                    acts.append(act)
                    parts += there
        people = {**dict.fromkeys(AES[:bosses], "AE"), **dict.fromkeys(BOSSES[:bosses], "Boss")}
        declared = charter(text)
        evidence = from_tables(
            declared,
            people=[
                {"person_id": name, "title": title,
                 "manager_id": f"boss{name[-1]}" if title == "AE" else ""}
                for name, title in people.items()
            ],
            activities=acts,
            participants=parts,
            leads=[{"lead_id": "l", "created_at": "2026-03-31T00:00:00"}],
            **tables,
        )  # fmt: skip
        return seen(declared, evidence)

    return build


@pytest.mark.shows("003-41", "fires")
def test_one_to_ones_in_half_of_the_weeks_are_too_few(company):
    [found] = coaching_cadence(company(4))

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)
    assert "held in 50 % of 40 weeks of manager and report" in found.says
    assert "one in 2.0 weeks; less than 75 % is amber" in found.says
    assert "5 managers with 5 reports." in found.caveats
    assert {(p.month, p.cases) for p in found.trend} == {(date(2026, 1, 1), 20), (date(2026, 2, 1), 20)}  # fmt: skip


@pytest.mark.shows("003-41", "clear")
def test_a_one_to_one_each_week_is_clear(company):
    [found] = coaching_cadence(company(8))

    assert found.answer is Answer.CLEAR
    assert "held in 100 % of 40 weeks" in found.says


def test_a_meeting_of_three_is_no_one_to_one(company):
    [found] = coaching_cadence(company(8, extra="boss9"))

    assert "held in 0 % of 40 weeks" in found.says
    assert "none at all" in found.says


@pytest.mark.shows("003-41", "cannot tell")
def test_without_the_rule_of_its_entries_coaching_could_not_be_looked_at(company):
    [found] = coaching_cadence(company(8, CHARTER.replace(", seen_in: talks", "")))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "no cadence of that kind says where it is seen" in found.says
    assert "seen_in" in found.remedy


def test_two_managers_are_no_group_to_show(company):
    [found] = coaching_cadence(company(8, bosses=2))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "fewer managers than the minimum group" in found.says


def test_deals_of_managers_are_counted_over_all_deals_won(company):
    deals = [
        {
            "opportunity_id": f"d{n}", "account_id": "a", "kind": "new", "won": "true",
            "owner_id": "boss0" if n < 5 else f"ae{n % 5}", "created_at": "2026-01-01",
            "closed_at": f"2026-02-{n + 1:02}T12:00:00", "amount": 1, "currency": "USD",
        }
        for n in range(25)
    ]  # fmt: skip

    [found] = managers_closing(company(0, opportunities=deals))

    assert found.answer is Answer.MEASURED
    assert found.says.startswith(
        "5 of 25 deals won in the year were the managers' own (boss): 20 %"
    )
    assert found.proof.columns == ("deal",)


def led(teams: dict[str, int]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [{"person_id": boss, "title": "Boss"} for boss in teams]
    for boss, size in teams.items():
        rows += [
            {"person_id": f"{boss}-{n}", "title": "AE", "manager_id": boss} for n in range(size)
        ]
    return rows


def test_a_span_is_told_on_average_and_as_reports_see_it(charter, from_tables):
    declared = charter(CHARTER)
    view = seen(declared, from_tables(declared, people=led({"a": 12, "b": 4})))

    [found] = people_per_manager(view)

    assert found.says == (
        "2 managers lead AEs, 4 and 12 people each: 8 on average, and 10 in the team of the average "
        "report; the band is 6 to 8; 1 of them outside it."
    )
    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert found.measured.value == 8
    [span] = spans(view.evidence, declared, declared.numbers(), view.year)
    assert (span.average, span.as_reports_see_it) == (8, (12 * 12 + 4 * 4) / 16)


def test_a_span_within_the_band_is_clear(charter, from_tables):
    declared = charter(CHARTER)

    [found] = people_per_manager(seen(declared, from_tables(declared, people=led({"a": 7}))))

    assert found.answer is Answer.CLEAR
    assert found.says == "1 manager leads AEs, 7 people; the band is 6 to 8."


def test_who_leads_whom_counts_from_the_day_that_the_charter_gives(charter, from_tables):
    people = "    people: [{person: a, role: ae, manager: b, from: 2026-02-01, to: 2026-06-30}]\n"
    declared = charter(CHARTER.rstrip() + "\n" + people)

    [line] = reporting_lines(from_tables(declared, people=led({"b": 0, "a": 0})), declared)

    assert (line.first_day, line.end_day) == (date(2026, 2, 1), date(2026, 7, 1))


def test_without_lines_of_reporting_no_span_can_be_told(charter, from_tables):
    declared = charter(CHARTER)
    people = [{"person_id": "a", "title": "AE"}]

    [found] = people_per_manager(seen(declared, from_tables(declared, people=people)))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "who reports to whom is not in the evidence" in found.says


def test_the_average_report_sees_a_larger_team_than_the_average_manager_leads():
    span = Span("span_aes", "AEs", (2, 10), ("boss",))

    assert span.average == 6
    assert span.as_reports_see_it == pytest.approx(104 / 12)


def staffed(charter, from_tables, rows: str, text: str = TECHNICAL) -> View:
    """A view of people by role, segment, share and days, written as in a people file."""
    declared = charter(text, people="person,role,segment,share,from,to\n" + rows)
    names = dict.fromkeys(line.split(",")[0] for line in rows.splitlines() if line)
    evidence = from_tables(
        declared,
        people=[{"person_id": name} for name in names],
        leads=[{"lead_id": "l", "created_at": "2026-10-31T00:00:00"}],
    )
    return seen(declared, evidence)


def rows_of(role: str, count: int, segment: str = "mid", share: float = 1, until: str = "") -> str:
    return "".join(f"{role}{segment}{n},{role},{segment},{share},2025-01-01,{until}\n" for n in range(count))  # fmt: skip


@pytest.mark.shows("000-25", "fires")
def test_one_engineer_for_six_sellers_in_a_technical_sale_is_red(charter, from_tables):
    [found] = se_headcount(staffed(charter, from_tables, rows_of("ae", 6) + rows_of("se", 1)))

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.RED)
    assert found.says == (
        "mid: 1 sales engineer for 6 account executives, 17 %; less than 20 % is red."
    )
    assert found.limit.name == "se_share_of_aes"


@pytest.mark.shows("000-25", "clear")
def test_a_half_and_a_whole_engineer_for_six_sellers_are_enough(charter, from_tables):
    halves = rows_of("se", 1) + rows_of("se", 1, "", 0.5).replace("se0,se", "half,se")
    halves = halves.replace("half,se,,", "half,se,mid,")

    [found] = se_headcount(staffed(charter, from_tables, rows_of("ae", 6) + halves))

    assert found.answer is Answer.CLEAR
    assert "1.5 sales engineers for 6 account executives, 25 %" in found.says


def test_enterprise_is_amber_below_one_for_three(charter, from_tables):
    [found] = se_headcount(
        staffed(charter, from_tables, rows_of("ae", 8, "big") + rows_of("se", 2, "big"))
    )

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "25 %; less than 33 % is amber, less than 20 % is red" in found.says


def test_a_pool_is_held_against_all_its_segments_together(charter, from_tables):
    rows = rows_of("ae", 6, "mid") + rows_of("ae", 4, "big") + rows_of("se", 2, "")

    view = staffed(charter, from_tables, rows)

    [found] = engineers(view.evidence, view.charter, view.numbers, view.year)
    assert (found.segments, found.engineers, found.sellers) == (("mid", "big"), 2, 10)


def test_an_engineer_who_has_left_is_gone_on_the_last_day_and_there_in_the_trend(
    charter, from_tables
):
    rows = rows_of("ae", 4) + rows_of("se", 1) + rows_of("se", 1, "", 1, "2026-06-30").replace(
        ",se,,", ",se,mid,"
    )  # fmt: skip

    [found] = se_headcount(staffed(charter, from_tables, rows))

    by_month = {str(p.month)[:7]: p.value for p in found.trend}
    assert (by_month["2026-05"], by_month["2026-07"]) == (0.5, 0.25)
    assert found.measured.value == 0.25


@pytest.mark.shows("000-25", "cannot tell")
def test_where_nothing_says_which_sale_is_technical_the_ratio_could_not_be_held(
    charter, from_tables
):
    text = TECHNICAL.replace(", technical_sale: true", "")

    [found] = se_headcount(staffed(charter, from_tables, rows_of("ae", 6) + rows_of("se", 1), text))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "Which sales are technical is not stated" in found.says


def test_without_any_engineer_the_ratio_does_not_speak(charter, from_tables):
    [found] = se_headcount(staffed(charter, from_tables, rows_of("ae", 6)))

    assert found.answer is Answer.DOES_NOT_APPLY
