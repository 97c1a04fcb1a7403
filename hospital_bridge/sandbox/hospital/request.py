"""A message as a desk of the hospital reads it, and the answer that a desk gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from adapters.hl7.build import SegmentText
from adapters.hl7.message import Message
from adapters.money import yuan_from_fen
from hospital_bridge.sandbox.hospital.model import Declined

FIELD_MISSING = "101"
DATA_TYPE = "102"


@dataclass(frozen=True, slots=True)
class Request:
    """A received message; `extra_fen` is what a steered fault adds to every amount of the answer."""

    message: Message
    extra_fen: int = 0

    def required(self, address: str) -> str:
        """The value at that address; Declined where it is empty."""
        value = self.message[address]
        if not value:
            raise Declined(FIELD_MISSING, f"{address} is required")
        return value

    def day(self, address: str) -> date:
        """A day as `YYYYMMDD`."""
        try:
            return datetime.strptime(f"{self.required(address)}+0800", "%Y%m%d%z").date()
        except ValueError:
            raise Declined(DATA_TYPE, f"{address} is no date") from None

    def instant(self, address: str) -> datetime:
        """An instant with its offset."""
        try:
            return datetime.strptime(self.required(address), "%Y%m%d%H%M%S%z")
        except ValueError:
            raise Declined(DATA_TYPE, f"{address} is no time") from None

    def yuan(self, amount_fen: int) -> str:
        """An amount for the answer."""
        return yuan_from_fen(amount_fen + self.extra_fen)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a desk says: the segments that follow MSA."""

    segments: tuple[SegmentText, ...] = ()


def answer(*segments: SegmentText) -> Answer:
    """An answer of these segments."""
    return Answer(segments)
