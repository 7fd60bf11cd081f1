"""`remit decide --ask`: what it asks, what it says, and what it writes into a charter."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from remit.charter import read_charter
from remit.charter.market import Fact
from remit.charter.stating import added, with_facts, write_facts
from remit.cli.ask import read_fact, run_ask
from remit.terms import RemitError

DAY = date(2026, 11, 22)
BLOCK = """\
# Acme's charter
company: Acme   # as registered
segments:
  # the small ones
  smb:
    size: smb  # up to 200 people

  top: {size: enterprise}

roles:
  ae: {is: AE}
"""


@pytest.fixture
def typed(monkeypatch):
    """Somebody who types these lines, and then nothing more."""

    def sit_down(*lines: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return sit_down


@pytest.fixture
def charter(tmp_path):
    """A charter's file."""

    def written(text: str = BLOCK, name: str = "charter.yaml") -> Path:
        file = tmp_path / name
        file.write_bytes(text.encode())
        return file

    return written


def told(**facts: object) -> dict[str, Fact]:
    return {
        name: Fact.model_validate({"value": value, "source": "asked", "on": DAY})
        for name, value in facts.items()
    }


# Asking


def test_one_fact_that_settles_the_answer_is_all_that_is_asked_for(charter, typed, capsys):
    typed("4")

    run_ask(charter(), "smb", ["ae_am"], [], DAY, write=False)

    printed = " ".join(capsys.readouterr().out.split())
    assert printed.count("Give a count such as") == 1
    assert "A team of five or fewer. Settles AE | AM: joined. Nothing is open." in printed
    assert "AE | AM - joined" in printed
    assert "first manager" not in printed


def test_what_the_charter_says_is_not_asked_for(charter, typed, capsys):
    file = charter(BLOCK.replace("size: smb ", "facts: {sellers: 4}\n    size: smb "))
    typed()

    run_ask(file, "smb", ["ae_am"], [], DAY, write=False)

    printed = capsys.readouterr().out
    assert "smb: Nothing is open." in printed
    assert "nothing to write" in printed


@pytest.mark.parametrize("unknown", ["?", "", "  "])
def test_what_is_not_known_is_left_unknown_and_not_asked_again(charter, typed, capsys, unknown):
    file = charter()
    typed(unknown)

    run_ask(file, "smb", ["csm_support"], [], DAY, write=True)

    printed = capsys.readouterr().out
    assert "Left unknown." in printed
    assert printed.count("reactive load:") == 1
    assert file.read_text() == BLOCK


def test_a_word_may_be_given_in_place_of_a_number(charter, typed, capsys):
    file = charter()
    typed("9", "high", "complex")

    run_ask(file, "smb", ["ae_am"], [], DAY, write=True)

    facts = read_charter(file).segments["smb"].facts
    assert facts["year_1_expansion_potential"].value == "high"
    assert facts["year_1_expansion_complexity"].value == "complex"
    assert "Much expansion in year 1." in capsys.readouterr().out


def test_an_answer_that_is_none_is_asked_for_again_and_says_what_would_be(charter, typed, capsys):
    file = charter()
    typed("a lot", "35", "35%")

    run_ask(file, "smb", ["csm_support"], [], DAY, write=True)

    assert read_charter(file).segments["smb"].facts["reactive_load"].value == 0.35
    printed = capsys.readouterr().out
    assert "'a lot' is no number. Give a share such as 25 %" in printed
    assert "It must be a share such as" in printed


def test_a_range_that_lies_on_both_sides_of_a_limit_is_said_to(charter, typed, capsys):
    typed("4 to 9")

    run_ask(charter(), "smb", ["ae_am"], [], DAY, write=False)

    assert "its ends differ" in capsys.readouterr().out


def test_where_the_input_ends_what_was_answered_is_written_if_that_was_asked_for(charter, typed):
    file = charter()
    typed("9")

    run_ask(file, "smb", [], [], DAY, write=True)

    assert list(read_charter(file).segments["smb"].facts) == ["sellers"]


@pytest.mark.parametrize(("reply", "written"), [("y", True), ("YES", True), ("n", False)])
def test_without_write_somebody_is_asked_before_anything_is_written(charter, typed, reply, written):
    file = charter()
    typed("25%", "perhaps", reply)

    run_ask(file, "smb", ["csm_support"], [], DAY, write=False)

    assert ("reactive_load" in read_charter(file).segments["smb"].facts) is written


def test_where_nobody_says_yes_nothing_is_written(charter, typed, capsys):
    file = charter()
    typed("25%")

    run_ask(file, "smb", ["csm_support"], [], DAY, write=False)

    assert file.read_text() == BLOCK
    assert "Not written." in capsys.readouterr().out


def test_a_fact_set_for_one_run_is_used_and_not_written(charter, typed, capsys):
    file = charter()
    typed("25%")

    run_ask(file, "smb", ["ae_am", "csm_support"], ["sellers=4"], DAY, write=True)

    assert list(read_charter(file).segments["smb"].facts) == ["reactive_load"]
    assert "AE | AM - joined" in " ".join(capsys.readouterr().out.split())


def test_of_several_segments_one_must_be_named(charter, typed):
    with pytest.raises(RemitError, match=r"say which segment.*\n.*smb, top"):
        run_ask(charter(), None, [], [], DAY, write=False)


def test_a_question_that_is_none_is_told_with_the_nearest(charter):
    with pytest.raises(RemitError, match="ae_am"):
        run_ask(charter(), "smb", ["ae_an"], [], DAY, write=False)


def test_a_charter_without_segments_is_advised_and_not_written_to(charter, typed, capsys):
    file = charter("company: Acme\nroles:\n  ae: {is: AE}\n")
    typed("4")

    run_ask(file, None, ["ae_am"], [], DAY, write=False)

    assert "Settles AE | AM: joined." in capsys.readouterr().out
    with pytest.raises(RemitError, match="no segment to write"):
        run_ask(file, None, ["ae_am"], [], DAY, write=True)


@pytest.mark.slow
def test_the_command_takes_its_answers_from_a_pipe(charter):
    file = charter()
    command = [sys.executable, "-m", "remit", "decide", str(file), "--segment", "smb", "--ask"]

    done = subprocess.run(
        [*command, "--question", "ae_am", "--write"], input="4\n", capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert "sellers: 4\n" in done.stdout
    assert read_charter(file).segments["smb"].facts["sellers"].value == 4


@pytest.mark.parametrize("options", [["--write"], ["--ask", "--json"]])
def test_options_that_do_not_go_together_are_refused(charter, options):
    command = [sys.executable, "-m", "remit", "decide", str(charter()), *options]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 2
    assert "--ask" in done.stderr


# How an answer is read


@pytest.mark.parametrize(
    ("fact", "said", "value"),
    [
        ("sellers", "7", 7),
        ("sellers", "6.5", 6.5),
        ("landed_value", "30,000", 30_000),
        ("landed_value", "1.1m", 1_100_000),
        ("grr", "90 %", 0.9),
        ("grr", "7%", 0.07),
        ("nrr", "105%", 1.05),
        ("competition", "HIGH", "high"),
        ("competition", "h", "high"),
        ("playbook", "n", False),
        ("playbook", "true", True),
        ("stage", "Series A", "series_a"),
        ("technical_sale", "yes", True),
        ("acv", "30k", 30_000),
    ],
)
def test_a_value_is_read_as_people_write_it(fact, said, value):
    assert read_fact(fact, said).value == value


@pytest.mark.parametrize(
    ("fact", "said", "low", "high"),
    [
        ("sellers", "5 to 9", 5, 9),
        ("sellers", "5-9", 5, 9),
        ("grr", "20%-30%", 0.2, 0.3),
        ("grr", "20-30 %", 0.2, 0.3),
        ("landed_value", "20 to 30k", 20_000, 30_000),
        ("landed_value", "900 to 1k", 900, 1_000),
    ],
)
def test_a_range_is_read_as_people_write_it(fact, said, low, high):
    found = read_fact(fact, said)

    assert (found.value, found.low, found.high) == (None, low, high)


@pytest.mark.parametrize(
    ("fact", "said", "wrong"),
    [
        ("sellers", "-3", "is no number"),
        ("sellers", "9 to 5", "ends before it starts"),
        ("landed_value", "30,5", "is no number"),
        ("grr", "90", "must be a share"),
        ("acv", "20k to 30k", "one value here"),
        ("nrr", "105", "Write 105%"),
        ("landed_accounts", "60%", "is a share"),
        ("competition", "medium", "low, high"),
        ("stage", "series", "series_a"),
    ],
)
def test_what_is_no_value_is_refused_with_what_would_be(fact, said, wrong):
    with pytest.raises(ValueError, match=wrong):
        read_fact(fact, said)


# Writing


@pytest.mark.parametrize("segment", ["smb", "top"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_written_facts_are_read_back_and_every_other_line_stays(charter, segment, line_end, mark):
    file = charter(mark + BLOCK.replace("\n", line_end))
    before = file.read_bytes().decode().splitlines(keepends=True)
    facts = told(sellers=7, acv=30_000, technical_sale=True, stage="seed", competition="high")

    write_facts(file, read_charter(file), segment, facts)

    after = file.read_bytes().decode().splitlines(keepends=True)
    kept = [line for line in before if line in after]
    assert kept == before if segment == "smb" else len(before) - len(kept) == 1
    assert all(line.endswith(line_end) for line in after)
    now = read_charter(file)
    assert now.segments[segment].facts["sellers"].on == DAY
    assert (now.segments[segment].acv, now.stage) == (30_000, "seed")


@pytest.mark.parametrize(
    "segment",
    [
        "smb:\n    facts:\n      grr: 0.9  # from finance\n      nrr:\n        value: 1\n    size: smb",
        "smb:\n    facts: {grr: 0.9}  # from finance",
        "smb: {facts: {grr: 0.9,}, size: smb}",
        "smb: {size: smb, facts: {}}",
        "smb: {}",
        "smb:\n    size: smb\n    where:\n      country:\n        - DE\n        - FR  # and Monaco",
        "smb:\n    facts:\n      grr:\n        value: 0.9\n        source: >\n          the board\n",
    ],
)
def test_facts_are_put_in_however_a_segment_is_laid_out(charter, segment):
    file = charter(f"company: Acme\nsegments:\n  {segment}\nroles: {{ae: {{is: AE}}}}")
    was = read_charter(file)

    write_facts(file, was, "smb", told(sellers=7))

    now = read_charter(file)
    assert now == with_facts(was, "smb", told(sellers=7))
    assert ("# " in file.read_text()) is ("# " in segment)


def test_a_charter_that_was_changed_meanwhile_is_left_alone(charter):
    file = charter()
    was = read_charter(file)
    file.write_text(BLOCK.replace("Acme", "Harbor"))

    with pytest.raises(RemitError, match=r"changed meanwhile(.|\n)*sellers: \{value: 7"):
        write_facts(file, was, "smb", told(sellers=7))

    assert file.read_text() == BLOCK.replace("Acme", "Harbor")
    assert [one.name for one in file.parent.iterdir()] == ["charter.yaml"]


def test_facts_that_two_segments_share_are_not_added_to_for_one(charter):
    shared = "  smb: {facts: &same {grr: 0.9}}\n  top: {facts: *same}\n"
    file = charter(f"company: Acme\nsegments:\n{shared}roles: {{ae: {{is: AE}}}}\n")
    before = file.read_text()

    with pytest.raises(RemitError, match="Add by hand"):
        write_facts(file, read_charter(file), "top", told(sellers=7))

    assert file.read_text() == before


def test_a_fact_that_is_stated_already_is_not_written_over(charter):
    file = charter(BLOCK.replace("size: smb ", "facts: {sellers: 4}\n    size: smb "))
    before = file.read_text()

    with pytest.raises(RemitError, match=r"stated already.*sellers"):
        write_facts(file, read_charter(file), "smb", told(sellers=7))

    assert file.read_text() == before


def test_a_segment_of_another_file_is_not_written_to(charter):
    charter("segments: {smb: {size: smb}}\n", "market.yaml")
    file = charter("company: Acme\nuses: market.yaml\nroles: {ae: {is: AE}}\n")

    with pytest.raises(RemitError, match=r"market\.yaml"):
        write_facts(file, read_charter(file), "smb", told(sellers=7))


def test_the_files_permissions_and_a_link_to_it_stay(charter, tmp_path):
    file = charter()
    file.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)

    write_facts(link, read_charter(link), "smb", told(sellers=7))

    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert "sellers" in file.read_text()


def test_a_word_of_the_charter_goes_to_its_top():
    assert added("company: A\nroles: {}\n", (), {"stage": "seed"}).startswith(
        "company: A\nstage: seed\n"
    )
