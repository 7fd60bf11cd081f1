"""The command line: parse, call one function, show. Each verb is one file here.

Packages are imported inside the verbs, and after the charter is read, so that help and mistakes
in the charter come at once. That is all.
"""

import os

# pydantic would look through all that is installed for plugins of which none is wanted
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from remit.cli.app import main

__all__ = ["main"]
