"""Loads that are killed, and loads that meet: one at a time goes into a file, and none leaves a mess."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from remit.charter import Charter
from remit.evidence import EvidenceError, open_evidence
from remit.evidence.claimed import claimed
from remit.evidence.forgetting import forget_person
from remit.sources import load
from remit.terms import RemitError

TODAY = date(2026, 12, 31)
BEGINS = """
import sys, time
from pathlib import Path
from remit.evidence.claimed import claimed
with claimed(Path(sys.argv[1])) as folder:
    (folder / "evidence").write_text("half of it")
    print("begun", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def acme(charter: Callable[..., Charter]) -> Charter:
    return charter("company: Acme\nroles: {ae: {is: AE}}\n")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "Account.csv").write_text("Id,CreatedDate\n0011,2026-01-01\n")
    return tmp_path / "export"


def begun(into: Path) -> subprocess.Popen[str]:
    """A process that has begun a load into a file, and does not end it."""
    command = [sys.executable, "-c", BEGINS, str(into)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout
    assert running.stdout.readline() == "begun\n"
    return running


def hidden(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir() if path.name.startswith(".remit-"))


@pytest.mark.slow
def test_a_load_into_a_file_that_another_is_loading_into_says_so_and_changes_nothing(
    acme, export, tmp_path
):
    into = tmp_path / "evidence.duckdb"
    load(acme, [export], into, today=TODAY)
    before, other = into.read_bytes(), begun(into)

    with pytest.raises(RemitError) as error:
        load(acme, [export], into, today=TODAY)

    assert f"is being loaded into at this moment by process {other.pid}." in str(error.value)
    assert "Wait until that has ended, and try again." in str(error.value)
    assert into.read_bytes() == before
    other.kill()
    other.wait()
    load(acme, [export], into, today=TODAY)
    assert hidden(tmp_path) == []


def test_forgetting_somebody_in_a_file_that_is_being_loaded_into_says_so_and_changes_nothing(
    acme, export, tmp_path
):
    into = tmp_path / "evidence.duckdb"
    (export / "User.csv").write_text("Id,Name,CreatedDate\n0051,Ada Lovelace,2026-01-01\n")
    load(acme, [export], into, today=TODAY)
    before, other = into.read_bytes(), begun(into)

    with pytest.raises(EvidenceError) as error:
        forget_person(into, "Ada Lovelace")

    assert f"is being loaded into at this moment by process {other.pid}." in str(error.value)
    assert "Wait until that has ended, and try again." in str(error.value)
    assert into.read_bytes() == before
    other.kill()
    other.wait()
    assert forget_person(into, "Ada Lovelace").names == 1
    assert hidden(tmp_path) == []


def test_a_load_into_a_file_in_which_somebody_is_being_forgotten_says_so(acme, export, tmp_path):
    into = tmp_path / "evidence.duckdb"

    with claimed(into, "rewritten"), pytest.raises(EvidenceError) as error:
        load(acme, [export], into, today=TODAY)

    assert "is being rewritten at this moment by process" in str(error.value)
    assert not into.exists()


def test_what_a_killed_load_left_is_taken_away_by_the_next_load_in_its_place(
    acme, export, tmp_path
):
    killed = begun(tmp_path / "evidence.duckdb")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    left = hidden(tmp_path)

    load(acme, [export], tmp_path / "another.duckdb", today=TODAY)

    assert len(left) == 2
    assert hidden(tmp_path) == []
    assert open_evidence(tmp_path / "another.duckdb").rows("accounts") == 1


def test_a_load_leaves_alone_what_a_load_that_is_under_way_has_built(acme, export, tmp_path):
    with claimed(tmp_path / "another.duckdb") as folder:
        (folder / "evidence").write_text("half of it")

        load(acme, [export], tmp_path / "evidence.duckdb", today=TODAY)

        assert (folder / "evidence").read_text() == "half of it"
    assert hidden(tmp_path) == []


def test_a_load_that_fails_lets_the_next_one_in(acme, export, tmp_path):
    into = tmp_path / "evidence.duckdb"

    with pytest.raises(RemitError):
        load(acme, [tmp_path / "nothing"], into, today=TODAY)
    load(acme, [export], into, today=TODAY)

    assert open_evidence(into).rows("accounts") == 1
    assert hidden(tmp_path) == []


def test_a_link_in_the_place_of_the_lock_is_not_followed(acme, export, tmp_path):
    into, precious = tmp_path / "evidence.duckdb", tmp_path / "precious"
    precious.write_text("mine")
    with claimed(into) as folder:
        lock = folder.with_suffix(".lock")
    lock.symlink_to(precious)

    with pytest.raises(RemitError, match="cannot be written"):
        load(acme, [export], into, today=TODAY)

    assert precious.read_text() == "mine"


def test_folders_of_others_that_are_called_alike_stay(acme, export, tmp_path):
    (tmp_path / ".remit-mine").mkdir()
    (tmp_path / ".remit-mine.lock").touch()

    load(acme, [export], tmp_path / "evidence.duckdb", today=TODAY)

    assert hidden(tmp_path) == [".remit-mine", ".remit-mine.lock"]
