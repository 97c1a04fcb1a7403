"""Codes of the operator's own systems, such as a hospital's."""

from __future__ import annotations

from http import HTTPStatus

from hospital_bridge.error_codes.entry import ErrorCode

SYSTEMS: tuple[ErrorCode, ...] = (
    ErrorCode(
        "HB-H001",
        "The operator's system does not answer.",
        "Nothing is lost: what was paid is confirmed as soon as it answers again. Otherwise try later.",
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
    ErrorCode(
        "HB-H002",
        "The operator's system refused.",
        "Its reason is shown; what was paid goes back to the payer.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-H003",
        "A message of the operator's system cannot be read.",
        "The message is kept as received in the message log; mend the sender or the mapping and replay it.",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
    ErrorCode(
        "HB-H004",
        "What was read back is not the reported value.",
        "Read the value again and type it as it stands in the report; nothing was acknowledged.",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
    ErrorCode(
        "HB-H005",
        "The critical value waits for nobody any more.",
        "Somebody has acknowledged it or it was taken back; the report says which.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-H006",
        "The operator's system is in maintenance.",
        "Nothing new begins until it is over; what was paid is confirmed by itself after that.",
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
)
