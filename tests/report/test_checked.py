"""What `remit check` prints: grouped, in the order of causes, and ready to be exempted from."""

from __future__ import annotations

import io
import textwrap
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from remit.charter import read_with_places
from remit.check import Checked, check
from remit.report.checked import disagreeing, show_check
from remit.terms import Answer, Finding, Severity

DAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def beside_the_charter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checked(text: str) -> Checked:
    file = Path("charter.yaml")
    file.write_text(textwrap.dedent(text), "utf-8")
    charter, read = read_with_places(file)
    return check(charter, day=DAY, read=read)


def printed(found: Checked, *, width: int | None = None) -> str:
    """What is written to a pipe, or to a terminal of a width."""
    into = io.StringIO()
    console = Console(file=into, force_terminal=width is not None, no_color=True, width=width)
    show_check(found, console)
    return into.getvalue()


PAID = """
    company: Acme
    segments: {mid: {size: mid_market}}
    roles:
      sdr: {is: SDR, headcount: 4, plan: sdr}
      ae: {is: AE, headcount: 20, plan: ae}
      csm: {is: CSM, plan: csm, owns: [onboarding, customer_success, renewal, expansion]}
    plans:
      sdr: {ote: 80000, pay_mix: 70/30, components: {set: {pays_on: meetings_set, each: 50}}}
      ae: {ote: 240000, pay_mix: 50/50, components: {won: {pays_on: closed_won_arr, rate: 12%}}}
      csm: {ote: 120000, pay_mix: 80/20, components: {kept: {pays_on: nrr, each: 100}}}
"""


def test_a_finding_ends_in_its_line_its_check_its_subject_and_its_rules():
    lines = printed(checked(PAID)).splitlines()

    assert ("       charter.yaml:5:3  aes_for_each_sdr: AEs for each SDR in mid  [003-02]") in lines
    assert not any("the band is 2 to 3. [" in line for line in lines)


def test_what_the_last_line_says_can_be_written_as_an_exemption():
    exempt = "    exempt: [{check: aes_for_each_sdr, about: AEs for each SDR in mid, because: new}]"
    text = printed(checked(f"{PAID}{exempt}\n"))

    assert "KNOWN  20 AEs and 4 SDRs work in mid" in text
    assert "Lived with because: new" in text


def test_findings_of_one_check_with_one_remedy_stand_under_one_headline():
    found = checked("company: Acme\nroles: {desk: {is: deal desk}}\n")
    text = printed(found)
    gaps = [one for one in found.findings if one.check == "gaps" and one.severity is Severity.RED]

    assert f"RED    Is every function owned by somebody, everywhere? {len(gaps)} findings:" in text
    assert len(gaps) > 2
    assert all(f"       {one.says}\n" in text for one in gaps)
    assert all(f"gaps: {one.about}" in text for one in gaps)
    reds = text.partition("AMBER")[0]
    assert reds.count(gaps[0].remedy) == 1


def test_two_findings_of_one_check_stand_alone():
    text = printed(checked(PAID))

    assert "Is there a handoff wherever work passes" not in text
    assert "AMBER  Work passes from sdr to ae at discovery" in text
    assert "AMBER  Work passes from ae to csm at onboarding" in text


def test_causes_come_before_what_follows_from_them():
    found = checked(PAID)
    amber = [one.check for one in found.findings if one.severity is Severity.AMBER]
    order = list(dict.fromkeys(amber))

    assert [one.severity or 0 for one in found.findings] == sorted(
        (one.severity or 0 for one in found.findings), reverse=True
    )
    assert order.index("gaps") < order.index("undeclared_handoffs")
    assert order.index("undeclared_handoffs") < order.index("aes_for_each_sdr")
    assert order.index("aes_for_each_sdr") < order.index("paid_on_new_arr_alone")


def test_a_pipe_gets_100_columns_and_no_blanks_at_the_ends_of_lines(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    lines = printed(checked(PAID)).splitlines()

    assert all(line == line.rstrip() for line in lines)
    assert 80 < max(len(line) for line in lines) <= 100


def test_a_terminal_gets_its_own_width_up_to_100_columns():
    found = checked(PAID)

    for width, widest in ((70, 70), (160, 100)):
        lines = printed(found, width=width).splitlines()
        assert max(len(Text.from_ansi(line).plain) for line in lines) <= widest


@pytest.mark.parametrize("width", [None, 80])
def test_the_answers_that_are_counted_each_stand_on_one_line(width):
    text = Text.from_ansi(printed(checked(PAID), width=width)).plain

    assert " does not apply " in text
    assert " not stated " in text


def test_who_disagrees_is_told_with_the_first_finding_it_bears_on():
    text = printed(checked(PAID))

    assert text.count("Accepted meetings are what should pay") == 1
    assert text.index("sdr is paid on meetings_set") < text.index("Accepted meetings are what")


def finding(*rules: str) -> Finding:
    return Finding("any", "roles", Answer.PROVEN, "Something.", rules, Severity.AMBER)


def test_a_disagreement_bears_on_a_finding_by_two_of_its_rules_or_its_first():
    coverage = {"003-24", "003-25"}

    def rules_of(found: Finding) -> list[set[str]]:
        return [set(known.rules) for known in disagreeing(found)]

    assert {"000-20", "000-21", "001-05", "003-11"} in rules_of(finding("000-21", "001-05"))
    assert {"000-20", "000-21", "001-05", "003-11"} in rules_of(finding("000-20", "000-27"))
    assert {"000-20", "000-21", "001-05", "003-11"} not in rules_of(finding("001-05", "000-27"))
    assert coverage not in rules_of(finding("003-24", "003-25"))  # not one that a charter shows
