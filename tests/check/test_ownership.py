"""Whether every kind of work has one owner, where and when there is such work."""

from tests.check.conftest import says

WHOLE = """
company: Acme
roles:
  seller: {is: AE/AM, owns: [prospecting, qualification, discovery, closing, onboarding,
                             customer_success, renewal, expansion]}
outside: [support]
nobody: [technical_validation, deal_desk]
"""


def test_a_seller_who_owns_the_whole_cycle_leaves_no_gap_and_no_overlap(checked):
    found = checked(WHOLE)

    assert says(found, "gaps") == ["clear: Every function has an owner, or is said to need none."]
    assert says(found, "overlaps") == ["clear: No function has two owners."]
    assert says(found, "scopes") == [
        "clear: Work is given to roles where and when there is such work."
    ]


def test_work_that_nobody_owns_is_a_gap(checked):
    found = checked(WHOLE.replace("renewal, ", ""))

    assert says(found, "gaps") == ["red: No role owns renewal anywhere."]
    (gap,) = [one for one in found.findings if one.about == "renewal in all segments"]
    assert gap.rules == ("003-05", "002-16")


def test_a_gap_in_support_is_milder_and_one_at_the_deal_desk_is_a_note(checked):
    found = checked(WHOLE.replace("outside: [support]", "").replace(", deal_desk", ""))

    assert says(found, "gaps") == [
        "amber: No role owns support anywhere.",
        "note: No role owns deal desk anywhere.",
    ]


def test_work_that_two_roles_own_is_an_overlap(checked):
    found = checked(WHOLE.replace("outside:", "  csm: {is: CSM, owns: [renewal]}\noutside:"))

    assert says(found, "overlaps") == ["red: seller and csm each own renewal anywhere."]


def test_two_roles_that_differ_in_account_age_do_not_overlap(checked):
    found = checked("""
company: Acme
roles:
  ae: {is: AE, owns: {prospecting: {}, qualification: {}, discovery: {}, closing: {},
                      expansion: {account_age: first_term}}}
  am: {is: AM, owns: {expansion: {account_age: later_terms}}}
  csm: {is: CSM, owns: [onboarding, customer_success, renewal]}
outside: [support]
nobody: [technical_validation, deal_desk]
""")

    assert says(found, "overlaps") == ["clear: No function has two owners."]
    assert says(found, "gaps") == ["clear: Every function has an owner, or is said to need none."]


def test_closing_after_the_win_is_work_that_there_is_not(checked):
    found = checked("""
company: Acme
roles:
  ae: {is: AE, owns: {discovery: {}, closing: {account_age: later_terms}}}
""")

    assert says(found, "scopes") == [
        "red: ae owns closing in the later terms, when there is none of it."
    ]


def test_a_role_cannot_own_work_in_a_segment_in_which_it_does_not_work(checked):
    found = checked("""
company: Acme
segments: {smb: {}, enterprise: {}}
roles:
  ae: {is: AE, segments: [smb], owns: {discovery: {}, closing: {segments: [enterprise]}}}
""")

    assert says(found, "scopes") == ["red: ae owns closing in enterprise, and works in smb."]
