"""How a charter's ownership map reads as a structure: one answer at each boundary."""

from __future__ import annotations

from datetime import date

import pytest

from remit.charter import AccountAge, Cell, Function, headcount, owners, structure
from remit.charter.ownership import EVERYWHERE

DAY = date(2026, 6, 1)

SPECIALISTS = """
    company: Acme
    roles:
      sdr: {is: SDR}
      ae: {is: AE}
      se: {is: SE}
      am: {is: AM}
      csm: {is: CSM, owns: [onboarding, customer_success, renewal]}
    outside: [support]
    nobody: [deal_desk]
"""
GENERALISTS = """
    company: Acme
    roles:
      seller: {is: AE/AM}
      csm: {is: CSM}
"""


def test_specialists_are_read_as_split_at_every_boundary_they_part(charter):
    read = structure(charter(SPECIALISTS), EVERYWHERE)

    assert read["sdr_ae"] == "split"
    assert read["ae_se"] == "split"
    assert read["ae_am"] == "split_at_close"
    assert read["am_csm"] == "split"
    assert read["renewal_owner"] == "CSM"
    assert read["csm_support"] == "split"


def test_a_boundary_with_nobody_on_one_side_has_no_answer(charter):
    assert structure(charter(SPECIALISTS), EVERYWHERE)["ae_deal_desk"] is None


def test_generalists_hold_both_sides_of_the_sale(charter):
    read = structure(charter(GENERALISTS), EVERYWHERE)

    assert read["sdr_ae"] == "joined"
    assert read["ae_am"] == "joined"
    assert read["renewal_owner"] == "AE"


def test_an_ae_who_holds_the_account_for_its_first_term_hands_over_at_the_first_renewal(charter):
    read = structure(
        charter("""
            company: Acme
            roles:
              ae: {is: AE, owns: {closing: {}, discovery: {}, expansion: {account_age: first_term}}}
              am: {is: AM, owns: {expansion: {account_age: later_terms}}}
        """),
        EVERYWHERE,
    )

    assert read["ae_am"] == "split_at_first_renewal"


def test_sdrs_for_inbound_and_bdrs_for_outbound_are_split_by_motion(charter):
    read = structure(
        charter("""
            company: Acme
            roles:
              inbound_sdr: {is: SDR, motion: inbound}
              outbound_bdr: {is: BDR, motion: [outbound, named]}
              ae: {is: AE}
        """),
        EVERYWHERE,
    )

    assert read["sdr_ae"] == "split_by_motion"
    assert read["sdr_bdr"] == "separate"


def test_success_without_expansion_is_csm_only(charter):
    read = structure(
        charter("""
            company: Acme
            roles:
              ae: {is: AE}
              csm: {is: CSM, owns: [onboarding, customer_success, renewal]}
            nobody: [expansion]
        """),
        EVERYWHERE,
    )

    assert read["am_csm"] == "csm_only"


def test_two_roles_of_different_motions_do_not_overlap(charter):
    read = charter("""
        company: Acme
        roles:
          inbound_sdr: {is: SDR, motion: inbound}
          outbound_sdr: {is: SDR, motion: [outbound, named]}
          ae: {is: AE}
    """)

    at = Cell(Function.PROSPECTING, EVERYWHERE, "inbound", AccountAge.BEFORE_WIN)
    assert owners(read)[at].owns == ("inbound_sdr",)
    assert not any(held.overlap for held in owners(read).values())


def test_work_said_to_be_outside_in_one_segment_is_a_gap_in_the_other(charter):
    read = charter("""
        company: Acme
        segments:
          large: {where: {employees: {at_least: 1000}}}
          small: {}
        roles:
          ae: {is: AE}
        outside: {support: {segments: [small]}}
    """)

    gaps = {
        cell.segment
        for cell, held in owners(read).items()
        if cell.function is Function.SUPPORT and held.gap
    }
    assert gaps == {"large"}


def test_a_role_of_ones_own_needs_no_kind_but_says_what_it_owns(charter):
    read = charter("""
        company: Acme
        roles:
          partner_manager: {owns: [prospecting], output: partner-sourced pipeline}
    """)

    at = Cell(Function.PROSPECTING, EVERYWHERE, "named", AccountAge.BEFORE_WIN)
    assert owners(read)[at].owns == ("partner_manager",)


# Headcount


def test_headcount_counts_shares_of_the_people_in_office_on_the_day(charter):
    read = charter("""
        company: Acme
        roles:
          ae: {is: AE}
        people:
          - {person: Ada, role: ae}
          - {person: Ben, role: ae, share: 0.5}
          - {person: Cem, role: ae, to: 2026-05-31}
    """)

    assert headcount(read, "ae", None, DAY) == 1.5


def test_a_role_that_nobody_counts_has_no_headcount_and_not_none_of_them(charter):
    assert headcount(charter(GENERALISTS), "seller", None, DAY) is None


@pytest.mark.parametrize(
    ("stated", "segment", "count"),
    [("12", None, 12), ("{large: 4, small: 8}", "large", 4), ("{large: 4, small: 8}", None, 12)],
)
def test_a_stated_headcount_stands_where_people_are_not_named(charter, stated, segment, count):
    read = charter(f"""
        company: Acme
        segments:
          large: {{where: {{employees: {{at_least: 1000}}}}}}
          small: {{}}
        roles:
          ae: {{is: AE, headcount: {stated}}}
    """)

    assert headcount(read, "ae", segment, DAY) == count


def test_one_number_for_several_segments_says_nothing_of_one_of_them(charter):
    read = charter("""
        company: Acme
        segments:
          large: {where: {employees: {at_least: 1000}}}
          small: {}
        roles:
          ae: {is: AE, headcount: 12}
    """)

    assert headcount(read, "ae", "large", DAY) is None


def test_pods_count_their_members(charter):
    read = charter("""
        company: Acme
        roles:
          ae: {is: AE}
          sdr: {is: SDR}
        teams:
          east: {is: pod, members: {ae: 3, sdr: 1}}
          west: {is: pod, members: {ae: 2, sdr: 1}}
    """)

    assert headcount(read, "ae", None, DAY) == 5
