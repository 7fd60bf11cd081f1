"""A small HubSpot: CRM v3 objects with associations and history, properties, owners, pipelines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.pull.http_fake import Fake, Reply, Said, reply

Links = list[tuple[str, str]]
MOST, MOST_WITH_HISTORY, MOST_LINKS = 100, 50, 2


@dataclass
class One:
    """An object: its properties, what it hangs on, and what some properties were before."""

    id: str
    properties: dict[str, str | None]
    associations: dict[str, Links] = field(default_factory=dict)
    """By kind: ids, each with the type of the association."""
    history: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass
class FakeHubSpot(Fake):
    """An account with these objects."""

    objects: dict[str, list[One]] = field(default_factory=dict)
    owners: list[dict[str, Any]] = field(default_factory=list)
    pipelines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    most: int = MOST
    """Most objects a page, whatever is asked for."""

    def unauthorized(self) -> Reply:
        said = "Authentication credentials not found."
        return reply(
            {"status": "error", "message": said, "category": "INVALID_AUTHENTICATION"}, 401
        )

    def answer(self, method: str, path: str, query: Said, body: bytes) -> Reply:
        assert method == "GET", f"a pull only reads, and does not {method} {path}"
        match path.strip("/").split("/"):
            case ["crm", "v3", "properties", kind]:
                names = {name for one in self.objects.get(kind, ()) for name in one.properties}
                return reply({"results": [{"name": n, "type": "string"} for n in sorted(names)]})
            case ["crm", "v3", "objects", kind]:
                return self.page(kind, query)
            case ["crm", "v3", "objects", kind, id_, "associations", other]:
                (one,) = (one for one in self.objects[kind] if one.id == id_)
                return reply(self.links(kind, one, other, int(query["after"])))
            case ["crm", "v3", "owners"]:
                left = query["archived"] == "true"
                found = [owner for owner in self.owners if owner["archived"] is left]
                return reply(self.cut_up(found, query, 2, path))
            case ["crm", "v3", "pipelines", kind]:
                return reply({"results": self.pipelines.get(kind, [])})
        raise AssertionError(f"{path} is not part of the API")

    def page(self, kind: str, query: Said) -> Reply:
        past = [name for name in query.get("propertiesWithHistory", "").split(",") if name]
        most = MOST_WITH_HISTORY if past else MOST
        if int(query["limit"]) > most:
            said = f"Limit must be at most {most}"
            return reply({"status": "error", "message": said, "category": "VALIDATION_ERROR"}, 400)
        page = self.cut_up(self.objects.get(kind, []), query, self.most, f"/crm/v3/objects/{kind}")
        asked = query["properties"].split(",")
        others = [name for name in query.get("associations", "").split(",") if name]
        page["results"] = [
            {
                "id": one.id,
                "properties": {
                    name: one.properties.get(name) for name in asked if name != "hs_object_id"
                },
                "archived": False,
                **(
                    {"propertiesWithHistory": {n: one.history.get(n, []) for n in past}}
                    if past
                    else {}
                ),
                **self.associated(kind, one, others),
            }
            for one in page["results"]
        ]
        return reply(page)

    def associated(self, kind: str, one: One, others: list[str]) -> dict[str, Any]:
        found = {
            name: self.links(kind, one, name, 0) for name in others if name in one.associations
        }
        return {"associations": found} if found else {}

    def links(self, kind: str, one: One, other: str, start: int) -> dict[str, Any]:
        every = [{"id": id_, "type": type_} for id_, type_ in one.associations[other]]
        said: dict[str, Any] = {"results": every[start : start + MOST_LINKS]}
        if start + MOST_LINKS < len(every):
            link = f"{self.url}/crm/v3/objects/{kind}/{one.id}/associations/{other}"
            said["paging"] = {"next": {"after": str(start + MOST_LINKS), "link": link}}
        return said

    def cut_up(self, every: list[Any], query: Said, most: int, path: str) -> dict[str, Any]:
        start, size = int(query.get("after", 0)), min(int(query["limit"]), most)
        said: dict[str, Any] = {"results": every[start : start + size]}
        if start + size < len(every):
            link = f"{self.url}{path}?after={start + size}"
            said["paging"] = {"next": {"after": str(start + size), "link": link}}
        return said
