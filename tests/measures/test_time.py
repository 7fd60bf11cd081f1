"""Time by role is shown for groups only, and no smaller group can be worked out from it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.charter import Charter
from remit.measures.roles import FAR_AHEAD, LONG_AGO, Held
from remit.measures.time import large_enough, minimum_group

SEGMENTS = ("enterprise", "mid_market", "smb")


def spell(person: str, role: str, segment: str) -> Held:
    return Held(person, role, segment, LONG_AGO, LONG_AGO, FAR_AHEAD, 1.0, "people file")


def staff(**sizes: int) -> list[Held]:
    """`ae_enterprise=6` is six people in the role ae in enterprise."""
    found = []
    for name, size in sizes.items():
        role, _, segment = name.partition("_")
        found += [spell(f"{name}{n}", role, segment) for n in range(size)]
    return found


def parts(spells: list[Held], group: int = 5) -> list[tuple[tuple[str, ...], tuple[str, ...], int]]:
    return [
        (roles, segments, len({s.person_id for s in of}))
        for roles, segments, of in large_enough(spells, group)
    ]


def test_segments_with_enough_people_stand_alone():
    assert parts(staff(ae_enterprise=5, ae_smb=6)) == [
        (("ae",), ("enterprise",), 5),
        (("ae",), ("smb",), 6),
    ]


def test_a_segment_with_too_few_people_joins_another_of_its_role():
    assert parts(staff(ae_enterprise=4, ae_smb=6)) == [(("ae",), ("enterprise", "smb"), 10)]


def test_small_segments_join_each_other_before_they_join_a_large_one():
    found = parts(staff(ae_enterprise=3, ae_midmarket=3, ae_smb=9))

    assert sorted(size for *_, size in found) == [6, 9]


def test_small_roles_are_shown_together_or_not_at_all():
    assert parts(staff(se_smb=3, am_smb=3)) == [(("se", "am"), ("smb",), 6)]
    assert parts(staff(se_smb=2, am_smb=2)) == []


@given(
    sizes=st.dictionaries(
        st.tuples(st.sampled_from(["ae", "sdr", "csm", "se"]), st.sampled_from(SEGMENTS)),
        st.integers(0, 9),
    ),
    group=st.integers(3, 10),
)
def test_no_part_is_under_the_minimum_and_no_two_parts_of_a_role_overlap(sizes, group):
    """So no difference of two published parts is about fewer people than the minimum."""
    spells = staff(**{f"{role}_{segment}": size for (role, segment), size in sizes.items()})

    found = parts(spells, group)

    assert all(size >= group for *_, size in found)
    shown = [
        (role, segment)
        for roles, segments, _ in found
        if len(roles) == 1
        for role in roles
        for segment in segments
    ]
    assert len(shown) == len(set(shown))


CHARTER = """
    company: Acme
    time_zone: UTC
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    people: people.csv
    """


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ("", 5),
        ("privacy: {minimum_group: 3}", 3),
        ("benchmarks: {minimum_group: {value: 7, because: agreed with the works council}}", 7),
    ],
    ids=["by default", "by the charter", "by its benchmark"],
)
def test_the_fewest_people_in_a_figure_are_the_charters(charter, said, group):
    declared = charter(CHARTER.replace("    people: people.csv\n", f"    {said}\n"))

    assert minimum_group(declared, declared.numbers(), date(2026, 12, 31)) == group


def test_a_charter_that_no_file_stated_gets_no_group_under_three_either():
    few = {"minimum_group": {"value": 1, "because": "we are few"}}
    declared = Charter(company="Acme", roles={"ae": {"is": "AE"}}, benchmarks=few)

    assert minimum_group(declared, declared.numbers(), date(2026, 12, 31)) == 3


@pytest.mark.parametrize(
    ("rows", "settled"),
    [
        (["u,sdr,,1,2026-01-01,"], date(2026, 1, 1) + timedelta(days=60)),
        (
            ["u,sdr,,1,2025-01-01,2026-01-31", "u,ae,,1,2026-02-01,"],
            date(2026, 2, 1) + timedelta(days=30),
        ),
        (["u,ae,,1,2025-01-01,2026-01-31", "u,ae,,0.5,2026-02-01,"], date(2026, 2, 1)),
    ],
    ids=["a new hire ramps", "somebody who moved settles in", "going on in a role settles nothing"],
)
def test_the_first_days_in_a_role_are_left_out(charter, evidence, rows, settled):
    declared = charter(CHARTER, people="\n".join(["person,role,segment,share,from,to", *rows]))
    found = evidence(
        declared,
        User=[{"Id": "005U", "Name": "u", "CreatedDate": "2020-01-01"}],
        Lead=[{"Id": "00Q1", "CreatedDate": "2026-12-01"}],
    )

    assert found.sql("SELECT max(settled_day) FROM assignments") == [(settled,)]
