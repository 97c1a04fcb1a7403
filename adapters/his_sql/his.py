"""A hospital's information system behind its database: directory, scheduling, billing, and what is new in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from adapters.errors import Reason, Refused
from adapters.feed import Feed, Fetched
from adapters.his_sql import news
from adapters.his_sql.database import HospitalDatabase
from adapters.his_sql.desk import Desk
from adapters.his_sql.failures import Judge
from adapters.his_sql.feeds import Look
from adapters.his_sql.settings import SqlHisSettings
from adapters.news import News, Preview
from adapters.records import Record, billing, directory, scheduling, sent
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


class SqlHis:
    """Every port over one database; a method whose operation the site does not have is Refused(NOT_ALLOWED)."""

    def __init__(
        self, database: HospitalDatabase, settings: SqlHisSettings, now: Now, new_id: Callable[[], str]
    ) -> None:
        self._desk = Desk(database, settings, new_id)
        self._database = database
        self._settings = settings
        self._conventions = settings.conventions
        self._now = now

    def close(self) -> None:
        """Close every idle connection; nobody waits for an answer any more."""
        self._desk.close()
        self._database.close()

    # --- HisDirectory

    def departments(self) -> Sequence[Department]:
        return [directory.department(each, self._conventions) for each in self._desk.ask("departments", {})]

    def practitioners(self, department_code: str) -> Sequence[Practitioner]:
        found = self._desk.ask("practitioners", {"department_code": department_code})
        return [directory.practitioner(each, self._conventions, department_code) for each in found]

    def find_patients(self, identity: VerifiedIdentity) -> Sequence[PatientRecord]:
        found = self._desk.ask("find_patients", sent.of_identity(identity, self._conventions))
        records = (directory.patient(each, self._conventions) for each in found)
        return [record for record in records if directory.may_belong(record, identity)]

    def register_patient(self, identity: VerifiedIdentity) -> None:
        self._desk.tell("register_patient", sent.of_identity(identity, self._conventions))

    # --- HisScheduling

    def slots(self, department_code: str, practitioner_code: str, day: date) -> Sequence[Slot]:
        asked = {"department_code": department_code, "practitioner_code": practitioner_code}
        found = self._desk.ask("slots", {**asked, "day": sent.of_day(day, self._conventions)})
        slots = (scheduling.slot(each, self._conventions, department_code, practitioner_code) for each in found)
        zone, whose = self._conventions.time_zone, (department_code, practitioner_code)
        wanted = (
            slot
            for slot in slots
            if slot.starts_at.astimezone(zone).date() == day and (slot.department_code, slot.practitioner_code) == whose
        )
        return sorted(wanted, key=lambda slot: slot.starts_at)

    def book(self, request: BookingRequest) -> Booking:
        answer = self._desk.told("book", sent.of_request(request, self._conventions))
        booked = scheduling.booking(answer, self._conventions, request.placer_id)
        if booked is None:
            raise Refused("the appointment under this number is over", reason=Reason.CLOSED)
        return booked

    def find_booking(self, placer_id: str) -> Booking | None:
        found = self._desk.ask("find_booking", {"placer_id": placer_id})
        bookings = (scheduling.booking(each, self._conventions, placer_id) for each in found)
        return next(filter(None, bookings), None)

    def cancel(self, booking: Booking) -> None:
        """A refusal counts while the appointment lives, whatever its code: "closed" is also said of a past visit."""
        try:
            self._desk.tell("cancel", sent.of_booking(booking))
        except Refused:
            if not self._desk.has("find_booking") or self.find_booking(booking.placer_id) is not None:
                raise

    # --- HisBilling

    def post(self, posting: Posting) -> PostingEntry:
        answer = self._desk.told(self._way_of(posting), sent.of_posting(posting, self._conventions))
        return billing.receipt(answer, self._conventions, posting)

    def find_posting(self, serial: str, day: date) -> PostingEntry | None:
        """Where the hospital cannot be asked for one serial, the lists of the days since then tell."""
        if self._desk.has("find_posting"):
            asked = {"serial": serial, "day": sent.of_day(day, self._conventions)}
            entries = self._entries("find_posting", asked)
            return next((entry for entry in entries if entry.serial == serial), None)
        today = self._now().astimezone(self._conventions.time_zone).date()
        days = (day + timedelta(days=later) for later in range(max(0, (today - day).days) + 1))
        listed = (entry for each in days for entry in self.postings(each))
        return next((entry for entry in listed if entry.serial == serial), None)

    def postings(self, day: date) -> Sequence[PostingEntry]:
        return self._entries("postings", {"day": sent.of_day(day, self._conventions)})

    # --- HisNews, HisFeeds

    def feeds(self) -> Sequence[Feed]:
        return [Feed(feed.name, feed.every) for feed in self._settings.feeds]

    def fetch(self, feed: str, mark: str) -> Fetched:
        found = next((each for each in self._settings.feeds if each.name == feed), None)
        if found is None:
            raise Refused("the settings have no feed of that name", reason=Reason.NOT_ALLOWED)
        judge = Judge(errors={}, retry_after=self._settings.retry_after)
        look = Look(
            found,
            lambda asked: self._database.read(asked, {}, judge),
            self._settings.charset,
            self._now(),
            self._conventions.time_zone,
        )
        return look.fetched(mark)

    def read_news(self, raw: bytes, charset: str | None) -> Sequence[News]:
        return news.read(raw, self._settings).news

    def preview_news(self, raw: bytes, charset: str | None) -> Preview:
        return news.preview(raw, self._settings)

    def _entries(self, operation: str, asked: Record) -> Sequence[PostingEntry]:
        return [billing.posting_entry(each, self._conventions) for each in self._desk.ask(operation, asked)]

    def _way_of(self, posting: Posting) -> str:
        """Some hospitals take refunds, or payments of bills, by a procedure of their own."""
        own = "post_refund" if posting.kind is EntryKind.REFUND else "post_bill" if posting.bill_no else "post"
        return own if self._desk.has(own) else "post"
