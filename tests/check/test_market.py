"""Whether segments leave an account in one place."""

import pytest

from tests.check.conftest import says


def segments(*lines: str) -> str:
    stated = "".join(f"  s{number}: {{where: {line}}}\n" for number, line in enumerate(lines))
    return f"company: Acme\nroles: {{ae: {{is: AE}}}}\nsegments:\n{stated}"


def test_ranges_of_employees_that_overlap_are_a_note_that_says_who_gets_them(checked):
    text = segments("{employees: {at_least: 10}}", "{employees: {at_least: 1000}}")

    assert says(checked(text), "segments_apart") == [
        "note: Accounts with 1,000 or more employees fit s0 and s1; s0 stands first and gets them."
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{employees: {below: 200}}", "{employees: {at_least: 200}}"),
        ("{employees: {below: 200}, country: Spain}", "{employees: {below: 200}, country: Peru}"),
        ("{employees: {below: 200}, country: Spain}", "{employees: {below: 200}}"),
    ],
)
def test_segments_kept_apart_by_numbers_words_or_order_do_not_overlap(checked, first, second):
    assert says(checked(segments(first, second)), "segments_apart") == [
        "clear: No account fits two segments by its employees."
    ]


def test_segments_without_employees_are_not_compared(checked):
    assert says(checked(segments("{country: Spain}", "{}")), "segments_apart") == [
        "does not apply: No two segments are told apart by `employees`."
    ]
