"""YAML as a person means it, and files that are no charters but attacks or accidents."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.charter import Charter, CharterError, read_charter
from remit.charter.positions import LARGEST_FILE
from remit.example import NORTHSTAR
from remit.example.charter import charter_text
from tests.laws import examples

EXAMPLE = charter_text(NORTHSTAR)
PEOPLE = "person,role,segment,team,manager,share,from,to\nada,sdr,mid_market,,,1,2025-01-01,\n"
STRAY = "{}[]:,-&*!|>'\"%@`#? \n\t~<=\\\x00\x07\xe9\u2028\U0001f600aZ09"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with the example company's people file in it."""
    place = tmp_path_factory.mktemp("charter")
    (place / "people.csv").write_text(PEOPLE)
    return place


def read(folder: Path, text: str) -> Charter | CharterError:
    """The charter, or else its problems; any other error is the test's."""
    (folder / "charter.yaml").write_text(text, encoding="utf-8")
    try:
        return read_charter(folder / "charter.yaml")
    except CharterError as error:
        return error


# Words


def test_yes_no_on_and_off_stay_the_text_they_are(charter):
    declared = charter(
        """
        company: Yes
        segments: {nordics: {where: {country: [NO, no, SE]}}}
        roles: {on: {is: AE}}
        titles: {Off: on}
        """
    )

    assert declared.company == "Yes"
    assert declared.segments["nordics"].where["country"] == ("NO", "no", "SE")
    assert declared.title("off").role == "on"


@pytest.mark.parametrize(("word", "meant"), [("true", True), ("True", True), ("FALSE", False)])
def test_true_and_false_are_the_only_words_for_whether(charter, word, meant):
    declared = charter(
        f"""
        company: Acme
        segments: {{mid: {{technical_sale: {word}}}}}
        roles: {{ae: {{is: AE}}}}
        """
    )

    assert declared.segments["mid"].technical_sale is meant


def test_yes_where_true_is_meant_is_refused(refused):
    assert refused(
        """\
        company: Acme
        segments: {mid: {technical_sale: yes}}
        roles: {ae: {is: AE}}
        """
    ) == [
        "charter.yaml:2:34  segments.mid.technical_sale: must be true or false.\n"
        "    It says 'yes' now."
    ]


def test_a_word_that_looks_like_a_number_or_a_day_is_text_where_it_stands_before_a_colon(charter):
    declared = charter(
        "company: Acme\nroles: {2026: {is: AE}, 2026-01-01: {is: SDR}, null: {is: SE}}\n"
    )

    assert list(declared.roles) == ["2026", "2026-01-01", "null"]


def test_a_part_that_is_said_once_may_be_used_again_by_its_anchor(charter):
    declared = charter(
        """
        company: Acme
        roles:
          ae: &seller {is: AE, owns: [closing]}
          ae_west: *seller
        """
    )

    assert declared.roles["ae"] == declared.roles["ae_west"]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    file = tmp_path / "charter.yaml"
    file.write_bytes(b"\xef\xbb\xbfcompany: Acme\r\nroles: {ae: {is: AE}}\r\n")

    assert read_charter(file).company == "Acme"


def test_the_example_companys_charter_is_read_as_it_stands(folder):
    declared = read(folder, EXAMPLE)

    assert isinstance(declared, Charter)
    assert len(declared.roles) == 10
    assert declared.people[0].role == "sdr"


# Files


def test_a_file_that_is_not_there_is_told_so(tmp_path):
    with pytest.raises(CharterError, match=r"nowhere\.yaml  there is no such file"):
        read_charter(tmp_path / "nowhere.yaml")


def test_a_folder_in_place_of_a_charter_is_told_as_no_file(tmp_path):
    with pytest.raises(CharterError, match="there is no such file"):
        read_charter(tmp_path)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
KEY_BOMB = f"? [{', '.join(line.partition(': ')[2] for line in BOMB.splitlines())}]\n: x\n"


@pytest.mark.parametrize(
    ("attack", "told"),
    [
        pytest.param("company: " + "x" * 6_000_000, "is larger than", id="six megabytes"),
        pytest.param(BOMB, "repeats or nests itself too often", id="a bomb of aliases"),
        pytest.param(KEY_BOMB, "has a block where a word should be", id="a bomb in a key"),
        pytest.param("a: " + "[" * 10_000, "nests itself too often", id="ten thousand brackets"),
        pytest.param("- " * 10_000 + "x", "nests itself too often", id="ten thousand dashes"),
        pytest.param(
            "{a: " * 10_000 + "x" + "}" * 10_000, "nests itself too often", id="ten thousand blocks"
        ),
        pytest.param("roles: &r {ae: *r}\n", "nests itself too often", id="a block inside itself"),
        pytest.param('company: "\\UFFFFFFFF"\n', "is not YAML", id="an escape"),
        pytest.param(f"company: !!int x\nroles: {'9' * 5000}", "must be a block", id="no number"),
    ],
)
def test_a_file_made_to_choke_on_is_refused_within_seconds(tmp_path, attack, told):
    file = tmp_path / "charter.yaml"
    file.write_text(attack)
    started = time.monotonic()

    with pytest.raises(CharterError) as error:
        read_charter(file)

    assert told in str(error.value)
    assert len(str(error.value)) < 2_000
    assert time.monotonic() - started < 10


def test_a_charter_of_the_largest_size_is_still_read(tmp_path):
    file = tmp_path / "charter.yaml"
    text = "company: Acme\nroles: {ae: {is: AE}}\n"
    file.write_text(text + "#" * (LARGEST_FILE - len(text)))

    assert read_charter(file).company == "Acme"


# Accidents

lines = st.integers(0, EXAMPLE.count("\n") - 1)
slow = settings(
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@slow
@given(
    st.lists(
        st.tuples(st.sampled_from(["drop", "twice", "other"]), lines, lines), min_size=1, max_size=4
    )
)
def test_a_charter_with_lines_lost_doubled_or_swapped_is_read_or_refused(folder, accidents):
    text = EXAMPLE.splitlines(keepends=True)
    for accident, at, other in accidents:
        at, other = at % len(text), other % len(text)
        text[at : at + 1] = {
            "drop": [], "twice": [text[at]] * 2, "other": [text[other]]
        }[accident]  # fmt: skip

    outcome = read(folder, "".join(text))

    assert isinstance(outcome, (Charter, CharterError))


@slow
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["drop", "put", "replace"]),
            st.integers(0, len(EXAMPLE) - 1),
            st.sampled_from(STRAY),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_charter_with_stray_characters_is_read_or_refused_at_places_that_exist(folder, accidents):
    text = EXAMPLE
    for accident, at, stray in accidents:
        kept = at if accident == "put" else at + 1
        text = text[:at] + ("" if accident == "drop" else stray) + text[kept:]

    outcome = read(folder, text)

    if isinstance(outcome, CharterError):
        for problem in outcome.problems:
            assert problem.wrong.strip()
            assert "Input should" not in str(problem)
            assert (problem.place.line or 1) <= len(text.splitlines()) + 1
