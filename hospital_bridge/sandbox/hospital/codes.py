"""The hospital's own error codes (ERR-5); an adapter learns them from its settings."""

from __future__ import annotations

PATIENT_UNKNOWN = "P404"
PATIENT_EXISTS = "P409"
SLOT_TAKEN = "A001"
APPOINTMENT_UNKNOWN = "A404"
APPOINTMENT_CANCELLED = "A410"
APPOINTMENT_CONFLICT = "A409"
AMOUNT_WRONG = "B001"
ALREADY_PAID = "B002"
REFUND_TOO_HIGH = "B003"
BILL_UNKNOWN = "B404"
BILL_CLOSED = "B410"
POSTING_CONFLICT = "B409"
STAY_UNKNOWN = "Z404"
STAY_CLOSED = "Z410"
REPORT_UNKNOWN = "L404"
REPORT_CLOSED = "L410"
REFUSED = "E9999"

REASONS = {
    PATIENT_UNKNOWN: "not_found",
    PATIENT_EXISTS: "conflicting_content",
    SLOT_TAKEN: "slot_taken",
    APPOINTMENT_UNKNOWN: "not_found",
    APPOINTMENT_CANCELLED: "closed",
    APPOINTMENT_CONFLICT: "conflicting_content",
    AMOUNT_WRONG: "amount_mismatch",
    ALREADY_PAID: "already_paid",
    REFUND_TOO_HIGH: "over_limit",
    BILL_UNKNOWN: "not_found",
    BILL_CLOSED: "closed",
    POSTING_CONFLICT: "conflicting_content",
    STAY_UNKNOWN: "not_found",
    STAY_CLOSED: "closed",
    REFUSED: "other",
}
"""What the codes mean, as the hospital's IT department would write it into the bridge's settings."""
