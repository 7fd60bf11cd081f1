"""remit holds a sales organisation's charter against the evidence of what people do.

Every verb of the command line is one call: `remit.charter.read_charter`, `remit.sources.load`,
`remit.audit.open_for` and `remit.audit.audit`, `remit.report.html`, `remit.example.write_example`.
That is all.
"""

from importlib.metadata import PackageNotFoundError, version

__all__ = ["__version__"]

try:
    __version__ = version("remit")
except PackageNotFoundError:  # run from a checkout that was not installed
    __version__ = "0"
