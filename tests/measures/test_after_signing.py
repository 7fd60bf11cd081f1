"""Customers after the sale, worked by hand; the answers that look right and are not stay away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from remit.charter import Charter
from remit.evidence import Evidence
from remit.measures.after_signing import customers, first_value, reviews_held, upsell_found
from remit.measures.drift import parked_book, won_drift
from remit.measures.leverage import pay_of, role_leverage, segment_leverage, wins_of
from remit.measures.owners import owner_changes
from remit.terms import Period

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

TEXT = """
    company: Acme
    time_zone: UTC
    segments: {mid: {where: {employees: {below: 1000}}}, big: {where: {employees: {at_least: 1000}}}}
    roles: {ae: {is: AE}, csm: {is: CSM}}
    titles: {"AE": ae, "CSM": csm}
    privacy: {minimum_group: 3}
    """
SIGNED, LAST = date(2026, 1, 1), date(2026, 6, 30)
YEAR = Period(date(2025, 7, 1), date(2026, 7, 1))
FAR = date(2029, 1, 1)


def won(account: str, day: date = SIGNED, owner: str = "ann", **more: object) -> dict:
    return {
        "opportunity_id": f"d-{account}-{day}",
        "account_id": account,
        "kind": "new",
        "owner_id": owner,
        "created_by": owner,
        "created_at": f"{day - timedelta(days=20)}T09:00:00",
        "closed_at": f"{day}T09:00:00",
        "won": "true",
        "amount": 100,
        "currency": "USD",
        **more,
    }


def term(account: str, first: date = SIGNED, end: date = FAR, arr: int = 100) -> dict:
    return {
        "contract_id": f"k-{account}-{first}",
        "account_id": account,
        "arr": arr,
        "currency": "USD",
        "first_day": str(first),
        "end_day": str(end),
    }


def company(account: str, segment: str = "mid", owner: str = "ann", **more: str) -> dict:
    return {"account_id": account, "segment": segment, "owner_id": owner, **more}


PEOPLE = [{"person_id": n, "title": "AE"} for n in ("ann", "bob", "cai", "dee")] + [
    {"person_id": n, "title": "CSM"} for n in ("eve", "fay", "gus")
]


@pytest.fixture
def told(charter, from_tables) -> Callable[..., tuple[Evidence, Charter, dict, Period]]:
    """What every measure is given, from rows; the evidence ends on the last of June."""

    def run(text: str = TEXT, **tables):
        declared = charter(text)
        last = {"lead_id": "last", "created_at": f"{LAST}T08:00:00"}
        leads = [last, *tables.pop("leads", [])]
        evidence = from_tables(declared, people=PEOPLE, leads=leads, **tables)
        return evidence, declared, declared.numbers(), YEAR

    return run


def persons(evidence: Evidence, *names: str) -> frozenset[str]:
    return frozenset(p["person_id"] for p in evidence.people() if p["source_id"] in names)


def test_a_customer_signs_with_its_first_won_deal_or_first_contract_and_counts_once(told):
    evidence, *_ = told(
        accounts=[company("a"), company("b"), company("sub", parent_id="a")],
        opportunities=[won("a"), won("sub", date(2025, 9, 1)), won("b", date(2026, 3, 1))],
        contracts=[term("b", date(2024, 1, 1))],
    )

    found = customers(evidence)

    assert found.signed == {"a": date(2025, 9, 1), "b": date(2024, 1, 1)}


def readings(*days: int | None) -> list[dict]:
    """A reading of 0 at signing and at the end, and of 3 on a day, of each customer."""
    return [
        {"account_id": f"c{n}", "metric": "users", "day": str(SIGNED + timedelta(days=at)), "value": v}
        for n, day in enumerate(days)
        for at, v in ((0, 0), (180, 0), *(((day, 3),) if day else ()))
    ]  # fmt: skip


def test_customers_still_waiting_are_in_the_share_and_in_the_median(told):
    days = (10, 20, 30, 70, None, None, None, None, None, None)
    names = [f"c{n}" for n in range(10)]
    asked = told(
        accounts=[company(c) for c in names],
        opportunities=[won(c) for c in names],
        usage=readings(*days),
    )

    found = first_value(*asked, metric="users", at_least=3)

    assert (found.customers, found.reached, found.unread) == (10, 4, 0)
    # of those that got there the median is 25 days; of all there is none yet
    assert found.median is None
    assert found.by_limit.value == pytest.approx(0.3)
    assert found.rows[0][2] is None
    assert found.rows[-1][3] == 10


def test_another_reading_than_the_one_asked_for_is_none(told):
    asked = told(accounts=[company("c0")], opportunities=[won("c0")], usage=readings(10))

    assert first_value(*asked, metric="seats", at_least=1) is None


def test_customers_who_leave_compete_with_upsell(told):
    """Ten sign; one upsell on day 10, four leave on day 20, one upsell on day 50, four stay open."""
    names = [f"c{n}" for n in range(10)]
    ends = {f"c{n}": SIGNED + timedelta(days=20) for n in (1, 2, 3, 4)}
    grown = [
        won("c0", kind="expansion", created_by="eve", won="", closed_at="",
            created_at=f"{SIGNED + timedelta(days=10)}T09:00:00", opportunity_id="x0"),
        won("c5", kind="expansion", created_by="fay", won="", closed_at="",
            created_at=f"{SIGNED + timedelta(days=50)}T09:00:00", opportunity_id="x5"),
        won("c6", kind="expansion", created_by="ann", won="", closed_at="",
            created_at=f"{SIGNED + timedelta(days=5)}T09:00:00", opportunity_id="x6"),
    ]  # fmt: skip
    asked = told(
        accounts=[company(c) for c in names],
        opportunities=[*(won(c) for c in names), *grown],
        contracts=[term(c, end=ends.get(c, FAR)) for c in names],
    )

    found = upsell_found(*asked, roles=("csm",), persons=persons(asked[0], "eve", "fay", "gus"))

    # 1 - KM would say 1 - 9/10 x 4/5 = 28 %, and counting whoever opened the deal 30 %
    assert found.share.value == pytest.approx(0.2)
    assert (found.found, found.by_others, found.days) == (2, 1, 90)
    waited = {row[0]: row[3] for row in found.rows}
    assert (waited["c1"], waited["c7"]) == (20, 180)  # gone after 20 days, still there after 180


def test_reviews_are_due_only_in_whole_intervals_as_a_customer(told):
    """Three intervals of 60 days: one customer for all, one for the last two, one for half a one."""
    over = Period(LAST - timedelta(days=179), LAST + timedelta(days=1))
    since = {"a": date(2024, 1, 1), "b": over.start + timedelta(days=60), "c": date(2026, 6, 1)}
    met = over.end - timedelta(days=10)
    act = {
        "activity_id": "m1",
        "kind": "meeting",
        "happened_at": f"{met}T09:00:00",
        "day": str(met),
        "date_only": "false",
        "counted": "true",
        "minutes": 30,
        "rule": "qbr",
    }
    asked = told(
        TEXT.rstrip()
        + """
    activities: {rules: [{name: qbr, where: {Subject: "QBR*"}, is: customer_success}]}
    """,
        accounts=[company(c, "big" if c == "a" else "mid") for c in since],
        opportunities=[won(c, day) for c, day in since.items()],
        contracts=[term(c, day) for c, day in since.items()],
        activities=[act, {**act, "activity_id": "m2", "rule": ""}],
        participants=[{"activity_id": a, "person_id": "eve", "part": "owner"} for a in ("m1", "m2")],
        activity_links=[
            {"activity_id": a, "record_type": "account", "record_id": c}
            for a, c in (("m1", "a"), ("m2", "b"))
        ],
    )  # fmt: skip

    found = reviews_held(*asked[:3], over, rule="qbr", every=60)

    assert (found.held, found.due, found.customers) == (1, 5, 2)
    assert found.rows == (("b", 2, 2, None), ("a", 2, 3, str(met)))
    big = reviews_held(*asked[:3], over, rule="qbr", every=60, segments=("big",))
    assert (big.held, big.due) == (1, 3)
    assert reviews_held(*asked[:3], Period(met, over.end), rule="qbr", every=60) is None


def spells(account: str, *owners: tuple[str, str, str]) -> list[dict]:
    return [
        {"record_type": "account", "record_id": account, "owner_id": o, "from_at": f, "to_at": t}
        for o, f, t in owners
    ]


def test_owner_changes_are_held_against_customers_alike_and_not_against_all(told):
    """Small customers leave by half whoever owns them; all changes are of small ones."""
    start, cut = date(2024, 1, 1), "2025-02-15T00:00:00"
    rows: dict[str, list] = {"accounts": [], "opportunities": [], "contracts": [], "changes": []}
    for n in range(40):
        small, gone = n < 20, n < 20 and n % 2 == 0
        name, segment = f"c{n}", "mid" if small else "big"
        rows["accounts"].append(company(name, segment))
        rows["opportunities"].append(won(name, start))
        rows["contracts"].append(term(name, start, date(2025, 6, 1) if gone else FAR))
        owner = ("ann", "bob", "cai", "dee")[n % 4]
        if n < 10:
            rows["changes"] += spells(
                name,
                (owner, "2024-01-01T00:00:00", cut),
                ("dee" if owner != "dee" else "ann", cut, ""),
            )
        elif n == 11:  # not yet a year ago
            late = "2026-03-01T00:00:00"
            rows["changes"] += spells(name, (owner, "2024-01-01T00:00:00", late), ("ann", late, ""))
        else:
            rows["changes"] += spells(name, (owner, "2024-01-01T00:00:00", ""))
    changes = rows.pop("changes")

    found = owner_changes(*told(**rows, ownership_changes=changes), roles=("ae",))

    # 5 of 10 stayed, beside 5 of 10 small ones; beside all 30 others it would be 50 % less 83 %
    assert (found.changed, found.unmatched, found.kept) == (10, 0, 10)
    assert found.difference.of == "10 changes, 1 strata"
    assert found.difference.value == pytest.approx(0)
    assert (found.changed_retention, found.kept_retention) == pytest.approx((0.5, 0.5))


def test_a_seller_who_has_just_come_is_not_parked(charter, from_tables):
    declared = charter(TEXT)
    people = [{"person_id": n, "title": "AE"} for n in ("ann", "bob", "cai", "new")]
    since = {"ann": "2020-01-01", "bob": "2020-01-01", "cai": "2020-01-01", "new": "2026-05-01"}
    names = {"a": "ann", "b": "bob", "c": "cai", "n": "new"}
    found = from_tables(
        declared,
        people=people,
        positions=[{"person_id": p, "title": "AE", "first_day": d} for p, d in since.items()],
        leads=[{"lead_id": "last", "created_at": f"{LAST}T08:00:00"}],
        accounts=[company(a, owner=o) for a, o in names.items()] + [company("fresh", owner="bob")],
        opportunities=[won(a, date(2023, 1, 1), o) for a, o in names.items()]
        + [won("fresh", date(2026, 2, 1), "bob")],
        contracts=[term(a, date(2023, 1, 1), arr=100) for a in names]
        + [term("fresh", date(2026, 2, 1), arr=100)],
    )

    book = parked_book(
        found, declared, declared.numbers(), YEAR, roles=("ae",),
        persons=persons(found, *since),
    )  # fmt: skip

    # 200 of ann and cai, of 400 of those who were there all along; with the new one 300 of 500
    assert (book.people, book.arr) == (3, Decimal(400))
    assert book.without_new.value == pytest.approx(0.5)
    assert book.mature == pytest.approx(0.75)


def test_only_sellers_who_won_in_both_years_count_for_drift(told):
    """Ann goes from nothing to a half of expansion; Bob joins with expansion alone."""
    deals = [
        won("a", date(2024, 9, 1), "ann"),
        won("b", date(2025, 9, 1), "ann"),
        won("c", date(2025, 9, 2), "ann", kind="expansion"),
        won("d", date(2025, 9, 3), "bob", kind="expansion"),
    ]
    asked = told(
        accounts=[company(a) for a in "abcd"],
        opportunities=deals,
        leads=[{"lead_id": "first", "created_at": "2024-01-01T08:00:00"}],
    )

    found = won_drift(*asked, persons=persons(asked[0], "ann", "bob"))

    assert (found.before, found.after, found.people) == (0.0, 0.5, 1)
    assert found.change.value == pytest.approx(0.5)
    assert found.change.low is None


def costs(*rows: tuple[str, str, int]) -> list[dict]:
    return [
        {"month": month, "kind": "comp", "role": "ae", "segment": segment, "amount": amount,
         "currency": "USD"}
        for month, segment, amount in rows
    ]  # fmt: skip


def test_months_are_cut_to_the_period_and_missing_ones_cost_as_much_a_day(told):
    asked = told(costs=costs(("2026-05-01", "", 310), ("2026-06-01", "", 300)))
    half_of_may = Period(date(2026, 5, 16), date(2026, 7, 1))
    from_april = Period(date(2026, 4, 1), date(2026, 7, 1))

    # 16 of 31 days of May, and June; then 10 a day for 91 days
    assert pay_of(*asked[:3], half_of_may, roles=("ae",)).amount == Decimal(460)
    assert pay_of(*asked[:3], from_april, roles=("ae",)).amount == Decimal(910)
    # known for two months of twelve only, and no plan either
    assert pay_of(*asked, roles=("ae",)) is None


def test_retained_revenue_is_capped_at_what_each_customer_paid_at_the_start(told):
    start = date(2024, 1, 1)
    turn = date(2026, 1, 1)
    paid = {"a": (100, 130), "b": (100, 80), "c": (100, 0)}
    contracts = [term(c, start, turn, then) for c, (then, _) in paid.items()]
    contracts += [term(c, turn, arr=now) for c, (_, now) in paid.items() if now]
    months = [f"{2025 + (6 + n) // 12}-{(6 + n) % 12 + 1:02d}-01" for n in range(12)]
    pay = costs(*((month, "", 15) for month in months))
    asked = told(
        accounts=[company(c) for c in paid],
        contracts=[*contracts, term("new", turn, arr=1000)],
        costs=[*pay, *({**row, "role": "csm", "amount": 45} for row in pay)],
    )

    (found,) = role_leverage(
        *asked, gives=("retained",), roles=("ae",), persons=persons(asked[0], "ann", "bob", "cai")
    )

    # 100 + 80 + 0, not 210, and nothing of the new one; for 180 of pay
    assert found.amount == Decimal(180)
    assert found.now.value == pytest.approx(1.0)
    # all who work there, half of 180 and half of 540: neither role is held by segment
    (segment,) = segment_leverage(*asked, gives=("retained",), segment="mid")
    assert segment.now.value == pytest.approx(180 / 360)


def test_what_a_won_deal_is_worth_is_of_won_ones_and_the_rate_of_closed_ones(told):
    asked = told(
        accounts=[company("a"), company("b"), company("c")],
        opportunities=[
            won("a", amount=300), won("b", amount=100),
            won("c", amount=900, won="false"), won("c", won="", closed_at="", opportunity_id="o"),
        ],
    )  # fmt: skip

    found = wins_of(*asked)

    assert (found.won, found.closed, found.value) == (2, 3, Decimal(200))
    assert found.rate == pytest.approx(2 / 3)
