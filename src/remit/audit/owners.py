"""What becomes of customers whose owner changes?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from remit.audit.answer import measured, unseen
from remit.audit.drift import points
from remit.audit.parts import group_of
from remit.audit.view import Check, View
from remit.charter import Function, remit_of
from remit.measures.owners import OwnerChanges
from remit.measures.owners import owner_changes as changes_of
from remit.terms import Answer, Finding, Proof, Severity, percent

RULES = ("002-53",)
_OWN = {Function.CLOSING, Function.RENEWAL, Function.EXPANSION, Function.CUSTOMER_SUCCESS}


@Check(
    rules=RULES,
    asks="Do customers whose owner changed keep as much revenue as those that kept theirs?",
    how="measured",
)
def owner_changes(view: View) -> Iterator[Finding]:
    """Recurring revenue a year after a customer's owner changed, beside matched customers.

    Matched exactly on segment, band of ARR and quarter, over the same time. It shows what went
    together, not what caused it: owners change for reasons.
    """
    about = "customers: change of owner"
    roles = tuple(r for r in view.charter.roles if remit_of(view.charter, r).owned & _OWN)
    changes = view.evidence["ownership_changes"]
    changes = changes.filter(changes.record_type == "account")
    companies = view.evidence.rows("accounts")
    lacking = (
        f"no {'history of who owned an account' if companies else 'companies (accounts)'}"
        if not changes.count().execute()
        else "no contracts and no movements of recurring revenue"
        if not (view.evidence.rows("contracts") or view.evidence.rows("arr_changes"))
        else ""
    )
    if lacking:
        yield unseen(
            "owner_changes",
            about,
            f"Customers whose owner changed could not be looked at: the evidence holds {lacking}.",
            RULES,
            remedy="Export the field history of the account owner."
            if "history" in lacking
            else "Load the companies with their owners, and the history of both."
            if not companies
            else "Add a table of contracts.",
        )
        return
    found = view.measured(changes_of, roles=roles, seed=view.seed)
    if found is None or found.people < group_of(view):
        why = (
            "no paying customer changed owner between people in these roles a year ago or earlier "
            "and has a like among those that did not"
            if found is None
            else "fewer people than the minimum group gave or took one"
        )
        yield unseen(
            "owner_changes",
            about,
            f"Customers whose owner changed could not be looked at: {why}.",
            RULES,
        )
        return
    yield _told(view, about, found)


def _told(view: View, about: str, found: OwnerChanges) -> Finding:
    difference = dataclasses.replace(found.difference, said=points(found.difference))
    high = difference.high
    loss = view.numbers["handoff_loss"].at(view.over.last_day)
    study = loss.range or (0.0, 0.0)
    says = (
        f"{found.changed:,} customers whose owner changed paid {percent(found.changed_retention)} "
        f"a year later of what they paid on the day, beside {percent(found.kept_retention)} of "
        f"{found.kept:,} customers alike that kept theirs: {difference.said}"
    )
    proof = Proof(
        "difference of ARR a year later over ARR on the day, strata of segment, quarter and quarter "
        "of the segment by ARR, weighted by the ARR that changed hands; interval: owners drawn again",
        found.query,
        ("customer", "segment", "quarter", "ARR on the day", "ARR a year later"),
        found.rows[:50],
        len(found.rows),
    )
    caveats = [
        "Customers are given to somebody else for reasons, so that this is no effect of the change.",
        f"For comparison: {percent(study[0])} to {percent(study[1])} of a customer's sales were lost "
        f"in the year after in {loss.source.title}.",
    ]
    if found.unmatched:
        caveats.append(f"{found.unmatched:,} more changes find no customer alike and are left out.")
    if found.changed < view.number("minimum_cases"):
        return Finding(
            "owner_changes",
            about,
            Answer.CANNOT_TELL,
            f"{says}, but {found.changed} cases are too few to judge (at least "
            f"{view.number('minimum_cases'):.0f}).",
            RULES,
            measured=difference,
            proof=proof,
            caveats=tuple(caveats),
        )
    lower = high is not None and high < 0
    return measured(
        "owner_changes",
        about,
        says,
        difference,
        RULES,
        severity=Severity.NOTE if lower else None,
        remedy="See that each change of owner hands over what is known of the customer, and follow "
        "these customers for a year."
        if lower
        else "",
        proof=proof,
        caveats=tuple(caveats),
    )
