"""What the listener hands to the store, and what it wants back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from adapters.errors import Malformed
from adapters.hl7.ack import Acknowledging
from adapters.hl7.message import USUAL_LIMITS, Limits, Message


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came off the wire; `peer` is its configured name, what follows `warnings` that peer's settings.

    `warnings` are framing faults that were forgiven, in words without personal data.
    """

    peer: str
    raw: bytes = field(repr=False)
    received_at: datetime
    warnings: tuple[str, ...] = ()
    charset: str | None = None
    limits: Limits = USUAL_LIMITS
    acknowledging: Acknowledging = Acknowledging.AS_ASKED

    @property
    def fault(self) -> str:
        """Why this is no readable HL7 (it is stored all the same), '' where it is; parses, so ask off the hot path."""
        try:
            Message.parse(self.raw, self.charset)
        except Malformed as fault:
            return fault.text
        return ""


class Commit(Protocol):
    """Makes a batch durable, called in one thread, never twice at the same time."""

    def __call__(self, batch: Sequence[Received]) -> Sequence[bytes]:
        """The answer to each message in its order, b'' where the sender wants none.

        It returns only when the whole batch is durable. After any exception each message is offered
        again alone (what the store already holds it must recognise), and one that fails alone is
        answered AE or CE.
        """
