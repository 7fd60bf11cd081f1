"""What people read of an audit: one screen, one HTML file, one JSON document.

A report shows an `Audit` and works nothing out; what it says of a number is in `wording`. To add
a section to the HTML file, write one function under `@Section` in `sections/<subject>.py` and a
template of the same name in `templates/sections/`. That is all.
"""

from remit.report.html import html
from remit.report.machine import as_json
from remit.report.terminal import show

__all__ = ["as_json", "html", "show"]
