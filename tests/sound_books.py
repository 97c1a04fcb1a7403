"""After each test that may move money the ledger is recomputed, as `hospital-bridge ledger verify` does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Engine

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.payment.ledger import verify
from hospital_bridge.payment.reconcile.statement import broken_statements
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.unit_of_work import Store


def books_must_be_sound(engine: Engine, operators: Sequence[str]) -> None:
    """AssertionError with every difference between payments, postings and signed statements."""
    store = Store(engine, None, RandomIds(SystemClock()))
    faults = [fault for operator_id in operators for fault in _faults(store, operator_id)]
    if faults:
        raise AssertionError("\n".join(["the books are not sound", *faults]))


def books_at_must_be_sound(url: str, operators: Sequence[str]) -> None:
    """The same for whoever knows the address alone."""
    engine = make_engine(url, pool_size=1)
    try:
        books_must_be_sound(engine, operators)
    finally:
        engine.dispose()


def _faults(store: Store, operator_id: str) -> Iterator[str]:
    with store.read(operator_id) as work:
        yield from (str(fault) for fault in verify(work))
        yield from broken_statements(work)
