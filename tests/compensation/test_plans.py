"""Every way of paying that the plan language must be able to state, as a charter states it."""

from datetime import date
from pathlib import Path

import pytest

from remit.charter import as_yaml, read_charter
from remit.check import check
from remit.terms import Severity

WRITTEN = read_charter(Path(__file__).with_name("plans.yaml"))
PLANS = WRITTEN.plans


@pytest.mark.parametrize("mechanism", PLANS)
def test_a_plan_says_what_it_does_and_pays_on_something(mechanism):
    assert PLANS[mechanism].about
    assert PLANS[mechanism].components


def test_what_was_read_is_written_back_and_read_again_the_same(tmp_path):
    again = tmp_path / "charter.yaml"
    again.write_text(as_yaml(WRITTEN), "utf-8")

    assert read_charter(again).plans == PLANS


@pytest.mark.parametrize("name", ["pay_weights", "pay_at_target", "one_name_a_measure"])
def test_no_plan_contradicts_itself(name):
    found = check(WRITTEN, day=date(2026, 6, 1)).findings

    assert [
        finding.says
        for finding in found
        if finding.check == name and finding.severity in (Severity.AMBER, Severity.RED)
    ] == []


def test_two_plans_that_differ_in_one_word_are_two_plans():
    assert PLANS["marginal_tiers"].components["sold"].table == "marginal"
    assert PLANS["retroactive_tiers"].components["sold"].table == "retroactive"
    assert {
        PLANS[f"crossing_deal_{treatment}"].components["sold"].crossing
        for treatment in ("split", "before", "after")
    } == {"split", "before", "after"}
    assert PLANS["parts_added_up"].components == PLANS["parts_multiplied"].components
    assert PLANS["parts_added_up"] != PLANS["parts_multiplied"]


def test_every_kind_of_component_draw_clawback_credit_and_instalment_is_stated_once_at_least():
    components = [part for plan in PLANS.values() for part in plan.components.values()]

    assert {part.kind for part in components} == {
        "commission",
        "bonus",
        "matrix",
        "objectives",
        "spif",
    }
    assert {part.credit.to for part in components} == {"owner", "split", "overlay", "team", "pool"}
    assert {plan.draw.kind for plan in PLANS.values() if plan.draw} == {
        "recoverable",
        "non_recoverable",
        "recoverable_forgiven",
    }
    assert {plan.clawback.kind for plan in PLANS.values() if plan.clawback} == {
        "full",
        "pro_rata",
        "rerun",
    }
    assert {part.at for plan in PLANS.values() for part in plan.release} == {
        "signing",
        "cash",
        "customer_month",
        "retention_indicator",
    }
