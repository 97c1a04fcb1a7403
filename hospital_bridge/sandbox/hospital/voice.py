"""How the hospital speaks: its answers as bytes, in its character set and under its own numbers."""

from __future__ import annotations

import itertools

from adapters.hl7.build import Field, Header, SegmentText, build, segment
from adapters.hl7.message import Message
from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.hospital import calendar

RESPONSES = {
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
"""What is asked -> the type and structure of the answer."""

UNSUPPORTED_EVENT = "201"
RECORD_LOCKED = "206"
INTERNAL_ERROR = "207"
_NOT_HL7 = "100"
_STANDARD_CODES = frozenset({"100", "101", "102", "103", "200", "201", "202", "203", "204", "205", "206", "207"})
_REJECTED = frozenset({_NOT_HL7, UNSUPPORTED_EVENT})
_PLAIN = "ACK^^ACK"


class Voice:
    """Encodes answers; `charset` is an HL7 name (table 0211)."""

    def __init__(self, clock: Clock, charset: str) -> None:
        self._clock = clock
        self._charset = charset
        self._numbers = itertools.count(1)

    def yes(self, message: Message, *segments: SegmentText, control_id: str = "") -> bytes:
        """AA with what was asked for; `control_id` names another message than the one that came."""
        return self._encode(RESPONSES[message.type], "AA", control_id or message.control_id, *segments)

    def no(self, message: Message, code: str, text: str) -> bytes:
        """AE with a code of the standard's or of the hospital's own; AR for an event that nobody handles."""
        tag = message["QPD-2"] or message["QRD-4"]
        query_error = (segment("QAK", {1: tag, 2: "AE"}),) if tag else ()
        response = RESPONSES.get(message.type, _PLAIN)
        acknowledgement = "AR" if code in _REJECTED else "AE"
        return self._encode(response, acknowledgement, message.control_id, _error(code, text), *query_error)

    def not_understood(self) -> bytes:
        """AR to bytes that are no message."""
        return self._encode(_PLAIN, "AR", "", _error(_NOT_HL7, "not an HL7 message"))

    def notice(self, message_type: str, *segments: SegmentText) -> bytes:
        """A message of the hospital's own accord."""
        return build(message_type, self._header(), *segments).encode(self._charset)

    def _encode(self, response: str, acknowledgement: str, control_id: str, *segments: SegmentText) -> bytes:
        msa = segment("MSA", {1: acknowledgement, 2: control_id})
        return build(response, self._header(), msa, *segments).encode(self._charset)

    def _header(self) -> Header:
        return Header(
            control_id=f"H{next(self._numbers):09d}",
            at=self._clock.now(),
            zone=calendar.ZONE,
            sending_application="DEMOHIS",
            sending_facility="DEMOHOSPITAL",
            receiving_application="HOSPITALBRIDGE",
        )


def _error(code: str, text: str) -> SegmentText:
    """ERR with a standard code, or with the hospital's own in ERR-3 and ERR-5, told by its coding system."""
    fields: dict[int, Field] = {3: (code, "", "HL70357"), 4: "E", 8: text}
    if code not in _STANDARD_CODES:
        fields |= {3: (code, text, "L"), 5: (code, text, "L")}
    return segment("ERR", fields)
