"""One screen that somebody with a minute understands."""

from __future__ import annotations

import dataclasses
import io

import pytest
from rich.console import Console

from remit.audit import Audit
from remit.report.terminal import show
from remit.terms import Cost, Severity


def screen(audit: Audit, width: int = 100, *, colour: bool = False) -> str:
    out = io.StringIO()
    show(
        audit,
        Console(
            file=out,
            width=width,
            force_terminal=colour,
            color_system="truecolor" if colour else None,
        ),
    )
    return out.getvalue()


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("width", [80, 100])
def test_an_audit_fits_one_screen(by_hand: Audit, width: int) -> None:
    lines = screen(by_hand, width).splitlines()

    assert len(lines) <= 45
    assert max(len(line.rstrip()) for line in lines) <= width


def test_severity_is_a_word_and_not_a_colour(by_hand: Audit) -> None:
    shown = screen(by_hand)

    assert shown.count("RED ") == 3
    assert shown.count("AMBER ") == 1


def test_the_headline_counts_in_inclusive_days(by_hand: Audit) -> None:
    assert (
        "1 Nov 2025 to 31 Oct 2026 (365 days): 3 red and 1 amber; 1 clear, 1 cannot tell"
        in words(screen(by_hand))
    )


def test_every_red_finding_is_printed_however_many_there_are(by_hand: Audit) -> None:
    red = [f for f in by_hand.findings if f.severity is Severity.RED]
    many = tuple(
        dataclasses.replace(red[0], about=f"roles.r{n}", says=f"Number {n}.") for n in range(60)
    )
    amber = tuple(f for f in by_hand.findings if f.severity is Severity.AMBER)

    shown = screen(dataclasses.replace(by_hand, findings=many + amber))

    assert all(f"Number {n}." in shown for n in range(60))
    assert "and 1 more amber finding, in the report." in shown


def test_the_dearest_red_finding_is_the_first_to_be_read(by_hand: Audit) -> None:
    red = [f for f in by_hand.findings if f.severity is Severity.RED]
    dear = dataclasses.replace(red[-1], cost=Cost(900_000, 990_000, "USD", "30 deals"))
    others = [f for f in by_hand.findings if f is not red[-1]]

    shown = words(screen(dataclasses.replace(by_hand, findings=(*others, dear))))

    assert shown.index(words(dear.says)) < min(shown.index(words(f.says)) for f in red[:-1])
    assert shown.index("AMBER") > max(shown.index(words(f.says)) for f in red)


def test_a_tipping_point_is_said_once(by_hand: Audit) -> None:
    shown = words(screen(by_hand))

    assert shown.count("Holds if at least 19 %") == 1
    assert shown.count("Holds if at least 12 %") == 1


def test_words_of_the_evidence_steer_nothing(hostile: Audit) -> None:
    plain, coloured = screen(hostile), screen(hostile, colour=True)

    assert "\x1b" not in plain
    assert '\x1b[31m"' not in coloured
    assert "[bold]" in plain
    assert "[/bold]" in plain


def test_an_audit_without_activities_says_so(blind: Audit) -> None:
    shown = screen(blind)

    assert "nothing red or amber" in shown
    assert "could not look" in shown
    assert "Time by role: not known" in shown
    assert "nan" not in shown


def test_rows_in_are_kept_and_rejected(by_hand: Audit) -> None:
    assert "68,823 rows in: 68,317 kept, 506 rejected." in screen(by_hand)
