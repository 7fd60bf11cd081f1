"""One segment of the evidence, and how an estimate becomes a fact."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Any, TypeVar

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function, remit_of
from remit.charter.ownership import EVERYWHERE
from remit.decide.facts import Measured, Value
from remit.decide.measured import finite
from remit.evidence import Evidence
from remit.measures.recurring import Book, recurring_revenue
from remit.measures.roles import LONG_AGO, Held, roles_held
from remit.measures.time import RoleTime, large_enough, minimum_group, time_by_role
from remit.terms import Estimate, Period
from remit.terms.period import months_after

T = TypeVar("T")
YEAR = 365
LEFT_TO_SETTLE = 90
"""Days after a deal was won within which its contract may still be on the way."""


class Untold(Exception):  # noqa: N818  not an error: a fact that stays unknown
    """Evidence cannot tell a fact; `why` says so in a few words."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(eq=False)
class Looked:
    """The evidence as one segment's facts are measured on it; None stands for all of it."""

    charter: Charter
    evidence: Evidence
    segment: str | None
    seed: int = 0
    shared: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What was worked out for the whole company, for every segment alike."""

    @property
    def day(self) -> date:
        """The day looked from."""
        return self.evidence.as_of

    @cached_property
    def numbers(self) -> Mapping[str, Benchmark]:
        """The benchmarks in force."""
        return self.charter.numbers()

    @property
    def year(self) -> Period:
        """The year up to the as-of day."""
        return Period(self.day - timedelta(days=YEAR - 1), self.day + timedelta(days=1))

    @property
    def lately(self) -> Period:
        """The longer span, for what few deals tell of."""
        end = self.day + timedelta(days=1)
        return Period(months_after(end, -int(self.number("fact_months"))), end)

    def number(self, name: str) -> float:
        """A benchmark's plain value on the day."""
        return float(self.numbers[name].at(self.day).value or 0)

    @property
    def enough(self) -> int:
        """Fewest cases that a fact rests on."""
        return int(self.number("minimum_cases"))

    @property
    def group(self) -> int:
        """Fewest people in a figure about what people do."""
        return minimum_group(self.charter, self.numbers, self.day)

    def once(self, name: str, work_out: Callable[[], T]) -> T:
        """Something of the whole company, worked out for the first segment that asks."""
        if name not in self.shared:
            self.shared[name] = work_out()
        found: T = self.shared[name]
        return found

    def lacks(self, word: str) -> bool:
        """Whether nothing is in a table or `table.column`, nor in any other that `or` names."""

        def empty(name: str) -> bool:
            table, _, column = name.partition(".")
            rows = self.evidence[table]
            if column:
                rows = rows.filter(rows[column].notnull())
            return not int(rows.count().execute())

        return all(self.once(f"empty {name}", partial(empty, name)) for name in word.split(" or "))

    @cached_property
    def mine(self) -> Evidence:
        """The evidence with the companies and deals of this segment alone."""
        if self.segment is None:
            return self.evidence
        companies = self.evidence["accounts"]
        companies = companies.filter(companies.segment == self.segment)
        deals = self.evidence["opportunities"].semi_join(companies, "account_id")
        mine = dataclasses.replace(self.evidence)  # with nothing looked up yet
        mine._hidden.update(accounts=companies, opportunities=deals)
        return mine

    # Who is there

    @property
    def held(self) -> tuple[Held, ...]:
        """Every spell in a role, of people who have not left."""
        return self.once("held", self._held)

    def _held(self) -> tuple[Held, ...]:
        people = self.evidence["people"].select("person_id", "active", "left_day")
        gone = {
            row["person_id"]
            for row in people.to_pyarrow().to_pylist()
            if row["active"] is False or (row["left_day"] and row["left_day"] <= self.day)
        }
        # a spell without days of its own is of today's title, whoever has left by now
        return tuple(
            spell
            for spell in roles_held(self.evidence)
            if not (spell.person_id in gone and spell.first_day == LONG_AGO)
        )

    def there(self, spell: Held) -> bool:
        """Whether somebody is in a role on the day, in this segment alone."""
        now = spell.first_day <= self.day < spell.end_day
        return now and (self.segment is None or spell.segment == self.segment)

    def roles(self, *kinds: str, beside: Collection[str] = ()) -> tuple[str, ...]:
        """Roles of these kinds that work in the segment, or wherever some other roles do."""
        return tuple(
            role for role in self.charter.kinds(*kinds) if self._where(role) & self._reach(beside)
        )

    def _reach(self, roles: Collection[str]) -> set[str]:
        here = {EVERYWHERE if self.segment is None else self.segment}
        return here.union(*(self._where(role) for role in roles))

    def _where(self, role: str) -> set[str]:
        everywhere = {EVERYWHERE, *self.charter.segment_names()}
        return set(self.charter.roles[role].segments) or everywhere

    def people_in(self, roles: Collection[str]) -> float:
        """People who hold some roles on the day, in shares of a job, in this segment or in all."""
        reach = self._reach(roles)
        return sum(
            spell.share
            for spell in self.held
            if spell.role in roles
            and spell.first_day <= self.day < spell.end_day
            and (not spell.segment or spell.segment in reach or self.segment is None)
        )

    def selling(self) -> frozenset[str]:
        """Roles that close or expand here and are none of customer success."""
        return frozenset(
            name
            for name, role in self.charter.roles.items()
            if role.kind not in ("CSM", "CSM/AM")
            and remit_of(self.charter, name, self.segment).owned
            & {Function.CLOSING, Function.EXPANSION}
        )

    def part(self, *kinds: str) -> tuple[frozenset[str], str]:
        """People of these kinds of role who work here, enough to be shown; and who they are.

        Raises:
            Untold: If there are fewer than the minimum group.
        """
        roles = self.roles(*kinds)
        spells = [spell for spell in self.held if spell.role in roles and spell.during(self.year)]
        for names, segments, merged in large_enough(spells, self.group):
            if self.segment is None or self.segment in segments or "" in segments:
                where = " and ".join(s for s in segments if s)
                who = " and ".join(names) + (f" in {where}" if where else "")
                return frozenset(spell.person_id for spell in merged), who
        if not roles:
            raise Untold(f"nobody here is {_listed(kinds)}")
        raise Untold(
            f"fewer than {self.group} people are {_listed(kinds)} here; what so few do is not shown"
        )

    def week_of(self, *kinds: str) -> tuple[RoleTime, ...]:
        """How roles of these kinds spend their recorded time here.

        Raises:
            Untold: If none may be shown, or too little of their time is recorded.
        """
        roles = self.roles(*kinds)
        if not roles:
            raise Untold(f"nobody here is {_listed(kinds)}")
        found = tuple(
            time
            for time in self.times
            if time.role in roles
            and (self.segment is None or not time.segments or self.segment in time.segments)
        )
        if not found:
            raise Untold(
                f"no time is recorded, or fewer than {self.group} people are {_listed(kinds)}"
            )
        floor = self.number("coverage_floor")
        for time in found:
            if time.coverage.value < floor:
                raise Untold(
                    f"{time.coverage.value:.1%} of the working time of {time.about} is recorded, "
                    f"and {floor:.0%} is the least that tells"
                )
        return found

    @property
    def times(self) -> tuple[RoleTime, ...]:
        """How every role spends its recorded time, in parts that may be shown."""
        return self.once("times", self._times)

    def _times(self) -> tuple[RoleTime, ...]:
        days = self.evidence["activities"].day
        (row,) = days.min().name("first").as_table().to_pyarrow().to_pylist()
        if row["first"] is None or not self.held:
            return ()
        over = Period(min(max(row["first"], self.year.start), self.day), self.year.end)
        return time_by_role(self.evidence, self.charter, self.numbers, over, seed=self.seed)

    # What they pay

    def book(self) -> Book:
        """Recurring revenue of every customer.

        Raises:
            Untold: If nothing tells of any, or most deals won have no contract here.
        """
        book = self.once(
            "book",
            lambda: recurring_revenue(self.evidence, self.charter, self.numbers, self.year),
        )
        if book is None:
            raise Untold("no contract or movement of recurring revenue is loaded")
        won, there = self.once("contracts seen", self._contracts_seen)
        self.complete(there, won, "deals won in the year before last quarter", "have a contract")
        return book

    def _contracts_seen(self) -> tuple[int, int]:
        """Deals won that should have a contract by now, and those that a contract names."""
        contracts = self.evidence["contracts"]
        named = contracts.filter(contracts.opportunity_id.notnull()).opportunity_id
        deals = self.evidence["opportunities"]
        closed = deals.closed_at.date()
        last = self.day - timedelta(days=LEFT_TO_SETTLE)
        won = deals.filter(
            deals.won
            & deals.account_id.notnull()
            & (closed > last - timedelta(days=YEAR))
            & (closed <= last)
        )
        if not int(named.count().execute()):
            return 0, 0
        there = won.filter(won.opportunity_id.isin(named))
        return int(won.count().execute()), int(there.count().execute())

    def complete(self, there: int, named: int, what: str, have: str) -> float:
        """The part of records that are there, of those that should be; 1 where nothing tells.

        Raises:
            Untold: If it is less than the least from which sums are held against anything.
        """
        if named < self.enough:
            return 1.0
        floor = self.number("records_seen_floor")
        if there < floor * named:
            raise Untold(
                f"{there:,} of {named:,} {what} {have}, so this is a part of the records; "
                f"{floor:.0%} is the least that tells"
            )
        return there / named

    # What becomes a fact

    def told(
        self,
        estimate: Estimate,
        query: str,
        *,
        cases: int | None = None,
        what: str = "cases",
        low: float | None = None,
        high: float | None = None,
    ) -> Measured:
        """An estimate as a fact; `low` and `high` widen its interval.

        Raises:
            Untold: If it rests on fewer than the minimum of cases, or has no interval.
        """
        if cases is not None and cases < self.enough:
            raise Untold(f"{cases:,} {what}, and {self.enough} are the fewest that tell")
        value = finite(estimate.value)
        ends = [e for e in (finite(estimate.low), finite(low)) if e is not None]
        tops = [e for e in (finite(estimate.high), finite(high)) if e is not None]
        if value is None or finite(estimate.low) is None or finite(estimate.high) is None:
            raise Untold(f"too few to give an interval: {estimate.of}")
        return Measured(
            "", self.day, value, min([value, *ends]), max([value, *tops]), estimate.of, query=query
        )

    def counted(
        self,
        value: Value | None,
        of: str,
        query: str,
        *,
        low: float | None = None,
        high: float | None = None,
    ) -> Measured:
        """A count of all there are, or a word: no range but what is named."""
        return Measured("", self.day, value, low, high, of, query=query)


def _listed(kinds: Iterable[str]) -> str:
    return " or ".join(kinds)
