"""Does any damage to a charter's files end in anything but a charter or its problems?

Each trial copies an example, damages one of its files, and reads the charter. What can still be
read is checked, written and read again. All trials run in one process, with a limit on time and
memory. Results are appended to a file, a hundred trials a line, so that an interrupted run goes on
where it stopped.

    python studies/charter_corruptions.py --out docs/studies/charter-corruptions.jsonl
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from remit.charter import CharterError, as_yaml, read_charter, read_with_places
from remit.check import check

ROOT = Path(__file__).resolve().parents[1]
TODAY = date(2026, 11, 1)
SECONDS = 2.0
"""Of the processor, for one trial."""
MEMORY = 1 << 30
BATCH = 100
SYNTAX = (*"{}[]:,-&*!|>'\"%@`#?\t~=<\\",
    ": ", "- ", "---\n", "...\n", "? ", "&a ", "*a", "!!int ", "!!binary ", "!!python/object:os.system ",
    "<<: *a\n", "|\n", ">-\n", "%YAML 1.1\n", "\\x", '"\\UFFFFFFFF"', "{a: ", "[[", "!<x> ", "0x1F", "1e999",
    "9" * 400, ".inf", "2026-13-45", "null", "~", "yes",
)  # fmt: skip
ODD = (
    "\u0000",
    "\u0007",
    "\u001b",
    "\u0085",
    "\u2028",
    "\ufeff",
    "\u202e",
    "\ud7ff",
    "é",
    "🚀",
    "ﬁ",
    "\u200b",
)

Damage = Callable[[bytes, np.random.Generator], bytes]


def _at(text: bytes, chance: np.random.Generator) -> int:
    return int(chance.integers(0, len(text) + 1))


def _put(text: bytes, what: bytes, chance: np.random.Generator) -> bytes:
    at = _at(text, chance)
    return text[:at] + what + text[at:]


def _flip(text: bytes, chance: np.random.Generator) -> bytes:
    flipped = bytearray(text)
    for at in chance.integers(0, len(text), size=int(chance.integers(1, 6))) if text else ():
        flipped[at] ^= 1 << int(chance.integers(0, 8))
    return bytes(flipped)


def _lines(change: Callable[[list[bytes], int, int], None]) -> Damage:
    def damage(text: bytes, chance: np.random.Generator) -> bytes:
        lines = text.splitlines(keepends=True) or [b"\n"]
        change(lines, int(chance.integers(0, len(lines))), int(chance.integers(0, len(lines))))
        return b"".join(lines)

    return damage


def _swap(lines: list[bytes], one: int, other: int) -> None:
    lines[one], lines[other] = lines[other], lines[one]


def _deep(text: bytes, chance: np.random.Generator) -> bytes:
    many = int(chance.integers(20, 3000))
    return _put(text, chance.choice([b"[", b"{a: ", b"- ", b"? "]) * many, chance)


def _value(text: bytes, chance: np.random.Generator) -> bytes:
    """Put something in place of what stands after a colon."""
    colons = [at for at in range(len(text) - 1) if text[at : at + 2] == b": "]
    if not colons:
        return text
    at = int(chance.choice(colons)) + 2
    end = text.find(b"\n", at)
    what = str(
        chance.choice(
            ["", "5", "-1", "true", "[]", "{}", "[a, 5]", "{a: 1}", "x", "1e400", "*a", "~"]
        )
    )
    return text[:at] + what.encode() + text[end if end >= 0 else len(text) :]


DAMAGES: dict[str, Damage] = {
    "bits flipped": _flip,
    "cut off": lambda text, chance: text[: _at(text, chance)],
    "begun late": lambda text, chance: text[_at(text, chance) :],
    "syntax put in": lambda text, chance: _put(text, str(chance.choice(SYNTAX)).encode(), chance),
    "odd characters": lambda text, chance: _put(text, str(chance.choice(ODD)).encode(), chance),
    "bytes of no text": lambda text, chance: _put(text, chance.bytes(4), chance),
    "a value for another": _value,
    "a line twice": _lines(lambda lines, one, _: lines.insert(one, lines[one])),
    "a line lost": _lines(lambda lines, one, _: lines.pop(one) and None),
    "lines swapped": _lines(_swap),
    "a line moved in": _lines(lambda lines, one, _: lines.__setitem__(one, b"  " + lines[one])),
    "a tab": _lines(lambda lines, one, _: lines.__setitem__(one, b"\t" + lines[one])),
    "nested deep": _deep,
    "a huge word": lambda text, chance: _put(text, b"x" * int(chance.integers(1, 400_000)), chance),
    "an anchor and aliases": lambda text, chance: _put(_put(text, b" &a ", chance), b" *a ", chance),
    "Windows line ends": lambda text, _: text.replace(b"\n", b"\r\n"),
    "old line ends": lambda text, _: text.replace(b"\n", b"\r"),
    "a mark at the beginning": lambda text, _: b"\xef\xbb\xbf" + text,
    "UTF-16": lambda text, _: text.decode("utf-8", "replace").encode("utf-16"),
}  # fmt: skip


class _TooLongError(BaseException):
    """A trial that takes longer than it may; no `except Exception` shall hide it."""


def _ring(_: int, frame: FrameType | None) -> None:
    raise _TooLongError


def charters() -> list[Path]:
    """Every example's charter, and the charter in which every block says something."""
    return [*sorted((ROOT / "examples").glob("*/charter.yaml")), ROOT / "tests/charter/whole.yaml"]


def _parts(charter: Path) -> list[Path]:
    """The charter and the texts beside it that it may name."""
    if charter.parent.parent != ROOT / "examples":
        return [charter]
    kinds = (".yaml", ".csv", ".txt", ".md")
    return [
        file
        for file in sorted(charter.parent.rglob("*"))
        if file.suffix in kinds and "export" not in file.parts
    ]


def _weight(charter: Path) -> float:
    """The large examples take long, and have more places of the same kind; they come up less."""
    return float(1 / np.sqrt(sum(part.stat().st_size for part in _parts(charter))))


def trial(number: int, folder: Path) -> tuple[str, str, str]:
    """One damaged charter: the damage, how it ended, and what to look at if that is amiss."""
    chance = np.random.default_rng(number)
    known = charters()
    weights = np.array([_weight(charter) for charter in known])
    charter = known[int(chance.choice(len(known), p=weights / weights.sum()))]
    parts = _parts(charter)
    for part in parts:
        copy = folder / part.relative_to(charter.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(part, copy)
    hurt = folder / parts[int(chance.integers(0, len(parts)))].relative_to(charter.parent)
    kinds = [str(kind) for kind in chance.choice(list(DAMAGES), size=int(chance.integers(1, 4)))]
    text = hurt.read_bytes()
    for kind in kinds:
        text = DAMAGES[kind](text, chance)
    hurt.write_bytes(text)
    ended, why = outcome(folder / charter.name)
    return (
        kinds[0],
        ended,
        why and f"{number}: {hurt.name} of {charter.parent.name}, {kinds}: {why}",
    )


def outcome(charter: Path, *, seconds: float = SECONDS) -> tuple[str, str]:
    """How reading, checking and writing a charter ends; a hang or a traceback with where."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    stage = "read"
    try:
        declared, read = read_with_places(charter)
        stage = "checked"
        check(declared, day=TODAY, read=read)
        stage = "written"
        again = charter.with_name("again.yaml")
        again.write_text(as_yaml(declared), encoding="utf-8", newline="")
        if read_charter(again) != declared:
            return "differs", "is another charter once it is written"
        return "read", ""
    except CharterError as error:
        if stage != "read":
            return "differs", f"when {stage}: {error}"[:400]
        empty = [problem for problem in error.problems if not problem.wrong.strip()]
        speaks = [word for word in ("Input should", "pydantic", "Traceback") if word in str(error)]
        if empty or speaks:
            return "unclear", str(error)[:400]
        return "refused", ""
    except _TooLongError:
        return "hang", stage
    except BaseException:
        return "traceback", f"when {stage}: {traceback.format_exc(limit=-3)}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


# Files made to choke on


def attacks() -> Iterator[tuple[str, dict[str, bytes]]]:
    """By name: files that are small to send and large to read."""
    laughs = b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + b"".join(
        b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)
    )
    start = b"company: Acme\nroles: {ae: {is: AE}}\n"
    yield "billion laughs", {"charter.yaml": laughs}
    yield (
        "billion laughs in a block",
        {"charter.yaml": start + laughs.replace(b"a0: ", b"titles: {a: ", 1)},
    )
    quadratic = b"about: &a " + b"x" * 400_000 + b"\nnot_people: [" + b"*a, " * 100_000 + b"]\n"
    yield "quadratic", {"charter.yaml": start + quadratic}
    yield "50 MB", {"charter.yaml": start + b"#" * 50_000_000}
    yield (
        "50 MB of people",
        {"charter.yaml": start + b"people: p.csv\n", "p.csv": b"person,role\n" * 4_000_000},
    )
    yield (
        "50 MB in a further file",
        {"charter.yaml": start + b"uses: b.yaml\n", "b.yaml": b"#" * 50_000_000},
    )
    yield "900,000 brackets", {"charter.yaml": b"a: " + b"[" * 900_000}
    unknown = b"".join(b"w%d: 1\n" % n for n in range(60_000))
    yield "60,000 unknown words", {"charter.yaml": start + unknown}
    roles = b"roles: {" + b", ".join(b"role%d: {is: AE}" % n for n in range(15_000)) + b"}\n"
    titles = b"titles: {" + b", ".join(b"t%d: rol%d" % (n, n) for n in range(20_000)) + b"}\n"
    yield "20,000 names of nothing", {"charter.yaml": b"company: A\n" + roles + titles}
    spells = b"person,role,from\n" + b"".join(b"ada,ae,2026-01-01\n" for _ in range(200_000))
    yield (
        "200,000 spells of one person",
        {"charter.yaml": start + b"people: p.csv\n", "p.csv": spells},
    )
    yield "a file that uses itself", {"charter.yaml": start + b"uses: charter.yaml\n"}
    yield "a block inside itself", {"charter.yaml": b"company: A\nroles: &r {ae: *r}\n"}
    yield (
        "a nameless object",
        {"charter.yaml": b"company: !!python/object/apply:os.system [id]\nroles: 5\n"},
    )


def attacked(folder: Path) -> Iterator[tuple[str, str, float]]:
    """How each attack ended, and the seconds of processor time it took."""
    for name, files in attacks():
        here = folder / name.replace(" ", "-")
        here.mkdir()
        for file, content in files.items():
            (here / file).write_bytes(content)
        started = time.process_time()
        ended, why = outcome(here / "charter.yaml", seconds=5 * SECONDS)
        yield (
            name,
            ended if ended in ("read", "refused") else f"{ended} {why}",
            time.process_time() - started,
        )


def main() -> None:
    """Run the trials that are not there yet, then the attacks, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quick", action="store_true", help="one trial in a hundred")
    asked = parser.parse_args()
    trials = asked.trials // 100 if asked.quick else asked.trials
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, _ring)
    done: list[dict[str, Any]] = []
    if asked.out and asked.out.exists():
        done = [json.loads(line) for line in asked.out.read_text().splitlines()]
    for first in range(sum(batch["trials"] for batch in done), trials, BATCH):
        batch: dict[str, Any] = {"first": first, "trials": min(BATCH, trials - first)}
        ends: Counter[str] = Counter()
        batch["amiss"] = []
        for number in range(first, first + batch["trials"]):
            with tempfile.TemporaryDirectory() as folder:
                kind, ended, why = trial(number, Path(folder))
            ends[f"{kind}|{ended}"] += 1
            batch["amiss"] += [why] if why else []
        batch["ends"] = dict(ends)
        done.append(batch)
        if asked.out:
            with asked.out.open("a") as file:
                file.write(json.dumps(batch) + "\n")
    print(table(done))
    with tempfile.TemporaryDirectory() as folder:
        ended_so = list(attacked(Path(folder)))
    print("\n| attack | ended | seconds |\n|---|---|---|")
    for name, ended, seconds in ended_so:
        print(f"| {name} | {ended} | {seconds:.2f} |")
    amiss = [why for batch in done for why in batch["amiss"]]
    amiss += [f"{name}: {ended}" for name, ended, _ in ended_so if ended not in ("read", "refused")]
    print("\namiss:", "\n".join(amiss) or "nothing")
    if amiss:
        raise SystemExit(1)


def table(batches: list[dict[str, Any]]) -> str:
    """One row a damage (the first, where a trial had several), and a sum."""
    ends = ("read", "refused", "unclear", "differs", "traceback", "hang")
    counted: Counter[tuple[str, str]] = Counter()
    for batch in batches:
        for both, many in batch["ends"].items():
            kind, _, ended = both.partition("|")
            counted[kind, ended] += many
            counted["all", ended] += many
    lines = [f"| damage | {' | '.join(ends)} |", "|---" * (len(ends) + 1) + "|"]
    for kind in (*DAMAGES, "all"):
        lines.append(f"| {kind} | {' | '.join(f'{counted[kind, end]:,}' for end in ends)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
