"""What is not sound in loaded data: keys that lead nowhere, spells that overlap, sums that differ.

Nothing here stops a load. A finding says how many rows it is about and what that means for
results, so that somebody can mend the source, or know what to make of a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from remit.evidence.sql import quoted_list
from remit.evidence.tables import DAY, INSTANT, TABLES

EXAMPLES = 3
"""Ids that a finding shows."""
CENT = 0.01
"""Differences up to a hundredth are rounding; of shares, and of a currency's unit."""


@dataclass(frozen=True, slots=True)
class DataFinding:
    """Something about a table's rows that is not sound, or is only to be known."""

    table: str
    what: str
    """What is the matter, in a few words that follow the table's name."""
    rows: int
    """How many rows it is about; of an empty table none."""
    of: int
    """Rows of the table that could have been."""
    examples: tuple[str, ...]
    """Ids or days of a few; never of a person."""
    means: str
    """What it does to results."""
    problem: bool = True
    """False where it is only to be known, such as a table that nothing fills."""

    def __str__(self) -> str:
        """One line.

        >>> print(DataFinding("teams", "end before they start", 1, 8, ("Nord",), "They are skipped."))
        teams: end before they start, 1 of 8 rows (Nord). They are skipped.
        """
        if not self.of:
            return f"{self.table}: {self.what}. {self.means}"
        shown = f" ({', '.join(self.examples)})" if self.examples else ""
        return f"{self.table}: {self.what}, {self.rows:,} of {self.of:,} rows{shown}. {self.means}"


def data_findings(
    con: duckdb.DuckDBPyConnection, *, today: date, founded: date | None = None
) -> tuple[DataFinding, ...]:
    """Look through the canonical tables of a loaded file; what is wrong first, in the tables' order.

    Args:
        con: A connection to the file; only read from.
        today: The day of the load: what is said to have happened after it cannot have.
        founded: The first day that anything can be of, where it is known; else nothing is too
            early.
    """
    filled = {
        table: int((con.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,))[0])
        for table in TABLES
    }
    looked = _Looked(con, filled, today, founded)
    found = [finding for look in _LOOKS for finding in look(looked)]
    order = list(TABLES)
    return tuple(sorted(found, key=lambda f: (not f.problem, order.index(f.table))))


@dataclass(frozen=True, slots=True)
class _Looked:
    """The file, how many rows each of its tables has, and the days between which things happen."""

    con: duckdb.DuckDBPyConnection
    filled: Mapping[str, int]
    today: date
    founded: date | None

    def rows(
        self, table: str, what: str, wrong: str, means: str, *, among: str = "true", of: str = ""
    ) -> Iterator[DataFinding]:
        """A finding on the rows of a table (or of a query on it) that a condition holds for."""
        if not self.filled[table]:
            return
        source = of or table
        ids = _ids(table)
        shown = f"list(DISTINCT {ids} ORDER BY {ids}) FILTER ({wrong})" if ids else "[]"
        count, rows, examples = self.con.execute(
            f"SELECT count(*) FILTER ({wrong}), count(*), {shown}[:{EXAMPLES}] "
            f"FROM {source} AS t WHERE {among}"
        ).fetchone() or (0, 0, None)
        if count:
            yield DataFinding(table, what, count, rows, tuple(examples or ()), means)


def _ids(table: str) -> str:
    """What names a row without naming a person: the rest of its key, in SQL; empty if nothing is."""
    columns = [c for c in TABLES[table].key if not TABLES[table].columns[c].person]
    return f"concat_ws(' ', {', '.join(f't.{column}' for column in columns)})" if columns else ""


# Keys that lead nowhere

_KEYS: Sequence[tuple[str, str, str, str]] = (
    ("contacts", "account_id", "accounts", "Work with them counts for no company."),
    ("territories", "account_id", "accounts", "Nothing that happens there is theirs."),
    ("leads", "account_id", "accounts", "What became of them cannot be followed."),
    ("leads", "contact_id", "contacts", "What became of them cannot be followed."),
    ("leads", "opportunity_id", "opportunities", "They count as never won."),
    ("opportunities", "account_id", "accounts", "They count for no segment or owner of one."),
    ("opportunities", "lead_id", "leads", "Where they came from cannot be followed."),
    ("deal_lines", "opportunity_id", "opportunities", "They count for no deal."),
    ("deal_splits", "opportunity_id", "opportunities", "They credit nobody for anything."),
    ("contracts", "account_id", "accounts", "Their revenue counts for no segment."),
    ("contracts", "opportunity_id", "opportunities", "Who sold them is not known."),
    ("contracts", "renewal_of", "contracts", "They count as new and not as renewed."),
    ("arr_changes", "account_id", "accounts", "They count for no segment."),
    ("usage", "account_id", "accounts", "They count for no segment."),
    ("buying_roles", "opportunity_id", "opportunities", "They count for no deal."),
    ("buying_roles", "contact_id", "contacts", "Who they are is not known."),
    ("participants", "activity_id", "activities", "They count as no work."),
    ("activity_links", "activity_id", "activities", "They concern nothing that happened."),
    ("handoffs", "opportunity_id", "opportunities", "What became of them cannot be followed."),
    ("tickets", "account_id", "accounts", "Work on them counts for no company."),
)
"""Table, its column, the table that must have it, and what it means where that has not."""
_BY_TYPE: Sequence[tuple[str, Sequence[str], str]] = (
    (
        "activity_links",
        ("lead", "contact", "account", "opportunity", "ticket"),
        "What that work was for is not known.",
    ),
    ("stage_changes", ("opportunity", "lead"), "Those stages count for nothing."),
    ("ownership_changes", ("account", "opportunity", "lead"), "Those spells count for nothing."),
)
"""Tables that name a record and its kind."""
_TABLE_OF = {
    "lead": "leads",
    "contact": "contacts",
    "account": "accounts",
    "opportunity": "opportunities",
    "ticket": "tickets",
}


def _keys(looked: _Looked) -> Iterator[DataFinding]:
    for table, column, other, means in _KEYS:
        yield from _dangling(looked, table, column, other, means, "true")
    for table, kinds, means in _BY_TYPE:
        for kind in kinds:
            among = f"t.record_type = '{kind}'"
            yield from _dangling(looked, table, "record_id", _TABLE_OF[kind], means, among)


def _dangling(
    looked: _Looked, table: str, column: str, other: str, means: str, among: str
) -> Iterator[DataFinding]:
    if not looked.filled[other]:
        return  # said once, of the empty table
    (key,) = TABLES[other].key
    yield from looked.rows(
        table,
        f"name {other} that the evidence does not have",
        f"t.{column} NOT IN (SELECT {key} FROM {other})",
        means,
        among=f"{among} AND t.{column} IS NOT NULL",
    )


def _people(looked: _Looked) -> Iterator[DataFinding]:
    """Columns that name somebody whom the list of people does not have."""
    for table, contract in TABLES.items():
        for column, noun in contract.columns.items() if table not in _WORKED_OUT else ():
            if noun.person and not (table == "people" and column == "person_id"):
                yield from looked.rows(
                    table,
                    f"have {_article(column)} whom the list of people does not have",
                    f"t.{column} NOT IN (SELECT person_id FROM people)",
                    "They have no title, and so no role.",
                    among=f"t.{column} IS NOT NULL",
                )


_BY_WORD: Mapping[str, str] = {
    "quotas": "What they were asked to bring is compared with nothing.",
    "deal_splits": "They credit nobody who has a role.",
    "deal_credits": "They credit nobody who has a title.",
    "diary": "Their hours count for no role.",
    "teams": "They are in no team.",
    "territories": "Their territories are nobody's who does anything.",
}
"""Tables that other systems than the CRM fill, and what somebody unknown there means."""


def _strangers(looked: _Looked) -> Iterator[DataFinding]:
    """Whom a plain table or a list names by a word that means nobody the CRM or a list knows."""
    has_names = looked.con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'private' AND table_name = 'names'"
    ).fetchone()
    listed = "SELECT person_id FROM private.names WHERE NOT coalesce(by_word, false)"
    if not has_names or not looked.con.execute(f"{listed} LIMIT 1").fetchone():
        return
    named = """(SELECT person_id FROM private.names WHERE by_word
        AND coalesce(lower(name) = lower(source_id), true)
        AND coalesce(lower(email) = lower(source_id), true)
        AND person_id NOT IN (SELECT person_id FROM positions WHERE title IS NOT NULL))"""
    for table, means in _BY_WORD.items():
        for column, noun in TABLES[table].columns.items():
            if noun.person:
                yield from looked.rows(
                    table,
                    f"name {_article(column)} by a word that no user of the CRM answers to",
                    f"t.{column} IN {named}",
                    f"{means} Give the e-mail address or the CRM's id.",
                    among=f"t.{column} IS NOT NULL",
                )


_WORKED_OUT = ("activity_states", "assignments", "remits", "work", "states", "role_shares")
"""Tables that a load fills from the others: what is wrong there is told of those."""


def _article(column: str) -> str:
    return {
        "owner_id": "an owner",
        "person_id": "a person",
        "manager_id": "a manager",
    }.get(column, f"somebody in {column}")


def _kinds_of_costs(looked: _Looked) -> Iterator[DataFinding]:
    yield from looked.rows(
        "costs",
        f"are of a kind that is none of {', '.join(COSTS)}",
        f"t.kind NOT IN {quoted_list(COSTS)}",
        "They count for nothing.",
    )


COSTS = ("comp", "other_s_and_m", "cost_to_serve", "revenue", "cost_of_revenue")
"""The kinds of amounts that `costs` has."""


# Shares


def _shares(looked: _Looked) -> Iterator[DataFinding]:
    at = """(SELECT *, sum(step) OVER (PARTITION BY person_id ORDER BY day, step) AS held FROM (
        SELECT *, first_day AS day, share AS step FROM assignments WHERE end_day > first_day
        UNION ALL BY NAME
        SELECT *, end_day AS day, -share AS step FROM assignments WHERE end_day > first_day))"""
    for finding in looked.rows(
        "assignments",
        "give a person more than one full job on a day",
        f"held > 1 + {CENT}",
        "Their time is counted in full for each of their roles.",
        among="step > 0",
        of=at,
    ):
        yield replace(finding, of=looked.filled["assignments"])
    for table in ("assignments", "deal_splits", "deal_credits"):
        yield from looked.rows(
            table,
            "have a share below 0 or above 1",
            "t.share < 0 OR t.share > 1",
            "Where shares are in percent, divide them by 100.",
            among="t.share IS NOT NULL",
        )
    yield from looked.rows(
        "deal_splits",
        "split a deal into more than the whole",
        f"whole > 1 + {CENT}",
        "What people brought adds up to more than was sold.",
        of="""(SELECT *, sum(share) OVER (PARTITION BY opportunity_id, kind) AS whole
            FROM deal_splits WHERE lower(kind) NOT LIKE '%overlay%')""",
    )


# Spells

_SPELLS: Sequence[tuple[str, str, str, str, str]] = (
    ("assignments", "first_day", "end_day", "", "They count for nothing."),
    ("teams", "first_day", "end_day", "person_id, team", "Somebody counts twice in a team."),
    ("absences", "first_day", "end_day", "person_id", "Days away are counted twice."),
    ("territories", "first_day", "end_day", "account_id", "Two territories have one company."),
    (
        "contracts",
        "first_day",
        "end_day",
        "account_id, product",
        "Unless they are for different things, revenue is counted twice.",
    ),
    ("quotas", "first_day", "end_day", "person_id, measure", "What was asked is counted twice."),
    ("targets", "first_day", "end_day", "segment, measure", "What was meant is counted twice."),
    (
        "stage_changes",
        "entered_at",
        "left_at",
        "record_type, record_id",
        "A deal is in two stages.",
    ),
    (
        "ownership_changes",
        "from_at",
        "to_at",
        "record_type, record_id",
        "A record has two owners at once.",
    ),
    ("opportunities", "created_at", "closed_at", "", "How long deals take comes out too short."),
    ("leads", "created_at", "converted_at", "", "How long leads take comes out too short."),
    ("tickets", "opened_at", "closed_at", "", "How long requests take comes out too short."),
    ("people", "hired_day", "left_day", "", "Their days at work are not known."),
)
"""Table, where a spell starts and ends, what cannot have two at once, and what it means if so."""


def _spells(looked: _Looked) -> Iterator[DataFinding]:
    for table, start, end, alone, means in _SPELLS:
        days = TABLES[table].columns[end].type == DAY
        yield from looked.rows(
            table,
            "end before they start",
            f"t.{end} {'<=' if days else '<'} t.{start}",
            "Such a spell has no days in it." if alone else means,
            among=f"t.{end} IS NOT NULL AND t.{start} IS NOT NULL",
        )
        if alone:
            far = "DATE '9999-01-01'" if days else "TIMESTAMP '9999-01-01'"
            yield from looked.rows(
                table,
                "overlap an earlier one of the same",
                f"before > {start}",
                means,
                of=f"""(SELECT *, max(coalesce({end}, {far})) OVER (PARTITION BY {alone}
                    ORDER BY {start}, coalesce({end}, {far})
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                    FROM {table} WHERE {end} IS NULL OR {end} > {start})""",
            )


# Money


def _balance(looked: _Looked) -> Iterator[DataFinding]:
    """Movements of recurring revenue that do not add up to the contracts there are."""
    yield from looked.rows(
        "arr_changes",
        "go the other way than their kind says",
        "(t.amount < 0) = (t.kind IN ('new', 'expansion', 'reactivation'))",
        "Growth is counted as loss, or loss as growth.",
        among="t.amount <> 0 AND t.kind IN "
        "('new', 'expansion', 'reactivation', 'contraction', 'churn')",
    )
    if not (looked.filled["arr_changes"] and looked.filled["contracts"]):
        return
    day = f"DATE '{looked.today}'"
    yield from looked.rows(
        "arr_changes",
        "do not add up to the contracts of their company",
        f"abs(moved - signed) > greatest({CENT} * abs(signed), 1)",
        "Retention from movements and from contracts differ.",
        of=f"""(SELECT *, moved, coalesce(signed, 0) AS signed FROM
            (SELECT *, sum(amount) OVER (PARTITION BY account_id, currency) AS moved
             FROM arr_changes WHERE day <= {day}) LEFT JOIN
            (SELECT account_id AS _account, currency AS _currency, sum(arr) AS signed FROM contracts
             WHERE first_day <= {day} AND coalesce(end_day, DATE '9999-01-01') > {day} GROUP BY ALL)
            ON account_id = _account AND currency IS NOT DISTINCT FROM _currency)""",
    )


def _currencies(looked: _Looked) -> Iterator[DataFinding]:
    for table, amount in (
        ("opportunities", "amount"),
        ("deal_lines", "amount"),
        ("contracts", "arr"),
        ("arr_changes", "amount"),
        ("costs", "amount"),
    ):
        yield from looked.rows(
            table,
            "have an amount without a currency",
            "t.currency IS NULL",
            "They are taken to be in the charter's currency.",
            among=f"t.{amount} IS NOT NULL",
        )


# Days

_LATER = {
    "close_day", "end_day", "first_day", "settled_day", "hired_day", "left_day", "to_at", "week",
    "stated_at", "known_from", "month", "rate_day",
}  # fmt: skip
"""Days that may lie ahead, and those that the load itself looks at."""


def _days(looked: _Looked) -> Iterator[DataFinding]:
    for table, contract in TABLES.items():
        for column, noun in contract.columns.items() if table not in _WORKED_OUT else ():
            if noun.type not in (DAY, INSTANT) or column in ("stated_at", "known_from"):
                continue
            there = f"t.{column} IS NOT NULL"
            if table == "activities":
                there += " AND t.counted"  # what is planned lies ahead, and is no work yet
            if column not in _LATER and (table, column) != ("arr_changes", "day"):
                yield from looked.rows(
                    table,
                    f"have {_say(column)} in the future",
                    f"CAST(t.{column} AS DATE) > DATE '{looked.today}' + 1",
                    "Nothing can have happened then; a month and a day may be the wrong way round.",
                    among=there,
                )
            if looked.founded is not None:
                yield from looked.rows(
                    table,
                    f"have {_say(column)} before the company was there",
                    f"t.{column} < DATE '{looked.founded}'",
                    "A placeholder such as 1900-01-01 makes every span too long.",
                    among=there,
                )


def _say(column: str) -> str:
    return f"a {column}" if column[0] not in "aeiou" else f"an {column}"


# What is not there

_WITHOUT: Mapping[str, str] = {
    "people": "Nobody has a title, so roles are known from credits and the people file only.",
    "accounts": "No segment is known, and no customer from a prospect.",
    "leads": "What comes in, and how fast somebody answers, is not known.",
    "opportunities": "Nothing about deals can be answered.",
    "stage_changes": "When a deal was won is taken from its close day.",
    "ownership_changes": "Whoever owns a record today is taken to have owned it all along.",
    "activities": "How anybody spends their time cannot be answered.",
    "participants": "Activities are nobody's.",
    "activity_links": "What work was for is not known.",
    "tickets": "Whether customer success works as a support desk cannot be answered.",
    "handoffs": "Where handoffs leak cannot be answered.",
    "contracts": "Retention cannot be answered.",
    "arr_changes": "What was gained and lost among customers is not known.",
    "quotas": "Whether people bring what they are asked to cannot be answered.",
    "costs": "What a customer costs to win cannot be answered.",
    "absences": "Time away counts as time at work without records.",
}
"""What an empty table means."""


def _empty(looked: _Looked) -> Iterator[DataFinding]:
    for table, means in _WITHOUT.items():
        if not looked.filled[table]:
            yield DataFinding(table, "is empty", 0, 0, (), means, problem=False)


_LOOKS: Sequence[Callable[[_Looked], Iterator[DataFinding]]] = (
    _keys,
    _people,
    _strangers,
    _kinds_of_costs,
    _shares,
    _spells,
    _balance,
    _currencies,
    _days,
    _empty,
)
