"""The simulated hospital: a message in, an answer out, no socket needed."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from dataclasses import dataclass

from adapters.errors import Malformed
from adapters.hl7.build import UTF_8, Header, SegmentText, build, segment
from adapters.hl7.message import Message
from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.billing_desk import BillingDesk
from hospital_bridge.sandbox.hospital.cashier import Cashier, Profile
from hospital_bridge.sandbox.hospital.diary import Diary
from hospital_bridge.sandbox.hospital.directory_desk import DirectoryDesk
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind, FaultPlan
from hospital_bridge.sandbox.hospital.journal import Journal
from hospital_bridge.sandbox.hospital.model import Appointment, BookEntry, Declined, HospitalData, Patient
from hospital_bridge.sandbox.hospital.patient_index import PatientIndex
from hospital_bridge.sandbox.hospital.request import Answer, Request
from hospital_bridge.sandbox.hospital.scheduling_desk import SchedulingDesk
from hospital_bridge.sandbox.hospital.seed_data import DEMO_HOSPITAL

_RESPONSES = {
    "MFQ^M02": "MFR^M02^MFR_M02",
    "MFQ^M04": "MFR^M04^MFR_M04",
    "MFQ^M05": "MFR^M05^MFR_M05",
    "QBP^Q22": "RSP^K22^RSP_K22",
    "ADT^A28": "ACK^A28^ACK",
    "SQM^S25": "SQR^S25^SQR_S25",
    "SRM^S01": "SRR^S01^SRR_S01",
    "SRM^S04": "SRR^S04^SRR_S01",
    "DFT^P03": "ACK^P03^ACK",
    "QBP^ZQ1": "RSP^ZQ1^RSP_K11",
    "QBP^ZQ2": "RSP^ZQ2^RSP_K11",
}
_PLAIN = "ACK^^ACK"
_STANDARD_CODES = frozenset({"100", "101", "102", "103", "200", "201", "202", "203", "204", "205", "206", "207"})
_UNSUPPORTED_EVENT = "201"
_RECORD_LOCKED = "206"
_INTERNAL_ERROR = "207"


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
        self._clock = clock
        self._charset = charset
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        profile = profile or Profile()
        journal = journal or Journal()
        self.faults = FaultPlan()
        self.heard: deque[tuple[str, str]] = deque(maxlen=10_000)
        """Trigger and MSH-10 of the messages that came in, oldest first."""
        self.patients = PatientIndex(data.patients, journal.append)
        self.diary = Diary(data.doctors, clock, journal.append)
        self.cashier = Cashier(data.services, self.diary, profile, journal.append)
        self._recall(journal)
        self._handlers = {
            **DirectoryDesk(data, self.patients).handlers,
            **SchedulingDesk(self.diary, self.patients).handlers,
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
            return Reply(self._encode("", _PLAIN, "AR", _error("100", "not an HL7 message")))
        self.heard.append((message.type, message.control_id))
        fault = self.faults.take(message.type)
        with self._lock:
            payload = self._answered(message, fault)
        return _on_the_wire(payload, fault)

    def _answered(self, message: Message, fault: Fault | None) -> bytes | None:
        if fault is not None and not fault.acts:
            return self._unmoved(message, fault)
        try:
            given = self._act(message, fault)
        except Declined as no:
            return self._no(message, "AR" if no.code == _UNSUPPORTED_EVENT else "AE", no.code, no.text)
        if fault is not None and fault.kind is FaultKind.ERROR:
            return self._no(message, "AE", _INTERNAL_ERROR, "internal error")
        control_id = message.control_id
        if fault is not None and fault.kind is FaultKind.FOREIGN_ACK:
            control_id = "SOMEBODY-ELSES"
        return self._encode(control_id, _RESPONSES[message.type], "AA", *given.segments)

    def _act(self, message: Message, fault: Fault | None) -> Answer:
        handler = self._handlers.get(message.type)
        if handler is None:
            raise Declined(_UNSUPPORTED_EVENT, "unsupported event")
        extra = fault.extra_fen if fault is not None and fault.kind is FaultKind.WRONG_AMOUNT else 0
        return handler(Request(message, extra))

    def _unmoved(self, message: Message, fault: Fault) -> bytes | None:
        """The answer of a hospital that did not act."""
        if fault.kind is FaultKind.REFUSE:
            return self._no(message, "AE", fault.code, fault.text)
        if fault.kind is FaultKind.BUSY:
            return self._no(message, "AE", _RECORD_LOCKED, "record locked")
        if fault.kind is FaultKind.ERROR:
            return self._no(message, "AE", _INTERNAL_ERROR, "internal error")
        return None

    def _no(self, message: Message, acknowledgement: str, code: str, text: str) -> bytes:
        response = _RESPONSES.get(message.type, _PLAIN)
        return self._encode(message.control_id, response, acknowledgement, _error(code, text), *_query_error(message))

    def _encode(self, control_id: str, response: str, acknowledgement: str, *segments: SegmentText) -> bytes:
        header = Header(
            control_id=f"H{next(self._numbers):09d}",
            at=self._clock.now(),
            zone=calendar.ZONE,
            sending_application="DEMOHIS",
            sending_facility="DEMOHOSPITAL",
            receiving_application="HOSPITALBRIDGE",
        )
        msa = segment("MSA", {1: acknowledgement, 2: control_id})
        return build(response, header, msa, *segments).encode(self._charset)

    def _recall(self, journal: Journal) -> None:
        for record in journal.records():
            match record:
                case Patient():
                    self.patients.take_in(record)
                case Appointment():
                    self.diary.take_in(record)
                case BookEntry():
                    self.cashier.take_in(record)


def _error(code: str, text: str) -> SegmentText:
    """ERR with a standard code, or with the hospital's own in ERR-3 and ERR-5, told by its coding system."""
    if code in _STANDARD_CODES:
        return segment("ERR", {3: (code, "", "HL70357"), 4: "E", 8: text})
    own = (code, text, "L")
    return segment("ERR", {3: own, 4: "E", 5: own, 8: text})


def _query_error(message: Message) -> tuple[SegmentText, ...]:
    tag = message["QPD-2"] or message["QRD-4"]
    return (segment("QAK", {1: tag, 2: "AE"}),) if tag else ()


def _on_the_wire(payload: bytes | None, fault: Fault | None) -> Reply:
    if fault is None or payload is None:
        return Reply(payload, reset=fault is not None and fault.kind is FaultKind.RESET)
    match fault.kind:
        case FaultKind.NO_REPLY:
            return Reply(None)
        case FaultKind.RESET:
            return Reply(None, reset=True)
        case FaultKind.LATE:
            return Reply(payload, delay_seconds=fault.seconds)
        case FaultKind.GARBLED:
            return Reply(payload.replace(b"MSA|", b"M?A/").replace(b"SCH|", b"\x00\xff"))
        case _:
            return Reply(payload)
