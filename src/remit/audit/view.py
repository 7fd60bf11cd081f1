"""What a check is, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function, remit_of
from remit.charter.ownership import EVERYWHERE
from remit.evidence import Evidence
from remit.measures import (
    Concurrency,
    HandoffFlow,
    Held,
    RoleTime,
    handoff_flows,
    people_in_two_roles,
    roles_held,
    time_by_role,
)
from remit.measures.queries import sql_of
from remit.measures.time import large_enough, minimum_group
from remit.terms import Limit, Note, Period

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """People of some roles in some segments, enough of them to be shown together."""

    roles: tuple[str, ...]
    segments: tuple[str, ...]
    """Empty where roles are not held by segment."""
    persons: frozenset[str]
    """Pseudonyms, for filtering; never shown."""

    @property
    def about(self) -> str:
        """Who, as a finding names it."""
        who = self.roles[0] if len(self.roles) == 1 else "small roles"
        return f"{who} in {' and '.join(self.segments)}" if self.segments else who


@dataclass(frozen=True)
class Check(Note):
    """Marks a function as an audit check.

    `rules` are the ids of the sources' rules it serves; `asks` is the question it answers, as
    a person would put it; `how` says what it looks at: `measured` from records an export has,
    `measured if a field is named` in the charter, or `asked`, as the charter attests.
    """

    rules: tuple[str, ...] = ()
    asks: str = ""
    how: str = "measured"


@dataclass(eq=False)
class View:
    """A charter and its evidence over a period, with every measure worked out at most once."""

    charter: Charter
    evidence: Evidence
    numbers: Mapping[str, Benchmark]
    over: Period
    """The days that have activities, for everything that is about time."""
    year: Period
    """The whole year up to the as-of day, for what is about records."""
    individuals: bool = False
    seed: int = 0
    _worked_out: dict[Any, Any] = field(default_factory=dict, repr=False)

    def measured(self, measure: Callable[..., T], over: Period | None = None, **how: Any) -> T:
        """What a measure says of this evidence, worked out at most once for all checks.

        Args:
            measure: Called with the evidence, the charter, the numbers, the period and `how`.
            over: Days to measure; the whole year where left out.
            how: Further words of the measure; their values must be hashable.
        """
        key = (measure, over, tuple(sorted(how.items())))
        if key not in self._worked_out:
            self._worked_out[key] = measure(
                self.evidence, self.charter, self.numbers, over or self.year, **how
            )
        found: T = self._worked_out[key]
        return found

    def parts(self, *kinds: str) -> tuple[Part, ...]:
        """The people who held roles of these kinds, put together until each part may be shown.

        Every figure about what people do is measured on one of these parts, so that none is of
        fewer people than the minimum group, and no part can be worked out from the others.
        """
        roles = {role for kind in kinds for role in self.charter.kinds(kind)}
        spells = [s for s in self.held if s.role in roles and s.during(self.year)]
        group = minimum_group(self.charter, self.numbers, self.over.last_day)
        return tuple(
            Part(
                names,
                tuple(s for s in segments if s),
                frozenset(spell.person_id for spell in mine),
            )
            for names, segments, mine in large_enough(spells, group, self.year)
        )

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """Who held which role when."""
        return roles_held(self.evidence)

    @cached_property
    def times(self) -> tuple[RoleTime, ...]:
        """Time by function, of every role in the smallest parts that may be shown."""
        if not self.evidence.rows("activities") or not self.held:
            return ()
        return time_by_role(
            self.evidence,
            self.charter,
            self.numbers,
            self.over,
            individuals=self.individuals,
            seed=self.seed,
        )

    @cached_property
    def flows(self) -> tuple[HandoffFlow, ...]:
        """Every declared handoff by segment."""
        group = minimum_group(self.charter, self.numbers, self.over.last_day)
        return handoff_flows(self.evidence, self.charter, self.numbers, self.year, group=group)

    @cached_property
    def in_two_roles(self) -> tuple[Concurrency, ...]:
        """People credited in two roles, or in one while they held the one that takes over from it."""
        return people_in_two_roles(self.evidence, self.charter)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {p["person_id"]: p["name"] or p["source_id"] for p in self.evidence.people()}

    def name(self, person_id: str) -> str:
        """A person's name, only where the individual view is on.

        Raises:
            PermissionError: If it is off.
        """
        if not self.individuals:
            raise PermissionError("the charter's individual view is off")
        return self._names.get(person_id) or person_id

    def credits_query(self) -> str:
        """SQL of the credits behind `in_two_roles`, by person, role and record."""
        credits = self.evidence["deal_credits"]
        return sql_of(credits.select("person_id", "role", "record_id", "credited_at", "touched_at"))

    def limit(self, name: str, level: str = "red") -> Limit:
        """A benchmark's level on the last day, as a limit."""
        return self.numbers[name].limit(self.over.last_day, level)

    def limits(self, name: str) -> tuple[Limit, ...]:
        """The levels a benchmark sets on the last day that something is held against, mildest first."""
        value = self.numbers[name].at(self.over.last_day)
        return tuple(
            self.limit(name, level)
            for level in ("amber", "red")
            if getattr(value, level) is not None
        )

    def number(self, name: str) -> float:
        """A benchmark's plain value on the last day."""
        return float(self.numbers[name].at(self.over.last_day).value or 0)

    def segments(self) -> Sequence[str]:
        """The segments, or the one name that stands for all where there are none."""
        return self.charter.segment_names() or (EVERYWHERE,)

    def owners(self, function: Function, segment: str) -> Iterable[str]:
        """Roles that own a function in a segment."""
        for role in self.charter.roles:
            if function in remit_of(self.charter, role, segment).owned:
                yield role

    def time_of(self, role: str, segment: str) -> RoleTime | None:
        """The part in which a role's time in a segment is shown, if it may be shown at all."""
        for time in self.times:
            if time.role == role and (not time.segments or segment in time.segments):
                return time
        return None
