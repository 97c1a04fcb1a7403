"""A flash sale: few are let in at a time, each with a token of their own, and the supply of the cards decides.

Admission keeps a crowd away from the database; it promises nothing. What never sells too much is the one conditional
UPDATE with which the core's cards are issued (`Cards.issue`), and the id of that request makes one person's two phones
one.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hospital_bridge.slot import CardView, VerticalWork

LIFE = timedelta(minutes=3)
"""How long who was let in may take to press the button."""

KEY_BYTES = 32

_CONTEXT = b"hospital_bridge district flash sale admission 1"
_TIME_BYTES, _MAC_BYTES = 8, 32


class Refusal(StrEnum):
    """Why somebody may not take part at this moment; that the cards are gone is said by the cards themselves."""

    NOT_YET = "not_yet"
    OVER = "over"
    NOT_ADMITTED = "not_admitted"
    TOO_LATE = "too_late"


class SaleRefused(Exception):
    """Nothing was taken from the supply; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"flash sale refused: {refusal}")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class FlashSale:
    """One sale of the cards of a template, from `opens_at` until just before `closes_at`.

    `at_once` people are let in at a time. ValueError for a sale that is never open or lets in nobody.
    """

    sale_id: str
    template_id: str
    opens_at: datetime
    closes_at: datetime
    at_once: int = 200

    def __post_init__(self) -> None:
        if self.closes_at <= self.opens_at or self.at_once < 1:
            raise ValueError("a sale is open for some time and lets in one person at least")

    def check_open(self, at: datetime) -> None:
        """SaleRefused before it opens and from its close on."""
        if at < self.opens_at:
            raise SaleRefused(Refusal.NOT_YET)
        if at >= self.closes_at:
            raise SaleRefused(Refusal.OVER)


def reach(sale: FlashSale, finished: int, left: int) -> int:
    """The highest number, counted from 1 as people came, that is let in.

    `finished` have a card or let their time pass, `left` cards remain. No more are let in than can still get one, and
    as people finish the reach never falls.
    """
    return finished + min(sale.at_once, left)


def admit(key: bytes, sale: FlashSale, subject_id: str, at: datetime, life: timedelta = LIFE) -> str:
    """A token that lets this one person into this one sale; 54 characters that say neither person nor sale."""
    sale.check_open(at)
    until = int((at + life).timestamp()).to_bytes(_TIME_BYTES, "big")
    return urlsafe_b64encode(until + _mac(key, sale.sale_id, subject_id, until)).decode().rstrip("=")


def check(key: bytes, sale: FlashSale, subject_id: str, token: str, at: datetime) -> None:
    """SaleRefused unless the token was made by `admit` for this person and sale, and its time is not over."""
    sale.check_open(at)
    read = _bytes_of(token)
    until, mac = read[:_TIME_BYTES], read[_TIME_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, sale.sale_id, subject_id, until)):
        raise SaleRefused(Refusal.NOT_ADMITTED)
    if at.timestamp() >= int.from_bytes(until, "big"):
        raise SaleRefused(Refusal.TOO_LATE)


def take(work: VerticalWork, key: bytes, sale: FlashSale, subject_id: str, token: str) -> CardView:
    """One card for who was let in, and the same one when asked again; SaleRefused, or CardRefused when none is left."""
    check(key, sale, subject_id, token, work.now)
    return work.cards.issue(f"flash/{sale.sale_id}/{subject_id}", sale.template_id, subject_id)


def _mac(key: bytes, sale_id: str, subject_id: str, until: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise ValueError(f"an admission key has {KEY_BYTES} bytes")
    # Each part goes with its length: no other person and sale are written with the same bytes.
    parts = (sale_id.encode(), subject_id.encode(), until)
    message = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    return hmac.digest(key, _CONTEXT + message, "sha256")


def _bytes_of(token: str) -> bytes:
    """The bytes of the one writing of a token; whatever else arrives was admitted by nobody."""
    padding = "=" * (-len(token) % 4)
    try:
        read = urlsafe_b64decode(token.encode("ascii") + padding.encode())
    except ValueError:
        raise SaleRefused(Refusal.NOT_ADMITTED) from None
    if len(read) != _TIME_BYTES + _MAC_BYTES or urlsafe_b64encode(read).decode() != token + padding:
        raise SaleRefused(Refusal.NOT_ADMITTED)
    return read
