"""Telling on standard error what takes its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

QUIET_SECONDS = 2


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function to call with a few words before each step.

    On a terminal the words stand beside a spinner; elsewhere a step is printed once two seconds
    have gone by since the last words, so that logs stay short.
    """
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        with console.status("starting") as status:
            started = time.monotonic()

            def spin(words: str) -> None:
                status.update(f"{words} ({time.monotonic() - started:.0f} s)")

            yield spin
        return
    last = time.monotonic()

    def say(words: str) -> None:
        nonlocal last
        if time.monotonic() - last > QUIET_SECONDS:
            console.print(words, markup=False)
            last = time.monotonic()

    yield say
