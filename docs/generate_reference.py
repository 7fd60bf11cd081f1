"""Write docs/reference/ from the code it describes. `--check` only says which pages are behind."""

from __future__ import annotations

import ast
import enum
import inspect
import re
import sys
import textwrap
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from typer.models import ArgumentInfo, OptionInfo

from remit.audit.view import Check
from remit.benchmarks import LEVELS, benchmarks
from remit.charter import Function, nouns, role_kinds
from remit.charter.read import PEOPLE_COLUMNS
from remit.cli.app import app
from remit.evidence import NAMES, TABLES
from remit.evidence.reading import READ_WITH
from remit.rules import KINDS, SOURCES, rules
from remit.terms import catalogue

HERE = Path(__file__).parent / "reference"
MADE = "<!-- Made by docs/generate_reference.py; change the code it reads, then run it again. -->\n"


def pages() -> Mapping[str, str]:
    """Every page by file name."""
    made = {
        "command-line.md": command_line(),
        "charter.md": charter(),
        "evidence-tables.md": evidence_tables(),
        "benchmarks.md": numbers(),
        "checks.md": checks(),
        "rules.md": all_rules(),
        "roles.md": roles(),
    }
    return {name: MADE + "\n" + text.strip() + "\n" for name, text in made.items()}


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    """Rows as a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell(part) for part in line) + " |" for line in lines)


def cell(text: str) -> str:
    """Text that cannot break a table."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def plain(text: str | None) -> str:
    """A docstring without its doctest and its `Raises:`, as Markdown paragraphs."""
    kept = []
    for part in textwrap.dedent(inspect.cleandoc(text or "")).split("\n\n"):
        if part.startswith((">>>", "Raises:", "Args:", "Returns:")):
            break
        kept.append(part)
    return "\n\n".join(kept)


# The command line


def command_line() -> str:
    """Commands, arguments and options, as the functions behind them declare them."""
    parts = [
        "# The command line",
        f"{app.info.help}\n\n`remit COMMAND --help` says the same as this page.",
        exit_statuses(),
    ]
    functions = {
        one.name or str(one.callback.__name__): one.callback for one in app.registered_commands
    }
    for name, function in sorted(functions.items()):
        words = parameters(function)
        arguments = [one for one in words if isinstance(one.info, ArgumentInfo)]
        options = [one for one in words if isinstance(one.info, OptionInfo)]
        usage = " ".join(["remit", name, *(str(one.info.metavar) for one in arguments)])
        parts.append(
            f"## remit {name}\n\n{plain(function.__doc__)}\n\n```text\n{usage} [OPTIONS]\n```"
        )
        rows = [(f"`{one.info.metavar}`", str(one.info.help), "required") for one in arguments]
        rows += [
            (f"`{one.spelled}`", said_default(one)[0], said_default(one)[1]) for one in options
        ]
        parts.append(table(("word", "what it is", "default"), rows))
    callback = app.registered_callback
    assert callback is not None
    rows = [(f"`{one.spelled}`", str(one.info.help)) for one in parameters(callback.callback)]
    parts.append("## Without a command\n\n" + table(("word", "what it does"), rows))
    return "\n\n".join(parts)


@dataclass(frozen=True)
class Word:
    """An argument or an option of a command."""

    name: str
    info: Any
    type: Any
    default: Any

    @property
    def spelled(self) -> str:
        """The option as somebody types it, with what it is given."""
        named = next(iter(self.info.param_decls or ()), "--" + self.name.replace("_", "-"))
        if self.type is bool:
            return named
        if isinstance(self.type, type) and issubclass(self.type, enum.Enum):
            return f"{named} {'/'.join(str(one.value) for one in self.type)}"
        return f"{named} {self.info.metavar or str(self.type.__name__).upper()}"


def parameters(function: Any) -> list[Word]:
    """What a command may be given, in order."""
    hints = typing.get_type_hints(function, include_extras=True)
    found = []
    for name, parameter in inspect.signature(function).parameters.items():
        type_, *notes = typing.get_args(hints[name])
        info = next(note for note in notes if isinstance(note, (ArgumentInfo, OptionInfo)))
        found.append(Word(name, info, type_, parameter.default))
    return found


def said_default(word: Word) -> tuple[str, str]:
    """An option's help, and what holds where it is not given."""
    text, _, named = str(word.info.help).partition(" [default: ")
    if named:
        return text, named.rstrip("]")
    if word.default is inspect.Parameter.empty:
        return text, "required"
    value = getattr(word.default, "value", word.default)
    return text, "" if value in (None, False) else f"`{value}`"


def exit_statuses() -> str:
    """What a shell is told; `remit.cli.app` holds the same in its epilog."""
    return "## Exit status\n\n" + table(
        ("status", "means"),
        [
            ("0", "fine"),
            ("1", "an audit found something at or above `--fail-on`"),
            ("2", "an input or an option cannot be used; every problem is on standard error"),
            ("130", "stopped with Ctrl+C"),
        ],
    )


# The charter

SAID = {
    "Charter.company": "The company's name.",
    "Charter.currency": "Currency of amounts that name none: three capital letters.",
    "Charter.time_zone": "Zone in which days are cut and bare times are read, such as `Europe/Berlin`.",
    "Charter.week_hours": "Working hours of a full week, the whole that coverage is a share of; "
    "`week_hours` of the benchmarks where it is not given.",
    "Charter.segments": "Segments by name, in the order in which accounts are tried against them.",
    "Charter.roles": "Roles by the name used in this company.",
    "Charter.titles": "Job title patterns (`*` and `?` are wild, capitals are not) to a role's name, "
    "or to a role and a segment. The first that fits decides.",
    "Charter.people": "Who held which role when: a list of spells, or the name of a CSV file beside "
    "the charter with one spell a row.",
    "Charter.deals": "How the CRM tells kinds of deals apart, and what its stages mean.",
    "Charter.activities": "How logged activities are read.",
    "Charter.handoffs": "Changes of owner, with the record of each step.",
    "Charter.benchmarks": "Own levels for benchmarks, by the benchmark's name.",
    "Charter.privacy": "How closely people may be looked at.",
    "Range.at_least": "The lowest number that belongs to it.",
    "Range.below": "The lowest number above it, which does not belong to it.",
    "Scope.segments": "Segments in which.",
    "Scope.motion": "How the business came about. Read and kept; no check uses it yet.",
    "Scope.account_age": "How long the company has been a customer.",
    "Role.is": "Kind of role, from the [role catalogue](roles.md).",
    "Role.owns": "Functions it owns: a list (everywhere) or a map of function to scope. Replaces what "
    "the catalogue says.",
    "Role.assists": "Functions it may help with, written the same way.",
    "Title.role": "Role of the charter.",
    "Title.segment": "Segment in which the holder works.",
    "Spell.person": "E-mail address, the CRM's id, or name, as the CRM has it.",
    "Spell.role": "Role of the charter.",
    "Spell.segment": "Segment; empty means all of the role's.",
    "Spell.team": "Team. Read and kept; nothing uses it yet.",
    "Spell.manager": "Manager. Read and kept; nothing uses it yet.",
    "Spell.share": "Share of a full job, above 0 and up to 1.",
    "Spell.from": "First day; empty means since before the evidence.",
    "Spell.to": "Last day, inclusive; empty means still.",
    "Step.object": "Object of the CRM, such as `Event` or `Opportunity`.",
    "Step.where": "Columns and the words one of which they must hold; `*` and `?` are wild.",
    "Step.field": "Column that is a date, or a checkbox.",
    "Step.stage": "Stage of a deal whose entry is the step.",
    "Step.reason": "Column that gives the reason, for rejections.",
    "Handoff.name": "Name used in findings.",
    "Handoff.from": "Role that gives.",
    "Handoff.to": "Role that takes.",
    "Handoff.at": "Function at which the owner changes.",
    "Handoff.segments": "Segments in which; empty means all.",
    "Handoff.offered": "Record of the offer, such as a meeting booked.",
    "Handoff.held": "Record that the meeting took place.",
    "Handoff.accepted": "Record that the taker accepted.",
    "Handoff.rejected": "Record that the taker rejected.",
    "Handoff.converted": "Record that it became pipeline.",
    "Handoff.decide_within": "Time to accept or reject, such as `1 business day` or `48 hours`.",
    "DealKind.field": "Column that tells the kind.",
    "DealKind.new": "Words that mean new business.",
    "DealKind.expansion": "Words that mean expansion.",
    "DealKind.renewal": "Words that mean renewal.",
    "Deals.kind": "The column that tells new, expansion and renewal apart. Without it words such as "
    "`New`, `Existing`, `Renewal` in `Opportunity.Type` are understood.",
    "Deals.stages": "Stage to function. A new deal in a stage that is not here counts as selling, kind "
    "unknown.",
    "ActivityRule.name": "Name used in the report.",
    "ActivityRule.object": "`Task` or `Event`; both where it is not given.",
    "ActivityRule.where": "Columns and the words one of which they must hold; `*` and `?` are wild.",
    "ActivityRule.is": "Function of the work.",
    "ActivityRule.automated": "True where software did it: it then takes nobody's time.",
    "Minutes.typical": "Minutes taken in the shares.",
    "Minutes.from": "Shortest, for the sensitivity band.",
    "Minutes.to": "Longest, for the sensitivity band.",
    "Activities.rules": "Rules tried in order, before anything else is looked at.",
    "Activities.minutes": "Kind of activity (`email`, `call`, `meeting`, `task`) to minutes, where the "
    "CRM has none.",
    "IndividualView.basis": "On what ground people are looked at one by one.",
    "IndividualView.until": "Last day on which the view is on.",
    "Privacy.minimum_group": "Fewest people in a figure about behaviour, 3 or more; the benchmark "
    "`minimum_group` where it is not given.",
    "Privacy.individual_view": "Permission to see single people.",
    "Override.amber": "Amber level.",
    "Override.red": "Red level.",
    "Override.value": "Plain value, where the benchmark is not a limit.",
    "Override.healthy": "Band that is healthy, two numbers.",
    "Override.because": "The reason; it is printed as the source.",
}
"""What a word means, where the noun itself does not say."""

UNUSED = ("Charter.outside", "Charter.nobody")
"""Words that say something to readers and that no check holds against anything yet."""

ORDER = (
    "Charter", "Segment", "Range", "Role", "Scope", "Title", "Spell", "Deals", "DealKind",
    "Activities", "ActivityRule", "Minutes", "Handoff", "Step", "Privacy", "IndividualView", "Override",
)  # fmt: skip


def charter() -> str:
    """Every word a charter may contain."""
    said = [
        "# The charter",
        "One YAML file. Only `true` and `false` are booleans, so that a country called `NO` stays one. "
        "A word remit does not know is an error that names the line and the nearest word it knows. "
        "Where a list is asked for, one word alone stands for a list of one.",
        "A people file (`people: people.csv`) has the columns "
        + ", ".join(f"`{column}`" for column in PEOPLE_COLUMNS)
        + "; see [Spell](#spell).",
        "The thirteen functions: " + ", ".join(f"`{f.value}`" for f in Function) + ".",
        "Editing what decides how an export is read asks for a new load: `time_zone`, `where` of "
        "segments, `deals.kind`, `inbound`, `not_people`, the patterns of `activities.rules`, the steps "
        "and `requires` of handoffs, and the benchmarks "
        + " and ".join(f"`{name}`" for name in READ_WITH)
        + ". Editing anything else does not.",
    ]
    models = [getattr(nouns, name) for name in ORDER]
    left = {
        name
        for name, value in vars(nouns).items()
        if isinstance(value, type) and issubclass(value, nouns.Noun) and value is not nouns.Noun
    } - set(ORDER)
    assert not left, f"give these a place in ORDER: {left}"
    for model in models:
        rows = []
        notes = attribute_notes(model)
        schema = model.model_json_schema(by_alias=True)
        for name, field in model.model_fields.items():
            word = field.alias or name
            about = notes.get(name) or SAID.get(f"{model.__name__}.{word}")
            assert about, f"nothing says what {model.__name__}.{word} means"
            if f"{model.__name__}.{word}" in UNUSED:
                about += " For readers; no check uses it yet."
            kind = spoken(schema["properties"][word], schema.get("$defs", {}))
            rows.append((f"`{word}`", kind, "required" if field.is_required() else "", about))
        said.append(
            f"## {model.__name__}\n\n{plain(model.__doc__)}\n\n"
            + table(("word", "given as", "", "meaning"), rows)
        )
    return "\n\n".join(said)


def attribute_notes(model: type[BaseModel]) -> dict[str, str]:
    """The text under each field of a class."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    notes = {}
    for one, following in zip(body.body, body.body[1:], strict=False):
        if isinstance(one, ast.AnnAssign) and isinstance(following, ast.Expr):
            value = following.value
            if isinstance(value, ast.Constant) and isinstance(one.target, ast.Name):
                notes[one.target.id] = str(value.value)
    return notes


def spoken(schema: dict[str, Any], known: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        target = known[name]
        if "enum" in target:
            return "function" if name == "Function" else one_of(target["enum"])
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(
            dict.fromkeys(spoken(s, known) for s in schema["anyOf"] if s.get("type") != "null")
        )
    if "enum" in schema:
        return one_of(schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        if "prefixItems" in schema:
            return "two numbers"
        return f"list of {spoken(schema['items'], known)}"
    if kind == "object":
        inner = schema.get("additionalProperties") or next(
            iter(schema.get("patternProperties", {}).values()), {"type": "string"}
        )
        key = spoken(schema.get("propertyNames", {"type": "string"}), known)
        return f"map of {key} to {spoken(inner, known)}"
    if schema.get("format") == "date":
        return "day, such as 2026-03-31"
    return {"string": "text", "boolean": "`true` or `false`", "integer": "whole number"}.get(
        str(kind), str(kind)
    )


def one_of(words: list[str]) -> str:
    """Words of which one is given."""
    return "one of " + ", ".join(f"`{word}`" for word in words)


# Tables, numbers, checks, rules, roles


def evidence_tables() -> str:
    """The canonical tables."""
    said = [
        "# Evidence tables",
        "What a load writes into an evidence file (DuckDB), whatever the CRM. Instants are UTC without "
        "a zone; days are calendar days in the charter's time zone. A column marked *person* holds a "
        "pseudonym. A row without a *required* column is rejected.",
    ]
    for name, contract in (*TABLES.items(), ("private.names", NAMES)):
        rows = [
            (
                f"`{column}`",
                noun.type,
                ", ".join(
                    word
                    for word, holds in (
                        ("key", column in contract.key),
                        ("required", noun.required),
                        ("person", noun.person),
                    )
                    if holds
                ),
                noun.about,
            )
            for column, noun in contract.columns.items()
        ]
        said.append(
            f"## {name}\n\nA row is {contract.about}.\n\n"
            + table(("column", "type", "", "meaning"), rows)
        )
    return "\n\n".join(said)


def numbers() -> str:
    """Benchmarks with their sources."""
    said = [
        "# Benchmarks",
        "Every number with a meaning that remit uses, with its source. `remit explain NAME` prints one. "
        "A charter [overrides](../how-to/override-a-limit.md) one with a reason.",
        "Standing says how much weight a source carries: a *study* was measured and published with its "
        "method; a *benchmark* is a practitioner's published figure; a *convention* was chosen because no "
        "source gives a figure; a *policy* is a company's own.",
    ]
    for name, number in benchmarks().items():
        lines = [f"## {name}\n\n{number.about}"]
        facts = [("unit", number.unit)]
        if any(value.amber or value.red for value in number.values):
            facts.append(("trouble is", f"{number.trouble} the limit"))
        if number.scope:
            facts.append(("scope", number.scope))
        for value in number.values:
            levels = [
                f"{level} {getattr(value, level):g}"
                for level in LEVELS
                if getattr(value, level) is not None
            ]
            levels += [
                f"{band} {getattr(value, band)[0]:g} to {getattr(value, band)[1]:g}"
                for band in ("healthy", "range")
                if getattr(value, band) is not None
            ]
            since = f" from {value.since}" if value.since else ""
            facts.append((f"levels{since}", "; ".join(levels)))
            facts.append(("source", f"{value.source}"))
            if value.source.rule:
                facts.append(("rule", rule_link(value.source.rule)))
            facts.append(("checked on", str(value.source.checked_on or "not known")))
        lines.append(table(("", ""), facts))
        if number.caveat:
            lines.append(number.caveat.strip())
        said.append("\n\n".join(lines))
    return "\n\n".join(said)


def rule_link(rule: str) -> str:
    """A rule's id as a link to its row."""
    return f"[{rule}](rules.md#{anchor(rules()[rule].source)})"


def anchor(source: str) -> str:
    """The anchor of a source's heading in rules.md."""
    return f"source-{source}"


def checks() -> str:
    """The checks of an audit."""
    said = [
        "# Checks",
        "What an audit asks. Each check gives at least one [answer](../explanation/the-answers.md), so "
        "that a report shows what was looked at and what was not.",
    ]
    for name, entry in catalogue("remit.audit", Check).items():
        source = inspect.getsource(inspect.getmodule(entry.call))  # type: ignore[arg-type]
        used = [b for b in benchmarks() if re.search(rf'"{b}"', source)]
        said.append(
            f"## {name}\n\n*{entry.note.asks}*\n\n{plain(entry.call.__doc__)}\n\n"
            + "Rules: "
            + ", ".join(rule_link(rule) for rule in entry.note.rules)
            + ".\n\n"
            + "Benchmarks: "
            + ", ".join(f"[{b}](benchmarks.md#{b})" for b in used)
            + "."
        )
    said.append(
        "## Beside every check\n\nLimits on time also use [coverage_floor](benchmarks.md#coverage_floor), "
        "[minimum_weeks](benchmarks.md#minimum_weeks) and [minimum_group](benchmarks.md#minimum_group)."
    )
    return "\n\n".join(said)


def all_rules() -> str:
    """The catalogue of the sources' rules."""
    serving: dict[str, list[str]] = {}
    for name, entry in catalogue("remit.audit", Check).items():
        for rule in entry.note.rules:
            serving.setdefault(rule, []).append(name)
    said = [
        "# Rules",
        f"What the sources say, {len(rules())} statements, each with its id. A finding names the rules "
        "it rests on; `remit explain ID` prints one. Most rules are context for other parts of the "
        "work: only those with an entry under *check* are held against evidence.",
    ]
    for source, title in SOURCES.items():
        rows = [
            (
                rule.id,
                KINDS[rule.kind],
                rule.says,
                rule.number,
                ", ".join(f"[{c}](checks.md#{c})" for c in serving.get(rule.id, [])),
            )
            for rule in rules().values()
            if rule.source == source
        ]
        said.append(
            f'<a id="{anchor(source)}"></a>\n\n## {source}: {title}\n\n'
            + table(("id", "kind", "says", "number", "check"), rows)
        )
    return "\n\n".join(said)


def roles() -> str:
    """The role catalogue."""
    rows = [
        (
            f"`{name}`",
            kind.name,
            ", ".join(f.value for f in kind.owns),
            ", ".join(f.value for f in kind.assists),
            ", ".join(rule_link(rule) for rule in kind.rules),
        )
        for name, kind in role_kinds().items()
    ]
    return (
        "# Role catalogue\n\nWhat each kind of role (`is:` in a charter) owns and assists where the "
        "charter does not say. A role's own `owns:` or `assists:` replaces the entry here; it does not "
        "add to it.\n\n" + table(("is", "name", "owns", "assists", "rules"), rows)
    )


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are behind."""
    HERE.mkdir(exist_ok=True)
    behind = [
        name
        for name, text in pages().items()
        if not (HERE / name).is_file() or (HERE / name).read_text("utf-8") != text
    ]
    if "--check" in arguments:
        for name in behind:
            print(f"docs/reference/{name} is behind: run docs/generate_reference.py")
        return 1 if behind else 0
    for name, text in pages().items():
        (HERE / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
