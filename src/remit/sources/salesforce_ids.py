"""The two forms of an id of Salesforce: 15 characters, and 18 of which the last three check."""

from __future__ import annotations

_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
IDS_ARE_SHORT = (
    "Ids of 18 characters whose last three check the first 15 are Salesforce's, and are kept by "
    "those 15, as its own export is."
)


def in_15(id_: str) -> str:
    """An id in Salesforce's short form if it is one of its long ones, else as it is, as SQL.

    The last three characters of a long id say which of the others are capitals. Where they do, no
    two ids become one, and whoever has the long form means the record of the short one, whichever
    is loaded first.
    """
    checks = " || ".join(
        f"substr('{_CHECKS}', 1 + "
        + " + ".join(
            f"CAST(regexp_full_match(substr({id_}, {5 * part + at + 1}, 1), '[A-Z]') AS INT) * {2**at}"
            for at in range(5)
        )
        + ", 1)"
        for part in range(3)
    )
    return (
        f"CASE WHEN length({id_}) = 18 AND regexp_full_match({id_}, '[A-Za-z0-9]{{15}}[A-Z0-5]{{3}}') "
        f"AND right({id_}, 3) = {checks} THEN left({id_}, 15) ELSE {id_} END"
    )
