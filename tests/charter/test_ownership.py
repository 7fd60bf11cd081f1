"""Who owns what, where and when: the map that a charter draws."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.charter import AccountAge, Charter, Function, ownership, remit_of, role_kinds
from remit.charter.ownership import EVERYWHERE

EVERY_AGE = set(AccountAge)


def cells(declared: Charter, role: str, function: Function, *, assists: bool = False) -> set:
    return {
        (cell.segment, cell.account_age)
        for cell in ownership(declared)
        if (cell.role, cell.function, cell.assists) == (role, function, assists)
    }


def test_a_list_of_functions_is_owned_everywhere_and_always(charter):
    declared = charter(
        """
        company: Acme
        segments: {smb: {}, mid: {}}
        roles: {csm: {is: CSM, owns: [renewal]}}
        """
    )

    assert cells(declared, "csm", Function.RENEWAL) == {
        (segment, age) for segment in ("smb", "mid") for age in EVERY_AGE
    }


def test_a_block_limits_where_and_when_a_function_is_owned(charter):
    declared = charter(
        """
        company: Acme
        segments: {smb: {}, mid: {}}
        roles:
          am: {is: AM, owns: {expansion: {segments: mid, account_age: later_terms}}}
        """
    )

    assert cells(declared, "am", Function.EXPANSION) == {("mid", AccountAge.LATER_TERMS)}


def test_a_list_and_a_block_that_limits_nothing_draw_the_same_map(charter):
    text = "company: Acme\nsegments: {{smb: {{}}}}\nroles: {{ae: {{is: AE, owns: {}}}}}\n"

    as_list = ownership(charter(text.format("[discovery, closing]")))
    as_block = ownership(charter(text.format("{discovery: {}, closing: {}}")))

    assert as_list == as_block


def test_a_role_that_works_in_one_segment_owns_nothing_in_another(charter):
    declared = charter(
        """
        company: Acme
        segments: {smb: {}, mid: {}}
        roles: {ae: {is: AE, segments: [mid]}}
        """
    )

    assert {cell.segment for cell in ownership(declared)} == {"mid"}
    assert remit_of(declared, "ae", "smb").owned == frozenset()


def test_what_a_role_does_not_say_its_kind_in_the_catalogue_says(charter):
    declared = charter(
        """
        company: Acme
        roles: {ae: {is: AE}, csm: {is: CSM, owns: [renewal]}}
        """
    )

    kind = role_kinds()["CSM"]
    assert remit_of(declared, "ae").owned == {Function.DISCOVERY, Function.CLOSING}
    assert remit_of(declared, "csm").owned == {Function.RENEWAL}
    assert remit_of(declared, "csm").assisted == set(kind.assists) - {Function.RENEWAL}


def test_a_role_that_owns_an_empty_list_owns_nothing_whatever_its_kind_does(charter):
    declared = charter("company: Acme\nroles: {ae: {is: AE, owns: [], assists: []}}\n")

    assert remit_of(declared, "ae").owned == frozenset()
    assert remit_of(declared, "ae").assisted == frozenset()


def test_a_function_both_owned_and_assisted_counts_as_owned(charter):
    declared = charter(
        """
        company: Acme
        roles: {ae: {is: AE, owns: [closing], assists: [closing, discovery]}}
        """
    )

    remit = remit_of(declared, "ae")

    assert remit.owned == {Function.CLOSING}
    assert remit.assisted == {Function.DISCOVERY}


def test_a_function_owned_at_one_account_age_only_counts_as_owned(charter):
    declared = charter(
        """
        company: Acme
        segments: {smb: {}, mid: {}}
        roles: {am: {is: AM, owns: {expansion: {segments: mid, account_age: later_terms}}}}
        """
    )

    assert remit_of(declared, "am", "mid").owned == {Function.EXPANSION}
    assert remit_of(declared, "am", "smb").owned == frozenset()
    assert remit_of(declared, "am").owned == {Function.EXPANSION}


def test_motions_stand_in_the_map_and_none_means_any(charter):
    declared = charter(
        """
        company: Acme
        roles: {sdr: {is: SDR, owns: {prospecting: {motion: [inbound, named]}, qualification: {}}}}
        """
    )

    motions = {cell.function: cell.motion for cell in ownership(declared) if not cell.assists}

    assert motions == {
        Function.PROSPECTING: ("inbound", "named"),
        Function.QUALIFICATION: (),
    }


def test_a_charter_without_segments_has_one_that_stands_for_all(charter):
    declared = charter("company: Acme\nroles: {ae: {is: AE}}\n")

    assert {cell.segment for cell in ownership(declared)} == {EVERYWHERE}


@pytest.mark.parametrize("kind", list(role_kinds()))
def test_no_kind_of_role_both_owns_and_assists_a_function(kind):
    stated = role_kinds()[kind]

    assert stated.owns
    assert not set(stated.owns) & set(stated.assists)


@given(
    st.dictionaries(
        st.sampled_from(["sdr", "ae", "csm"]),
        st.fixed_dictionaries(
            {"is": st.sampled_from(sorted(role_kinds()))},
            optional={
                "segments": st.lists(st.sampled_from(["smb", "mid"]), unique=True),
                "owns": st.lists(st.sampled_from([f.value for f in Function]), unique=True),
            },
        ),
        min_size=1,
    )
)
def test_a_remit_is_what_the_map_says_and_no_cell_is_drawn_twice(roles):
    declared = Charter.model_validate(
        {"company": "Acme", "segments": {"smb": {}, "mid": {}}, "roles": roles}
    )

    drawn = ownership(declared)

    assert max(Counter(drawn).values(), default=1) == 1
    for role in roles:
        remit = remit_of(declared, role)
        assert not remit.owned & remit.assisted
        assert remit.owned | remit.assisted == {c.function for c in drawn if c.role == role}
