"""The facts that may be stated about a segment: a closed list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from remit.terms.shapes import plain_number
from remit.terms.shipped import shipped


@dataclass(frozen=True, slots=True)
class FactKind:
    """What a fact is about, and what its value may be."""

    name: str
    about: str
    of: str | tuple[str | bool, ...]
    """`number`, `share`, `money`, `count`, or the words it may be."""
    rules: tuple[str, ...]
    in_per_cent: bool = False
    """Whether people say it in per cent."""

    def wrong(self, value: object) -> str | None:
        """What is wrong with a value, or None.

        >>> fact_kinds()["grr"].wrong(90)
        'must be a share such as 90% or 0.9'
        >>> fact_kinds()["new_logo_potential"].wrong("high") is None
        True
        """
        value = plain_number(value)
        if isinstance(self.of, tuple):
            words = [str(word).lower() if isinstance(word, bool) else word for word in self.of]
            known = any(value == word and type(value) is type(word) for word in self.of)
            return None if known else f"must be {' or '.join(words)}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return (
                "must be a share such as 90% or 0.9" if self.of == "share" else "must be a number"
            )
        if self.of == "share" and not 0 <= value <= 1:
            return "must be a share such as 90% or 0.9"
        if value < 0:
            return "must not be below 0"
        return None


@cache
def fact_kinds() -> Mapping[str, FactKind]:
    """Every fact a segment may state, by name."""
    return MappingProxyType(
        {
            name: FactKind(
                name,
                stated["about"],
                tuple(stated["of"]) if isinstance(stated["of"], list) else stated["of"],
                tuple(str(rule) for rule in stated["rules"]),
                in_per_cent="share" in (stated["of"], stated.get("said")),
            )
            for name, stated in shipped(__package__, "facts.yaml").items()
        }
    )
