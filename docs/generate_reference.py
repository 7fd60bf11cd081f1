"""Write docs/reference/ from the code it describes. `--check` only says which pages are behind."""

from __future__ import annotations

import enum
import inspect
import re
import sys
import textwrap
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from typer.models import ArgumentInfo, OptionInfo

from remit.audit.view import Check
from remit.benchmarks import LEVELS, benchmarks
from remit.charter import ANSWERS, Function, RoleKind, fact_kinds, role_kinds
from remit.charter.catalogue import customer_sizes, tool_kinds
from remit.charter.files import PEOPLE_COLUMNS
from remit.charter.market import Ages, Condition, FactOrValue, Motions, Owning
from remit.charter.organisation import TitleOrRole
from remit.charter.ownership import AGES
from remit.charter.schema import in_words, meanings, nouns
from remit.check.declared import Check as CharterCheck
from remit.cli.app import app
from remit.cli.rules import Server, served, serving, state_of
from remit.compensation.measures import measured
from remit.evidence import NAMES, TABLES
from remit.evidence.reading import READ_WITH
from remit.example import hubspot
from remit.example.layouts import writers
from remit.rules import (
    HOWS,
    KINDS,
    ONLY_TEXT,
    PARTS,
    SOURCES,
    Intent,
    disagreements,
    intents,
    rules,
)
from remit.terms import catalogue
from remit.terms.shapes import (
    Amount,
    ColumnName,
    ColumnPath,
    Count,
    Day,
    Flag,
    Length,
    Level,
    Number,
    Ratio,
    Serves,
    Share,
    Shorthand,
    Text,
    Words,
)

HERE = Path(__file__).parent / "reference"
EXPLAINED = Path(__file__).parents[1] / "tests" / "sources" / "every_layout.yaml"
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
        "measures.md": measures(),
        "layouts.md": layouts(),
    }
    return {name: MADE + "\n" + text.strip() + "\n" for name, text in made.items()}


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    """Rows as a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell(part) for part in line) + " |" for line in lines)


def cell(text: str) -> str:
    """Text that cannot break a table."""
    line = " ".join(str(text).split()).replace("|", "\\|")
    return re.sub("<(?!a id=|/a>)", "&lt;", line)


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
        f"{group}{one.name or str(one.callback.__name__)}": one.callback
        for group, commands in (
            ("", app),
            *((f"{one.typer_instance.info.name} ", one.typer_instance) for one in app.registered_groups),
        )
        for one in commands.registered_commands
    }
    for name, function in sorted(functions.items()):
        words = parameters(function)
        arguments = [one for one in words if isinstance(one.info, ArgumentInfo)]
        options = [one for one in words if isinstance(one.info, OptionInfo)]
        usage = " ".join(
            ["remit", name, *(str(one.info.metavar or one.name.upper()) for one in arguments)]
        )
        parts.append(
            f"## remit {name}\n\n{plain(function.__doc__)}\n\n```text\n{usage} [OPTIONS]\n```"
        )
        rows = [(f"`{one.info.metavar}`", *said_default(one)) for one in arguments]
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
        said = [
            *(self.info.param_decls or ()),
            self.info.default,
        ]  # in Annotated the first is there
        plain = "--" + self.name.replace("_", "-")
        named = next((one for one in said if isinstance(one, str) and one[:2] == "--"), plain)
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
        if isinstance(type_, types.UnionType) or typing.get_origin(type_) is typing.Union:
            type_ = next(one for one in typing.get_args(type_) if one is not type(None))
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
            ("3", "somebody else was first: a step of `remit pay` was taken meanwhile, and this not"),
            ("130", "stopped with Ctrl+C"),
        ],
    )


# The charter

SHAPES = (
    (Owning, "[functions](#functions): one, a list, or a block of `function:` [Scope](#scope)"),
    (Share, "share, such as 25%"),
    (Ratio, "share, such as 125%"),
    (Amount, "number, such as 120000"),
    (Level, "share such as 80%, or a plain number"),
    (Length, "length of time, such as 90 days"),
    (Day, "day, such as 2026-03-31"),
    (Words, "a word or a list of words"),
    (Motions, "one or a list of `inbound`, `outbound`, `named`"),
    (Ages, "one or a list of `before_win`, `first_term`, `later_terms`"),
    (Condition, "words, or a [Range](#range)"),
    (FactOrValue, "[Fact](#fact), or its value alone"),
    (TitleOrRole, "a role's name, or a [Title](#title)"),
    (ColumnPath, "an object and its column, such as `Opportunity.Type`"),
    (ColumnName, "a column's name, such as `Subject`"),
    (Count, "whole number"),
    (Number, "number"),
    (Flag, "`true` or `false`"),
    (Text, "text"),
)
"""The shapes of values, as the nouns name them, in words."""

PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    Function: "one of the [functions](#functions)",
}

GIVEN = {
    "Charter.people": "list of [Spell](#spell), or the name of a CSV file",
    "Charter.attested": "block of [rule](rules.md) to [Attested](#attested)",
    "Charter.benchmarks": "block of [benchmark](benchmarks.md) to [Override](#override)",
    "Segment.facts": "block of [fact](#facts) to [Fact](#fact), or its value alone",
    "Role.is": "a kind of the [role catalogue](roles.md)",
    "Role.kpis": "a [measure](measures.md) or a list of them",
    "Role.tools": "a [kind of tool](roles.md#tools), a tool's name, or a list",
    "Role.job_description": "the name of a text file",
    "Role.headcount": "whole number, or a block of segment to whole number",
    "Tool.is": "a [kind of tool](roles.md#tools)",
    "Measure.is": "a [measure](measures.md)",
    "Decision.boundary": "a [boundary](#boundaries)",
    "Decision.run": "one of the boundary's [answers](#boundaries)",
    "Exempt.check": "a [check](checks.md)",
    "Plan.pay_mix": "two numbers that sum to 100, such as `50/50`",
    "Charter.currency": "three capital letters, such as `USD`",
    "Plan.currency": "three capital letters, such as `USD`",
    "Plan.components": "block of name to [Commission](#commission), [Bonus](#bonus), "
    "[Matrix](#matrix), [Objectives](#objectives) or [Spif](#spif)",
    "Matrix.pays": "list of rows, each a list of shares such as 50%",
    "Handoff.decide_within": "a number and a unit, such as `1 business day`",
    "Handoff.requires": "block of name to an object and its column",
    "Calendar.opens": "time of day, such as `09:00`",
    "Calendar.closes": "time of day, such as `17:00`",
}
"""What is given for a word, where its type says less than a reader needs."""

EXAMPLES = {
    "Segment": """\
segments:
  smb:
    where: {employees: {below: 200}}
    size: smb
    facts: {sellers: 12, grr: 84%}
  enterprise:
    where: {employees: {at_least: 200}, country: [US, Canada]}
    size: enterprise
    facts: {sellers: {from: 4, to: 6, source: head of sales}}
""",
    "Spell": """\
people:
  - {person: anna@example.com, role: ae, segment: smb, manager: kim@example.com, from: 2026-01-01}
  - {person: ben@example.com, role: sdr, share: 50%, from: 2025-06-01, to: 2026-03-31}
""",
    "Handoff": """\
handoffs:
  - from: sdr
    to: ae
    at: discovery
    offered: {object: Event, where: {Type: Discovery Meeting}}
    accepted: {object: Opportunity, field: Accepted_Date__c}
    rejected: {object: Event, field: Rejected_Date__c, reason: Rejection_Reason__c}
    requires: {pain_points: Opportunity.Pain__c, stakeholders: OpportunityContactRole}
    decide_within: 1 business day
""",
    "Plan": """\
plans:
  sellers:
    ote: 180000
    pay_mix: 50/50
    period: year
    components:
      new_customers:
        pays_on: new_arr
        quota: 900000
        tiers: [{from: 0%, rate: 10%}, {from: 100%, rate: 15%}]
        gates: [{measure: grr, at_least: 85%, opens: accelerators}]
    release:
      - {at: signing, share: 50%}
      - {at: customer_month, month: 12, share: 50%}
""",
}
"""A short example of a block, by the noun it is made of; each is part of a charter that reads."""

MEASURED = ("measure", "pays_on")
"""Words whose value is a measure, in whatever noun."""


def charter() -> str:
    """Every word a charter may contain."""
    known = nouns()
    said = [
        "# The charter",
        "One YAML file, or several that the first one `uses:`. Only `true` and `false` are booleans, "
        "so that a country called `NO` stays one. A word remit does not know is an error that names "
        "the line and the nearest word it knows. Where a list is asked for, one word alone stands "
        "for a list of one. What is left out has no default unless the table says one.",
        "A people file (`people: people.csv`) has the columns "
        + ", ".join(f"`{column}`" for column in PEOPLE_COLUMNS)
        + "; see [Spell](#spell). One row of `people` that names a role replaces the role's "
        "`headcount:`: from then on people are counted, and not what was stated.",
        "Editing what decides how an export is read asks for a new load: `time_zone`, `where` of "
        "segments, `deals.kind`, `inbound`, `not_people`, the patterns of `activities.rules`, "
        "`event_log`, the steps and `requires` of handoffs, and the benchmarks "
        + " and ".join(f"`{name}`" for name in READ_WITH)
        + ". Editing anything else does not.",
        "## In an editor\n\n`remit schema > charter.schema.json` writes this page as JSON Schema "
        "(draft-07). With a language server for YAML, the first line\n\n```yaml\n"
        "# yaml-language-server: $schema=charter.schema.json\n```\n\nmakes an editor complete "
        "words, explain them and underline mistakes. A file that another charter `uses:` gives "
        "`charter.schema.json#/definitions/Part`.",
        "## Contents\n\n"
        + table(
            ("part", "stands at"),
            [
                *((f"[{noun.__name__}](#{noun.__name__.lower()})", at) for noun, at in stands()),
                ("[Functions](#functions)", "wherever a function is named"),
                ("[Boundaries](#boundaries)", "`decisions`"),
                ("[Facts](#facts)", "`segments.NAME.facts`"),
            ],
        ),
    ]
    for noun in known:
        about = meanings(noun)
        rows = [
            (
                f"`{field.alias or name}`",
                given(noun, name),
                DEFAULTS.get(f"{noun.__name__}.{name}") or default_of(field),
                about[field.alias or name],
                ", ".join(rule_link(rule) for rule in served_by(noun, name)),
            )
            for name, field in noun.model_fields.items()
        ]
        said.append(
            f"## {noun.__name__}\n\n{in_words(noun)}\n\n"
            + table(("word", "given as", "default", "meaning", "rules"), rows)
            + example_of(noun)
        )
    said.append(
        "## Functions\n\nThe kinds of work in the revenue cycle, and when an account needs somebody "
        "to own each.\n\n"
        + table(
            ("function", "needs an owner"),
            [
                (f"`{f.value}`", ", ".join(f"`{age}`" for age in AGES[f]) if f in AGES else "never")
                for f in Function
            ],
        )
    )
    said.append(
        "## Boundaries\n\nBetween two roles, and how each may be run.\n\n"
        + table(
            ("boundary", "answers"),
            [
                (f"`{name}`", ", ".join(f"`{a}`" for a in answers))
                for name, answers in ANSWERS.items()
            ],
        )
    )
    said.append(
        "## Facts\n\nWhat may be known about a segment: a closed list. A fact that is not stated is "
        "unknown; none has a default.\n\n"
        + table(
            ("fact", "value", "meaning", "rules"),
            [
                (
                    f"`{name}`",
                    OF_FACT[fact.of]
                    if isinstance(fact.of, str)
                    else " or ".join(f"`{str(one).lower()}`" for one in fact.of),
                    fact.about,
                    ", ".join(rule_link(rule) for rule in fact.rules),
                )
                for name, fact in fact_kinds().items()
            ],
        )
    )
    return "\n\n".join(said)


OF_FACT = {
    "number": "number",
    "share": "share from 0 to 1",
    "money": "money for a year",
    "count": "count",
}


def given(noun: type[BaseModel], name: str) -> str:
    """What a word is given as."""
    word = noun.model_fields[name].alias or name
    said = GIVEN.get(f"{noun.__name__}.{word}")
    if said is None and name in MEASURED:
        said = "a [measure](measures.md)"
    return said or in_kind(typing.get_type_hints(noun, include_extras=True)[name])


def in_kind(hint: Any) -> str:
    """A type in a few words."""
    for shape, words in SHAPES:
        if is_shape(hint, shape):
            return words
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        short = next((one for one in parts[1:] if isinstance(one, Shorthand)), None)
        plain = in_kind(parts[0])
        if short is None:
            return plain
        types_ = short.short if isinstance(short.short, tuple) else (short.short,)
        either = dict.fromkeys("number" if t in (int, float) else PLAIN[t] for t in types_)
        return " or ".join(dict.fromkeys([*either, plain]))
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(in_kind(one) for one in parts if one is not type(None)))
    if origin is typing.Literal:
        return one_of([str(one) for one in parts])
    if origin is tuple:
        inner = parts[0]
        if Ellipsis not in parts:
            return f"list of {len(parts)}, each a {in_kind(inner)}"
        return f"list: {in_kind(inner)}" if inner not in nouns() else f"list of {in_kind(inner)}"
    if origin is Mapping or origin is dict:
        name = "name" if parts[0] is str else in_kind(parts[0])
        return f"block of {name} to {in_kind(parts[1])}"
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    if hint in PLAIN:
        return PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return one_of([str(one.value) for one in hint])
    raise AssertionError(f"nothing says how {hint} is given")


def is_shape(hint: Any, shape: Any) -> bool:
    """Whether a type is one of the named shapes, perhaps with more hung on it."""
    if hint == shape:
        return True
    if typing.get_origin(hint) is not typing.Annotated or not hasattr(shape, "__metadata__"):
        return False
    hung = shape.__metadata__
    return hint.__origin__ == shape.__origin__ and hint.__metadata__[: len(hung)] == hung


DEFAULTS = {"Handoff.name": "its roles, such as `sdr to ae`"}
"""What holds where a word is left out, where the noun fills it in from its other words."""


def example_of(noun: type[BaseModel]) -> str:
    """An example of the block a noun stands in, to end its section with."""
    text = EXAMPLES.get(noun.__name__)
    return f"\n\nFor example:\n\n```yaml\n{text}```" if text else ""


def default_of(field: Any) -> str:
    """What holds where a word is left out, if anything does."""
    if field.is_required():
        return "required"
    value = field.default
    if value is None or value == () or value == {} or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def served_by(noun: type[BaseModel], name: str) -> tuple[str, ...]:
    """The rules that a word lets people state."""
    field = noun.model_fields[name]
    hung = [*field.metadata, *inside(field.annotation)]
    return tuple(dict.fromkeys(r for one in hung if isinstance(one, Serves) for r in one.rules))


def inside(hint: Any) -> Iterator[Any]:
    """A type and all that it is made of, but not what nouns in it say."""
    yield hint
    for part in typing.get_args(hint):
        yield from inside(part)


def stands() -> list[tuple[type[BaseModel], str]]:
    """Each noun, and where in a charter it is first met."""
    at: dict[type[BaseModel], str] = {nouns()[0]: "the file itself"}
    path: dict[type[BaseModel], str] = {nouns()[0]: ""}
    left = [nouns()[0]]
    while left:
        noun = left.pop(0)
        for name, field in noun.model_fields.items():
            word = f"{path[noun]}{field.alias or name}"
            for part in inside(field.annotation):
                if isinstance(part, type) and issubclass(part, BaseModel) and part not in path:
                    named = typing.get_origin(field.annotation) is Mapping
                    path[part] = f"{word}.NAME." if named else f"{word}."
                    at[part] = f"`{path[part].rstrip('.')}`"
                    left.append(part)
    return [(noun, at[noun]) for noun in nouns()]


def one_of(words: list[str]) -> str:
    """Words of which one is given."""
    return (
        "one of " + ", ".join(f"`{word}`" for word in words) if len(words) > 1 else f"`{words[0]}`"
    )


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
    """The checks on a charter alone, and those of an audit."""
    declared, audited = catalogue("remit.check", CharterCheck), catalogue("remit.audit", Check)
    said = [
        "# Checks",
        "Each check gives at least one [answer](../explanation/the-answers.md), so that a report shows "
        "what was looked at and what was not. `remit check` asks those on a charter alone, before any "
        "data is looked at; `remit audit` asks those that need evidence.",
        "## On a charter alone\n\n"
        + table(
            ("check", "asks"),
            [(f"[{name}](#{name})", entry.note.asks) for name, entry in declared.items()],
        ),
        *(asked(name, entry, inspect.getsource(entry.call)) for name, entry in declared.items()),
        "## On charter and evidence\n\n"
        + table(
            ("check", "asks"),
            [(f"[{name}](#{name})", entry.note.asks) for name, entry in audited.items()],
        ),
        *(
            asked(name, entry, inspect.getsource(inspect.getmodule(entry.call)))  # type: ignore[arg-type]
            for name, entry in audited.items()
        ),
        "## Beside every check of evidence\n\nLimits on time also use "
        "[coverage_floor](benchmarks.md#coverage_floor), "
        "[minimum_weeks](benchmarks.md#minimum_weeks) and [minimum_group](benchmarks.md#minimum_group).",
    ]
    return "\n\n".join(said)


def asked(name: str, entry: Any, source: str) -> str:
    """One check: what it asks, how, and on what rules and numbers."""
    used = tuple(b for b in benchmarks() if re.search(rf'"{b}"', source))
    parts = [f"### {name}", f"*{entry.note.asks}*", plain(entry.call.__doc__)]
    if entry.note.rules:
        parts.append(f"Rules: {', '.join(rule_link(rule) for rule in entry.note.rules)}.")
    if used:
        parts.append(f"Benchmarks: {benchmark_links(used)}.")
    return "\n\n".join(parts)


def all_rules() -> str:
    """The catalogue of the sources' rules, what serves each, and where they disagree."""
    serves = served()
    said = [
        "# Rules",
        f"What the sources say, {len(rules())} statements, each with its id. A finding names the rules "
        "it rests on; `remit rules ID` prints one, `remit rules` lists them with how far each is served.",
        "What remit does with a rule is said part by part:",
        table(("part", "meaning"), [(part, about) for part, about in PARTS.items()]),
        "and where it is not plain from the part, how:",
        table(("how", "meaning"), [(how, about) for how, about in HOWS.items()]),
        f"Where rules do not go together, [the last section](#disagreements) says what remit takes "
        "from them.",
    ]
    for source, title in SOURCES.items():
        rows = [
            (
                rule.id,
                KINDS[rule.kind],
                rule.says,
                rule.number,
                "; ".join(meant(intent, serves) for intent in intents() if intent.rule == rule.id),
            )
            for rule in rules().values()
            if rule.source == source
        ]
        said.append(
            f'<a id="{anchor(source)}"></a>\n\n## {source}: {title}\n\n'
            + table(("id", "kind", "says", "number", "remit"), rows)
        )
    apart = [
        (", ".join(rule_link(rule) for rule in found.rules), found.about, found.treated)
        for found in disagreements()
    ]
    said.append(
        '<a id="disagreements"></a>\n\n## Where the sources disagree\n\n'
        + table(("rules", "what they say", "what remit does"), apart)
    )
    return "\n\n".join(said)


def meant(intent: Intent, serves: Mapping[str, tuple[Server, ...]]) -> str:
    """What one part does with a rule, with links to what serves it."""
    pages_of = {
        "audit check": "checks.md",
        "check": "checks.md",
        "benchmark": "benchmarks.md",
        "measure": "measures.md",
    }
    names = dict.fromkeys(
        f"[{server.name}]({pages_of[server.kind]}#{server.name})"
        for server in serving(intent, serves)
        if server.kind in pages_of
    )
    how = f"{intent.how}, " if intent.part in ("audit", "text") or intent.how in ONLY_TEXT else ""
    by = f" by {', '.join(names)}" if names else ""
    return f"{intent.part}: {how}{state_of(intent, serves)}{by}"


def roles() -> str:
    """The role catalogue."""
    kinds = role_kinds()
    said = [
        "# Role catalogue",
        "What holds for each kind of role (`is:` in a charter) where the charter does not say "
        "otherwise. A role's own `owns:`, `assists:` or other word replaces the entry here; it does "
        "not add to it.",
        table(
            ("is", "name", "owns", "assists"),
            [
                (
                    f"[`{name}`](#{role_anchor(name)})",
                    kind.name,
                    ", ".join(f.value for f in kind.owns),
                    ", ".join(f.value for f in kind.assists),
                )
                for name, kind in kinds.items()
            ],
        ),
    ]
    said += [role(name, kind) for name, kind in kinds.items()]
    users = {
        tool: [
            f"[{name}](#{role_anchor(name)})" for name, kind in kinds.items() if tool in kind.tools
        ]
        for tool in tool_kinds()
    }
    said.append(
        "## Tools\n\nThe kinds of tools that roles work with (`is:` of a tool).\n\n"
        + table(
            ("kind", "what it does", "used by"),
            [(f"`{t}`", about, ", ".join(users[t])) for t, about in tool_kinds().items()],
        )
    )
    said.append(
        "## Customer sizes\n\nWhich roles serve customers of a size: a place for a charter to start "
        "from.\n\n"
        + table(
            ("size", "about", "roles", "may be there", "rules"),
            [
                (
                    f"`{name}`",
                    size.about,
                    "; ".join(f"{kind}: {why}" for kind, why in size.roles.items()),
                    "; ".join(f"{kind}: {when}" for kind, when in size.optional.items()),
                    ", ".join(rule_link(rule) for rule in size.rules),
                )
                for name, size in customer_sizes().items()
            ],
        )
    )
    return "\n\n".join(said)


def role(name: str, kind: RoleKind) -> str:
    """One kind of role."""
    own = set(kind.own)

    def told(word: str, text: str) -> str:
        return f"{text} (remit's own convention)" if word in own and text else text

    passes = "; ".join(f"to {one.to} at {one.at.value}: {one.when}" for one in kind.handoff)
    first = kind.first_hire
    hired = first.when if first else ""
    if first and first.rules:
        hired += " " + ", ".join(rule_link(rule) for rule in first.rules)
    rows = [
        ("owns", told("owns", ", ".join(f.value for f in kind.owns))),
        ("assists", told("assists", ", ".join(f.value for f in kind.assists))),
        ("entry", told("entry", kind.entry)),
        ("handoff", told("handoff", passes)),
        ("output", told("output", kind.output)),
        ("measured by", told("kpis", ", ".join(measure_link(one) for one in kind.kpis))),
        ("healthy levels", told("bands", benchmark_links(kind.bands))),
        ("ramp", told("ramp", benchmark_links(kind.ramp))),
        ("first hire", told("first_hire", hired)),
        ("tools", told("tools", ", ".join(f"`{one}`" for one in kind.tools))),
        ("titles", told("titles", ", ".join(f"`{one}`" for one in kind.titles))),
        ("rules", ", ".join(rule_link(one) for one in dict.fromkeys((*kind.rules, *kind.also)))),
    ]
    duties = "\n".join(f"- {one.does} (`{one.function.value}`)" for one in kind.duties)
    leaves = "\n".join(f"- {one.does} (`{one.function.value}`)" for one in kind.leaves)
    parts = [
        f'<a id="{role_anchor(name)}"></a>\n\n## {name}: {kind.name}',
        kind.about,
        table(("", ""), [row for row in rows if row[1]]),
        f"Duties:\n\n{duties}",
    ]
    if leaves:
        parts.append(f"Not its work:\n\n{leaves}")
    return "\n\n".join(parts)


def benchmark_links(names: tuple[str, ...]) -> str:
    """Names of benchmarks as links."""
    return ", ".join(f"[{name}](benchmarks.md#{name})" for name in names)


def role_anchor(name: str) -> str:
    """The anchor of a kind of role."""
    return "role-" + re.sub(r"[^a-z]+", "-", name.lower())


LEVELS_OF = {
    "activity": "What somebody does",
    "handoff": "What is passed on",
    "deal": "What is sold",
    "retention": "What is kept",
    "team": "What a team reaches",
    "objective": "What was agreed",
}


def measures() -> str:
    """What people can be measured and paid on."""
    said = [
        "# Measures",
        "What roles (`kpis:`) and comp plans (`pays_on:`) may name. A charter may use any of the other "
        "wordings, and give names of its own under `measures:`. *Refusable*: another role may refuse "
        "it after it has counted. *Recurring*: it pays again each period for an old sale. A measure "
        "without rules is remit's own convention.",
    ]
    for level, title in LEVELS_OF.items():
        rows = [
            (
                f'<a id="{name}"></a>`{name}`',
                one.about,
                one.unit,
                ", ".join(f.value for f in one.functions),
                ", ".join(
                    word
                    for word, holds in (("refusable", one.refusable), ("recurring", one.recurring))
                    if holds
                ),
                ", ".join(one.also_called),
                ", ".join(rule_link(rule) for rule in one.rules),
            )
            for name, one in measured().items()
            if one.outcome_of == level
        ]
        if rows:
            head = ("measure", "what it is", "unit", "work", "", "also called", "rules")
            said.append(f"## {title}\n\n{table(head, rows)}")
    left = {one.outcome_of for one in measured().values()} - set(LEVELS_OF)
    assert not left, f"give these a heading: {left}"
    return "\n\n".join(said)


# Layouts


def layouts() -> str:
    """What the layouts of exports can hold, and what an audit of them therefore lacks."""
    told = yaml.safe_load(EXPLAINED.read_text("utf-8"))
    modules: dict[str, list[str]] = {}
    for name, write in writers().items():
        modules.setdefault(write.__module__, []).append(name)
    parts = [
        "# Layouts of exports",
        "The example company is written in every layout that is read (`remit example --layout`), and "
        "each is audited with the same charter. A test holds the audits against that of the "
        "Salesforce export: its findings, measured shares and coverage to a percentage point, and "
        "the rows of every table. What differs is on this page with its reason, and nothing else "
        "does.",
        "HubSpot's layouts need a charter in [HubSpot's words](../how-to/prepare-a-hubspot-export.md). "
        "Where a layout has no job titles, roles need a [people file](../how-to/give-dated-roles.md).",
        "## Contents\n\n"
        + table(
            ("layout", "is"),
            [(f"`{name}`", about) for name, about in told["layouts"].items()],
        ),
        f"## Every layout of HubSpot\n\n{cannot_hold(hubspot.__doc__)}",
    ]
    for module, names in modules.items():
        rows = [
            (
                ", ".join(f"`{what}`" for what in one["differs"]),
                "all" if {*names} <= {*one["layouts"]} else said_in(names, one["layouts"]),
                one["because"],
            )
            for one in told["differences"]
            if {*names} & {*one["layouts"]}
        ]
        title = ", ".join(names)
        held = cannot_hold(sys.modules[module].__doc__).replace(
            "(`remit.example.hubspot`)", "([above](#every-layout-of-hubspot))"
        )
        what_differs = (
            "Its audit differs from that of the Salesforce export in:\n\n"
            + table(("what", "in", "because"), rows)
            if rows
            else "Its audit is that of the Salesforce export."
        )
        parts.append(f"## {title}\n\n{held}\n\n{what_differs}")
    return "\n\n".join(parts)


def cannot_hold(text: str | None) -> str:
    """What a module's docstring says its layouts cannot hold."""
    _, _, said = inspect.cleandoc(text or "").partition("\nCannot hold")
    return f"Cannot hold{said}"


def said_in(names: list[str], where: list[str]) -> str:
    """Those of the names that are meant."""
    return ", ".join(f"`{name}`" for name in names if name in where)


def measure_link(name: str) -> str:
    """A measure's name as a link to its row."""
    return f"[{name}](measures.md#{name})"


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
