"""What people read: a screen, an HTML file, a JSON document.

A report shows what an audit or a check found and works nothing out; what it says of a number is in
`wording`. To add a section to the audit's HTML file, write one function under `@Section` in
`sections/<subject>.py` and a template of the same name in `templates/sections/`. That is all.
"""
