"""From a `Charter` back to YAML."""

from __future__ import annotations

import re

import yaml

from remit.charter.nouns import Charter
from remit.charter.positions import NUMBER


class _Plain(yaml.SafeDumper):
    """Writes every text that a YAML 1.1 or 1.2 reader could take for something else in quotes."""


# PyYAML knows the numbers of YAML 1.1 alone, and would write the text 1e3 without quotes.
_Plain.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(NUMBER), list("-+0123456789."))


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Text with an odd line end stays one line, with the end escaped."""
    odd = any(end in text for end in ("\x85", "\u2028", "\u2029"))
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if odd else None)


_Plain.add_representer(str, _text)


def as_yaml(charter: Charter) -> str:
    """The charter as one file: what it says, without what it leaves to be understood.

    Reading the text gives an equal charter. People and job descriptions that came from files of
    their own are written out. Comments are not kept.

    >>> print(as_yaml(Charter(company="Acme", roles={"ae": {"is": "AE"}})), end="")
    company: Acme
    roles:
      ae:
        is: AE
    """
    stated = charter.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return yaml.dump(stated, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)
