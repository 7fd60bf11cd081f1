"""What changed between two charters, as sentences."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from remit.charter import Charter, role_kinds
from remit.charter.diff import differences
from remit.charter.positions import read_yaml
from remit.cli.diff import run_diff
from tests.charter.every_word import WHOLE, pieces, variations

SMALL = """
company: Acme
currency: EUR
segments: {mid: {}, large: {}}
roles:
  sdr: {is: SDR}
  ae: {is: AE, owns: [discovery, closing, expansion]}
  am: {is: AM, owns: [renewal]}
  csm: {is: CSM, owns: [onboarding, customer_success]}
outside: [support]
handoffs:
  - name: meeting
    from: sdr
    to: ae
    at: discovery
    accepted: {object: Opportunity, field: Accepted__c}
    requires: {pain: Opportunity.Pain__c}
    decide_within: 1 business day
plans:
  ae:
    ote: 180000
    pay_mix: 50/50
    components:
      new: {pays_on: new_arr, quota: 250000, rate: 8%}
"""


def declared(text: str) -> Charter:
    return Charter.model_validate(yaml.safe_load(text))


def said(old: str, new: str, **how: bool) -> list[str]:
    return [found.says for found in differences(declared(old), declared(new), **how)]


def changed(*pairs: tuple[str, str], **how: bool) -> list[str]:
    """What is told where these words of the small charter are replaced."""
    text = SMALL
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return said(SMALL, text, **how)


# No difference


def test_comments_the_order_of_names_and_long_ways_of_saying_things_are_no_change():
    assert not changed(("company: Acme\n", "# Ours\ncompany: Acme\n"))
    assert not changed(
        ("  sdr: {is: SDR}\n", ""),
        ("outside: [support]", "  sdr: {is: SDR}\noutside: {support: {}}"),
    )
    assert not changed(("rate: 8%", "rate: 0.08"), ("owns: [renewal]", "owns: renewal"))


def test_the_command_says_that_nothing_changed(tmp_path, capsys):
    (tmp_path / "old.yaml").write_text(SMALL)
    (tmp_path / "new.yaml").write_text(f"# Read aloud in May.\n{SMALL}")

    run_diff(tmp_path / "old.yaml", tmp_path / "new.yaml", as_json=False, people=False)

    assert capsys.readouterr().out == "The two charters say the same.\n"


def test_programs_get_subject_kind_and_sentence(tmp_path, capsys):
    (tmp_path / "old.yaml").write_text(SMALL)
    (tmp_path / "new.yaml").write_text(SMALL.replace("50/50", "60/40"))

    run_diff(tmp_path / "old.yaml", tmp_path / "new.yaml", as_json=True, people=False)

    assert json.loads(capsys.readouterr().out) == {
        "format": "diff/1",
        "differences": [
            {
                "subject": "plans.ae.pay_mix",
                "kind": "changed",
                "says": "Plan ae: pay mix is 60/40, was 50/50.",
            }
        ],
    }


def test_two_wordings_of_one_measure_are_no_change():
    gated = "rate: 8%, gates: [{measure: retention rate, at_least: 85%}]}"

    assert not changed(("pays_on: new_arr", "pays_on: new customer revenue"))
    assert not changed(("{is: SDR}", "{is: SDR, kpis: []}"))
    assert not said(
        SMALL.replace("rate: 8%}", gated.replace("retention rate", "gross retention")),
        SMALL.replace("rate: 8%}", gated.replace("retention rate", "grr")),
    )
    assert changed(("pays_on: new_arr", "pays_on: new_mrr"))


def test_a_measure_under_the_companys_own_name_is_another_than_the_catalogues():
    own = "measures: {new sales: {is: new_arr}}\n"

    assert said(SMALL + own, SMALL.replace("pays_on: new_arr", "pays_on: new sales") + own)


def test_a_headcount_is_told_in_people():
    counted = SMALL.replace("sdr: {is: SDR}", "sdr: {is: SDR, headcount: 8}")

    assert said(counted, counted.replace("headcount: 8", "headcount: 9")) == [
        "Role sdr: 9 people, were 8."
    ]
    assert said(counted, counted.replace("headcount: 8", "headcount: {all: 8, mid: 1}")) == [
        "Role sdr: 1 person in mid, was not stated."
    ]
    assert said(counted, SMALL) == ["Role sdr: how many people is no longer stated, were 8."]


# Ownership


def test_work_that_passes_from_one_role_to_another_says_where_and_when():
    later = "{discovery: {}, closing: {}, expansion: {account_age: first_term}}"

    assert (
        changed(
            ("owns: [discovery, closing, expansion]", f"owns: {later}"),
            ("owns: [renewal]", "owns: {renewal: {}, expansion: {account_age: later_terms}}"),
        )
        == [
            "Expansion passes from ae to am in the later terms.",
            "am no longer assists in expansion.",
        ][:1]
    )


def test_work_that_passes_in_one_segment_names_the_segment():
    mine = "{renewal: {}, expansion: {segments: [mid]}}"
    left = "{discovery: {}, closing: {}, expansion: {segments: [large]}}"

    assert changed(
        ("owns: [discovery, closing, expansion]", f"owns: {left}"), ("[renewal]", mine)
    ) == ["In mid, expansion passes from ae to am."]


def test_functions_that_pass_alike_are_one_sentence():
    assert changed(("closing, expansion]", "closing]"), ("[renewal]", "[renewal, expansion]")) == [
        "Expansion passes from ae to am."
    ]
    assert changed(
        ("owns: [onboarding, customer_success]", "owns: [customer_success]"),
        ("[renewal]", "[renewal, onboarding]"),
    ) == ["Onboarding passes from csm to am."]


def test_a_second_owner_is_told_and_a_first_who_goes():
    assert changed(("[renewal]", "[renewal, expansion]")) == [
        "am owns expansion as well as ae.",
    ]
    both = SMALL.replace("[renewal]", "[renewal, expansion]")
    assert (
        said(both, SMALL.replace("expansion]", "expansion]"))
        == [
            "am no longer owns expansion; ae still does.",
            "am assists in expansion now.",
        ][:1]
    )


def test_work_that_nobody_owns_any_more_says_who_did():
    assert changed(("closing, expansion]", "closing]")) == [
        "Nobody owns expansion any more; ae did."
    ]
    assert changed(("closing, expansion]", "closing]"), ("[support]", "[support, expansion]")) == [
        "People outside do expansion now; ae did."
    ]


def test_work_that_comes_in_from_outside_says_who_takes_it_on():
    assert changed(("customer_success]", "customer_success, support]"), ("[support]", "[]")) == [
        "csm takes on support; people outside did it."
    ]


def test_work_of_one_motion_names_the_motion():
    assert changed(("sdr: {is: SDR}", "sdr: {is: SDR, motion: inbound}")) == [
        "Nobody owns prospecting and qualification for outbound and named business any more; sdr "
        "did.",
        "sdr no longer assists in discovery for outbound and named business.",
    ]


def test_outside_and_nobody_are_told_where_no_role_is_concerned():
    assert changed(("outside: [support]", "outside: [support]\nnobody: [deal_desk]")) == [
        "Deal desk: nobody needs to own it now, was without an owner."
    ]
    assert changed(("outside: [support]", "")) == [
        "Support: without an owner now, was done outside."
    ]


def test_what_the_catalogue_says_written_out_changes_no_owner_and_is_still_told():
    owned = ", ".join(function.value for function in role_kinds()["SDR"].owns)

    assert changed(("{is: SDR}", f"{{is: SDR, owns: [{owned}]}}")) == [
        "Role sdr: `owns` is prospecting and qualification, was not stated."
    ]


# Roles


def test_a_new_role_and_one_that_is_gone_are_told_before_what_they_own():
    new = changed(("  am:", "  se: {is: SE, owns: [technical_validation], assists: []}\n  am:"))
    gone = changed(("  am: {is: AM, owns: [renewal]}\n", ""))

    assert new == [
        "Role se is new: is SE.",
        "se takes on technical validation; nobody owned it.",
    ]
    assert gone[:2] == ["Role am is gone.", "Nobody owns renewal any more; am did."]


def test_a_role_under_another_name_is_one_sentence_wherever_it_was_named():
    titled = SMALL + "titles: {'Account*': ae}\npeople: [{person: ada, role: ae}]\n"
    renamed = titled.replace("  ae: {is: AE", "  seller: {is: AE").replace(": ae}", ": seller}")

    assert said(titled, renamed.replace("to: ae", "to: seller")) == [
        "Role ae is called seller now."
    ]


def test_a_handoff_without_a_name_follows_its_roles():
    text = "company: A\nroles: {sdr: {is: SDR}, ae: {is: AE}}\nhandoffs: [{from: sdr, to: ae, at: discovery}]"

    assert said(text, text.replace("ae", "seller")) == ["Role ae is called seller now."]


def test_two_roles_alike_under_new_names_are_not_guessed_at():
    text = "company: A\nroles: {one: {is: AE}, two: {is: AE}}"

    found = said(text, "company: A\nroles: {three: {is: AE}, four: {is: AE}}")

    assert [one for one in found if "called" in one] == []
    assert "Role one is gone." in found


def test_a_role_of_another_kind_is_told_first():
    assert changed(("{is: AM, owns: [renewal]}", "{is: CSM/AM, owns: [renewal]}"))[0] == (
        "Role am: kind is CSM/AM, was AM."
    )


# Handoffs


def test_handoffs_come_go_and_change_in_fields_steps_and_time():
    assert changed(
        (
            "    requires: {pain: Opportunity.Pain__c}\n",
            "    requires: {goal: Opportunity.Goal__c}\n",
        )
    ) == [
        "Handoff meeting asks for goal now.",
        "Handoff meeting no longer asks for pain.",
    ]
    assert changed(("1 business day", "2 business days")) == [
        "Handoff meeting: time limit is 2 business days, was 1 business day."
    ]
    assert changed(("    accepted:", "    rejected:")) == [
        "Handoff meeting: `accepted` is no longer recorded.",
        "Handoff meeting: `rejected` is recorded now, in Opportunity.",
    ]
    assert changed(("Accepted__c", "SAO__c")) == [
        "Handoff meeting: `accepted` is recorded in another way. `field` is SAO__c, was Accepted__c."
    ]
    assert changed(("plans:", "  - {from: ae, to: csm, at: onboarding}\nplans:")) == [
        "Handoff ae to csm is new: from ae; to csm; at onboarding."
    ]


# Pay


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("ote: 180000", "ote: 200000", "Plan ae: OTE is 200,000 EUR, was 180,000 EUR."),
        ("50/50", "60/40", "Plan ae: pay mix is 60/40, was 50/50."),
        ("rate: 8%", "rate: 7.5%", "Plan ae, component new: `rate` is 7.5%, was 8%."),
        (
            "quota: 250000",
            "quota: 300000",
            "Plan ae, component new: quota is 300,000 EUR, was 250,000 EUR.",
        ),
        (
            "rate: 8%}",
            "rate: 8%}\n      book: {kind: bonus, pays_on: nrr, points: [{at: 1, pays: 1}]}",
            "Plan ae, component book is new: kind bonus; pays_on nrr.",
        ),
        (
            "rate: 8%}",
            "rate: 8%, gates: [{measure: win_rate, at_least: 20%}]}",
            "Plan ae, component new, gate on win_rate is new: measure win_rate; at_least 20%.",
        ),
        (
            "rate: 8%}",
            "rate: 8%, release: [{at: cash, share: 100%}]}",
            "Plan ae, component new, instalment at cash is new: at cash; share 100%.",
        ),
        (
            "    components:",
            "    currency: USD\n    components:",
            "Plan ae: `currency` is USD, was not stated.",
        ),
    ],
)
def test_pay_is_told_in_amounts_with_their_currency_and_in_per_cent(old, new, sentence):
    assert changed((old, new)) == [sentence]


def test_tiers_of_attainment_are_told_in_per_cent_and_tiers_of_amount_in_money():
    tiers = "tiers: [{from: 0, rate: 8%}, {from: 1, rate: 10%}]"
    start = SMALL.replace("rate: 8%", tiers)

    assert said(start, start.replace("rate: 10%", "rate: 12%")) == [
        "Plan ae, component new, tier from 100%: `rate` is 12%, was 10%."
    ]
    amounts = SMALL.replace("quota: 250000, rate: 8%", "tiers: [{from: 50000, rate: 8%}]")
    assert said(amounts, amounts.replace("rate: 8%", "rate: 9%")) == [
        "Plan ae, component new, tier from 50,000 EUR: `rate` is 9%, was 8%."
    ]


# People

PEOPLE = """
people:
  - {person: ada, role: sdr, manager: eve, from: 2025-01-01}
  - {person: ben, role: sdr, manager: eve, from: 2025-01-01}
  - {person: cyd, role: ae, from: 2025-01-01}
"""


def moved(*pairs: tuple[str, str], people: bool = False) -> list[str]:
    text = PEOPLE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return said(SMALL + PEOPLE, SMALL + text, people=people)


def test_people_are_counted_by_role_and_named_where_that_is_asked_for():
    left = ("  - {person: cyd, role: ae, from: 2025-01-01}\n", "")

    assert moved(left) == ["1 person left, last as ae."]
    assert moved(left, people=True) == ["cyd left, last as ae."]


def test_people_join_leave_change_role_and_get_another_manager():
    joined = (
        "  - {person: cyd",
        "  - {person: dan, role: ae}\n  - {person: eli, role: ae}\n  - {person: cyd",
    )
    promoted = (
        "  - {person: ben, role: sdr, manager: eve, from: 2025-01-01}",
        "  - {person: ben, role: sdr, from: 2025-01-01, to: 2026-01-31}\n"
        "  - {person: ben, role: ae, from: 2026-02-01}",
    )

    assert moved(joined) == ["2 people joined as ae."]
    assert moved(promoted, people=True) == ["ben went from sdr to ae."]
    assert moved(("from: 2025-01-01}", "from: 2025-01-01, to: 2026-01-31}")) == [
        "1 person left, last as sdr."
    ]
    assert moved(("manager: eve", "manager: flo"), ("manager: eve", "manager: flo")) == [
        "2 people have another manager, as sdr."
    ]
    assert moved(("from: 2025-01-01}", "from: 2025-03-01}")) == [
        "1 person has another segment, team, share or dates, as sdr."
    ]


# Everything else, and the order in which it is told


def test_any_other_word_is_told_by_its_name():
    assert changed(("company: Acme", "week_hours: 38\ncompany: Acme")) == [
        "`week_hours` is 38, was not stated."
    ]
    assert changed(("mid: {}", "mid: {acv: 42000, facts: {grr: 0.9}}")) == [
        "Segment mid: `acv` is 42,000 EUR, was not stated.",
        "Segment mid, fact grr is new: value 0.9.",
    ]
    assert changed(
        ("plans:", "benchmarks: {minimum_weeks: {value: 6, because: short}}\nplans:")
    ) == ["Own level of benchmark minimum_weeks is new: value 6; because short."]
    assert changed(
        (
            "plans:",
            "decisions: [{boundary: ae_am, segment: mid, run: joined, because: few accounts}]\nplans:",
        )
    ) == [
        "Decision on ae_am in mid is new: segment mid; boundary ae_am; run joined; because few accounts."
    ]


def test_segments_tried_in_another_order_are_told_since_the_first_that_fits_decides():
    assert changed(("{mid: {}, large: {}}", "{large: {}, mid: {}}")) == [
        "`segments` are tried in another order now: large and mid."
    ]


def test_a_list_says_what_it_gains_and_loses():
    assert changed(("plans:", "not_people: ['Bot*']\nplans:")) == ["`not_people` gains Bot*."]


def test_ownership_is_told_first_then_handoffs_then_pay_then_the_rest():
    found = changed(
        ("company: Acme", "company: Acme Analytics"),
        ("ote: 180000", "ote: 190000"),
        ("1 business day", "4 hours"),
        ("closing, expansion]", "closing]"),
        ("  am:", "  cro: {is: CRO, owns: [management], assists: []}\n  am:"),
    )

    assert [one.split(":")[0] for one in found] == [
        "Role cro is new",
        "Nobody owns expansion any more; ae did.",
        "cro takes on management; nobody owned it.",
        "Handoff meeting",
        "Plan ae",
        "`company` is Acme Analytics, was Acme.",
    ]


# Laws


def test_a_charter_does_not_differ_from_itself():
    stated = read_yaml(WHOLE).value

    assert differences(Charter.model_validate(stated), Charter.model_validate(stated)) == ()


PIECES = pieces()


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_whatever_one_thing_is_changed_it_is_told_in_whole_sentences_both_ways(piece):
    whole = Charter.model_validate(piece)
    for path, odd, stated in variations(piece):
        charter = _charter(stated)
        if charter is None:
            continue
        for old, new in ((whole, charter), (charter, whole)):
            found = differences(old, new)

            assert bool(found) == (old != new), (path, odd)
            assert all(one.says.endswith(".") for one in found), (path, odd)
            assert not any("None" in one.says for one in found), (path, odd)


def _charter(stated: dict[str, Any]) -> Charter | None:
    """The charter, if it is one and its roles are of the catalogue's kinds."""
    try:
        charter = Charter.model_validate(stated)
    except ValidationError:
        return None
    known = all(role.kind in (None, *role_kinds()) for role in charter.roles.values())
    return charter if known else None
