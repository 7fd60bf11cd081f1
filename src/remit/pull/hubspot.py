"""Fetching from HubSpot: one CSV file a kind of object, properties by internal name.

The files, with their headers, for whoever reads them (`remit.sources`). Text is UTF-8, separated by
commas, with LF; instants are as HubSpot gives them (`2026-01-05T10:00:00Z`); blank is null; durations
are milliseconds.

- `contacts.csv`, `companies.csv`, `deals.csv`, `tickets.csv`, `calls.csv`, `meetings.csv`, `tasks.csv`,
  `emails.csv`: the properties of `hubspot_objects.OBJECTS` that the account has, in that order, then
  those the charter names, then one column `associations.KIND` for each kind associated, such as
  `associations.companies`: ids joined by `;`, the primary one first. `hs_object_id` is always there.
  For deals:
  `hs_object_id,createdate,hs_lastmodifieddate,dealname,dealstage,pipeline,dealtype,amount,
  deal_currency_code,closedate,hs_is_closed,hs_is_closed_won,hubspot_owner_id,hs_analytics_source,
  hs_created_by_user_id,hs_merged_object_ids,associations.companies,associations.contacts`
- `contacts_property_history.csv`, `companies_property_history.csv`, `deals_property_history.csv`:
  `hs_object_id,property,value,timestamp,source_id,source_type,updated_by_user_id`, newest first within a property.
  `dealstage` for deals, `lifecyclestage` for the other two, `hubspot_owner_id` for all.
- `owners.csv`: `id,user_id,type,email,first_name,last_name,archived,created_at,teams`. `id` is what
  `hubspot_owner_id` says, `user_id` what `hs_created_by_user_id` says. Names of teams joined by `;`,
  the primary one first. People who left are among them, with `archived` true.
- `pipelines.csv`: one row a stage: `object,pipeline_id,pipeline_label,stage_id,stage_label,
  display_order,is_closed,probability,archived`. `object` is `deals` or `tickets`; `stage_id` is what
  `dealstage` and `hs_pipeline_stage` say.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from remit.charter import Charter
from remit.pull.connection import AGAIN, Connection, address, library
from remit.pull.folder import Fetched, Folder, PullSummary
from remit.pull.hubspot_objects import OBJECTS, OFTEN_ABSENT, Kind, named_by
from remit.pull.problem import Progress, RefusedError, pull_error

HOST = "https://api.hubapi.com"
PAGE, PAGE_WITH_HISTORY = 100, 50
"""Most objects HubSpot gives at once."""
HISTORY = (
    "hs_object_id",
    "property",
    "value",
    "timestamp",
    "source_id",
    "source_type",
    "updated_by_user_id",
)
OWNERS = (
    "id",
    "user_id",
    "type",
    "email",
    "first_name",
    "last_name",
    "archived",
    "created_at",
    "teams",
)
PIPELINES = (
    "object",
    "pipeline_id",
    "pipeline_label",
    "stage_id",
    "stage_label",
    "display_order",
    "is_closed",
    "probability",
    "archived",
)


def pull_hubspot(
    charter: Charter,
    into: Path,
    *,
    environment: Mapping[str, str],
    progress: Progress = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> PullSummary:
    """Fetch contacts, companies, deals, tickets, activities, owners and pipelines into a folder.

    A run that was interrupted is gone on with by another into the same folder: finished objects
    are kept. Properties the account does not have, and objects the token may not read, are left
    out and told of. Deleted objects are not fetched.

    Args:
        charter: Names the properties that are wanted, beside those always read.
        into: A new folder, or that of a pull that did not finish.
        environment: `HUBSPOT_ACCESS_TOKEN`; and `HUBSPOT_API_URL`, where the API is reached
            under another address than its own.
        progress: Called with a few words before and during each longer step.
        sleep: Waits a number of seconds.

    Raises:
        PullError: If the token is missing or refused, HubSpot cannot be reached, or the folder
            cannot be written.
    """
    connection = _connect(environment, progress, sleep)
    folder = Folder(into, "hubspot", connection.host)
    named = named_by(charter)
    fetches: dict[str, Callable[[], tuple[Fetched, ...]]] = {
        name: partial(_objects, connection, folder, name, kind, named[name])
        for name, kind in OBJECTS.items()
    }
    fetches["owners"] = partial(_owners, connection, folder)
    fetches["pipelines"] = partial(_pipelines, connection, folder)
    files: list[Fetched] = []
    not_fetched: dict[str, str] = {}
    for name, fetch in fetches.items():
        try:
            files += fetch()
        except RefusedError as error:
            if error.status not in (403, 404):
                raise
            not_fetched[name] = f"this token may not read it ({error.code or error.status})"
    if not files:
        raise pull_error(
            connection.host,
            "shows none of the objects that remit reads.",
            "Give the private app the scopes that the how-to guide on pulling lists.",
        )
    folder.close()
    return PullSummary("hubspot", connection.host, into, tuple(files), not_fetched)


def _connect(
    environment: Mapping[str, str], progress: Progress, sleep: Callable[[float], None]
) -> Connection:
    """A connection by what the environment says; nothing is asked yet."""
    library("HubSpot")
    token = environment.get("HUBSPOT_ACCESS_TOKEN", "").strip()
    if not token:
        raise pull_error(
            "environment",
            "does not say HUBSPOT_ACCESS_TOKEN.",
            "Set it to the access token of a private app; see the how-to guide on pulling.",
        )
    url = address("HUBSPOT_API_URL", environment.get("HUBSPOT_API_URL", "").strip() or HOST)
    renew = f"The token is wrong or expired: set HUBSPOT_ACCESS_TOKEN to a new one. {AGAIN}"
    return Connection("HubSpot", url, lambda _: token, False, renew, progress, sleep)


def _objects(
    connection: Connection, folder: Folder, name: str, kind: Kind, named: Mapping[str, bool]
) -> tuple[Fetched, ...]:
    """All objects of one kind into their file, and the former values of some properties."""
    connection.progress(f"{name}: asking HubSpot which properties there are")
    properties, left_out = _properties(connection, name, kind, named)
    params: dict[str, str | int] = {
        "limit": PAGE_WITH_HISTORY if kind.history else PAGE,
        "properties": ",".join(properties),
        "archived": "false",
    }
    if kind.associations:
        params["associations"] = ",".join(kind.associations)
    if kind.history:
        params["propertiesWithHistory"] = ",".join(kind.history)
    asked = "&".join(f"{word}={value}" for word, value in params.items())

    def fill(part: Path, *history: Path) -> Sequence[int]:
        rows, former = 0, 0
        with ExitStack() as files:
            writer, *past = (
                csv.writer(
                    files.enter_context(path.open("w", encoding="utf-8", newline="")),
                    lineterminator="\n",
                )
                for path in (part, *history)
            )
            writer.writerow(
                [*properties, *(f"associations.{other}" for other in kind.associations)]
            )
            for former_values in past:
                former_values.writerow(HISTORY)
            for page in _pages(connection, f"/crm/v3/objects/{name}", params):
                for one in page:
                    ids = [_linked(connection, name, one, other) for other in kind.associations]
                    writer.writerow([*_values(one, properties), *ids])
                    for former_values in past:
                        changes = list(_history(one, kind.history))
                        former_values.writerows(changes)
                        former += len(changes)
                rows += len(page)
                connection.progress(f"{name}: {rows:,} rows")
        return [rows, former][: 1 + len(past)]

    files = [f"{name}.csv", *([f"{name}_property_history.csv"] if kind.history else [])]
    return folder.finished(name, asked) or folder.write(name, asked, files, left_out, fill)


def _properties(
    connection: Connection, name: str, kind: Kind, named: Mapping[str, bool]
) -> tuple[list[str], list[str]]:
    """The wanted properties that the account has, and those that should be there and are not."""
    always = kind.properties.split()
    wanted = {word: word not in OFTEN_ABSENT for word in always} | dict(named)
    try:
        found = connection.get(f"/crm/v3/properties/{name}").json()["results"]
    except RefusedError as error:
        if error.status != 403:
            raise
        # a token may read objects and not what they are made of: HubSpot then leaves out by itself
        return list(wanted), []
    there = {one["name"].casefold(): str(one["name"]) for one in found} | {
        "hs_object_id": "hs_object_id"
    }
    kept = [there[word.casefold()] for word in wanted if word.casefold() in there]
    missing = [word for word, sure in wanted.items() if sure and word.casefold() not in there]
    return list(dict.fromkeys(kept)), missing


def _pages(
    connection: Connection, path: str, params: Mapping[str, str | int]
) -> Iterator[list[Mapping[str, Any]]]:
    """The pages of a list."""
    after = ""
    while True:
        page = connection.get(path, {**params, "after": after} if after else params).json()
        yield page["results"]
        after = _after(page)
        if not after:
            return


def _after(page: Mapping[str, Any]) -> str:
    """Where the next page starts; "" at the end."""
    return str(((page.get("paging") or {}).get("next") or {}).get("after") or "")


def _values(one: Mapping[str, Any], properties: Iterable[str]) -> list[str]:
    """An object's properties as cells; blank for null."""
    values = {"hs_object_id": one["id"], **one["properties"]}
    return [_plain(values.get(name)) for name in properties]


def _linked(connection: Connection, name: str, one: Mapping[str, Any], other: str) -> str:
    """Ids of the objects of another kind that one is associated with, the primary one first.

    A page holds the first hundred or so of each; the rest is asked for.
    """
    first: Mapping[str, Any] = (one.get("associations") or {}).get(other) or {}
    found = list(first.get("results") or ())
    after = _after(first)
    if after:
        path = f"/crm/v3/objects/{name}/{one['id']}/associations/{other}"
        for page in _pages(connection, path, {"limit": 500, "after": after}):
            found += page
    # "deal_to_company" is the primary one, "deal_to_company_unlabeled" any
    found.sort(key=lambda link: str(link.get("type", "")).endswith("_unlabeled"))
    return ";".join(dict.fromkeys(str(link["id"]) for link in found))


def _history(one: Mapping[str, Any], properties: Iterable[str]) -> Iterator[list[str]]:
    """The former and present values of some properties of an object, as HubSpot orders them."""
    past = one.get("propertiesWithHistory") or {}
    for name in properties:
        for then in past.get(name) or ():
            told = ("value", "timestamp", "sourceId", "sourceType", "updatedByUserId")
            yield [str(one["id"]), name, *(_plain(then.get(key)) for key in told)]


def _owners(connection: Connection, folder: Folder) -> tuple[Fetched, ...]:
    """Everybody who owns or owned something, those who left included."""

    def fill(part: Path) -> Sequence[int]:
        connection.progress("owners: asking HubSpot")
        rows = []
        for archived in ("false", "true"):
            for page in _pages(connection, "/crm/v3/owners", {"limit": 100, "archived": archived}):
                rows += [_owner(one) for one in page]
        return [_write(part, OWNERS, rows)]

    return folder.finished("owners", "") or folder.write("owners", "", ["owners.csv"], (), fill)


def _owner(one: Mapping[str, Any]) -> list[str]:
    teams = sorted(one.get("teams") or (), key=lambda team: not team.get("primary"))
    user = one.get("userId") or one.get("userIdIncludingInactive")
    told = [one.get(key) for key in ("email", "firstName", "lastName", "archived", "createdAt")]
    names = ";".join(str(team["name"]) for team in teams)
    return [*map(_plain, [one["id"], user, one.get("type"), *told]), names]


def _pipelines(connection: Connection, folder: Folder) -> tuple[Fetched, ...]:
    """The stages of deals and tickets; a kind that may not be read is missing as such already."""

    def fill(part: Path) -> Sequence[int]:
        connection.progress("pipelines: asking HubSpot")
        rows: list[list[str]] = []
        refused: list[RefusedError] = []
        for name in ("deals", "tickets"):
            try:
                found = connection.get(f"/crm/v3/pipelines/{name}").json()["results"]
            except RefusedError as error:
                if error.status != 403:
                    raise
                refused.append(error)
                continue
            rows += [_stage(name, line, stage) for line in found for stage in line["stages"]]
        if len(refused) == 2:
            raise refused[0]
        return [_write(part, PIPELINES, rows)]

    files = ["pipelines.csv"]
    return folder.finished("pipelines", "") or folder.write("pipelines", "", files, (), fill)


def _stage(name: str, pipeline: Mapping[str, Any], stage: Mapping[str, Any]) -> list[str]:
    told = stage.get("metadata") or {}
    closed = told.get("isClosed")
    if closed is None and told.get("ticketState"):
        closed = told["ticketState"] == "CLOSED"
    return [
        name,
        *(_plain(pipeline.get(key)) for key in ("id", "label")),
        *(_plain(stage.get(key)) for key in ("id", "label", "displayOrder")),
        _plain(closed),
        _plain(told.get("probability")),
        _plain(bool(pipeline.get("archived") or stage.get("archived"))),
    ]


def _write(part: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return len(rows)


def _plain(value: Any) -> str:
    """A value of JSON as a cell: blank for null, true and false in small letters."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
