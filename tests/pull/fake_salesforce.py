"""A small Salesforce: sign-in, describe, query jobs of Bulk API 2.0, and REST queries."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.pull.http_fake import Fake, Reply, Said, reply

API = "/services/data/v60.0"
Row = dict[str, str]
SOQL = re.compile(r"SELECT (?P<fields>.+?) FROM (?P<object>\w+)(?: WHERE (?P<where>.+))?$")


@dataclass
class FakeSalesforce(Fake):
    """An org with these objects; rows as text, as a CSV export has them."""

    objects: dict[str, list[Row]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    """`Object.Field` to its type, where it is none of text."""
    not_in_bulk: set[str] = field(default_factory=set)
    clients: dict[str, str] = field(default_factory=dict)
    """Secrets by client id; each sign-in makes a new token."""
    rows_a_record_page: int = 3
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of_export(cls, folder: Path, **more: Any) -> FakeSalesforce:
        """An org that holds what an export holds."""
        objects: dict[str, list[Row]] = {}
        names: dict[str, list[str]] = {}
        for file in folder.glob("*.csv"):
            with file.open(encoding="utf-8", newline="") as text:
                reader = csv.DictReader(text)
                objects[file.stem] = list(reader)
                names[file.stem] = list(reader.fieldnames or ())
        fake = cls(objects=objects, **more)
        fake.columns = names
        return fake

    columns: dict[str, list[str]] = field(default_factory=dict)

    def fields_of(self, name: str) -> list[str]:
        """The fields of an object: those of its rows, and when they were last changed."""
        known = self.columns.get(name) or list(
            dict.fromkeys(f for r in self.objects[name] for f in r)
        )
        dated = "LastModifiedDate" in known and "SystemModstamp" not in known
        return [*known, *(["SystemModstamp"] if dated else [])]

    def needs_token(self, path: str) -> bool:
        return path != "/services/oauth2/token"

    def unauthorized(self) -> Reply:
        return reply(
            [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], 401
        )

    def answer(self, method: str, path: str, query: Said, body: bytes) -> Reply:
        if path == "/services/oauth2/token":
            return self.sign_in(body)
        assert path.startswith(API), path
        parts = path.removeprefix(API).strip("/").split("/")
        match (method, *parts):
            case ("GET", "sobjects"):
                names = [{"name": name, "queryable": True} for name in self.objects]
                return reply({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": names})
            case ("GET", "sobjects", name, "describe"):
                if name not in self.objects:
                    return reply([{"message": "not there", "errorCode": "NOT_FOUND"}], 404)
                fields = [
                    {"name": f, "type": self.types.get(f"{name}.{f}", "string")}
                    for f in self.fields_of(name)
                ]
                return reply({"name": name, "fields": fields})
            case ("POST", "jobs", "query"):
                return self.new_job(json.loads(body))
            case ("GET", "jobs", "query", job):
                return self.look(self.jobs[job])
            case ("GET", "jobs", "query", job, "results"):
                return self.results(self.jobs[job], query)
            case ("DELETE", "jobs", "query", job):
                del self.jobs[job]
                return Reply(b"", 204)
            case ("GET", "queryAll"):
                return self.records(query["q"], 0)
            case ("GET", "query", cursor):
                soql, start = self.jobs[cursor]["query"], self.jobs[cursor]["start"]
                return self.records(soql, start)
        raise AssertionError(f"{method} {path} is not part of the API")

    def sign_in(self, body: bytes) -> Reply:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if self.clients.get(form["client_id"]) != form["client_secret"]:
            said = {"error": "invalid_client", "error_description": "invalid client credentials"}
            return reply(said, 400)
        self.token = f"00D{len(self.asked)}!secret"
        return reply({"access_token": self.token, "instance_url": self.url, "token_type": "Bearer"})

    def new_job(self, wanted: dict[str, str]) -> Reply:
        assert wanted["operation"] == "queryAll"
        assert (wanted["columnDelimiter"], wanted["lineEnding"]) == ("COMMA", "LF")
        found = SOQL.match(wanted["query"])
        assert found, wanted["query"]
        name = found["object"]
        if name in self.not_in_bulk:
            said = f"Entity '{name}' is not supported by the Bulk API."
            return reply([{"message": said, "errorCode": "INVALIDENTITY"}], 400)
        job = {
            "id": f"750{len(self.asked):012d}",
            "query": wanted["query"],
            "states": ["UploadComplete", "InProgress", "JobComplete"],
        }
        self.jobs[job["id"]] = job
        return reply({"id": job["id"], "state": "UploadComplete", "object": name})

    def look(self, job: dict[str, Any]) -> Reply:
        states = job["states"]
        state = states.pop(0) if len(states) > 1 else states[0]
        rows = len(self.selected(job["query"])[1]) if state != "UploadComplete" else 0
        said = {"id": job["id"], "state": state, "numberRecordsProcessed": rows}
        if state == "Failed":
            said["errorMessage"] = job.get("why", "InvalidBatch: no reason")
        return reply(said)

    def results(self, job: dict[str, Any], query: Said) -> Reply:
        fields, rows = self.selected(job["query"])
        start, most = int(query.get("locator", 0)), int(query["maxRecords"])
        page = rows[start : start + most]
        text = io.StringIO()
        writer = csv.DictWriter(
            text, fields, extrasaction="ignore", lineterminator="\n", quoting=csv.QUOTE_ALL
        )
        writer.writeheader()
        writer.writerows({name: row.get(name) or "" for name in fields} for row in page)
        more = start + most < len(rows)
        headers = {
            "Sforce-NumberOfRecords": str(len(page)),
            "Sforce-Locator": str(start + most) if more else "null",
        }
        return Reply(text.getvalue().encode(), 200, headers, "text/csv; charset=UTF-8")

    def records(self, soql: str, start: int) -> Reply:
        fields, rows = self.selected(soql)
        page = rows[start : start + self.rows_a_record_page]
        end = start + len(page)
        said: dict[str, Any] = {
            "totalSize": len(rows),
            "done": end >= len(rows),
            "records": [
                {"attributes": {"type": "x"}, **{f: self.typed(row.get(f)) for f in fields}}
                for row in page
            ],
        }
        if not said["done"]:
            cursor = f"01g{len(self.asked)}-{end}"
            self.jobs[cursor] = {"query": soql, "start": end}
            said["nextRecordsUrl"] = f"{API}/query/{cursor}"
        return reply(said)

    @staticmethod
    def typed(value: str | None) -> Any:
        """A cell as REST gives it: booleans and instants in another way than Bulk API."""
        if not value:
            return None
        if value in ("true", "false"):
            return value == "true"
        return value.replace("Z", "+0000") if re.fullmatch(r"[\d-]+T[\d:.]+Z", value) else value

    def selected(self, soql: str) -> tuple[list[str], list[Row]]:
        """The fields and rows of a query."""
        found = SOQL.match(soql)
        assert found, soql
        name, fields = found["object"], found["fields"].split(", ")
        unknown = set(fields) - set(self.fields_of(name))
        assert not unknown, f"INVALID_FIELD: {name} has no {unknown}"
        rows = self.objects[name]
        if "SystemModstamp" in fields:
            rows = [{**row, "SystemModstamp": self.changed(row)} for row in rows]
        if found["where"]:
            left, sign, right = found["where"].split(" ", 2)
            if sign == "=":
                rows = [row for row in rows if row.get(left) == right.strip("'")]
            else:
                assert sign == ">="
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", right), right
                rows = [row for row in rows if self.changed(row)[:19] >= right[:19]]
        return fields, rows

    @staticmethod
    def changed(row: Row) -> str:
        return row.get("SystemModstamp") or row.get("LastModifiedDate") or row["CreatedDate"]
