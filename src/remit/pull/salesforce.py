"""Fetching from Salesforce: one CSV file an object, columns by API name, as Data Loader writes it.

Rows come by query jobs of Bulk API 2.0 with the operation `queryAll`, so that archived activities
are among them, and deleted rows with `IsDeleted`. An object that Bulk API does not know is asked
for by REST (`queryAll`). Nothing is ever written to the CRM but the query jobs.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from datetime import time as clock
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from remit.charter import Charter
from remit.pull.connection import AGAIN, Answer, Connection, address, library
from remit.pull.folder import Fetched, Folder, PullSummary
from remit.pull.problem import Progress, PullError, RefusedError, pull_error
from remit.pull.salesforce_objects import GROWING, Wanted, wanted_of

API = "/services/data/v60.0"
"""Spring '24. Salesforce keeps a version for three years and more."""
ROWS_A_PAGE = 50_000
FIRST_POLL, LONGEST_POLL = 0.5, 10.0
"""Seconds between looks at a query job; they grow by half each time."""
_NOT_IN_A_FILE = ("address", "location", "base64", "complexvalue")
"""Types of fields that query jobs refuse."""


def pull_salesforce(
    charter: Charter,
    into: Path,
    *,
    environment: Mapping[str, str],
    since: date | None = None,
    progress: Progress = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
    rows_a_page: int = ROWS_A_PAGE,
) -> PullSummary:
    """Fetch what a load with this charter reads into a folder.

    A run that was interrupted is gone on with by another into the same folder: finished objects
    are kept. Objects and fields that the org does not have, or that the user may not read, are
    left out and told of.

    Args:
        charter: Names the custom objects and fields that are wanted, beside those always read.
        into: A new folder, or that of a pull that did not finish.
        environment: `SALESFORCE_INSTANCE_URL`, and either `SALESFORCE_ACCESS_TOKEN` or
            `SALESFORCE_CLIENT_ID` and `SALESFORCE_CLIENT_SECRET`.
        since: Only tasks and events that were entered or changed on or after this day, in the
            charter's time zone. Everything else is fetched whole.
        progress: Called with a few words before and during each longer step.
        sleep: Waits a number of seconds.
        rows_a_page: Most rows of one answer.

    Raises:
        PullError: If credentials are missing or refused, the org cannot be reached, or the
            folder cannot be written.
    """
    connection = _connect(environment, progress, sleep)
    folder = Folder(into, "salesforce", connection.host)
    progress("asking Salesforce which objects there are")
    there = {
        one["name"].casefold(): str(one["name"])
        for one in connection.get(f"{API}/sobjects").json()["sobjects"]
        if one.get("queryable", True)
    }
    files: list[Fetched] = []
    not_fetched: dict[str, str] = {}
    for name, wanted in wanted_of(charter).items():
        try:
            if name.casefold() not in there:
                not_fetched[name] = "the org has it not, or this user may not read it"
                continue
            fields, left_out = _fields(connection, there[name.casefold()], wanted)
            query = _query(there[name.casefold()], fields, wanted, since, charter.time_zone)
            files += folder.finished(name, query) or _fetch(
                connection, folder, name, query, fields, left_out, rows_a_page
            )
        except RefusedError as error:
            if error.code not in _NO_PERMISSION:
                raise
            not_fetched[name] = f"this user may not read it ({error.code})"
    if not files:
        raise pull_error(
            connection.host,
            "shows none of the objects that remit reads.",
            "Give the user read access to them; see the how-to guide on pulling.",
        )
    folder.close()
    return PullSummary("salesforce", connection.host, into, tuple(files), not_fetched)


_NO_PERMISSION = (
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "INVALID_TYPE",
    "NOT_FOUND",
)


def _connect(
    environment: Mapping[str, str], progress: Progress, sleep: Callable[[float], None]
) -> Connection:
    """A connection by what the environment says; nothing is asked yet."""
    library("Salesforce")
    stated = {name: environment.get(f"SALESFORCE_{name}", "").strip() for name in _VARIABLES}
    missing = ["INSTANCE_URL"] if not stated["INSTANCE_URL"] else []
    by_token = bool(stated["ACCESS_TOKEN"])
    if not by_token and not (stated["CLIENT_ID"] and stated["CLIENT_SECRET"]):
        missing.append("ACCESS_TOKEN")
    if missing:
        raise pull_error(
            "environment",
            f"does not say {' and '.join(f'SALESFORCE_{name}' for name in missing)}.",
            "Set SALESFORCE_INSTANCE_URL, and SALESFORCE_ACCESS_TOKEN or SALESFORCE_CLIENT_ID "
            "and SALESFORCE_CLIENT_SECRET.",
        )

    def token(connection: Connection) -> str:
        return stated["ACCESS_TOKEN"] if by_token else _signed_in(connection, stated)

    renew = (
        f"The access token is wrong or expired: set SALESFORCE_ACCESS_TOKEN to a new one. {AGAIN}"
        if by_token
        else "Look at the client's policies, and at its user, in Salesforce's setup."
    )
    url = address("SALESFORCE_INSTANCE_URL", stated["INSTANCE_URL"])
    return Connection("Salesforce", url, token, not by_token, renew, progress, sleep)


_VARIABLES = ("INSTANCE_URL", "ACCESS_TOKEN", "CLIENT_ID", "CLIENT_SECRET")


def _signed_in(connection: Connection, stated: Mapping[str, str]) -> str:
    """A token by the client credentials flow."""
    form = {
        "grant_type": "client_credentials",
        "client_id": stated["CLIENT_ID"],
        "client_secret": stated["CLIENT_SECRET"],
    }
    try:
        return str(connection.sign_in("/services/oauth2/token", form).json()["access_token"])
    except RefusedError as error:
        if error.status not in (400, 401):
            raise
        raise pull_error(
            connection.host,
            f"does not let this client in ({error.code}: {error.said}).",
            "Look at SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET, and whether the client "
            "credentials flow is on and has a user. The address must be the org's own domain.",
        ) from None


def _fields(connection: Connection, name: str, wanted: Wanted) -> tuple[list[str], list[str]]:
    """The wanted fields as the org spells them, and those it has not or cannot give."""
    there: dict[str, Mapping[str, Any]] = {
        field["name"].casefold(): field
        for field in connection.get(f"{API}/sobjects/{name}/describe").json()["fields"]
    }
    kept, left_out = [], []
    for field in wanted.fields:
        found = there.get(field.casefold())
        if found is not None and found.get("type") not in _NOT_IN_A_FILE:
            kept.append(str(found["name"]))
        elif field.casefold() not in wanted.silent:
            left_out.append(field)
    return kept, left_out


def _query(name: str, fields: Sequence[str], wanted: Wanted, since: date | None, zone: str) -> str:
    """The query for one object, as SOQL."""
    where = wanted.where
    if since is not None and name in GROWING:
        start = datetime.combine(since, clock.min, ZoneInfo(zone)).astimezone(UTC)
        # changed, not entered: an old task that was closed since is wanted too
        where = f"SystemModstamp >= {start:%Y-%m-%dT%H:%M:%SZ}"
    return f"SELECT {', '.join(fields)} FROM {name}" + (f" WHERE {where}" if where else "")


def _fetch(
    connection: Connection,
    folder: Folder,
    name: str,
    query: str,
    fields: Sequence[str],
    left_out: Sequence[str],
    rows_a_page: int,
) -> tuple[Fetched, ...]:
    """One object into its file, by Bulk API, or by REST where that does not know the object."""

    def fill(part: Path) -> Sequence[int]:
        connection.progress(f"{name}: asking Salesforce to look it up")
        try:
            job = connection.post(
                f"{API}/jobs/query",
                {
                    "operation": "queryAll",
                    "query": query,
                    "contentType": "CSV",
                    "columnDelimiter": "COMMA",
                    "lineEnding": "LF",
                },
            ).json()
        except RefusedError as error:
            if "not supported by the Bulk" not in error.said:
                raise
            return [_write_records(connection, name, query, fields, part)]
        return [_write_pages(connection, name, str(job["id"]), fields, part, rows_a_page)]

    return folder.write(name, query, [f"{name}.csv"], left_out, fill)


def _write_pages(
    connection: Connection,
    name: str,
    job: str,
    fields: Sequence[str],
    part: Path,
    rows_a_page: int,
) -> int:
    """Wait for a query job and write its pages, under one header."""
    _await(connection, name, job)
    header, rows = b"", 0
    with part.open("wb") as file:
        for page in _pages(connection, job, rows_a_page):
            first, _, rest = page.body.partition(b"\n")
            if not header:
                header = first.strip() or ",".join(fields).encode()
                file.write(header + b"\n")
            elif first.strip() != header:
                rest = page.body
            there, said = _count(rest), page.headers.get("Sforce-NumberOfRecords", "")
            if said.isdigit() and there != int(said):
                wrong = f"a page should have {int(said):,} rows and has {there:,}."
                raise pull_error(connection.host, wrong, AGAIN, path=name)
            file.write(rest if rest.endswith(b"\n") or not rest else rest + b"\n")
            rows += there
            connection.progress(f"{name}: {rows:,} rows")
    with suppress(PullError):  # it would be gone in a week; until then it takes the org's room
        connection.delete(f"{API}/jobs/query/{job}")
    return rows


def _await(connection: Connection, name: str, job: str) -> None:
    """Until a query job is complete.

    Raises:
        PullError: If Salesforce gives it up, with its reason.
    """
    wait = FIRST_POLL
    while True:
        state = connection.get(f"{API}/jobs/query/{job}").json()
        if state["state"] == "JobComplete":
            return
        if state["state"] in ("Failed", "Aborted"):
            said = " ".join(str(state.get("errorMessage") or "it gives no reason").split())
            wrong = f"the query job {job} was {state['state'].lower()}: {said.rstrip('.')}."
            raise pull_error(connection.host, wrong, AGAIN, path=name)
        done = int(state.get("numberRecordsProcessed") or 0)
        connection.progress(f"{name}: Salesforce looks it up, {done:,} rows so far")
        connection.sleep(wait)
        wait = min(wait * 1.5, LONGEST_POLL)


def _pages(connection: Connection, job: str, rows_a_page: int) -> Iterator[Answer]:
    """The pages of a complete query job, each whole."""
    locator = ""
    while True:
        params: dict[str, str | int] = {"maxRecords": rows_a_page}
        if locator:
            params["locator"] = locator
        answer = connection.get(f"{API}/jobs/query/{job}/results", params)
        yield answer
        locator = answer.headers.get("Sforce-Locator", "")
        if locator in ("", "null"):
            return


def _count(text: bytes) -> int:
    r"""Rows of a CSV file; a line break between quotes ends none.

    >>> _count(b'Id,Name\n1,"two\nlines"\n2,plain')
    3
    """
    rows, inside = 0, False
    for line in BytesIO(text):
        inside ^= line.count(b'"') % 2 == 1
        rows += not inside
    return rows


def _write_records(
    connection: Connection, name: str, query: str, fields: Sequence[str], part: Path
) -> int:
    """An object by REST, page after page, written as Bulk API would."""
    rows = 0
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(fields)
        found = connection.get(f"{API}/queryAll", {"q": query}).json()
        while True:
            for record in found["records"]:
                writer.writerow([_plain(record.get(field)) for field in fields])
            rows += len(found["records"])
            connection.progress(f"{name}: {rows:,} rows")
            if found["done"]:
                return rows
            found = connection.get(found["nextRecordsUrl"]).json()


def _plain(value: Any) -> str:
    """A value of JSON as a cell: blank for null, and instants as Bulk API writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"{text.removesuffix('+0000')}Z" if text.endswith(".000+0000") else text
