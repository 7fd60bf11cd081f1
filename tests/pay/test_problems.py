"""What stops a run before anything is posted; each with a case that fires and one that does not."""

from __future__ import annotations

from datetime import date

import pytest

from remit.pay.facts import facts_of
from remit.pay.problems import problems
from remit.pay.reading import read_facts

THROUGH = date(2026, 6, 30)
CHARTER = """
    company: Acme
    currency: USD
    segments: {mid: {}, large: {}}
    roles: {ae: {is: AE, plan: ae}, sdr: {is: SDR, plan: sdr}, se: {is: SE}}
    people:
      - {person: Ann, role: ae, segment: mid, from: 2026-01-01, to: 2026-05-31}
      - {person: Sam, role: sdr, from: 2026-01-01}
      - {person: Eve, role: se, from: 2026-01-01}
    plans:
      ae:
        from: 2026-01-01
        components: {sold: {pays_on: bookings, quota: 100000, rate: 10%}}
      sdr:
        from: 2026-01-01
        components: {met: {pays_on: accepted_meetings, each: 100}}
    """


def deal(**more: object) -> dict[str, object]:
    return {
        "id": "D1", "day": date(2026, 2, 1), "measure": "bookings", "amount": 5, "payee": "Ann",
        **more,
    }  # fmt: skip


def told(charter, **tables) -> list[str]:
    rows = {name: list(rows) for name, rows in tables.items()}
    return [str(one) for one in problems(charter, facts_of(**rows), THROUGH)]


def test_facts_that_fit_the_charter_have_no_problem(charter):
    assert told(charter(CHARTER), transactions=[deal()]) == []


def test_somebody_who_is_nobody_is_told_with_the_nearest_name(charter):
    (problem,) = told(charter(CHARTER), transactions=[deal(payee="Anne")])

    assert problem.startswith('transactions  payee: "Anne" is nobody in the charter')
    assert 'Did you mean "Ann"?' in problem


def test_somebody_with_lines_in_the_ledger_cannot_be_taken_out_of_the_charter(charter):
    facts = facts_of(transactions=[deal()])

    (problem,) = problems(charter(CHARTER), facts, THROUGH, {"Ann", "Bob"})

    assert str(problem).startswith("charter  people.Bob: has lines in the ledger, and is not in")
    assert problems(charter(CHARTER), facts, THROUGH, {"Ann", "Sam"}) == []


def test_an_unknown_owner_of_an_account_is_told_too(charter):
    owner = {"account": "Globex", "owner": "Nobody", "first_day": date(2026, 1, 1)}

    assert len(told(charter(CHARTER), transactions=[deal()], owners=[owner])) == 1
    assert told(charter(CHARTER), transactions=[deal()], owners=[{**owner, "owner": "Ann"}]) == []


def test_two_whole_jobs_at_once_are_told_and_two_halves_are_not(charter):
    read = charter(CHARTER)  # which refuses them, too; a program may put a charter together itself
    first = read.people[0]
    second = first.model_copy(update={"role": "sdr", "first_day": date(2026, 5, 1)})

    def with_shares(share: float):
        held = [one.model_copy(update={"share": share}) for one in (first, second)]
        return read.model_copy(update={"people": (*held, *read.people[1:])})

    (problem,) = told(with_shares(1), transactions=[deal()])

    assert (
        "people.Ann: is paid as ae (100%) and sdr (100%) on 2026-05-01: 200% of a job." in problem
    )
    assert told(with_shares(0.5), transactions=[deal()]) == []


def test_a_change_of_role_is_no_overlap(charter):
    moved = CHARTER.replace(
        "people:", "people:\n      - {person: Ann, role: sdr, from: 2026-06-01}"
    )

    assert told(charter(moved), transactions=[deal()]) == []


@pytest.mark.parametrize(
    ("shares", "wrong"),
    [((0.6, 0.4), False), ((0.6, 0.3), True), ((1, 1), True), ((1, None), False)],
)
def test_shares_of_a_deal_sum_to_the_whole(charter, shares, wrong):
    rows = [
        deal(payee=who, share=share)
        for who, share in zip(("Ann", "Eve"), shares, strict=True)
        if share is not None
    ]

    found = told(charter(CHARTER), transactions=rows)

    assert [problem.split("  ")[1].split(":")[0] for problem in found] == ["D1"] * wrong


def test_an_overlay_comes_on_top_of_the_whole(charter):
    rows = [deal(), deal(payee="Eve", credit="overlay")]

    assert told(charter(CHARTER), transactions=rows) == []


def test_a_cancelled_deal_and_one_after_the_last_day_are_not_looked_at(charter):
    rows = [
        deal(share=0.5, cancelled_on=date(2026, 3, 1)),
        deal(id="D2", day=date(2026, 7, 1)),
    ]

    assert told(charter(CHARTER), transactions=rows) == []


def test_a_deal_of_somebody_on_no_plan_that_day_is_told_with_the_days_that_fit(charter):
    (problem,) = told(charter(CHARTER), transactions=[deal(day=date(2026, 6, 2))])

    assert "D1: is of 2026-06-02, when Ann was on no plan." in problem
    assert "Ann is on a plan from 2026-01-01 to 2026-05-31." in problem


def test_deals_before_there_were_plans_and_of_roles_without_one_are_left_alone(charter):
    rows = [deal(day=date(2025, 12, 31)), deal(id="D2", payee="Eve")]

    assert told(charter(CHARTER), transactions=rows) == []


def test_a_deal_without_a_payee_needs_an_owner_of_its_account_on_its_day(charter):
    row = deal(payee=None, account="Globex")
    owner = {"account": "Globex", "owner": "Ann", "first_day": date(2026, 2, 1)}

    (problem,) = told(charter(CHARTER), transactions=[row])
    late = {**owner, "first_day": date(2026, 2, 2)}

    assert 'D1: has no payee, and nobody owned the account "Globex" on 2026-02-01.' in problem
    assert len(told(charter(CHARTER), transactions=[row], owners=[late])) == 1
    assert told(charter(CHARTER), transactions=[row], owners=[owner]) == []


def test_a_measure_that_nobody_knows_is_told_with_the_nearest(charter):
    (problem,) = told(charter(CHARTER), transactions=[deal(measure="bokings")])

    assert 'measure: "bokings" is no measure.' in problem
    assert 'Did you mean "bookings"?' in problem


def test_a_level_of_ninety_two_is_told_where_92_percent_is_meant(charter):
    reading = {"measure": "grr", "day": date(2026, 3, 31), "level": 92}

    (problem,) = told(charter(CHARTER), transactions=[deal()], readings=[reading])

    assert "level: says 9200% of grr." in problem
    assert "Write 92% if that is meant." in problem
    assert told(charter(CHARTER), readings=[{**reading, "level": "1.045"}]) == []


def test_a_count_has_no_currency(charter):
    row = deal(measure="accepted_meetings", payee="Sam", amount=1)

    assert told(charter(CHARTER), transactions=[row]) == []
    (problem,) = told(charter(CHARTER), transactions=[{**row, "currency": "USD"}])
    assert "D1: is in USD, and accepted_meetings is a count." in problem


def test_a_rate_of_the_plans_own_currency_is_turned_the_wrong_way(charter):
    rate = {"currency": "USD", "kind": "day", "day": date(2026, 2, 1), "rate": "1.08"}

    (problem,) = told(charter(CHARTER), transactions=[deal()], rates=[rate])

    assert "currency: turns USD into USD at 1.08." in problem


@pytest.mark.parametrize(
    ("exchange", "rates", "found"),
    [
        ("plan_rates: {EUR: 1.10}", [], 0),
        ("", [], 1),
        ("exchange: day_of_booking", [("day", date(2026, 2, 1))], 0),
        ("exchange: day_of_booking", [("day", date(2026, 2, 2))], 1),
        ("exchange: month_average", [("month_average", date(2026, 2, 28))], 0),
        ("exchange: month_average", [("month_average", date(2026, 3, 31))], 1),
    ],
)
def test_a_currency_needs_the_rate_that_the_plan_asks_for(charter, exchange, rates, found):
    said = CHARTER.replace("ae:\n        from", f"ae:\n        {exchange}\n        from")
    rows = [{"currency": "EUR", "kind": kind, "day": day, "rate": "1.1"} for kind, day in rates]

    problems_found = told(charter(said), transactions=[deal(currency="EUR")], rates=rows)

    assert len(problems_found) == found
    assert all("no rate turns that into the USD of plan ae" in one for one in problems_found)


def test_no_rate_is_asked_for_a_deal_that_nobodys_plan_counts(charter):
    rows = [deal(payee="Eve", currency="EUR"), deal(id="D2", payee="Sam", currency="EUR")]

    assert told(charter(CHARTER), transactions=rows) == []


def test_a_quota_by_segment_needs_the_segments_people_sell_in(charter):
    small = CHARTER.replace("quota: 100000", "quota: {by_segment: {large: 100000}}")
    own = {"payee": "Ann", "first_day": date(2026, 1, 1), "last_day": date(2026, 12, 31),
           "amount": 90_000}  # fmt: skip

    (problem,) = told(charter(small), transactions=[deal()])

    assert 'plans.ae.components.sold.quota: has nothing for segment "mid"' in problem
    assert told(charter(small), transactions=[deal()], quotas=[own]) == []
    fits = small.replace("{large: 100000}", "{mid: 100000}")
    assert told(charter(fits), transactions=[deal()]) == []


GATED = CHARTER.replace(
    "each: 100}", "each: 100, gates: [{measure: acceptance_rate, at_least: 40%}]}"
)


def test_a_reading_is_missing_once_its_period_has_ended_and_not_before(charter):
    def reading(day: date) -> dict[str, object]:
        return {"measure": "acceptance_rate", "payee": "Sam", "day": day, "level": "0.5"}

    both = [reading(date(2026, 3, 31)), reading(date(2026, 6, 30))]

    (problem,) = told(charter(GATED), transactions=[deal()])

    assert "Sam.acceptance_rate: is not there for Q2 2026 and 1 earlier period" in problem
    assert "met of plan sdr needs it." in problem
    assert told(charter(GATED), transactions=[deal()], readings=both) == []
    facts = facts_of(transactions=[deal()], readings=both[:1])
    assert problems(charter(GATED), facts, date(2026, 6, 29)) == []


def test_a_reading_of_everybody_will_do(charter):
    rows = [
        {"measure": "acceptance_rate", "day": day, "level": "0.5"}
        for day in (date(2026, 3, 31), date(2026, 6, 30))
    ]

    assert told(charter(GATED), transactions=[deal()], readings=rows) == []


def test_problems_of_facts_from_files_name_file_and_line(charter, tmp_path):
    file = tmp_path / "transactions.csv"
    file.write_text("id,day,measure,amount,payee\nD1,2026-02-01,bookings,5,Ann\n"
                    "D2,2026-02-01,bookings,5,Anne\n")  # fmt: skip
    said = charter(CHARTER)

    (problem,) = problems(said, read_facts(said, file), THROUGH)

    assert (problem.place.file, problem.place.line) == (str(file), 3)


def test_all_problems_are_told_at_once_and_very_many_are_counted(charter):
    rows = [deal(id=f"D{n}", payee="Anne", measure="bokings", share=0.5) for n in range(300)]

    found = told(charter(CHARTER), transactions=rows)

    assert len(found) == 1 + 1 + 201
    assert "has 100 more problems of this kind." in found[-1]
