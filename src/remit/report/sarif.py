"""An audit as SARIF 2.1.0, which code hosts show beside the charter that it is about."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any

from remit.audit import Audit
from remit.report import wording
from remit.report.plain import harmless, remit_version
from remit.terms import Finding, Severity

LEVELS = {Severity.RED: "error", Severity.AMBER: "warning", Severity.NOTE: "note"}


def sarif(audit: Audit, charter: PurePath | str) -> str:
    """Findings with a severity as results, each at its place in the charter.

    A finding has the same fingerprint at every date, so that a host shows what is new and what is
    gone. Answers without a severity are no results: the JSON report has them all.

    Args:
        audit: What was found.
        charter: The charter's file, as the host names it: relative to the repository.
    """
    loud = [found for found in audit.findings if found.severity is not None]
    driver = {
        "name": "remit",
        "version": remit_version() or "0",
        "rules": [
            {"id": check, "shortDescription": {"text": harmless(asks)}}
            for check, asks in audit.checks.items()
        ],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "results": [_result(found, str(charter)) for found in loud],
                "columnKind": "unicodeCodePoints",
            }
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _result(found: Finding, charter: str) -> dict[str, Any]:
    assert found.severity is not None
    told = [found.says, wording.tipping(found), found.remedy]
    place: dict[str, Any] = {"artifactLocation": {"uri": PurePath(charter).as_posix()}}
    if found.place is not None and found.place.line:
        place["region"] = {"startLine": found.place.line}
    return {
        "ruleId": found.check,
        "level": LEVELS[found.severity],
        "message": {"text": " ".join(harmless(part) for part in told if part)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"finding/v1": f"{found.check}/{found.about}"},
        "properties": {"answer": found.answer.value, "rules": list(found.rules)},
    }
