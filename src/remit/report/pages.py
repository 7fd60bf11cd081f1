"""The templates of `templates/`, as every page and drawing uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment


def templates(*styles: str) -> Environment:
    """The templates, in which text is escaped and a word that is not given is an error.

    Args:
        styles: Style sheets that the page puts in itself, as its `style`, in this order.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("remit.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rendered = "\n".join(made.get_template(f"{name}.css").render() for name in styles)
    made.globals["style"] = Markup(rendered)  # noqa: S704 (has no variables)
    return made
