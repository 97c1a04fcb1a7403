"""What must hold once everybody is well again and the agenda is empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from adapters.values import EntryKind
from hospital_bridge.payment.ledger import balances, is_at_rest, standing, verify
from hospital_bridge.payment.model import TRANSIT, Account, Collection, Fulfilment, Payment, Refund
from hospital_bridge.sandbox.hospital.model import AppointmentStatus
from hospital_bridge.store.reconciliation import RunState
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.verticals.hospital.bills.bill import bill_of
from hospital_bridge.verticals.hospital.bills.paying import SALE_KIND, SETTLEMENT_KIND
from hospital_bridge.verticals.hospital.stays.depositing import SALE_KIND as DEPOSIT
from tests.simulation.names import ACCOUNT, OPERATOR
from tests.simulation.news_kept import lost_news
from tests.simulation.observer import Observer
from tests.simulation.outside import OutsideWorld
from tests.simulation.refunds_kept import given_by_staff, unkept_refunds
from tests.simulation.stays_kept import unkept_stays

JOBS = "SELECT topic, ref, state, run_at FROM job WHERE state <> 'done'"
TROUBLE = "SELECT DISTINCT j.topic, a.outcome, a.error FROM job_attempt a JOIN job j ON j.job_id = a.job_id"
EFFECTS = "SELECT key, state, reason FROM effect WHERE state NOT IN ('confirmed', 'refused')"
REGISTRATIONS = "SELECT registration_id, state, filler_id, payment_id, slot_id, reason FROM hospital_registration"
BILLS = "SELECT bill_id, state FROM hospital_bill"
HOLDS = "SELECT registration_id, slot_id FROM hospital_slot_hold WHERE live"
OF_BILLS = frozenset({SALE_KIND, SETTLEMENT_KIND})
NOT_EVEN_ASKED = frozenset({"Busy", "Resting", "Away"})
OUTCOMES = NOT_EVEN_ASKED | {"NotDone", "OutcomeUnknown", "Refused", "Untrusted", "Malformed", ""}
BILLS_AT_END = {"issued", "settled", "refunded", "refused", "withdrawn"}
AT_END = {"registered": AppointmentStatus.BOOKED, "cancelled": AppointmentStatus.CANCELLED, "ended": None}


class Liveness:
    """The checks of the end; a posting that the hospital booked wrong on purpose leaves a typed exception."""

    def __init__(self, observer: Observer, outside: OutsideWorld) -> None:
        self._observer = observer
        self._outside = outside

    def overdue(self) -> Iterator[str]:
        """I7: half an hour after expiry, with healthy peers, no order is open and no registration under way."""
        for registration, state, *_ in self._observer.rows(REGISTRATIONS):
            if state not in AT_END:
                yield f"I7 registration {registration} is still {state}"
        for bill, state in self._observer.rows(BILLS):
            if state not in BILLS_AT_END:
                yield f"I7 bill {bill} is still {state}"
        with self._observer.store.read(OPERATOR) as work:
            for payment in work.payments.all():
                if payment.is_waiting_for_money:
                    yield f"I7 payment {payment.payment_id} is still {payment.collection}"

    def violations(self) -> Iterator[str]:
        """Everything that is not as it should be at the end."""
        yield from self.overdue()
        yield from (f"a job is left: {row}" for row in self._observer.rows(JOBS))
        yield from (f"a handler failed oddly: {row}" for row in self._observer.rows(TROUBLE) if row[2] not in OUTCOMES)
        yield from (f"an effect is open: {row}" for row in self._observer.rows(EFFECTS))
        yield from (f"a hold is left: {row}" for row in self._observer.rows(HOLDS))
        with self._observer.store.read(OPERATOR) as work:
            yield from (f"{fault.rule}: {fault}" for fault in verify(work))
            yield from self._transit(work)
            for payment in work.payments.all():
                yield from self._three_books(work, payment)
                yield from unkept_refunds(work, payment)
            yield from unkept_stays(self._observer, self._outside, work)
        yield from self._appointments()
        yield from lost_news(self._observer, self._outside)

    def unreconciled(self, days: list[date]) -> Iterator[str]:
        """Each day's books agree to the fen."""
        with self._observer.store.read(OPERATOR) as work:
            for day in days:
                run = work.reconciliations.find(ACCOUNT, day)
                if run is None or run.state is not RunState.DONE:
                    yield f"{day} is not reconciled: {run}"
                elif run.unexplained_fen and not self._outside.misbooked:
                    yield f"{day} has {run.unexplained_fen} fen unexplained"
            for one in work.differences.open():
                if not self._outside.misbooked:
                    yield f"an open difference: {one.difference}"

    def _transit(self, work: Work) -> Iterator[str]:
        if self._outside.misbooked:
            return
        for account, amount in balances(work).items():
            if account in TRANSIT and amount:
                yield f"I5 {amount} fen stand on {account}"

    def _three_books(self, work: Work, payment: Payment) -> Iterator[str]:
        refunds = work.refunds.of(payment.payment_id)
        if payment.collection not in {Collection.COLLECTED, Collection.CLOSED}:
            yield f"payment {payment.payment_id} is {payment.collection}"
        if payment.is_collected and not is_at_rest(payment):
            yield f"payment {payment.payment_id} is not at rest: {payment.fulfilment} {payment.reason}"
        trade = self._outside.trades().get(payment.merchant_order_no)
        wallet = 0 if trade is None or trade.paid_at is None else trade.total_fen - trade.refunded_fen
        ours = payment.collected_fen - payment.refunded_fen
        his = self._hospital_net(payment, refunds)
        booked = standing([p for p in work.ledger.all() if p.payment_id == payment.payment_id])[Account.HOSPITAL]
        if self._outside.is_spoilt(payment.payment_id):
            return
        if not wallet == ours == his == booked:
            yield f"I3 {payment.payment_id}: wallet {wallet}, ledger {ours}, booked {booked}, hospital {his}"

    def _hospital_net(self, payment: Payment, refunds: Sequence[Refund]) -> int:
        serials = {payment.payment_id, *(refund.refund_no for refund in refunds)}
        entries = [entry for entry in self._outside.entries() if entry.serial in serials]
        return sum(e.amount_fen if e.kind is EntryKind.PAYMENT else -e.amount_fen for e in entries)

    def _appointments(self) -> Iterator[str]:
        registrations = {row[0]: row for row in self._observer.rows(REGISTRATIONS)}
        diary = self._outside.hospital.diary
        for placer, appointment in diary._by_placer.items():
            if not placer.startswith("walk-in") and placer not in registrations:
                yield f"the hospital holds an appointment of nobody: {appointment}"
        for registration_id, state, filler, payment_id, *_ in registrations.values():
            held = diary.by_placer(registration_id)
            live = held is not None and held.status is AppointmentStatus.BOOKED
            if live != (state == "registered"):
                yield f"registration {registration_id} is {state}, and at the hospital {held}"
            if state == "registered" and (held is None or held.filler_id != filler or not payment_id):
                yield f"registration {registration_id} is registered without its number or payment"
        yield from self._unpaid_registrations(registrations)
        yield from self._unpaid_bills()

    def _unpaid_registrations(self, registrations: dict[str, tuple[str, ...]]) -> Iterator[str]:
        """A registered patient has paid and was not paid back; anybody else has everything back."""
        with self._observer.store.read(OPERATOR) as work:
            for payment in work.payments.all():
                if payment.sale_kind in {*OF_BILLS, DEPOSIT}:
                    continue
                registered = registrations[payment.sale_ref][1] == "registered"
                kept = payment.collected_fen - payment.refunded_fen
                if kept != (payment.amount_fen - given_by_staff(work, payment) if registered else 0):
                    yield f"registration {payment.sale_ref} (registered: {registered}) keeps {kept} fen"

    def _unpaid_bills(self) -> Iterator[str]:
        """A settled bill was booked once, and of any other nothing is kept."""
        kept: Counter[str] = Counter()
        orders: Counter[str] = Counter()
        with self._observer.store.read(OPERATOR) as work:
            for payment in work.payments.all():
                if payment.sale_kind in OF_BILLS:
                    bill_id = bill_of(payment.sale_ref)
                    kept[bill_id] += payment.collected_fen - payment.refunded_fen
                    orders[bill_id] += payment.fulfilment is Fulfilment.FULFILLED
        for bill_id, state in self._observer.rows(BILLS):
            # What staff gave back whole may be settled at the window after all.
            if orders[bill_id] != 1 if state == "settled" else kept[bill_id]:
                yield f"bill {bill_id} is {state}, was booked {orders[bill_id]} times and keeps {kept[bill_id]} fen"
