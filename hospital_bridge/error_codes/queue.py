"""The codes of lines, tickets and desks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from hospital_bridge.error_codes.entry import ErrorCode

QUEUE: Final = (
    ErrorCode(
        "HB-Q001",
        "The ticket cannot take this step from its present state.",
        "Look at the ticket again: somebody else may have been faster.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-Q002",
        "There is no such ticket, desk or line today.",
        "Look at the list of today's lines and choose again.",
        HTTPStatus.NOT_FOUND,
    ),
    ErrorCode(
        "HB-Q003",
        "The desk cannot call now.",
        "Open the desk, or finish with the ticket that it has called before it calls the next.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-Q004",
        "The ticket was called by another desk.",
        "Ask that desk to end its call first.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-Q005",
        "This person already has a place in the line.",
        "Use the ticket that they have; nobody stands in one line twice.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-Q006",
        "This change of place needs a reason.",
        "Choose the reason: it stays with the ticket, so that everybody can be told why.",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
    ErrorCode(
        "HB-Q007",
        "The desk has nothing to take back.",
        "Only a desk's last act can be taken back, and only while nothing else happened to that ticket.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-Q008",
        "The id of this command was used for another one.",
        "Give each command an id of its own, and send it again under the same id only to repeat it.",
        HTTPStatus.CONFLICT,
    ),
)
