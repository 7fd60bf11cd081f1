"""Two charters compared word by word, where no sentence of its own tells the difference."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from remit.charter.handoffs import STEPS, Handoff, SignOff, Step
from remit.charter.market import Ownership, Range, Segment
from remit.charter.nouns import Charter
from remit.charter.organisation import HEADCOUNT_OF_ALL, Cadence, JobDescription, Role, Tool
from remit.charter.statements import Decision, Exempt, Target
from remit.compensation.bonus import Bonus, Point
from remit.compensation.commission import Commission, Tier, Windfall
from remit.compensation.conditions import Cap, Factor, Gate, Instalment, Modifier, Quota
from remit.compensation.matrix import Axis, Matrix
from remit.compensation.measures import measured, named
from remit.compensation.objectives import Objectives
from remit.compensation.plan import Draw, Guarantee, Plan
from remit.compensation.spif import Spif
from remit.terms.shapes import Amount, Level, Ratio, Share

Kind = Literal["added", "removed", "changed"]
LONGEST_VALUE = 80
"""Characters of a value that a sentence shows."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs between two charters."""

    subject: str
    """Where the charter says it, such as `plans.ae.ote`."""
    kind: Kind
    says: str


def compared(old: Charter, new: Charter, told: Collection[str]) -> Iterator[Difference]:
    """What differs, word by word, but for people.

    Args:
        old: The charter as it was.
        new: The charter as it is.
        told: `outside`, `nobody` and roles (`roles.ae`) whose ownership is told elsewhere.
    """
    yield from _Compared(old, new, told).charters()


_SINGULAR = {
    "segments": "segment",
    "roles": "role",
    "titles": "title",
    "teams": "team",
    "territories": "territory",
    "calendars": "calendar",
    "handoffs": "handoff",
    "sign_offs": "sign-off of",
    "measures": "measure",
    "retention_indicators": "retention indicator",
    "plans": "plan",
    "components": "component",
    "tiers": "tier",
    "points": "point",
    "gates": "gate on",
    "modifiers": "modifier by",
    "steps": "step",
    "release": "instalment at",
    "tools": "tool",
    "cadences": "cadence",
    "targets": "target",
    "attested": "attested",
    "decisions": "decision on",
    "exempt": "exemption from",
    "benchmarks": "own level of benchmark",
    "rules": "rule",
    "owners": "owner",
    "facts": "fact",
    "minutes": "minutes of a",
}
"""How one entry of a block of nouns is introduced."""

_SAID = {
    (Role, "kind"): "kind",
    (Handoff, "decide_within"): "time limit",
    (Plan, "ote"): "OTE",
    (Plan, "pay_mix"): "pay mix",
    (Quota, "target"): "quota",
    (Quota, "per"): "period of the quota",
}
"""What people call a word that the charter writes in another way."""

_MONEY = {
    (Plan, "ote"),
    (Segment, "acv"),
    (Tool, "per_seat"),
    (Tier, "each"),
    (Commission, "each"),
    (Spif, "each"),
    (Cap, "amount"),
    (Windfall, "over_amount"),
    (Bonus, "target"),
    (Matrix, "target"),
    (Objectives, "target"),
    (Draw, "amount"),
    (Guarantee, "amount"),
}
"""Amounts that are money whatever is measured."""


_FOR_NEW: Mapping[type[BaseModel], frozenset[str]] = {
    Handoff: frozenset({"giver", "taker", "at"}),
    Role: frozenset({"kind"}),
    Plan: frozenset({"ote", "pay_mix"}),
}
"""The words that introduce a new noun, where not all plain ones do."""


def _keys(known: Callable[[str], str]) -> Mapping[type[BaseModel], Callable[[Any], str]]:
    """What tells entries of a list apart; `known` gives one name to each measure."""
    return {
        Handoff: lambda one: one.name,
        SignOff: lambda one: one.of,
        Ownership: lambda one: one.person,
        Cadence: lambda one: " ".join(filter(None, (one.kind, "by", one.by))),
        Target: lambda one: " ".join(
            filter(None, (known(one.measure), one.team, *one.segments, f"from {one.first_day}"))
        ),
        Decision: lambda one: " in ".join(filter(None, (one.boundary, one.segment))),
        Exempt: lambda one: ", ".join(filter(None, (one.check, one.about))),
        Gate: lambda one: one.component or known(one.measure or ""),
        Modifier: lambda one: known(one.measure),
        Instalment: lambda one: " ".join(str(part) for part in (one.at, one.month) if part),
    }


class _Compared:
    """Two charters side by side, and the way from them to what is being compared."""

    def __init__(self, old: Charter, new: Charter, told: Collection[str]) -> None:
        self.old, self.new, self.told = old, new, told
        self.within: list[tuple[Any, Any]] = []

    def charters(self) -> Iterator[Difference]:
        for word in ("segments", "titles"):
            yield from self._order(word, getattr(self.old, word), getattr(self.new, word))
        yield from self._nouns(self.old, self.new, "", ())

    def _order(self, path: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Difference]:
        """The first that fits decides, so that another order is another meaning."""
        before, after = list(old), list(new)
        kept = [name for name in before if name in after]
        now = [name for name in after if name in before]
        if kept != now:
            says = f"`{path}` are tried in another order now: {listed(now)}."
            yield Difference(path, "changed", _short(says, 3 * LONGEST_VALUE))

    def _nouns(
        self, old: BaseModel, new: BaseModel, called: str, path: tuple[str, ...]
    ) -> Iterator[Difference]:
        self.within.append((old, new))
        for name, field in type(new).model_fields.items():
            word = field.alias or name
            was, now = getattr(old, name), getattr(new, name)
            if was == now or self._is_told(new, name, path) or self._one_measure(name, was, now):
                continue
            yield from self._values(was, now, called, (*path, word), (type(new), name))
        self.within.pop()

    def _is_told(self, noun: BaseModel, name: str, path: tuple[str, ...]) -> bool:
        """Whether another part of the comparison tells it."""
        if isinstance(noun, Charter):
            return name in ("people", *self.told)
        owning = isinstance(noun, Role) and name in ("owns", "assists", "motion", "segments")
        return owning and ".".join(path) in self.told

    def _one_measure(self, name: str, was: Any, now: Any) -> bool:
        """Whether two charters speak of one measure in two wordings."""
        if name not in ("pays_on", "measure", "kpis", "of"):
            return False
        before, after = self._measures(was), self._measures(now)
        return bool(before) and before == after

    def _measures(self, said: Any) -> list[str]:
        """Measures by the catalogue's names; the company's own keep theirs."""
        words = said if isinstance(said, tuple) else (said,)
        return [self._measured(word) for word in words if isinstance(word, str)]

    def _measured(self, word: str) -> str:
        own = word in self.old.measures or word in self.new.measures
        return word if own else named(word) or word

    def _values(
        self, was: Any, now: Any, called: str, path: tuple[str, ...], where: tuple[Any, str]
    ) -> Iterator[Difference]:
        word = path[-1]
        if isinstance(was, Step | None) and isinstance(now, Step | None):
            yield from self._steps(was, now, called, path)
        elif isinstance(was, JobDescription) and isinstance(now, JobDescription):
            yield Difference(
                ".".join(path), "changed", self._said(called, path, "says something else")
            )
        elif isinstance(was, BaseModel) and type(was) is type(now):
            yield from self._nouns(was, now, called, path)
        elif word == "requires":
            for name in sorted(was.keys() ^ now.keys()):
                asks = f"asks for {name} now" if name in now else f"no longer asks for {name}"
                kind: Kind = "added" if name in now else "removed"
                yield Difference(".".join((*path, name)), kind, f"{called} {asks}.")
            for name in sorted(name for name in was.keys() & now.keys() if was[name] != now[name]):
                yield self._leaf(was[name], now[name], called, (*path, name), where)
        elif isinstance(was, Mapping) and isinstance(now, Mapping):
            for name in dict.fromkeys([*was, *now]):
                yield from self._entries(name, was.get(name), now.get(name), called, path, where)
        elif _are_nouns(was, now):
            before, after = self._keyed(was), self._keyed(now)
            for name in dict.fromkeys([*before, *after]):
                one, other = before.get(name), after.get(name)
                yield from self._entries(name, one, other, called, path, where)
            if word == "rules":
                yield from self._order(".".join(path), before, after)
        elif _are_words(was, now):
            yield from self._words(was, now, called, path)
        else:
            yield self._leaf(was, now, called, path, where)

    def _entries(
        self,
        name: str,
        was: Any,
        now: Any,
        called: str,
        path: tuple[str, ...],
        where: tuple[Any, str],
    ) -> Iterator[Difference]:
        """One entry of a block or a list: new, gone, or changed."""
        if was == now:
            return
        here = (*path, str(name))
        one = was if now is None else now
        if not isinstance(one, BaseModel) or isinstance(one, Range):
            yield from self._values(was, now, called, here, where)
            return
        entry = f"{_SINGULAR.get(path[-1], path[-1])} {name}"
        inner = f"{called}, {entry}" if called else capital(entry)
        if was is None:
            yield Difference(
                ".".join(here), "added", _ended(f"{inner} is new{self._contents(now)}")
            )
        elif now is None:
            yield Difference(".".join(here), "removed", f"{inner} is gone.")
        elif type(was) is not type(now):
            yield Difference(
                ".".join(here), "changed", f"{inner} is of another kind{self._contents(now)}."
            )
        else:
            yield from self._nouns(was, now, inner, here)

    def _steps(
        self, was: Step | None, now: Step | None, called: str, path: tuple[str, ...]
    ) -> Iterator[Difference]:
        it = f"{called}: `{path[-1]}`" if path[-1] in STEPS else f"{called}: it"
        if was is not None and now is not None:
            changed = [found.says for found in self._nouns(was, now, "", ())]
            says = f"{it} is recorded in another way. {' '.join(changed)}"
            yield Difference(".".join(path), "changed", says)
        elif now is not None:
            says = f"{it} is recorded now, in {now.object}."
            yield Difference(".".join(path), "added", says)
        else:
            yield Difference(".".join(path), "removed", f"{it} is no longer recorded.")

    def _words(
        self, was: Iterable[str], now: Iterable[str], called: str, path: tuple[str, ...]
    ) -> Iterator[Difference]:
        come, gone = Counter(now) - Counter(was), Counter(was) - Counter(now)
        kind: Kind = "changed" if come and gone else "added" if come else "removed"
        parts = [f"gains {listed(list(come))}"] if come else []
        parts += [f"loses {listed(list(gone))}"] if gone else []
        parts += [] if now else ["and is empty now"]
        if come or gone:
            said = self._said(called, path, _short(", ".join(parts), 2 * LONGEST_VALUE))
            yield Difference(".".join(path), kind, said)

    def _leaf(
        self, was: Any, now: Any, called: str, path: tuple[str, ...], where: tuple[Any, str]
    ) -> Difference:
        old, new = self._worded(was, where, before=True), self._worded(now, where)
        if where == (Role, "headcount"):
            return Difference(
                ".".join(path), _kind_of(was, now), _heads(called, path[-1], was, now)
            )
        if now is None:
            return Difference(
                ".".join(path),
                "removed",
                self._said(called, path, f"is no longer stated, was {old}", where),
            )
        if was is None:
            return Difference(
                ".".join(path),
                "added",
                self._said(called, path, f"is {new}, was not stated", where),
            )
        if old == new:
            old = new = "another"
            return Difference(
                ".".join(path), "changed", self._said(called, path, "is another", where)
            )
        return Difference(
            ".".join(path), "changed", self._said(called, path, f"is {new}, was {old}", where)
        )

    def _said(
        self, called: str, path: tuple[str, ...], what: str, where: tuple[Any, str] | None = None
    ) -> str:
        word = path[-1]
        for noun, name in (where,) if where else ():
            plain = _SAID.get((noun, name))
            if plain:
                return f"{called}: {plain} {what}."
        if not called:
            return f"`{'.'.join(path)}` {what}."
        return f"{called}: `{self._below(path)}` {what}." if word else what

    def _below(self, path: tuple[str, ...]) -> str:
        """The words of a path below the last entry that is introduced by name."""
        depth = 0
        for at, word in enumerate(path[:-1]):
            if word in _SINGULAR and at + 2 < len(path):
                depth = at + 2
        return ".".join(path[depth:])

    def _contents(self, noun: BaseModel) -> str:
        """The plain words of a new noun, in one line."""
        self.within.append((noun, noun))
        parts = []
        for name, field in type(noun).model_fields.items():
            value = getattr(noun, name)
            plain = isinstance(value, (str, bool, int, float, Decimal, date)) or _are_words(
                value, value
            )
            if (
                name in _FOR_NEW.get(type(noun), noun.model_fields_set - {"name"})
                and plain
                and value not in ((), None)
            ):
                parts.append(f"{field.alias or name} {self._worded(value, (type(noun), name))}")
        self.within.pop()
        return f": {_short('; '.join(parts), 2 * LONGEST_VALUE)}" if parts else ""

    def _keyed(self, nouns: tuple[BaseModel, ...]) -> Mapping[str, BaseModel]:
        """Entries by what tells them apart; a second with one key gets a number."""
        found: dict[str, BaseModel] = {}
        keys = _keys(self._measured)
        for one in nouns:
            levelled = isinstance(one, Tier | Point | Factor)
            key = f"from {self._level(one)}" if levelled else keys.get(type(one), _name)(one)
            number, name = 1, key
            while name in found:
                number += 1
                name = f"{key} ({number})"
            found[name] = one
        return found

    def _level(self, noun: Any) -> str:
        return self._worded(noun.at, (type(noun), "at"))

    # Values

    def _worded(self, value: Any, where: tuple[Any, str], *, before: bool = False) -> str:
        """A value in words, with its unit."""
        if value is None:
            return "not stated"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, Decimal):
            return self._number(value, where, before=before)
        if isinstance(value, int | float):
            return f"{Decimal(str(value)).normalize():,f}"
        if isinstance(value, Quota):
            self.within.append((value, value))
            per = f" a {value.per.replace('_', ' ')}" if value.per else ""
            where_quota = (Quota, "target")
            parts = {"": value.target} if value.target is not None else value.by_segment
            quotas = [
                f"{self._number(target, where_quota, before=before)}{per}"
                + (f" in {segment}" if segment else "")
                for segment, target in parts.items()
            ]
            self.within.pop()
            return ", ".join(quotas)
        if isinstance(value, BaseModel):
            return self._contents(value).removeprefix(": ") or "empty"
        if isinstance(value, Mapping):
            said = {str(name): self._worded(one, where) for name, one in value.items()}
            words = [name if one == "empty" else f"{name} {one}" for name, one in said.items()]
            return listed(words) or "empty"
        if isinstance(value, tuple):
            return "; ".join(self._worded(one, where, before=before) for one in value) or "empty"
        return _short(str(value)).removesuffix(".")

    def _number(self, value: Decimal, where: tuple[Any, str], *, before: bool) -> str:
        noun, name = where
        unit = _unit(noun, name)
        if (noun, name) in _MONEY:
            return f"{value:,f} {self._currency(before=before)}"
        if unit in (Amount, Level):
            unit = self._measure(noun, before=before)
            if unit == "money":
                return f"{value:,f} {self._currency(before=before)}"
        if unit in (Share, Ratio, "share"):
            return f"{(value * 100).normalize():,f}%"
        return f"{value.normalize():,f}"

    def _nearest(self, *nouns: type[BaseModel], before: bool) -> Any:
        side = 0 if before else 1
        sides = (pair[side] for pair in reversed(self.within))
        return next((one for one in sides if isinstance(one, nouns)), None)

    def _measure(self, noun: type[BaseModel], *, before: bool) -> str:
        """The unit of what an amount or a level is of: money, share or anything else."""
        component = self._nearest(Commission, Bonus, before=before)
        of = self._nearest(Gate, Modifier, Axis, Target, before=before) or component
        if noun is Tier and isinstance(component, Commission):
            by = component.tiers_by or ("attainment" if component.quota else "amount")
            return "share" if by == "attainment" else self._of(component.pays_on)
        if noun is Point and component is not None and component.quota is not None:
            return "share"
        if noun is Quota and component is not None:
            of = component
        if isinstance(of, Gate) and of.component is not None:
            return "share"
        name = getattr(of, "measure", None) or getattr(of, "pays_on", None)
        return self._of(name) if name else "count"

    def _of(self, measure: str) -> str:
        own = self.new.measures.get(measure) or self.old.measures.get(measure)
        known = named(own.of if own else measure)
        return measured()[known].unit if known else "count"

    def _currency(self, *, before: bool) -> str:
        plan = self._nearest(Plan, before=before)
        charter = self.old if before else self.new
        return (plan.currency if plan is not None else None) or charter.currency


def _kind_of(was: Any, now: Any) -> Kind:
    return "removed" if now is None else "added" if was is None else "changed"


def _heads(called: str, segment: str, was: int | None, now: int | None) -> str:
    """How many people hold a role now, and how many did."""
    where = "" if segment == HEADCOUNT_OF_ALL else f" in {segment}"
    if now is None:
        return f"{called}: how many people{where} is no longer stated, {_was(was)}."
    return f"{called}: {now:,} {'person' if now == 1 else 'people'}{where}, {_was(was)}."


def _was(number: int | None) -> str:
    return "was not stated" if number is None else f"{'was' if number == 1 else 'were'} {number:,}"


_SHAPES: tuple[Any, ...] = (Share, Ratio, Amount, Level)


def _unit(noun: type[BaseModel], name: str) -> Any:
    """The shape of number that a field is, or None."""
    field = noun.model_fields[name]
    within: list[Any] = [field.annotation]
    while within:
        part = within.pop()
        for shape in _SHAPES:
            hung = shape.__metadata__
            if part == shape or tuple(field.metadata[: len(hung)]) == hung:
                return shape
        within += typing.get_args(part)
    return None


def _are_nouns(*values: Any) -> bool:
    return all(
        isinstance(value, tuple) and all(isinstance(one, BaseModel) for one in value)
        for value in values
    ) and any(values)


def _are_words(*values: Any) -> bool:
    return all(
        isinstance(value, tuple) and all(isinstance(one, str) for one in value) for value in values
    )


def _name(noun: Any) -> str:
    return str(getattr(noun, "name", type(noun).__name__.lower()))


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _short(text: str, most: int = LONGEST_VALUE) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def listed(names: Collection[str]) -> str:
    """Names with commas, and `and` before the last."""
    *most, last = names or [""]
    return f"{', '.join(most)} and {last}" if most else last


def capital(text: str) -> str:
    """A text with a capital at its start."""
    return text[:1].upper() + text[1:]
