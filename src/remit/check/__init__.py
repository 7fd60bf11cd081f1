"""What is wrong with an organisation before any data is looked at.

A check is one function under `@Check`, in the file of its subject; it takes a `Declared` and
gives findings, at least one. That is all.
"""

from remit.check.declared import Check, Declared
from remit.check.run import Checked, check

__all__ = ["Check", "Checked", "Declared", "check"]
