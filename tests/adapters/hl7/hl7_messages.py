"""What the HL7 tests share."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters.hl7.ack import Stamp

STAMP = Stamp("OURS", datetime(2026, 11, 23, 0, 30, tzinfo=UTC), UTC)
