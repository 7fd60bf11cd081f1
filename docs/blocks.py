"""Run what the documentation shows. `--write [--slow] PAGE...` puts the real output into the pages.

A page's blocks run one after the other in one empty folder. The words after a fence's language say
what becomes of it; Markdown renderers ignore them:

- ```` ```sh run ```` is run by bash and must end with status 0, or with N after `exit=N`;
- ```` ```python ```` is run by Python and must end with status 0;
- ```` ```text output ```` is what the block before it printed (with `exit=2`, on standard error);
- ```` ```yaml file=NAME ```` (any language) is written to a file first; `append=NAME` adds to it.

`<!-- in: FOLDER -->` in a page copies a folder of the repository into the page's folder first, or
into a folder of it (`<!-- in: FOLDER as NAME -->`). ```` ```sh slow ```` is only run with `--slow`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```(\w+)([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INTERVAL = re.compile(r"\(\d+(?:\.\d+)?(?: %)? to \d+(?:\.\d+)?")
COPY = re.compile(r"^<!-- in: (\S+?)(?: as (\S+))? -->$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    language: str
    words: tuple[str, ...]
    text: str
    start: int
    end: int
    line: int

    def named(self, word: str) -> str | None:
        """The value of `word=value`, or None."""
        return next((w.partition("=")[2] for w in self.words if w.startswith(f"{word}=")), None)

    @property
    def runs(self) -> bool:
        """Whether the block is a command or a program that is run."""
        return bool({"run", "slow"} & set(self.words)) or self.language == "python"


@dataclass(frozen=True)
class Ran:
    """What a block did."""

    block: Block
    status: int
    wanted: int
    printed: str
    errors: str


def blocks(page: str) -> list[Block]:
    """Every fenced block of a page, in order."""
    return [
        Block(
            found[1],
            tuple(found[2].split()),
            found[3],
            found.start(3),
            found.end(3),
            page.count("\n", 0, found.start()) + 1,
        )
        for found in FENCE.finditer(page)
    ]


def run(page: str, folder: Path, *, slow: bool = False) -> Iterator[Ran]:
    """Run a page's blocks in a folder."""
    for copied, place in COPY.findall(page):
        shutil.copytree(ROOT / copied, folder / place, dirs_exist_ok=True)
    here = folder
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    for block in blocks(page):
        for word, mode in (("file", "w"), ("append", "a")):
            if (name := block.named(word)) is not None:
                (here / name).parent.mkdir(parents=True, exist_ok=True)
                with (here / name).open(mode, encoding="utf-8") as file:
                    file.write(block.text)
        if not block.runs or ("slow" in block.words and not slow):
            continue
        where = folder / ".here"
        script = f"trap 'pwd > {where}' EXIT\nset -e\n{block.text}"
        command = (
            [sys.executable, "-c", block.text]
            if block.language == "python"
            else ["bash", "-c", script]
        )
        done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True)
        if where.is_file():
            here = Path(where.read_text().strip())
        wanted = int(block.named("exit") or 0)
        printed = done.stderr if wanted == 2 else done.stdout
        yield Ran(block, done.returncode, wanted, tidy(printed), done.stderr)


def tidy(text: str) -> str:
    """Text without the spaces at its lines' ends."""
    return "".join(line.rstrip() + "\n" for line in text.strip("\n").splitlines())


def alike(one: str, other: str) -> bool:
    """Whether two outputs say the same, up to the order of lines, line breaks and ends of intervals.

    Intervals rest on people drawn in the order of their pseudonyms, which differ from load to load.
    """
    masked = [INTERVAL.sub("(A to B", " ".join(text.split())).split() for text in (one, other)]
    return sorted(masked[0]) == sorted(masked[1])


def problems(page: str, name: str) -> list[str]:
    """What a page shows that is not so."""
    found = []
    shown = blocks(page)
    with tempfile.TemporaryDirectory() as folder:
        for ran in run(page, Path(folder)):
            place = f"{name}:{ran.block.line}"
            if ran.status != ran.wanted:
                found.append(
                    f"{place} ends with {ran.status}, not {ran.wanted}: {ran.errors[-800:]}"
                )
                break
            following = shown[shown.index(ran.block) + 1 :][:1]
            shows = following and "output" in following[0].words
            if shows and not alike(following[0].text, ran.printed):
                found.append(f"{place} prints\n{ran.printed}\nnot\n{following[0].text}")
    return found


def written(page: str, *, slow: bool = False) -> str:
    """The page with what its blocks really print."""
    shown = blocks(page)
    changes = []
    with tempfile.TemporaryDirectory() as folder:
        for ran in run(page, Path(folder), slow=slow):
            if ran.status != ran.wanted:
                print(
                    f"line {ran.block.line}: status {ran.status}\n{ran.errors[-2000:]}",
                    file=sys.stderr,
                )
            following = shown[shown.index(ran.block) + 1 :][:1]
            if following and "output" in following[0].words:
                changes.append((following[0], ran.printed))
    for block, printed in reversed(changes):
        page = page[: block.start] + printed + page[block.end :]
    return page


if __name__ == "__main__":
    if sys.argv[1:2] != ["--write"]:
        sys.exit(__doc__)
    for argument in sys.argv[2:]:
        if argument != "--slow":
            file = Path(argument)
            page = written(file.read_text("utf-8"), slow="--slow" in sys.argv)
            file.write_text(page, "utf-8")
