"""The organisation as the charter declares it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.charter import Function
from remit.report import wording
from remit.report.contents import Contents
from remit.report.sections.section import Section


@Section(title="The organisation as declared", place=30)
def organisation(contents: Contents) -> Mapping[str, Any] | None:
    """Roles down, functions across: who owns and who assists what."""
    audit = contents.audit
    if not audit.declared:
        return None
    used = {f for role in audit.declared for f in (*role.owned, *role.assisted)}
    functions = [f.value for f in Function if f.value != Function.INTERNAL.value]
    unowned = [
        wording.words(f)
        for f in functions
        if not any(f in role.owned for role in audit.declared) and f != Function.MANAGEMENT.value
    ]
    return {"functions": functions, "used": used, "unowned": unowned}
