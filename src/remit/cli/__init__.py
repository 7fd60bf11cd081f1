"""The command line: parse, call one function, show. Each verb is one file here.

Packages are imported inside the verbs, so that help answers at once. That is all.
"""

from remit.cli.app import main

__all__ = ["main"]
