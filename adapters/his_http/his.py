"""A hospital's information system behind HTTP: directory, scheduling and billing as the settings describe them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar

from adapters.errors import Malformed, Reason, Refused
from adapters.his_http.client import sent_already
from adapters.his_http.questions import Questions
from adapters.his_http.rows import records_of
from adapters.his_http.settings import HttpHisSettings, Operation
from adapters.records import Record, billing, directory, scheduling, sent
from adapters.records.conventions import Conventions
from adapters.time import Now
from adapters.values import (
    Booking,
    BookingRequest,
    Department,
    EntryKind,
    PatientRecord,
    Posting,
    PostingEntry,
    Practitioner,
    Slot,
    VerifiedIdentity,
)

Value = TypeVar("Value")
Read = Callable[[Record, Conventions], Value]


class HttpOperations:
    """HisDirectory, HisScheduling and HisBilling over HTTP."""

    def __init__(self, questions: Questions, settings: HttpHisSettings, now: Now) -> None:
        self._questions = questions
        self._settings = settings
        self._now = now

    # --- HisDirectory

    def departments(self) -> Sequence[Department]:
        found = self._list(self._operation("departments"), {}, directory.department)
        return tuple({department.code: department for department in reversed(found)}.values())[::-1]

    def practitioners(self, department_code: str) -> Sequence[Practitioner]:
        operation = self._operation("practitioners")
        asked = {"department_code": department_code}
        found = self._list(operation, asked, lambda record, how: directory.practitioner(record, how, department_code))
        return tuple(each for each in found if each.department_code == department_code)

    def find_patients(self, identity: VerifiedIdentity) -> Sequence[PatientRecord]:
        operation = self._operation("find_patients")
        asked = sent.of_identity(identity, operation.reading.conventions)
        found = self._list(operation, asked, directory.patient)
        return tuple(record for record in found if directory.may_belong(record, identity))

    def register_patient(self, identity: VerifiedIdentity) -> None:
        operation = self._operation("register_patient")
        self._questions.tell(operation, sent.of_identity(identity, operation.reading.conventions))

    # --- HisScheduling

    def slots(self, department_code: str, practitioner_code: str, day: date) -> Sequence[Slot]:
        operation = self._operation("slots")
        conventions = operation.reading.conventions
        asked = {
            "department_code": department_code,
            "practitioner_code": practitioner_code,
            "day": sent.of_day(day, conventions),
        }
        found = self._list(
            operation, asked, lambda record, how: scheduling.slot(record, how, department_code, practitioner_code)
        )
        wanted = (department_code, practitioner_code, day)
        ours = (slot for slot in found if _of_slot(slot, conventions) == wanted)
        return tuple(sorted(ours, key=lambda slot: slot.starts_at))

    def book(self, request: BookingRequest) -> Booking:
        operation = self._operation("book")
        conventions = operation.reading.conventions
        answer = self._questions.tell(operation, sent.of_request(request, conventions))
        with sent_already():
            record = _only(list(records_of(answer.document, operation.reading)))
            booked = scheduling.booking(record, conventions, request.placer_id)
        if booked is None:
            raise Refused("the appointment under this number is over", reason=Reason.CLOSED)
        return booked

    def find_booking(self, placer_id: str) -> Booking | None:
        operation = self._operation("find_booking")
        records = self._questions.records(operation, {"placer_id": placer_id})
        ours = (record for record in records if record.get("placer_id", placer_id) in ("", placer_id))
        found = [scheduling.booking(record, operation.reading.conventions, placer_id) for record in ours]
        return next(filter(None, found), None)

    def cancel(self, booking: Booking) -> None:
        """A refusal counts while the appointment lives, whatever its code: "closed" is also said of a past visit."""
        try:
            self._questions.tell(self._operation("cancel"), sent.of_booking(booking))
        except Refused:
            if self.find_booking(booking.placer_id) is not None:
                raise

    # --- HisBilling

    def post(self, posting: Posting) -> PostingEntry:
        operation = self._operation(*_ways_to_post(posting))
        conventions = operation.reading.conventions
        answer = self._questions.tell(operation, sent.of_posting(posting, conventions))
        with sent_already():
            return billing.receipt(_only(list(records_of(answer.document, operation.reading))), conventions, posting)

    def find_posting(self, serial: str, day: date) -> PostingEntry | None:
        """Where the hospital has no query for one serial, the lists of the days since then tell."""
        if "find_posting" not in self._settings.operations:
            listed = (entry for each in self._days_since(day) for entry in self.postings(each))
            return next((entry for entry in listed if entry.serial == serial), None)
        operation = self._operation("find_posting")
        asked = {"serial": serial, "day": sent.of_day(day, operation.reading.conventions)}
        entries = self._list(
            operation, asked, lambda record, how: billing.posting_entry({"serial": serial, **record}, how)
        )
        return next((entry for entry in entries if entry.serial == serial), None)

    def postings(self, day: date) -> Sequence[PostingEntry]:
        operation = self._operation("postings")
        return self._list(operation, {"day": sent.of_day(day, operation.reading.conventions)}, billing.posting_entry)

    def _days_since(self, day: date) -> Sequence[date]:
        """A hospital that was down, or books by its own day, has it on a later day than the wallet."""
        zone = self._operation("postings").reading.conventions.time_zone
        days = max(0, (self._now().astimezone(zone).date() - day).days)
        return [day + timedelta(days=later) for later in range(days + 1)]

    # --- one operation

    def _operation(self, *names: str) -> Operation:
        found = (self._settings.operations.get(name) for name in names)
        operation = next(filter(None, found), None)
        if operation is None:
            raise Refused(f"the settings name no operation {names[-1]}", reason=Reason.NOT_ALLOWED)
        return operation

    def _list(self, operation: Operation, asked: Record, read: Read[Value]) -> Sequence[Value]:
        return tuple(_read(self._questions.records(operation, asked), operation.reading.conventions, read))


def _read(records: Iterator[Record], conventions: Conventions, read: Read[Value]) -> Iterator[Value]:
    for number, record in enumerate(records, start=1):
        try:
            yield read(record, conventions)
        except Malformed as fault:
            raise Malformed(f"row {number}: {fault.text}") from None


def _only(records: Sequence[Record]) -> Record:
    if len(records) != 1:
        raise Malformed(f"{len(records)} rows where one was expected")
    return records[0]


def _of_slot(slot: Slot, conventions: Conventions) -> tuple[str, str, date]:
    day = slot.starts_at.astimezone(conventions.time_zone).date()
    return slot.department_code, slot.practitioner_code, day


def _ways_to_post(posting: Posting) -> tuple[str, ...]:
    """The operations that may post it, the nearest first: hospitals have one for all, or one for each kind."""
    what = "bill" if posting.bill_no else "registration"
    kind = "payment" if posting.kind is EntryKind.PAYMENT else "refund"
    return f"post_{what}_{kind}", f"post_{kind}", "post"
