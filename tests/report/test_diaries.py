"""A time diary stands beside recorded time, and says nothing about anybody."""

from __future__ import annotations

import dataclasses
import json

import pytest
from rich.console import Console

from remit.measures import DiaryTime, SaidTime
from remit.report.html import html
from remit.report.machine import as_json
from remit.report.terminal import show
from remit.terms import Estimate


def said(
    role: str, segments: tuple[str, ...], over: object, answered: int | None = 7, **shares: float
) -> DiaryTime:
    told = tuple(
        SaidTime(name, "owned", Estimate(value, "share", value - 0.03, value + 0.03), 10.0)
        for name, value in shares.items()
    )
    response = Estimate(0.8, "share") if answered else None
    return DiaryTime(role, segments, 8, answered, over, 4, response, 100.0, told, "SELECT 1")  # type: ignore[arg-type]


@pytest.fixture
def with_diary(by_hand):
    """An audit with a diary of its first role."""
    time = by_hand.times[0]
    name = time.functions[0].function
    value = time.functions[0].share.value
    return dataclasses.replace(
        by_hand,
        diaries=(
            said(
                time.role,
                time.segments,
                time.over,
                **{
                    name: value + 0.2,
                    "support": 0.1,
                    time.functions[1].function: time.functions[1].share.value,
                },
            ),
        ),
    )


def test_the_page_shows_both_shares_and_their_difference_in_points(with_diary):
    page = html(with_diary)

    assert "What people say in their time diary" in page
    assert "+20 points, intervals apart" in page
    assert "No finding rests on the diary" in page


def test_without_a_diary_the_page_says_nothing_of_one(by_hand):
    assert "time diary" not in html(by_hand)


def test_where_too_few_answered_the_page_shows_no_share_and_no_count(by_hand):
    time = by_hand.times[0]
    few = said(time.role, time.segments, time.over, None)

    page = html(dataclasses.replace(by_hand, diaries=(few,)))

    assert f"fewer than {by_hand.minimum_group} of 8 people answered" in page
    assert "Too few people answered to show how." in page


def test_the_json_holds_both_and_their_difference(with_diary):
    document = json.loads(as_json(with_diary))

    (one,) = document["two_estimates"]
    assert one["functions"][0]["difference"] == pytest.approx(0.2)
    assert len(document["diaries"]) == 1


def test_a_large_terminal_has_a_line_a_role_on_where_the_two_differ_most(with_diary):
    quiet = dataclasses.replace(with_diary, findings=())
    console = Console(record=True, width=100, height=60)

    show(quiet, console)

    assert "recorded (+20 points); 7 of 8 answered" in console.export_text()
