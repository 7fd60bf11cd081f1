"""What can go wrong between remit and a CRM, said to the person who can mend it."""

from __future__ import annotations

from collections.abc import Callable

from remit.terms import Place, Problem, RemitError

Progress = Callable[[str], None]
"""Called with a few words before and during each longer step."""


class PullError(RemitError):
    """A CRM that cannot be asked, or a folder that cannot be written."""


class RefusedError(PullError):
    """An answer that says no, for whoever asked to make sense of; else it is told as it is.

    Attributes:
        status: The HTTP status.
        code: The CRM's own word for what is wrong, such as `INVALID_TYPE`; "" where it said none.
        said: The CRM's own sentence.
    """

    def __init__(self, problem: Problem, *, status: int, code: str, said: str) -> None:
        super().__init__([problem])
        self.status, self.code, self.said = status, code, said


def pull_error(place: str, wrong: str, fix: str, *, path: str = "") -> PullError:
    """One problem as an error."""
    return PullError([Problem(Place(place), path, wrong, fix)])
