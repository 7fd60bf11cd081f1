"""Whether decisions are carried out and argued, and exemptions still speak of something."""

from tests.check.conftest import says

SPLIT = """
company: Acme
segments: {smb: {}, large: {}}
roles: {sdr: {is: SDR}, ae: {is: AE}}
"""


def deciding(*lines: str) -> str:
    return SPLIT + "decisions:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


def test_a_decision_that_the_roles_do_not_carry_out_is_red(checked):
    found = checked(deciding("segment: smb, boundary: sdr_ae, run: joined, because: small deals"))

    assert says(found, "decisions_held") == [
        "red: It was decided to run sdr_ae as joined; the roles run it as split in smb."
    ]


def test_a_decision_for_all_segments_names_those_that_differ(checked):
    found = checked(deciding("boundary: sdr_ae, run: joined, because: small deals"))

    assert says(found, "decisions_held") == [
        "red: It was decided to run sdr_ae as joined; the roles run it as split in smb and large."
    ]


def test_a_decision_that_the_roles_carry_out_has_no_trouble(checked):
    found = checked(deciding("boundary: sdr_ae, run: split, because: long cycles"))

    assert says(found, "decisions_held") == ["clear: Each boundary is run as it was decided."]


def test_a_decision_on_a_boundary_that_is_left_open_is_a_note(checked):
    found = checked(deciding("segment: smb, boundary: csm_support, run: split, because: load"))

    assert says(found, "decisions_held") == [
        "note: It was decided to run csm_support as split; who owns its two sides in smb is left "
        "open or mixed."
    ]


def test_a_reason_that_is_a_leader_a_preference_or_what_others_do_is_named(checked):
    found = checked(
        deciding(
            "segment: smb, boundary: sdr_ae, run: split, because: our new CRO wants it",
            "segment: large, boundary: sdr_ae, run: split, because: the founders prefer it",
            "boundary: sdr_bdr, run: one, because: competitors in our market do the same",
        )
    )

    assert says(found, "decision_reasons") == [
        'note: The reason for running sdr_ae as split is "our new CRO wants it": it names a leader '
        "who came.",
        'note: The reason for running sdr_ae as split is "the founders prefer it": it names a '
        "preference.",
        'note: The reason for running sdr_bdr as one is "competitors in our market do the same": '
        "it names what others do.",
    ]


def test_a_reason_about_customers_has_no_trouble(checked):
    for reason in ("buyers of a new segment take months", "customers prefer one contact"):
        found = checked(deciding(f"boundary: sdr_ae, run: split, because: {reason}"))

        assert says(found, "decision_reasons") == [
            "clear: No reason is a leader, a preference or what others do."
        ]


def test_a_charter_without_decisions_cannot_be_asked_about_them(checked):
    for check in ("decisions_held", "decision_reasons"):
        assert says(checked(SPLIT), check) == [
            "could not look: The charter states no `decisions:`."
        ]


def test_an_exemption_that_names_no_check_or_has_ended_speaks_of_nothing(checked):
    found = checked(
        SPLIT
        + "exempt:\n"
        + "  - {check: overlap, because: two founders}\n"
        + "  - {check: gaps, because: hiring, until: 2026-03-31}\n"
    )

    assert says(found, "exemptions") == [
        'note: No check is called "overlap", so the exemption speaks of nothing.',
        "note: The exemption from gaps ended on 2026-03-31.",
    ]
    (unknown,) = [one for one in found.findings if one.about == "exempt overlap"]
    assert unknown.remedy.startswith('Did you mean "overlaps"? Checks: overlaps, ')
    assert len(unknown.remedy.split(", ")) < 10
    assert unknown.remedy.endswith(" more.")


def test_an_exemption_in_force_has_no_trouble(checked):
    found = checked(f"{SPLIT}exempt: [{{check: gaps, because: hiring, until: 2026-12-31}}]\n")

    assert says(found, "exemptions") == [
        "clear: Each exemption names a check, is in force and excuses something."
    ]
    assert says(checked(SPLIT), "exemptions") == ["does not apply: The charter exempts nothing."]


def test_an_exemption_from_what_is_no_longer_found_excuses_nothing(checked):
    found = checked(
        SPLIT
        + "exempt:\n"
        + "  - {check: overlaps, because: two founders}\n"
        + "  - {check: gaps, about: renewal in medium, because: hiring}\n"
        + "  - {check: gaps, about: renewal in smb, because: hiring}\n"
    )

    assert says(found, "exemptions") == [
        "note: The exemption from overlaps excuses nothing now: the check finds nothing.",
        'note: The exemption from gaps excuses nothing now: the check finds nothing about "renewal '
        'in medium".',
    ]
    one, other = [one for one in found.findings if one.check == "exemptions"]
    assert one.remedy == "Delete it."
    assert other.remedy.startswith('Did you mean "renewal in ')
