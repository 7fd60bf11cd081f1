"""Records as they were known on a day, where several loads told different things of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ibis

from remit.evidence.tables import TABLES
from remit.evidence.write import NEVER_TAKEN


def as_known(name: str, current: Any, earlier: Any, ends: datetime) -> Any:
    """A table of records with the version of each that was the newest before an instant.

    A record that was first told of later is as its first version says, because nothing tells
    that it had been otherwise. Of versions told at one instant it is the one that counts when
    exports are loaded: of an undated sheet what was loaded last, of dated exports the greater in
    what they hold.

    Args:
        name: The canonical table.
        current: It, with `_since`: from when each row has been told as it is.
        earlier: Versions that a later load replaced, with the same columns.
        ends: The instant, UTC.
    """
    columns = list(current.columns)
    versions = current.mutate(is_current=True).union(
        earlier.select(*columns).mutate(is_current=False), distinct=False
    )
    of_record = ibis.window(group_by=list(TABLES[name].key))
    before = versions._since.isnull() | (versions._since < ends)
    versions = versions.mutate(
        told_before=before.any().over(of_record),
        is_before=before,
    )
    fitting = versions.filter(versions.is_before == versions.told_before)
    # the newest of those before, or else the first of all
    rank = ibis.row_number().over(
        ibis.window(
            group_by=list(TABLES[name].key),
            order_by=[
                fitting.told_before.ifelse(fitting._since, ibis.null("timestamp(6)")).desc(),
                fitting._since.asc(),
                # nothing but its being current tells that an undated row was loaded last
                (fitting.is_current & (fitting._since == NEVER_TAKEN)).desc(),
                fitting._content.desc(),
            ],
        )
    )
    fitting = fitting.mutate(rank=rank)
    return fitting.filter(fitting["rank"] == 0).select(*columns)
