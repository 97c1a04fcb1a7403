"""What must hold after every single step, whatever went wrong before (reference/reliability.md section 1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from adapters.values import EntryKind
from hospital_bridge.sandbox.hospital.model import AppointmentStatus
from tests.simulation.news_kept import doubled_places
from tests.simulation.observer import Observer
from tests.simulation.outside import OutsideWorld

UNBALANCED = """
    SELECT p.payment_id, p.collected_fen, p.refund_reserved_fen, p.refunded_fen, p.fulfilment,
           coalesce(m.collect, 0), coalesce(m.fulfil, 0), coalesce(m.reserve, 0), coalesce(m.refund, 0),
           coalesce(m.void, 0)
    FROM payment p LEFT JOIN (
        SELECT payment_id,
               sum(CASE WHEN move = 'collect' THEN amount_fen ELSE 0 END) AS collect,
               sum(CASE WHEN move = 'fulfil' THEN amount_fen ELSE 0 END) AS fulfil,
               sum(CASE WHEN move = 'reserve' THEN amount_fen ELSE 0 END) AS reserve,
               sum(CASE WHEN move = 'refund' THEN amount_fen ELSE 0 END) AS refund,
               sum(CASE WHEN move = 'void' THEN amount_fen ELSE 0 END) AS void
        FROM ledger GROUP BY payment_id) m ON m.payment_id = p.payment_id
    WHERE p.collected_fen <> coalesce(m.collect, 0)
       OR p.refunded_fen <> coalesce(m.refund, 0)
       OR p.refund_reserved_fen <> coalesce(m.reserve, 0) - coalesce(m.refund, 0) - coalesce(m.void, 0)
       OR p.fulfilment <> 'fulfilled' AND coalesce(m.fulfil, 0) <> 0
       -- What went back before the hospital had booked never was the hospital's.
       OR p.fulfilment = 'fulfilled'
          AND coalesce(m.fulfil, 0) NOT BETWEEN p.collected_fen - coalesce(m.reserve, 0) AND p.collected_fen
       OR p.refund_reserved_fen < 0 OR p.refunded_fen < 0
       OR p.refund_reserved_fen + p.refunded_fen > p.collected_fen
"""
POSTINGS = "SELECT posting_id, move, debit_account, credit_account, amount_fen, payment_id, refund_no FROM ledger"
FORGOTTEN = "SELECT key, state FROM effect WHERE state IN ('sent', 'unknown') AND next_check IS NULL"
MONEY = "SELECT merchant_order_no, collected_fen, refunded_fen, collection, fulfilment, payment_id FROM payment"
SEATS = "SELECT slot_id, seat, count(*) FROM hospital_slot_hold WHERE live GROUP BY slot_id, seat HAVING count(*) > 1"


class Safety:
    """The checks, with the memory that the append-only one needs."""

    def __init__(self, observer: Observer, outside: OutsideWorld) -> None:
        self._observer = observer
        self._outside = outside
        self._postings: dict[str, tuple[Any, ...]] = {}

    def violations(self) -> Iterator[str]:
        """Every broken invariant in words that begin with its name."""
        yield from (f"I1/I2 payment and postings differ: {row}" for row in self._observer.rows(UNBALANCED))
        yield from self._changed_postings()
        yield from (f"I8 an unknown without a next check: {row}" for row in self._observer.rows(FORGOTTEN))
        yield from (f"two live holds of one seat: {row}" for row in self._observer.rows(SEATS))
        yield from self._invented_money()
        yield from self._double_postings()
        yield from self._oversold()
        yield from doubled_places(self._observer)

    def _changed_postings(self) -> Iterator[str]:
        now = {row[0]: row for row in self._observer.rows(POSTINGS)}
        for posting_id, row in self._postings.items():
            if now.get(posting_id) != row:
                yield f"I6 posting changed: {row} -> {now.get(posting_id)}"
        for row in now.values():
            if row[4] <= 0 or row[2] == row[3]:
                yield f"I1 posting moves nothing: {row}"
        self._postings = now

    def _invented_money(self) -> Iterator[str]:
        """We never claim what the wallet or the hospital has not done."""
        trades = self._outside.trades()
        for order, collected, refunded, collection, fulfilment, payment_id in self._observer.rows(MONEY):
            trade = trades.get(order)
            paid = trade.total_fen if trade is not None and trade.paid_at is not None else 0
            given_back = trade.refunded_fen if trade is not None else 0
            if collected > paid:
                yield f"I3 collected {collected} of {order}, the wallet took {paid}"
            if refunded > given_back:
                yield f"I3 refunded {refunded} of {order}, the wallet gave back {given_back}"
            if fulfilment == "fulfilled" and not self._outside.hospital.cashier.under_serial(payment_id):
                yield f"I3 fulfilled {payment_id}, and the hospital knows nothing of it"
            if collection == "closed" and trade is not None and self._outside.takes_money(trade):
                yield f"closed {order} here, and the wallet still takes money for it"

    def _double_postings(self) -> Iterator[str]:
        counted = Counter(entry.serial for entry in self._outside.entries())
        yield from (f"I4 {times} postings under {serial}" for serial, times in counted.items() if times > 1)
        # A posting of a wrong sum is taken back, and its bill may then be paid once more.
        payments = Counter(
            e.bill_no or e.filler_id
            for e in self._outside.entries()
            if e.kind is EntryKind.PAYMENT
            and e.serial not in self._outside.misbooked
            # A stay takes as many deposits as are paid onto it.
            and not (e.stay_no and not e.bill_no)
        )
        yield from (f"I4 {what} paid {n} times" for what, n in payments.items() if n > 1)

    def _oversold(self) -> Iterator[str]:
        diary = self._outside.hospital.diary
        live = [a for a in diary._by_placer.values() if a.status is AppointmentStatus.BOOKED]
        for session_id in sorted({appointment.session_id for appointment in live}):
            session = diary.session(session_id)
            if session is not None and diary.left(session) < 0:
                yield f"oversold {session_id}"
