"""The commands and their options."""

import enum
import os
import sys
from collections.abc import Sequence
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
    epilog="Exit status: 0 fine, 1 findings at or above --fail-on, 2 input that cannot be used, "
    "3 somebody else was first (pay).",
)
pay = typer.Typer(
    name="pay",
    no_args_is_help=True,
    help="What does each person earn, line by line, and why?",
)
app.add_typer(pay)


class FailOn(enum.StrEnum):
    """From which severity on an audit or a check ends with status 1."""

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
        unchanged = " Nothing was changed." if _writes(sys.argv[1:]) else ""
        print(f"{count} problem{'s' if count != 1 else ''}.{unchanged}", file=sys.stderr)
        raise SystemExit(error.status) from None
    except OSError as error:
        file = error.filename2 or error.filename
        if file is None:
            raise
        print(f"{file}  cannot be used: {error.strerror}.", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("Stopped. Nothing was changed.", file=sys.stderr)
        raise SystemExit(130) from None


def _writes(typed: Sequence[str]) -> bool:
    """Whether a command is there to write what somebody keeps: evidence, a charter, an example."""
    return (
        typed[:1] in (["load"], ["copy"], ["init"], ["example"], ["diary"], ["forget"])
        or (typed[:1] == ["decide"] and "--write" in typed)
        or (typed[:1] == ["pay"] and typed[1:2] in (["run"], ["approve"], ["reopen"], ["lock"]))
    )


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
def init(
    file: Annotated[
        Path, typer.Argument(help="The charter to write.", metavar="FILE", dir_okay=False)
    ] = Path("charter.yaml"),
    company: Annotated[str | None, typer.Option(help="Its name.", metavar="NAME")] = None,
    stage: Annotated[
        str | None,
        typer.Option(help="seed, series_a, series_b or later.", metavar="STAGE"),
    ] = None,
    sellers: Annotated[
        int | None, typer.Option(help="How many people sell today.", min=1, metavar="N")
    ] = None,
    segment: Annotated[
        list[str] | None,
        typer.Option(
            help="very_small, smb, mid_market or enterprise, or a name and one of them "
            "(germany=smb). May be repeated.",
            metavar="SIZE",
        ),
    ] = None,
    motion: Annotated[
        str | None,
        typer.Option(help="inbound, outbound, named or mixed.", metavar="MOTION"),
    ] = None,
    technical: Annotated[
        bool | None,
        typer.Option("--technical/--no-technical", help="Whether deals need technical validation."),
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="Three letters, such as EUR.", metavar="CODE")
    ] = None,
    crm: Annotated[str | None, typer.Option(help="salesforce or other.", metavar="CRM")] = None,
) -> None:
    """Write a charter to start from; asks what is not given."""
    from remit.cli.init import run_init

    run_init(
        file,
        company=company,
        stage=stage,
        sellers=sellers,
        segments=segment,
        motion=motion,
        technical=technical,
        currency=currency,
        crm=crm,
        interactive=sys.stdin.isatty(),
    )


@app.command()
def check(
    charter: CharterPath,
    day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day whose numbers and people count. [default: today]",
            metavar="DAY",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the whole check as JSON.")] = False,
    all: Annotated[
        bool, typer.Option("--all", help="Also say what is clear, not stated or does not apply.")
    ] = False,
    fail_on: Annotated[
        FailOn, typer.Option(help="Lowest severity that ends with status 1.")
    ] = FailOn.RED,
) -> None:
    """Is the charter sound: all work owned, handoffs defined, pay aimed at what each role owns?"""
    import gc

    gc.disable()  # one small file is read: looking for garbage would take a tenth of the time
    from remit.cli.check import run_check

    found = run_check(charter, day.date() if day else date.today(), as_json=json, everything=all)
    if any(severity is not None and str(severity) in _at_least(fail_on) for severity in found):
        raise typer.Exit(1)


@app.command()
def decide(
    charter: CharterPath,
    segment: Annotated[
        str | None, typer.Option(help="Only this segment.", metavar="SEGMENT")
    ] = None,
    replaced: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Take this fact instead, such as sellers=7.", metavar="FACT=VALUE"
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Every path, everything that would change an answer.")
    ] = False,
    question: Annotated[
        list[str] | None,
        typer.Option(help="Only this question, such as ae_am; may be repeated.", metavar="NAME"),
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask for the facts that still matter, one at a time.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="With --ask: write the answers into the charter.")
    ] = False,
    svg: Annotated[
        Path | None,
        typer.Option(
            help="Write one segment's path to AE | AM, or to --question, as SVG.",
            metavar="FILE",
            dir_okay=False,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write it as a self-contained page.", metavar="FILE", dir_okay=False),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            help="A loaded file: facts the charter does not state are measured from it.",
            metavar="FILE",
        ),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="With --evidence: look from this day; the last in the evidence if left out.",
            metavar="DAY",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Which roles does each segment need, why, how sure is that, and what would change it?"""
    if write and not ask:
        raise typer.BadParameter("there is nothing to write without --ask.", param_hint="--write")
    if ask and json:
        raise typer.BadParameter("--ask talks to a person; leave one out.", param_hint="--json")
    for name, file in (("--svg", svg), ("--html", html)):
        if ask and file is not None:
            raise typer.BadParameter("--ask writes no file but the charter.", param_hint=name)
    if as_of is not None and evidence is None:
        raise typer.BadParameter(
            "there is nothing to look at without --evidence.", param_hint="--as-of"
        )
    looked_from = as_of.date() if as_of is not None else None
    if ask:
        from remit.cli.ask import run_ask

        run_ask(
            charter,
            segment,
            question or [],
            replaced or [],
            date.today(),
            write=write,
            full=full,
            evidence=evidence,
            as_of=looked_from,
        )
        return
    from remit.cli.decide import run_decide

    run_decide(
        charter,
        segment,
        replaced or [],
        date.today(),
        as_json=json,
        full=full,
        questions=question or [],
        svg=svg,
        html=html,
        evidence=evidence,
        as_of=looked_from,
    )


@app.command()
def show(
    charter: CharterPath,
    segment: Annotated[
        str | None, typer.Option(help="Only this segment.", metavar="SEGMENT")
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option(help="Write the drawing as SVG.", metavar="FILE", dir_okay=False),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write it as a self-contained page.", metavar="FILE", dir_okay=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what is drawn as JSON.")] = False,
) -> None:
    """Draw the organisation: who owns what, who assists, where work changes hands."""
    from remit.charter import read_charter
    from remit.cli.show import run_show

    run_show(read_charter(charter), segment, svg, html, json, date.today())


@app.command()
def diff(
    old: Annotated[
        Path, typer.Argument(help="The charter as it was.", metavar="OLD", show_default=False)
    ],
    new: Annotated[
        Path, typer.Argument(help="The charter as it is to be.", metavar="NEW", show_default=False)
    ],
    people: Annotated[
        bool, typer.Option("--people", help="Name the people who move, and do not only count.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what changed between two charters: roles, ownership, handoffs, pay."""
    from remit.cli.diff import run_diff

    run_diff(old, new, as_json=json, people=people)


@app.command()
def audit(
    charter: CharterPath,
    evidence: Annotated[
        list[str],
        typer.Argument(
            help="A loaded file, or a copy of one (see `copy`; spark:FOLDER is read by Spark); or "
            "exports' folders or files, mappings (.yaml), or addresses of a CRM's tables.",
            metavar="EVIDENCE...",
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
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Say what changed since it was looked at from this day.",
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
    pdf: Annotated[
        Path | None,
        typer.Option(help="Write the report as a PDF.", metavar="FILE", dir_okay=False),
    ] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option(
            help="Write findings and their proof as a workbook.", metavar="FILE", dir_okay=False
        ),
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option(help="Write findings as JUnit XML.", metavar="FILE", dir_okay=False),
    ] = None,
    sarif: Annotated[
        Path | None,
        typer.Option(help="Write findings as SARIF.", metavar="FILE", dir_okay=False),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="Lowest severity that ends with status 1.")
    ] = FailOn.RED,
) -> None:
    """Do people do what their role says, and where do handoffs leak?"""
    from remit.charter import read_charter

    declared = read_charter(charter)
    from remit.cli.audit import Outputs, run_audit
    from remit.terms import Severity

    failed = run_audit(
        charter,
        declared,
        [_place(each) for each in evidence],
        as_of.date() if as_of else None,
        since.date() if since else None,
        Outputs(html, pdf, xlsx, json, junit, sarif),
        datetime.now().astimezone(),
        Severity[str(fail_on).upper()],
    )
    if failed:
        raise typer.Exit(1)


def _at_least(fail_on: FailOn) -> list[str]:
    order = [str(level) for level in FailOn]
    return order[order.index(str(fail_on)) :]


@app.command()
def load(
    charter: CharterPath,
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Folders or files of an export, mappings (.yaml), or addresses of databases.",
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

    run_load(declared, [_place(source) for source in sources], into, date.today(), as_json=json)


@app.command()
def evidence(
    file: Annotated[
        Path,
        typer.Argument(help="What `load` wrote.", metavar="FILE", show_default=False),
    ],
    charter: Annotated[
        Path | None,
        typer.Option(
            help="The charter: adds how much of each role's time is recorded.",
            metavar="CHARTER",
            dir_okay=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what a loaded file holds, what is missing in it, and what that makes impossible."""
    from remit.charter import read_charter

    declared = read_charter(charter) if charter is not None else None
    from remit.cli.evidence import run_evidence

    run_evidence(file, declared, as_json=json)


@app.command()
def forget(
    person: Annotated[
        str,
        typer.Argument(
            help="Name, e-mail address, the CRM's id, or the pseudonym.",
            metavar="PERSON",
            show_default=False,
        ),
    ],
    file: Annotated[
        Path,
        typer.Option(
            "--in",
            help="The evidence file to forget them in.",
            metavar="FILE",
            show_default=False,
            dir_okay=False,
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Take a person's name and address out of a loaded file, for good."""
    from remit.cli.forget import run_forget

    run_forget(person, file, dry_run=dry_run, as_json=json)


def _place(text: str) -> Path | str:
    """Where evidence lies: a path, or an address, whose slashes a path would lose."""
    return text if "://" in text or text.startswith("spark:") else Path(text)


@app.command()
def copy(
    file: Annotated[
        Path,
        typer.Argument(
            help="What `load` wrote.", metavar="FILE", show_default=False, dir_okay=False
        ),
    ],
    to: Annotated[
        str,
        typer.Option(
            help="A folder for Parquet, postgresql://USER@HOST/DATABASE?schema=NAME, or "
            "duckdb:///FILE?schema=NAME. An earlier copy there is replaced.",
            metavar="PLACE",
            show_default=False,
        ),
    ],
    with_names: Annotated[
        bool, typer.Option("--with-names", help="Copy people's names and addresses, too.")
    ] = False,
) -> None:
    """Copy a loaded file to Parquet or a database, for `audit` to read there."""
    from remit.evidence import write_evidence

    rows = write_evidence(file, _place(to), with_names=with_names)
    print(f"{sum(rows.values()):,} rows in {len(rows)} tables")


class Crm(enum.StrEnum):
    """A CRM that `pull` can ask."""

    SALESFORCE = "salesforce"
    HUBSPOT = "hubspot"


@app.command("map")
def map_(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV, Parquet or XLSX files, or folders with them.",
            metavar="FILE...",
            show_default=False,
        ),
    ],
    table: Annotated[
        str | None,
        typer.Option(help="The evidence table that they are, if you know.", metavar="NAME"),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            help="The mapping to write. [default: print it]",
            metavar="MAPPING",
            show_default=False,
            dir_okay=False,
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print what was understood as JSON.")
    ] = False,
) -> None:
    """Propose a mapping for plain tables, from what their columns are called and hold."""
    from remit.cli.map import run_map

    run_map(files, table=table, into=into, as_json=json)


@app.command()
def pull(
    crm: Annotated[
        Crm, typer.Argument(help="salesforce or hubspot.", metavar="CRM", show_default=False)
    ],
    charter: CharterPath,
    into: Annotated[
        Path,
        typer.Option(
            help="The folder to write: new, or of a pull that did not finish.",
            metavar="FOLDER",
            show_default=False,
            file_okay=False,
        ),
    ],
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Only tasks and events entered or changed since this day (Salesforce). "
            "[default: all]",
            metavar="DAY",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Fetch from a live Salesforce or HubSpot what `load` reads; credentials: environment."""
    if since is not None and crm is not Crm.SALESFORCE:
        raise typer.BadParameter("HubSpot lists everything or nothing.", param_hint="--since")
    from remit.charter import read_charter

    declared = read_charter(charter)
    from remit.cli.pull import run_pull

    run_pull(crm, declared, into, since.date() if since else None, os.environ, as_json=json)


@app.command()
def diary(
    charter: CharterPath,
    into: Annotated[
        Path,
        typer.Option(
            help="The sheet to write, .xlsx or .csv.",
            metavar="FILE",
            show_default=False,
            dir_okay=False,
        ),
    ],
    weeks: Annotated[
        int, typer.Option(help="How many weeks to ask about.", min=1, max=53, metavar="N")
    ] = 4,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="A day of the first week. [default: this week]",
            metavar="DATE",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a blank time diary for people to fill in; `load` reads it back."""
    from remit.charter import read_charter

    declared = read_charter(charter)
    from remit.cli.diary import run_diary

    run_diary(declared, into, weeks=weeks, first=first.date() if first else date.today())


@app.command()
def example(
    directory: Annotated[
        Path,
        typer.Argument(help="Folder to write, new or empty.", metavar="DIR", show_default=False),
    ],
    seed: Annotated[int, typer.Option(help="Same seed, same company, to the byte.")] = 1,
    layout: Annotated[
        list[str] | None,
        typer.Option(
            help="Write it in this layout too, to export-LAYOUT/: airbyte_hubspot, "
            "airbyte_salesforce, airbyte_salesforce_parquet, calendars, diary, event_log, "
            "fivetran_hubspot, fivetran_salesforce, fivetran_salesforce_history_mode, "
            "fivetran_salesforce_objects, hr, hubspot_csv, hubspot_csv_internal, salesforce, "
            "salesforce_report or salesforce_report_german. May be repeated.",
            metavar="LAYOUT",
        ),
    ] = None,
) -> None:
    """Write a made-up company: its charter, its CRM export, and the truth about it."""
    from remit.cli.example import run_example

    run_example(directory, seed, layout or ())


@app.command()
def roles(
    role: Annotated[
        str | None,
        typer.Argument(
            help="A kind of role (AE) or a job title. [default: all]",
            metavar="[ROLE]",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say what each kind of role does, by what it is measured, and when to hire the first."""
    from remit.cli.roles import run_roles

    run_roles(role, as_json=json)


@app.command()
def benchmarks(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A benchmark's name. [default: all]", metavar="[NAME]", show_default=False
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List the numbers remit holds things against, and where each is from."""
    from remit.cli.benchmarks import run_benchmarks

    run_benchmarks(name, as_json=json)


@app.command()
def params(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A parameter's name, or the word it is for. [default: all]",
            metavar="[NAME]",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List the words the sources leave open, and the number remit takes for each."""
    from remit.cli.params import run_params

    run_params(name, as_json=json)


class SchemaOf(enum.StrEnum):
    """What has a published schema."""

    CHARTER = "charter"
    AUDIT = "audit"
    STATEMENT = "statement"


@app.command()
def schema(
    of: Annotated[
        SchemaOf,
        typer.Argument(
            help="A charter's, or that of `audit --json` or `pay statement --json`.", metavar="[OF]"
        ),
    ] = SchemaOf.CHARTER,
) -> None:
    """Print the JSON Schema of a charter, for editors that complete and check it, or of an output."""
    from remit.cli.schema import run_schema

    run_schema(str(of))


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


@app.command()
def rules(
    rule: Annotated[
        str | None,
        typer.Argument(
            help="A rule's id (000-22), or a part. [default: all rules]",
            metavar="[RULE|PART]",
            show_default=False,
        ),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            help="Only what a part is for: charter, check, audit, decide, plan, pay, simulate, "
            "operate or text.",
            metavar="PART",
        ),
    ] = None,
    state: Annotated[
        str | None, typer.Option(help="Only done, not-yet or text-only.", metavar="STATE")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Only one source, such as 000.", metavar="SOURCE")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON, with the counts.")] = False,
) -> None:
    """List what the sources say, what remit does with it, and who disagrees."""
    from remit.cli.rules import run_rules

    run_rules(rule, part, state, source, as_json=json)


# Pay

LedgerPlace = Annotated[
    str,
    typer.Option(
        "--ledger",
        help="The ledger: a file, or postgresql://USER@HOST/DATABASE?schema=NAME.",
        metavar="FILE_OR_URL",
        show_default=False,
    ),
]
PayMonthName = Annotated[
    str,
    typer.Option("--month", help="The pay month.", metavar="YYYY-MM", show_default=False),
]
By = Annotated[
    str | None, typer.Option("--by", help="Who says so; kept in the ledger.", metavar="NAME")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@pay.command("run")
def pay_run(
    charter: CharterPath,
    facts: Annotated[
        list[str],
        typer.Argument(
            help="Files or folders of transactions, readings, quotas, rates, owners and absences, "
            "or loaded evidence.",
            metavar="FACTS...",
            show_default=False,
        ),
    ],
    ledger: LedgerPlace,
    month: PayMonthName,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Take only what was known on this day. [default: today]",
            metavar="DAY",
            show_default=False,
        ),
    ] = None,
    by: By = None,
    json: AsJson = False,
) -> None:
    """Work out everybody's pay, and post what the ledger lacks into the open pay month."""
    from remit.charter import read_charter

    declared = read_charter(charter)
    from remit.cli.pay import run_pay_run

    run_pay_run(
        declared,
        facts,
        ledger,
        month,
        as_of.date() if as_of else date.today(),
        datetime.now().astimezone(),
        by=by or "",
        as_json=json,
    )


@pay.command("approve")
def pay_approve(
    ledger: LedgerPlace, month: PayMonthName, by: By = None, json: AsJson = False
) -> None:
    """Approve a pay month as it stands: no run changes it from here on."""
    from remit.cli.pay import run_pay_approve

    run_pay_approve(ledger, month, datetime.now().astimezone(), by=by or "", as_json=json)


@pay.command("reopen")
def pay_reopen(
    ledger: LedgerPlace,
    month: PayMonthName,
    because: Annotated[
        str,
        typer.Option(help="Why; kept in the ledger.", metavar="WORDS", show_default=False),
    ],
    by: By = None,
    json: AsJson = False,
) -> None:
    """Take an approval back, so that a run can change the month again. Never a locked one."""
    from remit.cli.pay import run_pay_reopen

    run_pay_reopen(
        ledger, month, datetime.now().astimezone(), because=because, by=by or "", as_json=json
    )


@pay.command("lock")
def pay_lock(ledger: LedgerPlace, month: PayMonthName, by: By = None, json: AsJson = False) -> None:
    """Pay an approved month, after draws and guarantees, and close it for good."""
    from remit.cli.pay import run_pay_lock

    run_pay_lock(ledger, month, datetime.now().astimezone(), by=by or "", as_json=json)


@pay.command("export")
def pay_export(
    ledger: LedgerPlace,
    month: Annotated[
        str | None,
        typer.Option(
            "--month",
            help="The pay month; of accruals, the last one. [default: the last locked]",
            metavar="YYYY-MM",
            show_default=False,
        ),
    ] = None,
    payroll: Annotated[
        Path | None,
        typer.Option(
            help="Write what a locked month pays: a row a payee, component and earning period.",
            metavar="FILE.csv",
            dir_okay=False,
        ),
    ] = None,
    accruals: Annotated[
        Path | None,
        typer.Option(
            help="Write what accrued, was paid and is owed: a row a month and currency.",
            metavar="FILE.csv",
            dir_okay=False,
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Hand a locked month to payroll, or the months so far to accounting, as CSV."""
    if payroll is None and accruals is None:
        raise typer.BadParameter("say --payroll FILE, --accruals FILE or both.")
    from remit.cli.pay import run_pay_export

    run_pay_export(ledger, month, payroll, accruals, as_json=json)


PayFacts = Annotated[
    list[str],
    typer.Argument(
        help="Files or folders of transactions, readings, quotas, rates, owners and absences, "
        "or loaded evidence.",
        metavar="FACTS...",
        show_default=False,
    ),
]


class StatementKind(enum.StrEnum):
    """A kind of file that statements are written as."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"
    JSON = "json"


@pay.command("statement")
def pay_statement(
    charter: CharterPath,
    facts: PayFacts,
    month: PayMonthName,
    ledger: Annotated[
        str | None,
        typer.Option(
            help="The ledger. [default: say what would be, had each month been run on its last day]",
            metavar="FILE_OR_URL",
            show_default=False,
        ),
    ] = None,
    payee: Annotated[
        list[str] | None,
        typer.Option(help="Whose; may be repeated. [default: everybody's]", metavar="NAME"),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Without a ledger: take what was known on this day. [default: the month's last]",
            metavar="DAY",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write it as a page for a phone.", metavar="FILE", dir_okay=False),
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="Write it as a PDF.", metavar="FILE", dir_okay=False)
    ] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option(
            help="Write it as a workbook with its sums as formulas.", metavar="FILE", dir_okay=False
        ),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option(
            help="Write it as JSON; - for standard output.", metavar="FILE", dir_okay=False
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            help="Write a file for each payee into this folder.", metavar="FOLDER", file_okay=False
        ),
    ] = None,
    kind: Annotated[
        list[StatementKind] | None,
        typer.Option(
            "--as",
            help="With --into: html, pdf, xlsx or json; may be repeated. [default: html]",
            metavar="KIND",
        ),
    ] = None,
) -> None:
    """Say what somebody is paid in a month, what it is made of, and what waits."""
    from remit.charter import read_charter

    declared = read_charter(charter)
    from remit.cli.pay_statement import StatementFiles, run_pay_statement

    if ledger is not None and as_of is not None:
        raise typer.BadParameter("a ledger knows the day of its run.", param_hint="--as-of")
    kinds = tuple(str(one) for one in kind or [StatementKind.HTML])
    run_pay_statement(
        declared,
        facts,
        ledger,
        month,
        payee or [],
        as_of.date() if as_of else None,
        StatementFiles(html, pdf, xlsx, json, into, kinds),
    )


@pay.command("what-if")
def pay_what_if(
    charter: CharterPath,
    facts: PayFacts,
    deal: Annotated[
        list[str] | None,
        typer.Option(
            help="A deal that is supposed: 'payee=Ann, amount=50K, day=2026-03-20'; may be repeated.",
            metavar="COLUMN=VALUE,...",
        ),
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            help="What is supposed to happen to a known deal: D1.reached_on=2026-03-10 (or cash_on, "
            "left_on, cancelled_on); may be repeated.",
            metavar="DEAL.EVENT=DAY",
        ),
    ] = None,
    month: Annotated[
        str | None,
        typer.Option(
            help="Look through the end of this month. [default: the last supposed]",
            metavar="YYYY-MM",
            show_default=False,
        ),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Take what was known on this day. [default: today]",
            metavar="DAY",
            show_default=False,
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Say what another deal, or a milestone reached, would change for whom. Posts nothing."""
    from remit.charter import read_charter

    declared = read_charter(charter)
    from remit.cli.pay_statement import run_pay_what_if

    known_on = as_of.date() if as_of else date.today()
    run_pay_what_if(declared, facts, deal or [], event or [], month, known_on, as_json=json)


@pay.command("explain")
def pay_explain(
    charter: CharterPath,
    facts: PayFacts,
    payee: Annotated[
        str | None, typer.Option(help="Only this person's pay.", metavar="NAME")
    ] = None,
    deal: Annotated[
        str | None, typer.Option(help="Only this deal, for everybody it pays.", metavar="ID")
    ] = None,
    component: Annotated[
        str | None, typer.Option(help="Only this component of a plan.", metavar="NAME")
    ] = None,
    month: Annotated[
        str | None,
        typer.Option(
            help="Look through the end of this month. [default: that of the day]",
            metavar="YYYY-MM",
            show_default=False,
        ),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Take what was known on this day. [default: today]",
            metavar="DAY",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Say why a payee, a deal or a component earns what it does, with the arithmetic."""
    from remit.charter import read_charter

    declared = read_charter(charter)
    from remit.cli.pay_statement import run_pay_explain

    known_on = as_of.date() if as_of else date.today()
    run_pay_explain(declared, facts, payee, deal, component, month, known_on)
