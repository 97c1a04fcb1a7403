"""The hospital's cashier: a price list and the book of what was paid and refunded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from adapters.invoices import InvoiceState
from adapters.values import EntryKind
from hospital_bridge.sandbox.hospital import calendar, codes
from hospital_bridge.sandbox.hospital.admissions import Admissions
from hospital_bridge.sandbox.hospital.bills import Bills
from hospital_bridge.sandbox.hospital.diary import Diary
from hospital_bridge.sandbox.hospital.model import (
    AppointmentStatus,
    Bill,
    BillState,
    BookEntry,
    Declined,
    Service,
    Stay,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What sort of hospital it is: whether a repeated posting is recognised, whether postings can be asked for."""

    idempotent_posting: bool = True
    posting_query: bool = True


class Cashier:
    """The book; `keep` writes each entry down before it counts."""

    def __init__(
        self,
        services: Sequence[Service],
        diary: Diary,
        bills: Bills,
        admissions: Admissions,
        profile: Profile,
        keep: Callable[[BookEntry], None],
    ) -> None:
        self.services = services
        self._diary = diary
        self._bills = bills
        self._admissions = admissions
        self._profile = profile
        self._keep = keep
        self._book: list[BookEntry] = []
        self.invoices: dict[str, InvoiceState] = {}
        """By the serial of a payment; the finance department issues them, and no journal keeps them."""

    def take_in(self, entry: BookEntry) -> None:
        """Hold an entry that is written down already."""
        self._book.append(entry)

    def post(self, entry: BookEntry) -> BookEntry:
        """Enter a payment or refund under the next receipt number; Declined where the hospital will not take it.

        A repeated serial gives the first entry where the profile is idempotent, else a second one.
        """
        known = next(iter(self.under_serial(entry.serial)), None)
        if known is not None and self._profile.idempotent_posting:
            return _unchanged(known, entry)
        self._check(entry)
        posted = replace(entry, receipt_no=f"R{len(self._book) + 1:08d}")
        self._keep(posted)
        self.take_in(posted)
        return posted

    def settle_at_window(self, bill_no: str) -> Bill:
        """Take a bill's money at the window; Declined where it was paid through the asker."""
        if self.net_of_bill_fen(bill_no):
            raise Declined(codes.ALREADY_PAID, "the bill is paid already")
        return self._bills.close(bill_no, BillState.SETTLED_AT_WINDOW)

    def under_serial(self, serial: str) -> Sequence[BookEntry]:
        """The entries under the asker's serial: more than one only in a careless hospital."""
        return [entry for entry in self._book if entry.serial == serial]

    def all(self) -> Sequence[BookEntry]:
        """Every entry, the oldest first."""
        return list(self._book)

    def of_day(self, day: date) -> Sequence[BookEntry]:
        """Every entry of one business day."""
        return [entry for entry in self._book if entry.occurred_at.astimezone(calendar.ZONE).date() == day]

    def price_fen(self, service_code: str) -> int:
        """The price of a service on the list."""
        return next(service.price_fen for service in self.services if service.code == service_code)

    def net_fen(self, filler_id: str) -> int:
        """What an appointment's payments come to, less its refunds."""
        return _net(self.of_appointment(filler_id))

    def net_of_bill_fen(self, bill_no: str) -> int:
        """What a bill's payments come to, less its refunds."""
        return _net(self.of_bill(bill_no))

    def of_appointment(self, filler_id: str) -> Sequence[BookEntry]:
        """What was posted for one appointment's registration, in order."""
        return [
            entry for entry in self._book if entry.filler_id == filler_id and not entry.bill_no and not entry.stay_no
        ]

    def of_bill(self, bill_no: str) -> Sequence[BookEntry]:
        """What was posted for one bill, in order."""
        return [entry for entry in self._book if entry.bill_no == bill_no and not entry.stay_no]

    def of_stay(self, stay_no: str) -> Sequence[BookEntry]:
        """What was posted for one stay, in order."""
        return [entry for entry in self._book if entry.stay_no == stay_no]

    def deposits_fen(self, stay_no: str) -> int:
        """What a stay's deposits come to, less what went back of them before its settlement."""
        stay, paid = self._admissions.get(stay_no), self._deposited_fen(stay_no, EntryKind.PAYMENT)
        return paid - (stay.gone_back_fen if stay.settlement_no else self.gone_back_fen(stay_no))

    def gone_back_fen(self, stay_no: str) -> int:
        """What went back of a stay's deposits until now."""
        return self._deposited_fen(stay_no, EntryKind.REFUND)

    def _deposited_fen(self, stay_no: str, kind: EntryKind) -> int:
        return sum(each.amount_fen for each in self.of_stay(stay_no) if each.kind is kind and not each.bill_no)

    def surplus_fen(self, stay: Stay) -> int:
        """What of the deposits is left over, whatever was paid for the settlement besides."""
        return max(0, self.deposits_fen(stay.stay_no) - stay.self_pay_fen)

    def due_fen(self, stay: Stay) -> int:
        """What the deposits do not cover, negative where some of them is left over; what is paid is due no more."""
        paid = max(0, _net([entry for entry in self.of_stay(stay.stay_no) if entry.bill_no]))
        return stay.self_pay_fen - paid - self.deposits_fen(stay.stay_no)

    def _check(self, entry: BookEntry) -> None:
        if entry.stay_no:
            self._check_of_stay(entry)
        elif entry.kind is EntryKind.PAYMENT:
            (self._check_bill_payment if entry.bill_no else self._check_payment)(entry)
        elif entry.amount_fen > self._refundable_fen(entry):
            raise Declined(codes.REFUND_TOO_HIGH, "more than was paid")

    def _refundable_fen(self, entry: BookEntry) -> int:
        if entry.bill_no:
            return self.net_of_bill_fen(self._bills.get(entry.bill_no).bill_no)
        return self.net_fen(self._diary.by_filler(entry.filler_id).filler_id)

    def _check_of_stay(self, entry: BookEntry) -> None:
        stay = self._admissions.get(entry.stay_no)
        if entry.kind is EntryKind.REFUND:
            if entry.amount_fen > _net(self.of_stay(entry.stay_no)):
                raise Declined(codes.REFUND_TOO_HIGH, "more than was paid")
        elif not entry.bill_no:
            if not stay.is_open:
                raise Declined(codes.STAY_CLOSED, "the stay is settled or cancelled")
        elif entry.bill_no != stay.settlement_no:
            raise Declined(codes.BILL_UNKNOWN, "no such settlement")
        elif entry.amount_fen != self.due_fen(stay):
            raise Declined(codes.AMOUNT_WRONG, "the amount is not what is due")

    def _check_bill_payment(self, entry: BookEntry) -> None:
        bill = self._bills.get(entry.bill_no)
        if bill.state is not BillState.OPEN:
            raise Declined(codes.BILL_CLOSED, "nothing is wanted for this bill any more")
        if bill.at_window:
            raise Declined(codes.BILL_CLOSED, "this bill is settled at the window")
        if any(e.kind is EntryKind.PAYMENT and e.serial != entry.serial for e in self.of_bill(entry.bill_no)):
            raise Declined(codes.ALREADY_PAID, "the bill is paid already")
        if entry.amount_fen != bill.self_pay_fen:
            raise Declined(codes.AMOUNT_WRONG, "the amount is not the patient's share of the bill")

    def _check_payment(self, entry: BookEntry) -> None:
        appointment = self._diary.by_filler(entry.filler_id)
        session = self._diary.session(appointment.session_id)
        if appointment.status is AppointmentStatus.CANCELLED:
            raise Declined(codes.APPOINTMENT_CANCELLED, "the appointment is cancelled")
        if any(e.kind is EntryKind.PAYMENT and e.serial != entry.serial for e in self.of_appointment(entry.filler_id)):
            raise Declined(codes.ALREADY_PAID, "the appointment is paid already")
        if session is None or entry.amount_fen != self.price_fen(session.doctor.service_code):
            raise Declined(codes.AMOUNT_WRONG, "the amount is not the price")


def _net(entries: Sequence[BookEntry]) -> int:
    return sum(entry.amount_fen if entry.kind is EntryKind.PAYMENT else -entry.amount_fen for entry in entries)


def _unchanged(known: BookEntry, entry: BookEntry) -> BookEntry:
    first = (known.kind, known.amount_fen, known.filler_id, known.bill_no, known.stay_no)
    if first != (entry.kind, entry.amount_fen, entry.filler_id, entry.bill_no, entry.stay_no):
        raise Declined(codes.POSTING_CONFLICT, "this serial stands for another posting")
    return known
