"""Where ownership passes from one role to another along the cycle."""

from __future__ import annotations

from remit.charter import Charter, owners
from remit.charter.ownership import segments_of
from remit.charter.passages import Passage, passages


def passing(segment: str | None = None, **roles: dict) -> list[str]:
    """Each passage as `giver or giver to taker at function, age`, in the order of the cycle."""
    segments = {segment: {}} if segment else {}
    charter = Charter(company="Acme", segments=segments, roles=roles)
    (here,) = segments_of(charter)
    return [_said(one) for one in passages(owners(charter), here)]


def _said(one: Passage) -> str:
    back = " and back" if one.returns else ""
    return f"{' or '.join(one.givers)} to {one.taker} at {one.at}, {one.age}{back}"


SDR = {"is": "SDR"}
AE = {"is": "AE"}
CSM = {"is": "CSM", "owns": ["onboarding", "customer_success", "renewal"]}


def test_an_account_passes_from_who_finds_it_to_who_sells_and_who_looks_after_it():
    assert passing(sdr=SDR, ae=AE, csm=CSM) == [
        "sdr to ae at discovery, before_win",
        "ae to csm at onboarding, first_term",
    ]


def test_one_role_for_everything_passes_nothing_on():
    assert passing(seller={"is": "AE/AM"}) == []


def test_work_that_nobody_owns_is_passed_over():
    closer = {"is": "AE", "owns": ["closing"]}

    assert passing(sdr=SDR, ae=closer) == ["sdr to ae at closing, before_win"]


def test_a_deal_goes_to_an_engineer_and_to_the_deal_desk_and_comes_back():
    found = passing(ae=AE, se={"is": "SE"}, desk={"is": "deal desk"})

    assert found == [
        "ae to se at technical_validation, before_win and back",
        "ae to desk at deal_desk, before_win and back",
    ]


def test_who_discovers_is_nearest_to_the_engineer_and_who_closes_to_the_deal_desk():
    found = passing(
        opener={"is": "AE", "owns": ["discovery"]},
        closer={"is": "AE", "owns": ["closing"]},
        se={"is": "SE"},
        desk={"is": "deal desk"},
    )

    assert found == [
        "opener to closer at closing, before_win",
        "opener or closer to se at technical_validation, before_win and back",
        "closer or opener to desk at deal_desk, before_win and back",
    ]


def test_an_account_manager_gets_the_account_from_success_or_from_the_seller():
    assert passing(ae=AE, csm=CSM, am={"is": "AM", "owns": ["expansion"]}) == [
        "ae to csm at onboarding, first_term",
        "csm or ae to am at expansion, first_term",
    ]


def test_a_seller_who_keeps_the_customer_takes_nothing_over_after_the_win():
    seller = {"is": "AE", "owns": ["discovery", "closing", "renewal", "expansion"]}
    csm = {"is": "CSM", "owns": ["onboarding", "customer_success"]}

    assert passing(seller=seller, csm=csm) == ["seller to csm at onboarding, first_term"]


def test_accounts_change_hands_as_the_first_term_ends():
    ae = {"owns": {"closing": {}, "expansion": {"account_age": "first_term"}}}
    am = {"is": "AM", "owns": {"expansion": {"account_age": "later_terms"}}}

    assert passing(ae=ae, am=am) == ["ae to am at expansion, later_terms"]


def test_inbound_and_outbound_accounts_may_come_from_two_roles():
    found = passing(
        answering={"is": "SDR", "motion": ["inbound"]},
        hunting={"is": "SDR", "motion": ["outbound", "named"]},
        ae=AE,
    )

    assert found == [
        "answering to ae at discovery, before_win",
        "hunting to ae at discovery, before_win",
    ]


def test_nobody_hands_over_support():
    assert passing(ae=AE, desk={"owns": ["support"]}) == []


def test_a_role_that_works_elsewhere_takes_nothing_over_here():
    charter = Charter(
        company="Acme",
        segments={"smb": {}, "large": {}},
        roles={"sdr": {"is": "SDR", "segments": ["large"]}, "ae": AE},
    )
    held = owners(charter)

    assert passages(held, "smb") == ()
    assert [one.taker for one in passages(held, "large")] == ["ae"]
