"""Whether the tests of a subject notice when one thing in its checks or measures is changed.

Mutants of `remit.audit` and `remit.measures` are drawn, the kinds of change equally often. Each is
made in a copy of the tree and run against the tests of its subject: those that name the module, one
of its functions or a check that uses it, and of these the tests that run the changed function.
Results are appended to a file, a mutant a line, so that an interrupted run goes on where it stopped.
With `--again` those that survived run once more, as when tests were added for them.

Where a survivor can change nothing that anybody sees, the file says so by hand: its result is
`equivalent` and `why` says what makes it one.

    python studies/mutants.py --out docs/studies/mutants.jsonl
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
SEED = 20261122
PACKAGES = ("audit", "measures")
MOST_TESTS = 40
"""Tests a mutant is run against: those of its own subject first, then the quickest."""
LEFT_OUT = (
    "--deselect=tests/audit/test_example_company.py",
    "--deselect=tests/audit/test_privacy_attack.py::test_all_outputs_together_tell_of_no_group_of_fewer_than_five",
    "--deselect=tests/audit/test_privacy_attack.py::test_the_same_attack_finds_people_where_smaller_groups_are_shown",
)  # fmt: skip
"""Tests of whole companies, each of which takes minutes. The mark `slow` is not looked at, but named
so that laws are tried on few examples."""
MARKED = ["slow or not slow"]
"""Which marks of tests are run; the sample leaves slow ones out."""
OF_THE_SAMPLE = "measures/economics.py"
TRACER = """
import json, os, time
import pytest
seen, told = set(), {}
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item, nextitem):
    seen.clear()
    began = time.monotonic()
    yield
    here = told.setdefault(item.nodeid, {"passed": False})
    here.update(runs=sorted(seen), seconds=time.monotonic() - began)
def pytest_runtest_logreport(report):
    if report.when == "call":
        told.setdefault(report.nodeid, {})["passed"] = report.passed
def pytest_sessionfinish():
    with open(os.environ["REMIT_TRACED"], "w") as file:
        json.dump(told, file)
"""
"""A plugin for pytest that writes which functions each test runs, whether it passes, and how long."""


@dataclass(frozen=True)
class Mutant:
    """One change of one place."""

    file: str
    """Below `src/remit`."""
    function: str
    """Empty at the level of the module."""
    kind: str
    line: int
    start: int
    end: int
    """Where the replaced text begins and ends in the file's bytes."""
    was: str
    becomes: str

    @property
    def key(self) -> str:
        """What it is, wherever the file has moved it."""
        return f"{self.file}::{self.function} {self.kind}: {self.was!r} -> {self.becomes!r}"


# What can be changed

COMPARED = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
}
TURNED = {
    ast.Lt: ("<", ">="),
    ast.Gt: (">", "<="),
    ast.LtE: ("<=", ">"),
    ast.GtE: (">=", "<"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
SUMS = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*")}
LOGIC = {ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&")}
SWAPPED = {"low": "high", "high": "low", "start": "end", "first_day": "end_day"}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


def mutants(root: Path) -> list[Mutant]:
    """Every mutant there is, in the order of files and places."""
    found = []
    for package in PACKAGES:
        for file in sorted((root / "src" / "remit" / package).glob("*.py")):
            if file.name != "__init__.py":
                found += list(_of(file, f"{package}/{file.name}"))
    return found


def _of(file: Path, name: str) -> Iterator[Mutant]:
    text = file.read_bytes()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def at(node: Any, *, end: bool = False) -> int:
        place = (node.end_lineno, node.end_col_offset) if end else (node.lineno, node.col_offset)
        return starts[place[0] - 1] + place[1]

    def made(node: Any, function: str, kind: str, start: int, end: int, becomes: str) -> Mutant:
        was = text[start:end].decode()
        return Mutant(name, function, kind, node.lineno, start, end, was, becomes)

    def between(
        node: Any, left: Any, right: Any, function: str, kind: str, pair: tuple[str, str]
    ) -> Iterator[Mutant]:
        """The operator between two operands, told with what stands on both sides."""
        start, end = at(left, end=True), at(right)
        middle = text[start:end].decode()
        found = re.search(rf"(?<![<>=!]){re.escape(pair[0])}(?![=])", middle)
        if found:
            said = middle[: found.start()] + pair[1] + middle[found.end() :]
            whole_start, whole_end = at(left), at(right, end=True)
            becomes = text[whole_start:start].decode() + said + text[end:whole_end].decode()
            yield made(node, function, kind, whole_start, whole_end, becomes)

    def changes(node: Any, function: str) -> Iterator[Mutant]:
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, (op,), (right,) = node.left, node.ops, node.comparators
            for kind, table in (("boundary", COMPARED), ("comparison", TURNED)):
                if type(op) in table:
                    yield from between(node, left, right, function, kind, table[type(op)])
        elif isinstance(node, ast.BinOp):
            words = any(
                isinstance(s, ast.JoinedStr)
                or (isinstance(s, ast.Constant) and isinstance(s.value, str))
                for side in (node.left, node.right)
                for s in ast.walk(side)
            )
            if type(node.op) in SUMS and not words:
                yield from between(node, node.left, node.right, function, "arithmetic", SUMS[type(node.op)])  # fmt: skip
            if type(node.op) in LOGIC:
                yield from between(node, node.left, node.right, function, "and, or", LOGIC[type(node.op)])  # fmt: skip
        elif isinstance(node, ast.BoolOp):
            pair = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for left, right in zip(node.values, node.values[1:], strict=False):
                yield from between(node, left, right, function, "and, or", pair)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = text[at(node.operand) : at(node.operand, end=True)].decode()
            yield made(node, function, "dropped not", at(node), at(node, end=True), f"({inner})")
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            for step in (1, -1):
                yield made(
                    node, function, "constant", at(node), at(node, end=True),
                    f"({node.value + step})" if node.value + step < 0 else str(node.value + step),
                )  # fmt: skip
        elif isinstance(node, ast.If | ast.IfExp):
            test = text[at(node.test) : at(node.test, end=True)].decode()
            yield made(
                node, function, "negated condition",
                at(node.test), at(node.test, end=True), f"(not ({test}))",
            )  # fmt: skip
        elif isinstance(node, ast.comprehension):
            for each in node.ifs:
                yield made(each, function, "dropped filter", at(each), at(each, end=True), "True")
        elif isinstance(node, ast.Attribute) and node.attr in SWAPPED:
            whole = text[at(node) : at(node, end=True)].decode()
            becomes = whole[: -len(node.attr)] + SWAPPED[node.attr]
            yield made(node, function, "swapped limits", at(node), at(node, end=True), becomes)
        elif isinstance(node, ast.Subscript) and ast.unparse(node.slice) in ("0", "-1"):
            other = {"0": "-1", "-1": "0"}[ast.unparse(node.slice)]
            start, end = at(node.value), at(node, end=True)
            value = text[start : at(node.value, end=True)].decode()
            yield made(node, function, "swapped limits", start, end, f"{value}[{other}]")
        if isinstance(node, ast.Call):
            start, end = at(node), at(node, end=True)
            if isinstance(node.func, ast.Attribute) and node.func.attr == "filter":
                value = text[at(node.func.value) : at(node.func.value, end=True)].decode()
                yield made(node, function, "dropped filter", start, end, value)
            if isinstance(node.func, ast.Name) and node.func.id in CALLS:
                rest = text[at(node.func, end=True) : end].decode()
                yield made(node, function, "swapped limits", start, end, CALLS[node.func.id] + rest)
            for keyword in node.keywords:
                if keyword.arg in (None, "seed") or keyword.arg in ("key", "strict", "default"):
                    continue
                stop = at(keyword, end=True)
                comma = re.match(rb"\s*,", text[stop:end])
                stop += len(comma.group()) if comma else 0
                yield made(node, function, "dropped keyword", at(keyword), stop, "")

    def walk(node: ast.AST, function: str) -> Iterator[Mutant]:
        yield from changes(node, function)
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "type_comment"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST):
                    continue
                if isinstance(
                    child, ast.JoinedStr | ast.Assert | ast.Raise | ast.Import | ast.ImportFrom
                ):
                    continue
                inside = function
                if isinstance(child, ast.FunctionDef | ast.ClassDef) and "(" not in function:
                    nested = isinstance(node, ast.FunctionDef)
                    inside = function if nested else f"{function}.{child.name}".strip(".")
                yield from walk(child, inside)

    yield from walk(ast.parse(text), "")


def drawn(root: Path, many: int) -> list[Mutant]:
    """So many mutants, each kind of change as often as any other, each place once."""
    chance = np.random.default_rng(SEED)
    kinds: dict[str, list[Mutant]] = defaultdict(list)
    for one in mutants(root):
        kinds[one.kind].append(one)
    for group in kinds.values():
        chance.shuffle(group)  # type: ignore[arg-type]
    taken: dict[str, Mutant] = {}
    while len(taken) < many and any(kinds.values()):
        for kind in sorted(kinds):
            if kinds[kind] and len(taken) < many:
                one = kinds[kind].pop()
                taken.setdefault(one.key, one)
    return list(taken.values())


# Which tests are of a module's subject


class Tests:
    """The tests of each module, and what each test runs; traced once a file, when first asked."""

    def __init__(self, tree: Path, kept: Path | None, beside: Path) -> None:
        self.tree = tree
        self.beside = beside
        self.telling: Path | None = None
        self.kept = kept
        self.traced: dict[str, dict[str, Any]] = {}
        if kept and kept.exists():
            self.traced = json.loads(kept.read_text())
        self.texts = {
            f"tests/{package}/{file.name}": file.read_text()
            for package in PACKAGES
            for file in sorted((tree / "tests" / package).glob("test_*.py"))
        }

    def files(self, module: str) -> tuple[list[str], list[str]]:
        """Files of tests of a module itself, and of the modules that use it."""
        own = self._naming(module)
        package, _, name = module.partition("/")
        word = rf"remit\.{package}\.{name.removesuffix('.py')}\b"
        known = "|".join([word, *(rf"\b{n}\b" for n in self._public(module))])
        users = [
            f"{p}/{file.name}"
            for p in PACKAGES
            for file in sorted((self.tree / "src" / "remit" / p).glob("*.py"))
            if f"{p}/{file.name}" != module
            and file.name != "__init__.py"
            and re.search(known, file.read_text())
        ]
        near = [file for user in users for file in self._naming(user)]
        return own, [file for file in dict.fromkeys(near) if file not in own]

    def _public(self, module: str) -> list[str]:
        """Names of a module that are long enough to be nobody else's."""
        tree = ast.parse((self.tree / "src" / "remit" / module).read_text())
        return [
            n.name
            for n in tree.body
            if isinstance(n, ast.FunctionDef | ast.ClassDef)
            and len(n.name) >= 8
            and n.name[0] != "_"
        ]

    def _naming(self, module: str) -> list[str]:
        package, _, name = module.partition("/")
        stem = name.removesuffix(".py")
        names = self._public(module)
        named = re.compile(
            "|".join([rf"remit\.{package}\.{stem}\b", *(rf"\b{n}\b" for n in names)])
        )
        found = [
            file
            for file, text in self.texts.items()
            if file.startswith(f"tests/{package}/test_{stem}") or named.search(text)
        ]
        return [*found, f"src/remit/{module}"]

    def of(self, mutant: Mutant) -> list[tuple[str, float]]:
        """The tests to run, with their seconds, those of the subject first, quick ones first."""
        wanted = []
        for rank, files in enumerate(self.files(mutant.file)):
            for file in files:
                for test, told in self._trace(file).items():
                    runs = set(told["runs"])
                    hit = (
                        f"{mutant.file}::{mutant.function}" in runs
                        if mutant.function
                        else any(each.startswith(f"{mutant.file}::") for each in runs)
                    )
                    if hit and told["passed"]:
                        wanted.append((rank, told["seconds"], test))
        return [(test, seconds) for _, seconds, test in sorted(wanted)[:MOST_TESTS]]

    def _told_of(self) -> Path:
        """A copy of the tree in which every function tells that it runs."""
        if self.telling is None:
            self.telling = copied(Path(tempfile.mkdtemp(dir=self.beside)), self.tree)
            for package in PACKAGES:
                for file in (self.telling / "src" / "remit" / package).glob("*.py"):
                    file.write_text(_telling(file.read_text(), f"{package}/{file.name}"))
        return self.telling

    def _trace(self, file: str) -> dict[str, Any]:
        if file not in self.traced:
            with tempfile.TemporaryDirectory() as folder:
                into = Path(folder) / "traced.json"
                (Path(folder) / "remit_tracer.py").write_text(TRACER)
                what = [file, "-p", "remit_tracer"]
                code, _ = pytest_in(self._told_of(), what, 900, folder, REMIT_TRACED=str(into))
                self.traced[file] = json.loads(into.read_text()) if into.exists() else {}
                if code not in (0, 5):
                    print(f"{file}: not green before ({code})", flush=True)
            if self.kept:
                self.kept.write_text(json.dumps(self.traced))
        return self.traced[file]


def _telling(text: str, name: str) -> str:
    """A module whose functions and methods say which they are, to the plugin, when they are called."""
    tree = ast.parse(text)

    def mark(function: ast.FunctionDef, called: str) -> None:
        told = ast.parse(f'__import__("remit_tracer").seen.add({f"{name}::{called}"!r})').body
        after = 1 if ast.get_docstring(function) is not None else 0
        function.body[after:after] = told

    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            mark(node, node.name)
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    mark(inner, f"{node.name}.{inner.name}")
    return ast.unparse(ast.fix_missing_locations(tree))


def pytest_in(
    tree: Path, what: list[str], limit: float, beside: str = "", **environment: str
) -> tuple[int | None, str]:
    """Run tests in a copy of the tree: the exit code, None past the limit, and what was said."""
    command = [
        sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:randomly",
        "--tb=no", "-m", MARKED[0], *LEFT_OUT, *what,
    ]  # fmt: skip
    if beside:
        command.remove("-x")
    path = os.pathsep.join(part for part in (str(tree / "src"), beside) if part)
    env = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    try:
        ran = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, timeout=limit)  # fmt: skip
    except subprocess.TimeoutExpired:
        return None, ""
    return ran.returncode, ran.stdout + ran.stderr


def result_of(mutant: Mutant, tree: Path, tests: list[tuple[str, float]]) -> dict[str, Any]:
    """Make one change in a copy, run the tests, and put the file back."""
    told: dict[str, Any] = {
        "mutant": mutant.key, "file": mutant.file, "function": mutant.function, "line": mutant.line,
        "kind": mutant.kind, "was": mutant.was, "becomes": mutant.becomes, "tests": len(tests),
    }  # fmt: skip
    if not tests:
        return {**told, "result": "survived", "by": "", "seconds": 0.0}
    file = tree / "src" / "remit" / mutant.file
    before = file.read_bytes()
    began = time.monotonic()
    try:
        file.write_bytes(before[: mutant.start] + mutant.becomes.encode() + before[mutant.end :])
        limit = 120 + 8 * sum(seconds for _, seconds in tests)
        code, said = pytest_in(tree, [test for test, _ in tests], limit)
    finally:
        file.write_bytes(before)
    result = "timeout" if code is None else "survived" if code == 0 else "killed"
    by = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    return {
        **told, "result": result, "by": by.group(1) if by else "",
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def copied(into: Path, of: Path = ROOT) -> Path:
    """A copy of what the tests need."""
    into.mkdir(parents=True, exist_ok=True)
    left = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in ("src", "tests", "examples", "docs", "studies"):
        shutil.copytree(of / name, into / name, ignore=left, dirs_exist_ok=True)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(of / name, into / name)
    return into


def run(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Run the mutants that are not there yet."""
    done: list[dict[str, Any]] = []
    if asked.out and asked.out.exists():
        done = [json.loads(line) for line in asked.out.read_text().splitlines()]
    again: set[str] = set()
    if asked.again:
        again = {result["mutant"] for result in done if result["result"] == "survived"}
        done = [result for result in done if result["mutant"] not in again]
        asked.out.write_text("".join(json.dumps(result) + "\n" for result in done))
    there = {result["mutant"] for result in done}
    with tempfile.TemporaryDirectory() as folder:
        tree = asked.tree or copied(Path(folder) / "tree")
        if not (tree / "src").exists():
            copied(tree)
        tests = Tests(tree, asked.traced, Path(folder))
        places: Queue[Path] = Queue()
        for worker in range(asked.workers):
            places.put(copied(Path(folder) / f"copy-{worker}", tree))
        # another draw where the code has changed since; what survived is found by what it is
        survived = {one.key: one for one in reversed(mutants(tree)) if one.key in again}
        todo = [one for one in drawn(tree, asked.mutants) if one.key not in there]
        if asked.quick:
            todo = [one for one in mutants(tree) if one.file == OF_THE_SAMPLE][::40]
        todo = list(survived.values()) or todo[: max(0, asked.mutants - len(done))]
        # modules side by side, so that few files of tests have to be traced before the first result
        with ThreadPoolExecutor(asked.workers) as pool:

            def one(mutant: Mutant, chosen: list[tuple[str, float]]) -> dict[str, Any]:
                place = places.get()
                try:
                    return result_of(mutant, place, chosen)
                finally:
                    places.put(place)

            def keep(waiting: list[Any]) -> None:
                for future in [w for w in waiting if w.done()]:
                    waiting.remove(future)
                    done.append(future.result())
                    print(done[-1]["result"], done[-1]["seconds"], done[-1]["mutant"], flush=True)
                    if asked.out:
                        with asked.out.open("a") as file:
                            file.write(json.dumps(done[-1]) + "\n")

            waiting: list[Any] = []
            for mutant in todo:
                while len(waiting) >= asked.workers:
                    keep(waiting)
                    time.sleep(0.2)
                waiting.append(pool.submit(one, mutant, tests.of(mutant)))
            while waiting:
                keep(waiting)
                time.sleep(0.2)
    return done


RESULTS = ("killed", "timeout", "survived", "equivalent")


def table(done: list[dict[str, Any]]) -> str:
    """How many were noticed, by package and by kind of change."""
    lines = [f"| change | mutants | {' | '.join(RESULTS)} |", "|---|" + "---:|" * 5]

    def line(name: str, rows: list[dict[str, Any]]) -> str:
        c = Counter(row["result"] for row in rows)
        return f"| {name} | {len(rows)} | {' | '.join(str(c[result]) for result in RESULTS)} |"

    for package in PACKAGES:
        lines.append(line(package, [r for r in done if r["file"].startswith(f"{package}/")]))
    for kind in sorted({r["kind"] for r in done}):
        lines.append(line(kind, [r for r in done if r["kind"] == kind]))
    lines.append(line("all", done))
    seen = [r for r in done if r["result"] != "equivalent"]
    score = sum(r["result"] in ("killed", "timeout") for r in seen) / len(seen) if seen else 0.0
    return "\n".join([*lines, f"\nscore: {score:.0%} of the {len(seen)} that are not equivalent"])


def main() -> None:
    """Run what is not there yet and print the score."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--mutants", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--tree", type=Path, help="a copy to mutate; made if it is not there")
    parser.add_argument("--traced", type=Path, help="where to keep what each test runs")
    parser.add_argument("--again", action="store_true", help="run those again that survived")
    parser.add_argument("--list", action="store_true", help="print the mutants, and run none")
    parser.add_argument("--quick", action="store_true", help="two mutants")
    asked = parser.parse_args()
    if asked.quick:
        asked.mutants, MARKED[0] = 2, "not slow"
    if asked.list:
        for one in drawn(asked.tree or ROOT, asked.mutants):
            print(f"{one.file}:{one.line} {one.kind}: {one.was!r} -> {one.becomes!r}")
        return
    print(table(run(asked)))


if __name__ == "__main__":
    main()
