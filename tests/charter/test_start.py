"""A charter begun from a few answers: it reads, it is sound, and it says why it is as it is."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from remit.charter import Charter, read_charter, read_with_places, structure
from remit.charter.catalogue import customer_sizes, kind_of_title
from remit.charter.start import WIDEST, Crm, SellingBy, Stage, Start, start
from remit.check import check
from remit.terms import Severity

DAY = date(2026, 6, 1)
SIZES = tuple(customer_sizes())
SOME = {
    "company": "Acme",
    "stage": "seed",
    "sellers": 3,
    "segments": {"smb": "smb"},
    "motion": "mixed",
    "technical": False,
    "currency": "EUR",
}


def answers(**some: Any) -> Start:
    return Start.model_validate({**SOME, **some})


def every() -> Iterator[Start]:
    """Every answer that shapes the organisation, with teams of the sizes at which it changes."""
    segments = [
        {size: size for size in sizes}
        for count in range(1, len(SIZES) + 1)
        for sizes in itertools.combinations(SIZES, count)
    ]
    for some in itertools.product(
        segments,
        get_args(Stage),
        (1, 5, 6, 7, 9, 12, 24, 60),
        get_args(SellingBy),
        (True, False),
    ):
        words = ("segments", "stage", "sellers", "motion", "technical")
        yield answers(**dict(zip(words, some, strict=True)))


@pytest.fixture
def begun(tmp_path: Path) -> Callable[..., Charter]:
    """The charter that the answers begin, read."""

    def read(**some: Any) -> Charter:
        file = tmp_path / "charter.yaml"
        file.write_text(start(answers(**some)), "utf-8")
        return read_charter(file)

    return read


def red(text: str, file: Path) -> list[str]:
    file.write_text(text, "utf-8")
    charter, read = read_with_places(file)
    found = check(charter, day=DAY, read=read).findings
    return [one.says for one in found if one.severity is Severity.RED]


# It is sound


def test_a_charter_from_any_sample_of_answers_reads_and_nothing_in_it_is_red(tmp_path):
    for some in itertools.islice(every(), 0, None, 79):
        assert red(start(some), tmp_path / "charter.yaml") == [], some


@pytest.mark.slow
def test_a_charter_from_one_in_five_of_all_answers_reads_and_nothing_in_it_is_red(tmp_path):
    for some in itertools.islice(every(), 0, None, 5):
        assert red(start(some), tmp_path / "charter.yaml") == [], some


def test_the_same_answers_give_the_same_text():
    assert start(answers()) == start(answers())


@pytest.mark.parametrize("crm", get_args(Crm))
def test_the_crm_changes_what_is_said_of_columns_and_nothing_else(begun, crm):
    assert begun(crm=crm, sellers=30) == begun(sellers=30)
    assert ("are mapped" in start(answers(crm=crm, sellers=30))) == (crm == "other")


def test_no_line_is_wider_than_the_text():
    for some in itertools.islice(every(), 0, None, 37):
        assert max(map(len, start(some).splitlines())) <= WIDEST


def test_a_ten_person_company_gets_about_a_screenful():
    assert len(start(answers(sellers=4)).splitlines()) <= 55


# Who there is


def test_five_sellers_in_a_segment_are_generalists_and_the_rule_is_named(begun):
    charter = begun(sellers=5)

    assert charter.kinds("AE", "SDR", "AM") == ()
    assert charter.roles["seller"].kind == "AE/AM"
    assert charter.roles["seller"].headcount == {"all": 5}
    assert "(002-03)" in start(answers(sellers=5))


def test_the_sixth_seller_in_a_segment_makes_them_specialise(begun):
    assert begun(sellers=6).kinds("SDR", "AE", "CSM/AM") == ("sdr", "ae", "csm_am")


def test_sellers_are_spread_over_the_segments_before_they_are_counted(begun):
    segments = {"france": "smb", "germany": "smb", "spain": "smb"}

    assert begun(sellers=12, segments=segments).kinds("AE") == ()
    assert "12 sellers, taken as 4 in each segment" in start(answers(sellers=12, segments=segments))


def test_very_small_customers_are_one_sellers_however_many_sell(begun):
    assert structure(begun(sellers=60, segments={"tiny": "very_small"}), "tiny")["sdr_ae"] == (
        "joined"
    )


def test_account_managers_wait_until_two_full_teams_can_be_staffed(begun):
    enterprise = {"segments": {"enterprise": "enterprise"}}

    assert structure(begun(sellers=7, **enterprise), "enterprise")["ae_am"] == "joined"
    assert structure(begun(sellers=8, **enterprise), "enterprise")["ae_am"] == "split_at_close"
    assert "(002-05)" in start(answers(sellers=7, **enterprise))
    assert "(002-05)" not in start(answers(sellers=8, **enterprise))


def test_a_technical_sale_has_a_sales_engineer_and_a_sign_off(begun):
    charter = begun(technical=True)

    assert charter.kinds("SE") == ("se",)
    assert charter.sign_offs[0].before == "legal review"
    assert begun(technical=False).kinds("SE") == ()


def test_named_accounts_are_opened_by_bdrs_and_inbound_interest_goes_to_sdrs(begun):
    enterprise = {"segments": {"enterprise": "enterprise"}, "sellers": 20}

    assert begun(motion="named", sellers=20).kinds("SDR", "BDR") == ("bdr",)
    assert begun(motion="inbound", **enterprise).kinds("SDR", "BDR") == ("sdr",)
    assert begun(motion="outbound", **enterprise).kinds("SDR", "BDR") == ("bdr",)


def test_a_large_team_is_led_by_a_vp_until_the_company_is_late(begun):
    assert begun(sellers=3).kinds("sales manager", "VP Sales", "CRO") == ()
    assert begun(sellers=7).kinds("sales manager", "VP Sales", "CRO") == ("sales_manager",)
    assert begun(sellers=30, stage="series_b").kinds("VP Sales", "CRO") == ("vp_sales",)
    assert begun(sellers=30, stage="later").kinds("VP Sales", "CRO") == ("cro",)


def test_a_function_owned_in_some_segments_only_says_in_which(begun):
    charter = begun(sellers=40, segments={"mid": "mid_market", "top": "enterprise"})

    assert charter.roles["csm"].owns["expansion"].segments == ("mid",)
    assert charter.nobody["deal_desk"].segments == ("mid",)
    assert charter.roles["am"].segments == ("top",)


# What passes between them


def test_a_handoff_requires_the_fields_that_the_sources_name(begun):
    meeting, document = begun(sellers=8).handoffs

    assert set(meeting.requires) == {
        "company_background",
        "pain_points",
        "trigger",
        "stakeholders",
    }
    assert set(document.requires) == {"purchased_products", "key_contacts", "stated_goals"}
    assert (document.giver, document.taker) == ("ae", "csm_am")


def test_work_that_goes_to_a_sales_engineer_comes_back(begun):
    (validation,) = begun(technical=True).handoffs

    assert (validation.giver, validation.taker, validation.returns) == ("seller", "se", True)


# What it is called


def test_a_usual_title_means_the_role_of_its_kind(begun):
    charter = begun(sellers=30, technical=True, segments={"top": "enterprise", "low": "smb"})

    for title in ("Senior Account Executive", "Customer Success Manager", "Solutions Engineer"):
        assert charter.roles[charter.title(title).role].kind == kind_of_title(title)
    assert charter.title("Customer Success & Account Manager").role == "csm_am"


def test_account_executives_of_a_small_company_are_its_generalists(begun):
    assert begun().title("Account Executive").role == "seller"


@pytest.mark.parametrize("name", ["NO", "a: b", "# one", "'", '"quoted"', "Ünïcode & Söhne", "1.0"])
def test_names_that_yaml_could_misread_are_read_back_as_they_were(begun, name):
    charter = begun(company=name, sellers=20, segments={name: "smb", "other": "enterprise"})

    assert charter.company == name
    assert charter.segment_names() == (name, "other")


# What is left to fill in


@pytest.mark.parametrize("sellers", [3, 40])
@pytest.mark.parametrize("technical", [True, False])
def test_the_lines_to_switch_on_read_once_they_are_switched_on(tmp_path, sellers, technical):
    segments = {"mid_market": "mid_market", "enterprise": "enterprise"}
    some = answers(sellers=sellers, technical=technical, segments=segments)
    text = re.sub(r"^(\s*)#(?! )", r"\1", start(some), flags=re.MULTILINE)
    file = tmp_path / "charter.yaml"
    file.write_text(text, "utf-8")

    charter = read_charter(file)

    assert charter.plans["sellers"].release[1].at == "retention_indicator"
    assert charter.retention_indicators
    assert charter.people
    assert charter.segments["enterprise"].where
    assert all(handoff.document or handoff.requires for handoff in charter.handoffs)


def test_the_conditions_to_fill_in_differ_from_segment_to_segment():
    segments = {"france": "smb", "germany": "smb", "large": "enterprise", "mid": "mid_market"}
    lines = [line for line in start(answers(segments=segments)).splitlines() if "#where" in line]

    assert len(set(lines)) == len(segments)
    assert "country: [france], employees: {at_least: 10, below: 200}" in lines[0]
    assert "{employees: {at_least: 2000}}" in lines[2]
    assert "{employees: {at_least: 200, below: 2000}}" in lines[3]


def test_generalists_are_asked_for_two_quotas_and_prospectors_are_paid_on_accepted_meetings():
    assert "net_expansion_arr" in start(answers(sellers=3))
    assert "accepted_meetings" not in start(answers(sellers=3))
    assert "accepted_meetings" in start(answers(sellers=20))
    assert "net_expansion_arr" not in start(answers(sellers=20))


def test_an_answer_that_cannot_be_is_refused():
    for wrong in (
        {"sellers": 0},
        {"segments": {}},
        {"segments": {"a": "huge"}},
        {"currency": "Euro"},
    ):
        with pytest.raises(ValidationError):
            answers(**wrong)
