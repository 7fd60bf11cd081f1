"""Fivetran's tables of a HubSpot portal, as CSV files: one a table, `<table>.csv`.

Properties are columns called `property_<internal name>`; the stages a deal has been in are the
versions in `deal_stage`; every value a property of a deal or contact has taken is a row of
`deal_property_history` and `contact_property_history`. Moments are in UTC and have no zone.

Cannot hold: what no HubSpot layout can (`remit.example.hubspot`), and further:

- job titles of one's own people: `users` and `owner` have none, so roles by title cannot be told;
- who made a record, other than in `property_hs_created_by_user_id`, where the user is an owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from remit.example.days import Clock, last_moment
from remit.example.hubspot import PORTAL, Change, Pipeline, Portal, Record, portal
from remit.example.layouts import Everything
from remit.example.layouts._fivetran import STILL, before, moment, synced
from remit.example.tables import Row, Table, write_tables

KINDS = {"calls": "CALL", "emails": "EMAIL", "meetings": "MEETING", "tasks": "TASK"}
"""What HubSpot calls each kind of engagement, by the name of its objects."""

_ASSOCIATIONS = {
    ("CALL", "contact"): 194, ("CALL", "company"): 182, ("CALL", "deal"): 206,
    ("CALL", "ticket"): 220, ("EMAIL", "contact"): 198, ("EMAIL", "company"): 186,
    ("EMAIL", "deal"): 210, ("EMAIL", "ticket"): 224, ("MEETING", "contact"): 200,
    ("MEETING", "company"): 188, ("MEETING", "deal"): 212, ("MEETING", "ticket"): 226,
    ("TASK", "contact"): 204, ("TASK", "company"): 192, ("TASK", "deal"): 216,
    ("TASK", "ticket"): 228,
}  # fmt: skip
_DEFINED = "HUBSPOT_DEFINED"


def _names(records: Iterable[Record]) -> list[str]:
    """Names of the properties any record has, in order of first use; HubSpot sends no others."""
    found: dict[str, None] = {}
    for record in records:
        found.update(dict.fromkeys(record.properties))
    return [*found]


def _value(value: str) -> str:
    """A property's value; moments without their zone."""
    return moment(value) if len(value) == 24 and value[10] == "T" and value[-1] == "Z" else value


def _flag(value: bool) -> str:
    return "true" if value else "false"


class _Tables:
    """The tables while they are made, each with its own moment of synchronisation."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.found: dict[str, Table] = {}

    def add(self, name: str, header: str, rows: Iterable[Row]) -> None:
        """Add a table; `_fivetran_synced` is its last column and is filled in here."""
        stamp = synced(self.end, len(self.found))
        self.found[name] = Table(
            (*header.split(), "_fivetran_synced"), [(*row, stamp) for row in rows]
        )

    def objects(
        self, name: str, first: Sequence[str], records: Sequence[Record], fixed: Mapping[str, str]
    ) -> None:
        """Add the table of an object.

        Args:
            name: Name of the table.
            first: Names of the columns that are no properties; the first two are id and deleted.
            records: The records.
            fixed: Properties whose column has another name, with that name.
        """
        names = _names(records)
        columns = [fixed.get(name, f"property_{name}") for name in names]
        self.add(
            name, " ".join((*first, *columns)),
            (
                (record.id, _flag(record.archived), *("",) * (len(first) - 2),
                 *(_value(record.properties.get(name, "")) for name in names))
                for record in records
            ),
        )  # fmt: skip


def _pipelines(made: _Tables, kind: str, pipelines: Sequence[Pipeline], created: str) -> None:
    made.add(
        f"{kind}_pipeline",
        "pipeline_id _fivetran_deleted active display_order label created_at updated_at",
        (
            (pipeline.id, "false", "true", place, pipeline.label, created, created)
            for place, pipeline in enumerate(pipelines)
        ),
    )
    stages = [(pipeline, *pair) for pipeline in pipelines for pair in enumerate(pipeline.stages)]
    if kind == "deal":
        made.add(
            "deal_pipeline_stage",
            "stage_id _fivetran_deleted active closed_won is_closed display_order probability "
            "label pipeline_id created_at updated_at",
            (
                (stage.id, "false", "true", _flag(stage.probability == 1.0), _flag(stage.closed),
                 place, stage.probability, stage.label, pipeline.id, created, created)
                for pipeline, place, stage in stages
            ),
        )  # fmt: skip
        return
    made.add(
        "ticket_pipeline_stage",
        "stage_id _fivetran_deleted active display_order is_closed label pipeline_id ticket_state "
        "created_at updated_at",
        (
            (stage.id, "false", "true", place, _flag(stage.closed), stage.label, pipeline.id,
             "CLOSED" if stage.closed else "OPEN", created, created)
            for pipeline, place, stage in stages
        ),
    )  # fmt: skip


def _people(made: _Tables, found: Portal) -> None:
    made.add(
        "owner",
        "owner_id created_at portal_id type updated_at email first_name last_name active_user_id",
        (
            (owner.id, moment(owner.created), PORTAL, "PERSON", moment(owner.created), owner.email,
             owner.first, owner.last, owner.user)
            for owner in found.owners
        ),
    )  # fmt: skip
    made.add(
        "users", "id _fivetran_deleted primary_team_id role_id email first_name last_name",
        (
            (owner.user, "false", owner.team, "", owner.email, owner.first, owner.last)
            for owner in found.owners
        ),
    )  # fmt: skip
    made.add("team", "id name", found.teams.items())
    made.add(
        "team_user", "user_id team_id is_secondary_user",
        ((owner.user, owner.team, "false") for owner in found.owners),
    )  # fmt: skip
    made.add(
        "owner_team", "owner_id team_id is_team_primary",
        ((owner.id, owner.team, "true") for owner in found.owners),
    )  # fmt: skip


def _versions(changes: Iterable[Change]) -> Iterable[Row]:
    """The stages each deal has been in, deal by deal."""
    by_deal: dict[str, list[Change]] = {}
    for change in changes:
        if change.name == "dealstage":
            by_deal.setdefault(change.record, []).append(change)
    for deal, stages in by_deal.items():
        for change, after in zip(stages, [*stages[1:], None], strict=True):
            start = moment(change.at)
            end = STILL if after is None else before(moment(after.at))
            yield (deal, start, end, _flag(after is None), start, "CRM_UI",
                   f"userId:{change.user}" if change.user else "", change.value)  # fmt: skip


def _history(made: _Tables, kind: str, changes: Iterable[Change]) -> None:
    made.add(
        f"{kind}_property_history", f"{kind}_id timestamp source name source_id value",
        (
            (change.record, moment(change.at), "CRM_UI" if change.user else "AUTOMATION_PLATFORM",
             change.name, f"userId:{change.user}" if change.user else "", _value(change.value))
            for change in changes
        ),
    )  # fmt: skip


def _engagements(made: _Tables, found: Portal) -> None:
    by_kind = {kind: getattr(found, kind) for kind in KINDS}
    everything = sorted(
        ((record, KINDS[kind]) for kind, records in by_kind.items() for record in records),
        key=lambda pair: int(pair[0].id),
    )
    made.add("engagement", "id type portal_id", ((r.id, kind, PORTAL) for r, kind in everything))
    for kind, records in by_kind.items():
        names = [name for name in _names(records) if name != "hs_object_id"]
        made.add(
            f"engagement_{kind.removesuffix('s')}",
            " ".join(
                ("engagement_id _fivetran_deleted type", *(f"property_{name}" for name in names))
            ),
            (
                (record.id, _flag(record.archived), KINDS[kind],
                 *(_value(record.properties.get(name, "")) for name in names))
                for record in records
            ),
        )  # fmt: skip
    for other in ("contact", "company", "deal"):
        made.add(
            f"engagement_{other}", f"{other}_id engagement_id engagement_type type_id category",
            (
                (which, record.id, kind, _ASSOCIATIONS[kind, other], _DEFINED)
                for record, kind in everything
                for which in _associated(record, other)
            ),
        )  # fmt: skip
    made.add(
        "ticket_engagement", "ticket_id engagement_id category",
        ((which, record.id, _DEFINED) for record, _ in everything for which in record.tickets),
    )  # fmt: skip


def _associated(record: Record, other: str) -> tuple[str, ...]:
    found = {"contact": record.contacts, "company": record.companies, "deal": record.deals}
    return found[other]


def tables(everything: Everything) -> dict[str, Table]:
    """The tables by name."""
    end = last_moment(everything.company.last_day, everything.days)
    found = portal(everything.tables, Clock().stamp(end))
    made = _Tables(end)
    begun = moment(min(owner.created for owner in found.owners))
    _people(made, found)
    _pipelines(made, "deal", found.pipelines, begun)
    _pipelines(made, "ticket", [found.ticket_pipeline], begun)
    made.objects("company", ("id", "is_deleted"), found.companies, {})
    made.objects("contact", ("id", "_fivetran_deleted"), found.contacts, {})
    made.objects(
        "deal", ("deal_id", "is_deleted"), found.deals,
        {"pipeline": "deal_pipeline_id", "dealstage": "deal_pipeline_stage_id",
         "hubspot_owner_id": "owner_id"},
    )  # fmt: skip
    made.objects("ticket", ("id", "is_deleted"), found.tickets, {})
    for kind, records in (("deal", found.deals), ("ticket", found.tickets)):
        for other, type_id in (("company", 5), ("contact", 3)):
            typed = kind == "deal"
            made.add(
                f"{kind}_{other}",
                f"{kind}_id {other}_id category" + (" type_id" if typed else ""),
                (
                    (record.id, which, _DEFINED, *((type_id,) if typed else ()))
                    for record in records
                    for which in _associated(record, other)
                ),
            )
    made.add(
        "deal_stage",
        "deal_id _fivetran_start _fivetran_end _fivetran_active date_entered source source_id value",
        _versions(found.deal_changes),
    )
    _history(made, "deal", found.deal_changes)
    _history(made, "contact", found.contact_changes)
    _engagements(made, found)
    return made.found


def write(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the tables; returns the number of rows by table."""
    return write_tables(tables(everything), folder)
