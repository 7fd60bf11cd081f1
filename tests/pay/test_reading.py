"""Reading facts from files: what they become, and every cell that cannot be read."""

from __future__ import annotations

import csv
import time
from datetime import date
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from remit.pay.calculate import Calculation
from remit.pay.facts import Credit
from remit.pay.reading import FactsError, place_of, read_facts
from remit.pay.release import lines
from remit.terms import Period, RemitError

CHARTER = """
    company: Acme
    roles: {ae: {is: AE, plan: ae}}
    people: [{person: Ann, role: ae}, {person: Bo, role: ae}]
    measures: {our bookings: {is: bookings}}
    plans: {ae: {components: {sold: {pays_on: our bookings, quota: 100000, rate: 10%}}}}
    """
DEALS = [
    ["ID", "Day", "Measure", "Amount", "Payee", "Share", "Known on"],
    ["D1", "2026-01-20", "our bookings", "150,000.00", "Ann", "60%", ""],
    ["D1", "2026-01-20", "our bookings", "150000", "Bo", "0.4", ""],
    ["D2", "2026-03-05", "bookings", "2500.55", "Ann", "", "2026-03-09"],
]


def written(folder: Path, name: str, rows: list[list[str]]) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows(rows)
    return file


def told(file: Path, charter) -> list[str]:
    with pytest.raises(FactsError) as error:
        read_facts(charter, file)
    return [str(problem).replace(f"{file.parent}/", "") for problem in error.value.problems]


def test_a_deal_is_read_with_its_splits_its_day_and_when_it_was_known(charter, tmp_path):
    facts = read_facts(charter(CHARTER), written(tmp_path, "transactions.csv", DEALS))

    first, second = facts.transactions()
    assert first.credits == (
        Credit("Ann", Fraction(3, 5), "split"),
        Credit("Bo", Fraction(2, 5), "split"),
    )
    assert (first.measure, first.amount) == ("bookings", 150_000)
    assert (second.day, second.known_on) == (date(2026, 3, 5), date(2026, 3, 9))
    assert second.amount == Fraction("2500.55")
    assert [one.id for one in facts.on(date(2026, 3, 8)).transactions()] == ["D1"]


def test_a_workbook_and_parquet_say_what_the_same_csv_says(charter, tmp_path):
    said = charter(CHARTER)
    text = written(tmp_path / "csv", "transactions.csv", DEALS)
    (tmp_path / "parquet").mkdir()
    duckdb.sql(f"COPY (FROM read_csv('{text}')) TO '{tmp_path}/parquet/transactions.parquet'")
    (tmp_path / "xlsx").mkdir()
    with xlsxwriter.Workbook(tmp_path / "xlsx" / "march.xlsx") as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Transactions")
        sheet.write_row(2, 0, DEALS[0])
        for at, row in enumerate(DEALS[1:], 3):
            sheet.write_row(at, 0, row)
            sheet.write_datetime(at, 1, date.fromisoformat(row[1]), day)
            sheet.write_number(at, 3, float(row[3].replace(",", "")))

    found = [
        read_facts(said, place).transactions()
        for place in (text, tmp_path / "parquet", tmp_path / "xlsx" / "march.xlsx")
    ]

    assert found[0] == found[1] == found[2]


def test_a_plan_on_a_measure_of_the_companys_own_name_pays_for_what_it_is(charter, tmp_path):
    said = charter(CHARTER)
    facts = read_facts(said, written(tmp_path, "transactions.csv", DEALS))

    paid = lines(Calculation(said, facts, date(2026, 3, 31)), "Ann")

    assert {line.transaction: line.cents for line in paid if line.state == "earned"} == {
        "D1": 900_000,
        "D2": 25_006,
    }


def test_files_of_one_table_add_up_and_other_files_of_a_folder_are_left_alone(charter, tmp_path):
    written(tmp_path / "f", "transactions-2026-01.csv", DEALS[:3])
    written(tmp_path / "f", "Transactions 2026-03.csv", [DEALS[0], DEALS[3]])
    written(tmp_path / "f", "people.csv", [["person"], ["Ann"]])

    facts = read_facts(charter(CHARTER), tmp_path / "f")

    assert [one.id for one in facts.transactions()] == ["D1", "D2"]


def test_every_table_is_read(charter, tmp_path):
    folder = tmp_path / "f"
    written(folder, "transactions.csv", DEALS)
    written(
        folder,
        "readings.csv",
        [["measure", "day", "level"], ["Net retention", "2026-03-31", "104.5%"]],
    )
    written(
        folder,
        "quotas.csv",
        [
            ["payee", "first_day", "last_day", "amount"],
            ["Ann", "2026-01-01", "2026-03-31", "90000"],
        ],
    )
    written(
        folder,
        "rates.csv",
        [["currency", "kind", "day", "rate"], ["EUR", "day", "2026-01-20", "1.0845"]],
    )
    written(
        folder, "owners.csv", [["account", "owner", "first_day"], ["Globex", "Bo", "2026-01-01"]]
    )
    written(
        folder,
        "absences.csv",
        [["payee", "first_day", "last_day"], ["Bo", "2026-02-01", "2026-02-10"]],
    )

    facts = read_facts(charter(CHARTER), folder)

    quarter = Period(date(2026, 1, 1), date(2026, 4, 1))
    assert facts.level("nrr", "Ann", quarter) == Fraction("1.045")
    assert facts.rate("EUR", date(2026, 1, 20), "day") == Fraction("1.0845")
    assert facts.owners("Globex")[0][0] == "Bo"
    assert [away.days for away in facts.away("Bo")] == [10]
    assert facts.con.execute("SELECT amount FROM quotas").fetchall()[0][0] == 90_000


def test_all_problems_of_all_files_are_told_at_once_from_the_top(charter, tmp_path):
    folder = tmp_path / "f"
    written(
        folder,
        "transactions.csv",
        [
            ["id", "day", "measure", "amount", "payee", "share", "credit", "colour"],
            ["D1", "20.01.2026", "bookings", "1.500,00", "Ann", "60", "", ""],
            ["", "2026-02-30", "bookings", "5", "Ann", "", "shared", ""],
        ],
    )
    written(folder, "quotas.csv", [["payee", "first_day", "last_day", "ammount"]])

    problems = told(folder, charter(CHARTER))

    assert [problem.splitlines()[0].removeprefix("f/") for problem in problems] == [
        "quotas.csv:1  ammount: quotas has no such column.",
        "quotas.csv:1  amount: is missing, and quotas needs it.",
        "transactions.csv:1  colour: transactions has no such column.",
        "transactions.csv:2:2  day: must be a day written like 2026-03-31.",
        "transactions.csv:2:4  amount: must be a number such as 1234.50, with at most 4 places.",
        "transactions.csv:2:6  share: must be a part such as 60% or 0.6: above 0, at most 1, "
        "no more than 10 places.",
        "transactions.csv:3:1  id: is empty.",
        "transactions.csv:3:2  day: must be a day written like 2026-03-31.",
        "transactions.csv:3:7  credit: must be owner or split or overlay.",
    ]
    assert 'Did you mean "amount"?' in problems[0]
    assert "It says '20.01.2026' now." in problems[3]


@pytest.mark.parametrize(
    "written_so", ["1234.5", "1,234.50", "-3", "+1", "0.0001", "12.50000", " 7 ", "99999999999999"]
)
def test_an_amount_that_can_be_read_exactly_is(charter, tmp_path, written_so):
    row = ["D1", "2026-01-20", "bookings", written_so]
    file = written(tmp_path, "transactions.csv", [["id", "day", "measure", "amount"], row])

    (only,) = read_facts(charter(CHARTER), file).transactions()

    assert only.amount == Fraction(written_so.replace(",", "").strip())


@pytest.mark.parametrize(
    "written_so",
    ["1.234,50", "1,23", "12,50", "1e5", "5 EUR", "0.00001", "NaN", "1" * 15, "--1", "5%"],
)
def test_an_amount_that_could_be_another_is_refused(charter, tmp_path, written_so):
    row = ["D1", "2026-01-20", "bookings", written_so]
    file = written(tmp_path, "transactions.csv", [["id", "day", "measure", "amount"], row])

    (problem,) = told(file, charter(CHARTER))

    assert problem.startswith("transactions.csv:2:4  amount: must be a number")


def test_lines_are_counted_as_an_editor_does_through_line_ends_in_cells(charter, tmp_path):
    file = tmp_path / "transactions.csv"
    file.write_text(
        'id,day,measure,amount,account\nD1,2026-01-01,bookings,5,"Globex\nInc"\n\n'
        "D2,2026-01-02,bookings,five,\n"
    )

    (problem,) = told(file, charter(CHARTER))

    assert problem.startswith("transactions.csv:5:4  amount")


def test_a_line_that_is_no_row_is_told_beside_cells_that_cannot_be_read(charter, tmp_path):
    file = tmp_path / "transactions.csv"
    file.write_text(
        'id,day,measure,amount\nD1,2026-01-01,bookings\nD2,2026-01-02,"book"ings,5\n'
        "D3,2026-01-03,bookings,x\nD4,2026-01-04,bookings,4\n"
    )

    problems = told(file, charter(CHARTER))

    assert [problem.partition("  ")[0] for problem in problems] == [
        "transactions.csv:2",
        "transactions.csv:3",
        "transactions.csv:4:4",
    ]
    assert "has 3 cells, and the header has 4." in problems[0]


def test_a_file_that_is_not_utf_8_says_on_which_line(charter, tmp_path):
    file = tmp_path / "transactions.csv"
    file.write_bytes("id,day,measure,amount\nD1,2026-01-01,bookings,5\nMü,".encode("cp1252"))

    (problem,) = told(file, charter(CHARTER))

    assert problem.startswith("transactions.csv:3  has bytes that are no UTF-8.")


def test_a_file_whose_name_says_no_table_is_a_problem_and_a_misspelled_one_in_a_folder_too(
    charter, tmp_path
):
    alone = written(tmp_path, "deals.csv", DEALS)
    written(tmp_path / "f", "transaction.csv", DEALS)
    written(
        tmp_path / "f", "readings.csv", [["measure", "day", "level"], ["grr", "2026-01-31", "1"]]
    )

    assert "has a name that says no table of facts." in told(alone, charter(CHARTER))[0]
    assert 'Did you mean "transactions"?' in told(tmp_path / "f", charter(CHARTER))[0]


def test_nothing_at_all_is_a_problem(charter, tmp_path):
    (tmp_path / "f").mkdir()

    assert "holds no facts to work pay out from." in told(tmp_path / "f", charter(CHARTER))[0]
    assert "is no file or folder." in told(tmp_path / "absent.csv", charter(CHARTER))[0]


def test_rows_of_one_deal_must_agree_and_a_correction_comes_with_a_later_day(charter, tmp_path):
    head = ["id", "day", "measure", "amount", "payee", "share", "known_on"]
    wrong = [head, ["D1", "2026-01-20", "bookings", "100", "Ann", "50%", ""],
             ["D1", "2026-01-20", "bookings", "90", "Bo", "50%", ""]]  # fmt: skip
    right = [head, ["D1", "2026-01-20", "bookings", "100", "Ann", "", ""],
             ["D1", "2026-01-20", "bookings", "90", "Ann", "", "2026-02-01"]]  # fmt: skip

    (problem,) = told(written(tmp_path, "transactions.csv", wrong), charter(CHARTER))
    facts = read_facts(charter(CHARTER), written(tmp_path, "transactions.csv", right))

    assert problem.startswith("transactions.csv:3  D1.amount: is not the same in all rows")
    assert [one.amount for one in facts.transactions()] == [90]
    assert [one.amount for one in facts.on(date(2026, 1, 31)).transactions()] == [100]


def test_a_row_that_stands_twice_is_a_problem_and_two_kinds_of_credit_are_not(charter, tmp_path):
    head = ["id", "day", "measure", "amount", "payee", "credit"]
    row = ["D1", "2026-01-20", "bookings", "100", "Ann", "owner"]

    (problem,) = told(written(tmp_path, "transactions.csv", [head, row, row]), charter(CHARTER))
    both = [head, row, [*row[:-1], "overlay"]]
    (only,) = read_facts(
        charter(CHARTER), written(tmp_path, "transactions.csv", both)
    ).transactions()

    assert "stands 2 times in transactions." in problem
    assert sorted(credit.kind for credit in only.credits) == ["overlay", "owner"]


def test_a_spell_that_ends_before_it_starts_is_a_problem(charter, tmp_path):
    written(tmp_path / "f", "transactions.csv", DEALS)
    rows = [["payee", "first_day", "last_day"], ["Bo", "2026-02-10", "2026-02-01"]]
    written(tmp_path / "f", "absences.csv", rows)

    (problem,) = told(tmp_path / "f", charter(CHARTER))

    assert problem.startswith("f/absences.csv:2  absences.last_day: is 2026-02-01, before")


def test_where_a_deal_stands_can_be_asked_later(charter, tmp_path):
    facts = read_facts(charter(CHARTER), written(tmp_path, "transactions.csv", DEALS))

    assert str(place_of(facts, "transactions", id="D2")).endswith("transactions.csv:4")


@pytest.mark.slow
def test_a_million_rows_take_seconds(charter, tmp_path):
    file = tmp_path / "transactions.csv"
    with file.open("w") as opened:
        opened.write("id,day,measure,amount,currency,payee\n")
        opened.writelines(
            f"D{n},2026-{n % 12 + 1:02d}-{n % 28 + 1:02d},bookings,{n % 90_000}.25,USD,P{n % 500}\n"
            for n in range(1_000_000)
        )
    begun = time.monotonic()

    facts = read_facts(charter(CHARTER), file)

    assert time.monotonic() - begun < 60  # 7 s on two cores that do nothing else
    assert facts.con.execute("SELECT count(*) FROM transactions").fetchall() == [(1_000_000,)]


# Loaded evidence

EVIDENCE = """
    company: Acme
    currency: USD
    segments: {mid: {}}
    roles: {ae: {is: AE, plan: ae}, sdr: {is: SDR, plan: sdr}}
    people: [{person: ann@acme.com, role: ae}, {person: bo@acme.com, role: ae}, {person: sam@acme.com, role: sdr}]
    retention_indicators: {active: {about: Daily use, field: usage.active_users, at_least: 50%}}
    handoffs:
      - {name: meeting, from: sdr, to: ae, at: discovery, offered: {object: Event}, accepted: {object: Event}}
    plans:
      ae: {components: {sold: {pays_on: bookings, quota: 100000, rate: 10%}}}
      sdr: {components: {met: {pays_on: accepted_meetings, each: 100}}}
    """


def test_won_deals_of_loaded_evidence_are_credited_to_named_people(charter, from_tables, tmp_path):
    said = charter(EVIDENCE)
    people = ("ann@acme.com", "bo@acme.com", "sam@acme.com")
    from_tables(
        said,
        people=[{"person_id": who, "is_person": True} for who in people],
        accounts=[{"account_id": "A1", "name": "Globex"}, {"account_id": "A2", "name": "Initech"}],
        opportunities=[
            {"opportunity_id": "D1", "account_id": "A1", "kind": "new", "owner_id": "ann@acme.com",
             "created_at": "2025-11-01", "closed_at": "2026-01-20T15:00:00Z", "won": "true",
             "amount": "150000", "currency": "USD", "close_day": "2026-01-20"},
            {"opportunity_id": "D2", "account_id": "A2", "kind": "expansion",
             "owner_id": "ann@acme.com", "created_at": "2025-11-01",
             "closed_at": "2026-03-05T15:00:00Z", "won": "true", "amount": "40000",
             "currency": "EUR", "close_day": "2026-03-05"},
            {"opportunity_id": "D3", "account_id": "A2", "kind": "new", "owner_id": "ann@acme.com",
             "created_at": "2025-11-01", "closed_at": "2026-03-06T15:00:00Z", "won": "false",
             "amount": "1", "currency": "USD", "close_day": "2026-03-06"},
        ],
        deal_splits=[
            {"opportunity_id": "D2", "person_id": "ann@acme.com", "kind": "Revenue", "share": 0.7},
            {"opportunity_id": "D2", "person_id": "bo@acme.com", "kind": "Revenue", "share": 0.3},
            {"opportunity_id": "D2", "person_id": "sam@acme.com", "kind": "Overlay", "share": 1},
        ],
        contracts=[
            {"contract_id": "C1", "account_id": "A1", "arr": "150000", "currency": "USD",
             "first_day": "2026-01-20", "end_day": "2026-04-01"},
        ],
        usage=[
            {"account_id": account, "day": day, "metric": metric, "value": value}
            for account, day, active in (("A1", "2026-02-15", 4), ("A1", "2026-03-15", 6))
            for metric, value in (("active_users", active), ("licensed_users", 10))
        ],
        leads=[{"lead_id": "L1", "created_at": "2026-12-30T10:00:00Z"}],
        quotas=[
            {"person_id": "ann@acme.com", "measure": "Bookings", "first_day": "2026-01-01",
             "end_day": "2026-04-01", "amount": "120000", "currency": "USD"},
        ],
        handoffs=[
            {"handoff": "meeting", "case_id": "H1", "step": step, "happened_at": when,
             "recorded_by": who}
            for step, when, who in (
                ("offered", "2026-02-01T10:00:00Z", "sam@acme.com"),
                ("accepted", "2026-02-03T10:00:00Z", "ann@acme.com"),
            )
        ],
    )  # fmt: skip

    facts = read_facts(said, tmp_path / "tables.duckdb")

    found = {one.id: one for one in facts.transactions()}
    assert sorted(found) == ["D1", "D2", "H1 accepted"]
    first, second, meeting = found["D1"], found["D2"], found["H1 accepted"]
    assert (first.credits, first.measure, first.account) == (
        (Credit("ann@acme.com"),), "new_arr", "Globex",
    )  # fmt: skip
    assert (first.left_on, first.reached_on) == (date(2026, 4, 1), date(2026, 3, 15))
    assert {(c.payee, c.share, c.kind) for c in second.credits} == {
        ("ann@acme.com", Fraction(7, 10), "split"),
        ("bo@acme.com", Fraction(3, 10), "split"),
        ("sam@acme.com", Fraction(1), "overlay"),
    }
    assert (second.currency, second.left_on, second.reached_on) == ("EUR", None, None)
    assert meeting.credits == (Credit("sam@acme.com"),)
    assert (meeting.day, meeting.measure) == (date(2026, 2, 3), "accepted_meetings")
    ((quota, over),) = facts.quotas(
        "ann@acme.com", "sold", Period(date(2026, 1, 1), date(2026, 4, 1))
    )
    assert (quota, over.last_day) == (120_000, date(2026, 3, 31))


def test_a_won_deal_without_an_amount_stops_pay_where_somebody_on_a_plan_won_it(
    charter, from_tables, tmp_path
):
    said = charter(EVIDENCE)
    deal = {"kind": "new", "created_at": "2025-11-01", "closed_at": "2026-01-20T15:00:00Z",
            "won": "true", "close_day": "2026-01-20"}  # fmt: skip
    from_tables(
        said,
        people=[
            {"person_id": who, "is_person": True} for who in ("ann@acme.com", "guest@acme.com")
        ],
        opportunities=[
            {"opportunity_id": "D1", "owner_id": "ann@acme.com", "amount": "", **deal},
            {"opportunity_id": "D2", "owner_id": "guest@acme.com", "amount": "", **deal},
            {"opportunity_id": "D3", "owner_id": "ann@acme.com", "amount": "5", **deal},
        ],
    )

    with pytest.raises(RemitError) as error:
        read_facts(said, tmp_path / "tables.duckdb")

    assert [p.path for p in error.value.problems] == ["D1"]


DEAL = {"kind": "new", "owner_id": "ann@acme.com", "amount": "1000", "currency": "USD"}


def won(deal: str, *, entered: str, close_day: str = "2026-02-10", **more: str) -> dict[str, str]:
    """A deal that was won, at the end of its close day unless something else is said."""
    return {**DEAL, "opportunity_id": deal, "won": "true", "created_at": f"{entered}T10:00:00Z",
            "close_day": close_day, "closed_at": f"{close_day}T23:59:59Z",
            "closed_from": "close day", **more}  # fmt: skip


ANN = {"person_id": "ann@acme.com", "is_person": True}


def test_a_deal_without_a_history_that_was_entered_after_its_close_day_is_known_since_then(
    charter, from_tables, tmp_path
):
    said = charter(EVIDENCE)
    from_tables(
        said,
        people=[ANN],
        opportunities=[
            won("late", entered="2026-03-20"),
            won("on the day", entered="2026-02-10"),
            won("in time", entered="2026-01-05"),
        ],
    )

    facts = read_facts(said, tmp_path / "tables.duckdb")

    closed = date(2026, 2, 10)
    assert {one.id: (one.day, one.known_on) for one in facts.transactions()} == {
        "late": (closed, date(2026, 3, 20)),
        "on the day": (closed, closed),
        "in time": (closed, closed),
    }
    assert {one.id for one in facts.on(date(2026, 3, 19)).transactions()} == {
        "on the day", "in time",
    }  # fmt: skip


def test_a_deal_entered_late_with_a_history_from_before_is_of_the_day_its_history_says(
    charter, from_tables, tmp_path
):
    said = charter(EVIDENCE)
    then = {"stage": "Won", "closed_at": "2026-03-05T10:00:00Z", "closed_from": "stage history"}
    from_tables(
        said,
        people=[ANN],
        opportunities=[won("moved here", entered="2026-03-20", **then)],
        stage_changes=[
            {"record_type": "opportunity", "record_id": "moved here", "place": "1",
             "stage": "Won", "entered_at": "2026-03-05T10:00:00Z"},
        ],
    )  # fmt: skip

    (found,) = read_facts(said, tmp_path / "tables.duckdb").transactions()

    assert (found.day, found.known_on) == (date(2026, 3, 5), date(2026, 3, 20))


def moved(stages: list[tuple[str, str, str, str]]) -> list[dict[str, str]]:
    """A history: each deal with a stage, the day it came there and the day it left, if it did."""
    return [
        {"record_type": "opportunity", "record_id": deal, "stage": stage, "place": str(at),
         "entered_at": f"{since}T10:00:00Z", "left_at": until and f"{until}T10:00:00Z"}
        for at, (deal, stage, since, until) in enumerate(stages, 1)
    ]  # fmt: skip


@pytest.mark.parametrize("enterprise", ["Enterprise", ""])
def test_a_stage_that_two_pipelines_share_is_one_of_won_deals_only_where_deals_are_won_in_it(
    charter, from_tables, tmp_path, enterprise
):
    said = charter(EVIDENCE)
    never = {**DEAL, "pipeline": enterprise, "created_at": "2026-01-05", "close_day": "2026-05-01"}
    gone = {"stage": "Lost", "won": "false", "closed_at": "2026-05-01T10:00:00Z"}
    stages = [
        ("won", "Contract", "2026-02-10", ""),
        ("open", "Contract", "2026-02-10", "2026-04-02"),
        ("open", "Closing", "2026-04-02", ""),
        ("lost", "Contract", "2026-02-10", "2026-05-01"),
        ("undone", "Contract", "2026-02-10", "2026-05-01"),
        ("undone", "Lost", "2026-05-01", ""),
    ]
    from_tables(
        said,
        people=[ANN],
        opportunities=[
            won("won", entered="2026-01-05", stage="Contract", pipeline="Sales"),
            {**never, "opportunity_id": "open", "stage": "Closing"},
            {**never, "opportunity_id": "lost", **gone},
            {**never, "opportunity_id": "undone", **gone, "pipeline": "Sales"},
        ],
        stage_changes=moved(stages),
    )  # fmt: skip

    facts = read_facts(said, tmp_path / "tables.duckdb")

    assert {one.id: one.cancelled_on for one in facts.transactions()} == {
        "won": None,
        "undone": date(2026, 5, 1),
    }


def test_where_no_pipelines_are_told_a_deal_that_left_the_stage_of_won_deals_was_undone(
    charter, from_tables, tmp_path
):
    said = charter(EVIDENCE)
    stages = [("undone", "Contract", "2026-02-10", "2026-05-01"),
              ("undone", "Lost", "2026-05-01", "")]  # fmt: skip
    from_tables(
        said,
        people=[ANN],
        opportunities=[
            won("won", entered="2026-01-05", stage="Contract"),
            {**DEAL, "opportunity_id": "undone", "created_at": "2026-01-05", "stage": "Lost",
             "close_day": "2026-05-01", "won": "false", "closed_at": "2026-05-01T10:00:00Z"},
        ],
        stage_changes=moved(stages),
    )  # fmt: skip

    facts = read_facts(said, tmp_path / "tables.duckdb")

    assert {one.id: one.cancelled_on for one in facts.transactions()} == {
        "won": None,
        "undone": date(2026, 5, 1),
    }


def test_a_workbook_that_reaches_too_far_is_refused_before_it_is_opened(charter, tmp_path):
    file = tmp_path / "transactions.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("transactions")
        for row, cells in enumerate(DEALS):
            sheet.write_row(row, 0, cells)
        sheet.write(1_048_575, 16_383, "?")

    (problem,) = told(file, charter(CHARTER))

    assert "transactions.xlsx" in problem
    assert "reaches over 1,048,576 rows and 16,384 columns" in problem


def test_what_is_no_workbook_is_said_to_be_none(charter, tmp_path):
    file = tmp_path / "transactions.xlsx"
    file.write_bytes(b"PK\x03\x04 and nothing more")

    (problem,) = told(file, charter(CHARTER))

    assert "is cut off or broken, or no workbook" in problem
