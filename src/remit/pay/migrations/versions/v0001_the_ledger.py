"""The ledger: pay months, runs, lines that are never changed, and what plans promised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("pay_lines", "pay_runs", "pay_promises")


def upgrade() -> None:
    """Make the tables, and let the database itself refuse what must never happen."""
    op.create_table(
        "pay_months",
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.CheckConstraint("state IN ('calculated', 'approved', 'locked')"),
    )
    op.create_table(
        "pay_runs",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("as_of", sa.Date),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
        sa.Column("said_by", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.CheckConstraint("step IN ('run', 'approve', 'reopen', 'lock')"),
    )
    op.create_table(
        "pay_lines",
        sa.Column("run", sa.Integer, sa.ForeignKey("pay_runs.number"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("month", sa.Date, sa.ForeignKey("pay_months.month"), nullable=False),
        sa.Column("payee", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("component", sa.Text, nullable=False),
        sa.Column("transaction_id", sa.Text, nullable=False),
        sa.Column("origin_first_day", sa.Date, nullable=False),
        sa.Column("origin_last_day", sa.Date, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("instalment", sa.Text, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('credited', 'earned', 'accrued', 'payable', 'paid')"),
        sa.CheckConstraint("cents <> 0"),
    )
    op.create_index("pay_lines_of_a_payee", "pay_lines", ["payee", "month"])
    op.create_index("pay_lines_of_a_month", "pay_lines", ["month", "state"])
    op.create_table(
        "pay_promises",
        sa.Column("run", sa.Integer, sa.ForeignKey("pay_runs.number"), primary_key=True),
        sa.Column("payee", sa.Text, primary_key=True),
        sa.Column("currency", sa.String(3), primary_key=True),
        sa.Column("recoverable", sa.BigInteger, nullable=False),
        sa.Column("given", sa.BigInteger, nullable=False),
        sa.Column("forgives", sa.Boolean, nullable=False),
        sa.Column("guarantee", sa.BigInteger, nullable=False),
        sa.Column("since", sa.Date),
    )
    {"sqlite": _in_sqlite, "postgresql": _in_postgresql}[op.get_context().dialect.name]()


def _in_sqlite() -> None:
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"""CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}
                BEGIN SELECT RAISE(ABORT, 'the ledger only grows: {table} is never changed'); END"""
            )
    op.execute(
        """CREATE TRIGGER pay_months_stay_locked BEFORE UPDATE ON pay_months
        WHEN OLD.state = 'locked'
        BEGIN SELECT RAISE(ABORT, 'a locked month never opens again'); END"""
    )
    op.execute(
        """CREATE TRIGGER pay_months_stay BEFORE DELETE ON pay_months
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: no month is taken out'); END"""
    )
    op.execute(
        """CREATE TRIGGER pay_lines_of_open_months BEFORE INSERT ON pay_lines
        WHEN (SELECT state FROM pay_months WHERE month = NEW.month) = 'locked'
        BEGIN SELECT RAISE(ABORT, 'nothing is posted into a locked month'); END"""
    )


def _in_postgresql() -> None:
    op.execute(
        """CREATE FUNCTION pay_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$"""
    )
    op.execute(
        """CREATE FUNCTION pay_refuse_locked() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT state FROM pay_months WHERE month = NEW.month) = 'locked' THEN
                RAISE EXCEPTION 'nothing is posted into a locked month';
            END IF;
            RETURN NEW;
        END $$"""
    )
    for table in APPEND_ONLY:
        op.execute(
            f"""CREATE TRIGGER {table}_never BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION
            pay_refuse('the ledger only grows: {table} is never changed')"""
        )
    op.execute(
        """CREATE TRIGGER pay_months_stay_locked BEFORE UPDATE ON pay_months FOR EACH ROW
        WHEN (OLD.state = 'locked')
        EXECUTE FUNCTION pay_refuse('a locked month never opens again')"""
    )
    op.execute(
        """CREATE TRIGGER pay_months_stay BEFORE DELETE OR TRUNCATE ON pay_months
        FOR EACH STATEMENT EXECUTE FUNCTION
        pay_refuse('the ledger only grows: no month is taken out')"""
    )
    op.execute(
        """CREATE TRIGGER pay_lines_of_open_months BEFORE INSERT ON pay_lines
        FOR EACH ROW EXECUTE FUNCTION pay_refuse_locked()"""
    )
