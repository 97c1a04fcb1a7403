"""A question that a partial index answers must be asked in that index's words, or SQLite reads the whole table."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.inbox import Envelope, InboxState, Kept
from hospital_bridge.store.inbox_search import Sought, search
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.known_messages import known_of
from hospital_bridge.store.payment_search import PaymentSearch
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.store.waiting import waiting
from queueing.ordering import SortKey
from queueing.ticket import Ticket
from tests.steered import CountedIds, FakeClock

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
NOBODY = Ticket("t", "x", "s", "walk_in", NOW, 1, "A001")
ALL_BEFORE = SortKey(9, datetime(2026, 11, 24, tzinfo=UTC), 1, "t")

QUESTIONS: dict[str, Callable[[Work], object]] = {
    "uq_binding_live": lambda work: work.subjects.bound_to("w1"),
    "uq_data_key_active": lambda work: work.seal.index("id_number", "1"),
    "inbox_message USING INDEX uq_inbox_message_content": lambda work: known_of(
        work, ((Envelope("his", "HIS", "H1", "2026", str(n)), "") for n in range(9))
    ),
    "inbox_message USING COVERING INDEX uq_inbox_message_content": lambda work: work.inbox.keep_new(
        [Kept(str(n), Envelope("his", control_id=str(n)), b"", "", b"", InboxState.RECEIVED, NOW) for n in range(9)], 1
    ),
    "ix_inbox_message_waiting": lambda work: waiting(work, 9),
    "ix_inbox_message_patient": lambda work: search(work, Sought(patient_index="1"), 20),
    "uq_inbox_message_content": lambda work: search(work, Sought(control_id="M1", peer="his"), 20),
    "ix_payment_provider_trade_no": lambda work: PaymentSearch(work).by_number("T1", 9),
    "ix_payment_receipt_no": lambda work: PaymentSearch(work).by_number("R1", 9),
    "ix_payment_collected_at": lambda work: PaymentSearch(work).of_span(NOW, NOW, 5, 9),
    "uq_refund_request_waiting": lambda work: RefundRequests(work).waiting(),
    "ix_delivery_undone": lambda work: work.deliveries.undone(DeliveryKind.WEBHOOK),
    "ix_message_unread": lambda work: work.messages.unread("w1"),
    "uq_queue_ticket_live_subject": lambda work: work.queue_tickets.live_of("x", DAY, "s1"),
    "ix_queue_ticket_at_desk": lambda work: work.queue_tickets.at_desk("d1"),
    "ix_queue_ticket_order": lambda work: work.queue_tickets.waiting("x", DAY, limit=1),
    "queue_ticket_order": lambda work: work.queue_tickets.count_ahead(NOBODY, DAY, ALL_BEFORE, {"d1"}),
}
"""Index, or the table of one -> the question that it is there for."""
OF_ONE_OPERATOR = {"ix_inbox_message_waiting", "ix_payment_collected_at", "uq_refund_request_waiting"}
"""Read from its beginning: what stands in it is all that is asked for."""


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path, clock: FakeClock, ids: CountedIds, keys: RootKeys) -> Iterator[Store]:
    path = tmp_path / "bridge.db"
    shutil.copyfile(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    store = Store(engine, clock, ids, keys)
    with store.begin("h1") as work:
        work.operators.register("Hospital")
        # A key is made when it is first needed.
        work.seal.index("id_number", "1")
    yield store
    engine.dispose()


@pytest.mark.parametrize("index", QUESTIONS)
def test_the_partial_index_is_used(store: Store, index: str) -> None:
    plans: list[str] = []

    def explain(connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        driver: Any = connection.connection.driver_connection
        if "FROM" in statement:
            plans.extend(row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(store.engine, "before_cursor_execute", explain)
    with store.begin("h1") as work:
        QUESTIONS[index](work)
    known = 1 if index in OF_ONE_OPERATOR else 2
    assert any(index in plan and plan.count("=?") >= known for plan in plans), plans
