"""The commands and their options."""

from __future__ import annotations

import enum
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="remit",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Hold a sales organisation's charter (who owns what) against the evidence (what happened).",
    epilog="Exit status: 0 fine, 1 findings at or above --fail-on, 2 input that cannot be used.",
)


class FailOn(enum.StrEnum):
    """From which severity on an audit ends with status 1."""

    NOTE = "note"
    AMBER = "amber"
    RED = "red"


CharterPath = Annotated[
    Path, typer.Argument(help="The charter, a YAML file.", metavar="CHARTER", show_default=False)
]


def main() -> None:
    """Run the command line. Problems with an input are told on standard error, with status 2."""
    from remit.terms import RemitError

    try:
        app(prog_name="remit")
    except RemitError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        count = len(error.problems)
        print(f"{count} problem{'s' if count != 1 else ''}. Nothing was changed.", file=sys.stderr)
        raise SystemExit(2) from None
    except OSError as error:
        file = error.filename2 or error.filename
        if file is None:
            raise
        print(f"{file}  cannot be used: {error.strerror}.", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("Stopped. Nothing was changed.", file=sys.stderr)
        raise SystemExit(130) from None


def _version(wanted: bool) -> None:
    if wanted:
        from remit import __version__

        print(f"remit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    pass


@app.command()
def audit(
    charter: CharterPath,
    evidence: Annotated[
        Path,
        typer.Argument(
            help="A loaded file, an export's folder, or a mapping (.yaml).",
            metavar="EVIDENCE",
            show_default=False,
        ),
    ],
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day to look from. [default: last in the evidence]",
            metavar="DAY",
            show_default=False,
        ),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option(
            help="Write the whole audit as JSON; - for standard output.",
            metavar="FILE",
            dir_okay=False,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write a self-contained HTML report.", metavar="FILE", dir_okay=False),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="Lowest severity that ends with status 1.")
    ] = FailOn.RED,
) -> None:
    """Do people do what their role says, and where do handoffs leak?"""
    from remit.charter import read_charter

    declared = read_charter(charter)
    from remit.cli.audit import run_audit

    found = run_audit(declared, evidence, as_of.date() if as_of else None, json, html, date.today())
    if any(severity is not None and str(severity) in _at_least(fail_on) for severity in found):
        raise typer.Exit(1)


def _at_least(fail_on: FailOn) -> list[str]:
    order = [str(level) for level in FailOn]
    return order[order.index(str(fail_on)) :]


@app.command()
def load(
    charter: CharterPath,
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="Folders of an export, or mappings (.yaml).",
            metavar="SOURCE...",
            show_default=False,
        ),
    ],
    into: Annotated[
        Path,
        typer.Option(
            help="The evidence file to write or update.",
            metavar="FILE",
            show_default=False,
            dir_okay=False,
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Read exports into one evidence file, and say what was kept and what was not."""
    from remit.charter import read_charter

    declared = read_charter(charter)
    from remit.cli.load import run_load

    run_load(declared, sources, into, date.today(), as_json=json)


@app.command()
def example(
    directory: Annotated[
        Path,
        typer.Argument(help="Folder to write, new or empty.", metavar="DIR", show_default=False),
    ],
    seed: Annotated[int, typer.Option(help="Same seed, same company, to the byte.")] = 1,
) -> None:
    """Write a made-up company: its charter, its CRM export, and the truth about it."""
    from remit.cli.example import run_example

    run_example(directory, seed)


@app.command()
def explain(
    rule: Annotated[
        str,
        typer.Argument(
            help="A rule's id (000-22), a benchmark's or a check's name.", metavar="RULE"
        ),
    ],
) -> None:
    """Say what a rule, a benchmark or a check is, and where it is from."""
    from remit.cli.explain import run_explain

    run_explain(rule)
