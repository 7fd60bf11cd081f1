"""The order in which an audit tells what came out."""

from __future__ import annotations

from remit.audit import audit
from remit.terms import Answer

CHARTER = """
    company: Acme
    time_zone: UTC
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"SDR": sdr, "AE": ae}
    """


def test_what_could_not_be_looked_at_begins_with_roles_and_ends_with_figures_of_money(
    charter, from_tables
):
    declared = charter(CHARTER)
    staff = [{"person_id": f"ae{n}", "title": "AE"} for n in range(6)]

    found = audit(declared, from_tables(declared, people=staff)).findings

    blind = [f.about for f in found if f.answer is Answer.COULD_NOT_LOOK]
    money = [about.startswith("company") for about in blind]
    assert True in money
    assert money == sorted(money)
    answers = [f.answer for f in found if f.severity is None]
    assert answers == sorted(answers, key=list(Answer).index)
