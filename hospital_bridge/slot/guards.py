"""What a vertical may forbid: guards as data, asked by the core before one of its state tables takes an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from hospital_bridge.errors import BridgeError

if TYPE_CHECKING:
    from hospital_bridge.slot.facade import VerticalWork


class Guarded(Enum):
    """The state tables and events that a vertical may veto for its own sales and lines, and what `load` is given.

    A refund is vetoed only where the vertical itself wants one: money that came late, twice or for nothing goes back.
    """

    CHARGE = ("payment", "open")
    """`slot.PaymentRequest`; one that repeats a standing payment is not asked again."""
    REFUND = ("refund", "reserve")
    """`slot.PaymentView` of collected money."""
    ISSUE = ("ticket", "issue")
    """`queueing.commands.Event` as it would be written; a transfer issues a ticket in the other line."""
    CALL = ("ticket", "call")
    """The same, of a desk's next one and of one that is chosen."""


@dataclass(frozen=True, slots=True)
class Veto:
    """`reason` is a word for programs and logs; `sentence` is a message id of the vertical's catalogues."""

    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Guard:
    """`load` reads facts in the transaction of the event and writes nothing; `decide` is pure."""

    on: Guarded
    load: Callable[[VerticalWork, Any], Any]
    decide: Callable[[Any], Veto | None]


class Vetoed(BridgeError):
    """HB-R008: a guard said no before anything was written."""

    def __init__(self, veto: Veto) -> None:
        super().__init__("HB-R008", veto.reason)
        self.veto = veto


class GuardFailed(BridgeError):
    """HB-S003: a guard could not tell, which is a no."""

    def __init__(self, on: Guarded) -> None:
        super().__init__("HB-S003", ".".join(on.value))
