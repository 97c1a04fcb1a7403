"""A hospital's information system behind FHIR: directory, scheduling, billing, and its news, which are fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from adapters.errors import Malformed, OutcomeUnknown, Reason, Refused
from adapters.feed import Feed, Fetched
from adapters.his_fhir import hints
from adapters.his_fhir.addresses import encoded, is_id
from adapters.his_fhir.client import FhirClient, Found
from adapters.his_fhir.feeds import Feeds
from adapters.his_fhir.mapping import billing, directory, news, patients, scheduling
from adapters.his_fhir.mapping.numbers import sought
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import LOGICAL_ID, FhirSettings
from adapters.news import News, Preview
from adapters.one_serial import of_serial
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

_TRIES = 3


class FhirHis:
    """HisDirectory, HisScheduling and HisBilling over one server; HisNews, HisFeeds and HisHints of what it keeps."""

    def __init__(self, client: FhirClient, settings: FhirSettings, now: Now) -> None:
        self._client = client
        self._settings = settings
        self._feeds = Feeds(client, settings, now)

    # --- HisDirectory

    def departments(self) -> Sequence[Department]:
        found = self._client.found(self._settings.directory.department, directory.departments_search(self._settings))
        read = (directory.read_department(each, found.neighbours, self._settings) for each in found.matches)
        return tuple({each.code: each for each in read if each is not None}.values())

    def practitioners(self, department_code: str) -> Sequence[Practitioner]:
        found = self._client.found("PractitionerRole", directory.roles_search(department_code, self._settings))
        read = (
            directory.read_practitioner(role, found.neighbours, department_code, self._settings)
            for role in found.matches
        )
        unique: dict[str, Practitioner] = {}
        for each in read:
            if each is not None:
                unique.setdefault(each.code, each)
        return tuple(unique.values())

    def find_patients(self, identity: VerifiedIdentity) -> Sequence[PatientRecord]:
        records: dict[str, PatientRecord] = {}
        for place in self._settings.identifiers.get(identity.id_type, ()):
            for patient in self._client.found("Patient", [sought(identity.id_number, place)]).matches:
                if patients.is_current(patient):
                    record = patients.read_record(patient, self._settings)
                    if patients.is_of(record, identity):
                        records.setdefault(patient.required("id"), record)
        return tuple(records.values())

    def register_patient(self, identity: VerifiedIdentity) -> None:
        """Refused(CONFLICTING_CONTENT) where a record with that document stands already; it is left as it is."""
        if identity.id_type not in self._settings.identifiers:
            raise Refused("the settings name no identifier for this document", reason=Reason.NOT_ALLOWED)
        value = patients.newcomer(identity, self._settings)
        if not self._client.create(value, patients.same_document(identity, self._settings)).is_new:
            raise Refused("a record with this document stands already", reason=Reason.CONFLICTING_CONTENT)

    # --- HisScheduling

    def slots(self, department_code: str, practitioner_code: str, day: date) -> Sequence[Slot]:
        """The price list is asked for each time: a price of yesterday must not be charged today."""
        settings = self._settings
        asked = scheduling.Asked(department_code, practitioner_code, day)
        kept = self._client.found("Schedule", scheduling.schedules_search(asked, settings))
        schedules = {
            each.required("id"): each
            for each in kept.matches
            if scheduling.is_of_department(each, kept.neighbours, asked, settings)
        }
        if not schedules:
            return ()
        free = self._client.found("Slot", scheduling.slots_search(schedules.values(), asked, settings))
        prices = self._prices()
        read = [
            scheduling.read_slot(slot, schedules, prices, asked, settings)
            for slot in free.matches
            if scheduling.is_open(slot)
        ]
        of_day = [slot for slot in read if slot.starts_at.astimezone(settings.time_zone).date() == day]
        return tuple(sorted(of_day, key=lambda slot: (slot.starts_at, slot.slot_id)))

    def _prices(self) -> scheduling.Prices:
        if self._settings.scheduling.price_from == "extension":
            return scheduling.Prices()
        found = self._client.found("ChargeItemDefinition", scheduling.prices_search(self._settings))
        return scheduling.read_prices(found.matches)

    def book(self, request: BookingRequest) -> Booking:
        value = scheduling.booking(request, self._patient_id(request.patient), self._settings)
        made = self._client.create(value, encoded([scheduling.ours(request.placer_id, self._settings)]))
        try:
            return scheduling.read_booked(made.resource, request, self._settings)
        except Malformed as unread:
            raise OutcomeUnknown(unread.text) from unread

    def find_booking(self, placer_id: str) -> Booking | None:
        live = self._appointment(placer_id)
        return None if live is None else scheduling.read_found(live, placer_id, self._settings)

    def cancel(self, booking: Booking) -> None:
        """By its state, and only while nobody else has changed it meanwhile."""
        for attempt in range(_TRIES):
            live = self._appointment(booking.placer_id)
            if live is None:
                return
            if scheduling.is_over(live):
                raise Refused("the visit took place", reason=Reason.CLOSED, native_code=live.text("status"))
            version = live.child("meta").text("versionId")
            try:
                self._client.update(scheduling.cancelled(live, self._settings), version)
            except Refused as refusal:
                if refusal.reason is not Reason.CONFLICTING_CONTENT or attempt == _TRIES - 1:
                    raise
            else:
                return

    def _appointment(self, placer_id: str) -> Node | None:
        """The appointment under our number that stands."""
        found = self._client.found("Appointment", [scheduling.ours(placer_id, self._settings)])
        live = (each for each in found.matches if scheduling.is_ours(each, placer_id, self._settings))
        return next((each for each in live if scheduling.stands(each)), None)

    def _patient_id(self, record: PatientRecord) -> str:
        """The server's id of the record; Refused where it has none under that number, or several."""
        mrn = record.first(patients.MRN) or ""
        for place in self._settings.identifiers[patients.MRN]:
            if not mrn or (place == LOGICAL_ID and not is_id(mrn)):
                continue
            found = self._current(self._client.found("Patient", [sought(mrn, place)]), mrn)
            if len(found) > 1:
                raise Refused("several records have that number", reason=Reason.CONFLICTING_CONTENT)
            if found:
                return found[0].required("id")
        raise Refused("no record has that number", reason=Reason.NOT_FOUND)

    def _current(self, found: Found, mrn: str) -> Sequence[Node]:
        read = [each for each in found.matches if patients.is_current(each)]
        return [each for each in read if patients.read_record(each, self._settings).first(patients.MRN) == mrn]

    # --- HisBilling

    def post(self, posting: Posting) -> PostingEntry:
        value = billing.posting_resource(posting, self._settings)
        made = self._client.create(value, encoded([billing.by_serial(posting.serial, self._settings)]))
        try:
            if not made.is_new:
                billing.check_same(made.resource, posting, self._settings)
            entry = billing.read_entry(made.resource, self._settings)
        except Malformed as unread:
            raise OutcomeUnknown(unread.text) from unread
        if entry.serial != posting.serial:
            raise OutcomeUnknown("the answer is another posting")
        billing.must_stand(made.resource)
        return entry

    def find_posting(self, serial: str, day: date) -> PostingEntry | None:
        found = self._client.found(self._settings.billing.posting, [billing.by_serial(serial, self._settings)])
        standing = (each for each in found.matches if billing.stands(each))
        return of_serial(serial, (billing.read_entry(each, self._settings) for each in standing))

    def postings(self, day: date) -> Sequence[PostingEntry]:
        settings = self._settings
        found = self._client.found(settings.billing.posting, billing.of_day(day, settings))
        entries = [billing.read_entry(each, settings) for each in found.matches if billing.stands(each)]
        ours = [entry for entry in entries if entry.serial]
        return tuple(e for e in ours if e.occurred_at.astimezone(settings.time_zone).date() == day)

    # --- HisNews, HisFeeds and HisHints

    def read_news(self, raw: bytes, charset: str | None) -> Sequence[News]:
        return news.read(raw, self._settings).news

    def preview_news(self, raw: bytes, charset: str | None) -> Preview:
        return news.preview(raw, self._settings)

    def feeds(self) -> Sequence[Feed]:
        return self._feeds.all()

    def fetch(self, feed: str, mark: str) -> Fetched:
        return self._feeds.fetch(feed, mark)

    def read_hint(self, body: bytes, headers: Mapping[str, str]) -> Sequence[str]:
        return hints.read(body, headers, self._settings)
