from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.hl7.build import Field, SegmentText, build, segment
from adapters.hl7.build import Header as MessageHeader
from adapters.hl7.message import Message
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from tests.steered import FakeClock

MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Asker:
    """Speaks to a hospital as any HL7 system would: segments in, the answer's message out."""

    def __init__(self, hospital: SimulatedHospital) -> None:
        self._hospital = hospital
        self._sent = 0

    def raw(self, message_type: str, *segments: SegmentText) -> bytes:
        self._sent += 1
        header = MessageHeader(control_id=f"Q{self._sent}", at=MONDAY_MORNING, zone=calendar.ZONE)
        return build(message_type, header, *segments).encode()

    def ask(self, message_type: str, *segments: SegmentText) -> Message:
        reply = self._hospital.handle(self.raw(message_type, *segments))
        assert reply is not None
        return Message.parse(reply)

    def book(self, placer_id: str, session_id: str, mrn: str = "100001") -> Message:
        patient = segment("PID", {3: (mrn, "", "", "", "MR")})
        return self.ask("SRM^S01^SRM_S01", segment("ARQ", {1: placer_id, 5: session_id}), patient)

    def cancel(self, placer_id: str, filler_id: str) -> Message:
        return self.ask("SRM^S04^SRM_S01", segment("ARQ", {1: placer_id, 2: filler_id}))

    def post(self, serial: str, kind: str, yuan: str, filler_id: str) -> Message:
        visit = segment("PV1", {19: filler_id})
        fields: dict[int, Field] = {2: serial, 4: "20261123100000+0800", 6: kind, 11: ((yuan, "CNY"), "TP")}
        return self.ask("DFT^P03^DFT_P03", visit, segment("FT1", fields))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MONDAY_MORNING)


@pytest.fixture
def hospital(clock: FakeClock) -> SimulatedHospital:
    return SimulatedHospital(clock)


@pytest.fixture
def asker(hospital: SimulatedHospital) -> Asker:
    return Asker(hospital)
