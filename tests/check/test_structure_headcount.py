"""Whether roles fit together in number, and none came before its time."""

from tests.check.conftest import says


def company(segment: str = "", **roles: str) -> str:
    held = "\n".join(f"  {name}: {{{words}}}" for name, words in roles.items())
    return f"company: Acme\nsegments: {{main: {{{segment}}}}}\nroles:\n{held}\n"


def test_more_aes_than_an_sdr_can_work_for_is_outside_the_band(checked):
    found = checked(company(sdr="is: SDR, headcount: 4", ae="is: AE, headcount: 20"))

    assert says(found, "aes_for_each_sdr") == [
        "amber: 20 AEs and 4 SDRs work in main: 5 AEs for one SDR; the band is 2 to 3."
    ]


def test_two_or_three_aes_for_an_sdr_are_within_the_band(checked):
    found = checked(company(sdr="is: SDR, headcount: 8", ae="is: AE, headcount: 20"))

    assert says(found, "aes_for_each_sdr") == [
        "clear: AEs for each SDR are within the band wherever both are counted."
    ]


def test_bdrs_who_prospect_beside_sdrs_are_counted_with_them(checked):
    both = company(
        sdr="is: SDR, headcount: 3", bdr="is: BDR, headcount: 5", ae="is: AE, headcount: 24"
    )
    few = both.replace("headcount: 5", "headcount: 1")

    assert says(checked(both), "aes_for_each_sdr") == [
        "clear: AEs for each SDR are within the band wherever both are counted."
    ]
    assert says(checked(few), "aes_for_each_sdr") == [
        "amber: 24 AEs and 4 SDRs and BDRs work in main: 6 AEs for one SDR or BDR; the band is 2 "
        "to 3."
    ]


def test_without_headcounts_there_is_no_ratio(checked):
    found = checked(company(sdr="is: SDR", ae="is: AE", se="is: SE"))

    assert says(found, "aes_for_each_sdr") == [
        "could not look: How many AEs and SDRs there are is not stated: `people:` or `headcount:`."
    ]
    assert says(found, "aes_for_each_se") == [
        "could not look: How many AEs and SEs there are is not stated: `people:` or `headcount:`."
    ]


def test_a_company_without_sdrs_has_no_such_ratio(checked):
    found = checked(company(ae="is: AE, headcount: 20"))

    assert says(found, "aes_for_each_sdr") == ["does not apply: There are not both SDRs and AEs."]


def test_a_technical_sale_is_red_below_one_se_for_five_aes(checked):
    found = checked(
        company("technical_sale: true", ae="is: AE, headcount: 24", se="is: SE, headcount: 4")
    )

    assert says(found, "aes_for_each_se") == [
        "red: 24 AEs and 4 SEs work in main: 17% of the AEs; in a technical sale the limit is 20%."
    ]


def test_six_aes_for_an_se_are_within_the_limit_of_a_mid_market_that_is_not_technical(checked):
    six, eight = (
        checked(
            company(
                "technical_sale: false, size: mid_market",
                ae=f"is: AE, headcount: {aes}",
                se="is: SE, headcount: 4",
            )
        )
        for aes in (24, 32)
    )

    assert says(six, "aes_for_each_se") == [
        "clear: SEs are enough for the AEs wherever both are counted."
    ]
    assert says(eight, "aes_for_each_se") == [
        "amber: 32 AEs and 4 SEs work in main: 8 AEs for one SE; the limit is 6."
    ]


def test_four_aes_for_an_se_are_too_many_in_the_enterprise(checked):
    found = checked(
        company("size: enterprise", ae="is: AE, headcount: 8", se="is: SE, headcount: 2")
    )

    assert says(found, "aes_for_each_se") == [
        "amber: 8 AEs and 2 SEs work in main: 4 AEs for one SE; the limit is 3."
    ]


POOL = """
company: Acme
segments: {mid: {technical_sale: true}, large: {technical_sale: true}, small: {}}
roles:
  ae: {is: AE, headcount: {mid: 10, large: 10, small: 30}}
  se: {is: SE, segments: [mid, large]}
people:
"""


def test_a_pool_of_ses_is_held_against_all_segments_it_works_in(checked):
    enough = POOL + "".join(f"  - {{person: p{n}, role: se}}\n" for n in range(4))
    too_few = POOL + "".join(f"  - {{person: p{n}, role: se}}\n" for n in range(3))

    assert says(checked(enough), "aes_for_each_se") == [
        "clear: SEs are enough for the AEs wherever both are counted."
    ]
    assert says(checked(too_few), "aes_for_each_se") == [
        "red: 20 AEs and 3 SEs work in mid and large: 15% of the AEs; in a technical sale the "
        "limit is 20%."
    ]


def test_a_technical_sale_without_anybody_to_validate_it_is_red(checked):
    alone = company("technical_sale: true", ae="is: AE")

    assert says(checked(alone), "technical_sale") == [
        "red: main is a technical sale, and no role but the sellers owns or assists technical "
        "validation there."
    ]
    for helped in (
        alone + "  se: {is: SE}\n",
        alone + "outside: [technical_validation]\n",
    ):
        assert says(checked(helped), "technical_sale") == [
            "clear: Each technical sale has somebody beside the sellers for it."
        ]


def test_whether_a_sale_is_technical_has_to_be_said(checked):
    assert says(checked(company(ae="is: AE")), "technical_sale") == [
        "could not look: Whether the sale is technical is not stated in main: `technical_sale:`."
    ]
    assert says(checked(company("technical_sale: false", ae="is: AE")), "technical_sale") == [
        "does not apply: No segment is a technical sale."
    ]


def led(*teams: tuple[str, int], segment: str = "") -> str:
    text = company(segment, ae="is: AE", sdr="is: SDR", boss="is: sales manager") + "people:\n"
    for number, (role, people) in enumerate(teams):
        text += f"  - {{person: boss{number}, role: boss}}\n"
        for one in range(people):
            text += f"  - {{person: p{number}-{one}, role: {role}, manager: boss{number}}}\n"
    return text


def test_a_manager_of_more_aes_than_the_band_is_amber_and_of_fewer_a_note(checked):
    assert says(checked(led(("ae", 7), ("ae", 11))), "spans") == [
        "amber: 1 of 2 managers of AEs leads 11 people; the band is 6 to 8."
    ]
    assert says(checked(led(("ae", 3))), "spans") == [
        "note: The manager of AEs leads 3 people; the band is 6 to 8."
    ]
    assert says(checked(led(("ae", 7))), "spans") == [
        "clear: 1 team of SDRs or AEs within the band."
    ]


def test_managers_of_sdrs_and_of_enterprise_aes_have_bands_of_their_own(checked):
    assert says(checked(led(("sdr", 11))), "spans") == [
        "clear: 1 team of SDRs or AEs within the band."
    ]
    assert says(checked(led(("ae", 7), segment="size: enterprise")), "spans") == [
        "amber: The manager of enterprise AEs leads 7 people; the band is 4 to 6."
    ]


def test_who_leads_for_a_part_of_their_time_may_lead_few_and_not_too_many(checked):
    coach = "- {person: boss0, role: boss, share: 0.5}\n  - {person: boss0, role: ae, share: 0.5}\n"
    few, many = (
        led(("ae", people)).replace("- {person: boss0, role: boss}\n", coach) for people in (3, 11)
    )

    assert says(checked(few), "spans") == ["clear: 1 team of SDRs or AEs within the band."]
    assert says(checked(many), "spans") == [
        "amber: The manager of AEs leads 11 people; the band is 6 to 8."
    ]


def test_a_large_team_of_sellers_to_small_customers_is_within_the_band(checked):
    assert says(checked(led(("ae", 14), segment="size: smb")), "spans") == [
        "clear: 1 team of SDRs or AEs within the band."
    ]


def test_teams_and_reporting_lines_tell_spans_where_people_do_not(checked):
    teams = company(ae="is: AE", boss="is: sales manager")
    teams += "teams: {east: {manager: boss, members: {ae: 12}}}\n"
    roles = company(
        ae="is: AE, reports_to: boss, headcount: 24", boss="is: sales manager, headcount: 2"
    )

    for text in (teams, roles):
        assert says(checked(text), "spans") == [
            "amber: The manager of AEs leads 12 people; the band is 6 to 8."
        ]


def test_without_managers_there_are_no_spans(checked):
    (said,) = says(checked(company(ae="is: AE")), "spans")

    assert said.startswith("could not look: Who leads whom is not stated")


def test_a_role_that_leads_aes_and_sdrs_together_is_held_against_no_band(checked):
    text = company(
        ae="is: AE, reports_to: sm, headcount: 16",
        sdr="is: SDR, reports_to: sm, headcount: 10",
        sm="is: sales manager, headcount: 2",
    )

    assert says(checked(text), "spans") == [
        "does not apply: sm leads AEs and SDRs together, 13 people each; no source gives a band "
        "for mixed teams."
    ]


def test_csms_under_one_head_are_counted_without_a_band(checked):
    lines = company(csm="is: CSM, reports_to: head, headcount: 30", head="owns: [management]")
    uncounted = checked(lines)
    one = checked(lines.replace("owns: [management]", "owns: [management], headcount: 1"))

    assert says(one, "spans") == [
        "does not apply: head leads CSMs, 30 people; no source gives a band for CSMs."
    ]
    assert says(uncounted, "spans") == [
        "could not look: How many people report to whom is not stated: `headcount:` of the roles, "
        "or `manager:` of people or teams."
    ]


def test_managers_of_csms_among_the_people_are_counted_and_not_named(checked):
    text = led(("csm", 3), ("csm", 5)).replace("  sdr: {is: SDR}", "  csm: {is: CSM}")

    assert says(checked(text), "spans") == [
        "does not apply: 2 managers lead CSMs, 3 and 5 people each; no source gives a band for "
        "CSMs."
    ]


def test_sdrs_for_inbound_alone_are_apart_where_aes_are_parted_too(checked):
    text = company(
        inbound="is: SDR, motion: inbound, headcount: 10",
        outbound="is: SDR, motion: outbound, headcount: 2",
        ae="is: AE, motion: outbound, headcount: 10",
    )
    together = text.replace("is: AE, motion: outbound", "is: AE")

    assert says(checked(text), "aes_for_each_sdr") == [
        "amber: 10 outbound AEs and 2 outbound SDRs work in main: 5 outbound AEs for one outbound "
        "SDR; the band is 2 to 3 (inbound, for inbound alone, is apart)."
    ]
    assert says(checked(together), "aes_for_each_sdr") == [
        "amber: 10 AEs and 12 SDRs work in main: 0.8 AEs for one SDR; the band is 2 to 3."
    ]


def test_field_sellers_for_small_contracts_are_amber(checked):
    field = company("acv: 20000", ae="is: AE, works: field")

    assert says(checked(field), "field_coverage") == [
        "amber: Contracts in main are worth 20,000 USD a year, and all its AEs work in the field; "
        "field coverage is added from 50,000 USD."
    ]
    assert says(checked(field.replace("20000", "80000")), "field_coverage") == [
        "clear: AEs work inside or in the field as the benchmark has it."
    ]


def test_inside_sellers_for_large_contracts_are_a_note(checked):
    (said,) = says(checked(company("acv: 80000", ae="is: AE, works: inside")), "field_coverage")

    assert said.startswith("note: Contracts in main are worth 80,000 USD a year")


def test_contract_values_in_another_currency_are_not_held_against_dollars(checked):
    text = company("acv: 20000", ae="is: AE, works: field") + "currency: EUR\n"

    assert says(checked(text), "field_coverage") == [
        "does not apply: Values are in EUR, and the benchmark is in USD."
    ]
    assert says(checked(company(ae="is: AE")), "field_coverage") == [
        "could not look: `acv:` of segments and `works:` of their AEs are not both stated."
    ]


def test_sdrs_before_leads_can_be_planned_with_are_too_early(checked):
    early = company("facts: {predictable_leads: false}", sdr="is: SDR", ae="is: AE, headcount: 10")

    assert says(checked(early), "early_sdrs") == [
        "amber: main has SDRs, 10 AEs and no lead flow that can be planned with; with 10 AEs or "
        "fewer that is too early."
    ]
    for ready in (
        early.replace("leads: false", "leads: true"),
        early.replace("leads: false", "leads: false, playbook: true"),
        early.replace("headcount: 10", "headcount: 11"),
    ):
        assert says(checked(ready), "early_sdrs") == [
            "clear: No segment that could be looked at has SDRs too early."
        ]


def test_without_the_fact_nobody_can_say_whether_sdrs_are_early(checked):
    assert says(checked(company(sdr="is: SDR", ae="is: AE")), "early_sdrs") == [
        "could not look: Whether leads can be planned with is not stated: fact `predictable_leads`."
    ]
    assert says(checked(company(ae="is: AE")), "early_sdrs") == [
        "does not apply: No segment has SDRs or BDRs."
    ]


def test_five_sellers_are_too_few_to_split_executives_and_managers(checked):
    few = company(ae="is: AE, headcount: 3", am="is: AM, headcount: 2")

    assert says(checked(few), "few_sellers") == [
        "amber: 5 sellers in AE and AM roles work in main; with 5 or fewer the source starts with "
        "generalists."
    ]
    assert says(checked(few.replace("headcount: 3", "headcount: 12")), "few_sellers") == [
        "clear: Each segment that splits AE and AM has more sellers than that."
    ]


def test_the_fact_of_how_many_sellers_there_are_stands_in_for_headcounts(checked):
    found = checked(company("facts: {sellers: 4}", ae="is: AE", am="is: AM"))

    assert says(found, "few_sellers") == [
        "amber: 4 sellers in AE and AM roles work in main; with 5 or fewer the source starts with "
        "generalists."
    ]


def test_sellers_who_are_not_counted_and_not_split_are_not_too_few(checked):
    (said,) = says(checked(company(ae="is: AE", am="is: AM")), "few_sellers")

    assert said.startswith("could not look: How many sellers there are is not stated")
    assert says(checked(company(ae="is: AE/AM")), "few_sellers") == [
        "does not apply: No segment splits account executives and managers."
    ]
