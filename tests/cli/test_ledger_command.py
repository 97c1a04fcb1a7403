"""`ledger verify` recomputes every payment from its postings, and its exit code says whether they agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, Table, insert

from hospital_bridge.payment.model import Fulfilment
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.ledger import LEDGER
from hospital_bridge.store.payments import PAYMENT
from tests.benchmarks.bench_reconcile import payment_row, posting_row
from tests.cli.conftest import Command
from tests.cli.test_commands import EMPTY_OPERATOR
from tests.settings.written import BRIDGE, write


@pytest.fixture
def books(run: Command, tmp_path: Path) -> Engine:
    """The database of a bridge with one operator."""
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": EMPTY_OPERATOR})
    assert run("migrate").exit_code == 0
    [file] = tmp_path.rglob("*.db")
    return make_engine(f"sqlite:///{file}")


def put(books: Engine, table: Table, row: dict[str, object]) -> None:
    with books.begin() as connection:
        [[operator_id]] = connection.exec_driver_sql("SELECT operator_id FROM operator")
        connection.execute(insert(table), [{**row, "operator_id": operator_id}])


def test_a_payment_without_its_posting_is_a_difference(run: Command, books: Engine) -> None:
    assert run("ledger", "verify").exit_code == 0
    put(books, PAYMENT, {**payment_row(7), "fulfilment": Fulfilment.PENDING, "posted_fen": 0})
    missing = run("ledger", "verify")
    assert (missing.exit_code, "I1 collected" in missing.output) == (1, True)
    put(books, LEDGER, posting_row(7))
    agreed = run("ledger", "verify")
    assert (agreed.exit_code, agreed.output.strip()) == (0, "Every posting agrees with its payment.")
    put(books, LEDGER, {**posting_row(7), "posting_id": "f" * 32, "source_key": "collect:again"})
    assert run("ledger", "verify").exit_code == 1
