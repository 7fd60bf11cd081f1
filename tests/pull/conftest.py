"""CRMs on the loopback; every test here needs what the extras install."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date

import pytest

from remit.example import NORTHSTAR, Written, write_example
from tests.pull.http_fake import Fake, serving

TOKEN = "00Dxx0000001gPL!AQ4AQHsecret"


@pytest.fixture(autouse=True)
def _extra(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("requests", reason="needs remit[salesforce] or remit[hubspot]")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def served() -> Iterator[Callable[[Fake], Fake]]:
    """Put a fake CRM on the loopback until the test is over."""
    with ExitStack() as until_the_end:

        def serve(fake: Fake) -> Fake:
            until_the_end.enter_context(serving(fake))
            return fake

        yield serve


@pytest.fixture(scope="session")
def northstar(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Two weeks of work of the example company, two months of its records, nobody's roles."""
    day = date(2026, 10, 19)
    company = replace(
        NORTHSTAR, founded=date(2026, 9, 1), growth=(1.0,), work_starts=day, year_starts=day
    )
    written = write_example(tmp_path_factory.mktemp("northstar"), seed=7, company=company)
    text = written.charter.read_text("utf-8").replace("people: people.csv", "")
    written.charter.write_text(text, encoding="utf-8")
    return written
