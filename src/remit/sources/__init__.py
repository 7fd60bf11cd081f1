"""Kinds of export, each mapped onto the canonical tables.

A source is one file here: a function under `@Source`, given the export's files as `Reader`s, that
yields `Rows` and `Derived`. `load` picks it by the files it recognises, runs it, and writes one
evidence file in one step. To add a source, add its file. That is all.
"""

from remit.sources.delimited import ExportError
from remit.sources.load import LoadSummary, load

__all__ = ["ExportError", "LoadSummary", "load"]
