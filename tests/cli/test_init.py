"""`remit init`: what it asks, what it takes where nobody answers, and what it leaves alone."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from remit.charter import read_charter
from remit.cli.init import QUESTIONS, run_init
from remit.terms import RemitError

ALL = {
    "company": "Acme",
    "stage": "series_a",
    "sellers": 8,
    "segments": ["smb"],
    "motion": "outbound",
    "technical": False,
    "currency": "EUR",
    "crm": "salesforce",
}


@pytest.fixture
def typed(monkeypatch):
    """Somebody who types these lines."""

    def sit_down(*lines: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return sit_down


def test_what_was_given_is_not_asked_and_becomes_a_charter(tmp_path, capsys):
    run_init(tmp_path / "charter.yaml", **ALL, interactive=True)

    charter = read_charter(tmp_path / "charter.yaml")
    assert (charter.company, charter.currency, charter.stage) == ("Acme", "EUR", "series_a")
    assert charter.roles["ae"].headcount == {"all": 8}
    printed = capsys.readouterr().out
    assert "?" not in printed
    assert f"remit check {tmp_path / 'charter.yaml'}" in printed


def test_where_nobody_answers_defaults_are_taken_and_named(tmp_path, capsys):
    run_init(tmp_path / "charter.yaml", company="Acme", sellers=4)

    printed = capsys.readouterr().out
    assert "Not said, so taken: stage seed, segments smb, motion mixed" in printed
    assert "sellers" not in printed
    assert read_charter(tmp_path / "charter.yaml").roles["seller"].headcount == {"all": 4}


def test_where_somebody_answers_each_question_says_why_and_shows_its_default(
    tmp_path, capsys, typed
):
    typed("Harbor", "series_b", "30", "smb,top=enterprise", "", "yes", "gbp", "other")

    run_init(tmp_path / "charter.yaml", interactive=True)

    charter = read_charter(tmp_path / "charter.yaml")
    assert charter.company == "Harbor"
    assert charter.segment_names() == ("smb", "top")
    assert charter.currency == "GBP"
    assert charter.kinds("SE", "VP Sales") == ("se", "vp_sales")
    printed = " ".join(capsys.readouterr().out.split())
    for question in QUESTIONS:
        assert question.why in printed
        assert f"{question.asks} [{question.default}]" in printed


def test_an_answer_that_is_none_is_asked_for_again(tmp_path, capsys, typed):
    typed("seedy", "seed")

    run_init(tmp_path / "charter.yaml", **{**ALL, "stage": None}, interactive=True)

    assert read_charter(tmp_path / "charter.yaml").stage == "seed"
    told = capsys.readouterr()
    assert 'Did you mean "seed"?' in told.out + told.err


def test_somebody_who_leaves_in_between_leaves_nothing_behind(tmp_path, typed):
    typed("Harbor")

    with pytest.raises(KeyboardInterrupt):
        run_init(tmp_path / "charter.yaml", interactive=True)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["a file", "a folder", "a link to nothing"])
def test_what_is_there_already_is_never_written_over(tmp_path, there):
    file = tmp_path / "charter.yaml"
    if there == "a file":
        file.write_text("mine")
    elif there == "a folder":
        file.mkdir()
    else:
        file.symlink_to(tmp_path / "nowhere")
    before = file.lstat()

    with pytest.raises(RemitError, match=r"charter\.yaml  is there already"):
        run_init(file, **ALL)

    assert file.lstat() == before
    assert list(tmp_path.iterdir()) == [file]


def test_everything_that_was_given_wrongly_is_told_at_once_and_nothing_is_written(tmp_path):
    wrong = {
        "company": " ",
        "stage": "seedy",
        "segments": ["sbm", "smb"],
        "motion": "sideways",
        "currency": "Euro",
        "crm": "paper",
    }
    with pytest.raises(RemitError) as told:
        run_init(tmp_path / "charter.yaml", **wrong)

    assert [problem.place.file for problem in told.value.problems] == [
        "--company",
        "--stage",
        "--segment",
        "--motion",
        "--currency",
        "--crm",
    ]
    assert 'Did you mean "smb"?' in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_two_segments_of_one_size_need_names(tmp_path):
    with pytest.raises(RemitError, match="germany=smb,france=smb"):
        run_init(tmp_path / "charter.yaml", **{**ALL, "segments": ["smb", "smb"]})

    run_init(tmp_path / "charter.yaml", **{**ALL, "segments": ["germany=smb", "france=smb"]})

    assert read_charter(tmp_path / "charter.yaml").segment_names() == ("germany", "france")


def test_the_next_command_it_names_finds_nothing_red(tmp_path):
    def remit(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "remit", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "COLUMNS": "80"},
            timeout=60,
            check=False,
        )

    begun = remit("init", "--company", "Acme", "--sellers", "9", "--technical")
    checked = remit("check", "charter.yaml")

    assert begun.returncode == 0, begun.stderr
    assert Path(tmp_path / "charter.yaml").is_file()
    assert checked.returncode == 0, checked.stdout + checked.stderr
