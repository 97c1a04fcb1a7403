"""The codes of cards: coupons, tickets, memberships and passes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from hospital_bridge.error_codes.entry import ErrorCode

CARDS: Final = (
    ErrorCode(
        "HB-K001",
        "There is no such card.",
        "Scan the code again, or type its 16 characters; one that was typed wrong changes nothing.",
        HTTPStatus.NOT_FOUND,
    ),
    ErrorCode(
        "HB-K002",
        "No card of this kind is left.",
        "Nothing was taken from you. Look whether another offer is still open.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-K003",
        "This person has as many of these cards as one may have.",
        "Use the card that is there already.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-K004",
        "The card was redeemed already.",
        "The page says by whom, where and when; a card that was refunded can be used again.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-K005",
        "The card is not valid now.",
        "Look at the days and hours that stand on the card.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-K006",
        "The card is not valid at this place.",
        "Use it at one of the places that stand on the card.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-K007",
        "The card cannot take this step from its present state.",
        "Look at the card again: somebody else may have been faster.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-K008",
        "The id of this request was used for another card.",
        "Give each request an id of its own, and send it again under the same id only to repeat it.",
        HTTPStatus.CONFLICT,
    ),
    ErrorCode(
        "HB-K009",
        "A template of which cards were issued cannot be changed so.",
        "Make a new template; of this one only the supply can change, and not below what was issued.",
        HTTPStatus.CONFLICT,
    ),
)
