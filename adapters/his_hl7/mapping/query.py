"""QRD, the original-style query that master files and schedules still use (HL7 v2.5.1 section 5.10.5.3)."""

from __future__ import annotations

from datetime import tzinfo

from adapters.his_hl7.mapping.draft import Envelope
from adapters.hl7.build import SegmentText, segment, timestamp

_EVERYTHING = ("9999", "RD")


def query_definition(
    envelope: Envelope, zone: tzinfo, *, subject: str, what: str, who: str = "ALL", narrowed: str = ""
) -> SegmentText:
    """Answer at once and in records: `who` is QRD-8, `subject` QRD-9 (table 0048), `what` QRD-10, `narrowed` QRD-11."""
    return segment(
        "QRD",
        {
            1: timestamp(envelope.at, zone),
            2: "R",
            3: "I",
            4: envelope.control_id,
            7: _EVERYTHING,
            8: who,
            9: subject,
            10: what,
            **({11: narrowed} if narrowed else {}),
        },
    )
