"""remit holds a sales organisation's charter against the evidence of what people do.

Every verb of the command line is one call: `remit.charter.read_charter`, `remit.sources.load`,
`remit.audit.open_for` and `remit.audit.audit`, `remit.report.html.html`, `remit.example.write_example`.
That is all.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
