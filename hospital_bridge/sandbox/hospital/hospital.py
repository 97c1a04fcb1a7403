"""The simulated hospital: a message in, an answer out, no socket needed."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from adapters.errors import Malformed
from adapters.hl7.build import UTF_8
from adapters.hl7.message import Message
from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.hospital import voice
from hospital_bridge.sandbox.hospital.admissions import Admissions
from hospital_bridge.sandbox.hospital.billing_desk import BillingDesk
from hospital_bridge.sandbox.hospital.bills import Bills
from hospital_bridge.sandbox.hospital.cashier import Cashier, Profile
from hospital_bridge.sandbox.hospital.diary import Diary
from hospital_bridge.sandbox.hospital.directory_desk import DirectoryDesk
from hospital_bridge.sandbox.hospital.endurance import Endurance
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind, FaultPlan
from hospital_bridge.sandbox.hospital.journal import Journal
from hospital_bridge.sandbox.hospital.laboratory import Laboratory
from hospital_bridge.sandbox.hospital.model import (
    Appointment,
    Bill,
    BookEntry,
    Declined,
    HospitalData,
    Merge,
    Patient,
    Report,
    Stay,
    Visit,
)
from hospital_bridge.sandbox.hospital.patient_index import PatientIndex
from hospital_bridge.sandbox.hospital.request import Answer, Request
from hospital_bridge.sandbox.hospital.scheduling_desk import SchedulingDesk
from hospital_bridge.sandbox.hospital.seed_data import DEMO_HOSPITAL
from hospital_bridge.sandbox.hospital.staff import Books, Notice, Staff
from hospital_bridge.sandbox.hospital.voice import Voice
from hospital_bridge.sandbox.hospital.window import Window

_ANOTHER_MESSAGE = "SOMEBODY-ELSES"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back on the wire: bytes or silence, after a delay, or a reset of the connection."""

    payload: bytes | None
    delay_seconds: float = 0.0
    reset: bool = False


class SimulatedHospital:
    """A hospital information system as the bridge sees it.

    `charset` is an HL7 name (table 0211) for what it sends and for what it receives without
    MSH-18. `faults` steers what goes wrong. Safe to call from several threads.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        data: HospitalData = DEMO_HOSPITAL,
        charset: str = UTF_8,
        profile: Profile | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.data = data
        self._charset = charset
        self._voice = Voice(clock, charset)
        self._lock = threading.Lock()
        profile = profile or Profile()
        journal = journal or Journal()
        self.faults = FaultPlan()
        self.endurance = Endurance(clock)
        self.heard: deque[tuple[str, str]] = deque(maxlen=10_000)
        """Trigger and MSH-10 of the messages that came in, oldest first."""
        self.patients = PatientIndex(data.patients, journal.append)
        self.diary = Diary(data.doctors, clock, journal.append)
        self.bills = Bills(journal.append)
        self.admissions = Admissions(journal.append)
        self.cashier = Cashier(data.services, self.diary, self.bills, self.admissions, profile, journal.append)
        self.window = Window(journal.append)
        self.laboratory = Laboratory(clock, journal.append)
        books = Books(data, self.patients, self.window, self.bills, self.cashier, self.laboratory, self.admissions)
        self.staff = Staff(books, clock, self._voice.notice, self._lock)
        self._recall(journal)
        self._scheduling = SchedulingDesk(self.diary, self.patients, data)
        self._handlers = {
            **DirectoryDesk(data, self.patients).handlers,
            **self._scheduling.handlers,
            **BillingDesk(self.cashier, answers_queries=profile.posting_query).handlers,
        }

    def handle(self, raw: bytes) -> bytes | None:
        """Answer one unframed message; None where no answer ever comes."""
        return self.answer(raw).payload

    def answer(self, raw: bytes) -> Reply:
        """Answer one unframed message, with what the wire does to the answer."""
        try:
            message = Message.parse(raw, self._charset)
        except Malformed:
            return Reply(self._voice.not_understood())
        self.heard.append((message.type, message.control_id))
        fault = self.faults.take(message.type)
        with self._lock:
            payload = self._answered(message, fault)
        return on_the_wire(payload, fault)

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Held by whoever reads or changes its books in several steps."""
        return self._lock

    @property
    def charset(self) -> str:
        """How it writes, by HL7's name (table 0211)."""
        return self._charset

    def call_off(self, placer_id: str) -> Notice:
        """Cancel an appointment (停诊) and word the notice of it, SIU^S15, for whoever asked for it."""
        with self._lock:
            cancelled, body = self._scheduling.called_off(placer_id)
        return Notice(cancelled.filler_id, self._voice.notice("SIU^S15^SIU_S12", *body), cancelled)

    def book_elsewhere(self, mrn: str, session_id: str) -> Notice:
        """Book for a patient on another channel (SIU^S12), under that channel's own number."""
        with self._lock:
            placer_id = f"KIOSK-{len(self.diary.appointments()) + 1:06d}"
            booked, body = self._scheduling.booked_elsewhere(placer_id, session_id, mrn)
        return Notice(booked.filler_id, self._voice.notice("SIU^S12^SIU_S12", *body), booked)

    def _answered(self, message: Message, fault: Fault | None) -> bytes | None:
        if fault is None:
            return self._act(message)
        if fault.acts:
            return self._act(message, fault)
        return self._unmoved(message, fault)

    def _act(self, message: Message, fault: Fault | None = None) -> bytes:
        """Do what is asked and say so, in the way of the fault where there is one."""
        kind = fault.kind if fault else None
        try:
            given = self._handled(message, fault.extra_fen if fault and kind is FaultKind.WRONG_AMOUNT else 0)
        except Declined as no:
            return self._voice.no(message, no.code, no.text)
        if kind is FaultKind.ERROR:
            return self._voice.no(message, voice.INTERNAL_ERROR, "internal error")
        control_id = _ANOTHER_MESSAGE if kind is FaultKind.FOREIGN_ACK else ""
        return self._voice.yes(message, *given.segments, control_id=control_id)

    def _handled(self, message: Message, extra_fen: int) -> Answer:
        handler = self._handlers.get(message.type)
        if handler is None:
            raise Declined(voice.UNSUPPORTED_EVENT, "unsupported event")
        return handler(Request(message, extra_fen))

    def _unmoved(self, message: Message, fault: Fault) -> bytes | None:
        """The answer of a hospital that did not act."""
        match fault.kind:
            case FaultKind.REFUSE:
                return self._voice.no(message, fault.code, fault.text)
            case FaultKind.BUSY:
                return self._voice.no(message, voice.RECORD_LOCKED, "record locked")
            case FaultKind.ERROR:
                return self._voice.no(message, voice.INTERNAL_ERROR, "internal error")
            case _:
                return None

    def _recall(self, journal: Journal) -> None:
        for record in journal.records():
            match record:
                case Patient():
                    self.patients.take_in(record)
                case Merge():
                    self.patients.take_in_merge(record)
                case Appointment():
                    self.diary.take_in(record)
                case Visit():
                    self.window.take_in(record)
                case Report():
                    self.laboratory.take_in(record)
                case Stay():
                    self.admissions.take_in(record)
                case Bill():
                    self.bills.take_in(record)
                case BookEntry():
                    self.cashier.take_in(record)


def on_the_wire(payload: bytes | None, fault: Fault | None) -> Reply:
    """What a fault of the wire makes of an answer."""
    match fault.kind if fault else None:
        case FaultKind.RESET:
            return Reply(None, reset=True)
        case FaultKind.NO_REPLY:
            return Reply(None)
        case FaultKind.LATE if fault and payload is not None:
            return Reply(payload, delay_seconds=fault.seconds)
        case FaultKind.GARBLED if payload is not None:
            return Reply(payload.replace(b"MSA|", b"M?A/").replace(b"SCH|", b"\x00\xff"))
        case _:
            return Reply(payload)
