"""The command line: parse, call one function, show. Each verb is one file here.

Packages are imported inside the verbs, and after the charter is read, so that help and mistakes
in the charter come at once. That is all.
"""

from remit.cli.app import main

__all__ = ["main"]
