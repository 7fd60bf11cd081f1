"""Does any damage to an export end in anything but a loaded file or a problem told?

Each trial writes a small export of one format, damages it, and loads it in a worker process that
is watched from outside: its memory, its processor time, and everything that lies around the
export and the evidence file. Every fiftieth goes through the command line. Results are appended
to a file, a hundred trials a line, so that an interrupted run goes on where it stopped.

    python studies/export_corruptions.py --out docs/studies/export-corruptions.jsonl
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from datetime import date
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import numpy as np
from export_damages import KINDS, SHARES, damaged

TODAY = date(2026, 11, 1)
SECONDS = 20.0
"""Of the processor, for one trial."""
WAIT = 240.0
"""Seconds by the clock after which a trial that uses no processor hangs."""
MEMORY = 1 << 30
"""Bytes that may be resident at once."""
BATCH = 100
BY_COMMAND = 50
"""Every so many trials go through the command line."""
SEED = 20261122
ENDS = ("loaded", "refused", "unclear", "rows lost", "bad file", "touched", "traceback", "hang", "memory", "crash")  # fmt: skip
CHARTER = """\
company: Acme
currency: EUR
time_zone: Europe/Berlin
email_domains: acme.com
roles: {sdr: {is: SDR}, ae: {is: AE}}
titles: {"SDR*": sdr, "AE*": ae}
handoffs:
  - name: first_meeting
    from: sdr
    to: ae
    at: discovery
    offered: {object: Event, where: {Type: Discovery}}
    converted: {object: Opportunity, stage: Won}
    requires: {pain: Opportunity.Pain__c}
activities:
  rules:
    - {name: calls, object: Task, where: {Subject: "Call*"}, is: prospecting}
    - {name: reviews, object: Calendar, where: {Subject: "*Review*"}, is: management}
"""
OF_LOGS = "event_log: {case: deal, won: [Approved], lost: [Declined]}\n"
OF_OBJECTS = "event_log: {case: deal, object: application, resource: clerk, won: [Approved]}\n"
SPEAKS = re.compile(
    r"Traceback|\b\w+Error\b|duckdb|pyarrow|calamine|0x[0-9a-f]{6}|\bArrow|Binder|Catalog|\.py\b|Errno"
)
"""What tells that a library speaks, and not remit."""


# One trial, in a worker


def _charter(folder: Path, format_: str) -> Path:
    more = OF_OBJECTS if format_.startswith("OCEL") else OF_LOGS if "XES" in format_ else ""
    file = folder / "charter.yaml"
    file.write_text(CHARTER + more)
    return file


def _seen(folder: Path, but: Path) -> dict[str, tuple[Any, ...]]:
    """Everything that lies under a folder, but for what lies in `but`."""
    found: dict[str, tuple[Any, ...]] = {}
    for above, folders, files in os.walk(folder):
        if Path(above) == but:
            folders.clear()
            continue
        for name in (*folders, *files):
            path = os.path.join(above, name)
            told = os.lstat(path)
            content = ""
            if stat.S_ISREG(told.st_mode):
                with open(path, "rb") as f:
                    content = hashlib.sha1(f.read()).hexdigest()
            changed = told.st_mtime_ns if not stat.S_ISDIR(told.st_mode) or path != str(but) else 0
            found[path] = (told.st_mode, told.st_size if content else 0, changed, content)
    return found


def trial(number: int, room: Path, before: bytes) -> dict[str, Any]:
    """One damaged export: how its load ended, and what to look at if that is amiss.

    Args:
        number: The trial; everything about it follows from it.
        room: An empty folder to work in. It is left as it is where something is amiss.
        before: An evidence file that one load in eight goes into.
    """
    chance = np.random.default_rng([SEED, number])
    inner = room / "inner"
    export, into, outside = inner / "export", inner / "into", inner / "outside"
    if chance.random() < 0.04:
        odd = ("a'b", 'a"b', "[a]", "*", "a;b", "a\nb", "💼", "..a", "a b", "{a,b}", "?")
        export = inner / odd[int(chance.integers(0, len(odd)))]
    for folder in (export, into, outside):
        folder.mkdir(parents=True)
    (outside / "precious.csv").write_text("Id,Name,CreatedDate\n003000000000009AAA,x,2026-01-01\n")
    format_, kind, how = damaged(export, chance)
    charter = _charter(inner, format_)
    target = into / "evidence.duckdb"
    again = chance.random() < 0.125
    if again:
        target.write_bytes(before)
    files = sorted(
        file for file in export.iterdir() if file.suffix != ".csv" or chance.random() < 0.2
    )
    source = files[0] if len(files) == 1 and chance.random() < 0.4 else export
    seen = _seen(inner, into)
    by_command = number % BY_COMMAND == 0
    _forget_peak()
    started = time.process_time()
    if by_command:
        ended, why = _by_command(charter, source, target, room)
    else:
        ended, why = _by_call(charter, source, target)
    took, peak = time.process_time() - started, _peak()
    if ended in ("loaded", "refused"):
        changed = {path for path, what in _seen(inner, into).items() ^ seen.items()}
        left = sorted(file.name for file in into.iterdir() if file != target)
        if changed or left:
            ended, why = "touched", f"changed: {sorted(changed)[:5]}, left: {left}"
        elif ended == "refused" and target.exists() is not again:
            ended, why = "bad file", "a load that is refused made or took away the file"
        elif ended == "refused" and again and target.read_bytes() != before:
            ended, why = "bad file", "a load that is refused changed the file"
        elif ended == "loaded" and not by_command:
            ended, why = _sound(target, again, why)
        elif ended == "loaded" and not target.exists():
            ended, why = "bad file", "is not there"
    if ended in ("loaded", "refused") and peak > MEMORY:
        ended, why = "memory", f"{peak >> 20:,} MB"
    if ended in ("loaded", "refused") and took > SECONDS:
        ended, why = "hang", f"{took:.0f} s of processor time"
    amiss = ended not in ("loaded", "refused")
    said = f"{number}: {format_} {how} ({'again, ' if again else ''}{'command' if by_command else 'call'}): {why}"
    return {
        "kind": kind, "format": format_, "ended": ended, "why": said if amiss else "",
        "seconds": round(took, 2), "peak": peak, "how": f"{format_} {how}",
    }  # fmt: skip


def _by_call(charter: Path, source: Path, target: Path) -> tuple[str, str]:
    from remit.charter import read_charter
    from remit.sources import load
    from remit.terms import RemitError

    try:
        summary = load(read_charter(charter), [source], target, today=TODAY)
    except RemitError as error:
        return _said(str(error), [problem.wrong for problem in error.problems])
    except BaseException:
        return "traceback", traceback.format_exc(limit=-4)
    if summary.rows != summary.kept + summary.rejected:
        return "rows lost", f"{summary.rows} in, {summary.kept} kept, {summary.rejected} rejected"
    return "loaded", str(summary.rejected)


def _said(told: str, wrong: list[str]) -> tuple[str, str]:
    speaks = SPEAKS.search(re.sub(r'"[^"]*"|\S*/\S*', "", told))
    if not wrong or not all(word.strip() for word in wrong) or speaks:
        return "unclear", told[:600]
    return "refused", ""


def _by_command(charter: Path, source: Path, target: Path, room: Path) -> tuple[str, str]:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS), int(SECONDS)))

    command = [sys.executable, "-m", "remit", "load", str(charter), os.fsencode(source), "--into", str(target), "--json"]  # fmt: skip
    with (room / "said").open("wb") as out, (room / "told").open("wb") as err:
        run = subprocess.Popen(
            command, stdout=out, stderr=err, cwd=room / "cwd", preexec_fn=limited
        )
        _, status, used = os.wait4(run.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    told = (room / "told").read_text("utf-8", "replace")
    said = (room / "said").read_text("utf-8", "replace")
    if used.ru_maxrss << 10 > MEMORY:
        return "memory", f"{used.ru_maxrss >> 10:,} MB"
    if code == -24:
        return "hang", "used its time"
    if code < 0:
        return "crash", f"signal {-code}: {told[-600:]}"
    if "Traceback" in told or "Traceback" in said:
        return "traceback", told[-1500:]
    if code:
        return _said(told, [told])
    summary = json.loads(said)
    if summary["rows"] != summary["kept"] + summary["rejected"]:
        return "rows lost", said[:300]
    return "loaded", ""


def _sound(target: Path, again: bool, rejected: str) -> tuple[str, str]:
    """Whether a file that was loaded opens, and keeps what was refused."""
    import duckdb

    try:
        with duckdb.connect(str(target), read_only=True) as con:
            whole, meta = con.execute(
                "SELECT (SELECT count(*) FROM rejects WHERE whole_row), (SELECT count(*) FROM meta)"
            ).fetchone() or (0, 0)
            for (table,) in con.execute("SELECT DISTINCT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall():  # fmt: skip
                con.execute(f'SELECT * FROM "{table}"').fetchall()
    except (duckdb.Error, OSError, ValueError) as error:
        return "bad file", str(error)[:300]
    if not meta:
        return "bad file", "says nothing of itself"
    if not again and whole != int(rejected):
        return "rows lost", f"{rejected} rejected, {whole} of them told"
    return "loaded", ""


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak(process: int | str = "self") -> int:
    """The most memory that a process had resident, in bytes."""
    try:
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", told)
    return int(found[1]) << 10 if found else 0


@contextmanager
def _own_folders(room: Path) -> Any:
    """A home, a temporary and a current folder in which nothing should turn up."""
    for name, word in (("home", "HOME"), ("tmp", "TMPDIR"), ("cwd", "")):
        (room / name).mkdir()
        if word:
            os.environ[word] = str(room / name)
    tempfile.tempdir = str(room / "tmp")
    os.chdir(room / "cwd")
    yield
    os.chdir("/")


def work(pipe: Connection, room: Path) -> None:
    """Do the trials that come down a pipe, one by one."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    with _own_folders(room):
        from remit.charter import read_charter
        from remit.sources import load

        first = room / "first"
        first.mkdir()
        (first / "Account.csv").write_text("Id,Name,CreatedDate\n0011,Acme,2026-01-01\n")
        load(read_charter(_charter(room, "CSV")), [first], room / "first.duckdb", today=TODAY)
        before = (room / "first.duckdb").read_bytes()
        pipe.send(None)
        while (number := pipe.recv()) is not None:
            place = room / f"trial-{number}"
            for folder in (place, place / "cwd"):
                folder.mkdir()
            result = trial(number, place, before)
            stray = [str(p) for f in ("home", "tmp", "cwd") for p in (room / f).rglob("*")]
            stray += [str(p) for p in (place / "cwd").rglob("*")]
            if stray and result["ended"] in ("loaded", "refused"):
                result.update(ended="touched", why=f"{number}: {result['how']}: made {stray[:5]}")
            shutil.rmtree(place, ignore_errors=True)
            pipe.send(result)


# Watching the workers


class _Worker:
    """A process that does trials, and is ended from outside where it takes too much."""

    def __init__(self) -> None:
        self.room = Path(tempfile.mkdtemp(prefix="export-corruptions-"))
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=work, args=(other, self.room), daemon=True)
        self.process.start()
        other.close()
        self.number: int | None = None
        self.pipe.recv()

    def give(self, number: int) -> None:
        self.number, self.since, self.spent = number, time.monotonic(), self._spent()
        self.pipe.send(number)

    def take(self) -> dict[str, Any] | None:
        """What became of its trial, if that is known by now."""
        ended = ""
        try:
            if self.pipe.poll():
                result: dict[str, Any] = self.pipe.recv()
                self.number = None
                return result
        except EOFError:
            self.process.join()
            ended, why = "crash", f"ended with {self.process.exitcode}"
        if not ended and _peak(self.process.pid or 0) > 2 * MEMORY:
            ended, why = "memory", "twice what it may have"
        if not ended and self._spent() - self.spent > 2 * SECONDS:
            ended, why = "hang", f"after {self._spent() - self.spent:.0f} s of processor time"
        if not ended and time.monotonic() - self.since > WAIT:
            ended, why = "hang", f"after {WAIT:.0f} s"
        if not ended:
            return None
        self.end()
        assert self.number is not None
        return _again(self.number, ended, why)

    def _spent(self) -> float:
        try:
            told = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        shutil.rmtree(self.room, ignore_errors=True)


def _again(number: int, ended: str, why: str) -> dict[str, Any]:
    """What a trial was that nobody can tell of any more."""
    chance = np.random.default_rng([SEED, number])
    with tempfile.TemporaryDirectory() as folder:
        if chance.random() < 0.04:
            chance.integers(0, 11)
        format_, kind, how = damaged(Path(folder), chance)
    said = f"{number}: {format_} {how}: {why}"
    return {"kind": kind, "format": format_, "ended": ended, "why": said, "seconds": SECONDS, "peak": 0, "how": how}  # fmt: skip


def run(numbers: range, workers: list[_Worker | None]) -> list[dict[str, Any]]:
    """Do some trials, shared among the workers; one that had to be ended is replaced."""
    waiting, results = list(reversed(numbers)), []
    while waiting or any(worker and worker.number is not None for worker in workers):
        for at, worker in enumerate(workers):
            if worker is None:
                worker = workers[at] = _Worker()
            if worker.number is None and waiting:
                worker.give(waiting.pop())
            elif worker.number is not None and (result := worker.take()) is not None:
                results.append(result)
                if result["ended"] in ("crash", "hang", "memory") and not worker.process.is_alive():
                    workers[at] = None
                elif waiting:
                    worker.give(waiting.pop())
        busy = [worker.pipe for worker in workers if worker and worker.number is not None]
        wait(busy, timeout=0.5)
    return results


def main() -> None:
    """Do the trials that are not there yet, and print what came of all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--first", type=int, default=0, help="begin with this trial")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quick", action="store_true", help="one trial in a hundred")
    asked = parser.parse_args()
    trials = asked.trials // 100 if asked.quick else asked.trials
    done: list[dict[str, Any]] = []
    if asked.out and asked.out.exists():
        done = [json.loads(line) for line in asked.out.read_text().splitlines()]
    workers: list[_Worker | None] = [None] * asked.workers
    begin = asked.first + sum(batch["trials"] for batch in done)
    for first in range(begin, asked.first + trials, BATCH):
        numbers = range(first, min(first + BATCH, asked.first + trials))
        results = run(numbers, workers)
        ends, formats = (
            Counter(f"{r[word]}|{r['ended']}" for r in results) for word in ("kind", "format")
        )
        slowest, largest = (
            max(results, key=lambda r, w=word: r[w]) for word in ("seconds", "peak")
        )
        batch = {
            "first": first,
            "trials": len(numbers),
            "ends": dict(sorted(ends.items())),
            "formats": dict(sorted(formats.items())),
            "slowest": [slowest["seconds"], slowest["how"]],
            "largest": [largest["peak"] >> 20, largest["how"]],
            "amiss": [r["why"] for r in results if r["why"]],
        }
        done.append(batch)
        if asked.out:
            with asked.out.open("a") as file:
                file.write(json.dumps(batch) + "\n")
    for worker in filter(None, workers):
        worker.end()
    print(table(done, "ends", list(KINDS), "damage"))
    print()
    print(table(done, "formats", list(SHARES), "format"))
    seconds, largest_of = max(b["slowest"] for b in done), max(b["largest"] for b in done)
    print(f"\nslowest: {seconds[0]} s of processor time, {seconds[1]}")
    print(f"largest: {largest_of[0]:,} MB, {largest_of[1]}")
    amiss = [why for batch in done for why in batch["amiss"]]
    print("\namiss:", "\n".join(amiss) or "nothing")
    if amiss:
        raise SystemExit(1)


def table(batches: list[dict[str, Any]], part: str, names: list[str], what: str) -> str:
    """One row a damage (the first, where a trial had several) or a format, and a sum."""
    counted: Counter[tuple[str, str]] = Counter()
    for batch in batches:
        for words, many in batch[part].items():
            name, _, ended = words.partition("|")
            counted[name, ended] += many
            counted["all", ended] += many
    lines = [f"| {what} | {' | '.join(ENDS)} |", "|---" * (len(ENDS) + 1) + "|"]
    for name in (*names, "all"):
        lines.append(f"| {name} | {' | '.join(f'{counted[name, end]:,}' for end in ENDS)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
