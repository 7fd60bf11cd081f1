"""A pay statement as people and programs read it: HTML for a phone, JSON with its schema.

`statement_files` has the PDF and the workbook.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from remit.compensation.earning import money, number, percent
from remit.pay.statement import Entry, Release, Standing, Statement
from remit.report import wording
from remit.report.audit_schema import _InWords
from remit.report.pages import templates
from remit.report.payout_chart import payout_chart, said_at
from remit.report.plain import plain, remit_version
from remit.terms.period import spoken

if TYPE_CHECKING:
    from jinja2 import Environment

FORMAT = "statement/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""

STATES: Mapping[str, str] = {
    "not posted": "Not posted. This is what would be.",
    "calculated": "Worked out, not approved. It can still change.",
    "approved": "Approved, not paid yet.",
    "locked": "Final.",
}
"""What the state of a month means to its payee."""
FEW = 8
"""Lines of a component that stand one by one; more are folded up behind their sum."""


def statement_html(found: Statement) -> str:
    """A statement as one HTML file, without any outside reference and readable without scripts."""
    page = _environment().get_template("statement.html")
    return page.render(statement=found, remit=remit_version())


def statement_json(found: Statement) -> str:
    """A statement as JSON, two spaces deep. Amounts are decimals in text; see `statement_schema`."""
    document = {"remit": remit_version(), "format": FORMAT, **plain(found)}
    return json.dumps(document, indent=2, ensure_ascii=False)


def statement_schema() -> str:
    """JSON Schema (draft 2020-12) of what `statement_json` writes, from the nouns themselves."""
    schema = TypeAdapter(Statement).json_schema(mode="serialization", schema_generator=_InWords)
    schema["properties"] = {
        "remit": {"type": ["string", "null"], "description": "Version that wrote it."},
        "format": {"const": FORMAT},
        **schema["properties"],
    }
    schema["required"] = list(schema["properties"])
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"remit {FORMAT}",
    }
    return json.dumps({**schema, **head}, indent=2, ensure_ascii=False)


# Words


def amount(value: Decimal) -> str:
    """Money as it stands in a statement.

    >>> amount(Decimal("-1234.5"))
    '-1,234.50'
    """
    return money(value)


def credit(value: Decimal | None, standing: Standing) -> str:
    """Credit, quota or target in its own unit."""
    if value is None:
        return wording.UNKNOWN
    return number(value) if standing.unit == "count" else money(value)


def month(name: str) -> str:
    """A month as people say it.

    >>> month("2026-03")
    'March 2026'
    """
    return f"{date.fromisoformat(f'{name}-01'):%B %Y}"


def deal(one: Any) -> str:
    """A deal by its customer and its name; a period as a whole by nothing.

    >>> from types import SimpleNamespace
    >>> deal(SimpleNamespace(account="Globex", transaction="D1"))
    'Globex (D1)'
    """
    if one.account and one.transaction:
        return f"{one.account} ({one.transaction})"
    return str(one.account or one.transaction or "The period as a whole")


def named(words: str) -> str:
    """One of remit's own names, or words with such a name and days in them, as people say them.

    >>> named("new_arr of 2026-03-04")
    'new ARR of 4 Mar 2026'
    """
    spaced = _SHORT.sub(lambda found: found[0].upper(), words.replace("_", " "))
    return _DAY.sub(lambda found: spoken(date.fromisoformat(found[0])), spaced)


_SHORT = re.compile(r"\b(arr|mrr|nrr|grr|csat|nps|poc)\b")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def period(name: str) -> str:
    """An earning period as people say it: a month by its name, others as they are.

    >>> period("2026-03"), period("Q1 2026")
    ('March 2026', 'Q1 2026')
    """
    return month(name) if re.fullmatch(r"\d{4}-\d{2}", name) else name


def about(step: str) -> str:
    """What a step of the sum is for, its first letter large.

    >>> about("accepted, 2026-03")
    'Accepted, March 2026'
    """
    what, _, when = step.rpartition(", ")
    words = named(f"{what}, {period(when)}" if what and period(when) != when else step)
    return words[:1].upper() + words[1:]


def at_once(entry: Entry) -> bool:
    """Whether all that a line earned is released with it, so that one amount tells both."""
    return (
        len(entry.released) == 1
        and entry.released[0].paid
        and entry.released[0].amount == entry.earned
        and "100% of " in entry.released[0].because
    )


def reason(words: str) -> str:
    """The arithmetic behind an amount as what it equals, or the story behind it after a colon.

    >>> reason("150,000.00 x 10%"), reason("forfeited: the customer left on 2026-03-20")
    (' = 150,000.00 x 10%', ': the customer left on 20 Mar 2026')
    """
    for told in ("forfeited: ", "taken back: "):
        if words.startswith(told):
            return f": {named(words.removeprefix(told))}"
    if not words:
        return ""
    story = " instead of " in words or words.startswith("nothing")
    return f": {named(words)}" if story else f" = {named(words)}"


def happened(one: Release) -> str:
    """What became of an instalment, in a word."""
    if not one.paid:
        return "Forfeited"
    if " instead of " in one.because:
        return "Corrected"
    return "Released" if one.amount > 0 else "Taken back"


def sums(entries: tuple[Entry, ...]) -> tuple[Decimal, Decimal]:
    """What some lines earned, and what of them changes what is paid."""
    earned = sum((entry.earned for entry in entries), Decimal(0))
    paid = sum((r.amount for entry in entries for r in entry.released if r.paid), Decimal(0))
    return earned, paid


@cache
def _environment() -> Environment:
    made = templates("page", "statement")
    made.globals.update(states=STATES, few=FEW, chart=payout_chart, said_at=said_at, sums=sums)
    made.globals.update(credit=credit, deal=deal, happened=happened, at_once=at_once)
    made.filters.update(
        {
            "money": amount,
            "percent": percent,
            "number": number,
            "month": month,
            "day": wording.day,
            "words": named,
            "period": period,
            "about": about,
            "reason": reason,
            "listed": wording.listed,
        }
    )
    return made
