"""A hospital's information system behind HL7 v2: directory, scheduling and billing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from adapters.errors import Reason, Refused
from adapters.his_hl7.client import Hl7Client
from adapters.his_hl7.mapping import billing, directory, news, patients, preview, scheduling
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.listed import find_listed
from adapters.news import News, Preview
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


class Hl7His:
    """HisDirectory, HisScheduling and HisBilling over one link, and HisNews of what comes over others."""

    def __init__(self, client: Hl7Client, settings: Hl7HisSettings) -> None:
        self._client = client
        self._settings = settings

    def close(self) -> None:
        """Close the connection; a later call opens a new one."""
        self._client.close()

    # --- HisDirectory

    def departments(self) -> Sequence[Department]:
        envelope = self._client.envelope()
        answer = self._client.ask(envelope, directory.departments_query(envelope, self._settings.time_zone))
        return directory.read_departments(answer)

    def practitioners(self, department_code: str) -> Sequence[Practitioner]:
        envelope = self._client.envelope()
        query = directory.practitioners_query(envelope, self._settings.time_zone, department_code)
        return directory.read_practitioners(self._client.ask(envelope, query), department_code)

    def find_patients(self, identity: VerifiedIdentity) -> Sequence[PatientRecord]:
        envelope = self._client.envelope()
        answer = self._client.ask(envelope, patients.patient_query(identity, self._settings, envelope))
        return patients.read_patients(answer, identity, self._settings)

    def register_patient(self, identity: VerifiedIdentity) -> None:
        envelope = self._client.envelope()
        self._client.tell(envelope, patients.registration(identity, self._settings, envelope))

    # --- HisScheduling

    def slots(self, department_code: str, practitioner_code: str, day: date) -> Sequence[Slot]:
        """The price list is asked for each time: a price of yesterday must not be charged today."""
        envelope = self._client.envelope()
        query = scheduling.slots_query(department_code, practitioner_code, day, self._settings, envelope)
        answer = self._client.ask(envelope, query)
        envelope = self._client.envelope()
        priced = self._client.ask(envelope, directory.prices_query(envelope, self._settings.time_zone))
        prices = directory.read_prices(priced)
        found = scheduling.read_slots(answer, department_code, practitioner_code, prices, self._settings)
        return tuple(slot for slot in found if slot.starts_at.astimezone(self._settings.time_zone).date() == day)

    def book(self, request: BookingRequest) -> Booking:
        envelope = self._client.envelope()
        answer = self._client.tell(envelope, scheduling.booking(request, self._settings))
        return scheduling.read_booked(answer, request.placer_id, envelope.control_id)

    def find_booking(self, placer_id: str) -> Booking | None:
        envelope = self._client.envelope()
        answer = self._client.ask(envelope, scheduling.booking_query(placer_id, self._settings, envelope))
        return scheduling.read_found_booking(answer, placer_id)

    def cancel(self, booking: Booking) -> None:
        """A refusal counts while the appointment lives, whatever its code: "closed" is also said of a past visit."""
        envelope = self._client.envelope()
        try:
            self._client.tell(envelope, scheduling.cancellation(booking, self._settings))
        except Refused:
            if self.find_booking(booking.placer_id) is not None:
                raise

    # --- HisBilling

    def post(self, posting: Posting) -> PostingEntry:
        envelope = self._client.envelope()
        answer = self._client.tell(envelope, billing.posting_message(posting, self._settings, envelope))
        return billing.read_receipt(answer, posting, self._settings, envelope.control_id)

    def find_posting(self, serial: str, day: date) -> PostingEntry | None:
        """Where the hospital has no query for one serial, the lists of days tell."""
        if not self._settings.posting_query:
            return find_listed(serial, day, self._client.today(), self.postings)
        envelope = self._client.envelope()
        answer = self._client.ask(envelope, billing.posting_query(serial, self._settings, envelope))
        entries = billing.read_postings(answer, self._settings)
        return next((entry for entry in entries if entry.serial == serial), None)

    def postings(self, day: date) -> Sequence[PostingEntry]:
        if not self._settings.posting_list:
            raise Refused("the settings name no query for the list of postings", reason=Reason.NOT_ALLOWED)
        envelope = self._client.envelope()
        answer = self._client.ask(envelope, billing.postings_query(day, self._settings, envelope))
        return billing.read_postings(answer, self._settings)

    # --- HisNews

    def read_news(self, raw: bytes, charset: str | None) -> Sequence[News]:
        return news.read(Message.parse(raw, charset), self._settings).news

    def preview_news(self, raw: bytes, charset: str | None) -> Preview:
        return preview.preview(raw, charset, self._settings)
