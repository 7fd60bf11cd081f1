"""An audit as JUnit XML, which every build server shows: a check is a suite, a finding a case."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring  # written, never read

from remit.audit import Audit
from remit.report import wording
from remit.report.plain import harmless, remit_version
from remit.terms import Answer, Finding, Severity

SKIPPED = (Answer.COULD_NOT_LOOK, Answer.CANNOT_TELL, Answer.DOES_NOT_APPLY)
"""Answers that are neither a pass nor a failure."""


def junit(audit: Audit, fail_on: Severity = Severity.RED) -> str:
    """Findings as test cases: at or above a severity they fail, what could not be told is skipped.

    Args:
        audit: What was found.
        fail_on: The lowest severity that fails a case, as for the command's own status.
    """
    suites = Element("testsuites", name=f"remit audit of {harmless(audit.company)}")
    for check, asks in audit.checks.items():
        mine = [found for found in audit.findings if found.check == check]
        suite = SubElement(
            suites,
            "testsuite",
            name=check,
            tests=str(len(mine)),
            failures=str(sum(_fails(found, fail_on) for found in mine)),
            skipped=str(sum(found.answer in SKIPPED for found in mine)),
            errors="0",
            timestamp=f"{audit.as_of}T00:00:00",
        )
        properties = SubElement(suite, "properties")
        SubElement(properties, "property", name="asks", value=harmless(asks))
        SubElement(properties, "property", name="remit", value=remit_version() or "")
        for found in mine:
            case = SubElement(
                suite, "testcase", classname=f"remit.{check}", name=harmless(found.about)
            )
            said = harmless(found.says)
            if _fails(found, fail_on):
                failed = SubElement(case, "failure", message=said, type=str(found.severity))
                failed.text = _more(found)
            elif found.answer in SKIPPED:
                SubElement(case, "skipped", message=said)
            else:
                SubElement(case, "system-out").text = said
    indent(suites)
    return tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _fails(found: Finding, fail_on: Severity) -> bool:
    return found.severity is not None and found.severity >= fail_on


def _more(found: Finding) -> str:
    lines = [found.answer.value, wording.tipping(found), *wording.to_know(found), found.remedy]
    if found.rules:
        lines.append(wording.rule_ids(found.rules))
    return "\n".join(harmless(line) for line in lines if line)
