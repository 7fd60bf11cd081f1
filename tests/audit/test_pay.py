"""Targets and pay against ownership, as findings; work beside its owners."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from remit.audit.pay import (
    asked_for_own_work,
    credit_for_rejected_meetings,
    expansion_quotas,
    one_number_asked,
    specialised_beyond_titles,
    tools_by_role,
    work_beside_owners,
)
from remit.audit.run import YEAR, measured_days
from remit.audit.view import View
from remit.measures.overlaps import _large_enough, _Piece
from remit.terms import Answer, Period, Severity

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

CHARTER = """
    company: Acme
    segments:
      mid: {where: {employees: {below: 1000}}}
    roles:
      sdr: {is: SDR}
      ae: {is: AE}
      csm: {is: CSM, owns: [onboarding, customer_success, renewal, expansion]}
    outside: [support]
    titles: {"SDR": sdr, "AE": ae, "CSM": csm}
    """
HANDOFF = """
    handoffs:
      - name: meeting
        from: sdr
        to: ae
        at: discovery
        held: {object: Event}
        rejected: {object: Event}
    """
LAST = [{"lead_id": "l", "created_at": "2026-12-31T00:00:00"}]
PEOPLE = [
    *({"person_id": f"sdr{n}", "title": "SDR"} for n in range(6)),
    *({"person_id": f"ae{n}", "title": "AE"} for n in range(6)),
    *({"person_id": f"csm{n}", "title": "CSM"} for n in range(6)),
]


def quota(person: str, measure: str, amount: int = 100) -> dict[str, object]:
    return {
        "person_id": person,
        "measure": measure,
        "first_day": "2026-01-01",
        "end_day": "2026-04-01",
        "amount": amount,
        "currency": "",
    }


@pytest.fixture
def view(charter, from_tables):
    """A view of six people a role, with further tables."""

    def build(text: str = CHARTER, **tables) -> View:
        declared = charter(text)
        evidence = from_tables(
            declared, people=tables.pop("people", PEOPLE), leads=tables.pop("leads", LAST), **tables
        )
        over = measured_days(evidence)
        year = Period(min(over.start, over.end - timedelta(days=YEAR)), over.end)
        return View(declared, evidence, declared.numbers(), over, year)

    return build


def by_about(findings) -> dict:
    return {found.about: found for found in findings}


@pytest.mark.shows("000-20", "fires")
@pytest.mark.shows("000-24", "fires")
@pytest.mark.shows("003-20", "fires")
def test_quotas_on_others_work_on_two_numbers_and_none_on_expansion(view):
    asked = [quota(f"ae{n}", "new_arr") for n in range(6)]
    asked += [quota(f"ae{n}", "meetings_held", 5) for n in range(3)]
    asked += [quota(f"csm{n}", "renewed_arr") for n in range(6)]

    looked = view(quotas=asked)

    own = by_about(asked_for_own_work(looked))
    assert own["quotas of ae"].says == (
        "ae: 3 of 9 quotas count meetings held, which measures work that the role does not own."
    )
    assert (own["quotas of ae"].answer, own["quotas of ae"].severity) == (Answer.PROVEN, Severity.AMBER)  # fmt: skip
    assert own["quotas of csm"].answer is Answer.CLEAR
    assert not own["quotas of csm"].caveats
    [one] = one_number_asked(looked)
    assert (one.answer, one.severity) == (Answer.PROVEN, Severity.AMBER)
    assert one.says.startswith("ae: 50 % of them have quotas on more than one measure")
    assert one.measured.value == 0.5
    [expansion] = expansion_quotas(looked)
    assert (expansion.answer, expansion.severity) == (Answer.PROVEN, Severity.RED)
    assert expansion.says == "mid: none of 15 quotas counts expansion, which csm owns."


@pytest.mark.shows("000-20", "clear")
@pytest.mark.shows("000-24", "clear")
@pytest.mark.shows("003-20", "clear")
def test_each_role_asked_for_its_own_work(view):
    asked = [quota(f"ae{n}", "Closed ARR") for n in range(6)]
    asked += [quota(f"csm{n}", "expansion") for n in range(6)]
    asked += [quota(f"sdr{n}", "SAL") for n in range(6)]

    looked = view(quotas=asked)

    own = by_about(asked_for_own_work(looked))
    assert {found.answer for found in own.values()} == {Answer.CLEAR}
    assert own["quotas of ae"].says == (
        "ae: all 6 quotas count work that the role owns (closed won ARR)."
    )
    [one] = one_number_asked(looked)
    assert one.says == "ae: each is asked for one number (closed won ARR)."
    [expansion] = expansion_quotas(looked)
    assert expansion.says == "mid: csm has quotas that count expansion."


@pytest.mark.shows("000-20", "cannot tell")
@pytest.mark.shows("000-24", "cannot tell")
@pytest.mark.shows("003-20", "cannot tell")
@pytest.mark.shows("000-21", "cannot tell")
def test_without_quotas_nothing_can_be_told_of_targets(view):
    looked = view()

    for check in (
        asked_for_own_work,
        expansion_quotas,
        one_number_asked,
        credit_for_rejected_meetings,
    ):
        [found] = check(looked)
        assert found.answer is Answer.COULD_NOT_LOOK


def test_a_measure_in_own_words_is_no_measure_until_the_charter_says_which(view):
    looked = view(quotas=[quota("ae0", "gold stars")])

    [found] = asked_for_own_work(looked)

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "gold stars" in found.says
    assert "measures:" in found.remedy


def test_an_owner_of_expansion_without_any_quota_may_be_missing_from_the_file(view):
    [found] = expansion_quotas(view(quotas=[quota("ae0", "new_arr")]))

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)
    assert "may be missing" in found.caveats[0]


def test_a_csm_who_may_leave_expansion_to_the_am_needs_no_quota_on_it(view):
    text = CHARTER.replace("renewal, expansion]", "renewal]").replace(
        "outside:", "  am: {is: AM}\n    outside:"
    )
    text = text.replace('"CSM": csm', '"CSM": csm, "AM": am')
    asked = [quota("am0", "expansion_arr"), quota("csm0", "renewed_arr")]

    [found] = expansion_quotas(view(text, quotas=asked, people=[*PEOPLE, {"person_id": "am0", "title": "AM"}]))  # fmt: skip

    assert found.answer is Answer.CLEAR
    assert found.says.startswith("mid: am has")


def test_expansion_that_nobody_owns_and_nobody_was_to_own_is_not_spared(view):
    text = CHARTER.replace("renewal, expansion]", "renewal]")
    left = text.replace("outside: [support]", "outside: [support, expansion]")

    [gap] = expansion_quotas(view(text, quotas=[quota("ae0", "new_arr")]))
    [spared] = expansion_quotas(view(left, quotas=[quota("ae0", "new_arr")]))

    assert gap.answer is not Answer.DOES_NOT_APPLY
    assert spared.answer is Answer.DOES_NOT_APPLY


def test_a_plan_on_expansion_beside_quotas_without_it_leaves_the_question_open(view):
    text = (
        CHARTER.replace("{is: CSM,", "{is: CSM, plan: p,").rstrip()
        + """
    plans: {p: {components: {grow: {pays_on: net_expansion_arr, quota: 9000, rate: 10%}}}}
    """
    )

    [found] = expansion_quotas(view(text, quotas=[quota("csm0", "renewed_arr")]))

    assert (found.answer, found.severity) == (Answer.CANNOT_TELL, None)
    assert "the comp plan of csm pays on expansion" in found.says


def test_a_plan_on_meetings_held_speaks_where_there_are_no_quotas(view):
    text = CHARTER.replace("{is: SDR}", "{is: SDR, plan: p}").rstrip() + HANDOFF
    text += """
    plans: {p: {components: {booked: {pays_on: meetings_held, each: 100}}}}
    """

    [found] = credit_for_rejected_meetings(view(text, handoffs=meetings(40, 10)))

    assert found.severity is Severity.RED
    assert found.says.startswith("sdr: the components of its comp plan count meetings held; 25 %")


def meetings(count: int, rejected: int) -> list[dict[str, object]]:
    rows = []
    for n in range(count):
        day = date(2026, 2, 1) + timedelta(days=n)
        base = {"handoff": "meeting", "case_id": f"m{n}", "recorded_by": f"sdr{n % 6}",
                "segment": "mid"}  # fmt: skip
        rows.append({**base, "step": "held", "happened_at": f"{day}T10:00:00"})
        if n < rejected:
            after = day + timedelta(days=2)
            rows.append({**base, "step": "rejected", "happened_at": f"{after}T10:00:00"})
    return rows


@pytest.mark.shows("000-21", "fires")
def test_meetings_held_stay_credited_when_they_are_rejected(view):
    asked = [quota(f"sdr{n}", "meetings_held") for n in range(6)]

    [found] = credit_for_rejected_meetings(
        view(CHARTER.rstrip() + HANDOFF, quotas=asked, handoffs=meetings(40, 10))
    )

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.RED)
    assert found.says.startswith(
        "sdr: its quotas count meetings held; 25 % of 40 meetings held in meeting in mid are "
        "rejected within 14 days"
    )
    assert found.remedy == "Credit sdr with accepted meetings."
    assert found.proof.total == 10


@pytest.mark.shows("000-21", "clear")
def test_credit_for_accepted_meetings_holds_no_rejected_one(view):
    asked = [quota(f"sdr{n}", "accepted_meetings") for n in range(6)]

    [found] = credit_for_rejected_meetings(
        view(CHARTER.rstrip() + HANDOFF, quotas=asked, handoffs=meetings(40, 10))
    )

    assert found.answer is Answer.CLEAR
    assert "count accepted meetings, which no rejected meeting adds to" in found.says


@pytest.mark.shows("000-27", "cannot tell")
@pytest.mark.shows("003-69", "cannot tell")
def test_what_nobody_attests_could_not_be_looked_at(view):
    looked = view(CHARTER.rstrip() + "\n    handoffs: [{from: sdr, to: ae, at: discovery}]\n")

    changed, tools = list(specialised_beyond_titles(looked)), list(tools_by_role(looked))

    assert [f.answer for f in (*changed, *tools)] == [Answer.COULD_NOT_LOOK] * 4
    assert changed[0].says == "The charter names no CRM workflow, and nobody has attested one."


@pytest.mark.shows("000-27", "fires")
@pytest.mark.shows("003-69", "fires")
def test_an_attested_no_is_shown_as_said_with_what_to_change(view):
    attested = """
    attested:
      000-27: {answer: false, by: Dana Cole, on: 2026-05-04}
      003-69: {answer: false, by: Dana Cole, on: 2026-05-04}
    """
    looked = view(CHARTER.rstrip() + attested)

    changed, tools = list(specialised_beyond_titles(looked)), list(tools_by_role(looked))

    assert (changed[0].answer, changed[0].severity) == (Answer.SAID, Severity.NOTE)
    assert changed[0].says == (
        "Dana Cole says of workflows, handoff documents and pay that changed with the roles: no "
        "(2026-05-04)."
    )
    assert (tools[0].answer, tools[0].severity) == (Answer.SAID, Severity.NOTE)


@pytest.mark.shows("000-27", "clear")
@pytest.mark.shows("003-69", "clear")
def test_what_the_charter_states_is_said_and_not_seen(view):
    text = CHARTER.replace("{is: AE}", "{is: AE, plan: p, tools: [crm, video]}")
    text = (
        text.rstrip()
        + """
    plans: {p: {ote: 200000}}
    handoffs:
      - {from: sdr, to: ae, at: discovery, workflow: Route meeting, document: Meeting brief}
    """
    )
    looked = view(text)

    changed, tools = list(specialised_beyond_titles(looked)), list(tools_by_role(looked))

    assert {f.answer for f in (*changed, *tools)} == {Answer.SAID}
    assert {f.severity for f in (*changed, *tools)} == {None}
    assert changed[0].says == "The charter names a CRM workflow for sdr to ae (Route meeting)."
    assert tools[0].says == (
        "The charter gives ae crm and video, all of which its kind works with."
    )


def test_seats_of_a_tool_that_a_role_does_not_work_with_have_a_price(view):
    text = (
        CHARTER.replace("{is: CSM,", "{is: CSM, tools: [crm, dialler],").rstrip()
        + """
    tools: {dialler: {is: sales_engagement, per_seat: 1200}}
    """
    )

    [found] = tools_by_role(view(text))

    assert "does not work with dialler, 7,200.00 USD a year for 6 seats" in found.says
    assert found.severity is Severity.NOTE


def weeks_of_work(hours: dict[str, float], count: int = 10) -> dict[str, list[dict[str, object]]]:
    """Weekly calls with a lead by everybody of a role: prospecting, so many hours each."""
    acts, parts, links = [], [], []
    for week in range(count):
        day = date(2026, 2, 2) + timedelta(days=7 * week)
        for role, length in hours.items():
            for n in range(6):
                name = f"{role}{n}-{week}"
                acts.append(
                    {"activity_id": name, "kind": "meeting", "happened_at": f"{day}T10:00:00",
                     "day": str(day), "date_only": "false", "minutes": length * 60,
                     "counted": "true"}
                )  # fmt: skip
                parts.append({"activity_id": name, "person_id": f"{role}{n}", "part": "attended"})
                links.append({"activity_id": name, "record_type": "lead", "record_id": f"lead{role}{n}"})  # fmt: skip
    leads = [
        {"lead_id": f"lead{role}{n}", "created_at": "2026-01-01T00:00:00", "segment": "mid"}
        for role in hours
        for n in range(6)
    ]
    return {
        "activities": acts,
        "participants": parts,
        "activity_links": links,
        "leads": [*leads, *LAST],
    }


@pytest.mark.shows("003-05", "fires")
def test_a_third_of_prospecting_by_sellers_is_work_beside_its_owner(view):
    found = by_about(work_beside_owners(view(**weeks_of_work({"sdr": 4, "ae": 2}))))

    beside = found["prospecting in mid"]
    assert (beside.answer, beside.severity) == (Answer.INDICATED, Severity.AMBER)
    assert beside.says == (
        "prospecting in mid: 33 % of the recorded hours were by other roles than sdr; "
        "more than 20 % is amber."
    )
    assert beside.caveats[0] == "By other roles: ae 33 %."
    assert beside.proof.columns == ("month", "by other roles", "people")


@pytest.mark.shows("003-05", "clear")
def test_work_done_by_its_owners_is_told_in_one_line(view):
    looked = view(**weeks_of_work({"sdr": 4, "ae": 0.2}))

    found = by_about(work_beside_owners(looked))

    assert found["work done by its owners"].answer is Answer.CLEAR
    assert (
        "In 1 function and segment at most 5 % of the recorded hours"
        in found["work done by its owners"].says
    )
    assert found["work that no role owns"].answer is Answer.CLEAR
    assert found["work that no role owns"].measured.value == 0

    # with one role nothing else could come out, so that it is no answer
    looked.__dict__["held"] = tuple(spell for spell in looked.held if spell.role == "sdr")
    alone = by_about(work_beside_owners(looked))["work done by its owners"]
    assert alone.answer is Answer.DOES_NOT_APPLY


def test_work_on_a_function_that_nobody_owns_is_a_gap(view):
    text = CHARTER.replace("{is: SDR}", "{is: SDR, owns: [qualification]}")

    found = by_about(work_beside_owners(view(text, **weeks_of_work({"sdr": 4}))))

    gap = found["work that no role owns"]
    assert (gap.answer, gap.severity) == (Answer.INDICATED, Severity.AMBER)
    assert gap.says.startswith("100 % of recorded hours are on functions that no role owns")
    assert gap.caveats[0] == "Most of it is prospecting in mid 100 %."


@pytest.mark.shows("003-05", "cannot tell")
def test_without_activities_nobody_knows_who_does_what(view):
    [found] = work_beside_owners(view())

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "holds no activities" in found.says


def test_small_segments_are_put_together_first_and_those_of_one_size_by_name():
    def work(*people: str) -> list[_Piece]:
        return [_Piece(person, "ae", date(2026, 1, 1), 1.0, other=False) for person in people]

    mid, big, small = work("a", "b", "c"), work("d", "e", "f"), work(*"ghijk")

    parts, left = _large_enough({"small": small, "mid": mid, "big": big}, 5)

    assert parts == [(("big", "mid"), big + mid), (("small",), small)]
    assert not left
    assert _large_enough({"mid": mid}, 5) == ([], True)
