"""The ports of a hospital that answers in records: directory, scheduling and billing over whatever carries them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Protocol, TypeVar

from adapters.errors import Malformed, OutcomeUnknown, Reason, Refused
from adapters.invoices import InvoiceState, worst_of
from adapters.listed import find_listed
from adapters.one_serial import of_serial
from adapters.records import Record, billing, directory, scheduling, sent
from adapters.records.conventions import Conventions
from adapters.records.names import ways_to_post
from adapters.time import Now
from adapters.values import (
    Booking,
    BookingRequest,
    Department,
    PatientRecord,
    Posting,
    PostingEntry,
    Practitioner,
    Slot,
    VerifiedIdentity,
)

Value = TypeVar("Value")
Read = Callable[[Record, Conventions], Value]


class Desk(Protocol):
    """Where operations are carried out by name, which is a port's method or one of `names.POSTS`.

    What goes wrong is one of the five outcomes; Refused(NOT_ALLOWED) for an operation that the settings do not have.
    """

    def has(self, operation: str) -> bool:
        """Whether the settings have it."""

    def conventions(self, operation: str) -> Conventions:
        """How its records are written; Refused where the settings do not have it."""

    def ask(self, operation: str, values: Record) -> Iterable[Record]:
        """What a question gives; whatever goes wrong has changed nothing."""

    def tell(self, operation: str, values: Record) -> object:
        """Make a change."""

    def told(self, operation: str, values: Record) -> Record:
        """The one record that a change gives back; once it was sent, what cannot be read is OutcomeUnknown."""


class RecordsHis:
    """HisDirectory, HisScheduling, HisBilling and HisInvoices over a desk."""

    def __init__(self, desk: Desk, now: Now) -> None:
        self._desk = desk
        self._now = now

    # --- HisDirectory

    def departments(self) -> Sequence[Department]:
        """One of a code, the first."""
        found = self._list("departments", {}, directory.department)
        return tuple({department.code: department for department in reversed(found)}.values())[::-1]

    def practitioners(self, department_code: str) -> Sequence[Practitioner]:
        """Those of the department, whatever else is listed."""
        asked = {"department_code": department_code}
        found = self._list("practitioners", asked, lambda each, how: directory.practitioner(each, how, department_code))
        return tuple(each for each in found if each.department_code == department_code)

    def find_patients(self, identity: VerifiedIdentity) -> Sequence[PatientRecord]:
        """The records that are not of another document."""
        asked = sent.of_identity(identity, self._desk.conventions("find_patients"))
        found = self._list("find_patients", asked, directory.patient)
        return tuple(record for record in found if directory.may_belong(record, identity))

    def register_patient(self, identity: VerifiedIdentity) -> None:
        """Make a record."""
        self._desk.tell("register_patient", sent.of_identity(identity, self._desk.conventions("register_patient")))

    # --- HisScheduling

    def slots(self, department_code: str, practitioner_code: str, day: date) -> Sequence[Slot]:
        """The slots of that day by time, whatever else is listed."""
        conventions, asked = self._desk.conventions("slots"), {"department_code": department_code}
        asked |= {"practitioner_code": practitioner_code, "day": sent.of_day(day, conventions)}
        whose = (department_code, practitioner_code)
        found = self._list("slots", asked, lambda each, how: scheduling.slot(each, how, *whose))
        ours = (slot for slot in found if _of_slot(slot, conventions) == (*whose, day))
        return tuple(sorted(ours, key=lambda slot: slot.starts_at))

    def book(self, request: BookingRequest) -> Booking:
        """Take a slot."""
        conventions = self._desk.conventions("book")
        answer = self._desk.told("book", sent.of_request(request, conventions))
        with sent_already():
            booked = scheduling.booking(answer, conventions, request.placer_id)
        if booked is None:
            raise Refused("the appointment under this number is over", reason=Reason.CLOSED)
        return booked

    def find_booking(self, placer_id: str) -> Booking | None:
        """The appointment under our number, whatever else is listed."""
        conventions = self._desk.conventions("find_booking")
        records = self._desk.ask("find_booking", {"placer_id": placer_id})
        ours = (record for record in records if record.get("placer_id", placer_id) in ("", placer_id))
        return next(filter(None, (scheduling.booking(each, conventions, placer_id) for each in ours)), None)

    def cancel(self, booking: Booking) -> None:
        """A refusal counts while the appointment lives, whatever its code: "closed" is also said of a past visit."""
        try:
            self._desk.tell("cancel", sent.of_booking(booking))
        except Refused:
            if not self._desk.has("find_booking") or self.find_booking(booking.placer_id) is not None:
                raise

    # --- HisBilling

    def post(self, posting: Posting) -> PostingEntry:
        """Post it by the nearest operation that the settings have."""
        operation = next(filter(self._desk.has, ways_to_post(posting)), "post")
        conventions = self._desk.conventions(operation)
        answer = self._desk.told(operation, sent.of_posting(posting, conventions))
        with sent_already():
            return billing.receipt(answer, conventions, posting)

    def find_posting(self, serial: str, day: date) -> PostingEntry | None:
        """Where the hospital cannot be asked for one serial, the lists of days tell."""
        if not self._desk.has("find_posting"):
            zone = self._desk.conventions("postings").time_zone
            return find_listed(serial, day, self._now().astimezone(zone).date(), self.postings)
        asked = {"serial": serial, "day": sent.of_day(day, self._desk.conventions("find_posting"))}
        entries = self._list(
            "find_posting", asked, lambda record, how: billing.posting_entry({"serial": serial, **record}, how)
        )
        return of_serial(serial, entries)

    def postings(self, day: date) -> Sequence[PostingEntry]:
        """The hospital's own list of a day."""
        asked = {"day": sent.of_day(day, self._desk.conventions("postings"))}
        return self._list("postings", asked, billing.posting_entry)

    # --- HisInvoices

    def invoice_state(self, serial: str, receipt_no: str, day: date) -> InvoiceState | None:
        """None where the settings have no such question; one that nobody issued has no record."""
        if not self._desk.has("invoice_state"):
            return None
        conventions = self._desk.conventions("invoice_state")
        asked = {"serial": serial, "receipt_no": receipt_no, "day": sent.of_day(day, conventions)}
        states = self._list("invoice_state", asked, billing.invoice_state)
        return worst_of(states)

    def _list(self, operation: str, asked: Record, read: Read[Value]) -> Sequence[Value]:
        conventions = self._desk.conventions(operation)
        return tuple(_read(self._desk.ask(operation, asked), conventions, read))


@contextmanager
def sent_already() -> Iterator[None]:
    """What was sent and answered unreadably may have been done."""
    try:
        yield
    except Malformed as unreadable:
        raise OutcomeUnknown(unreadable.text, native_code=unreadable.native_code) from unreadable


def _read(records: Iterable[Record], conventions: Conventions, read: Read[Value]) -> Iterator[Value]:
    for number, record in enumerate(records, start=1):
        try:
            yield read(record, conventions)
        except Malformed as fault:
            raise Malformed(f"row {number}: {fault.text}") from None


def _of_slot(slot: Slot, conventions: Conventions) -> tuple[str, str, date]:
    day = slot.starts_at.astimezone(conventions.time_zone).date()
    return slot.department_code, slot.practitioner_code, day
