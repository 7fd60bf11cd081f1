"""Findings come worst first, and answers never look alike."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from remit.terms import Answer, Citation, Finding, Severity, Standing, worst_first

severities = st.sampled_from([None, *Severity])


def finding(severity: Severity | None, answer: Answer, about: str = "roles.ae") -> Finding:
    return Finding("ae_prospecting", about, answer, "says so.", (), severity)


def test_red_comes_before_amber_before_note_before_what_was_clear():
    clear = finding(None, Answer.CLEAR)
    note = finding(Severity.NOTE, Answer.PROVEN)
    amber = finding(Severity.AMBER, Answer.PROVEN)
    red = finding(Severity.RED, Answer.INDICATED)

    assert worst_first([clear, amber, red, note]) == [red, amber, note, clear]


def test_what_is_proven_comes_before_what_is_only_indicated():
    indicated = finding(Severity.RED, Answer.INDICATED, "roles.ae")
    proven = finding(Severity.RED, Answer.PROVEN, "roles.csm")

    assert worst_first([indicated, proven]) == [proven, indicated]


def test_what_could_not_be_looked_at_comes_after_what_was_clear():
    blind = finding(None, Answer.COULD_NOT_LOOK)
    open_ = finding(None, Answer.CANNOT_TELL)
    clear = finding(None, Answer.CLEAR)

    assert worst_first([blind, open_, clear]) == [clear, open_, blind]


@given(st.lists(st.tuples(severities, st.sampled_from(Answer)), max_size=8), st.randoms())
def test_the_order_in_which_findings_come_in_does_not_matter(facts, dice):
    found = [finding(*fact, about=str(place)) for place, fact in enumerate(facts)]
    shuffled = list(found)
    dice.shuffle(shuffled)

    ordered = worst_first(shuffled)

    assert ordered == worst_first(found)
    assert [f.severity or 0 for f in ordered] == sorted(
        (f.severity or 0 for f in found), reverse=True
    )


def test_each_severity_and_answer_is_one_word_or_two_for_people():
    assert [str(severity) for severity in Severity] == ["note", "amber", "red"]
    assert [str(answer) for answer in Answer] == [
        "proven", "indicated", "clear", "measured", "as said", "cannot tell", "could not look",
        "does not apply",
    ]  # fmt: skip


def test_a_citation_carries_its_standing_so_that_folklore_does_not_read_like_a_study():
    cited = Citation(
        "B2B Sales Roles", "Ramp times", Standing.CONVENTION, checked_on=date(2026, 1, 1)
    )

    assert str(cited) == "B2B Sales Roles, Ramp times [convention]"
    assert str(Citation("remit", "", Standing.POLICY)) == "remit [policy]"
