"""An audit for programs: stable JSON.

Keys are those of `Audit` and of what it holds, in snake case; see their docstrings for what they
mean. On top of them:

- `remit` is the version that wrote it, `format` the version of this layout. Within one format
  keys are added and never taken away or given another meaning.
- `summary` counts: `worst` (a severity or null), `severities`, `answers`.
- Days are ISO dates. A period is `{"first_day", "last_day", "days"}`, both days inclusive.
- Shares are between 0 and 1. A number that is not known is null; there is no NaN.
- Severities and answers are their words: `amber`, `cannot tell`.
- `in_two_roles`, `of_them_judged` and a role's `unlogged` are null where they are about fewer
  people than `minimum_group` and the individual view is off.
- `two_estimates` sets each of `diaries` beside the `times` of the same people, function by
  function; `difference` is said less recorded, `apart` whether the intervals have nothing in common.
- `matter` names the findings of the first page as `check: about`; `changes` says what became of
  each subject since the day `since`, where one was asked for.
- `discovery` says how many numbers were held against a limit and which findings stand when all are
  taken together; `subjects` which subject each check belongs to.
- `evidence_file` is the file's name without its folder.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from remit.audit import Audit
from remit.audit.discovery import named
from remit.report.contents import Contents, contents
from remit.report.diaries import beside
from remit.report.plain import plain, remit_version
from remit.terms import Answer, Severity

FORMAT = "audit/1"
"""Name and version of the layout."""


def as_json(found: Audit | Contents) -> str:
    """The whole audit as JSON, two spaces deep, keys in the order of `Audit`'s fields.

    Proof has all the rows the audit kept, curves all their points.
    """
    shown = contents(found) if isinstance(found, Audit) else found
    audit = shown.audit
    document = {
        "remit": remit_version(),
        "format": FORMAT,
        "summary": {
            "worst": plain(audit.worst),
            "severities": {
                str(severity): sum(found.severity is severity for found in audit.findings)
                for severity in reversed(Severity)
            },
            "answers": {answer.value: audit.count(answer) for answer in Answer},
        },
        **plain(_without_few(audit)),
        "two_estimates": [
            {
                "role": each.said.role,
                "segments": plain(each.said.segments),
                "functions": [
                    {
                        **plain(pair),
                        "difference": plain(pair.difference),
                        "apart": pair.apart,
                    }
                    for pair in each.pairs
                ],
            }
            for each in beside(audit)
        ],
        "matter": [named(each) for each in shown.matter],
        "since": plain(shown.since.as_of) if shown.since is not None else None,
        "changes": [
            {
                "check": change.check,
                "about": change.about,
                "became": change.became.value,
                "before": plain(change.before.measured) if change.before is not None else None,
                "after": plain(change.after.measured) if change.after is not None else None,
                "limit_moved": change.limit_moved,
            }
            for change in shown.changes
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def _without_few(audit: Audit) -> dict[str, Any]:
    """An audit's fields, without counts that would point at people."""
    told = {field.name: getattr(audit, field.name) for field in fields(audit)}
    if audit.individuals:
        return told

    def enough(count: int) -> int | None:
        return None if 0 < count < audit.minimum_group else count

    times = [{**plain(time), "unlogged": enough(time.unlogged)} for time in audit.times]
    two = {name: enough(told[name]) for name in ("in_two_roles", "of_them_judged")}
    return {**told, **two, "times": times}
