"""Refunds of an earlier version: what stood in the place of a refused one stands there after the migration."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, DateTime, Integer, MetaData, String, Table, create_engine, insert, select

from hospital_bridge.store.migrations.runner import HERE

REFUND = Table(
    "refund",
    MetaData(),
    *(Column(name, String) for name in ("operator_id", "refund_no", "payment_id", "state", "reason", "command_key")),
    *(Column(name, Integer) for name in ("amount_fen", "place", "makes_good_fen")),
    *(Column(name, DateTime) for name in ("reserved_at", "sent_at")),
)


@pytest.fixture
def migration() -> ModuleType:
    (path,) = (HERE / "versions").glob("0063_*.py")
    spec = spec_from_file_location("migration", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def keep(
    connection: Connection, number: str, fen: int, state: str, *, by: str = "h1", reason: str = "r", key: str = ""
) -> None:
    """Of the payment that the number begins with, at the place that it ends with, sent in the hour of that place."""
    at = datetime(2026, 11, 23, int(number[1]), tzinfo=UTC)
    told = {"operator_id": by, "refund_no": number, "payment_id": number[0], "amount_fen": fen, "state": state}
    more = {
        "reason": reason,
        "place": int(number[1]),
        "reserved_at": at,
        "sent_at": at,
        "makes_good_fen": 0,
        "command_key": key,
    }
    connection.execute(insert(REFUND).values(told | more))


def test_what_was_sent_in_the_place_of_a_refused_refund_makes_it_good(migration: ModuleType) -> None:
    with create_engine("sqlite://").begin() as connection:
        REFUND.create(connection)
        keep(connection, "a1", 500, "void")
        keep(connection, "a2", 500, "void")
        keep(connection, "a3", 300, "refunded")
        keep(connection, "b1", 700, "refunded")
        keep(connection, "c1", 100, "refunded")
        keep(connection, "c2", 400, "void")
        keep(connection, "c3", 400, "refunded", reason="made at the wallet")
        keep(connection, "a4", 900, "refunded", by="h2")
        keep(connection, "d1", 30, "void", key="k1")
        keep(connection, "d2", 40, "void", key="k2")
        with Operations.context(MigrationContext.configure(connection)):
            migration._fill()
        rows = connection.execute(select(REFUND.c.refund_no, REFUND.c.makes_good_fen))
        kept = {number: fen for number, fen in rows if fen}
    assert kept == {"a2": 500, "a3": 300}
