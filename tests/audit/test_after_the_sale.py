"""Customers after the sale: first value, upsell, reviews, refusals, owners; sellers' books; leverage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from remit.audit.after_signing import after_signing
from remit.audit.cost import arr_at_risk, hours_elsewhere, pipeline_lost
from remit.audit.drift import seller_drift
from remit.audit.leverage import compensation_leverage
from remit.audit.owners import owner_changes
from remit.audit.refusals import refused_customers
from remit.audit.reviews import business_reviews
from remit.audit.run import measured_days
from remit.audit.view import View
from remit.terms import Answer, Estimate, Period, Severity

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

TEXT = """
    company: Acme
    time_zone: UTC
    segments: {mid: {where: {employees: {below: 1000}}}}
    roles:
      sdr: {is: SDR}
      ae: {is: AE, owns: [discovery, closing]}
      csm: {is: CSM, owns: [onboarding, customer_success, renewal]}
      am: {is: AM, owns: [expansion]}
    outside: [support]
    titles: {"SDR": sdr, "AE": ae, "CSM": csm, "AM": am}
    activities:
      rules:
        - {name: qbr, object: Event, where: {Subject: "QBR*"}, is: customer_success}
        - {name: grow, object: Event, where: {Subject: "Grow*"}, is: expansion}
        - {name: hunt, object: Event, where: {Subject: "Hunt*"}, is: prospecting}
    """
GENERALISTS = """
    company: Acme
    time_zone: UTC
    segments: {mid: {where: {employees: {below: 1000}}}}
    roles:
      gen:
        is: AE/AM
        owns: [prospecting, qualification, discovery, closing, onboarding, customer_success,
               renewal, expansion]
    outside: [support]
    titles: {"GEN": gen}
    activities:
      rules:
        - {name: grow, object: Event, where: {Subject: "Grow*"}, is: expansion}
        - {name: hunt, object: Event, where: {Subject: "Hunt*"}, is: prospecting}
    """
CARE = """
    handoffs:
      - name: to care
        from: ae
        to: csm
        at: onboarding
        offered: {object: Task, where: {Type: Handover}}
        accepted: {object: Task, where: {Type: Handover}, field: Accepted__c}
    """
REFUSABLE = (
    CARE.rstrip()
    + "\n        rejected: {object: Task, where: {Type: Handover}, field: Refused__c}\n"
)
SIGNED, LAST = date(2026, 1, 10), date(2026, 6, 30)
END = {"lead_id": "last", "created_at": f"{LAST}T08:00:00"}


def staff(*titles: str, count: int = 6) -> list[dict]:
    """So many people with each title, called by it and a number."""
    return [
        {"person_id": f"{title}{n}", "title": title, "is_person": "true"}
        for title in titles
        for n in range(count)
    ]


def customers(count: int, owner: str = "AE", signed: date = SIGNED, who: str = "c") -> dict:
    """So many companies of one segment with a won new deal and a contract of a thousand a year."""
    names = [f"{who}{n}" for n in range(count)]
    return {
        "accounts": [
            {"account_id": c, "segment": "mid", "owner_id": f"{owner}{n % 6}"}
            for n, c in enumerate(names)
        ],
        "opportunities": [
            deal(f"d-{c}", c, f"{owner}{n % 6}", won=signed) for n, c in enumerate(names)
        ],
        "contracts": [contract(c, signed) for c in names],
    }


def deal(name: str, account: str, owner: str, *, won: date | None = None, **more: object) -> dict:
    """A deal of a thousand, opened a month before it was won."""
    return {
        "opportunity_id": name,
        "account_id": account,
        "kind": "new",
        "owner_id": owner,
        "created_by": owner,
        "created_at": f"{(won or SIGNED) - timedelta(days=30)}T09:00:00",
        "closed_at": f"{won}T09:00:00" if won else "",
        "won": "true" if won else "",
        "amount": 1000,
        "currency": "USD",
        **more,
    }


def contract(
    account: str, first: date, arr: int = 1000, end: date = date(2029, 1, 1), name: str = ""
) -> dict:
    return {
        "contract_id": name or f"k-{account}",
        "account_id": account,
        "arr": arr,
        "currency": "USD",
        "first_day": str(first),
        "end_day": str(end),
    }


@pytest.fixture
def looked(charter, from_tables) -> Callable:
    """The view on tables given as rows."""

    def run(text: str = TEXT, **tables) -> View:
        declared = charter(text)
        tables.setdefault("leads", []).append(END)
        evidence = from_tables(declared, **tables)
        over = measured_days(evidence)
        year = Period(min(over.start, over.end - timedelta(days=365)), over.end)
        return View(declared, evidence, declared.numbers(), over, year)

    return run


def one(check: Callable, view: View, words: str):
    """The one finding of a check whose subject contains some words."""
    (found,) = [f for f in check(view) if words in f.about]
    return found


# First value


def used_after(days: int, count: int = 30, metric: str = "users") -> list[dict]:
    """Readings of 0 at signing, and of 5 from a day on, a day later for each further customer."""
    return [
        {
            "account_id": f"c{n}",
            "metric": metric,
            "day": str(SIGNED + timedelta(days=d)),
            "value": v,
        }
        for n in range(count)
        for d, v in ((0, 0), (days + n, 5), (171, 5))
    ]


def unused(first: int, last: int) -> list[dict]:
    """Readings of 0 throughout."""
    return [
        {
            "account_id": f"c{n}",
            "metric": "users",
            "day": str(SIGNED + timedelta(days=d)),
            "value": 0,
        }
        for n in range(first, last)
        for d in (0, 171)
    ]


@pytest.mark.shows("003-33", "fires")
@pytest.mark.shows("003-38", "fires")
def test_customers_who_wait_longer_than_the_limit_are_amber(looked):
    text = TEXT.rstrip() + "\n    first_value: {metric: users, at_least: 5}\n"

    found = one(after_signing, looked(text, **customers(30), usage=used_after(86)), "first value")

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert found.measured.value == 101
    assert found.says == (
        "mid customers: half of 30 who signed in the last year had reached first value (users of at "
        "least 5) within 101 days (96 to 105); the limit is 60 days."
    )
    assert found.remedy


@pytest.mark.shows("003-33", "clear")
@pytest.mark.shows("003-38", "clear")
def test_customers_who_soon_use_it_are_clear_and_the_proxy_says_that_it_is_one(looked):
    found = one(after_signing, looked(**customers(30), usage=used_after(6)), "first value")

    assert (found.answer, found.severity) == (Answer.CLEAR, None)
    assert "had used the product within 21 days (16 to 25)" in found.says
    assert "names no `first_value:`" in found.caveats[0]


@pytest.mark.shows("003-33", "cannot tell")
@pytest.mark.shows("003-38", "cannot tell")
def test_without_usage_first_value_could_not_be_looked_at(looked):
    found = one(after_signing, looked(**customers(30)), "first value")

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "the evidence holds no usage" in found.says


def test_customers_without_a_reading_leave_it_open_where_they_decide(looked):
    view = looked(**customers(60), usage=used_after(10, count=20))

    found = one(after_signing, view, "first value")

    assert found.answer is Answer.CANNOT_TELL
    assert "the answer would be another" in found.says
    assert "40 of these customers have no reading at all" in " ".join(found.caveats)


def test_fewer_than_half_there_is_told_as_a_share(looked):
    view = looked(**customers(30), usage=used_after(100, count=10) + unused(10, 30))

    found = one(after_signing, view, "first value")

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "0 % of 30 who signed in the last year had used the product within 60 days" in found.says
    assert (found.limit.value, found.limit.unit) == (0.5, "share")


# Upsell


def upsells(count: int, by: str, days: int = 40) -> list[dict]:
    """Expansion deals of the first customers, opened by one person some days after signing."""
    opened = SIGNED + timedelta(days=days)
    return [
        deal(f"x{n}", f"c{n}", "AM0", kind="expansion", created_by=by, created_at=f"{opened}T09:00")
        for n in range(count)
    ]


def with_deals(found: dict, more: list[dict]) -> dict:
    return {**found, "opportunities": [*found["opportunities"], *more]}


@pytest.mark.shows("003-53", "fires")
def test_upsell_that_others_find_is_not_found_by_customer_success(looked):
    view = looked(people=staff("CSM", "AM"), **with_deals(customers(60), upsells(30, "AM1")))

    found = one(after_signing, view, "upsell")

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "for none of 60 new customers they found an upsell within 90 days" in found.says
    assert found.caveats[0].startswith("For 30 of them somebody else opened an expansion deal")


@pytest.mark.shows("003-53", "clear")
def test_upsell_found_for_half_of_the_new_customers_is_clear(looked):
    view = looked(people=staff("CSM", "AM"), **with_deals(customers(60), upsells(30, "CSM1")))

    found = one(after_signing, view, "upsell")

    assert found.answer is Answer.CLEAR
    assert found.measured.value == pytest.approx(0.5)


@pytest.mark.shows("003-53", "cannot tell")
def test_without_expansion_deals_nobody_can_have_found_one(looked):
    found = one(after_signing, looked(people=staff("CSM"), **customers(60)), "upsell")

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "no deal that is marked as expansion" in found.says


def test_four_customer_success_managers_are_not_shown(looked):
    view = looked(people=staff("CSM", count=4), **with_deals(customers(60), upsells(30, "CSM1")))

    found = one(after_signing, view, "upsell")

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "fewer people than the minimum group" in found.says


# Business reviews

CADENCE = """
    cadences:
      - {is: business_review, by: csm, with: customers, every: 60 days, seen_in: qbr}
    """
BEFORE = date(2025, 6, 1)


def meetings(
    rule: str,
    whom: list[tuple[str, str, date]],
    minutes: int = 60,
    prefix: str = "m",
    hour: int = 10,
) -> dict:
    """Meetings that match a rule: (person, company, day)."""
    rows = [(f"{prefix}{n}", *told) for n, told in enumerate(whom)]
    return {
        "activities": [
            {"activity_id": a, "kind": "meeting", "happened_at": f"{day}T{hour:02d}:00:00", "day": str(day),
             "date_only": "false", "minutes": minutes, "counted": "true", "rule": rule,
             "recorded_at": f"{day}T10:00:00"}
            for a, _, _, day in rows
        ],
        "participants": [
            {"activity_id": a, "person_id": person, "part": "owner"} for a, person, _, _ in rows
        ],
        "activity_links": [
            {"activity_id": a, "record_type": "account", "record_id": company}
            for a, _, company, _ in rows
        ],
    }  # fmt: skip


def reviewed(share: float, count: int = 30) -> dict:
    """In each of three spans of 60 days, a review with this part of the customers."""
    days = [LAST - timedelta(days=59 + 60 * n) + timedelta(days=5) for n in range(3)]
    held = [(f"CSM{n % 6}", f"c{n}", day) for day in days for n in range(int(count * share))]
    start = [("CSM0", "elsewhere", LAST - timedelta(days=181))]
    return meetings("qbr", held + start)


@pytest.mark.shows("003-34", "fires")
def test_reviews_with_a_third_of_the_customers_are_indicated(looked):
    view = looked(
        TEXT + CADENCE, people=staff("CSM"), **customers(30, signed=BEFORE), **reviewed(1 / 3)
    )

    (found,) = business_reviews(view)

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)
    assert "33 % of 90 business reviews due took place" in found.says
    assert len(found.trend) == 3
    assert found.proof.rows[0][1:3] == (3, 3)


@pytest.mark.shows("003-34", "clear")
def test_reviews_with_every_customer_are_clear(looked):
    view = looked(
        TEXT + CADENCE, people=staff("CSM"), **customers(30, signed=BEFORE), **reviewed(1)
    )

    (found,) = business_reviews(view)

    assert (found.answer, found.measured.value) == (Answer.CLEAR, 1.0)


@pytest.mark.shows("003-34", "cannot tell")
def test_a_cadence_that_names_no_activities_could_not_be_looked_at(looked, charter):
    text = TEXT + CADENCE.replace(", seen_in: qbr", "")
    view = looked(text, people=staff("CSM"), **customers(30, signed=BEFORE))

    (found,) = business_reviews(view)
    bare = charter(TEXT)
    (undeclared,) = business_reviews(
        View(bare, view.evidence, bare.numbers(), view.over, view.year)
    )

    assert found.answer is undeclared.answer is Answer.COULD_NOT_LOOK
    assert "by which activities" in found.says
    assert "the charter declares none" in undeclared.says


# Refusals


def handed(count: int, refused: int, when: date = SIGNED) -> list[dict]:
    """Customers handed to customer success, of whom the first are refused and the others accepted."""
    return [
        {"handoff": "to care", "case_id": f"c{n}", "step": step, "prospect_id": f"c{n}",
         "segment": "mid", "happened_at": f"{when + timedelta(days=later)}T09:00:00"}
        for n in range(count)
        for step, later in (("offered", 1), ("rejected" if n < refused else "accepted", 3))
    ]  # fmt: skip


@pytest.mark.shows("001-07", "fires")
def test_a_third_of_the_customers_refused_is_amber_beside_what_the_others_kept(looked):
    text = TEXT.rstrip() + REFUSABLE
    when = LAST - timedelta(days=360)
    kept = customers(60, signed=date(2024, 1, 1))
    kept["contracts"] = [
        contract(f"c{n}", date(2024, 1, 1), end=date(2026, 1, 1) if n >= 50 else date(2029, 1, 1))
        for n in range(60)
    ]
    early = [
        {**row, "case_id": f"{row['case_id']}-early", "happened_at": "2025-01-10T09:00:00"}
        for row in handed(60, 20)
    ]

    view = looked(text, people=staff("CSM", "AE"), **kept, handoffs=[*handed(60, 20, when), *early])
    found = one(refused_customers, view, "refused")

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "33 % of 60 signed customers are refused within 14 days" in found.says
    # of the 40 accepted in January 2025, ten had left a year and 30 days later
    assert "kept 75 % of their recurring revenue over a year" in " ".join(found.caveats)


@pytest.mark.shows("001-07", "clear")
def test_one_refusal_in_sixty_is_clear(looked):
    view = looked(
        TEXT.rstrip() + REFUSABLE,
        people=staff("CSM", "AE"),
        **customers(60),
        handoffs=handed(60, 1),
    )

    found = one(refused_customers, view, "refused")

    assert (found.answer, found.severity) == (Answer.CLEAR, None)


@pytest.mark.shows("001-07", "cannot tell")
@pytest.mark.parametrize(
    ("declared", "refused", "words"),
    [
        ("", 0, "declares no handoff at onboarding"),
        (CARE, 0, "nothing in the evidence records"),
        (REFUSABLE, 1, "fewer people than the minimum group hold the role csm"),
    ],
    ids=["not declared", "not recorded", "by nobody known"],
)
def test_refusals_that_nobody_declares_or_records_could_not_be_looked_at(
    looked, declared, refused, words
):
    view = looked(
        TEXT.rstrip() + declared,
        people=staff("AE"),
        **customers(60),
        handoffs=handed(60, refused),
    )

    (found,) = refused_customers(view)

    assert found.answer is Answer.COULD_NOT_LOOK
    assert words in found.says


# Owners


def changed_owner(changed: int, kept: int, lost: int, lost_of_kept: int) -> dict:
    """Customers handed to another seller on 15 Feb 2025, and others that were not; some leave."""
    found = customers(changed + kept, signed=date(2024, 1, 1))
    found["contracts"], spells = [], []
    for n in range(changed + kept):
        gone = n < lost or changed <= n < changed + lost_of_kept
        end = date(2025, 6, 1) if gone else date(2029, 1, 1)
        found["contracts"].append(contract(f"c{n}", date(2024, 1, 1), end=end))
        mine, other = f"AE{n % 6}", f"AE{(n + 1) % 6}"
        cut = "2025-02-15T00:00:00"
        spans = [(mine, "2024-01-01T00:00:00", cut), (other, cut, "")]
        for owner, since, until in spans if n < changed else [(mine, "2024-01-01T00:00:00", "")]:
            spells.append(
                {"record_type": "account", "record_id": f"c{n}", "owner_id": owner,
                 "from_at": since, "to_at": until}
            )  # fmt: skip
    return {**found, "ownership_changes": spells, "people": staff("AE")}


@pytest.mark.shows("002-53", "fires")
def test_customers_who_changed_owner_and_left_are_noted_beside_those_who_kept_theirs(looked):
    (found,) = owner_changes(looked(**changed_owner(30, 60, lost=12, lost_of_kept=6)))

    assert (found.answer, found.severity) == (Answer.MEASURED, Severity.NOTE)
    # 18 of 30 stayed, beside 54 of 60
    assert found.measured.value == pytest.approx(0.6 - 0.9)
    assert "60 % a year later of what they paid on the day, beside 90 % of 60 customers" in (
        found.says
    )
    assert "no effect of the change" in found.caveats[0]
    assert "13 % to 18 %" in found.caveats[1]
    assert found.remedy


@pytest.mark.shows("002-53", "clear")
def test_customers_who_stay_alike_are_measured_and_no_more(looked):
    (found,) = owner_changes(looked(**changed_owner(30, 60, lost=3, lost_of_kept=6)))

    assert (found.answer, found.severity, found.remedy) == (Answer.MEASURED, None, "")
    assert found.measured.value == pytest.approx(0)


@pytest.mark.shows("002-53", "cannot tell")
def test_without_a_history_of_owners_nothing_can_be_told(looked):
    (found,) = owner_changes(looked(people=staff("AE"), **customers(30)))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "no history of who owned an account" in found.says


def test_a_dozen_changes_are_too_few(looked):
    (found,) = owner_changes(looked(**changed_owner(12, 60, lost=12, lost_of_kept=0)))

    assert found.answer is Answer.CANNOT_TELL


# Books


def books(winners: int, owners: int = 6) -> dict:
    """Customers of 2023 in equal books; the first sellers won another one this spring."""
    found = customers(60, owner="GEN", signed=date(2023, 1, 1))
    for n in range(winners):
        found["accounts"].append({"account_id": f"n{n}", "segment": "mid", "owner_id": ""})
        found["opportunities"].append(deal(f"dn{n}", f"n{n}", f"GEN{n}", won=date(2026, 4, 1)))
    return {**found, "people": staff("GEN", count=owners)}


@pytest.mark.shows("002-34", "fires")
def test_half_of_the_revenue_in_books_without_a_new_customer_is_amber(looked):
    found = one(seller_drift, looked(GENERALISTS, **books(winners=1)), "books")

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "83 % of the recurring revenue in their books" in found.says
    assert found.caveats[0].startswith("100 % of this revenue is of customers who signed more than")
    assert not any("GEN" in str(cell) for row in found.proof.rows for cell in row)


@pytest.mark.shows("002-34", "clear")
def test_books_whose_owners_all_won_somebody_are_clear(looked):
    found = one(seller_drift, looked(GENERALISTS, **books(winners=6)), "books")

    assert (found.answer, found.measured.value) == (Answer.CLEAR, 0.0)


@pytest.mark.shows("002-34", "cannot tell")
def test_without_contracts_books_have_no_revenue_to_look_at(looked):
    tables = books(winners=1)
    del tables["contracts"]

    found = one(seller_drift, looked(GENERALISTS, **tables), "books")

    assert found.answer is Answer.COULD_NOT_LOOK
    assert found.roles == ("gen",)
    assert "no contracts" in found.says


def test_sellers_who_pass_customers_on_have_no_books(looked):
    found = one(seller_drift, looked(people=staff("AE"), **customers(30)), "books")

    assert found.answer is Answer.DOES_NOT_APPLY


# Drift


def weeks_of(grow: tuple[int, int], count: int = 6) -> dict:
    """Six months of Mondays, each with so many hours of expansion, of ten, a half of the time."""
    found: dict[str, list] = {"activities": [], "participants": [], "activity_links": []}
    first = date(2026, 1, 1)
    for week in range(26):
        day = first + timedelta(days=7 * week)
        if day > date(2026, 6, 30):
            break
        hours = grow[day >= date(2026, 4, 1)]
        for n in range(count):
            for rule, minutes in (("grow", hours * 60), ("hunt", (10 - hours) * 60)):
                hour = 6 if rule == "grow" else 13
                part = meetings(
                    rule,
                    [(f"GEN{n}", f"c{n}", day)],
                    minutes,
                    prefix=f"{rule}-{week}-{n}-",
                    hour=hour,
                )
                for name, rows in part.items():
                    found[name] += rows
    return found


@pytest.mark.shows("002-46", "fires")
def test_expansion_that_doubles_from_one_half_to_the_next_is_amber(looked):
    tables = {**customers(12, owner="GEN"), "people": staff("GEN"), **weeks_of((3, 6))}

    found = one(seller_drift, looked(GENERALISTS, **tables), "share of expansion in time")

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert found.measured.value == pytest.approx(0.3)
    assert "expansion took 30 % of the time" in found.says
    assert "+30 points (+30 to +30)" in found.says


@pytest.mark.shows("002-46", "clear")
def test_expansion_that_stays_is_clear(looked):
    tables = {**customers(12, owner="GEN"), "people": staff("GEN"), **weeks_of((3, 3))}

    found = one(seller_drift, looked(GENERALISTS, **tables), "share of expansion in time")

    assert found.answer is Answer.CLEAR


@pytest.mark.shows("002-46", "cannot tell")
def test_without_activities_or_two_years_drift_could_not_be_looked_at(looked):
    view = looked(GENERALISTS, **customers(12, owner="GEN"), people=staff("GEN"))

    found = [f for f in seller_drift(view) if "share of expansion" in f.about]

    assert [f.answer for f in found] == [Answer.COULD_NOT_LOOK] * 2
    assert "no activities" in found[0].says
    assert "does not reach back two years" in found[1].says


def test_what_exactly_the_minimum_group_won_in_both_years_may_be_shown(looked):
    """Five won one new deal each in September 2024; this spring a new one and an upsell each."""
    tables = books(winners=5)
    tables["opportunities"] += [
        deal(f"{kind}{n}", f"c{n}", f"GEN{n}", won=day, kind=kind)
        for n in range(5)
        for kind, day in (("new", date(2024, 9, 1)), ("expansion", date(2026, 4, 2)))
    ]

    found = one(seller_drift, looked(GENERALISTS, **tables), "share of expansion in what is won")

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert found.measured.value == pytest.approx(0.5)


# Leverage and costs


def paid(role: str, a_month: int, months: int = 24) -> list[dict]:
    """Compensation of a role by month, up to the last."""
    rows = []
    for n in range(months):
        year, month = divmod(2026 * 12 + 5 - n, 12)
        rows.append(
            {"month": f"{year}-{month + 1:02d}-01", "kind": "comp", "role": role, "segment": "",
             "amount": a_month, "currency": "USD"}
        )  # fmt: skip
    return rows


PLAN = "\n    plans: {ae: {ote: 2000}}\n"
LONG_AGO = [{"lead_id": "first", "created_at": "2024-01-01T08:00:00"}]


@pytest.mark.shows("000-06", "fires")
def test_half_of_what_was_won_a_year_ago_for_the_same_pay_is_noted(looked):
    tables = customers(40)
    earlier = customers(120, signed=SIGNED - timedelta(days=365), who="e")
    for name, rows in earlier.items():
        tables[name] += rows
    view = looked(people=staff("AE"), costs=paid("ae", 1000), **tables, leads=list(LONG_AGO))

    found = one(compensation_leverage, view, "roles.ae")

    # 40 and 120 deals of a thousand, for twelve thousand
    assert (found.answer, found.severity) == (Answer.MEASURED, Severity.NOTE)
    assert found.measured.value == pytest.approx(40 / 12, rel=0.001)
    assert found.says.startswith("ae in mid: for each USD of compensation 3.3 USD won (")
    assert ", 10.0 (" in found.says
    assert "12,000 USD for 6.0 full-time people, from costs" in found.caveats[0]
    assert len(found.caveats) == 2  # and that deals of one year are the work of two


@pytest.mark.shows("000-06", "clear")
def test_as_much_won_for_the_same_pay_is_measured_and_no_more(looked):
    tables = customers(40)
    for name, rows in customers(40, signed=SIGNED - timedelta(days=365), who="e").items():
        tables[name] += rows
    view = looked(people=staff("AE"), costs=paid("ae", 1000), **tables, leads=list(LONG_AGO))

    found = one(compensation_leverage, view, "roles.ae")

    assert (found.answer, found.severity) == (Answer.MEASURED, None)


def test_pay_at_target_stands_in_for_costs_and_says_so(looked):
    text = TEXT.replace("ae: {is: AE,", "ae: {is: AE, plan: ae,").rstrip() + PLAN

    view = looked(text, people=staff("AE"), **customers(40))
    found = one(compensation_leverage, view, "roles.ae")

    # six people at 2,000
    assert found.measured.value == pytest.approx(40 / 12)
    assert "From pay at target, which is not what was paid." in found.caveats

    def cost(role: str, hours: float):
        half = Estimate(0.5, "share")
        return hours_elsewhere(view, role, (), hours, view.year, half, "support")

    # 104 hours of 6 x 52 x 40 of a year, or twice as many, of 12,000
    assert (cost("ae", 104).low, cost("ae", 104).high) == pytest.approx((100, 200))
    assert cost("ae", 0) is None
    assert cost("ae and csm", 104) is None


@pytest.mark.shows("000-06", "cannot tell")
def test_without_costs_or_plans_nothing_can_be_told(looked):
    (found,) = compensation_leverage(looked(people=staff("AE"), **customers(40)))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "neither costs of compensation nor pay at target" in found.says


def test_a_handoff_that_converts_too_little_costs_the_gap_to_the_band(looked):
    tables = customers(25)
    lost = [
        deal(f"l{n}", f"c{n}", "AE0", won=SIGNED, created_at="2025-12-01T09:00:00")
        | {"won": "false"}
        for n in range(75)
    ]
    view = looked(people=staff("AE"), **with_deals(tables, lost))

    cost = pipeline_lost(view, None, 100, Estimate(0.3, "share", 0.2, 0.4), 0.5, "meetings held")

    # 100 meetings x 10 to 30 % short x 25 % won x 1,000
    assert (round(cost.low), round(cost.high)) == (2500, 7500)
    assert cost.of == ("pipeline",)
    assert pipeline_lost(view, None, 100, Estimate(0.6, "share", 0.5, 0.7), 0.5, "x") is None


def test_revenue_at_risk_is_a_share_of_what_customers_pay(looked):
    view = looked(people=staff("AE"), **customers(40))

    cost = arr_at_risk(view, ("mid",), (0.1, 0.2), "as a study has it")

    assert (cost.low, cost.high) == (4000, 8000)
    assert cost.of == ("ARR in mid",)
