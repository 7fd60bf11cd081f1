"""Facts measured from small tables that a pencil can check, and stated ones beside them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from remit.charter import fact_kinds
from remit.decide import Known, Measured, decide, known
from remit.decide.facts import DECLARED, MEASURED, SET
from remit.decide.measured import NOT_IN_EVIDENCE, Tells, measured_facts
from remit.terms import catalogue

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

LAST = date(2027, 1, 31)
CHARTER = """
    company: Acme
    currency: USD
    time_zone: UTC
    segments:
      smb: {where: {employees: {below: 100}}}
      mid: {where: {employees: {at_least: 100}}}
    roles:
      ae: {is: AE}
      csm: {is: CSM, owns: [onboarding, customer_success, renewal, expansion]}
      lead: {is: sales manager}
    titles: {"AE smb": {role: ae, segment: smb}, "AE mid": {role: ae, segment: mid},
             "CSM*": csm, "Lead*": lead}
    inbound: {Lead.LeadSource: [Web]}
    deals:
      kind: {new: [New]}
      stages: {Discovery: discovery, Validation: technical_validation, Proposal: closing}
    activities:
      rules:
        - {name: paper, object: Task, where: {Subject: ["Order*"]}, is: deal_desk}
    privacy: {minimum_group: 3}
    benchmarks:
      minimum_cases: {value: 3, because: tables that a pencil can check}
      minimum_weeks: {value: 3, because: tables that a pencil can check}
    """
SEEN = [{"lead_id": "last", "created_at": f"{LAST}T12:00:00"}]
"""The evidence reaches to its day."""


def person(name: str, title: str, **more: str) -> dict[str, str]:
    return {"person_id": name, "title": title, "is_person": "true", **more}


PEOPLE = [
    *(person(f"s{n}", "AE smb", manager_id="boss") for n in range(4)),
    *(person(f"m{n}", "AE mid") for n in range(2)),
    person("gone", "AE smb", active="false"),
    *(person(f"c{n}", "CSM") for n in range(3)),
    person("boss", "Lead"),
]


def account(name: str, segment: str = "smb", **more: str) -> dict[str, str]:
    return {"account_id": name, "name": name.upper(), "segment": segment, **more}


def term(name: str, customer: str, arr: int, first: str, end: str, of: str = "") -> dict[str, str]:
    return {
        "contract_id": name,
        "account_id": customer,
        "arr": str(arr),
        "currency": "USD",
        "first_day": first,
        "end_day": end,
        "renewal_of": of,
    }


def deal(name: str, customer: str, created: date, closed: date | None = None, **more) -> dict:
    """A new deal of an owner in smb; it is won where nothing else is said."""
    won = more.pop("won", closed is not None)
    return {
        "opportunity_id": name,
        "account_id": customer,
        "kind": "new",
        "owner_id": f"s{sum(map(ord, name)) % 4}",
        "created_at": f"{created}T00:00:00",
        "closed_at": f"{closed}T00:00:00" if closed else "",
        "won": "" if closed is None else str(won).lower(),
        "stage": "Proposal",
        "amount": "100",
        "currency": "USD",
        **more,
    }


@pytest.fixture
def measure(charter, from_tables):
    """What these tables tell of smb."""

    def run(text: str = CHARTER, **tables) -> Mapping[str, Measured]:
        declared = charter(text)
        tables.setdefault("people", PEOPLE)
        tables["leads"] = [*tables.get("leads", ()), *SEEN]
        evidence = from_tables(declared, today=LAST, **tables)
        assert evidence.as_of == LAST
        return measured_facts(declared, evidence, segments=["smb"])["smb"]

    return run


def interval(fact: Measured) -> tuple[float, float]:
    assert fact.low is not None
    assert fact.high is not None
    return fact.low, fact.high


def plain(text: str) -> str:
    """Without the override of the fewest cases."""
    return text.replace("minimum_cases: {value: 3,", "minimum_cases: {value: 20,")


# Every fact


def test_every_fact_a_charter_can_state_is_measured_or_has_a_reason_why_not(measure):
    found = measure()

    assert set(fact_kinds()) <= set(found)
    told = catalogue("remit.decide.measured", Tells)
    assert all(entry.note.how for entry in told.values())
    assert set(fact_kinds()) == (set(told) - {"acv"}) | set(NOT_IN_EVIDENCE)
    assert all(fact.unknown for name, fact in found.items() if name not in PEOPLE_FACTS)


PEOPLE_FACTS = ("sellers", "first_line_managers")


# Who sells and who leads


def test_sellers_are_those_who_are_there_and_each_managed_by_somebody_who_does_not_sell(measure):
    found = measure()

    assert found["sellers"].value == 4  # five titles; one has left
    assert found["first_line_managers"].value == 1
    assert found["first_line_managers"].of == "4 sellers who report to somebody"


def test_who_sells_in_several_segments_may_or_may_not_be_counted(measure):
    text = CHARTER.replace('"CSM*"', '"AE both": ae, "CSM*"')

    found = measure(text, people=[*PEOPLE, person("both", "AE both")])

    assert (found["sellers"].value, *interval(found["sellers"])) == (4, 4, 5)


def test_sellers_nobody_leads_on_record_have_no_known_managers(measure):
    found = measure(people=[person("s0", "AE smb")])

    assert found["first_line_managers"].unknown == "nothing says to whom the sellers here report"


@pytest.mark.parametrize(
    ("on_a_list", "named"), [(12, True), (6, None), (1, False)], ids=["most", "half", "few"]
)
def test_named_accounts_are_those_on_a_list_where_most_open_deals_are(measure, on_a_list, named):
    listed = [
        {"account_id": f"a{n}", "territory": "north", "first_day": "2026-01-01"}
        for n in range(on_a_list)
    ]

    found = measure(
        accounts=[account(f"a{n}") for n in range(12)],
        opportunities=[deal(f"d{n}", f"a{n}", date(2026, 12, 1)) for n in range(12)],
        territories=listed,
    )["named_accounts"]

    assert found.value is named
    assert ("neither most nor few" in found.unknown) is (named is None)


# What customers pay

BOOK = [
    term("a1", "a", 100, "2024-01-01", "2025-01-01"),
    term("a+", "a", 50, "2024-07-01", "2025-01-01"),  # half as much again in its first year
    term("a2", "a", 150, "2025-01-01", "2026-01-01", "a1"),
    term("a3", "a", 180, "2026-01-01", "2027-01-01", "a2"),  # 30 more in its third
    term("a4", "a", 180, "2027-01-01", "2028-01-01", "a3"),
    term("b1", "b", 100, "2024-01-01", "2025-01-01"),
    term("b2", "b", 100, "2025-01-01", "2026-01-01", "b1"),  # and then no more
    term("c1", "c", 200, "2025-01-01", "2026-01-01"),
    term("c2", "c", 240, "2025-12-20", "2026-12-20", "c1"),  # 40 more, renewed early
    term("c3", "c", 240, "2026-12-20", "2027-12-20", "c2"),
    term("d1", "d", 100, "2025-03-01", "2026-03-01"),  # left after a year
    term("e1", "e", 160, "2026-06-01", "2027-06-01"),
    term("f1", "f", 200, "2026-08-01", "2027-08-01"),
]
COMPANIES = [account(name) for name in "abcdefghij"]


@pytest.fixture
def book(measure):
    return measure(accounts=COMPANIES, contracts=BOOK)


def test_customers_landed_are_those_who_pay_today_of_at_least_those_the_crm_has(book):
    assert book["landed_accounts"].value == 4  # a, c, e and f
    assert (book["reachable_accounts"].value, book["reachable_accounts"].low) == (None, 10)
    assert book["reachable_accounts"].high is None


def test_where_most_known_companies_are_customers_nobody_can_tell_how_many_others_there_are(
    measure,
):
    found = measure(accounts=[account(name) for name in "abcef"], contracts=BOOK)

    assert found["landed_accounts"].value == 4
    assert "4 of the 5 companies" in found["reachable_accounts"].unknown


def test_a_term_that_ended_yesterday_may_still_be_renewed(measure):
    late = [t if t["contract_id"] != "e1" else {**t, "end_day": "2027-01-20"} for t in BOOK]

    found = measure(accounts=COMPANIES, contracts=late)

    assert (found["landed_accounts"].value, *interval(found["landed_accounts"])) == (3, 3, 4)


def test_the_first_sale_is_the_median_of_those_who_began_in_two_years(book):
    assert book["landed_value"].value == 160  # of 100, 160 and 200
    assert book["acv"].value == 160


def test_expansion_of_the_first_year_is_over_the_first_contracts_of_all_whose_year_is_over(book):
    # 50 more, of 100 + 100 + 200 + 100; e and f are younger, and c renewed early for its second
    assert book["year_1_expansion"].value == pytest.approx(50 / 500)
    assert book["year_1_expansion"].of == "4 customers whose first year is over"


def test_later_expansion_is_over_every_whole_year_that_began_as_a_customer(book):
    # a: 0 and 30 on 100; b: 0 on 100, then gone; c: 40 on 200; d left before its second year
    assert book["later_expansion"].value == pytest.approx(70 / 500)
    assert book["later_expansion"].of == "4 later years of 3 customers"


def test_the_first_sales_share_is_of_the_most_that_a_customer_ever_paid(book):
    # of those who began two years ago: 100 of 180, 100 of 100, 200 of 240
    assert book["first_sale_share"].value == pytest.approx(400 / 520)


def test_retention_follows_the_customers_of_a_year_ago(book):
    # a 180, c 240 and d 100 paid then; a and c pay as much now
    assert book["nrr"].value == pytest.approx(420 / 520)
    assert book["grr"].value == pytest.approx(420 / 520)
    # those who came since are growth, and no retention: 180 + 240 + 160 + 200
    assert book["growth"].value == pytest.approx(780 / 520 - 1)


def test_every_measured_number_has_an_interval_that_holds_it_what_it_is_of_and_its_query(book):
    for name in ("landed_value", "nrr", "grr", "growth", "year_1_expansion", "later_expansion"):
        low, high = interval(book[name])
        assert low <= book[name].value <= high
        assert book[name].of
        assert book[name].how
        assert "select" in book[name].query.casefold()
        assert book[name].as_of == LAST


def test_that_nobody_bought_more_does_not_say_that_nobody_could(measure):
    flat = [t for t in BOOK if t["contract_id"] != "a+"]

    found = measure(accounts=COMPANIES, contracts=flat)

    # a still has a rise at its renewal, which is none of its first year
    assert found["year_1_expansion"].value == 0
    assert found["year_1_expansion"].high == pytest.approx(1 - 0.05 ** (1 / 4))


def test_a_customer_whose_first_contract_renews_another_began_before_the_records_did(measure):
    cut = [t for t in BOOK if t["contract_id"] not in ("a1", "a+")]

    found = measure(accounts=COMPANIES, contracts=cut)

    assert found["year_1_expansion"].of == "3 customers whose first year is over"
    assert found["year_1_expansion"].value == 0


def test_without_contracts_nothing_is_known_of_what_customers_pay(measure):
    found = measure(accounts=COMPANIES)

    for name in ("nrr", "grr", "growth", "landed_accounts", "year_1_expansion", "landed_value"):
        assert found[name].unknown == "no contract or movement of recurring revenue is loaded"
        assert found[name].value is None


def test_too_few_customers_tell_nothing(measure):
    found = measure(plain(CHARTER), accounts=COMPANIES, contracts=BOOK)

    assert found["nrr"].unknown == (
        "3 customers at the start of the year, and 20 are the fewest that tell"
    )
    assert found["year_1_expansion"].unknown.startswith("4 customers whose first year is over")


def test_contracts_of_which_most_are_missing_are_not_taken_for_customers_who_left(measure):
    won = [deal(f"w{n}", "a", date(2026, 2, 1), date(2026, 3, 1)) for n in range(4)]
    named = [{**BOOK[0], "opportunity_id": "w0"}, *BOOK[1:]]

    found = measure(accounts=COMPANIES, contracts=named, opportunities=won)

    assert (
        "1 of 4 deals won in the year before last quarter have a contract" in found["nrr"].unknown
    )


# Who buys


def role(of: str, contact: str, part: str = "") -> dict[str, str]:
    return {"opportunity_id": of, "contact_id": contact, "role": part}


def contact(name: str, department: str = "") -> dict[str, str]:
    return {"contact_id": name, "account_id": "a", "department": department}


def test_personas_are_kinds_of_buyer_and_no_heads(measure):
    won = [deal(f"w{n}", "a", date(2026, 2, 1), date(2026, 3, 1 + n)) for n in range(4)]
    parts = [
        *(role("w0", f"p{n}", "User") for n in range(3)),  # three heads, one kind
        *(role("w1", f"p{n}", part) for n, part in enumerate(("User", "Buyer"))),
        *(role("w2", f"p{n}", part) for n, part in enumerate(("User", "Buyer", "Legal"))),
    ]

    found = measure(accounts=COMPANIES, opportunities=won, buying_roles=parts)

    assert found["personas"].value == 2  # of 1, 2 and 3; on w3 nobody is recorded
    assert found["personas"].of == "3 deals won"


def test_kinds_of_buyer_are_not_counted_where_most_deals_have_no_contact(measure):
    won = [deal(f"w{n}", "a", date(2026, 2, 1), date(2026, 3, 1 + n)) for n in range(8)]
    parts = [role(f"w{n}", "p0", "User") for n in range(3)]

    found = measure(accounts=COMPANIES, opportunities=won, buying_roles=parts)

    assert "on 3 of 8 deals won" in found["personas"].unknown


def test_expansion_needs_a_new_buyer_where_a_part_or_department_was_not_on_the_first_deal(measure):
    first = [deal(f"n{a}", a, date(2024, 12, 1), date(2025, 1, 1)) for a in "abcdef"]
    more = [
        deal(f"x{a}", a, date(2025, 5, 1), date(2025, 6, 1), kind="expansion") for a in "abcdef"
    ]
    after = [deal("ya", "a", date(2026, 3, 1), date(2026, 6, 1), kind="expansion")]
    parts = [
        *(role(f"n{a}", "it1", "Buyer") for a in "abcdef"),
        role("xa", "it2", "Buyer"),  # another head of the same kind
        role("xb", "it2", "User"),  # a new part
        role("xc", "hr", "Buyer"),  # a new department
        role("xd", "none", "Buyer"),  # a department that is not known is not a new one
        role("ya", "hr", "Buyer"),
    ]
    contacts = [contact("it1", "IT"), contact("it2", "IT"), contact("hr", "HR"), contact("none")]

    found = measure(
        accounts=COMPANIES,
        opportunities=[*first, *more, *after],
        buying_roles=parts,
        contacts=contacts,
    )

    assert found["year_1_new_buyers"].value == 0.5  # b and c of a to d; on e and f is nobody
    assert found["year_1_new_buyers"].of == "4 expansion deals"
    assert found["later_new_buyers"].unknown.startswith("1 expansion deals won after a customer's")


# New deals

DEALS = [
    deal("w1", "a", date(2026, 3, 1), date(2026, 4, 1), owner_id="s0"),
    deal("w2", "b", date(2026, 3, 1), date(2026, 4, 1), owner_id="s1"),
    deal("l1", "c", date(2026, 3, 1), date(2026, 4, 1), won=False, owner_id="s2"),
    deal("o1", "d", date(2026, 3, 1), owner_id="s3"),
]


def test_the_win_rate_counts_deals_that_are_still_open(measure):
    found = measure(accounts=COMPANIES, opportunities=DEALS)

    assert found["win_rate"].value == pytest.approx(2 / 4)
    assert found["win_rate"].value != pytest.approx(2 / 3)  # of those that closed
    assert found["win_rate"].of == "4 new deals opened in the year"


def test_what_fewer_people_than_the_minimum_do_is_not_shown(measure):
    mine = [{**one, "owner_id": f"s{n % 2}"} for n, one in enumerate(DEALS)]

    found = measure(accounts=COMPANIES, opportunities=mine)

    assert found["win_rate"].unknown == (
        "2 people own these deals; what fewer than 3 do is not shown"
    )


def test_a_deal_began_inbound_by_its_lead_or_else_by_its_own_source(measure):
    leads = [
        {"lead_id": "web", "created_at": "2026-02-01T00:00:00", "source": "Web", "inbound": "true"},
        {"lead_id": "list", "created_at": "2026-02-01T00:00:00", "inbound": "false"},
    ]
    deals = [
        {**DEALS[0], "lead_id": "web"},
        {**DEALS[1], "lead_id": "list", "source": "Web"},  # the lead knows better
        {**DEALS[2], "source": "Web"},
        {**DEALS[3]},  # nobody knows
    ]

    found = measure(accounts=COMPANIES, opportunities=deals, leads=leads)

    assert found["inbound_share"].value == pytest.approx(2 / 3)
    assert found["inbound_share"].of == "3 new deals"


def entered(of: str, *days: tuple[str, date], left: date | None = None) -> list[dict[str, str]]:
    ends = [*(day for _, day in days[1:]), left]
    return [
        {
            "record_type": "opportunity",
            "record_id": of,
            "stage": stage,
            "entered_at": f"{day}T00:00:00",
            "left_at": f"{end}T00:00:00" if end else "",
            "place": str(place),
        }
        for place, ((stage, day), end) in enumerate(zip(days, ends, strict=True), 1)
    ]


def test_a_deal_stalls_that_stands_in_a_technical_stage_for_longer_than_won_ones_needed(measure):
    """Won deals needed 10, 10 and 20 days: nine in ten of them 18."""
    start = date(2026, 11, 1)
    won, stages = [], []
    for n, days in enumerate((10, 10, 20)):
        moved = start + timedelta(days=days)
        won.append(deal(f"w{n}", "a", start, date(2026, 12, 20)))
        stages += entered(
            f"w{n}", ("Validation", start), ("Proposal", moved), left=date(2026, 12, 20)
        )
    open_ = []
    for n, days in enumerate((30, 18, 17, 400)):
        open_.append(deal(f"o{n}", "a", date(2025, 12, 1)))
        stages += entered(f"o{n}", ("Validation", LAST - timedelta(days=days)))
    open_.append(deal("o4", "a", date(2025, 12, 1)))
    stages += entered("o4", ("Proposal", date(2025, 12, 1)))  # old, and in no technical stage

    found = measure(accounts=COMPANIES, opportunities=[*won, *open_], stage_changes=stages)

    # 30 and 400 days; the day looked from counts, so that 18 are 19
    assert found["technical_stalls"].value == pytest.approx(3 / 5)


def test_deals_whose_stages_are_not_known_do_not_count_as_moving(measure):
    open_ = [deal(f"o{n}", "a", date(2026, 12, 1)) for n in range(4)]

    found = measure(
        accounts=COMPANIES,
        opportunities=open_,
        stage_changes=entered("o0", ("Validation", date(2026, 12, 1))),
    )

    assert found["technical_stalls"].unknown == "the stages of 3 of 4 open deals are not known"


QUOTAS = [
    {
        "person_id": f"s{n}",
        "measure": "new_arr",
        "first_day": first,
        "end_day": end,
        "amount": "100",
        "currency": "USD",
    }
    for n in range(4)
    for first, end in (("2026-10-01", "2027-01-01"), ("2027-01-01", "2027-04-01"))
]
PIPELINE = [
    *(
        deal(f"w{n}", "a", date(2026, 10, 1), date(2026, 11, 1), owner_id=f"s{n}", amount="80")
        for n in range(4)
    ),
    *(
        deal(f"o{n}", "a", date(2026, 12, 1), owner_id=f"s{n}", amount=str(200 * n))
        for n in range(4)
    ),
]


def test_pipeline_coverage_is_open_pipeline_over_the_quotas_still_to_go(measure):
    found = measure(accounts=COMPANIES, opportunities=PIPELINE, quotas=QUOTAS)["pipeline_coverage"]

    # 0 + 200 + 400 + 600 open, four quotas of 100 and nothing won yet
    assert found.value == pytest.approx(1200 / 400)
    assert found.low < 3 < found.high


def test_pipeline_is_not_held_against_quotas_where_most_deals_must_be_missing(measure):
    little = [{**one, "amount": "20"} if one["won"] else one for one in PIPELINE]

    found = measure(accounts=COMPANIES, opportunities=little, quotas=QUOTAS)["pipeline_coverage"]

    assert "come to" in found.unknown
    assert found.unknown.endswith("under 30% deals are taken to be missing")


def test_beside_sdrs_nobody_sees_what_pipeline_aes_would_have_without_them(measure):
    text = CHARTER.replace("ae: {is: AE}", "ae: {is: AE}\n      sdr: {is: SDR}").replace(
        '"CSM*"', '"SDR": sdr, "CSM*"'
    )
    theirs = [{**one, "created_by": "sdr"} for one in PIPELINE]

    found = measure(
        text,
        people=[*PEOPLE, person("sdr", "SDR")],
        accounts=COMPANIES,
        opportunities=theirs,
        quotas=QUOTAS,
    )["pipeline_coverage"]

    assert found.value is None
    assert found.low == 0  # an SDR opened every deal there is
    assert found.high > 3


# Leads


def months_of(*counts: int) -> list[dict[str, str]]:
    """So many inbound leads in each of the twelve months up to January 2027."""
    months = [date(2026, month, 10) for month in range(2, 13)] + [date(2027, 1, 10)]
    return [
        {
            "lead_id": f"l{month}-{n}",
            "created_at": f"{month}T00:00:00",
            "segment": "smb",
            "inbound": "true",
        }
        for month, count in zip(months, counts, strict=True)
        for n in range(count)
    ] + [{"lead_id": "old", "created_at": "2025-01-01T00:00:00", "inbound": "false"}]


@pytest.mark.parametrize(
    ("counts", "predictable"),
    [
        ([20, 20, 21, 19, 20, 20, 20, 21, 19, 20, 20, 20], True),
        ([2, 60, 1, 55, 2, 70, 1, 58, 2, 61, 1, 59], False),
        ([2, 2, 1, 3, 2, 1, 2, 4, 2, 1, 2, 2], None),  # so few vary by chance alone
    ],
    ids=["steady", "in bursts", "too few a month"],
)
def test_leads_are_predictable_by_how_much_more_than_chance_they_vary(measure, counts, predictable):
    found = measure(leads=months_of(*counts))

    assert found["predictable_leads"].value is predictable
    assert bool(found["predictable_leads"].unknown) is (predictable is None)


def test_leads_that_deals_name_and_that_are_not_there_make_the_rest_a_part(measure):
    named = [{**one, "lead_id": f"gone{n}"} for n, one in enumerate(DEALS)]

    found = measure(accounts=COMPANIES, opportunities=named, leads=months_of(*[20] * 12))

    assert "0 of 4 leads that deals of the year name are here" in found["predictable_leads"].unknown


# The week


def weeks_of(person_id: str, hours: Mapping[str, int]) -> tuple[list, list, list]:
    """So many hours of each kind in each of eight weeks, in meetings of an hour."""
    acts, parts, links = [], [], []
    records = {
        "deal": ("opportunity", "o1"),
        "demo": ("opportunity", "v1"),
        "ticket": ("ticket", "t1"),
    }
    for week in range(8):
        monday = date(2026, 12, 7) + timedelta(days=7 * week)
        kinds = [kind for kind, length in hours.items() for _ in range(length)]
        for n, kind in enumerate(kinds):
            name, day = f"{person_id}-{week}-{n}", monday + timedelta(days=n // 8)
            acts.append(
                {
                    "activity_id": name,
                    "kind": "meeting",
                    "happened_at": f"{day}T{8 + n % 8:02}:00:00",
                    "day": str(day),
                    "date_only": "false",
                    "minutes": "60",
                    "counted": "true",
                    "rule": "paper" if kind == "paper" else "",
                }
            )
            parts.append({"activity_id": name, "person_id": person_id, "part": "attended"})
            if kind in records:
                record, of = records[kind]
                links.append({"activity_id": name, "record_type": record, "record_id": of})
    return acts, parts, links


OPEN = [
    deal("o1", "a", date(2026, 1, 1), stage="Proposal"),
    deal("v1", "a", date(2026, 1, 1), stage="Validation"),
]
STAGES = [
    *entered("o1", ("Proposal", date(2026, 1, 1))),
    *entered("v1", ("Validation", date(2026, 1, 1))),
]
TICKETS = [{"ticket_id": "t1", "account_id": "a", "opened_at": "2026-12-01T00:00:00"}]


@pytest.fixture
def spent(measure):
    """What is measured where people spend their weeks so."""

    def run(text: str = CHARTER, people=PEOPLE, **hours: Mapping[str, int]):
        acts, parts, links = [], [], []
        for one in people:
            mine = weeks_of(one["person_id"], hours.get(one["title"][:2], {}))
            acts, parts, links = acts + mine[0], parts + mine[1], links + mine[2]
        return measure(
            text,
            people=people,
            accounts=COMPANIES,
            opportunities=OPEN,
            stage_changes=STAGES,
            tickets=TICKETS,
            activities=acts,
            participants=parts,
            activity_links=links,
        )

    return run


def test_loads_are_shares_of_the_recorded_week(spent):
    found = spent(AE={"deal": 12, "demo": 6, "paper": 2}, CS={"ticket": 5, "deal": 15})

    assert found["demo_load"].value == pytest.approx(6 / 20)
    assert found["reactive_load"].value == pytest.approx(5 / 20)
    # prices and contracts are one rule: each is some part of it, and both in the middle all of it
    for name in ("pricing_load", "legal_load"):
        assert (found[name].value, found[name].low) == (None, 0.0)
        assert found[name].high == pytest.approx(2 / 20, abs=1e-6)


def test_a_week_of_which_little_is_recorded_tells_nothing(spent):
    found = spent(AE={"deal": 3, "demo": 2}, CS={"ticket": 1})

    for name in ("demo_load", "pricing_load", "reactive_load"):
        assert "of the working time of" in found[name].unknown


def test_what_too_few_people_do_all_week_is_not_shown(spent):
    two = [person("s0", "AE smb"), person("s1", "AE smb")]

    found = spent(people=two, AE={"deal": 12, "demo": 6})

    assert "fewer than 3 people are AE" in found["demo_load"].unknown


def test_where_engineers_give_the_demos_aes_may_have_that_much_more_without_them(spent):
    text = CHARTER.replace("ae: {is: AE}", "ae: {is: AE}\n      se: {is: SE}").replace(
        '"CSM*"', '"SE": se, "CSM*"'
    )
    people = [*PEOPLE, *(person(f"e{n}", "SE") for n in range(3))]

    found = spent(text, people, AE={"deal": 18, "demo": 2}, SE={"demo": 15, "deal": 5})["demo_load"]

    # three engineers with 15 of 20 hours each, for the six sellers of both segments
    assert found.value is None
    assert found.low == pytest.approx(2 / 20, abs=1e-6)
    assert found.high == pytest.approx(2 / 20 + 15 / 20 * 3 / 6, abs=1e-6)


# Side by side


SEGMENT = """
    company: Acme
    currency: USD
    segments:
      smb:
        acv: 9000
        facts: {facts}
    roles: {{ae: {{is: AE}}}}
    """


@pytest.fixture
def beside(charter):
    """What is known where a charter states some facts and others were measured."""

    def run(facts: str, replaced=None, **measured: Measured) -> Mapping[str, Known]:
        declared = charter(SEGMENT.format(facts=facts))
        seen = {name: dataclasses.replace(one, name=name) for name, one in measured.items()}
        return known(declared, "smb", LAST, replaced, seen)

    return run


def seen(value, low=None, high=None, **more) -> Measured:
    return Measured("", LAST, value, low, high, of="40 customers", **more)


def test_a_stated_fact_decides_and_the_measured_one_stands_beside_it(beside):
    found = beside("{nrr: 1.05}", nrr=seen(1.04, 0.98, 1.1))["nrr"]

    assert (found.value, found.low, found.basis) == (1.05, None, "stated")
    assert found.measured.value == 1.04
    assert not found.apart


def test_a_fact_that_is_not_stated_is_as_measured_with_its_interval_as_range(beside):
    found = beside("{}", nrr=seen(1.04, 0.98, 1.1))["nrr"]

    assert (found.value, found.low, found.high) == (1.04, 0.98, 1.1)
    assert (found.basis, found.on) == (MEASURED, LAST)
    assert found.source == "measured on 40 customers"


@pytest.mark.parametrize(
    ("stated", "apart"),
    [
        ("1.2", True),
        ("0.9", True),
        ("1.1", False),
        ("{from: 1.11, to: 1.3}", True),
        ("{from: 1.05, to: 1.3}", False),
        ("{value: 1.2, from: 1.0, to: 1.3}", False),
    ],
)
def test_what_is_stated_outside_all_that_was_measured_is_apart(beside, stated, apart):
    assert beside(f"{{nrr: {stated}}}", nrr=seen(1.04, 0.98, 1.1))["nrr"].apart is apart


def test_a_least_is_apart_from_what_lies_below_it_alone(beside):
    assert beside("{reachable_accounts: 900}", reachable_accounts=seen(None, 1000))[
        "reachable_accounts"
    ].apart
    assert not beside("{reachable_accounts: 9000}", reachable_accounts=seen(None, 1000))[
        "reachable_accounts"
    ].apart


def test_a_word_is_apart_from_another(beside):
    assert beside("{predictable_leads: true}", predictable_leads=seen(False))[
        "predictable_leads"
    ].apart
    assert not beside("{predictable_leads: true}", predictable_leads=seen(True))[
        "predictable_leads"
    ].apart


def test_what_the_charter_says_elsewhere_comes_before_what_was_measured(beside):
    found = beside("{}", acv=seen(12000.0, 11000.0, 13000.0))["acv"]

    assert (found.value, found.basis, found.apart) == (9000, DECLARED, True)


def test_a_value_set_for_one_run_comes_before_all(beside):
    found = beside("{nrr: 1.05}", replaced={"nrr": 0.9}, nrr=seen(1.04, 0.98, 1.1))["nrr"]

    assert (found.value, found.basis, found.apart) == (0.9, SET, True)


def test_what_evidence_cannot_tell_is_not_known(beside):
    assert "nrr" not in beside("{}", nrr=seen(None, unknown="no contracts"))


def test_a_share_told_in_two_stated_amounts_is_not_measured_over_them(beside):
    measured = seen(0.9, 0.8, 0.95)

    told = beside("{landed_value: 10, potential_value: 100}", first_sale_share=measured)
    half = beside("{landed_value: 10}", first_sale_share=measured)

    assert "first_sale_share" not in told
    assert half["first_sale_share"].value == 0.9


def test_half_of_what_was_measured_together_is_not_added_to_a_stated_half(beside):
    together = {"pricing_load": seen(None, 0.0, 0.1), "legal_load": seen(None, 0.0, 0.1)}

    assert {"pricing_load", "legal_load"} <= set(beside("{}", **together))
    assert "legal_load" not in beside("{pricing_load: 5%}", **together)


def test_sellers_who_could_be_staffed_are_those_measured_today(beside):
    found = beside("{}", sellers=seen(4.0))

    assert found["sellers_staffable"].value == 4
    assert found["sellers_staffable"].measured is None


def test_draws_go_through_a_measured_interval_as_through_a_stated_range(charter):
    measured = {
        "smb": {
            "demo_load": Measured("demo_load", LAST, 0.19, 0.1, 0.4),
            "technical_stalls": Measured("technical_stalls", LAST, 0.0, 0.0, 0.01),
        }
    }
    declared = charter(SEGMENT.replace("acv: 9000", "technical_sale: false").format(facts="{}"))

    answered = decide(declared, day=LAST, measured=measured).segments[0].at("ae_se")

    assert answered.answer == "joined"
    assert 0.3 < answered.shares["split"] < 0.8


def test_the_line_of_the_charter_that_states_a_fact_goes_along(charter, tmp_path):
    from remit.charter.read import read_with_places

    charter(SEGMENT.format(facts="{nrr: 1.05}"))
    declared, read = read_with_places(tmp_path / "charter.yaml")

    found = known(declared, "smb", LAST, read=read)

    assert found["nrr"].place.line == 7
    assert found["acv"].place is None
