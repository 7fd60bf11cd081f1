"""Find what a package defines, so that nothing has to be listed twice.

A *note* (`Check`, `Source`, ...) is a frozen dataclass used as a decorator. It hangs itself on
the function and gives back the very same function, so that types, doctests, tracebacks and plain
calls work as if it were not there.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType, MappingProxyType
from typing import Any, Generic, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
N = TypeVar("N", bound="Note")


class Note:
    """What a function's name, signature and docstring cannot say."""

    def __call__(self, function: F) -> F:
        """Hang the note on a function, and give back the function itself."""
        vars(function)["__note__"] = self
        return function


@dataclass(frozen=True, slots=True)
class Entry(Generic[N]):
    """A function with a note on it."""

    note: N
    call: Callable[..., Any]

    @property
    def name(self) -> str:
        """The function's own name, which is what users say."""
        return self.call.__name__

    @property
    def definition(self) -> str:
        """The first paragraph of the docstring, on one line."""
        return " ".join((self.call.__doc__ or "").strip().split("\n\n")[0].split())


def catalogue(package: str, kind: type[N]) -> Mapping[str, Entry[N]]:
    """Every function in `package` that carries a note of type `kind`, by name, A to Z.

    Only the package's own modules are walked, not packages inside it.

    Raises:
        ValueError: If two functions share a name. The message says where both are.
    """
    root = importlib.import_module(package)
    found: dict[str, Entry[N]] = {}
    for module in pkgutil.iter_modules(root.__path__, f"{package}."):
        for value in vars(importlib.import_module(module.name)).values():
            note = getattr(value, "__note__", None)
            if not isinstance(value, FunctionType) or not isinstance(note, kind):
                continue
            first = found.setdefault(value.__name__, Entry(note, value))
            if first.call is not value:
                raise ValueError(
                    f"{value.__name__!r} is defined in {first.call.__module__} and again in "
                    f"{value.__module__}. Rename one."
                )
    return MappingProxyType({name: found[name] for name in sorted(found)})
