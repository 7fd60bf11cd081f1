"""The role catalogue: what each kind of role owns, does, passes on and is measured by.

One file in `roles/` is one kind of role. `titles.yaml` holds the titles that are no kind of role,
`tools.yaml` the kinds of tools, `sizes.yaml` which roles serve customers of which size. What a
charter states goes before what stands here.
"""

import fnmatch
import re
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from remit.terms import Function, Standing
from remit.terms.shapes import Noun
from remit.terms.shipped import shipped, shipped_names

_CYCLE = tuple(Function)
_DENIED = re.compile(
    r"\b(not(?! only| just)|never|nor|without|rather than|instead of)\b[^,;:.]*$", re.IGNORECASE
)


class Duty(Noun):
    """One thing that a role does, and the words by which a job description speaks of it."""

    does: str
    function: Function
    said_as: tuple[str, ...]
    """Regular expressions, blind to capitals, that find a sentence speaking of this duty. The
    wordings are remit's own."""


class Passing(Noun):
    """When a role passes work on, to which kind of role, and at which function."""

    to: str
    at: Function
    when: str


class FirstHire(Noun):
    """When a company should hire its first person of a kind."""

    when: str
    rules: tuple[str, ...] = ()
    standing: Standing
    """`benchmark` where a source says so, `convention` where remit does."""


class RoleKind(Noun):
    """A role of the catalogue: what holds for it where a charter does not say otherwise."""

    kind: str
    """What a charter gives after `is:`."""
    name: str
    about: str
    owns: tuple[Function, ...]
    assists: tuple[Function, ...]
    entry: str
    """When work comes to the role."""
    handoff: tuple[Passing, ...]
    """When it passes work on, and to whom. Empty where there is nobody to pass it to."""
    output: str
    """The measurable output."""
    duties: tuple[Duty, ...]
    leaves: tuple[Duty, ...] = ()
    """Work that the sources say the role does not do."""
    kpis: tuple[str, ...]
    """Names of measures, most telling first; see `remit.compensation.measures`."""
    bands: tuple[str, ...]
    """Names of the benchmarks that say what is healthy for it."""
    ramp: tuple[str, ...]
    """Names of the benchmarks that say how long a new hire takes. Empty where no source says."""
    first_hire: FirstHire | None = None
    tools: tuple[str, ...]
    """The kinds of tools it works with; see `tool_kinds()`."""
    titles: tuple[str, ...]
    """Patterns of job titles that mean this kind, such as `Sales Development*`."""
    rules: tuple[str, ...]
    """Rules that say what the role owns."""
    also: tuple[str, ...] = ()
    """Rules that other fields here hold: a duty, a handoff, a measure, a tool."""
    own: tuple[str, ...] = ()
    """The fields that no source states: remit's own convention."""


class PassingPoint(Noun):
    """Where work changes hands between two kinds of role."""

    giver: str
    taker: str
    at: Function


class CustomerSize(Noun):
    """Which roles serve customers of a size: a place for a charter to start from."""

    name: str
    about: str
    roles: Mapping[str, str]
    """Kinds of role that are there, and why."""
    optional: Mapping[str, str] = {}
    """Kinds of role that may be there, and when."""
    owners: Mapping[Function, str]
    """Who owns each function: a kind of role, `outside` or `nobody`."""
    handoffs: tuple[PassingPoint, ...]
    selling: Literal["inside", "field"]
    """Whether sellers mostly sell at a distance or travel."""
    standing: Standing
    rules: tuple[str, ...]


@cache
def role_kinds() -> Mapping[str, RoleKind]:
    """The role catalogue by kind, in the order in which the roles enter the revenue cycle.

    >>> [function.value for function in role_kinds()["SDR"].owns]
    ['prospecting', 'qualification']
    """
    read = [
        RoleKind.model_validate(shipped(__package__, "roles", f"{name}.yaml"))
        for name in shipped_names(__package__, "roles")
    ]
    read.sort(key=lambda kind: (min(_CYCLE.index(f) for f in kind.owns), kind.kind))
    return MappingProxyType({kind.kind: kind for kind in read})


@cache
def tool_kinds() -> Mapping[str, str]:
    """The kinds of tools that people in sales work with, each with what it does."""
    return MappingProxyType(shipped(__package__, "tools.yaml"))


@cache
def customer_sizes() -> Mapping[str, CustomerSize]:
    """Which roles serve customers of which size, smallest customers first.

    >>> list(customer_sizes())
    ['very_small', 'smb', 'mid_market', 'enterprise']
    """
    return MappingProxyType(
        {
            name: _size({"name": name, **stated})
            for name, stated in shipped(__package__, "sizes.yaml").items()
        }
    )


def kind_of_title(title: str) -> str | None:
    """The kind of role that a job title means, by its words alone.

    Of several patterns that fit, the one with the most letters decides, so that a "Sales
    Development Manager" leads and does not prospect. Capitals and punctuation do not matter.

    >>> kind_of_title("Senior Manager, Sales Development"), kind_of_title("Enterprise AE")
    ('sales manager', 'AE')

    Returns:
        None where no pattern fits, where two kinds fit alike, and for titles that could be
        several kinds of role, such as a business development manager.
    """
    words = _words(title)
    best, kinds = 0, {""}
    for pattern, letters, kind in _patterns():
        if letters < best or not all(part in words for part in pattern.split("*")):
            continue  # cheaper than compiling a pattern that cannot fit
        if fnmatch.fnmatchcase(words, pattern):
            kinds = {kind} if letters > best else kinds | {kind}
            best = letters
    return next(iter(kinds)) or None if len(kinds) == 1 else None


def functions_spoken_of(sentence: str, but: Collection[Function] = ()) -> tuple[Function, ...]:
    """The functions whose work a sentence of a job description speaks of, in the cycle's order.

    Work that the sentence denies ("SDRs do not close deals") is not spoken of.

    >>> [f.value for f in functions_spoken_of("Resolve support tickets and drive renewals.")]
    ['support', 'renewal']

    Args:
        sentence: Of a job description.
        but: Functions not to look for.

    Returns:
        Empty where no duty of the catalogue is spoken of.
    """
    found: set[Function] = set()
    for said, function in _sayings():
        if function in found or function in but:
            continue
        spoken = _compiled(said).finditer(sentence)
        if any(not _DENIED.search(sentence[: words.start()]) for words in spoken):
            found.add(function)
    return tuple(function for function in _CYCLE if function in found)


@cache
def _patterns() -> tuple[tuple[str, int, str], ...]:
    """Every pattern of a title, its number of letters, and its kind; `""` for no kind."""
    stated = [
        *((pattern, kind.kind) for kind in role_kinds().values() for pattern in kind.titles),
        *((pattern, "") for pattern in shipped(__package__, "titles.yaml")),
    ]
    plain = [(_words(pattern), kind) for pattern, kind in stated]
    return tuple((p, len(p.replace("*", "").replace(" ", "")), kind) for p, kind in plain)


@cache
def _compiled(said: str) -> re.Pattern[str]:
    """Compiled when it is first looked for: together they take longer than to read a charter."""
    return re.compile(said, re.IGNORECASE)


@cache
def _sayings() -> tuple[tuple[str, Function], ...]:
    return tuple(
        (said, duty.function)
        for kind in role_kinds().values()
        for duty in (*kind.duties, *kind.leaves)
        for said in duty.said_as
    )


def _words(title: str) -> str:
    """A title, or a pattern of one, without capitals and punctuation."""
    # A space before or after a star is part of the pattern: "* AE" is not "*AE".
    words = re.sub(r"[^\w*]+", " ", title.casefold())
    return words if "*" in title else words.strip()


def _size(stated: dict[str, Any]) -> CustomerSize:
    passed = stated.pop("handoffs")
    points = [PassingPoint(giver=p["from"], taker=p["to"], at=p["at"]) for p in passed]
    return CustomerSize.model_validate({**stated, "handoffs": points})
