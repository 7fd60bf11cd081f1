"""Problems are said to the person who can mend them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from remit.terms import Place, Problem, RemitError, closest, nearest

ROLES = ["sdr", "account_executive", "AE"]


def test_a_place_is_written_so_that_editors_can_jump_to_it():
    assert str(Place("charter.yaml", 8, 15)) == "charter.yaml:8:15"
    assert str(Place("people.csv", 3)) == "people.csv:3"
    assert str(Place("export")) == "export"


def test_a_problem_says_where_what_is_wrong_and_below_it_what_to_do():
    problem = Problem(Place("charter.yaml", 8, 15), "handoffs.0.to", "is missing.", "Add it.")

    assert str(problem) == "charter.yaml:8:15  handoffs.0.to: is missing.\n    Add it."


def test_a_problem_with_a_whole_file_has_no_path_and_one_without_remedy_no_second_line():
    assert str(Problem(Place("charter.yaml"), "", "is empty.")) == "charter.yaml  is empty."


def test_an_error_holds_all_its_problems_and_says_them_all():
    problems = [Problem(Place("a", line), "", f"is wrong {line}.") for line in (1, 2)]

    error = RemitError(problems)

    assert error.problems == tuple(problems)
    assert str(error) == "a:1  is wrong 1.\na:2  is wrong 2."


def test_the_nearest_word_is_suggested_and_all_are_listed_from_a_to_z():
    said = nearest("account_exec", ROLES, what="Roles")

    assert said == 'Did you mean "account_executive"? Roles: AE, account_executive, sdr.'


def test_capitals_do_not_keep_a_word_from_being_suggested():
    assert closest("SDR", ROLES) == "sdr"
    assert closest("ae", ROLES) == "AE"


def test_a_word_that_begins_with_what_was_said_is_nearer_than_one_that_is_somewhat_alike():
    assert closest("sdr", ["sdr_inbound", "sdr_outbound_smb", "se"]) == "sdr_inbound"
    assert closest("aes", ["ae_share", "span_aes", "aes_per_sdr"]) == "aes_per_sdr"
    assert closest("manager", ["sales_manager", "manger"]) == "manger"
    assert closest("success", ["customer_success", "sales"]) == "customer_success"


def test_a_word_like_no_other_gets_the_list_and_no_suggestion():
    assert nearest("zzz", ["sdr"], what="Roles") == "Roles: sdr."
    assert nearest("zzz", [], what="Roles") == "Roles: none."


@given(st.text(max_size=12), st.lists(st.text(min_size=1, max_size=8), max_size=6))
def test_only_words_that_exist_are_ever_suggested(word, known):
    assert closest(word, known) in (None, *known)


@given(st.lists(st.text("abcxyz_", min_size=1, max_size=8), min_size=1), st.data())
def test_a_word_that_exists_is_its_own_nearest(known, data):
    word = data.draw(st.sampled_from(known))

    assert closest(word, known) == word


def test_of_many_known_words_a_message_lists_the_nearest_and_how_many_more():
    months = [f"month_{number}" for number in range(1, 31)]

    said = nearest("mnth_12", months, what="Words")

    assert said.startswith('Did you mean "month_12"? Words: month_12, ')
    assert said.endswith(" and 22 more.")
    assert said.count(",") == 7


def test_a_dozen_words_and_one_are_all_listed():
    words = [f"w{number:02}" for number in range(13)]

    assert nearest("?", words, what="Words") == f"Words: {', '.join(words)}."


def test_nothing_is_compared_with_a_word_nobody_types_by_a_slip():
    assert nearest("x" * 5_000, [f"w{number:02}" for number in range(20)], what="Words") == (
        "Words: w00, w01, w02, w03, w04, w05, w06, w07 and 12 more."
    )
