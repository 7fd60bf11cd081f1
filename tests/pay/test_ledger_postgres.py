"""The ledger in a real PostgreSQL: what holds of a file holds of it, too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from remit.pay.ledger import Ledger, LedgerError, LedgerTaken, NoLedger
from remit.pay.months import Promise, month_of
from tests.pay.test_ledger import APRIL, MARCH, NOW, at_once, close, line, posted, said


@pytest.fixture
def at(postgres: str, request: pytest.FixtureRequest) -> str:
    """An address with a schema of this test's own, which is not there yet."""
    schema = f"pay_{abs(hash(request.node.name)) % 10**8}"
    execute(postgres, f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    return f"{postgres}&schema={schema}"


def execute(address: str, sql: str, schema: str = "") -> list[tuple[object, ...]]:
    import psycopg

    with psycopg.connect(address, autocommit=True) as con:
        if schema:
            con.execute(f'SET search_path TO "{schema}"')  # type: ignore[call-overload]
        found = con.execute(sql)  # type: ignore[call-overload]
        return found.fetchall() if found.description else []


def schema_of(at: str) -> tuple[str, str]:
    address, _, schema = at.partition("&schema=")
    return address, schema


def test_the_same_steps_leave_the_same_lines_as_in_a_file(at, tmp_path):
    file, there = Ledger.open(tmp_path / "pay.ledger"), Ledger.open(at)
    for ledger in (file, there):
        drawn = [Promise("Ann", "USD", recoverable=2000_00, guarantee=1, since=MARCH.start)]
        ledger.post(MARCH, [line(500_00), line(90_00, payee="Bo")], MARCH.end, NOW, drawn)
        ledger.post(MARCH, [line(450_00), line(90_00, payee="Bo")], MARCH.end, NOW, drawn)
        assert ledger.post(MARCH, [line(450_00), line(90_00, payee="Bo")], MARCH.end, NOW, drawn).run is None  # fmt: skip
        ledger.approve(MARCH, NOW)
        ledger.reopen(MARCH, NOW, because="once more")
        close(ledger, MARCH)
        ledger.post(APRIL, [line(4450_00), line(-10_00, payee="Bo")], APRIL.end, NOW, drawn)
        close(ledger, APRIL)

    assert there.lines() == file.lines()
    assert there.balances() == file.balances()
    assert there.months() == file.months()
    assert there.steps() == file.steps()
    assert there.held() == file.held()


def test_a_ledger_is_begun_in_a_schema_only_if_asked_to(at):
    address, schema = schema_of(at)
    there = f"SELECT 1 FROM information_schema.schemata WHERE schema_name = '{schema}'"

    with pytest.raises(NoLedger):
        Ledger.open(at, create=False)
    assert execute(address, there) == []

    Ledger.open(at)
    assert Ledger.open(at, create=False).number == 0


def test_two_processes_that_begin_a_ledger_at_once_begin_one(at):
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: Ledger.open(at), range(4)))

    assert [ledger.number for ledger in opened] == [0] * 4


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE pay_lines SET cents = 1", "pay_lines is never changed"),
        ("DELETE FROM pay_lines", "pay_lines is never changed"),
        ("TRUNCATE pay_lines", "pay_lines is never changed"),
        ("UPDATE pay_runs SET said_by = 'x'", "pay_runs is never changed"),
        ("UPDATE pay_months SET state = 'calculated'", "a locked month never opens again"),
        ("DELETE FROM pay_months", "no month is taken out"),
        (
            "INSERT INTO pay_lines SELECT run, 99, month, payee, plan, component, transaction_id, "
            "origin_first_day, origin_last_day, state, instalment, 1, currency, day, words "
            "FROM pay_lines LIMIT 1",
            "nothing is posted into a locked month",
        ),
    ],
)
def test_the_database_itself_refuses_to_change_what_was_posted(at, statement, words):
    import psycopg

    ledger = Ledger.open(at)
    ledger.post(MARCH, [line(500_00)], MARCH.end, NOW)
    close(ledger, MARCH)

    with pytest.raises(psycopg.Error, match=words):
        execute(schema_of(at)[0], statement, schema_of(at)[1])


def test_of_two_processes_one_posts_and_the_other_is_told_why(at, tmp_path):
    Ledger.open(at)

    ended = sorted(at_once(at, tmp_path / "go"))

    assert [status for status, _ in ended] == [0, 3]
    assert "somebody else was first" in ended[1][1]
    held = Ledger.open(at).lines()
    assert (len({one.payee for one in held}), len(held)) == (1, 2000)


def test_many_at_once_leave_the_lines_of_those_that_were_taken(at):
    ledger = Ledger.open(at)

    def post(number: int) -> int:
        try:
            return ledger.post(MARCH, [line(number * 100)], MARCH.end, NOW).run or 0
        except LedgerTaken:
            return -1

    with ThreadPoolExecutor(6) as pool:
        runs = list(pool.map(post, range(1, 25)))

    taken = sorted(run for run in runs if run > 0)
    assert taken == list(range(1, len(taken) + 1))
    (cents,) = ledger.held().values()
    assert cents == (runs.index(max(runs)) + 1) * 100
    assert [one.run for one in ledger.lines()] == taken


def test_a_step_that_fails_leaves_nothing(at):
    ledger = Ledger.open(at)
    ledger.post(MARCH, [line(500_00)], MARCH.end, NOW)

    with pytest.raises(LedgerError, match="Nothing was posted"):
        ledger.post(MARCH, [line(10**20)], MARCH.end, NOW)

    assert posted(ledger.lines()) == [("payable", 500_00)]
    assert ledger.post(MARCH, [line(600_00)], MARCH.end, NOW).run == 2


def test_a_ledger_of_a_newer_remit_is_left_alone_and_told(at):
    Ledger.open(at)
    execute(schema_of(at)[0], "UPDATE pay_version SET version_num = '0042'", schema_of(at)[1])

    with pytest.raises(LedgerError, match="is of a newer remit"):
        Ledger.open(at)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://kim:s3cret@localhost:1/pay", "cannot be used"),
        ("postgresql://kim:s3cret@localhost/pay?schema=a-b", "names no schema"),
        ("postgresql://kim:s3cret@local host:x/pay", "is no address"),
    ],
)
def test_an_address_that_does_not_work_is_told_without_its_password(address, words):
    pytest.importorskip("psycopg")

    with pytest.raises(LedgerError, match=words) as refused:
        Ledger.open(address)
    assert "s3cret" not in said(refused)


def test_months_lie_where_days_do(at):
    ledger = Ledger.open(at)
    ledger.post(MARCH, [line(1)], date(2026, 4, 1), NOW)

    assert ledger.months()[0].month == month_of(date(2026, 3, 31))
    assert ledger.lines()[0].recorded_at == NOW
