"""Time as people say it: a second estimate, in the same groups, and never about a few."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from remit.charter import Charter
from remit.measures import FunctionTime, RoleTime, SaidTime, diary_by_role, open_for, side_by_side
from remit.measures.diary import DiaryTime
from remit.sources import load
from remit.terms import Estimate, Period

TODAY = date(2026, 12, 31)
OVER = Period(date(2026, 1, 5), date(2026, 6, 29))
CHARTER = """
    company: Acme
    roles: {sdr: {is: SDR}, ae: {is: AE}, se: {is: SE}}
    titles: {"SDR": sdr, "AE": ae, "SE": se}
    """


def staff(**sizes: int) -> list[dict[str, str]]:
    return [
        {
            "Id": f"005{role}{n}",
            "Name": f"{role} {n}",
            "Title": role.upper(),
            "CreatedDate": "2020-01-01",
        }
        for role, size in sizes.items()
        for n in range(size)
    ]


def weeks(count: int) -> list[date]:
    return [OVER.start + timedelta(days=7 * n) for n in range(count)]


def rows(person: str, days: Sequence[date], **hours: float) -> list[str]:
    return [
        f"{person},{day},{function},{value}" for day in days for function, value in hours.items()
    ]


@pytest.fixture
def said(
    charter: Callable[..., Charter], tmp_path: Path, write_export: Callable[..., Path]
) -> Callable[..., Any]:
    """Load people and what they said, and measure it."""

    def run(
        who: Sequence[Mapping[str, str]], told: Sequence[str], text: str = CHARTER, **beside: str
    ) -> tuple[DiaryTime, ...]:
        declared = charter(text, **beside)
        (tmp_path / "diary.csv").write_text("\n".join(["person,week,function,hours", *told]) + "\n")
        into = tmp_path / "evidence.duckdb"
        load(declared, [write_export("crm", User=who), tmp_path / "diary.csv"], into, today=TODAY)
        return diary_by_role(open_for(declared, into), declared, declared.numbers(), OVER)

    return run


def test_a_share_is_the_mean_over_people_not_over_hours(said):
    told = rows("ae 0", weeks(1), prospecting=10, closing=10)
    for n in range(1, 6):
        told += rows(f"ae {n}", weeks(1), prospecting=0, closing=40)

    (ae,) = said(staff(ae=6), told)

    shares = {f.function: round(f.share.value, 4) for f in ae.functions}
    assert shares == {"closing": round((0.5 + 5) / 6, 4), "prospecting": round(0.5 / 6, 4)}
    assert (ae.role, ae.answered, ae.people, ae.weeks) == ("ae", 6, 6, 1)


def test_the_interval_holds_the_share_and_widens_with_people_who_differ(said):
    alike, apart = [], []
    for n in range(6):
        alike += rows(f"ae {n}", weeks(8), prospecting=10, closing=30)
        apart += rows(f"ae {n}", weeks(8), prospecting=40 * (n % 2), closing=40 * (1 - n % 2))

    (one,) = said(staff(ae=6), alike)
    (other,) = said(staff(ae=6), apart)

    def width(found: DiaryTime) -> float:
        share = next(f.share for f in found.functions if f.function == "prospecting")
        assert share.low <= share.value <= share.high
        return share.high - share.low

    assert width(one) < 0.01 < 0.3 < width(other)


def test_a_week_left_out_is_no_week_without_work(said):
    told = []
    for n in range(6):
        told += rows(f"ae {n}", weeks(4) if n else weeks(1), prospecting=10, closing=30)

    (ae,) = said(staff(ae=6), told)

    assert {f.function: round(f.share.value, 2) for f in ae.functions}["prospecting"] == 0.25
    assert ae.response.value == pytest.approx(21 / 24)


def test_where_fewer_answered_than_the_minimum_group_nothing_is_shown_and_no_count_either(said):
    told = [row for n in range(4) for row in rows(f"ae {n}", weeks(4), prospecting=40)]

    (ae,) = said(staff(ae=8), told)

    assert (ae.functions, ae.answered, ae.response, ae.hours) == ((), None, None, 0.0)


def test_small_roles_are_put_together_as_they_are_for_recorded_time(said):
    told = [
        row
        for n in range(3)
        for role in ("ae", "se")
        for row in rows(f"{role} {n}", weeks(2), closing=30)
    ]

    (both,) = said(staff(ae=3, se=3), told)

    assert (both.role, both.answered) == ("small roles", 6)


def test_weeks_in_which_somebody_still_settled_in_do_not_count(said):
    people = "person,role,segment,share,from,to\n" + "".join(
        f"ae {n},ae,,1,2020-01-01,\n" for n in range(5)
    )
    people += "ae 5,ae,,1,2026-01-05,\n"
    told = [row for n in range(5) for row in rows(f"ae {n}", weeks(1), closing=40)]
    told += rows("ae 5", weeks(1), prospecting=40)

    (ae,) = said(staff(ae=6), told, CHARTER + "people: people.csv\n", people=people)

    assert [f.function for f in ae.functions] == ["closing"]


def test_without_a_diary_there_is_no_estimate(said):
    assert said(staff(ae=6), rows("ae 0", [date(2025, 1, 6)], closing=1)) == ()


# Beside the recorded time


def recorded(**shares: float) -> RoleTime:
    told = tuple(
        FunctionTime(name, "owned", Estimate(v, "share", v - 0.05, v + 0.05), Estimate(v, "share"), v, v, 1.0, 0.0)
        for name, v in shares.items()
    )  # fmt: skip
    whole = Estimate(0.3, "share")
    return RoleTime(
        "ae", (), 6, OVER, 20, whole, 1.0, 1.0, 0.0, 1.0, told, whole, whole, (), 0, 0, ""
    )


def diary(**shares: float) -> DiaryTime:
    told = tuple(
        SaidTime(name, "owned", Estimate(v, "share", v - 0.05, v + 0.05), 1.0)
        for name, v in shares.items()
    )
    return DiaryTime("ae", (), 6, 6, OVER, 4, Estimate(1.0, "share"), 1.0, told, "")


def test_the_two_estimates_stand_side_by_side_the_largest_difference_first():
    pairs = side_by_side(
        diary(prospecting=0.4, closing=0.5, support=0.1), recorded(prospecting=0.2, closing=0.55)
    )

    assert [(p.function, round(p.difference, 2), p.apart) for p in pairs] == [
        ("prospecting", 0.2, True),
        ("support", 0.1, None),
        ("closing", -0.05, False),
    ]


def test_what_records_do_not_tell_apart_is_not_compared():
    pairs = side_by_side(diary(discovery=0.4, closing=0.6), recorded(selling=1.0))

    assert [pair.difference for pair in pairs] == [None, None, None]
